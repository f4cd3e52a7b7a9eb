#include "harness.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A task that runs on another thread may check something, too. */
static _Atomic uint32_t checks;
static _Atomic uint32_t failures;
static uint32_t tests;
static const char *running;

void harness_check(uint64_t actual, uint64_t expected, const char *text,
                   const char *file, int line) {
    checks++;
    if (actual == expected) {
        return;
    }
    failures++;
    printf("%s:%d: %s\n    %s\n    got %llu, expected %llu\n", file, line,
           running, text, (unsigned long long)actual,
           (unsigned long long)expected);
    if (failures > 20) {
        exit(harness_end());
    }
}

void harness_run(const char *name, harness_test test) {
    running = name;
    uint32_t before = checks;
    tests++;
    test();
    if (checks == before) {
        harness_check(0, 1, "the test checks something", "harness.c", 0);
    }
}

int harness_end(void) {
    printf("%u tests, %u checks, %u failures\n", tests, (uint32_t)checks,
           (uint32_t)failures);
    return failures == 0 ? 0 : 1;
}

/* splitmix64 */
uint64_t dice_next(test_dice *dice) {
    dice->state += 0x9e3779b97f4a7c15ull;
    uint64_t value = dice->state;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ value >> 27) * 0x94d049bb133111ebull;
    return value ^ value >> 31;
}

uint32_t dice_below(test_dice *dice, uint32_t below) {
    return (uint32_t)((dice_next(dice) >> 32) * below >> 32);
}

/* ---- A kernel to test -------------------------------------------------- */

static test_world the_world;

static void *world_allocate(void *context, void *pointer, size_t old_size,
                            size_t new_size) {
    test_world *world = context;
    if (new_size == 0) {
        free(pointer);
        world->bytes -= old_size;
        return NULL;
    }
    world->allocations++;
    if (world->fail_at != 0 &&
        (world->allocations == world->fail_at ||
         (world->fail_ever_more && world->allocations > world->fail_at))) {
        return NULL;
    }
    unsigned char *block = malloc(new_size);
    if (block == NULL) {
        return NULL;
    }
    memset(block, 0xa5, new_size);
    if (pointer != NULL) {
        memcpy(block, pointer, old_size < new_size ? old_size : new_size);
        free(pointer);
    }
    world->bytes += new_size;
    world->bytes -= old_size;
    return block;
}

test_world *world_try_open(uint32_t processes_max, uint32_t events_max,
                           uint32_t clock_slack, uint64_t fail_at) {
    memset(&the_world, 0, sizeof the_world);
    the_world.hash = 0xcbf29ce484222325ull;
    the_world.fail_at = fail_at;
    the_world.check = 1;
    belay_config config = {
        .allocate = world_allocate,
        .context = &the_world,
        .processes_max = processes_max,
        .events_max = events_max,
        .clock_slack = clock_slack,
    };
    belay_code code = belay_create(&config, &the_world.kernel);
    if (code != BELAY_OK) {
        CHECK_EQUAL(code, BELAY_NO_MEMORY);
        CHECK_EQUAL(the_world.bytes, 0);
        return NULL;
    }
    the_world.root = belay_root(the_world.kernel);
    return &the_world;
}

test_world *world_open(uint32_t processes_max, uint32_t events_max,
                       uint32_t clock_slack) {
    test_world *world =
        world_try_open(processes_max, events_max, clock_slack, 0);
    if (world == NULL) {
        printf("no memory for a test\n");
        exit(1);
    }
    return world;
}

void world_close(test_world *world) {
    CHECK_EQUAL(belay_check(world->kernel), 0);
    CHECK_EQUAL(belay_look(world->kernel)->bytes, world->bytes);
    belay_destroy(world->kernel);
    CHECK_EQUAL(world->bytes, 0);
}

static void world_drain(test_world *world) {
    const belay_event *event = NULL;
    while ((event = belay_next_event(world->kernel)) != NULL) {
        const unsigned char *bytes = (const unsigned char *)event;
        for (size_t i = 0; i < sizeof *event; i++) {
            world->hash = (world->hash ^ bytes[i]) * 0x100000001b3ull;
        }
        if (world->event_count < WORLD_EVENTS_MAX) {
            world->events[world->event_count++] = *event;
        }
    }
}

belay_code world_submit(test_world *world, belay_command command,
                        belay_answer *answer) {
    belay_answer ignored;
    memset(&ignored, 0, sizeof ignored);
    belay_code code = belay_submit(world->kernel, &command,
                                   answer != NULL ? answer : &ignored);
    CHECK(code != BELAY_BUSY);
    world_drain(world);
    while (belay_look(world->kernel)->pending) {
        CHECK_EQUAL(belay_step(world->kernel), BELAY_OK);
        world_drain(world);
    }
    if (world->check) {
        CHECK_EQUAL(belay_check(world->kernel), 0);
    }
    return code;
}

belay_pid world_do(test_world *world, belay_command command) {
    belay_answer answer = {0};
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    return answer.pid;
}

void world_forget(test_world *world) {
    world->event_count = 0;
}

const belay_event *world_event(const test_world *world, belay_event_kind kind,
                               uint32_t n) {
    for (uint32_t i = 0; i < world->event_count; i++) {
        if (world->events[i].kind == (uint32_t)kind && n-- == 0) {
            return &world->events[i];
        }
    }
    return NULL;
}

uint32_t world_count(const test_world *world, belay_event_kind kind) {
    uint32_t count = 0;
    while (world_event(world, kind, count) != NULL) {
        count++;
    }
    return count;
}

int world_place(const test_world *world, const belay_event *event) {
    return event == NULL ? -1 : (int)(event - world->events);
}

/* ---- Short forms ------------------------------------------------------- */

belay_pid spawn(test_world *world, belay_pid owner, uint32_t tag,
                uint32_t flags) {
    return world_do(world, (belay_command){
                               .op = BELAY_OP_SPAWN,
                               .pid = owner,
                               .tag = tag,
                               .flags = flags,
                               .shutdown = 5000,
                           });
}

belay_pid spawn_under(test_world *world, belay_pid supervisor, uint32_t tag,
                      uint32_t restart) {
    return world_do(world, (belay_command){
                               .op = BELAY_OP_SPAWN,
                               .pid = world->root,
                               .scope = supervisor,
                               .tag = tag,
                               .kind = restart,
                               .flags = BELAY_FLAG_ORPHAN,
                               .shutdown = 5000,
                           });
}

uint32_t run_all(test_world *world) {
    uint32_t count = 0;
    while (belay_look(world->kernel)->ready > 0) {
        world_do(world, (belay_command){.op = BELAY_OP_RUN});
        count++;
    }
    return count;
}

void settle(test_world *world, belay_pid pid) {
    uint32_t *words = belay_words(world->kernel);
    words[0] = (uint32_t)pid;
    words[1] = (uint32_t)(pid >> 32);
    world_do(world, (belay_command){.op = BELAY_OP_SETTLE, .count = 1});
}

void exit_with(test_world *world, belay_pid pid, uint32_t reason) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_EXIT,
                        .pid = pid,
                        .reason = reason,
                    });
}

void advance(test_world *world, uint64_t now) {
    world_do(world, (belay_command){.op = BELAY_OP_ADVANCE, .time = now});
}

int alive(test_world *world, belay_pid pid) {
    belay_process_info info;
    return belay_info(world->kernel, pid, &info) == BELAY_OK;
}

belay_code attempt(test_world *world, belay_command command) {
    return world_submit(world, command, NULL);
}

belay_pid wait_for(test_world *world, belay_wait kind, belay_pid owner,
                   belay_pid target, uint64_t time, uint32_t tag) {
    return world_do(world, (belay_command){
                               .op = BELAY_OP_WAIT,
                               .kind = (uint32_t)kind,
                               .pid = owner,
                               .other = target,
                               .time = time,
                               .tag = tag,
                               .reason = BELAY_REASON_NORMAL,
                           });
}

void send_exit(test_world *world, belay_pid from, belay_pid to,
               uint32_t reason) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_SIGNAL,
                        .pid = from,
                        .other = to,
                        .reason = reason,
                    });
}

void join_two(test_world *world, belay_pid a, belay_pid b) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_LINK,
                        .pid = a,
                        .other = b,
                    });
}

void part_two(test_world *world, belay_pid a, belay_pid b) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_UNLINK,
                        .pid = a,
                        .other = b,
                    });
}

belay_pid watch(test_world *world, belay_pid watcher, belay_pid target,
                uint32_t tag) {
    return world_do(world, (belay_command){
                               .op = BELAY_OP_MONITOR,
                               .pid = watcher,
                               .other = target,
                               .tag = tag,
                           });
}

void trap_exits(test_world *world, belay_pid pid) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_TRAP_EXIT,
                        .pid = pid,
                        .flags = BELAY_FLAG_ON,
                    });
}

void put_pids(test_world *world, const belay_pid *pids, uint32_t count) {
    uint32_t *words = belay_words(world->kernel);
    for (uint32_t i = 0; i < count; i++) {
        words[2 * i] = (uint32_t)pids[i];
        words[2 * i + 1] = (uint32_t)(pids[i] >> 32);
    }
}

void get_pids(test_world *world, belay_pid *pids, uint32_t count) {
    const uint32_t *words = belay_words(world->kernel);
    for (uint32_t i = 0; i < count; i++) {
        pids[i] = (belay_pid)words[2 * i + 1] << 32 | words[2 * i];
    }
}

uint32_t new_reason(test_world *world, belay_class class) {
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_REASON_NEW,
        .kind = (uint32_t) class,
    };
    CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
    return answer.value;
}

belay_process_info info_of(test_world *world, belay_pid pid) {
    belay_process_info info = {0};
    CHECK_EQUAL(belay_info(world->kernel, pid, &info), BELAY_OK);
    return info;
}

belay_pid open_stream(test_world *world, belay_pid consumer, uint32_t tag,
                      uint32_t limit, uint32_t flags) {
    return world_do(world, (belay_command){
                               .op = BELAY_OP_STREAM_OPEN,
                               .pid = consumer,
                               .tag = tag,
                               .limit = limit,
                               .flags = flags,
                               .time = BELAY_INFINITY,
                               .extra = 0xffffffffu,
                           });
}

void want(test_world *world, belay_pid stream, uint32_t count) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_STREAM_NEXT,
                        .other = stream,
                        .count = count,
                    });
}

void feed(test_world *world, belay_pid stream, uint32_t count,
          belay_pid *pids) {
    for (uint32_t i = 0; i < count; i++) {
        belay_answer answer = {0};
        belay_command command = {
            .op = BELAY_OP_STREAM_PUSH,
            .other = stream,
            .count = 1,
        };
        CHECK_EQUAL(world_submit(world, command, &answer), BELAY_OK);
        CHECK_EQUAL(answer.value, 1);
        const uint32_t *words = belay_words(world->kernel);
        pids[i] = (belay_pid)words[1] << 32 | words[0];
    }
    run_all(world);
}

belay_pid open_supervisor(test_world *world, belay_pid parent, uint32_t tag,
                          belay_sup kind, uint32_t flags) {
    return world_do(world, (belay_command){
                               .op = BELAY_OP_SUP_START,
                               .pid = parent,
                               .tag = tag,
                               .kind = (uint32_t)kind,
                               .flags = flags,
                               .limit = 0xffffffffu,
                               .count = 3,
                               .extra = 5,
                           });
}

void stop_supervisor(test_world *world, belay_pid supervisor, uint32_t reason,
                     uint32_t tag) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_WAIT,
                        .kind = BELAY_WAIT_STOP,
                        .pid = world->root,
                        .other = supervisor,
                        .time = BELAY_INFINITY,
                        .reason = reason,
                        .tag = tag,
                    });
}

void terminate_child(test_world *world, belay_pid supervisor, belay_pid pid,
                     uint32_t tag) {
    world_do(world, (belay_command){
                        .op = BELAY_OP_SUP_ASK,
                        .pid = world->root,
                        .scope = supervisor,
                        .other = pid,
                        .tag = tag,
                    });
}

static const belay_event no_event;

const belay_event *event_of(const test_world *world, belay_event_kind kind,
                            belay_pid pid) {
    for (uint32_t i = 0; i < world->event_count; i++) {
        const belay_event *event = &world->events[i];
        if (event->kind == (uint32_t)kind && event->pid == pid) {
            return event;
        }
    }
    CHECK_EQUAL(0, kind);
    return &no_event;
}

const belay_event *event_tagged(const test_world *world,
                                belay_event_kind kind, uint32_t tag) {
    for (uint32_t i = 0; i < world->event_count; i++) {
        const belay_event *event = &world->events[i];
        if (event->kind == (uint32_t)kind && event->tag == tag) {
            return event;
        }
    }
    CHECK_EQUAL(0, kind);
    return &no_event;
}

uint32_t count_of(const test_world *world, belay_event_kind kind,
                  belay_pid pid) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->event_count; i++) {
        count += world->events[i].kind == (uint32_t)kind &&
                 world->events[i].pid == pid;
    }
    return count;
}

uint32_t count_tagged(const test_world *world, belay_event_kind kind,
                      uint32_t tag) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->event_count; i++) {
        count += world->events[i].kind == (uint32_t)kind &&
                 world->events[i].tag == tag;
    }
    return count;
}
