/* emscripten_growth.c - answers the call by which Emscripten tells its
 * JavaScript that memory has grown. Our loader looks for itself, so that the
 * module needs no imports. */
#include <stddef.h>

void emscripten_notify_memory_growth(size_t memory_index);

void emscripten_notify_memory_growth(size_t memory_index) {
    (void)memory_index;
}
