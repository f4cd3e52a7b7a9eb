/* Tasks on threads: values, failures, timeouts, shutdown, cancelling. */
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

int main(void) {
    RUN(await_gives_what_the_job_returned);
    RUN(a_value_is_taken_once);
    RUN(strings_are_copied_both_ways);
    RUN(arguments_may_be_passed_on);
    RUN(owned_memory_passes_to_the_task_and_back);
    RUN(a_failure_tells_its_number_and_message);
    RUN(a_job_may_end_with_a_reason);
    RUN(a_timeout_leaves_the_task_running);
    RUN(a_killed_job_is_abandoned_until_it_returns);
    RUN(a_sleeping_job_is_woken_when_it_is_killed);
    RUN(an_ignored_task_runs_on_alone);
    RUN(only_the_owner_may_await);
    RUN(jobs_start_and_await_jobs);
    RUN(bad_arguments_are_refused);
    RUN(a_completed_task_has_its_value_once);
    RUN(completed_tasks_end_with_their_owner);
    return harness_end();
}
