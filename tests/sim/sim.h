/* sim.h - the simulator: random commands for the kernel and for its model.
 *
 *   seed --> draw.c --> tape of steps --> play.c --> kernel
 *                                           |          |
 *                                         model <-- compare (state.c,
 *                                                   order.c, floor.c)
 *
 * A step is a command with symbolic operands ("what step 4 made"), so that
 * steps can be left out of a tape and the rest still makes sense: shrink.c
 * finds a short tape that fails, tape.c writes and reads tapes.
 */
#ifndef BELAY_TESTS_SIM_H
#define BELAY_TESTS_SIM_H

#include <stddef.h>
#include <stdint.h>

#include "../model/model.h"
#include "belay.h"

#define SIM_STEPS_MAX 2000u
#define SIM_WORDS_MAX 12u
#define SIM_MADE_MAX 8000u
#define SIM_GOT_MAX 20000u
#define SIM_ALL 0xffffffffu
#define SIM_COMPLAINT_MAX 400u

/* ---- Chance ---------------------------------------------------------- */

typedef struct sim_dice {
    uint64_t state;
} sim_dice;

uint64_t dice_next(sim_dice *dice);
/* 0 to below - 1. */
uint32_t dice_below(sim_dice *dice, uint32_t below);
int dice_percent(sim_dice *dice, uint32_t percent);

/* ---- Tapes ----------------------------------------------------------- */

enum sim_ref_kind { REF_NUMBER = 0, REF_ROOT = 1, REF_MADE = 2 };

/* An operand: a number, the root, or the n-th thing that a step made. */
typedef struct sim_ref {
    uint32_t kind;
    uint32_t label; /* MADE: of the step */
    uint32_t nth;
    uint64_t number;
} sim_ref;

typedef struct sim_step {
    uint32_t label;
    uint32_t op;
    uint32_t flags;
    uint32_t count;
    uint32_t limit;
    uint32_t kind;
    uint32_t extra;
    uint32_t ahead; /* `time` counts from the kernel's present time */
    uint64_t time;
    uint64_t shutdown;
    sim_ref pid;
    sim_ref other;
    sim_ref scope;
    sim_ref tag;
    sim_ref reason;
    sim_ref words[SIM_WORDS_MAX];
    uint32_t word_count;
    uint32_t fail_at; /* which allocation of this command is refused */
    uint32_t take;    /* how many events the host takes after it; or ALL */
    uint32_t steps;   /* and how often it then calls belay_step */
} sim_step;

typedef struct sim_tape {
    uint32_t processes_max;
    uint32_t events_max;
    uint32_t slack;
    uint32_t count;
    sim_step steps[SIM_STEPS_MAX];
} sim_tape;

/* ---- Playing --------------------------------------------------------- */

enum sim_made_kind {
    MADE_PROCESS,
    MADE_STREAM,
    MADE_WAIT,
    MADE_MONITOR,
    MADE_REASON,
    MADE_NAME
};

typedef struct sim_made {
    uint32_t kind;
    uint32_t label;
    uint32_t nth;
    uint64_t id;
} sim_made;

#define SIM_COVER_MAX 64u

/* What has been reached, over all seeds. */
typedef struct sim_cover {
    uint64_t done[SIM_COVER_MAX];    /* by command */
    uint64_t refused[SIM_COVER_MAX]; /* by command */
    uint64_t codes[SIM_COVER_MAX];   /* answered, or in a refusal */
    uint64_t events[SIM_COVER_MAX];
    uint64_t outcomes[SIM_COVER_MAX];
    uint64_t item_outcomes[SIM_COVER_MAX];
    uint64_t closed[SIM_COVER_MAX];
    uint64_t reports[SIM_COVER_MAX];
    uint64_t steps; /* belay_step calls */
    uint64_t starved;
    uint64_t cycled;
    uint64_t answered; /* ends that an answer told */
} sim_cover;

typedef struct sim_game {
    belay_kernel *kernel;
    model_world *world;
    uint64_t fail_in; /* allocations until one is refused; 0: none */
    uint64_t starved; /* refused by this command */
    uint64_t bytes;
    uint64_t blocks;
    uint64_t state; /* belay_digest after the last step */
    uint64_t hash;  /* of all codes, answers, events and states */
    uint64_t commands;
    uint64_t event_total;
    belay_event got[SIM_GOT_MAX]; /* since events were last compared */
    uint32_t got_count;
    sim_made made[SIM_MADE_MAX];
    uint32_t made_count;
    uint32_t label;                   /* of the step that is played */
    uint32_t nth;                     /* of the next thing that it makes */
    uint8_t freed[MODEL_REASONS_MAX]; /* reasons that REASON_FREE let go */
    int listing;                      /* print each step and its events */
    sim_cover *cover;
    char complaint[SIM_COMPLAINT_MAX]; /* the first, or empty */
} sim_game;

/* 0 when the kernel could not be made. */
int game_open(sim_game *game, const sim_tape *tape);
/* Ends everything, checks that nothing is left, destroys the kernel. */
void game_close(sim_game *game);
void game_step(sim_game *game, const sim_step *step);
/* Takes all events, steps until nothing is pending, compares. */
void game_rest(sim_game *game);

__attribute__((format(printf, 2, 3))) void
game_complain(sim_game *game, const char *format, ...);
int game_failed(const sim_game *game);

/* A process whose id was learnt from an event. */
void game_made_process(sim_game *game, belay_pid pid);

/* ---- Comparing: state.c, order.c ------------------------------------- */

/* The whole state, when no work is pending. */
void state_compare(sim_game *game);
/* The events since the last time: which ones, and in a promised order. */
void order_compare(sim_game *game);

/* ---- Drawing --------------------------------------------------------- */

typedef struct sim_swarm sim_swarm;

/* Draws limits and weights from the seed. */
sim_swarm *swarm_open(uint64_t seed, sim_tape *tape, uint32_t *count);
void swarm_close(sim_swarm *swarm);
/* Draws the next step from what the model knows. */
void swarm_draw(sim_swarm *swarm, const sim_game *game, sim_step *step);

/* ---- Tapes as text ---------------------------------------------------- */

/* "limits p=8 e=64; spawn p=root g=1; run; ..." */
size_t tape_write_limits(char *out, size_t room, const sim_tape *tape);
size_t tape_write_step(char *out, size_t room, const sim_step *step);
/* 0 when it cannot be read. */
int tape_read(sim_tape *tape, const char *text);
void tape_print_event(const char *lead, const belay_event *event);

/* ---- Whole games: seeds.c --------------------------------------------- */

/* What came of a seed. */
typedef struct sim_played {
    uint64_t commands;
    uint64_t events;
    uint64_t hash;         /* of all codes, answers, events and states */
    const char *complaint; /* of one that failed; until the next game */
} sim_played;

/* Plays a seed; 1 when it fails. cover: counts what was reached. */
int play_seed(uint64_t seed, sim_cover *cover, sim_played *played);
/* Plays a whole tape; 1 when it fails, with the complaint. */
int play_tape(const sim_tape *steps, int listing, char *complaint,
              size_t room);
/* The digest of several seeds, starting with 0: that of those so far, and
 * the next one's hash. */
uint64_t sim_digest(uint64_t digest, uint64_t hash);

/* ---- Shrinking -------------------------------------------------------- */

/* A tape that fails: a shorter one that fails, too. */
void shrink(sim_tape *tape);
/* The tape of a seed, until it ends or fails, in a process of its own. */
int tape_of_seed(uint64_t seed, sim_tape *tape);

#endif
