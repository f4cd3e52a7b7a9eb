/* report.c - two tasks that sleep, awaited. */
#include <stdio.h>

#include "belay_runtime.h"

static belay_value job_nap(belay_context *context,
                           const belay_value *arguments, size_t count) {
    (void)count;
    const int64_t milliseconds = arguments[0].integer;
    (void)belay_sleep(context, (uint64_t)milliseconds);
    return belay_integer(2 * milliseconds);
}

int main(void) {
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(NULL, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    belay_task tasks[2];
    for (int i = 0; i < 2; i++) {
        const belay_value milliseconds = belay_integer(20 - 10 * i);
        (void)belay_async(root, job_nap, &milliseconds, 1, NULL, &tasks[i]);
    }
    for (int i = 0; i < 2; i++) {
        belay_result result;
        if (belay_await(root, tasks[i], 5000, &result) == BELAY_OK) {
            printf("%d\n", (int)result.value.integer);
        }
    }
    belay_runtime_destroy(runtime);
    return 0;
}
