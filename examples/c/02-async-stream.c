/* 02-async-stream.c - a stream with a limit and a timeout.
 *
 * In Elixir:  Task.async_stream(urls, &fetch_url/1, max_concurrency: 10,
 *               timeout: 3_000, on_timeout: :kill_task)
 *
 * The lesson allows each page 3,000 ms; so that you need not wait for the two
 * that never answer, it is less here.
 */
#include <belay.h>
#include <stdatomic.h>
#include <stdio.h>

#define PAGES 30
#define AT_ONCE 10

static atomic_int in_flight;
static atomic_int in_flight_most;

/* A page that takes 20 ms, but for two that hang until they are killed. */
static belay_value fetch_page(belay_context *context,
                              const belay_value *arguments, size_t count) {
    (void)count;
    int64_t page = arguments[0].integer;
    int now = atomic_fetch_add(&in_flight, 1) + 1;
    int most = atomic_load(&in_flight_most);
    while (now > most &&
           !atomic_compare_exchange_weak(&in_flight_most, &most, now)) {
    }
    uint64_t ms = page == 24 || page == 28 ? BELAY_INFINITY : 20;
    belay_code code = belay_sleep(context, ms);
    (void)atomic_fetch_sub(&in_flight, 1);
    return code == BELAY_OK ? belay_string("a page") : belay_none();
}

/* One result for each page, never more than the limit at once. */
static int fetch_all(belay_context *root) {
    belay_value pages[PAGES];
    for (int i = 0; i < PAGES; i++) {
        pages[i] = belay_integer(i);
    }
    const belay_stream_options options = {
        .max_concurrency = AT_ONCE,
        .timeout = 500,
        .on_timeout = BELAY_ON_TIMEOUT_KILL,
    };
    belay_stream *stream = NULL;
    if (belay_stream_open_values(root, fetch_page, pages, PAGES, &options,
                                 &stream) != BELAY_OK) {
        return 1;
    }
    int good = 0;
    belay_result result;
    while (belay_stream_next(stream, &result) == BELAY_OK) {
        if (result.code == BELAY_OK) {
            good++;
        } else {
            printf("error: %s, page %u\n", belay_reason_text(result.reason),
                   result.index);
        }
        belay_value_free(root, &result.value);
    }
    belay_stream_close(stream);
    printf("ok: %d; within the limit: %s\n", good,
           atomic_load(&in_flight_most) <= AT_ONCE ? "yes" : "no");
    printf("=> one result for each, never more than the limit at once, and "
           "what is late is stopped\n");
    return result.code == BELAY_EMPTY && good == PAGES - 2 ? 0 : 1;
}

int main(void) {
    /* As many threads as may wait for a page, on any machine. */
    const belay_runtime_options options = {.threads_max = AT_ONCE};
    belay_runtime *runtime = NULL;
    if (belay_runtime_create(&options, &runtime) != BELAY_OK) {
        return 1;
    }
    int failed = fetch_all(belay_runtime_root(runtime));
    belay_runtime_destroy(runtime);
    return failed;
}
