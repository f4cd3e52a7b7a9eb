/* overflow.c - a fiber that uses more stack than it has: the test is that
 * this is said, and that the program ends. */
#include "aborts.h"
#include "fiber/switch.h"

#define STACK ((size_t)32 * 1024)

#if defined(__wasm__)
typedef unsigned (*sum)(unsigned depth, const unsigned char *above);

static sum go_deeper;

static unsigned sum_below(unsigned depth, const unsigned char *above) {
    volatile unsigned char some[64];
    for (unsigned i = 0; i < sizeof(some); i++) {
        some[i] = above[i];
    }
    unsigned char copy[64];
    for (unsigned i = 0; i < sizeof(copy); i++) {
        copy[i] = some[sizeof(copy) - 1 - i];
    }
    unsigned below = depth == 0 ? 0 : go_deeper(depth - 1, copy);
    return below + some[depth % sizeof(some)];
}

/* Somewhat deeper than the stack; below it lies the room for locals. */
static void overflows(void *argument) {
    static const unsigned char numbers[64];
    go_deeper = sum_below;
    *(unsigned *)argument = sum_below((unsigned)(STACK / 128), numbers);
    belayr_fiber_suspend();
}
#else
/* Natively the heap lies below, and AddressSanitizer would be first. */
static void overflows(void *argument) {
    (void)argument;
    belayr_fiber_current()->guard[100] = 0;
    belayr_fiber_suspend();
}
#endif

int main(void) {
    abort_is_expected();
    unsigned sum = 0;
    belayr_fiber *fiber = belayr_fiber_open(overflows, &sum, STACK);
    belayr_fiber_resume(fiber);
    return sum == 1 ? 1 : 0;
}
