/* RETURN, and LIFE: ends that concern the owner alone are told by the
 * answer, and all others by events, as SETTLE has them. */
#include "harness.h"

/* The answer to RETURN of a body. */
static belay_answer body_returns(test_world *world, belay_pid pid) {
    belay_answer answer = {0};
    belay_command command = {.op = BELAY_OP_RETURN, .pid = pid};
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    return answer;
}

static belay_answer live(test_world *world, belay_pid owner, uint32_t tag) {
    belay_answer answer = {0};
    belay_command command = {.op = BELAY_OP_LIFE, .pid = owner, .tag = tag};
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    return answer;
}

/* A linked task whose body runs. */
static belay_pid start(test_world *world, uint32_t tag) {
    belay_pid pid = spawn(world, world->root, tag, BELAY_FLAG_LINK);
    CHECK_EQUAL(run_all(world), 1);
    return pid;
}

/* A linked task that runs and is awaited by the root. */
static belay_pid awaited(test_world *world, uint32_t tag) {
    belay_pid pid = start(world, tag);
    (void)wait_for(world, BELAY_WAIT_AWAIT, world->root, pid, 5000,
                   100 + tag);
    world_forget(world);
    return pid;
}

/* ---- RETURN ------------------------------------------------------------ */

static void the_end_of_an_awaited_task_is_told_by_the_answer(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = awaited(world, 9);
    belay_answer answer = body_returns(world, pid);
    CHECK_EQUAL(answer.value, 1);
    CHECK_EQUAL(answer.pid, world->root);
    CHECK_EQUAL(answer.extra, 9);
    CHECK_EQUAL(answer.tag, 109);
    CHECK_EQUAL(world->event_count, 0);
    CHECK(!alive(world, pid));
    CHECK_EQUAL(info_of(world, world->root).links, 0);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    CHECK_EQUAL(belay_look(world->kernel)->timers, 0);
    world_close(world);
}

static void a_stale_pid_returns_without_effect(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = awaited(world, 1);
    CHECK_EQUAL(body_returns(world, pid).value, 1);
    CHECK_EQUAL(body_returns(world, pid).value, 0);
    CHECK_EQUAL(body_returns(world, world->root).value, 0);
    CHECK_EQUAL(body_returns(world, spawn(world, world->root, 2, 0)).value,
                0);
    CHECK_EQUAL(world->event_count, 0);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 2);
    world_close(world);
}

static void expect_events(test_world *world, belay_pid pid, int is_awaited) {
    CHECK_EQUAL(body_returns(world, pid).value, 0);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXITED), 1);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), is_awaited);
    CHECK(!alive(world, pid));
    world_close(world);
}

static void one_that_is_not_awaited_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    expect_events(world, start(world, 1), 0);
}

static void one_that_is_not_linked_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = awaited(world, 1);
    part_two(world, world->root, pid);
    expect_events(world, pid, 1);
}

static void one_that_is_monitored_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = awaited(world, 1);
    (void)watch(world, world->root, pid, 3);
    expect_events(world, pid, 1);
}

static void an_owner_that_traps_exits_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = awaited(world, 1);
    trap_exits(world, world->root);
    CHECK_EQUAL(body_returns(world, pid).value, 0);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXIT_MESSAGE), 1);
    world_close(world);
}

static void one_with_tasks_of_its_own_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = awaited(world, 1);
    (void)spawn(world, pid, 2, BELAY_FLAG_LINK);
    expect_events(world, pid, 1);
}

static void one_that_is_awaited_twice_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = awaited(world, 1);
    (void)wait_for(world, BELAY_WAIT_AWAIT, world->root, pid, 5000, 7);
    CHECK_EQUAL(body_returns(world, pid).value, 0);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 2);
    world_close(world);
}

static void one_that_waits_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = awaited(world, 1);
    (void)wait_for(world, BELAY_WAIT_SLEEP, pid, 0, 5, 5);
    CHECK_EQUAL(body_returns(world, pid).value, 0);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_WAIT_DONE), 2);
    world_close(world);
}

/* A linked child of a supervisor that runs and is awaited by the root. */
static belay_pid awaited_child(test_world *world, belay_pid supervisor,
                               belay_restart restart) {
    belay_pid pid = world_do(world, (belay_command){
                                        .op = BELAY_OP_SPAWN,
                                        .pid = world->root,
                                        .scope = supervisor,
                                        .tag = 1,
                                        .kind = (uint32_t)restart,
                                        .flags = BELAY_FLAG_LINK,
                                        .shutdown = 5000,
                                    });
    CHECK_EQUAL(run_all(world), 1);
    (void)wait_for(world, BELAY_WAIT_AWAIT, world->root, pid, 5000, 101);
    world_forget(world);
    return pid;
}

static void a_task_supervisor_forgets_a_temporary_child_in_silence(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor =
        open_supervisor(world, world->root, 5, BELAY_SUP_TASK, 0);
    belay_pid other =
        awaited_child(world, supervisor, BELAY_RESTART_TEMPORARY);
    belay_pid pid = awaited_child(world, supervisor, BELAY_RESTART_TEMPORARY);
    CHECK_EQUAL(info_of(world, supervisor).children, 2);
    belay_answer answer = body_returns(world, pid);
    CHECK_EQUAL(answer.value, 1);
    CHECK_EQUAL(answer.tag, 101);
    CHECK_EQUAL(world->event_count, 0);
    CHECK(!alive(world, pid));
    CHECK(alive(world, other));
    CHECK_EQUAL(info_of(world, supervisor).children, 1);
    stop_supervisor(world, supervisor, BELAY_REASON_SHUTDOWN, 9);
    CHECK(!alive(world, other));
    CHECK(!alive(world, supervisor));
    world_close(world);
}

static void a_child_that_is_restarted_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor =
        open_supervisor(world, world->root, 5, BELAY_SUP_TASK, 0);
    belay_pid pid = awaited_child(world, supervisor, BELAY_RESTART_PERMANENT);
    CHECK_EQUAL(body_returns(world, pid).value, 0);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 1);
    CHECK_EQUAL(info_of(world, supervisor).children, 1);
    world_close(world);
}

static void a_child_of_one_that_stops_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid supervisor =
        open_supervisor(world, world->root, 5, BELAY_SUP_TASK, 0);
    belay_pid pid = awaited_child(world, supervisor, BELAY_RESTART_TEMPORARY);
    trap_exits(world, pid);
    stop_supervisor(world, supervisor, BELAY_REASON_SHUTDOWN, 9);
    CHECK(alive(world, supervisor));
    CHECK_EQUAL(body_returns(world, pid).value, 0);
    CHECK(!alive(world, supervisor));
    world_close(world);
}

static void while_tracing_all_is_told_by_events(void) {
    test_world *world = world_open(0, 0, 0);
    world_do(world, (belay_command){
                        .op = BELAY_OP_TRACE,
                        .flags = BELAY_FLAG_ON,
                    });
    CHECK_EQUAL(live(world, world->root, 1).value, 0);
    expect_events(world, awaited(world, 1), 1);
}

/* What is in the queue has happened before. */
static void no_answer_overtakes_an_event(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = awaited(world, 1);
    belay_pid other = start(world, 2);
    belay_answer answer = {0};
    const belay_command exits = {
        .op = BELAY_OP_EXIT,
        .pid = other,
        .reason = BELAY_REASON_NORMAL,
    };
    const belay_command lives = {.op = BELAY_OP_LIFE, .pid = world->root};
    const belay_command returns = {.op = BELAY_OP_RETURN, .pid = pid};
    CHECK_EQUAL(belay_submit(world->kernel, &exits, &answer), BELAY_OK);
    CHECK_EQUAL(belay_look(world->kernel)->events, 1);
    CHECK_EQUAL(belay_submit(world->kernel, &lives, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 0);
    CHECK_EQUAL(belay_submit(world->kernel, &returns, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 0);
    CHECK_EQUAL(belay_look(world->kernel)->events, 3);
    world_close(world);
}

static void an_item_of_a_stream_can_return(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid stream = open_stream(world, world->root, 77, 1, 0);
    want(world, stream, 1);
    belay_pid pid = 0;
    feed(world, stream, 1, &pid);
    CHECK_EQUAL(body_returns(world, pid).value, 0);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_ITEM), 1);
    world_close(world);
}

static void a_return_leaves_room_for_the_next_task(void) {
    test_world *world = world_open(2, 0, 0);
    for (uint32_t i = 0; i < 3; i++) {
        CHECK_EQUAL(body_returns(world, awaited(world, i)).value, 1);
        world->fail_at = world->allocations + 1;
    }
    CHECK_EQUAL(live(world, world->root, 1).value, 1);
    world->fail_at = 0;
    world_close(world);
}

/* ---- LIFE -------------------------------------------------------------- */

static void a_life_gives_a_pid_and_leaves_nothing(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid before = 0;
    for (uint32_t i = 0; i < 500; i++) {
        belay_answer answer = live(world, world->root, i);
        CHECK_EQUAL(answer.value, 1);
        CHECK(answer.pid != before);
        CHECK(!alive(world, answer.pid));
        before = answer.pid;
    }
    CHECK_EQUAL(world->event_count, 0);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    CHECK_EQUAL(info_of(world, world->root).links, 0);
    world_close(world);
}

/* The pid is the one that SPAWN would have given. */
static void a_life_is_what_the_four_commands_are(void) {
    belay_pid pids[2];
    for (int brief = 0; brief <= 1; brief++) {
        test_world *world = world_open(0, 0, 0);
        CHECK_EQUAL(body_returns(world, awaited(world, 1)).value, 1);
        if (brief) {
            CHECK_EQUAL(live(world, world->root, 2).value, 1);
        } else {
            CHECK_EQUAL(body_returns(world, awaited(world, 2)).value, 1);
        }
        pids[brief] = spawn(world, world->root, 3, 0);
        world_close(world);
    }
    CHECK_EQUAL(pids[0], pids[1]);
}

/* As many as it says; their pids are those of as many commands. */
static void a_life_may_tell_of_more(void) {
    belay_pid pids[2];
    for (int together = 0; together <= 1; together++) {
        test_world *world = world_open(0, 0, 0);
        belay_answer answer = live(world, world->root, 1);
        belay_command command = {
            .op = BELAY_OP_LIFE,
            .pid = world->root,
            .count = 299,
        };
        for (uint32_t i = 0; i < 300 && !together; i++) {
            answer = live(world, world->root, i);
        }
        if (together) {
            CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
            CHECK_EQUAL(answer.value, 1);
        }
        CHECK(!alive(world, answer.pid));
        CHECK_EQUAL(spawn(world, world->root, 3, 0) - answer.pid,
                    1u << BELAY_INDEX_BITS);
        pids[together] = answer.pid;
        command.count = BELAY_GENERATION_MAX;
        CHECK_EQUAL(run_all(world), 1);
        CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
        world_close(world);
    }
    CHECK_EQUAL(pids[0], pids[1]);
}

static void a_life_does_not_overtake_who_is_ready(void) {
    test_world *world = world_open(0, 0, 0);
    (void)spawn(world, world->root, 1, 0);
    CHECK_EQUAL(live(world, world->root, 2).value, 0);
    world_close(world);
}

static void an_owner_that_traps_exits_hears_of_each_life(void) {
    test_world *world = world_open(0, 0, 0);
    trap_exits(world, world->root);
    CHECK_EQUAL(live(world, world->root, 1).value, 0);
    world_close(world);
}

static void a_life_without_an_owner_or_without_room_is_refused(void) {
    test_world *world = world_open(2, 0, 0);
    belay_pid gone = awaited(world, 1);
    CHECK_EQUAL(body_returns(world, gone).value, 1);
    belay_command command = {.op = BELAY_OP_LIFE, .pid = gone};
    CHECK_EQUAL(attempt(world, command), BELAY_GONE);
    command.pid = world->root;
    command.flags = BELAY_FLAG_LINK;
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    command.flags = 0;
    (void)start(world, 2);
    CHECK_EQUAL(attempt(world, command), BELAY_LIMIT);
    world_close(world);
}

int main(void) {
    RUN(the_end_of_an_awaited_task_is_told_by_the_answer);
    RUN(a_stale_pid_returns_without_effect);
    RUN(one_that_is_not_awaited_is_told_by_events);
    RUN(one_that_is_not_linked_is_told_by_events);
    RUN(one_that_is_monitored_is_told_by_events);
    RUN(an_owner_that_traps_exits_is_told_by_events);
    RUN(one_with_tasks_of_its_own_is_told_by_events);
    RUN(one_that_is_awaited_twice_is_told_by_events);
    RUN(one_that_waits_is_told_by_events);
    RUN(a_task_supervisor_forgets_a_temporary_child_in_silence);
    RUN(a_child_that_is_restarted_is_told_by_events);
    RUN(a_child_of_one_that_stops_is_told_by_events);
    RUN(while_tracing_all_is_told_by_events);
    RUN(no_answer_overtakes_an_event);
    RUN(an_item_of_a_stream_can_return);
    RUN(a_return_leaves_room_for_the_next_task);
    RUN(a_life_gives_a_pid_and_leaves_nothing);
    RUN(a_life_is_what_the_four_commands_are);
    RUN(a_life_may_tell_of_more);
    RUN(a_life_does_not_overtake_who_is_ready);
    RUN(an_owner_that_traps_exits_hears_of_each_life);
    RUN(a_life_without_an_owner_or_without_room_is_refused);
    return harness_end();
}
