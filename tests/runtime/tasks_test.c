/* Tasks on threads: values, failures, timeouts, shutdown, cancelling. */
#include <stdatomic.h>

#include "jobs.h"

static void await_gives_what_the_job_returned(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_twice, belay_integer(21));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_OK);
    CHECK_EQUAL(result.value.integer, 42);
    CHECK_EQUAL(result.pid, task.pid);
    close_runtime(root);
}

static void a_value_is_taken_once(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_twice, belay_integer(21));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_OK);
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_GONE);
    CHECK_EQUAL(belay_shutdown(root, task, 5000, &result), BELAY_GONE);
    close_runtime(root);
}

static void strings_are_copied_both_ways(void) {
    belay_context *root = open_runtime(NULL);
    char text[] = "hello";
    const belay_task task = async(root, job_echo, belay_string(text));
    text[0] = 'j';
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, BELAY_INFINITY, &result), BELAY_OK);
    CHECK_EQUAL(result.value.type, BELAY_TYPE_STRING);
    CHECK_EQUAL(result.value.size, 5);
    CHECK_EQUAL(strcmp(result.value.string, "hello"), 0);
    belay_value_free(root, &result.value);
    CHECK_EQUAL(result.value.type, BELAY_TYPE_NONE);
    close_runtime(root);
}

/* Passes its own argument on, and returns what comes back. */
static belay_value job_passes_on(belay_context *context,
                                 const belay_value *arguments, size_t count) {
    belay_task task;
    belay_result result;
    if (belay_async(context, job_echo, arguments, count, NULL, &task) !=
            BELAY_OK ||
        belay_await(context, task, BELAY_INFINITY, &result) != BELAY_OK) {
        return belay_fail(context, 1, "echo");
    }
    return result.value;
}

static void arguments_may_be_passed_on(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_passes_on, belay_string("hello"));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, BELAY_INFINITY, &result), BELAY_OK);
    CHECK_EQUAL(strcmp(result.value.string, "hello"), 0);
    belay_value_free(root, &result.value);
    close_runtime(root);
}

static void owned_memory_passes_to_the_task_and_back(void) {
    belay_context *root = open_runtime(NULL);
    belay_value numbers;
    CHECK_EQUAL(belay_value_allocate(root, BELAY_TYPE_ARRAY,
                                     BELAY_ELEMENT_FLOAT64, 80, &numbers),
                BELAY_OK);
    memset(numbers.data, 0, numbers.size);
    const belay_task task = async(root, job_passes_on, numbers);
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, BELAY_INFINITY, &result), BELAY_OK);
    CHECK_EQUAL(result.value.size, 80);
    CHECK_EQUAL(result.value.element, BELAY_ELEMENT_FLOAT64);
    belay_value_free(root, &result.value);
    static char place[] = "static";
    const belay_task other =
        async(root, job_echo, belay_shared(belay_string(place)));
    CHECK_EQUAL(belay_await(root, other, BELAY_INFINITY, &result), BELAY_OK);
    CHECK(result.value.string == place);
    belay_value_free(root, &result.value);
    close_runtime(root);
}

static void a_failure_tells_its_number_and_message(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_fail, belay_integer(404));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_EXITED);
    CHECK_EQUAL(result.reason, BELAY_REASON_FAILURE);
    CHECK_EQUAL(result.failure, 404);
    CHECK_EQUAL(strcmp(result.value.string, "no such page"), 0);
    belay_value_free(root, &result.value);
    close_runtime(root);
}

static void a_job_may_end_with_a_reason(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task =
        async(root, job_exit, belay_integer(BELAY_REASON_SHUTDOWN));
    belay_result result;
    CHECK_EQUAL(belay_yield(root, task, 5000, &result), BELAY_EXITED);
    CHECK_EQUAL(result.reason, BELAY_REASON_SHUTDOWN);
    close_runtime(root);
}

static belay_value job_reports(belay_context *context,
                               const belay_value *arguments, size_t count) {
    belay_report(context, arguments[0]);
    while (count > 1 && !belay_cancelled(context)) {
    }
    if (count > 1) {
        belay_report(context, belay_integer(-1));
    }
    return belay_none();
}

/* What the hook was given: at most two reports, one after the other. */
static struct {
    belay_pid pid;
    int64_t value;
    int cancelled;
} heard[2];
static atomic_uint heard_count;

static void hear(void *hooks, const belay_context *context,
                 belay_value value) {
    CHECK(hooks == heard);
    uint32_t at = atomic_load(&heard_count);
    heard[at].pid = belay_self(context);
    heard[at].value = value.integer;
    heard[at].cancelled = belay_cancelled(context);
    atomic_store(&heard_count, at + 1);
}

static void progress_goes_to_the_hook(void) {
    const belay_runtime_options options = {.progress = hear, .hooks = heard};
    belay_context *root = open_runtime(&options);
    atomic_store(&heard_count, 0);
    const belay_task task = async(root, job_reports, belay_integer(42));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 60000, &result), BELAY_OK);
    CHECK_EQUAL(atomic_load(&heard_count), 1);
    CHECK_EQUAL(heard[0].pid, task.pid);
    CHECK_EQUAL(heard[0].value, 42);
    CHECK_EQUAL(heard[0].cancelled, 0);
    close_runtime(root);
}

static void the_hook_can_tell_that_a_process_has_ended(void) {
    const belay_runtime_options options = {.progress = hear, .hooks = heard};
    belay_context *root = open_runtime(&options);
    atomic_store(&heard_count, 0);
    const belay_value arguments[] = {belay_integer(1), belay_none()};
    belay_task task;
    CHECK_EQUAL(belay_async(root, job_reports, arguments, 2, NULL, &task),
                BELAY_OK);
    while (atomic_load(&heard_count) == 0) {
        CHECK_EQUAL(belay_sleep(root, 1), BELAY_OK);
    }
    belay_result result;
    CHECK_EQUAL(belay_shutdown(root, task, BELAY_BRUTAL_KILL, &result),
                BELAY_EMPTY);
    wait_until_quiet(root);
    CHECK_EQUAL(atomic_load(&heard_count), 2);
    CHECK_EQUAL(heard[1].pid, task.pid);
    CHECK_EQUAL(heard[1].value, -1);
    CHECK_EQUAL(heard[1].cancelled, 1);
    close_runtime(root);
}

static void a_timeout_leaves_the_task_running(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_until_cancelled, belay_none());
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 1, &result), BELAY_TIMEOUT);
    CHECK_EQUAL(belay_yield(root, task, 0, &result), BELAY_TIMEOUT);
    CHECK_EQUAL(belay_alive(root, task.pid), 1);
    CHECK_EQUAL(belay_shutdown(root, task, 5000, &result), BELAY_EMPTY);
    CHECK_EQUAL(belay_alive(root, task.pid), 0);
    close_runtime(root);
}

/* It returns soon after it is killed. */
static void kill_soon(belay_job job, belay_value argument) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job, argument);
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 1, &result), BELAY_TIMEOUT);
    CHECK_EQUAL(belay_shutdown(root, task, BELAY_BRUTAL_KILL, &result),
                BELAY_EMPTY);
    wait_until_quiet(root);
    close_runtime(root);
}

static void a_killed_job_is_abandoned_until_it_returns(void) {
    kill_soon(job_until_cancelled, belay_none());
}

static void a_sleeping_job_is_woken_when_it_is_killed(void) {
    kill_soon(job_sleep, belay_number((double)BELAY_TIME_MAX));
}

static void an_ignored_task_runs_on_alone(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_until_cancelled, belay_none());
    belay_result result;
    CHECK_EQUAL(belay_ignore(root, task, &result), BELAY_EMPTY);
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_GONE);
    CHECK_EQUAL(belay_alive(root, task.pid), 1);
    close_runtime(root);
}

static void only_the_owner_may_await(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_twice, belay_integer(1));
    belay_task other = task;
    other.owner = task.pid;
    belay_result result;
    CHECK_EQUAL(belay_await(root, other, 5000, &result), BELAY_NOT_OWNER);
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_OK);
    close_runtime(root);
}

static void jobs_start_and_await_jobs(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_fibonacci, belay_integer(16));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, BELAY_INFINITY, &result), BELAY_OK);
    CHECK_EQUAL(result.value.integer, 987);
    close_runtime(root);
}

static void bad_arguments_are_refused(void) {
    belay_context *root = open_runtime(NULL);
    belay_task task = {0};
    const belay_value odd = belay_exit(root, BELAY_REASON_NORMAL);
    CHECK_EQUAL(belay_async(root, NULL, NULL, 0, NULL, &task),
                BELAY_BAD_ARGUMENT);
    CHECK_EQUAL(belay_async(root, job_twice, &odd, 1, NULL, &task),
                BELAY_BAD_ARGUMENT);
    CHECK_EQUAL(belay_async(root, job_twice, NULL, 1, NULL, &task),
                BELAY_BAD_ARGUMENT);
    CHECK_EQUAL(task.pid, 0);
    close_runtime(root);
}

static void a_completed_task_has_its_value_once(void) {
    belay_context *root = open_runtime(NULL);
    char text[] = "here";
    belay_task tasks[2] = {{0}, async(root, job_twice, belay_integer(2))};
    CHECK_EQUAL(belay_completed(root, belay_string(text), &tasks[0]),
                BELAY_OK);
    text[0] = 'w';
    belay_result results[2];
    CHECK_EQUAL(belay_await_many(root, tasks, 2, 5000, results), BELAY_OK);
    CHECK_EQUAL(strcmp(results[0].value.string, "here"), 0);
    CHECK_EQUAL(results[0].pid, 0);
    CHECK_EQUAL(results[1].value.integer, 4);
    CHECK_EQUAL(belay_await(root, tasks[0], 5000, &results[1]), BELAY_GONE);
    belay_value_free(root, &results[0].value);
    CHECK_EQUAL(belay_completed(root, belay_integer(5), &tasks[0]), BELAY_OK);
    CHECK_EQUAL(belay_shutdown(root, tasks[0], 0, results), BELAY_OK);
    CHECK_EQUAL(results[0].value.integer, 5);
    CHECK_EQUAL(belay_completed(root, belay_exit(root, BELAY_REASON_NORMAL),
                                &tasks[0]),
                BELAY_BAD_ARGUMENT);
    close_runtime(root);
}

static belay_value job_completes(belay_context *context,
                                 const belay_value *arguments, size_t count) {
    belay_task task;
    (void)count;
    (void)belay_completed(context, arguments[0], &task);
    return belay_none(); /* and nobody has asked for it */
}

static void completed_tasks_end_with_their_owner(void) {
    belay_context *root = open_runtime(NULL);
    belay_task task = async(root, job_completes, belay_string("text"));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_OK);
    belay_value owned;
    CHECK_EQUAL(belay_value_allocate(root, BELAY_TYPE_STRING, 0, 100, &owned),
                BELAY_OK);
    CHECK_EQUAL(belay_completed(root, owned, &task), BELAY_OK);
    close_runtime(root); /* all memory has come back */
}

static void a_copy_is_memory_of_its_own(void) {
    belay_context *root = open_runtime(NULL);
    char text[] = "hello";
    uint16_t numbers[] = {1, 2, 3};
    belay_value copy = belay_none();
    CHECK_EQUAL(belay_value_copy(root, belay_string(text), &copy), BELAY_OK);
    text[0] = 'j';
    CHECK_EQUAL(copy.type, BELAY_TYPE_STRING);
    CHECK_EQUAL(copy.flags, BELAY_VALUE_OWNED);
    CHECK_EQUAL(copy.size, 5);
    CHECK_EQUAL(strcmp(copy.string, "hello"), 0);
    belay_value second = belay_none(); /* one that is owned is copied, too */
    CHECK_EQUAL(belay_value_copy(root, copy, &second), BELAY_OK);
    CHECK(second.data != copy.data);
    belay_value_free(root, &copy);
    CHECK_EQUAL(strcmp(second.string, "hello"), 0);
    belay_value_free(root, &second);
    const belay_value array =
        belay_array(BELAY_ELEMENT_UINT16, numbers, sizeof(numbers));
    CHECK_EQUAL(belay_value_copy(root, array, &copy), BELAY_OK);
    CHECK_EQUAL(copy.element, BELAY_ELEMENT_UINT16);
    CHECK_EQUAL(copy.size, sizeof(numbers));
    CHECK(copy.data != (void *)numbers);
    CHECK_EQUAL(memcmp(copy.data, numbers, sizeof(numbers)), 0);
    belay_value_free(root, &copy);
    CHECK_EQUAL(belay_value_copy(root, belay_integer(7), &copy), BELAY_OK);
    CHECK_EQUAL(copy.integer, 7);
    CHECK_EQUAL(copy.flags, 0);
    CHECK_EQUAL(
        belay_value_copy(root, belay_exit(root, BELAY_REASON_KILLED), &copy),
        BELAY_BAD_ARGUMENT);
    CHECK_EQUAL(copy.type, BELAY_TYPE_INTEGER); /* as it was */
    CHECK_EQUAL(copy.integer, 7);
    close_runtime(root); /* all memory has come back */
}

/* Traps exits and waits for ever. */
static belay_value job_stays(belay_context *context,
                             const belay_value *arguments, size_t count) {
    (void)arguments;
    (void)count;
    belay_message message;
    (void)belay_trap_exit(context, 1);
    while (belay_receive(context, BELAY_INFINITY, &message) == BELAY_OK) {
    }
    return belay_none();
}

/* Without a call that waits, for the root's word that another thread does. */
static void until_told(belay_context *context, const belay_value *flag) {
    const atomic_int *told = flag->pointer;
    while (atomic_load(told) == 0 && !belay_cancelled(context)) {
    }
}

/* Asks for the end of what does not end, while its thread is the only other
 * one and a job waits for one. */
static belay_value job_asks(belay_context *context,
                            const belay_value *arguments, size_t count) {
    (void)count;
    belay_result result = {0};
    if (arguments[0].integer == 0) {
        belay_task task;
        (void)belay_async_nolink(context, job_stays, NULL, 0, NULL, &task);
        until_told(context, &arguments[1]);
        (void)belay_shutdown(context, task, BELAY_INFINITY, &result);
        return belay_integer(result.code);
    }
    belay_start_options options = {.shutdown = BELAY_INFINITY};
    belay_pid child = 0;
    const belay_supervisor_options alone = {.nolink = 1};
    (void)belay_task_supervisor_start(context, &alone, &options.supervisor);
    (void)belay_start_child(context, job_stays, NULL, 0, &options, &child);
    until_told(context, &arguments[1]);
    belay_code code =
        arguments[0].integer == 1
            ? belay_supervisor_terminate_child(context, options.supervisor,
                                               child)
            : belay_supervisor_stop(context, options.supervisor,
                                    BELAY_REASON_SHUTDOWN, BELAY_INFINITY);
    (void)belay_process_exit(context, child, BELAY_REASON_KILL);
    return belay_integer(code);
}

static void who_would_wait_for_an_end_without_a_thread_is_told(void) {
    for (int64_t how = 0; how < 3; how++) {
        const belay_runtime_options options = {.threads_max = 2,
                                               .threads_limit = 2};
        belay_context *root = open_runtime(&options);
        atomic_int told = 0;
        const belay_value arguments[] = {belay_integer(how),
                                         belay_pointer(&told)};
        belay_task task;
        CHECK_EQUAL(belay_async(root, job_asks, arguments, 2, NULL, &task),
                    BELAY_OK);
        belay_runtime_info info = {0};
        while (info.waiting == 0) {
            CHECK_EQUAL(belay_sleep(root, 1), BELAY_OK);
            belay_runtime_look(belay_context_runtime(root), &info);
        }
        const belay_task queued = async(root, job_twice, belay_integer(1));
        atomic_store(&told, 1);
        belay_result result;
        CHECK_EQUAL(belay_await(root, task, 60000, &result), BELAY_OK);
        CHECK_EQUAL(result.value.integer, BELAY_THREADS);
        CHECK_EQUAL(belay_await(root, queued, 60000, &result), BELAY_OK);
        close_runtime(root);
    }
}

int main(void) {
    RUN(await_gives_what_the_job_returned);
    RUN(a_value_is_taken_once);
    RUN(strings_are_copied_both_ways);
    RUN(arguments_may_be_passed_on);
    RUN(owned_memory_passes_to_the_task_and_back);
    RUN(a_failure_tells_its_number_and_message);
    RUN(a_job_may_end_with_a_reason);
    RUN(progress_goes_to_the_hook);
    RUN(the_hook_can_tell_that_a_process_has_ended);
    RUN(a_timeout_leaves_the_task_running);
    RUN(a_killed_job_is_abandoned_until_it_returns);
    RUN(a_sleeping_job_is_woken_when_it_is_killed);
    RUN(an_ignored_task_runs_on_alone);
    RUN(only_the_owner_may_await);
    RUN(jobs_start_and_await_jobs);
    RUN(bad_arguments_are_refused);
    RUN(a_completed_task_has_its_value_once);
    RUN(completed_tasks_end_with_their_owner);
    RUN(a_copy_is_memory_of_its_own);
    RUN(who_would_wait_for_an_end_without_a_thread_is_told);
    return harness_end();
}
