/* model.h - what the kernel should do, as plainly as it can be said.
 *
 * The model is written from the statements about Elixir (L5, S12, V23 ... in
 * the comments name them) and, where Belay is on its own, from belay.h. It is
 * slow on purpose: arrays in the order of creation, searched from the start;
 * nothing is freed, cached or counted. It is the judge: for each command it
 * says which codes are right, which events must come, and what must be true
 * afterwards.
 *
 * Ids are the kernel's own: the model learns each one from the answer that
 * gives it (or from the event, for a process that a supervisor starts anew),
 * and objects when one is given twice. It knows nothing of units of work, of
 * the bounded queue and of memory: a command is carried out to its end.
 *
 * Where several things happen by one command and Elixir promises no order
 * (O1 to O6), the model has the one that src/README.md describes: ends are
 * told in the order in which they came, before anything else is decided;
 * then supervisors act, then streams, then the clock. This matters only
 * where the order decides what comes of it. The order of events is judged by
 * tests/sim/order.c, which asks for no more than is promised.
 */
#ifndef BELAY_TESTS_MODEL_H
#define BELAY_TESTS_MODEL_H

#include "belay.h"

#define MODEL_PROCESSES_MAX 4000u
#define MODEL_EDGES_MAX 4000u
#define MODEL_WAITS_MAX 4000u
#define MODEL_STREAMS_MAX 1000u
#define MODEL_CHILDREN_MAX 2000u
#define MODEL_MAIL_MAX 8000u
#define MODEL_RESTARTS_MAX 4000u
#define MODEL_REASONS_MAX 1000u
#define MODEL_NAMES_MAX 1000u
#define MODEL_EVENTS_MAX 20000u

#define MODEL_NONE 0xffffffffu

/* In a predicted event: process number n, whose id is not known yet. */
#define MODEL_UNKNOWN 0x8000000000000000ull

/* ---- Timers ---------------------------------------------------------- */

enum model_timer_state { TIMER_OFF = 0, TIMER_FRESH = 1, TIMER_ON = 2 };

typedef struct model_timer {
    uint32_t state;
    uint64_t time;  /* FRESH: the timeout; ON: the deadline */
    uint64_t order; /* in which timers were armed */
} model_timer;

/* ---- Processes ------------------------------------------------------- */

#define STATE_OVER 0u /* beside belay_process_state */

enum model_end { END_BODY = 0, END_SIGNAL = 1, END_VALUE = 2 };

/* What a supervisor is at. It opens its mail when IDLE. */
enum model_phase {
    PHASE_IDLE = 0,
    PHASE_TERMINATING = 1, /* at: the child that it was asked to stop */
    PHASE_STARTING = 2,    /* at: the child whose start it waits for */
    PHASE_GROUP_STOP = 3,  /* at: the child that it stops now */
    PHASE_GROUP_START = 4, /* at: the child whose start it waits for */
    PHASE_STOPPING = 5
};

typedef struct model_process {
    belay_pid pid; /* 0 while it is not known */
    uint32_t kind;
    uint32_t state; /* belay_process_state, or STATE_OVER */
    uint32_t tag;
    belay_pid owner;
    uint64_t started;
    uint64_t grace; /* how long it may take to end when it is asked to */
    int traps;
    int returned;  /* ended: its body gave a value */
    int timed_out; /* ended: by its stream's timeout */
    int dealt;     /* KEPT: its stream has given its place on */
    int surfaced;  /* ended: its crash shows in a wait of the root */
    int touched;   /* a link, wait, name ... has ever had to do with it */
    uint32_t reason;
    uint32_t name;        /* or NONE */
    uint32_t stream;      /* of an item, or NONE */
    uint32_t place;       /* among its items */
    uint32_t ended_order; /* KEPT: among its stream's ended items */
    uint32_t child;       /* its place under a supervisor, or NONE */
    int asked;            /* an item: to end, while its timeout runs */
    model_timer timeout;  /* of an item */
    model_timer mercy;    /* to the kill of one that was asked to end */
    int aborted;          /* by ABORT, and not by its supervisor */
    /* The rest is a supervisor's. */
    uint32_t type; /* belay_sup */
    uint32_t max_children;
    uint32_t max_restarts;
    uint32_t max_seconds;
    uint32_t auto_shutdown; /* of belay_flag, or 0 */
    uint32_t phase;
    uint32_t at;     /* a child, or NONE */
    uint32_t origin; /* of a group: the child that moves it */
    uint32_t ask;    /* the mail on whose behalf it is busy, or NONE */
    uint32_t stop_reason;
    int queued;
} model_process;

/* A link, or a monitor by `a` of `b`. */
typedef struct model_edge {
    int there;
    int monitor;
    belay_pid id; /* of a monitor */
    uint32_t a;
    uint32_t b;
    uint32_t tag;
} model_edge;

#define WAIT_ASK 16u /* beside belay_wait */

typedef struct model_wait {
    int there;
    belay_pid id;
    uint32_t kind; /* belay_wait, or WAIT_ASK */
    uint32_t owner;
    uint32_t target; /* or NONE: a sleep */
    uint32_t tag;
    int brutal;
    model_timer timer;
} model_wait;

/* ---- Streams --------------------------------------------------------- */

/* What becomes of the items of a stream that is closed. */
enum model_fate {
    FATE_KILL = 0,   /* S35: all are killed */
    FATE_SIGNAL = 1, /* S26, S40: the linked ones get the reason */
    FATE_LINGER = 2  /* S27: they run on, linked, while the consumer lives */
};

/* Its items are the processes that name it. */
typedef struct model_stream {
    int there;
    int queued;
    belay_pid id;
    uint32_t consumer;
    uint32_t tag;
    uint32_t limit;
    uint32_t max_buffered;
    uint32_t max_abandoned;
    uint64_t timeout;
    uint64_t grace;
    belay_pid scope;
    int ordered;
    int kill_task;
    int linked;
    int shielded; /* the consumer trapped exits at the opening (S32) */
    int together;
    int input_done;
    int closed;
    int told; /* STREAM_CLOSED has been given */
    uint32_t asked;
    uint32_t demand;
    uint32_t abandoned;
    uint32_t started;
    uint32_t delivered;
    uint32_t close_kind;
    uint32_t close_reason;
    enum model_fate fate;
} model_stream;

/* ---- Supervisors ----------------------------------------------------- */

typedef struct model_child {
    int there;
    uint32_t supervisor;
    uint32_t process; /* or NONE */
    belay_pid last;   /* its last process, when it has none */
    uint32_t last_process;
    uint32_t tag;
    uint32_t id;
    uint32_t restart;
    uint32_t restarts;
    uint64_t grace;
    int significant;
    int supervises;
    int asked_to_end;
    int unread;   /* its end is in the mail, with `reason` */
    int retrying; /* its last start failed, it is to be tried again */
    int starting; /* CHILD_START is not answered yet */
    uint32_t reason;
} model_child;

enum model_mail_kind {
    MAIL_END = 0,    /* of a child */
    MAIL_RETRY = 1,  /* of a start that failed */
    MAIL_ASK = 2,    /* SUP_ASK */
    MAIL_STOP = 3,   /* WAIT of kind STOP */
    MAIL_PARENT = 4, /* its parent's exit signal */
    MAIL_SERVED = 5
};

typedef struct model_mail {
    uint32_t kind;
    uint32_t supervisor;
    uint32_t child;  /* END, RETRY */
    uint32_t wait;   /* ASK */
    uint32_t reason; /* STOP, PARENT */
    belay_command command;
} model_mail;

typedef struct model_restart {
    uint32_t supervisor;
    uint64_t second;
} model_restart;

/* ---- Names and reasons ----------------------------------------------- */

typedef struct model_name {
    uint32_t number;
    uint32_t process; /* or NONE */
} model_name;

typedef struct model_reason {
    int there;
    uint32_t number;
    uint32_t good; /* of class SHUTDOWN */
    int host;      /* the host holds it */
} model_reason;

/* ---- Events ---------------------------------------------------------- */

/* An event that must come, and what its place among the others hangs on. */
typedef struct model_event {
    belay_event event;
    uint32_t turn;       /* the number of the command that caused it */
    uint32_t firing;     /* which of the timers that fired by it, from 1 */
    uint32_t about;      /* the process whose life it is part of, or NONE */
    uint32_t from;       /* the process whose end or signal it tells ... */
    uint32_t to;         /* ... and to whom; or NONE */
    uint32_t stream;     /* or NONE */
    uint32_t supervisor; /* a general one that caused it, or NONE */
    int any_reason;      /* belay.h leaves it open */
} model_event;

/* ---- The whole ------------------------------------------------------- */

typedef struct model_world {
    uint64_t now;
    uint64_t armed;        /* timers so far */
    const char *complaint; /* the first one, or NULL */
    uint32_t slack;
    uint32_t processes_max;
    uint32_t abandoned;
    int tracing;
    int starved; /* an allocation is refused to what this command asks */
    uint32_t turn;
    uint32_t firing;

    uint32_t process_count;
    uint32_t edge_count;
    uint32_t wait_count;
    uint32_t stream_count;
    uint32_t child_count;
    uint32_t mail_count;
    uint32_t restart_count;
    uint32_t reason_count;
    uint32_t name_count;
    uint32_t event_count;
    uint32_t ready_count;
    uint32_t ends_told; /* of the ends, these are told */
    uint32_t ends_count;
    uint32_t acting_done;
    uint32_t acting_count;
    uint32_t turning_done;
    uint32_t turning_count;

    model_process processes[MODEL_PROCESSES_MAX];
    model_edge edges[MODEL_EDGES_MAX];
    model_wait waits[MODEL_WAITS_MAX];
    model_stream streams[MODEL_STREAMS_MAX];
    model_child children[MODEL_CHILDREN_MAX];
    model_mail mail[MODEL_MAIL_MAX];
    model_restart restarts[MODEL_RESTARTS_MAX];
    model_reason reasons[MODEL_REASONS_MAX];
    model_name names[MODEL_NAMES_MAX];
    model_event events[MODEL_EVENTS_MAX]; /* to come, or come already */
    uint32_t ready[MODEL_PROCESSES_MAX];  /* in the order of readiness */
    uint32_t ends[MODEL_PROCESSES_MAX];   /* ends, in their order */
    uint32_t acting[MODEL_MAIL_MAX];  /* supervisors with something to do */
    uint32_t turning[MODEL_MAIL_MAX]; /* streams with something to do */
} model_world;

/* The model of a kernel that was just made. */
model_world *model_open(uint32_t processes_max, uint32_t slack,
                        belay_pid root);
void model_close(model_world *world);

/* What the kernel made of one command. */
typedef struct model_deed {
    belay_command command;
    belay_code code;
    belay_answer answer;
    const belay_pid *before; /* the word area as pids, before and after */
    const belay_pid *after;
    int cramped; /* the queue of events may have been short of room */
    int closed;  /* STREAM_PUSH: the stream is closed now, or gone */
    int starved; /* an allocation was refused */
} model_deed;

/* Judges the code, carries the command out, and appends the events that must
 * come. When something is wrong, world->complaint says what. */
void model_judge(model_world *world, const model_deed *deed);

/* The process, once its id is known; else MODEL_UNKNOWN and its number. */
belay_pid model_pid(const model_world *world, uint32_t process);
/* A process's id is known now. */
void model_learn_pid(model_world *world, uint32_t process, belay_pid pid);

/* Whether a process's, an item's, a stream's ... id leads to a living one;
 * its number, or MODEL_NONE. */
uint32_t model_find(const model_world *world, belay_pid pid);
uint32_t model_find_stream(const model_world *world, belay_pid id);

int model_alive(const model_world *world, uint32_t process);
int model_linked(const model_world *world, uint32_t a, uint32_t b);
int model_is_supervisor(const model_process *process);
int model_has_body(const model_world *world, uint32_t process);
uint32_t model_find_reason(const model_world *world, uint32_t number);

/* Whether processes are there whose ids are not known. */
int model_has_unknown(const model_world *world);
/* What the view should say. */
void model_view(const model_world *world, belay_view *out);
/* The earliest deadline, or BELAY_INFINITY. */
uint64_t model_deadline(const model_world *world);
void model_info(const model_world *world, uint32_t process,
                belay_process_info *out);
void model_stream_info(const model_world *world, uint32_t stream,
                       belay_stream_info *out);
void model_child_info(const model_world *world, uint32_t child,
                      belay_child_info *out);

#endif
