/* operations.h - what the kernel does most, each many times over: timed by
 * native.c, and counted in instructions by instructions.c.
 */
#ifndef BELAY_BENCH_OPERATIONS_H
#define BELAY_BENCH_OPERATIONS_H

#include "host.h"

typedef struct operation {
    const char *name;
    void (*prepare)(bench_host *host); /* NULL: nothing to prepare */
    /* Does it `count` times, a multiple of HOST_BATCH. */
    void (*repeat)(bench_host *host, uint32_t count);
} operation;

/* Ends with one without a name. */
extern const operation operations[];

/* A task of the root's that runs until somebody settles it. */
belay_pid operation_task(bench_host *host);

#endif
