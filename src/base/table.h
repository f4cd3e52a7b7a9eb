/* table.h - a growable table of records that refer to each other by index.
 *
 *   chunks --> [ chunk 0: 128 records ] [ chunk 1 ] ...
 *
 * Records never move. A released place goes to the front of the free list
 * and is the next to be taken, so a busy table stays small and warm. Each
 * place counts its generations: an old id finds nothing.
 *
 * Every record type begins with a belay__slot. A place whose generation has
 * reached its end is retired and not taken again.
 */
#ifndef BELAY_BASE_TABLE_H
#define BELAY_BASE_TABLE_H

#include <stdint.h>

#include "base/memory.h"

#define BELAY__NONE 0xffffffffu /* no index */
#define BELAY__LIVE 0xfffffffeu /* in slot.link: the place is taken */

#define BELAY__CHUNK_BITS 7
#define BELAY__CHUNK_COUNT (1u << BELAY__CHUNK_BITS)
#define BELAY__CHUNK_MASK (BELAY__CHUNK_COUNT - 1)

typedef struct belay__slot {
    uint32_t generation; /* from 1 on */
    uint32_t link;       /* LIVE, or the next free place, or NONE */
} belay__slot;

typedef struct belay__table {
    unsigned char **chunks;
    uint32_t chunk_count;
    uint32_t chunk_room; /* how many pointers `chunks` has room for */
    uint32_t record_size;
    uint32_t count_max; /* how many records there may be at once */
    uint32_t high;      /* places below it have been taken at some time */
    uint32_t free;      /* the first free place below high, or NONE */
    uint32_t free_count;
    uint32_t live;
} belay__table;

/* Takes no memory. */
void belay__table_init(belay__table *table, uint32_t record_size,
                       uint32_t count_max);

void belay__table_deinit(belay__table *table, belay__memory *memory);

/* Makes sure that the next `count` takes succeed. LIMIT or NO_MEMORY: no
 * record was touched. */
belay_code belay__table_reserve(belay__table *table, belay__memory *memory,
                                uint32_t count);

/* Takes a place that was reserved. Its record holds what it held before: the
 * caller writes all of it but the slot. */
uint32_t belay__table_take(belay__table *table);

void belay__table_release(belay__table *table, uint32_t index);

/* How many further generations the place has that is the next to be taken. */
uint32_t belay__table_left(const belay__table *table);

static inline void *belay__table_chunk(const belay__table *table,
                                       uint32_t index) {
    return table->chunks[index >> BELAY__CHUNK_BITS];
}

static inline void *belay__table_at(const belay__table *table,
                                    uint32_t index) {
    unsigned char *chunk = table->chunks[index >> BELAY__CHUNK_BITS];
    return chunk + (size_t)(index & BELAY__CHUNK_MASK) * table->record_size;
}

/* Whether there is a live record at `index`, which may be any number. */
static inline int belay__table_live(const belay__table *table,
                                    uint32_t index) {
    if (index >= table->high) {
        return 0;
    }
    const belay__slot *slot = belay__table_at(table, index);
    return slot->link == BELAY__LIVE;
}

#endif
