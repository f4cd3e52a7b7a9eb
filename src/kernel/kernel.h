/* kernel.h - the kernel's state and what its files share.
 *
 * One step of the machine, in this order (kernel.c, work_run):
 *
 *   command --> exits --> supervisors --> streams --> clock
 *
 * A process that ends goes into the queue of exits; its end is then told to
 * its links, waits, monitors, streams and supervisor one at a time, so that
 * each unit of work adds a handful of events at most and the queue of events
 * can be bounded. Work that does not fit is done in belay_step. No command
 * is taken while exits or other work wait: a command always sees a state in
 * which every end has been told to everyone.
 *
 * Invariants, checked by check.c and cited where they are kept:
 *   K1  a process in the table is in exactly one state; READY ones are in
 *       the run queue, ENDING ones in the queue of exits, nobody else is
 *   K2  links are symmetrical, at most one between two processes, never
 *       between a process and itself, and only between living ones
 *   K3  a monitor joins two living processes
 *   K4  a wait has a living owner and, unless it sleeps, a living target
 *   K5  a running timer belongs to the record that names it, and is not due
 *       when no work is pending
 *   K6  a stream's items are in its list in input order; running + kept are
 *       all of it; running never exceeds the limit
 *   K7  a supervisor's children are in its list and name it; their number
 *       is its count and at most max_children; each stands in its mail at
 *       most once; its cursor is one of them
 *   K8  a reason's count equals the records that hold it, plus the host
 *   K9  a name leads to a living process which has that name
 *   K10 the view tells what the tables hold
 */
#ifndef BELAY_KERNEL_KERNEL_H
#define BELAY_KERNEL_KERNEL_H

#include "base/check.h"
#include "base/memory.h"
#include "base/table.h"
#include "belay.h"
#include "kernel/ring.h"

/* Events that one command, or one unit of work, may add at most. */
#define BELAY__UNIT_EVENTS 8u

/* A grace period in a record: 32 bits are 49 days, more is for ever. */
#define BELAY__GRACE_INFINITY 0xffffffffu
#define BELAY__GRACE_BRUTAL 0xfffffffeu

enum timer_kind {
    TIMER_ITEM = 0,  /* a stream's timeout for an item */
    TIMER_GRACE = 1, /* until the kill of a process that was asked to end */
    TIMER_WAIT = 2
};

/* Lies in a process or a wait, so that starting one takes no memory. */
typedef struct belay__timer {
    ring_link ring;    /* in its bucket */
    uint32_t bucket;   /* NONE while it does not run */
    uint32_t kind;     /* timer_kind */
    uint64_t deadline; /* while fresh: the timeout */
} belay__timer;

/* How the wheel names a timer: the record's index * 2 + its table. */
enum timer_table { TIMER_OF_PROCESS = 0, TIMER_OF_WAIT = 1 };

enum process_flag {
    PROCESS_TRAP = 1,      /* traps exits */
    PROCESS_VALUE = 2,     /* ENDING, KEPT: its body returned */
    PROCESS_TIMED_OUT = 4, /* ENDING, KEPT: by its stream's timeout */
    PROCESS_SURFACED = 8,  /* ENDING: its failure reached root's wait */
    PROCESS_DEALT = 16,    /* KEPT: its place has been given on */
    PROCESS_TOLD = 32,     /* ENDING: its stream has seen its end */
    PROCESS_KNOWN = 64,    /* something else has ever referred to it */
    PROCESS_ASKED = 128,   /* its grace began while its timeout ran */
    PROCESS_ABORTED = 256  /* its grace is its own, not its supervisor's */
};

typedef struct belay__process {
    belay__slot slot;
    uint8_t kind;  /* belay_process_kind */
    uint8_t state; /* belay_process_state */
    uint16_t flags;
    uint32_t tag;
    belay_pid owner; /* may be gone, may be 0 */
    uint64_t started;
    uint32_t links;      /* ring of edges, by side */
    uint32_t monitors;   /* ring of edges, by side */
    uint32_t waits_on;   /* ring of waits for this process */
    uint32_t waits_by;   /* ring of waits that this process does */
    uint32_t streams;    /* ring of streams that it consumes */
    uint32_t shutdown;   /* grace in ms */
    uint32_t child;      /* its place under a supervisor, or NONE */
    uint32_t body;       /* an item's stream; a supervisor's record */
    ring_link items;     /* in its stream's ring */
    uint32_t queue_next; /* run queue, exits, or ended items of a stream */
    uint32_t queue_prev; /* run queue only */
    uint32_t reason;     /* ENDING, KEPT */
    uint32_t name;       /* or NONE */
    belay__timer timer;
} belay__process;

enum edge_kind { EDGE_LINK = 0, EDGE_MONITOR = 1 };

/* A link, or a monitor from side 0 (who watches) to side 1. A process's ring
 * is made of sides: edge index * 2 + side. */
typedef struct belay__edge {
    belay__slot slot;
    uint32_t end[2]; /* processes */
    ring_link ring[2];
    uint32_t tag; /* of a monitor */
    uint32_t kind;
} belay__edge;

enum wait_kind { WAIT_ASK = 16 }; /* beside belay_wait */

typedef struct belay__wait {
    belay__slot slot;
    uint32_t owner;
    uint32_t target; /* NONE: a sleep */
    ring_link by;    /* in the owner's ring */
    ring_link on;    /* in the target's ring */
    uint32_t tag;
    uint8_t kind;   /* belay_wait or wait_kind */
    uint8_t brutal; /* SHUTDOWN: by a kill */
    uint16_t reserved;
    belay__timer timer;
} belay__wait;

#define TIMER_LEVELS 8u
#define TIMER_SLOTS 64u
#define TIMER_FRESH (TIMER_LEVELS * TIMER_SLOTS)

typedef struct belay__clock {
    uint64_t now;   /* what the host said last */
    uint64_t wheel; /* how far the wheel has turned; at most now */
    uint64_t occupied[TIMER_LEVELS];
    uint32_t bucket[TIMER_FRESH + 1];
    uint32_t slack;
    uint32_t lagging; /* the wheel has something to do up to now */
    uint32_t changed; /* since the view's deadline was found */
} belay__clock;

enum stream_flag {
    STREAM_ORDERED = 1,
    STREAM_KILL_TASK = 2,
    STREAM_NOLINK = 4,
    STREAM_TRAP = 8, /* the consumer trapped exits at the opening */
    STREAM_INPUT_DONE = 16,
    STREAM_CLOSED = 32,   /* STREAM_CLOSED has been or will be emitted */
    STREAM_QUEUED = 64,   /* in the queue of streams */
    STREAM_TOLD = 128,    /* STREAM_CLOSED has been emitted */
    STREAM_TOGETHER = 256 /* deal with all ended items, then pull */
};

#define STREAM_DEMAND_ALL 0xffffffffu

/* What happens to the items of a stream that closes. */
enum stream_fate {
    FATE_KILL = 0,   /* killed; then STREAM_CLOSED */
    FATE_SIGNAL = 1, /* linked ones get the reason; then STREAM_CLOSED */
    FATE_LINGER = 2  /* stay, linked, until the consumer ends */
};

typedef struct belay__stream {
    belay__slot slot;
    uint32_t consumer;
    ring_link by; /* in the consumer's ring */
    uint32_t tag;
    uint32_t flags;
    uint32_t limit;
    uint32_t running; /* started and their end not yet dealt with */
    uint32_t asked;   /* elements that PULL asked for and did not get yet */
    uint32_t demand;  /* results that the consumer waits for */
    uint32_t max_buffered;
    uint32_t max_abandoned;
    uint32_t abandoned;
    uint32_t shutdown;
    uint64_t timeout;
    belay_pid scope;
    uint32_t started;
    uint32_t delivered;
    uint32_t items;      /* ring of processes, input order */
    uint32_t ended_head; /* queue of items whose end is not dealt with */
    uint32_t ended_tail;
    uint32_t kept; /* items in the state KEPT */
    uint32_t queue_next;
    uint32_t close_reason;
    uint8_t close_kind; /* belay_closed */
    uint8_t fate;
    uint16_t reserved;
    uint32_t close_walk; /* FATE_LINGER: items left to look at */
    belay_pid consumer_pid;
} belay__stream;

typedef struct sup_config {
    uint32_t type; /* belay_sup */
    uint32_t max_children;
    uint32_t max_restarts;
    uint32_t max_seconds;
} sup_config;

/* What a supervisor is doing. In every phase but IDLE its mail waits. */
enum sup_phase {
    PHASE_IDLE = 0,
    PHASE_TERMINATING = 1, /* cursor: the child that it was asked to stop */
    PHASE_STARTING = 2,    /* cursor: one child whose start it waits for */
    PHASE_GROUP_STOP = 3,  /* cursor: the next to stop, the last one first */
    PHASE_GROUP_START = 4, /* cursor: the next to start */
    PHASE_STOPPING = 5     /* for good */
};

/* Whether it ends by itself: when any, or all, of its significant children
 * have ended for good. */
enum sup_auto { AUTO_NEVER = 0, AUTO_ANY = 1, AUTO_ALL = 2 };

/* Mail: what a supervisor will see to, in the order in which it came. The
 * index of a record * 4 + the kind of the record. */
enum mail_kind {
    MAIL_CHILD = 0,   /* one that has ended, or whose start failed */
    MAIL_REQUEST = 1, /* what somebody asks for */
    MAIL_PARENT = 2   /* its parent's exit signal */
};

typedef struct belay__supervisor {
    belay__slot slot;
    uint32_t process;
    sup_config config;
    uint32_t children; /* ring, in the order of their starts */
    uint32_t count;
    uint32_t stamps;        /* ring of restart times, the oldest first */
    uint32_t stop_reason;   /* STOPPING */
    uint32_t parent_reason; /* while mail of the parent waits */
    uint32_t parent_next;   /* the mail after that */
    uint32_t mail_head;
    uint32_t mail_tail;
    uint32_t cursor;  /* a child, or NONE */
    uint32_t origin;  /* GROUP_STOP: the child that moves the group */
    uint32_t request; /* STARTING, TERMINATING: on whose behalf, or NONE */
    uint32_t queue_next;
    uint8_t phase;
    uint8_t queued;
    uint8_t parent_mailed;
    uint8_t auto_shutdown; /* of sup_auto */
} belay__supervisor;

enum child_flag {
    CHILD_SIGNALLED = 1, /* asked to end */
    CHILD_ENDED = 2,     /* has ended with `reason`; not seen to yet */
    CHILD_RETRY = 4,     /* its start failed; is to be tried again */
    CHILD_MAILED = 8,    /* stands in its supervisor's mail */
    CHILD_STARTING = 16, /* the host starts it */
    CHILD_SIGNIFICANT = 32,
    CHILD_SUPERVISOR = 64 /* says who started it */
};

typedef struct belay__child {
    belay__slot slot;
    uint32_t supervisor; /* index of the supervisor's record */
    uint32_t process;    /* or NONE */
    ring_link ring;
    belay_pid last; /* its last process, when it has none */
    uint32_t mail_next;
    uint32_t reason; /* ENDED */
    uint32_t id;
    uint32_t tag;
    uint32_t shutdown; /* grace in ms */
    uint32_t restarts;
    uint8_t restart; /* belay_restart */
    uint8_t flags;
    uint16_t reserved;
    uint32_t reserved_too;
} belay__child;

enum request_kind { REQUEST_STOP = 16 }; /* beside belay_ask */

typedef struct belay__request {
    belay__slot slot;
    belay_pid wait;  /* of who asks; it may have been given up */
    belay_pid other; /* TERMINATE_PID */
    uint32_t mail_next;
    uint32_t id;
    uint32_t tag;
    uint32_t shutdown;
    uint32_t reason; /* STOP: held */
    uint16_t flags;  /* child_flag, for a new child */
    uint8_t kind;
    uint8_t restart;
} belay__request;

typedef struct belay__stamp {
    belay__slot slot;
    uint64_t second; /* BELAY_INFINITY: not used yet */
    ring_link ring;
} belay__stamp;

typedef struct belay__name {
    belay__slot slot;
    uint32_t process; /* or NONE */
    uint32_t reserved;
} belay__name;

typedef struct belay__reason {
    belay__slot slot;
    uint32_t references; /* the host's included */
    uint16_t class;      /* belay_class */
    uint16_t host;       /* 1 while the host holds one */
} belay__reason;

typedef struct belay__queue {
    uint32_t head;
    uint32_t tail;
} belay__queue;

struct belay_kernel {
    belay__memory memory;
    belay_view view; /* its counts stand here and nowhere else */
    belay__table processes;
    belay__table edges;
    belay__table waits;
    belay__table streams;
    belay__table supervisors;
    belay__table children;
    belay__table requests;
    belay__table stamps;
    belay__table names;
    belay__table reasons;
    belay__clock clock;
    belay__queue ready;   /* processes that wait for RUN */
    belay__queue exits;   /* processes whose end is being told */
    belay__queue acting;  /* supervisors with something to do */
    belay__queue turning; /* streams with something to do */
    uint32_t tracing;
    belay_event *events;
    uint32_t event_room; /* a power of two */
    uint32_t event_head; /* counts up, modulo 2^32 */
    uint32_t words[BELAY_WORDS_MAX];
};

/* ---- kernel.c ------------------------------------------------------- */

static inline uint32_t pid_index(belay_pid pid) {
    return (uint32_t)(pid & ((1u << BELAY_INDEX_BITS) - 1));
}

static inline belay_pid pid_of(const belay__table *table, uint32_t index) {
    const belay__slot *slot = belay__table_at(table, index);
    return (belay_pid)slot->generation << BELAY_INDEX_BITS | index;
}

/* Whether the record at the index of that id is the one that it names. */
static inline int slot_is(const belay__slot *slot, belay_pid id) {
    return slot->generation == id >> BELAY_INDEX_BITS &&
           slot->link == BELAY__LIVE;
}

/* The index of a live record with that id, or NONE. Any bytes are fine. */
uint32_t belay__find(const belay__table *table, belay_pid id);

/* The record at an index of a table: process_at, edge_at, and so on. Files
 * whose work is not done for each task define BELAY__SMALL first: to them it
 * is a call, which makes the module smaller. */
#define BELAY__RECORDS(X)                                                    \
    X(process, processes)                                                    \
    X(edge, edges)                                                           \
    X(wait, waits)                                                           \
    X(stream, streams)                                                       \
    X(supervisor, supervisors)                                               \
    X(child, children)                                                       \
    X(request, requests)                                                     \
    X(stamp, stamps)
#define X(name, table)                                                       \
    belay__##name *belay__##name##_at(const belay_kernel *kernel,            \
                                      uint32_t index);
BELAY__RECORDS(X)
#undef X
#ifdef BELAY__SMALL
#define X(name, table)                                                       \
    static inline belay__##name *name##_at(const belay_kernel *kernel,       \
                                           uint32_t index) {                 \
        return belay__##name##_at(kernel, index);                            \
    }
#else
#define X(name, table)                                                       \
    static inline belay__##name *name##_at(const belay_kernel *kernel,       \
                                           uint32_t index) {                 \
        return (belay__##name *)belay__table_chunk(&kernel->table, index) +  \
               (index & BELAY__CHUNK_MASK);                                  \
    }
#endif
BELAY__RECORDS(X)
#undef X

static inline belay__timer *timer_at(const belay_kernel *kernel,
                                     uint32_t timer) {
    return (timer & 1) == TIMER_OF_PROCESS
               ? &process_at(kernel, timer >> 1)->timer
               : &wait_at(kernel, timer >> 1)->timer;
}

static inline uint32_t timer_of_process(uint32_t index) {
    return index << 1 | TIMER_OF_PROCESS;
}

static inline uint32_t timer_of_wait(uint32_t index) {
    return index << 1 | TIMER_OF_WAIT;
}

static inline belay_pid process_pid(const belay_kernel *kernel,
                                    uint32_t index) {
    const belay__slot *slot = &process_at(kernel, index)->slot;
    return (belay_pid)slot->generation << BELAY_INDEX_BITS | index;
}

static inline int process_is_alive(const belay__process *process) {
    return process->state != BELAY_STATE_ENDING &&
           process->state != BELAY_STATE_KEPT;
}

/* The n-th pid of the word area. */
static inline belay_pid word_pid(const belay_kernel *kernel, uint32_t n) {
    return kernel->words[2 * n] | (belay_pid)kernel->words[2 * n + 1] << 32;
}

static inline void word_pid_put(belay_kernel *kernel, uint32_t n,
                                belay_pid pid) {
    BELAY_ASSERT(n < BELAY_WORDS_MAX / 2);
    kernel->words[2 * n] = (uint32_t)pid;
    kernel->words[2 * n + 1] = (uint32_t)(pid >> 32);
}

static inline int process_is_supervisor(const belay__process *process) {
    return process->kind == BELAY_KIND_TASK_SUPERVISOR ||
           process->kind == BELAY_KIND_SUPERVISOR;
}

/* The handlers of the commands, one each. */
#define X(name, number, handler, text)                                       \
    belay_code belay__##handler(belay_kernel *kernel,                        \
                                const belay_command *command,                \
                                belay_answer *answer);
BELAY_COMMANDS(X)
#undef X

/* ---- event.c -------------------------------------------------------- */

/* Room for `count` more events? */
static inline int belay__event_room(const belay_kernel *kernel,
                                    uint32_t count) {
    uint32_t used = kernel->view.events;
    BELAY_ASSERT(used <= kernel->event_room);
    return kernel->event_room - used >= count;
}

/* The place of a new one, zero but for kind and time; there must be room. */
belay_event *belay__event_place(belay_kernel *kernel,
                                enum belay_event_kind kind);
/* Adds one, with an `extra` of 0; there must be room. The time is now. */
belay_event *belay__event_add(belay_kernel *kernel,
                              enum belay_event_kind kind, uint32_t tag,
                              belay_pid pid, belay_pid other,
                              uint32_t reason);

/* The same, only while tracing. */
void belay__event_trace_add(belay_kernel *kernel, enum belay_event_kind kind,
                            uint32_t tag, belay_pid pid, belay_pid other,
                            uint32_t extra);
void belay__event_add_timed_out(belay_kernel *kernel, uint32_t process,
                                uint32_t what);

/* ---- reason.c ------------------------------------------------------- */

int belay__reason_valid(const belay_kernel *kernel, uint32_t number);
int belay__reason_is_good(const belay_kernel *kernel, uint32_t number);
void belay__reason_retain(belay_kernel *kernel, uint32_t number);
void belay__reason_release(belay_kernel *kernel, uint32_t number);

/* ---- timer.c -------------------------------------------------------- */

/* Starts one that does not run. */
void belay__timer_start(belay_kernel *kernel, uint32_t timer,
                        enum timer_kind kind, uint64_t timeout);
/* Also for one that does not run. */
void belay__timer_stop(belay_kernel *kernel, uint32_t timer);
/* Stops an item's and starts it anew. */
void belay__timer_renew(belay_kernel *kernel, uint32_t timer,
                        uint64_t timeout);
/* The kill after a grace period, unless the process is out of time before. */
void belay__timer_start_grace(belay_kernel *kernel, uint32_t process,
                              uint64_t grace);

/* The next moment at which the wheel has something to do; a lower bound of
 * the next deadline. BELAY_INFINITY: none. */
uint64_t belay__timer_next(const belay_kernel *kernel);

/* Starts the fresh timers, from the kernel's present time on. */
void belay__timer_start_fresh(belay_kernel *kernel);

/* Turns the wheel by one step: a cascade, or one timer that fires. */
void belay__timer_turn(belay_kernel *kernel);

/* ---- process.c ------------------------------------------------------ */

enum doom { DOOM_BODY = 0, DOOM_SIGNAL = 1, DOOM_VALUE = 2 };

/* Takes a place that was reserved. The process is READY, or RUNNING when it
 * is a supervisor. */
uint32_t belay__process_new(belay_kernel *kernel,
                            enum belay_process_kind kind, uint32_t tag,
                            belay_pid owner);

/* Begins the end of a living process. */
void belay__process_doom(belay_kernel *kernel, uint32_t index,
                         uint32_t reason, enum doom how);

/* Tells ends, one unit after the other, as long as the queue of events has
 * room and there are any; there are. */
void belay__process_tell_exits(belay_kernel *kernel);

/* Frees the place of a process that is told and out of all queues. */
void belay__process_free(belay_kernel *kernel, uint32_t index);

/* A process that lives, or NONE. */
uint32_t belay__process_find(const belay_kernel *kernel, belay_pid pid);

/* A process whose body runs, started by RUN or STREAM_PUSH, or NONE: only
 * such a body can end by itself. */
uint32_t belay__process_find_body(const belay_kernel *kernel, belay_pid pid);

uint32_t belay__grace_of(uint64_t shutdown);

/* The body of a living process has returned. */
void belay__process_returned(belay_kernel *kernel, uint32_t index);

/* ---- edge.c --------------------------------------------------------- */

/* Links two living processes, a place being reserved; linked ones stay. */
void belay__edge_join(belay_kernel *kernel, uint32_t a, uint32_t b);
void belay__edge_part(belay_kernel *kernel, uint32_t a, uint32_t b);
int belay__edge_linked(const belay_kernel *kernel, uint32_t a, uint32_t b);
/* The one process that this one is linked to, or NONE when there are more;
 * there is one at least. */
uint32_t belay__edge_only_link(const belay_kernel *kernel, uint32_t process);

/* Takes the side that a ring begins with out of both rings and frees the
 * edge. Gives the other process and what the edge was. */
typedef struct edge_popped {
    uint32_t other;
    uint32_t tag;
    uint32_t side; /* on which the popping process stood */
} edge_popped;
edge_popped belay__edge_pop_link(belay_kernel *kernel, uint32_t process);
edge_popped belay__edge_pop_monitor(belay_kernel *kernel, uint32_t process);

/* ---- signal.c ------------------------------------------------------- */

/* An exit signal over a link. */
void belay__signal_link(belay_kernel *kernel, uint32_t from, uint32_t to,
                        uint32_t reason);
/* The same for one that is neither a supervisor nor the root. */
void belay__signal_ordinary(belay_kernel *kernel, belay_pid from, uint32_t to,
                            uint32_t reason);
/* An exit signal as Process.exit sends it. */
void belay__signal_exit(belay_kernel *kernel, belay_pid from, uint32_t to,
                        uint32_t reason);
/* The shutdown protocol for one process: its own grace, then the kill. */
void belay__signal_shutdown(belay_kernel *kernel, belay_pid from,
                            uint32_t to);

/* ---- wait.c --------------------------------------------------------- */

void belay__wait_fire(belay_kernel *kernel, uint32_t index);
/* The target of the first wait in its ring has ended. */
void belay__wait_pop_on(belay_kernel *kernel, uint32_t process);
/* Whether the root waits for it. */
int belay__wait_by_root(const belay_kernel *kernel, uint32_t target);
/* The target of this wait has returned, and the answer of a command says so:
 * ends the wait without an event and gives its tag. */
uint32_t belay__wait_reply(belay_kernel *kernel, uint32_t index);
/* The owner of the first wait in its ring has ended. */
void belay__wait_pop_by(belay_kernel *kernel, uint32_t process);
/* A place being reserved: `owner` has asked the supervisor `target` for
 * something. Gives the reference. */
belay_pid belay__wait_ask(belay_kernel *kernel, uint32_t owner,
                          uint32_t target, uint32_t tag);
/* What came of it; nothing when nobody waits any more. */
void belay__wait_answer(belay_kernel *kernel, belay_pid wait,
                        enum belay_outcome outcome, belay_pid pid,
                        uint32_t reason);

/* ---- stream.c ------------------------------------------------------- */

static inline ring_link *belay__item_ring(const belay_kernel *kernel,
                                          uint32_t index) {
    return &process_at(kernel, index)->items;
}

/* The stream a command names, when it is open; *code says what else. */
uint32_t belay__stream_find(const belay_kernel *kernel,
                            const belay_command *command, belay_code *code);
/* No more is handed over; `fate` says what becomes of the items. */
void belay__stream_close(belay_kernel *kernel, uint32_t index,
                         enum belay_closed kind, uint32_t reason,
                         enum stream_fate fate);

void belay__stream_queue(belay_kernel *kernel, uint32_t index);
void belay__stream_unit(belay_kernel *kernel);
/* An item ended abnormally over its link. Whether the consumer is hit. */
void belay__stream_item_failed(belay_kernel *kernel, uint32_t item);
/* An item's end has been told to everyone else. */
void belay__stream_item_ended(belay_kernel *kernel, uint32_t item);
/* The same for an item that returned and that nobody else knows of. */
void belay__stream_item_returned(belay_kernel *kernel, uint32_t item);
void belay__stream_item_timeout(belay_kernel *kernel, uint32_t item);
/* The consumer of the first stream in its ring ends. */
void belay__stream_pop_by(belay_kernel *kernel, uint32_t process);

/* ---- supervisor.c --------------------------------------------------- */

/* Whether a new task may be added under the process `index`. */
belay_code belay__supervisor_admits(const belay_kernel *kernel,
                                    uint32_t index);

/* Its parent's exit signal: it ends in order, when it gets to that. */
void belay__supervisor_leave(belay_kernel *kernel, uint32_t process,
                             uint32_t reason);
/* Begins its orderly end now. */
void belay__supervisor_stop(belay_kernel *kernel, uint32_t index,
                            uint32_t reason);
/* Done with what it did: on with its mail. */
void belay__supervisor_idle(belay_kernel *kernel, uint32_t index);
void belay__supervisor_queue(belay_kernel *kernel, uint32_t index);
void belay__supervisor_unit(belay_kernel *kernel);

/* It was killed: lets go of its first child. */
void belay__supervisor_orphan(belay_kernel *kernel, uint32_t process);
void belay__supervisor_free(belay_kernel *kernel, uint32_t index);

/* Notes one more restart; 0 when it would be one too many. */
int belay__supervisor_may_restart(belay_kernel *kernel, uint32_t index);

void belay__mail_append(belay_kernel *kernel, uint32_t index, uint32_t mail);
/* Removes the mail of a child that is forgotten. */
void belay__mail_remove(belay_kernel *kernel, uint32_t index, uint32_t mail);
/* Mail or NONE that comes after `mail`. */
uint32_t belay__mail_next(const belay_kernel *kernel, uint32_t index,
                          uint32_t mail);

/* ---- child.c -------------------------------------------------------- */

static inline ring_link *belay__child_ring(const belay_kernel *kernel,
                                           uint32_t index) {
    return &child_at(kernel, index)->ring;
}

/* Adds a child without a process at the end, a place being reserved. */
uint32_t belay__child_new(belay_kernel *kernel, uint32_t supervisor,
                          const belay__child *child);
/* Adds a new process to a task supervisor's children. */
void belay__child_add(belay_kernel *kernel, uint32_t supervisor,
                      uint32_t process, enum belay_restart restart);
void belay__child_forget(belay_kernel *kernel, uint32_t index);
/* Asks its process to end. */
void belay__child_stop(belay_kernel *kernel, uint32_t index);
/* One whose process ended as its supervisor wanted: takes note. */
void belay__child_stopped(belay_kernel *kernel, uint32_t index);
/* Forgets it, unless its supervisor keeps it without a process. */
void belay__child_drop(belay_kernel *kernel, uint32_t index);
/* Has the host start it. */
void belay__child_start(belay_kernel *kernel, uint32_t index);
void belay__child_report(belay_kernel *kernel, uint32_t index,
                         enum belay_report_kind what, uint32_t reason);

/* Its process is gone. */
void belay__child_ended(belay_kernel *kernel, uint32_t index, belay_pid pid,
                        uint32_t reason);
/* Its supervisor sees to it. */
void belay__child_see(belay_kernel *kernel, uint32_t index);
/* One step of stopping, of starting a group. */
void belay__group_stop(belay_kernel *kernel, uint32_t supervisor);
void belay__group_start(belay_kernel *kernel, uint32_t supervisor);

/* ---- request.c ------------------------------------------------------ */

/* Keeps what is asked until it is served, a place being reserved. */
void belay__request_mail(belay_kernel *kernel, uint32_t supervisor,
                         const belay__request *request);
void belay__request_free(belay_kernel *kernel, uint32_t index);
void belay__request_serve(belay_kernel *kernel, uint32_t index,
                          uint32_t supervisor);
/* The child that it was asked to stop is gone. */
void belay__request_terminated(belay_kernel *kernel, uint32_t supervisor);

/* ---- name.c --------------------------------------------------------- */

void belay__name_leave(belay_kernel *kernel, uint32_t process);

#endif
