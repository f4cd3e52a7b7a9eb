/* Shutting down with a grace: by a wait (Task.shutdown), by ABORT, and by a
 * supervisor. All three ask in the same way, and differ in whose grace it is
 * and in what a kill without a grace means. */
#include "harness.h"

#define GRACE 500u
#define ASKED_AT 1000u

static belay_pid start(test_world *world, belay_pid owner, uint32_t tag,
                       uint32_t flags, uint64_t grace) {
    belay_pid pid = world_do(world, (belay_command){
                                        .op = BELAY_OP_SPAWN,
                                        .pid = owner,
                                        .tag = tag,
                                        .flags = flags,
                                        .shutdown = grace,
                                    });
    run_all(world);
    return pid;
}

static belay_pid start_child(test_world *world, belay_pid supervisor,
                             uint64_t grace) {
    belay_pid pid = world_do(world, (belay_command){
                                        .op = BELAY_OP_SPAWN,
                                        .pid = world->root,
                                        .scope = supervisor,
                                        .tag = 1,
                                        .flags = BELAY_FLAG_ORPHAN,
                                        .shutdown = grace,
                                    });
    run_all(world);
    return pid;
}

static void abort_it(test_world *world, belay_pid pid) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_ABORT,
                        .other = pid,
                        .reason = BELAY_REASON_SHUTDOWN,
                    });
}

static void check_done(test_world *world, uint32_t tag, uint32_t outcome) {
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, tag)->extra,
                outcome);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_WAIT_DONE, tag), 1);
}

/* Killed at `time`, and not a millisecond earlier. */
static void check_killed_at(test_world *world, belay_pid pid, uint64_t time) {
    advance(world, time - 1);
    CHECK(alive(world, pid));
    advance(world, time);
    CHECK(!alive(world, pid));
    const belay_event *exited = event_of(world, BELAY_EVENT_EXITED, pid);
    CHECK_EQUAL(exited->reason, BELAY_REASON_KILLED);
    CHECK_EQUAL(exited->time, time);
    CHECK_EQUAL(exited->extra & BELAY_EXITED_BODY_RUNNING,
                BELAY_EXITED_BODY_RUNNING);
}

/* ---- Every way and every grace ----------------------------------------- */

typedef enum asking { BY_WAIT = 0, BY_ABORT = 1, BY_SUPERVISOR = 2 } asking;

/* A task that was asked to end at ASKED_AT. */
typedef struct asked {
    test_world *world;
    belay_pid owner;
    belay_pid supervisor; /* BY_SUPERVISOR */
    belay_pid task;
} asked;

static asked ask(asking how, uint64_t grace, int traps) {
    asked it = {.world = world_open(0, 0, 0)};
    it.owner = start(it.world, it.world->root, 1000, BELAY_FLAG_ORPHAN, 0);
    if (how == BY_SUPERVISOR) {
        it.supervisor =
            open_supervisor(it.world, it.world->root, 9, BELAY_SUP_TASK, 0);
        it.task = start_child(it.world, it.supervisor, grace);
    } else {
        it.task = start(it.world, it.owner, 1, BELAY_FLAG_LINK,
                        how == BY_ABORT ? grace : 7000);
    }
    if (traps) {
        trap_exits(it.world, it.task);
    }
    advance(it.world, ASKED_AT);
    if (how == BY_WAIT) {
        wait_for(it.world, BELAY_WAIT_SHUTDOWN, it.owner, it.task, grace, 8);
    } else if (how == BY_ABORT) {
        abort_it(it.world, it.task);
    } else {
        terminate_child(it.world, it.supervisor, it.task, 8);
    }
    return it;
}

/* One that traps exits, whose grace has begun. */
static asked ask_trapping(asking how) {
    asked it = ask(how, GRACE, 1);
    advance(it.world, ASKED_AT);
    return it;
}

static const uint64_t graces[] = {0, 1, GRACE, BELAY_INFINITY,
                                  BELAY_BRUTAL_KILL};

/* H1, H3, H6, H7, V23, V25: the grace is for those who trap exits. ABORT has
 * a reason of its own, so even without a grace there is something to obey. */
static void one_that_does_not_trap_ends_at_once_whatever_its_grace(void) {
    for (int how = BY_WAIT; how <= BY_SUPERVISOR; how++) {
        for (uint32_t i = 0; i < sizeof graces / sizeof *graces; i++) {
            asked it = ask((asking)how, graces[i], 0);
            int killed = graces[i] == BELAY_BRUTAL_KILL && how != BY_ABORT;
            const belay_event *exited =
                event_of(it.world, BELAY_EVENT_EXITED, it.task);
            CHECK_EQUAL(exited->reason,
                        killed ? BELAY_REASON_KILLED : BELAY_REASON_SHUTDOWN);
            CHECK_EQUAL(world_count(it.world, BELAY_EVENT_EXIT_MESSAGE), 0);
            CHECK_EQUAL(belay_look(it.world->kernel)->fresh, 0);
            CHECK(alive(it.world, it.owner));
            if (how != BY_ABORT) {
                check_done(it.world, 8, BELAY_OUTCOME_NONE);
            }
            world_close(it.world);
        }
    }
}

/* H4, V23, V24 */
static void one_that_traps_is_told_and_has_its_grace_to_the_last_ms(void) {
    for (int how = BY_WAIT; how <= BY_SUPERVISOR; how++) {
        asked it = ask_trapping((asking)how);
        const belay_event *message =
            event_of(it.world, BELAY_EVENT_EXIT_MESSAGE, it.task);
        CHECK_EQUAL(message->reason, BELAY_REASON_SHUTDOWN);
        CHECK_EQUAL(message->other,
                    how == BY_SUPERVISOR ? it.supervisor : it.owner);
        check_killed_at(it.world, it.task, ASKED_AT + GRACE);
        CHECK_EQUAL(count_of(it.world, BELAY_EVENT_EXIT_MESSAGE, it.task), 1);
        CHECK_EQUAL(belay_look(it.world->kernel)->abandoned, 1);
        CHECK(alive(it.world, it.owner));
        world_close(it.world);
    }
}

/* H6, H7, V23, V25: no ADVANCE is needed, but by a supervisor, which asks all
 * before it kills any. Only a grace of 0 ms tells it. */
static void without_a_grace_one_that_traps_is_killed_at_once(void) {
    const uint64_t none[] = {0, BELAY_BRUTAL_KILL};
    for (int how = BY_WAIT; how <= BY_SUPERVISOR; how++) {
        for (uint32_t i = 0; i < 2; i++) {
            asked it = ask((asking)how, none[i], 1);
            if (how == BY_SUPERVISOR && none[i] == 0) {
                CHECK(alive(it.world, it.task));
                advance(it.world, ASKED_AT);
            }
            const belay_event *exited =
                event_of(it.world, BELAY_EVENT_EXITED, it.task);
            CHECK_EQUAL(exited->reason, BELAY_REASON_KILLED);
            CHECK_EQUAL(count_of(it.world, BELAY_EVENT_EXIT_MESSAGE, it.task),
                        none[i] == 0);
            CHECK_EQUAL(belay_look(it.world->kernel)->fresh, 0);
            world_close(it.world);
        }
    }
}

/* H8, V23 */
static void an_infinite_grace_sets_no_timer(void) {
    for (int how = BY_WAIT; how <= BY_SUPERVISOR; how++) {
        asked it = ask((asking)how, BELAY_INFINITY, 1);
        CHECK_EQUAL(belay_look(it.world->kernel)->fresh, 0);
        advance(it.world, BELAY_TIME_MAX);
        CHECK(alive(it.world, it.task));
        CHECK_EQUAL(count_of(it.world, BELAY_EVENT_EXIT_MESSAGE, it.task), 1);
        settle(it.world, it.task);
        CHECK_EQUAL(event_of(it.world, BELAY_EVENT_EXITED, it.task)->reason,
                    BELAY_REASON_NORMAL);
        world_close(it.world);
    }
}

/* H2, V26: the kill is for those who are still there. */
static void one_that_returns_within_its_grace_is_not_killed(void) {
    for (int how = BY_WAIT; how <= BY_SUPERVISOR; how++) {
        asked it = ask_trapping((asking)how);
        advance(it.world, ASKED_AT + GRACE - 1);
        settle(it.world, it.task);
        const belay_event *exited =
            event_of(it.world, BELAY_EVENT_EXITED, it.task);
        CHECK_EQUAL(exited->reason, BELAY_REASON_NORMAL);
        CHECK_EQUAL(exited->extra, BELAY_EXITED_VALUE);
        CHECK_EQUAL(belay_look(it.world->kernel)->timers, 0);
        if (how != BY_ABORT) {
            check_done(it.world, 8,
                       how == BY_WAIT ? BELAY_OUTCOME_OK
                                      : BELAY_OUTCOME_NONE);
        }
        advance(it.world, ASKED_AT + 2 * GRACE);
        CHECK_EQUAL(count_of(it.world, BELAY_EVENT_EXITED, it.task), 1);
        world_close(it.world);
    }
}

/* The host says that a body has returned before it says that the last
 * millisecond is over, or after it: what it says first counts. */
static void what_is_told_first_in_the_last_ms_counts(void) {
    for (int how = BY_WAIT; how <= BY_SUPERVISOR; how++) {
        for (int late = 0; late <= 1; late++) {
            asked it = ask_trapping((asking)how);
            if (late) {
                advance(it.world, ASKED_AT + GRACE);
            }
            settle(it.world, it.task);
            advance(it.world, ASKED_AT + GRACE);
            CHECK_EQUAL(count_of(it.world, BELAY_EVENT_EXITED, it.task), 1);
            CHECK_EQUAL(
                event_of(it.world, BELAY_EVENT_EXITED, it.task)->reason,
                late ? BELAY_REASON_KILLED : BELAY_REASON_NORMAL);
            CHECK_EQUAL(belay_look(it.world->kernel)->abandoned, late);
            world_close(it.world);
        }
    }
}

static void a_body_that_returns_after_the_kill_is_only_counted_off(void) {
    asked it = ask_trapping(BY_WAIT);
    advance(it.world, ASKED_AT + GRACE);
    check_done(it.world, 8, BELAY_OUTCOME_EXIT);
    world_forget(it.world);
    settle(it.world, it.task);
    CHECK_EQUAL(belay_look(it.world->kernel)->abandoned, 1);
    world_do(it.world, (belay_command){.op = BELAY_OP_ABANDONED});
    CHECK_EQUAL(belay_look(it.world->kernel)->abandoned, 0);
    CHECK_EQUAL(it.world->event_count, 0);
    world_close(it.world);
}

static void the_end_of_a_grace_is_traced(void) {
    for (int how = BY_WAIT; how <= BY_SUPERVISOR; how++) {
        asked it = ask_trapping((asking)how);
        world_do(it.world, (belay_command){
                               .op = BELAY_OP_TRACE,
                               .flags = BELAY_FLAG_ON,
                           });
        advance(it.world, ASKED_AT + GRACE);
        CHECK_EQUAL(event_of(it.world, BELAY_EVENT_TIMED_OUT, it.task)->extra,
                    2);
        world_close(it.world);
    }
}

/* V24: the supervisor ends only when the kill is done. */
static void a_kill_from_elsewhere_ends_the_grace(void) {
    for (int how = BY_WAIT; how <= BY_SUPERVISOR; how++) {
        asked it = ask_trapping((asking)how);
        send_exit(it.world, it.world->root, it.task, BELAY_REASON_KILL);
        CHECK_EQUAL(event_of(it.world, BELAY_EVENT_EXITED, it.task)->reason,
                    BELAY_REASON_KILLED);
        CHECK_EQUAL(belay_look(it.world->kernel)->timers, 0);
        if (how == BY_WAIT) {
            check_done(it.world, 8, BELAY_OUTCOME_EXIT);
        }
        world_close(it.world);
    }
}

/* ---- Asked again ------------------------------------------------------- */

/* The grace is the same; its clock is that of the first asking. */
static void a_second_abort_does_not_lengthen_the_grace(void) {
    asked it = ask_trapping(BY_ABORT);
    advance(it.world, ASKED_AT + 300);
    abort_it(it.world, it.task);
    CHECK_EQUAL(count_of(it.world, BELAY_EVENT_EXIT_MESSAGE, it.task), 2);
    CHECK_EQUAL(belay_look(it.world->kernel)->fresh, 0);
    check_killed_at(it.world, it.task, ASKED_AT + GRACE);
    world_close(it.world);
}

static void a_stop_after_an_abort_does_not_lengthen_the_grace(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor =
        open_supervisor(world, world->root, 9, BELAY_SUP_TASK, 0);
    belay_pid task = start_child(world, supervisor, GRACE);
    trap_exits(world, task);
    abort_it(world, task);
    advance(world, 0);
    advance(world, 300);
    stop_supervisor(world, supervisor, BELAY_REASON_NORMAL, 8);
    CHECK_EQUAL(count_of(world, BELAY_EVENT_EXIT_MESSAGE, task), 2);
    check_killed_at(world, task, GRACE);
    check_done(world, 8, BELAY_OUTCOME_NONE);
    CHECK(!alive(world, supervisor));
    world_close(world);
}

/* A wait has a grace of its own, which can only shorten the other. */
static void a_shutdown_after_an_abort_does_not_lengthen_the_grace(void) {
    asked it = ask_trapping(BY_ABORT);
    advance(it.world, ASKED_AT + 300);
    wait_for(it.world, BELAY_WAIT_SHUTDOWN, it.owner, it.task, 5000, 8);
    check_killed_at(it.world, it.task, ASKED_AT + GRACE);
    check_done(it.world, 8, BELAY_OUTCOME_EXIT);
    CHECK_EQUAL(belay_look(it.world->kernel)->timers, 0);
    world_close(it.world);
}

static void a_second_shutdown_does_not_lengthen_the_grace(void) {
    const uint64_t longer[] = {GRACE, 5000, BELAY_INFINITY};
    for (uint32_t i = 0; i < 3; i++) {
        asked it = ask_trapping(BY_WAIT);
        advance(it.world, ASKED_AT + 300);
        wait_for(it.world, BELAY_WAIT_SHUTDOWN, it.owner, it.task, longer[i],
                 9);
        check_killed_at(it.world, it.task, ASKED_AT + GRACE);
        check_done(it.world, 8, BELAY_OUTCOME_EXIT);
        check_done(it.world, 9, BELAY_OUTCOME_EXIT);
        world_close(it.world);
    }
}

/* V28: the child is told once, and the first reason counts. */
static void a_second_stop_changes_nothing(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor =
        open_supervisor(world, world->root, 9, BELAY_SUP_TASK, 0);
    belay_pid task = start_child(world, supervisor, GRACE);
    trap_exits(world, task);
    stop_supervisor(world, supervisor, BELAY_REASON_TIMEOUT, 7);
    advance(world, 0);
    advance(world, 300);
    stop_supervisor(world, supervisor, BELAY_REASON_SHUTDOWN, 8);
    CHECK_EQUAL(count_of(world, BELAY_EVENT_EXIT_MESSAGE, task), 1);
    check_killed_at(world, task, GRACE);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, supervisor)->reason,
                BELAY_REASON_TIMEOUT);
    check_done(world, 7, BELAY_OUTCOME_NONE);
    check_done(world, 8, BELAY_OUTCOME_NONE);
    world_close(world);
}

/* V18, V19: the second is heard when the first is done, and finds nobody. */
static void a_second_terminate_waits_and_finds_nobody(void) {
    asked it = ask_trapping(BY_SUPERVISOR);
    advance(it.world, ASKED_AT + 300);
    terminate_child(it.world, it.supervisor, it.task, 9);
    CHECK_EQUAL(count_of(it.world, BELAY_EVENT_EXIT_MESSAGE, it.task), 1);
    check_killed_at(it.world, it.task, ASKED_AT + GRACE);
    check_done(it.world, 8, BELAY_OUTCOME_NONE);
    check_done(it.world, 9, BELAY_OUTCOME_REFUSED);
    CHECK_EQUAL(event_tagged(it.world, BELAY_EVENT_WAIT_DONE, 9)->reason,
                BELAY_NOT_FOUND);
    world_close(it.world);
}

/* ---- Who asked is not there any more ----------------------------------- */

/* The grace of a wait lasts as long as the wait; that of ABORT and of a
 * supervisor is the task's own. */
static void only_a_wait_takes_its_grace_along(void) {
    for (int how = BY_WAIT; how <= BY_ABORT; how++) {
        asked it = ask_trapping((asking)how);
        exit_with(it.world, it.owner, BELAY_REASON_NOPROC);
        if (how == BY_WAIT) {
            check_done(it.world, 8, BELAY_OUTCOME_OWNER);
        }
        CHECK_EQUAL(belay_look(it.world->kernel)->timers, how != BY_WAIT);
        advance(it.world, ASKED_AT + 2 * GRACE);
        CHECK_EQUAL(alive(it.world, it.task), how == BY_WAIT);
        world_close(it.world);
    }
}

static void a_cancelled_shutdown_kills_nobody(void) {
    asked it = ask(BY_ABORT, BELAY_INFINITY, 1);
    belay_pid wait =
        wait_for(it.world, BELAY_WAIT_SHUTDOWN, it.owner, it.task, GRACE, 8);
    world_do(it.world, (belay_command){
                           .op = BELAY_OP_WAIT_CANCEL,
                           .other = wait,
                       });
    advance(it.world, ASKED_AT);
    advance(it.world, ASKED_AT + 2 * GRACE);
    CHECK(alive(it.world, it.task));
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_WAIT_DONE), 0);
    world_close(it.world);
}

/* ---- A stream's items -------------------------------------------------- */

/* An item that traps exits, aborted when `before` ms of its timeout are
 * over. */
static asked abort_item(uint64_t grace, uint64_t timeout, uint64_t before) {
    asked it = {.world = world_open(0, 0, 0)};
    it.owner = start(it.world, it.world->root, 1000, BELAY_FLAG_ORPHAN, 0);
    belay_pid stream = world_do(
        it.world, (belay_command){
                      .op = BELAY_OP_STREAM_OPEN,
                      .pid = it.owner,
                      .tag = 7,
                      .limit = 1,
                      .time = timeout,
                      .shutdown = grace,
                      .extra = 0xffffffffu,
                      .flags = BELAY_FLAG_NOLINK | BELAY_FLAG_KILL_TASK,
                  });
    want(it.world, stream, 0xffffffffu);
    feed(it.world, stream, 1, &it.task);
    trap_exits(it.world, it.task);
    advance(it.world, 0);
    advance(it.world, before);
    abort_it(it.world, it.task);
    advance(it.world, before);
    return it;
}

/* What comes first ends it, and the result says which. */
static void an_aborted_item_has_the_shorter_of_grace_and_timeout(void) {
    const struct {
        uint64_t grace;
        uint64_t end;
        uint32_t outcome;
    } cases[] = {
        {GRACE, 1000, BELAY_OUTCOME_TIMEOUT}, /* 400 ms are left */
        {400, 1000, BELAY_OUTCOME_TIMEOUT},
        {399, 999, BELAY_OUTCOME_EXIT},
        {BELAY_INFINITY, 1000, BELAY_OUTCOME_TIMEOUT},
        {0, 600, BELAY_OUTCOME_EXIT},
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asked it = abort_item(cases[i].grace, 1000, 600);
        advance(it.world, 700);
        if (alive(it.world, it.task)) { /* asked again: nothing changes */
            abort_it(it.world, it.task);
            check_killed_at(it.world, it.task, cases[i].end);
        }
        const belay_event *item =
            event_of(it.world, BELAY_EVENT_ITEM, it.task);
        CHECK_EQUAL(item->extra, cases[i].outcome);
        CHECK_EQUAL(item->time, cases[i].end);
        CHECK_EQUAL(belay_look(it.world->kernel)->timers, 0);
        world_close(it.world);
    }
}

/* Its timeout ends with the stream; what it was asked for does not. */
static void an_aborted_item_that_is_let_go_has_its_grace_still(void) {
    const uint64_t sooner[] = {100, GRACE};
    for (uint32_t i = 0; i < 2; i++) {
        asked it = abort_item(sooner[i], 200, 0);
        exit_with(it.world, it.owner, BELAY_REASON_NOPROC);
        CHECK_EQUAL(world_count(it.world, BELAY_EVENT_STREAM_CLOSED), 1);
        advance(it.world, 0);
        check_killed_at(it.world, it.task, sooner[i]);
        world_close(it.world);
    }
}

int main(void) {
    RUN(one_that_does_not_trap_ends_at_once_whatever_its_grace);
    RUN(one_that_traps_is_told_and_has_its_grace_to_the_last_ms);
    RUN(without_a_grace_one_that_traps_is_killed_at_once);
    RUN(an_infinite_grace_sets_no_timer);
    RUN(one_that_returns_within_its_grace_is_not_killed);
    RUN(what_is_told_first_in_the_last_ms_counts);
    RUN(a_body_that_returns_after_the_kill_is_only_counted_off);
    RUN(the_end_of_a_grace_is_traced);
    RUN(a_kill_from_elsewhere_ends_the_grace);
    RUN(a_second_abort_does_not_lengthen_the_grace);
    RUN(a_stop_after_an_abort_does_not_lengthen_the_grace);
    RUN(a_shutdown_after_an_abort_does_not_lengthen_the_grace);
    RUN(a_second_shutdown_does_not_lengthen_the_grace);
    RUN(a_second_stop_changes_nothing);
    RUN(a_second_terminate_waits_and_finds_nobody);
    RUN(only_a_wait_takes_its_grace_along);
    RUN(a_cancelled_shutdown_kills_nobody);
    RUN(an_aborted_item_has_the_shorter_of_grace_and_timeout);
    RUN(an_aborted_item_that_is_let_go_has_its_grace_still);
    return harness_end();
}
