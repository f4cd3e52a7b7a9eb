/* General supervisors: the catalogue's G, and R13 to R16. A host that starts
 * children as it is told to: each start of a child takes the next letter of
 * its plan, u (up), i (ignore) or f (fail); the last one for all others. */
#include "harness.h"

#define ANY 0xffffffffu
#define WHY 77u /* the tag of whatever is asked */
#define PLANS 16u
#define SUPERVISOR_TAG 300u /* children from this tag on are supervisors */

/* ---- The host ---------------------------------------------------------- */

static const char *plan[PLANS];
static uint32_t starts[PLANS];
static uint32_t answered; /* events that the host has seen */

static test_world *open_world(void) {
    for (uint32_t i = 0; i < PLANS; i++) {
        plan[i] = "u";
        starts[i] = 0;
    }
    answered = 0;
    return world_open(0, 0, 0);
}

static void forget(test_world *world) {
    world_forget(world);
    answered = 0;
}

static char next_of_plan(uint32_t tag) {
    if (tag >= PLANS) {
        return 'u';
    }
    uint32_t at = starts[tag]++;
    const char *letter = plan[tag];
    while (at-- > 0 && letter[1] != 0) {
        letter++;
    }
    return *letter;
}

static void answer_start(test_world *world, belay_event start) {
    belay_command answer = {
        .op = BELAY_OP_SUP_CHILD,
        .scope = start.pid,
        .kind = BELAY_STARTED_IGNORED,
    };
    char letter = next_of_plan(start.tag);
    if (letter == 'f') {
        answer.kind = BELAY_STARTED_FAILED;
        answer.reason = BELAY_REASON_NOPROC;
    } else if (letter == 'u') {
        answer.kind = BELAY_STARTED_UP;
        answer.other =
            start.tag >= SUPERVISOR_TAG
                ? open_supervisor(world, start.pid, start.tag, BELAY_SUP_TASK,
                                  BELAY_FLAG_LINK)
                : spawn(world, start.pid, start.tag, BELAY_FLAG_LINK);
    }
    world_do(world, answer);
    run_all(world);
}

/* Answers every CHILD_START that has come. */
static void host(test_world *world) {
    while (answered < world->event_count) {
        belay_event event = world->events[answered++];
        if (event.kind == BELAY_EVENT_CHILD_START) {
            answer_start(world, event);
        }
    }
}

/* ---- Short forms ------------------------------------------------------- */

static belay_pid top_of(test_world *world, belay_sup kind, uint32_t restarts,
                        uint32_t flags) {
    return world_do(world, (belay_command){
                               .op = BELAY_OP_SUP_START,
                               .pid = world->root,
                               .tag = 500,
                               .kind = (uint32_t)kind,
                               .flags = flags,
                               .limit = ANY,
                               .count = restarts,
                               .extra = 5,
                           });
}

static belay_command asking(test_world *world, belay_pid top, belay_ask kind,
                            uint32_t id) {
    return (belay_command){
        .op = BELAY_OP_SUP_ASK,
        .pid = world->root,
        .scope = top,
        .kind = (uint32_t)kind,
        .extra = id,
        .count = id,
        .limit = BELAY_RESTART_PERMANENT,
        .shutdown = 1000,
        .tag = WHY,
    };
}

/* Asks; gives how it came out so far. */
static belay_event ask(test_world *world, belay_command command) {
    uint32_t before = world->event_count;
    world_do(world, command);
    host(world);
    for (uint32_t i = before; i < world->event_count; i++) {
        if (world->events[i].kind == BELAY_EVENT_WAIT_DONE &&
            world->events[i].tag == WHY) {
            return world->events[i];
        }
    }
    return (belay_event){.kind = 0, .extra = 99};
}

static void check_refused(test_world *world, belay_command command,
                          belay_code code) {
    belay_event event = ask(world, command);
    CHECK_EQUAL(event.extra, BELAY_OUTCOME_REFUSED);
    CHECK_EQUAL(event.reason, code);
}

/* A new child; gives its process. */
static belay_pid grow(test_world *world, belay_pid top, uint32_t id,
                      belay_restart restart) {
    belay_command command = asking(world, top, BELAY_ASK_INIT, id);
    command.limit = (uint32_t)restart;
    if (id >= SUPERVISOR_TAG) {
        command.shutdown = BELAY_INFINITY;
        command.flags = BELAY_FLAG_SUPERVISOR;
    }
    belay_event event = ask(world, command);
    CHECK_EQUAL(event.extra, BELAY_OUTCOME_NONE);
    return event.pid;
}

/* The children of a general supervisor with the ids 1 to `count`. */
static belay_pid grow_all(test_world *world, belay_sup kind, uint32_t count,
                          belay_pid *pids) {
    belay_pid top = top_of(world, kind, 3, 0);
    for (uint32_t i = 0; i < count; i++) {
        pids[i] = grow(world, top, i + 1, BELAY_RESTART_PERMANENT);
    }
    return top;
}

/* The child with that id; all zero when there is none. */
static belay_child_info child_of(test_world *world, belay_pid top,
                                 uint32_t id) {
    belay_child_info info = {0};
    uint32_t at = 0;
    do {
        if (belay_inspect_child(world->kernel, top, at, &info) != BELAY_OK) {
            break;
        }
        if (info.id == id) {
            return info;
        }
        at = info.next;
    } while (at != 0);
    return (belay_child_info){.state = 99};
}

static belay_pid pid_of_child(test_world *world, belay_pid top, uint32_t id) {
    return child_of(world, top, id).process;
}

static void fail(test_world *world, belay_pid pid) {
    exit_with(world, pid, BELAY_REASON_NOPROC);
    host(world);
}

/* Where the n-th process of that tag has ended in the log. */
static int place_of_end(test_world *world, belay_pid pid) {
    return world_place(world, event_of(world, BELAY_EVENT_EXITED, pid));
}

static int place_of_start(test_world *world, uint32_t tag) {
    return world_place(world,
                       event_tagged(world, BELAY_EVENT_CHILD_START, tag));
}

static uint32_t reports(test_world *world, belay_report_kind what) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->event_count; i++) {
        count += world->events[i].kind == BELAY_EVENT_REPORT &&
                 world->events[i].extra == (uint32_t)what;
    }
    return count;
}

/* ---- Starting ---------------------------------------------------------- */

/* G5, G24 */
static void children_stand_in_the_order_of_their_starts(void) {
    test_world *world = open_world();
    belay_pid pids[3];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 3, pids);
    belay_child_info info = {0};
    uint32_t at = 0;
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_EQUAL(belay_inspect_child(world->kernel, top, at, &info), 0);
        CHECK_EQUAL(info.id, i + 1);
        CHECK_EQUAL(info.process, pids[i]);
        CHECK_EQUAL(info.state, BELAY_CHILD_UP);
        CHECK_EQUAL(info.restart, BELAY_RESTART_PERMANENT);
        at = info.next;
    }
    CHECK_EQUAL(at, 0);
    CHECK_EQUAL(info_of(world, top).children, 3);
    CHECK_EQUAL(info_of(world, pids[0]).supervisor, top);
    CHECK_EQUAL(info_of(world, pids[0]).links, 0);
    CHECK_EQUAL(belay_inspect_child(world->kernel, pids[0], 0, &info),
                BELAY_GONE);
    world_close(world);
}

/* G6 */
static void a_start_that_fails_at_first_ends_the_supervisor(void) {
    test_world *world = open_world();
    belay_pid pids[2];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 2, pids);
    plan[3] = "f";
    belay_event event = ask(world, asking(world, top, BELAY_ASK_INIT, 3));
    CHECK_EQUAL(event.extra, BELAY_OUTCOME_FAILED);
    CHECK_EQUAL(event.reason, BELAY_REASON_NOPROC);
    CHECK(place_of_end(world, pids[1]) < place_of_end(world, pids[0]));
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, top)->reason,
                BELAY_REASON_NOPROC);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_CHILD_DROPPED), 3);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* G20 */
static void a_start_that_fails_later_is_told_and_forgotten(void) {
    test_world *world = open_world();
    belay_pid pids[1];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 1, pids);
    plan[2] = "fu";
    belay_command start = asking(world, top, BELAY_ASK_START, 2);
    CHECK_EQUAL(ask(world, start).extra, BELAY_OUTCOME_FAILED);
    CHECK_EQUAL(info_of(world, top).children, 1);
    belay_event event = ask(world, start);
    CHECK_EQUAL(event.extra, BELAY_OUTCOME_NONE);
    CHECK(alive(world, event.pid));
    world_close(world);
}

/* G7, G20 */
static void an_ignored_start_is_kept_unless_temporary(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, 0);
    plan[1] = plan[2] = "i";
    CHECK_EQUAL(grow(world, top, 1, BELAY_RESTART_TEMPORARY), 0);
    CHECK_EQUAL(grow(world, top, 2, BELAY_RESTART_TRANSIENT), 0);
    CHECK_EQUAL(child_of(world, top, 1).state, 99);
    CHECK_EQUAL(child_of(world, top, 2).state, BELAY_CHILD_NONE);
    world_close(world);
}

/* G8, G19 */
static void an_id_is_taken_once(void) {
    test_world *world = open_world();
    belay_pid pids[2];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 2, pids);
    belay_command start = asking(world, top, BELAY_ASK_START, 1);
    belay_event event = ask(world, start);
    CHECK_EQUAL(event.extra, BELAY_OUTCOME_REFUSED);
    CHECK_EQUAL(event.reason, BELAY_ALREADY);
    CHECK_EQUAL(event.pid, pids[0]);
    CHECK_EQUAL(ask(world, asking(world, top, BELAY_ASK_TERMINATE, 1)).extra,
                BELAY_OUTCOME_NONE);
    check_refused(world, start, BELAY_PRESENT);
    CHECK_EQUAL(starts[1], 1);
    world_close(world);
}

static void a_process_that_is_not_linked_is_no_child(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, 0);
    belay_pid loose = spawn(world, world->root, 9, 0);
    world_do(world, asking(world, top, BELAY_ASK_START, 1));
    belay_command answer = {
        .op = BELAY_OP_SUP_CHILD,
        .scope = top,
        .kind = BELAY_STARTED_UP,
    };
    const belay_pid wrong[] = {loose, top, world->root};
    for (uint32_t i = 0; i < 3; i++) {
        answer.other = wrong[i];
        CHECK_EQUAL(attempt(world, answer), BELAY_BAD_ARGUMENT);
    }
    answer.other = 12345;
    CHECK_EQUAL(attempt(world, answer), BELAY_GONE);
    CHECK_EQUAL(child_of(world, top, 1).state, BELAY_CHILD_STARTING);
    CHECK_EQUAL(info_of(world, top).state, BELAY_STATE_BUSY);
    join_two(world, top, loose);
    answer.other = loose;
    CHECK_EQUAL(attempt(world, answer), BELAY_OK);
    CHECK_EQUAL(info_of(world, top).state, BELAY_STATE_RUNNING);
    CHECK_EQUAL(attempt(world, answer), BELAY_GONE);
    world_close(world);
}

static void wrong_asks_are_refused(void) {
    test_world *world = open_world();
    belay_pid pids[1];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 1, pids);
    belay_pid tasks = top_of(world, BELAY_SUP_TASK, 3, 0);
    belay_command bad = asking(world, top, BELAY_ASK_INIT, 2);
    bad.kind = BELAY_ASK_INIT + 1;
    CHECK_EQUAL(attempt(world, bad), BELAY_BAD_ARGUMENT);
    bad.kind = BELAY_ASK_START;
    bad.limit = 3;
    CHECK_EQUAL(attempt(world, bad), BELAY_BAD_ARGUMENT);
    bad = asking(world, top, BELAY_ASK_DELETE, 1);
    bad.flags = BELAY_FLAG_SIGNIFICANT;
    CHECK_EQUAL(attempt(world, bad), BELAY_BAD_ARGUMENT);
    CHECK_EQUAL(attempt(world, asking(world, tasks, BELAY_ASK_START, 1)),
                BELAY_NOT_SUPERVISOR);
    CHECK_EQUAL(attempt(world, asking(world, pids[0], BELAY_ASK_START, 1)),
                BELAY_NOT_SUPERVISOR);
    CHECK_EQUAL(attempt(world, asking(world, 99999, BELAY_ASK_START, 1)),
                BELAY_GONE);
    CHECK_EQUAL(info_of(world, top).children, 1);
    belay_command task = {
        .op = BELAY_OP_SPAWN,
        .pid = world->root,
        .scope = top,
    };
    CHECK_EQUAL(attempt(world, task), BELAY_NOT_SUPERVISOR);
    world_close(world);
}

/* ---- Managing ---------------------------------------------------------- */

/* G21, G22, G23 */
static void a_child_is_stopped_started_and_deleted_by_its_id(void) {
    test_world *world = open_world();
    belay_pid pids[3];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ALL, 3, pids);
    check_refused(world, asking(world, top, BELAY_ASK_RESTART, 2),
                  BELAY_RUNNING);
    check_refused(world, asking(world, top, BELAY_ASK_DELETE, 2),
                  BELAY_RUNNING);
    check_refused(world, asking(world, top, BELAY_ASK_TERMINATE, 9),
                  BELAY_NOT_FOUND);
    check_refused(world, asking(world, top, BELAY_ASK_RESTART, 9),
                  BELAY_NOT_FOUND);
    check_refused(world, asking(world, top, BELAY_ASK_DELETE, 9),
                  BELAY_NOT_FOUND);
    belay_command terminate = asking(world, top, BELAY_ASK_TERMINATE, 2);
    CHECK_EQUAL(ask(world, terminate).extra, BELAY_OUTCOME_NONE);
    CHECK_EQUAL(ask(world, terminate).extra, BELAY_OUTCOME_NONE);
    CHECK(!alive(world, pids[1]));
    CHECK(alive(world, pids[0]) && alive(world, pids[2]));
    belay_event event = ask(world, asking(world, top, BELAY_ASK_RESTART, 2));
    CHECK_EQUAL(event.extra, BELAY_OUTCOME_NONE);
    CHECK_EQUAL(pid_of_child(world, top, 2), event.pid);
    CHECK(alive(world, event.pid));
    ask(world, terminate);
    CHECK_EQUAL(ask(world, asking(world, top, BELAY_ASK_DELETE, 2)).extra,
                BELAY_OUTCOME_NONE);
    CHECK_EQUAL(child_of(world, top, 2).state, 99);
    CHECK_EQUAL(info_of(world, top).children, 2);
    world_close(world);
}

/* G10 */
static void only_a_temporary_child_is_forgotten(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, 0);
    belay_pid temporary = grow(world, top, 1, BELAY_RESTART_TEMPORARY);
    belay_pid transient = grow(world, top, 2, BELAY_RESTART_TRANSIENT);
    belay_pid stopped = grow(world, top, 3, BELAY_RESTART_TEMPORARY);
    fail(world, temporary);
    settle(world, transient);
    ask(world, asking(world, top, BELAY_ASK_TERMINATE, 3));
    CHECK(!alive(world, stopped));
    CHECK_EQUAL(child_of(world, top, 1).state, 99);
    CHECK_EQUAL(child_of(world, top, 2).state, BELAY_CHILD_NONE);
    CHECK_EQUAL(child_of(world, top, 3).state, 99);
    CHECK_EQUAL(reports(world, BELAY_REPORT_CHILD_TERMINATED), 1);
    world_close(world);
}

/* One thing at a time (V20, V35): what comes meanwhile waits. */
static void what_comes_while_one_is_stopped_waits_its_turn(void) {
    test_world *world = open_world();
    belay_pid pids[2];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 2, pids);
    trap_exits(world, pids[0]);
    CHECK_EQUAL(ask(world, asking(world, top, BELAY_ASK_TERMINATE, 1)).extra,
                99);
    CHECK_EQUAL(info_of(world, top).state, BELAY_STATE_BUSY);
    fail(world, pids[1]);
    CHECK_EQUAL(starts[2], 1); /* not yet */
    belay_command start = asking(world, top, BELAY_ASK_START, 3);
    start.tag = 78;
    world_do(world, start);
    CHECK_EQUAL(starts[3], 0);
    settle(world, pids[0]);
    host(world);
    CHECK_EQUAL(starts[2], 2);
    CHECK_EQUAL(starts[3], 1);
    CHECK(place_of_start(world, 3) >
          world_place(world, event_tagged(world, BELAY_EVENT_RESTARTED, 2)));
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, 78)->extra,
                BELAY_OUTCOME_NONE);
    world_close(world);
}

static void asks_that_wait_when_it_ends_are_told_why(void) {
    test_world *world = open_world();
    belay_pid pids[2];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 2, pids);
    trap_exits(world, pids[0]);
    forget(world);
    world_do(world, asking(world, top, BELAY_ASK_TERMINATE, 1));
    belay_command start = asking(world, top, BELAY_ASK_START, 3);
    start.tag = 78;
    world_do(world, start);
    send_exit(world, world->root, top, BELAY_REASON_KILL);
    const uint32_t tags[] = {WHY, 78};
    for (uint32_t i = 0; i < 2; i++) {
        const belay_event *event =
            event_tagged(world, BELAY_EVENT_WAIT_DONE, tags[i]);
        CHECK_EQUAL(event->extra, BELAY_OUTCOME_EXIT);
        CHECK_EQUAL(event->reason, BELAY_REASON_KILLED);
    }
    CHECK(alive(world, pids[0])); /* it traps exits */
    CHECK(!alive(world, pids[1]));
    world_close(world);
}

/* ---- Strategies -------------------------------------------------------- */

/* G11 */
static void one_for_one_restarts_the_failed_one_in_its_place(void) {
    test_world *world = open_world();
    belay_pid pids[3];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 3, pids);
    fail(world, pids[1]);
    CHECK(alive(world, pids[0]) && alive(world, pids[2]));
    belay_child_info info = child_of(world, top, 2);
    CHECK(alive(world, info.process));
    CHECK_EQUAL(info.restarts, 1);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_RESTARTED, 2)->other,
                pids[1]);
    belay_child_info first = {0};
    CHECK_EQUAL(belay_inspect_child(world->kernel, top, 0, &first), 0);
    CHECK_EQUAL(belay_inspect_child(world->kernel, top, first.next, &info),
                0);
    CHECK_EQUAL(info.id, 2);
    world_close(world);
}

/* G12, G17 */
static void one_for_all_stops_all_in_reverse_and_starts_all(void) {
    test_world *world = open_world();
    belay_pid pids[3];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ALL, 3, pids);
    forget(world);
    fail(world, pids[1]);
    CHECK(place_of_end(world, pids[2]) < place_of_end(world, pids[0]));
    CHECK(place_of_end(world, pids[0]) < place_of_start(world, 1));
    CHECK(place_of_start(world, 1) < place_of_start(world, 2));
    CHECK(place_of_start(world, 2) < place_of_start(world, 3));
    for (uint32_t round = 0; round < 2; round++) { /* one restart each */
        fail(world, pid_of_child(world, top, 1));
        CHECK(alive(world, top));
    }
    fail(world, pid_of_child(world, top, 1));
    CHECK(!alive(world, top));
    CHECK_EQUAL(reports(world, BELAY_REPORT_INTENSITY), 1);
    world_close(world);
}

/* G13 */
static void rest_for_one_moves_those_started_after(void) {
    test_world *world = open_world();
    belay_pid pids[4];
    belay_pid top = grow_all(world, BELAY_SUP_REST_FOR_ONE, 4, pids);
    forget(world);
    fail(world, pids[1]);
    CHECK(alive(world, pids[0]));
    CHECK_EQUAL(starts[1], 1);
    CHECK(place_of_end(world, pids[3]) < place_of_end(world, pids[2]));
    CHECK(place_of_end(world, pids[2]) < place_of_start(world, 2));
    CHECK(place_of_start(world, 2) < place_of_start(world, 3));
    CHECK(place_of_start(world, 3) < place_of_start(world, 4));
    CHECK(alive(world, pid_of_child(world, top, 4)));
    world_close(world);
}

/* G14, G15, G16 */
static void a_group_forgets_temporary_ones_and_starts_transient_ones(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ALL, 3, 0);
    belay_pid first = grow(world, top, 1, BELAY_RESTART_TEMPORARY);
    belay_pid second = grow(world, top, 2, BELAY_RESTART_TRANSIENT);
    belay_pid third = grow(world, top, 3, BELAY_RESTART_PERMANENT);
    belay_pid last = grow(world, top, 4, BELAY_RESTART_TEMPORARY);
    settle(world, second);
    fail(world, last);
    CHECK(alive(world, first) && alive(world, third));
    fail(world, third);
    CHECK(!alive(world, first));
    CHECK_EQUAL(starts[1], 1);
    CHECK_EQUAL(starts[4], 1);
    CHECK(alive(world, pid_of_child(world, top, 2)));
    CHECK(alive(world, pid_of_child(world, top, 3)));
    CHECK_EQUAL(info_of(world, top).children, 2);
    world_close(world);
}

/* A group waits for each child as long as its grace lasts. */
static void a_group_restart_waits_for_graces(void) {
    test_world *world = open_world();
    belay_pid pids[3];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ALL, 3, pids);
    trap_exits(world, pids[2]);
    fail(world, pids[0]);
    CHECK(alive(world, pids[1]));
    fail(world, pids[1]); /* meanwhile: it is stopped in its turn */
    CHECK_EQUAL(info_of(world, top).state, BELAY_STATE_BUSY);
    advance(world, 0);
    advance(world, 1000);
    host(world);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, pids[2])->reason,
                BELAY_REASON_KILLED);
    CHECK_EQUAL(reports(world, BELAY_REPORT_SHUTDOWN_ERROR), 2);
    for (uint32_t id = 1; id <= 3; id++) {
        CHECK_EQUAL(starts[id], 2);
        CHECK(alive(world, pid_of_child(world, top, id)));
    }
    world_close(world);
}

/* ---- Starts that fail in a restart --------------------------------------- */

/* R13, R14, G18 */
static void a_failed_restart_is_tried_again_and_counts(void) {
    test_world *world = open_world();
    plan[1] = "uffu";
    belay_pid pids[1];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 1, pids);
    fail(world, pids[0]);
    CHECK_EQUAL(starts[1], 4);
    CHECK(alive(world, pid_of_child(world, top, 1)));
    CHECK_EQUAL(reports(world, BELAY_REPORT_START_ERROR), 2);
    fail(world, pid_of_child(world, top, 1)); /* the fourth in the window */
    CHECK(!alive(world, top));
    world_close(world);
}

/* R13 */
static void trying_again_without_end_ends_the_supervisor(void) {
    test_world *world = open_world();
    plan[2] = "uf";
    belay_pid pids[2];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 2, pids);
    fail(world, pids[1]);
    CHECK_EQUAL(starts[2], 4);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, top)->reason,
                BELAY_REASON_SHUTDOWN);
    CHECK(!alive(world, pids[0]));
    world_close(world);
}

/* R14: between two tries others are served. */
static void between_two_tries_others_are_served(void) {
    test_world *world = open_world();
    belay_pid pids[1];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 1, pids);
    forget(world);
    exit_with(world, pids[0], BELAY_REASON_NOPROC);
    answered = world->event_count; /* the host answers by hand */
    belay_command restart = asking(world, top, BELAY_ASK_RESTART, 1);
    world_do(world, restart);
    belay_command terminate = asking(world, top, BELAY_ASK_TERMINATE, 1);
    terminate.tag = 78;
    world_do(world, terminate);
    world_do(world, (belay_command){
                        .op = BELAY_OP_SUP_CHILD,
                        .scope = top,
                        .kind = BELAY_STARTED_FAILED,
                        .reason = BELAY_REASON_NOPROC,
                    });
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, WHY)->reason,
                BELAY_RESTARTING);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, 78)->extra,
                BELAY_OUTCOME_NONE);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_CHILD_START), 1);
    CHECK_EQUAL(child_of(world, top, 1).state, BELAY_CHILD_NONE);
    world_close(world);
}

/* R15 */
static void a_restart_that_is_ignored_leaves_no_process(void) {
    test_world *world = open_world();
    plan[1] = "ui";
    belay_pid pids[1];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 1, pids);
    fail(world, pids[0]);
    CHECK_EQUAL(child_of(world, top, 1).state, BELAY_CHILD_NONE);
    CHECK_EQUAL(ask(world, asking(world, top, BELAY_ASK_RESTART, 1)).pid, 0);
    world_close(world);
}

/* G18 */
static void a_failed_start_in_a_group_goes_on_from_there(void) {
    test_world *world = open_world();
    plan[2] = "ufu";
    belay_pid pids[3];
    belay_pid top = grow_all(world, BELAY_SUP_REST_FOR_ONE, 3, pids);
    fail(world, pids[0]);
    CHECK_EQUAL(starts[1], 2);
    CHECK_EQUAL(starts[2], 3);
    CHECK_EQUAL(starts[3], 2);
    CHECK(alive(world, top));
    world_close(world);
    world = open_world();
    plan[2] = "ufu";
    top = grow_all(world, BELAY_SUP_ONE_FOR_ALL, 3, pids);
    fail(world, pids[0]);
    CHECK_EQUAL(starts[1], 3); /* stopped and started again */
    CHECK_EQUAL(starts[2], 3);
    CHECK_EQUAL(starts[3], 2);
    CHECK(alive(world, pid_of_child(world, top, 3)));
    world_close(world);
}

/* One that never had a process is tried again like any other. */
static void a_child_ignored_at_first_may_fail_in_a_group(void) {
    test_world *world = open_world();
    plan[2] = "ifu";
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ALL, 3, 0);
    belay_pid first = grow(world, top, 1, BELAY_RESTART_PERMANENT);
    CHECK_EQUAL(grow(world, top, 2, BELAY_RESTART_PERMANENT), 0);
    fail(world, first);
    CHECK_EQUAL(starts[2], 3);
    CHECK(alive(world, pid_of_child(world, top, 2)));
    world_close(world);
}

/* ---- Significant children ------------------------------------------------ */

static belay_pid grow_significant(test_world *world, belay_pid top,
                                  uint32_t id, belay_restart restart) {
    belay_command command = asking(world, top, BELAY_ASK_START, id);
    command.limit = (uint32_t)restart;
    command.flags = BELAY_FLAG_SIGNIFICANT;
    return ask(world, command).pid;
}

/* G27, G29 */
static void any_significant_end_ends_the_supervisor(void) {
    test_world *world = open_world();
    belay_pid top =
        top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, BELAY_FLAG_ANY_SIGNIFICANT);
    belay_pid pid = grow_significant(world, top, 1, BELAY_RESTART_TRANSIENT);
    belay_pid other = grow(world, top, 2, BELAY_RESTART_PERMANENT);
    fail(world, pid); /* restarted: not an end */
    CHECK(alive(world, top));
    settle(world, pid_of_child(world, top, 1));
    CHECK(!alive(world, other));
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, top)->reason,
                BELAY_REASON_SHUTDOWN);
    world_close(world);
}

/* G28 */
static void the_last_significant_end_ends_the_supervisor(void) {
    test_world *world = open_world();
    belay_pid top =
        top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, BELAY_FLAG_ALL_SIGNIFICANT);
    belay_pid first =
        grow_significant(world, top, 1, BELAY_RESTART_TEMPORARY);
    belay_pid second =
        grow_significant(world, top, 2, BELAY_RESTART_TRANSIENT);
    grow(world, top, 3, BELAY_RESTART_PERMANENT);
    fail(world, first);
    CHECK(alive(world, top));
    settle(world, second);
    CHECK(!alive(world, top));
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* G29 */
static void significance_needs_a_supervisor_that_heeds_it(void) {
    test_world *world = open_world();
    belay_pid never = top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, 0);
    belay_pid any =
        top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, BELAY_FLAG_ANY_SIGNIFICANT);
    belay_command command = asking(world, never, BELAY_ASK_START, 1);
    command.flags = BELAY_FLAG_SIGNIFICANT;
    command.limit = BELAY_RESTART_TRANSIENT;
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    command.scope = any;
    command.limit = BELAY_RESTART_PERMANENT;
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    world_close(world);
}

/* A supervisor traps exits: the failure of an item is no end of it. */
static void a_streams_failing_item_does_not_end_a_supervisor(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, 0);
    belay_pid stream = open_stream(world, top, 7, 2, 0);
    belay_pid item = 0;
    want(world, stream, ANY);
    feed(world, stream, 1, &item);
    world_do(world,
             (belay_command){.op = BELAY_OP_STREAM_END, .other = stream});
    exit_with(world, item, BELAY_REASON_NOPROC);
    CHECK(alive(world, top));
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_ITEM, 7)->extra,
                BELAY_OUTCOME_EXIT);
    world_close(world);
}

/* ---- Ends and trees ------------------------------------------------------ */

/* G9 */
static void children_are_stopped_in_reverse_one_by_one(void) {
    test_world *world = open_world();
    belay_pid pids[3];
    belay_pid top = grow_all(world, BELAY_SUP_ONE_FOR_ONE, 3, pids);
    for (uint32_t i = 0; i < 3; i++) {
        trap_exits(world, pids[i]);
    }
    wait_for(world, BELAY_WAIT_STOP, world->root, top, BELAY_INFINITY, 8);
    for (uint32_t i = 3; i-- > 0;) {
        CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 3 - i);
        CHECK_EQUAL(count_of(world, BELAY_EVENT_EXIT_MESSAGE, pids[i]), 1);
        settle(world, pids[i]);
    }
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, 8)->extra,
                BELAY_OUTCOME_NONE);
    /* a permanent one that ends normally did not do as it was told */
    CHECK_EQUAL(reports(world, BELAY_REPORT_SHUTDOWN_ERROR), 3);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* G26, R16 */
static void an_inner_one_that_gives_up_counts_once_in_the_outer(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ONE, 1, 0);
    belay_pid inner = grow(world, top, 300, BELAY_RESTART_PERMANENT);
    for (uint32_t round = 0; round < 2; round++) {
        CHECK(alive(world, top));
        belay_pid pid = spawn_under(world, inner, 7, BELAY_RESTART_PERMANENT);
        run_all(world);
        for (uint32_t i = 0; i < 4; i++) {
            forget(world);
            settle(world, pid);
            run_all(world);
            pid = i < 3 ? event_tagged(world, BELAY_EVENT_RESTARTED, 7)->pid
                        : 0;
        }
        host(world);
        CHECK(!alive(world, inner));
        inner = pid_of_child(world, top, 300);
    }
    CHECK(!alive(world, top));
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* V23, V5 */
static void a_nested_supervisor_has_all_the_time_to_stop(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, 0);
    belay_pid inner = grow(world, top, 300, BELAY_RESTART_PERMANENT);
    CHECK_EQUAL(child_of(world, top, 300).type, 1);
    belay_pid slow = world_do(world, (belay_command){
                                         .op = BELAY_OP_SPAWN,
                                         .pid = world->root,
                                         .scope = inner,
                                         .flags = BELAY_FLAG_ORPHAN,
                                         .shutdown = BELAY_INFINITY,
                                     });
    run_all(world);
    trap_exits(world, slow);
    wait_for(world, BELAY_WAIT_STOP, world->root, top, BELAY_INFINITY, 8);
    advance(world, 0);
    advance(world, BELAY_TIME_MAX);
    CHECK(alive(world, inner));
    settle(world, slow);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* G30, V33 */
static void a_killed_one_lets_nested_ones_stop(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ONE, 3, 0);
    belay_pid inner = grow(world, top, 300, BELAY_RESTART_PERMANENT);
    belay_pid task = spawn_under(world, inner, 7, BELAY_RESTART_TEMPORARY);
    run_all(world);
    trap_exits(world, task);
    send_exit(world, world->root, top, BELAY_REASON_KILL);
    CHECK(alive(world, inner));
    settle(world, task);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, inner)->reason,
                BELAY_REASON_KILLED);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_CHILD_DROPPED), 1);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* The host's start function ends the supervisor that waits for it. */
static void one_that_is_killed_while_it_waits_for_a_start_lets_go(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ALL, 3, 0);
    world_do(world, asking(world, top, BELAY_ASK_INIT, 1));
    belay_pid child = spawn(world, top, 1, BELAY_FLAG_LINK);
    send_exit(world, world->root, top, BELAY_REASON_KILL);
    CHECK(!alive(world, child)); /* by its link */
    belay_command answer = {
        .op = BELAY_OP_SUP_CHILD,
        .scope = top,
        .kind = BELAY_STARTED_UP,
        .other = child,
    };
    CHECK_EQUAL(attempt(world, answer), BELAY_GONE);
    CHECK_EQUAL(event_tagged(world, BELAY_EVENT_WAIT_DONE, WHY)->extra,
                BELAY_OUTCOME_EXIT);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

static void a_stop_while_it_waits_for_a_start_comes_after(void) {
    test_world *world = open_world();
    belay_pid top = top_of(world, BELAY_SUP_ONE_FOR_ALL, 3, 0);
    world_do(world, asking(world, top, BELAY_ASK_INIT, 1));
    wait_for(world, BELAY_WAIT_STOP, world->root, top, BELAY_INFINITY, 8);
    CHECK(alive(world, top));
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 0);
    host(world);
    CHECK_EQUAL(starts[1], 1);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 2);
    world_close(world);
}

static void beginnings(void) {
    RUN(children_stand_in_the_order_of_their_starts);
    RUN(a_start_that_fails_at_first_ends_the_supervisor);
    RUN(a_start_that_fails_later_is_told_and_forgotten);
    RUN(an_ignored_start_is_kept_unless_temporary);
    RUN(an_id_is_taken_once);
    RUN(a_process_that_is_not_linked_is_no_child);
    RUN(wrong_asks_are_refused);
    RUN(a_child_is_stopped_started_and_deleted_by_its_id);
    RUN(only_a_temporary_child_is_forgotten);
    RUN(what_comes_while_one_is_stopped_waits_its_turn);
    RUN(asks_that_wait_when_it_ends_are_told_why);
}

static void restarts(void) {
    RUN(one_for_one_restarts_the_failed_one_in_its_place);
    RUN(one_for_all_stops_all_in_reverse_and_starts_all);
    RUN(rest_for_one_moves_those_started_after);
    RUN(a_group_forgets_temporary_ones_and_starts_transient_ones);
    RUN(a_group_restart_waits_for_graces);
    RUN(a_failed_restart_is_tried_again_and_counts);
    RUN(trying_again_without_end_ends_the_supervisor);
    RUN(between_two_tries_others_are_served);
    RUN(a_restart_that_is_ignored_leaves_no_process);
    RUN(a_failed_start_in_a_group_goes_on_from_there);
    RUN(a_child_ignored_at_first_may_fail_in_a_group);
}

int main(void) {
    beginnings();
    restarts();
    RUN(any_significant_end_ends_the_supervisor);
    RUN(the_last_significant_end_ends_the_supervisor);
    RUN(significance_needs_a_supervisor_that_heeds_it);
    RUN(a_streams_failing_item_does_not_end_a_supervisor);
    RUN(children_are_stopped_in_reverse_one_by_one);
    RUN(an_inner_one_that_gives_up_counts_once_in_the_outer);
    RUN(a_nested_supervisor_has_all_the_time_to_stop);
    RUN(a_killed_one_lets_nested_ones_stop);
    RUN(one_that_is_killed_while_it_waits_for_a_start_lets_go);
    RUN(a_stop_while_it_waits_for_a_start_comes_after);
    return harness_end();
}
