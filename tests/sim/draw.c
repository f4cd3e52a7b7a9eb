/* draw.c - the fields of each command, as a sound host would have them for
 * the most part. */
#include "swarm.h"

/* ---- One command each ------------------------------------------------- */

static void draw_spawn(sim_swarm *swarm, const sim_game *game,
                       sim_step *step) {
    sim_dice *dice = &swarm->dice;
    uint32_t starting = swarm_pick(swarm, game->world, swarm_is_starting);
    step->pid = swarm_pick_actor(swarm, game);
    step->shutdown = swarm_draw_grace(swarm);
    step->flags = dice_percent(dice, swarm->links)
                      ? BELAY_FLAG_LINK
                      : dice_below(dice, 2) * BELAY_FLAG_ORPHAN;
    uint32_t parent = swarm_pick(swarm, game->world, swarm_is_running);
    uint32_t stopping = swarm_pick(swarm, game->world, swarm_is_stopping);
    if (starting != MODEL_NONE && dice_percent(dice, 60)) {
        step->pid = swarm_ref_process(game, starting);
        step->flags = BELAY_FLAG_LINK;
    } else if (swarm_gathers(swarm) && parent != MODEL_NONE &&
               (swarm->crowd & 1) != 0) {
        step->pid = swarm_ref_process(game, parent);
        step->flags = BELAY_FLAG_LINK;
    } else if (stopping != MODEL_NONE && dice_percent(dice, 30)) {
        step->scope = swarm_ref_process(game, stopping);
    } else if (dice_percent(dice, swarm->scopes)) {
        step->scope = swarm_pick_ref(swarm, game, swarm_is_task_supervisor);
        step->kind = dice_below(dice, 3);
    }
}

static void draw_words(sim_swarm *swarm, const sim_game *game, sim_step *step,
                       process_test test) {
    step->word_count = 1 + dice_below(&swarm->dice, 3);
    step->count = step->word_count;
    for (uint32_t i = 0; i < step->word_count; i++) {
        step->words[i] = swarm_pick_ref(swarm, game, test);
    }
}

/* Whether results of a stream may be wanted that have not been handed over. */
static int may_cycle(const model_stream *stream) {
    return stream->together ? stream->demand > 1 : stream->demand == 0;
}

/* Items of one stream, the oldest first. */
static void draw_cycle(sim_swarm *swarm, const sim_game *game,
                       sim_step *step) {
    const model_world *world = game->world;
    uint32_t picked = MODEL_NONE;
    uint32_t count = 0;
    uint32_t found = 0;
    draw_words(swarm, game, step, swarm_is_running);
    for (uint32_t i = 0; i < world->stream_count; i++) {
        const model_stream *stream = &world->streams[i];
        if (stream->there && may_cycle(stream) &&
            dice_below(&swarm->dice, ++count) == 0) {
            picked = i;
        }
    }
    if (picked == MODEL_NONE) {
        step->other = swarm_pick_stream(swarm, game, 0);
        return;
    }
    step->other = swarm_ref_of(game, MADE_STREAM, world->streams[picked].id);
    for (uint32_t i = 0; i < world->process_count; i++) {
        if (found < step->word_count &&
            world->processes[i].stream == picked &&
            model_has_body(world, i) && !dice_percent(&swarm->dice, 10)) {
            step->words[found++] = swarm_ref_process(game, i);
        }
    }
}

/* One that is awaited, for the most part. */
static void draw_return(sim_swarm *swarm, const sim_game *game,
                        sim_step *step) {
    const model_world *world = game->world;
    uint32_t count = 0;
    step->pid = swarm_pick_ref(swarm, game, swarm_is_running);
    if (dice_percent(&swarm->dice, 30)) {
        return;
    }
    for (uint32_t i = 0; i < world->wait_count; i++) {
        const model_wait *wait = &world->waits[i];
        if (wait->there && wait->target != MODEL_NONE &&
            model_has_body(world, wait->target) &&
            dice_below(&swarm->dice, ++count) == 0) {
            step->pid = swarm_ref_process(game, wait->target);
        }
    }
}

static void draw_wait(sim_swarm *swarm, const sim_game *game,
                      sim_step *step) {
    static const uint32_t kinds[] = {
        BELAY_WAIT_AWAIT,    BELAY_WAIT_AWAIT, BELAY_WAIT_YIELD,
        BELAY_WAIT_SHUTDOWN, BELAY_WAIT_SLEEP, BELAY_WAIT_STOP,
    };
    step->kind = ONE_OF(&swarm->dice, kinds);
    step->pid = swarm_pick_actor(swarm, game);
    step->other = swarm_pick_ref(swarm, game, swarm_is_any);
    step->time = swarm_draw_timeout(swarm);
    uint32_t stubborn = swarm_pick(swarm, game->world, swarm_is_stubborn);
    if (stubborn != MODEL_NONE && dice_percent(&swarm->dice, 15)) {
        uint32_t child = game->world->processes[stubborn].child;
        step->kind = BELAY_WAIT_STOP;
        step->other =
            swarm_ref_process(game, game->world->children[child].supervisor);
        step->reason = swarm_pick_reason(swarm, game);
        return;
    }
    if (step->kind == BELAY_WAIT_STOP) {
        step->other = swarm_pick_ref(swarm, game, swarm_is_supervisor);
        step->reason = swarm_pick_reason(swarm, game);
        return;
    }
    if (step->kind == BELAY_WAIT_SHUTDOWN) {
        step->time = swarm_draw_grace(swarm);
    }
    uint32_t target = swarm_pick(swarm, game->world, swarm_is_owned);
    if (target != MODEL_NONE && !dice_percent(&swarm->dice, swarm->stale)) {
        step->pid = swarm_ref_process(
            game,
            model_find(game->world, game->world->processes[target].owner));
        step->other = swarm_ref_process(game, target);
    }
}

/* An owner and a task of it. */
static void draw_owned(sim_swarm *swarm, const sim_game *game,
                       sim_step *step) {
    draw_wait(swarm, game, step);
    step->kind = 0;
    step->time = 0;
}

static void draw_stream_open(sim_swarm *swarm, const sim_game *game,
                             sim_step *step) {
    sim_dice *dice = &swarm->dice;
    uint32_t body = swarm_pick(swarm, game->world, swarm_is_running);
    step->pid = body != MODEL_NONE && dice_percent(dice, 40)
                    ? swarm_ref_process(game, body)
                    : swarm_pick_actor(swarm, game);
    step->flags = dice_below(dice, 8) * BELAY_FLAG_ORDERED;
    step->limit = 1 + dice_below(dice, swarm->wide ? 60 : 4);
    step->count =
        dice_percent(dice, 30) ? step->limit + dice_below(dice, 3) : 0;
    step->extra = dice_percent(dice, 30) ? dice_below(dice, 3) : SIM_ALL;
    step->time = swarm_draw_timeout(swarm);
    step->shutdown = swarm_draw_grace(swarm);
    if (dice_percent(dice, swarm->scopes)) {
        step->scope = swarm_pick_ref(swarm, game, swarm_is_task_supervisor);
    }
}

static void draw_stream_next(sim_swarm *swarm, const sim_game *game,
                             sim_step *step) {
    sim_dice *dice = &swarm->dice;
    step->other = swarm_pick_stream(swarm, game, 0);
    step->count = dice_percent(dice, 30) ? SIM_ALL : 1 + dice_below(dice, 5);
    step->flags = dice_below(dice, 2) * BELAY_FLAG_TOGETHER;
}

static void draw_stream_push(sim_swarm *swarm, const sim_game *game,
                             sim_step *step) {
    sim_dice *dice = &swarm->dice;
    step->other = swarm_pick_stream(swarm, game, 1);
    step->count = 1 + dice_below(dice, swarm->wide ? 60 : 3);
    const model_world *world = game->world;
    for (uint32_t i = 0; i < world->stream_count; i++) {
        sim_ref ref = swarm_ref_of(game, MADE_STREAM, world->streams[i].id);
        if (ref.label == step->other.label &&
            world->streams[i].asked < step->count &&
            !dice_percent(dice, swarm->stale)) {
            step->count = world->streams[i].asked;
        }
    }
}

static void draw_sup_start(sim_swarm *swarm, const sim_game *game,
                           sim_step *step) {
    sim_dice *dice = &swarm->dice;
    uint32_t starting = swarm_pick(swarm, game->world, swarm_is_starting);
    step->op = BELAY_OP_SUP_START;
    step->pid = swarm_pick_actor(swarm, game);
    step->flags = dice_percent(dice, swarm->links) ? BELAY_FLAG_LINK : 0;
    step->kind = dice_percent(dice, swarm->general)
                     ? BELAY_SUP_ONE_FOR_ONE + dice_below(dice, 3)
                     : BELAY_SUP_TASK;
    step->limit = dice_percent(dice, 40) ? dice_below(dice, 5) : SIM_ALL;
    step->count = dice_below(dice, 5);
    step->extra = 1 + dice_below(dice, 5);
    if (step->kind != BELAY_SUP_TASK) {
        step->flags |= dice_below(dice, 3) * BELAY_FLAG_ANY_SIGNIFICANT;
        step->limit = dice_percent(dice, 20) ? dice_below(dice, 5) : SIM_ALL;
    }
    if (starting != MODEL_NONE && dice_percent(dice, 60)) {
        step->pid = swarm_ref_process(game, starting);
        step->flags |= BELAY_FLAG_LINK;
    }
}

static void draw_sup_ask(sim_swarm *swarm, const sim_game *game,
                         sim_step *step) {
    static const uint32_t kinds[] = {
        BELAY_ASK_TERMINATE_PID, BELAY_ASK_TERMINATE_PID, BELAY_ASK_TERMINATE,
        BELAY_ASK_RESTART,       BELAY_ASK_DELETE,        BELAY_ASK_START,
        BELAY_ASK_START,         BELAY_ASK_START,         BELAY_ASK_START,
        BELAY_ASK_INIT,
    };
    sim_dice *dice = &swarm->dice;
    const model_world *world = game->world;
    step->kind = ONE_OF(dice, kinds);
    step->pid = swarm_pick_actor(swarm, game);
    step->scope = swarm_pick_ref(swarm, game,
                                 step->kind == BELAY_ASK_TERMINATE_PID
                                     ? swarm_is_supervisor
                                     : swarm_is_general);
    step->extra = dice_below(dice, 5);
    uint32_t starting = swarm_pick(swarm, world, swarm_is_starting);
    if (starting != MODEL_NONE && dice_percent(dice, 30)) {
        int restarts = world->processes[starting].ask == MODEL_NONE;
        step->kind = restarts ? BELAY_ASK_RESTART + dice_below(dice, 2)
                              : BELAY_ASK_TERMINATE + dice_below(dice, 4);
        step->scope = swarm_ref_process(game, starting);
        step->extra = world->children[world->processes[starting].at].id;
    }
    if (step->kind == BELAY_ASK_TERMINATE_PID) {
        uint32_t child = swarm_pick(swarm, world, swarm_is_child);
        step->other = swarm_pick_ref(swarm, game, swarm_is_any);
        if (child != MODEL_NONE && dice_percent(dice, 80)) {
            uint32_t place = world->processes[child].child;
            step->other = swarm_ref_process(game, child);
            step->scope =
                swarm_ref_process(game, world->children[place].supervisor);
        }
        return;
    }
    if (step->kind < BELAY_ASK_START) {
        return;
    }
    step->count = 1000 + step->label;
    step->limit = dice_below(dice, 3);
    step->shutdown = swarm_draw_grace(swarm);
    step->flags = dice_below(dice, 2) * BELAY_FLAG_SUPERVISOR;
    step->flags |=
        step->limit != BELAY_RESTART_PERMANENT && dice_percent(dice, 30)
            ? BELAY_FLAG_SIGNIFICANT
            : 0;
}

/* A process that the host has started for this supervisor, or NONE. */
static uint32_t find_started(const model_world *world, uint32_t supervisor) {
    for (uint32_t i = 1; i < world->process_count; i++) {
        const model_process *process = &world->processes[i];
        if (model_alive(world, i) && process->child == MODEL_NONE &&
            process->owner == world->processes[supervisor].pid &&
            process->kind != BELAY_KIND_ITEM &&
            model_linked(world, supervisor, i)) {
            return i;
        }
    }
    return MODEL_NONE;
}

static int has_asks(const model_world *world, uint32_t supervisor) {
    for (uint32_t i = 0; i < world->mail_count; i++) {
        if (world->mail[i].supervisor == supervisor &&
            world->mail[i].kind == MAIL_ASK) {
            return 1;
        }
    }
    return 0;
}

/* The host's answer to CHILD_START; before that, the start of a process. */
static void draw_sup_child(sim_swarm *swarm, const sim_game *game,
                           sim_step *step) {
    sim_dice *dice = &swarm->dice;
    const model_world *world = game->world;
    uint32_t starting = swarm_pick(swarm, world, swarm_is_starting);
    step->scope = swarm_pick_ref(swarm, game, swarm_is_general);
    step->other = swarm_pick_ref(swarm, game, swarm_is_any);
    step->reason = swarm_pick_reason(swarm, game);
    if (dice_percent(dice, swarm->fails)) {
        step->kind = BELAY_STARTED_IGNORED + dice_below(dice, 2);
    }
    if (starting == MODEL_NONE || dice_percent(dice, swarm->stale)) {
        return;
    }
    if (has_asks(world, starting) && dice_percent(dice, 30)) {
        step->kind = BELAY_STARTED_FAILED; /* they will see it retrying */
    }
    uint32_t started = find_started(world, starting);
    step->scope = swarm_ref_process(game, starting);
    if (started != MODEL_NONE) {
        step->other = swarm_ref_process(game, started);
    } else if (step->kind == BELAY_STARTED_UP) {
        *step = (sim_step){
            .label = step->label,
            .op = BELAY_OP_SPAWN,
            .flags = BELAY_FLAG_LINK,
            .pid = swarm_ref_process(game, starting),
            .tag = step->tag,
            .take = step->take,
        };
        if (dice_percent(dice, 20)) {
            draw_sup_start(swarm, game, step);
        }
    }
}

/* By chance, or to the next deadline, or just before or after it. */
static void draw_advance(sim_swarm *swarm, const sim_game *game,
                         sim_step *step) {
    sim_dice *dice = &swarm->dice;
    uint64_t deadline = model_deadline(game->world);
    step->ahead = 1;
    step->time = dice_below(dice, swarm->leap_max + 1);
    if (dice_percent(dice, 5)) { /* a clock that goes back */
        step->ahead = 0;
    } else if (deadline < BELAY_TIME_MAX && dice_percent(dice, 40)) {
        step->time = deadline - game->world->now - 1 + dice_below(dice, 3);
    }
}

static void draw_name(sim_swarm *swarm, const sim_game *game,
                      sim_step *step) {
    step->tag = swarm_pick_made(swarm, game, MADE_NAME);
    step->other = swarm_pick_ref(swarm, game, swarm_is_any);
}

void swarm_draw_fields(sim_swarm *swarm, const sim_game *game,
                       sim_step *step) {
    sim_dice *dice = &swarm->dice;
    switch (step->op) {
    case BELAY_OP_ADVANCE:
        draw_advance(swarm, game, step);
        break;
    case BELAY_OP_SPAWN:
        draw_spawn(swarm, game, step);
        break;
    case BELAY_OP_SETTLE:
        draw_words(swarm, game, step, swarm_is_running);
        break;
    case BELAY_OP_RETURN:
        draw_return(swarm, game, step);
        break;
    case BELAY_OP_LIFE:
        step->pid = swarm_pick_actor(swarm, game);
        step->count = dice_percent(dice, 30) ? dice_below(dice, 5) : 0;
        break;
    case BELAY_OP_EXIT:
        step->pid = swarm_pick_ref(swarm, game, swarm_is_running);
        step->reason = swarm_pick_reason(swarm, game);
        break;
    case BELAY_OP_SIGNAL:
    case BELAY_OP_ABORT:
        step->pid = swarm_pick_actor(swarm, game);
        step->other = swarm_pick_ref(swarm, game, swarm_is_any);
        step->reason = step->op == BELAY_OP_ABORT && dice_percent(dice, 60)
                           ? swarm_ref_number(BELAY_REASON_SHUTDOWN)
                           : swarm_pick_reason(swarm, game);
        break;
    case BELAY_OP_LINK:
    case BELAY_OP_UNLINK:
    case BELAY_OP_MONITOR:
        step->pid = dice_percent(dice, 70)
                        ? swarm_pick_actor(swarm, game)
                        : swarm_pick_ref(swarm, game, swarm_is_any);
        step->other = swarm_pick_ref(swarm, game, swarm_is_any);
        break;
    case BELAY_OP_TRAP_EXIT:
        step->pid = dice_percent(dice, 10) ? swarm_root
                    : dice_percent(dice, 40)
                        ? swarm_pick_ref(swarm, game, swarm_is_child)
                        : swarm_pick_ref(swarm, game, swarm_is_running);
        step->flags = dice_percent(dice, swarm->traps) ? BELAY_FLAG_ON : 0;
        break;
    case BELAY_OP_SUP_START:
        draw_sup_start(swarm, game, step);
        break;
    case BELAY_OP_SUP_ASK:
        draw_sup_ask(swarm, game, step);
        break;
    case BELAY_OP_SUP_CHILD:
        draw_sup_child(swarm, game, step);
        break;
    default:
        break;
    }
}

void swarm_draw_more(sim_swarm *swarm, const sim_game *game, sim_step *step) {
    sim_dice *dice = &swarm->dice;
    switch (step->op) {
    case BELAY_OP_DEMONITOR:
        step->other = swarm_pick_made(swarm, game, MADE_MONITOR);
        break;
    case BELAY_OP_ABANDONED:
        step->other = dice_percent(dice, 50)
                          ? swarm_pick_made(swarm, game, MADE_STREAM)
                          : swarm_ref_number(0);
        break;
    case BELAY_OP_WAIT:
        draw_wait(swarm, game, step);
        break;
    case BELAY_OP_WAIT_CANCEL:
        step->other = swarm_pick_made(swarm, game, MADE_WAIT);
        break;
    case BELAY_OP_IGNORE:
        draw_owned(swarm, game, step);
        break;
    case BELAY_OP_STREAM_OPEN:
        draw_stream_open(swarm, game, step);
        break;
    case BELAY_OP_STREAM_NEXT:
        draw_stream_next(swarm, game, step);
        break;
    case BELAY_OP_STREAM_PUSH:
        draw_stream_push(swarm, game, step);
        break;
    case BELAY_OP_STREAM_END:
    case BELAY_OP_STREAM_HALT:
    case BELAY_OP_STREAM_TAKE:
        step->other = swarm_pick_stream(swarm, game, 0);
        break;
    case BELAY_OP_STREAM_CYCLE:
        draw_cycle(swarm, game, step);
        break;
    case BELAY_OP_NAME_SET:
    case BELAY_OP_NAME_DROP:
    case BELAY_OP_NAME_GET:
        draw_name(swarm, game, step);
        break;
    case BELAY_OP_REASON_NEW:
        step->kind = dice_below(dice, 2);
        break;
    case BELAY_OP_REASON_DROP:
        step->reason = swarm_pick_made(swarm, game, MADE_REASON);
        break;
    case BELAY_OP_TRACE:
        step->flags = dice_below(dice, 2) * BELAY_FLAG_ON;
        break;
    default:
        break;
    }
}

/* One field becomes something else. */
void swarm_draw_noise(sim_swarm *swarm, const sim_game *game,
                      sim_step *step) {
    sim_dice *dice = &swarm->dice;
    static const uint32_t numbers[] = {0, 1, 2, 3, 5, 7, 1000, 1025, SIM_ALL};
    switch (dice_below(dice, 10)) {
    case 0:
        step->op = dice_below(dice, 100);
        break;
    case 1:
        step->flags = 1u << dice_below(dice, 12);
        break;
    case 2:
        step->count = ONE_OF(dice, numbers);
        break;
    case 3:
        step->limit = ONE_OF(dice, numbers);
        break;
    case 4:
        step->kind = ONE_OF(dice, numbers);
        break;
    case 5:
        step->extra = ONE_OF(dice, numbers);
        break;
    case 6:
        step->time = BELAY_INFINITY - dice_below(dice, 3);
        step->ahead = 0;
        break;
    case 7:
        step->reason = swarm_ref_number(dice_below(dice, 100));
        break;
    case 8:
        step->scope = swarm_any_ref(swarm, game);
        break;
    default:
        step->other = swarm_any_ref(swarm, game);
        break;
    }
}
