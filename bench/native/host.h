/* host.h - the smallest host of the kernel: it submits commands, takes what
 * events there are and counts those it waits for. A program that measures
 * the kernel must not measure its host.
 */
#ifndef BELAY_BENCH_HOST_H
#define BELAY_BENCH_HOST_H

#include <stdint.h>

#include "belay.h"

#define HOST_BATCH 100u /* as many items as a stream runs at once */

typedef struct bench_host {
    belay_kernel *kernel;
    const belay_view *view;
    belay_answer answer; /* of the last command */
    belay_pid root;
    uint64_t now;
    uint32_t waits_done;        /* since the host was opened */
    uint32_t items;             /* likewise */
    uint32_t pulls;             /* elements asked for, not yet pushed */
    belay_pid pids[HOST_BATCH]; /* what an operation keeps to itself */
    belay_pid stream;           /* likewise */
    belay_pid supervisor;       /* likewise */
} bench_host;

/* Ends the program when there is no memory. */
void host_open(bench_host *host);
void host_close(bench_host *host);

/* Ends the program unless the answer is OK; then takes all events. Gives the
 * host's answer. */
const belay_answer *host_do(bench_host *host, const belay_command *command);

/* Reports bodies that have returned: at most BELAY_WORDS_MAX / 2. */
void host_settle(bench_host *host, const belay_pid *pids, uint32_t count);

/* Moves the clock on by a millisecond. */
void host_advance(bench_host *host);

/* Ends the program with a sentence when something is not as it must be. */
void host_expect(int condition, const char *what);

#endif
