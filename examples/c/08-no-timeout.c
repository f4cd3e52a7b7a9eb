/* 08-no-timeout.c - the second common mistake: no timeout, no way to cancel.
 *
 * A job in C cannot be stopped from outside: it asks, in each loop, whether
 * it should go on. One that never asks goes on, though its task has ended; it
 * counts as abandoned until it returns.
 */
#include <belay.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int let_go;

/* Counts primes, and asks now and then. */
static belay_value polite(belay_context *context,
                          const belay_value *arguments, size_t count) {
    (void)arguments;
    (void)count;
    int64_t steps = 0;
    while (!belay_cancelled(context)) {
        steps++;
    }
    return belay_integer(steps);
}

/* Asks nobody; a real one would compute. */
static belay_value deaf(belay_context *context, const belay_value *arguments,
                        size_t count) {
    (void)arguments;
    (void)count;
    while (!atomic_load(&let_go)) {
        (void)belay_cancelled(context); /* gives others their turn: WASI */
    }
    return belay_none();
}

static uint32_t abandoned(belay_context *root) {
    belay_runtime_info info;
    belay_runtime_look(belay_context_runtime(root), &info);
    return info.abandoned;
}

static int late(belay_context *root, const char *name, belay_job job) {
    belay_task task;
    belay_result result;
    if (belay_async(root, job, NULL, 0, NULL, &task) != BELAY_OK) {
        return 1;
    }
    belay_code code = belay_await(root, task, 50, &result);
    printf("%s: %s after its 50 ms\n", name, belay_code_text((uint32_t)code));
    code = belay_shutdown(root, task, BELAY_BRUTAL_KILL, &result);
    printf("  killed: the task is %s\n",
           belay_alive(root, task.pid) ? "alive" : "dead");
    return code != BELAY_EMPTY;
}

int main(void) {
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(NULL, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    int failed = late(root, "polite", polite);
    while (abandoned(root) > 0) {
        (void)belay_sleep(root, 1);
    }
    printf("  its job has returned\n");
    failed |= late(root, "deaf", deaf);
    printf("  jobs that run on for nobody: %u\n", abandoned(root));
    failed |= abandoned(root) != 1;
    atomic_store(&let_go, 1);
    printf("=> give every wait a timeout, and ask belay_cancelled in every "
           "loop\n");
    belay_runtime_destroy(runtime);
    return failed;
}
