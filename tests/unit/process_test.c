/* Processes: how they start, run, end, and what is told of it. */
#include "harness.h"

static belay_answer run_one(test_world *world) {
    belay_answer answer = {0};
    CHECK_EQUAL(
        world_submit(world, (belay_command){.op = BELAY_OP_RUN}, &answer),
        BELAY_OK);
    return answer;
}

static belay_pid start(test_world *world, uint32_t tag) {
    belay_pid pid = spawn(world, world->root, tag, 0);
    run_all(world);
    return pid;
}

/* ---- Beginning --------------------------------------------------------- */

static void a_new_kernel_holds_the_root_alone(void) {
    test_world *world = world_open(0, 0, 0);
    const belay_view *view = belay_look(world->kernel);
    CHECK_EQUAL(view->processes, 1);
    CHECK_EQUAL(view->ready, 0);
    CHECK_EQUAL(view->pending, 0);
    CHECK_EQUAL(view->events, 0);
    CHECK_EQUAL(view->now, 0);
    CHECK_EQUAL(view->deadline, BELAY_INFINITY);
    CHECK_EQUAL(info_of(world, world->root).kind, BELAY_KIND_ROOT);
    world_close(world);
}

static void spawn_makes_a_process_that_waits_to_run(void) {
    test_world *world = world_open(0, 0, 0);
    advance(world, 17);
    belay_pid pid = spawn(world, world->root, 5, 0);
    belay_process_info info = info_of(world, pid);
    CHECK_EQUAL(info.pid, pid);
    CHECK_EQUAL(info.owner, world->root);
    CHECK_EQUAL(info.state, BELAY_STATE_READY);
    CHECK_EQUAL(info.kind, BELAY_KIND_TASK);
    CHECK_EQUAL(info.tag, 5);
    CHECK_EQUAL(info.started, 17);
    CHECK_EQUAL(info.supervisor, 0);
    CHECK_EQUAL(info.links, 0);
    CHECK_EQUAL(belay_look(world->kernel)->ready, 1);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 2);
    world_close(world);
}

static void spawn_with_link_links_to_the_owner(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = spawn(world, world->root, 1, BELAY_FLAG_LINK);
    CHECK_EQUAL(info_of(world, pid).links, 1);
    CHECK_EQUAL(info_of(world, world->root).links, 1);
    world_close(world);
}

static void an_orphan_has_no_owner(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = spawn(world, world->root, 1, BELAY_FLAG_ORPHAN);
    CHECK_EQUAL(info_of(world, pid).owner, 0);
    world_close(world);
}

/* L21 */
static void a_new_process_does_not_trap_exits_whatever_its_owner_does(void) {
    test_world *world = world_open(0, 0, 0);
    trap_exits(world, world->root);
    belay_pid pid = spawn(world, world->root, 1, BELAY_FLAG_LINK);
    CHECK_EQUAL(info_of(world, pid).trap_exit, 0);
    CHECK_EQUAL(info_of(world, world->root).trap_exit, 1);
    world_close(world);
}

static void spawn_by_an_owner_that_is_gone_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid owner = start(world, 1);
    settle(world, owner);
    belay_command command = {.op = BELAY_OP_SPAWN, .pid = owner, .tag = 2};
    CHECK_EQUAL(attempt(world, command), BELAY_GONE);
    CHECK_EQUAL(belay_look(world->kernel)->ready, 0);
    world_close(world);
}

static void spawn_with_a_flag_it_does_not_name_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = {
        .op = BELAY_OP_SPAWN,
        .pid = world->root,
        .flags = BELAY_FLAG_ORDERED,
    };
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    world_close(world);
}

static void processes_run_in_the_order_they_were_spawned(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pids[50];
    for (uint32_t i = 0; i < 50; i++) {
        pids[i] = spawn(world, world->root, i, 0);
    }
    for (uint32_t i = 0; i < 50; i++) {
        belay_answer answer = run_one(world);
        CHECK_EQUAL(answer.pid, pids[i]);
        CHECK_EQUAL(answer.tag, i);
    }
    world_close(world);
}

static void run_hands_out_nothing_when_nothing_is_ready(void) {
    test_world *world = world_open(0, 0, 0);
    CHECK_EQUAL(attempt(world, (belay_command){.op = BELAY_OP_RUN}),
                BELAY_EMPTY);
    world_close(world);
}

static void run_hands_out_a_process_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, 1);
    CHECK_EQUAL(info_of(world, pid).state, BELAY_STATE_RUNNING);
    CHECK_EQUAL(attempt(world, (belay_command){.op = BELAY_OP_RUN}),
                BELAY_EMPTY);
    world_close(world);
}

static void a_streams_item_does_not_wait_for_run(void) {
    test_world *world = world_open(0, 0, 0);
    world_do(world, (belay_command){
                        .op = BELAY_OP_TRACE,
                        .flags = BELAY_FLAG_ON,
                    });
    belay_pid stream = open_stream(world, world->root, 77, 1, 0);
    want(world, stream, 1);
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_PUSH,
                        .other = stream,
                        .count = 1,
                    });
    CHECK_EQUAL(belay_look(world->kernel)->ready, 0);
    const uint32_t *words = belay_words(world->kernel);
    belay_pid pid = (belay_pid)words[1] << 32 | words[0];
    CHECK_EQUAL(info_of(world, pid).state, BELAY_STATE_RUNNING);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_SPAWNED, pid)->extra,
                BELAY_KIND_ITEM);
    CHECK_EQUAL(count_of(world, BELAY_EVENT_STARTED, pid), 1);
    world_close(world);
}

static void a_process_killed_before_it_ran_never_runs(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid first = spawn(world, world->root, 1, 0);
    belay_pid second = spawn(world, world->root, 2, 0);
    belay_pid third = spawn(world, world->root, 3, 0);
    send_exit(world, world->root, second, BELAY_REASON_KILL);
    const belay_event *exited = event_of(world, BELAY_EVENT_EXITED, second);
    CHECK_EQUAL(exited->extra, BELAY_EXITED_NEVER_RAN);
    CHECK_EQUAL(exited->reason, BELAY_REASON_KILLED);
    CHECK_EQUAL(belay_look(world->kernel)->ready, 2);
    CHECK_EQUAL(run_one(world).pid, first);
    CHECK_EQUAL(run_one(world).pid, third);
    CHECK_EQUAL(belay_look(world->kernel)->abandoned, 0);
    world_close(world);
}

/* ---- Ends -------------------------------------------------------------- */

/* L1, A3 */
static void a_body_that_returned_ends_normally_with_a_value(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, 9);
    settle(world, pid);
    const belay_event *exited = event_of(world, BELAY_EVENT_EXITED, pid);
    CHECK_EQUAL(exited->tag, 9);
    CHECK_EQUAL(exited->other, world->root);
    CHECK_EQUAL(exited->reason, BELAY_REASON_NORMAL);
    CHECK_EQUAL(exited->extra, BELAY_EXITED_VALUE);
    CHECK(!alive(world, pid));
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

/* L1 */
static void an_exit_ends_the_process_with_that_reason(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t reason = new_reason(world, BELAY_CLASS_CRASH);
    belay_pid pid = start(world, 9);
    exit_with(world, pid, reason);
    const belay_event *exited = event_of(world, BELAY_EVENT_EXITED, pid);
    CHECK_EQUAL(exited->reason, reason);
    CHECK_EQUAL(exited->extra, 0);
    CHECK(!alive(world, pid));
    world_close(world);
}

/* A4 */
static void an_exit_with_normal_is_no_value(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, 9);
    exit_with(world, pid, BELAY_REASON_NORMAL);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, pid)->extra, 0);
    world_close(world);
}

static void a_process_ends_exactly_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, 9);
    exit_with(world, pid, BELAY_REASON_KILLED);
    settle(world, pid);
    send_exit(world, world->root, pid, BELAY_REASON_KILL);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXITED), 1);
    world_close(world);
}

static void settle_takes_many_at_once_and_in_order(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pids[20];
    for (uint32_t i = 0; i < 20; i++) {
        pids[i] = start(world, i);
    }
    uint32_t *words = belay_words(world->kernel);
    for (uint32_t i = 0; i < 20; i++) {
        words[2 * i] = (uint32_t)pids[19 - i];
        words[2 * i + 1] = (uint32_t)(pids[19 - i] >> 32);
    }
    belay_answer answer = {0};
    belay_command command = {.op = BELAY_OP_SETTLE, .count = 20};
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 20);
    for (uint32_t i = 0; i < 20; i++) {
        const belay_event *exited = world_event(world, BELAY_EVENT_EXITED, i);
        CHECK_EQUAL(exited == NULL ? 0 : exited->pid, pids[19 - i]);
    }
    world_close(world);
}

static void settle_passes_over_stale_pids(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid gone = start(world, 1);
    settle(world, gone);
    belay_pid pid = start(world, 2);
    const belay_pid given[] = {gone, 0, 0x123456789abcdefull, pid, pid};
    put_pids(world, given, 5);
    world_forget(world);
    belay_answer answer = {0};
    belay_command command = {.op = BELAY_OP_SETTLE, .count = 5};
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 5);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXITED), 1);
    CHECK(!alive(world, pid));
    world_close(world);
}

static void settle_of_more_than_the_word_area_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = {
        .op = BELAY_OP_SETTLE,
        .count = BELAY_WORDS_MAX / 2 + 1,
    };
    CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    world_close(world);
}

/* What a full queue does not let it take is taken by asking again. */
static void settle_says_how_many_it_took_when_the_queue_is_full(void) {
    test_world *world = world_open(0, BELAY_EVENTS_MIN, 0);
    belay_pid pids[300];
    for (uint32_t i = 0; i < 300; i++) {
        pids[i] = start(world, i);
    }
    world_forget(world);
    uint32_t done = 0;
    uint32_t rounds = 0;
    while (done < 300 && rounds++ < 300) {
        put_pids(world, pids + done, 300 - done);
        belay_answer answer = {0};
        belay_command command = {.op = BELAY_OP_SETTLE, .count = 300 - done};
        CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
        CHECK(answer.value <= 300 - done);
        done += answer.value;
    }
    CHECK_EQUAL(done, 300);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXITED), 300);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

static void a_body_that_has_not_been_run_cannot_end(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = spawn(world, world->root, 1, 0);
    belay_command command = {
        .op = BELAY_OP_EXIT,
        .pid = pid,
        .reason = BELAY_REASON_NORMAL,
    };
    CHECK(attempt(world, command) != BELAY_OK);
    settle(world, pid);
    CHECK(alive(world, pid));
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXITED), 0);
    world_close(world);
}

static void the_root_cannot_end(void) {
    test_world *world = world_open(0, 0, 0);
    belay_command command = {
        .op = BELAY_OP_EXIT,
        .pid = world->root,
        .reason = BELAY_REASON_SHUTDOWN,
    };
    CHECK(attempt(world, command) != BELAY_OK);
    settle(world, world->root);
    belay_command kill = {
        .op = BELAY_OP_SIGNAL,
        .pid = world->root,
        .other = world->root,
        .reason = BELAY_REASON_KILL,
    };
    attempt(world, kill);
    kill.pid = start(world, 1);
    attempt(world, kill);
    CHECK(alive(world, world->root));
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXITED), 0);
    world_close(world);
}

static void an_exit_with_a_reason_that_does_not_exist_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, 1);
    const uint32_t reasons[] = {BELAY_REASON_NONE, 8, 63, BELAY_REASON_HOST,
                                0xffffffffu};
    for (uint32_t i = 0; i < 5; i++) {
        belay_command command = {
            .op = BELAY_OP_EXIT,
            .pid = pid,
            .reason = reasons[i],
        };
        CHECK_EQUAL(attempt(world, command), BELAY_BAD_ARGUMENT);
    }
    CHECK(alive(world, pid));
    world_close(world);
}

static void a_stale_pid_finds_nothing_though_its_place_is_taken_again(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid old = start(world, 1);
    settle(world, old);
    belay_pid new = start(world, 2);
    CHECK_EQUAL(old & 0xffffffu, new & 0xffffffu);
    CHECK(old != new);
    world_forget(world);
    belay_command command = {
        .op = BELAY_OP_EXIT,
        .pid = old,
        .reason = BELAY_REASON_NORMAL,
    };
    CHECK_EQUAL(attempt(world, command), BELAY_GONE);
    settle(world, old);
    send_exit(world, world->root, old, BELAY_REASON_KILL);
    CHECK_EQUAL(world->event_count, 0);
    CHECK(alive(world, new));
    CHECK(!alive(world, old));
    world_close(world);
}

static void a_pid_fits_into_53_bits(void) {
    test_world *world = world_open(0, 0, 0);
    CHECK(world->root < 1ull << 53);
    CHECK(world->root != 0);
    CHECK(start(world, 1) < 1ull << 53);
    world_close(world);
}

static void pids_are_never_given_twice(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pids[100];
    for (uint32_t i = 0; i < 100; i++) {
        pids[i] = start(world, i);
        settle(world, pids[i]);
        for (uint32_t k = 0; k < i; k++) {
            CHECK(pids[k] != pids[i]);
        }
    }
    world_close(world);
}

/* ---- The log ----------------------------------------------------------- */

/* E1 */
static void a_crash_by_its_own_doing_is_logged_once(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t crash = new_reason(world, BELAY_CLASS_CRASH);
    belay_pid pid = start(world, 4);
    exit_with(world, pid, crash);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_LOG), 1);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_LOG, pid)->reason, crash);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_LOG, pid)->tag, 4);
    world_close(world);
}

/* E1, L12 */
static void an_exit_of_its_own_with_kill_is_logged_as_kill(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, 4);
    exit_with(world, pid, BELAY_REASON_KILL);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_LOG, pid)->reason,
                BELAY_REASON_KILL);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, pid)->reason,
                BELAY_REASON_KILL);
    world_close(world);
}

/* E4 */
static void the_three_good_reasons_and_a_return_log_nothing(void) {
    test_world *world = world_open(0, 0, 0);
    exit_with(world, start(world, 1), BELAY_REASON_NORMAL);
    exit_with(world, start(world, 2), BELAY_REASON_SHUTDOWN);
    exit_with(world, start(world, 3),
              new_reason(world, BELAY_CLASS_SHUTDOWN));
    settle(world, start(world, 4));
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXITED), 4);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_LOG), 0);
    world_close(world);
}

/* E3 */
static void an_end_by_a_signal_logs_nothing(void) {
    test_world *world = world_open(0, 0, 0);
    uint32_t crash = new_reason(world, BELAY_CLASS_CRASH);
    send_exit(world, world->root, start(world, 1), BELAY_REASON_KILL);
    send_exit(world, world->root, start(world, 2), crash);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_EXITED), 2);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_LOG), 0);
    world_close(world);
}

/* ---- Bodies that run on ------------------------------------------------ */

static void a_running_body_that_is_killed_counts_as_abandoned(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, 1);
    send_exit(world, world->root, pid, BELAY_REASON_KILL);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, pid)->extra,
                BELAY_EXITED_BODY_RUNNING);
    CHECK_EQUAL(belay_look(world->kernel)->abandoned, 1);
    world_close(world);
}

static void an_abandoned_body_that_returns_is_counted_no_more(void) {
    test_world *world = world_open(0, 0, 0);
    send_exit(world, world->root, start(world, 1), BELAY_REASON_KILL);
    send_exit(world, world->root, start(world, 2), BELAY_REASON_KILL);
    world_do(world, (belay_command){.op = BELAY_OP_ABANDONED});
    CHECK_EQUAL(belay_look(world->kernel)->abandoned, 1);
    world_do(world, (belay_command){.op = BELAY_OP_ABANDONED});
    CHECK_EQUAL(belay_look(world->kernel)->abandoned, 0);
    world_close(world);
}

static void more_cannot_return_than_were_abandoned(void) {
    test_world *world = world_open(0, 0, 0);
    CHECK(attempt(world, (belay_command){.op = BELAY_OP_ABANDONED}) !=
          BELAY_OK);
    CHECK_EQUAL(belay_look(world->kernel)->abandoned, 0);
    world_close(world);
}

static void a_body_that_ended_by_itself_is_not_abandoned(void) {
    test_world *world = world_open(0, 0, 0);
    settle(world, start(world, 1));
    exit_with(world, start(world, 2), BELAY_REASON_TIMEOUT);
    CHECK_EQUAL(belay_look(world->kernel)->abandoned, 0);
    world_close(world);
}

/* ---- Events and looking on --------------------------------------------- */

static void without_trace_only_the_end_of_a_task_is_told(void) {
    test_world *world = world_open(0, 0, 0);
    settle(world, start(world, 1));
    CHECK_EQUAL(world->event_count, 1);
    CHECK_EQUAL(world->events[0].kind, BELAY_EVENT_EXITED);
    world_close(world);
}

static void traced_a_task_is_spawned_started_exited(void) {
    test_world *world = world_open(0, 0, 0);
    world_do(world, (belay_command){
                        .op = BELAY_OP_TRACE,
                        .flags = BELAY_FLAG_ON,
                    });
    belay_pid pid = start(world, 6);
    settle(world, pid);
    CHECK_EQUAL(world->event_count, 3);
    CHECK_EQUAL(world->events[0].kind, BELAY_EVENT_SPAWNED);
    CHECK_EQUAL(world->events[0].pid, pid);
    CHECK_EQUAL(world->events[0].other, world->root);
    CHECK_EQUAL(world->events[0].tag, 6);
    CHECK_EQUAL(world->events[0].extra, BELAY_KIND_TASK);
    CHECK_EQUAL(world->events[1].kind, BELAY_EVENT_STARTED);
    CHECK_EQUAL(world->events[1].pid, pid);
    CHECK_EQUAL(world->events[1].tag, 6);
    CHECK_EQUAL(world->events[2].kind, BELAY_EVENT_EXITED);
    world_close(world);
}

static void trace_can_be_turned_off_again(void) {
    test_world *world = world_open(0, 0, 0);
    world_do(world, (belay_command){
                        .op = BELAY_OP_TRACE,
                        .flags = BELAY_FLAG_ON,
                    });
    world_do(world, (belay_command){.op = BELAY_OP_TRACE});
    start(world, 6);
    CHECK_EQUAL(world->event_count, 0);
    world_close(world);
}

static void events_bear_the_time_of_the_kernels_clock(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pid = start(world, 1);
    advance(world, 123456789012ull);
    settle(world, pid);
    CHECK_EQUAL(event_of(world, BELAY_EVENT_EXITED, pid)->time,
                123456789012ull);
    world_close(world);
}

static void inspect_finds_each_living_process_once(void) {
    test_world *world = world_open(0, 0, 0);
    belay_pid pids[10];
    for (uint32_t i = 0; i < 10; i++) {
        pids[i] = start(world, i);
    }
    for (uint32_t i = 0; i < 10; i += 3) {
        settle(world, pids[i]);
    }
    uint32_t found = 0;
    uint32_t index = 0;
    belay_process_info info;
    while (belay_inspect(world->kernel, index, &info) == BELAY_OK) {
        CHECK(alive(world, info.pid));
        index = (uint32_t)(info.pid & 0xffffffu) + 1;
        found++;
    }
    CHECK_EQUAL(found, belay_look(world->kernel)->processes);
    CHECK_EQUAL(found, 7);
    world_close(world);
}

static void an_unknown_operation_is_refused(void) {
    test_world *world = world_open(0, 0, 0);
    CHECK_EQUAL(attempt(world, (belay_command){.op = 0}), BELAY_BAD_COMMAND);
    CHECK_EQUAL(attempt(world, (belay_command){.op = 36}), BELAY_BAD_COMMAND);
    CHECK_EQUAL(attempt(world, (belay_command){.op = 0xffffffffu}),
                BELAY_BAD_COMMAND);
    world_close(world);
}

static void every_number_has_a_text(void) {
#define X(name, number, ...) CHECK(belay_code_name(number)[0] != '?');
    BELAY_CODES(X)
#undef X
#define X(name, number, text) CHECK(belay_reason_text(number)[0] != '?');
    BELAY_REASONS(X)
#undef X
#define X(name, number, text) CHECK(belay_event_name(number)[0] != '?');
    BELAY_EVENTS(X)
#undef X
#define X(name, number, handler, text)                                       \
    CHECK(belay_command_name(number)[0] != '?');
    BELAY_COMMANDS(X)
#undef X
}

static void an_unknown_number_has_a_question_mark_for_text(void) {
    CHECK_EQUAL(belay_code_name(0xffffffffu)[0], '?');
    CHECK_EQUAL(belay_code_text(17)[0], '?');
    CHECK_EQUAL(belay_reason_text(8)[0], '?');
    CHECK_EQUAL(belay_reason_text(BELAY_REASON_HOST - 1)[0], '?');
    CHECK_EQUAL(belay_reason_text(BELAY_REASON_HOST)[0], 'f');
    CHECK_EQUAL(belay_event_name(0)[0], '?');
    CHECK_EQUAL(belay_command_name(36)[0], '?');
}

static void beginnings(void) {
    RUN(a_new_kernel_holds_the_root_alone);
    RUN(spawn_makes_a_process_that_waits_to_run);
    RUN(spawn_with_link_links_to_the_owner);
    RUN(an_orphan_has_no_owner);
    RUN(a_new_process_does_not_trap_exits_whatever_its_owner_does);
    RUN(spawn_by_an_owner_that_is_gone_is_refused);
    RUN(spawn_with_a_flag_it_does_not_name_is_refused);
    RUN(processes_run_in_the_order_they_were_spawned);
    RUN(run_hands_out_nothing_when_nothing_is_ready);
    RUN(run_hands_out_a_process_once);
    RUN(a_streams_item_does_not_wait_for_run);
    RUN(a_process_killed_before_it_ran_never_runs);
}

static void ends(void) {
    RUN(a_body_that_returned_ends_normally_with_a_value);
    RUN(an_exit_ends_the_process_with_that_reason);
    RUN(an_exit_with_normal_is_no_value);
    RUN(a_process_ends_exactly_once);
    RUN(settle_takes_many_at_once_and_in_order);
    RUN(settle_passes_over_stale_pids);
    RUN(settle_of_more_than_the_word_area_is_refused);
    RUN(settle_says_how_many_it_took_when_the_queue_is_full);
    RUN(a_body_that_has_not_been_run_cannot_end);
    RUN(the_root_cannot_end);
    RUN(an_exit_with_a_reason_that_does_not_exist_is_refused);
    RUN(a_stale_pid_finds_nothing_though_its_place_is_taken_again);
    RUN(a_pid_fits_into_53_bits);
    RUN(pids_are_never_given_twice);
    RUN(a_crash_by_its_own_doing_is_logged_once);
    RUN(an_exit_of_its_own_with_kill_is_logged_as_kill);
    RUN(the_three_good_reasons_and_a_return_log_nothing);
    RUN(an_end_by_a_signal_logs_nothing);
}

int main(void) {
    beginnings();
    ends();
    RUN(a_running_body_that_is_killed_counts_as_abandoned);
    RUN(an_abandoned_body_that_returns_is_counted_no_more);
    RUN(more_cannot_return_than_were_abandoned);
    RUN(a_body_that_ended_by_itself_is_not_abandoned);
    RUN(without_trace_only_the_end_of_a_task_is_told);
    RUN(traced_a_task_is_spawned_started_exited);
    RUN(trace_can_be_turned_off_again);
    RUN(events_bear_the_time_of_the_kernels_clock);
    RUN(inspect_finds_each_living_process_once);
    RUN(an_unknown_operation_is_refused);
    RUN(every_number_has_a_text);
    RUN(an_unknown_number_has_a_question_mark_for_text);
    return harness_end();
}
