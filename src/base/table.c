#include "base/table.h"

#include <string.h>

#include "base/check.h"

void belay__table_init(belay__table *table, uint32_t record_size,
                       uint32_t count_max) {
    BELAY_ASSERT(record_size >= sizeof(belay__slot));
    BELAY_ASSERT(record_size % sizeof(uint64_t) == 0);
    BELAY_ASSERT(count_max < BELAY__LIVE);
    memset(table, 0, sizeof *table);
    table->record_size = record_size;
    table->count_max = count_max;
    table->free = BELAY__NONE;
}

static size_t chunk_size(const belay__table *table) {
    BELAY_ASSERT(table->record_size >= sizeof(belay__slot));
    return (size_t)table->record_size << BELAY__CHUNK_BITS;
}

void belay__table_deinit(belay__table *table, belay__memory *memory) {
    BELAY_ASSERT(table->live + table->free_count <= table->high);
    BELAY_ASSERT((table->free_count == 0) == (table->free == BELAY__NONE));
    BELAY_ASSERT(table->chunk_count <= table->chunk_room);
    BELAY_ASSERT((table->chunks == NULL) == (table->chunk_room == 0));
    for (uint32_t i = 0; i < table->chunk_count; i++) {
        belay__memory_free(memory, table->chunks[i], chunk_size(table));
    }
    belay__memory_free(memory, table->chunks,
                       table->chunk_room * sizeof *table->chunks);
    table->chunks = NULL;
    table->chunk_count = 0;
    table->chunk_room = 0;
}

/* Makes room for one more chunk pointer. */
static belay_code table_widen(belay__table *table, belay__memory *memory) {
    BELAY_ASSERT(table->chunk_count <= table->chunk_room);
    if (table->chunk_count < table->chunk_room) {
        return BELAY_OK;
    }
    BELAY_ASSERT(table->chunk_room <= BELAY_PROCESSES_MAX / 2);
    BELAY_ASSERT(table->high <= table->chunk_count << BELAY__CHUNK_BITS);
    uint32_t room = table->chunk_room == 0 ? 4 : table->chunk_room * 2;
    size_t size = sizeof *table->chunks;
    void *chunks = belay__memory_resize(
        memory, table->chunks, table->chunk_room * size, room * size);
    if (chunks == NULL) {
        return BELAY_NO_MEMORY;
    }
    table->chunks = chunks;
    table->chunk_room = room;
    return BELAY_OK;
}

static uint32_t table_room(const belay__table *table) {
    uint32_t places = table->chunk_count << BELAY__CHUNK_BITS;
    BELAY_ASSERT(places >= table->high);
    return places - table->high + table->free_count;
}

/* Makes new places, so that `count` are free. */
static __attribute__((noinline)) belay_code
table_grow(belay__table *table, belay__memory *memory, uint32_t count) {
    while (table_room(table) < count) {
        belay_code code = table_widen(table, memory);
        if (code != BELAY_OK) {
            return code;
        }
        void *chunk = belay__memory_new(memory, chunk_size(table));
        if (chunk == NULL) {
            return BELAY_NO_MEMORY;
        }
        BELAY_ASSERT(table->chunk_count < table->chunk_room);
        table->chunks[table->chunk_count++] = chunk;
    }
    return BELAY_OK;
}

belay_code belay__table_reserve(belay__table *table, belay__memory *memory,
                                uint32_t count) {
    BELAY_ASSERT(table->live <= table->count_max);
    if (count > table->count_max - table->live) {
        return BELAY_LIMIT;
    }
    return table->free_count >= count ? BELAY_OK
                                      : table_grow(table, memory, count);
}

uint32_t belay__table_take(belay__table *table) {
    uint32_t index = table->free;
    belay__slot *slot = NULL;
    if (index != BELAY__NONE) {
        slot = belay__table_at(table, index);
        table->free = slot->link;
        table->free_count--;
    } else {
        index = table->high++;
        BELAY_ASSERT(index >> BELAY__CHUNK_BITS < table->chunk_count);
        BELAY_ASSERT(index <= BELAY_PROCESSES_MAX);
        slot = belay__table_at(table, index);
        slot->generation = 1;
    }
    BELAY_ASSERT(slot->link != BELAY__LIVE);
    slot->link = BELAY__LIVE;
    table->live++;
    BELAY_ASSERT(table->live <= table->count_max);
    return index;
}

uint32_t belay__table_left(const belay__table *table) {
    if (table->free == BELAY__NONE) {
        return BELAY_GENERATION_MAX - 1;
    }
    const belay__slot *slot = belay__table_at(table, table->free);
    BELAY_ASSERT(slot->generation <= BELAY_GENERATION_MAX);
    return BELAY_GENERATION_MAX - slot->generation;
}

void belay__table_release(belay__table *table, uint32_t index) {
    BELAY_ASSERT(belay__table_live(table, index));
    belay__slot *slot = belay__table_at(table, index);
    table->live--;
    if (slot->generation == BELAY_GENERATION_MAX) {
        slot->link = BELAY__NONE; /* retired: its next id would be old */
        return;
    }
    slot->generation++;
    slot->link = table->free;
    table->free = index;
    table->free_count++;
}
