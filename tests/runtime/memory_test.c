/* Memory that is refused: each allocation in turn, once. A call says
 * NO_MEMORY or does what it should; nothing is lost, nothing is left. */
#include <stdatomic.h>
#include <stdlib.h>

#include "jobs.h"

static atomic_long taken; /* bytes */
static atomic_long allocations;
static long fail_at; /* which one; 0: none */

static void *refusing(void *context, void *pointer, size_t old_size,
                      size_t new_size) {
    (void)context;
    if (new_size == 0) {
        free(pointer);
        (void)atomic_fetch_sub(&taken, (long)old_size);
        return NULL;
    }
    if (atomic_fetch_add(&allocations, 1) + 1 == fail_at) {
        return NULL;
    }
    void *memory = realloc(pointer, new_size);
    if (memory != NULL) {
        (void)atomic_fetch_add(&taken, (long)new_size - (long)old_size);
    }
    return memory;
}

static int fair(belay_code code) {
    return code == BELAY_OK || code == BELAY_NO_MEMORY;
}

/* A failure for want of memory says so, whatever the job has wanted. */
static int fair_end(const belay_result *result) {
    return fair(result->code) || (result->code == BELAY_EXITED &&
                                  result->reason == BELAY_REASON_FAILURE);
}

static void with_tasks(belay_context *root) {
    const belay_value values[] = {belay_string("text"), belay_integer(1),
                                  belay_integer(2)};
    const belay_start_options options = {.label = "a label"};
    belay_task tasks[2];
    belay_result results[2];
    belay_code code =
        belay_async(root, job_echo, values, 3, &options, &tasks[0]);
    CHECK(fair(code));
    if (code == BELAY_OK) {
        (void)belay_await(root, tasks[0], 60000, &results[0]);
        CHECK(fair_end(&results[0]));
        belay_value_free(root, &results[0].value);
    }
    code = belay_async_nolink(root, job_fail, &values[1], 1, NULL, &tasks[0]);
    if (code == BELAY_OK) {
        code = belay_await_many(root, tasks, 1, BELAY_INFINITY, results);
        CHECK(fair_end(&results[0]));
        belay_value_free(root, &results[0].value);
    }
}

static void with_stream(belay_context *root) {
    const belay_value items[] = {belay_string("one"), belay_string("two")};
    const belay_stream_options options = {
        .extra = items, .extra_count = 2, .label = "stream", .nolink = 1};
    belay_stream *stream = NULL;
    belay_code code =
        belay_stream_open_values(root, job_echo, items, 2, &options, &stream);
    CHECK(fair(code));
    belay_result result;
    while (code == BELAY_OK) {
        code = belay_stream_next(stream, &result);
        CHECK(code == BELAY_OK || code == BELAY_EMPTY ||
              code == BELAY_NO_MEMORY);
        if (code == BELAY_OK) {
            CHECK(fair_end(&result));
        }
        belay_value_free(root, &result.value);
    }
    belay_stream_close(stream);
}

static void with_supervisors(belay_context *root) {
    const belay_value text = belay_string("kept");
    const belay_supervisor_options inner = {.name = "inner"};
    const belay_child_spec specs[] = {{.id = "job",
                                       .job = job_until_cancelled,
                                       .arguments = &text,
                                       .count = 1,
                                       .restart = BELAY_RESTART_PERMANENT},
                                      {.id = "tasks", .supervisor = &inner}};
    belay_pid supervisor = 0;
    belay_code code =
        belay_supervisor_start(root, specs, 2, NULL, &supervisor);
    CHECK(fair(code));
    if (code == BELAY_OK) {
        const belay_start_options options = {
            .supervisor = belay_whereis(root, "inner"),
            .restart = BELAY_RESTART_TRANSIENT,
            .label = "child"};
        CHECK(fair(
            belay_start_child(root, job_echo, &text, 1, &options, NULL)));
        CHECK(fair(belay_supervisor_stop(
            root, supervisor, BELAY_REASON_NORMAL, BELAY_INFINITY)));
    }
    CHECK_EQUAL(belay_whereis(root, "inner"), 0);
}

static void with_messages(belay_context *root) {
    const belay_value number = belay_integer(1);
    belay_pid pid = 0;
    uint64_t reference = 0;
    if (belay_start(root, job_until_cancelled, &number, 1, NULL, &pid) !=
        BELAY_OK) {
        return;
    }
    CHECK(fair(belay_register(root, "worker", pid)));
    belay_code code = belay_monitor(root, pid, &reference);
    CHECK(fair(code));
    CHECK(fair(belay_process_exit(root, pid, BELAY_REASON_KILL)));
    belay_message message;
    code = belay_receive(root, 0, &message);
    CHECK(code == BELAY_OK || code == BELAY_TIMEOUT ||
          code == BELAY_NO_MEMORY);
}

static void no_log(void *hooks, const belay_log *entry) {
    (void)hooks;
    (void)entry; /* the crash is wanted */
}

/* 1 when no allocation was refused any more. */
static int everything(long which) {
    fail_at = which;
    atomic_store(&allocations, 0);
    const belay_runtime_options options = {
        .allocate = refusing, .threads_max = 2, .log = no_log};
    belay_runtime *runtime = NULL;
    belay_code code = belay_runtime_create(&options, &runtime);
    CHECK(fair(code));
    if (code == BELAY_OK) {
        belay_context *root = belay_runtime_root(runtime);
        with_tasks(root);
        with_stream(root);
        with_supervisors(root);
        with_messages(root);
        belay_runtime_destroy(runtime);
    }
    CHECK_EQUAL(atomic_load(&taken), 0);
    return atomic_load(&allocations) < which;
}

static void each_allocation_may_be_refused(void) {
    long which = 1;
    while (!everything(which)) {
        which++;
    }
    CHECK(which > 50);
}

int main(void) {
    RUN(each_allocation_may_be_refused);
    return harness_end();
}
