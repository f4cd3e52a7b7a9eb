/* state.h - the kernel's state, record by record.
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
 *       between a process and itself, and only between living ones; a tie
 *       is a link, and the root's ties are counted
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
#ifndef BELAY_KERNEL_STATE_H
#define BELAY_KERNEL_STATE_H

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

#define TIMER_IDLE 0xffffu /* the bucket of a timer that does not run */

/* Lies in a process or a wait, so that starting one takes no memory. */
typedef struct belay__timer {
    ring_link ring; /* in its bucket */
    uint64_t word; /* the deadline, while fresh the timeout, << 16 | bucket */
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
    PROCESS_ABORTED = 256, /* its grace is its own, not its supervisor's */
    PROCESS_GRACE = 512,   /* its timer, if it runs, is for its grace */
    PROCESS_TIED = 1024    /* linked to its owner from its start on */
};

typedef struct belay__process {
    belay__slot slot;
    uint8_t kind;  /* belay_process_kind */
    uint8_t state; /* belay_process_state */
    uint16_t flags;
    uint32_t tag;
    belay_pid owner; /* may be gone, may be 0 */
    uint64_t started;
    uint32_t links;    /* ring of links, by side */
    uint32_t monitors; /* ring of monitors, by side */
    uint32_t waits_on; /* ring of waits for this process */
    uint32_t waits_by; /* ring of waits that it does; none of the root's */
    uint32_t streams;  /* ring of streams that it consumes */
    uint32_t child;    /* its place under a supervisor, or NONE */
    uint32_t body;     /* an item's stream; a supervisor's record */
    uint32_t name;     /* or NONE */
    ring_link items; /* in its stream's ring; TIED: in its owner's of links */
    uint32_t queue_next; /* run queue, exits, or ended items of a stream */
    uint32_t queue_prev; /* run queue only */
    belay__timer timer;
    uint32_t shutdown; /* grace in ms */
    uint32_t reason;   /* ENDING, KEPT */
} belay__process;

enum edge_kind { EDGE_LINK = 0, EDGE_MONITOR = 1 };

/* A link, or a monitor from side 0 (who watches) to side 1. A process's
 * rings are made of sides: the edge's index * 4 + 0 or 1.
 *
 * The link that most tasks have, to their owner from their start on, is no
 * edge but a tie. The process says by a flag that it has it, before its
 * other links; in its owner's ring stands the process's index * 4 +
 * SIDE_TIE. The root never ends, so that its ties need only be counted. */
#define SIDE_TIE 2u

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
    ring_link by;    /* in the owner's ring; not in the root's */
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
    uint32_t root_ties; /* processes that are tied to the root */
    belay_event *events;
    uint32_t event_room; /* a power of two */
    uint32_t event_head; /* counts up, modulo 2^32 */
    uint32_t words[BELAY_WORDS_MAX];
};

#endif
