#include "jobs.h"

#include <stdatomic.h>
#include <stdlib.h>

belay_value job_twice(belay_context *context, const belay_value *arguments,
                      size_t count) {
    (void)context;
    (void)count;
    return belay_integer(2 * arguments[0].integer);
}

belay_value job_echo(belay_context *context, const belay_value *arguments,
                     size_t count) {
    (void)context;
    (void)count;
    return arguments[0];
}

belay_value job_fail(belay_context *context, const belay_value *arguments,
                     size_t count) {
    (void)count;
    return belay_fail(context, (int32_t)arguments[0].integer, "no such page");
}

belay_value job_exit(belay_context *context, const belay_value *arguments,
                     size_t count) {
    (void)count;
    return belay_exit(context, (uint32_t)arguments[0].integer);
}

belay_value job_sleep(belay_context *context, const belay_value *arguments,
                      size_t count) {
    (void)count;
    return belay_integer(belay_sleep(context, (uint64_t)arguments[0].number));
}

belay_value job_until_cancelled(belay_context *context,
                                const belay_value *arguments, size_t count) {
    (void)arguments;
    (void)count;
    while (!belay_cancelled(context)) {
    }
    return belay_none();
}

belay_value job_fibonacci(belay_context *context,
                          const belay_value *arguments, size_t count) {
    (void)count;
    int64_t number = arguments[0].integer;
    if (number < 2) {
        return belay_integer(number);
    }
    belay_task tasks[2];
    int64_t sum = 0;
    for (int i = 0; i < 2; i++) {
        const belay_value less = belay_integer(number - 1 - i);
        belay_code code =
            belay_async(context, job_fibonacci, &less, 1, NULL, &tasks[i]);
        if (code != BELAY_OK) {
            return belay_fail(context, (int32_t)code, "async");
        }
    }
    for (int i = 1; i >= 0; i--) {
        belay_result result;
        if (belay_await(context, tasks[i], BELAY_INFINITY, &result) !=
            BELAY_OK) {
            return belay_fail(context, (int32_t)result.code, "await");
        }
        sum += result.value.integer;
    }
    return belay_integer(sum);
}

/* ---- A runtime ------------------------------------------------------- */

#define LOG_KINDS 6

static atomic_size_t taken; /* bytes */
static atomic_uint log_counts[LOG_KINDS];

static void *allocate(void *context, void *pointer, size_t old_size,
                      size_t new_size) {
    (void)context;
    void *memory = NULL;
    if (new_size == 0) {
        free(pointer);
    } else {
        memory = realloc(pointer, new_size);
    }
    if (memory != NULL || new_size == 0) {
        (void)atomic_fetch_add(&taken, new_size - old_size);
    }
    return memory;
}

static void count_log(void *hooks, const belay_log *entry) {
    (void)hooks;
    (void)atomic_fetch_add(&log_counts[entry->kind], 1);
}

belay_context *open_runtime(const belay_runtime_options *options) {
    belay_runtime_options own = {0};
    if (options != NULL) {
        own = *options;
    }
    if (own.allocate == NULL) {
        own.allocate = allocate;
    }
    if (own.log == NULL) {
        own.log = count_log;
    }
    if (own.threads_max == 0) {
        own.threads_max = 4; /* also where there is one processor */
    }
    atomic_store(&taken, 0);
    for (int i = 0; i < LOG_KINDS; i++) {
        atomic_store(&log_counts[i], 0);
    }
    belay_runtime *runtime = NULL;
    CHECK_EQUAL(belay_runtime_create(&own, &runtime), BELAY_OK);
    return belay_runtime_root(runtime);
}

void close_runtime(belay_context *root) {
    belay_runtime_destroy(belay_context_runtime(root));
    CHECK_EQUAL(atomic_load(&taken), 0);
}

uint32_t logged(belay_log_kind kind) {
    return atomic_load(&log_counts[kind]);
}

belay_task async(belay_context *context, belay_job job,
                 belay_value argument) {
    belay_task task = {0};
    CHECK_EQUAL(belay_async(context, job, &argument, 1, NULL, &task),
                BELAY_OK);
    return task;
}

void wait_until_quiet(belay_context *root) {
    belay_runtime_info info = {0};
    do {
        CHECK_EQUAL(belay_sleep(root, 1), BELAY_OK);
        belay_runtime_look(belay_context_runtime(root), &info);
    } while (info.processes > 1 || info.abandoned > 0 ||
             info.started != info.returned);
}
