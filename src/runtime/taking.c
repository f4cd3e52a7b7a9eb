/* taking.c - the runtime's memory, all from the hook of its options. */
#include "runtime/runtime.h"

#include <string.h>

void *belay__grow(belay_runtime *runtime, void *pointer, size_t old_size,
                  size_t new_size) {
    void *memory = runtime->allocate(runtime->allocate_context, pointer,
                                     old_size, new_size);
    if (memory != NULL || new_size == 0) {
        (void)atomic_fetch_add_explicit(&runtime->bytes, new_size - old_size,
                                        memory_order_relaxed);
    }
    return memory;
}

void *belay__take(belay_runtime *runtime, size_t size) {
    return belay__grow(runtime, NULL, 0, size);
}

void belay__give(belay_runtime *runtime, void *pointer, size_t size) {
    if (pointer != NULL) {
        (void)belay__grow(runtime, pointer, size, 0);
    }
}

belay_code belay__reserve(belay_runtime *runtime, void **table,
                          uint32_t *capacity, uint32_t count,
                          size_t element) {
    if (count <= *capacity) {
        return BELAY_OK;
    }
    uint32_t wanted = *capacity < 16 ? 16 : *capacity;
    while (wanted < count) {
        wanted *= 2;
    }
    void *memory =
        belay__grow(runtime, *table, *capacity * element, wanted * element);
    if (memory == NULL) {
        return BELAY_NO_MEMORY;
    }
    memset((char *)memory + *capacity * element, 0,
           (wanted - *capacity) * element);
    *table = memory;
    *capacity = wanted;
    return BELAY_OK;
}
