/* Threads that take turns: locks, conditions, time, and turns chosen from
 * outside. The clock is virtual. */
#include "harness.h"
#include "runtime/port.h"
#include "runtime/port_fibers.h"
#include "trace.h"

#define THREADS 3

static port_mutex lock;
static port_condition changed;
static port_thread threads[THREADS];

static void begin(void) {
    trace_clear();
    belayr_port_mutex_open(&lock);
    belayr_port_condition_open(&changed);
}

static void start(int index, port_main body, void *argument) {
    CHECK(belayr_port_thread_start(&threads[index], body, argument, 0));
}

static void end(int count) {
    for (int i = 0; i < count; i++) {
        belayr_port_thread_join(&threads[i]);
    }
    belayr_port_condition_close(&changed);
    belayr_port_mutex_close(&lock);
}

/* ---- Turns ------------------------------------------------------------ */

static void notes(void *argument) {
    note(*(const char *)argument);
}

static void threads_begin_in_order_when_the_starter_waits(void) {
    begin();
    char letters[] = "abc";
    for (int i = 0; i < THREADS; i++) {
        start(i, notes, &letters[i]);
    }
    CHECK(traced(""));
    end(THREADS);
    CHECK(traced("abc"));
}

static void waits_for_a_change(void *argument) {
    belayr_port_lock(&lock);
    belayr_port_wait(&changed, &lock, PORT_NEVER);
    note(*(const char *)argument);
    belayr_port_unlock(&lock);
}

static void let_others_run(void) {
    belayr_port_lock(&lock);
    port_condition nothing;
    belayr_port_condition_open(&nothing);
    belayr_port_wait(&nothing, &lock, belayr_port_now() + 1);
    belayr_port_condition_close(&nothing);
    belayr_port_unlock(&lock);
}

static void the_one_that_has_waited_longest_is_woken_first(void) {
    begin();
    char letters[] = "abc";
    for (int i = 0; i < THREADS; i++) {
        start(i, waits_for_a_change, &letters[i]);
    }
    let_others_run();
    CHECK(traced(""));
    belayr_port_wake_one(&changed);
    let_others_run();
    CHECK(traced("a"));
    belayr_port_wake_all(&changed);
    end(THREADS);
    CHECK(traced("abc"));
}

static int told_to_stop;

static void breathes(void *argument) {
    (void)argument;
    while (!told_to_stop) {
        belayr_port_breathe();
    }
    note('s');
}

static void who_only_breathes_lets_others_run_and_time_pass(void) {
    begin();
    told_to_stop = 0;
    start(0, breathes, NULL);
    uint64_t before = belayr_port_now();
    let_others_run();
    CHECK(belayr_port_now() > before);
    told_to_stop = 1;
    end(1);
    CHECK(traced("s"));
}

static void holds_the_lock_while_it_waits(void *argument) {
    (void)argument;
    belayr_port_lock(&lock);
    port_mutex other;
    port_condition never;
    belayr_port_mutex_open(&other);
    belayr_port_condition_open(&never);
    belayr_port_lock(&other);
    belayr_port_wait(&never, &other, belayr_port_now() + 10);
    belayr_port_unlock(&other);
    belayr_port_condition_close(&never);
    belayr_port_mutex_close(&other);
    note('h');
    belayr_port_unlock(&lock);
}

static void wants_the_lock(void *argument) {
    (void)argument;
    belayr_port_lock(&lock);
    note('w');
    belayr_port_unlock(&lock);
}

static void a_lock_that_is_held_is_waited_for(void) {
    begin();
    start(0, holds_the_lock_while_it_waits, NULL);
    start(1, wants_the_lock, NULL);
    end(2);
    CHECK(traced("hw"));
}

/* ---- Time ------------------------------------------------------------- */

typedef struct sleeper {
    uint64_t milliseconds;
    char letter;
} sleeper;

static void sleeps(void *argument) {
    const sleeper *own = argument;
    belayr_port_lock(&lock);
    belayr_port_wait(&changed, &lock, belayr_port_now() + own->milliseconds);
    note(own->letter);
    belayr_port_unlock(&lock);
}

static void deadlines_pass_in_order_and_equal_ones_as_they_were_set(void) {
    begin();
    sleeper sleepers[] = {{30, 'x'}, {10, 'y'}, {30, 'z'}};
    for (int i = 0; i < THREADS; i++) {
        start(i, sleeps, &sleepers[i]);
    }
    uint64_t before = belayr_port_now();
    end(THREADS);
    CHECK(traced("yxz"));
    CHECK_EQUAL(belayr_port_now() - before, 30);
}

static void a_sleeper_that_is_woken_is_not_woken_again(void) {
    begin();
    sleeper far = {1000000, 'f'};
    start(0, sleeps, &far);
    let_others_run();
    uint64_t before = belayr_port_now();
    belayr_port_wake_one(&changed);
    end(1);
    CHECK(traced("f"));
    CHECK_EQUAL(belayr_port_now(), before);
}

/* ---- Turns chosen from outside ---------------------------------------- */

#define CHOICES_MAX 64u

/* All ways to choose, one after the other: as a number whose digits count
 * up, each with a base of its own. */
typedef struct ways {
    uint32_t choices[CHOICES_MAX];
    uint32_t bases[CHOICES_MAX];
    uint32_t count; /* of this run */
    uint32_t known; /* of these, chosen before it began */
} ways;

static uint32_t ways_choose(void *context, uint32_t count, uint32_t times) {
    ways *all = context;
    uint32_t at = all->count;
    if (at == CHOICES_MAX) {
        return 0;
    }
    all->count++;
    if (at >= all->known) {
        all->choices[at] = 0;
    }
    all->bases[at] = count + times;
    return all->choices[at];
}

/* 0 when there is no other way. */
static int ways_next(ways *all) {
    while (all->count > 0) {
        uint32_t last = all->count - 1;
        if (++all->choices[last] < all->bases[last]) {
            all->known = all->count;
            all->count = 0;
            return 1;
        }
        all->count--;
    }
    return 0;
}

static uint32_t shared;

static void adds_with_a_gap(void *argument) {
    (void)argument;
    belayr_port_lock(&lock);
    uint32_t seen = shared;
    belayr_port_unlock(&lock);
    belayr_port_lock(&lock);
    shared = seen + 1;
    belayr_port_unlock(&lock);
}

static void adds_at_once(void *argument) {
    (void)argument;
    belayr_port_lock(&lock);
    shared++;
    belayr_port_unlock(&lock);
}

/* Bits of the sums that two threads come to, over all ways. */
static uint32_t sums_of(port_main adds, uint32_t *runs) {
    static ways all;
    uint32_t sums = 0;
    all = (ways){.count = 0};
    *runs = 0;
    do {
        begin();
        shared = 0;
        belayr_port_choose(ways_choose, &all);
        start(0, adds, NULL);
        start(1, adds, NULL);
        end(2);
        belayr_port_choose(NULL, NULL);
        CHECK(all.count < CHOICES_MAX);
        sums |= 1u << shared;
        ++*runs;
    } while (ways_next(&all));
    return sums;
}

static void all_ways_find_an_addition_that_is_lost(void) {
    uint32_t runs = 0;
    CHECK_EQUAL(sums_of(adds_with_a_gap, &runs), 1u << 1 | 1u << 2);
    CHECK(runs > 10);
}

static void no_way_loses_an_addition_under_the_lock(void) {
    uint32_t runs = 0;
    CHECK_EQUAL(sums_of(adds_at_once, &runs), 1u << 2);
    CHECK(runs > 10);
}

static void sleeps_until_woken(void *argument) {
    uint32_t *in_time = argument;
    belayr_port_lock(&lock);
    uint64_t deadline = belayr_port_now() + 10;
    belayr_port_wait(&changed, &lock, deadline);
    *in_time = belayr_port_now() < deadline ? 1 : 2;
    belayr_port_unlock(&lock);
}

static void wakes_the_sleeper(void *argument) {
    (void)argument;
    belayr_port_lock(&lock);
    belayr_port_wake_all(&changed);
    belayr_port_unlock(&lock);
}

static void time_may_pass_before_what_could_happen_now(void) {
    static ways all;
    uint32_t seen = 0;
    all = (ways){.count = 0};
    do {
        begin();
        uint32_t in_time = 0;
        belayr_port_choose(ways_choose, &all);
        start(0, sleeps_until_woken, &in_time);
        start(1, wakes_the_sleeper, NULL);
        end(2);
        belayr_port_choose(NULL, NULL);
        CHECK(all.count < CHOICES_MAX);
        seen |= 1u << in_time;
    } while (ways_next(&all));
    CHECK_EQUAL(seen, 1u << 1 | 1u << 2);
}

int main(void) {
    belayr_port_virtual_clock();
    RUN(threads_begin_in_order_when_the_starter_waits);
    RUN(the_one_that_has_waited_longest_is_woken_first);
    RUN(who_only_breathes_lets_others_run_and_time_pass);
    RUN(a_lock_that_is_held_is_waited_for);
    RUN(deadlines_pass_in_order_and_equal_ones_as_they_were_set);
    RUN(a_sleeper_that_is_woken_is_not_woken_again);
    RUN(all_ways_find_an_addition_that_is_lost);
    RUN(no_way_loses_an_addition_under_the_lock);
    RUN(time_may_pass_before_what_could_happen_now);
    return harness_end();
}
