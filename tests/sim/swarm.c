/* swarm.c - chance: each seed has its own limits, commands, habits of the
 * host and bad luck; each step is drawn from what the model knows. */
#include "swarm.h"

#include <stdlib.h>

/* splitmix64 */
uint64_t dice_next(sim_dice *dice) {
    dice->state += 0x9e3779b97f4a7c15ull;
    uint64_t value = dice->state;
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9ull;
    value = (value ^ value >> 27) * 0x94d049bb133111ebull;
    return value ^ value >> 31;
}

uint32_t dice_below(sim_dice *dice, uint32_t below) {
    return (uint32_t)((dice_next(dice) >> 32) * below >> 32);
}

int dice_percent(sim_dice *dice, uint32_t percent) {
    return dice_below(dice, 100) < percent;
}

enum group {
    GROUP_LIFE,
    GROUP_ENDS,
    GROUP_BONDS,
    GROUP_WAITS,
    GROUP_STREAMS,
    GROUP_SUPERVISORS,
    GROUP_REST,
    GROUPS
};

/* How often a host uses a command, beside others of its group. */
typedef struct habit {
    uint32_t op;
    uint32_t group;
    uint32_t weight;
} habit;

static const habit habits[] = {
    {BELAY_OP_ADVANCE, GROUP_LIFE, 8},
    {BELAY_OP_SPAWN, GROUP_LIFE, 16},
    {BELAY_OP_RUN, GROUP_LIFE, 24},
    {BELAY_OP_SETTLE, GROUP_LIFE, 16},
    {BELAY_OP_EXIT, GROUP_ENDS, 6},
    {BELAY_OP_SIGNAL, GROUP_ENDS, 5},
    {BELAY_OP_LINK, GROUP_BONDS, 8},
    {BELAY_OP_UNLINK, GROUP_BONDS, 2},
    {BELAY_OP_MONITOR, GROUP_BONDS, 8},
    {BELAY_OP_DEMONITOR, GROUP_BONDS, 2},
    {BELAY_OP_TRAP_EXIT, GROUP_BONDS, 5},
    {BELAY_OP_ABANDONED, GROUP_LIFE, 3},
    {BELAY_OP_WAIT, GROUP_WAITS, 16},
    {BELAY_OP_WAIT_CANCEL, GROUP_WAITS, 2},
    {BELAY_OP_IGNORE, GROUP_WAITS, 2},
    {BELAY_OP_ABORT, GROUP_ENDS, 3},
    {BELAY_OP_STREAM_OPEN, GROUP_STREAMS, 6},
    {BELAY_OP_STREAM_NEXT, GROUP_STREAMS, 10},
    {BELAY_OP_STREAM_PUSH, GROUP_STREAMS, 60},
    {BELAY_OP_STREAM_END, GROUP_STREAMS, 1},
    {BELAY_OP_STREAM_HALT, GROUP_ENDS, 1},
    {BELAY_OP_SUP_START, GROUP_SUPERVISORS, 5},
    {BELAY_OP_SUP_ASK, GROUP_SUPERVISORS, 16},
    {BELAY_OP_NAME_NEW, GROUP_REST, 1},
    {BELAY_OP_NAME_SET, GROUP_REST, 3},
    {BELAY_OP_NAME_DROP, GROUP_REST, 1},
    {BELAY_OP_NAME_GET, GROUP_REST, 2},
    {BELAY_OP_REASON_NEW, GROUP_REST, 4},
    {BELAY_OP_REASON_DROP, GROUP_REST, 3},
    {BELAY_OP_TRACE, GROUP_REST, 1},
    {BELAY_OP_STREAM_CYCLE, GROUP_STREAMS, 10},
    {BELAY_OP_SUP_CHILD, GROUP_SUPERVISORS, 60},
    {BELAY_OP_RETURN, GROUP_LIFE, 12},
    {BELAY_OP_LIFE, GROUP_LIFE, 6},
    {BELAY_OP_STREAM_TAKE, GROUP_STREAMS, 12},
};

#define HABITS (sizeof habits / sizeof *habits)

#define X(name, number, handler, text)                                       \
    _Static_assert(number <= HABITS, "every command of belay.h is drawn");
BELAY_COMMANDS(X)
#undef X
_Static_assert(HABITS == SWARM_COMMANDS, "each has a weight");

/* ---- A seed ----------------------------------------------------------- */

uint32_t swarm_one_of(sim_dice *dice, const uint32_t *list, uint32_t count) {
    return list[dice_below(dice, count)];
}

static void draw_limits(sim_dice *dice, sim_tape *tape) {
    static const uint32_t processes[] = {4, 6, 9, 16, 30, 60, 300, 0};
    static const uint32_t events[] = {64, 64, 64, 64, 128, 1024, 0};
    static const uint32_t slacks[] = {0, 0, 0, 1, 7};
    tape->processes_max = ONE_OF(dice, processes);
    tape->events_max = ONE_OF(dice, events);
    tape->slack = ONE_OF(dice, slacks);
    tape->count = 0;
}

static void draw_weights(sim_swarm *swarm) {
    static const uint32_t factors[] = {0, 1, 4, 12};
    sim_dice *dice = &swarm->dice;
    uint32_t factor[GROUPS];
    for (uint32_t i = 0; i < GROUPS; i++) {
        factor[i] = ONE_OF(dice, factors);
    }
    factor[GROUP_LIFE] = 4;
    factor[GROUP_ENDS] = 1 + dice_below(dice, 4);
    for (uint32_t i = 0; i < HABITS; i++) {
        int always = habits[i].group == GROUP_LIFE ||
                     habits[i].op == BELAY_OP_SUP_CHILD;
        swarm->weights[i] = !always && dice_percent(dice, 15)
                                ? 0
                                : habits[i].weight * factor[habits[i].group];
        swarm->weight_sum += swarm->weights[i];
    }
}

sim_swarm *swarm_open(uint64_t seed, sim_tape *tape, uint32_t *count) {
    static const uint32_t rates[] = {0, 10, 50, 90};
    static const uint32_t rare[] = {0, 0, 0, 5, 20};
    static const uint32_t fails[] = {0, 5, 20, 40};
    static const uint32_t timeouts[] = {3, 50, 1000, 5000, 100000};
    static const uint32_t leaps[] = {2, 40, 900, 4000, 100000};
    static const uint32_t slows[] = {70, 97, 99, 99};
    static const uint32_t sips[] = {0, 0, 0, 1, 3};
    static const uint32_t hubs[] = {0, 0, 0, 40, 80};
    static const uint32_t counts[] = {60, 150, 300, 400};
    sim_swarm *swarm = calloc(1, sizeof *swarm);
    if (swarm == NULL) {
        return NULL;
    }
    sim_dice *dice = &swarm->dice;
    dice->state = seed * 0x2545f4914f6cdd1dull + 12345;
    *count = ONE_OF(dice, counts);
    draw_limits(dice, tape);
    draw_weights(swarm);
    swarm->stale = ONE_OF(dice, rare);
    swarm->noise = ONE_OF(dice, rare) / 2;
    swarm->traps = ONE_OF(dice, rates);
    swarm->links = ONE_OF(dice, rates);
    swarm->scopes = ONE_OF(dice, rates);
    swarm->own = ONE_OF(dice, rates);
    swarm->bodies = ONE_OF(dice, rates);
    swarm->slow = dice_percent(dice, 40) ? ONE_OF(dice, slows) : 0;
    swarm->sips = ONE_OF(dice, sips);
    swarm->hub = ONE_OF(dice, hubs);
    swarm->crowd = dice_percent(dice, 20) ? 20 + dice_below(dice, 80) : 0;
    if (swarm->crowd > 0) {
        *count = 400;
        tape->processes_max = 200;
        tape->events_max = BELAY_EVENTS_MIN;
        swarm->slow = dice_below(dice, 100);
        swarm->sips = 3;
    }
    swarm->wide = dice_percent(dice, 10);
    if (swarm->wide) {
        *count = 400;
        tape->processes_max = 200;
        swarm->crowd = 0;
    }
    swarm->traced = dice_percent(dice, swarm->slow > 0 ? 60 : 20);
    if (swarm->slow > 0 && dice_percent(dice, 80)) {
        tape->events_max = BELAY_EVENTS_MIN;
    }
    swarm->starve = ONE_OF(dice, rare);
    swarm->fails = ONE_OF(dice, fails);
    swarm->general = ONE_OF(dice, rates);
    swarm->timeout_max = ONE_OF(dice, timeouts);
    swarm->leap_max = ONE_OF(dice, leaps);
    return swarm;
}

void swarm_close(sim_swarm *swarm) {
    free(swarm);
}

/* Some seeds have phases in which many processes gather around one. */
int swarm_gathers(const sim_swarm *swarm) {
    return swarm->label % (2 * swarm->crowd + 1) < swarm->crowd;
}

/* And then that one ends. */
int swarm_scatters(const sim_swarm *swarm) {
    return swarm->crowd > 0 &&
           swarm->label % (2 * swarm->crowd + 1) == swarm->crowd;
}

/* Commands that take memory for themselves only. What others set going may
 * need some, too, later, and then there is nobody to be told NO_MEMORY. */
static int may_starve(const sim_step *step) {
    switch (step->op) {
    case BELAY_OP_SPAWN:
    case BELAY_OP_LINK:
    case BELAY_OP_MONITOR:
    case BELAY_OP_STREAM_OPEN:
    case BELAY_OP_STREAM_PUSH:
    case BELAY_OP_SUP_START:
    case BELAY_OP_NAME_NEW:
    case BELAY_OP_REASON_NEW:
        return 1;
    case BELAY_OP_WAIT:
        return step->kind <= BELAY_WAIT_YIELD ||
               step->kind == BELAY_WAIT_SLEEP;
    case BELAY_OP_SUP_ASK:
        return step->kind >= BELAY_ASK_RESTART;
    default:
        return 0;
    }
}

/* ---- What there is to be done ----------------------------------------- */

static int some_process(const model_world *world, process_test test) {
    for (uint32_t i = 1; i < world->process_count; i++) {
        if (test(world, i)) {
            return 1;
        }
    }
    return 0;
}

static uint32_t open_streams(const model_world *world, int asked) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->stream_count; i++) {
        const model_stream *stream = &world->streams[i];
        count +=
            stream->there && !stream->closed && (!asked || stream->asked > 0);
    }
    return count;
}

static int some_made(const sim_game *game, enum sim_made_kind kind) {
    for (uint32_t i = 0; i < game->made_count; i++) {
        if (game->made[i].kind == (uint32_t)kind) {
            return 1;
        }
    }
    return 0;
}

/* Whether the command can do something now. */
static int is_apt(const sim_game *game, uint32_t op) {
    const model_world *world = game->world;
    const belay_view *view = belay_look(game->kernel);
    switch (op) {
    case BELAY_OP_SPAWN:
    case BELAY_OP_LIFE:
    case BELAY_OP_SUP_START:
        return view->processes + view->kept < world->processes_max;
    case BELAY_OP_RUN:
        return world->ready_count > 0;
    case BELAY_OP_SETTLE:
    case BELAY_OP_RETURN:
    case BELAY_OP_EXIT:
        return some_process(world, swarm_is_running);
    case BELAY_OP_ABANDONED:
        return world->abandoned > 0;
    case BELAY_OP_STREAM_OPEN:
        return open_streams(world, 0) < 3;
    case BELAY_OP_STREAM_PUSH:
        return open_streams(world, 1) > 0 &&
               view->processes + view->kept < world->processes_max;
    case BELAY_OP_STREAM_NEXT:
    case BELAY_OP_STREAM_END:
    case BELAY_OP_STREAM_HALT:
    case BELAY_OP_STREAM_CYCLE:
    case BELAY_OP_STREAM_TAKE:
        return open_streams(world, 0) > 0;
    case BELAY_OP_SUP_ASK:
        return some_process(world, swarm_is_supervisor);
    case BELAY_OP_SUP_CHILD:
        return some_process(world, swarm_is_starting);
    case BELAY_OP_NAME_SET:
    case BELAY_OP_NAME_DROP:
    case BELAY_OP_NAME_GET:
        return some_made(game, MADE_NAME);
    case BELAY_OP_DEMONITOR:
        return some_made(game, MADE_MONITOR);
    case BELAY_OP_WAIT_CANCEL:
        return some_made(game, MADE_WAIT);
    case BELAY_OP_REASON_DROP:
        return some_made(game, MADE_REASON);
    default:
        return 1;
    }
}

static uint32_t crowd_op(sim_swarm *swarm) {
    static const uint32_t ops[] = {
        BELAY_OP_SPAWN, BELAY_OP_SPAWN,   BELAY_OP_SPAWN,
        BELAY_OP_SPAWN, BELAY_OP_SPAWN,   BELAY_OP_RUN,
        BELAY_OP_LINK,  BELAY_OP_MONITOR, BELAY_OP_TRAP_EXIT,
    };
    return ONE_OF(&swarm->dice, ops);
}

static int queue_is_full(const sim_game *game) {
    return belay_look(game->kernel)->events > 40;
}

/* Some seeds have streams with many items, most of which end before anyone
 * asks for them; by then the queue may have too little room for them all. */
static uint32_t wide_op(sim_swarm *swarm, const sim_game *game) {
    static const uint32_t ops[] = {
        BELAY_OP_RUN,    BELAY_OP_RUN,    BELAY_OP_SETTLE,
        BELAY_OP_SETTLE, BELAY_OP_SETTLE, BELAY_OP_SETTLE,
    };
    sim_dice *dice = &swarm->dice;
    if (open_streams(game->world, 0) == 0) {
        return BELAY_OP_STREAM_OPEN;
    }
    if (is_apt(game, BELAY_OP_STREAM_PUSH)) {
        return dice_percent(dice, 90) ? BELAY_OP_STREAM_PUSH
                                      : BELAY_OP_STREAM_END;
    }
    if (dice_percent(dice, queue_is_full(game) ? 30 : 3)) {
        return BELAY_OP_STREAM_NEXT;
    }
    return ONE_OF(dice, ops);
}

static uint32_t draw_op(sim_swarm *swarm, const sim_game *game) {
    uint32_t op = 0;
    if (swarm_gathers(swarm)) {
        return crowd_op(swarm);
    }
    if (swarm->wide && dice_percent(&swarm->dice, 75)) {
        return wide_op(swarm, game);
    }
    for (uint32_t tries = 0; tries < 15; tries++) {
        uint32_t draw = dice_below(&swarm->dice, swarm->weight_sum);
        uint32_t i = 0;
        while (draw >= swarm->weights[i]) {
            draw -= swarm->weights[i++];
        }
        op = habits[i].op;
        if (is_apt(game, op) || dice_percent(&swarm->dice, 2)) {
            break;
        }
    }
    return op;
}

/* A slow host takes few events, until the queue is all but full. */
static void draw_drain(sim_swarm *swarm, const sim_game *game,
                       sim_step *step) {
    sim_dice *dice = &swarm->dice;
    if (dice_percent(dice, swarm->slow) &&
        !(queue_is_full(game) &&
          dice_percent(dice, swarm->crowd > 0 ? 1 : 5))) {
        step->take =
            dice_percent(dice, 40) ? dice_below(dice, swarm->sips + 1) : 0;
        step->steps = dice_below(dice, 2);
    }
}

void swarm_draw(sim_swarm *swarm, const sim_game *game, sim_step *step) {
    sim_dice *dice = &swarm->dice;
    *step = (sim_step){
        .label = swarm->label,
        .op = draw_op(swarm, game),
        .take = SIM_ALL,
    };
    step->tag = swarm_ref_number(1 + step->label);
    swarm_draw_fields(swarm, game, step);
    swarm_draw_more(swarm, game, step);
    if (swarm_scatters(swarm)) {
        swarm->hub = 100;
        *step = (sim_step){
            .label = step->label,
            .op = BELAY_OP_SIGNAL,
            .pid = swarm_root,
            .other = swarm_pick_ref(swarm, game, swarm_is_running),
            .reason = swarm_ref_number(BELAY_REASON_SHUTDOWN),
        };
        swarm->hub = 50;
    }
    if (swarm->traced && step->label == 0) {
        *step = (sim_step){
            .label = step->label,
            .op = BELAY_OP_TRACE,
            .flags = BELAY_FLAG_ON,
            .take = SIM_ALL,
        };
    }
    if (dice_percent(dice, swarm->noise)) {
        swarm_draw_noise(swarm, game, step);
    }
    draw_drain(swarm, game, step);
    if (dice_percent(dice, swarm->starve) && may_starve(step)) {
        step->fail_at = 1 + dice_below(dice, 2);
    }
    swarm->label++;
}
