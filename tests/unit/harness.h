/* harness.h - what the C unit tests share: checks that print both values, a
 * kernel with a counting allocator, and a log of the events it gave. */
#ifndef BELAY_TESTS_HARNESS_H
#define BELAY_TESTS_HARNESS_H

#include <stdint.h>
#include <stdio.h>

#include "belay.h"

/* ---- Checks ---------------------------------------------------------- */

#define CHECK(condition)                                                     \
    harness_check((condition) ? 1 : 0, 1, #condition, __FILE__, __LINE__)
#define CHECK_EQUAL(actual, expected)                                        \
    harness_check((uint64_t)(actual), (uint64_t)(expected),                  \
                  #actual " == " #expected, __FILE__, __LINE__)

/* Counts a check; prints the two values when they differ. */
void harness_check(uint64_t actual, uint64_t expected, const char *text,
                   const char *file, int line);

typedef void (*harness_test)(void);

/* Runs one test; its name is a sentence about behaviour. */
void harness_run(const char *name, harness_test test);
#define RUN(test) harness_run(#test, test)

/* Prints a summary; what main returns. */
int harness_end(void);

/* ---- Numbers by chance, from a seed ----------------------------------- */

typedef struct test_dice {
    uint64_t state;
} test_dice;

uint64_t dice_next(test_dice *dice);
/* 0 to below - 1. */
uint32_t dice_below(test_dice *dice, uint32_t below);

/* ---- A kernel to test -------------------------------------------------- */

#define WORLD_EVENTS_MAX 65536u

typedef struct test_world {
    belay_kernel *kernel;
    belay_pid root;
    belay_event events[WORLD_EVENTS_MAX]; /* since the last world_forget */
    uint32_t event_count;
    uint64_t hash;           /* over all events ever */
    uint64_t fail_at;        /* which allocation fails; 0: none */
    uint64_t fail_ever_more; /* and all after it */
    uint64_t allocations;
    uint64_t bytes;
    int check; /* walk the invariants after each command */
} test_world;

/* One world at a time; 0 for a default limit. */
test_world *world_open(uint32_t processes_max, uint32_t events_max,
                       uint32_t clock_slack);
/* NULL when the creation was refused. */
test_world *world_try_open(uint32_t processes_max, uint32_t events_max,
                           uint32_t clock_slack, uint64_t fail_at);
/* Destroys the kernel and checks that no byte is left. */
void world_close(test_world *world);

/* Submits, steps and drains until nothing is pending. */
belay_code world_submit(test_world *world, belay_command command,
                        belay_answer *answer);
/* The same, checking that it is done, for those that answer a pid. */
belay_pid world_do(test_world *world, belay_command command);
void world_forget(test_world *world);

/* The n-th event (from 0) of a kind since the last world_forget, or NULL. */
const belay_event *world_event(const test_world *world, belay_event_kind kind,
                               uint32_t n);
uint32_t world_count(const test_world *world, belay_event_kind kind);
/* Where an event stands in the log, or -1. */
int world_place(const test_world *world, const belay_event *event);

/* ---- Short forms ------------------------------------------------------- */

belay_pid spawn(test_world *world, belay_pid owner, uint32_t tag,
                uint32_t flags);
belay_pid spawn_under(test_world *world, belay_pid supervisor, uint32_t tag,
                      uint32_t restart);
/* Starts all that is ready; gives how many. */
uint32_t run_all(test_world *world);
void settle(test_world *world, belay_pid pid);
void exit_with(test_world *world, belay_pid pid, uint32_t reason);
void advance(test_world *world, uint64_t now);
int alive(test_world *world, belay_pid pid);

/* The code that a command is answered with; steps and drains as usual. */
belay_code attempt(test_world *world, belay_command command);

belay_pid wait_for(test_world *world, belay_wait kind, belay_pid owner,
                   belay_pid target, uint64_t time, uint32_t tag);
void send_exit(test_world *world, belay_pid from, belay_pid to,
               uint32_t reason);
void join_two(test_world *world, belay_pid a, belay_pid b);
void part_two(test_world *world, belay_pid a, belay_pid b);
belay_pid watch(test_world *world, belay_pid watcher, belay_pid target,
                uint32_t tag);
void trap_exits(test_world *world, belay_pid pid);
/* The pids in the word area: of commands about many. */
void put_pids(test_world *world, const belay_pid *pids, uint32_t count);
void get_pids(test_world *world, belay_pid *pids, uint32_t count);
uint32_t new_reason(test_world *world, belay_class class);
belay_process_info info_of(test_world *world, belay_pid pid);

/* A stream without bounds and timeouts. */
belay_pid open_stream(test_world *world, belay_pid consumer, uint32_t tag,
                      uint32_t limit, uint32_t flags);
void want(test_world *world, belay_pid stream, uint32_t count);
/* Pushes `count` elements, one by one; their pids go to `pids`. */
void feed(test_world *world, belay_pid stream, uint32_t count,
          belay_pid *pids);

/* A supervisor without a bound on its children, of 3 restarts in 5 s. */
belay_pid open_supervisor(test_world *world, belay_pid parent, uint32_t tag,
                          belay_sup kind, uint32_t flags);
/* By the root: a wait without a timeout, and a request for one child. */
void stop_supervisor(test_world *world, belay_pid supervisor, uint32_t reason,
                     uint32_t tag);
void terminate_child(test_world *world, belay_pid supervisor, belay_pid pid,
                     uint32_t tag);

/* Events that must be there; one of zeros, after a failed check, if not. */
const belay_event *event_of(const test_world *world, belay_event_kind kind,
                            belay_pid pid);
const belay_event *event_tagged(const test_world *world,
                                belay_event_kind kind, uint32_t tag);
/* How many there are of that pid, or tag. */
uint32_t count_of(const test_world *world, belay_event_kind kind,
                  belay_pid pid);
uint32_t count_tagged(const test_world *world, belay_event_kind kind,
                      uint32_t tag);

#endif
