/* belay.h - the task kernel's only door.
 *
 * The kernel is a state machine of Elixir's processes, tasks, streams and
 * task supervisors. A host submits commands and the time; the kernel decides
 * and puts events into a bounded queue, which the host drains. The kernel
 * never calls out, reads no clock, starts no thread and does no input or
 * output. The same commands at the same times give the same events, byte for
 * byte, in every build.
 *
 *        command, time                     events
 *   host ---------------> belay_submit ----------------> belay_next_event
 *                              |
 *                         belay_step, while belay_view.pending is set
 *
 * A host's turn: submit what has happened (bodies that ended, requests of
 * its users), take every event, call belay_step while there is pending
 * work, start what BELAY_OP_RUN hands out, and, when timers are fresh or
 * the next deadline has come, submit BELAY_OP_ADVANCE with the time.
 *
 * Values never enter the kernel. A body is a `tag`, a number of the host's.
 * A value that a body returned stays with the host; an exit reason is a
 * small number: a well-known one (BELAY_REASON_*), or a place that the
 * kernel counts references to and the host keeps the value for.
 *
 * Ownership: the kernel owns all memory it hands out; a pointer to an event
 * is valid until the next call. A kernel is not thread-safe: one thread at a
 * time. Two kernels share nothing.
 *
 * Errors: every function that can fail returns a belay_code. A command that
 * fails has changed nothing. A mistake inside the kernel stops the program.
 */
#ifndef BELAY_H
#define BELAY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BELAY_VERSION_MAJOR 0
#define BELAY_VERSION_MINOR 1

/* ---- Limits --------------------------------------------------------- */

/* An index has 24 bits, so that index and generation fit together into 53
 * bits and a JavaScript number holds a pid exactly. */
#define BELAY_INDEX_BITS 24
#define BELAY_PROCESSES_MAX 0xfffffeu    /* ceiling of config.processes_max */
#define BELAY_GENERATION_MAX 0x1fffffffu /* then the place is retired */
#define BELAY_WORDS_MAX 2048u /* 32-bit words in the shared word area */
#define BELAY_EVENTS_MIN 64u
#define BELAY_EVENTS_MAX 0x100000u
#define BELAY_RESTARTS_MAX 100000u /* ceiling of max_restarts */
#define BELAY_SECONDS_MAX 0x7fffffffu

/* Times are whole milliseconds since the host's own zero; a deadline beyond
 * BELAY_TIME_MAX (8,900 years) is held to be there. */
#define BELAY_TIME_MAX 0xffffffffffffull
#define BELAY_INFINITY 0xffffffffffffffffull    /* as a timeout: none */
#define BELAY_BRUTAL_KILL 0xfffffffffffffffeull /* as a shutdown: at once */

/* A process. The index stands in the low 24 bits, the generation above. An
 * id is never given twice; a stale one is answered with BELAY_GONE. 0 is no
 * process. */
typedef uint64_t belay_pid;

/* ---- Codes ---------------------------------------------------------- */

/* X(NAME, number, text). The numbers are stable. */
#define BELAY_CODES(X)                                                       \
    X(OK, 0, "done")                                                         \
    X(EMPTY, 1, "nothing there to take")                                     \
    X(GONE, 2, "no such process, stream or reference, or not any more")      \
    X(BUSY, 3, "events or work are waiting: drain and step first")           \
    X(NO_MEMORY, 4, "the allocator refused")                                 \
    X(LIMIT, 5, "a table has reached its limit")                             \
    X(BAD_COMMAND, 6, "unknown operation")                                   \
    X(BAD_ARGUMENT, 7, "an argument is outside of its range")                \
    X(NOT_OWNER, 8, "only the owner may do this")                            \
    X(MAX_CHILDREN, 9, "the supervisor has no room for another child")       \
    X(ALREADY, 10, "the name is taken")                                      \
    X(NOT_SUPERVISOR, 11, "the process is not a supervisor of that kind")    \
    X(NOT_FOUND, 12, "no such child")                                        \
    X(STOPPING, 13, "the supervisor is stopping")                            \
    X(RUNNING, 14, "the child has a process")                                \
    X(RESTARTING, 15, "the child is being restarted")                        \
    X(PRESENT, 16, "there is a child with that id, without a process")

/* Those that only the runtime gives (belay_runtime.h). */
#define BELAY_RUNTIME_CODES(X)                                               \
    X(EXITED, 64, "it ended without a value: its reason says why")           \
    X(TIMEOUT, 65, "the time is up")                                         \
    X(CANCELLED, 66, "the calling process has ended")                        \
    X(THREADS, 67, "all threads wait, and there may be no more of them")

typedef enum belay_code {
#define X(name, number, text) BELAY_##name = number,
    BELAY_CODES(X) BELAY_RUNTIME_CODES(X)
#undef X
} belay_code;

/* ---- Exit reasons --------------------------------------------------- */

/* X(NAME, number, text). Reasons from BELAY_REASON_HOST on are places that
 * BELAY_OP_REASON_NEW gave. */
#define BELAY_REASONS(X)                                                     \
    X(NONE, 0, "none")                                                       \
    X(NORMAL, 1, "normal")                                                   \
    X(SHUTDOWN, 2, "shutdown")                                               \
    X(KILL, 3, "kill")                                                       \
    X(KILLED, 4, "killed")                                                   \
    X(NOPROC, 5, "noproc")                                                   \
    X(TIMEOUT, 6, "timeout")                                                 \
    X(NOCONNECTION, 7, "noconnection")

typedef enum belay_reason {
#define X(name, number, text) BELAY_REASON_##name = number,
    BELAY_REASONS(X)
#undef X
        BELAY_REASON_HOST = 64
} belay_reason;

/* What a host's reason is to links, restarts and the log. */
typedef enum belay_class {
    BELAY_CLASS_CRASH = 0,   /* an error or any other abnormal reason */
    BELAY_CLASS_SHUTDOWN = 1 /* Elixir's {:shutdown, _}: a good end */
} belay_class;

/* ---- Commands ------------------------------------------------------- */

/* X(NAME, number, handler, text). In the descriptions below, fields that an
 * operation does not name are ignored, and flags that it does not name are
 * refused with BAD_ARGUMENT. Every operation may also answer BUSY, and those
 * that create something NO_MEMORY or LIMIT.
 *
 * Time
 *   ADVANCE      time: now. Moves the clock (an earlier time counts as the
 *                present one), starts the fresh timers, fires the due ones.
 *                A timer runs from the first ADVANCE after the command that
 *                armed it: so a host reads its clock once a turn, and no
 *                timer is early.
 * Processes
 *   SPAWN        pid: the owner, tag: the body, flags: LINK (to the owner),
 *                ORPHAN (owned by nobody: start and start_child),
 *                scope: a task supervisor or 0, kind: belay_restart (with a
 *                scope), shutdown: grace (with a scope, or for ABORT).
 *                Answers pid. Codes GONE (owner or scope), MAX_CHILDREN,
 *                NOT_SUPERVISOR, STOPPING.
 *   RUN          Takes the oldest task that is ready to start; the host must
 *                run its body. Answers pid, tag. EMPTY when there is none.
 *   SETTLE       count: that many pids in the word area (low word, high word)
 *                whose bodies have returned. Stale ones are passed over.
 *                Answers value: how many it took (the rest: drain, again).
 *   RETURN       pid: its body has returned: SETTLE of one. When its owner
 *                awaits it, and its end concerns nobody else (a task
 *                supervisor forgets a temporary child), the answer stands
 *                for the events, which are EXITED with VALUE and
 *                WAIT_DONE with OK. Answers value: 1 if it does (pid: the
 *                owner, extra: the body, tag: the wait's), else 0: always
 *                while tracing or while other events wait, and for a stale
 *                pid. After a 1, and until the next command, a SPAWN with
 *                LINK and a WAIT for it find room.
 *   LIFE         pid: the owner, tag: the body and the wait. SPAWN with LINK,
 *                WAIT, RUN and RETURN at once, of a task whose RETURN would
 *                answer 1, and of `count` more in its place: for a host that
 *                runs a body before it tells of it. Answers value: 1, and
 *                pid: the last one; or 0, and nothing was done: while tracing
 *                or while other events wait, when another one is to RUN first,
 *                and when the owner would hear of the end. Codes GONE.
 *   EXIT         pid: its body ended without returning, reason: why.
 *   SIGNAL       pid: the sender, other: the receiver, reason: Process.exit.
 *                To a process that is gone: OK, no effect. To the root, when
 *                it does not trap exits: BAD_ARGUMENT, for it cannot end.
 *   LINK         pid, other. When other is gone: GONE, or, if pid traps
 *                exits, OK and EXIT_MESSAGE with NOPROC.
 *   UNLINK       pid, other.
 *   MONITOR      pid: who watches, other: whom, tag: comes with DOWN. Answers
 *                pid: the reference. If other is gone: DOWN with NOPROC, and
 *                the reference 0.
 *   DEMONITOR    other: the reference. GONE when it has fired.
 *   TRAP_EXIT    pid, flags: ON or nothing. Answers value: the old flag.
 *   ABANDONED    other: the stream or 0. A body whose process had ended has
 *                returned at last.
 * Waiting
 *   WAIT         pid: who waits, other: for whom, kind: belay_wait, time:
 *                timeout (SHUTDOWN: grace or BRUTAL_KILL), tag. Ends with
 *                exactly one WAIT_DONE. Answers pid: the reference for
 *                WAIT_CANCEL. Codes GONE (other), NOT_OWNER. SLEEP has no
 *                other. STOP asks a supervisor to end with `reason`.
 *   WAIT_CANCEL  other: the reference. No WAIT_DONE comes.
 *   IGNORE       pid: the owner, other: the task: unlinks the two.
 *   ABORT        other: the process, reason: a reason of class SHUTDOWN.
 *                Unlinks it from its owner and sends it the exit signal; one
 *                that traps exits is killed after its own grace.
 * Streams
 *   STREAM_OPEN  pid: the consumer, tag, limit: max_concurrency, time:
 *                timeout of an item, count: max_buffered (0: no bound),
 *                extra: max_abandoned (0xffffffff: no bound), scope: a task
 *                supervisor or 0, shutdown: grace of an item with a scope,
 *                flags: ORDERED, KILL_TASK, NOLINK. Answers pid: the stream.
 *   STREAM_NEXT  other: the stream, count: how many more results the
 *                consumer wants (0xffffffff: all, and then TOGETHER is
 *                understood), flags: TOGETHER: all ended items are dealt with
 *                before the next PULL; else one by one, as in Elixir.
 *   STREAM_PUSH  other: the stream, count: that many elements were pulled,
 *                at most what PULL still asks for and BELAY_WORDS_MAX / 2.
 *                Starts a process for each; their pids stand in the word
 *                area, and the host must run their bodies, in that order (of
 *                one that was ended before its turn came, it reports
 *                ABANDONED instead). Answers value: how many it started; when
 *                that is fewer, drain and push the rest, or the stream has
 *                closed because its supervisor had no room or was gone.
 *   STREAM_CYCLE other: the stream, count: that many pids in the word area,
 *                of items whose bodies have returned, and for each the host
 *                has one more element. SETTLE, ITEM, PULL and PUSH at once,
 *                for the usual item, whose end concerns its stream alone: its
 *                result counts as handed over, the next element starts in its
 *                place, and the new pid stands in the old one's place.
 *                Answers value: how many, from the first on. The rest goes
 *                the long way, as does, in an ordered stream, one that is not
 *                the oldest. None unless more results are wanted TOGETHER, or
 *                none is and one place is free, as after STREAM_TAKE; none with
 *                max_buffered or a scope, while a result waits, or tracing.
 *   STREAM_TAKE  other: the stream. STREAM_NEXT of one result without
 *                TOGETHER, when the host has a further element, and what that
 *                leads to in the usual case, at once: PULL and PUSH of this
 *                element, and ITEM of one that had returned before. Answers
 *                value: 1, pid: the new process, in the place of the item
 *                whose result is handed over (whose pid was one generation
 *                before), tag: the stream's, extra: how many results still
 *                wait; the host must run its body. Or 0, and nothing was
 *                done: when anything else would come first or come of it,
 *                with max_buffered or a scope, while tracing or events wait.
 *   STREAM_END   other: the stream. The input is at its end.
 *   STREAM_HALT  other: the stream. Kills what runs, drops what is kept.
 * Supervisors
 *   SUP_START    pid: the parent, tag, kind: belay_sup, limit: max_children
 *                (0xffffffff: no bound), count: max_restarts, extra:
 *                max_seconds (1 and up), flags: LINK, and, when it is to end
 *                by itself, ANY_SIGNIFICANT or ALL_SIGNIFICANT. Without LINK
 *                it has no parent whose end it would follow. Answers pid.
 *   SUP_ASK      pid: who asks, scope: the supervisor, kind: belay_ask, tag:
 *                comes with the one WAIT_DONE. A supervisor does one thing
 *                at a time: what it is asked, the ends of its children,
 *                restarts, and stopping, in the order in which they come.
 *                (SPAWN under a task supervisor does not wait for that.)
 *                TERMINATE_PID has other: the child's process. The other
 *                kinds are for general supervisors and have extra: the
 *                child's id, a number of the host's. START and INIT have
 *                count: the child's tag, limit: belay_restart, shutdown:
 *                grace, flags: SIGNIFICANT, SUPERVISOR. Codes GONE,
 *                NOT_SUPERVISOR. What it comes to, WAIT_DONE tells.
 *   SUP_CHILD    The host's answer to CHILD_START. scope: the supervisor,
 *                kind: belay_started, other: the process (UP), which must be
 *                linked to the supervisor and nobody's child, reason
 *                (FAILED). Codes GONE (the supervisor does not wait for it
 *                any more; or the process has ended), BAD_ARGUMENT.
 * Names and reasons
 *   NAME_NEW     Answers value: a name's number, free.
 *   NAME_SET     other: a process, tag: the name. ALREADY (answers pid: the
 *                holder; or the process has a name). A name is free again
 *                when its process ends.
 *   NAME_DROP    tag: the name. GONE when nobody has it.
 *   NAME_GET     tag. Answers pid, or EMPTY.
 *   REASON_NEW   kind: belay_class. Answers value; the host holds one
 *                reference.
 *   REASON_DROP  reason: the host lets go of its reference.
 * Looking on
 *   TRACE        flags: ON or nothing: whether the events marked "trace" are
 *                put into the queue. Off at first.
 */
#define BELAY_COMMANDS(X)                                                    \
    X(ADVANCE, 1, clock_advance, "advance")                                  \
    X(SPAWN, 2, process_spawn, "spawn")                                      \
    X(RUN, 3, process_run, "run")                                            \
    X(SETTLE, 4, process_settle, "settle")                                   \
    X(EXIT, 5, process_exit, "exit")                                         \
    X(SIGNAL, 6, signal_send, "signal")                                      \
    X(LINK, 7, edge_link, "link")                                            \
    X(UNLINK, 8, edge_unlink, "unlink")                                      \
    X(MONITOR, 9, edge_monitor, "monitor")                                   \
    X(DEMONITOR, 10, edge_demonitor, "demonitor")                            \
    X(TRAP_EXIT, 11, process_trap, "trap_exit")                              \
    X(ABANDONED, 12, process_abandoned, "abandoned")                         \
    X(WAIT, 13, wait_begin, "wait")                                          \
    X(WAIT_CANCEL, 14, wait_cancel, "wait_cancel")                           \
    X(IGNORE, 15, wait_ignore, "ignore")                                     \
    X(ABORT, 16, signal_abort, "abort")                                      \
    X(STREAM_OPEN, 17, stream_open, "stream_open")                           \
    X(STREAM_NEXT, 18, stream_next, "stream_next")                           \
    X(STREAM_PUSH, 19, stream_push, "stream_push")                           \
    X(STREAM_END, 20, stream_end, "stream_end")                              \
    X(STREAM_HALT, 21, stream_halt, "stream_halt")                           \
    X(SUP_START, 22, supervisor_start, "sup_start")                          \
    X(SUP_ASK, 23, supervisor_ask, "sup_ask")                                \
    X(NAME_NEW, 24, name_new, "name_new")                                    \
    X(NAME_SET, 25, name_set, "name_set")                                    \
    X(NAME_DROP, 26, name_drop, "name_drop")                                 \
    X(NAME_GET, 27, name_get, "name_get")                                    \
    X(REASON_NEW, 28, reason_new, "reason_new")                              \
    X(REASON_DROP, 29, reason_drop, "reason_drop")                           \
    X(TRACE, 30, event_trace, "trace")                                       \
    X(STREAM_CYCLE, 31, stream_cycle, "stream_cycle")                        \
    X(SUP_CHILD, 32, supervisor_child, "sup_child")                          \
    X(RETURN, 33, process_return, "return")                                  \
    X(LIFE, 34, process_life, "life")                                        \
    X(STREAM_TAKE, 35, stream_take, "stream_take")

typedef enum belay_op {
#define X(name, number, handler, text) BELAY_OP_##name = number,
    BELAY_COMMANDS(X)
#undef X
} belay_op;

typedef enum belay_flag {
    BELAY_FLAG_LINK = 1,
    BELAY_FLAG_ORPHAN = 2,
    BELAY_FLAG_ON = 4,
    BELAY_FLAG_ORDERED = 8,
    BELAY_FLAG_KILL_TASK = 16,
    BELAY_FLAG_NOLINK = 32,
    BELAY_FLAG_TOGETHER = 64,
    BELAY_FLAG_ANY_SIGNIFICANT = 128,
    BELAY_FLAG_ALL_SIGNIFICANT = 256,
    BELAY_FLAG_SIGNIFICANT = 512,
    BELAY_FLAG_SUPERVISOR = 1024
} belay_flag;

typedef enum belay_restart {
    BELAY_RESTART_TEMPORARY = 0,
    BELAY_RESTART_TRANSIENT = 1,
    BELAY_RESTART_PERMANENT = 2
} belay_restart;

typedef enum belay_sup {
    BELAY_SUP_TASK = 0, /* children come and go; all stopped together */
    /* General ones: ordered children, stopped in reverse. When one fails, */
    BELAY_SUP_ONE_FOR_ONE = 1, /* it is started anew */
    BELAY_SUP_ONE_FOR_ALL = 2, /* all are */
    BELAY_SUP_REST_FOR_ONE = 3 /* it is, and those started after it */
} belay_sup;

/* What a supervisor can be asked for. */
typedef enum belay_ask {
    BELAY_ASK_TERMINATE_PID = 0, /* stop and forget the child: a process */
    BELAY_ASK_TERMINATE = 1,     /* stop the child: an id */
    BELAY_ASK_RESTART = 2,       /* start one that has no process */
    BELAY_ASK_DELETE = 3,        /* forget one that has no process */
    BELAY_ASK_START = 4,         /* a new child, after the others */
    BELAY_ASK_INIT = 5 /* the same; the supervisor ends if that fails */
} belay_ask;

/* What came of the start of a child. */
typedef enum belay_started {
    BELAY_STARTED_UP = 0,
    BELAY_STARTED_IGNORED = 1, /* it needs no process */
    BELAY_STARTED_FAILED = 2
} belay_started;

typedef enum belay_wait {
    BELAY_WAIT_AWAIT = 0,
    BELAY_WAIT_YIELD = 1,
    BELAY_WAIT_SHUTDOWN = 2,
    BELAY_WAIT_SLEEP = 3,
    BELAY_WAIT_STOP = 4 /* a supervisor */
} belay_wait;

/* One command. 72 bytes, the same layout in every build. */
typedef struct belay_command {
    uint32_t op; /* belay_op */
    uint32_t flags;
    belay_pid pid;
    belay_pid other;
    uint64_t time;
    uint64_t shutdown;
    belay_pid scope;
    uint32_t tag;
    uint32_t reason;
    uint32_t count;
    uint32_t limit;
    uint32_t kind;
    uint32_t extra;
} belay_command;

/* What a command answers; written only when it succeeds (ALREADY writes the
 * holder). */
typedef struct belay_answer {
    belay_pid pid;
    uint32_t value;
    uint32_t extra;
    uint32_t tag;
    uint32_t reserved;
} belay_answer;

/* ---- Events --------------------------------------------------------- */

/* X(NAME, number, text).
 *
 *   EXITED       pid ended with `reason`; tag: its body, other: its owner,
 *                extra: belay_exited. A stream's item that returned emits
 *                this only as a trace.
 *   WAIT_DONE    tag: the wait's, pid: for whom, extra: belay_outcome,
 *                reason.
 *   DOWN         tag: the monitor's, pid: who ended, other: who watched,
 *                reason.
 *   EXIT_MESSAGE pid traps exits and was signalled by other with reason;
 *                tag: the body of pid.
 *   UNHANDLED    the root is linked to pid, which failed with reason, and
 *                nobody was waiting for it; tag: the body of pid.
 *   LOG          pid ended by its own doing with an abnormal reason; tag.
 *   PULL         tag: the stream's, pid: the stream, extra: pull that many
 *                elements.
 *   ITEM         tag: the stream's, pid: the item, extra: belay_outcome
 *                (OK, EXIT or TIMEOUT), reason: a result for the consumer.
 *   STREAM_CLOSED tag: the stream's, pid: the stream, extra: belay_closed,
 *                reason. The last event of a stream.
 *   RESTARTED    tag: the child's, pid: the new process, other: the old one.
 *   CHILD_DROPPED tag: the child is forgotten; other: its supervisor.
 *                Comes for each child of a
 *                general supervisor, and for those of a task supervisor
 *                with a restart type other than temporary.
 *   REASON_FREE  reason: nobody refers to it any more.
 *   SPAWNED      (trace) pid, other: owner, tag, extra: belay_process_kind.
 *   STARTED      (trace) pid, tag.
 *   TERMINATED   (trace) pid: a child that its supervisor `other` stops.
 *   CHILD_START  pid: the supervisor, tag: the child's, other: its last
 *                process or 0, extra: its id. The host starts a process and
 *                answers with SUP_CHILD; until then the supervisor waits.
 *   REPORT       pid: a supervisor, other: its child's process or 0, tag:
 *                the child's, reason, extra: belay_report_kind.
 *   TIMED_OUT    (trace) pid: an item or awaited task; extra: 0 an item's
 *                timeout, 1 a wait's, 2 the end of a grace period.
 */
#define BELAY_EVENTS(X)                                                      \
    X(EXITED, 1, "exited")                                                   \
    X(WAIT_DONE, 2, "wait_done")                                             \
    X(DOWN, 3, "down")                                                       \
    X(EXIT_MESSAGE, 4, "exit_message")                                       \
    X(UNHANDLED, 5, "unhandled")                                             \
    X(LOG, 6, "log")                                                         \
    X(PULL, 7, "pull")                                                       \
    X(ITEM, 8, "item")                                                       \
    X(STREAM_CLOSED, 9, "stream_closed")                                     \
    X(RESTARTED, 10, "restarted")                                            \
    X(CHILD_DROPPED, 11, "child_dropped")                                    \
    X(REASON_FREE, 12, "reason_free")                                        \
    X(SPAWNED, 13, "spawned")                                                \
    X(STARTED, 14, "started")                                                \
    X(TERMINATED, 15, "terminated")                                          \
    X(TIMED_OUT, 16, "timed_out")                                            \
    X(CHILD_START, 17, "child_start")                                        \
    X(REPORT, 18, "report")

typedef enum belay_event_kind {
#define X(name, number, text) BELAY_EVENT_##name = number,
    BELAY_EVENTS(X)
#undef X
} belay_event_kind;

/* Bits of EXITED's extra. */
typedef enum belay_exited {
    BELAY_EXITED_NEVER_RAN = 1,    /* RUN never handed it out */
    BELAY_EXITED_BODY_RUNNING = 2, /* stopped from outside: drop the body */
    BELAY_EXITED_ITEM = 4,         /* a stream's */
    BELAY_EXITED_SUPERVISOR = 8,
    BELAY_EXITED_VALUE = 16 /* its body returned */
} belay_exited;

typedef enum belay_outcome {
    BELAY_OUTCOME_OK = 0,      /* the body returned: the host has the value */
    BELAY_OUTCOME_EXIT = 1,    /* it ended with the reason */
    BELAY_OUTCOME_NONE = 2,    /* shut down as asked; a stop or a terminate
                                  that is done */
    BELAY_OUTCOME_TIMEOUT = 3, /* the time is up (SLEEP: as wanted) */
    BELAY_OUTCOME_CRASH = 4,   /* a crash that came over the link to root */
    BELAY_OUTCOME_OWNER = 5,   /* who waited has ended itself, with reason */
    BELAY_OUTCOME_REFUSED = 6, /* by a supervisor; reason: a belay_code */
    BELAY_OUTCOME_FAILED = 7   /* the child's start failed, with reason */
} belay_outcome;

/* What a supervisor reports. */
typedef enum belay_report_kind {
    BELAY_REPORT_CHILD_TERMINATED = 0, /* a child ended as it should not */
    BELAY_REPORT_SHUTDOWN_ERROR = 1,   /* one did not stop as asked */
    BELAY_REPORT_START_ERROR = 2,
    BELAY_REPORT_INTENSITY = 3 /* too many restarts: it gives up */
} belay_report_kind;

typedef enum belay_closed {
    BELAY_CLOSED_DONE = 0,
    BELAY_CLOSED_HALTED = 1,   /* by STREAM_HALT */
    BELAY_CLOSED_TIMEOUT = 2,  /* an item's time was up, no KILL_TASK */
    BELAY_CLOSED_CRASH = 3,    /* a linked item of the root crashed: reason */
    BELAY_CLOSED_OWNER = 4,    /* the consumer has ended */
    BELAY_CLOSED_CHILDREN = 5, /* the supervisor had no room */
    BELAY_CLOSED_NOPROC = 6    /* the supervisor was gone */
} belay_closed;

typedef struct belay_event {
    uint32_t kind; /* belay_event_kind */
    uint32_t tag;
    belay_pid pid;
    belay_pid other;
    uint64_t time; /* when: the kernel's clock */
    uint32_t reason;
    uint32_t extra;
} belay_event;

/* ---- The kernel ----------------------------------------------------- */

/* Allocates, resizes (old_size and new_size not 0) or frees (new_size 0).
 * Returns NULL when it refuses; freeing never fails. The memory must be
 * aligned for 64-bit integers. */
typedef void *(*belay_allocate)(void *context, void *pointer, size_t old_size,
                                size_t new_size);

typedef struct belay_config {
    belay_allocate allocate; /* required */
    void *context;           /* handed to allocate */
    uint32_t processes_max;  /* 0: 1,000,000; at most BELAY_PROCESSES_MAX */
    uint32_t events_max;     /* the queue's size, a power of two; 0: 4,096 */
    uint32_t clock_slack;    /* ms by which a reading of the host's clock may
                                be short: added to each deadline but that of
                                a timeout of 0. 0, or 1 for a clock cut to
                                whole ms; at most 1,000. */
    uint32_t reserved;       /* 0 */
} belay_config;

typedef struct belay_kernel belay_kernel;

/* What a host looks at between calls; kept up to date by each call. */
typedef struct belay_view {
    uint64_t now;
    uint64_t deadline;  /* the next time ADVANCE is needed; BELAY_INFINITY */
    uint32_t events;    /* in the queue */
    uint32_t pending;   /* not 0: belay_step has work to do */
    uint32_t ready;     /* processes that RUN would hand out */
    uint32_t fresh;     /* timers that wait for an ADVANCE to start */
    uint32_t timers;    /* running ones */
    uint32_t processes; /* alive, the root included */
    uint32_t abandoned; /* bodies that run on though their process ended */
    uint32_t kept;      /* results of items that wait to be handed over */
    uint64_t bytes;     /* allocated now */
} belay_view;

/* Makes a kernel at time 0 with its root process.
 *
 * config  copied.
 * out     written on success; end it with belay_destroy.
 * Codes   NO_MEMORY, BAD_ARGUMENT.
 */
belay_code belay_create(const belay_config *config, belay_kernel **out);

/* Frees everything. NULL is allowed. */
void belay_destroy(belay_kernel *kernel);

/* Carries out one command. See BELAY_COMMANDS.
 *
 * command  any bytes whatever: what makes no sense is refused with a code.
 * answer   written on success.
 */
belay_code belay_submit(belay_kernel *kernel, const belay_command *command,
                        belay_answer *answer);

/* Goes on with work that did not fit into the event queue. OK when some was
 * done, EMPTY when there was none, BUSY when the queue has no room. */
belay_code belay_step(belay_kernel *kernel);

/* Takes the oldest event; NULL when there is none. Valid until the next
 * call. */
const belay_event *belay_next_event(belay_kernel *kernel);

/* The process that stands for every caller outside of a body. */
belay_pid belay_root(const belay_kernel *kernel);

/* Always the same place. */
const belay_view *belay_look(const belay_kernel *kernel);

/* BELAY_WORDS_MAX words by which SETTLE and STREAM_PUSH pass pids. Always
 * the same place. */
uint32_t *belay_words(belay_kernel *kernel);

/* ---- Inspection ----------------------------------------------------- */

typedef enum belay_process_kind {
    BELAY_KIND_ROOT = 0,
    BELAY_KIND_TASK = 1,
    BELAY_KIND_ITEM = 2,
    BELAY_KIND_TASK_SUPERVISOR = 3,
    BELAY_KIND_SUPERVISOR = 4
} belay_process_kind;

typedef enum belay_process_state {
    BELAY_STATE_READY = 1, /* RUN has not handed it out */
    BELAY_STATE_RUNNING = 2,
    BELAY_STATE_ENDING = 3,   /* its end is being told to others */
    BELAY_STATE_KEPT = 4,     /* ended; its result waits in its stream */
    BELAY_STATE_STOPPING = 5, /* a supervisor that waits for its children */
    BELAY_STATE_BUSY = 6 /* a supervisor that stops or starts some child */
} belay_process_state;

typedef struct belay_process_info {
    belay_pid pid;
    belay_pid owner;
    belay_pid supervisor; /* 0: none */
    uint64_t started;     /* ms; when it was spawned */
    uint32_t kind;        /* belay_process_kind */
    uint32_t state;       /* belay_process_state */
    uint32_t tag;
    uint32_t trap_exit; /* 0 or 1 */
    uint32_t links;     /* not that to its supervisor; capped at 1,000 */
    uint32_t monitors;  /* on it; capped at 1,000 */
    uint32_t restart;   /* belay_restart, of a supervised one */
    uint32_t restarts;  /* how often this child has been started anew */
    uint32_t children;  /* of a supervisor */
    uint32_t stream;    /* tag of the stream an item belongs to */
} belay_process_info;

/* The first process at or after `index`; OK and *out, or EMPTY. The next
 * search begins at (out->pid & 0xffffff) + 1. */
belay_code belay_inspect(const belay_kernel *kernel, uint32_t index,
                         belay_process_info *out);

/* The same for one pid: GONE when it is not alive. */
belay_code belay_info(const belay_kernel *kernel, belay_pid pid,
                      belay_process_info *out);

typedef enum belay_child_state {
    BELAY_CHILD_NONE = 0, /* it has no process */
    BELAY_CHILD_UP = 1,
    BELAY_CHILD_RESTARTING = 2, /* its last start failed */
    BELAY_CHILD_STARTING = 3    /* CHILD_START is not answered yet */
} belay_child_state;

typedef struct belay_child_info {
    belay_pid process; /* or 0 */
    uint32_t tag;
    uint32_t id;      /* of a general supervisor's */
    uint32_t restart; /* belay_restart */
    uint32_t restarts;
    uint32_t state; /* belay_child_state */
    uint32_t type;  /* 0 a worker, 1 a supervisor */
    uint32_t significant;
    uint32_t next; /* `at` for the next child, or 0 */
    uint32_t reserved;
} belay_child_info;

/* The children of a supervisor in the order of their starts: `at` is 0, then
 * out->next. GONE: no such supervisor. EMPTY: no such child. */
belay_code belay_inspect_child(const belay_kernel *kernel,
                               belay_pid supervisor, uint32_t at,
                               belay_child_info *out);

typedef struct belay_stream_info {
    belay_pid stream;
    belay_pid consumer;
    uint32_t tag;
    uint32_t limit;
    uint32_t running;
    uint32_t kept;
    uint32_t abandoned;
    uint32_t started;   /* elements so far, modulo 2^32 */
    uint32_t delivered; /* results so far, modulo 2^32 */
    uint32_t closed;    /* 0 or 1 */
} belay_stream_info;

/* The first stream at or after `index`, as belay_inspect. */
belay_code belay_inspect_stream(const belay_kernel *kernel, uint32_t index,
                                belay_stream_info *out);

/* A number that depends on the whole state: equal states, equal numbers. */
uint64_t belay_digest(const belay_kernel *kernel);

/* Walks the whole state and holds it against its invariants (numbered in
 * src/kernel/check.c). 0 when all hold, else the number of a broken one. */
uint32_t belay_check(const belay_kernel *kernel);

/* ---- Texts ---------------------------------------------------------- */

/* "?" for an unknown number, and "failure" for every reason of a host's.
 * Never NULL. */
const char *belay_code_name(uint32_t code);
const char *belay_code_text(uint32_t code);
const char *belay_reason_text(uint32_t reason);
const char *belay_event_name(uint32_t kind);
const char *belay_command_name(uint32_t op);

#ifdef __cplusplus
}
#endif

/* The runtime on threads, for programs in C. The kernel knows nothing of it;
 * a host that has only the kernel may leave its header away. */
#ifndef BELAY_KERNEL_ONLY
#include "belay_runtime.h"
#endif

#endif
