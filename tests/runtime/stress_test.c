/* Many jobs, while the pool is resized and jobs are cancelled; and what is
 * left of many tasks when they have ended.
 *
 *   stress_test [jobs [rounds [tasks]]]
 */
#include <stdlib.h>

#include "jobs.h"

#define SUBMITTERS 4
#define BATCH 32

static uint32_t jobs = 4000;
static uint32_t rounds = 2;
static uint32_t tasks = 20000;

typedef struct tally {
    uint64_t values;
    uint64_t killed;
    uint64_t sum;
} tally;

/* Waits a moment, or not, or starts a job of its own; gives its number. */
static belay_value job_mixed(belay_context *context,
                             const belay_value *arguments, size_t count) {
    int64_t number = arguments[0].integer;
    if (number % 16 == 1) {
        (void)belay_sleep(context, 1);
    } else if (number % 16 == 2) {
        belay_task inner;
        belay_result result;
        if (belay_async(context, job_twice, arguments, count, NULL, &inner) ==
            BELAY_OK) {
            (void)belay_await(context, inner,
                              number % 32 == 2 ? BELAY_INFINITY : 5000,
                              &result);
        }
    } else if (number % 16 == 3) {
        for (int i = 0; i < 1000 && !belay_cancelled(context); i++) {
        }
    }
    return arguments[0];
}

static int tally_one(tally *own, belay_code code, const belay_result *result,
                     int64_t number) {
    if (code == BELAY_OK) {
        own->values++;
        own->sum += (uint64_t)result->value.integer;
        return result->value.integer == number;
    }
    own->killed++;
    return code == BELAY_EMPTY ||
           (code == BELAY_EXITED && result->reason == BELAY_REASON_KILLED);
}

/* Starts a batch, kills some of it, takes what comes of each: exactly one
 * outcome. */
static int submit_batch(belay_context *context, test_dice *dice,
                        int64_t first, tally *own) {
    belay_task batch[BATCH];
    for (int i = 0; i < BATCH; i++) {
        const belay_value number = belay_integer(first + i);
        if (belay_async_nolink(context, job_mixed, &number, 1, NULL,
                               &batch[i]) != BELAY_OK) {
            return 0;
        }
        if (dice_below(dice, 8) == 0) {
            (void)belay_process_exit(
                context, batch[dice_below(dice, (uint32_t)i + 1)].pid,
                BELAY_REASON_KILL);
        }
    }
    int good = 1;
    for (int i = 0; i < BATCH; i++) {
        belay_result result;
        belay_code code =
            dice_below(dice, 8) == 0
                ? belay_shutdown(context, batch[i], BELAY_BRUTAL_KILL,
                                 &result)
                : belay_await(context, batch[i],
                              dice_below(dice, 2) == 0 ? BELAY_INFINITY
                                                       : 60000,
                              &result);
        good &= tally_one(own, code, &result, first + i);
    }
    return good;
}

static belay_value job_submitter(belay_context *context,
                                 const belay_value *arguments, size_t count) {
    (void)count;
    tally *own = arguments[0].pointer;
    test_dice dice = {(uint64_t)arguments[1].integer};
    for (uint32_t done = 0; done < jobs / SUBMITTERS; done += BATCH) {
        if (!submit_batch(context, &dice, done, own)) {
            return belay_fail(context, 1, "an outcome that cannot be");
        }
    }
    return belay_none();
}

static void resize(belay_context *root, test_dice *dice) {
    uint32_t max = 1 + dice_below(dice, 8);
    CHECK_EQUAL(belay_runtime_resize(belay_context_runtime(root),
                                     dice_below(dice, max + 1), max),
                BELAY_OK);
}

static void one_round(uint64_t seed) {
    const belay_runtime_options options = {.idle_timeout = 1};
    belay_context *root = open_runtime(&options);
    tally tallies[SUBMITTERS] = {{0}};
    belay_task submitters[SUBMITTERS];
    test_dice dice = {seed};
    for (int i = 0; i < SUBMITTERS; i++) {
        const belay_value arguments[] = {
            belay_pointer(&tallies[i]),
            belay_integer((int64_t)dice_next(&dice)),
        };
        CHECK_EQUAL(belay_async(root, job_submitter, arguments, 2, NULL,
                                &submitters[i]),
                    BELAY_OK);
    }
    uint64_t all = 0;
    for (int i = 0; i < SUBMITTERS; i++) {
        belay_result result;
        belay_code code = BELAY_TIMEOUT;
        while (code == BELAY_TIMEOUT) {
            resize(root, &dice);
            code = belay_await(root, submitters[i], 1, &result);
        }
        CHECK_EQUAL(code, BELAY_OK);
        belay_value_free(root, &result.value);
        CHECK(tallies[i].killed > 0);
        all += tallies[i].values + tallies[i].killed;
    }
    const uint64_t batches = (jobs / SUBMITTERS + BATCH - 1) / BATCH;
    CHECK_EQUAL(all, SUBMITTERS * batches * BATCH);
    wait_until_quiet(root);
    close_runtime(root);
}

static void no_outcome_is_lost_while_the_pool_is_resized(void) {
    for (uint32_t i = 0; i < rounds; i++) {
        one_round(1000 + i);
    }
}

/* Awaits so many tasks, some of which fail, one after the other. */
static belay_value job_awaits(belay_context *context,
                              const belay_value *arguments, size_t count) {
    (void)count;
    for (int64_t i = 0; i < arguments[0].integer; i++) {
        const belay_value text = belay_string("a string that is copied");
        const belay_value number = belay_integer(i);
        int fails = i % 64 == 0;
        belay_task task;
        belay_result result;
        if (belay_async_nolink(context, fails ? job_fail : job_echo,
                               fails ? &number : &text, 1, NULL,
                               &task) != BELAY_OK ||
            belay_await(context, task, BELAY_INFINITY, &result) !=
                (fails ? BELAY_EXITED : BELAY_OK)) {
            return belay_fail(context, 1, "not as it must be");
        }
        belay_value_free(context, &result.value);
    }
    return belay_none();
}

static uint64_t bytes_after(belay_context *root, int64_t count) {
    const belay_task task = async(root, job_awaits, belay_integer(count));
    belay_result result;
    CHECK_EQUAL(belay_await(root, task, BELAY_INFINITY, &result), BELAY_OK);
    belay_runtime_info info;
    belay_runtime_look(belay_context_runtime(root), &info);
    return info.bytes;
}

static void many_tasks_leave_memory_where_it_was(void) {
    belay_context *root = open_runtime(NULL);
    uint64_t before = bytes_after(root, 1000);
    uint64_t after = bytes_after(root, tasks);
    CHECK(after <= before + 4096); /* a thread more or less */
    close_runtime(root);
}

int main(int argc, char **argv) {
    jobs = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : jobs;
    rounds = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : rounds;
    tasks = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : tasks;
    RUN(no_outcome_is_lost_while_the_pool_is_resized);
    RUN(many_tasks_leave_memory_where_it_was);
    return harness_end();
}
