/* Jobs of the tests that break their thread, or do not let go of it. */
#include <stdlib.h>

#include "belay.h"
#include "belay_jobs.h"

BELAY_JOB(never_ends, "") {
    belay_report(context, belay_none());
    (void)arguments;
    (void)count;
    static volatile uint32_t turns;
    for (;;) {
        turns++;
    }
}

BELAY_JOB(unreachable, "") {
    (void)context;
    (void)arguments;
    (void)count;
    __builtin_trap();
}

BELAY_JOB(aborts, "") {
    (void)context;
    (void)arguments;
    (void)count;
    abort();
}

BELAY_JOB(exits, "integer") {
    (void)context;
    (void)count;
    exit((int)arguments[0].integer);
}

BELAY_JOB(out_of_bounds, "") {
    (void)context;
    (void)arguments;
    (void)count;
    volatile uint8_t *at = (volatile uint8_t *)(uintptr_t)0xfffffff0u;
    return belay_number(*at);
}

/* NOLINTNEXTLINE(misc-no-recursion): that is what it is for */
static uint32_t deeper(volatile uint32_t *depth) {
    volatile uint32_t room[64];
    room[0] = ++*depth;
    return deeper(depth) + room[0];
}

BELAY_JOB(stack_overflow, "") {
    (void)context;
    (void)arguments;
    (void)count;
    volatile uint32_t depth = 0;
    return belay_number(deeper(&depth));
}
