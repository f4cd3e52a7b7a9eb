/* Names, and the reasons that the kernel counts references to. */
#include "harness.h"

static belay_pid start(test_world *world, belay_pid owner, uint32_t flags) {
    belay_pid pid = spawn(world, owner, 1, flags);
    run_all(world);
    return pid;
}

/* ---- Names ------------------------------------------------------------- */

static uint32_t new_name(test_world *world) {
    belay_answer answer = {0};
    CHECK_EQUAL(world_submit(world, (belay_command){.op = BELAY_OP_NAME_NEW},
                             &answer),
                BELAY_OK);
    return answer.value;
}

static belay_code name_set(test_world *world, uint32_t name, belay_pid pid) {
    belay_command command = {
        .op = BELAY_OP_NAME_SET,
        .other = pid,
        .tag = name,
    };
    return attempt(world, command);
}

static belay_code name_drop(test_world *world, uint32_t name) {
    belay_command command = {.op = BELAY_OP_NAME_DROP, .tag = name};
    return attempt(world, command);
}

static belay_code name_get(test_world *world, uint32_t name, belay_pid *pid) {
    belay_answer answer = {0};
    belay_command command = {.op = BELAY_OP_NAME_GET, .tag = name};
    belay_code code = world_submit(world, command, &answer);
    *pid = answer.pid;
    return code;
}

static void a_new_name_belongs_to_nobody(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid holder = 9;
    uint32_t name = new_name(world);
    CHECK(new_name(world) != name);
    CHECK_EQUAL(name_get(world, name, &holder), BELAY_EMPTY);
    CHECK_EQUAL(holder, 0);
    world_close(world);
}

static void a_name_leads_to_its_process(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, world->root, 0);
    uint32_t name = new_name(world);
    CHECK_EQUAL(name_set(world, name, pid), BELAY_OK);
    belay_pid holder = 0;
    CHECK_EQUAL(name_get(world, name, &holder), BELAY_OK);
    CHECK_EQUAL(holder, pid);
    world_close(world);
}

static void a_name_that_is_taken_answers_its_holder(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid first = start(world, world->root, 0);
    belay_pid second = start(world, world->root, 0);
    uint32_t name = new_name(world);
    CHECK_EQUAL(name_set(world, name, first), BELAY_OK);
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_NAME_SET,
        .other = second,
        .tag = name,
    };
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_ALREADY);
    CHECK_EQUAL(answer.pid, first);
    belay_pid holder = 0;
    name_get(world, name, &holder);
    CHECK_EQUAL(holder, first);
    world_close(world);
}

static void a_process_has_one_name_at_most(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, world->root, 0);
    uint32_t first = new_name(world);
    uint32_t second = new_name(world);
    CHECK_EQUAL(name_set(world, first, pid), BELAY_OK);
    CHECK_EQUAL(name_set(world, second, pid), BELAY_ALREADY);
    belay_pid holder = 0;
    CHECK_EQUAL(name_get(world, second, &holder), BELAY_EMPTY);
    world_close(world);
}

static void a_dropped_name_can_be_given_to_another(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid first = start(world, world->root, 0);
    belay_pid second = start(world, world->root, 0);
    uint32_t name = new_name(world);
    CHECK_EQUAL(name_set(world, name, first), BELAY_OK);
    CHECK_EQUAL(name_drop(world, name), BELAY_OK);
    CHECK_EQUAL(name_drop(world, name), BELAY_GONE);
    CHECK_EQUAL(name_set(world, name, second), BELAY_OK);
    CHECK_EQUAL(name_set(world, new_name(world), first), BELAY_OK);
    world_close(world);
}

static void a_name_is_free_again_when_its_process_ends(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, world->root, 0);
    uint32_t name = new_name(world);
    CHECK_EQUAL(name_set(world, name, pid), BELAY_OK);
    settle(world, pid);
    belay_pid holder = 0;
    CHECK_EQUAL(name_get(world, name, &holder), BELAY_EMPTY);
    CHECK_EQUAL(name_drop(world, name), BELAY_GONE);
    CHECK_EQUAL(name_set(world, name, start(world, world->root, 0)),
                BELAY_OK);
    world_close(world);
}

static void a_name_for_one_that_is_gone_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, world->root, 0);
    settle(world, pid);
    CHECK_EQUAL(name_set(world, new_name(world), pid), BELAY_GONE);
    world_close(world);
}

static void an_unknown_name_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t name = new_name(world) + 1;
    belay_pid holder = 0;
    CHECK(name_set(world, name, start(world, world->root, 0)) != BELAY_OK);
    CHECK(name_get(world, name, &holder) != BELAY_OK);
    CHECK(name_drop(world, name) != BELAY_OK);
    CHECK(name_drop(world, 0xffffffffu) != BELAY_OK);
    world_close(world);
}

/* A restart is a new process (R4): what a body did, its next run does
 * again. Restarted supervisors are in supervisor_test.c. */
static void a_restarted_task_does_not_have_the_name_of_the_old_one(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor =
        open_supervisor(world, world->root, 9, BELAY_SUP_TASK, 0);
    belay_pid pid =
        spawn_under(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    run_all(world);
    uint32_t name = new_name(world);
    CHECK_EQUAL(name_set(world, name, pid), BELAY_OK);
    settle(world, pid);
    belay_pid holder = 0;
    CHECK_EQUAL(name_get(world, name, &holder), BELAY_EMPTY);
    const belay_event *restarted =
        event_tagged(world, BELAY_EVENT_RESTARTED, 1);
    CHECK_EQUAL(name_set(world, name, restarted->pid), BELAY_OK);
    world_close(world);
}

static void a_name_does_not_outlive_a_child_that_is_dropped(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor =
        open_supervisor(world, world->root, 9, BELAY_SUP_TASK, 0);
    belay_pid pid =
        spawn_under(world, supervisor, 1, BELAY_RESTART_TRANSIENT);
    run_all(world);
    uint32_t name = new_name(world);
    CHECK_EQUAL(name_set(world, name, pid), BELAY_OK);
    settle(world, pid);
    belay_pid holder = 0;
    CHECK_EQUAL(name_get(world, name, &holder), BELAY_EMPTY);
    world_close(world);
}

/* ---- Reasons ----------------------------------------------------------- */

static uint32_t crash(test_world *world) {
    return new_reason(world, BELAY_CLASS_CRASH);
}

static void drop(test_world *world, uint32_t reason) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_REASON_DROP,
                        .reason = reason,
                    });
}

static uint32_t freed(const test_world *world, uint32_t reason) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->event_count; i++) {
        count += world->events[i].kind == BELAY_EVENT_REASON_FREE &&
                 world->events[i].reason == reason;
    }
    return count;
}

/* No event that bears the reason comes after it was freed. */
static void check_freed_last(const test_world *world, uint32_t reason) {
    CHECK_EQUAL(freed(world, reason), 1);
    int gone = 0;
    for (uint32_t i = 0; i < world->event_count; i++) {
        const belay_event *event = &world->events[i];
        if (event->reason == reason) {
            CHECK(!gone);
            gone = event->kind == BELAY_EVENT_REASON_FREE;
        }
    }
}

static void reasons_of_the_host_begin_at_64(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t first = crash(world);
    uint32_t second = crash(world);
    CHECK(first >= BELAY_REASON_HOST);
    CHECK(second >= BELAY_REASON_HOST);
    CHECK(first != second);
    world_close(world);
}

static void an_unknown_class_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = {.op = BELAY_OP_REASON_NEW, .kind = 2};
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    world_close(world);
}

static void a_reason_nobody_used_is_free_when_the_host_drops_it(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = crash(world);
    CHECK_EQUAL(world->event_count, 0);
    drop(world, reason);
    CHECK_EQUAL(world->event_count, 1);
    check_freed_last(world, reason);
    world_close(world);
}

static void the_host_can_drop_a_reason_once(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = crash(world);
    belay_command command = {
        .op = BELAY_OP_REASON_DROP,
        .reason = reason,
    };
    CHECK_EQUAL(attempt(world, command), BELAY_OK);
    CHECK(attempt(world, command) != BELAY_OK);
    CHECK_EQUAL(freed(world, reason), 1);
    world_close(world);
}

static void a_well_known_reason_cannot_be_dropped(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = {
        .op = BELAY_OP_REASON_DROP,
        .reason = BELAY_REASON_SHUTDOWN,
    };
    CHECK(attempt(world, command) != BELAY_OK);
    CHECK_EQUAL(world->event_count, 0);
    world_close(world);
}

static void a_freed_reason_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = crash(world);
    drop(world, reason);
    belay_command command = {
        .op = BELAY_OP_EXIT,
        .pid = start(world, world->root, 0),
        .reason = reason,
    };
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    world_close(world);
}

static void a_freed_reason_may_be_given_again(void) {
    test_world *world = world_open(0, 0, 0);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        drop(world, crash(world));
        if (i == 0) {
            bytes = belay_look(world->kernel)->bytes;
        }
    }
    CHECK_EQUAL(belay_look(world->kernel)->bytes, bytes);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_REASON_FREE), 1000);
    world_close(world);
}

static void a_reason_the_host_holds_is_not_free_after_its_use(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = crash(world);
    belay_pid owner = start(world, world->root, 0);
    start(world, owner, BELAY_FLAG_LINK);
    exit_with(world, owner, reason);
    CHECK_EQUAL(freed(world, reason), 0);
    drop(world, reason);
    check_freed_last(world, reason);
    world_close(world);
}

/* A crash spreads through links, waits, monitors; all events that bear the
 * reason come before it is free. */
static void a_reason_is_free_after_all_have_been_told(void) {
    test_world *world = world_open(0, BELAY_EVENTS_MIN, 0);
    uint32_t reason = crash(world);
    belay_pid first = start(world, world->root, BELAY_FLAG_LINK);
    belay_pid owner = first;
    for (uint32_t i = 0; i < 100; i++) {
        belay_pid child = start(world, owner, BELAY_FLAG_LINK);
        wait_for(world, BELAY_WAIT_AWAIT, owner, child, 1000, i);
        watch(world, world->root, child, i);
        owner = child;
    }
    belay_command end = {
        .op = BELAY_OP_EXIT,
        .pid = first,
        .reason = reason,
    };
    world_do(world, end);
    CHECK_EQUAL(freed(world, reason), 0);
    drop(world, reason);
    check_freed_last(world, reason);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_DOWN), 100);
    world_close(world);
}

/* A kept result refers to its reason until it is handed over. */
static void a_kept_result_holds_its_reason(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = crash(world);
    belay_pid stream = open_stream(world, world->root, 7, 2,
                                   BELAY_FLAG_ORDERED | BELAY_FLAG_NOLINK);
    want(world, stream, 0xffffffffu);
    belay_pid items[3];
    feed(world, stream, 2, items);
    exit_with(world, items[1], reason);
    feed(world, stream, 1, &items[2]);
    drop(world, reason);
    CHECK_EQUAL(freed(world, reason), 0);
    settle(world, items[0]);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_ITEM, items[1])->reason, reason);
    check_freed_last(world, reason);
    world_close(world);
}

static void a_kept_result_that_is_dropped_lets_go_of_its_reason(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = crash(world);
    belay_pid stream = open_stream(world, world->root, 7, 2,
                                   BELAY_FLAG_ORDERED | BELAY_FLAG_NOLINK);
    want(world, stream, 0xffffffffu);
    belay_pid items[2];
    feed(world, stream, 2, items);
    exit_with(world, items[1], reason);
    drop(world, reason);
    CHECK_EQUAL(freed(world, reason), 0);
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_HALT,
                        .other = stream,
                    });
    check_freed_last(world, reason);
    world_close(world);
}

/* A supervisor that stops with a reason holds it until it has ended. */
static void a_stopping_supervisor_holds_its_reason(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = crash(world);
    belay_pid supervisor =
        open_supervisor(world, world->root, 9, BELAY_SUP_TASK, 0);
    belay_pid pid =
        spawn_under(world, supervisor, 1, BELAY_RESTART_TEMPORARY);
    run_all(world);
    trap_exits(world, pid);
    stop_supervisor(world, supervisor, reason, 8);
    drop(world, reason);
    CHECK_EQUAL(freed(world, reason), 0);
    settle(world, pid);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, supervisor)->reason,
                reason);
    check_freed_last(world, reason);
    world_close(world);
}

static void a_signal_without_effect_holds_no_reason(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = crash(world);
    belay_pid gone = start(world, world->root, 0);
    settle(world, gone);
    belay_pid trapping = start(world, world->root, 0);
    trap_exits(world, trapping);
    belay_pid supervisor =
        open_supervisor(world, world->root, 9, BELAY_SUP_TASK, 0);
    send_exit(world, trapping, gone, reason);
    send_exit(world, world->root, trapping, reason);
    send_exit(world, trapping, supervisor, reason);
    drop(world, reason);
    check_freed_last(world, reason);
    world_close(world);
}

static void a_refused_exit_holds_no_reason(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = crash(world);
    belay_pid gone = start(world, world->root, 0);
    settle(world, gone);
    belay_command command = {
        .op = BELAY_OP_EXIT,
        .pid = gone,
        .reason = reason,
    };
    CHECK_EQUAL(attempt(world, command), BELAY_GONE);
    drop(world, reason);
    check_freed_last(world, reason);
    world_close(world);
}

/* An event in the queue may say that the number is free: a host that has not
 * read it yet would take the new reason for the old one. */
static void a_new_reason_waits_until_every_event_is_taken(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t old = crash(world);
    belay_command command = {
        .op = BELAY_OP_REASON_DROP,
        .reason = old,
    };
    belay_answer answer = {0};
    CHECK_EQUAL(belay_submit(world->kernel, &command, &answer), BELAY_OK);
    CHECK_EQUAL(belay_look(world->kernel)->events, 1);
    uint64_t before = belay_digest(world->kernel);
    command = (belay_command){.op = BELAY_OP_REASON_NEW};
    CHECK_EQUAL(belay_submit(world->kernel, &command, &answer), BELAY_BUSY);
    CHECK_EQUAL(belay_digest(world->kernel), before);
    CHECK(belay_next_event(world->kernel) != NULL);
    CHECK_EQUAL(belay_submit(world->kernel, &command, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, old);
    world_close(world);
}

/* Whatever the events are about. */
static void a_new_reason_waits_for_the_last_of_many_events(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pids[3];
    for (uint32_t i = 0; i < 3; i++) {
        pids[i] = start(world, world->root, 0);
    }
    for (uint32_t i = 0; i < 3; i++) {
        belay_command kill = {
            .op = BELAY_OP_SIGNAL,
            .pid = world->root,
            .other = pids[i],
            .reason = BELAY_REASON_KILL,
        };
        belay_answer answer = {0};
        CHECK_EQUAL(belay_submit(world->kernel, &kill, &answer), BELAY_OK);
    }
    belay_command command = {.op = BELAY_OP_REASON_NEW};
    belay_answer answer = {0};
    uint32_t left = belay_look(world->kernel)->events;
    CHECK(left >= 3);
    while (left > 0) {
        CHECK_EQUAL(belay_submit(world->kernel, &command, &answer),
                    BELAY_BUSY);
        CHECK(belay_next_event(world->kernel) != NULL);
        left--;
    }
    CHECK_EQUAL(belay_submit(world->kernel, &command, &answer), BELAY_OK);
    world_close(world);
}

/* Only this command minds; and what is wrong is called wrong at once. */
static void everything_else_is_accepted_while_events_wait(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t first = crash(world);
    uint32_t second = crash(world);
    belay_pid pid = start(world, world->root, 0);
    const struct {
        belay_command command;
        belay_code code;
    } cases[] = {
        {{.op = BELAY_OP_REASON_DROP, .reason = first}, BELAY_OK},
        {{.op = BELAY_OP_REASON_NEW}, BELAY_BUSY},
        {{.op = BELAY_OP_REASON_NEW, .kind = 2}, BELAY_BAD_ARGUMENT},
        {{.op = BELAY_OP_REASON_NEW, .flags = BELAY_FLAG_ON},
         BELAY_BAD_ARGUMENT},
        {{.op = BELAY_OP_SPAWN, .pid = pid, .flags = BELAY_FLAG_LINK},
         BELAY_OK},
        {{.op = BELAY_OP_RUN}, BELAY_OK},
        {{.op = BELAY_OP_NAME_NEW}, BELAY_OK},
        {{.op = BELAY_OP_ADVANCE, .time = 5}, BELAY_OK},
        {{.op = BELAY_OP_EXIT, .pid = pid, .reason = second}, BELAY_OK},
        {{.op = BELAY_OP_REASON_DROP, .reason = second}, BELAY_OK},
        {{.op = BELAY_OP_REASON_NEW}, BELAY_BUSY},
    };
    for (uint32_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        belay_answer answer = {0};
        CHECK_EQUAL(belay_submit(world->kernel, &cases[i].command, &answer),
                    cases[i].code);
    }
    world_do(world, (belay_command){.op = BELAY_OP_NAME_NEW}); /* drains */
    CHECK_EQUAL(freed(world, first), 1);
    CHECK_EQUAL(freed(world, second), 1);
    CHECK(crash(world) != crash(world));
    world_close(world);
}

static void names(void) {
    RUN(a_new_name_belongs_to_nobody);
    RUN(a_name_leads_to_its_process);
    RUN(a_name_that_is_taken_answers_its_holder);
    RUN(a_process_has_one_name_at_most);
    RUN(a_dropped_name_can_be_given_to_another);
    RUN(a_name_is_free_again_when_its_process_ends);
    RUN(a_name_for_one_that_is_gone_is_refused);
    RUN(an_unknown_name_is_refused);
    RUN(a_restarted_task_does_not_have_the_name_of_the_old_one);
    RUN(a_name_does_not_outlive_a_child_that_is_dropped);
}

int main(void) {
    names();
    RUN(reasons_of_the_host_begin_at_64);
    RUN(an_unknown_class_is_refused);
    RUN(a_reason_nobody_used_is_free_when_the_host_drops_it);
    RUN(the_host_can_drop_a_reason_once);
    RUN(a_well_known_reason_cannot_be_dropped);
    RUN(a_freed_reason_is_refused);
    RUN(a_freed_reason_may_be_given_again);
    RUN(a_reason_the_host_holds_is_not_free_after_its_use);
    RUN(a_reason_is_free_after_all_have_been_told);
    RUN(a_kept_result_holds_its_reason);
    RUN(a_kept_result_that_is_dropped_lets_go_of_its_reason);
    RUN(a_stopping_supervisor_holds_its_reason);
    RUN(a_signal_without_effect_holds_no_reason);
    RUN(a_refused_exit_holds_no_reason);
    RUN(a_new_reason_waits_until_every_event_is_taken);
    RUN(a_new_reason_waits_for_the_last_of_many_events);
    RUN(everything_else_is_accepted_while_events_wait);
    return harness_end();
}
