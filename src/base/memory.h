/* memory.h - the caller's allocator, with a count of the bytes it holds. */
#ifndef BELAY_BASE_MEMORY_H
#define BELAY_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "belay.h"

typedef struct belay__memory {
    belay_allocate allocate;
    void *context;
    uint64_t bytes; /* allocated now */
} belay__memory;

/* Zeroed memory of `size` bytes (above 0), or NULL. */
void *belay__memory_new(belay__memory *memory, size_t size);

/* Resizes; what is added is not zeroed. NULL leaves the old block as it was.
 * An old_size of 0 goes with a NULL pointer. */
void *belay__memory_resize(belay__memory *memory, void *pointer,
                           size_t old_size, size_t new_size);

/* NULL is allowed, with size 0. */
void belay__memory_free(belay__memory *memory, void *pointer, size_t size);

#endif
