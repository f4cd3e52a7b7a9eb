/* Jobs of the tests that start and await other jobs. */
#include "test_jobs.h"

belay_value await_one(belay_context *context, belay_job job,
                      const belay_value *arguments, size_t count) {
    belay_task task;
    belay_result result;
    if (belay_async(context, job, arguments, count, NULL, &task) !=
        BELAY_OK) {
        return belay_fail(context, 1, "not started");
    }
    return belay_number(belay_await(context, task, 60000, &result));
}

/* Fibonacci's number, by a task for each call. */
/* NOLINTNEXTLINE(misc-no-recursion) */
BELAY_JOB(fibonacci, "integer -> integer") {
    (void)count;
    int64_t number = arguments[0].integer;
    if (number < 2) {
        return belay_integer(number);
    }
    belay_task task;
    belay_result result;
    belay_value less = belay_integer(number - 1);
    if (belay_async(context, fibonacci, &less, 1, NULL, &task) != BELAY_OK) {
        return belay_fail(context, 1, "not started");
    }
    less = belay_integer(number - 2);
    belay_value other = fibonacci(context, &less, 1);
    if (other.type != BELAY_TYPE_INTEGER) {
        return other;
    }
    belay_code code = belay_await(context, task, BELAY_INFINITY, &result);
    if (code != BELAY_OK) {
        return belay_fail(context, (int32_t)code, "not awaited");
    }
    return belay_integer(result.value.integer + other.integer);
}

/* Waits in a chain of tasks, each of which holds a thread. */
BELAY_JOB(chain, "integer -> integer") {
    (void)count;
    if (arguments[0].integer == 0) {
        return belay_integer(0);
    }
    belay_task task;
    belay_result result;
    belay_value less = belay_integer(arguments[0].integer - 1);
    if (belay_async(context, chain, &less, 1, NULL, &task) != BELAY_OK) {
        return belay_fail(context, 1, "not started");
    }
    belay_code code = belay_await(context, task, 60000, &result);
    if (code == BELAY_EXITED) {
        return belay_fail(context, result.failure, "passed on");
    }
    if (code != BELAY_OK) {
        return belay_fail(context, (int32_t)code, "the threads ran out");
    }
    return belay_integer(result.value.integer + 1);
}

/* A job whose child reports, and whose child breaks off with it. */
static belay_value reporter(belay_context *context,
                            const belay_value *arguments, size_t count) {
    (void)arguments;
    (void)count;
    belay_report(context, belay_string("from a child"));
    return belay_none();
}

BELAY_JOB(report_from_child, "") {
    (void)arguments;
    (void)count;
    return await_one(context, reporter, NULL, 0);
}

/* By a process of its own, which has no owner. */
BELAY_JOB(report_from_another, "") {
    (void)arguments;
    (void)count;
    belay_pid pid = 0;
    if (belay_start(context, reporter, NULL, 0, NULL, &pid) != BELAY_OK) {
        return belay_fail(context, 1, "not started");
    }
    while (belay_alive(context, pid)) {
        (void)belay_sleep(context, 1);
    }
    return belay_none();
}

BELAY_JOB(die_of_child, "") {
    (void)arguments;
    (void)count;
    const belay_value values[] = {belay_integer(7),
                                  belay_string("the child failed")};
    return await_one(context, fail, values, 2);
}

/* Its process ends with its child's, and then the job has more to tell. */
BELAY_JOB(report_after_its_end, "") {
    belay_value code = die_of_child(context, arguments, count);
    belay_report(context, belay_string("late"));
    return code;
}

/* The sum of Fibonacci's numbers from the first to the n-th, of which a stream
 * has four under way, each with tasks of its own. */
BELAY_JOB(sum_of_stream, "integer -> integer") {
    (void)count;
    enum { ITEMS_MAX = 32 };
    belay_value items[ITEMS_MAX];
    size_t items_count = (size_t)arguments[0].integer % (ITEMS_MAX + 1);
    for (size_t i = 0; i < items_count; i++) {
        items[i] = belay_integer((int64_t)i + 1);
    }
    const belay_stream_options options = {.max_concurrency = 4,
                                          .timeout = 60000};
    belay_stream *stream;
    belay_code code = belay_stream_open_values(
        context, fibonacci, items, items_count, &options, &stream);
    if (code != BELAY_OK) {
        return belay_fail(context, (int32_t)code, "not opened");
    }
    int64_t sum = 0;
    belay_result result;
    while ((code = belay_stream_next(stream, &result)) == BELAY_OK) {
        sum += result.value.integer;
    }
    belay_stream_close(stream);
    return code == BELAY_EMPTY
               ? belay_integer(sum)
               : belay_fail(context, (int32_t)code, "the stream failed");
}
