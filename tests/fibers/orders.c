#include "orders.h"

#include <stdlib.h>

#include "harness.h"
#include "runtime/port_fibers.h"

#ifdef __wasm__
#define DEVIATIONS 1 /* the same code; asyncify takes its time */
#else
#define DEVIATIONS 2
#endif
#define POINTS_MAX 4096u
#define RUNS_MAX 2000000u

typedef struct point {
    uint32_t choice;
    uint32_t options;
} point;

static uint32_t deviations = DEVIATIONS;
static point points[POINTS_MAX];
static uint32_t point_count; /* of this run */
static uint32_t fixed;       /* of these, chosen before it began */
static const char *scenario;

static uint32_t choose(void *context, uint32_t threads, uint32_t times) {
    (void)context;
    if (point_count == POINTS_MAX) {
        return 0;
    }
    point *at = &points[point_count];
    if (point_count >= fixed) {
        at->choice = 0;
    }
    /* The time is an option only when no thread can go on: that it may pass
     * earlier has scenarios of its own. */
    at->options = threads > 0 ? threads : times;
    point_count++;
    return at->choice;
}

static uint32_t deviations_before(uint32_t end) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < end; i++) {
        count += points[i].choice != 0 ? 1u : 0u;
    }
    return count;
}

/* Makes the next run's choices; 0 when there are no more. */
static int next_run(void) {
    for (uint32_t at = point_count; at-- > 0;) {
        if (points[at].choice + 1 < points[at].options &&
            deviations_before(at) < deviations) {
            points[at].choice++;
            fixed = at + 1;
            return 1;
        }
    }
    return 0;
}

static void stuck(void *context, uint32_t threads) {
    (void)context;
    printf("%s: %u threads wait for ever after the choices", scenario,
           threads);
    for (uint32_t i = 0; i < point_count; i++) {
        if (points[i].choice != 0) {
            printf(" %u:%u", i, points[i].choice);
        }
    }
    printf("\n");
    exit(1);
}

void orders_open(void) {
    const char *wanted = getenv("BELAY_DEVIATIONS");
    if (wanted != NULL) {
        deviations = (uint32_t)strtoul(wanted, NULL, 10);
    }
    belayr_port_virtual_clock();
    belayr_port_on_stuck(stuck, NULL);
}

void orders_begin(void) {
    point_count = 0;
    belayr_port_choose(choose, NULL);
}

void orders_end(void) {
    belayr_port_choose(NULL, NULL);
}

void orders_try(const char *name, orders_run run, const void *context) {
    scenario = name;
    fixed = 0;
    uint32_t runs = 0;
    do {
        run(context);
        CHECK(point_count < POINTS_MAX);
        runs++;
    } while (next_run() && runs < RUNS_MAX);
    CHECK(runs > 10);
    CHECK(runs < RUNS_MAX);
    printf("%s: %u runs\n", name, runs);
}
