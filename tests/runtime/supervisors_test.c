/* Task supervisors, general supervisors and names, in C. */
#include <stdatomic.h>

#include "jobs.h"
#include "runtime/runtime.h"

static belay_pid start_supervisor(belay_context *root, const char *name,
                                  uint32_t max_children) {
    const belay_supervisor_options options = {.name = name,
                                              .max_children = max_children};
    belay_pid pid = 0;
    CHECK_EQUAL(belay_task_supervisor_start(root, &options, &pid), BELAY_OK);
    return pid;
}

static void a_supervised_task_is_awaited(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid supervisor = start_supervisor(root, "tasks", 0);
    CHECK_EQUAL(belay_whereis(root, "tasks"), supervisor);
    const belay_start_options options = {.supervisor = supervisor};
    const belay_value argument = belay_integer(4);
    belay_task task;
    belay_result result;
    CHECK_EQUAL(belay_async(root, job_twice, &argument, 1, &options, &task),
                BELAY_OK);
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_OK);
    CHECK_EQUAL(result.value.integer, 8);
    CHECK_EQUAL(belay_supervisor_stop(root, supervisor, BELAY_REASON_NORMAL,
                                      BELAY_INFINITY),
                BELAY_OK);
    CHECK_EQUAL(belay_whereis(root, "tasks"), 0);
    close_runtime(root);
}

static void an_unlinked_failure_reaches_only_who_awaits_it(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid supervisor = start_supervisor(root, NULL, 0);
    const belay_start_options options = {.supervisor = supervisor};
    const belay_value argument = belay_integer(4);
    belay_task task;
    belay_result result;
    CHECK_EQUAL(
        belay_async_nolink(root, job_fail, &argument, 1, &options, &task),
        BELAY_OK);
    CHECK_EQUAL(belay_await(root, task, BELAY_INFINITY, &result),
                BELAY_EXITED);
    CHECK_EQUAL(result.failure, 4);
    belay_value_free(root, &result.value);
    close_runtime(root);
    CHECK_EQUAL(logged(BELAY_LOG_CRASH), 1);
    CHECK_EQUAL(logged(BELAY_LOG_UNHANDLED), 0);
}

static void too_many_children_are_refused(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid supervisor = start_supervisor(root, NULL, 1);
    const belay_start_options start = {.supervisor = supervisor};
    belay_pid child = 0;
    CHECK_EQUAL(
        belay_start_child(root, job_until_cancelled, NULL, 0, &start, &child),
        BELAY_OK);
    CHECK_EQUAL(
        belay_start_child(root, job_until_cancelled, NULL, 0, &start, NULL),
        BELAY_MAX_CHILDREN);
    belay_child children[2];
    size_t count = 0;
    CHECK_EQUAL(
        belay_supervisor_children(root, supervisor, children, 2, &count),
        BELAY_OK);
    CHECK_EQUAL(count, 1);
    CHECK_EQUAL(children[0].pid, child);
    CHECK_EQUAL(belay_supervisor_terminate_child(root, supervisor, child),
                BELAY_OK);
    CHECK_EQUAL(belay_supervisor_terminate_child(root, supervisor, child),
                BELAY_NOT_FOUND);
    close_runtime(root);
}

static void stopping_a_supervisor_ends_its_children(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid supervisor = start_supervisor(root, NULL, 0);
    const belay_start_options start = {.supervisor = supervisor};
    belay_pid children[10];
    for (int i = 0; i < 10; i++) {
        CHECK_EQUAL(belay_start_child(root, job_until_cancelled, NULL, 0,
                                      &start, &children[i]),
                    BELAY_OK);
    }
    CHECK_EQUAL(belay_supervisor_stop(root, supervisor, BELAY_REASON_NORMAL,
                                      BELAY_INFINITY),
                BELAY_OK);
    for (int i = 0; i < 10; i++) {
        CHECK_EQUAL(belay_alive(root, children[i]), 0);
    }
    CHECK_EQUAL(belay_supervisor_stop(root, supervisor, BELAY_REASON_NORMAL,
                                      BELAY_INFINITY),
                BELAY_GONE);
    wait_until_quiet(root);
    close_runtime(root);
}

/* R7: a child that ends at once runs four times, then the supervisor gives
 * up; the supervisor is not linked, so the root does not notice. */
static void a_permanent_child_is_restarted_until_it_is_too_much(void) {
    belay_context *root = open_runtime(NULL);
    const belay_supervisor_options options = {.nolink = 1};
    belay_pid supervisor = 0;
    CHECK_EQUAL(belay_task_supervisor_start(root, &options, &supervisor),
                BELAY_OK);
    uint64_t reference = 0;
    CHECK_EQUAL(belay_monitor(root, supervisor, &reference), BELAY_OK);
    const belay_start_options start = {.label = "unlucky",
                                       .supervisor = supervisor,
                                       .restart = BELAY_RESTART_PERMANENT};
    const belay_value text = belay_string("kept for each start");
    CHECK_EQUAL(belay_start_child(root, job_echo, &text, 1, &start, NULL),
                BELAY_OK);
    belay_message message;
    CHECK_EQUAL(belay_receive(root, BELAY_INFINITY, &message), BELAY_OK);
    CHECK_EQUAL(message.kind, BELAY_MESSAGE_DOWN);
    CHECK_EQUAL(message.pid, supervisor);
    CHECK_EQUAL(message.reference, reference);
    CHECK_EQUAL(message.reason, BELAY_REASON_SHUTDOWN);
    belay_runtime_info info;
    belay_runtime_look(belay_context_runtime(root), &info);
    CHECK_EQUAL(info.started, 4);
    close_runtime(root); /* hooks come after what they tell of */
    CHECK_EQUAL(logged(BELAY_LOG_INTENSITY), 1);
}

/* How many crashes were told with the label "unlucky" and all that the job
 * gave to belay_fail. */
static void count_unlucky(void *hooks, const belay_log *entry) {
    if (entry->kind == BELAY_LOG_CRASH && entry->failure == 4 &&
        strcmp(entry->label, "unlucky") == 0) {
        (void)atomic_fetch_add((atomic_uint *)hooks, 1);
    }
}

static void a_crash_is_logged_with_the_label(void) {
    atomic_uint told = 0;
    const belay_runtime_options options = {.log = count_unlucky,
                                           .hooks = &told};
    belay_context *root = open_runtime(&options);
    belay_start_options start = {.label = "unlucky"};
    const belay_value four = belay_integer(4);
    belay_task task;
    belay_result result;
    CHECK_EQUAL(belay_async(root, job_fail, &four, 1, &start, &task),
                BELAY_OK);
    CHECK_EQUAL(belay_await(root, task, BELAY_INFINITY, &result),
                BELAY_EXITED);
    belay_value_free(root, &result.value);
    uint64_t reference = 0;
    belay_message message;
    belay_pid pid = 0;
    CHECK_EQUAL(belay_start(root, job_fail, &four, 1, &start, &pid),
                BELAY_OK);
    CHECK_EQUAL(belay_monitor(root, pid, &reference), BELAY_OK);
    CHECK_EQUAL(belay_receive(root, BELAY_INFINITY, &message), BELAY_OK);
    belay_value_free(root, &message.value);
    /* A child, and another with its place in the kernel, three times. */
    const belay_supervisor_options nolink = {.nolink = 1};
    CHECK_EQUAL(belay_task_supervisor_start(root, &nolink, &start.supervisor),
                BELAY_OK);
    CHECK_EQUAL(belay_monitor(root, start.supervisor, &reference), BELAY_OK);
    start.restart = BELAY_RESTART_PERMANENT;
    CHECK_EQUAL(belay_start_child(root, job_fail, &four, 1, &start, NULL),
                BELAY_OK);
    CHECK_EQUAL(belay_receive(root, BELAY_INFINITY, &message), BELAY_OK);
    belay_value_free(root, &message.value);
    close_runtime(root); /* hooks come after what they tell of */
    CHECK_EQUAL(atomic_load(&told), 1 + 1 + 4);
}

static void a_transient_child_that_returns_is_not_restarted(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid supervisor = start_supervisor(root, NULL, 0);
    const belay_start_options start = {.supervisor = supervisor,
                                       .restart = BELAY_RESTART_TRANSIENT};
    const belay_value number = belay_integer(1);
    belay_pid child = 0;
    CHECK_EQUAL(
        belay_start_child(root, job_twice, &number, 1, &start, &child),
        BELAY_OK);
    belay_message message;
    uint64_t reference = 0;
    CHECK_EQUAL(belay_monitor(root, child, &reference), BELAY_OK);
    CHECK_EQUAL(belay_receive(root, BELAY_INFINITY, &message), BELAY_OK);
    size_t count = 1;
    CHECK_EQUAL(belay_supervisor_children(root, supervisor, NULL, 0, &count),
                BELAY_OK);
    CHECK_EQUAL(count, 0);
    CHECK_EQUAL(belay_alive(root, supervisor), 1);
    close_runtime(root);
}

/* ---- General supervisors ---------------------------------------------- */

static const belay_child_spec *specs(void) {
    static const belay_supervisor_options inner = {.name = "inner"};
    static belay_child_spec list[3];
    list[0] = (belay_child_spec){.id = "one",
                                 .job = job_until_cancelled,
                                 .restart = BELAY_RESTART_PERMANENT};
    list[1] = (belay_child_spec){.id = "tasks",
                                 .supervisor = &inner,
                                 .restart = BELAY_RESTART_PERMANENT};
    list[2] = (belay_child_spec){.id = "two",
                                 .job = job_until_cancelled,
                                 .restart = BELAY_RESTART_PERMANENT,
                                 .shutdown = BELAY_BRUTAL_KILL};
    return list;
}

static size_t children_of(belay_context *root, belay_pid supervisor,
                          belay_child *children, size_t capacity) {
    size_t count = 0;
    CHECK_EQUAL(belay_supervisor_children(root, supervisor, children,
                                          capacity, &count),
                BELAY_OK);
    return count;
}

static void children_start_in_order_and_a_killed_one_comes_back(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid supervisor = 0;
    CHECK_EQUAL(belay_supervisor_start(root, specs(), 3, NULL, &supervisor),
                BELAY_OK);
    belay_child before[3];
    belay_child after[3];
    CHECK_EQUAL(children_of(root, supervisor, before, 3), 3);
    CHECK_EQUAL(strcmp(before[0].id, "one"), 0);
    CHECK_EQUAL(strcmp(before[2].id, "two"), 0);
    belay_pid inner = belay_whereis(root, "inner");
    CHECK_EQUAL(before[1].pid, inner);
    CHECK_EQUAL(belay_process_exit(root, before[0].pid, BELAY_REASON_KILL),
                BELAY_OK);
    CHECK_EQUAL(belay_process_exit(root, inner, BELAY_REASON_KILL), BELAY_OK);
    CHECK_EQUAL(children_of(root, supervisor, after, 3), 3);
    CHECK(after[0].pid != before[0].pid);
    CHECK_EQUAL(after[0].restarts, 1);
    CHECK_EQUAL(after[1].pid, belay_whereis(root, "inner"));
    CHECK(after[1].pid != inner);
    CHECK_EQUAL(after[2].pid, before[2].pid);
    CHECK_EQUAL(belay_supervisor_stop(root, supervisor, BELAY_REASON_NORMAL,
                                      BELAY_INFINITY),
                BELAY_OK);
    wait_until_quiet(root);
    close_runtime(root);
}

static void rest_for_one_restarts_those_after_it(void) {
    belay_context *root = open_runtime(NULL);
    const belay_supervisor_options options = {.strategy =
                                                  BELAY_SUP_REST_FOR_ONE};
    belay_pid supervisor = 0;
    CHECK_EQUAL(
        belay_supervisor_start(root, specs(), 3, &options, &supervisor),
        BELAY_OK);
    belay_child before[3];
    belay_child after[3];
    (void)children_of(root, supervisor, before, 3);
    CHECK_EQUAL(belay_process_exit(root, before[1].pid, BELAY_REASON_KILL),
                BELAY_OK);
    (void)children_of(root, supervisor, after, 3);
    CHECK_EQUAL(after[0].pid, before[0].pid);
    CHECK(after[1].pid != before[1].pid);
    CHECK(after[2].pid != before[2].pid);
    CHECK_EQUAL(belay_alive(root, after[2].pid), 1);
    close_runtime(root);
}

static void children_are_managed_by_id(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid supervisor = 0;
    CHECK_EQUAL(belay_supervisor_start(root, specs(), 3, NULL, &supervisor),
                BELAY_OK);
    CHECK_EQUAL(belay_supervisor_add_child(root, supervisor, specs(), NULL),
                BELAY_ALREADY);
    CHECK_EQUAL(belay_supervisor_delete_id(root, supervisor, "one"),
                BELAY_RUNNING);
    CHECK_EQUAL(belay_supervisor_terminate_id(root, supervisor, "one"),
                BELAY_OK);
    CHECK_EQUAL(belay_supervisor_add_child(root, supervisor, specs(), NULL),
                BELAY_PRESENT);
    belay_pid pid = 0;
    CHECK_EQUAL(belay_supervisor_restart_id(root, supervisor, "one", &pid),
                BELAY_OK);
    CHECK_EQUAL(belay_alive(root, pid), 1);
    CHECK_EQUAL(belay_supervisor_terminate_id(root, supervisor, "one"),
                BELAY_OK);
    CHECK_EQUAL(belay_supervisor_delete_id(root, supervisor, "one"),
                BELAY_OK);
    CHECK_EQUAL(belay_supervisor_terminate_id(root, supervisor, "one"),
                BELAY_NOT_FOUND);
    CHECK_EQUAL(belay_supervisor_add_child(root, supervisor, specs(), &pid),
                BELAY_OK);
    CHECK_EQUAL(belay_alive(root, pid), 1);
    close_runtime(root);
}

static void a_nested_tree_starts_whole(void) {
    belay_context *root = open_runtime(NULL);
    const belay_supervisor_options nested = {.strategy =
                                                 BELAY_SUP_ONE_FOR_ALL};
    const belay_child_spec tree = {.id = "nested",
                                   .supervisor = &nested,
                                   .restart = BELAY_RESTART_PERMANENT,
                                   .children = specs(),
                                   .child_count = 3};
    belay_pid supervisor = 0;
    CHECK_EQUAL(belay_supervisor_start(root, &tree, 1, NULL, &supervisor),
                BELAY_OK);
    belay_child inner;
    belay_child children[3];
    CHECK_EQUAL(children_of(root, supervisor, &inner, 1), 1);
    CHECK_EQUAL(inner.is_supervisor, 1);
    CHECK_EQUAL(children_of(root, inner.pid, children, 3), 3);
    belay_pid first = children[0].pid;
    CHECK_EQUAL(belay_process_exit(root, children[2].pid, BELAY_REASON_KILL),
                BELAY_OK);
    /* The inner supervisor asks "one" to end and waits for it. */
    while (belay_alive(root, first)) {
        CHECK_EQUAL(belay_sleep(root, 1), BELAY_OK);
    }
    CHECK_EQUAL(belay_process_exit(root, inner.pid, BELAY_REASON_KILL),
                BELAY_OK);
    belay_child again;
    CHECK_EQUAL(children_of(root, supervisor, &again, 1), 1);
    CHECK(again.pid != inner.pid);
    CHECK_EQUAL(children_of(root, again.pid, children, 3), 3);
    close_runtime(root);
}

static void a_bad_tree_leaves_nothing(void) {
    belay_context *root = open_runtime(NULL);
    belay_child_spec twins[2];
    twins[0] = specs()[0];
    twins[1] = specs()[0];
    belay_pid supervisor = 0;
    CHECK_EQUAL(belay_supervisor_start(root, twins, 2, NULL, &supervisor),
                BELAY_ALREADY);
    twins[1].id = NULL;
    CHECK_EQUAL(belay_supervisor_start(root, twins, 2, NULL, &supervisor),
                BELAY_BAD_ARGUMENT);
    belay_runtime_info info;
    belay_runtime_look(belay_context_runtime(root), &info);
    CHECK_EQUAL(info.processes, 1);
    close_runtime(root);
}

static void all_processes_can_be_written(void) {
    belay_context *root = open_runtime(NULL);
    belay_runtime *runtime = belay_context_runtime(root);
    belay_pid supervisor = start_supervisor(root, NULL, 0);
    const belay_start_options start = {.label = "the walker",
                                       .supervisor = supervisor};
    CHECK_EQUAL(
        belay_start_child(root, job_until_cancelled, NULL, 0, &start, NULL),
        BELAY_OK);
    char text[1024];
    char few[10];
    size_t length = belay_runtime_inspect(runtime, text, sizeof(text));
    CHECK_EQUAL(length, strlen(text));
    CHECK(strstr(text, "task supervisor running of ") != NULL);
    CHECK(strstr(text, "\"the walker\" of ") != NULL);
    CHECK(strstr(text, "threads: ") != NULL);
    CHECK(belay_runtime_inspect(runtime, few, sizeof(few)) > sizeof(few));
    CHECK_EQUAL(strlen(few), sizeof(few) - 1);
    CHECK(belay_runtime_inspect(runtime, NULL, 0) > 0);
    close_runtime(root);
}

/* ---- Names -------------------------------------------------------------- */

static void names_are_free_again(void) {
    belay_context *root = open_runtime(NULL);
    for (int i = 0; i < 100; i++) {
        belay_pid pid = 0;
        CHECK_EQUAL(
            belay_start(root, job_until_cancelled, NULL, 0, NULL, &pid),
            BELAY_OK);
        CHECK_EQUAL(belay_register(root, "worker", pid), BELAY_OK);
        CHECK_EQUAL(belay_register(root, "worker", pid), BELAY_ALREADY);
        CHECK_EQUAL(belay_register(root, "other", pid), BELAY_ALREADY);
        CHECK_EQUAL(belay_whereis(root, "worker"), pid);
        CHECK_EQUAL(belay_process_exit(root, pid, BELAY_REASON_KILL),
                    BELAY_OK);
        CHECK_EQUAL(belay_whereis(root, "worker"), 0);
        CHECK_EQUAL(belay_register(root, "worker", pid), BELAY_GONE);
    }
    CHECK_EQUAL(belay_register(root, "", belay_self(root)),
                BELAY_BAD_ARGUMENT);
    wait_until_quiet(root);
    close_runtime(root);
}

static void the_log_tells_a_child_from_its_supervisor(void) {
    char line[128];
    belay_log entry = {
        .kind = BELAY_LOG_CHILD_TERMINATED,
        .reason = BELAY_REASON_FAILURE,
        .failure = 7,
        .pid = 2,
        .other = 3,
        .label = "",
        .message = "no page",
    };
    belayr_log_text(&entry, line, sizeof(line));
    CHECK_EQUAL(strcmp(line, "belay: process 2 reports a child that ended, "
                             "process 3: failure 7, no page\n"),
                0);
    entry.kind = BELAY_LOG_CRASH;
    entry.label = "fetch";
    belayr_log_text(&entry, line, sizeof(line));
    CHECK_EQUAL(
        strcmp(line, "belay: process 2 fetch crashed: failure 7, no page\n"),
        0);
    belayr_log_text(&entry, line, 8);
    CHECK_EQUAL(strcmp(line, "belay: "), 0);
}

int main(void) {
    RUN(a_supervised_task_is_awaited);
    RUN(an_unlinked_failure_reaches_only_who_awaits_it);
    RUN(too_many_children_are_refused);
    RUN(stopping_a_supervisor_ends_its_children);
    RUN(a_permanent_child_is_restarted_until_it_is_too_much);
    RUN(a_crash_is_logged_with_the_label);
    RUN(the_log_tells_a_child_from_its_supervisor);
    RUN(a_transient_child_that_returns_is_not_restarted);
    RUN(children_start_in_order_and_a_killed_one_comes_back);
    RUN(rest_for_one_restarts_those_after_it);
    RUN(children_are_managed_by_id);
    RUN(a_nested_tree_starts_whole);
    RUN(a_bad_tree_leaves_nothing);
    RUN(all_processes_can_be_written);
    RUN(names_are_free_again);
    return harness_end();
}
