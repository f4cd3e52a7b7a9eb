/* Task supervisors: the catalogue's V and R. */
#include "harness.h"

#define ANY 0xffffffffu

/* ---- Short forms ------------------------------------------------------- */

static belay_pid start(test_world *world, belay_pid owner, uint32_t flags) {
    belay_pid pid = spawn(world, owner, 1000, flags);
    run_all(world);
    return pid;
}

static belay_command starting(test_world *world, belay_sup kind) {
    return (belay_command){
        .op = BELAY_OP_SUP_START,
        .pid = world->root,
        .tag = 500,
        .kind = (uint32_t)kind,
        .limit = ANY,
        .count = 3,
        .extra = 5,
    };
}

static belay_pid task_supervisor(test_world *world) {
    return world_do(world, starting(world, BELAY_SUP_TASK));
}

static belay_pid with_intensity(test_world *world, uint32_t restarts,
                                uint32_t seconds) {
    belay_command command = starting(world, BELAY_SUP_TASK);
    command.count = restarts;
    command.extra = seconds;
    return world_do(world, command);
}

static belay_command spawning(test_world *world, belay_pid supervisor,
                              uint32_t tag, uint64_t shutdown) {
    return (belay_command){
        .op = BELAY_OP_SPAWN,
        .pid = world->root,
        .scope = supervisor,
        .tag = tag,
        .flags = BELAY_FLAG_ORPHAN,
        .shutdown = shutdown,
    };
}

static belay_pid child(test_world *world, belay_pid supervisor, uint32_t tag,
                       belay_restart restart) {
    belay_pid pid = spawn_under(world, supervisor, tag, (uint32_t)restart);
    run_all(world);
    return pid;
}

static belay_pid trapping_child(test_world *world, belay_pid supervisor,
                                uint32_t tag, uint64_t grace) {
    belay_pid pid = world_do(world, spawning(world, supervisor, tag, grace));
    run_all(world);
    trap_exits(world, pid);
    return pid;
}

static void stop(test_world *world, belay_pid supervisor, uint32_t tag,
                 uint64_t timeout) {
    wait_for(world, BELAY_WAIT_STOP, world->root, supervisor, timeout, tag);
}

static void check_exited(test_world *world, belay_pid pid, uint32_t reason) {
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, pid)->reason, reason);
    CHECK(!alive(world, pid));
}

static void check_waited(test_world *world, uint32_t tag, uint32_t outcome) {
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_WAIT_DONE, tag), 1);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, tag)->extra,
                outcome);
}

/* The new process of the child with that tag. */
static belay_pid restarted(test_world *world, uint32_t tag, belay_pid old) {
    for (uint32_t i = 0; i < world->event_count; i++) {
        const belay_event *event = &world->events[i];
        if (event->kind == BELAY_EVENT_RESTARTED && event->other == old) {
            CHECK_EQUAL(event->tag, tag);
            run_all(world);
            return event->pid;
        }
    }
    CHECK_EQUAL(0, old);
    return 0;
}

/* ---- Starting ---------------------------------------------------------- */

/* V1, V2 */
static void a_task_supervisor_begins_empty_and_traps_exits(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_process_info info = info_of(world, supervisor);
    CHECK_EQUAL(info.kind, BELAY_KIND_TASK_SUPERVISOR);
    CHECK_EQUAL(info.children, 0);
    CHECK_EQUAL(info.trap_exit, 1);
    CHECK_EQUAL(info.tag, 500);
    CHECK_EQUAL(info.links, 0);
    CHECK_EQUAL(belay_look(world->kernel)->ready, 0);
    world_close(world);
}

/* V1 */
static void a_linked_supervisor_is_linked_to_its_parent(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = starting(world, BELAY_SUP_TASK);
    command.flags = BELAY_FLAG_LINK;
    CHECK_EQUAL(info_of(world, world_do(world, command)).links, 1);
    world_close(world);
}

/* V4 */
static void wrong_settings_are_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command period = starting(world, BELAY_SUP_TASK);
    period.extra = 0;
    CHECK_EQUAL(attempt(world, period), BELAY_BAD_ARGUMENT);
    period.extra = BELAY_SECONDS_MAX + 1;
    CHECK_EQUAL(attempt(world, period), BELAY_BAD_ARGUMENT);
    belay_command intensity = starting(world, BELAY_SUP_TASK);
    intensity.count = BELAY_RESTARTS_MAX + 1;
    CHECK_EQUAL(attempt(world, intensity), BELAY_BAD_ARGUMENT);
    belay_command kind = starting(world, BELAY_SUP_TASK);
    kind.kind = BELAY_SUP_REST_FOR_ONE + 1;
    CHECK_EQUAL(attempt(world, kind), BELAY_BAD_ARGUMENT);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* V6 */
static void a_linked_child_is_linked_to_supervisor_and_owner(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_command command = spawning(world, supervisor, 1, 5000);
    command.flags = BELAY_FLAG_LINK;
    belay_pid pid = world_do(world, command);
    belay_process_info info = info_of(world, pid);
    CHECK_EQUAL(info_of(world, world->root).links, 1);
    CHECK_EQUAL(info.owner, world->root);
    CHECK_EQUAL(info.supervisor, supervisor);
    CHECK_EQUAL(info_of(world, supervisor).children, 1);
    world_close(world);
}

/* V12 */
static void a_started_child_is_linked_to_the_supervisor_only(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_TEMPORARY);
    CHECK_EQUAL(info_of(world, pid).supervisor, supervisor);
    CHECK_EQUAL(info_of(world, pid).owner, 0);
    CHECK_EQUAL(info_of(world, world->root).links, 0);
    world_close(world);
}

/* V34 */
static void a_child_under_one_that_is_gone_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    send_exit(world, world->root, supervisor, BELAY_REASON_KILL);
    CHECK_EQUAL(attempt(world, spawning(world, supervisor, 1, 5000)),
                BELAY_GONE);
    world_close(world);
}

static void a_child_under_a_task_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid task = start(world, world->root, 0);
    CHECK_EQUAL(attempt(world, spawning(world, task, 1, 5000)),
                BELAY_NOT_SUPERVISOR);
    CHECK_EQUAL(attempt(world, spawning(world, world->root, 1, 5000)),
                BELAY_NOT_SUPERVISOR);
    world_close(world);
}

/* V9, V11 */
static void at_max_children_no_other_is_started(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = starting(world, BELAY_SUP_TASK);
    command.limit = 2;
    belay_pid supervisor = world_do(world, command);
    belay_pid first = child(world, supervisor, 1, BELAY_RESTART_TEMPORARY);
    child(world, supervisor, 2, BELAY_RESTART_TEMPORARY);
    belay_command third = spawning(world, supervisor, 3, 5000);
    CHECK_EQUAL(attempt(world, third), BELAY_MAX_CHILDREN);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 4);
    settle(world, first);
    CHECK_EQUAL(attempt(world, third), BELAY_OK);
    world_close(world);
}

/* V10 */
static void max_children_0_allows_none(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = starting(world, BELAY_SUP_TASK);
    command.limit = 0;
    belay_pid supervisor = world_do(world, command);
    CHECK_EQUAL(attempt(world, spawning(world, supervisor, 1, 5000)),
                BELAY_MAX_CHILDREN);
    world_close(world);
}

/* V14 */
static void the_callers_end_does_not_touch_unlinked_children(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid caller = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_command command = spawning(world, supervisor, 1, 5000);
    command.pid = caller;
    command.flags = 0;
    belay_pid nolink = world_do(world, command);
    command.flags = BELAY_FLAG_ORPHAN;
    belay_pid started = world_do(world, command);
    exit_with(world, caller, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, nolink));
    CHECK(alive(world, started));
    world_close(world);
}

/* V6, S29: the crash hits the owner and not the supervisor. */
static void a_linked_childs_crash_hits_its_owner(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid caller = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_command command = spawning(world, supervisor, 1, 5000);
    command.pid = caller;
    command.flags = BELAY_FLAG_LINK;
    belay_pid pid = world_do(world, command);
    run_all(world);
    exit_with(world, pid, BELAY_REASON_TIMEOUT);
    check_exited(world, caller, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, supervisor));
    world_close(world);
}

/* ---- Restarts ---------------------------------------------------------- */

/* R1, V38 */
static void a_temporary_child_is_never_restarted(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = with_intensity(world, 0, 5);
    belay_pid other = child(world, supervisor, 9, BELAY_RESTART_PERMANENT);
    for (uint32_t i = 0; i < 10; i++) {
        exit_with(world, child(world, supervisor, 1, BELAY_RESTART_TEMPORARY),
                  BELAY_REASON_TIMEOUT);
    }
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 0);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_CHILD_DROPPED), 0);
    CHECK_EQUAL(info_of(world, supervisor).children, 1);
    CHECK(alive(world, other));
    world_close(world);
}

/* R2, R5 */
static void a_transient_child_that_ends_well_is_forgotten(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = with_intensity(world, 0, 5);
    settle(world, child(world, supervisor, 1, BELAY_RESTART_TRANSIENT));
    exit_with(world, child(world, supervisor, 2, BELAY_RESTART_TRANSIENT),
              BELAY_REASON_NORMAL);
    exit_with(world, child(world, supervisor, 3, BELAY_RESTART_TRANSIENT),
              BELAY_REASON_SHUTDOWN);
    exit_with(world, child(world, supervisor, 4, BELAY_RESTART_TRANSIENT),
              new_reason(world, BELAY_CLASS_SHUTDOWN));
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 0);
    for (uint32_t tag = 1; tag <= 4; tag++) {
        CHECK_EQUAL(count_tagged(world, BELAY_EVENT_CHILD_DROPPED, tag), 1);
    }
    CHECK_EQUAL(info_of(world, supervisor).children, 0);
    world_close(world);
}

/* R2 */
static void a_transient_child_that_fails_is_restarted(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    uint32_t crash = new_reason(world, BELAY_CLASS_CRASH);
    belay_pid first = child(world, supervisor, 1, BELAY_RESTART_TRANSIENT);
    exit_with(world, first, crash);
    belay_pid second = restarted(world, 1, first);
    send_exit(world, world->root, second, BELAY_REASON_KILL);
    belay_pid third = restarted(world, 1, second);
    CHECK_EQUAL(info_of(world, third).restarts, 2);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_CHILD_DROPPED), 0);
    world_close(world);
}

/* R3 */
static void a_permanent_child_is_restarted_whatever_the_reason(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = with_intensity(world, 10, 5);
    belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    settle(world, pid);
    pid = restarted(world, 1, pid);
    exit_with(world, pid, BELAY_REASON_NORMAL);
    pid = restarted(world, 1, pid);
    exit_with(world, pid, BELAY_REASON_SHUTDOWN);
    pid = restarted(world, 1, pid);
    exit_with(world, pid, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, restarted(world, 1, pid)));
    CHECK_EQUAL(info_of(world, supervisor).children, 1);
    world_close(world);
}

/* R4 */
static void a_restart_is_a_new_process_with_the_same_options(void) {
    test_world *world = world_open(0, 0, 0);
    advance(world, 1234);
    belay_pid supervisor = task_supervisor(world);
    belay_pid old = child(world, supervisor, 7, BELAY_RESTART_TRANSIENT);
    watch(world, world->root, old, 33);
    trap_exits(world, old);
    exit_with(world, old, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(belay_look(world->kernel)->ready, 1);
    belay_pid new = restarted(world, 7, old);
    CHECK(new != old);
    CHECK(!alive(world, old));
    belay_process_info info = info_of(world, new);
    CHECK_EQUAL(info.tag, 7);
    CHECK_EQUAL(info.supervisor, supervisor);
    CHECK_EQUAL(info.restart, BELAY_RESTART_TRANSIENT);
    CHECK_EQUAL(info.restarts, 1);
    CHECK_EQUAL(info.trap_exit, 0);
    CHECK_EQUAL(info.monitors, 0);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_RESTARTED, new)->time, 1234);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_DOWN, 33)->reason,
                BELAY_REASON_TIMEOUT);
    world_close(world);
}

/* R7 */
static void a_child_that_ends_at_once_runs_one_time_more_than_allowed(void) {
    for (uint32_t allowed = 0; allowed < 6; allowed++) {
        test_world *world = world_open(0, 0, 0);
        belay_pid supervisor = with_intensity(world, allowed, 5);
        spawn_under(world, supervisor, 1, BELAY_RESTART_PERMANENT);
        uint32_t runs = 0;
        while (belay_look(world->kernel)->ready > 0 && runs < 100) {
            belay_answer answer = {0};
            world_submit(world, (belay_command){.op = BELAY_OP_RUN}, &answer);
            runs++;
            settle(world, answer.pid);
        }
        CHECK_EQUAL(runs, allowed + 1);
        check_exited(world, supervisor, BELAY_REASON_SHUTDOWN);
        CHECK_EQUAL(count_tagged(world, BELAY_EVENT_CHILD_DROPPED, 1), 1);
        CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, supervisor)->extra &
                        BELAY_EXITED_SUPERVISOR,
                    BELAY_EXITED_SUPERVISOR);
        world_close(world);
    }
}

/* R9 */
static void restarts_are_counted_over_all_children(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = with_intensity(world, 3, 5);
    for (uint32_t tag = 1; tag <= 4; tag++) {
        CHECK(alive(world, supervisor));
        exit_with(world,
                  child(world, supervisor, tag, BELAY_RESTART_TRANSIENT),
                  BELAY_REASON_TIMEOUT);
    }
    check_exited(world, supervisor, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* Fails a child at the first time, again at the second: one restart in five
 * seconds is allowed. Whether the supervisor lives. */
static int lives_after(uint64_t first, uint64_t second) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = with_intensity(world, 1, 5);
    belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    advance(world, first);
    settle(world, pid);
    pid = restarted(world, 1, pid);
    advance(world, second);
    settle(world, pid);
    int lives = alive(world, supervisor);
    world_close(world);
    return lives;
}

/* R10 */
static void the_window_is_counted_in_whole_seconds(void) {
    CHECK(!lives_after(0, 0));
    CHECK(!lives_after(0, 5000));
    CHECK(!lives_after(0, 5999));
    CHECK(lives_after(0, 6000));
    CHECK(!lives_after(999, 5999));
    CHECK(lives_after(999, 6000));
    CHECK(!lives_after(1000, 6999));
    CHECK(lives_after(1000, 7000));
    CHECK(lives_after(1999, 7000));
    CHECK(!lives_after(0x100000000ull, 0x100000000ull + 4000));
}

/* R10 */
static void restarts_that_have_left_the_window_do_not_count(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = with_intensity(world, 3, 1);
    belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    for (uint32_t second = 0; second < 100; second += 2) {
        advance(world, second * 1000u);
        for (uint32_t i = 0; i < 3; i++) {
            belay_pid old = pid;
            settle(world, old);
            pid = restarted(world, 1, old);
        }
        world_forget(world);
    }
    CHECK(alive(world, supervisor));
    settle(world, pid);
    CHECK(!alive(world, supervisor));
    world_close(world);
}

/* R12 */
static void ends_that_ask_for_no_restart_do_not_count(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = with_intensity(world, 1, 5);
    for (uint32_t i = 0; i < 5; i++) {
        exit_with(world, child(world, supervisor, 1, BELAY_RESTART_TEMPORARY),
                  BELAY_REASON_TIMEOUT);
        settle(world, child(world, supervisor, 2, BELAY_RESTART_TRANSIENT));
        terminate_child(world, supervisor,
                        child(world, supervisor, 3, BELAY_RESTART_PERMANENT),
                        8);
    }
    exit_with(world, child(world, supervisor, 4, BELAY_RESTART_PERMANENT),
              BELAY_REASON_TIMEOUT);
    CHECK(alive(world, supervisor));
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 1);
    world_close(world);
}

/* R6, V24 */
static void giving_up_stops_the_other_children_first(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = with_intensity(world, 0, 5);
    belay_pid plain = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    belay_pid slow = trapping_child(world, supervisor, 2, 300);
    belay_pid failing = child(world, supervisor, 3, BELAY_RESTART_TRANSIENT);
    exit_with(world, failing, BELAY_REASON_TIMEOUT);
    check_exited(world, plain, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(info_of(world, supervisor).state, BELAY_STATE_STOPPING);
    advance(world, 0);
    advance(world, 300);
    check_exited(world, slow, BELAY_REASON_KILLED);
    check_exited(world, supervisor, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_CHILD_DROPPED, 1), 1);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_CHILD_DROPPED, 2), 0);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_CHILD_DROPPED, 3), 1);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 0);
    world_close(world);
}

/* R11 */
static void a_linked_starter_is_hit_by_the_giving_up(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid parent = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_command command = starting(world, BELAY_SUP_TASK);
    command.pid = parent;
    command.flags = BELAY_FLAG_LINK;
    command.count = 0;
    belay_pid supervisor = world_do(world, command);
    exit_with(world, child(world, supervisor, 1, BELAY_RESTART_PERMANENT),
              BELAY_REASON_TIMEOUT);
    check_exited(world, supervisor, BELAY_REASON_SHUTDOWN);
    check_exited(world, parent, BELAY_REASON_SHUTDOWN);
    world_close(world);
}

/* ---- Terminating a child ----------------------------------------------- */

/* V18 */
static void a_terminated_child_is_shut_down_and_not_restarted(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    terminate_child(world, supervisor, pid, 8);
    check_exited(world, pid, BELAY_REASON_SHUTDOWN);
    check_waited(world, 8, BELAY_OUTCOME_NONE);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 0);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_CHILD_DROPPED, 1), 1);
    CHECK_EQUAL(info_of(world, supervisor).children, 0);
    world_close(world);
}

/* V18, V23 */
static void terminating_waits_for_the_childs_grace(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid pid = trapping_child(world, supervisor, 1, 700);
    terminate_child(world, supervisor, pid, 8);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXIT_MESSAGE, pid)->reason,
                BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXIT_MESSAGE, pid)->other,
                supervisor);
    advance(world, 0);
    advance(world, 699);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 0);
    advance(world, 700);
    check_exited(world, pid, BELAY_REASON_KILLED);
    check_waited(world, 8, BELAY_OUTCOME_NONE);
    world_close(world);
}

/* V19 */
static void who_is_no_child_is_not_found(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid gone = child(world, supervisor, 1, BELAY_RESTART_TEMPORARY);
    settle(world, gone);
    const belay_pid others[] = {gone, start(world, world->root, 0),
                                world->root, supervisor, 0};
    for (uint32_t i = 0; i < 5; i++) {
        belay_command command = {
            .op = BELAY_OP_SUP_ASK,
            .pid = world->root,
            .scope = supervisor,
            .other = others[i],
            .tag = 40 + i,
        };
        CHECK_EQUAL(attempt(world, command), BELAY_OK);
        check_waited(world, 40 + i, BELAY_OUTCOME_REFUSED);
        CHECK_EQUAL(
            event_tagged(world, BELAY_EVENT_WAIT_DONE, 40 + i)->reason,
            BELAY_NOT_FOUND);
    }
    CHECK(alive(world, others[1]));
    world_close(world);
}

/* V21 */
static void the_owner_linked_to_a_terminated_child_is_hit(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid owner = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_command command = spawning(world, supervisor, 1, 5000);
    command.pid = owner;
    command.flags = BELAY_FLAG_LINK;
    terminate_child(world, supervisor, world_do(world, command), 8);
    check_exited(world, owner, BELAY_REASON_SHUTDOWN);
    world_close(world);
}

/* V21 */
static void an_unlinked_owner_sees_the_exit_shutdown(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_command command = spawning(world, supervisor, 1, 5000);
    command.flags = 0;
    belay_pid pid = world_do(world, command);
    wait_for(world, BELAY_WAIT_AWAIT, world->root, pid, 5000, 7);
    terminate_child(world, supervisor, pid, 8);
    check_waited(world, 7, BELAY_OUTCOME_EXIT);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, 7)->reason,
                BELAY_REASON_SHUTDOWN);
    world_close(world);
}

static void a_terminated_child_is_traced(void) {
    test_world *world = world_open(0, 0, 0);
    world_do(world, (belay_command){
                        .op = BELAY_OP_TRACE,
                        .flags = BELAY_FLAG_ON,
                    });
    belay_pid supervisor = task_supervisor(world);
    belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_TEMPORARY);
    terminate_child(world, supervisor, pid, 8);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_TERMINATED, pid)->other,
                supervisor);
    world_close(world);
}

/* ---- Stopping ---------------------------------------------------------- */

/* V22, V27 */
static void stop_ends_children_with_shutdown_and_then_itself(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid one = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    belay_pid two = child(world, supervisor, 2, BELAY_RESTART_TEMPORARY);
    stop(world, supervisor, 8, BELAY_INFINITY);
    check_exited(world, one, BELAY_REASON_SHUTDOWN);
    check_exited(world, two, BELAY_REASON_SHUTDOWN);
    check_exited(world, supervisor, BELAY_REASON_NORMAL);
    check_waited(world, 8, BELAY_OUTCOME_NONE);
    const belay_event *last = event_of(world, BELAY_EVENT_EXITED, supervisor);
    CHECK(world_place(world, event_of(world, BELAY_EVENT_EXITED, one)) <
          world_place(world, last));
    CHECK(world_place(world, event_of(world, BELAY_EVENT_EXITED, two)) <
          world_place(world, last));
    world_close(world);
}

/* V27 */
static void stop_ends_the_supervisor_with_the_reason_asked_for(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_TEMPORARY);
    uint32_t crash = new_reason(world, BELAY_CLASS_CRASH);
    world_do(world, (belay_command){
                        .op = BELAY_OP_WAIT,
                        .kind = BELAY_WAIT_STOP,
                        .pid = world->root,
                        .other = supervisor,
                        .time = BELAY_INFINITY,
                        .reason = crash,
                        .tag = 8,
                    });
    check_exited(world, supervisor, crash);
    check_exited(world, pid, BELAY_REASON_SHUTDOWN);
    world_close(world);
}

/* V28 */
static void stop_of_one_that_is_gone_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    stop(world, supervisor, 8, BELAY_INFINITY);
    belay_command command = {
        .op = BELAY_OP_WAIT,
        .kind = BELAY_WAIT_STOP,
        .pid = world->root,
        .other = supervisor,
        .reason = BELAY_REASON_NORMAL,
    };
    CHECK_EQUAL(attempt(world, command), BELAY_GONE);
    command.other = start(world, world->root, 0);
    CHECK_EQUAL(attempt(world, command), BELAY_NOT_SUPERVISOR);
    world_close(world);
}

/* V28 */
static void after_a_stop_timed_out_the_stopping_goes_on(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid slow = trapping_child(world, supervisor, 1, 500);
    stop(world, supervisor, 8, 100);
    advance(world, 0);
    advance(world, 100);
    check_waited(world, 8, BELAY_OUTCOME_TIMEOUT);
    CHECK(alive(world, supervisor));
    advance(world, 500);
    check_exited(world, slow, BELAY_REASON_KILLED);
    check_exited(world, supervisor, BELAY_REASON_NORMAL);
    world_close(world);
}

/* V35 */
static void one_that_is_stopping_takes_no_child(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    trapping_child(world, supervisor, 1, 500);
    stop(world, supervisor, 8, BELAY_INFINITY);
    CHECK_EQUAL(attempt(world, spawning(world, supervisor, 2, 5000)),
                BELAY_STOPPING);
    world_close(world);
}

/* R12 */
static void one_that_is_stopping_restarts_nobody(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    trap_exits(world, pid);
    trapping_child(world, supervisor, 2, 500);
    stop(world, supervisor, 8, BELAY_INFINITY);
    exit_with(world, pid, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 0);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_CHILD_DROPPED, 1), 1);
    world_close(world);
}

/* V23, V24 */
static void each_child_has_its_own_clock(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid children[3];
    for (uint32_t i = 0; i < 3; i++) {
        children[i] = trapping_child(world, supervisor, i, 300 - 100 * i);
    }
    stop(world, supervisor, 8, BELAY_INFINITY);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 3);
    advance(world, 0);
    for (uint32_t i = 3; i-- > 0;) {
        advance(world, 300 - 100 * i - 1);
        CHECK(alive(world, children[i]));
        advance(world, 300 - 100 * i);
        check_exited(world, children[i], BELAY_REASON_KILLED);
    }
    check_exited(world, supervisor, BELAY_REASON_NORMAL);
    world_close(world);
}

/* V23 */
static void a_child_to_be_killed_brutally_gets_no_message(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid pid = trapping_child(world, supervisor, 1, BELAY_BRUTAL_KILL);
    stop(world, supervisor, 8, BELAY_INFINITY);
    check_exited(world, pid, BELAY_REASON_KILLED);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 0);
    check_waited(world, 8, BELAY_OUTCOME_NONE);
    world_close(world);
}

/* V23 */
static void a_child_with_infinite_grace_is_never_killed(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid pid = trapping_child(world, supervisor, 1, BELAY_INFINITY);
    stop(world, supervisor, 8, BELAY_INFINITY);
    advance(world, 0);
    advance(world, BELAY_TIME_MAX);
    CHECK(alive(world, pid));
    settle(world, pid);
    check_exited(world, supervisor, BELAY_REASON_NORMAL);
    world_close(world);
}

/* V25 */
static void a_grace_of_0_kills_only_who_traps_exits(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid plain = world_do(world, spawning(world, supervisor, 1, 0));
    belay_pid trapping = trapping_child(world, supervisor, 2, 0);
    stop(world, supervisor, 8, BELAY_INFINITY);
    advance(world, 0);
    check_exited(world, plain, BELAY_REASON_SHUTDOWN);
    check_exited(world, trapping, BELAY_REASON_KILLED);
    check_exited(world, supervisor, BELAY_REASON_NORMAL);
    world_close(world);
}

/* V26 */
static void a_trapping_child_may_end_within_its_grace_as_it_likes(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid one = trapping_child(world, supervisor, 1, 500);
    belay_pid two = trapping_child(world, supervisor, 2, 500);
    stop(world, supervisor, 8, BELAY_INFINITY);
    settle(world, one);
    exit_with(world, two, BELAY_REASON_NOPROC);
    check_exited(world, two, BELAY_REASON_NOPROC);
    check_exited(world, supervisor, BELAY_REASON_NORMAL);
    CHECK_EQUAL(belay_look(world->kernel)->fresh, 0);
    world_close(world);
}

/* V29 */
static void a_normal_stop_does_not_hurt_a_linked_starter(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid parent = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_command command = starting(world, BELAY_SUP_TASK);
    command.pid = parent;
    command.flags = BELAY_FLAG_LINK;
    stop(world, world_do(world, command), 8, BELAY_INFINITY);
    CHECK(alive(world, parent));
    world_close(world);
}

/* V30 */
static void the_parents_end_stops_the_supervisor(void) {
    for (uint32_t reason = BELAY_REASON_NORMAL;
         reason <= BELAY_REASON_NOCONNECTION; reason++) {
        test_world *world = world_open(0, 0, 0);
        belay_pid parent = start(world, world->root, BELAY_FLAG_ORPHAN);
        belay_command command = starting(world, BELAY_SUP_TASK);
        command.pid = parent;
        command.flags = BELAY_FLAG_LINK;
        belay_pid supervisor = world_do(world, command);
        belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
        exit_with(world, parent, reason);
        check_exited(world, pid, BELAY_REASON_SHUTDOWN);
        check_exited(world, supervisor, reason);
        world_close(world);
    }
}

/* V31 */
static void a_signal_from_a_stranger_does_not_end_a_supervisor(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stranger = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_pid supervisor = task_supervisor(world);
    send_exit(world, stranger, supervisor, BELAY_REASON_SHUTDOWN);
    send_exit(world, stranger, supervisor, BELAY_REASON_TIMEOUT);
    send_exit(world, stranger, supervisor, BELAY_REASON_NORMAL);
    join_two(world, stranger, supervisor);
    exit_with(world, stranger, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, supervisor));
    CHECK_EQUAL(info_of(world, supervisor).state, BELAY_STATE_RUNNING);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 0);
    world_close(world);
}

/* V32: also when the two are no longer linked. */
static void a_signal_from_the_parent_stops_the_supervisor(void) {
    for (uint32_t reason = BELAY_REASON_NORMAL;
         reason <= BELAY_REASON_SHUTDOWN; reason++) {
        test_world *world = world_open(0, 0, 0);
        belay_pid parent = start(world, world->root, BELAY_FLAG_ORPHAN);
        belay_command command = starting(world, BELAY_SUP_TASK);
        command.pid = parent;
        command.flags = BELAY_FLAG_LINK;
        belay_pid supervisor = world_do(world, command);
        belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
        if (reason == BELAY_REASON_SHUTDOWN) {
            part_two(world, parent, supervisor);
        }
        send_exit(world, parent, supervisor, reason);
        check_exited(world, pid, BELAY_REASON_SHUTDOWN);
        check_exited(world, supervisor, reason);
        CHECK(alive(world, parent));
        world_close(world);
    }
}

/* Beyond Elixir, where each supervisor is linked to a parent. */
static void an_unlinked_supervisor_has_no_parent_to_obey(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid starter = start(world, world->root, BELAY_FLAG_ORPHAN);
    belay_command command = starting(world, BELAY_SUP_TASK);
    command.pid = starter;
    belay_pid supervisor = world_do(world, command);
    CHECK_EQUAL(info_of(world, supervisor).owner, 0);
    send_exit(world, starter, supervisor, BELAY_REASON_SHUTDOWN);
    exit_with(world, starter, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, supervisor));
    world_close(world);
}

/* V33 */
static void a_killed_supervisor_takes_plain_children_along(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid plain = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    belay_pid trapping = trapping_child(world, supervisor, 2, 500);
    send_exit(world, world->root, supervisor, BELAY_REASON_KILL);
    check_exited(world, supervisor, BELAY_REASON_KILLED);
    check_exited(world, plain, BELAY_REASON_KILLED);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 0);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_CHILD_DROPPED, 1), 1);
    CHECK(alive(world, trapping));
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXIT_MESSAGE, trapping)->reason,
                BELAY_REASON_KILLED);
    CHECK_EQUAL(info_of(world, trapping).supervisor, 0);
    advance(world, 0);
    advance(world, 100000);
    CHECK(alive(world, trapping));
    world_close(world);
}

static void an_ended_permanent_orphan_is_not_restarted(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = task_supervisor(world);
    belay_pid pid = child(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    trap_exits(world, pid);
    send_exit(world, world->root, supervisor, BELAY_REASON_KILL);
    exit_with(world, pid, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 0);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_CHILD_DROPPED, 1), 1);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

static void beginnings(void) {
    RUN(a_task_supervisor_begins_empty_and_traps_exits);
    RUN(a_linked_supervisor_is_linked_to_its_parent);
    RUN(wrong_settings_are_refused);
    RUN(a_linked_child_is_linked_to_supervisor_and_owner);
    RUN(a_started_child_is_linked_to_the_supervisor_only);
    RUN(a_child_under_one_that_is_gone_is_refused);
    RUN(a_child_under_a_task_is_refused);
    RUN(at_max_children_no_other_is_started);
    RUN(max_children_0_allows_none);
    RUN(the_callers_end_does_not_touch_unlinked_children);
    RUN(a_linked_childs_crash_hits_its_owner);
}

static void restarts(void) {
    RUN(a_temporary_child_is_never_restarted);
    RUN(a_transient_child_that_ends_well_is_forgotten);
    RUN(a_transient_child_that_fails_is_restarted);
    RUN(a_permanent_child_is_restarted_whatever_the_reason);
    RUN(a_restart_is_a_new_process_with_the_same_options);
    RUN(a_child_that_ends_at_once_runs_one_time_more_than_allowed);
    RUN(restarts_are_counted_over_all_children);
    RUN(the_window_is_counted_in_whole_seconds);
    RUN(restarts_that_have_left_the_window_do_not_count);
    RUN(ends_that_ask_for_no_restart_do_not_count);
    RUN(giving_up_stops_the_other_children_first);
    RUN(a_linked_starter_is_hit_by_the_giving_up);
    RUN(a_terminated_child_is_shut_down_and_not_restarted);
    RUN(terminating_waits_for_the_childs_grace);
    RUN(who_is_no_child_is_not_found);
    RUN(the_owner_linked_to_a_terminated_child_is_hit);
    RUN(an_unlinked_owner_sees_the_exit_shutdown);
    RUN(a_terminated_child_is_traced);
}

static void stops(void) {
    RUN(stop_ends_children_with_shutdown_and_then_itself);
    RUN(stop_ends_the_supervisor_with_the_reason_asked_for);
    RUN(stop_of_one_that_is_gone_is_refused);
    RUN(after_a_stop_timed_out_the_stopping_goes_on);
    RUN(one_that_is_stopping_takes_no_child);
    RUN(one_that_is_stopping_restarts_nobody);
    RUN(each_child_has_its_own_clock);
    RUN(a_child_to_be_killed_brutally_gets_no_message);
    RUN(a_child_with_infinite_grace_is_never_killed);
    RUN(a_grace_of_0_kills_only_who_traps_exits);
    RUN(a_trapping_child_may_end_within_its_grace_as_it_likes);
    RUN(a_normal_stop_does_not_hurt_a_linked_starter);
    RUN(the_parents_end_stops_the_supervisor);
    RUN(a_signal_from_a_stranger_does_not_end_a_supervisor);
    RUN(a_signal_from_the_parent_stops_the_supervisor);
    RUN(an_unlinked_supervisor_has_no_parent_to_obey);
    RUN(a_killed_supervisor_takes_plain_children_along);
    RUN(an_ended_permanent_orphan_is_not_restarted);
}

static void a_supervisor_killed_while_it_stops_leaves_nothing_behind(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor = open_supervisor(world, world->root, 1,
                                           BELAY_SUP_TASK, BELAY_FLAG_LINK);
    spawn_under(world, supervisor, 2, BELAY_RESTART_TEMPORARY);
    run_all(world);
    wait_for(world, BELAY_WAIT_SHUTDOWN, world->root, supervisor, 0, 9);
    CHECK(!alive(world, supervisor));
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

int main(void) {
    beginnings();
    restarts();
    stops();
    RUN(a_supervisor_killed_while_it_stops_leaves_nothing_behind);
    return harness_end();
}
