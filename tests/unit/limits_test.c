/* Limits and memory: full tables, full queues, refused allocations. */
#include <string.h>

#include "harness.h"

#define ALL 0xffffffffu

/* ---- Full tables ------------------------------------------------------- */

static belay_command spawning(const test_world *world) {
    return (belay_command){
        .op = BELAY_OP_SPAWN,
        .pid = world->root,
        .flags = BELAY_FLAG_LINK,
    };
}

static void at_processes_max_no_other_is_spawned(void) {
    test_world *world = world_open(10, 0, 0);
    belay_command command = spawning(world);
    uint32_t count = 0;
    while (count < 20 && attempt(world, command) == BELAY_OK) {
        count++;
    }
    CHECK_EQUAL(belay_look(world->kernel)->processes, 10);
    uint64_t before = belay_digest(world->kernel);
    CHECK_EQUAL(attempt(world, command), BELAY_LIMIT);
    CHECK_EQUAL(belay_digest(world->kernel), before);
    world_close(world);
}

static void an_end_makes_room_for_another(void) {
    test_world *world = world_open(3, 0, 0);
    for (uint32_t i = 0; i < 50; i++) {
        spawn(world, world->root, 1, 0);
        spawn(world, world->root, 2, 0);
        CHECK_EQUAL(attempt(world, spawning(world)), BELAY_LIMIT);
        belay_answer answer = {0};
        for (uint32_t k = 0; k < 2; k++) {
            world_submit(world, (belay_command){.op = BELAY_OP_RUN}, &answer);
            settle(world, answer.pid);
        }
    }
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

static void a_restart_finds_its_place_in_a_full_table(void) {
    test_world *world = world_open(3, 0, 0);
    belay_pid supervisor =
        open_supervisor(world, world->root, 9, BELAY_SUP_TASK, 0);
    belay_pid pid =
        spawn_under(world, supervisor, 1, BELAY_RESTART_PERMANENT);
    run_all(world);
    CHECK_EQUAL(attempt(world, spawning(world)), BELAY_LIMIT);
    settle(world, pid);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_RESTARTED), 1);
    CHECK_EQUAL(run_all(world), 1);
    world_close(world);
}

/* What does not fit is pushed again when there is room. */
static void a_stream_outlives_a_full_table(void) {
    test_world *world = world_open(4, 0, 0);
    belay_pid other = spawn(world, world->root, 1, 0);
    run_all(world);
    belay_pid stream = open_stream(world, world->root, 7, 5, 0);
    want(world, stream, ALL);
    belay_pid items[2];
    feed(world, stream, 2, items);
    belay_answer answer = {0};
    belay_command push = {
        .op = BELAY_OP_STREAM_PUSH,
        .other = stream,
        .count = 2,
    };
    uint64_t before = belay_digest(world->kernel);
    CHECK_EQUAL(world_submit(world, push, &answer), BELAY_LIMIT);
    CHECK_EQUAL(belay_digest(world->kernel), before);
    CHECK_EQUAL(world_count(world, BELAY_EVENT_STREAM_CLOSED), 0);
    settle(world, other);
    push.count = 1;
    CHECK_EQUAL(world_submit(world, push, &answer), BELAY_OK);
    CHECK_EQUAL(answer.value, 1);
    world_close(world);
}

static void settings_beyond_the_limits_are_refused(void) {
    test_world *world = world_open(0, 0, 0);
    world_close(world);
    const belay_config configs[] = {
        {.processes_max = BELAY_PROCESSES_MAX + 1},
        {.events_max = BELAY_EVENTS_MIN / 2},
        {.events_max = 100},
        {.events_max = BELAY_EVENTS_MAX * 2},
        {.clock_slack = 1001},
        {.reserved = 1},
    };
    world = world_open(0, 0, 0);
    for (uint32_t i = 0; i < 6; i++) {
        belay_config config = configs[i];
        belay_kernel *kernel = NULL;
        CHECK_EQUAL(belay_create(&config, &kernel), BELAY_BAD_ARGUMENT);
        CHECK(kernel == NULL);
    }
    world_close(world);
}

/* ---- Full queues ------------------------------------------------------- */

typedef struct counts {
    uint32_t exited;
    uint32_t down;
    uint32_t done;
    uint32_t unhandled;
    uint32_t most; /* events in the queue at once */
} counts;

static void count_event(counts *sum, const belay_event *event) {
    sum->exited += event->kind == BELAY_EVENT_EXITED;
    sum->down += event->kind == BELAY_EVENT_DOWN;
    sum->done += event->kind == BELAY_EVENT_WAIT_DONE;
    sum->unhandled += event->kind == BELAY_EVENT_UNHANDLED;
}

/* Submits, then drains to the last event before each step. */
static counts cascade(test_world *world, belay_command command) {
    counts sum = {0};
    belay_answer answer;
    memset(&answer, 0, sizeof answer);
    CHECK_EQUAL(belay_submit(world->kernel, &command, &answer), BELAY_OK);
    const belay_view *view = belay_look(world->kernel);
    for (;;) {
        sum.most = view->events > sum.most ? view->events : sum.most;
        const belay_event *event = NULL;
        while ((event = belay_next_event(world->kernel)) != NULL) {
            count_event(&sum, event);
        }
        if (!view->pending) {
            break;
        }
        CHECK_EQUAL(belay_step(world->kernel), BELAY_OK);
    }
    CHECK_EQUAL(belay_step(world->kernel), BELAY_EMPTY);
    CHECK_EQUAL(belay_check(world->kernel), 0);
    return sum;
}

static belay_command failing(belay_pid pid) {
    return (belay_command){
        .op = BELAY_OP_EXIT,
        .pid = pid,
        .reason = BELAY_REASON_TIMEOUT,
    };
}

static void a_wide_cascade_loses_nothing_in_a_narrow_queue(void) {
    test_world *world = world_open(0, BELAY_EVENTS_MIN, 0);
    world->check = 0;
    belay_pid owner = spawn(world, world->root, 1, BELAY_FLAG_LINK);
    for (uint32_t i = 0; i < 3000; i++) {
        belay_pid pid = spawn(world, owner, 2, BELAY_FLAG_LINK);
        watch(world, world->root, pid, 3);
        wait_for(world, BELAY_WAIT_AWAIT, owner, pid, 1000, 4);
    }
    run_all(world);
    counts sum = cascade(world, failing(owner));
    CHECK_EQUAL(sum.exited, 3001);
    CHECK_EQUAL(sum.down, 3000);
    CHECK_EQUAL(sum.done, 3000);
    CHECK_EQUAL(sum.unhandled, 1);
    CHECK(sum.most <= BELAY_EVENTS_MIN);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

static void a_deep_cascade_loses_nothing_in_a_narrow_queue(void) {
    test_world *world = world_open(0, BELAY_EVENTS_MIN, 0);
    world->check = 0;
    belay_pid first = spawn(world, world->root, 1, BELAY_FLAG_LINK);
    belay_pid owner = first;
    for (uint32_t i = 0; i < 3000; i++) {
        belay_pid pid = spawn(world, owner, 2, BELAY_FLAG_LINK);
        wait_for(world, BELAY_WAIT_AWAIT, owner, pid, 1000, 4);
        watch(world, world->root, pid, 3);
        owner = pid;
    }
    run_all(world);
    counts sum = cascade(world, failing(owner));
    CHECK_EQUAL(sum.exited, 3001);
    CHECK_EQUAL(sum.down, 3000);
    CHECK_EQUAL(sum.done, 3000);
    CHECK_EQUAL(sum.unhandled, 1);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

static void thousands_of_timers_at_once_are_all_told(void) {
    test_world *world = world_open(0, BELAY_EVENTS_MIN, 0);
    world->check = 0;
    for (uint32_t i = 0; i < 5000; i++) {
        wait_for(world, BELAY_WAIT_SLEEP, world->root, 0, 100, i);
    }
    advance(world, 0);
    belay_command command = {.op = BELAY_OP_ADVANCE, .time = 100};
    CHECK_EQUAL(cascade(world, command).done, 5000);
    world_close(world);
}

/* Work and events that wait come first; the refused command changes nothing
 * and succeeds later. */
static void a_full_queue_refuses_commands_until_it_is_drained(void) {
    test_world *world = world_open(0, BELAY_EVENTS_MIN, 0);
    belay_pid owner = spawn(world, world->root, 1, 0);
    for (uint32_t i = 0; i < 200; i++) {
        spawn(world, owner, 2, BELAY_FLAG_LINK);
    }
    run_all(world);
    belay_command exit = failing(owner);
    belay_answer answer = {0};
    CHECK_EQUAL(belay_submit(world->kernel, &exit, &answer), BELAY_OK);
    CHECK(belay_look(world->kernel)->pending != 0);
    uint64_t before = belay_digest(world->kernel);
    belay_command command = spawning(world);
    CHECK_EQUAL(belay_submit(world->kernel, &command, &answer), BELAY_BUSY);
    CHECK_EQUAL(belay_step(world->kernel), BELAY_BUSY);
    CHECK_EQUAL(belay_digest(world->kernel), before);
    uint32_t events = 0;
    while (belay_look(world->kernel)->events > 0 ||
           belay_look(world->kernel)->pending) {
        while (belay_next_event(world->kernel) != NULL) {
            events++;
        }
        (void)belay_step(world->kernel);
    }
    CHECK(events >= 201);
    CHECK_EQUAL(belay_submit(world->kernel, &command, &answer), BELAY_OK);
    world_close(world);
}

static void an_empty_queue_gives_no_event_and_no_work(void) {
    test_world *world = world_open(0, 0, 0);
    CHECK(belay_next_event(world->kernel) == NULL);
    CHECK_EQUAL(belay_step(world->kernel), BELAY_EMPTY);
    world_close(world);
}

/* ---- Memory ------------------------------------------------------------ */

#define WAVE 100000u
#define WAVE_BYTES_MAX 256u

static belay_pid wave[WAVE];

/* Spawns linked tasks that are awaited with a timeout, and ends them. */
static uint64_t wave_bytes(test_world *world) {
    uint64_t before = belay_look(world->kernel)->bytes;
    for (uint32_t i = 0; i < WAVE; i++) {
        wave[i] = spawn(world, world->root, i, BELAY_FLAG_LINK);
        wait_for(world, BELAY_WAIT_AWAIT, world->root, wave[i], 5000, i);
    }
    advance(world, belay_look(world->kernel)->now);
    uint64_t bytes = belay_look(world->kernel)->bytes - before;
    CHECK_EQUAL(belay_look(world->kernel)->timers, WAVE);
    CHECK_EQUAL(run_all(world), WAVE);
    for (uint32_t i = 0; i < WAVE; i++) {
        settle(world, wave[i]);
    }
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    CHECK_EQUAL(belay_look(world->kernel)->timers, 0);
    return bytes;
}

static void a_task_that_is_awaited_takes_at_most_256_bytes(void) {
    test_world *world = world_open(0, 0, 0);
    world->check = 0;
    uint64_t bytes = wave_bytes(world);
    printf("%llu bytes for each of %u awaited tasks\n",
           (unsigned long long)(bytes / WAVE), WAVE);
    CHECK(bytes <= (uint64_t)WAVE * WAVE_BYTES_MAX);
    world_close(world);
}

static void a_second_wave_of_tasks_takes_no_more_memory(void) {
    test_world *world = world_open(0, 0, 0);
    world->check = 0;
    wave_bytes(world);
    CHECK_EQUAL(wave_bytes(world), 0);
    world_close(world);
}

static void a_million_short_tasks_leave_no_growth(void) {
    test_world *world = world_open(0, 0, 0);
    world->check = 0;
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < 1000000; i++) {
        belay_command command = spawning(world);
        belay_command next = {.op = BELAY_OP_RUN};
        belay_answer answer;
        (void)belay_submit(world->kernel, &command, &answer);
        (void)belay_submit(world->kernel, &next, &answer);
        uint32_t *words = belay_words(world->kernel);
        words[0] = (uint32_t)answer.pid;
        words[1] = (uint32_t)(answer.pid >> 32);
        next = (belay_command){.op = BELAY_OP_SETTLE, .count = 1};
        (void)belay_submit(world->kernel, &next, &answer);
        while (belay_next_event(world->kernel) != NULL) {
        }
        bytes = i == 0 ? belay_look(world->kernel)->bytes : bytes;
    }
    CHECK_EQUAL(belay_look(world->kernel)->bytes, bytes);
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    world_close(world);
}

static void a_long_stream_leaves_no_growth(void) {
    test_world *world = world_open(0, 0, 0);
    world->check = 0;
    belay_pid stream =
        open_stream(world, world->root, 7, 10, BELAY_FLAG_ORDERED);
    want(world, stream, ALL);
    belay_pid items[10];
    feed(world, stream, 10, items);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < 20000; i++) {
        settle(world, items[i % 10]);
        feed(world, stream, 1, &items[i % 10]);
        bytes = i == 100 ? belay_look(world->kernel)->bytes : bytes;
    }
    CHECK_EQUAL(belay_look(world->kernel)->bytes, bytes);
    world_close(world);
}

/* ---- Torture ----------------------------------------------------------- */

#define CALLS_MAX 4096u

/* How many allocations there had been after each call, when none failed. */
static uint64_t marks[CALLS_MAX];
static uint32_t calls;
static uint64_t first_allocation;
static uint32_t refusals;

/* Whether the next call is the one that is refused; else its digest would
 * be taken for nothing. */
static int is_doomed(const test_world *world) {
    if (world->fail_at == 0 || calls >= CALLS_MAX) {
        return 0;
    }
    uint64_t place = world->fail_at - first_allocation;
    return (calls == 0 || marks[calls - 1] < place) && place <= marks[calls];
}

static void mark(const test_world *world) {
    CHECK(calls < CALLS_MAX);
    if (world->fail_at == 0 && calls < CALLS_MAX) {
        marks[calls] = world->allocations - first_allocation;
    }
    calls++;
}

/* A refused command has changed nothing, and succeeds when tried again. */
static belay_answer persist(test_world *world, belay_command command) {
    belay_answer answer = {0};
    int doomed = is_doomed(world);
    uint64_t before = doomed ? belay_digest(world->kernel) : 0;
    belay_code code = world_submit(world, command, &answer);
    mark(world);
    if (code == BELAY_NO_MEMORY) {
        refusals++;
        CHECK(doomed);
        CHECK_EQUAL(belay_digest(world->kernel), before);
        code = world_submit(world, command, &answer);
    }
    CHECK_EQUAL(code, BELAY_OK);
    return answer;
}

static belay_pid persist_run(test_world *world) {
    return persist(world, (belay_command){.op = BELAY_OP_RUN}).pid;
}

/* A push that memory cuts short starts fewer; the rest is pushed again. */
static void persist_push(test_world *world, belay_pid stream,
                         uint32_t count) {
    uint32_t started = 0;
    int doomed = is_doomed(world);
    for (uint32_t tries = 0; started < count && tries < 20; tries++) {
        belay_answer answer = {0};
        belay_command command = {
            .op = BELAY_OP_STREAM_PUSH,
            .other = stream,
            .count = count - started,
        };
        uint64_t before = doomed ? belay_digest(world->kernel) : 0;
        belay_code code = world_submit(world, command, &answer);
        if (code == BELAY_OK) {
            started += answer.value;
        } else {
            refusals++;
            CHECK_EQUAL(code, BELAY_NO_MEMORY);
            CHECK(doomed && belay_digest(world->kernel) == before);
        }
    }
    mark(world);
    CHECK_EQUAL(started, count);
}

typedef struct scene {
    belay_pid top;
    belay_pid inner;
    belay_pid stream;
    belay_pid bare;
} scene;

static scene scene_open(test_world *world) {
    scene it = {0};
    belay_command start = {
        .op = BELAY_OP_SUP_START,
        .pid = world->root,
        .kind = BELAY_SUP_ONE_FOR_ONE,
        .limit = ALL,
        .count = 400,
        .extra = 5,
    };
    it.top = persist(world, start).pid;
    belay_command ask = {
        .op = BELAY_OP_SUP_ASK,
        .pid = world->root,
        .scope = it.top,
        .kind = BELAY_ASK_INIT,
        .limit = BELAY_RESTART_PERMANENT,
        .shutdown = BELAY_INFINITY,
    };
    persist(world, ask);
    start.kind = BELAY_SUP_TASK;
    start.pid = it.top;
    start.flags = BELAY_FLAG_LINK;
    it.inner = persist(world, start).pid;
    belay_command up = {
        .op = BELAY_OP_SUP_CHILD,
        .scope = it.top,
        .kind = BELAY_STARTED_UP,
        .other = it.inner,
    };
    persist(world, up);
    belay_command open = {
        .op = BELAY_OP_STREAM_OPEN,
        .pid = world->root,
        .tag = 7,
        .limit = 150,
        .time = 1000,
        .extra = ALL,
        .scope = it.inner,
        .flags = BELAY_FLAG_ORDERED | BELAY_FLAG_KILL_TASK,
    };
    it.stream = persist(world, open).pid;
    open.scope = 0;
    open.flags = BELAY_FLAG_NOLINK | BELAY_FLAG_KILL_TASK;
    it.bare = persist(world, open).pid;
    return it;
}

/* Children, waits, monitors, names and reasons, past a chunk of each. */
static void scene_fill(test_world *world, const scene *it) {
    for (uint32_t i = 0; i < 140; i++) {
        belay_command spawn = {
            .op = BELAY_OP_SPAWN,
            .pid = world->root,
            .tag = i,
            .flags = BELAY_FLAG_LINK,
            .scope = i % 2 == 0 ? it->inner : 0,
            .shutdown = 100,
        };
        belay_pid pid = persist(world, spawn).pid;
        belay_command wait = {
            .op = BELAY_OP_WAIT,
            .kind = BELAY_WAIT_AWAIT,
            .pid = world->root,
            .other = pid,
            .time = 2000 + i,
            .tag = i,
        };
        persist(world, wait);
        belay_command monitor = {
            .op = BELAY_OP_MONITOR,
            .pid = world->root,
            .other = pid,
            .tag = i,
        };
        persist(world, monitor);
        belay_command name = {
            .op = BELAY_OP_NAME_SET,
            .other = pid,
            .tag = persist(world, (belay_command){.op = BELAY_OP_NAME_NEW})
                       .value,
        };
        persist(world, name);
        persist(world, (belay_command){.op = BELAY_OP_REASON_NEW});
    }
}

static void scene_play(test_world *world, const scene *it) {
    belay_command next = {
        .op = BELAY_OP_STREAM_NEXT,
        .other = it->stream,
        .count = ALL,
    };
    persist(world, next);
    persist_push(world, it->stream, 150);
    next.other = it->bare;
    persist(world, next);
    persist_push(world, it->bare, 150);
    for (uint32_t i = 0; i < 20; i++) {
        belay_command child = {
            .op = BELAY_OP_SPAWN,
            .pid = world->root,
            .flags = BELAY_FLAG_ORPHAN,
            .scope = it->inner,
            .kind = BELAY_RESTART_PERMANENT,
            .tag = 900 + i,
        };
        persist(world, child);
    }
    for (uint32_t i = 0; belay_look(world->kernel)->ready > 0; i++) {
        belay_pid pid = persist_run(world);
        if (i % 3 == 0) {
            settle(world, pid);
        }
        if (i > 800) {
            break;
        }
    }
    for (uint64_t now = 0; now <= 3000; now += 500) {
        advance(world, now);
    }
}

static void scene_close(test_world *world, const scene *it) {
    belay_command stop = {
        .op = BELAY_OP_WAIT,
        .kind = BELAY_WAIT_STOP,
        .pid = world->root,
        .other = it->top,
        .time = BELAY_INFINITY,
        .reason = BELAY_REASON_NORMAL,
        .tag = 999,
    };
    persist(world, stop);
    CHECK(!alive(world, it->inner));
    CHECK_EQUAL(count_tagged(world, BELAY_EVENT_WAIT_DONE, 999), 1);
}

/* Gives the hash of all its events. */
static uint64_t scene_hash(uint64_t fail_at, uint64_t *allocations) {
    test_world *world = world_open(0, 0, 0);
    world->check = 0;
    uint64_t before = world->allocations;
    first_allocation = before;
    calls = 0;
    world->fail_at = fail_at == 0 ? 0 : before + fail_at;
    scene it = scene_open(world);
    scene_fill(world, &it);
    scene_play(world, &it);
    CHECK_EQUAL(belay_check(world->kernel), 0);
    scene_close(world, &it);
    *allocations = world->allocations - before;
    uint64_t hash = world->hash;
    world_close(world);
    return hash;
}

/* Whatever allocation is refused, the scene goes on as if it had not been:
 * the same events in the end. */
static void each_refused_allocation_can_be_made_good(void) {
    uint64_t allocations = 0;
    uint64_t expected = scene_hash(0, &allocations);
    CHECK(allocations > 20);
    refusals = 0;
    for (uint64_t fail_at = 1; fail_at <= allocations; fail_at++) {
        uint64_t ignored = 0;
        CHECK_EQUAL(scene_hash(fail_at, &ignored), expected);
    }
    CHECK_EQUAL(refusals, allocations);
}

/* With no memory left, everything can still end and be told. */
static void ends_need_no_memory(void) {
    test_world *world = world_open(0, BELAY_EVENTS_MIN, 0);
    world->check = 0;
    scene it = scene_open(world);
    scene_fill(world, &it);
    scene_play(world, &it);
    world->fail_at = world->allocations + 1;
    world->fail_ever_more = 1;
    uint64_t allocations = world->allocations;
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_HALT,
                        .other = it.bare,
                    });
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_HALT,
                        .other = it.stream,
                    });
    send_exit(world, world->root, it.inner, BELAY_REASON_KILL);
    send_exit(world, world->root, it.top, BELAY_REASON_KILL);
    belay_process_info info;
    uint32_t kills = 0;
    while (belay_inspect(world->kernel, 1, &info) == BELAY_OK &&
           kills++ < 1000) {
        send_exit(world, world->root, info.pid, BELAY_REASON_KILL);
    }
    CHECK_EQUAL(belay_look(world->kernel)->processes, 1);
    CHECK_EQUAL(world->allocations, allocations);
    world_close(world);
}

int main(void) {
    RUN(at_processes_max_no_other_is_spawned);
    RUN(an_end_makes_room_for_another);
    RUN(a_restart_finds_its_place_in_a_full_table);
    RUN(a_stream_outlives_a_full_table);
    RUN(settings_beyond_the_limits_are_refused);
    RUN(a_wide_cascade_loses_nothing_in_a_narrow_queue);
    RUN(a_deep_cascade_loses_nothing_in_a_narrow_queue);
    RUN(thousands_of_timers_at_once_are_all_told);
    RUN(a_full_queue_refuses_commands_until_it_is_drained);
    RUN(an_empty_queue_gives_no_event_and_no_work);
    RUN(a_task_that_is_awaited_takes_at_most_256_bytes);
    RUN(a_second_wave_of_tasks_takes_no_more_memory);
    RUN(a_million_short_tasks_leave_no_growth);
    RUN(a_long_stream_leaves_no_growth);
    RUN(each_refused_allocation_can_be_made_good);
    RUN(ends_need_no_memory);
    return harness_end();
}
