/* Calls as nobody should make them: NULL, handles of nothing, options out of
 * range, two threads at one task. Each gives a code, and nothing is lost. */
#include <stdatomic.h>
#include <time.h>

#include "jobs.h"
#include "runtime/port.h"

#define BAD BELAY_BAD_ARGUMENT
#define LONGEST (BELAY_BRUTAL_KILL - 1) /* that is a time */

static belay_runtime *runtime_of(belay_context *root) {
    return belay_context_runtime(root);
}

static void results_must_have_a_place(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task task = async(root, job_twice, belay_integer(1));
    CHECK_EQUAL(belay_await(root, task, 5000, NULL), BAD);
    CHECK_EQUAL(belay_yield(root, task, 0, NULL), BAD);
    CHECK_EQUAL(belay_shutdown(root, task, 0, NULL), BAD);
    CHECK_EQUAL(belay_ignore(root, task, NULL), BAD);
    CHECK_EQUAL(belay_await_many(root, &task, 1, 5000, NULL), BAD);
    CHECK_EQUAL(belay_yield_many(root, &task, 1, NULL, NULL), BAD);
    belay_result result;
    CHECK_EQUAL(belay_await_many(root, NULL, 1, 5000, &result), BAD);
    CHECK_EQUAL(belay_yield_many(root, NULL, 1, NULL, &result), BAD);
    CHECK_EQUAL(belay_receive(root, 0, NULL), BAD);
    CHECK_EQUAL(belay_stream_next(NULL, &result), BAD);
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_OK);
    CHECK_EQUAL(belay_async(root, job_twice, NULL, 0, NULL, NULL), BAD);
    CHECK_EQUAL(belay_monitor(root, belay_self(root), NULL), BAD);
    CHECK_EQUAL(belay_process_look(root, belay_self(root), NULL), BAD);
    CHECK_EQUAL(belay_task_supervisor_start(root, NULL, NULL), BAD);
    CHECK_EQUAL(belay_supervisor_start(root, NULL, 0, NULL, NULL), BAD);
    CHECK_EQUAL(belay_runtime_create(NULL, NULL), BAD);
    belay_value_free(root, NULL);
    belay_stream_close(NULL);
    belay_runtime_destroy(NULL);
    close_runtime(root);
}

static void a_handle_of_nothing_is_gone(void) {
    belay_context *root = open_runtime(NULL);
    const belay_pid self = belay_self(root);
    const uint64_t references[] = {0,          1,          77,
                                   UINT32_MAX, UINT64_MAX, (uint64_t)1 << 32};
    for (size_t i = 0; i < sizeof(references) / sizeof(*references); i++) {
        const belay_task task = {
            .pid = 99, .owner = self, .reference = references[i]};
        belay_result result;
        CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_GONE);
        CHECK_EQUAL(belay_yield(root, task, 0, &result), BELAY_GONE);
        CHECK_EQUAL(belay_shutdown(root, task, 0, &result), BELAY_GONE);
        CHECK_EQUAL(belay_ignore(root, task, &result), BELAY_GONE);
        CHECK_EQUAL(belay_await_many(root, &task, 1, 0, &result), BELAY_GONE);
    }
    const belay_pid pids[] = {0, 99, UINT32_MAX, UINT64_MAX};
    for (size_t i = 0; i < sizeof(pids) / sizeof(*pids); i++) {
        size_t count = 0;
        belay_process_info info;
        CHECK_EQUAL(belay_link(root, pids[i]), BELAY_GONE);
        CHECK_EQUAL(belay_unlink(root, pids[i]), BELAY_OK);
        CHECK_EQUAL(belay_process_look(root, pids[i], &info), BELAY_GONE);
        CHECK_EQUAL(belay_alive(root, pids[i]), 0);
        CHECK_EQUAL(belay_register(root, "nobody", pids[i]), BELAY_GONE);
        CHECK_EQUAL(belay_supervisor_children(root, pids[i], NULL, 0, &count),
                    BELAY_GONE);
        CHECK_EQUAL(
            belay_supervisor_stop(root, pids[i], BELAY_REASON_SHUTDOWN, 100),
            BELAY_GONE);
    }
    CHECK_EQUAL(belay_demonitor(root, 12345), BELAY_GONE);
    close_runtime(root);
}

static void names_are_checked(void) {
    belay_context *root = open_runtime(NULL);
    const belay_pid self = belay_self(root);
    char longest[BELAY_NAME_MAX + 2];
    memset(longest, 'n', sizeof(longest));
    longest[BELAY_NAME_MAX + 1] = 0;
    CHECK_EQUAL(belay_register(root, NULL, self), BAD);
    CHECK_EQUAL(belay_register(root, "", self), BAD);
    CHECK_EQUAL(belay_register(root, longest, self), BAD);
    CHECK_EQUAL(belay_whereis(root, NULL), 0);
    CHECK_EQUAL(belay_whereis(root, ""), 0);
    CHECK_EQUAL(belay_whereis(root, longest), 0);
    longest[BELAY_NAME_MAX] = 0;
    CHECK_EQUAL(belay_register(root, longest, self), BELAY_OK);
    CHECK_EQUAL(belay_register(root, "another", self), BELAY_ALREADY);
    CHECK_EQUAL(belay_whereis(root, longest), self);
    const belay_supervisor_options taken = {.name = longest};
    belay_pid supervisor = 0;
    CHECK_EQUAL(belay_task_supervisor_start(root, &taken, &supervisor),
                BELAY_ALREADY);
    const belay_supervisor_options empty = {.name = ""};
    CHECK_EQUAL(belay_task_supervisor_start(root, &empty, &supervisor), BAD);
    CHECK_EQUAL(supervisor, 0);
    close_runtime(root);
}

static void values_are_checked(void) {
    belay_context *root = open_runtime(NULL);
    belay_value odd[7] = {
        belay_array(BELAY_ELEMENT_UINT8, NULL, 8),
        belay_none(),
        belay_array((belay_element)99, odd, 8),
        belay_none(),
        belay_array(BELAY_ELEMENT_UINT8, odd, SIZE_MAX),
        belay_array(BELAY_ELEMENT_UINT8, NULL, 0),
        belay_shared(belay_array(BELAY_ELEMENT_UINT8, NULL, 8)),
    };
    odd[1].type = 99;
    odd[3].type = BELAY_TYPE_STRING;
    odd[3].size = 4;
    odd[5].flags = BELAY_VALUE_OWNED;
    belay_task task = {0};
    for (size_t i = 0; i < 7; i++) {
        CHECK_EQUAL(belay_async(root, job_echo, &odd[i], 1, NULL, &task),
                    BAD);
    }
    CHECK_EQUAL(belay_async(root, job_echo, odd, SIZE_MAX, NULL, &task), BAD);
    belay_value_free(root, &odd[5]);
    belay_value value;
    CHECK_EQUAL(
        belay_value_allocate(root, BELAY_TYPE_STRING, 0, SIZE_MAX, &value),
        BAD);
    CHECK_EQUAL(belay_value_allocate(root, BELAY_TYPE_ARRAY,
                                     BELAY_ELEMENT_UINT8, 8, NULL),
                BAD);
    close_runtime(root);
}

static void options_are_checked(void) {
    belay_context *root = open_runtime(NULL);
    belay_pid pid = 0;
    belay_stream *stream = NULL;
    const belay_value item = belay_integer(1);
    const belay_supervisor_options supervisors[] = {
        {.strategy = (belay_sup)99}, {.auto_shutdown = 99}, {.name = ""}};
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQUAL(
            belay_supervisor_start(root, NULL, 0, &supervisors[i], &pid),
            BAD);
    }
    CHECK_EQUAL(belay_supervisor_start(root, NULL, 1, NULL, &pid), BAD);
    const belay_child_spec nothing = {0};
    CHECK_EQUAL(belay_supervisor_start(root, &nothing, 1, NULL, &pid), BAD);
    CHECK_EQUAL(belay_supervisor_add_child(root, pid, NULL, NULL), BAD);
    CHECK_EQUAL(belay_task_supervisor_start(root, NULL, &pid), BELAY_OK);
    const belay_start_options restart = {.supervisor = pid,
                                         .restart = (belay_restart)99};
    CHECK_EQUAL(belay_start_child(root, job_twice, &item, 1, &restart, NULL),
                BAD);
    const belay_stream_options streams[] = {
        {.on_timeout = (belay_on_timeout)99},
        {.extra_count = 1},
        {.max_concurrency = BELAY_PROCESSES_MAX + 1}};
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQUAL(belay_stream_open_values(root, job_twice, &item, 1,
                                             &streams[i], &stream),
                    BAD);
    }
    CHECK_EQUAL(belay_stream_open_values(root, NULL, &item, 1, NULL, &stream),
                BAD);
    CHECK_EQUAL(
        belay_stream_open_values(root, job_twice, &item, 1, NULL, NULL), BAD);
    const belay_yield_options odd = {.on_timeout = BELAY_ON_TIMEOUT_EXIT};
    belay_result result;
    const belay_task task = async(root, job_twice, item);
    CHECK_EQUAL(belay_yield_many(root, &task, 1, &odd, &result), BAD);
    CHECK_EQUAL(belay_runtime_resize(runtime_of(root), 2, 1), BAD);
    CHECK_EQUAL(belay_runtime_resize(runtime_of(root), 0, UINT32_MAX), BAD);
    CHECK_EQUAL(belay_runtime_resize(runtime_of(root), 0, 0), BAD);
    CHECK_EQUAL(belay_process_exit(root, task.pid, 99), BAD);
    CHECK_EQUAL(belay_process_exit(root, belay_self(root), BELAY_REASON_KILL),
                BAD);
    close_runtime(root);
}

static void options_of_a_runtime_are_checked(void) {
    const belay_runtime_options odd[] = {
        {.threads_min = 3, .threads_max = 2},
        {.threads_max = 3, .threads_limit = 2},
        {.threads_limit = 4097},
        {.threads_max = 4097},
        {.processes_max = BELAY_PROCESSES_MAX + 1}};
    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
        belay_runtime *runtime = NULL;
        CHECK_EQUAL(belay_runtime_create(&odd[i], &runtime), BAD);
        CHECK(runtime == NULL);
    }
}

static void a_stack_too_small_for_a_thread_is_made_larger(void) {
    const belay_runtime_options options = {.stack_size = 1};
    belay_context *root = open_runtime(&options);
    const belay_task task = async(root, job_twice, belay_integer(5));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 60000, &result), BELAY_OK);
    CHECK_EQUAL(result.value.integer, 10);
    close_runtime(root);
}

/* The processor's time that this process has taken, in ms. */
static long processor_ms(void) {
#ifdef __wasi__
    return 0; /* no such clock, and no threads that could take any */
#else
    return (long)(clock() / (CLOCKS_PER_SEC / 1000));
#endif
}

static void threads_that_stay_for_ever_take_no_processor(void) {
    const belay_runtime_options options = {.idle_timeout = BELAY_INFINITY};
    belay_context *root = open_runtime(&options);
    const belay_task task = async(root, job_twice, belay_integer(1));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, 60000, &result), BELAY_OK);
    const long before = processor_ms();
    CHECK_EQUAL(belay_sleep(root, 200), BELAY_OK);
    CHECK(processor_ms() - before < 100);
    belay_runtime_info info = {0};
    belay_runtime_look(runtime_of(root), &info);
    CHECK_EQUAL(info.threads, 1);
    CHECK_EQUAL(info.idle, 1);
    close_runtime(root);
}

static void timeouts_may_be_as_short_and_as_long_as_can_be(void) {
    belay_context *root = open_runtime(NULL);
    const belay_task runs = async(root, job_until_cancelled, belay_none());
    belay_result result;
    belay_message message;
    CHECK_EQUAL(belay_yield(root, runs, 0, &result), BELAY_TIMEOUT);
    CHECK_EQUAL(belay_receive(root, 0, &message), BELAY_TIMEOUT);
    CHECK_EQUAL(belay_sleep(root, 0), BELAY_OK);
    const belay_task asleep =
        async(root, job_sleep, belay_number((double)(1ull << 62)));
    CHECK_EQUAL(belay_shutdown(root, asleep, 0, &result), BELAY_EMPTY);
    const belay_task soon = async(root, job_twice, belay_integer(1));
    CHECK_EQUAL(belay_await(root, runs, BELAY_BRUTAL_KILL, &result), BAD);
    CHECK_EQUAL(belay_sleep(root, BELAY_BRUTAL_KILL), BAD);
    CHECK_EQUAL(belay_await(root, soon, LONGEST, &result), BELAY_OK);
    CHECK_EQUAL(belay_shutdown(root, runs, LONGEST, &result), BELAY_EMPTY);
    wait_until_quiet(root);
    close_runtime(root);
}

/* ---- Two threads at one task ------------------------------------------ */

typedef struct other_thread {
    port_thread thread;
    belay_context *root;
    belay_task task;
    belay_result result;
} other_thread;

static void await_there(void *data) {
    other_thread *self = data;
    (void)belay_await(self->root, self->task, BELAY_INFINITY, &self->result);
}

/* Who awaits outside of jobs cannot be seen: it is given time enough. */
static void start_awaited(belay_context *root, belay_job job,
                          other_thread *self) {
    *self = (other_thread){.root = root};
    self->task = async(root, job, belay_number(60));
    CHECK_EQUAL(belayr_port_thread_start(&self->thread, await_there, self, 0),
                1);
    CHECK_EQUAL(belay_sleep(root, 20), BELAY_OK);
}

static void a_value_that_two_threads_await_is_given_to_one(void) {
    belay_context *root = open_runtime(NULL);
    other_thread other;
    start_awaited(root, job_sleep, &other);
    belay_result mine;
    (void)belay_await(root, other.task, BELAY_INFINITY, &mine);
    belayr_port_thread_join(&other.thread);
    const belay_code first = mine.code;
    const belay_code second = other.result.code;
    CHECK(first == BELAY_OK || second == BELAY_OK);
    CHECK(first == BELAY_GONE || second == BELAY_GONE);
    close_runtime(root);
}

static belay_code kill_task(belay_context *root, belay_task task,
                            belay_result *out) {
    return belay_shutdown(root, task, BELAY_BRUTAL_KILL, out);
}

static _Atomic int told;

/* Returns when it is told to, so that it cannot have ended before. */
static belay_value job_until_told(belay_context *context,
                                  const belay_value *arguments,
                                  size_t count) {
    (void)arguments;
    (void)count;
    while (!atomic_load(&told) && belay_sleep(context, 1) == BELAY_OK) {
    }
    return belay_none();
}

/* What another thread's await gives when its task is taken by `take`. */
static belay_code code_there(belay_code (*take)(belay_context *, belay_task,
                                                belay_result *)) {
    belay_context *root = open_runtime(NULL);
    other_thread other;
    atomic_store(&told, 0);
    start_awaited(root, job_until_told, &other);
    belay_result mine;
    CHECK_EQUAL(take(root, other.task, &mine), BELAY_EMPTY);
    atomic_store(&told, 1);
    belayr_port_thread_join(&other.thread);
    wait_until_quiet(root);
    close_runtime(root);
    return other.result.code;
}

static void a_task_that_is_ignored_leaves_who_awaits_it(void) {
    CHECK(code_there(belay_ignore) != BELAY_OK);
}

static void a_task_that_is_shut_down_leaves_who_awaits_it(void) {
    const belay_code code = code_there(kill_task);
    CHECK(code == BELAY_EXITED || code == BELAY_GONE);
}

/* Awaits a task of another process. */
static belay_value job_awaits_that_of_another(belay_context *context,
                                              const belay_value *arguments,
                                              size_t count) {
    (void)count;
    const belay_task *task = arguments[0].pointer;
    belay_result result;
    return belay_integer(belay_await(context, *task, 5000, &result));
}

static void a_job_may_not_await_what_its_owner_has_started(void) {
    belay_context *root = open_runtime(NULL);
    belay_task task = async(root, job_sleep, belay_number(1));
    const belay_task other =
        async(root, job_awaits_that_of_another, belay_pointer(&task));
    belay_result result;
    CHECK_EQUAL(belay_await(root, other, 5000, &result), BELAY_OK);
    CHECK_EQUAL(result.value.integer, BELAY_NOT_OWNER);
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_OK);
    close_runtime(root);
}

/* Goes on with its context after its own process has been killed. */
static belay_value job_outlives_itself(belay_context *context,
                                       const belay_value *arguments,
                                       size_t count) {
    (void)arguments;
    (void)count;
    const belay_pid self = belay_self(context);
    belay_message message;
    belay_task task;
    belay_stream *stream = NULL;
    belay_pid pid = 0;
    CHECK_EQUAL(belay_process_exit(context, self, BELAY_REASON_KILL),
                BELAY_OK);
    CHECK_EQUAL(belay_receive(context, BELAY_INFINITY, &message),
                BELAY_CANCELLED);
    CHECK_EQUAL(belay_async(context, job_twice, NULL, 0, NULL, &task),
                BELAY_CANCELLED);
    CHECK_EQUAL(belay_completed(context, belay_string("text"), &task),
                BELAY_CANCELLED);
    CHECK_EQUAL(
        belay_stream_open_values(context, job_twice, NULL, 0, NULL, &stream),
        BELAY_CANCELLED);
    CHECK_EQUAL(belay_task_supervisor_start(context, NULL, &pid),
                BELAY_CANCELLED);
    CHECK_EQUAL(belay_register(context, "late", self), BELAY_CANCELLED);
    return belay_string("nobody hears of it");
}

static void a_context_whose_process_has_ended_starts_nothing(void) {
    belay_context *root = open_runtime(NULL);
    belay_task task;
    belay_result result;
    CHECK_EQUAL(
        belay_async_nolink(root, job_outlives_itself, NULL, 0, NULL, &task),
        BELAY_OK);
    CHECK_EQUAL(belay_await(root, task, 5000, &result), BELAY_EXITED);
    CHECK_EQUAL(result.reason, BELAY_REASON_KILLED);
    wait_until_quiet(root);
    close_runtime(root);
}

/* ---- Many, and the end with all of it under way ----------------------- */

static void a_hundred_thousand_tasks_may_wait_at_the_end(void) {
    belay_context *root = open_runtime(NULL);
    for (int i = 0; i < 100000; i++) {
        (void)async(root, job_twice, belay_integer(i));
    }
    close_runtime(root);
}

/* Starts all there is, and ends in the middle of it. */
static belay_value job_of_everything(belay_context *context,
                                     const belay_value *arguments,
                                     size_t count) {
    (void)count;
    belay_pid supervisor = 0;
    belay_stream *stream = NULL;
    belay_result result;
    const belay_value items[] = {belay_number(1e6), belay_number(1e6)};
    if (belay_task_supervisor_start(context, NULL, &supervisor) != BELAY_OK ||
        belay_stream_open_values(context, job_sleep, items, 2, NULL,
                                 &stream) != BELAY_OK) {
        return belay_fail(context, 1, "not started");
    }
    const belay_start_options options = {.supervisor = supervisor,
                                         .restart = BELAY_RESTART_PERMANENT};
    (void)belay_start_child(context, job_fail, arguments, 1, &options, NULL);
    (void)belay_start_child(context, job_until_cancelled, NULL, 0, &options,
                            NULL);
    (void)belay_stream_next(stream, &result);
    return belay_none(); /* the stream is left open */
}

static void a_runtime_may_end_with_everything_under_way(void) {
    for (uint64_t wait = 0; wait < 12; wait++) {
        belay_context *root = open_runtime(NULL);
        for (int i = 0; i < 8; i++) {
            (void)async(root, job_of_everything, belay_integer(i));
        }
        CHECK_EQUAL(belay_sleep(root, wait), BELAY_OK);
        close_runtime(root);
    }
}

static void a_stream_may_be_left_before_its_first_entry(void) {
    belay_context *root = open_runtime(NULL);
    const belay_value items[] = {belay_integer(1), belay_integer(2)};
    const belay_stream_options options = {
        .max_concurrency = BELAY_PROCESSES_MAX,
        .max_buffered = UINT32_MAX,
        .max_abandoned = UINT32_MAX,
        .timeout = LONGEST,
        .shutdown = LONGEST,
    };
    belay_stream *streams[3] = {NULL, NULL, NULL};
    for (size_t i = 0; i < 3; i++) {
        CHECK_EQUAL(belay_stream_open_values(root, job_twice, items, i,
                                             &options, &streams[i]),
                    BELAY_OK);
    }
    belay_result result;
    CHECK_EQUAL(belay_stream_next(streams[0], &result), BELAY_EMPTY);
    CHECK_EQUAL(belay_stream_next(streams[0], &result), BELAY_EMPTY);
    CHECK_EQUAL(belay_stream_next(streams[2], &result), BELAY_OK);
    for (size_t i = 0; i < 3; i++) {
        belay_stream_close(streams[i]);
    }
    wait_until_quiet(root);
    close_runtime(root);
}

int main(void) {
    RUN(results_must_have_a_place);
    RUN(a_handle_of_nothing_is_gone);
    RUN(names_are_checked);
    RUN(values_are_checked);
    RUN(options_are_checked);
    RUN(options_of_a_runtime_are_checked);
    RUN(a_stack_too_small_for_a_thread_is_made_larger);
    RUN(threads_that_stay_for_ever_take_no_processor);
    RUN(timeouts_may_be_as_short_and_as_long_as_can_be);
    RUN(a_value_that_two_threads_await_is_given_to_one);
    RUN(a_task_that_is_ignored_leaves_who_awaits_it);
    RUN(a_task_that_is_shut_down_leaves_who_awaits_it);
    RUN(a_job_may_not_await_what_its_owner_has_started);
    RUN(a_context_whose_process_has_ended_starts_nothing);
    RUN(a_hundred_thousand_tasks_may_wait_at_the_end);
    RUN(a_runtime_may_end_with_everything_under_way);
    RUN(a_stream_may_be_left_before_its_first_entry);
    return harness_end();
}
