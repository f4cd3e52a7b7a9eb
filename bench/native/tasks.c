/* What a task and an item of a stream cost in C on threads, beside
 * bench/elixir/tasks.exs: from within a job, as that runs in a process.
 *
 *   tasks <count> <infinity|timeout>
 *
 * Prints one line of JSON: nanoseconds by the clock, after a warm-up. With
 * "infinity" tasks are awaited without a timeout, so that the job that awaits
 * one may run it; with "timeout" with Elixir's 5,000 ms, so that another
 * thread must.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "belay.h"

static double clock_ns(void) {
    struct timespec time;
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) {
        abort();
    }
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static belay_value same(belay_context *context, const belay_value *arguments,
                        size_t count) {
    (void)context;
    (void)count;
    return arguments[0];
}

static int awaits(belay_context *context, int64_t count, uint64_t timeout) {
    for (int64_t i = 0; i < count; i++) {
        const belay_value item = belay_integer(i);
        belay_task task;
        belay_result result;
        if (belay_async(context, same, &item, 1, NULL, &task) != BELAY_OK ||
            belay_await(context, task, timeout, &result) != BELAY_OK ||
            result.value.integer != i) {
            return 0;
        }
    }
    return 1;
}

typedef struct counter {
    int64_t next;
    int64_t end;
} counter;

static belay_code count_up(void *input, belay_value *item) {
    counter *self = input;
    if (self->next == self->end) {
        return BELAY_EMPTY;
    }
    *item = belay_integer(self->next++);
    return BELAY_OK;
}

static int items(belay_context *context, int64_t count) {
    counter input = {0, count};
    const belay_stream_options options = {.max_concurrency = 100};
    belay_stream *stream = NULL;
    belay_result result;
    if (belay_stream_open(context, same, count_up, &input, &options,
                          &stream) != BELAY_OK) {
        return 0;
    }
    int64_t ended = 0;
    while (belay_stream_next(stream, &result) == BELAY_OK &&
           result.value.integer == ended) {
        ended++;
    }
    belay_stream_close(stream);
    return ended == count;
}

/* A job: both figures. Arguments: the count, the timeout. */
static belay_value measure(belay_context *context,
                           const belay_value *arguments, size_t count) {
    (void)count;
    int64_t repeats = arguments[0].integer;
    uint64_t timeout = (uint64_t)arguments[1].integer;
    int good = awaits(context, repeats / 5, timeout);
    double began = clock_ns();
    good &= awaits(context, repeats, timeout);
    double await_ns = (clock_ns() - began) / (double)repeats;
    good &= items(context, repeats / 5);
    began = clock_ns();
    good &= items(context, repeats);
    double item_ns = (clock_ns() - began) / (double)repeats;
    if (!good) {
        return belay_fail(context, 1, "a wrong result");
    }
    printf("{\"awaitNs\": %.1f, \"itemNs\": %.1f}\n", await_ns, item_ns);
    return belay_none();
}

int main(int argc, char **argv) {
    if (argc != 3) {
        (void)fprintf(stderr, "usage: tasks <count> <infinity|timeout>\n");
        return 2;
    }
    const int forever = strcmp(argv[2], "infinity") == 0;
    const belay_value arguments[] = {
        belay_integer(strtoll(argv[1], NULL, 10)),
        belay_integer(forever ? -1 : (int64_t)BELAY_TIMEOUT_DEFAULT),
    };
    belay_runtime *runtime = NULL;
    belay_task task;
    belay_result result = {0};
    if (belay_runtime_create(NULL, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    belay_code code = belay_async(root, measure, arguments, 2, NULL, &task);
    if (code == BELAY_OK) {
        code = belay_await(root, task, BELAY_INFINITY, &result);
    }
    belay_runtime_destroy(runtime);
    return code == BELAY_OK ? 0 : 1;
}
