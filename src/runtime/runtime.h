/* runtime.h - the runtime's state, shared by the files of this folder.
 *
 * One lock guards all of it and the kernel (`belay_runtime.lock`). What is
 * not guarded says so. No hook, job or input is called while it is held, and
 * no thread is started or joined.
 *
 * A call of the public header has one shape:
 *
 *     enter     take the lock; is the caller's process alive?
 *     submit    commands to the kernel; take all events they cause
 *     block     when the answer is not there: wait for a condition
 *     leave     start the clock and the threads that are needed now, let go
 *               of the lock, call the hooks that have come up
 *
 * Invariants, besides those of the kernel:
 *   R1  Between calls the kernel has no event and no pending work.
 *   R2  A context is freed when its process has ended (ALIVE), its job will
 *       not run or has returned (BODY), and nobody can ask for its value
 *       (KEPT).
 *   R3  A job that is to run is either ready in the kernel or in `queue`.
 *   R4  While a job waits for a thread, a thread is on its way to it, or as
 *       many run as may.
 *   R5  A wait ends exactly once: its slot is done, or it is cancelled.
 */
#ifndef BELAY_RUNTIME_RUNTIME_H
#define BELAY_RUNTIME_RUNTIME_H

#include <stdatomic.h>

#include "belay.h"
#include "runtime/port.h"

#define BELAY__INLINE_ARGUMENTS 2u
#define BELAY__SLAB 64u /* contexts that are allocated together */
#define BELAY__CLOCK_STACK ((size_t)256 * 1024)
#define BELAY__NO_TAG 0xffffffffu
#define BELAY__NESTED_MAX 32u /* jobs on one stack; then others take over */

/* ---- Exit reasons that belay_fail made ------------------------------ */

typedef struct belay__failure {
    uint32_t users;
    int32_t code;
    size_t size;
    char message[]; /* size bytes and a 0 */
} belay__failure;

/* A reason as the runtime holds it: a well-known number, or a failure, of
 * which it is a user. failure is NULL when there was no memory for it. */
typedef struct belay__why {
    uint32_t reason;
    belay__failure *failure;
} belay__why;

/* ---- Waiting -------------------------------------------------------- */

/* A thread that waits, on its own stack. */
typedef struct belay__waiter {
    port_condition condition; /* open while parked is set */
    atomic_uint woken;        /* set under the lock, read without it too */
    uint32_t parked;
    uint32_t wanted; /* so many waits must be done; one may be enough */
} belay__waiter;

/* One wait of the kernel's, found by its tag. */
typedef struct belay__slot {
    belay__waiter *waiter;
    belay_pid reference; /* for WAIT_CANCEL */
    belay_pid pid;       /* for whom, when it is done */
    uint32_t tag;
    uint32_t done;
    uint32_t outcome; /* belay_outcome */
    belay__why why;
} belay__slot;

/* A place for a slot; a free one holds the next free one's number + 1. */
typedef union belay__place {
    belay__slot *slot;
    uint32_t next;
} belay__place;

typedef enum belay__how {
    BELAY__FOR_OTHERS = 0, /* for what another thread must do */
    BELAY__FOR_TIME = 1    /* it ends by itself */
} belay__how;

/* ---- Processes ------------------------------------------------------ */

enum {
    BELAY__ALIVE = 1,     /* the kernel's process lives */
    BELAY__BODY = 2,      /* its job is to run, or runs */
    BELAY__RUNS = 4,      /* ... and has begun */
    BELAY__QUEUED = 8,    /* it is in the runtime's queue */
    BELAY__KEPT = 16,     /* its owner or stream may ask for its value */
    BELAY__RETURNED = 32, /* value is its value */
    BELAY__ITEM = 64,
    BELAY__ROOT = 128
};

typedef struct belay__child belay__child;
typedef struct belay__letter belay__letter;

/* What few processes have. */
typedef struct belay__more {
    char *label;
    belay_ended ended;
    void *ended_context;
    belay__letter *first; /* messages that were not received, in order */
    belay__letter *last;
    belay__waiter *receiver;
    struct belay_stream *streams; /* that this process has opened */
    uint32_t receiving;           /* threads in belay_receive */
} belay__more;

struct belay_context {
    belay_runtime *runtime;
    belay_pid pid;
    atomic_uint cancelled; /* read without the lock */
    uint32_t flags;
    uint32_t index; /* its own place */
    uint32_t generation;
    belay_job job;
    belay_value *arguments;
    size_t count;
    belay_context *next; /* in the queue, or of those that are free */
    belay_context *previous;
    belay_context *owner; /* while KEPT: whose list it is in */
    belay_context *kept;  /* those whose values it may ask for */
    belay_context *kept_next;
    belay_context *kept_previous;
    struct belay_stream *stream; /* an item's, until that is closed */
    belay_pid stream_pid;        /* an item's, or 0 */
    belay__child *child;         /* one that may be started again */
    belay__more *more;
    belay_value value;
    belay__why why;   /* how it ended, when it has not returned */
    uint32_t nested;  /* how many jobs run below it on its stack */
    uint32_t element; /* an item's: the how-manieth, from 0 on */
    belay_value few[BELAY__INLINE_ARGUMENTS];
};

/* ---- The pool ------------------------------------------------------- */

typedef struct belay__thread {
    port_thread port;
    belay_runtime *runtime;
    struct belay__thread *next; /* of those that have ended */
} belay__thread;

typedef struct belay__pool {
    port_condition work;  /* idle threads wait here */
    port_condition ended; /* belay_runtime_destroy waits here */
    uint32_t min;
    uint32_t max;
    uint32_t limit;
    uint64_t idle_timeout;
    size_t stack_size;
    uint32_t threads;        /* started and not ended */
    uint32_t idle;           /* of these: without a job */
    uint32_t called;         /* of the idle ones: woken for a job */
    uint32_t waiting;        /* of these: their job waits in a call */
    uint32_t starting;       /* of these: not at work yet */
    uint32_t refused;        /* the system would not start one */
    belay__thread *finished; /* to be joined */
} belay__pool;

/* The one thread that tells the kernel the time while others sleep. */
typedef struct belay__clock {
    port_condition changed;
    port_thread thread;
    uint64_t target; /* when it wakes by itself */
    uint32_t running;
} belay__clock;

/* ---- The runtime ---------------------------------------------------- */

typedef struct belay__call belay__call; /* a hook that has come up */

struct belay_runtime {
    port_mutex lock;
    belay_kernel *kernel;
    const belay_view *view;
    belay_allocate allocate; /* these four: never changed, so without lock */
    void *allocate_context;
    belay_log_hook log;
    belay_progress_hook progress;
    void *hooks;
    atomic_size_t bytes; /* without the lock */
    belay_context root;
    belay_context **slabs; /* tables of contexts */
    uint32_t slab_count;
    belay_context *free;
    belay_context **by_index; /* a pid's context, by its low 24 bits */
    uint32_t by_index_count;
    belay_context *queue; /* jobs that were taken from the kernel, to run */
    belay_context *queue_last;
    uint32_t queued;
    belay_context *orphans; /* queued ones that have ended meanwhile */
    belay__place *slots;    /* by tag */
    uint32_t slot_count;
    uint32_t slots_free;       /* tag + 1 */
    belay__failure **failures; /* by reason - BELAY_REASON_HOST */
    uint32_t failure_count;
    uint32_t memory_reason; /* a failure for when there is no memory */
    belay__call *calls;
    belay__call *calls_last;
    belay__pool pool;
    belay__clock clock;
    uint64_t zero;     /* the port's time when the kernel's was 0 */
    uint32_t patience; /* turns before a thread waits in earnest */
    uint32_t stopping;
    uint64_t started;
    uint64_t returned;
};

/* ---- taking.c ------------------------------------------------------- */

void *belay__take(belay_runtime *runtime, size_t size);
void *belay__grow(belay_runtime *runtime, void *pointer, size_t old_size,
                  size_t new_size);
void belay__give(belay_runtime *runtime, void *pointer, size_t size);
/* Room for `count` elements in a table that grows by doubling. OK or
 * NO_MEMORY; new elements are cleared. */
belay_code belay__reserve(belay_runtime *runtime, void **table,
                          uint32_t *capacity, uint32_t count, size_t element);

/* ---- values.c ------------------------------------------------------- */

belay_code belay__value_copy(belay_runtime *runtime, belay_value value,
                             belay_value *out);
void belay__value_free(belay_runtime *runtime, belay_value *value);
belay__failure *belay__failure_new(belay_runtime *runtime, int32_t code,
                                   const char *message);
void belay__why_drop(belay_runtime *runtime, belay__why *why);
/* What a number of the kernel's stands for; the caller is a user of it. */
belay__why belay__why_of(belay_runtime *runtime, uint32_t reason);
/* Writes it to a result and drops it. */
void belay__why_tell(belay_runtime *runtime, belay__why *why,
                     belay_result *result);

/* ---- contexts.c ----------------------------------------------------- */

/* Copies arguments that cannot stand in a context itself: *out is NULL for
 * a few plain ones. Without the lock. NO_MEMORY, BAD_ARGUMENT. */
belay_code belay__arguments_copy(belay_runtime *runtime,
                                 const belay_value *arguments, size_t count,
                                 belay_value **out);
/* Frees them. `keep`: those that are still their giver's, or NULL. */
void belay__arguments_free(belay_runtime *runtime, belay_value *arguments,
                           size_t count, const belay_value *keep);
/* A context whose process is still to be started. NO_MEMORY. */
belay_code belay__context_new(belay_runtime *runtime, belay_context **out);
/* Gives it its job; copied is what belay__arguments_copy gave. */
void belay__context_fill(belay_context *context, belay_job job,
                         const belay_value *arguments, size_t count,
                         belay_value *copied);
/* Gives its place back: it has never had a process. */
void belay__context_undo(belay_context *context);
/* Now `pid` is its process. NO_MEMORY: the table of pids cannot grow. */
belay_code belay__context_begin(belay_context *context, belay_pid pid);
belay_context *belay__context_of(const belay_runtime *runtime, belay_pid pid);
/* Frees it, if R2 allows. */
void belay__context_release(belay_context *context);
/* Its value, if it returned, or why it ended, for a result. */
void belay__context_tell(belay_context *context, belay_result *result);
void belay__context_keep(belay_context *owner, belay_context *context);
void belay__context_unkeep(belay_context *context);
belay__more *belay__context_more(belay_context *context);
void belay__contexts_free(belay_runtime *runtime);

/* ---- messages.c ----------------------------------------------------- */

void belay__letters_free(belay_runtime *runtime, belay__more *more);
/* Puts it into the mailbox of the context and wakes who waits for one. */
void belay__letter_add(belay_runtime *runtime, const belay_event *event);

/* ---- events.c ------------------------------------------------------- */

/* Carries out a command and takes all events. The lock is held. */
belay_code belay__submit(belay_runtime *runtime, const belay_command *command,
                         belay_answer *answer);

/* ---- calling.c ------------------------------------------------------ */

/* Takes the lock. OK, or CANCELLED, and then the lock is not held. */
belay_code belay__enter(belay_context *context);
/* Lets go of it, and does what must be done without it. */
void belay__leave(belay_runtime *runtime);
/* Notes a hook to be called; without memory it is not. */
void belay__call_log(belay_runtime *runtime, belay_log_kind kind,
                     const belay_event *event);
void belay__call_ended(belay_context *context);

/* ---- waiting.c ------------------------------------------------------ */

/* Gives the slot a tag. */
belay_code belay__slot_open(belay_runtime *runtime, belay__slot *slot,
                            belay__waiter *waiter);
/* Takes the tag back; a wait that is not done is cancelled. */
void belay__slot_close(belay_runtime *runtime, belay__slot *slot);
void belay__slot_done(belay_runtime *runtime, const belay_event *event);
/* Waits until the waiter is woken; the lock is held before and after. OK or
 * THREADS. */
belay_code belay__block(belay_context *context, belay__waiter *waiter,
                        belay__how how);
void belay__wake(belay__waiter *waiter);

/* ---- clock.c -------------------------------------------------------- */

/* Tells the kernel the time. */
void belay__clock_tell(belay_runtime *runtime);
/* Sees to it that the next deadline is kept. 1: a thread must be started. */
int belay__clock_watch(belay_runtime *runtime);
/* The lock is not held. */
void belay__clock_start(belay_runtime *runtime);
void belay__clock_stop(belay_runtime *runtime);

/* ---- pool.c --------------------------------------------------------- */

/* Wakes a thread if one is needed. 1: one must be started. */
int belay__pool_need(belay_runtime *runtime);
/* Whether the caller's thread may wait for others: somebody must be left to
 * do what it waits for. */
int belay__pool_may_wait(const belay_runtime *runtime);
/* Starts the thread that belay__pool_need asked for; 1: one more is needed.
 * The lock is not held. */
int belay__pool_start(belay_runtime *runtime);
/* Waits until all threads have ended. The lock is not held. */
void belay__pool_stop(belay_runtime *runtime);

/* ---- running.c ------------------------------------------------------ */

/* The next job, or NULL. */
belay_context *belay__job_take(belay_runtime *runtime);
/* That very job, if it has not begun: 1. */
int belay__job_claim(belay_context *context);
void belay__job_queue(belay_context *context);
/* The process of a queued job has ended: it will not run. */
void belay__job_orphan(belay_context *context);
/* The command that tells the kernel so of one of them. */
belay_command belay__job_abandon(belay_runtime *runtime);
/* Runs it; the lock is held before and after, but not meanwhile. */
void belay__job_run(belay_context *context);

/* ---- tasks.c -------------------------------------------------------- */

/* A process to be started. */
typedef struct belay__new {
    belay_job job;
    const belay_value *arguments;
    size_t count;
    const belay_start_options *options;
    uint32_t awaited;      /* 1: the caller may ask for its value */
    belay_command command; /* SPAWN's flags, scope and kind */
} belay__new;

belay_code belay__start(belay_context *owner, const belay__new *new,
                        belay_task *task);
/* The context of a task that the caller may still ask for. NOT_OWNER, GONE.
 * With the lock. */
belay_code belay__task_find(const belay_context *caller, belay_task task,
                            belay_context **out);

#endif
