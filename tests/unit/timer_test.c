/* Timers, by the public way to arm them: sleeps of the root. The judge is a
 * list of all timers that is searched from end to end. */
#include <string.h>

#include "harness.h"

/* ---- The model --------------------------------------------------------- */

#define MODEL_MAX 4096u

typedef enum model_state {
    MODEL_FRESH,
    MODEL_RUNNING,
    MODEL_OVER
} model_state;

typedef struct model_timer {
    uint64_t timeout;
    uint64_t deadline;
    belay_pid reference;
    uint64_t sequence;
    uint32_t tag;
    model_state state;
} model_timer;

typedef struct timer_model {
    model_timer timers[MODEL_MAX];
    uint32_t count;
    uint64_t now;
    uint64_t slack;
    uint64_t fired;
} timer_model;

static timer_model model;

static uint64_t deadline_after(uint64_t now, uint64_t timeout) {
    return timeout >= BELAY_TIME_MAX - now ? BELAY_TIME_MAX : now + timeout;
}

static uint64_t model_next(void) {
    uint64_t next = BELAY_INFINITY;
    for (uint32_t i = 0; i < model.count; i++) {
        const model_timer *timer = &model.timers[i];
        if (timer->state == MODEL_RUNNING && timer->deadline < next) {
            next = timer->deadline;
        }
    }
    return next;
}

/* The timer that is to fire next, of those that are due at `now`. */
static model_timer *model_due(uint64_t now) {
    model_timer *due = NULL;
    for (uint32_t i = 0; i < model.count; i++) {
        model_timer *timer = &model.timers[i];
        if (timer->state != MODEL_RUNNING || timer->deadline > now) {
            continue;
        }
        if (due == NULL || timer->deadline < due->deadline ||
            (timer->deadline == due->deadline &&
             timer->sequence < due->sequence)) {
            due = timer;
        }
    }
    return due;
}

static void model_start_fresh(void) {
    for (uint32_t i = 0; i < model.count; i++) {
        model_timer *timer = &model.timers[i];
        if (timer->state == MODEL_FRESH) {
            timer->state = MODEL_RUNNING;
            uint64_t slack = timer->timeout == 0 ? 0 : model.slack;
            timer->deadline = deadline_after(
                model.now, deadline_after(timer->timeout, slack));
        }
    }
}

static void model_compact(void) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < model.count; i++) {
        if (model.timers[i].state != MODEL_OVER) {
            model.timers[kept++] = model.timers[i];
        }
    }
    model.count = kept;
}

/* ---- Both together ----------------------------------------------------- */

static test_world *pair_open(uint32_t slack) {
    memset(&model, 0, sizeof model);
    model.slack = slack;
    test_world *world = world_open(0, 0, slack);
    world->check = 0;
    return world;
}

static void pair_arm(test_world *world, uint64_t timeout, uint32_t tag) {
    belay_pid reference =
        wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, timeout, tag);
    CHECK(reference != 0);
    model.timers[model.count++] = (model_timer){
        .timeout = timeout,
        .reference = reference,
        .sequence = tag,
        .tag = tag,
        .state = MODEL_FRESH,
    };
}

/* Advances both; each event must be the one that the model expects. */
static void pair_advance(test_world *world, uint64_t time) {
    world_forget(world);
    advance(world, time);
    if (time > model.now) {
        model.now = time;
    }
    CHECK_EQUAL(belay_look(world->kernel)->now, model.now);
    model_start_fresh();
    uint32_t place = 0;
    model_timer *due = NULL;
    while ((due = model_due(model.now)) != NULL) {
        due->state = MODEL_OVER;
        model.fired++;
        const belay_event *event =
            world_event(world, BELAY_EVENT_WAIT_DONE, place);
        CHECK(event != NULL);
        if (event == NULL) {
            break;
        }
        CHECK_EQUAL(event->tag, due->tag);
        CHECK_EQUAL(event->extra, BELAY_OUTCOME_TIMEOUT);
        CHECK_EQUAL(event->time, model.now);
        place++;
    }
    CHECK_EQUAL(world->event_count, place);
    uint64_t next = model_next();
    CHECK(belay_look(world->kernel)->deadline <= next);
    CHECK(next != BELAY_INFINITY ||
          belay_look(world->kernel)->deadline == BELAY_INFINITY);
    model_compact();
    CHECK_EQUAL(belay_look(world->kernel)->timers, model.count);
    CHECK_EQUAL(belay_look(world->kernel)->fresh, 0);
}

/* 0 to 2^40, each number of bits as likely as another. */
static uint64_t any_span(test_dice *dice) {
    uint32_t bits = dice_below(dice, 42);
    return bits == 0 ? 0 : dice_next(dice) & ((1ull << (bits - 1)) - 1);
}

static uint64_t any_time(test_dice *dice) {
    uint64_t next = model_next();
    switch (dice_below(dice, 8)) {
    case 0:
        return model.now;
    case 1:
        return model.now == 0 ? 0 : dice_next(dice) % model.now;
    case 2:
    case 3:
        return next == BELAY_INFINITY ? model.now : next;
    case 4:
        return next == BELAY_INFINITY || next == 0 ? 0 : next - 1;
    case 5:
        return model.now + 1 + dice_below(dice, 70);
    default:
        return model.now + any_span(dice);
    }
}

static void random_timers_agree(uint64_t seed, uint32_t slack,
                                uint32_t steps) {
    test_dice dice = {seed};
    test_world *world = pair_open(slack);
    uint32_t tag = 1;
    for (uint32_t step = 0; step < steps; step++) {
        uint32_t arms = model.count < 150 ? dice_below(&dice, 12) : 0;
        uint64_t same = any_span(&dice);
        for (uint32_t i = 0; i < arms; i++) {
            uint64_t span =
                dice_below(&dice, 3) == 0 ? same : any_span(&dice);
            pair_arm(world, span, tag++);
        }
        if (model.count > 0 && dice_below(&dice, 3) == 0) {
            uint32_t which = dice_below(&dice, model.count);
            world_do(world, (belay_command){
                                .op = BELAY_OP_WAIT_CANCEL,
                                .other = model.timers[which].reference,
                            });
            model.timers[which].state = MODEL_OVER;
            model_compact();
        }
        pair_advance(world, any_time(&dice));
        if (step % 16 == 0) {
            CHECK_EQUAL(belay_check(world->kernel), 0);
        }
    }
    pair_advance(world, BELAY_TIME_MAX);
    CHECK_EQUAL(model.count, 0);
    CHECK(model.fired > steps);
    world_close(world);
}

static void thousands_of_random_timers_fire_as_the_model_says(void) {
    for (uint64_t seed = 1; seed <= 12; seed++) {
        random_timers_agree(seed, 0, 300);
    }
}

static void the_same_with_a_slack_of_the_clock(void) {
    random_timers_agree(101, 1, 300);
    random_timers_agree(102, 1000, 300);
}

/* ---- Single facts ------------------------------------------------------ */

static void timer_never_fires_before_its_deadline(void) {
    test_world *world = pair_open(0);
    for (uint32_t bit = 0; bit <= 40; bit++) {
        uint64_t start = belay_look(world->kernel)->now;
        uint64_t span = 1ull << bit;
        wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, span, bit);
        advance(world, start);
        world_forget(world);
        advance(world, start + span - 1);
        CHECK_EQUAL(world->event_count, 0);
        advance(world, start + span);
        CHECK_EQUAL(world->event_count, 1);
    }
    world_close(world);
}

static void a_timer_runs_from_the_first_advance_after_it_was_armed(void) {
    test_world *world = pair_open(0);
    advance(world, 1000);
    wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 10, 1);
    CHECK_EQUAL(belay_look(world->kernel)->fresh, 1);
    CHECK_EQUAL(belay_look(world->kernel)->timers, 0);
    advance(world, 1500);
    CHECK_EQUAL(world->event_count, 0);
    CHECK_EQUAL(belay_look(world->kernel)->fresh, 0);
    CHECK_EQUAL(belay_look(world->kernel)->timers, 1);
    advance(world, 1509);
    CHECK_EQUAL(world->event_count, 0);
    advance(world, 1510);
    CHECK_EQUAL(world->event_count, 1);
    world_close(world);
}

static void a_timeout_of_0_fires_at_the_next_advance(void) {
    test_world *world = pair_open(0);
    wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 0, 1);
    CHECK_EQUAL(world->event_count, 0);
    advance(world, 0);
    CHECK_EQUAL(world->event_count, 1);
    world_close(world);
}

static void a_timeout_of_infinity_never_fires(void) {
    test_world *world = pair_open(0);
    wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, BELAY_INFINITY, 1);
    advance(world, 5);
    CHECK_EQUAL(belay_look(world->kernel)->deadline, BELAY_INFINITY);
    advance(world, BELAY_TIME_MAX);
    CHECK_EQUAL(world->event_count, 0);
    world_close(world);
}

static void a_deadline_beyond_the_end_of_time_is_held_to_be_there(void) {
    test_world *world = pair_open(1000);
    advance(world, 1000);
    wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, BELAY_TIME_MAX, 1);
    wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 1ull << 62, 2);
    advance(world, 1000);
    advance(world, BELAY_TIME_MAX - 1);
    CHECK_EQUAL(world->event_count, 0);
    advance(world, BELAY_TIME_MAX);
    CHECK_EQUAL(world->event_count, 2);
    world_close(world);
}

static void equal_deadlines_fire_in_the_order_of_arming(void) {
    test_world *world = pair_open(0);
    for (uint32_t i = 0; i < 500; i++) {
        pair_arm(world, 100000, i);
    }
    pair_advance(world, 0);
    pair_advance(world, 100000);
    CHECK_EQUAL(model.fired, 500);
    world_close(world);
}

static void equal_deadlines_from_different_moments_keep_that_order(void) {
    test_world *world = pair_open(0);
    uint32_t tag = 0;
    for (uint64_t now = 0; now < 5000; now += 100) {
        pair_arm(world, 10000 - now, tag++);
        pair_advance(world, now);
    }
    pair_advance(world, 10000);
    CHECK_EQUAL(model.fired, 50);
    world_close(world);
}

static void timers_that_a_jump_passes_over_fire_by_deadline(void) {
    test_world *world = pair_open(0);
    for (uint32_t i = 0; i < 200; i++) {
        pair_arm(world, (200 - i) * 977u, i);
    }
    pair_advance(world, 0);
    pair_advance(world, 1ull << 41);
    CHECK_EQUAL(model.fired, 200);
    world_close(world);
}

static void a_cancelled_timer_never_fires(void) {
    test_world *world = pair_open(0);
    belay_pid fresh =
        wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 10, 1);
    world_do(world, (belay_command){
                        .op = BELAY_OP_WAIT_CANCEL,
                        .other = fresh,
                    });
    belay_pid running =
        wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 10, 2);
    advance(world, 0);
    world_do(world, (belay_command){
                        .op = BELAY_OP_WAIT_CANCEL,
                        .other = running,
                    });
    CHECK_EQUAL(belay_look(world->kernel)->deadline, BELAY_INFINITY);
    advance(world, BELAY_TIME_MAX);
    CHECK_EQUAL(world->event_count, 0);
    world_close(world);
}

static void a_timer_that_has_fired_cannot_be_cancelled(void) {
    test_world *world = pair_open(0);
    belay_pid sleep = wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 0, 1);
    advance(world, 0);
    CHECK_EQUAL(attempt(world,
                        (belay_command){
                            .op = BELAY_OP_WAIT_CANCEL,
                            .other = sleep,
                        }),
                BELAY_GONE);
    world_close(world);
}

static void time_that_goes_backwards_counts_as_the_present(void) {
    test_world *world = pair_open(0);
    advance(world, 1000);
    wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 50, 1);
    advance(world, 10);
    CHECK_EQUAL(belay_look(world->kernel)->now, 1000);
    advance(world, 1049);
    CHECK_EQUAL(world->event_count, 0);
    advance(world, 1050);
    CHECK_EQUAL(world->event_count, 1);
    world_close(world);
}

static void slack_is_added_to_each_deadline(void) {
    test_world *world = pair_open(1);
    wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 50, 1);
    advance(world, 0);
    advance(world, 50);
    CHECK_EQUAL(world->event_count, 0);
    advance(world, 51);
    CHECK_EQUAL(world->event_count, 1);
    world_close(world);
}

static void a_timeout_of_0_needs_no_slack(void) {
    test_world *world = pair_open(1000);
    wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 0, 1);
    advance(world, 0);
    CHECK_EQUAL(world->event_count, 1);
    world_close(world);
}

/* A host that only wakes at view.deadline still fires each timer on time. */
static void a_host_that_follows_the_deadline_is_never_late(void) {
    test_dice dice = {7};
    test_world *world = pair_open(0);
    for (uint32_t i = 0; i < 500; i++) {
        pair_arm(world, any_span(&dice), i);
    }
    pair_advance(world, 0);
    uint32_t wakings = 0;
    while (belay_look(world->kernel)->deadline != BELAY_INFINITY) {
        uint64_t deadline = belay_look(world->kernel)->deadline;
        CHECK(deadline > model.now);
        pair_advance(world, deadline);
        wakings++;
        if (wakings > 10000) {
            break;
        }
    }
    CHECK_EQUAL(model.count, 0);
    world_close(world);
}

int main(void) {
    RUN(timer_never_fires_before_its_deadline);
    RUN(a_timer_runs_from_the_first_advance_after_it_was_armed);
    RUN(a_timeout_of_0_fires_at_the_next_advance);
    RUN(a_timeout_of_infinity_never_fires);
    RUN(a_deadline_beyond_the_end_of_time_is_held_to_be_there);
    RUN(equal_deadlines_fire_in_the_order_of_arming);
    RUN(equal_deadlines_from_different_moments_keep_that_order);
    RUN(timers_that_a_jump_passes_over_fire_by_deadline);
    RUN(a_cancelled_timer_never_fires);
    RUN(a_timer_that_has_fired_cannot_be_cancelled);
    RUN(time_that_goes_backwards_counts_as_the_present);
    RUN(slack_is_added_to_each_deadline);
    RUN(a_timeout_of_0_needs_no_slack);
    RUN(a_host_that_follows_the_deadline_is_never_late);
    RUN(thousands_of_random_timers_fire_as_the_model_says);
    RUN(the_same_with_a_slack_of_the_clock);
    return harness_end();
}
