/* Streams on threads: order, bounds, failures, timeouts, inputs that end. */
#include "jobs.h"

typedef struct test_input {
    int64_t next;
    int64_t end;
    belay_code then; /* instead of EMPTY */
} test_input;

static belay_code input_count(void *data, belay_value *item) {
    test_input *input = data;
    if (input->next == input->end) {
        return input->then;
    }
    *item = belay_integer(input->next++);
    return BELAY_OK;
}

/* The sum of all values; every entry must be one. */
static int64_t drain(belay_stream *stream, uint32_t *count) {
    int64_t sum = 0;
    belay_result result;
    *count = 0;
    while (belay_stream_next(stream, &result) == BELAY_OK) {
        CHECK_EQUAL(result.code, BELAY_OK);
        sum += result.value.integer;
        *count += 1;
    }
    CHECK_EQUAL(result.code, BELAY_EMPTY);
    return sum;
}

static void results_come_in_the_order_of_the_input(void) {
    belay_context *root = open_runtime(NULL);
    test_input input = {.end = 1000, .then = BELAY_EMPTY};
    belay_stream *stream = NULL;
    const belay_stream_options options = {.max_concurrency = 8,
                                          .max_buffered = 8};
    CHECK_EQUAL(belay_stream_open(root, job_twice, input_count, &input,
                                  &options, &stream),
                BELAY_OK);
    belay_result result;
    for (int64_t i = 0; i < 1000; i++) {
        CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_OK);
        CHECK_EQUAL(result.value.integer, 2 * i);
        CHECK_EQUAL(result.index, i);
        CHECK(input.next <= i + 1 + 16);
    }
    CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_EMPTY);
    CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_EMPTY);
    belay_stream_close(stream);
    close_runtime(root);
}

static void an_unordered_stream_gives_each_once(void) {
    belay_context *root = open_runtime(NULL);
    test_input input = {.end = 500, .then = BELAY_EMPTY};
    belay_stream *stream = NULL;
    const belay_stream_options options = {.max_concurrency = 5,
                                          .unordered = 1};
    CHECK_EQUAL(belay_stream_open(root, job_twice, input_count, &input,
                                  &options, &stream),
                BELAY_OK);
    uint32_t count = 0;
    CHECK_EQUAL(drain(stream, &count), 499 * 500);
    CHECK_EQUAL(count, 500);
    belay_stream_close(stream);
    close_runtime(root);
}

static void a_stream_over_values_copies_strings(void) {
    belay_context *root = open_runtime(NULL);
    const belay_value items[] = {belay_string("one"), belay_string("two")};
    belay_stream *stream = NULL;
    CHECK_EQUAL(
        belay_stream_open_values(root, job_echo, items, 2, NULL, &stream),
        BELAY_OK);
    belay_result result;
    for (size_t i = 0; i < 2; i++) {
        CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_OK);
        CHECK_EQUAL(strcmp(result.value.string, items[i].string), 0);
        belay_value_free(root, &result.value);
    }
    CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_EMPTY);
    belay_stream_close(stream);
    close_runtime(root);
}

static belay_value job_sum(belay_context *context,
                           const belay_value *arguments, size_t count) {
    (void)context;
    int64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += arguments[i].type == BELAY_TYPE_STRING
                   ? (int64_t)arguments[i].size
                   : arguments[i].integer;
    }
    return belay_integer(sum);
}

static void items_get_the_extra_arguments(void) {
    belay_context *root = open_runtime(NULL);
    test_input input = {.end = 10, .then = BELAY_EMPTY};
    const belay_value extra[] = {belay_integer(100), belay_string("four")};
    const belay_stream_options options = {
        .extra = extra, .extra_count = 2, .label = "adder"};
    belay_stream *stream = NULL;
    CHECK_EQUAL(belay_stream_open(root, job_sum, input_count, &input,
                                  &options, &stream),
                BELAY_OK);
    uint32_t count = 0;
    CHECK_EQUAL(drain(stream, &count), 45 + 10 * 104);
    belay_stream_close(stream);
    close_runtime(root);
}

static belay_value job_odd_fails(belay_context *context,
                                 const belay_value *arguments, size_t count) {
    if (arguments[0].integer % 2 == 1) {
        return job_fail(context, arguments, count);
    }
    return arguments[0];
}

static void failures_of_unlinked_items_are_entries(void) {
    belay_context *root = open_runtime(NULL);
    test_input input = {.end = 10, .then = BELAY_EMPTY};
    const belay_stream_options options = {.nolink = 1};
    belay_stream *stream = NULL;
    CHECK_EQUAL(belay_stream_open(root, job_odd_fails, input_count, &input,
                                  &options, &stream),
                BELAY_OK);
    belay_result result;
    for (int64_t i = 0; i < 10; i++) {
        CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_OK);
        CHECK_EQUAL(result.code, i % 2 == 1 ? BELAY_EXITED : BELAY_OK);
        CHECK_EQUAL(result.failure, i % 2 == 1 ? i : 0);
        belay_value_free(root, &result.value);
    }
    CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_EMPTY);
    belay_stream_close(stream);
    close_runtime(root);
}

static void a_linked_failure_ends_the_stream_of_the_root(void) {
    belay_context *root = open_runtime(NULL);
    test_input input = {.next = 7, .end = 8, .then = BELAY_EMPTY};
    belay_stream *stream = NULL;
    CHECK_EQUAL(
        belay_stream_open(root, job_fail, input_count, &input, NULL, &stream),
        BELAY_OK);
    belay_result result;
    CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_EXITED);
    CHECK_EQUAL(result.failure, 7);
    belay_value_free(root, &result.value);
    belay_stream_close(stream);
    close_runtime(root);
}

static void a_late_item_is_killed_and_the_stream_goes_on(void) {
    belay_context *root = open_runtime(NULL);
    const belay_value items[] = {belay_integer(1), belay_integer(2)};
    const belay_stream_options options = {
        .timeout = 1, .on_timeout = BELAY_ON_TIMEOUT_KILL};
    belay_stream *stream = NULL;
    CHECK_EQUAL(belay_stream_open_values(root, job_until_cancelled, items, 2,
                                         &options, &stream),
                BELAY_OK);
    belay_result result;
    for (uint32_t i = 0; i < 2; i++) {
        CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_OK);
        CHECK_EQUAL(result.code, BELAY_EXITED);
        CHECK_EQUAL(result.reason, BELAY_REASON_TIMEOUT);
        CHECK_EQUAL(result.index, i);
    }
    CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_EMPTY);
    belay_stream_close(stream);
    wait_until_quiet(root);
    close_runtime(root);
}

static void a_late_item_ends_the_stream_otherwise(void) {
    belay_context *root = open_runtime(NULL);
    const belay_value item = belay_integer(1);
    const belay_stream_options options = {.timeout = 1};
    belay_stream *stream = NULL;
    CHECK_EQUAL(belay_stream_open_values(root, job_until_cancelled, &item, 1,
                                         &options, &stream),
                BELAY_OK);
    belay_result result;
    CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_EXITED);
    CHECK_EQUAL(result.reason, BELAY_REASON_TIMEOUT);
    belay_stream_close(stream);
    close_runtime(root);
}

static void what_the_input_says_ends_the_stream(void) {
    belay_context *root = open_runtime(NULL);
    test_input input = {.end = 3, .then = BELAY_NOT_FOUND};
    belay_stream *stream = NULL;
    CHECK_EQUAL(belay_stream_open(root, job_twice, input_count, &input, NULL,
                                  &stream),
                BELAY_OK);
    belay_result result;
    belay_code code = BELAY_OK;
    while (code == BELAY_OK) {
        code = belay_stream_next(stream, &result);
    }
    CHECK_EQUAL(code, BELAY_NOT_FOUND);
    belay_stream_close(stream);
    close_runtime(root);
}

static void closing_early_kills_what_runs(void) {
    belay_context *root = open_runtime(NULL);
    test_input input = {.end = INT64_MAX, .then = BELAY_EMPTY};
    const belay_stream_options options = {
        .max_concurrency = 4, .max_buffered = 4, .timeout = BELAY_INFINITY};
    belay_stream *stream = NULL;
    CHECK_EQUAL(belay_stream_open(root, job_twice, input_count, &input,
                                  &options, &stream),
                BELAY_OK);
    belay_result result;
    CHECK_EQUAL(belay_stream_next(stream, &result), BELAY_OK);
    belay_stream_close(stream);
    wait_until_quiet(root);
    CHECK(input.next <= 9);
    close_runtime(root);
}

/* A job that streams over jobs, and leaves its stream open. */
static belay_value job_streams(belay_context *context,
                               const belay_value *arguments, size_t count) {
    (void)count;
    test_input input = {.end = arguments[0].integer, .then = BELAY_EMPTY};
    const belay_stream_options options = {.max_concurrency = 4};
    belay_stream *stream = NULL;
    if (belay_stream_open(context, job_twice, input_count, &input, &options,
                          &stream) != BELAY_OK) {
        return belay_fail(context, 1, "open");
    }
    int64_t sum = 0;
    belay_result result;
    while (belay_stream_next(stream, &result) == BELAY_OK) {
        sum += result.value.integer;
    }
    return result.code == BELAY_EMPTY
               ? belay_integer(sum)
               : belay_fail(context, (int32_t)result.code, "next");
}

static void jobs_stream_over_jobs(void) {
    belay_context *root = open_runtime(NULL);
    belay_task tasks[8];
    belay_result results[8];
    for (int i = 0; i < 8; i++) {
        tasks[i] = async(root, job_streams, belay_integer(100));
    }
    CHECK_EQUAL(belay_await_many(root, tasks, 8, BELAY_INFINITY, results),
                BELAY_OK);
    for (int i = 0; i < 8; i++) {
        CHECK_EQUAL(results[i].value.integer, 99 * 100);
    }
    close_runtime(root);
}

static void bad_options_are_refused(void) {
    belay_context *root = open_runtime(NULL);
    const belay_value item = belay_integer(1);
    belay_stream *stream = NULL;
    belay_stream_options options = {.on_timeout = BELAY_ON_TIMEOUT_IGNORE};
    CHECK_EQUAL(belay_stream_open_values(root, job_twice, &item, 1, &options,
                                         &stream),
                BELAY_BAD_ARGUMENT);
    options = (belay_stream_options){.max_concurrency = 4, .max_buffered = 2};
    CHECK_EQUAL(belay_stream_open_values(root, job_twice, &item, 1, &options,
                                         &stream),
                BELAY_BAD_ARGUMENT);
    options = (belay_stream_options){.supervisor = 12345};
    CHECK_EQUAL(belay_stream_open_values(root, job_twice, &item, 1, &options,
                                         &stream),
                BELAY_GONE);
    CHECK(stream == NULL);
    close_runtime(root);
}

static void entries_that_failed_have_their_element(void) {
    belay_context *root = open_runtime(NULL);
    const belay_value items[] = {
        belay_integer(404), belay_string("no number"), belay_number(1e9)};
    const belay_job jobs[] = {job_fail, job_fail, job_sleep};
    for (size_t i = 0; i < 3; i++) {
        const belay_stream_options options = {
            .zip_input_on_exit = 1,
            .nolink = 1,
            .timeout = i == 2 ? 5 : 5000,
            .on_timeout = BELAY_ON_TIMEOUT_KILL,
        };
        belay_stream *stream = NULL;
        CHECK_EQUAL(belay_stream_open_values(root, jobs[i], &items[i], 1,
                                             &options, &stream),
                    BELAY_OK);
        belay_result entry;
        CHECK_EQUAL(belay_stream_next(stream, &entry), BELAY_OK);
        CHECK_EQUAL(entry.code, BELAY_EXITED);
        CHECK_EQUAL(entry.input.type, items[i].type);
        if (i == 1) {
            CHECK_EQUAL(strcmp(entry.input.string, "no number"), 0);
        } else {
            CHECK_EQUAL(entry.input.integer, items[i].integer);
        }
        belay_value_free(root, &entry.value);
        belay_value_free(root, &entry.input);
        belay_stream_close(stream);
    }
    wait_until_quiet(root);
    close_runtime(root);
}

static void an_entry_with_a_value_has_no_element(void) {
    belay_context *root = open_runtime(NULL);
    const belay_value item = belay_string("text");
    const belay_stream_options options = {.zip_input_on_exit = 1,
                                          .nolink = 1};
    belay_stream *stream = NULL;
    CHECK_EQUAL(belay_stream_open_values(root, job_twice, &item, 1, &options,
                                         &stream),
                BELAY_OK);
    belay_result entry;
    CHECK_EQUAL(belay_stream_next(stream, &entry), BELAY_OK);
    CHECK_EQUAL(entry.code, BELAY_OK);
    CHECK_EQUAL(entry.input.type, BELAY_TYPE_NONE);
    belay_stream_close(stream);
    close_runtime(root);
}

int main(void) {
    RUN(results_come_in_the_order_of_the_input);
    RUN(an_unordered_stream_gives_each_once);
    RUN(a_stream_over_values_copies_strings);
    RUN(items_get_the_extra_arguments);
    RUN(failures_of_unlinked_items_are_entries);
    RUN(a_linked_failure_ends_the_stream_of_the_root);
    RUN(a_late_item_is_killed_and_the_stream_goes_on);
    RUN(a_late_item_ends_the_stream_otherwise);
    RUN(what_the_input_says_ends_the_stream);
    RUN(closing_early_kills_what_runs);
    RUN(jobs_stream_over_jobs);
    RUN(bad_options_are_refused);
    RUN(entries_that_failed_have_their_element);
    RUN(an_entry_with_a_value_has_no_element);
    return harness_end();
}
