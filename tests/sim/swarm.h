/* swarm.h - what the files that draw steps share: swarm.c (seeds, and which
 * command is next), draw.c (the fields of each command), pick.c (operands). */
#ifndef BELAY_TESTS_SWARM_H
#define BELAY_TESTS_SWARM_H

#include "sim.h"

#define SWARM_COMMANDS 35u /* of belay.h, each with a weight */

struct sim_swarm {
    sim_dice dice;
    uint32_t weights[SWARM_COMMANDS];
    uint32_t weight_sum;
    uint32_t stale;   /* percent of operands that are past or foreign */
    uint32_t noise;   /* percent of commands with one field of noise */
    uint32_t traps;   /* percent of TRAP_EXIT that turn it on */
    uint32_t links;   /* percent of new processes that are linked */
    uint32_t scopes;  /* percent of new tasks under a supervisor */
    uint32_t own;     /* percent of reasons that are the host's */
    uint32_t bodies;  /* percent of owners that are not the root */
    uint32_t slow;    /* percent of steps after which not all is drained */
    uint32_t sips;    /* how many events it takes then, at most */
    uint32_t hub;     /* percent of operands that are the oldest there is */
    uint32_t crowd;   /* the steps of a phase that gathers many around one */
    int wide;         /* streams with many items at a time */
    int traced;       /* from the first step on */
    uint32_t starve;  /* percent of commands with a refused allocation */
    uint32_t fails;   /* percent of starts that fail, and as many ignored */
    uint32_t general; /* percent of supervisors that are general */
    uint32_t timeout_max;
    uint32_t leap_max; /* of the clock */
    uint32_t label;
};

/* ---- swarm.c ---------------------------------------------------------- */

uint32_t swarm_one_of(sim_dice *dice, const uint32_t *list, uint32_t count);

#define ONE_OF(dice, list)                                                   \
    swarm_one_of(dice, list, (uint32_t)(sizeof(list) / sizeof *(list)))

/* Some seeds have phases in which many processes gather around one; then
 * that one ends. */
int swarm_gathers(const sim_swarm *swarm);
int swarm_scatters(const sim_swarm *swarm);

/* ---- draw.c ----------------------------------------------------------- */

/* The fields of a step whose command is known. */
void swarm_draw_fields(sim_swarm *swarm, const sim_game *game,
                       sim_step *step);
void swarm_draw_more(sim_swarm *swarm, const sim_game *game, sim_step *step);
/* One field becomes something else. */
void swarm_draw_noise(sim_swarm *swarm, const sim_game *game, sim_step *step);

/* ---- pick.c ----------------------------------------------------------- */

typedef int (*process_test)(const model_world *world, uint32_t process);

extern const sim_ref swarm_root;

sim_ref swarm_ref_number(uint64_t number);
sim_ref swarm_ref_of(const sim_game *game, enum sim_made_kind kind,
                     uint64_t id);
sim_ref swarm_ref_process(const sim_game *game, uint32_t process);
sim_ref swarm_any_ref(sim_swarm *swarm, const sim_game *game);
int swarm_is_any(const model_world *world, uint32_t process);
int swarm_is_body(const model_world *world, uint32_t process);
int swarm_is_running(const model_world *world, uint32_t process);
int swarm_is_supervisor(const model_world *world, uint32_t process);
int swarm_is_task_supervisor(const model_world *world, uint32_t process);
int swarm_is_general(const model_world *world, uint32_t process);
int swarm_is_starting(const model_world *world, uint32_t process);
int swarm_is_stopping(const model_world *world, uint32_t process);
int swarm_is_owned(const model_world *world, uint32_t process);
int swarm_is_stubborn(const model_world *world, uint32_t process);
int swarm_is_child(const model_world *world, uint32_t process);
uint32_t swarm_pick(sim_swarm *swarm, const model_world *world,
                    process_test test);
sim_ref swarm_pick_ref(sim_swarm *swarm, const sim_game *game,
                       process_test test);
sim_ref swarm_pick_actor(sim_swarm *swarm, const sim_game *game);
sim_ref swarm_pick_stream(sim_swarm *swarm, const sim_game *game, int asked);
sim_ref swarm_pick_made(sim_swarm *swarm, const sim_game *game,
                        enum sim_made_kind kind);
sim_ref swarm_pick_reason(sim_swarm *swarm, const sim_game *game);
uint64_t swarm_draw_timeout(sim_swarm *swarm);
uint64_t swarm_draw_grace(sim_swarm *swarm);

#endif
