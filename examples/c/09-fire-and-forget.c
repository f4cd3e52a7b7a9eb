/* 09-fire-and-forget.c - the third common mistake: critical writes that
 * nobody watches.
 *
 * A transient child of a task supervisor is started again when it fails; a
 * monitor tells when it is done.
 */
#include <belay.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int tries;
static atomic_int orders_kept;

/* The first so many tries fail: the service is down. */
static belay_value save_order(belay_context *context,
                              const belay_value *arguments, size_t count) {
    (void)count;
    int attempt = atomic_fetch_add(&tries, 1) + 1;
    (void)belay_sleep(context, 5);
    if (attempt <= arguments[0].integer) {
        return belay_fail(context, 503, "service unavailable");
    }
    (void)atomic_fetch_add(&orders_kept, 1);
    return belay_none();
}

static void no_log(void *hooks, const belay_log *entry) {
    (void)hooks;
    (void)entry; /* the failures are part of the example */
}

static int forget(belay_context *root) {
    const belay_value failures = belay_integer(2);
    atomic_store(&tries, 0);
    belay_pid pid = 0;
    uint64_t monitor = 0;
    belay_message down;
    if (belay_start(root, save_order, &failures, 1, NULL, &pid) != BELAY_OK ||
        belay_monitor(root, pid, &monitor) != BELAY_OK ||
        belay_receive(root, 5000, &down) != BELAY_OK) {
        return 1;
    }
    belay_value_free(root, &down.value);
    printf("forgotten: tries: %d, orders kept: %d\n", atomic_load(&tries),
           atomic_load(&orders_kept));
    return 0;
}

/* Waits until the supervisor has no child left: the last try was good. */
static int supervise(belay_context *root, belay_pid supervisor) {
    const belay_value failures = belay_integer(2);
    const belay_start_options options = {
        .label = "order B",
        .supervisor = supervisor,
        .restart = BELAY_RESTART_TRANSIENT,
    };
    atomic_store(&tries, 0);
    if (belay_start_child(root, save_order, &failures, 1, &options, NULL) !=
        BELAY_OK) {
        return 1;
    }
    size_t left = 1;
    while (left > 0) {
        (void)belay_sleep(root, 1);
        if (belay_supervisor_children(root, supervisor, NULL, 0, &left) !=
            BELAY_OK) {
            return 1; /* it has given up */
        }
    }
    printf("supervised: tries: %d, orders kept: %d\n", atomic_load(&tries),
           atomic_load(&orders_kept));
    return atomic_load(&orders_kept) == 1 ? 0 : 1;
}

int main(void) {
    const belay_runtime_options options = {.log = no_log};
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(&options, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    const belay_supervisor_options writes = {.name = "MyApp.Writes",
                                             .max_restarts = 1 + 5};
    belay_pid supervisor = 0;
    int failed = forget(root);
    failed |=
        belay_task_supervisor_start(root, &writes, &supervisor) != BELAY_OK;
    failed = failed || supervise(root, supervisor);
    printf("=> what must not be lost belongs to a supervisor that tries "
           "again, and is watched\n");
    belay_runtime_destroy(runtime);
    return failed;
}
