/* taking.c - the runtime's memory, all from the hook of its options. */
#include "runtime/runtime.h"

#include <string.h>

void *belayr_grow(belay_runtime *runtime, void *pointer, size_t old_size,
                  size_t new_size) {
    void *memory = runtime->allocate(runtime->allocate_context, pointer,
                                     old_size, new_size);
    if (memory != NULL || new_size == 0) {
        (void)atomic_fetch_add_explicit(&runtime->bytes, new_size - old_size,
                                        memory_order_relaxed);
    }
    return memory;
}

void *belayr_take(belay_runtime *runtime, size_t size) {
    return belayr_grow(runtime, NULL, 0, size);
}

void belayr_give(belay_runtime *runtime, void *pointer, size_t size) {
    if (pointer != NULL) {
        (void)belayr_grow(runtime, pointer, size, 0);
    }
}

belay_code belayr_reserve(belay_runtime *runtime, void **table,
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
        belayr_grow(runtime, *table, *capacity * element, wanted * element);
    if (memory == NULL) {
        return BELAY_NO_MEMORY;
    }
    memset((char *)memory + *capacity * element, 0,
           (wanted - *capacity) * element);
    *table = memory;
    *capacity = wanted;
    return BELAY_OK;
}

belay_code belayr_places_add(belay_runtime *runtime, belayr_places *places,
                             void *thing, uint32_t *tag) {
    if (places->free == 0) {
        uint32_t old = places->count;
        belay_code code =
            belayr_reserve(runtime, (void **)&places->at, &places->count,
                           old + 1, sizeof(*places->at));
        if (code != BELAY_OK) {
            return code;
        }
        for (uint32_t i = places->count; i-- > old;) {
            places->at[i].next = places->free;
            places->free = i + 1;
        }
    }
    *tag = places->free - 1;
    places->free = places->at[*tag].next;
    places->at[*tag].thing = thing;
    return BELAY_OK;
}

void belayr_places_drop(belayr_places *places, uint32_t tag) {
    places->at[tag].next = places->free;
    places->free = tag + 1;
}

void belayr_places_free(belay_runtime *runtime, belayr_places *places) {
    belayr_give(runtime, places->at, places->count * sizeof(*places->at));
}
