/* Fibers: stacks of their own that are left and gone on with. */
#include "fiber/fiber.h"
#include "harness.h"
#include "trace.h"

#define STACK ((size_t)32 * 1024)

static belayr_fiber *open(belayr_fiber_main body, void *argument) {
    belayr_fiber *fiber = belayr_fiber_open(body, argument, STACK);
    CHECK(fiber != NULL);
    return fiber;
}

static void run_out(belayr_fiber *fiber) {
    while (!belayr_fiber_has_ended(fiber)) {
        belayr_fiber_resume(fiber);
    }
    belayr_fiber_close(fiber);
}

/* ---- Running ---------------------------------------------------------- */

static void notes_three_times(void *argument) {
    const char *letter = argument;
    for (int i = 0; i < 3; i++) {
        note(*letter);
        belayr_fiber_suspend();
    }
    note('.');
}

static void a_fiber_does_nothing_before_it_is_resumed(void) {
    trace_clear();
    char letter = 'a';
    belayr_fiber *fiber = open(notes_three_times, &letter);
    CHECK(traced(""));
    belayr_fiber_close(fiber);
}

static void a_fiber_goes_on_where_it_was_left(void) {
    trace_clear();
    char letter = 'a';
    belayr_fiber *fiber = open(notes_three_times, &letter);
    const char *const expected[] = {"a", "aa", "aaa", "aaa."};
    for (int i = 0; i < 4; i++) {
        CHECK(!belayr_fiber_has_ended(fiber));
        belayr_fiber_resume(fiber);
        CHECK(traced(expected[i]));
    }
    CHECK(belayr_fiber_has_ended(fiber));
    belayr_fiber_close(fiber);
}

static void fibers_take_turns(void) {
    trace_clear();
    char letters[] = "abc";
    belayr_fiber *fibers[3];
    for (int i = 0; i < 3; i++) {
        fibers[i] = open(notes_three_times, &letters[i]);
    }
    for (int turn = 0; turn < 4; turn++) {
        for (int i = 0; i < 3; i++) {
            belayr_fiber_resume(fibers[i]);
        }
    }
    CHECK(traced("abcabcabc..."));
    for (int i = 0; i < 3; i++) {
        CHECK(belayr_fiber_has_ended(fibers[i]));
        belayr_fiber_close(fibers[i]);
    }
}

static belayr_fiber *seen;

static void sees_itself(void *argument) {
    (void)argument;
    seen = belayr_fiber_current();
    belayr_fiber_suspend();
    CHECK(belayr_fiber_current() == seen);
}

static void the_running_fiber_is_known(void) {
    CHECK(belayr_fiber_current() == NULL);
    belayr_fiber *fiber = open(sees_itself, NULL);
    belayr_fiber_resume(fiber);
    CHECK(seen == fiber);
    CHECK(belayr_fiber_current() == NULL);
    run_out(fiber);
}

/* ---- What must survive a switch -------------------------------------- */

typedef uint64_t (*deeper)(uint32_t depth, uint64_t seed);

/* By pointer: whoever instruments this cannot know what is called. */
static deeper go_deeper;

static uint64_t deep(uint32_t depth, uint64_t seed) {
    uint64_t mine[4];
    for (uint32_t i = 0; i < 4; i++) {
        mine[i] = seed * (i + 1) + depth;
    }
    uint64_t below = 0;
    if (depth == 0) {
        belayr_fiber_suspend();
    } else {
        below = go_deeper(depth - 1, seed + 1);
    }
    belayr_fiber_suspend();
    uint64_t sum = below;
    for (uint32_t i = 0; i < 4; i++) {
        sum = sum * 31 + mine[i];
    }
    return sum;
}

/* The same without switches. */
static uint64_t plain(uint32_t depth, uint64_t seed) {
    uint64_t sum = 0;
    for (uint32_t at = 0; at <= depth; at++) {
        for (uint32_t i = 0; i < 4; i++) {
            sum = sum * 31 + (seed + depth - at) * (i + 1) + at;
        }
    }
    return sum;
}

typedef struct sum_of {
    uint32_t depth;
    uint64_t seed;
    uint64_t sum;
} sum_of;

static void sums(void *argument) {
    sum_of *sum = argument;
    go_deeper = deep;
    sum->sum = deep(sum->depth, sum->seed);
}

static void locals_and_arrays_survive_switches_at_any_depth(void) {
    enum { FIBERS = 20 };
    belayr_fiber *fibers[FIBERS];
    sum_of results[FIBERS];
    for (uint32_t i = 0; i < FIBERS; i++) {
        results[i] = (sum_of){.depth = i * 2, .seed = i * 977 + 5};
        fibers[i] = open(sums, &results[i]);
    }
    uint32_t living = FIBERS;
    while (living > 0) {
        living = 0;
        for (uint32_t i = 0; i < FIBERS; i++) {
            if (!belayr_fiber_has_ended(fibers[i])) {
                belayr_fiber_resume(fibers[i]);
                living++;
            }
        }
    }
    for (uint32_t i = 0; i < FIBERS; i++) {
        CHECK_EQUAL(results[i].sum, plain(results[i].depth, results[i].seed));
        belayr_fiber_close(fibers[i]);
    }
}

typedef double (*step)(double value);

static double halves(double value) {
    belayr_fiber_suspend();
    return value / 2;
}

static double adds_one(double value) {
    belayr_fiber_suspend();
    return value + 1;
}

static void steps(void *argument) {
    static const step list[] = {halves, adds_one, halves, adds_one};
    double value = *(double *)argument;
    for (int i = 0; i < 4; i++) {
        value = list[i](value);
    }
    *(double *)argument = value;
}

static void a_fiber_may_suspend_in_a_function_called_by_pointer(void) {
    double value = 10;
    run_out(open(steps, &value));
    CHECK_EQUAL(value * 100, 400);
}

static void suspends_a_thousand_times(void *argument) {
    uint32_t *count = argument;
    for (int i = 0; i < 1000; i++) {
        ++*count;
        belayr_fiber_suspend();
    }
}

static void many_fibers_live_at_once(void) {
    enum { FIBERS = 200 };
    belayr_fiber *fibers[FIBERS];
    uint32_t count = 0;
    for (int i = 0; i < FIBERS; i++) {
        fibers[i] = open(suspends_a_thousand_times, &count);
    }
    for (int turn = 0; turn <= 1000; turn++) {
        for (int i = 0; i < FIBERS; i++) {
            belayr_fiber_resume(fibers[i]);
        }
    }
    for (int i = 0; i < FIBERS; i++) {
        CHECK(belayr_fiber_has_ended(fibers[i]));
        belayr_fiber_close(fibers[i]);
    }
    CHECK_EQUAL(count, 1000u * FIBERS);
}

/* ---- Memory ----------------------------------------------------------- */

static void a_fiber_that_has_not_ended_can_be_closed(void) {
    trace_clear();
    char letter = 'x';
    belayr_fiber *fiber = open(notes_three_times, &letter);
    belayr_fiber_resume(fiber);
    belayr_fiber_close(fiber);
    CHECK(traced("x"));
}

static void a_stack_beyond_all_memory_is_refused(void) {
    CHECK(belayr_fiber_open(notes_three_times, NULL, SIZE_MAX) == NULL);
    CHECK(belayr_fiber_open(notes_three_times, NULL, SIZE_MAX - 4096) ==
          NULL);
}

int main(void) {
    RUN(a_fiber_does_nothing_before_it_is_resumed);
    RUN(a_fiber_goes_on_where_it_was_left);
    RUN(fibers_take_turns);
    RUN(the_running_fiber_is_known);
    RUN(locals_and_arrays_survive_switches_at_any_depth);
    RUN(a_fiber_may_suspend_in_a_function_called_by_pointer);
    RUN(many_fibers_live_at_once);
    RUN(a_fiber_that_has_not_ended_can_be_closed);
    RUN(a_stack_beyond_all_memory_is_refused);
    return harness_end();
}
