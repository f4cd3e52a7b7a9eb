/* 10-aggregator.c - the exercise: a parallel API aggregator.
 *
 * Three services at once, with a limit and a timeout; failures become
 * structured errors; what was late has a fallback and is refreshed behind the
 * scenes, under a supervisor.
 */
#include <belay.h>
#include <stdatomic.h>
#include <stdio.h>

#define ENDPOINTS 3

typedef struct endpoint {
    const char *name;
    const char *answer;
    uint64_t takes;    /* ms */
    int broken;        /* it answers with a failure */
    atomic_int cached; /* the last good answer is known */
} endpoint;

static endpoint endpoints[ENDPOINTS] = {
    {.name = "user", .answer = "Ada", .takes = 10},
    {.name = "orders", .answer = "three orders", .takes = 1500},
    {.name = "stock", .answer = "none", .takes = 10, .broken = 1},
};

/* Elixir's load/1. A crash stays the item's own: the stream is not linked. */
static belay_value load(belay_context *context, const belay_value *arguments,
                        size_t count) {
    (void)count;
    endpoint *one = arguments[0].pointer;
    if (belay_sleep(context, one->takes) != BELAY_OK) {
        return belay_none();
    }
    if (one->broken) {
        return belay_fail(context, 503, "status 503");
    }
    atomic_store(&one->cached, 1);
    return belay_shared(belay_string(one->answer));
}

/* In the background, with the patience that a request has not. */
static void refresh(belay_context *context, endpoint *one) {
    const belay_value argument = belay_pointer(one);
    const belay_start_options options = {
        .label = one->name,
        .supervisor = belay_whereis(context, "MyApp.Refreshes"),
        .restart = BELAY_RESTART_TRANSIENT,
    };
    if (belay_start_child(context, load, &argument, 1, &options, NULL) ==
        BELAY_OK) {
        printf("  %s: is refreshed in the background\n", one->name);
    }
}

static void merge(belay_context *context, endpoint *one,
                  const belay_result *result) {
    if (result->code == BELAY_OK) {
        printf("  %s: live, %s\n", one->name, result->value.string);
    } else if (result->reason != BELAY_REASON_TIMEOUT) {
        printf("  %s: none (crash %d: %s)\n", one->name, result->failure,
               result->value.string);
    } else {
        printf("  %s: fallback, %s (timeout)\n", one->name,
               atomic_load(&one->cached) ? one->answer : "no orders yet");
        refresh(context, one);
    }
}

/* The body of the task that serves a page. */
static belay_value page(belay_context *context, const belay_value *arguments,
                        size_t count) {
    (void)arguments;
    (void)count;
    belay_value items[ENDPOINTS];
    for (int i = 0; i < ENDPOINTS; i++) {
        items[i] = belay_pointer(&endpoints[i]);
    }
    const belay_stream_options options = {
        .max_concurrency = ENDPOINTS,
        .timeout = 500,
        .on_timeout = BELAY_ON_TIMEOUT_KILL,
        .nolink = 1,
    };
    belay_stream *stream = NULL;
    belay_result result;
    if (belay_stream_open_values(context, load, items, ENDPOINTS, &options,
                                 &stream) != BELAY_OK) {
        return belay_fail(context, 1, "no stream");
    }
    while (belay_stream_next(stream, &result) == BELAY_OK) {
        merge(context, &endpoints[result.index], &result);
        belay_value_free(context, &result.value);
    }
    belay_stream_close(stream);
    return belay_none();
}

static int serve(belay_context *root, const char *title) {
    belay_task task;
    belay_result result;
    printf("%s\n", title);
    return belay_async(root, page, NULL, 0, NULL, &task) != BELAY_OK ||
           belay_await(root, task, 5000, &result) != BELAY_OK;
}

static void no_log(void *hooks, const belay_log *entry) {
    (void)hooks;
    (void)entry; /* the broken service is part of the example */
}

int main(void) {
    const belay_runtime_options options = {.threads_max = 8, .log = no_log};
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(&options, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    const belay_supervisor_options refreshes = {.name = "MyApp.Refreshes"};
    belay_pid supervisor = 0;
    int failed = belay_task_supervisor_start(root, &refreshes, &supervisor) !=
                 BELAY_OK;
    failed = failed || serve(root, "first page");
    while (!failed && !atomic_load(&endpoints[1].cached)) {
        (void)belay_sleep(root, 1); /* the refresh goes on without the page */
    }
    failed = failed || serve(root, "second page");
    printf("=> bound it, time it, name each failure, have something to show "
           "instead, and let a supervisor mend it\n");
    belay_runtime_destroy(runtime);
    return failed;
}
