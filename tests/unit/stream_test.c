/* Streams: the catalogue's S, as far as it reaches the kernel. The last part
 * holds random streams against a slow model of Elixir's loop. */
#include <string.h>

#include "harness.h"

#define ALL 0xffffffffu
#define TAG 77u

static belay_pid start(test_world *world, belay_pid owner, uint32_t flags) {
    belay_pid pid = spawn(world, owner, 1000, flags);
    run_all(world);
    return pid;
}

static void trace_on(test_world *world) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_TRACE,
                        .flags = BELAY_FLAG_ON,
                    });
}

/* What PULL asked for since the last world_forget. */
static uint32_t pulled(const test_world *world) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < world->event_count; i++) {
        if (world->events[i].kind == BELAY_EVENT_PULL) {
            sum += world->events[i].extra;
        }
    }
    return sum;
}

static uint32_t item_count(const test_world *world) {
    return world_count(world, BELAY_EVENT_ITEM);
}

static void end_input(test_world *world, belay_pid stream) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_END,
                        .other = stream,
                    });
}

static void halt(test_world *world, belay_pid stream) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_HALT,
                        .other = stream,
                    });
}

static belay_command opening(belay_pid consumer, uint32_t limit,
                             uint32_t flags) {
    return (belay_command){
        .op = BELAY_OP_STREAM_OPEN,
        .pid = consumer,
        .tag = TAG,
        .limit = limit,
        .flags = flags,
        .time = BELAY_INFINITY,
        .shutdown = 5000,
        .extra = ALL,
    };
}

static belay_command opening_timed(belay_pid consumer, uint32_t limit,
                                   uint32_t flags, uint64_t timeout) {
    belay_command command = opening(consumer, limit, flags);
    command.time = timeout;
    return command;
}

static belay_stream_info stream_info(test_world *world) {
    belay_stream_info info = {0};
    CHECK_EQUAL(belay_inspect_stream(world->kernel, 0, &info), BELAY_OK);
    return info;
}

static void check_item(test_world *world, uint32_t n, belay_pid pid,
                       uint32_t outcome) {
    const belay_event *item = world_event(world, BELAY_EVENT_ITEM, n);
    CHECK(item != NULL);
    if (item != NULL) {
        CHECK_EQUAL(item->pid, pid);
        CHECK_EQUAL(item->extra, outcome);
        CHECK_EQUAL(item->tag, TAG);
    }
}

static void check_closed(test_world *world, uint32_t how) {
    CHECK_EQUAL(world_count(world, BELAY_EVENT_STREAM_CLOSED), 1);
    const belay_event *closed =
        event_tagged(world, BELAY_EVENT_STREAM_CLOSED, TAG);
    CHECK_EQUAL(closed->extra, how);
}

static void check_exited(test_world *world, belay_pid pid, uint32_t reason) {
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, pid)->reason, reason);
    CHECK(!alive(world, pid));
}

/* ---- Opening and pulling ----------------------------------------------- */

/* S1 */
static void an_opened_stream_touches_no_input(void) {
    test_world *world = world_open(0, 0, 0);
    open_stream(world, world->root, TAG, 3, BELAY_FLAG_ORDERED);
    CHECK_EQUAL(world->event_count, 0);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* S4 */
static void a_limit_of_0_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    CHECK_EQUAL(attempt(world, opening(world->root, 0, 0)),
                BELAY_BAD_ARGUMENT);
    world_close(world);
}

static void a_stream_for_a_consumer_that_is_gone_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid gone = start(world, world->root, 0);
    settle(world, gone);
    CHECK_EQUAL(attempt(world, opening(gone, 1, 0)), BELAY_GONE);
    world_close(world);
}

static void a_stream_under_what_is_no_supervisor_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = opening(world->root, 1, 0);
    command.scope = start(world, world->root, 0);
    CHECK_EQUAL(attempt(world, command), BELAY_NOT_SUPERVISOR);
    world_close(world);
}

/* S9 */
static void the_first_wish_pulls_as_many_as_may_run(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 3, 0);
    want(world, stream, 1);
    CHECK_EQUAL(pulled(world), 3);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_PULL, TAG)->tag, TAG);
    world_close(world);
}

static void elements_may_be_pushed_one_by_one_or_together(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 5, 0);
    want(world, stream, 1);
    belay_pid first[1];
    feed(world, stream, 1, first);
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_STREAM_PUSH,
        .other = stream,
        .count = 4,
    };
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 4);
    belay_pid pids[4];
    get_pids(world, pids, 4);
    for (uint32_t i = 0; i < 4; i++) {
        CHECK_EQUAL(info_of(world, pids[i]).kind, BELAY_KIND_ITEM);
        CHECK_EQUAL(info_of(world, pids[i]).stream, TAG);
        CHECK_EQUAL(info_of(world, pids[i]).owner, world->root);
    }
    CHECK_EQUAL(stream_info(world).running, 5);
    CHECK_EQUAL(pulled(world), 5);
    world_close(world);
}

static void more_than_was_pulled_cannot_be_pushed(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 2, 0);
    belay_command command = {
        .op = BELAY_OP_STREAM_PUSH,
        .other = stream,
        .count = 1,
    };
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    want(world, stream, 1);
    command.count = 3;
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    command.count = 2;
    CHECK_EQUAL(attempt(world, command), BELAY_OK);
    command.count = 1;
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    world_close(world);
}

/* S10 */
static void each_result_handed_over_pulls_one_more(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 2, 0);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 2, items);
    for (uint32_t i = 0; i < 20; i++) {
        world_forget(world);
        settle(world, items[0]);
        check_item(world, 0, items[0], BELAY_OUTCOME_OK);
        CHECK_EQUAL(pulled(world), 1);
        items[0] = items[1];
        feed(world, stream, 1, &items[1]);
        CHECK_EQUAL(stream_info(world).running, 2);
    }
    world_close(world);
}

/* S8 */
static void an_empty_input_gives_an_empty_stream(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 4, 0);
    want(world, stream, 1);
    end_input(world, stream);
    check_closed(world, BELAY_CLOSED_DONE);
    CHECK_EQUAL(item_count(world), 0);
    world_close(world);
}

/* S8 */
static void a_limit_above_the_number_of_elements_is_fine(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream =
        open_stream(world, world->root, TAG, 100, BELAY_FLAG_ORDERED);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 2, items);
    end_input(world, stream);
    settle(world, items[1]);
    CHECK_EQUAL(item_count(world), 0);
    settle(world, items[0]);
    check_item(world, 0, items[0], BELAY_OUTCOME_OK);
    check_item(world, 1, items[1], BELAY_OUTCOME_OK);
    check_closed(world, BELAY_CLOSED_DONE);
    world_close(world);
}

/* S17 */
static void the_end_of_the_input_is_noticed_by_a_pull(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 2, 0);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 2, items);
    CHECK_EQUAL(pulled(world), 2);
    world_forget(world);
    settle(world, items[0]);
    CHECK_EQUAL(pulled(world), 1);
    end_input(world, stream);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_STREAM_CLOSED), 0);
    settle(world, items[1]);
    CHECK_EQUAL(pulled(world), 1);
    check_closed(world, BELAY_CLOSED_DONE);
    world_close(world);
}

static void the_closing_is_the_last_event_of_a_stream(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 1, 0);
    want(world, stream, ALL);
    belay_pid item = 0;
    feed(world, stream, 1, &item);
    settle(world, item);
    end_input(world, stream);
    CHECK_EQUAL(world->events[world->event_count - 1].kind,
                BELAY_EVENT_STREAM_CLOSED);
    belay_stream_info info;
    CHECK_EQUAL(belay_inspect_stream(world->kernel, 0, &info), BELAY_EMPTY);
    belay_command next = {
        .op = BELAY_OP_STREAM_NEXT,
        .other = stream,
        .count = 1,
    };
    CHECK_EQUAL(attempt(world, next), BELAY_GONE);
    next.op = BELAY_OP_STREAM_HALT;
    CHECK_EQUAL(attempt(world, next), BELAY_GONE);
    world_close(world);
}

/* ---- Order of results -------------------------------------------------- */

/* S12, S13 */
static void ordered_results_wait_for_a_slow_head(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream =
        open_stream(world, world->root, TAG, 3, BELAY_FLAG_ORDERED);
    want(world, stream, ALL);
    belay_pid items[3];
    feed(world, stream, 3, items);
    settle(world, items[2]);
    CHECK_EQUAL(item_count(world), 0);
    CHECK_EQUAL(belay_look(world->kernel)->kept, 1);
    CHECK_EQUAL(stream_info(world).kept, 1);
    feed(world, stream, 1, &items[2]);
    settle(world, items[0]);
    CHECK_EQUAL(item_count(world), 1);
    check_item(world, 0, items[0], BELAY_OUTCOME_OK);
    world_close(world);
}

/* S12: a slow head holds back results, not work, without a bound. */
static void a_slow_head_does_not_hold_back_work(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream =
        open_stream(world, world->root, TAG, 2, BELAY_FLAG_ORDERED);
    want(world, stream, ALL);
    belay_pid items[101];
    feed(world, stream, 2, items);
    for (uint32_t i = 1; i < 100; i++) {
        world_forget(world);
        settle(world, items[i]);
        CHECK_EQUAL(pulled(world), 1);
        CHECK_EQUAL(item_count(world), 0);
        feed(world, stream, 1, &items[i + 1]);
        CHECK_EQUAL(stream_info(world).running, 2);
        CHECK_EQUAL(stream_info(world).kept, i);
    }
    world_forget(world);
    settle(world, items[0]);
    for (uint32_t i = 0; i < 100; i++) {
        check_item(world, i, items[i], BELAY_OUTCOME_OK);
    }
    CHECK_EQUAL(belay_look(world->kernel)->kept, 0);
    world_close(world);
}

/* S13 */
static void all_due_results_are_handed_over_before_the_next_pull(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream =
        open_stream(world, world->root, TAG, 3, BELAY_FLAG_ORDERED);
    want(world, stream, ALL);
    belay_pid items[5];
    feed(world, stream, 3, items);
    settle(world, items[1]);
    feed(world, stream, 1, &items[3]);
    settle(world, items[2]);
    feed(world, stream, 1, &items[4]);
    world_forget(world);
    settle(world, items[0]);
    CHECK_EQUAL(item_count(world), 3);
    CHECK_EQUAL(pulled(world), 1);
    const belay_event *pull = world_event(world, BELAY_EVENT_PULL, 0);
    const belay_event *last = world_event(world, BELAY_EVENT_ITEM, 2);
    CHECK(world_place(world, last) < world_place(world, pull));
    world_close(world);
}

/* S14 */
static void unordered_results_come_as_the_tasks_end(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 3, 0);
    want(world, stream, ALL);
    belay_pid items[3];
    feed(world, stream, 3, items);
    settle(world, items[2]);
    check_item(world, 0, items[2], BELAY_OUTCOME_OK);
    CHECK_EQUAL(belay_look(world->kernel)->kept, 0);
    world_close(world);
}

/* S14 */
static void an_unordered_result_comes_before_the_next_pull(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 1, 0);
    want(world, stream, ALL);
    belay_pid item = 0;
    feed(world, stream, 1, &item);
    world_forget(world);
    settle(world, item);
    CHECK(world_place(world, world_event(world, BELAY_EVENT_ITEM, 0)) <
          world_place(world, world_event(world, BELAY_EVENT_PULL, 0)));
    world_close(world);
}

/* ---- A slow consumer --------------------------------------------------- */

/* S11 */
static void nothing_happens_while_the_consumer_works_on_a_result(void) {
    for (uint32_t flags = 0; flags <= BELAY_FLAG_ORDERED;
         flags += BELAY_FLAG_ORDERED) {
        test_world *world = world_open(0, 0, 0);
        belay_pid stream = open_stream(world, world->root, TAG, 2, flags);
        want(world, stream, 1);
        belay_pid items[2];
        feed(world, stream, 2, items);
        world_forget(world);
        settle(world, items[0]);
        CHECK_EQUAL(item_count(world), 1);
        CHECK_EQUAL(pulled(world), 0);
        settle(world, items[1]);
        CHECK_EQUAL(item_count(world), 1);
        CHECK_EQUAL(pulled(world), 0);
        world_close(world);
    }
}

/* S15 */
static void ended_tasks_are_dealt_with_one_at_a_time(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 3, 0);
    want(world, stream, 1);
    belay_pid items[6];
    feed(world, stream, 3, items);
    settle(world, items[0]);
    settle(world, items[2]);
    settle(world, items[1]);
    const belay_pid expected[] = {items[0], items[2], items[1]};
    for (uint32_t i = 0; i < 2; i++) {
        check_item(world, 0, expected[i], BELAY_OUTCOME_OK);
        CHECK_EQUAL(item_count(world), 1);
        world_forget(world);
        want(world, stream, 1);
        CHECK_EQUAL(pulled(world), 1);
        CHECK_EQUAL(item_count(world), 0);
        feed(world, stream, 1, &items[3 + i]);
    }
    check_item(world, 0, expected[2], BELAY_OUTCOME_OK);
    world_close(world);
}

static void want_so(test_world *world, belay_pid stream, uint32_t count,
                    uint32_t flags) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_NEXT,
                        .other = stream,
                        .count = count,
                        .flags = flags,
                    });
}

/* Three have ended, of which one was handed over; three more are wanted. How
 * many come before the next pull is answered. */
static uint32_t results_before_the_pull(uint32_t flags) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 3, 0);
    want(world, stream, 1);
    belay_pid items[3];
    feed(world, stream, 3, items);
    for (uint32_t i = 0; i < 3; i++) {
        settle(world, items[i]);
    }
    world_forget(world);
    want_so(world, stream, 3, flags);
    CHECK_EQUAL(pulled(world), flags == 0 ? 1 : 3);
    uint32_t results = item_count(world);
    world_close(world);
    return results;
}

/* S15 */
static void several_wanted_results_come_one_by_one_too(void) {
    CHECK_EQUAL(results_before_the_pull(0), 0);
}

static void together_all_ended_items_are_dealt_with_before_a_pull(void) {
    CHECK_EQUAL(results_before_the_pull(BELAY_FLAG_TOGETHER), 2);
}

/* S11 */
static void nothing_is_handed_over_while_the_input_takes_its_time(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 2, 0);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 1, items);
    settle(world, items[0]);
    CHECK_EQUAL(item_count(world), 0);
    feed(world, stream, 1, &items[1]);
    check_item(world, 0, items[0], BELAY_OUTCOME_OK);
    world_close(world);
}

/* S16 */
static void unordered_no_more_than_the_limit_is_started_ahead(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 4, 0);
    want(world, stream, 1);
    belay_pid items[4];
    feed(world, stream, 4, items);
    for (uint32_t i = 0; i < 4; i++) {
        settle(world, items[i]);
    }
    CHECK_EQUAL(pulled(world), 4);
    CHECK_EQUAL(stream_info(world).started, 4);
    CHECK_EQUAL(stream_info(world).delivered, 1);
    world_close(world);
}

static void wishes_add_up(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 3, 0);
    want(world, stream, 1);
    want(world, stream, 1);
    belay_pid items[3];
    feed(world, stream, 3, items);
    settle(world, items[0]);
    feed(world, stream, 1, &items[0]);
    settle(world, items[1]);
    settle(world, items[2]);
    CHECK_EQUAL(item_count(world), 2);
    world_close(world);
}

/* ---- Timeouts ---------------------------------------------------------- */

/* S20, S23, S24 */
static void an_item_that_oversteps_its_time_is_killed(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid consumer = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_pid stream = world_do(
        world, opening_timed(consumer, 2, BELAY_FLAG_KILL_TASK, 100));
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 1, items);
    advance(world, 1000);
    feed(world, stream, 1, &items[1]);
    advance(world, 1050);
    advance(world, 1099);
    CHECK_EQUAL(item_count(world), 0);
    advance(world, 1100);
    check_item(world, 0, items[0], BELAY_OUTCOME_TIMEOUT);
    check_exited(world, items[0], BELAY_REASON_KILLED);
    CHECK(alive(world, items[1]));
    advance(world, 1149);
    CHECK(alive(world, items[1]));
    CHECK(alive(world, consumer));
    CHECK_EQUAL(world_count(world, BELAY_EVENT_STREAM_CLOSED), 0);
    world_close(world);
}

/* S23 */
static void trapping_exits_does_not_help_against_the_timeout(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = world_do(
        world, opening_timed(world->root, 1, BELAY_FLAG_KILL_TASK, 100));
    want(world, stream, ALL);
    belay_pid item = 0;
    feed(world, stream, 1, &item);
    trap_exits(world, item);
    advance(world, 0);
    advance(world, 100);
    check_exited(world, item, BELAY_REASON_KILLED);
    check_item(world, 0, item, BELAY_OUTCOME_TIMEOUT);
    world_close(world);
}

/* S24 */
static void after_a_timeout_the_stream_goes_on(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = world_do(
        world, opening_timed(world->root, 1, BELAY_FLAG_KILL_TASK, 100));
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 1, items);
    advance(world, 0);
    world_forget(world);
    advance(world, 100);
    CHECK_EQUAL(pulled(world), 1);
    feed(world, stream, 1, &items[1]);
    settle(world, items[1]);
    check_item(world, 1, items[1], BELAY_OUTCOME_OK);
    end_input(world, stream);
    check_closed(world, BELAY_CLOSED_DONE);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
    world_close(world);
}

/* S21 */
static void an_item_is_killed_in_time_though_the_consumer_is_busy(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = world_do(
        world, opening_timed(world->root, 2, BELAY_FLAG_KILL_TASK, 100));
    want(world, stream, 1);
    belay_pid items[2];
    feed(world, stream, 2, items);
    advance(world, 0);
    settle(world, items[0]);
    world_forget(world);
    advance(world, 100);
    check_exited(world, items[1], BELAY_REASON_KILLED);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, items[1])->time, 100);
    CHECK_EQUAL(item_count(world), 0);
    want(world, stream, 1);
    feed(world, stream, 1, items);
    check_item(world, 0, items[1], BELAY_OUTCOME_TIMEOUT);
    world_close(world);
}

/* S22 */
static void an_item_that_ended_in_time_is_safe(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = world_do(
        world, opening_timed(world->root, 2, BELAY_FLAG_KILL_TASK, 100));
    want(world, stream, 1);
    belay_pid items[3];
    feed(world, stream, 2, items);
    advance(world, 0);
    settle(world, items[0]);
    settle(world, items[1]);
    advance(world, 100000);
    world_forget(world);
    want(world, stream, 1);
    feed(world, stream, 1, &items[2]);
    check_item(world, 0, items[1], BELAY_OUTCOME_OK);
    world_close(world);
}

/* S28 */
static void a_timeout_of_0_kills_what_is_not_done_at_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = world_do(
        world, opening_timed(world->root, 1, BELAY_FLAG_KILL_TASK, 0));
    want(world, stream, ALL);
    belay_pid item = 0;
    feed(world, stream, 1, &item);
    advance(world, 0);
    check_item(world, 0, item, BELAY_OUTCOME_TIMEOUT);
    world_close(world);
}

/* S28 */
static void an_infinite_timeout_sets_no_timer(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 1, 0);
    want(world, stream, ALL);
    belay_pid item = 0;
    feed(world, stream, 1, &item);
    CHECK_EQUAL(belay_look(world->kernel)->fresh, 0);
    advance(world, BELAY_TIME_MAX);
    CHECK(alive(world, item));
    world_close(world);
}

/* S25 */
static void without_kill_task_a_timeout_closes_the_stream_at_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = world_do(
        world, opening_timed(world->root, 3, BELAY_FLAG_ORDERED, 100));
    want(world, stream, ALL);
    belay_pid items[3];
    feed(world, stream, 1, items);
    advance(world, 0);
    advance(world, 50);
    feed(world, stream, 2, &items[1]);
    settle(world, items[2]);
    feed(world, stream, 1, &items[2]);
    advance(world, 60);
    world_forget(world);
    advance(world, 100);
    check_closed(world, BELAY_CLOSED_TIMEOUT);
    check_exited(world, items[0], BELAY_REASON_KILLED);
    CHECK_EQUAL(item_count(world), 0);
    CHECK_EQUAL(belay_look(world->kernel)->kept, 0);
    world_close(world);
}

typedef struct timed_out {
    test_world *world;
    belay_pid consumer;
    belay_pid sibling;
} timed_out;

/* A body's stream of two, of which the first has overstepped its time. */
static timed_out time_out_in_a_body(uint32_t flags) {
    timed_out it = {.world = world_open(0, 0, 0)};
    it.consumer = start(it.world, it.world->root, BELAY_FLAG_ORPHAN);
    belay_pid stream =
        world_do(it.world, opening_timed(it.consumer, 2, flags, 100));
    want(it.world, stream, ALL);
    belay_pid item = 0;
    feed(it.world, stream, 1, &item);
    advance(it.world, 0);
    advance(it.world, 99);
    feed(it.world, stream, 1, &it.sibling);
    advance(it.world, 100);
    check_closed(it.world, BELAY_CLOSED_TIMEOUT);
    return it;
}

/* S27 */
static void a_caught_timeout_stops_nothing(void) {
    timed_out it = time_out_in_a_body(0);
    CHECK(alive(it.world, it.consumer));
    CHECK(alive(it.world, it.sibling));
    settle(it.world, it.sibling);
    CHECK_EQUAL(item_count(it.world), 0);
    CHECK(!alive(it.world, it.sibling));
    world_close(it.world);
}

/* S26 */
static void an_uncaught_timeout_ends_consumer_and_linked_siblings(void) {
    timed_out it = time_out_in_a_body(0);
    exit_with(it.world, it.consumer, BELAY_REASON_TIMEOUT);
    check_exited(it.world, it.sibling, BELAY_REASON_TIMEOUT);
    world_close(it.world);
}

/* S26 */
static void an_uncaught_timeout_leaves_unlinked_siblings_alone(void) {
    timed_out it = time_out_in_a_body(BELAY_FLAG_NOLINK);
    exit_with(it.world, it.consumer, BELAY_REASON_TIMEOUT);
    CHECK(alive(it.world, it.sibling));
    settle(it.world, it.sibling);
    CHECK_EQUAL(belay_look(it.world->kernel)->processes, 1);
    world_close(it.world);
}

/* S27, A10: a sibling that crashes later still hits the consumer. */
static void after_a_caught_timeout_the_links_remain(void) {
    timed_out it = time_out_in_a_body(0);
    exit_with(it.world, it.sibling, BELAY_REASON_NOPROC);
    check_exited(it.world, it.consumer, BELAY_REASON_NOPROC);
    world_close(it.world);
}

static void an_items_timeout_is_traced(void) {
    test_world *world = world_open(0, 0, 0);
    trace_on(world);
    belay_pid stream = world_do(
        world, opening_timed(world->root, 1, BELAY_FLAG_KILL_TASK, 100));
    want(world, stream, ALL);
    belay_pid item = 0;
    feed(world, stream, 1, &item);
    advance(world, 0);
    advance(world, 100);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_TIMED_OUT, item)->extra, 0);
    world_close(world);
}

/* ---- Ends of tasks ----------------------------------------------------- */

typedef struct trio {
    test_world *world;
    belay_pid consumer;
    belay_pid stream;
    belay_pid items[3];
} trio;

/* A stream of three running tasks; all results are wanted. */
static trio open_trio(int at_root, int trapping, uint32_t flags) {
    trio it = {.world = world_open(0, 0, 0)};
    it.consumer = at_root
                      ? it.world->root
                      : start(it.world, it.world->root, BELAY_FLAG_ORPHAN);
    if (trapping) {
        trap_exits(it.world, it.consumer);
    }
    it.stream = open_stream(it.world, it.consumer, TAG, 3, flags);
    want(it.world, it.stream, ALL);
    feed(it.world, it.stream, 3, it.items);
    world_forget(it.world);
    return it;
}

/* S29 */
static void a_linked_crash_takes_consumer_and_siblings_along(void) {
    trio it = open_trio(0, 0, BELAY_FLAG_ORDERED);
    uint32_t crash = new_reason(it.world, BELAY_CLASS_CRASH);
    exit_with(it.world, it.items[1], crash);
    check_exited(it.world, it.consumer, crash);
    for (uint32_t i = 0; i < 3; i++) {
        check_exited(it.world, it.items[i], crash);
    }
    CHECK_EQUAL(item_count(it.world), 0);
    check_closed(it.world, BELAY_CLOSED_OWNER);
    world_close(it.world);
}

/* S29 */
static void a_linked_crash_at_the_root_closes_the_stream(void) {
    trio it = open_trio(1, 0, 0);
    uint32_t crash = new_reason(it.world, BELAY_CLASS_CRASH);
    exit_with(it.world, it.items[1], crash);
    for (uint32_t i = 0; i < 3; i++) {
        check_exited(it.world, it.items[i], crash);
    }
    check_closed(it.world, BELAY_CLOSED_CRASH);
    CHECK_EQUAL(
        event_tagged(it.world, BELAY_EVENT_STREAM_CLOSED, TAG)->reason,
        crash);
    CHECK_EQUAL(item_count(it.world), 0);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_UNHANDLED), 0);
    world_close(it.world);
}

/* S29: also while the consumer is busy, over the link. */
static void a_linked_crash_hits_a_busy_consumer(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid consumer = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_pid stream = open_stream(world, consumer, TAG, 2, 0);
    want(world, stream, 1);
    belay_pid items[2];
    feed(world, stream, 2, items);
    settle(world, items[0]);
    exit_with(world, items[1], BELAY_REASON_TIMEOUT);
    check_exited(world, consumer, BELAY_REASON_TIMEOUT);
    world_close(world);
}

/* S30 */
static void shutdown_of_an_item_counts_as_a_crash(void) {
    trio it = open_trio(0, 0, 0);
    exit_with(it.world, it.items[0], BELAY_REASON_SHUTDOWN);
    check_exited(it.world, it.consumer, BELAY_REASON_SHUTDOWN);
    check_exited(it.world, it.items[2], BELAY_REASON_SHUTDOWN);
    world_close(it.world);
}

/* S30 */
static void an_item_killed_from_outside_counts_as_a_crash(void) {
    trio it = open_trio(0, 0, 0);
    send_exit(it.world, it.world->root, it.items[0], BELAY_REASON_KILL);
    check_exited(it.world, it.consumer, BELAY_REASON_KILLED);
    check_exited(it.world, it.items[2], BELAY_REASON_KILLED);
    world_close(it.world);
}

/* S31 */
static void an_exit_with_normal_is_a_result_and_hurts_nobody(void) {
    for (int at_root = 0; at_root <= 1; at_root++) {
        trio it = open_trio(at_root, 0, 0);
        exit_with(it.world, it.items[0], BELAY_REASON_NORMAL);
        check_item(it.world, 0, it.items[0], BELAY_OUTCOME_EXIT);
        CHECK_EQUAL(event_of(it.world, BELAY_EVENT_ITEM, it.items[0])->reason,
                    BELAY_REASON_NORMAL);
        CHECK(alive(it.world, it.consumer));
        CHECK(alive(it.world, it.items[1]));
        CHECK_EQUAL(world_count(it.world, BELAY_EVENT_STREAM_CLOSED), 0);
        world_close(it.world);
    }
}

/* S32 */
static void to_a_trapping_consumer_a_crash_is_a_result(void) {
    for (int at_root = 0; at_root <= 1; at_root++) {
        trio it = open_trio(at_root, 1, 0);
        uint32_t crash = new_reason(it.world, BELAY_CLASS_CRASH);
        exit_with(it.world, it.items[0], crash);
        check_item(it.world, 0, it.items[0], BELAY_OUTCOME_EXIT);
        CHECK_EQUAL(event_of(it.world, BELAY_EVENT_ITEM, it.items[0])->reason,
                    crash);
        CHECK(alive(it.world, it.items[1]));
        world_close(it.world);
    }
}

/* S32 */
static void a_trapping_consumer_gets_no_exit_messages_of_items(void) {
    trio it = open_trio(0, 1, 0);
    exit_with(it.world, it.items[0], BELAY_REASON_TIMEOUT);
    feed(it.world, it.stream, 1, it.items);
    settle(it.world, it.items[1]);
    feed(it.world, it.stream, 1, it.items);
    exit_with(it.world, it.items[2], BELAY_REASON_NORMAL);
    halt(it.world, it.stream);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_EXIT_MESSAGE), 0);
    world_close(it.world);
}

/* S33 */
static void in_a_nolink_stream_a_crash_is_a_result(void) {
    for (int at_root = 0; at_root <= 1; at_root++) {
        trio it = open_trio(at_root, 0, BELAY_FLAG_NOLINK);
        exit_with(it.world, it.items[0], BELAY_REASON_TIMEOUT);
        check_item(it.world, 0, it.items[0], BELAY_OUTCOME_EXIT);
        CHECK(alive(it.world, it.consumer));
        CHECK(alive(it.world, it.items[1]));
        CHECK_EQUAL(world_count(it.world, BELAY_EVENT_UNHANDLED), 0);
        world_close(it.world);
    }
}

/* S34 */
static void in_a_nolink_stream_a_kill_is_the_result_killed(void) {
    trio it = open_trio(0, 0, BELAY_FLAG_NOLINK);
    send_exit(it.world, it.world->root, it.items[0], BELAY_REASON_KILL);
    CHECK_EQUAL(event_of(it.world, BELAY_EVENT_ITEM, it.items[0])->reason,
                BELAY_REASON_KILLED);
    world_close(it.world);
}

/* E1 */
static void a_crashed_item_is_logged(void) {
    trio it = open_trio(0, 0, BELAY_FLAG_NOLINK);
    exit_with(it.world, it.items[0], BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(event_of(it.world, BELAY_EVENT_LOG, it.items[0])->reason,
                BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_LOG), 1);
    world_close(it.world);
}

static void the_end_of_an_item_that_returned_is_only_traced(void) {
    trio it = open_trio(1, 0, 0);
    settle(it.world, it.items[0]);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_EXITED), 0);
    trace_on(it.world);
    feed(it.world, it.stream, 1, &it.items[0]);
    settle(it.world, it.items[1]);
    CHECK_EQUAL(event_of(it.world, BELAY_EVENT_EXITED, it.items[1])->extra,
                BELAY_EXITED_ITEM | BELAY_EXITED_VALUE);
    world_close(it.world);
}

static void an_item_that_failed_emits_its_end_untraced(void) {
    trio it = open_trio(1, 0, BELAY_FLAG_NOLINK);
    exit_with(it.world, it.items[0], BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(event_of(it.world, BELAY_EVENT_EXITED, it.items[0])->extra,
                BELAY_EXITED_ITEM);
    world_close(it.world);
}

/* ---- Early ends -------------------------------------------------------- */

/* S35 */
static void halt_kills_what_runs_and_then_closes(void) {
    const uint32_t flags[] = {0, BELAY_FLAG_ORDERED, BELAY_FLAG_NOLINK};
    for (uint32_t k = 0; k < 3; k++) {
        trio it = open_trio(0, 0, flags[k]);
        halt(it.world, it.stream);
        check_closed(it.world, BELAY_CLOSED_HALTED);
        const belay_event *closed =
            event_tagged(it.world, BELAY_EVENT_STREAM_CLOSED, TAG);
        for (uint32_t i = 0; i < 3; i++) {
            check_exited(it.world, it.items[i], BELAY_REASON_KILLED);
            const belay_event *exited =
                event_of(it.world, BELAY_EVENT_EXITED, it.items[i]);
            CHECK(world_place(it.world, exited) <
                  world_place(it.world, closed));
            CHECK_EQUAL(exited->extra,
                        BELAY_EXITED_ITEM | BELAY_EXITED_BODY_RUNNING);
        }
        CHECK(alive(it.world, it.consumer));
        world_close(it.world);
    }
}

/* The host has yet to run it: it says ABANDONED instead. */
static void an_item_ended_before_its_turn_counts_as_abandoned(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, TAG, 2, 0);
    want(world, stream, ALL);
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_PUSH,
                        .other = stream,
                        .count = 2,
                    });
    halt(world, stream);
    check_closed(world, BELAY_CLOSED_HALTED);
    CHECK_EQUAL(belay_look(world->kernel)->abandoned, 2);
    for (uint32_t i = 0; i < 2; i++) {
        world_do(world, (belay_command){.op = BELAY_OP_ABANDONED});
    }
    CHECK_EQUAL(belay_look(world->kernel)->abandoned, 0);
    world_close(world);
}

/* S36 */
static void halt_drops_kept_results(void) {
    trio it = open_trio(1, 0, BELAY_FLAG_ORDERED);
    settle(it.world, it.items[2]);
    CHECK_EQUAL(belay_look(it.world->kernel)->kept, 1);
    halt(it.world, it.stream);
    CHECK_EQUAL(item_count(it.world), 0);
    CHECK_EQUAL(belay_look(it.world->kernel)->kept, 0);
    CHECK_EQUAL(belay_look(it.world->kernel)->processes, 1);
    world_close(it.world);
}

/* S35, S39 */
static void after_a_halt_the_consumer_has_no_links(void) {
    trio it = open_trio(0, 1, 0);
    halt(it.world, it.stream);
    CHECK_EQUAL(info_of(it.world, it.consumer).links, 0);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_EXIT_MESSAGE), 0);
    world_close(it.world);
}

static void a_stream_can_be_halted_before_anything_was_wanted(void) {
    test_world *world = world_open(0, 0, 0);
    halt(world, open_stream(world, world->root, TAG, 3, 0));
    check_closed(world, BELAY_CLOSED_HALTED);
    world_close(world);
}

/* S40 */
static void a_consumer_that_fails_takes_linked_items_along(void) {
    trio it = open_trio(0, 0, BELAY_FLAG_ORDERED);
    exit_with(it.world, it.consumer, BELAY_REASON_TIMEOUT);
    for (uint32_t i = 0; i < 3; i++) {
        check_exited(it.world, it.items[i], BELAY_REASON_TIMEOUT);
    }
    check_closed(it.world, BELAY_CLOSED_OWNER);
    world_close(it.world);
}

/* S41 */
static void a_consumer_that_fails_leaves_unlinked_items_alone(void) {
    trio it = open_trio(0, 0, BELAY_FLAG_NOLINK);
    exit_with(it.world, it.consumer, BELAY_REASON_TIMEOUT);
    check_closed(it.world, BELAY_CLOSED_OWNER);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(alive(it.world, it.items[i]));
    }
    settle(it.world, it.items[0]);
    exit_with(it.world, it.items[1], BELAY_REASON_NOPROC);
    CHECK_EQUAL(item_count(it.world), 0);
    CHECK(alive(it.world, it.items[2]));
    world_close(it.world);
}

/* S42 */
static void a_consumer_that_returns_leaves_even_linked_items_alone(void) {
    trio it = open_trio(0, 0, BELAY_FLAG_ORDERED);
    settle(it.world, it.consumer);
    check_closed(it.world, BELAY_CLOSED_OWNER);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK(alive(it.world, it.items[i]));
        settle(it.world, it.items[i]);
    }
    CHECK_EQUAL(belay_look(it.world->kernel)->processes, 1);
    world_close(it.world);
}

/* S43 */
static void two_streams_of_one_consumer_go_their_own_ways(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid one = open_stream(world, world->root, 1, 2, 0);
    belay_pid two = open_stream(world, world->root, 2, 3, 0);
    want(world, one, 1);
    want(world, two, 1);
    belay_pid ones[2];
    belay_pid twos[3];
    feed(world, one, 2, ones);
    feed(world, two, 3, twos);
    settle(world, twos[1]);
    settle(world, ones[1]);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_ITEM, 1)->pid, ones[1]);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_ITEM, 2)->pid, twos[1]);
    halt(world, one);
    CHECK(alive(world, twos[0]));
    CHECK(!alive(world, ones[0]));
    world_close(world);
}

/* ---- Bounds beyond Elixir ---------------------------------------------- */

static void max_buffered_holds_back_work_behind_a_slow_head(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = opening(world->root, 2, BELAY_FLAG_ORDERED);
    command.count = 4;
    belay_pid stream = world_do(world, command);
    want(world, stream, ALL);
    belay_pid items[100] = {0};
    uint32_t fed = 0;
    uint32_t ended = 1;
    while (fed < 50 && pulled(world) > fed) {
        feed(world, stream, 1, &items[fed++]);
        while (ended < fed && pulled(world) == fed) {
            settle(world, items[ended++]);
        }
        CHECK(stream_info(world).kept <= 4);
    }
    belay_stream_info info = stream_info(world);
    CHECK_EQUAL(info.started - info.delivered, 4);
    CHECK_EQUAL(pulled(world), 4);
    world_forget(world);
    settle(world, items[0]);
    CHECK_EQUAL(item_count(world), 4);
    CHECK_EQUAL(pulled(world), 2);
    world_close(world);
}

static belay_pid open_strict(test_world *world, uint32_t limit,
                             uint32_t max_abandoned) {
    belay_command command =
        opening_timed(world->root, limit, BELAY_FLAG_KILL_TASK, 100);
    command.extra = max_abandoned;
    return world_do(world, command);
}

static void abandoned(test_world *world, belay_pid stream) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_ABANDONED,
                        .other = stream,
                    });
}

static void max_abandoned_of_0_makes_the_limit_strict(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_strict(world, 2, 0);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 2, items);
    advance(world, 0);
    world_forget(world);
    advance(world, 100);
    CHECK_EQUAL(item_count(world), 2);
    CHECK_EQUAL(stream_info(world).abandoned, 2);
    CHECK_EQUAL(pulled(world), 0);
    abandoned(world, stream);
    CHECK(pulled(world) <= 1);
    CHECK_EQUAL(stream_info(world).abandoned, 1);
    abandoned(world, stream);
    CHECK_EQUAL(pulled(world), 2);
    world_close(world);
}

static void max_abandoned_bounds_how_many_bodies_run_at_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_strict(world, 1, 2);
    want(world, stream, ALL);
    for (uint32_t i = 0; i < 3; i++) {
        belay_pid item = 0;
        feed(world, stream, 1, &item);
        advance(world, 1000 * i);
        world_forget(world);
        advance(world, 1000 * i + 100);
        CHECK_EQUAL(pulled(world), i < 2 ? 1 : 0);
    }
    abandoned(world, stream);
    CHECK_EQUAL(pulled(world), 1);
    world_close(world);
}

static void without_max_abandoned_a_place_is_given_on_at_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_strict(world, 1, ALL);
    want(world, stream, ALL);
    for (uint32_t i = 0; i < 20; i++) {
        belay_pid item = 0;
        feed(world, stream, 1, &item);
        advance(world, 1000 * i);
        world_forget(world);
        advance(world, 1000 * i + 100);
        CHECK_EQUAL(pulled(world), 1);
    }
    CHECK_EQUAL(belay_look(world->kernel)->abandoned, 20);
    world_close(world);
}

/* ---- Under a supervisor ------------------------------------------------ */

static belay_pid open_task_supervisor(test_world *world,
                                      uint32_t max_children) {
    return world_do(world, (belay_command){
                               .op = BELAY_OP_SUP_START,
                               .pid = world->root,
                               .kind = BELAY_SUP_TASK,
                               .limit = max_children,
                               .count = 3,
                               .extra = 5,
                           });
}

static belay_pid open_under(test_world *world, belay_pid consumer,
                            belay_pid supervisor, uint32_t limit,
                            uint32_t flags) {
    belay_command command = opening(consumer, limit, flags);
    command.scope = supervisor;
    return world_do(world, command);
}

static belay_code push_one(test_world *world, belay_pid stream,
                           uint32_t *taken) {
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_STREAM_PUSH,
        .other = stream,
        .count = 1,
    };
    belay_code code = world_submit(world, command, &answer);
    *taken = answer.value;
    return code;
}

/* S44 */
static void items_are_temporary_children_of_the_supervisor(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = open_task_supervisor(world, ALL);
    belay_pid stream = open_under(world, world->root, supervisor, 2, 0);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 2, items);
    belay_process_info info = info_of(world, items[0]);
    CHECK_EQUAL(info.supervisor, supervisor);
    CHECK_EQUAL(info.restart, BELAY_RESTART_TEMPORARY);
    CHECK_EQUAL(info_of(world, supervisor).children, 2);
    settle(world, items[0]);
    CHECK_EQUAL(info_of(world, supervisor).children, 1);
    world_close(world);
}

/* S45 */
static void a_full_supervisor_closes_the_stream(void) {
    for (int at_root = 0; at_root <= 1; at_root++) {
        test_world *world = world_open(0, 0, 0);
        belay_pid consumer =
            at_root ? world->root
                    : start(world, world->root, BELAY_FLAG_ORPHAN);
        belay_pid supervisor = open_task_supervisor(world, 2);
        belay_pid stream = open_under(world, consumer, supervisor, 3, 0);
        want(world, stream, ALL);
        belay_pid items[2];
        feed(world, stream, 2, items);
        uint32_t taken = 9;
        CHECK_EQUAL(push_one(world, stream, &taken), BELAY_OK);
        CHECK_EQUAL(taken, 0);
        check_closed(world, BELAY_CLOSED_CHILDREN);
        check_exited(world, items[0], BELAY_REASON_KILLED);
        check_exited(world, items[1], BELAY_REASON_KILLED);
        CHECK(alive(world, consumer));
        CHECK_EQUAL(info_of(world, supervisor).children, 0);
        CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
        world_close(world);
    }
}

/* S46 */
static void a_limit_that_equals_the_free_places_is_enough(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = open_task_supervisor(world, 2);
    belay_pid stream =
        open_under(world, world->root, supervisor, 2, BELAY_FLAG_ORDERED);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 2, items);
    for (uint32_t i = 0; i < 30; i++) {
        settle(world, items[i % 2]);
        feed(world, stream, 1, &items[i % 2]);
    }
    CHECK_EQUAL(item_count(world), 30);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_STREAM_CLOSED), 0);
    world_close(world);
}

/* S46: what is kept behind a slow head holds no place of the supervisor. */
static void kept_results_take_no_place_under_the_supervisor(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = open_task_supervisor(world, 2);
    belay_pid stream =
        open_under(world, world->root, supervisor, 2, BELAY_FLAG_ORDERED);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 2, items);
    for (uint32_t i = 0; i < 10; i++) {
        settle(world, items[1]);
        feed(world, stream, 1, &items[1]);
        CHECK_EQUAL(info_of(world, supervisor).children, 2);
    }
    CHECK_EQUAL(belay_look(world->kernel)->kept, 10);
    world_close(world);
}

/* S47 */
static void a_supervisor_that_is_gone_closes_the_stream(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = open_task_supervisor(world, ALL);
    belay_pid stream =
        open_under(world, world->root, supervisor, 2, BELAY_FLAG_NOLINK);
    send_exit(world, world->root, supervisor, BELAY_REASON_KILL);
    CHECK(!alive(world, supervisor));
    want(world, stream, ALL);
    uint32_t taken = 9;
    CHECK_EQUAL(push_one(world, stream, &taken), BELAY_OK);
    CHECK_EQUAL(taken, 0);
    check_closed(world, BELAY_CLOSED_NOPROC);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* S48 */
static void a_supervisor_that_stops_crashes_linked_items(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid consumer = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_pid supervisor = open_task_supervisor(world, ALL);
    belay_pid stream = open_under(world, consumer, supervisor, 2, 0);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 2, items);
    wait_for(world, BELAY_WAIT_STOP, world->root, supervisor, BELAY_INFINITY,
             8);
    check_exited(world, items[0], BELAY_REASON_SHUTDOWN);
    check_exited(world, items[1], BELAY_REASON_SHUTDOWN);
    check_exited(world, consumer, BELAY_REASON_SHUTDOWN);
    CHECK(!alive(world, supervisor));
    world_close(world);
}

/* S48, S47 */
static void a_supervisor_that_stops_gives_nolink_items_as_results(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = open_task_supervisor(world, ALL);
    belay_pid stream =
        open_under(world, world->root, supervisor, 1, BELAY_FLAG_NOLINK);
    want(world, stream, ALL);
    belay_pid item = 0;
    feed(world, stream, 1, &item);
    wait_for(world, BELAY_WAIT_STOP, world->root, supervisor, BELAY_INFINITY,
             8);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_ITEM, item)->extra,
                BELAY_OUTCOME_EXIT);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_ITEM, item)->reason,
                BELAY_REASON_SHUTDOWN);
    uint32_t taken = 9;
    CHECK_EQUAL(push_one(world, stream, &taken), BELAY_OK);
    check_closed(world, BELAY_CLOSED_NOPROC);
    world_close(world);
}

/* V18, V21 */
static void a_terminated_item_hits_a_linked_consumer(void) {
    for (uint32_t nolink = 0; nolink <= 1; nolink++) {
        test_world *world = world_open(0, 0, 0);
        belay_pid consumer = start(world, world->root, BELAY_FLAG_ORPHAN);
        belay_pid supervisor = open_task_supervisor(world, ALL);
        belay_pid stream = open_under(world, consumer, supervisor, 2,
                                      nolink * BELAY_FLAG_NOLINK);
        want(world, stream, ALL);
        belay_pid items[2];
        feed(world, stream, 2, items);
        world_do(world, (belay_command){
                            .op = BELAY_OP_SUP_ASK,
                            .pid = world->root,
                            .scope = supervisor,
                            .other = items[0],
                            .tag = 8,
                        });
        check_exited(world, items[0], BELAY_REASON_SHUTDOWN);
        CHECK_EQUAL(alive(world, consumer), nolink);
        CHECK_EQUAL(item_count(world), nolink);
        CHECK(alive(world, supervisor));
        world_close(world);
    }
}

/* S23: neither does the grace help. */
static void a_supervised_item_gets_no_grace_from_a_timeout(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command =
        opening_timed(world->root, 1, BELAY_FLAG_KILL_TASK, 100);
    command.scope = open_task_supervisor(world, ALL);
    belay_pid stream = world_do(world, command);
    want(world, stream, ALL);
    belay_pid item = 0;
    feed(world, stream, 1, &item);
    trap_exits(world, item);
    advance(world, 0);
    advance(world, 100);
    check_exited(world, item, BELAY_REASON_KILLED);
    CHECK_EQUAL(info_of(world, command.scope).children, 0);
    world_close(world);
}

/* ---- The short way ----------------------------------------------------- */

/* Gives how many of the pids were cycled, and their successors. */
static uint32_t cycle(test_world *world, belay_pid stream, uint32_t count,
                      belay_pid *pids) {
    put_pids(world, pids, count);
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_STREAM_CYCLE,
        .other = stream,
        .count = count,
    };
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    get_pids(world, pids, answer.value);
    return answer.value;
}

static void a_cycle_puts_new_items_in_the_place_of_returned_ones(void) {
    trio it = open_trio(1, 0, 0);
    belay_pid pids[] = {it.items[0], it.items[2]};
    CHECK_EQUAL(cycle(it.world, it.stream, 2, pids), 2);
    CHECK(!alive(it.world, it.items[0]));
    CHECK(!alive(it.world, it.items[2]));
    for (uint32_t i = 0; i < 2; i++) {
        CHECK_EQUAL(info_of(it.world, pids[i]).state, BELAY_STATE_RUNNING);
        CHECK_EQUAL(info_of(it.world, pids[i]).stream, TAG);
    }
    CHECK_EQUAL(it.world->event_count, 0);
    belay_stream_info info = stream_info(it.world);
    CHECK_EQUAL(info.running, 3);
    CHECK_EQUAL(info.started, 5);
    CHECK_EQUAL(info.delivered, 2);
    world_close(it.world);
}

static void a_cycled_item_is_like_any_other(void) {
    trio it = open_trio(0, 0, 0);
    belay_pid pid = it.items[1];
    CHECK_EQUAL(cycle(it.world, it.stream, 1, &pid), 1);
    settle(it.world, pid);
    check_item(it.world, 0, pid, BELAY_OUTCOME_OK);
    CHECK_EQUAL(pulled(it.world), 1);
    feed(it.world, it.stream, 1, &pid);
    CHECK_EQUAL(cycle(it.world, it.stream, 1, &pid), 1);
    exit_with(it.world, pid, BELAY_REASON_TIMEOUT);
    check_exited(it.world, it.consumer, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(belay_look(it.world->kernel)->processes, 1);
    world_close(it.world);
}

/* S20 */
static void a_cycled_item_has_a_timer_of_its_own(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = world_do(
        world, opening_timed(world->root, 1, BELAY_FLAG_KILL_TASK, 100));
    want(world, stream, ALL);
    belay_pid pid = 0;
    feed(world, stream, 1, &pid);
    advance(world, 0);
    advance(world, 60);
    CHECK_EQUAL(cycle(world, stream, 1, &pid), 1);
    advance(world, 80);
    advance(world, 179);
    CHECK(alive(world, pid));
    CHECK_EQUAL(world_count(world, BELAY_EVENT_ITEM), 0);
    advance(world, 180);
    check_item(world, 0, pid, BELAY_OUTCOME_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_ITEM), 1);
    world_close(world);
}

static void a_cycle_stops_at_the_first_end_that_concerns_others(void) {
    for (uint32_t how = 0; how < 4; how++) {
        trio it = open_trio(1, 0, 0);
        belay_pid friend = start(it.world, it.world->root, BELAY_FLAG_ORPHAN);
        belay_pid pids[] = {it.items[0], it.items[1], it.items[2]};
        if (how == 0) {
            watch(it.world, it.world->root, it.items[1], 5);
        } else if (how == 1) {
            trap_exits(it.world, friend);
            join_two(it.world, friend, it.items[1]);
        } else if (how == 2) {
            wait_for(it.world, BELAY_WAIT_SLEEP, it.items[1], 0, 10, 5);
        } else {
            pids[1] = friend;
        }
        CHECK_EQUAL(cycle(it.world, it.stream, 3, pids), 1);
        CHECK(!alive(it.world, it.items[0]));
        CHECK(alive(it.world, it.items[1]));
        CHECK(alive(it.world, it.items[2]));
        settle(it.world, it.items[1]);
        CHECK_EQUAL(count_tagged(it.world, BELAY_EVENT_DOWN, 5), how == 0);
        CHECK_EQUAL(world_count(it.world, BELAY_EVENT_EXIT_MESSAGE),
                    how == 1);
        CHECK_EQUAL(count_tagged(it.world, BELAY_EVENT_WAIT_DONE, 5),
                    how == 2);
        world_close(it.world);
    }
}

static void a_cycle_takes_no_stale_pid_and_none_twice(void) {
    trio it = open_trio(1, 0, 0);
    belay_pid pids[] = {it.items[0], it.items[0], it.items[1]};
    CHECK_EQUAL(cycle(it.world, it.stream, 3, pids), 1);
    belay_pid stale[] = {it.items[0], it.items[1]};
    CHECK_EQUAL(cycle(it.world, it.stream, 2, stale), 0);
    CHECK(alive(it.world, it.items[1]));
    world_close(it.world);
}

/* Everything whose order or bounds a cycle could not keep. */
static void other_streams_are_not_cycled(void) {
    for (uint32_t how = 0; how < 6; how++) {
        test_world *world = world_open(0, 0, 0);
        belay_command command =
            opening(world->root, 2, how == 0 ? BELAY_FLAG_ORDERED : 0);
        command.count = how == 1 ? 10 : 0;
        command.scope = how == 2 ? open_task_supervisor(world, ALL) : 0;
        belay_pid stream = world_do(world, command);
        want(world, stream, how == 3 ? 1000 : ALL);
        belay_pid items[2] = {0};
        feed(world, stream, how == 4 ? 1 : 2, items);
        if (how == 5) {
            trace_on(world);
        }
        belay_pid pid = how == 0 ? items[1] : items[0]; /* not the oldest */
        belay_pid old = pid;
        CHECK_EQUAL(cycle(world, stream, 1, &pid), 0);
        CHECK(alive(world, old));
        world_close(world);
    }
}

static void an_ordered_stream_cycles_its_oldest_item(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream =
        world_do(world, opening(world->root, 2, BELAY_FLAG_ORDERED));
    want(world, stream, ALL);
    belay_pid items[2] = {0};
    feed(world, stream, 2, items);
    belay_pid pids[2] = {items[0], items[1]};
    CHECK_EQUAL(cycle(world, stream, 2, pids), 2);
    CHECK(!alive(world, items[0]));
    CHECK(alive(world, pids[0]));
    /* What has followed is younger than what was there: now pids[0] is the
     * oldest again, and pids[1] has to wait for it. */
    belay_pid young = pids[1];
    CHECK_EQUAL(cycle(world, stream, 1, &young), 0);
    belay_pid oldest = pids[0];
    CHECK_EQUAL(cycle(world, stream, 1, &oldest), 1);
    CHECK_EQUAL(cycle(world, stream, 1, &young), 1);
    world_close(world);
}

static void a_cycle_of_a_closed_stream_is_refused(void) {
    trio it = open_trio(1, 0, 0);
    halt(it.world, it.stream);
    belay_command command = {
        .op = BELAY_OP_STREAM_CYCLE,
        .other = it.stream,
        .count = 1,
    };
    CHECK_EQUAL(attempt(it.world, command), BELAY_GONE);
    world_close(it.world);
}

static void a_cycle_beyond_the_word_area_is_refused(void) {
    trio it = open_trio(1, 0, 0);
    belay_command command = {
        .op = BELAY_OP_STREAM_CYCLE,
        .other = it.stream,
        .count = BELAY_WORDS_MAX / 2 + 1,
    };
    CHECK_EQUAL(attempt(it.world, command), BELAY_BAD_ARGUMENT);
    world_close(it.world);
}

static void many_cycles_leave_no_growth_and_give_no_pid_twice(void) {
    trio it = open_trio(1, 0, 0);
    uint64_t bytes = belay_look(it.world->kernel)->bytes;
    belay_pid pids[] = {it.items[0], it.items[1], it.items[2]};
    for (uint32_t i = 0; i < 1000; i++) {
        belay_pid before[] = {pids[0], pids[1], pids[2]};
        CHECK_EQUAL(cycle(it.world, it.stream, 3, pids), 3);
        for (uint32_t k = 0; k < 9; k++) {
            CHECK(before[k / 3] != pids[k % 3]);
        }
    }
    CHECK_EQUAL(belay_look(it.world->kernel)->bytes, bytes);
    CHECK_EQUAL(stream_info(it.world).delivered, 3000);
    world_close(it.world);
}

/* ---- Random streams against a model ------------------------------------ */

#define ELEMENTS 300u

typedef enum element_state {
    ELEMENT_NONE,
    ELEMENT_RUNNING,
    ELEMENT_ENDED,
    ELEMENT_KEPT,
    ELEMENT_OUT
} element_state;

/* Elixir's loop: hand over what is due, else pull what may be pulled, else
 * deal with one task that has ended. It stands still while the consumer
 * works on a result, or the input on an element. With TOGETHER it pulls
 * after it has dealt with all that have ended. */
typedef struct stream_model {
    element_state states[ELEMENTS];
    belay_pid pids[ELEMENTS];
    uint32_t outcomes[ELEMENTS];
    uint32_t ends[ELEMENTS]; /* in the order they ended */
    uint32_t ended_head;
    uint32_t ended_tail;
    uint32_t started;
    uint32_t running; /* and those whose end is not dealt with */
    uint32_t next;    /* to be handed over, when ordered */
    uint32_t asked;
    uint32_t demand;
    uint32_t limit;
    uint32_t length;
    int ordered;
    int together; /* what the last STREAM_NEXT asked for */
    int input_done;
    int closed;
} stream_model;

typedef struct expected {
    belay_pid pid;
    belay_event_kind kind;
    uint32_t extra;
} expected;

static expected log_expected[4 * ELEMENTS];
static uint32_t log_count;

static void expect(belay_event_kind kind, belay_pid pid, uint32_t extra) {
    log_expected[log_count++] = (expected){pid, kind, extra};
}

static void model_hand_over(stream_model *model, uint32_t element) {
    model->states[element] = ELEMENT_OUT;
    model->demand -= model->demand == ALL ? 0 : 1;
    expect(BELAY_EVENT_ITEM, model->pids[element], model->outcomes[element]);
}

static void model_deal(stream_model *model) {
    uint32_t element = model->ends[model->ended_head++];
    model->running--;
    model->states[element] = ELEMENT_KEPT;
    if (!model->ordered) {
        model_hand_over(model, element);
    }
}

static int model_turn(stream_model *model) {
    if (model->closed || model->demand == 0) {
        return 0;
    }
    if (model->asked > 0) {
        return 0;
    }
    if (model->ordered && model->next < model->started &&
        model->states[model->next] == ELEMENT_KEPT) {
        model_hand_over(model, model->next++);
        return 1;
    }
    int ended = model->ended_head < model->ended_tail;
    if (ended && model->together) {
        model_deal(model);
        return 1;
    }
    if (!model->input_done && model->running < model->limit) {
        model->asked = model->limit - model->running;
        expect(BELAY_EVENT_PULL, 0, model->asked);
        return 0;
    }
    if (ended) {
        model_deal(model);
        return 1;
    }
    if (model->input_done && model->running == 0) {
        model->closed = 1;
        expect(BELAY_EVENT_STREAM_CLOSED, 0, BELAY_CLOSED_DONE);
    }
    return 0;
}

/* Runs the model to its rest and compares. EXITED and LOG are left out. */
static void model_compare(stream_model *model, test_world *world) {
    while (model_turn(model)) {
    }
    uint32_t at = 0;
    for (uint32_t i = 0; i < world->event_count; i++) {
        const belay_event *event = &world->events[i];
        if (event->kind == BELAY_EVENT_EXITED ||
            event->kind == BELAY_EVENT_LOG) {
            continue;
        }
        CHECK(at < log_count);
        if (at < log_count) {
            CHECK_EQUAL(event->kind, log_expected[at].kind);
            if (event->kind == BELAY_EVENT_ITEM) {
                CHECK_EQUAL(event->pid, log_expected[at].pid);
            }
            CHECK_EQUAL(event->extra, log_expected[at].extra);
        }
        at++;
    }
    CHECK_EQUAL(at, log_count);
    log_count = 0;
    world_forget(world);
}

static void model_push(stream_model *model, test_world *world,
                       belay_pid stream, test_dice *dice) {
    if (model->started == model->length) {
        model->input_done = 1;
        model->asked = 0;
        end_input(world, stream);
        return;
    }
    uint32_t count = 1 + dice_below(dice, model->asked);
    if (count > model->length - model->started) {
        count = model->length - model->started;
    }
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_STREAM_PUSH,
        .other = stream,
        .count = count,
    };
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, count);
    const uint32_t *words = belay_words(world->kernel);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t element = model->started++;
        model->pids[element] =
            (belay_pid)words[2 * i + 1] << 32 | words[2 * i];
        model->states[element] = ELEMENT_RUNNING;
    }
    model->asked -= count;
    model->running += count;
    run_all(world);
}

static void model_end_one(stream_model *model, test_world *world,
                          test_dice *dice) {
    uint32_t candidates[ELEMENTS];
    uint32_t count = 0;
    for (uint32_t i = 0; i < model->started; i++) {
        if (model->states[i] == ELEMENT_RUNNING) {
            candidates[count++] = i;
        }
    }
    if (count == 0) {
        return;
    }
    uint32_t element = candidates[dice_below(dice, count)];
    model->states[element] = ELEMENT_ENDED;
    model->ends[model->ended_tail++] = element;
    if (dice_below(dice, 4) == 0) {
        model->outcomes[element] = BELAY_OUTCOME_EXIT;
        exit_with(world, model->pids[element],
                  1 + dice_below(dice, BELAY_REASON_NOCONNECTION));
    } else {
        model->outcomes[element] = BELAY_OUTCOME_OK;
        settle(world, model->pids[element]);
    }
}

static void random_stream_agrees(uint64_t seed) {
    static stream_model model;
    test_dice dice = {seed};
    test_world *world = world_open(0, 0, 0);
    world->check = 0;
    memset(&model, 0, sizeof model);
    model.limit = 1 + dice_below(&dice, 9);
    model.ordered = (int)dice_below(&dice, 2);
    model.length = dice_below(&dice, ELEMENTS);
    uint32_t flags = model.ordered ? BELAY_FLAG_ORDERED : 0;
    belay_pid stream = open_stream(world, world->root, TAG, model.limit,
                                   flags | BELAY_FLAG_NOLINK);
    uint32_t eager = dice_below(&dice, 3);
    for (uint32_t step = 0; !model.closed && step < 20000; step++) {
        switch (dice_below(&dice, 3)) {
        case 0:
            if (model.demand == 0) {
                uint32_t more = eager == 0 ? ALL : 1 + dice_below(&dice, 4);
                model.demand = more;
                model.together = more == ALL || dice_below(&dice, 2) == 0;
                want_so(world, stream, more,
                        model.together ? BELAY_FLAG_TOGETHER : 0);
            }
            break;
        case 1:
            if (model.asked > 0) {
                model_push(&model, world, stream, &dice);
            }
            break;
        default:
            model_end_one(&model, world, &dice);
            break;
        }
        model_compare(&model, world);
        if (!model.closed) {
            CHECK(stream_info(world).running <= model.limit);
        }
    }
    CHECK(model.closed);
    CHECK_EQUAL(belay_look(world->kernel)->kept, 0);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* S9 to S17, all at once. */
static void random_streams_do_what_elixirs_loop_does(void) {
    for (uint64_t seed = 1; seed <= 60; seed++) {
        random_stream_agrees(seed);
    }
}

static void flow(void) {
    RUN(an_opened_stream_touches_no_input);
    RUN(a_limit_of_0_is_refused);
    RUN(a_stream_for_a_consumer_that_is_gone_is_refused);
    RUN(a_stream_under_what_is_no_supervisor_is_refused);
    RUN(the_first_wish_pulls_as_many_as_may_run);
    RUN(elements_may_be_pushed_one_by_one_or_together);
    RUN(more_than_was_pulled_cannot_be_pushed);
    RUN(each_result_handed_over_pulls_one_more);
    RUN(an_empty_input_gives_an_empty_stream);
    RUN(a_limit_above_the_number_of_elements_is_fine);
    RUN(the_end_of_the_input_is_noticed_by_a_pull);
    RUN(the_closing_is_the_last_event_of_a_stream);
    RUN(ordered_results_wait_for_a_slow_head);
    RUN(a_slow_head_does_not_hold_back_work);
    RUN(all_due_results_are_handed_over_before_the_next_pull);
    RUN(unordered_results_come_as_the_tasks_end);
    RUN(an_unordered_result_comes_before_the_next_pull);
    RUN(nothing_happens_while_the_consumer_works_on_a_result);
    RUN(ended_tasks_are_dealt_with_one_at_a_time);
    RUN(several_wanted_results_come_one_by_one_too);
    RUN(together_all_ended_items_are_dealt_with_before_a_pull);
    RUN(nothing_is_handed_over_while_the_input_takes_its_time);
    RUN(unordered_no_more_than_the_limit_is_started_ahead);
    RUN(wishes_add_up);
}

static void timeouts(void) {
    RUN(an_item_that_oversteps_its_time_is_killed);
    RUN(trapping_exits_does_not_help_against_the_timeout);
    RUN(after_a_timeout_the_stream_goes_on);
    RUN(an_item_is_killed_in_time_though_the_consumer_is_busy);
    RUN(an_item_that_ended_in_time_is_safe);
    RUN(a_timeout_of_0_kills_what_is_not_done_at_once);
    RUN(an_infinite_timeout_sets_no_timer);
    RUN(without_kill_task_a_timeout_closes_the_stream_at_once);
    RUN(a_caught_timeout_stops_nothing);
    RUN(an_uncaught_timeout_ends_consumer_and_linked_siblings);
    RUN(an_uncaught_timeout_leaves_unlinked_siblings_alone);
    RUN(after_a_caught_timeout_the_links_remain);
    RUN(an_items_timeout_is_traced);
}

static void ends(void) {
    RUN(a_linked_crash_takes_consumer_and_siblings_along);
    RUN(a_linked_crash_at_the_root_closes_the_stream);
    RUN(a_linked_crash_hits_a_busy_consumer);
    RUN(shutdown_of_an_item_counts_as_a_crash);
    RUN(an_item_killed_from_outside_counts_as_a_crash);
    RUN(an_exit_with_normal_is_a_result_and_hurts_nobody);
    RUN(to_a_trapping_consumer_a_crash_is_a_result);
    RUN(a_trapping_consumer_gets_no_exit_messages_of_items);
    RUN(in_a_nolink_stream_a_crash_is_a_result);
    RUN(in_a_nolink_stream_a_kill_is_the_result_killed);
    RUN(a_crashed_item_is_logged);
    RUN(the_end_of_an_item_that_returned_is_only_traced);
    RUN(an_item_that_failed_emits_its_end_untraced);
    RUN(halt_kills_what_runs_and_then_closes);
    RUN(an_item_ended_before_its_turn_counts_as_abandoned);
    RUN(halt_drops_kept_results);
    RUN(after_a_halt_the_consumer_has_no_links);
    RUN(a_stream_can_be_halted_before_anything_was_wanted);
    RUN(a_consumer_that_fails_takes_linked_items_along);
    RUN(a_consumer_that_fails_leaves_unlinked_items_alone);
    RUN(a_consumer_that_returns_leaves_even_linked_items_alone);
    RUN(two_streams_of_one_consumer_go_their_own_ways);
}

static void cycles(void) {
    RUN(a_cycle_puts_new_items_in_the_place_of_returned_ones);
    RUN(a_cycled_item_is_like_any_other);
    RUN(a_cycled_item_has_a_timer_of_its_own);
    RUN(a_cycle_stops_at_the_first_end_that_concerns_others);
    RUN(a_cycle_takes_no_stale_pid_and_none_twice);
    RUN(other_streams_are_not_cycled);
    RUN(an_ordered_stream_cycles_its_oldest_item);
    RUN(a_cycle_of_a_closed_stream_is_refused);
    RUN(a_cycle_beyond_the_word_area_is_refused);
    RUN(many_cycles_leave_no_growth_and_give_no_pid_twice);
}

static void bounds(void) {
    RUN(max_buffered_holds_back_work_behind_a_slow_head);
    RUN(max_abandoned_of_0_makes_the_limit_strict);
    RUN(max_abandoned_bounds_how_many_bodies_run_at_once);
    RUN(without_max_abandoned_a_place_is_given_on_at_once);
    RUN(items_are_temporary_children_of_the_supervisor);
    RUN(a_full_supervisor_closes_the_stream);
    RUN(a_limit_that_equals_the_free_places_is_enough);
    RUN(kept_results_take_no_place_under_the_supervisor);
    RUN(a_supervisor_that_is_gone_closes_the_stream);
    RUN(a_supervisor_that_stops_crashes_linked_items);
    RUN(a_supervisor_that_stops_gives_nolink_items_as_results);
    RUN(a_terminated_item_hits_a_linked_consumer);
    RUN(a_supervised_item_gets_no_grace_from_a_timeout);
}

int main(void) {
    flow();
    timeouts();
    ends();
    bounds();
    cycles();
    RUN(random_streams_do_what_elixirs_loop_does);
    return harness_end();
}
