/* Links, exit signals and monitors: the catalogue's statements L1 to L22, as
 * far as they reach the kernel. */
#include "harness.h"

static belay_pid start(test_world *world, uint32_t tag) {
    belay_pid pid = spawn(world, world->root, tag, BELAY_FLAG_ORPHAN);
    run_all(world);
    return pid;
}

static belay_pid start_under(test_world *world, belay_pid owner,
                             uint32_t tag) {
    belay_pid pid = spawn(world, owner, tag, BELAY_FLAG_LINK);
    run_all(world);
    return pid;
}

static void check_exited(test_world *world, belay_pid pid, uint32_t reason) {
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, pid)->reason, reason);
    CHECK_EQUAL(count_of(world, BELAY_EVENT_EXITED, pid), 1);
    CHECK(!alive(world, pid));
}

/* ---- Links ------------------------------------------------------------- */

/* L4 */
static void linking_twice_changes_nothing(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    join_two(world, a, b);
    join_two(world, a, b);
    join_two(world, b, a);
    CHECK_EQUAL(info_of(world, a).links, 1);
    CHECK_EQUAL(info_of(world, b).links, 1);
    world_close(world);
}

/* L4 */
static void one_unlink_removes_a_link_from_either_side(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    join_two(world, a, b);
    join_two(world, a, b);
    part_two(world, b, a);
    CHECK_EQUAL(info_of(world, a).links, 0);
    CHECK_EQUAL(info_of(world, b).links, 0);
    exit_with(world, a, BELAY_REASON_SHUTDOWN);
    CHECK(alive(world, b));
    world_close(world);
}

/* A task is linked to its owner from its start on: the first of its links,
 * and no other than one that was made later. */
static void the_link_to_the_owner_is_one_link_however_it_is_made(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owners[] = {world->root, start(world, 1)};
    for (uint32_t i = 0; i < 2; i++) {
        belay_pid task = start_under(world, owners[i], 2);
        uint32_t links = info_of(world, owners[i]).links;
        join_two(world, task, owners[i]);
        join_two(world, owners[i], task);
        CHECK_EQUAL(info_of(world, task).links, 1);
        CHECK_EQUAL(info_of(world, owners[i]).links, links);
        part_two(world, owners[i], task);
        CHECK_EQUAL(info_of(world, task).links, 0);
        CHECK_EQUAL(info_of(world, owners[i]).links, links - 1);
        join_two(world, task, owners[i]);
        CHECK_EQUAL(info_of(world, task).links, 1);
        CHECK_EQUAL(info_of(world, owners[i]).links, links);
        exit_with(world, task, BELAY_REASON_SHUTDOWN);
        CHECK_EQUAL(alive(world, owners[i]), i == 0);
    }
    world_close(world);
}

static void an_end_is_told_to_the_owner_before_later_links(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start(world, 1);
    belay_pid task = start_under(world, owner, 2);
    belay_pid other = start(world, 3);
    join_two(world, other, task);
    exit_with(world, task, BELAY_REASON_SHUTDOWN);
    const belay_pid order[] = {task, owner, other};
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_EQUAL(world->events[i].pid, order[i]);
        CHECK_EQUAL(world->events[i].kind, BELAY_EVENT_EXITED);
    }
    world_close(world);
}

static void unlinking_two_that_are_not_linked_is_done(void) {
    test_world *world = world_open(0, 0, 0);
    part_two(world, start(world, 1), start(world, 2));
    CHECK_EQUAL(world->event_count, 0);
    world_close(world);
}

static void a_link_to_oneself_is_none(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_command command = {.op = BELAY_OP_LINK, .pid = a, .other = a};
    attempt(world, command);
    CHECK_EQUAL(info_of(world, a).links, 0);
    world_close(world);
}

/* L5, L7 */
static void a_crash_ends_those_linked_with_the_same_reason(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t crash = new_reason(world, BELAY_CLASS_CRASH);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    belay_pid stranger = start(world, 3);
    join_two(world, a, b);
    exit_with(world, a, crash);
    check_exited(world, a, crash);
    check_exited(world, b, crash);
    CHECK(alive(world, stranger));
    world_close(world);
}

/* L4 */
static void the_one_who_was_linked_to_hits_the_one_who_linked(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    join_two(world, a, b);
    exit_with(world, b, BELAY_REASON_TIMEOUT);
    check_exited(world, a, BELAY_REASON_TIMEOUT);
    world_close(world);
}

/* L5, L7 */
static void a_reason_spreads_along_a_chain_in_the_same_instant(void) {
    test_world *world = world_open(0, 0, 0);
    advance(world, 1000);
    belay_pid chain[30];
    for (uint32_t i = 0; i < 30; i++) {
        chain[i] = start(world, i);
        if (i > 0) {
            join_two(world, chain[i - 1], chain[i]);
        }
    }
    exit_with(world, chain[15], BELAY_REASON_TIMEOUT);
    for (uint32_t i = 0; i < 30; i++) {
        check_exited(world, chain[i], BELAY_REASON_TIMEOUT);
        CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, chain[i])->time,
                    1000);
    }
    world_close(world);
}

static void a_ring_of_links_ends_each_process_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid ring[10];
    for (uint32_t i = 0; i < 10; i++) {
        ring[i] = start(world, i);
    }
    for (uint32_t i = 0; i < 10; i++) {
        for (uint32_t k = 0; k < i; k++) {
            join_two(world, ring[i], ring[k]);
        }
    }
    exit_with(world, ring[4], BELAY_REASON_TIMEOUT);
    for (uint32_t i = 0; i < 10; i++) {
        check_exited(world, ring[i], BELAY_REASON_TIMEOUT);
    }
    world_close(world);
}

/* L6 */
static void a_normal_end_hurts_nobody(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    belay_pid c = start(world, 3);
    join_two(world, a, b);
    join_two(world, b, c);
    settle(world, a);
    CHECK(alive(world, b));
    CHECK_EQUAL(info_of(world, b).links, 1);
    exit_with(world, b, BELAY_REASON_NORMAL);
    CHECK(alive(world, c));
    CHECK_EQUAL(info_of(world, c).links, 0);
    world_close(world);
}

/* L7 */
static void shutdown_is_a_reason_that_spreads(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t good = new_reason(world, BELAY_CLASS_SHUTDOWN);
    belay_pid a = start(world, 1);
    belay_pid b = start_under(world, a, 2);
    exit_with(world, a, BELAY_REASON_SHUTDOWN);
    check_exited(world, b, BELAY_REASON_SHUTDOWN);
    belay_pid c = start(world, 3);
    belay_pid d = start_under(world, c, 4);
    exit_with(world, c, good);
    check_exited(world, d, good);
    world_close(world);
}

/* L7, A17 */
static void an_owner_that_crashes_takes_its_linked_tasks_with_it(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start(world, 1);
    belay_pid child = start_under(world, owner, 2);
    belay_pid grandchild = start_under(world, child, 3);
    exit_with(world, owner, BELAY_REASON_TIMEOUT);
    check_exited(world, child, BELAY_REASON_TIMEOUT);
    check_exited(world, grandchild, BELAY_REASON_TIMEOUT);
    world_close(world);
}

/* A18 */
static void an_owner_that_returns_leaves_its_linked_tasks_alone(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start(world, 1);
    belay_pid child = start_under(world, owner, 2);
    settle(world, owner);
    CHECK(alive(world, child));
    settle(world, child);
    check_exited(world, child, BELAY_REASON_NORMAL);
    world_close(world);
}

/* L14 */
static void an_unlinked_process_hears_nothing(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    trap_exits(world, b);
    join_two(world, a, b);
    part_two(world, a, b);
    world_forget(world);
    exit_with(world, a, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 0);
    CHECK(alive(world, b));
    world_close(world);
}

/* L13 */
static void a_link_to_the_gone_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid gone = start(world, 1);
    settle(world, gone);
    belay_pid a = start(world, 2);
    world_forget(world);
    belay_command command = {.op = BELAY_OP_LINK, .pid = a, .other = gone};
    CHECK_EQUAL(attempt(world, command), BELAY_GONE);
    CHECK_EQUAL(world->event_count, 0);
    CHECK(alive(world, a));
    world_close(world);
}

/* L13 */
static void a_trapping_process_that_links_to_the_gone_gets_noproc(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid gone = start(world, 1);
    settle(world, gone);
    belay_pid a = start(world, 2);
    trap_exits(world, a);
    belay_command command = {.op = BELAY_OP_LINK, .pid = a, .other = gone};
    CHECK_EQUAL(attempt(world, command), BELAY_OK);
    const belay_event *message = event_of(world, BELAY_EVENT_EXIT_MESSAGE, a);
    CHECK_EQUAL(message->reason, BELAY_REASON_NOPROC);
    CHECK_EQUAL(message->other, gone);
    CHECK_EQUAL(message->tag, 2);
    world_close(world);
}

/* ---- Trapping ---------------------------------------------------------- */

/* L8 */
static void who_traps_exits_gets_a_message_and_lives_on(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t crash = new_reason(world, BELAY_CLASS_CRASH);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    trap_exits(world, b);
    join_two(world, a, b);
    exit_with(world, a, crash);
    const belay_event *message = event_of(world, BELAY_EVENT_EXIT_MESSAGE, b);
    CHECK_EQUAL(message->other, a);
    CHECK_EQUAL(message->reason, crash);
    CHECK_EQUAL(message->tag, 2);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 1);
    CHECK(alive(world, b));
    CHECK_EQUAL(info_of(world, b).links, 0);
    world_close(world);
}

/* L8 */
static void who_traps_exits_hears_of_normal_ends_too(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    trap_exits(world, b);
    join_two(world, a, b);
    settle(world, a);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXIT_MESSAGE, b)->reason,
                BELAY_REASON_NORMAL);
    world_close(world);
}

/* L8: the one who traps stops the spreading. */
static void a_trapping_process_shields_those_behind_it(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    belay_pid c = start(world, 3);
    join_two(world, a, b);
    join_two(world, b, c);
    trap_exits(world, b);
    exit_with(world, a, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, b));
    CHECK(alive(world, c));
    world_close(world);
}

/* A17, A18 */
static void a_trapping_task_outlives_its_owner(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start(world, 1);
    belay_pid child = start_under(world, owner, 2);
    trap_exits(world, child);
    exit_with(world, owner, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, child));
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXIT_MESSAGE, child)->other,
                owner);
    world_close(world);
}

static void trapping_can_be_turned_off_and_tells_the_old_flag(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_command on = {
        .op = BELAY_OP_TRAP_EXIT,
        .pid = a,
        .flags = BELAY_FLAG_ON,
    };
    belay_command off = {.op = BELAY_OP_TRAP_EXIT, .pid = a};
    belay_answer answer = {0};
    CHECK_EQUAL(world_submit(world, on, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 0);
    CHECK_EQUAL(world_submit(world, on, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 1);
    CHECK_EQUAL(world_submit(world, off, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 1);
    send_exit(world, world->root, a, BELAY_REASON_SHUTDOWN);
    check_exited(world, a, BELAY_REASON_SHUTDOWN);
    world_close(world);
}

/* ---- Process.exit ------------------------------------------------------ */

/* L9 */
static void a_signal_ends_the_receiver_with_its_reason(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    send_exit(world, a, b, BELAY_REASON_SHUTDOWN);
    check_exited(world, b, BELAY_REASON_SHUTDOWN);
    CHECK(alive(world, a));
    world_close(world);
}

/* L9 */
static void a_normal_signal_to_another_is_ignored(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    send_exit(world, world->root, a, BELAY_REASON_NORMAL);
    CHECK(alive(world, a));
    CHECK_EQUAL(world->event_count, 0);
    world_close(world);
}

/* L9 */
static void a_normal_signal_to_one_that_traps_is_a_message(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    trap_exits(world, b);
    send_exit(world, a, b, BELAY_REASON_NORMAL);
    const belay_event *message = event_of(world, BELAY_EVENT_EXIT_MESSAGE, b);
    CHECK_EQUAL(message->reason, BELAY_REASON_NORMAL);
    CHECK_EQUAL(message->other, a);
    CHECK(alive(world, b));
    world_close(world);
}

/* L10 */
static void a_normal_signal_to_oneself_ends_the_sender(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    send_exit(world, a, a, BELAY_REASON_NORMAL);
    check_exited(world, a, BELAY_REASON_NORMAL);
    world_close(world);
}

/* L10 */
static void a_signal_to_oneself_is_a_message_when_trapping(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    trap_exits(world, a);
    send_exit(world, a, a, BELAY_REASON_NORMAL);
    send_exit(world, a, a, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, a));
    CHECK_EQUAL(count_of(world, BELAY_EVENT_EXIT_MESSAGE, a), 2);
    world_close(world);
}

/* L11 */
static void kill_cannot_be_trapped_and_shows_as_killed(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    trap_exits(world, a);
    send_exit(world, world->root, a, BELAY_REASON_KILL);
    check_exited(world, a, BELAY_REASON_KILLED);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 0);
    world_close(world);
}

/* L11 */
static void links_of_a_killed_one_see_killed_and_can_trap_it(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    belay_pid c = start(world, 3);
    join_two(world, a, b);
    join_two(world, a, c);
    trap_exits(world, c);
    send_exit(world, world->root, a, BELAY_REASON_KILL);
    check_exited(world, b, BELAY_REASON_KILLED);
    CHECK(alive(world, c));
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXIT_MESSAGE, c)->reason,
                BELAY_REASON_KILLED);
    world_close(world);
}

/* L12 */
static void exit_with_kill_is_an_ordinary_reason_to_links(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    belay_pid c = start(world, 3);
    join_two(world, a, b);
    join_two(world, a, c);
    trap_exits(world, c);
    exit_with(world, a, BELAY_REASON_KILL);
    check_exited(world, a, BELAY_REASON_KILL);
    check_exited(world, b, BELAY_REASON_KILL);
    CHECK(alive(world, c));
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXIT_MESSAGE, c)->reason,
                BELAY_REASON_KILL);
    world_close(world);
}

/* L11: :killed as a signal is a reason like any other. */
static void a_killed_signal_can_be_trapped(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    trap_exits(world, a);
    send_exit(world, world->root, a, BELAY_REASON_KILLED);
    CHECK(alive(world, a));
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXIT_MESSAGE, a)->reason,
                BELAY_REASON_KILLED);
    world_close(world);
}

/* L9, L22 */
static void a_signal_to_the_gone_has_no_effect(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    settle(world, a);
    world_forget(world);
    send_exit(world, world->root, a, BELAY_REASON_KILL);
    send_exit(world, world->root, a, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(world->event_count, 0);
    world_close(world);
}

static void a_signal_leaves_the_links_of_the_sender_alone(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    join_two(world, a, b);
    trap_exits(world, b);
    send_exit(world, a, b, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(info_of(world, a).links, 1);
    CHECK_EQUAL(info_of(world, b).links, 1);
    world_close(world);
}

/* ---- Monitors ---------------------------------------------------------- */

/* L15 */
static void a_monitor_tells_of_an_end_exactly_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    CHECK(watch(world, a, b, 33) != 0);
    exit_with(world, b, BELAY_REASON_TIMEOUT);
    const belay_event *down = event_tagged(world, BELAY_EVENT_DOWN, 33);
    CHECK_EQUAL(down->pid, b);
    CHECK_EQUAL(down->other, a);
    CHECK_EQUAL(down->reason, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_DOWN), 1);
    CHECK(alive(world, a));
    world_close(world);
}

/* L15 */
static void a_monitor_tells_of_a_normal_end_too(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid b = start(world, 2);
    watch(world, world->root, b, 33);
    settle(world, b);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_DOWN, 33)->reason,
                BELAY_REASON_NORMAL);
    world_close(world);
}

/* L15 */
static void a_monitor_of_the_gone_is_down_at_once_with_noproc(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid gone = start(world, 1);
    exit_with(world, gone, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(watch(world, world->root, gone, 33), 0);
    const belay_event *down = event_tagged(world, BELAY_EVENT_DOWN, 33);
    CHECK_EQUAL(down->pid, gone);
    CHECK_EQUAL(down->other, world->root);
    CHECK_EQUAL(down->reason, BELAY_REASON_NOPROC);
    world_close(world);
}

/* L16 */
static void several_monitors_of_one_process_are_independent(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid b = start(world, 2);
    watch(world, world->root, b, 1);
    belay_pid second = watch(world, world->root, b, 2);
    watch(world, world->root, b, 3);
    CHECK_EQUAL(info_of(world, b).monitors, 3);
    world_do(world, (belay_command){
                        .op = BELAY_OP_DEMONITOR,
                        .other = second,
                    });
    CHECK_EQUAL(info_of(world, b).monitors, 2);
    settle(world, b);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_DOWN, 1), 1);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_DOWN, 2), 0);
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_DOWN, 3), 1);
    world_close(world);
}

static void a_monitor_that_has_fired_cannot_be_removed(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid b = start(world, 2);
    belay_pid reference = watch(world, world->root, b, 1);
    settle(world, b);
    CHECK_EQUAL(attempt(world,
                        (belay_command){
                            .op = BELAY_OP_DEMONITOR,
                            .other = reference,
                        }),
                BELAY_GONE);
    world_close(world);
}

static void a_watcher_that_has_ended_is_told_nothing(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    watch(world, a, b, 1);
    settle(world, a);
    CHECK_EQUAL(info_of(world, b).monitors, 0);
    settle(world, b);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_DOWN), 0);
    world_close(world);
}

static void a_monitor_goes_one_way(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    watch(world, a, b, 1);
    exit_with(world, a, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, b));
    world_close(world);
}

/* ---- Order ------------------------------------------------------------- */

/* L18 */
static void the_exit_message_arrives_before_the_down(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    trap_exits(world, a);
    watch(world, a, b, 1);
    join_two(world, a, b);
    exit_with(world, b, BELAY_REASON_TIMEOUT);
    const belay_event *message = event_of(world, BELAY_EVENT_EXIT_MESSAGE, a);
    const belay_event *down = event_tagged(world, BELAY_EVENT_DOWN, 1);
    CHECK(world_place(world, message) < world_place(world, down));
    world_close(world);
}

/* L19 */
static void an_owner_gets_reply_exit_message_down_in_this_order(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start(world, 1);
    trap_exits(world, owner);
    belay_pid task = start_under(world, owner, 2);
    watch(world, owner, task, 3);
    wait_for(world, BELAY_WAIT_AWAIT, owner, task, 5000, 4);
    settle(world, task);
    int reply =
        world_place(world, event_tagged(world, BELAY_EVENT_WAIT_DONE, 4));
    int message =
        world_place(world, event_of(world, BELAY_EVENT_EXIT_MESSAGE, owner));
    int down = world_place(world, event_tagged(world, BELAY_EVENT_DOWN, 3));
    CHECK(reply < message);
    CHECK(message < down);
    world_close(world);
}

/* L18: a linked watcher is dead before the down could reach it. */
static void a_watcher_that_dies_of_the_link_gets_no_down(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    belay_pid b = start(world, 2);
    watch(world, a, b, 1);
    join_two(world, a, b);
    exit_with(world, b, BELAY_REASON_TIMEOUT);
    check_exited(world, a, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_DOWN), 0);
    world_close(world);
}

/* L20 */
static void a_sleeping_process_is_ended_by_a_signal_at_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    wait_for(world, BELAY_WAIT_SLEEP, a, 0, 1000, 7);
    advance(world, 0);
    send_exit(world, world->root, a, BELAY_REASON_SHUTDOWN);
    check_exited(world, a, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(belay_look(world->kernel)->timers, 0);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, 7)->extra,
                BELAY_OUTCOME_OWNER);
    world_close(world);
}

/* L20 */
static void an_exit_message_does_not_wake_a_sleeping_process(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 1);
    trap_exits(world, a);
    wait_for(world, BELAY_WAIT_SLEEP, a, 0, 1000, 7);
    advance(world, 0);
    send_exit(world, world->root, a, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 0);
    advance(world, 1000);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, 7)->extra,
                BELAY_OUTCOME_TIMEOUT);
    world_close(world);
}

/* ---- The root ---------------------------------------------------------- */

static void a_linked_failure_that_nobody_awaits_is_unhandled_at_root(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t crash = new_reason(world, BELAY_CLASS_CRASH);
    belay_pid a = start_under(world, world->root, 6);
    exit_with(world, a, crash);
    const belay_event *unhandled = event_of(world, BELAY_EVENT_UNHANDLED, a);
    CHECK_EQUAL(unhandled->reason, crash);
    CHECK_EQUAL(unhandled->tag, 6);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 1);
    world_close(world);
}

static void an_unlinked_failure_is_not_unhandled(void) {
    test_world *world = world_open(0, 0, 0);
    exit_with(world, start(world, 6), BELAY_REASON_TIMEOUT);
    belay_pid owned = spawn(world, world->root, 1, 0);
    run_all(world);
    exit_with(world, owned, BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
    world_close(world);
}

static void a_normal_end_is_not_unhandled(void) {
    test_world *world = world_open(0, 0, 0);
    settle(world, start_under(world, world->root, 6));
    exit_with(world, start_under(world, world->root, 7), BELAY_REASON_NORMAL);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
    world_close(world);
}

static void a_failure_of_anyone_linked_to_the_root_surfaces_there(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start(world, 6);
    join_two(world, world->root, a);
    send_exit(world, world->root, a, BELAY_REASON_SHUTDOWN);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_UNHANDLED, a)->reason,
                BELAY_REASON_SHUTDOWN);
    world_close(world);
}

/* L8 */
static void a_root_that_traps_exits_gets_messages(void) {
    test_world *world = world_open(0, 0, 0);
    trap_exits(world, world->root);
    belay_pid a = start_under(world, world->root, 6);
    belay_pid b = start_under(world, world->root, 7);
    exit_with(world, a, BELAY_REASON_TIMEOUT);
    settle(world, b);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 2);
    const belay_event *first =
        world_event(world, BELAY_EVENT_EXIT_MESSAGE, 0);
    const belay_event *second =
        world_event(world, BELAY_EVENT_EXIT_MESSAGE, 1);
    if (first != NULL && second != NULL) {
        CHECK_EQUAL(first->other, a);
        CHECK_EQUAL(first->pid, world->root);
        CHECK_EQUAL(first->reason, BELAY_REASON_TIMEOUT);
        CHECK_EQUAL(second->other, b);
        CHECK_EQUAL(second->reason, BELAY_REASON_NORMAL);
    }
    world_close(world);
}

/* The root's other tasks are not taken along: it does not die. */
static void a_failure_at_the_root_leaves_its_other_tasks_alone(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid a = start_under(world, world->root, 6);
    belay_pid b = start_under(world, world->root, 7);
    exit_with(world, a, BELAY_REASON_TIMEOUT);
    CHECK(alive(world, b));
    CHECK_EQUAL(info_of(world, world->root).links, 1);
    world_close(world);
}

/* A signal hits the receiver alone; ABORT spares the owner as well. */
static void an_aborted_task_leaves_its_owner_alone(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t good = new_reason(world, BELAY_CLASS_SHUTDOWN);
    belay_pid owner = start(world, 1);
    belay_pid task = start_under(world, owner, 2);
    world_do(world, (belay_command){
                        .op = BELAY_OP_ABORT,
                        .other = task,
                        .reason = good,
                    });
    check_exited(world, task, good);
    CHECK(alive(world, owner));
    CHECK_EQUAL(info_of(world, owner).links, 0);
    world_close(world);
}

static void an_aborted_task_takes_its_own_children_along(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t good = new_reason(world, BELAY_CLASS_SHUTDOWN);
    belay_pid task = start_under(world, world->root, 1);
    belay_pid child = start_under(world, task, 2);
    world_do(world, (belay_command){
                        .op = BELAY_OP_ABORT,
                        .other = task,
                        .reason = good,
                    });
    check_exited(world, child, good);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_UNHANDLED), 0);
    world_close(world);
}

/* spawn() gives a grace of 5,000 ms. */
static void an_aborted_task_that_traps_is_killed_after_its_grace(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t good = new_reason(world, BELAY_CLASS_SHUTDOWN);
    belay_pid task = start_under(world, world->root, 1);
    trap_exits(world, task);
    world_do(world, (belay_command){
                        .op = BELAY_OP_ABORT,
                        .other = task,
                        .reason = good,
                    });
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXIT_MESSAGE, task)->reason,
                good);
    advance(world, 0);
    advance(world, 4999);
    CHECK(alive(world, task));
    advance(world, 5000);
    check_exited(world, task, BELAY_REASON_KILLED);
    world_close(world);
}

static void links(void) {
    RUN(linking_twice_changes_nothing);
    RUN(one_unlink_removes_a_link_from_either_side);
    RUN(the_link_to_the_owner_is_one_link_however_it_is_made);
    RUN(an_end_is_told_to_the_owner_before_later_links);
    RUN(unlinking_two_that_are_not_linked_is_done);
    RUN(a_link_to_oneself_is_none);
    RUN(a_crash_ends_those_linked_with_the_same_reason);
    RUN(the_one_who_was_linked_to_hits_the_one_who_linked);
    RUN(a_reason_spreads_along_a_chain_in_the_same_instant);
    RUN(a_ring_of_links_ends_each_process_once);
    RUN(a_normal_end_hurts_nobody);
    RUN(shutdown_is_a_reason_that_spreads);
    RUN(an_owner_that_crashes_takes_its_linked_tasks_with_it);
    RUN(an_owner_that_returns_leaves_its_linked_tasks_alone);
    RUN(an_unlinked_process_hears_nothing);
    RUN(a_link_to_the_gone_is_refused);
    RUN(a_trapping_process_that_links_to_the_gone_gets_noproc);
    RUN(who_traps_exits_gets_a_message_and_lives_on);
    RUN(who_traps_exits_hears_of_normal_ends_too);
    RUN(a_trapping_process_shields_those_behind_it);
    RUN(a_trapping_task_outlives_its_owner);
    RUN(trapping_can_be_turned_off_and_tells_the_old_flag);
}

static void signals(void) {
    RUN(a_signal_ends_the_receiver_with_its_reason);
    RUN(a_normal_signal_to_another_is_ignored);
    RUN(a_normal_signal_to_one_that_traps_is_a_message);
    RUN(a_normal_signal_to_oneself_ends_the_sender);
    RUN(a_signal_to_oneself_is_a_message_when_trapping);
    RUN(kill_cannot_be_trapped_and_shows_as_killed);
    RUN(links_of_a_killed_one_see_killed_and_can_trap_it);
    RUN(exit_with_kill_is_an_ordinary_reason_to_links);
    RUN(a_killed_signal_can_be_trapped);
    RUN(a_signal_to_the_gone_has_no_effect);
    RUN(a_signal_leaves_the_links_of_the_sender_alone);
    RUN(a_linked_failure_that_nobody_awaits_is_unhandled_at_root);
    RUN(an_unlinked_failure_is_not_unhandled);
    RUN(a_normal_end_is_not_unhandled);
    RUN(a_failure_of_anyone_linked_to_the_root_surfaces_there);
    RUN(a_root_that_traps_exits_gets_messages);
    RUN(a_failure_at_the_root_leaves_its_other_tasks_alone);
    RUN(an_aborted_task_leaves_its_owner_alone);
    RUN(an_aborted_task_takes_its_own_children_along);
    RUN(an_aborted_task_that_traps_is_killed_after_its_grace);
}

int main(void) {
    links();
    signals();
    RUN(a_monitor_tells_of_an_end_exactly_once);
    RUN(a_monitor_tells_of_a_normal_end_too);
    RUN(a_monitor_of_the_gone_is_down_at_once_with_noproc);
    RUN(several_monitors_of_one_process_are_independent);
    RUN(a_monitor_that_has_fired_cannot_be_removed);
    RUN(a_watcher_that_has_ended_is_told_nothing);
    RUN(a_monitor_goes_one_way);
    RUN(the_exit_message_arrives_before_the_down);
    RUN(an_owner_gets_reply_exit_message_down_in_this_order);
    RUN(a_watcher_that_dies_of_the_link_gets_no_down);
    RUN(a_sleeping_process_is_ended_by_a_signal_at_once);
    RUN(an_exit_message_does_not_wake_a_sleeping_process);
    return harness_end();
}
