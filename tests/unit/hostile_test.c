/* Any command with any bytes gives a code, never undefined behaviour; the
 * invariants hold after each; and a refused command has changed nothing. */
#include <string.h>

#include "harness.h"

/* Small numbers, ids that were given, and noise. */
static uint64_t any_number(test_dice *dice, const uint64_t *ids,
                           uint32_t count) {
    switch (dice_below(dice, 8)) {
    case 0:
        return dice_below(dice, 4);
    case 1:
        return dice_below(dice, 2000);
    case 2:
        return BELAY_INFINITY - dice_below(dice, 3);
    case 3:
        return dice_next(dice);
    default:
        return count == 0 ? 0 : ids[dice_below(dice, count)];
    }
}

static uint32_t any_reason(test_dice *dice, uint32_t reasons) {
    return dice_below(dice, 3) == 0
               ? BELAY_REASON_HOST + dice_below(dice, reasons + 1)
               : dice_below(dice, 10);
}

/* A command with plausible fields, or with any. */
static belay_command any_command(test_dice *dice, const uint64_t *ids,
                                 uint32_t count, uint64_t now) {
    static const uint32_t small[] = {0, 1, 2, 3, 8, 100, 0xffffffffu};
    belay_command command;
    unsigned char *bytes = (unsigned char *)&command;
    memset(&command, 0, sizeof command);
    if (dice_below(dice, 16) == 0) {
        for (size_t i = 0; i < sizeof command; i++) {
            bytes[i] = (unsigned char)dice_below(dice, 256);
        }
    }
    command.op = dice_below(dice, 40) == 0 ? (uint32_t)dice_next(dice)
                                           : 1 + dice_below(dice, 35);
    command.pid = any_number(dice, ids, count);
    command.other = any_number(dice, ids, count);
    command.scope =
        dice_below(dice, 2) == 0 ? 0 : any_number(dice, ids, count);
    command.time = any_number(dice, ids, 0);
    if (command.op == BELAY_OP_ADVANCE) {
        command.time = now + dice_below(dice, 3000);
    }
    command.shutdown = any_number(dice, ids, 0);
    command.flags = dice_below(dice, 3) == 0 ? dice_below(dice, 128) : 0;
    command.tag = dice_below(dice, 6);
    command.reason = any_reason(dice, 8);
    command.count = small[dice_below(dice, 7)];
    command.limit = small[dice_below(dice, 7)];
    command.kind = dice_below(dice, 6);
    command.extra = small[dice_below(dice, 7)];
    return command;
}

/* ---- Ids that were given, by what they name --------------------------- */

#define KNOWN_MAX 24u

typedef struct id_list {
    uint64_t ids[KNOWN_MAX];
    uint32_t count;
} id_list;

typedef struct acquaintance {
    id_list processes; /* the root first */
    id_list supervisors;
    id_list streams;
    id_list monitors;
    id_list waits;
} acquaintance;

static void known_add(test_dice *dice, id_list *list, uint64_t id) {
    uint32_t place = list->count < KNOWN_MAX
                         ? list->count++
                         : 1 + dice_below(dice, KNOWN_MAX - 1);
    list->ids[place] = id;
}

static uint64_t known_any(test_dice *dice, const id_list *list) {
    return list->count == 0 ? 0 : list->ids[dice_below(dice, list->count)];
}

static void likely_supervision(test_dice *dice, const acquaintance *known,
                               belay_command *command) {
    if (command->op == BELAY_OP_SUP_START) {
        command->flags = dice_below(dice, 2);
        command->kind = dice_below(dice, 4);
        if (command->kind != BELAY_SUP_TASK) {
            command->flags |=
                dice_below(dice, 3) * BELAY_FLAG_ANY_SIGNIFICANT;
        }
        return;
    }
    command->scope = known_any(dice, &known->supervisors);
    if (command->op == BELAY_OP_SUP_CHILD) {
        command->kind = dice_below(dice, 3);
        return;
    }
    command->kind = dice_below(dice, BELAY_ASK_INIT + 1);
    command->limit = dice_below(dice, 3);
    if (command->kind >= BELAY_ASK_START) {
        command->flags = dice_below(dice, 3) * BELAY_FLAG_SIGNIFICANT;
    }
}

/* A command as a sound host would send it, mostly. */
static belay_command likely_command(test_dice *dice,
                                    const acquaintance *known, uint64_t now) {
    static const uint8_t often[] = {
        BELAY_OP_RUN,         BELAY_OP_RUN,         BELAY_OP_SETTLE,
        BELAY_OP_EXIT,        BELAY_OP_SPAWN,       BELAY_OP_SPAWN,
        BELAY_OP_STREAM_NEXT, BELAY_OP_STREAM_PUSH, BELAY_OP_ADVANCE,
        BELAY_OP_SIGNAL,      BELAY_OP_WAIT,        BELAY_OP_TRACE,
        BELAY_OP_SUP_ASK,     BELAY_OP_SUP_ASK,     BELAY_OP_SUP_CHILD,
        BELAY_OP_TRAP_EXIT,   BELAY_OP_RETURN,      BELAY_OP_SUP_CHILD,
        BELAY_OP_SUP_START,   BELAY_OP_SUP_ASK,     BELAY_OP_SPAWN,
        BELAY_OP_TRAP_EXIT,   BELAY_OP_SPAWN,
    };
    belay_command command = {0};
    command.op = dice_below(dice, 2) == 0
                     ? often[dice_below(dice, sizeof often)]
                     : 1 + dice_below(dice, 35);
    command.pid = dice_below(dice, 3) == 0
                      ? known->processes.ids[0]
                      : known_any(dice, &known->processes);
    command.other = known_any(dice, &known->processes);
    command.time =
        dice_below(dice, 4) == 0 ? BELAY_INFINITY : dice_below(dice, 900);
    command.shutdown =
        dice_below(dice, 5) == 0 ? BELAY_BRUTAL_KILL : dice_below(dice, 900);
    command.tag = dice_below(dice, 6);
    command.reason = any_reason(dice, 6);
    command.count = 1 + dice_below(dice, 3);
    command.limit = 1 + dice_below(dice, 3);
    command.extra = 1 + dice_below(dice, 4);
    switch (command.op) {
    case BELAY_OP_ADVANCE:
        command.time = now + dice_below(dice, 700);
        break;
    case BELAY_OP_SPAWN:
        command.flags = dice_below(dice, 3);
        if (dice_below(dice, 5) == 0) {
            command.pid = known_any(dice, &known->supervisors);
            command.flags = BELAY_FLAG_LINK;
        } else if (dice_below(dice, 2) == 0) {
            command.scope = known_any(dice, &known->supervisors);
            command.kind = command.scope == 0 ? 0 : dice_below(dice, 3);
            command.shutdown += 5000;
        }
        break;
    case BELAY_OP_STREAM_OPEN:
        command.flags = dice_below(dice, 8) * BELAY_FLAG_ORDERED;
        command.count = dice_below(dice, 2) * 4;
        if (dice_below(dice, 2) == 0) {
            command.scope = known_any(dice, &known->supervisors);
        }
        break;
    case BELAY_OP_STREAM_NEXT:
    case BELAY_OP_STREAM_PUSH:
    case BELAY_OP_STREAM_CYCLE:
    case BELAY_OP_STREAM_TAKE:
    case BELAY_OP_STREAM_END:
    case BELAY_OP_STREAM_HALT:
    case BELAY_OP_ABANDONED:
        command.other = known_any(dice, &known->streams);
        break;
    case BELAY_OP_SUP_START:
    case BELAY_OP_SUP_ASK:
    case BELAY_OP_SUP_CHILD:
        likely_supervision(dice, known, &command);
        break;
    case BELAY_OP_WAIT:
        command.kind = dice_below(dice, 7);
        if (command.kind >= BELAY_WAIT_STOP) {
            command.kind = BELAY_WAIT_STOP;
            command.other = known_any(dice, &known->supervisors);
        }
        break;
    case BELAY_OP_WAIT_CANCEL:
        command.other = known_any(dice, &known->waits);
        break;
    case BELAY_OP_DEMONITOR:
        command.other = known_any(dice, &known->monitors);
        break;
    case BELAY_OP_TRAP_EXIT:
    case BELAY_OP_TRACE:
        command.flags = dice_below(dice, 3) == 0 ? 0 : BELAY_FLAG_ON;
        break;
    case BELAY_OP_REASON_NEW:
        command.kind = dice_below(dice, 2);
        break;
    default:
        break;
    }
    return command;
}

static void learn(test_dice *dice, acquaintance *known,
                  const belay_command *command, const belay_answer *answer) {
    if (answer->pid == 0) {
        return;
    }
    switch (command->op) {
    case BELAY_OP_SUP_START:
        known_add(dice, &known->supervisors, answer->pid);
        known_add(dice, &known->processes, answer->pid);
        break;
    case BELAY_OP_STREAM_OPEN:
        known_add(dice, &known->streams, answer->pid);
        break;
    case BELAY_OP_MONITOR:
        known_add(dice, &known->monitors, answer->pid);
        break;
    case BELAY_OP_WAIT:
        known_add(dice, &known->waits, answer->pid);
        break;
    case BELAY_OP_RUN:
    case BELAY_OP_SPAWN:
        known_add(dice, &known->processes, answer->pid);
        break;
    default:
        break;
    }
}

/* Which events and codes the lives have reached, so that a generator that
 * only makes refused commands fails. */
static uint32_t events_reached[32];
static uint32_t codes_reached[32]; /* also those of refused asks */

static int drain_one(test_world *world) {
    const belay_event *event = belay_next_event(world->kernel);
    if (event == NULL) {
        return 0;
    }
    events_reached[event->kind % 32]++;
    if (event->kind == BELAY_EVENT_WAIT_DONE &&
        event->extra == BELAY_OUTCOME_REFUSED) {
        codes_reached[event->reason % 32]++;
    }
    return 1;
}

static void hostile_life(uint64_t seed, uint32_t commands,
                         uint32_t processes_max, uint64_t fail_at,
                         uint64_t *reached) {
    test_dice dice = {seed};
    acquaintance known = {0};
    test_world *world = world_try_open(processes_max, BELAY_EVENTS_MIN, 0, 0);
    world->fail_at = fail_at == 0 ? 0 : world->allocations + fail_at;
    world->check = 0;
    known_add(&dice, &known.processes, world->root);
    for (uint32_t i = 0; i < commands; i++) {
        uint64_t now = belay_look(world->kernel)->now;
        belay_command command = dice_below(&dice, 4) == 0
                                    ? any_command(&dice, known.processes.ids,
                                                  known.processes.count, now)
                                    : likely_command(&dice, &known, now);
        uint32_t *words = belay_words(world->kernel);
        for (uint32_t w = 0; w < 16; w += 2) {
            uint64_t id = known_any(&dice, &known.processes);
            words[w] = (uint32_t)id;
            words[w + 1] = (uint32_t)(id >> 32);
        }
        belay_answer answer = {0};
        uint64_t before = belay_digest(world->kernel);
        belay_code code = belay_submit(world->kernel, &command, &answer);
        if (code != BELAY_OK) {
            CHECK_EQUAL(belay_digest(world->kernel), before);
        } else {
            learn(&dice, &known, &command, &answer);
        }
        codes_reached[code % 32]++;
        CHECK_EQUAL(belay_check(world->kernel), 0);
        /* Some hosts drain seldom. */
        int drains = seed % 4 != 0 || i % 64 == 63;
        while (drains && dice_below(&dice, 8) != 0 && drain_one(world)) {
        }
        (void)belay_step(world->kernel);
    }
    *reached += world->allocations;
    while (drain_one(world) || belay_step(world->kernel) != BELAY_EMPTY) {
    }
    world_close(world);
}

static void any_bytes_give_a_code(void) {
    uint64_t reached = 0;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        hostile_life(seed, 400, seed % 3 == 0 ? 5 : 40, 0, &reached);
    }
    CHECK(reached > 300);
#define X(name, number, text) CHECK(events_reached[number] > 0);
    BELAY_EVENTS(X)
#undef X
#define X(name, number, text)                                                \
    if (number != BELAY_NO_MEMORY && number != BELAY_RESTARTING) {           \
        CHECK(codes_reached[number] > 0);                                    \
    }
    BELAY_CODES(X) /* general_test.c has RESTARTING */
#undef X
}

static void a_refused_allocation_leaves_the_state_as_it_was(void) {
    uint64_t reached = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        for (uint64_t fail_at = 1; fail_at <= 12; fail_at++) {
            hostile_life(seed, 150, 40, fail_at, &reached);
        }
    }
    CHECK(reached > 60);
    CHECK(codes_reached[BELAY_NO_MEMORY] > 100);
}

static void creation_survives_each_refused_allocation(void) {
    uint64_t fail_at = 1;
    test_world *world = NULL;
    while ((world = world_try_open(0, 0, 0, fail_at)) == NULL) {
        fail_at++;
    }
    CHECK(fail_at > 3);
    world->fail_at = 0;
    world_close(world);
}

static void a_bad_configuration_is_refused(void) {
    belay_kernel *kernel = NULL;
    belay_config none = {0};
    CHECK_EQUAL(belay_create(&none, &kernel), BELAY_BAD_ARGUMENT);
    CHECK_EQUAL(belay_create(NULL, &kernel), BELAY_BAD_ARGUMENT);
    CHECK(kernel == NULL);
    belay_destroy(NULL);
    CHECK_EQUAL(belay_submit(NULL, NULL, NULL), BELAY_BAD_ARGUMENT);
}

int main(void) {
    RUN(a_bad_configuration_is_refused);
    RUN(creation_survives_each_refused_allocation);
    RUN(any_bytes_give_a_code);
    RUN(a_refused_allocation_leaves_the_state_as_it_was);
    return harness_end();
}
