/* pick.c - operands: processes, streams and other things to name in a step.
 */
#include "swarm.h"

/* ---- Operands --------------------------------------------------------- */

const sim_ref swarm_root = {.kind = REF_ROOT};

sim_ref swarm_ref_number(uint64_t number) {
    return (sim_ref){.kind = REF_NUMBER, .number = number};
}

/* How a tape names an id of that kind. */
sim_ref swarm_ref_of(const sim_game *game, enum sim_made_kind kind,
                     uint64_t id) {
    for (uint32_t i = game->made_count; i-- > 0;) {
        const sim_made *made = &game->made[i];
        if (made->kind == (uint32_t)kind && made->id == id) {
            return (sim_ref){
                .kind = REF_MADE,
                .label = made->label,
                .nth = made->nth,
            };
        }
    }
    return swarm_ref_number(id);
}

sim_ref swarm_ref_process(const sim_game *game, uint32_t process) {
    return process == 0 ? swarm_root
                        : swarm_ref_of(game, MADE_PROCESS,
                                       game->world->processes[process].pid);
}

/* Anything that was ever made, of any kind; or a number. */
sim_ref swarm_any_ref(sim_swarm *swarm, const sim_game *game) {
    sim_dice *dice = &swarm->dice;
    if (game->made_count > 0 && !dice_percent(dice, 10)) {
        const sim_made *made =
            &game->made[dice_below(dice, game->made_count)];
        return (sim_ref){
            .kind = REF_MADE,
            .label = made->label,
            .nth = made->nth,
        };
    }
    /* No id: generations begin with 1, and ids have 53 bits. */
    return swarm_ref_number(dice_percent(dice, 50)
                                ? dice_below(dice, 1000)
                                : dice_next(dice) >> 1 | 1ull << 60);
}

int swarm_is_any(const model_world *world, uint32_t process) {
    return model_alive(world, process);
}

int swarm_is_body(const model_world *world, uint32_t process) {
    return model_alive(world, process) &&
           (process == 0 || model_has_body(world, process));
}

int swarm_is_running(const model_world *world, uint32_t process) {
    return model_has_body(world, process);
}

int swarm_is_supervisor(const model_world *world, uint32_t process) {
    return model_alive(world, process) &&
           model_is_supervisor(&world->processes[process]);
}

int swarm_is_task_supervisor(const model_world *world, uint32_t process) {
    return model_alive(world, process) &&
           world->processes[process].kind == BELAY_KIND_TASK_SUPERVISOR;
}

int swarm_is_general(const model_world *world, uint32_t process) {
    return model_alive(world, process) &&
           world->processes[process].kind == BELAY_KIND_SUPERVISOR;
}

int swarm_is_starting(const model_world *world, uint32_t process) {
    const model_process *self = &world->processes[process];
    return swarm_is_general(world, process) && self->at != MODEL_NONE &&
           world->children[self->at].starting;
}

int swarm_is_stopping(const model_world *world, uint32_t process) {
    return swarm_is_task_supervisor(world, process) &&
           world->processes[process].phase == PHASE_STOPPING;
}

int swarm_is_owned(const model_world *world, uint32_t process) {
    return model_alive(world, process) &&
           model_find(world, world->processes[process].owner) != MODEL_NONE;
}

int swarm_is_stubborn(const model_world *world, uint32_t process) {
    return swarm_is_child(world, process) && world->processes[process].traps;
}

int swarm_is_child(const model_world *world, uint32_t process) {
    return model_alive(world, process) &&
           world->processes[process].child != MODEL_NONE;
}

/* One for which the test holds, or NONE. */
uint32_t swarm_pick(sim_swarm *swarm, const model_world *world,
                    process_test test) {
    uint32_t count = 0;
    uint32_t picked = MODEL_NONE;
    int oldest =
        dice_percent(&swarm->dice, swarm_gathers(swarm) ? 60 : swarm->hub);
    for (uint32_t i = oldest ? 1 : 0; i < world->process_count; i++) {
        if (test(world, i) && dice_below(&swarm->dice, ++count) == 0) {
            picked = i;
        }
        if (oldest && picked != MODEL_NONE) {
            break;
        }
    }
    return picked;
}

sim_ref swarm_pick_ref(sim_swarm *swarm, const sim_game *game,
                       process_test test) {
    uint32_t process = swarm_pick(swarm, game->world, test);
    return process == MODEL_NONE || dice_percent(&swarm->dice, swarm->stale)
               ? swarm_any_ref(swarm, game)
               : swarm_ref_process(game, process);
}

/* Who does something: the root or a body. */
sim_ref swarm_pick_actor(sim_swarm *swarm, const sim_game *game) {
    return dice_percent(&swarm->dice, swarm->bodies)
               ? swarm_pick_ref(swarm, game, swarm_is_body)
               : swarm_root;
}

sim_ref swarm_pick_stream(sim_swarm *swarm, const sim_game *game, int asked) {
    const model_world *world = game->world;
    uint32_t count = 0;
    uint32_t picked = MODEL_NONE;
    for (uint32_t i = 0; i < world->stream_count; i++) {
        const model_stream *stream = &world->streams[i];
        if (stream->there && (!asked || stream->asked > 0) &&
            dice_below(&swarm->dice, ++count) == 0) {
            picked = i;
        }
    }
    return picked == MODEL_NONE || dice_percent(&swarm->dice, swarm->stale)
               ? swarm_any_ref(swarm, game)
               : swarm_ref_of(game, MADE_STREAM, world->streams[picked].id);
}

sim_ref swarm_pick_made(sim_swarm *swarm, const sim_game *game,
                        enum sim_made_kind kind) {
    uint32_t count = 0;
    sim_ref ref = swarm_any_ref(swarm, game);
    for (uint32_t i = 0; i < game->made_count; i++) {
        const sim_made *made = &game->made[i];
        if (made->kind == (uint32_t)kind &&
            dice_below(&swarm->dice, ++count) == 0) {
            ref.kind = REF_MADE;
            ref.label = made->label;
            ref.nth = made->nth;
        }
    }
    return ref;
}

sim_ref swarm_pick_reason(sim_swarm *swarm, const sim_game *game) {
    sim_dice *dice = &swarm->dice;
    if (dice_percent(dice, swarm->own)) {
        return swarm_pick_made(swarm, game, MADE_REASON);
    }
    if (dice_percent(dice, swarm->stale)) {
        return swarm_ref_number(dice_below(dice, 80));
    }
    return swarm_ref_number(1 + dice_below(dice, 7));
}

uint64_t swarm_draw_timeout(sim_swarm *swarm) {
    sim_dice *dice = &swarm->dice;
    switch (dice_below(dice, 8)) {
    case 0:
        return 0;
    case 1:
    case 2:
        return BELAY_INFINITY;
    default:
        return dice_below(dice, swarm->timeout_max + 1);
    }
}

uint64_t swarm_draw_grace(sim_swarm *swarm) {
    return dice_percent(&swarm->dice, 15) ? BELAY_BRUTAL_KILL
                                          : swarm_draw_timeout(swarm);
}
