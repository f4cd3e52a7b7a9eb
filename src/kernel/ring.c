#include "kernel/ring.h"

#include "kernel/kernel.h"

BELAY__CALLED void belay__ring_append(const belay_kernel *kernel,
                                      ring_get get, uint32_t *head,
                                      uint32_t index) {
    BELAY_ASSERT(index != BELAY__NONE);
    ring_append(kernel, get, head, index);
}

BELAY__CALLED void belay__ring_remove(const belay_kernel *kernel,
                                      ring_get get, uint32_t *head,
                                      uint32_t index) {
    BELAY_ASSERT(index != BELAY__NONE);
    ring_remove(kernel, get, head, index);
}
