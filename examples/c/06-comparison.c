/* 06-comparison.c - gather and a stream, when one call crashes or hangs.
 *
 * In Elixir:  Task.async_stream(ids, &fetch_user/1, max_concurrency: 8,
 *               timeout: 2_000)
 * In Python:  asyncio.gather(..., return_exceptions=True)
 */
#include <belay.h>
#include <stdio.h>
#include <string.h>

#define IDS 4

static belay_value fetch_user(belay_context *context,
                              const belay_value *arguments, size_t count) {
    (void)count;
    const char *id = arguments[0].string;
    if (strcmp(id, "crash") == 0) {
        return belay_fail(context, 54, "connection reset");
    }
    uint64_t ms = strcmp(id, "hang") == 0 ? BELAY_INFINITY : 20;
    if (belay_sleep(context, ms) != BELAY_OK) {
        return belay_none();
    }
    return arguments[0];
}

static void show(belay_context *root, belay_result *result) {
    if (result->code == BELAY_OK) {
        printf(" | ok %s", result->value.string);
    } else if (result->value.type == BELAY_TYPE_STRING) {
        printf(" | error %s", result->value.string);
    } else {
        printf(" | %s", result->code == BELAY_TIMEOUT
                            ? "no answer"
                            : belay_reason_text(result->reason));
    }
    belay_value_free(root, &result->value);
}

/* All at once, and wait for all: no limit, no deadline of their own. */
static int gather(belay_context *root, const belay_value *ids) {
    belay_task tasks[IDS];
    belay_result results[IDS];
    for (int i = 0; i < IDS; i++) {
        if (belay_async_nolink(root, fetch_user, &ids[i], 1, NULL,
                               &tasks[i]) != BELAY_OK) {
            return 1;
        }
    }
    /* It would wait for ever for one that hangs; this example gives up. */
    const belay_yield_options patience = {.timeout = 500};
    if (belay_yield_many(root, tasks, IDS, &patience, results) != BELAY_OK) {
        return 1;
    }
    printf("  gather");
    int left = 0;
    for (int i = 0; i < IDS; i++) {
        left += belay_alive(root, tasks[i].pid);
        show(root, &results[i]);
    }
    printf("\n    left running: %d\n", left);
    for (int i = 0; i < IDS; i++) {
        (void)belay_shutdown(root, tasks[i], BELAY_BRUTAL_KILL, &results[i]);
        belay_value_free(root, &results[i].value);
    }
    return 0;
}

/* A limit, a deadline for each, and a kill: every end is a result. */
static int stream(belay_context *root, const belay_value *ids) {
    const belay_stream_options options = {
        .max_concurrency = 8,
        .timeout = 500,
        .on_timeout = BELAY_ON_TIMEOUT_KILL,
        .nolink = 1,
    };
    belay_stream *users = NULL;
    belay_result result;
    if (belay_stream_open_values(root, fetch_user, ids, IDS, &options,
                                 &users) != BELAY_OK) {
        return 1;
    }
    printf("  stream");
    while (belay_stream_next(users, &result) == BELAY_OK) {
        show(root, &result);
    }
    belay_stream_close(users);
    printf("\n    left running: 0\n");
    return result.code == BELAY_EMPTY ? 0 : 1;
}

static void no_log(void *hooks, const belay_log *entry) {
    (void)hooks;
    (void)entry; /* the crash is part of the example */
}

int main(void) {
    const belay_runtime_options options = {.threads_max = 8, .log = no_log};
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(&options, &runtime) != BELAY_OK) {
        return 1;
    }
    belay_context *root = belay_runtime_root(runtime);
    const char *const troubles[] = {"crash", "hang"};
    int failed = 0;
    for (int i = 0; i < 2; i++) {
        const belay_value ids[IDS] = {belay_string("1"), belay_string("2"),
                                      belay_string(troubles[i]),
                                      belay_string("4")};
        printf("ids 1, 2, %s, 4\n", troubles[i]);
        failed |= gather(root, ids);
        failed |= stream(root, ids);
    }
    printf(
        "=> gathering reports a crash but waits for ever and stops nothing; "
        "a stream has a limit, a deadline and a kill\n");
    belay_runtime_destroy(runtime);
    return failed;
}
