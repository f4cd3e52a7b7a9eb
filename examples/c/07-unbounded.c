/* 07-unbounded.c - the first common mistake: a task for each of many items.
 *
 * A task is cheap, what it uses is not: a connection, a file, memory. The
 * same work as a stream uses as many as its limit says.
 */
#include <belay.h>
#include <stdatomic.h>
#include <stdio.h>

#define ITEMS 500
#define LIMIT 8

static atomic_int open_connections;
static atomic_int open_connections_most;

static belay_value query(belay_context *context, const belay_value *arguments,
                         size_t count) {
    (void)count;
    int now = atomic_fetch_add(&open_connections, 1) + 1;
    int most = atomic_load(&open_connections_most);
    while (now > most && !atomic_compare_exchange_weak(&open_connections_most,
                                                       &most, now)) {
    }
    (void)belay_sleep(context, 1);
    (void)atomic_fetch_sub(&open_connections, 1);
    return arguments[0];
}

/* 500 tasks, and 500 processes that all want their turn at once. */
static int unbounded(belay_context *root) {
    static belay_task tasks[ITEMS];
    static belay_result results[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
        const belay_value item = belay_integer(i);
        if (belay_async(root, query, &item, 1, NULL, &tasks[i]) != BELAY_OK) {
            return 1;
        }
    }
    return belay_await_many(root, tasks, ITEMS, BELAY_INFINITY, results) !=
           BELAY_OK;
}

static int bounded(belay_context *root) {
    static belay_value items[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
        items[i] = belay_integer(i);
    }
    const belay_stream_options options = {.max_concurrency = LIMIT};
    belay_stream *stream = NULL;
    belay_result result;
    if (belay_stream_open_values(root, query, items, ITEMS, &options,
                                 &stream) != BELAY_OK) {
        return 1;
    }
    int count = 0;
    while (belay_stream_next(stream, &result) == BELAY_OK) {
        count++;
    }
    belay_stream_close(stream);
    return count != ITEMS;
}

int main(void) {
    const belay_runtime_options options = {.threads_max = 32};
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(&options, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    int failed = unbounded(root);
    int without = atomic_exchange(&open_connections_most, 0);
    printf("a task for each: more than %d connections at once: %s\n", LIMIT,
           without > LIMIT ? "yes" : "no");
    failed |= bounded(root);
    int with = atomic_load(&open_connections_most);
    printf("a stream: more than %d connections at once: %s\n", LIMIT,
           with > LIMIT ? "yes" : "no");
    printf("=> many items are a stream with a limit\n");
    belay_runtime_destroy(runtime);
    return failed || with > LIMIT;
}
