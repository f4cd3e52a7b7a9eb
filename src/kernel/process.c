/* process.c - the life of a process: spawned, ready, running, ended.
 *
 *   SPAWN --> READY --RUN--> RUNNING --> ENDING --> free
 *               |                          ^  \
 *               +------- a signal ---------+   +-> KEPT (a stream's result)
 *
 * The end of a process is told in this order. If its body returned: waits,
 * links, monitors, for an owner must see the reply first. If not: links,
 * waits, monitors, for an exit signal must come before the down. Then what
 * it did itself: its waits, its streams, its children.
 */
#include "kernel/kernel.h"

_Static_assert(BELAY__GRACE_BRUTAL < BELAY__GRACE_INFINITY,
               "every other grace is below both");

BELAY__CALLED belay__process *
belay__process_living(const belay_kernel *kernel, belay_pid pid) {
    uint32_t index = pid_index(pid);
    if (index >= kernel->processes.high) {
        return NULL;
    }
    belay__process *process = process_at(kernel, index);
    return slot_is(&process->slot, pid) && process_is_alive(process) ? process
                                                                     : NULL;
}

BELAY__CALLED uint32_t belay__process_find(const belay_kernel *kernel,
                                           belay_pid pid) {
    return belay__process_living(kernel, pid) != NULL ? pid_index(pid)
                                                      : BELAY__NONE;
}

/* Well-known reasons, which most ends have, are not counted. */
static int reason_is_counted(uint32_t number) {
    return number - BELAY_REASON_NORMAL >= BELAY_REASON_NOCONNECTION;
}

uint32_t belay__grace_of(uint64_t shutdown) {
    if (shutdown == BELAY_BRUTAL_KILL) {
        return BELAY__GRACE_BRUTAL;
    }
    if (shutdown >= BELAY__GRACE_BRUTAL) {
        return BELAY__GRACE_INFINITY;
    }
    return (uint32_t)shutdown;
}

/* ---- The run queue --------------------------------------------------- */

static void ready_append(belay_kernel *kernel, uint32_t index) {
    belay__process *process = process_at(kernel, index);
    BELAY_ASSERT(process->state == BELAY_STATE_READY);
    process->queue_next = BELAY__NONE;
    process->queue_prev = kernel->ready.tail;
    if (kernel->ready.tail == BELAY__NONE) {
        kernel->ready.head = index;
    } else {
        process_at(kernel, kernel->ready.tail)->queue_next = index;
    }
    kernel->ready.tail = index;
    kernel->view.ready++;
}

static void ready_remove(belay_kernel *kernel, uint32_t index) {
    const belay__process *process = process_at(kernel, index);
    BELAY_ASSERT(process->state == BELAY_STATE_READY);
    BELAY_ASSERT(kernel->view.ready > 0);
    if (process->queue_prev == BELAY__NONE) {
        kernel->ready.head = process->queue_next;
    } else {
        process_at(kernel, process->queue_prev)->queue_next =
            process->queue_next;
    }
    if (process->queue_next == BELAY__NONE) {
        BELAY_ASSERT(kernel->ready.tail == index);
        kernel->ready.tail = process->queue_prev;
    } else {
        process_at(kernel, process->queue_next)->queue_prev =
            process->queue_prev;
    }
    kernel->view.ready--;
}

/* ---- Beginning ------------------------------------------------------- */

uint32_t belay__process_new(belay_kernel *kernel,
                            enum belay_process_kind kind, uint32_t tag,
                            belay_pid owner) {
    uint32_t index = belay__table_take(&kernel->processes);
    belay__process *process = process_at(kernel, index);
    BELAY_ASSERT(index <= BELAY_PROCESSES_MAX);
    *process = (belay__process){
        .slot = process->slot,
        .kind = (uint8_t)kind,
        .tag = tag,
        .owner = owner,
        .started = kernel->clock.now,
        .links = BELAY__NONE,
        .monitors = BELAY__NONE,
        .waits_on = BELAY__NONE,
        .waits_by = BELAY__NONE,
        .streams = BELAY__NONE,
        .child = BELAY__NONE,
        .body = BELAY__NONE,
        .name = BELAY__NONE,
        .queue_next = BELAY__NONE,
        .queue_prev = BELAY__NONE,
        .shutdown = 5000,
        .timer = {.word = TIMER_IDLE},
    };
    kernel->view.processes++;
    if (kind == BELAY_KIND_TASK) {
        process->state = BELAY_STATE_READY;
        ready_append(kernel, index);
    } else {
        process->state = BELAY_STATE_RUNNING;
    }
    if (kernel->tracing) {
        belay__event_trace_add(kernel, BELAY_EVENT_SPAWNED, tag,
                               process_pid(kernel, index), owner, kind);
    }
    return index;
}

/* Whether SPAWN may do what it is asked for; *owner is NONE for an orphan,
 * *scope is NONE without a supervisor. */
static belay_code spawn_check(const belay_kernel *kernel,
                              const belay_command *command, uint32_t *owner,
                              uint32_t *scope) {
    const uint32_t allowed = BELAY_FLAG_LINK | BELAY_FLAG_ORPHAN;
    if ((command->flags & ~allowed) != 0 || command->flags == allowed ||
        command->kind > BELAY_RESTART_PERMANENT) {
        return BELAY_BAD_ARGUMENT;
    }
    *owner = belay__process_find(kernel, command->pid);
    if (*owner == BELAY__NONE) {
        return BELAY_GONE;
    }
    *scope = BELAY__NONE;
    if (command->scope == 0) {
        return command->kind == 0 ? BELAY_OK : BELAY_BAD_ARGUMENT;
    }
    *scope = belay__process_find(kernel, command->scope);
    if (*scope == BELAY__NONE) {
        return BELAY_GONE;
    }
    return belay__supervisor_admits(kernel, *scope);
}

belay_code belay__process_spawn(belay_kernel *kernel,
                                const belay_command *command,
                                belay_answer *answer) {
    uint32_t owner = BELAY__NONE;
    uint32_t scope = BELAY__NONE;
    belay_code code = spawn_check(kernel, command, &owner, &scope);
    int linked = (command->flags & BELAY_FLAG_LINK) != 0;
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->processes, &kernel->memory, 1);
    }
    if (code == BELAY_OK && scope != BELAY__NONE) {
        code = belay__table_reserve(&kernel->children, &kernel->memory, 1);
    }
    if (code != BELAY_OK) {
        return code;
    }
    BELAY_ASSERT(owner != BELAY__NONE);
    int orphan = (command->flags & BELAY_FLAG_ORPHAN) != 0;
    uint32_t index = belay__process_new(kernel, BELAY_KIND_TASK, command->tag,
                                        orphan ? 0 : command->pid);
    process_at(kernel, index)->shutdown = belay__grace_of(command->shutdown);
    if (linked) {
        belay__edge_tie(kernel, index);
    }
    if (scope != BELAY__NONE) {
        belay__child_add(kernel, process_at(kernel, scope)->body, index,
                         (enum belay_restart)command->kind);
    }
    BELAY_ASSERT(process_at(kernel, index)->state == BELAY_STATE_READY);
    BELAY_ASSERT((process_at(kernel, index)->child == BELAY__NONE) ==
                 (scope == BELAY__NONE));
    answer->pid = process_pid(kernel, index);
    return BELAY_OK;
}

belay_code belay__process_run(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t index = kernel->ready.head;
    if (index == BELAY__NONE) {
        BELAY_ASSERT(kernel->view.ready == 0);
        BELAY_ASSERT(kernel->ready.tail == BELAY__NONE);
        return BELAY_EMPTY;
    }
    belay__process *process = process_at(kernel, index);
    BELAY_ASSERT(process->kind == BELAY_KIND_TASK);
    ready_remove(kernel, index);
    process->state = BELAY_STATE_RUNNING;
    answer->pid = process_pid(kernel, index);
    answer->tag = process->tag;
    if (kernel->tracing) {
        belay__event_trace_add(kernel, BELAY_EVENT_STARTED, process->tag,
                               answer->pid, 0, 0);
    }
    return BELAY_OK;
}

/* ---- Ending ---------------------------------------------------------- */

static uint32_t doom_extra(const belay__process *process, enum doom how) {
    BELAY_ASSERT(process_is_alive(process));
    BELAY_ASSERT(how != DOOM_VALUE || process->state == BELAY_STATE_RUNNING);
    uint32_t extra = 0;
    if (process->state == BELAY_STATE_READY) {
        extra |= BELAY_EXITED_NEVER_RAN;
    }
    if (process_is_supervisor(process)) {
        extra |= BELAY_EXITED_SUPERVISOR;
    } else if (process->state == BELAY_STATE_RUNNING && how == DOOM_SIGNAL) {
        extra |= BELAY_EXITED_BODY_RUNNING;
    }
    if (process->kind == BELAY_KIND_ITEM) {
        extra |= BELAY_EXITED_ITEM;
    }
    if (how == DOOM_VALUE) {
        extra |= BELAY_EXITED_VALUE;
    }
    return extra;
}

void belay__process_doom(belay_kernel *kernel, uint32_t index,
                         uint32_t reason, enum doom how) {
    belay__process *process = process_at(kernel, index);
    BELAY_ASSERT(process->slot.link == BELAY__LIVE);
    BELAY_ASSERT(process_is_alive(process));
    BELAY_ASSERT(process->kind != BELAY_KIND_ROOT);
    BELAY_ASSERT((process->flags & PROCESS_TOLD) == 0);
    uint32_t extra = doom_extra(process, how);
    if (process->state == BELAY_STATE_READY) {
        ready_remove(kernel, index);
    }
    if ((extra & BELAY_EXITED_BODY_RUNNING) != 0) {
        kernel->view.abandoned++;
        if (process->body != BELAY__NONE) {
            stream_at(kernel, process->body)->abandoned++;
        }
    }
    process->state = BELAY_STATE_ENDING;
    process->reason = reason;
    if (reason_is_counted(reason)) {
        belay__reason_retain(kernel, reason);
    }
    if (how == DOOM_VALUE) {
        process->flags |= PROCESS_VALUE;
    }
    if (timer_runs(&process->timer)) {
        belay__timer_stop(kernel, timer_of_process(index));
    }
    belay_pid pid = process_pid(kernel, index);
    if (how != DOOM_VALUE || process->kind != BELAY_KIND_ITEM ||
        kernel->tracing) {
        belay__event_add(kernel, BELAY_EVENT_EXITED, process->tag, pid,
                         process->owner, reason)
            ->extra = extra;
    }
    if (how == DOOM_BODY && !belay__reason_is_good(kernel, reason)) {
        belay__event_add(kernel, BELAY_EVENT_LOG, process->tag, pid,
                         process->owner, reason)
            ->extra = extra;
    }
    process->queue_next = BELAY__NONE;
    if (kernel->exits.tail == BELAY__NONE) {
        kernel->exits.head = index;
    } else {
        BELAY_ASSERT(process_at(kernel, kernel->exits.tail)->queue_next ==
                     BELAY__NONE);
        process_at(kernel, kernel->exits.tail)->queue_next = index;
    }
    kernel->exits.tail = index;
    BELAY_ASSERT(kernel->view.processes > 0);
    kernel->view.processes--;
}

uint32_t belay__process_find_body(const belay_kernel *kernel, belay_pid pid) {
    const belay__process *process = belay__process_living(kernel, pid);
    if (process == NULL || process->state != BELAY_STATE_RUNNING) {
        return BELAY__NONE;
    }
    int has_body =
        process->kind == BELAY_KIND_TASK || process->kind == BELAY_KIND_ITEM;
    return has_body ? pid_index(pid) : BELAY__NONE;
}

/* A stream's item whose end concerns its stream only: the usual case, and
 * it can be told at once. */
static int item_is_plain(const belay_kernel *kernel,
                         const belay__process *process) {
    return process->kind == BELAY_KIND_ITEM && process->body != BELAY__NONE &&
           (process->flags & PROCESS_KNOWN) == 0 && !kernel->tracing;
}

void belay__process_returned(belay_kernel *kernel, uint32_t index) {
    BELAY_ASSERT(process_at(kernel, index)->state == BELAY_STATE_RUNNING);
    if (kernel->exits.head == BELAY__NONE && /* in their order */
        item_is_plain(kernel, process_at(kernel, index))) {
        belay__stream_item_returned(kernel, index);
    } else {
        belay__process_doom(kernel, index, BELAY_REASON_NORMAL, DOOM_VALUE);
    }
}

belay_code belay__process_settle(belay_kernel *kernel,
                                 const belay_command *command,
                                 belay_answer *answer) {
    if (command->count > BELAY_WORDS_MAX / 2 || command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t done = 0;
    while (done < command->count &&
           belay__event_room(kernel, BELAY__UNIT_EVENTS)) {
        belay_pid pid = word_pid(kernel, done);
        uint32_t index = belay__process_find_body(kernel, pid);
        if (index != BELAY__NONE) { /* else a stale one */
            belay__process_returned(kernel, index);
        }
        done++;
    }
    answer->value = done;
    return BELAY_OK;
}

belay_code belay__process_exit(belay_kernel *kernel,
                               const belay_command *command,
                               belay_answer *answer) {
    (void)answer;
    if (command->flags != 0 ||
        !belay__reason_valid(kernel, command->reason)) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t index = belay__process_find_body(kernel, command->pid);
    if (index == BELAY__NONE) {
        return BELAY_GONE;
    }
    belay__process_doom(kernel, index, command->reason, DOOM_BODY);
    BELAY_ASSERT(!process_is_alive(process_at(kernel, index)));
    BELAY_ASSERT(process_at(kernel, index)->reason == command->reason);
    return BELAY_OK;
}

belay_code belay__process_trap(belay_kernel *kernel,
                               const belay_command *command,
                               belay_answer *answer) {
    if ((command->flags & ~(uint32_t)BELAY_FLAG_ON) != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    belay__process *process = belay__process_living(kernel, command->pid);
    if (process == NULL) {
        return BELAY_GONE;
    }
    if (process_is_supervisor(process)) {
        return BELAY_BAD_ARGUMENT; /* they always do */
    }
    answer->value = (process->flags & PROCESS_TRAP) != 0;
    process->flags &= (uint16_t)~PROCESS_TRAP;
    if (command->flags != 0) {
        process->flags |= PROCESS_TRAP;
    }
    return BELAY_OK;
}

belay_code belay__process_abandoned(belay_kernel *kernel,
                                    const belay_command *command,
                                    belay_answer *answer) {
    (void)answer;
    if (kernel->view.abandoned == 0 || command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t index = belay__find(&kernel->streams, command->other);
    if (index != BELAY__NONE && stream_at(kernel, index)->abandoned > 0) {
        stream_at(kernel, index)->abandoned--;
        belay__stream_queue(kernel, index);
    }
    kernel->view.abandoned--;
    return BELAY_OK;
}

/* ---- Telling the end ------------------------------------------------- */

static void exit_pop_link(belay_kernel *kernel, uint32_t index) {
    const belay__process *process = process_at(kernel, index);
    BELAY_ASSERT((process->flags & PROCESS_KNOWN) != 0);
    edge_popped popped = belay__edge_pop_link(kernel, index);
    const belay__process *receiver = process_at(kernel, popped.other);
    const uint32_t reason = process->reason;
    BELAY_ASSERT(popped.other != index);
    BELAY_ASSERT(receiver->state != BELAY_STATE_KEPT);
    if (reason == BELAY_REASON_NORMAL &&
        (receiver->flags & PROCESS_TRAP) == 0 &&
        !process_is_supervisor(receiver)) {
        BELAY_ASSERT(receiver->slot.link == BELAY__LIVE);
        return; /* the usual case: it does not care */
    }
    belay__signal_link(kernel, index, popped.other, reason);
}

static void exit_pop_monitor(belay_kernel *kernel, uint32_t index) {
    edge_popped popped = belay__edge_pop_monitor(kernel, index);
    const belay__process *watcher = process_at(kernel, popped.other);
    BELAY_ASSERT(watcher->slot.link == BELAY__LIVE);
    BELAY_ASSERT(popped.other != index);
    BELAY_ASSERT(watcher->state != BELAY_STATE_KEPT);
    if (popped.side == 1 && process_is_alive(watcher)) {
        (void)belay__event_add(kernel, BELAY_EVENT_DOWN, popped.tag,
                               process_pid(kernel, index),
                               process_pid(kernel, popped.other),
                               process_at(kernel, index)->reason);
    }
}

/* One thing that the end of a process means to others; 0 when all is told.
 * That an item has failed, its stream must see first. */
static int exit_tell(belay_kernel *kernel, belay__process *process,
                     uint32_t index) {
    int value = (process->flags & PROCESS_VALUE) != 0;
    if ((process->flags & PROCESS_TOLD) == 0) {
        process->flags |= PROCESS_TOLD;
        if (process->body != BELAY__NONE && !process_is_supervisor(process)) {
            belay__stream_item_failed(kernel, index);
        }
    }
    if (value && process->waits_on != BELAY__NONE) {
        belay__wait_pop_on(kernel, index);
    } else if (process_has_links(process)) {
        exit_pop_link(kernel, index);
    } else if (process->waits_on != BELAY__NONE) {
        belay__wait_pop_on(kernel, index);
    } else if (process->monitors != BELAY__NONE) {
        exit_pop_monitor(kernel, index);
    } else if (process->waits_by != BELAY__NONE) {
        belay__wait_pop_by(kernel, index);
    } else if (process->streams != BELAY__NONE) {
        belay__stream_pop_by(kernel, index);
    } else if (process_is_supervisor(process) &&
               supervisor_at(kernel, process->body)->children !=
                   BELAY__NONE) {
        belay__supervisor_orphan(kernel, index);
    } else {
        return 0;
    }
    return 1;
}

void belay__process_free(belay_kernel *kernel, uint32_t index) {
    belay__process *process = process_at(kernel, index);
    BELAY_ASSERT(!process_is_alive(process));
    BELAY_ASSERT(!timer_runs(&process->timer));
    BELAY_ASSERT(!process_has_links(process));
    BELAY_ASSERT(process->child == BELAY__NONE);
    BELAY_ASSERT(process->name == BELAY__NONE);
    uint32_t reason = process->reason;
    belay__table_release(&kernel->processes, index);
    if (reason_is_counted(reason)) {
        belay__reason_release(kernel, reason);
    }
}

/* The last unit: its place becomes free, or keeps a stream's result; its
 * supervisor, if any, acts. */
static void exit_pop(belay_kernel *kernel, belay__process *process,
                     uint32_t index) {
    BELAY_ASSERT(kernel->exits.head == index);
    kernel->exits.head = process->queue_next;
    if (kernel->exits.head == BELAY__NONE) {
        BELAY_ASSERT(kernel->exits.tail == index);
        kernel->exits.tail = BELAY__NONE;
    }
    BELAY_ASSERT((process->flags & PROCESS_TOLD) != 0);
    BELAY_ASSERT(process->monitors == BELAY__NONE);
    BELAY_ASSERT(process->waits_on == BELAY__NONE);
    BELAY_ASSERT(process->waits_by == BELAY__NONE);
    BELAY_ASSERT(process->streams == BELAY__NONE);
    const belay_pid pid = process_pid(kernel, index);
    const uint32_t child = process->child;
    const uint32_t reason = process->reason;
    if (process->name != BELAY__NONE) {
        belay__name_leave(kernel, index);
    }
    if (child != BELAY__NONE) { /* it is told when the place is free */
        belay__reason_retain(kernel, reason);
        process->child = BELAY__NONE;
    }
    if (process_is_supervisor(process)) {
        belay__supervisor_free(kernel, process->body);
        belay__process_free(kernel, index);
    } else if (process->body != BELAY__NONE) {
        belay__stream_item_ended(kernel, index);
    } else {
        belay__process_free(kernel, index);
    }
    if (child != BELAY__NONE) {
        BELAY_ASSERT(child_at(kernel, child)->process == index);
        belay__child_ended(kernel, child, pid, reason);
        belay__reason_release(kernel, reason);
    }
}

void belay__process_tell_exits(belay_kernel *kernel) {
    uint32_t index = kernel->exits.head;
    BELAY_ASSERT(index != BELAY__NONE);
    do {
        belay__process *process = process_at(kernel, index);
        int more = 1;
        BELAY_ASSERT(process->slot.link == BELAY__LIVE);
        BELAY_ASSERT(process->state == BELAY_STATE_ENDING);
        while (more && belay__event_room(kernel, BELAY__UNIT_EVENTS)) {
            const uint32_t before = kernel->view.events;
            more = exit_tell(kernel, process, index);
            if (!more) {
                exit_pop(kernel, process, index);
            }
            BELAY_ASSERT(kernel->view.events - before <= BELAY__UNIT_EVENTS);
        }
        index = more ? BELAY__NONE : kernel->exits.head;
    } while (index != BELAY__NONE);
}
