/* jobs.h - what the worker that an instance of a job module lives in calls
 * (bindings/js/jobs/job-worker.js): start a job by its number with arguments
 * that are written into memory, cancel it, take what has happened.
 *
 * One instance has one runtime and so one state. All functions are called on
 * the instance's first thread. Numbers of runs are chosen by the caller: the
 * low bits are a place, which is free again once BELAY_JOBS_RETURNED has been
 * told of its last run; 0 is none.
 *
 * What has happened is taken by the first thread, or, after
 * belay_jobs_open_shown, by who works with the instance: it empties the list
 * in memory that both share, and lays there what it has read, which the first
 * thread gives back before it starts a run.
 */
#ifndef BELAY_JOBS_JOBS_H
#define BELAY_JOBS_JOBS_H

#include "belay_jobs.h"

#define BELAY_JOBS_PLACES 1024u /* of runs; job-shown.js has it too */

/* Called from outside of the module. */
#define BELAY_JOBS_DOOR __attribute__((used, visibility("default")))

enum {
    BELAY_JOBS_ENDED = 1,    /* how its process ended; `value` with it */
    BELAY_JOBS_RETURNED = 2, /* its job and those of all that it has started
                                have returned, or will never run */
    BELAY_JOBS_REPORT = 4    /* progress: `value` */
};

/* What has happened to one run. Read field by field by the worker. */
typedef struct belay_jobs_message {
    uint32_t kinds;    /* at 0: ENDED and RETURNED may come together */
    uint32_t number;   /* at 4 */
    uint32_t code;     /* at 8: OK or EXITED */
    uint32_t reason;   /* at 12: belay_reason */
    int32_t failure;   /* at 16: given to belay_fail */
    belay_value value; /* at 24: 20 is a gap */
    struct belay_jobs_message *next; /* at 48, with 32 bits */
} belay_jobs_message;

/* ---- registry.c ----------------------------------------------------- */

/* The entry at that place, or NULL after the last. */
const belay_job_entry *belay_jobs_entry(uint32_t index);
/* Of that entry, or NULL. For the build, which writes them down:
 * scripts/cmake/describe-jobs.mjs. */
const char *belay_jobs_name(uint32_t index);
const char *belay_jobs_signature(uint32_t index);

/* ---- jobs.c --------------------------------------------------------- */

/* Starts the runtime; one at a time. 0 stands for the default of the numbers,
 * as in belay_runtime_options. Gives a belay_code. */
uint32_t belay_jobs_open(uint32_t threads_min, uint32_t threads_max,
                         uint32_t threads_limit, uint32_t idle_timeout,
                         uint32_t stack_size);
uint32_t belay_jobs_resize(uint32_t threads_min, uint32_t threads_max);
/* Ends it, once all runs have returned and all messages are taken. A worker
 * that is terminated does without; then it may be started again. */
void belay_jobs_close(void);

/* Room for so many arguments, to be filled in before belay_jobs_start; NULL
 * without memory. Used again by the next call. */
belay_value *belay_jobs_arguments(uint32_t count);
/* Makes one of them a string or array of so many bytes. A belay_code. */
uint32_t belay_jobs_fill(belay_value *argument, uint32_t type,
                         uint32_t element, uint32_t size);
/* Frees them instead of starting a job. */
void belay_jobs_drop(uint32_t count);

/* Starts the job at `index` of the registry with the arguments; what becomes
 * of it is told by messages. Gives a belay_code; when it is not OK nothing
 * follows. */
uint32_t belay_jobs_start(uint32_t number, uint32_t index, uint32_t count);
/* With a single thread, where jobs run only while somebody waits: runs it,
 * and all that it has started. Gives a belay_code. */
uint32_t belay_jobs_finish(uint32_t number);
/* Ends its process; its job is told by belay_cancelled. */
void belay_jobs_cancel(uint32_t number);

/* From now on messages are taken elsewhere. Before the first run. */
void belay_jobs_open_shown(void);
/* The oldest message, or NULL. It stays valid until it is given back. */
belay_jobs_message *belay_jobs_take(void);
void belay_jobs_give_back(belay_jobs_message *message);
/* Gives back what was laid into `taken`. */
void belay_jobs_give_back_all(void);

/* What can be seen in shared memory, whatever the threads do. */
typedef struct belay_jobs_shown {
    /* At each place the number of the last run that has begun there. */
    _Atomic uint32_t begun[BELAY_JOBS_PLACES];
    /* Of the run at each place and all that it has started: jobs that run on
     * though their process has ended. */
    _Atomic uint32_t abandoned[BELAY_JOBS_PLACES];
    /* Such jobs of runs that had returned before. */
    _Atomic uint32_t strays;
    /* One more each time that something has happened while nothing was to be
     * taken; then who waits for it is woken. */
    _Atomic uint32_t news;
    /* What has happened and was not taken, the newest first. */
    _Atomic(belay_jobs_message *) happened;
    /* What was taken, to be given back, in any order. */
    _Atomic(belay_jobs_message *) taken;
    /* Where those counts of belay_runtime_info stand: they may be read at any
     * time, but need not fit each other. */
    const uint32_t *threads;
    const uint32_t *idle;
    const uint32_t *waiting;
} belay_jobs_shown;

belay_jobs_shown *belay_jobs_show(void);

/* The number of the run that has started the process, be it by others; 0 for
 * the root. It takes no lock, so it may be asked after a trap. */
uint32_t belay_jobs_family(const belay_context *context);

/* What belay_runtime_look tells. */
belay_runtime_info belay_jobs_look(void);

/* Memory that JavaScript hands to jobs without copying. */
void *belay_jobs_allocate(uint32_t size);
void belay_jobs_free(void *memory);

/* ---- notify_*.c: to the worker -------------------------------------- */

/* There is a message; called on any thread, without a lock. */
void belay_jobs_notify(void);
/* Wakes who waits for a change of `word`. */
void belay_jobs_wake(_Atomic uint32_t *word);

#endif
