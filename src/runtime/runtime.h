/* runtime.h - the runtime's state, shared by the files of this folder.
 *
 * Names: belayr_ and BELAYR_ are shared inside the runtime, as belay__ is
 * inside the kernel.
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
 *   R1  While nobody has the lock, the kernel has no event and no pending
 *       work, and what its events have asked for is done.
 *   R2  A context is freed when its process has ended (ALIVE), its job will
 *       not run or has returned (BODY), nobody can ask for its value
 *       (KEPT), and the log does not need its label (NAMED, which is never
 *       so while nobody has the lock).
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

#define BELAYR_INLINE_ARGUMENTS 2u
#define BELAYR_SLAB 64u /* contexts that are allocated together */
#define BELAYR_CLOCK_STACK ((size_t)256 * 1024)
#define BELAYR_RESTARTS 3u /* what supervisors allow, in as many */
#define BELAYR_SECONDS 5u
#define BELAYR_NO_TAG 0xffffffffu
#define BELAYR_NESTED_MAX 32u /* jobs on one stack; then others take over */

/* ---- Exit reasons that belay_fail made ------------------------------ */

typedef struct belayr_failure {
    uint32_t users;
    int32_t code;
    size_t size;
    char message[]; /* size bytes and a 0 */
} belayr_failure;

/* A reason as the runtime holds it: a well-known number, or a failure, of
 * which it is a user. failure is NULL when there was no memory for it. */
typedef struct belayr_why {
    uint32_t reason;
    belayr_failure *failure;
} belayr_why;

/* ---- Waiting -------------------------------------------------------- */

/* A thread that waits, on its own stack. */
typedef struct belayr_waiter {
    port_condition condition; /* open while parked is set */
    atomic_uint woken;        /* set under the lock, read without it too */
    uint32_t parked;
    uint32_t eager; /* one that has not returned a value is enough */
    struct belayr_waiter *next; /* of those that wait for a message */
    uint32_t wanted; /* so many waits must be done; one may be enough */
} belayr_waiter;

/* One wait of the kernel's, found by its tag. */
typedef struct belayr_slot {
    belayr_waiter *waiter;
    belay_pid reference; /* for WAIT_CANCEL */
    belay_pid pid;       /* for whom, when it is done */
    uint32_t tag;
    uint32_t done;
    uint32_t outcome; /* belay_outcome */
    uint32_t reason;  /* the kernel's number; a belay_code when REFUSED */
    belayr_why why;
} belayr_slot;

/* Things that the kernel knows by a number, a tag. A free place holds the
 * next free one's number + 1. */
typedef union belayr_place {
    void *thing;
    uint32_t next;
} belayr_place;

typedef struct belayr_places {
    belayr_place *at; /* by tag */
    uint32_t count;
    uint32_t free; /* tag + 1; 0: none */
} belayr_places;

typedef enum belayr_how {
    BELAYR_FOR_OTHERS = 0, /* for what another thread must do */
    BELAYR_FOR_TIME = 1    /* it ends by itself */
} belayr_how;

/* ---- Processes ------------------------------------------------------ */

enum {
    BELAYR_ALIVE = 1,     /* the kernel's process lives */
    BELAYR_BODY = 2,      /* its job is to run, or runs */
    BELAYR_RUNS = 4,      /* ... and has begun */
    BELAYR_QUEUED = 8,    /* it is in the runtime's queue */
    BELAYR_KEPT = 16,     /* its owner or stream may ask for its value */
    BELAYR_RETURNED = 32, /* value is its value */
    BELAYR_ITEM = 64,
    BELAYR_ROOT = 128,
    BELAYR_POOLED = 256, /* its job runs on a thread of the pool */
    BELAYR_NAMED = 512   /* what is logged of its end may need its label */
};

typedef struct belayr_child belayr_child;
typedef struct belayr_spec belayr_spec;
typedef struct belayr_letter belayr_letter;
typedef struct belayr_monitor belayr_monitor;

/* What few processes have. */
typedef struct belayr_more {
    char *label;
    belay_ended ended;
    void *ended_context;
    belayr_letter *first; /* messages that were not received, in order */
    belayr_letter *last;
    belayr_waiter *receivers; /* threads in belay_receive */
    belayr_monitor *monitors; /* that this process has set */
    belay_stream *streams;    /* that it has opened */
    belay_context *named;     /* the next of the runtime's, while NAMED */
} belayr_more;

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
    belay_context **list; /* while KEPT: that it is in */
    belay_context *kept;  /* those whose values this process may ask for */
    belay_context *kept_next;
    belay_context *kept_previous;
    belay_pid stream_pid; /* an item's, or 0 */
    belayr_spec *spec;    /* whose arguments it uses, or NULL */
    belayr_more *more;
    belay_value value;
    belayr_why why;   /* how it ended, when it has not returned */
    uint32_t nested;  /* how many jobs run below it on its stack */
    uint32_t element; /* an item's: the how-manieth, from 0 on */
    uint32_t family;  /* 0: of none */
    belay_value few[BELAYR_INLINE_ARGUMENTS];
};

/* ---- The pool ------------------------------------------------------- */

typedef struct belayr_thread {
    port_thread port;
    belay_runtime *runtime;
    struct belayr_thread *next; /* of those that have ended */
} belayr_thread;

typedef struct belayr_pool {
    port_condition work;  /* idle threads wait here */
    port_condition ended; /* belay_runtime_destroy waits here */
    uint32_t min;
    uint32_t max;
    uint32_t limit;
    uint64_t idle_timeout;
    size_t stack_size;
    uint32_t threads;   /* started and not ended */
    uint32_t idle;      /* of these: without a job */
    uint32_t called;    /* of the idle ones: woken for a job */
    uint32_t waiting;   /* of these: their job waits in a call */
    uint32_t starting;  /* of these: not at work yet */
    uint32_t refused;   /* the system or the allocator would not give one */
    uint32_t unneeded;  /* jobs in a row that those who await them have run */
    uint32_t watching;  /* an idle thread looks every millisecond */
    uint64_t watched;   /* jobs started when it last began to */
    uint32_t searching; /* one that has just become idle looks at news */
    atomic_uint news;   /* for it, without the lock */
    belayr_thread *finished; /* to be joined */
} belayr_pool;

/* The one thread that tells the kernel the time while others sleep. */
typedef struct belayr_clock {
    port_condition changed;
    port_thread thread;
    uint64_t target; /* when it wakes by itself */
    uint32_t running;
} belayr_clock;

/* ---- The runtime ---------------------------------------------------- */

typedef struct belayr_call belayr_call; /* a hook that has come up */

struct belay_runtime {
    port_mutex lock;
    belay_kernel *kernel;
    const belay_view *view;
    belay_allocate allocate; /* these seven: never changed: without lock */
    void *allocate_context;
    belay_log_hook log;
    belay_progress_hook progress;
    belay_family_hook family;
    belay_family_told_hook family_told;
    void *hooks;
    uint32_t family_news; /* family_told is to be called */
    atomic_size_t bytes;  /* without the lock */
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
    belay_context *named;   /* those with a label that this command ended */
    belayr_places slots;
    belayr_places streams;
    belayr_places monitors;
    belayr_places children;
    belayr_child *all_children;
    belayr_child *wanted; /* those to be started now, in order */
    belayr_child *wanted_last;
    struct belayr_name *names;
    uint32_t name_count;
    uint32_t name_places;
    uint64_t monitor_number;   /* the last that was given */
    uint32_t child_id;         /* likewise */
    belayr_failure **failures; /* by reason - BELAY_REASON_HOST */
    uint32_t failure_count;
    uint32_t memory_reason; /* a failure for when there is no memory */
    belayr_call *calls;
    belayr_call *calls_last;
    belayr_pool pool;
    belayr_clock clock;
    uint64_t zero;     /* the port's time when the kernel's was 0 */
    uint32_t patience; /* most turns before a thread waits in earnest */
    uint32_t patience_waiting;   /* as experience has it, of one that waits */
    uint32_t patience_searching; /* and of one without a job */
    uint32_t stopping;
    uint64_t started;
    uint64_t returned;
};

/* A process to be started. */
typedef struct belayr_new {
    belay_job job;
    const belay_value *arguments;
    size_t count;
    const belay_start_options *options;
    uint32_t awaited;      /* 1: the caller may ask for its value */
    belay_command command; /* SPAWN's flags */
} belayr_new;

/* ---- taking.c ------------------------------------------------------- */

void *belayr_take(belay_runtime *runtime, size_t size);
void *belayr_grow(belay_runtime *runtime, void *pointer, size_t old_size,
                  size_t new_size);
void belayr_give(belay_runtime *runtime, void *pointer, size_t size);
/* Room for `count` elements in a table that grows by doubling. OK or
 * NO_MEMORY; new elements are cleared. */
belay_code belayr_reserve(belay_runtime *runtime, void **table,
                          uint32_t *capacity, uint32_t count, size_t element);

/* Gives the thing a tag. NO_MEMORY. */
belay_code belayr_places_add(belay_runtime *runtime, belayr_places *places,
                             void *thing, uint32_t *tag);
void belayr_places_drop(belayr_places *places, uint32_t tag);
void belayr_places_free(belay_runtime *runtime, belayr_places *places);

/* ---- values.c ------------------------------------------------------- */

belay_code belayr_value_copy(belay_runtime *runtime, belay_value value,
                             belay_value *out);
/* What passes hands: a copy, unless it is OWNED or SHARED. */
belay_code belayr_value_take(belay_runtime *runtime, belay_value value,
                             belay_value *out);
/* As an argument that is used again and again: a copy, unless SHARED. */
belay_code belayr_value_keep(belay_runtime *runtime, belay_value value,
                             belay_value *out);
void belayr_value_free(belay_runtime *runtime, belay_value *value);
belayr_failure *belayr_failure_new(belay_runtime *runtime, int32_t code,
                                   const char *message);
void belayr_why_drop(belay_runtime *runtime, belayr_why *why);
/* What a number of the kernel's stands for; the caller is a user of it. */
belayr_why belayr_why_of(belay_runtime *runtime, uint32_t reason);
/* Writes it to a result and drops it. */
void belayr_why_tell(belay_runtime *runtime, belayr_why *why,
                     belay_result *result);

/* ---- contexts.c ----------------------------------------------------- */

/* Copies arguments that cannot stand in a context itself: *out is NULL for
 * a few plain ones. Without the lock. NO_MEMORY, BAD_ARGUMENT. */
belay_code belayr_arguments_copy(belay_runtime *runtime,
                                 const belay_value *arguments, size_t count,
                                 belay_value **out);
/* The same, always in memory of their own. */
belay_code belayr_arguments_copy_all(belay_runtime *runtime,
                                     const belay_value *arguments,
                                     size_t count, belay_value **out);
/* The item, and copies of the count - 1 others after it. What the item owns
 * passes to them. */
belay_code belayr_arguments_join(belay_runtime *runtime, belay_value item,
                                 const belay_value *others, size_t count,
                                 belay_value **out);
/* Frees them. `keep`: those that are still their giver's, or NULL. */
void belayr_arguments_free(belay_runtime *runtime, belay_value *arguments,
                           size_t count, const belay_value *keep);
/* A context whose process is still to be started. NO_MEMORY. */
belay_code belayr_context_new(belay_runtime *runtime, belay_context **out);
/* Gives it its job; copied is what belayr_arguments_copy gave. */
void belayr_context_fill(belay_context *context, belay_job job,
                         const belay_value *arguments, size_t count,
                         belay_value *copied);
/* Gives its place back: it has never had a process. */
void belayr_context_undo(belay_context *context);
/* Copies a label; NULL: none. NO_MEMORY, BAD_ARGUMENT. */
belay_code belayr_context_label(belay_context *context, const char *label);
/* The same, and who wants to hear of its end; NULL: nothing. */
belay_code belayr_context_options(belay_context *context,
                                  const belay_start_options *options);
/* The family of what it starts with these options; NULL: its own. */
static inline uint32_t
belayr_context_family(const belay_context *starter,
                      const belay_start_options *options) {
    return options != NULL && options->family != 0 ? options->family
                                                   : starter->family;
}
/* Tells its family. */
void belayr_context_change(belay_context *context,
                           belay_family_change change);
/* Its job has returned or will not run. */
void belayr_context_bodiless(belay_context *context);
/* Now `pid` is its process. NO_MEMORY: the table of pids cannot grow. */
belay_code belayr_context_begin(belay_context *context, belay_pid pid);
belay_context *belayr_context_of(belay_runtime *runtime, belay_pid pid);
/* Frees it, if R2 allows. */
void belayr_context_release(belay_context *context);
/* Whether its process has. */
static inline int belayr_context_has_ended(const belay_context *context) {
    return (context->flags & BELAYR_ALIVE) == 0;
}
/* Its value, if it returned, or why it ended, for a result. */
void belayr_context_tell(belay_context *context, belay_result *result);
/* Puts it into a list of those whose values somebody may ask for. */
void belayr_context_keep(belay_context **list, belay_context *context);
void belayr_context_unkeep(belay_context *context);
belayr_more *belayr_context_more(belay_context *context);
void belayr_contexts_free(belay_runtime *runtime);

/* ---- messages.c ----------------------------------------------------- */

void belayr_letters_free(belay_runtime *runtime, belayr_more *more);
/* Puts it into the mailbox of the context and wakes who waits for one. */
void belayr_letter_add(belay_runtime *runtime, const belay_event *event);
/* Wakes those who wait for a message, for there is one, or never will be. */
void belayr_receivers_wake(const belayr_more *more);
/* Its process has ended. */
void belayr_monitors_free(belay_runtime *runtime, belayr_more *more);

/* ---- streaming.c ---------------------------------------------------- */

void belayr_stream_asked(belay_runtime *runtime, const belay_event *event);
void belayr_stream_item(belay_runtime *runtime, const belay_event *event);
void belayr_stream_ended(belay_runtime *runtime, const belay_event *event);
/* Closes what its job has left open. */
void belayr_streams_close(belay_context *context);

/* ---- specs.c -------------------------------------------------------- */

/* How to start a child, again and again. */
struct belayr_spec {
    uint32_t users;
    uint32_t is_supervisor;
    belay_job job;
    belay_value *arguments;
    size_t count;
    char *label;
    belay_ended ended;
    void *ended_context;
    char *id; /* of a general supervisor's child */
    uint32_t family;
    uint64_t shutdown;
    belay_restart restart;
    uint32_t significant;
    belay_supervisor_options options; /* of a supervisor; the name: below */
    char *name;
    belayr_spec **children; /* of a general supervisor */
    size_t child_count;
    const belay_child_spec *source; /* while it is made */
    belayr_spec *next;              /* while it is made, or freed */
};

/* One child of a supervisor, known to the kernel by its tag. */
struct belayr_child {
    belayr_spec *spec;
    belay_pid supervisor;
    uint32_t tag;
    uint32_t id; /* what the kernel calls a general supervisor's; else 0 */
    belayr_child *next; /* of all there are */
    belayr_child *previous;
    belayr_child *wanted_next;
};

/* `starter`: whose family it is of. */
belay_code belayr_spec_of_job(const belay_context *starter,
                              const belayr_new *new, belayr_spec **out);
belay_code belayr_spec_of_child(const belay_context *starter,
                                const belay_child_spec *child,
                                belayr_spec **out);
/* Its OWNED arguments stay with who gave them. */
void belayr_spec_disown(belayr_spec *spec, const belay_value *arguments);
/* Lets go of it; NULL is allowed. */
void belayr_spec_drop(belay_runtime *runtime, belayr_spec *spec);

/* ---- children.c ----------------------------------------------------- */

/* A child for the spec, of which it is a user. */
belay_code belayr_child_new(belay_runtime *runtime, belayr_spec *spec,
                            belay_pid supervisor, belayr_child **out);
void belayr_child_free(belay_runtime *runtime, belayr_child *child);
/* The number of a child's id; 0: no child has it. */
uint32_t belayr_child_number(const belay_runtime *runtime,
                             belay_pid supervisor, const char *id);
/* A context for a process of the spec's. */
belay_code belayr_child_run(belay_runtime *runtime, belayr_spec *spec,
                            belay_pid pid);
void belayr_child_restarted(belay_runtime *runtime, const belay_event *event);
void belayr_child_dropped(belay_runtime *runtime, const belay_event *event);
void belayr_child_wanted(belay_runtime *runtime, const belay_event *event);
/* Starts the oldest wanted one, and tells the kernel. */
void belayr_child_start(belay_runtime *runtime);
/* Starts a supervisor without children. */
belay_code belayr_supervisor_new(belay_runtime *runtime, belay_pid parent,
                                 const belay_supervisor_options *options,
                                 belay_sup strategy, belay_pid *out);
/* Asks a general supervisor for one more child; `tag`: of a slot or
 * BELAYR_NO_TAG. */
belay_code belayr_child_ask(belay_runtime *runtime, belay_pid asker,
                            belayr_child *child, belay_ask kind, uint32_t tag,
                            belay_answer *answer);

/* ---- naming.c ------------------------------------------------------- */

belay_code belayr_name_give(belay_runtime *runtime, const char *name,
                            belay_pid pid);
void belayr_names_free(belay_runtime *runtime);
/* A copy; NO_MEMORY, BAD_ARGUMENT (too long). */
belay_code belayr_text_copy(belay_runtime *runtime, const char *text,
                            char **out);
void belayr_text_free(belay_runtime *runtime, char *text);

/* ---- events.c ------------------------------------------------------- */

/* Carries out a command and takes all events. The lock is held. */
belay_code belayr_submit(belay_runtime *runtime, const belay_command *command,
                         belay_answer *answer);

/* Its process has ended, and all has been told of how. */
void belayr_process_over(belay_context *context);
/* Does what the events have asked for: commands of our own, until none
 * causes another (R1). */
void belayr_follow_up(belay_runtime *runtime);

/* ---- calling.c ------------------------------------------------------ */

/* Takes the lock. OK, or CANCELLED, and then the lock is not held. */
belay_code belayr_enter(belay_context *context);
/* Lets go of it, and does what must be done without it. */
void belayr_leave(belay_runtime *runtime);
/* Whether there is something of that kind. */
int belayr_must_leave(const belay_runtime *runtime);
/* Notes a hook to be called; without memory it is not. */
void belayr_call_log(belay_runtime *runtime, belay_log_kind kind,
                     const belay_event *event);
void belayr_call_ended(belay_context *context);
/* The line on stderr where there is no hook. */
void belayr_log_text(const belay_log *entry, char *line, size_t size);

/* ---- waiting.c ------------------------------------------------------ */

/* Gives the slot a tag. */
belay_code belayr_slot_open(belay_runtime *runtime, belayr_slot *slot,
                            belayr_waiter *waiter);
/* Takes the tag back; a wait that is not done is cancelled. */
void belayr_slot_close(belay_runtime *runtime, belayr_slot *slot);
void belayr_slot_done(belay_runtime *runtime, const belay_event *event);
/* The same for one whose target has returned. */
void belayr_slot_returned(belay_runtime *runtime, uint32_t tag,
                          belay_pid pid);
/* Waits until the waiter is woken; the lock is held before and after. OK or
 * THREADS. */
belay_code belayr_block(belay_context *context, belayr_waiter *waiter,
                        belayr_how how);
void belayr_wake(belayr_waiter *waiter);
/* How long to look now. */
uint32_t belayr_patience(const belay_runtime *runtime, uint32_t learned);
/* What experience teaches: whether it was worth looking so long. */
void belayr_learn(const belay_runtime *runtime, uint32_t *patience,
                  int worth_it);

/* ---- clock.c -------------------------------------------------------- */

/* Tells the kernel the time. */
void belayr_clock_tell(belay_runtime *runtime);
/* Sees to it that the next deadline is kept. 1: a thread must be started. */
int belayr_clock_watch(belay_runtime *runtime);
/* The lock is not held. */
void belayr_clock_start(belay_runtime *runtime);
void belayr_clock_stop(belay_runtime *runtime);

/* ---- pool.c --------------------------------------------------------- */

/* A job was run by who awaited it: a thread for it would have come late. */
void belayr_pool_not_needed(belay_runtime *runtime);
/* A thread waits for a job that only another can run. */
void belayr_pool_hurry(belay_runtime *runtime);
/* Wakes a thread if one is needed. 1: one must be started. */
int belayr_pool_need(belay_runtime *runtime);
/* Whether the caller's thread may wait for others: somebody must be left to
 * do what it waits for. */
int belayr_pool_may_wait(const belay_runtime *runtime);
/* Starts the thread that belayr_pool_need asked for; 1: one more is needed.
 * The lock is not held. */
int belayr_pool_start(belay_runtime *runtime);
/* Waits until all threads have ended. The lock is not held. */
void belayr_pool_stop(belay_runtime *runtime);

/* ---- running.c ------------------------------------------------------ */

/* The next job, or NULL. */
belay_context *belayr_job_take(belay_runtime *runtime);
/* That very job, if it has not begun: 1. */
int belayr_job_claim(belay_context *context);
void belayr_job_queue(belay_context *context);
/* The process of a queued job has ended: it will not run. */
void belayr_job_orphan(belay_context *context);
/* Tells the kernel so of one of them. */
void belayr_job_abandon(belay_runtime *runtime);
/* Runs it, on a thread of the pool (BELAYR_POOLED) or not (0); the lock is
 * held before and after, but not meanwhile. */
void belayr_job_run(belay_context *context, uint32_t pooled);

/* ---- tasks.c -------------------------------------------------------- */

/* Grace as the kernel takes it; 0 is the default. */
uint64_t belayr_grace(uint64_t shutdown, uint32_t is_supervisor);
/* Ends a process that there is no place for among ours: nobody notices. */
void belayr_process_undo(belay_runtime *runtime, belay_pid owner,
                         belay_pid pid);
belay_code belayr_start(belay_context *owner, const belayr_new *new,
                        belay_task *task);
belay_code belayr_start_unawaited(belay_context *context,
                                  const belayr_new *new, belay_pid *out);
/* The context of a task that the caller may still ask for. NOT_OWNER, GONE.
 * With the lock. */
belay_code belayr_task_find(const belay_context *caller, belay_task task,
                            belay_context **out);

#endif
