/* Tables: places that are taken, released and never mistaken for another. */
#include <stdlib.h>
#include <string.h>

#include "base/table.h"
#include "harness.h"

#define LIMIT 1000u

typedef struct record {
    belay__slot slot;
    uint64_t value;
} record;

/* An allocator that refuses from some allocation on. */
typedef struct grant {
    uint64_t left;
    uint64_t bytes;
} grant;

static grant the_grant;
static belay__memory memory;
static belay__table table;

static void *grant_allocate(void *context, void *pointer, size_t old_size,
                            size_t new_size) {
    grant *own = context;
    if (new_size == 0) {
        free(pointer);
        own->bytes -= old_size;
        return NULL;
    }
    if (own->left == 0) {
        return NULL;
    }
    own->left--;
    void *block = realloc(pointer, new_size);
    own->bytes += block == NULL ? 0 : new_size - old_size;
    return block;
}

static void table_open(uint32_t count_max, uint64_t allocations) {
    the_grant = (grant){.left = allocations};
    memory = (belay__memory){
        .allocate = grant_allocate,
        .context = &the_grant,
    };
    belay__table_init(&table, sizeof(record), count_max);
}

static void table_close(void) {
    belay__table_deinit(&table, &memory);
    CHECK_EQUAL(the_grant.bytes, 0);
    CHECK_EQUAL(memory.bytes, 0);
}

static uint32_t take(void) {
    CHECK_EQUAL(belay__table_reserve(&table, &memory, 1), BELAY_OK);
    return belay__table_take(&table);
}

static record *at(uint32_t index) {
    return belay__table_at(&table, index);
}

static void an_empty_table_takes_no_memory(void) {
    table_open(LIMIT, 0);
    CHECK_EQUAL(memory.bytes, 0);
    CHECK_EQUAL(table.live, 0);
    table_close();
}

static void indexes_are_given_from_0_upwards(void) {
    table_open(LIMIT, 1000);
    for (uint32_t i = 0; i < 300; i++) {
        CHECK_EQUAL(take(), i);
    }
    CHECK_EQUAL(table.live, 300);
    table_close();
}

static void taking_a_place_writes_nothing_but_its_slot(void) {
    table_open(LIMIT, 1000);
    uint32_t index = take();
    at(index)->value = 7;
    belay__table_release(&table, index);
    CHECK_EQUAL(take(), index);
    CHECK_EQUAL(at(index)->value, 7);
    CHECK_EQUAL(at(index)->slot.link, BELAY__LIVE);
    table_close();
}

static void the_first_generation_is_1(void) {
    table_open(LIMIT, 1000);
    CHECK_EQUAL(at(take())->slot.generation, 1);
    table_close();
}

static void a_released_place_is_the_next_to_be_taken(void) {
    table_open(LIMIT, 1000);
    for (uint32_t i = 0; i < 10; i++) {
        take();
    }
    belay__table_release(&table, 2);
    belay__table_release(&table, 5);
    CHECK_EQUAL(take(), 5);
    CHECK_EQUAL(take(), 2);
    CHECK_EQUAL(take(), 10);
    table_close();
}

static void a_place_taken_anew_has_another_generation(void) {
    table_open(LIMIT, 1000);
    uint32_t index = take();
    for (uint32_t generation = 1; generation < 50; generation++) {
        CHECK_EQUAL(at(index)->slot.generation, generation);
        belay__table_release(&table, index);
        CHECK_EQUAL(take(), index);
    }
    table_close();
}

static void any_index_can_be_asked_whether_it_is_live(void) {
    table_open(LIMIT, 1000);
    CHECK(!belay__table_live(&table, 0));
    uint32_t index = take();
    CHECK(belay__table_live(&table, index));
    CHECK(!belay__table_live(&table, index + 1));
    CHECK(!belay__table_live(&table, LIMIT));
    CHECK(!belay__table_live(&table, BELAY__NONE));
    CHECK(!belay__table_live(&table, BELAY__LIVE));
    belay__table_release(&table, index);
    CHECK(!belay__table_live(&table, index));
    table_close();
}

static void records_never_move(void) {
    table_open(LIMIT, 1000);
    record *first = at(take());
    for (uint32_t i = 0; i < 900; i++) {
        take();
    }
    CHECK(at(0) == first);
    table_close();
}

static void a_reserve_beyond_the_limit_is_refused_whole(void) {
    table_open(10, 1000);
    CHECK_EQUAL(belay__table_reserve(&table, &memory, 11), BELAY_LIMIT);
    CHECK_EQUAL(belay__table_reserve(&table, &memory, 10), BELAY_OK);
    for (uint32_t i = 0; i < 10; i++) {
        CHECK_EQUAL(belay__table_take(&table), i);
    }
    CHECK_EQUAL(belay__table_reserve(&table, &memory, 1), BELAY_LIMIT);
    belay__table_release(&table, 4);
    CHECK_EQUAL(belay__table_reserve(&table, &memory, 2), BELAY_LIMIT);
    CHECK_EQUAL(take(), 4);
    table_close();
}

static void a_huge_reserve_does_not_overflow(void) {
    table_open(LIMIT, 1000);
    take();
    CHECK_EQUAL(belay__table_reserve(&table, &memory, 0xffffffffu),
                BELAY_LIMIT);
    CHECK_EQUAL(belay__table_reserve(&table, &memory, 0x80000000u),
                BELAY_LIMIT);
    table_close();
}

static void a_reserve_of_nothing_is_done_even_in_a_full_table(void) {
    table_open(1, 1000);
    take();
    CHECK_EQUAL(belay__table_reserve(&table, &memory, 0), BELAY_OK);
    table_close();
}

/* Whatever allocation is refused, the records that are there stay as they
 * are, and the same reserve succeeds when there is memory again. */
static void a_reserve_without_memory_touches_no_record(void) {
    for (uint64_t granted = 0; granted < 12; granted++) {
        table_open(LIMIT, 1000);
        for (uint32_t i = 0; i < 100; i++) {
            at(take())->value = i;
        }
        the_grant.left = granted;
        belay_code code = belay__table_reserve(&table, &memory, 800);
        CHECK_EQUAL(table.live, 100);
        CHECK_EQUAL(memory.bytes, the_grant.bytes);
        for (uint32_t i = 0; i < 100; i++) {
            CHECK_EQUAL(at(i)->value, i);
        }
        if (code != BELAY_OK) {
            CHECK_EQUAL(code, BELAY_NO_MEMORY);
            the_grant.left = 1000;
            code = belay__table_reserve(&table, &memory, 800);
        }
        CHECK_EQUAL(code, BELAY_OK);
        the_grant.left = 0;
        for (uint32_t i = 0; i < 800; i++) {
            CHECK_EQUAL(belay__table_take(&table), 100 + i);
        }
        table_close();
    }
}

static void what_is_reserved_is_taken_without_memory(void) {
    table_open(LIMIT, 1000);
    CHECK_EQUAL(belay__table_reserve(&table, &memory, LIMIT), BELAY_OK);
    the_grant.left = 0;
    for (uint32_t i = 0; i < LIMIT; i++) {
        CHECK_EQUAL(belay__table_take(&table), i);
    }
    table_close();
}

static void a_place_is_retired_at_the_end_of_its_generations(void) {
    table_open(LIMIT, 1000);
    uint32_t index = take();
    at(index)->slot.generation = BELAY_GENERATION_MAX - 1;
    belay__table_release(&table, index);
    CHECK_EQUAL(take(), index);
    CHECK_EQUAL(at(index)->slot.generation, BELAY_GENERATION_MAX);
    belay__table_release(&table, index);
    CHECK_EQUAL(table.live, 0);
    CHECK(!belay__table_live(&table, index));
    CHECK_EQUAL(take(), index + 1);
    CHECK_EQUAL(take(), index + 2);
    table_close();
}

/* A retired place is no record: as many may be there as before. */
static void retired_places_do_not_lower_the_limit(void) {
    table_open(3, 1000);
    for (uint32_t i = 0; i < 3; i++) {
        uint32_t index = take();
        at(index)->slot.generation = BELAY_GENERATION_MAX;
        belay__table_release(&table, index);
    }
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_EQUAL(take(), 3 + i);
    }
    CHECK_EQUAL(belay__table_reserve(&table, &memory, 1), BELAY_LIMIT);
    table_close();
}

/* Random takes and releases against an array of what should be there. */
static void a_busy_table_agrees_with_an_array(void) {
    static uint64_t values[LIMIT];
    static uint32_t generations[LIMIT];
    test_dice dice = {20};
    table_open(LIMIT, 1000);
    memset(values, 0, sizeof values);
    memset(generations, 0, sizeof generations);
    uint32_t live = 0;
    for (uint64_t step = 1; step <= 20000; step++) {
        uint32_t index = dice_below(&dice, LIMIT);
        if (values[index] != 0) {
            CHECK_EQUAL(at(index)->value, values[index]);
            CHECK_EQUAL(at(index)->slot.generation, generations[index]);
            belay__table_release(&table, index);
            values[index] = 0;
            live--;
        } else if (live < LIMIT) {
            index = take();
            CHECK_EQUAL(values[index], 0);
            CHECK(at(index)->slot.generation > generations[index]);
            at(index)->value = step;
            values[index] = step;
            generations[index] = at(index)->slot.generation;
            live++;
        }
        CHECK_EQUAL(table.live, live);
    }
    table_close();
}

int main(void) {
    RUN(an_empty_table_takes_no_memory);
    RUN(indexes_are_given_from_0_upwards);
    RUN(taking_a_place_writes_nothing_but_its_slot);
    RUN(the_first_generation_is_1);
    RUN(a_released_place_is_the_next_to_be_taken);
    RUN(a_place_taken_anew_has_another_generation);
    RUN(any_index_can_be_asked_whether_it_is_live);
    RUN(records_never_move);
    RUN(a_reserve_beyond_the_limit_is_refused_whole);
    RUN(a_huge_reserve_does_not_overflow);
    RUN(a_reserve_of_nothing_is_done_even_in_a_full_table);
    RUN(a_reserve_without_memory_touches_no_record);
    RUN(what_is_reserved_is_taken_without_memory);
    RUN(a_place_is_retired_at_the_end_of_its_generations);
    RUN(retired_places_do_not_lower_the_limit);
    RUN(a_busy_table_agrees_with_an_array);
    return harness_end();
}
