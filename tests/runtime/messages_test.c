/* Links, monitors, signals and messages between jobs; many tasks at once. */
#include <stdatomic.h>

#include "jobs.h"

static void a_monitor_tells_why_it_ended(void) {
    belay_context *root = open_runtime(NULL);
    const belay_value argument = belay_integer(5);
    belay_pid pid = 0;
    CHECK_EQUAL(belay_start(root, job_until_cancelled, NULL, 0, NULL, &pid),
                BELAY_OK);
    uint64_t reference = 0;
    CHECK_EQUAL(belay_monitor(root, pid, &reference), BELAY_OK);
    belay_message message;
    CHECK_EQUAL(belay_receive(root, 0, &message), BELAY_TIMEOUT);
    CHECK_EQUAL(belay_receive(root, 1, &message), BELAY_TIMEOUT);
    CHECK_EQUAL(belay_process_exit(root, pid, BELAY_REASON_KILL), BELAY_OK);
    CHECK_EQUAL(belay_receive(root, 5000, &message), BELAY_OK);
    CHECK_EQUAL(message.kind, BELAY_MESSAGE_DOWN);
    CHECK_EQUAL(message.reason, BELAY_REASON_KILLED);
    CHECK_EQUAL(message.reference, reference);
    CHECK_EQUAL(belay_monitor(root, pid, &reference), BELAY_OK);
    CHECK_EQUAL(belay_receive(root, 0, &message), BELAY_OK);
    CHECK_EQUAL(message.reason, BELAY_REASON_NOPROC);
    CHECK_EQUAL(belay_start(root, job_fail, &argument, 1, NULL, &pid),
                BELAY_OK);
    CHECK_EQUAL(belay_monitor(root, pid, &reference), BELAY_OK);
    CHECK_EQUAL(belay_receive(root, BELAY_INFINITY, &message), BELAY_OK);
    if (message.reason != BELAY_REASON_NOPROC) {
        CHECK_EQUAL(message.reason, BELAY_REASON_FAILURE);
        CHECK_EQUAL(message.failure, 5);
        CHECK_EQUAL(strcmp(message.value.string, "no such page"), 0);
    }
    belay_value_free(root, &message.value);
    close_runtime(root);
}

static void demonitor_takes_the_message_back(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid pid = 0;
    uint64_t first = 0;
    uint64_t second = 0;
    CHECK_EQUAL(belay_start(root, job_until_cancelled, NULL, 0, NULL, &pid),
                BELAY_OK);
    CHECK_EQUAL(belay_monitor(root, pid, &first), BELAY_OK);
    CHECK_EQUAL(belay_monitor(root, pid, &second), BELAY_OK);
    CHECK_EQUAL(belay_demonitor(root, first), BELAY_OK);
    CHECK_EQUAL(belay_process_exit(root, pid, BELAY_REASON_KILL), BELAY_OK);
    CHECK_EQUAL(belay_demonitor(root, second), BELAY_OK);
    CHECK_EQUAL(belay_demonitor(root, second), BELAY_GONE);
    belay_message message;
    CHECK_EQUAL(belay_receive(root, 0, &message), BELAY_TIMEOUT);
    wait_until_quiet(root);
    close_runtime(root);
}

/* Traps exits, starts a linked job that fails, and gives its number. */
static belay_value job_traps(belay_context *context,
                             const belay_value *arguments, size_t count) {
    belay_message message = {0};
    (void)belay_trap_exit(context, 1);
    if (belay_start_link(context, job_fail, arguments, count, NULL, NULL) !=
        BELAY_OK) {
        return belay_fail(context, 2, "start_link");
    }
    if (belay_receive(context, BELAY_INFINITY, &message) != BELAY_OK) {
        return belay_fail(context, 1, "receive");
    }
    belay_value_free(context, &message.value);
    return belay_integer(message.kind == BELAY_MESSAGE_EXIT ? message.failure
                                                            : -1);
}

static void who_traps_exits_is_told(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_traps, belay_integer(77));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, BELAY_INFINITY, &result), BELAY_OK);
    CHECK_EQUAL(result.value.integer, 77);
    close_runtime(root);
}

/* Starts a linked job that runs for ever, gives it and itself a name, and
 * receives for as long as it is told. */
static belay_value job_parent(belay_context *context,
                              const belay_value *arguments, size_t count) {
    (void)count;
    belay_pid child = 0;
    (void)belay_start_link(context, job_until_cancelled, NULL, 0, NULL,
                           &child);
    (void)belay_register(context, "child", child);
    (void)belay_register(context, "parent", belay_self(context));
    belay_message message;
    belay_code code =
        belay_receive(context, (uint64_t)arguments[0].integer, &message);
    return belay_integer(code);
}

static void linked_jobs_end_together(void) {
    belay_context *root = open_runtime(NULL);
    const belay_value forever = belay_integer(-1); /* BELAY_INFINITY */
    CHECK_EQUAL(belay_start(root, job_parent, &forever, 1, NULL, NULL),
                BELAY_OK);
    while (belay_whereis(root, "parent") == 0) {
        CHECK_EQUAL(belay_sleep(root, 1), BELAY_OK);
    }
    belay_pid parent = belay_whereis(root, "parent");
    belay_pid child = belay_whereis(root, "child");
    CHECK_EQUAL(belay_process_exit(root, child, BELAY_REASON_SHUTDOWN),
                BELAY_OK);
    CHECK_EQUAL(belay_alive(root, child), 0);
    CHECK_EQUAL(belay_alive(root, parent), 0);
    wait_until_quiet(root);
    close_runtime(root);
}

static void a_link_to_one_that_is_gone_is_told(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_twice, belay_integer(1));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_OK);
    CHECK_EQUAL(belay_link(root, task.pid), BELAY_GONE);
    CHECK_EQUAL(belay_trap_exit(root, 1), BELAY_OK);
    CHECK_EQUAL(belay_link(root, task.pid), BELAY_OK);
    belay_message message;
    CHECK_EQUAL(belay_receive(root, 0, &message), BELAY_OK);
    CHECK_EQUAL(message.kind, BELAY_MESSAGE_EXIT);
    CHECK_EQUAL(message.reason, BELAY_REASON_NOPROC);
    CHECK_EQUAL(belay_process_exit(root, belay_self(root), 1000),
                BELAY_BAD_ARGUMENT);
    close_runtime(root);
}

static void what_is_unlinked_is_not_hurt(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid linked = 0;
    belay_pid parted = 0;
    CHECK_EQUAL(belay_trap_exit(root, 1), BELAY_OK);
    CHECK_EQUAL(
        belay_start_link(root, job_until_cancelled, NULL, 0, NULL, &linked),
        BELAY_OK);
    CHECK_EQUAL(
        belay_start_link(root, job_until_cancelled, NULL, 0, NULL, &parted),
        BELAY_OK);
    CHECK_EQUAL(belay_unlink(root, parted), BELAY_OK);
    CHECK_EQUAL(belay_unlink(root, parted), BELAY_OK); /* nothing is there */
    CHECK_EQUAL(belay_process_exit(root, parted, BELAY_REASON_KILL),
                BELAY_OK);
    belay_message message;
    CHECK_EQUAL(belay_receive(root, 0, &message), BELAY_TIMEOUT);
    CHECK_EQUAL(belay_process_exit(root, linked, BELAY_REASON_KILL),
                BELAY_OK);
    CHECK_EQUAL(belay_receive(root, 0, &message), BELAY_OK);
    CHECK_EQUAL(message.kind, BELAY_MESSAGE_EXIT);
    CHECK_EQUAL(message.pid, linked);
    wait_until_quiet(root);
    close_runtime(root);
}

static void nobody_monitors_himself(void) {
    belay_context *root = open_runtime(NULL);
    uint64_t reference = 0;
    CHECK_EQUAL(belay_monitor(root, belay_self(root), &reference),
                BELAY_BAD_ARGUMENT);
    CHECK_EQUAL(reference, 0);
    CHECK_EQUAL(belay_demonitor(root, 1), BELAY_GONE);
    close_runtime(root);
}

/* Its process has ended: what every call of links and monitors answers. */
static belay_value job_calls_too_late(belay_context *context,
                                      const belay_value *arguments,
                                      size_t count) {
    (void)count;
    while (!belay_cancelled(context)) {
    }
    uint64_t reference = 0;
    belay_pid root = (belay_pid)arguments[0].integer;
    atomic_int *late = arguments[1].pointer;
    int cancelled = 0;
    cancelled += belay_link(context, root) == BELAY_CANCELLED;
    cancelled += belay_unlink(context, root) == BELAY_CANCELLED;
    cancelled += belay_monitor(context, root, &reference) == BELAY_CANCELLED;
    cancelled += belay_demonitor(context, 1) == BELAY_CANCELLED;
    cancelled += belay_trap_exit(context, 1) == BELAY_CANCELLED;
    atomic_store(late, cancelled);
    return belay_none();
}

static void calls_of_one_that_has_ended_are_cancelled(void) {
    belay_context *root = open_runtime(NULL);
    atomic_int late = 0;
    const belay_value arguments[] = {belay_integer((int64_t)belay_self(root)),
                                     belay_pointer(&late)};
    belay_pid pid = 0;
    CHECK_EQUAL(
        belay_start(root, job_calls_too_late, arguments, 2, NULL, &pid),
        BELAY_OK);
    belay_runtime_info info = {0};
    while (info.started == 0) {
        belay_runtime_look(belay_context_runtime(root), &info);
        CHECK_EQUAL(belay_sleep(root, 1), BELAY_OK);
    }
    CHECK_EQUAL(belay_process_exit(root, pid, BELAY_REASON_KILL), BELAY_OK);
    wait_until_quiet(root);
    CHECK_EQUAL(atomic_load(&late), 5);
    close_runtime(root);
}

static void a_look_tells_of_a_process(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid supervisor = 0;
    CHECK_EQUAL(belay_task_supervisor_start(root, NULL, &supervisor),
                BELAY_OK);
    const belay_start_options options = {.supervisor = supervisor,
                                         .restart = BELAY_RESTART_TRANSIENT};
    belay_pid child = 0;
    CHECK_EQUAL(belay_start_child(root, job_until_cancelled, NULL, 0,
                                  &options, &child),
                BELAY_OK);
    uint64_t reference = 0;
    CHECK_EQUAL(belay_monitor(root, child, &reference), BELAY_OK);
    belay_process_info info;
    CHECK_EQUAL(belay_process_look(root, child, &info), BELAY_OK);
    CHECK_EQUAL(info.pid, child);
    CHECK_EQUAL(info.supervisor, supervisor);
    CHECK_EQUAL(info.kind, BELAY_KIND_TASK);
    CHECK_EQUAL(info.restart, BELAY_RESTART_TRANSIENT);
    CHECK_EQUAL(info.monitors, 1);
    CHECK_EQUAL(info.trap_exit, 0);
    CHECK_EQUAL(belay_process_look(root, supervisor, &info), BELAY_OK);
    CHECK_EQUAL(info.kind, BELAY_KIND_TASK_SUPERVISOR);
    CHECK_EQUAL(info.children, 1);
    CHECK_EQUAL(belay_trap_exit(root, 1), BELAY_OK);
    CHECK_EQUAL(belay_process_look(root, belay_self(root), &info), BELAY_OK);
    CHECK_EQUAL(info.kind, BELAY_KIND_ROOT);
    CHECK_EQUAL(info.trap_exit, 1);
    CHECK_EQUAL(belay_process_exit(root, child, BELAY_REASON_SHUTDOWN),
                BELAY_OK);
    const belay_process_info before = info;
    CHECK_EQUAL(belay_process_look(root, child, &info), BELAY_GONE);
    CHECK_EQUAL(memcmp(&info, &before, sizeof(info)), 0);
    CHECK_EQUAL(
        belay_supervisor_stop(root, supervisor, BELAY_REASON_NORMAL, 60000),
        BELAY_OK);
    wait_until_quiet(root);
    close_runtime(root);
}

/* ---- Many at once ------------------------------------------------------- */

static void await_many_gives_values_in_the_order_of_the_list(void) {
    belay_context *root = open_runtime(NULL);
    belay_task tasks[50];
    belay_result results[50];
    for (int i = 0; i < 49; i++) {
        tasks[i] = async(root, job_twice, belay_integer(i));
    }
    tasks[49] = tasks[7]; /* A24 */
    CHECK_EQUAL(belay_await_many(root, tasks, 50, 5000, results), BELAY_OK);
    for (int i = 0; i < 49; i++) {
        CHECK_EQUAL(results[i].value.integer, 2 * i);
    }
    CHECK_EQUAL(results[49].value.integer, 14);
    CHECK_EQUAL(belay_await_many(root, tasks, 0, 5000, results), BELAY_OK);
    CHECK_EQUAL(belay_await_many(root, tasks, 2, 5000, results), BELAY_GONE);
    close_runtime(root);
}

static void await_many_ends_with_the_first_failure(void) {
    belay_context *root = open_runtime(NULL);
    belay_task tasks[2];
    belay_result results[2];
    tasks[0] = async(root, job_until_cancelled, belay_none());
    tasks[1] = async(root, job_fail, belay_integer(9));
    CHECK_EQUAL(belay_await_many(root, tasks, 2, BELAY_INFINITY, results),
                BELAY_EXITED);
    CHECK_EQUAL(results[0].failure, 9);
    CHECK_EQUAL(results[0].pid, tasks[1].pid);
    belay_value_free(root, &results[0].value);
    CHECK_EQUAL(belay_await_many(root, tasks, 1, 1, results), BELAY_TIMEOUT);
    CHECK_EQUAL(belay_shutdown(root, tasks[0], 5000, results), BELAY_EMPTY);
    close_runtime(root);
}

static void yield_many_tells_who_has_ended(void) {
    belay_context *root = open_runtime(NULL);
    belay_task tasks[3];
    belay_result results[3];
    tasks[0] = async(root, job_twice, belay_integer(1));
    tasks[1] = async(root, job_until_cancelled, belay_none());
    tasks[2] = async(root, job_exit, belay_integer(BELAY_REASON_NORMAL));
    belay_yield_options options = {.timeout = BELAY_INFINITY,
                                   .limit = 2,
                                   .on_timeout = BELAY_ON_TIMEOUT_KILL};
    CHECK_EQUAL(belay_yield_many(root, tasks, 3, &options, results),
                BELAY_OK);
    CHECK_EQUAL(results[0].code, BELAY_OK);
    CHECK_EQUAL(results[1].code, BELAY_TIMEOUT);
    CHECK_EQUAL(results[2].code, BELAY_EXITED);
    CHECK_EQUAL(results[2].reason, BELAY_REASON_NORMAL);
    CHECK_EQUAL(belay_alive(root, tasks[1].pid), 1);
    options.timeout = 1;
    CHECK_EQUAL(belay_yield_many(root, &tasks[1], 1, &options, results),
                BELAY_OK);
    CHECK_EQUAL(results[0].code, BELAY_TIMEOUT);
    CHECK_EQUAL(belay_alive(root, tasks[1].pid), 0);
    wait_until_quiet(root);
    close_runtime(root);
}

int main(void) {
    RUN(a_monitor_tells_why_it_ended);
    RUN(demonitor_takes_the_message_back);
    RUN(who_traps_exits_is_told);
    RUN(linked_jobs_end_together);
    RUN(a_link_to_one_that_is_gone_is_told);
    RUN(what_is_unlinked_is_not_hurt);
    RUN(nobody_monitors_himself);
    RUN(calls_of_one_that_has_ended_are_cancelled);
    RUN(a_look_tells_of_a_process);
    RUN(await_many_gives_values_in_the_order_of_the_list);
    RUN(await_many_ends_with_the_first_failure);
    RUN(yield_many_tells_who_has_ended);
    return harness_end();
}
