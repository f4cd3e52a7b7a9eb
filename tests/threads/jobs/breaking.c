/* Jobs of the tests that break their thread, or do not let go of it. */
#include <stdlib.h>

#include "test_jobs.h"

static volatile uint32_t turns;

BELAY_JOB(never_ends, "") {
    belay_report(context, belay_none());
    (void)arguments;
    (void)count;
    for (;;) {
        turns++;
    }
}

/* Returns when it is told to, which a task of it is, too, and does not; the
 * array is set to 1 before. */
BELAY_JOB(outlived, "Int32Array") {
    (void)count;
    belay_task task;
    if (belay_async(context, never_ends, NULL, 0, NULL, &task) != BELAY_OK) {
        return belay_fail(context, 1, "not started");
    }
    while (!belay_cancelled(context)) {
    }
    *(volatile int32_t *)arguments[0].data = 1;
    return belay_none();
}

/* The same, but it fails by itself once its task has begun. */
BELAY_JOB(fails_outlived, "") {
    (void)arguments;
    (void)count;
    belay_task task;
    uint32_t before = turns;
    if (belay_async(context, never_ends, NULL, 0, NULL, &task) != BELAY_OK) {
        return belay_fail(context, 1, "not started");
    }
    while (turns == before && !belay_cancelled(context)) {
    }
    return belay_fail(context, 5, "outlived");
}

/* Until the array is set by somebody else; then it has something to tell. */
static belay_value until_set(belay_context *context,
                             const belay_value *arguments, size_t count) {
    (void)count;
    while (*(volatile int32_t *)arguments[0].data == 0 &&
           !belay_cancelled(context)) {
    }
    belay_report(context, belay_string("set"));
    return belay_none();
}

/* Leaves behind a process of its own. */
BELAY_JOB(starts_another, "Int32Array -> number") {
    const belay_value array = belay_shared(arguments[0]);
    return belay_number(
        belay_start(context, until_set, &array, count, NULL, NULL));
}

BELAY_JOB(unreachable, "") {
    (void)context;
    (void)arguments;
    (void)count;
    __builtin_trap();
}

/* A task of it, on another thread where there are some. */
BELAY_JOB(breaks_by_task, "") {
    (void)arguments;
    (void)count;
    return await_one(context, unreachable, NULL, 0);
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
