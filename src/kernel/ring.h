/* ring.h - circular doubly linked lists of records, by index.
 *
 * A ring is known by the index of its first member (BELAY__NONE: empty);
 * the first one's `prev` is the last. The links live in the records: a
 * ring_get of the list's owner finds them, and is inlined.
 */
#ifndef BELAY_KERNEL_RING_H
#define BELAY_KERNEL_RING_H

#include <stdint.h>

#include "base/check.h"
#include "base/table.h"
#include "belay.h"

typedef struct ring_link {
    uint32_t next;
    uint32_t prev;
} ring_link;

typedef ring_link *(*ring_get)(const belay_kernel *kernel, uint32_t index);

/* The two below as one function each, for lists that are not touched for
 * each task: to WebAssembly they are calls, which makes the module smaller. */
void belay__ring_append(const belay_kernel *kernel, ring_get get,
                        uint32_t *head, uint32_t index);
void belay__ring_remove(const belay_kernel *kernel, ring_get get,
                        uint32_t *head, uint32_t index);

/* Appends `index` at the end. */
static inline void ring_append(const belay_kernel *kernel, ring_get get,
                               uint32_t *head, uint32_t index) {
    ring_link *self = get(kernel, index);
    if (*head == BELAY__NONE) {
        self->next = index;
        self->prev = index;
        *head = index;
        return;
    }
    const uint32_t next = *head;
    ring_link *first = get(kernel, next);
    const uint32_t prev = first->prev;
    get(kernel, prev)->next = index;
    first->prev = index;
    self->next = next;
    self->prev = prev;
}

/* Takes `index` out. */
static inline void ring_remove(const belay_kernel *kernel, ring_get get,
                               uint32_t *head, uint32_t index) {
    ring_link *self = get(kernel, index);
    BELAY_ASSERT(*head != BELAY__NONE);
    if (self->next == index) {
        BELAY_ASSERT(*head == index);
        *head = BELAY__NONE;
        return;
    }
    const ring_link link = *self;
    ring_link *next = get(kernel, link.next);
    BELAY_ASSERT(next->prev == index);
    next->prev = link.prev;
    get(kernel, link.prev)->next = link.next;
    if (*head == index) {
        *head = link.next;
    }
}

#endif
