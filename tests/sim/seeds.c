/* seeds.c - whole games: a seed, or a tape. */
#include <stdio.h>

#include "sim.h"

static sim_game game;
static sim_tape drawn; /* its limits; a seed has no steps yet */

int play_seed(uint64_t seed, sim_cover *cover, sim_played *played) {
    uint32_t count = 0;
    game.cover = cover;
    game.listing = 0;
    game.complaint[0] = 0;
    played->complaint = game.complaint;
    sim_swarm *swarm = swarm_open(seed, &drawn, &count);
    if (swarm == NULL || !game_open(&game, &drawn)) {
        return 1;
    }
    for (uint32_t i = 0; i < count && !game_failed(&game); i++) {
        sim_step step;
        swarm_draw(swarm, &game, &step);
        game_step(&game, &step);
    }
    swarm_close(swarm);
    game_close(&game);
    played->commands = game.commands;
    played->events = game.event_total;
    played->hash = game.hash;
    return game_failed(&game);
}

int play_tape(const sim_tape *steps, int listing, char *complaint,
              size_t room) {
    game.cover = NULL;
    game.listing = listing;
    if (!game_open(&game, steps)) {
        return 1;
    }
    for (uint32_t i = 0; i < steps->count && !game_failed(&game); i++) {
        game_step(&game, &steps->steps[i]);
    }
    game_close(&game);
    if (complaint != NULL) {
        (void)snprintf(complaint, room, "%s", game.complaint);
    }
    return game_failed(&game);
}

uint64_t sim_digest(uint64_t digest, uint64_t hash) {
    return (digest ^ hash) * 0x100000001b3ull;
}
