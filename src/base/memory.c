#include "base/memory.h"

#include <string.h>

#include "base/check.h"

void *belay__memory_new(belay__memory *memory, size_t size) {
    BELAY_ASSERT(memory->allocate != NULL);
    BELAY_ASSERT(size > 0);
    void *pointer = belay__memory_resize(memory, NULL, 0, size);
    if (pointer != NULL) {
        memset(pointer, 0, size);
    }
    return pointer;
}

void *belay__memory_resize(belay__memory *memory, void *pointer,
                           size_t old_size, size_t new_size) {
    BELAY_ASSERT(new_size > 0);
    BELAY_ASSERT((pointer == NULL) == (old_size == 0));
    void *resized =
        memory->allocate(memory->context, pointer, old_size, new_size);
    if (resized != NULL) {
        BELAY_ASSERT(memory->bytes >= old_size);
        memory->bytes += new_size;
        memory->bytes -= old_size;
        BELAY_ASSERT(memory->bytes >= new_size);
    }
    return resized;
}

void belay__memory_free(belay__memory *memory, void *pointer, size_t size) {
    BELAY_ASSERT((pointer == NULL) == (size == 0));
    BELAY_ASSERT(memory->bytes >= size);
    if (pointer != NULL) {
        (void)memory->allocate(memory->context, pointer, size, 0);
        memory->bytes -= size;
    }
}
