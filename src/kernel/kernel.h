/* kernel.h - what the kernel's files share: how records are found, and the
 * functions of each file. The records themselves are in state.h.
 */
#ifndef BELAY_KERNEL_KERNEL_H
#define BELAY_KERNEL_KERNEL_H

#include "kernel/state.h"

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

/* Before a function that every build but WebAssembly's may put in line: there
 * it is a call, for the module is smaller then, and has no function so large
 * that engines take long to compile it. */
#ifdef __wasm__
#define BELAY__CALLED __attribute__((noinline))
#else
#define BELAY__CALLED
#endif

/* The record at an index of a table: process_at, edge_at, and so on. Files
 * whose work is not done for each task define BELAY__SMALL first: in
 * WebAssembly it is a call to them, which makes the module smaller. */
#define BELAY__RECORDS(X)                                                    \
    X(process, processes)                                                    \
    X(edge, edges)                                                           \
    X(wait, waits)                                                           \
    X(stream, streams)                                                       \
    X(supervisor, supervisors)                                               \
    X(child, children)                                                       \
    X(request, requests)                                                     \
    X(stamp, stamps)
#if defined(BELAY__SMALL) && defined(__wasm__)
#define BELAY__RECORD(name) belay__##name##_at
#else
#define BELAY__RECORD(name) name##_here
#endif
#define X(name, table)                                                       \
    belay__##name *belay__##name##_at(const belay_kernel *kernel,            \
                                      uint32_t index);                       \
    static inline belay__##name *name##_here(const belay_kernel *kernel,     \
                                             uint32_t index) {               \
        return (belay__##name *)belay__table_chunk(&kernel->table, index) +  \
               (index & BELAY__CHUNK_MASK);                                  \
    }                                                                        \
    static inline belay__##name *name##_at(const belay_kernel *kernel,       \
                                           uint32_t index) {                 \
        return BELAY__RECORD(name)(kernel, index);                           \
    }
BELAY__RECORDS(X)
#undef X

static inline belay__timer *timer_at(const belay_kernel *kernel,
                                     uint32_t timer) {
    return (timer & 1) == TIMER_OF_PROCESS
               ? &process_at(kernel, timer >> 1)->timer
               : &wait_at(kernel, timer >> 1)->timer;
}

static inline uint32_t timer_bucket(const belay__timer *timer) {
    return (uint16_t)timer->word;
}

static inline uint64_t timer_deadline(const belay__timer *timer) {
    return timer->word >> 16;
}

static inline int timer_runs(const belay__timer *timer) {
    return timer_bucket(timer) != TIMER_IDLE;
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

/* Room for `count` more events? There are never more than there is room for:
 * belay__event_place sees to that. */
static inline int belay__event_room(const belay_kernel *kernel,
                                    uint32_t count) {
    return kernel->event_room - kernel->view.events >= count;
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
                        uint64_t timeout);
/* Also for one that does not run. */
void belay__timer_stop(belay_kernel *kernel, uint32_t timer);
/* Stops one and starts it anew. */
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

/* The same, or NULL. */
belay__process *belay__process_living(const belay_kernel *kernel,
                                      belay_pid pid);

/* A process whose body runs, started by RUN or STREAM_PUSH, or NONE: only
 * such a body can end by itself. */
uint32_t belay__process_find_body(const belay_kernel *kernel, belay_pid pid);

uint32_t belay__grace_of(uint64_t shutdown);

/* The body of a living process has returned. */
void belay__process_returned(belay_kernel *kernel, uint32_t index);

/* ---- edge.c --------------------------------------------------------- */

ring_link *belay__side_ring(const belay_kernel *kernel, uint32_t side);

static inline int process_has_links(const belay__process *process) {
    return process->links != BELAY__NONE ||
           (process->flags & PROCESS_TIED) != 0;
}

/* Links a new process to its owner. Takes no memory. */
void belay__edge_tie(belay_kernel *kernel, uint32_t index);
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
