/* The order in which streams hand over: when several items end in one step,
 * when STREAM_CYCLE goes the short way, and when the queue of events is
 * full. */
#include "harness.h"

#define ALL 0xffffffffu
#define TAG 77u
#define MANY 100u

static void want_together(test_world *world, belay_pid stream) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_NEXT,
                        .other = stream,
                        .count = ALL,
                        .flags = BELAY_FLAG_TOGETHER,
                    });
}

/* These bodies have returned, in this order, and are told of in one step. */
static void settle_all(test_world *world, const belay_pid *pids,
                       uint32_t count) {
    put_pids(world, pids, count);
    belay_answer answer = {0};
    belay_command command = {.op = BELAY_OP_SETTLE, .count = count};
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, count);
}

/* Starts `count` elements at once. */
static void push(test_world *world, belay_pid stream, uint32_t count,
                 belay_pid *pids) {
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_STREAM_PUSH,
        .other = stream,
        .count = count,
    };
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, count);
    get_pids(world, pids, count);
}

/* The events of a kind are about these, in this order, and nobody else. */
static void check_order(test_world *world, belay_event_kind kind,
                        const belay_pid *pids, uint32_t count) {
    CHECK_EQUAL(world_count(world, kind), count);
    for (uint32_t i = 0; i < count; i++) {
        const belay_event *event = world_event(world, kind, i);
        CHECK_EQUAL(event == NULL ? 0 : event->pid, pids[i]);
    }
}

static void end_input(test_world *world, belay_pid stream) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_END,
                        .other = stream,
                    });
}

/* A stream of which five items run; all results are wanted. */
typedef struct five {
    test_world *world;
    belay_pid stream;
    belay_pid items[5];
} five;

static five open_five(uint32_t flags) {
    five it = {.world = world_open(0, 0, 0)};
    it.stream = open_stream(it.world, it.world->root, TAG, 5, flags);
    want_together(it.world, it.stream);
    push(it.world, it.stream, 5, it.items);
    world_forget(it.world);
    return it;
}

/* The same, when there are no more: no pull comes between the results. */
static five open_last_five(uint32_t flags) {
    five it = open_five(flags);
    end_input(it.world, it.stream);
    return it;
}

/* ---- Ends in one step -------------------------------------------------- */

/* An item that is watched takes longer to end than a plain one, and is not
 * overtaken all the same. */
static void plain_items_do_not_overtake_one_that_others_watch(void) {
    for (uint32_t watched = 0; watched < 5; watched++) {
        five it = open_last_five(0);
        const belay_pid ended[] = {it.items[3], it.items[0], it.items[4],
                                   it.items[2], it.items[1]};
        watch(it.world, it.world->root, ended[watched], 5);
        settle_all(it.world, ended, 5);
        check_order(it.world, BELAY_EVENT_ITEM, ended, 5);
        CHECK_EQUAL(count_tagged(it.world, BELAY_EVENT_DOWN, 5), 1);
        world_close(it.world);
    }
}

/* The task between the two items is no item; it ends in its order, too. */
static void plain_items_do_not_overtake_a_task(void) {
    five it = open_last_five(0);
    belay_pid task = spawn(it.world, it.world->root, 3, 0);
    run_all(it.world);
    wait_for(it.world, BELAY_WAIT_AWAIT, it.world->root, task, 1000, 8);
    const belay_pid ended[] = {it.items[1], task, it.items[0]};
    const belay_pid items[] = {it.items[1], it.items[0]};
    settle_all(it.world, ended, 3);
    check_order(it.world, BELAY_EVENT_ITEM, items, 2);
    CHECK(world_place(it.world,
                      event_tagged(it.world, BELAY_EVENT_WAIT_DONE, 8)) <
          world_place(it.world, world_event(it.world, BELAY_EVENT_ITEM, 0)));
    world_close(it.world);
}

static void ordered_results_come_in_the_order_of_the_input(void) {
    for (uint32_t watched = 0; watched < 5; watched++) {
        five it = open_last_five(BELAY_FLAG_ORDERED);
        const belay_pid late[] = {it.items[3], it.items[1], it.items[4]};
        const belay_pid soon[] = {it.items[2], it.items[0]};
        watch(it.world, it.world->root, it.items[watched], 5);
        settle_all(it.world, late, 3);
        check_order(it.world, BELAY_EVENT_ITEM, NULL, 0);
        settle_all(it.world, soon, 2);
        check_order(it.world, BELAY_EVENT_ITEM, it.items, 5);
        world_close(it.world);
    }
}

/* Results that wait for the consumer wait in one queue, failures as well. */
static void a_failure_stands_where_it_happened(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream =
        open_stream(world, world->root, TAG, 4, BELAY_FLAG_NOLINK);
    want(world, stream, 1);
    belay_pid items[4];
    push(world, stream, 4, items);
    end_input(world, stream);
    const belay_pid ended[] = {items[3], items[2], items[1], items[0]};
    settle_all(world, ended, 2); /* the first is handed over */
    exit_with(world, ended[2], BELAY_REASON_TIMEOUT);
    settle_all(world, &ended[3], 1);
    check_order(world, BELAY_EVENT_ITEM, ended, 1);
    want_together(world, stream);
    check_order(world, BELAY_EVENT_ITEM, ended, 4);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_ITEM, ended[2])->extra,
                BELAY_OUTCOME_EXIT);
    world_close(world);
}

/* Of two streams, that goes first of which an item ended first. */
static void streams_take_turns_in_the_order_of_their_first_ends(void) {
    five it = open_last_five(0);
    belay_pid other = open_stream(it.world, it.world->root, TAG + 1, 2, 0);
    want_together(it.world, other);
    belay_pid items[2];
    push(it.world, other, 2, items);
    const belay_pid ended[] = {items[1], it.items[3], items[0], it.items[1]};
    const belay_pid told[] = {items[1], items[0], it.items[3], it.items[1]};
    settle_all(it.world, ended, 4);
    check_order(it.world, BELAY_EVENT_ITEM, told, 4);
    world_close(it.world);
}

/* ---- The short way ----------------------------------------------------- */

static belay_pid cycle_one(test_world *world, belay_pid stream,
                           belay_pid pid) {
    put_pids(world, &pid, 1);
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_STREAM_CYCLE,
        .other = stream,
        .count = 1,
    };
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 1);
    const uint32_t *words = belay_words(world->kernel);
    return (belay_pid)words[1] << 32 | words[0];
}

static void halt(test_world *world, belay_pid stream) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_HALT,
                        .other = stream,
                    });
}

/* The place in the table, and in the order in which a halt kills. */
static void unordered_the_next_element_takes_the_place_of_the_last(void) {
    for (uint32_t at = 0; at < 5; at++) {
        five it = open_five(0);
        belay_pid old = it.items[at];
        it.items[at] = cycle_one(it.world, it.stream, old);
        CHECK(it.items[at] != old);
        CHECK_EQUAL(it.items[at] & 0xffffffu, old & 0xffffffu);
        CHECK_EQUAL(info_of(it.world, it.items[at]).tag, 5);
        halt(it.world, it.stream);
        check_order(it.world, BELAY_EVENT_EXITED, it.items, 5);
        world_close(it.world);
    }
}

/* The oldest is the only one that may be cycled, and is the newest then: its
 * result comes after those of all others. */
static void ordered_the_next_element_is_the_newest(void) {
    five it = open_five(BELAY_FLAG_ORDERED);
    belay_pid first = cycle_one(it.world, it.stream, it.items[0]);
    belay_pid second = cycle_one(it.world, it.stream, it.items[1]);
    const belay_pid ended[] = {second, first, it.items[4], it.items[3],
                               it.items[2]};
    const belay_pid told[] = {it.items[2], it.items[3], it.items[4], first,
                              second};
    CHECK_EQUAL(info_of(it.world, first).tag, 5);
    CHECK_EQUAL(info_of(it.world, second).tag, 6);
    settle_all(it.world, ended, 5);
    check_order(it.world, BELAY_EVENT_ITEM, told, 5);
    world_close(it.world);
}

static void a_cycled_item_ends_in_turn_with_the_others(void) {
    five it = open_five(0);
    belay_pid next = cycle_one(it.world, it.stream, it.items[2]);
    watch(it.world, it.world->root, next, 5);
    const belay_pid ended[] = {it.items[4], next, it.items[0]};
    settle_all(it.world, ended, 3);
    check_order(it.world, BELAY_EVENT_ITEM, ended, 3);
    world_close(it.world);
}

/* ---- A full queue ------------------------------------------------------ */

/* A stream of MANY items, and no more, in the smallest queue. All have ended,
 * the last one first; one result has been handed over, the others are not
 * wanted yet. */
typedef struct crowd {
    test_world *world;
    belay_pid stream;
    belay_pid told[MANY]; /* in which order the results come */
} crowd;

static crowd open_crowd(uint32_t flags) {
    crowd it = {.world = world_open(0, BELAY_EVENTS_MIN, 0)};
    it.stream = open_stream(it.world, it.world->root, TAG, MANY, flags);
    want(it.world, it.stream, 1);
    belay_pid items[MANY];
    belay_pid ended[MANY];
    push(it.world, it.stream, MANY, items);
    for (uint32_t i = 0; i < MANY; i++) {
        ended[i] = items[MANY - 1 - i];
        it.told[i] = flags == BELAY_FLAG_ORDERED ? items[i] : ended[i];
    }
    end_input(it.world, it.stream);
    settle_all(it.world, ended, MANY);
    check_order(it.world, BELAY_EVENT_ITEM, it.told, 1);
    CHECK_EQUAL(belay_look(it.world->kernel)->kept, MANY - 1);
    world_forget(it.world);
    return it;
}

/* The host says that it wants all, and then only drains and steps. */
static void a_turn_that_a_full_queue_interrupts_goes_on_by_itself(void) {
    const uint32_t forms[] = {0, BELAY_FLAG_ORDERED};
    for (uint32_t i = 0; i < 2; i++) {
        crowd it = open_crowd(forms[i]);
        want_together(it.world, it.stream);
        check_order(it.world, BELAY_EVENT_ITEM, &it.told[1], MANY - 1);
        CHECK_EQUAL(world_count(it.world, BELAY_EVENT_STREAM_CLOSED), 1);
        world_close(it.world);
    }
}

/* The same, seen from the host: the queue is never overfull, work is
 * pending until all is handed over, and no command comes between. */
static void an_interrupted_turn_is_pending_work(void) {
    crowd it = open_crowd(0);
    belay_kernel *kernel = it.world->kernel;
    const belay_view *view = belay_look(kernel);
    belay_command command = {
        .op = BELAY_OP_STREAM_NEXT,
        .other = it.stream,
        .count = ALL,
        .flags = BELAY_FLAG_TOGETHER,
    };
    belay_answer answer = {0};
    CHECK_EQUAL(belay_submit(kernel, &command, &answer), BELAY_OK);
    uint32_t done = 1;
    uint32_t rounds = 0;
    while (view->pending) {
        CHECK(view->events <= BELAY_EVENTS_MIN);
        CHECK_EQUAL(belay_submit(kernel, &command, &answer), BELAY_BUSY);
        while (view->events > 0) {
            CHECK_EQUAL(belay_next_event(kernel)->pid, it.told[done++]);
        }
        CHECK_EQUAL(belay_check(kernel), 0);
        CHECK_EQUAL(belay_step(kernel), BELAY_OK);
        rounds++;
    }
    CHECK(rounds > 0);
    while (done < MANY && view->events > 0) {
        CHECK_EQUAL(belay_next_event(kernel)->pid, it.told[done++]);
    }
    CHECK_EQUAL(done, MANY);
    CHECK_EQUAL(view->kept, 0);
    CHECK_EQUAL(view->events, 1);
    CHECK_EQUAL(belay_next_event(kernel)->kind, BELAY_EVENT_STREAM_CLOSED);
    world_close(it.world);
}

int main(void) {
    RUN(plain_items_do_not_overtake_one_that_others_watch);
    RUN(plain_items_do_not_overtake_a_task);
    RUN(ordered_results_come_in_the_order_of_the_input);
    RUN(a_failure_stands_where_it_happened);
    RUN(streams_take_turns_in_the_order_of_their_first_ends);
    RUN(unordered_the_next_element_takes_the_place_of_the_last);
    RUN(ordered_the_next_element_is_the_newest);
    RUN(a_cycled_item_ends_in_turn_with_the_others);
    RUN(a_turn_that_a_full_queue_interrupts_goes_on_by_itself);
    RUN(an_interrupted_turn_is_pending_work);
    return harness_end();
}
