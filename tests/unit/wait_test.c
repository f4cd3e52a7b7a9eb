/* Waiting: await, yield, shutdown, ignore and sleep; the catalogue's A, Y and
 * H as far as they reach the kernel. */
#include "harness.h"

static belay_pid start(test_world *world, belay_pid owner, uint32_t tag,
                       uint32_t flags) {
    belay_pid pid = spawn(world, owner, tag, flags);
    run_all(world);
    return pid;
}

/* A body that owns things, unlinked to the root. */
static belay_pid start_owner(test_world *world) {
    return start(world, world->root, 1000, BELAY_FLAG_ORPHAN);
}

static void check_done(test_world *world, uint32_t tag, uint32_t outcome,
                       uint32_t reason) {
    const belay_event *done = event_tagged(world, BELAY_EVENT_WAIT_DONE, tag);
    CHECK_EQUAL(done->extra, outcome);
    if (reason != BELAY_REASON_NONE) {
        CHECK_EQUAL(done->reason, reason);
    }
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_WAIT_DONE, tag), 1);
}

static belay_command waiting(belay_wait kind, belay_pid owner,
                             belay_pid target) {
    return (belay_command){
        .op = BELAY_OP_WAIT,
        .kind = (uint32_t)kind,
        .pid = owner,
        .other = target,
        .time = 1000,
    };
}

/* ---- Await and yield --------------------------------------------------- */

/* A5 */
static void await_is_done_when_the_body_returns(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 5000, 8);
    CHECK_EQUAL(world->event_count, 0);
    settle(world, task);
    check_done(world, 8, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, 8)->pid, task);
    world_close(world);
}

static void await_can_begin_before_the_body_does(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = spawn(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 5000, 8);
    run_all(world);
    settle(world, task);
    check_done(world, 8, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    world_close(world);
}

static void a_wait_for_the_gone_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, 0);
    settle(world, task);
    for (int kind = BELAY_WAIT_AWAIT; kind <= BELAY_WAIT_SHUTDOWN; kind++) {
        CHECK_EQUAL(
            attempt(world, waiting((belay_wait)kind, world->root, task)),
            BELAY_GONE);
    }
    world_close(world);
}

static void a_wait_of_an_unknown_kind_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, 0);
    belay_command command = waiting(BELAY_WAIT_AWAIT, world->root, task);
    command.kind = 5;
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    command.kind = 0xffffffffu;
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    world_close(world);
}

/* A14 */
static void only_the_owner_may_wait(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid task = start(world, owner, 1, BELAY_FLAG_LINK);
    for (int kind = BELAY_WAIT_AWAIT; kind <= BELAY_WAIT_SHUTDOWN; kind++) {
        CHECK_EQUAL(
            attempt(world, waiting((belay_wait)kind, world->root, task)),
            BELAY_NOT_OWNER);
        CHECK_EQUAL(attempt(world, waiting((belay_wait)kind, task, task)),
                    BELAY_NOT_OWNER);
    }
    CHECK(alive(world, task));
    CHECK_EQUAL(belay_look(world->kernel)->fresh, 0);
    world_close(world);
}

static void nobody_may_wait_for_an_orphan(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid orphan = start(world, world->root, 1, BELAY_FLAG_ORPHAN);
    CHECK_EQUAL(
        attempt(world, waiting(BELAY_WAIT_AWAIT, world->root, orphan)),
        BELAY_NOT_OWNER);
    world_close(world);
}

/* A7 */
static void await_of_an_unlinked_crash_gives_its_reason(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid task = start(world, owner, 1, 0);
    wait_for(world, BELAY_WAIT_AWAIT, owner, task, 5000, 8);
    exit_with(world, task, BELAY_REASON_TIMEOUT);
    check_done(world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, owner));
    world_close(world);
}

/* A4, A7 */
static void await_of_an_exit_with_normal_is_no_success(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 5000, 8);
    exit_with(world, task, BELAY_REASON_NORMAL);
    check_done(world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_NORMAL);
    world_close(world);
}

/* A7, A15 */
static void a_trapping_owner_gets_the_reason_and_keeps_the_message(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    trap_exits(world, owner);
    belay_pid task = start(world, owner, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, owner, task, 5000, 8);
    exit_with(world, task, BELAY_REASON_TIMEOUT);
    check_done(world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(count_of(world, BELAY_EVENT_EXIT_MESSAGE, owner), 1);
    CHECK(alive(world, owner));
    world_close(world);
}

/* A8, Y5 */
static void a_linked_crash_ends_the_owner_that_waits(void) {
    for (int kind = BELAY_WAIT_AWAIT; kind <= BELAY_WAIT_YIELD; kind++) {
        test_world *world = world_open(0, 0, 0);
        uint32_t crash = new_reason(world, BELAY_CLASS_CRASH);
        belay_pid owner = start_owner(world);
        belay_pid task = start(world, owner, 1, BELAY_FLAG_LINK);
        wait_for(world, (belay_wait)kind, owner, task, 5000, 8);
        exit_with(world, task, crash);
        check_done(world, 8, BELAY_OUTCOME_OWNER, crash);
        CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, owner)->reason,
                    crash);
        CHECK(!alive(world, owner));
        world_close(world);
    }
}

/* A9 */
static void a_timeout_leaves_the_task_as_it_was(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 5000, 8);
    advance(world, 0);
    advance(world, 4999);
    CHECK_EQUAL(world->event_count, 0);
    advance(world, 5000);
    check_done(world, 8, BELAY_OUTCOME_TIMEOUT, BELAY_REASON_NONE);
    CHECK(alive(world, task));
    CHECK_EQUAL(info_of(world, task).links, 1);
    CHECK_EQUAL(info_of(world, task).state, BELAY_STATE_RUNNING);
    world_close(world);
}

/* A10 */
static void a_crash_after_a_timeout_still_hits_the_owner(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid task = start(world, owner, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, owner, task, 0, 8);
    advance(world, 0);
    exit_with(world, task, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, owner)->reason,
                BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_WAIT_DONE, 8), 1);
    world_close(world);
}

/* Y2 */
static void yield_may_be_repeated_after_a_timeout(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    for (uint32_t i = 0; i < 5; i++) {
        wait_for(world, BELAY_WAIT_YIELD, world->root, task, 100, i);
        advance(world, i * 200);
        advance(world, i * 200 + 100);
        check_done(world, i, BELAY_OUTCOME_TIMEOUT, BELAY_REASON_NONE);
    }
    wait_for(world, BELAY_WAIT_YIELD, world->root, task, 100, 9);
    settle(world, task);
    check_done(world, 9, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    world_close(world);
}

/* A13, Y6 */
static void a_zero_timeout_looks_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_YIELD, world->root, task, 0, 8);
    advance(world, 0);
    check_done(world, 8, BELAY_OUTCOME_TIMEOUT, BELAY_REASON_NONE);
    world_close(world);
}

/* Y7 */
static void a_wait_without_limit_goes_on_until_the_end_of_time(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_YIELD, world->root, task, BELAY_INFINITY, 8);
    advance(world, BELAY_TIME_MAX);
    CHECK_EQUAL(world->event_count, 0);
    settle(world, task);
    check_done(world, 8, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    world_close(world);
}

/* Y4, Y18: a body that returned before the time is told counts. */
static void a_value_that_came_before_the_time_counts_as_in_time(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 10, 8);
    advance(world, 0);
    settle(world, task);
    advance(world, 1000000);
    check_done(world, 8, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    CHECK_EQUAL(belay_look(world->kernel)->timers, 0);
    world_close(world);
}

static void several_waits_for_one_task_are_all_done(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 5000, 1);
    wait_for(world, BELAY_WAIT_YIELD, world->root, task, 10, 2);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 7000, 3);
    advance(world, 0);
    advance(world, 10);
    check_done(world, 2, BELAY_OUTCOME_TIMEOUT, BELAY_REASON_NONE);
    settle(world, task);
    check_done(world, 1, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    check_done(world, 3, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 3);
    world_close(world);
}

/* Y5, Y10: what is not linked does not end the waiting for others. */
static void a_crash_is_told_to_the_wait_for_it_alone(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid first = start(world, owner, 1, 0);
    belay_pid second = start(world, owner, 2, 0);
    wait_for(world, BELAY_WAIT_YIELD, owner, first, 5000, 1);
    wait_for(world, BELAY_WAIT_YIELD, owner, second, 5000, 2);
    exit_with(world, first, BELAY_REASON_NOPROC);
    check_done(world, 1, BELAY_OUTCOME_EXIT, BELAY_REASON_NOPROC);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_WAIT_DONE, 2), 0);
    settle(world, second);
    check_done(world, 2, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    world_close(world);
}

static void an_awaited_timeout_is_traced(void) {
    test_world *world = world_open(0, 0, 0);
    world_do(world, (belay_command){
                        .op = BELAY_OP_TRACE,
                        .flags = BELAY_FLAG_ON,
                    });
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 0, 8);
    advance(world, 0);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_TIMED_OUT, task)->extra, 1);
    world_close(world);
}

/* ---- At the root ------------------------------------------------------- */

static void a_linked_crash_surfaces_at_the_roots_wait_for_it(void) {
    for (int kind = BELAY_WAIT_AWAIT; kind <= BELAY_WAIT_YIELD; kind++) {
        test_world *world = world_open(0, 0, 0);
        uint32_t crash = new_reason(world, BELAY_CLASS_CRASH);
        belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
        wait_for(world, (belay_wait)kind, world->root, task, 5000, 8);
        exit_with(world, task, crash);
        check_done(world, 8, BELAY_OUTCOME_CRASH, crash);
        CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
        world_close(world);
    }
}

static void an_unlinked_crash_is_an_exit_at_the_roots_wait(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, 0);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 5000, 8);
    exit_with(world, task, BELAY_REASON_TIMEOUT);
    check_done(world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
    world_close(world);
}

static void a_trapping_roots_wait_gives_an_exit(void) {
    test_world *world = world_open(0, 0, 0);
    trap_exits(world, world->root);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 5000, 8);
    exit_with(world, task, BELAY_REASON_TIMEOUT);
    check_done(world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 1);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
    world_close(world);
}

static void a_wait_for_another_task_does_not_take_up_a_failure(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid failing = start(world, world->root, 1, BELAY_FLAG_LINK);
    belay_pid other = start(world, world->root, 2, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, other, 5000, 8);
    wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 5000, 9);
    exit_with(world, failing, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_UNHANDLED, failing)->reason,
                BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 0);
    settle(world, other);
    check_done(world, 8, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    world_close(world);
}

static void a_failure_after_a_wait_timed_out_is_unhandled(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 0, 8);
    advance(world, 0);
    exit_with(world, task, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(count_of(world, BELAY_EVENT_UNHANDLED, task), 1);
    world_close(world);
}

static void a_failure_after_a_wait_was_cancelled_is_unhandled(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    belay_pid wait =
        wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 5000, 8);
    world_do(world, (belay_command){
                        .op = BELAY_OP_WAIT_CANCEL,
                        .other = wait,
                    });
    exit_with(world, task, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(count_of(world, BELAY_EVENT_UNHANDLED, task), 1);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 0);
    world_close(world);
}

/* The root is linked to a task of another process, which alone can wait for
 * it: that wait takes nothing up for the root. */
static void a_failure_that_another_process_awaits_is_unhandled(void) {
    for (int kind = BELAY_WAIT_AWAIT; kind <= BELAY_WAIT_YIELD; kind++) {
        test_world *world = world_open(0, 0, 0);
        belay_pid owner = start_owner(world);
        belay_pid task = start(world, owner, 1, 0);
        join_two(world, world->root, task);
        wait_for(world, (belay_wait)kind, owner, task, 5000, 8);
        exit_with(world, task, BELAY_REASON_TIMEOUT);
        CHECK_EQUAL(event_of(world, BELAY_EVENT_UNHANDLED, task)->reason,
                    BELAY_REASON_TIMEOUT);
        check_done(world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_TIMEOUT);
        world_close(world);
    }
}

/* Anybody may stop a supervisor. One of the root's that is killed meanwhile
 * is unhandled unless the root is among those who wait, in whatever place. */
static void a_killed_supervisor_is_hidden_only_if_the_root_stops_it(void) {
    for (uint32_t place = 0; place <= 3; place++) {
        test_world *world = world_open(0, 0, 0);
        belay_pid stranger = start_owner(world);
        belay_pid supervisor = open_supervisor(
            world, world->root, 9, BELAY_SUP_TASK, BELAY_FLAG_LINK);
        belay_pid child =
            spawn_under(world, supervisor, 1, BELAY_RESTART_TEMPORARY);
        run_all(world);
        trap_exits(world, child);
        for (uint32_t i = 0; i < 3; i++) {
            wait_for(world, BELAY_WAIT_STOP,
                     i == place ? world->root : stranger, supervisor,
                     BELAY_INFINITY, i);
        }
        send_exit(world, world->root, supervisor, BELAY_REASON_KILL);
        CHECK_EQUAL(count_of(world, BELAY_EVENT_UNHANDLED, supervisor),
                    place == 3);
        for (uint32_t i = 0; i < 3; i++) {
            check_done(world, i, BELAY_OUTCOME_NONE, BELAY_REASON_KILLED);
        }
        world_close(world);
    }
}

/* Each failure is judged by the waits for that task. */
static void of_two_failures_the_one_that_is_awaited_is_hidden(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid awaited = start(world, world->root, 1, BELAY_FLAG_LINK);
    belay_pid other = start(world, world->root, 2, BELAY_FLAG_LINK);
    join_two(world, awaited, other);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, awaited, 5000, 8);
    exit_with(world, other, BELAY_REASON_TIMEOUT);
    check_done(world, 8, BELAY_OUTCOME_CRASH, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(count_of(world, BELAY_EVENT_UNHANDLED, other), 1);
    CHECK_EQUAL(count_of(world, BELAY_EVENT_UNHANDLED, awaited), 0);
    world_close(world);
}

/* ---- Cancel, sleep, the owner's end ------------------------------------ */

static void a_cancelled_wait_is_never_done(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    belay_pid wait =
        wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 100, 8);
    belay_command cancel = {.op = BELAY_OP_WAIT_CANCEL, .other = wait};
    CHECK_EQUAL(attempt(world, cancel), BELAY_OK);
    CHECK_EQUAL(attempt(world, cancel), BELAY_GONE);
    advance(world, 0);
    advance(world, 1000);
    settle(world, task);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 0);
    world_close(world);
}

static void a_sleep_is_done_in_its_time(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    CHECK(wait_for(world, BELAY_WAIT_SLEEP, owner, 0, 250, 8) != 0);
    advance(world, 1000);
    advance(world, 1249);
    CHECK_EQUAL(world->event_count, 0);
    advance(world, 1250);
    check_done(world, 8, BELAY_OUTCOME_TIMEOUT, BELAY_REASON_NONE);
    world_close(world);
}

static void waits_of_an_owner_that_ends_are_done_with_its_reason(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid task = start(world, owner, 1, 0);
    wait_for(world, BELAY_WAIT_AWAIT, owner, task, 5000, 1);
    wait_for(world, BELAY_WAIT_YIELD, owner, task, 5000, 2);
    wait_for(world, BELAY_WAIT_SLEEP, owner, 0, 5000, 3);
    advance(world, 0);
    exit_with(world, owner, BELAY_REASON_NOPROC);
    for (uint32_t tag = 1; tag <= 3; tag++) {
        check_done(world, tag, BELAY_OUTCOME_OWNER, BELAY_REASON_NOPROC);
    }
    CHECK_EQUAL(belay_look(world->kernel)->timers, 0);
    CHECK(alive(world, task));
    settle(world, task);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 3);
    world_close(world);
}

/* ---- Ignore ------------------------------------------------------------ */

/* Y20 */
static void an_ignored_task_runs_on_alone(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid task = start(world, owner, 1, BELAY_FLAG_LINK);
    world_do(world, (belay_command){
                        .op = BELAY_OP_IGNORE,
                        .pid = owner,
                        .other = task,
                    });
    CHECK_EQUAL(info_of(world, task).links, 0);
    exit_with(world, owner, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, task));
    world_close(world);
}

/* Y20 */
static void the_crash_of_an_ignored_task_reaches_nobody(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid task = start(world, owner, 1, BELAY_FLAG_LINK);
    belay_pid of_root = start(world, world->root, 2, BELAY_FLAG_LINK);
    world_do(world, (belay_command){
                        .op = BELAY_OP_IGNORE,
                        .pid = owner,
                        .other = task,
                    });
    world_do(world, (belay_command){
                        .op = BELAY_OP_IGNORE,
                        .pid = world->root,
                        .other = of_root,
                    });
    exit_with(world, task, BELAY_REASON_TIMEOUT);
    exit_with(world, of_root, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, owner));
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
    world_close(world);
}

/* A14 */
static void only_the_owner_may_ignore(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid task = start(world, owner, 1, BELAY_FLAG_LINK);
    belay_command command = {
        .op = BELAY_OP_IGNORE,
        .pid = world->root,
        .other = task,
    };
    CHECK_EQUAL(attempt(world, command), BELAY_NOT_OWNER);
    CHECK_EQUAL(info_of(world, task).links, 1);
    world_close(world);
}

/* Y21 */
static void an_ignored_task_can_still_be_shut_down(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    world_do(world, (belay_command){
                        .op = BELAY_OP_IGNORE,
                        .pid = world->root,
                        .other = task,
                    });
    wait_for(world, BELAY_WAIT_SHUTDOWN, world->root, task, 5000, 8);
    check_done(world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    CHECK(!alive(world, task));
    world_close(world);
}

/* ---- Shutdown ---------------------------------------------------------- */

/* H1, H3, H13 */
static void shutdown_ends_a_task_and_not_its_owner(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid task = start(world, owner, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_SHUTDOWN, owner, task, 5000, 8);
    check_done(world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, task)->reason,
                BELAY_REASON_SHUTDOWN);
    CHECK(alive(world, owner));
    CHECK_EQUAL(info_of(world, owner).links, 0);
    CHECK_EQUAL(belay_look(world->kernel)->fresh, 0);
    world_close(world);
}

static void shutdown_at_the_root_is_not_unhandled(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_SHUTDOWN, world->root, task, 5000, 8);
    check_done(world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
    world_close(world);
}

static void a_task_that_was_shut_down_before_it_ran_never_runs(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = spawn(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_SHUTDOWN, world->root, task, 5000, 8);
    check_done(world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    CHECK_EQUAL(run_all(world), 0);
    world_close(world);
}

/* A trapping task of a trapping owner, asked to shut down. */
typedef struct asked {
    test_world *world;
    belay_pid owner;
    belay_pid task;
} asked;

static asked ask_trapping(uint64_t grace) {
    asked it = {.world = world_open(0, 0, 0)};
    it.owner = start_owner(it.world);
    trap_exits(it.world, it.owner);
    it.task = start(it.world, it.owner, 1, BELAY_FLAG_LINK);
    trap_exits(it.world, it.task);
    wait_for(it.world, BELAY_WAIT_SHUTDOWN, it.owner, it.task, grace, 8);
    return it;
}

/* H1 */
static void a_trapping_task_is_told_to_shut_down(void) {
    asked it = ask_trapping(5000);
    const belay_event *message =
        event_of(it.world, BELAY_EVENT_EXIT_MESSAGE, it.task);
    CHECK_EQUAL(message->reason, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(message->other, it.owner);
    CHECK(alive(it.world, it.task));
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_WAIT_DONE), 0);
    world_close(it.world);
}

/* H1, H4 */
static void a_task_that_does_not_stop_is_killed_after_the_grace(void) {
    asked it = ask_trapping(5000);
    advance(it.world, 0);
    advance(it.world, 4999);
    CHECK(alive(it.world, it.task));
    advance(it.world, 5000);
    check_done(it.world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_KILLED);
    CHECK(!alive(it.world, it.task));
    CHECK(alive(it.world, it.owner));
    world_close(it.world);
}

/* H2 */
static void a_value_within_the_grace_wins(void) {
    asked it = ask_trapping(5000);
    advance(it.world, 0);
    advance(it.world, 4999);
    settle(it.world, it.task);
    check_done(it.world, 8, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    CHECK_EQUAL(belay_look(it.world->kernel)->timers, 0);
    world_close(it.world);
}

/* H3 */
static void a_trapping_task_that_exits_with_shutdown_is_as_asked(void) {
    asked it = ask_trapping(5000);
    exit_with(it.world, it.task, BELAY_REASON_SHUTDOWN);
    check_done(it.world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    world_close(it.world);
}

/* H5 */
static void any_other_end_within_the_grace_is_an_exit(void) {
    const uint32_t reasons[] = {BELAY_REASON_NORMAL, BELAY_REASON_KILLED,
                                BELAY_REASON_KILL, BELAY_REASON_TIMEOUT};
    for (uint32_t i = 0; i < 4; i++) {
        asked it = ask_trapping(5000);
        exit_with(it.world, it.task, reasons[i]);
        check_done(it.world, 8, BELAY_OUTCOME_EXIT, reasons[i]);
        world_close(it.world);
    }
}

/* H5 */
static void a_hosts_shutdown_reason_is_an_exit(void) {
    asked it = ask_trapping(5000);
    uint32_t good = new_reason(it.world, BELAY_CLASS_SHUTDOWN);
    exit_with(it.world, it.task, good);
    check_done(it.world, 8, BELAY_OUTCOME_EXIT, good);
    world_close(it.world);
}

/* H12: the owner traps exits, and yet hears of no exit. */
static void after_a_shutdown_no_message_of_the_task_comes(void) {
    asked it = ask_trapping(5000);
    exit_with(it.world, it.task, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(count_of(it.world, BELAY_EVENT_EXIT_MESSAGE, it.owner), 0);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_UNHANDLED), 0);
    world_close(it.world);
}

/* H6 */
static void a_brutal_kill_ends_a_trapping_task_at_once(void) {
    asked it = ask_trapping(BELAY_BRUTAL_KILL);
    check_done(it.world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    CHECK_EQUAL(event_of(it.world, BELAY_EVENT_EXITED, it.task)->reason,
                BELAY_REASON_KILLED);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_EXIT_MESSAGE), 0);
    CHECK(alive(it.world, it.owner));
    world_close(it.world);
}

/* H6, H13 */
static void a_brutal_kill_does_not_hit_an_owner_that_does_not_trap(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start_owner(world);
    belay_pid task = start(world, owner, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_SHUTDOWN, owner, task, BELAY_BRUTAL_KILL, 8);
    check_done(world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    CHECK(alive(world, owner));
    world_close(world);
}

/* H7 */
static void a_zero_grace_lets_a_plain_task_end_as_asked(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_SHUTDOWN, world->root, task, 0, 8);
    advance(world, 0);
    check_done(world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, task)->reason,
                BELAY_REASON_SHUTDOWN);
    world_close(world);
}

/* H7 */
static void a_zero_grace_kills_a_trapping_task(void) {
    asked it = ask_trapping(0);
    advance(it.world, 0);
    check_done(it.world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_KILLED);
    world_close(it.world);
}

/* H8 */
static void an_infinite_grace_never_kills(void) {
    asked it = ask_trapping(BELAY_INFINITY);
    advance(it.world, 0);
    advance(it.world, BELAY_TIME_MAX);
    CHECK(alive(it.world, it.task));
    settle(it.world, it.task);
    check_done(it.world, 8, BELAY_OUTCOME_OK, BELAY_REASON_NONE);
    world_close(it.world);
}

/* H11 */
static void a_task_whose_await_timed_out_can_be_shut_down(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 0, 7);
    advance(world, 0);
    wait_for(world, BELAY_WAIT_SHUTDOWN, world->root, task, 5000, 8);
    check_done(world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    world_close(world);
}

/* H14 */
static void what_the_task_had_started_gets_its_reason(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    belay_pid child = start(world, task, 2, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_SHUTDOWN, world->root, task, 5000, 8);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, child)->reason,
                BELAY_REASON_SHUTDOWN);
    world_close(world);
}

static void an_await_beside_a_shutdown_sees_the_exit(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 1, BELAY_FLAG_LINK);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, task, 5000, 7);
    wait_for(world, BELAY_WAIT_SHUTDOWN, world->root, task, 5000, 8);
    check_done(world, 7, BELAY_OUTCOME_EXIT, BELAY_REASON_SHUTDOWN);
    check_done(world, 8, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    world_close(world);
}

/* The first is judged by its own form: :killed is not what it asked for. */
static void a_brutal_kill_during_the_grace_ends_both_waits(void) {
    asked it = ask_trapping(5000);
    wait_for(it.world, BELAY_WAIT_SHUTDOWN, it.owner, it.task,
             BELAY_BRUTAL_KILL, 9);
    check_done(it.world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_KILLED);
    check_done(it.world, 9, BELAY_OUTCOME_NONE, BELAY_REASON_NONE);
    world_close(it.world);
}

static void the_shorter_of_two_graces_kills(void) {
    asked it = ask_trapping(5000);
    wait_for(it.world, BELAY_WAIT_SHUTDOWN, it.owner, it.task, 100, 9);
    advance(it.world, 0);
    advance(it.world, 100);
    check_done(it.world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_KILLED);
    check_done(it.world, 9, BELAY_OUTCOME_EXIT, BELAY_REASON_KILLED);
    advance(it.world, 5000);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_WAIT_DONE), 2);
    world_close(it.world);
}

static void a_kill_from_elsewhere_during_the_grace_is_an_exit(void) {
    asked it = ask_trapping(5000);
    send_exit(it.world, it.world->root, it.task, BELAY_REASON_KILL);
    check_done(it.world, 8, BELAY_OUTCOME_EXIT, BELAY_REASON_KILLED);
    world_close(it.world);
}

static void awaits(void) {
    RUN(await_is_done_when_the_body_returns);
    RUN(await_can_begin_before_the_body_does);
    RUN(a_wait_for_the_gone_is_refused);
    RUN(a_wait_of_an_unknown_kind_is_refused);
    RUN(only_the_owner_may_wait);
    RUN(nobody_may_wait_for_an_orphan);
    RUN(await_of_an_unlinked_crash_gives_its_reason);
    RUN(await_of_an_exit_with_normal_is_no_success);
    RUN(a_trapping_owner_gets_the_reason_and_keeps_the_message);
    RUN(a_linked_crash_ends_the_owner_that_waits);
    RUN(a_timeout_leaves_the_task_as_it_was);
    RUN(a_crash_after_a_timeout_still_hits_the_owner);
    RUN(yield_may_be_repeated_after_a_timeout);
    RUN(a_zero_timeout_looks_once);
    RUN(a_wait_without_limit_goes_on_until_the_end_of_time);
    RUN(a_value_that_came_before_the_time_counts_as_in_time);
    RUN(several_waits_for_one_task_are_all_done);
    RUN(a_crash_is_told_to_the_wait_for_it_alone);
    RUN(an_awaited_timeout_is_traced);
    RUN(a_linked_crash_surfaces_at_the_roots_wait_for_it);
    RUN(an_unlinked_crash_is_an_exit_at_the_roots_wait);
    RUN(a_trapping_roots_wait_gives_an_exit);
    RUN(a_wait_for_another_task_does_not_take_up_a_failure);
    RUN(a_failure_after_a_wait_timed_out_is_unhandled);
    RUN(a_failure_after_a_wait_was_cancelled_is_unhandled);
    RUN(a_failure_that_another_process_awaits_is_unhandled);
    RUN(a_killed_supervisor_is_hidden_only_if_the_root_stops_it);
    RUN(of_two_failures_the_one_that_is_awaited_is_hidden);
}

static void shutdowns(void) {
    RUN(shutdown_ends_a_task_and_not_its_owner);
    RUN(shutdown_at_the_root_is_not_unhandled);
    RUN(a_task_that_was_shut_down_before_it_ran_never_runs);
    RUN(a_trapping_task_is_told_to_shut_down);
    RUN(a_task_that_does_not_stop_is_killed_after_the_grace);
    RUN(a_value_within_the_grace_wins);
    RUN(a_trapping_task_that_exits_with_shutdown_is_as_asked);
    RUN(any_other_end_within_the_grace_is_an_exit);
    RUN(a_hosts_shutdown_reason_is_an_exit);
    RUN(after_a_shutdown_no_message_of_the_task_comes);
    RUN(a_brutal_kill_ends_a_trapping_task_at_once);
    RUN(a_brutal_kill_does_not_hit_an_owner_that_does_not_trap);
    RUN(a_zero_grace_lets_a_plain_task_end_as_asked);
    RUN(a_zero_grace_kills_a_trapping_task);
    RUN(an_infinite_grace_never_kills);
    RUN(a_task_whose_await_timed_out_can_be_shut_down);
    RUN(what_the_task_had_started_gets_its_reason);
    RUN(an_await_beside_a_shutdown_sees_the_exit);
    RUN(a_brutal_kill_during_the_grace_ends_both_waits);
    RUN(the_shorter_of_two_graces_kills);
    RUN(a_kill_from_elsewhere_during_the_grace_is_an_exit);
}

int main(void) {
    awaits();
    shutdowns();
    RUN(a_cancelled_wait_is_never_done);
    RUN(a_sleep_is_done_in_its_time);
    RUN(waits_of_an_owner_that_ends_are_done_with_its_reason);
    RUN(an_ignored_task_runs_on_alone);
    RUN(the_crash_of_an_ignored_task_reaches_nobody);
    RUN(only_the_owner_may_ignore);
    RUN(an_ignored_task_can_still_be_shut_down);
    return harness_end();
}
