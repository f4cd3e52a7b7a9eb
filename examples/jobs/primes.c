/* Counts primes: one job for a range, and one that shares the work out among
 * further jobs. */
#include "belay_jobs.h"

static int is_prime(uint32_t number) {
    for (uint32_t i = 2; i <= number / i; i++) {
        if (number % i == 0) {
            return 0;
        }
    }
    return number >= 2;
}

/* How many primes there are from `first` on, below `end`. */
BELAY_JOB(primes_between, "number, number -> number") {
    (void)count;
    const uint32_t first = (uint32_t)arguments[0].number;
    const uint32_t end = (uint32_t)arguments[1].number;
    uint32_t found = 0;
    for (uint32_t i = first; i < end; i++) {
        if (i % 1024 == 0 && belay_cancelled(context)) {
            break;
        }
        found += (uint32_t)is_prime(i);
    }
    return belay_number(found);
}

#define PARTS 16u

/* How many primes there are below a number: a task for each part, as many at
 * once as there are threads; reports how many parts are done. */
BELAY_JOB(count_primes, "number -> number") {
    (void)count;
    const double limit = arguments[0].number;
    belay_task tasks[PARTS];
    for (uint32_t i = 0; i < PARTS; i++) {
        const belay_value range[] = {
            belay_number(limit / PARTS * i),
            belay_number(limit / PARTS * (i + 1)),
        };
        if (belay_async(context, primes_between, range, 2, NULL, &tasks[i]) !=
            BELAY_OK) {
            return belay_fail(context, 1, "a part could not be started");
        }
    }
    double found = 0;
    for (uint32_t i = 0; i < PARTS; i++) {
        belay_result result;
        if (belay_await(context, tasks[i], BELAY_INFINITY, &result) !=
            BELAY_OK) {
            return belay_fail(context, 2, "a part has failed");
        }
        found += result.value.number;
        belay_report(context, belay_number((i + 1.0) / PARTS));
    }
    return belay_number(found);
}
