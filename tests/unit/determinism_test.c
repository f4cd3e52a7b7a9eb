/* The same commands at the same times give the same events, byte for byte,
 * in every build: a tape made by a seed is held against numbers written
 * here. They change when the kernel's behaviour does, and then with a reason
 * to be given; a failure prints the new ones. */
#include "harness.h"

#define COMMANDS 4000u
#define KNOWN_MAX 16u
#define TAPES 4u
#define ALL 0xffffffffu

/* Of all events and answers, and of the state at the end. */
static const uint64_t tape_hash[TAPES] = {
    10451261980011282135ull,
    4466352082483237515ull,
    15880463026611922347ull,
    8554268292134048462ull,
};
static const uint64_t tape_digest[TAPES] = {
    6680569808828130232ull,
    3637881746355706264ull,
    6489939598366963398ull,
    2346872388066629095ull,
};

/* Ids that were given; the newest replace the oldest. */
typedef struct known {
    belay_pid ids[KNOWN_MAX];
    uint32_t count;
} known;

typedef struct test_tape {
    test_dice dice;
    known processes;
    known supervisors;
    known streams;
    known waits;
    known monitors;
    known reasons;
    known names;
    uint64_t hash;
} test_tape;

static void learn(known *list, belay_pid id) {
    if (id != 0) {
        list->ids[list->count++ % KNOWN_MAX] = id;
    }
}

static belay_pid any(test_tape *tape, const known *list) {
    uint32_t count = list->count < KNOWN_MAX ? list->count : KNOWN_MAX;
    return count == 0 ? 0 : list->ids[dice_below(&tape->dice, count)];
}

static uint32_t any_reason(test_tape *tape) {
    uint32_t well_known = dice_below(&tape->dice, 2);
    return well_known ? 1 + dice_below(&tape->dice, 7)
                      : (uint32_t)any(tape, &tape->reasons);
}

static belay_pid any_process(test_tape *tape, const test_world *world) {
    return dice_below(&tape->dice, 3) == 0 ? world->root
                                           : any(tape, &tape->processes);
}

/* Makes a process, a stream or a supervisor. */
static belay_command any_making(test_tape *tape, const test_world *world) {
    test_dice *dice = &tape->dice;
    belay_command command = {
        .pid = any_process(tape, world),
        .tag = dice_below(dice, 1000),
        .time = dice_below(dice, 5000),
        .shutdown = dice_below(dice, 3000),
        .limit = 1 + dice_below(dice, 6),
        .extra = 1 + dice_below(dice, 5),
        .count = dice_below(dice, 8),
    };
    if (dice_below(dice, 3) == 0) {
        command.scope = any(tape, &tape->supervisors);
    }
    switch (dice_below(dice, 8)) {
    case 0:
        command.op = BELAY_OP_STREAM_OPEN;
        command.flags = dice_below(dice, 8) * BELAY_FLAG_ORDERED;
        command.extra = dice_below(dice, 2) == 0 ? 0xffffffffu : 3;
        break;
    case 1:
        command.op = BELAY_OP_SUP_START;
        command.scope = 0;
        command.kind = dice_below(dice, 4);
        command.flags = dice_below(dice, 2);
        if (command.kind != BELAY_SUP_TASK && dice_below(dice, 2) == 0) {
            command.flags |= BELAY_FLAG_ANY_SIGNIFICANT;
        }
        command.limit = 1 + dice_below(dice, 20);
        break;
    case 2: /* for a general supervisor to take as its child */
        command.op = BELAY_OP_SPAWN;
        command.pid = any(tape, &tape->supervisors);
        command.scope = 0;
        command.flags = BELAY_FLAG_LINK;
        break;
    default:
        command.op = BELAY_OP_SPAWN;
        command.flags = dice_below(dice, 3);
        command.kind = command.scope == 0 ? 0 : dice_below(dice, 3);
        break;
    }
    return command;
}

/* Puts processes into the word area. */
static void fill_words(test_tape *tape, const test_world *world,
                       uint32_t count) {
    uint32_t *words = belay_words(world->kernel);
    for (uint32_t i = 0; i < count; i++) {
        belay_pid pid = any(tape, &tape->processes);
        words[2 * i] = (uint32_t)pid;
        words[2 * i + 1] = (uint32_t)(pid >> 32);
    }
}

static belay_command any_stream_command(test_tape *tape,
                                        const test_world *world) {
    static const uint32_t ops[] = {
        BELAY_OP_STREAM_NEXT,  BELAY_OP_STREAM_NEXT, BELAY_OP_STREAM_PUSH,
        BELAY_OP_STREAM_PUSH,  BELAY_OP_STREAM_PUSH, BELAY_OP_STREAM_PUSH,
        BELAY_OP_STREAM_END,   BELAY_OP_STREAM_HALT, BELAY_OP_STREAM_CYCLE,
        BELAY_OP_STREAM_CYCLE, BELAY_OP_STREAM_TAKE,
    };
    belay_command command = {
        .op = ops[dice_below(&tape->dice, 11)],
        .other = any(tape, &tape->streams),
        .count = 1 + dice_below(&tape->dice, 3),
    };
    if (command.op == BELAY_OP_STREAM_NEXT) {
        command.flags = dice_below(&tape->dice, 2) * BELAY_FLAG_TOGETHER;
        command.count = dice_below(&tape->dice, 3) == 0 ? ALL : command.count;
    }
    if (command.op == BELAY_OP_STREAM_CYCLE) {
        fill_words(tape, world, command.count);
    }
    return command;
}

/* Something to ask a supervisor for. */
static void any_ask(test_tape *tape, belay_command *command) {
    test_dice *dice = &tape->dice;
    command->op = BELAY_OP_SUP_ASK;
    command->scope = any(tape, &tape->supervisors);
    command->kind = dice_below(dice, BELAY_ASK_INIT + 1);
    command->extra = dice_below(dice, 4);
    command->count = dice_below(dice, 1000);
    command->limit = dice_below(dice, 3);
    if (command->kind >= BELAY_ASK_START && dice_below(dice, 3) == 0) {
        command->flags = BELAY_FLAG_SIGNIFICANT;
    }
}

static belay_command any_wait_command(test_tape *tape,
                                      const test_world *world) {
    test_dice *dice = &tape->dice;
    belay_command command = {
        .op = BELAY_OP_WAIT,
        .kind = dice_below(dice, 5),
        .pid = any_process(tape, world),
        .other = any(tape, &tape->processes),
        .time = dice_below(dice, 4) == 0 ? BELAY_BRUTAL_KILL
                                         : dice_below(dice, 3000),
        .tag = dice_below(dice, 1000),
        .reason = any_reason(tape),
    };
    switch (dice_below(dice, 8)) {
    case 0:
        command.op = BELAY_OP_WAIT_CANCEL;
        command.other = any(tape, &tape->waits);
        break;
    case 1:
        command.op = BELAY_OP_IGNORE;
        break;
    case 2:
    case 3:
        any_ask(tape, &command);
        break;
    case 4:
    case 5:
        command.op = BELAY_OP_SUP_CHILD;
        command.scope = any(tape, &tape->supervisors);
        command.kind = dice_below(dice, 3);
        break;
    default:
        break;
    }
    return command;
}

static belay_command any_bond_command(test_tape *tape,
                                      const test_world *world) {
    static const uint32_t ops[] = {
        BELAY_OP_SIGNAL,     BELAY_OP_LINK,      BELAY_OP_UNLINK,
        BELAY_OP_MONITOR,    BELAY_OP_TRAP_EXIT, BELAY_OP_ABANDONED,
        BELAY_OP_REASON_NEW, BELAY_OP_NAME_SET,  BELAY_OP_NAME_NEW,
        BELAY_OP_DEMONITOR,  BELAY_OP_NAME_GET,  BELAY_OP_REASON_DROP,
        BELAY_OP_TRAP_EXIT,  BELAY_OP_TRAP_EXIT, BELAY_OP_LINK,
    };
    test_dice *dice = &tape->dice;
    belay_command command = {
        .op = ops[dice_below(dice, 15)],
        .pid = any_process(tape, world),
        .other = any(tape, &tape->processes),
        .tag = (uint32_t)any(tape, &tape->names),
        .reason = any_reason(tape),
    };
    if (command.op == BELAY_OP_TRAP_EXIT) {
        command.pid = any(tape, &tape->processes);
        command.flags = BELAY_FLAG_ON;
    }
    if (command.op == BELAY_OP_REASON_NEW) {
        command.kind = dice_below(dice, 2);
    }
    if (command.op == BELAY_OP_DEMONITOR) {
        command.other = any(tape, &tape->monitors);
    }
    if (command.op == BELAY_OP_ABANDONED) {
        command.other = dice_below(dice, 2) * any(tape, &tape->streams);
    }
    return command;
}

/* Runs a body, or ends one. */
static belay_command any_body_command(test_tape *tape, test_world *world) {
    test_dice *dice = &tape->dice;
    switch (dice_below(dice, 10)) {
    case 8:
        return (belay_command){
            .op = BELAY_OP_RETURN,
            .pid = any(tape, &tape->processes),
        };
    case 9:
        return (belay_command){
            .op = BELAY_OP_LIFE,
            .pid = any_process(tape, world),
            .tag = dice_below(dice, 1000),
        };
    case 0:
        return (belay_command){
            .op = BELAY_OP_EXIT,
            .pid = any(tape, &tape->processes),
            .reason = any_reason(tape),
        };
    case 1:
    case 2:
    case 3:
        fill_words(tape, world, 1);
        return (belay_command){.op = BELAY_OP_SETTLE, .count = 1};
    default:
        return (belay_command){.op = BELAY_OP_RUN};
    }
}

static belay_command any_command(test_tape *tape, test_world *world) {
    uint64_t now = belay_look(world->kernel)->now;
    switch (dice_below(&tape->dice, 18)) {
    case 16:
    case 17:
        return any_wait_command(tape, world);
    case 0:
        return (belay_command){
            .op = BELAY_OP_ADVANCE,
            .time = now + dice_below(&tape->dice, 900),
        };
    case 1:
    case 2:
    case 3:
        return any_making(tape, world);
    case 4:
    case 5:
    case 6:
    case 7:
        return any_stream_command(tape, world);
    case 8:
        return any_wait_command(tape, world);
    case 9:
    case 10:
        return any_bond_command(tape, world);
    default:
        return any_body_command(tape, world);
    }
}

static void note(test_tape *tape, const test_world *world,
                 const belay_command *command, const belay_answer *answer) {
    const uint32_t *words = belay_words(world->kernel);
    switch (command->op) {
    case BELAY_OP_SPAWN:
    case BELAY_OP_RUN:
        learn(&tape->processes, answer->pid);
        break;
    case BELAY_OP_STREAM_PUSH:
    case BELAY_OP_STREAM_CYCLE:
        for (uint32_t i = 0; i < answer->value; i++) {
            learn(&tape->processes,
                  (belay_pid)words[2 * i + 1] << 32 | words[2 * i]);
        }
        break;
    case BELAY_OP_STREAM_OPEN:
        learn(&tape->streams, answer->pid);
        break;
    case BELAY_OP_SUP_START:
        learn(&tape->supervisors, answer->pid);
        learn(&tape->processes, answer->pid);
        break;
    case BELAY_OP_WAIT:
        learn(&tape->waits, answer->pid);
        break;
    case BELAY_OP_MONITOR:
        learn(&tape->monitors, answer->pid);
        break;
    case BELAY_OP_REASON_NEW:
        learn(&tape->reasons, answer->value);
        break;
    case BELAY_OP_NAME_NEW:
        learn(&tape->names, answer->value);
        break;
    default:
        break;
    }
}

static void mix(test_tape *tape, uint64_t number) {
    test_dice dice = {tape->hash ^ number};
    tape->hash = dice_next(&dice);
}

/* Plays a tape, with a trace if its seed is odd; its world stays open. */
static test_world *play(test_tape *tape, uint64_t seed, uint32_t events_max) {
    *tape = (test_tape){.dice = {seed}, .hash = seed};
    test_world *world = world_open(500, events_max, 0);
    world_do(world, (belay_command){
                        .op = BELAY_OP_TRACE,
                        .flags = seed % 2 * BELAY_FLAG_ON,
                    });
    for (uint32_t i = 0; i < COMMANDS; i++) {
        belay_command command = any_command(tape, world);
        belay_answer answer = {0};
        belay_code code = world_submit(world, command, &answer);
        mix(tape, code);
        if (code == BELAY_OK) {
            note(tape, world, &command, &answer);
            mix(tape, answer.pid);
            mix(tape, answer.value);
        }
    }
    mix(tape, world->hash);
    return world;
}

static void a_tape_gives_the_events_that_are_written_here(void) {
    for (uint32_t i = 0; i < TAPES; i++) {
        test_tape tape;
        test_world *world = play(&tape, 1000 + i, 0);
        CHECK_EQUAL(tape.hash, tape_hash[i]);
        world_close(world);
    }
}

static void a_tape_ends_in_the_state_that_is_written_here(void) {
    for (uint32_t i = 0; i < TAPES; i++) {
        test_tape tape;
        test_world *world = play(&tape, 1000 + i, 0);
        CHECK_EQUAL(belay_digest(world->kernel), tape_digest[i]);
        world_close(world);
    }
}

static void a_tape_reaches_every_kind_of_event(void) {
    uint32_t seen[32] = {0};
    for (uint32_t i = 0; i < TAPES; i++) {
        test_tape tape;
        test_world *world = play(&tape, 1000 + i, 0);
        for (uint32_t n = 0; n < world->event_count; n++) {
            seen[world->events[n].kind % 32]++;
        }
        world_close(world);
    }
#define X(name, number, text) CHECK(seen[number] > 0);
    BELAY_EVENTS(X)
#undef X
}

static void the_size_of_the_queue_does_not_change_the_events(void) {
    test_tape wide;
    world_close(play(&wide, 77, 65536));
    test_tape narrow;
    world_close(play(&narrow, 77, BELAY_EVENTS_MIN));
    CHECK_EQUAL(narrow.hash, wide.hash);
}

static void another_seed_gives_other_events(void) {
    test_tape one;
    world_close(play(&one, 78, 0));
    test_tape other;
    world_close(play(&other, 79, 0));
    CHECK(one.hash != other.hash);
}

static void looking_on_does_not_change_the_state(void) {
    test_tape tape;
    test_world *world = play(&tape, 80, 0);
    uint64_t before = belay_digest(world->kernel);
    belay_process_info process;
    uint32_t index = 0;
    while (belay_inspect(world->kernel, index, &process) == BELAY_OK) {
        index = (uint32_t)(process.pid & 0xffffffu) + 1;
    }
    CHECK_EQUAL(belay_check(world->kernel), 0);
    CHECK_EQUAL(belay_digest(world->kernel), before);
    world_close(world);
}

static void a_change_of_the_state_changes_the_digest(void) {
    test_world *world = world_open(0, 0, 0);
    uint64_t before = belay_digest(world->kernel);
    belay_pid pid = spawn(world, world->root, 1, 0);
    uint64_t spawned = belay_digest(world->kernel);
    CHECK(spawned != before);
    trap_exits(world, pid);
    uint64_t trapping = belay_digest(world->kernel);
    CHECK(trapping != spawned);
    advance(world, 1);
    CHECK(belay_digest(world->kernel) != trapping);
    world_close(world);
}

int main(void) {
    RUN(a_tape_gives_the_events_that_are_written_here);
    RUN(a_tape_ends_in_the_state_that_is_written_here);
    RUN(a_tape_reaches_every_kind_of_event);
    RUN(the_size_of_the_queue_does_not_change_the_events);
    RUN(another_seed_gives_other_events);
    RUN(looking_on_does_not_change_the_state);
    RUN(a_change_of_the_state_changes_the_digest);
    return harness_end();
}
