/* belay_runtime.h - tasks in C: jobs on threads, with Elixir's rules.
 *
 * A runtime is a kernel (belay.h), a pool of threads and the values that
 * tasks take and give. A *job* is a C function; a *process* is one run of a
 * job, with an owner, links, monitors and an exit reason; a *task* is a
 * process whose owner wants its value. The same job compiles natively, with
 * Emscripten's pthreads and with wasi-libc.
 *
 *     static belay_value twice(belay_context *context,
 *                              const belay_value *arguments, size_t count) {
 *         (void)context;
 *         (void)count;
 *         return belay_integer(2 * arguments[0].integer);
 *     }
 *
 *     belay_runtime *runtime = NULL;
 *     belay_runtime_create(NULL, &runtime);
 *     belay_context *root = belay_runtime_root(runtime);
 *     const belay_value argument = belay_integer(21);
 *     belay_task task;
 *     belay_result result;
 *     belay_async(root, twice, &argument, 1, NULL, &task);
 *     if (belay_await(root, task, 5000, &result) == BELAY_OK) {
 *         printf("%lld\n", (long long)result.value.integer);
 *     }
 *     belay_runtime_destroy(runtime);
 *
 * Contexts: every call says as whom it is made. A job has its own context,
 * valid until it returns, for its own thread. All other code uses that of
 * the root process: any number of threads may, at the same time; they are
 * one process to the kernel, so each may await what another has started. The
 * root cannot end: a crash that is linked to it shows where it is awaited,
 * else in the log, as UNHANDLED.
 *
 * Killing: C code cannot be stopped from outside. A process that is killed
 * (by a timeout, a link, its supervisor) has ended for everybody at once;
 * its job is told: belay_cancelled answers 1, and what it waits for returns
 * BELAY_CANCELLED early. Until the job returns it counts as abandoned.
 *
 * Ownership of values: see belay_value.
 *
 * Times are milliseconds; BELAY_INFINITY is none.
 *
 * Every function that can fail returns a belay_code. A call that fails has
 * changed nothing, and out-parameters are written only on success, but for
 * a belay_result, which is always filled in. BAD_ARGUMENT is the answer to
 * options out of range, and to NULL where it has no meaning; a context and a
 * runtime must be there.
 */
#ifndef BELAY_RUNTIME_H
#define BELAY_RUNTIME_H

#include "belay.h"
#include "belay_value.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct belay_runtime belay_runtime;
typedef struct belay_context belay_context;
typedef struct belay_stream belay_stream;

#define BELAY_TIMEOUT_DEFAULT 5000u /* what Elixir gives await and items */
#define BELAY_ARGUMENTS_MAX 65535u  /* of one job */
#define BELAY_NAME_MAX                                                       \
    255u /* bytes of a registered name, a label
                                       or the id of a child */

/* ---- Memory of values (belay_value.h) ---------------------------------- */

/* Makes an OWNED value with room for size bytes, aligned to 16; a string
 * gets its final 0. The room is not cleared.
 *
 * type   STRING or ARRAY.
 * Codes  NO_MEMORY, BAD_ARGUMENT.
 */
belay_code belay_value_allocate(belay_context *context, belay_type type,
                                belay_element element, size_t size,
                                belay_value *out);

/* Makes an OWNED copy of a string or array; of others the same value.
 * Codes  NO_MEMORY, BAD_ARGUMENT (EXIT). */
belay_code belay_value_copy(belay_context *context, belay_value value,
                            belay_value *out);

/* Frees the memory of an OWNED value and makes it NONE. Any value, and NULL,
 * is allowed. */
void belay_value_free(belay_context *context, belay_value *value);

/* ---- Jobs and how they end ------------------------------------------ */

/* A job. It returns its value, or what belay_exit or belay_fail gave. */
typedef belay_value (*belay_job)(belay_context *context,
                                 const belay_value *arguments, size_t count);

/* How a job ends otherwise than by a value:
 *
 *     return belay_exit(context, BELAY_REASON_SHUTDOWN);
 *     return belay_fail(context, 404, "no such page");
 *
 * belay_exit is Elixir's exit(reason), with a well-known reason (NORMAL to
 * NOCONNECTION); others count as a failure with that number. belay_fail is a
 * crash: it is logged, and hits those who are linked; the message (may be
 * NULL) is copied. Both only make a value: the job must return it.
 */
belay_value belay_exit(belay_context *context, uint32_t reason);
belay_value belay_fail(belay_context *context, int32_t failure,
                       const char *message);

/* What became of a task, an item of a stream, or a request. */
typedef struct belay_result {
    belay_code code;   /* OK: value is its value. EXITED: it ended with
                          reason. Others: see the function */
    uint32_t reason;   /* belay_reason; BELAY_REASON_FAILURE after
                          belay_fail: then failure, and value is the message,
                          a string, or none */
    int32_t failure;   /* the number given to belay_fail */
    uint32_t index;    /* of a stream's entry: the element's, from 0 on */
    belay_pid pid;     /* who ended, where that is known */
    belay_value value; /* free it when it was taken: belay_value_free */
    belay_value input; /* of a stream's entry that is EXITED, with
                          zip_input_on_exit: the element; free it */
} belay_result;

#define BELAY_REASON_FAILURE ((uint32_t)BELAY_REASON_HOST)

/* 1 when the process of this job has been ended from outside (or the job
 * runs on after its time): the job should return soon. Costs a few
 * instructions: call it in every long loop. 0 for the root. */
int belay_cancelled(const belay_context *context);

/* Waits. Codes OK (the time is up), CANCELLED, THREADS, NO_MEMORY. */
belay_code belay_sleep(belay_context *context, uint64_t milliseconds);

/* Hands progress to the runtime's `progress` hook, on this thread, before it
 * returns; the value stays the caller's. Nothing without a hook. Also when
 * the process of this job has ended: the hook may ask belay_cancelled. */
void belay_report(belay_context *context, belay_value value);

belay_pid belay_self(const belay_context *context);
uint32_t belay_family(const belay_context *context); /* 0: of none */
belay_runtime *belay_context_runtime(const belay_context *context);

/* ---- The runtime ---------------------------------------------------- */

typedef enum belay_log_kind {
    BELAY_LOG_CRASH = 0,     /* pid ended by its own doing, badly */
    BELAY_LOG_UNHANDLED = 1, /* pid was linked to the root, which nobody
                                was waiting in */
    BELAY_LOG_CHILD_TERMINATED =
        2, /* pid: the supervisor, other: the child */
    BELAY_LOG_SHUTDOWN_ERROR = 3,
    BELAY_LOG_START_ERROR = 4,
    BELAY_LOG_INTENSITY = 5 /* too many restarts: the supervisor gives up */
} belay_log_kind;

typedef struct belay_log {
    belay_log_kind kind;
    uint32_t reason; /* belay_reason or BELAY_REASON_FAILURE */
    int32_t failure; /* the number given to belay_fail */
    belay_pid pid;
    belay_pid other;
    const char *label;   /* of pid; "" when it has none */
    const char *message; /* given to belay_fail; "" */
} belay_log;

/* Hooks are called on the thread on which it happened, without any lock, and
 * may call the runtime but should not wait. */
typedef void (*belay_log_hook)(void *hooks, const belay_log *entry);
typedef void (*belay_progress_hook)(void *hooks,
                                    const belay_context *context, /* job's */
                                    belay_value value);

/* What becomes of a job whose process is of a family
 * (belay_start_options.family). */
typedef enum belay_family_change {
    BELAY_FAMILY_COMES = 0, /* it is to run */
    BELAY_FAMILY_STAYS = 1, /* its process has ended, and it runs on */
    BELAY_FAMILY_GOES = 2,  /* it has returned, or will not run */
    BELAY_FAMILY_LEAVES = 3 /* the same of one that had stayed */
} belay_family_change;

/* Unlike the others it is called under the runtime's lock, and may not call
 * the runtime. What it must do without the lock, `family_told` does, which
 * is called soon after one or more that have gone or left. */
typedef void (*belay_family_hook)(void *hooks, uint32_t family,
                                  belay_family_change change);
typedef void (*belay_family_told_hook)(void *hooks);

/* Fields that are 0 get the default. */
typedef struct belay_runtime_options {
    belay_allocate allocate; /* realloc and free; called from any thread */
    void *context;           /* handed to allocate */
    uint32_t processes_max;  /* alive at once, the root included; at most
                                BELAY_PROCESSES_MAX: 1,000,000 */
    uint32_t threads_min;    /* threads kept though idle: 0 */
    uint32_t threads_max;    /* jobs that run at once: the processors */
    uint32_t threads_limit;  /* threads in all, those whose jobs wait (in
                                await, sleep ...) included, at most 4,096:
                                64, or threads_max when that is more */
    uint64_t idle_timeout;   /* ms after which a thread beyond threads_min
                                ends, or BELAY_INFINITY: 10,000 */
    size_t stack_size;       /* bytes of a thread's stack; fewer than can
                                be are taken for as few as can: the
                                system's; under WASI 65,536 */
    belay_log_hook log;      /* one line on stderr */
    belay_progress_hook progress;
    belay_family_hook family;
    belay_family_told_hook family_told; /* not without `family` */
    void *hooks;                        /* handed to all of these */
} belay_runtime_options;

/* Starts a runtime; threads start when there are jobs.
 *
 * options  copied; NULL for all defaults.
 * out      end it with belay_runtime_destroy.
 * Codes    NO_MEMORY, BAD_ARGUMENT (min above max, max above limit, or one
 *          beyond what it may be).
 */
belay_code belay_runtime_create(const belay_runtime_options *options,
                                belay_runtime **out);

/* Kills every process and frees everything. Waits until all jobs that run
 * have returned: one that ignores belay_cancelled holds it up. No other
 * thread may be in a call, or call, with this runtime; and no job may call
 * it. NULL is allowed. */
void belay_runtime_destroy(belay_runtime *runtime);

/* The process of everyone outside of a job. Lives as long as the runtime. */
belay_context *belay_runtime_root(belay_runtime *runtime);

/* Changes the pool. Threads above the new numbers end when their jobs do.
 * Codes BAD_ARGUMENT (min above max, max 0 or above the limit). */
belay_code belay_runtime_resize(belay_runtime *runtime, uint32_t threads_min,
                                uint32_t threads_max);

typedef struct belay_runtime_info {
    uint32_t processes; /* alive, the root included */
    uint32_t queued;    /* jobs that wait for a thread */
    uint32_t threads;   /* of the pool */
    uint32_t idle;      /* threads without a job */
    uint32_t waiting;   /* threads whose job waits in a call */
    uint32_t abandoned; /* jobs that run on though their process ended */
    uint64_t started;   /* jobs so far */
    uint64_t returned;  /* jobs so far */
    uint64_t bytes;     /* taken from the allocator now */
} belay_runtime_info;

void belay_runtime_look(belay_runtime *runtime, belay_runtime_info *out);

/* Writes all processes as text, a line each: pid, kind, state, label, parent,
 * age, and links, children and restarts where there are any; and a line
 * about the threads. Ends it with 0 when size is not 0. Answers the length
 * of the whole text without the 0, of which at most size - 1 bytes were
 * written. */
size_t belay_runtime_inspect(belay_runtime *runtime, char *text, size_t size);

/* ---- Tasks ---------------------------------------------------------- */

/* A task, as Elixir's: to be copied freely, nothing to free. Its value is
 * kept until it is taken (await, yield, shutdown, ignore) or its owner ends;
 * after that the task is GONE. */
typedef struct belay_task {
    belay_pid pid;
    belay_pid owner; /* who may await it */
    uint64_t reference;
} belay_task;

/* Called once, when the process has ended, as a hook is. The value in it
 * belongs to the callee. */
typedef void (*belay_ended)(void *context, const belay_result *result);

/* Options of every call that starts a process; NULL and 0 for defaults. */
typedef struct belay_start_options {
    const char *label;     /* for people; copied */
    uint64_t shutdown;     /* ms of grace when its supervisor stops it, or
                              BELAY_BRUTAL_KILL or BELAY_INFINITY: 5,000 */
    belay_restart restart; /* of belay_start_child: TEMPORARY */
    uint32_t family;       /* a number for it and for all that it starts, and
                              that these start: its starter's */
    belay_pid supervisor;  /* a task supervisor whose child it is: none */
    belay_ended ended;     /* only for those that nobody awaits (start,
                              start_link, start_child) */
    void *ended_context;
} belay_start_options;

/* Starts a task, linked to the caller; with options->supervisor as a child
 * of that task supervisor (Elixir's Task.Supervisor.async).
 *
 * arguments  count values; see belay_value for who owns what.
 * options    or NULL.
 * Codes      CANCELLED, NO_MEMORY, LIMIT, BAD_ARGUMENT; with a supervisor
 *            MAX_CHILDREN, GONE, NOT_SUPERVISOR, STOPPING.
 */
belay_code belay_async(belay_context *context, belay_job job,
                       const belay_value *arguments, size_t count,
                       const belay_start_options *options, belay_task *out);

/* The same, not linked: how it ends reaches only who awaits it. */
belay_code belay_async_nolink(belay_context *context, belay_job job,
                              const belay_value *arguments, size_t count,
                              const belay_start_options *options,
                              belay_task *out);

/* Starts a process that nobody awaits: on its own, or linked to the caller.
 * out may be NULL. Codes as belay_async. */
belay_code belay_start(belay_context *context, belay_job job,
                       const belay_value *arguments, size_t count,
                       const belay_start_options *options, belay_pid *out);
belay_code belay_start_link(belay_context *context, belay_job job,
                            const belay_value *arguments, size_t count,
                            const belay_start_options *options,
                            belay_pid *out);

/* A task that has ended with this value, and started nothing: for where
 * another is awaited. Its pid is 0.
 *
 * value  as a job returns it: a string or array is copied, OWNED memory
 *        passes to the task, SHARED is passed on.
 * Codes  CANCELLED, NO_MEMORY, BAD_ARGUMENT (EXIT): then the value is still
 *        the caller's.
 */
belay_code belay_completed(belay_context *context, belay_value value,
                           belay_task *out);

/* Waits for the value of a task and takes it. With BELAY_INFINITY a job that
 * has not started may run on the calling thread; otherwise it never does, so
 * that the timeout holds whatever the job does.
 *
 * result  OK and its value; or
 *         EXITED     it ended otherwise,
 *         TIMEOUT    it runs on, and may be awaited again,
 *         CANCELLED  the caller's own process has ended,
 *         NOT_OWNER, GONE (taken already, or the owner has ended),
 *         THREADS    all threads of the pool wait, and it may have no more,
 *         NO_MEMORY  for the waiting.
 * Returns result->code.
 */
belay_code belay_await(belay_context *context, belay_task task,
                       uint64_t timeout, belay_result *result);

/* The same for all of them, within one timeout. The first that ends without
 * a value ends the waiting. OK: all results are filled in. Otherwise no
 * value is taken: results[0] says what happened. */
belay_code belay_await_many(belay_context *context, const belay_task *tasks,
                            size_t count, uint64_t timeout,
                            belay_result *results);

/* As belay_await, but nothing is wrong with TIMEOUT, Elixir's nil: it may be
 * called again. */
belay_code belay_yield(belay_context *context, belay_task task,
                       uint64_t timeout, belay_result *result);

typedef enum belay_on_timeout {
    BELAY_ON_TIMEOUT_DEFAULT = 0, /* yield_many: leave them; stream: EXIT */
    BELAY_ON_TIMEOUT_KILL = 1,
    BELAY_ON_TIMEOUT_IGNORE = 2, /* yield_many: unlink and forget */
    BELAY_ON_TIMEOUT_EXIT = 3    /* stream: the stream ends */
} belay_on_timeout;

/* Fields that are 0 get the default. */
typedef struct belay_yield_options {
    uint64_t timeout;            /* 5,000 ms */
    size_t limit;                /* so many that have ended are enough: all */
    belay_on_timeout on_timeout; /* leave them */
} belay_yield_options;

/* Waits until `limit` of them have ended or the timeout is over. Each result
 * has its own code, TIMEOUT for those that have not ended; on_timeout is
 * applied to these when fewer than limit ended in time. options may be NULL.
 * Codes  OK, CANCELLED, NOT_OWNER, GONE, THREADS, BAD_ARGUMENT, NO_MEMORY. */
belay_code belay_yield_many(belay_context *context, const belay_task *tasks,
                            size_t count, const belay_yield_options *options,
                            belay_result *results);

/* Ends a task: unlinks it, sends it `shutdown`, and `kill` after the grace
 * (or at once: BELAY_BRUTAL_KILL).
 *
 * result  OK and its value when it had returned; EMPTY when it ended as
 *         asked, Elixir's nil; EXITED with another reason; CANCELLED,
 *         NOT_OWNER, GONE, THREADS, NO_MEMORY: as belay_await.
 */
belay_code belay_shutdown(belay_context *context, belay_task task,
                          uint64_t grace, belay_result *result);

/* Looks once, unlinks the task and forgets it. OK, EXITED, or EMPTY when it
 * runs on alone; NOT_OWNER, GONE. */
belay_code belay_ignore(belay_context *context, belay_task task,
                        belay_result *result);

/* ---- Streams -------------------------------------------------------- */

/* Gives the next element: OK and *item, or EMPTY at the end. Called by the
 * consumer within belay_stream_next, without a lock, one call at a time,
 * never for more elements than the window needs. A string or array is
 * treated as an argument; OWNED memory always passes to the stream. Any
 * other code ends the stream with that code. */
typedef belay_code (*belay_input)(void *input, belay_value *item);

typedef struct belay_stream_options {
    uint32_t max_concurrency; /* the processors */
    uint32_t max_buffered;    /* finished results kept: no bound */
    uint32_t max_abandoned;   /* start no more while so many jobs run on
                                 after their end, + 1: 1 means none. No
                                 bound */
    uint32_t unordered;       /* 1: in the order in which they end. 0 */
    uint64_t timeout;         /* ms of each item: 5,000 */
    uint64_t shutdown;        /* grace of an item, with a supervisor: 5,000 */
    belay_on_timeout on_timeout; /* EXIT, or KILL the item and go on */
    uint32_t nolink;             /* 1: items are not linked to the caller */
    uint32_t zip_input_on_exit;  /* 1: an entry that is EXITED has its element
                                    in `input`, where memory is left. 0 */
    belay_pid supervisor;        /* whose children they are: none */
    const belay_value *extra;    /* arguments after the item; copied */
    size_t extra_count;
    const char *label;
} belay_stream_options;

/* Opens a bounded stream: job(item, extra...) for each element. Nothing runs
 * before the first belay_stream_next.
 *
 * out    end it with belay_stream_close, from the process that opened it.
 * Codes  CANCELLED, NO_MEMORY, LIMIT, BAD_ARGUMENT, GONE or NOT_SUPERVISOR
 *        (supervisor).
 */
belay_code belay_stream_open(belay_context *context, belay_job job,
                             belay_input next, void *input,
                             const belay_stream_options *options,
                             belay_stream **out);

/* The same over an array of count values; they are read when needed, so they
 * must stay valid until the stream is closed. */
belay_code belay_stream_open_values(belay_context *context, belay_job job,
                                    const belay_value *items, size_t count,
                                    const belay_stream_options *options,
                                    belay_stream **out);

/* Waits for the next entry.
 *
 * Returns OK, and result->code tells of the entry: OK and a value, or
 * EXITED. EMPTY at the end. EXITED when the stream itself has failed, and
 * result tells why: an item's time was up (reason TIMEOUT), an item crashed
 * that is linked to the root, or the supervisor was gone (reason NOPROC).
 * MAX_CHILDREN: the supervisor had no room. CANCELLED, THREADS, or what the
 * input returned.
 */
belay_code belay_stream_next(belay_stream *stream, belay_result *result);

/* Kills what runs, drops what is kept, frees the stream. NULL is allowed. */
void belay_stream_close(belay_stream *stream);

/* ---- Supervisors ---------------------------------------------------- */

/* What waits for a supervisor can be answered THREADS, as by belay_await, and
 * NO_MEMORY: terminate_child, stop, add_child and the three of an id. */

/* Fields that are 0 get the default. */
typedef struct belay_supervisor_options {
    const char *name;       /* to register; copied. None */
    uint32_t max_children;  /* of a task supervisor: no bound */
    uint32_t max_restarts;  /* + 1: 1 means none. 3 restarts */
    uint32_t max_seconds;   /* 5 */
    belay_sup strategy;     /* of a general one: ONE_FOR_ONE */
    uint32_t nolink;        /* 1: not linked to the caller, whom it then
                              outlives */
    uint32_t auto_shutdown; /* 0, BELAY_FLAG_ANY_SIGNIFICANT or
                               BELAY_FLAG_ALL_SIGNIFICANT */
} belay_supervisor_options;

/* Starts a task supervisor, whose children come and go. It is linked to the
 * caller. Codes CANCELLED, ALREADY (the name), NO_MEMORY, LIMIT,
 * BAD_ARGUMENT. */
belay_code
belay_task_supervisor_start(belay_context *context,
                            const belay_supervisor_options *options,
                            belay_pid *out);

/* A child of options->supervisor that nobody awaits, started again as
 * options->restart says. Its arguments are kept for that. out may be NULL.
 * Codes as belay_async, and MAX_CHILDREN, GONE, NOT_SUPERVISOR, STOPPING. */
belay_code belay_start_child(belay_context *context, belay_job job,
                             const belay_value *arguments, size_t count,
                             const belay_start_options *options,
                             belay_pid *out);

/* A child, as its supervisor lists it. */
typedef struct belay_child {
    belay_pid pid; /* or 0: it has no process */
    belay_child_state state;
    belay_restart restart;
    uint32_t restarts; /* how often it was started again */
    uint32_t is_supervisor;
    char id[BELAY_NAME_MAX + 1]; /* of a general supervisor's; else "" */
} belay_child;

/* Writes the children in the order of their starts, at most capacity of
 * them; *count is how many there are. Codes GONE, NOT_SUPERVISOR. */
belay_code belay_supervisor_children(belay_context *context,
                                     belay_pid supervisor,
                                     belay_child *children, size_t capacity,
                                     size_t *count);

/* Stops a child of a task supervisor and waits for its end. Codes OK,
 * NOT_FOUND, GONE, NOT_SUPERVISOR, CANCELLED. */
belay_code belay_supervisor_terminate_child(belay_context *context,
                                            belay_pid supervisor,
                                            belay_pid child);

/* Stops a supervisor of any kind with a well-known reason and waits for its
 * end. Codes OK, TIMEOUT (it goes on stopping), GONE, NOT_SUPERVISOR,
 * CANCELLED. */
belay_code belay_supervisor_stop(belay_context *context, belay_pid supervisor,
                                 uint32_t reason, uint64_t timeout);

/* How a general supervisor starts a child: a job, or a supervisor. All of it
 * is copied; OWNED arguments are copied, too. */
typedef struct belay_child_spec {
    const char *id; /* what it is known by among its siblings */
    belay_job job;
    const belay_value *arguments;
    size_t count;
    const char *label;
    belay_restart restart; /* TEMPORARY, as Elixir's Task.child_spec */
    uint32_t significant;  /* 1: for auto_shutdown */
    uint64_t shutdown;     /* grace: 5,000 ms; of a supervisor: INFINITY */
    /* Not NULL: the child is a supervisor and has no job. With strategy 0 a
     * task supervisor, else a general one with these children. */
    const belay_supervisor_options *supervisor;
    const struct belay_child_spec *children;
    size_t child_count;
} belay_child_spec;

/* Starts a general supervisor and its children, in order, linked to the
 * caller. Codes CANCELLED, ALREADY (a name, or two children with one id),
 * BAD_ARGUMENT, NO_MEMORY, LIMIT: then none of it is there. */
belay_code belay_supervisor_start(belay_context *context,
                                  const belay_child_spec *children,
                                  size_t count,
                                  const belay_supervisor_options *options,
                                  belay_pid *out);

/* Adds a child, after the others. out may be NULL. Codes ALREADY (the id has
 * a process), PRESENT (it has none), and as belay_supervisor_start; GONE,
 * NOT_SUPERVISOR, STOPPING. */
belay_code belay_supervisor_add_child(belay_context *context,
                                      belay_pid supervisor,
                                      const belay_child_spec *child,
                                      belay_pid *out);

/* Stops a child by its id, which is kept (OK also when it has no process);
 * starts it again; forgets one without a process. Codes NOT_FOUND, RUNNING,
 * RESTARTING, GONE, NOT_SUPERVISOR, STOPPING, CANCELLED. out may be NULL. */
belay_code belay_supervisor_terminate_id(belay_context *context,
                                         belay_pid supervisor,
                                         const char *id);
belay_code belay_supervisor_restart_id(belay_context *context,
                                       belay_pid supervisor, const char *id,
                                       belay_pid *out);
belay_code belay_supervisor_delete_id(belay_context *context,
                                      belay_pid supervisor, const char *id);

/* ---- Names ---------------------------------------------------------- */

/* Gives a process a name, of at most BELAY_NAME_MAX bytes; it is free again
 * when the process ends. Codes ALREADY (the name is taken, or the process
 * has one), GONE, NO_MEMORY, BAD_ARGUMENT. */
belay_code belay_register(belay_context *context, const char *name,
                          belay_pid pid);

/* The process of that name, or 0. */
belay_pid belay_whereis(belay_context *context, const char *name);

/* ---- Links, monitors, messages -------------------------------------- */

/* Links the caller to pid; to one that is linked, and to itself: nothing.
 * Codes GONE (pid; or, when the caller traps exits, OK and a message with
 * NOPROC), CANCELLED, NO_MEMORY. */
belay_code belay_link(belay_context *context, belay_pid pid);

/* Takes a link away; where there is none, and of one that is gone: OK, and
 * nothing happens. Codes CANCELLED. */
belay_code belay_unlink(belay_context *context, belay_pid pid);

/* Asks for a message when pid ends; at once, with NOPROC, when it has.
 * Codes BAD_ARGUMENT (of itself, it could never be told), CANCELLED,
 * NO_MEMORY. */
belay_code belay_monitor(belay_context *context, belay_pid pid,
                         uint64_t *reference);

/* Takes the wish back, and a message that is there already. Codes GONE (no
 * such wish, or its message has been received), CANCELLED. */
belay_code belay_demonitor(belay_context *context, uint64_t reference);

/* Sends an exit signal with a well-known reason, as Elixir's Process.exit:
 * KILL cannot be trapped. To one that is gone: OK. Codes CANCELLED,
 * BAD_ARGUMENT (to the root, which cannot end; an unknown reason). */
belay_code belay_process_exit(belay_context *context, belay_pid pid,
                              uint32_t reason);

/* Whether exit signals to the caller become messages. Codes CANCELLED. */
belay_code belay_trap_exit(belay_context *context, int on);

/* 1 or 0. */
int belay_alive(belay_context *context, belay_pid pid);

/* What is known of a process. Codes GONE. */
belay_code belay_process_look(belay_context *context, belay_pid pid,
                              belay_process_info *out);

typedef enum belay_message_kind {
    BELAY_MESSAGE_NONE = 0, /* no message's */
    BELAY_MESSAGE_EXIT = 1, /* a signal that was trapped */
    BELAY_MESSAGE_DOWN = 2  /* a monitor's */
} belay_message_kind;

typedef struct belay_message {
    belay_message_kind kind;
    uint32_t reason; /* belay_reason or BELAY_REASON_FAILURE */
    int32_t failure; /* the number given to belay_fail */
    belay_pid pid;
    uint64_t reference; /* the monitor's */
    belay_value value;  /* the text of a failure, or none; free it */
} belay_message;

/* Waits for a message to the caller and takes the oldest. Codes OK, TIMEOUT,
 * CANCELLED, THREADS, NO_MEMORY. */
belay_code belay_receive(belay_context *context, uint64_t timeout,
                         belay_message *out);

#ifdef __cplusplus
}
#endif

#endif
