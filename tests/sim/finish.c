/* finish.c - the end of a game: everything is ended, nothing is left. */
#include "leftovers.h"
#include "sim.h"

/* A step that is not on the tape. */
static void do_now(sim_game *game, sim_step step) {
    step.label = SIM_STEPS_MAX;
    step.take = SIM_ALL;
    game_step(game, &step);
}

static sim_ref number(uint64_t value) {
    return (sim_ref){.kind = REF_NUMBER, .number = value};
}

static const sim_ref the_root = {.kind = REF_ROOT};

/* Supervisors first, so that they start nothing anew. */
static void kill_all(sim_game *game) {
    const model_world *world = game->world;
    for (uint32_t round = 0; round < 2; round++) {
        for (uint32_t i = 1; i < world->process_count; i++) {
            const model_process *process = &world->processes[i];
            if (model_alive(world, i) && !game_failed(game) &&
                (round == 1 || model_is_supervisor(process))) {
                do_now(game, (sim_step){
                                 .op = BELAY_OP_SIGNAL,
                                 .pid = the_root,
                                 .other = number(process->pid),
                                 .reason = number(BELAY_REASON_KILL),
                             });
            }
        }
    }
}

static void let_go(sim_game *game) {
    const model_world *world = game->world;
    for (uint32_t i = 0; i < world->stream_count; i++) {
        if (world->streams[i].there && !game_failed(game)) {
            do_now(game, (sim_step){
                             .op = BELAY_OP_STREAM_HALT,
                             .other = number(world->streams[i].id),
                         });
        }
    }
    for (uint32_t i = 0; i < world->wait_count; i++) {
        if (world->waits[i].there && !game_failed(game)) {
            do_now(game, (sim_step){
                             .op = BELAY_OP_WAIT_CANCEL,
                             .other = number(world->waits[i].id),
                         });
        }
    }
    for (uint32_t i = 0; i < world->reason_count; i++) {
        if (world->reasons[i].there && world->reasons[i].host &&
            !game_failed(game)) {
            do_now(game, (sim_step){
                             .op = BELAY_OP_REASON_DROP,
                             .reason = number(world->reasons[i].number),
                         });
        }
    }
    while (world->abandoned > 0 && !game_failed(game)) {
        do_now(game, (sim_step){.op = BELAY_OP_ABANDONED});
    }
}

/* I12, I17: quiet, and back at the floor. */
static void check_quiet(sim_game *game) {
    const belay_view *view = belay_look(game->kernel);
    if (view->processes != 1 || view->ready != 0 || view->timers != 0 ||
        view->fresh != 0 || view->abandoned != 0 || view->kept != 0 ||
        view->deadline != BELAY_INFINITY || view->events != 0 ||
        view->pending != 0) {
        game_complain(game, "something is left when all has ended");
    }
    const char *table = leftovers(game->kernel);
    if (table != NULL) {
        game_complain(game, "%s are left when all has ended", table);
    }
}

void game_close(sim_game *game) {
    if (game->world != NULL && !game_failed(game)) {
        game_rest(game);
    }
    if (game->world != NULL && !game_failed(game)) {
        kill_all(game);
        let_go(game);
        do_now(game, (sim_step){
                         .op = BELAY_OP_ADVANCE,
                         .ahead = 1,
                         .time = 1000000,
                     });
    }
    if (game->world != NULL && !game_failed(game)) {
        check_quiet(game);
    }
    belay_destroy(game->kernel);
    game->kernel = NULL;
    if (game->bytes != 0 || game->blocks != 0) {
        game_complain(game, "belay_destroy leaves %llu bytes",
                      (unsigned long long)game->bytes);
    }
    model_close(game->world);
    game->world = NULL;
}
