/* shrink.c - from a tape that fails to a short one that fails.
 *
 * Each try runs in a process of its own, since a mistake may stop it: an
 * assertion of the kernel, a sanitizer, or a loop without an end. POSIX only;
 * a WebAssembly build tells the seed, and a native one shrinks it.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim.h"

#define TRY_SECONDS_MAX 20u
#define TRIES_MAX 4000u
#define TEXT_MAX (SIM_STEPS_MAX * 400u)

static uint32_t tries;

/* Plays it out of sight; whether it fails. */
static int fails(const sim_tape *tape) {
    tries++;
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(TRY_SECONDS_MAX);
        (void)close(STDERR_FILENO);
        _exit(play_tape(tape, 0, NULL, 0));
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && status != 0;
}

/* ---- Leaving out steps ----------------------------------------------- */

static void copy_without(sim_tape *to, const sim_tape *from, uint32_t begin,
                         uint32_t end) {
    to->processes_max = from->processes_max;
    to->events_max = from->events_max;
    to->slack = from->slack;
    to->count = 0;
    for (uint32_t i = 0; i < from->count; i++) {
        if (i < begin || i >= end) {
            to->steps[to->count++] = from->steps[i];
        }
    }
}

/* Leaves out runs of `size` steps, from the end; whether any could be. */
static int leave_out(sim_tape *tape, sim_tape *work, uint32_t size) {
    int changed = 0;
    uint32_t end = tape->count;
    while (end > 0 && tries < TRIES_MAX) {
        uint32_t begin = end > size ? end - size : 0;
        copy_without(work, tape, begin, end);
        if (fails(work)) {
            *tape = *work;
            changed = 1;
        }
        end = begin;
    }
    return changed;
}

static void shorten(sim_tape *tape, sim_tape *work) {
    uint32_t size = tape->count / 2;
    while (size > 1 && tries < TRIES_MAX) {
        (void)leave_out(tape, work, size);
        size /= 2;
    }
    while (leave_out(tape, work, 1)) {
    }
}

/* ---- Simpler steps --------------------------------------------------- */

/* The n-th way to make a step simpler; 0 after the last. */
static int simplify(sim_step *step, uint32_t n) {
    const sim_ref zero = {.kind = REF_NUMBER};
    const sim_ref root = {.kind = REF_ROOT};
    switch (n) {
    case 0:
        step->take = SIM_ALL;
        step->steps = 0;
        return 1;
    case 1:
        step->fail_at = 0;
        return 1;
    case 2:
        step->flags = 0;
        return 1;
    case 3:
        step->time = 0;
        return 1;
    case 4:
        step->shutdown = 0;
        return 1;
    case 5:
        step->scope = zero;
        return 1;
    case 6:
        step->pid = root;
        return 1;
    case 7:
        step->reason = zero;
        return 1;
    case 8:
        if (step->reason.kind != REF_NUMBER || step->reason.number != 0) {
            step->reason = zero;
            step->reason.number = BELAY_REASON_SHUTDOWN;
        }
        return 1;
    case 9:
        step->word_count = step->word_count > 1 ? 1 : step->word_count;
        step->count = step->word_count > 0 ? 1 : step->count;
        return 1;
    case 10:
        step->count = step->count > 1 ? 1 : step->count;
        return 1;
    case 11:
        step->limit = step->limit > 1 ? 1 : step->limit;
        return 1;
    case 12:
        step->extra = 0;
        return 1;
    case 13:
        step->tag = zero;
        return 1;
    case 14:
        step->other = zero;
        return 1;
    case 15:
        step->kind = 0;
        return 1;
    default:
        return 0;
    }
}

static int same_text(const sim_step *a, const sim_step *b) {
    char text[2][1000];
    (void)tape_write_step(text[0], sizeof text[0], a);
    (void)tape_write_step(text[1], sizeof text[1], b);
    return strcmp(text[0], text[1]) == 0;
}

static void simplify_steps(sim_tape *tape) {
    for (uint32_t i = 0; i < tape->count; i++) {
        sim_step before = tape->steps[i];
        for (uint32_t n = 0; simplify(&tape->steps[i], n); n++) {
            if (same_text(&before, &tape->steps[i])) {
                continue;
            }
            if (tries < TRIES_MAX && fails(tape)) {
                before = tape->steps[i];
            } else {
                tape->steps[i] = before;
            }
        }
    }
}

static void simplify_limits(sim_tape *tape) {
    uint32_t *limits[] = {&tape->processes_max, &tape->events_max,
                          &tape->slack};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        uint32_t before = *limits[i];
        *limits[i] = 0;
        if (before != 0 && !fails(tape)) {
            *limits[i] = before;
        }
    }
}

/* ---- New labels ------------------------------------------------------ */

static void relabel_ref(const sim_tape *tape, sim_ref *ref) {
    if (ref->kind != REF_MADE) {
        return;
    }
    for (uint32_t i = 0; i < tape->count; i++) {
        if (tape->steps[i].label == ref->label) {
            ref->label = i;
            return;
        }
    }
    *ref = (sim_ref){.kind = REF_NUMBER}; /* what made it was left out */
}

/* A tape's text numbers its steps from 0. */
static void relabel(sim_tape *tape) {
    for (uint32_t i = 0; i < tape->count; i++) {
        sim_step *step = &tape->steps[i];
        sim_ref *refs[] = {&step->pid, &step->other, &step->scope, &step->tag,
                           &step->reason};
        for (size_t n = 0; n < sizeof refs / sizeof *refs; n++) {
            relabel_ref(tape, refs[n]);
        }
        for (uint32_t n = 0; n < step->word_count; n++) {
            relabel_ref(tape, &step->words[n]);
        }
    }
    for (uint32_t i = 0; i < tape->count; i++) {
        tape->steps[i].label = i;
    }
}

void shrink(sim_tape *tape) {
    sim_tape *work = calloc(1, sizeof *work);
    if (work == NULL) {
        return;
    }
    tries = 0;
    shorten(tape, work);
    simplify_limits(tape);
    simplify_steps(tape);
    shorten(tape, work);
    relabel(tape);
    free(work);
}

/* ---- The tape of a seed ---------------------------------------------- */

static void send_line(int out, char *line, size_t size) {
    line[size++] = '\n';
    if (write(out, line, size) != (ssize_t)size) {
        _exit(1);
    }
}

/* Plays the seed and writes each step before it is played. */
static void write_tape(uint64_t seed, sim_tape *tape, int out) {
    char line[1000];
    uint32_t count = 0;
    sim_game *game = calloc(1, sizeof *game);
    sim_swarm *swarm = swarm_open(seed, tape, &count);
    if (game == NULL || swarm == NULL || !game_open(game, tape)) {
        _exit(1);
    }
    send_line(out, line, tape_write_limits(line, sizeof line - 1, tape));
    for (uint32_t i = 0; i < count && !game_failed(game); i++) {
        sim_step step;
        swarm_draw(swarm, game, &step);
        send_line(out, line, tape_write_step(line, sizeof line - 1, &step));
        game_step(game, &step);
    }
}

int tape_of_seed(uint64_t seed, sim_tape *tape) {
    int ends[2];
    size_t size = 0;
    ssize_t got = 0;
    char *text = calloc(1, TEXT_MAX);
    if (text == NULL || pipe(ends) != 0) {
        free(text);
        return 0;
    }
    (void)fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        (void)alarm(TRY_SECONDS_MAX);
        (void)close(STDERR_FILENO);
        write_tape(seed, tape, ends[1]);
        _exit(0);
    }
    (void)close(ends[1]);
    while (child > 0 && size < TEXT_MAX - 1 &&
           (got = read(ends[0], text + size, TEXT_MAX - 1 - size)) > 0) {
        size += (size_t)got;
    }
    (void)close(ends[0]);
    (void)waitpid(child, NULL, 0);
    int done = tape_read(tape, text);
    free(text);
    return done;
}
