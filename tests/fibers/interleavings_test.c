/* The hard cases of the runtime in all orders (orders.h). Each run begins with
 * a new runtime and must end with nothing left of it.
 */
#include <string.h>

#include "jobs.h"
#include "orders.h"
#include "runtime/port.h"
#include "runtime/runtime.h"

typedef struct setting {
    uint32_t threads_max;
    uint32_t threads_limit;
    uint32_t patience; /* of a thread, before it waits in earnest */
    uint32_t unneeded; /* as if so many jobs had been run by their owners */
} setting;

/* Nothing is left: every job that began has returned, and the kernel's
 * invariants hold. */
static void check_nothing_left(belay_context *root) {
    wait_until_quiet(root);
    belay_runtime *runtime = belay_context_runtime(root);
    belayr_port_lock(&runtime->lock);
    CHECK_EQUAL(belay_check(runtime->kernel), 0);
    CHECK_EQUAL(runtime->queued, 0);
    CHECK_EQUAL(runtime->view->processes, 1);
    CHECK_EQUAL(runtime->view->abandoned, 0);
    CHECK_EQUAL(runtime->pool.waiting, 0);
    belayr_port_unlock(&runtime->lock);
}

typedef struct scenario {
    void (*body)(belay_context *root);
    setting own;
} scenario;

static void run_once(const void *context) {
    const scenario *what = context;
    const belay_runtime_options options = {
        .threads_max = what->own.threads_max,
        .threads_limit = what->own.threads_limit,
    };
    belay_context *root = open_runtime(&options);
    belay_runtime *runtime = belay_context_runtime(root);
    runtime->patience = what->own.patience;
    runtime->patience_waiting = what->own.patience;
    runtime->patience_searching = what->own.patience;
    runtime->pool.unneeded = what->own.unneeded;
    orders_begin();
    what->body(root);
    orders_end();
    close_runtime(root);
}

/* The same with what changes how threads are woken. */
static void try_each(const char *name, void (*body)(belay_context *root)) {
    const setting settings[] = {
        {.threads_max = 1},
        {.threads_max = 2},
        {.threads_max = 2, .patience = 2},
        {.threads_max = 2, .unneeded = 8},
    };
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        const scenario what = {body, settings[i]};
        orders_try(name, run_once, &what);
    }
}

/* ---- Submit against cancel -------------------------------------------- */

/* Starts a task and awaits it; whatever happens to it on the way. */
static belay_value job_submits(belay_context *context,
                               const belay_value *arguments, size_t count) {
    belay_task task;
    belay_result result;
    if (belay_async(context, job_twice, arguments, count, NULL, &task) !=
        BELAY_OK) {
        return belay_none();
    }
    (void)belay_await(context, task, 5000, &result);
    return result.value;
}

static void submit_against_cancel(belay_context *root) {
    const belay_task task = async(root, job_submits, belay_integer(4));
    belay_result result;
    belay_code code = belay_shutdown(root, task, BELAY_BRUTAL_KILL, &result);
    CHECK(code == BELAY_OK || code == BELAY_EMPTY);
    if (code == BELAY_OK) {
        CHECK_EQUAL(result.value.integer, 8);
    }
    check_nothing_left(root);
}

/* ---- Complete against kill -------------------------------------------- */

static belay_value job_kills(belay_context *context,
                             const belay_value *arguments, size_t count) {
    (void)count;
    return belay_integer(belay_process_exit(
        context, (belay_pid)arguments[0].integer, BELAY_REASON_KILL));
}

static void complete_against_kill(belay_context *root) {
    const belay_value number = belay_integer(21);
    belay_task tasks[2];
    belay_result results[2];
    CHECK_EQUAL(
        belay_async_nolink(root, job_twice, &number, 1, NULL, &tasks[0]),
        BELAY_OK);
    tasks[1] = async(root, job_kills, belay_integer((int64_t)tasks[0].pid));
    const belay_yield_options options = {.timeout = BELAY_INFINITY};
    CHECK_EQUAL(belay_yield_many(root, tasks, 2, &options, results),
                BELAY_OK);
    CHECK_EQUAL(results[1].code, BELAY_OK);
    if (results[0].code == BELAY_OK) {
        CHECK_EQUAL(results[0].value.integer, 42);
    } else {
        CHECK_EQUAL(results[0].code, BELAY_EXITED);
        CHECK_EQUAL(results[0].reason, BELAY_REASON_KILLED);
    }
    CHECK_EQUAL(belay_await(root, tasks[0], 0, results), BELAY_GONE);
    check_nothing_left(root);
}

/* ---- Shrink against submit -------------------------------------------- */

static void shrink_against_submit(belay_context *root) {
    belay_runtime *runtime = belay_context_runtime(root);
    belay_task tasks[3];
    belay_result results[3];
    tasks[0] = async(root, job_twice, belay_integer(0));
    tasks[1] = async(root, job_submits, belay_integer(1));
    CHECK_EQUAL(belay_runtime_resize(runtime, 0, 1), BELAY_OK);
    tasks[2] = async(root, job_twice, belay_integer(2));
    CHECK_EQUAL(belay_await_many(root, tasks, 3, BELAY_INFINITY, results),
                BELAY_OK);
    for (int64_t i = 0; i < 3; i++) {
        CHECK_EQUAL(results[i].value.integer, 2 * i);
    }
    check_nothing_left(root);
}

/* ---- Stop with work in flight ----------------------------------------- */

/* run_once closes the runtime while all of this goes on. */
static void stop_in_flight(belay_context *root) {
    const belay_value forever = belay_number((double)BELAY_TIME_MAX);
    (void)async(root, job_submits, belay_integer(1));
    (void)async(root, job_sleep, forever);
    CHECK_EQUAL(belay_start(root, job_echo, &(belay_value){0}, 1, NULL, NULL),
                BELAY_OK);
    belay_stream *stream = NULL;
    const belay_value items[] = {belay_integer(1), belay_integer(2)};
    belay_result result;
    CHECK_EQUAL(
        belay_stream_open_values(root, job_twice, items, 2, NULL, &stream),
        BELAY_OK);
    CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_OK);
    CHECK_EQUAL(result.value.integer, 2);
}

/* ---- Streams, messages, timeouts -------------------------------------- */

static void a_stream_is_closed_early(belay_context *root) {
    const belay_value items[] = {belay_integer(0), belay_integer(1),
                                 belay_integer(2)};
    const belay_stream_options options = {.max_concurrency = 2};
    belay_stream *stream = NULL;
    CHECK_EQUAL(belay_stream_open_values(root, job_twice, items, 3, &options,
                                         &stream),
                BELAY_OK);
    belay_result result;
    for (int64_t i = 0; i < 2; i++) {
        CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_OK);
        CHECK_EQUAL(result.value.integer, 2 * i);
    }
    belay_stream_close(stream);
    check_nothing_left(root);
}

static void a_monitor_against_the_end(belay_context *root) {
    const belay_value number = belay_integer(1);
    belay_pid pid = 0;
    uint64_t reference = 0;
    belay_message message;
    CHECK_EQUAL(belay_start(root, job_twice, &number, 1, NULL, &pid),
                BELAY_OK);
    CHECK_EQUAL(belay_monitor(root, pid, &reference), BELAY_OK);
    CHECK_EQUAL(belay_receive(root, BELAY_INFINITY, &message), BELAY_OK);
    CHECK_EQUAL(message.reference, reference);
    CHECK(message.reason == BELAY_REASON_NORMAL ||
          message.reason == BELAY_REASON_NOPROC);
    CHECK_EQUAL(belay_receive(root, 0, &message), BELAY_TIMEOUT);
    check_nothing_left(root);
}

/* A sleeper that is awaited for as long as it sleeps: either may be first,
 * and what was not taken in time is there afterwards. */
static void a_timeout_against_the_return(belay_context *root) {
    const belay_task task = async(root, job_sleep, belay_number(1));
    belay_result result;
    belay_code code = belay_await(root, task, 1, &result);
    CHECK(code == BELAY_OK || code == BELAY_TIMEOUT);
    if (code == BELAY_TIMEOUT) {
        CHECK_EQUAL(belay_await(root, task, BELAY_INFINITY, &result),
                    BELAY_OK);
    }
    CHECK_EQUAL(result.value.integer, BELAY_OK);
    check_nothing_left(root);
}

/* Two tasks, one after the other, of which the first may be run by who awaits
 * it and the second may not. A thread that is called for a job and comes too
 * late must not count as coming; and no job may lie until the time passes. */
static void a_thread_called_in_vain(belay_context *root) {
    uint64_t before = belayr_port_now();
    belay_result result;
    for (int64_t i = 0; i < 4; i++) {
        const belay_task task = async(root, job_twice, belay_integer(i));
        CHECK_EQUAL(belay_await(root, task,
                                i % 2 == 0 ? BELAY_INFINITY : 5000, &result),
                    BELAY_OK);
        CHECK_EQUAL(result.value.integer, 2 * i);
    }
    CHECK_EQUAL(belayr_port_now(), before);
    check_nothing_left(root);
}

/* ---- The pool's limit -------------------------------------------------- */

/* With one thread in all, whoever would wait for a job that nobody is left to
 * run is told so at once; one that the caller may run itself is run. */
static belay_value job_at_limit(belay_context *context,
                                const belay_value *arguments, size_t count) {
    belay_task task;
    belay_result result;
    if (belay_async(context, job_twice, arguments, count, NULL, &task) !=
        BELAY_OK) {
        return belay_fail(context, 1, "async");
    }
    belay_code code = belay_await(context, task, 5000, &result);
    if (code != BELAY_THREADS) {
        return belay_fail(context, (int32_t)code, "await, with a timeout");
    }
    if (belay_await(context, task, BELAY_INFINITY, &result) != BELAY_OK) {
        return belay_fail(context, 3, "await, without");
    }
    return result.value;
}

static void the_limit_is_told(belay_context *root) {
    const belay_task task = async(root, job_at_limit, belay_integer(5));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_OK);
    CHECK_EQUAL(result.value.integer, 10);
    check_nothing_left(root);
}

/* ---- The tests ---------------------------------------------------------- */

static void a_job_that_starts_another_may_be_killed(void) {
    try_each("submit against cancel", submit_against_cancel);
}

static void a_job_returns_or_is_killed_but_not_both(void) {
    try_each("complete against kill", complete_against_kill);
}

static void a_pool_that_shrinks_runs_all_jobs(void) {
    try_each("shrink against submit", shrink_against_submit);
}

static void a_runtime_may_stop_with_work_in_flight(void) {
    try_each("stop in flight", stop_in_flight);
}

static void a_stream_may_be_closed_at_any_time(void) {
    try_each("stream closed early", a_stream_is_closed_early);
}

static void a_monitor_tells_once(void) {
    try_each("monitor against end", a_monitor_against_the_end);
}

static void a_value_that_comes_late_is_not_lost(void) {
    try_each("timeout against return", a_timeout_against_the_return);
}

static void a_job_is_never_left_lying(void) {
    try_each("called in vain", a_thread_called_in_vain);
}

static void a_pool_at_its_limit_says_so(void) {
    const scenario what = {the_limit_is_told,
                           {.threads_max = 1, .threads_limit = 1}};
    orders_try("limit", run_once, &what);
}

int main(void) {
    orders_open();
    RUN(a_job_that_starts_another_may_be_killed);
    RUN(a_job_returns_or_is_killed_but_not_both);
    RUN(a_pool_that_shrinks_runs_all_jobs);
    RUN(a_runtime_may_stop_with_work_in_flight);
    RUN(a_stream_may_be_closed_at_any_time);
    RUN(a_monitor_tells_once);
    RUN(a_value_that_comes_late_is_not_lost);
    RUN(a_job_is_never_left_lying);
    RUN(a_pool_at_its_limit_says_so);
    return harness_end();
}
