/* supervisor.c - supervisors, their children, restarts, and orderly ends.
 *
 * A task supervisor stops all its children at the same time, each with its
 * own grace; a one-for-one supervisor stops them one after the other, the
 * last started first. Restarts are bounded: more than max_restarts within
 * max_seconds, and the supervisor gives up: it stops its children and ends
 * with `shutdown`.
 */
#include "kernel/kernel.h"

static ring_link *child_ring(const belay_kernel *kernel, uint32_t index) {
    return &child_at(kernel, index)->ring;
}

static ring_link *stamp_ring(const belay_kernel *kernel, uint32_t index) {
    return &stamp_at(kernel, index)->ring;
}

static void supervisor_queue(belay_kernel *kernel, uint32_t index) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->stopping);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    if (supervisor->queued) {
        return;
    }
    supervisor->queued = 1;
    supervisor->queue_next = BELAY__NONE;
    if (kernel->stopping.tail == BELAY__NONE) {
        kernel->stopping.head = index;
    } else {
        supervisor_at(kernel, kernel->stopping.tail)->queue_next = index;
    }
    kernel->stopping.tail = index;
}

/* Takes a supervisor that was killed while stopping out of the queue. */
static void supervisor_unqueue(belay_kernel *kernel, uint32_t index) {
    BELAY_ASSERT(supervisor_at(kernel, index)->queued);
    BELAY_ASSERT(supervisor_at(kernel, index)->stopping);
    belay__queue *queue = &kernel->stopping;
    uint32_t before = BELAY__NONE;
    uint32_t walk = queue->head;
    while (walk != index) {
        BELAY_ASSERT(walk != BELAY__NONE);
        before = walk;
        walk = supervisor_at(kernel, walk)->queue_next;
    }
    uint32_t next = supervisor_at(kernel, index)->queue_next;
    if (before == BELAY__NONE) {
        queue->head = next;
    } else {
        supervisor_at(kernel, before)->queue_next = next;
    }
    if (queue->tail == index) {
        queue->tail = before;
    }
    BELAY_ASSERT((queue->head == BELAY__NONE) ==
                 (queue->tail == BELAY__NONE));
    supervisor_at(kernel, index)->queued = 0;
}

/* ---- Restart intensity ---------------------------------------------- */

/* Notes one more restart; 0 when it would be one too many. The ring holds
 * the times of the last max_restarts restarts. Times are whole seconds, and
 * a restart counts while its second + max_seconds is not below the present
 * one. */
static int intensity_note(belay_kernel *kernel,
                          belay__supervisor *supervisor) {
    uint32_t head = supervisor->stamps;
    if (head == BELAY__NONE) {
        return 0; /* max_restarts is 0 */
    }
    belay__stamp *oldest = stamp_at(kernel, head);
    uint64_t second = kernel->clock.now / 1000;
    BELAY_ASSERT(supervisor->config.max_restarts > 0);
    if (oldest->second != BELAY_INFINITY &&
        oldest->second + supervisor->config.max_seconds >= second) {
        return 0;
    }
    BELAY_ASSERT(oldest->second == BELAY_INFINITY ||
                 oldest->second <= second);
    oldest->second = second;
    supervisor->stamps = oldest->ring.next;
    return 1;
}

/* ---- Beginning ------------------------------------------------------- */

static belay_code supervisor_reserve(belay_kernel *kernel,
                                     const sup_config *config) {
    BELAY_ASSERT(config->max_restarts <= BELAY_RESTARTS_MAX);
    BELAY_ASSERT(config->max_seconds > 0);
    belay_code code =
        belay__table_reserve(&kernel->processes, &kernel->memory, 1);
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->supervisors, &kernel->memory, 1);
    }
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->stamps, &kernel->memory,
                                    config->max_restarts);
    }
    return code;
}

/* All being reserved. Gives the process. */
static uint32_t supervisor_new(belay_kernel *kernel, const sup_config *config,
                               uint32_t tag, belay_pid owner) {
    BELAY_ASSERT(config->type <= BELAY_SUP_ONE_FOR_ONE);
    enum belay_process_kind kind = config->type == BELAY_SUP_TASK
                                       ? BELAY_KIND_TASK_SUPERVISOR
                                       : BELAY_KIND_SUPERVISOR;
    uint32_t process = belay__process_new(kernel, kind, tag, owner);
    uint32_t index = belay__table_take(&kernel->supervisors);
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    *supervisor = (belay__supervisor){
        .slot = supervisor->slot,
        .process = process,
        .config = *config,
        .children = BELAY__NONE,
        .stamps = BELAY__NONE,
    };
    for (uint32_t i = 0; i < config->max_restarts; i++) {
        uint32_t stamp = belay__table_take(&kernel->stamps);
        stamp_at(kernel, stamp)->second = BELAY_INFINITY;
        ring_append(kernel, stamp_ring, &supervisor->stamps, stamp);
    }
    belay__process *self = process_at(kernel, process);
    self->body = index;
    self->shutdown = BELAY__GRACE_INFINITY;
    BELAY_ASSERT((supervisor->stamps == BELAY__NONE) ==
                 (config->max_restarts == 0));
    return process;
}

void belay__supervisor_free(belay_kernel *kernel, uint32_t index) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor->children == BELAY__NONE);
    BELAY_ASSERT(supervisor->count == 0);
    BELAY_ASSERT(process_at(kernel, supervisor->process)->state ==
                 BELAY_STATE_ENDING);
    BELAY_ASSERT(process_at(kernel, supervisor->process)->body == index);
    if (supervisor->queued) {
        supervisor_unqueue(kernel, index);
    }
    while (supervisor->stamps != BELAY__NONE) {
        uint32_t stamp = supervisor->stamps;
        ring_remove(kernel, stamp_ring, &supervisor->stamps, stamp);
        belay__table_release(&kernel->stamps, stamp);
    }
    if (supervisor->stopping) {
        belay__reason_release(kernel, supervisor->stop_reason);
    }
    belay__table_release(&kernel->supervisors, index);
}

belay_code belay__supervisor_admits(const belay_kernel *kernel,
                                    uint32_t index) {
    const belay__process *process = process_at(kernel, index);
    if (!process_is_supervisor(process)) {
        return BELAY_NOT_SUPERVISOR;
    }
    const belay__supervisor *supervisor =
        supervisor_at(kernel, process->body);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor->process == index);
    BELAY_ASSERT(supervisor->count <= supervisor->config.max_children);
    if (supervisor->stopping) {
        return BELAY_STOPPING;
    }
    return supervisor->count < supervisor->config.max_children
               ? BELAY_OK
               : BELAY_MAX_CHILDREN;
}

void belay__child_add(belay_kernel *kernel, uint32_t supervisor,
                      uint32_t process, enum belay_restart restart) {
    belay__supervisor *parent = supervisor_at(kernel, supervisor);
    BELAY_ASSERT(parent->slot.link == BELAY__LIVE);
    BELAY_ASSERT(!parent->stopping);
    BELAY_ASSERT(parent->count < parent->config.max_children);
    BELAY_ASSERT(restart <= BELAY_RESTART_PERMANENT);
    uint32_t index = belay__table_take(&kernel->children);
    belay__child *child = child_at(kernel, index);
    *child = (belay__child){
        .slot = child->slot,
        .supervisor = supervisor,
        .process = process,
        .restart = (uint8_t)restart,
    };
    ring_append(kernel, child_ring, &parent->children, index);
    parent->count++;
    BELAY_ASSERT(process_at(kernel, process)->child == BELAY__NONE);
    process_at(kernel, process)->child = index;
    process_at(kernel, process)->flags |= PROCESS_KNOWN;
}

static belay_code start_check(const belay_kernel *kernel,
                              const belay_command *command, uint32_t *scope) {
    if ((command->flags & ~(uint32_t)BELAY_FLAG_LINK) != 0 ||
        command->kind > BELAY_SUP_ONE_FOR_ONE ||
        command->count > BELAY_RESTARTS_MAX || command->extra == 0 ||
        command->extra > BELAY_SECONDS_MAX) {
        return BELAY_BAD_ARGUMENT;
    }
    *scope = BELAY__NONE;
    if (belay__process_find(kernel, command->pid) == BELAY__NONE) {
        return BELAY_GONE;
    }
    if (command->scope == 0) {
        return BELAY_OK;
    }
    *scope = belay__process_find(kernel, command->scope);
    if (*scope == BELAY__NONE) {
        return BELAY_GONE;
    }
    if (process_at(kernel, *scope)->kind != BELAY_KIND_SUPERVISOR) {
        return BELAY_NOT_SUPERVISOR;
    }
    BELAY_ASSERT(process_at(kernel, *scope)->body != BELAY__NONE);
    return belay__supervisor_admits(kernel, *scope);
}

belay_code belay__supervisor_start(belay_kernel *kernel,
                                   const belay_command *command,
                                   belay_answer *answer) {
    uint32_t scope = BELAY__NONE;
    const sup_config config = {
        .type = command->kind,
        .max_children = command->limit,
        .max_restarts = command->count,
        .max_seconds = command->extra,
    };
    belay_code code = start_check(kernel, command, &scope);
    if (code == BELAY_OK) {
        code = supervisor_reserve(kernel, &config);
    }
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->edges, &kernel->memory, 1);
    }
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->children, &kernel->memory, 1);
    }
    if (code != BELAY_OK) {
        return code;
    }
    int linked = (command->flags & BELAY_FLAG_LINK) != 0;
    belay_pid owner = scope != BELAY__NONE ? command->scope
                      : linked             ? command->pid
                                           : 0;
    uint32_t index = supervisor_new(kernel, &config, command->tag, owner);
    if (scope != BELAY__NONE) {
        belay__child_add(kernel, process_at(kernel, scope)->body, index,
                         BELAY_RESTART_PERMANENT);
    } else if (linked) {
        belay__edge_join(kernel, belay__process_find(kernel, command->pid),
                         index);
    }
    BELAY_ASSERT((process_at(kernel, index)->child == BELAY__NONE) ==
                 (scope == BELAY__NONE));
    answer->pid = process_pid(kernel, index);
    return BELAY_OK;
}

/* ---- Stopping -------------------------------------------------------- */

void belay__supervisor_stop(belay_kernel *kernel, uint32_t process,
                            uint32_t reason) {
    belay__process *self = process_at(kernel, process);
    belay__supervisor *supervisor = supervisor_at(kernel, self->body);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(process_is_alive(self));
    BELAY_ASSERT(process_is_supervisor(self));
    BELAY_ASSERT(supervisor->process == process);
    if (supervisor->stopping) {
        BELAY_ASSERT(self->state == BELAY_STATE_STOPPING);
        return;
    }
    BELAY_ASSERT(self->state == BELAY_STATE_RUNNING);
    supervisor->stopping = 1;
    supervisor->stop_reason = reason;
    belay__reason_retain(kernel, reason);
    self->state = BELAY_STATE_STOPPING;
    supervisor_queue(kernel, self->body);
}

static void child_stop(belay_kernel *kernel,
                       const belay__supervisor *supervisor,
                       belay__child *child) {
    belay_pid self = process_pid(kernel, supervisor->process);
    BELAY_ASSERT((child->flags & CHILD_SIGNALLED) == 0);
    BELAY_ASSERT(supervisor_at(kernel, child->supervisor) == supervisor);
    child->flags |= CHILD_SIGNALLED;
    belay__event_add_trace(kernel,
                           (belay_event){
                               .kind = BELAY_EVENT_TERMINATED,
                               .tag = process_at(kernel, child->process)->tag,
                               .pid = process_pid(kernel, child->process),
                               .other = self,
                           });
    belay__signal_shutdown(kernel, self, child->process);
}

void belay__supervisor_unit(belay_kernel *kernel) {
    uint32_t index = kernel->stopping.head;
    BELAY_ASSERT(index != BELAY__NONE);
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor->queued);
    BELAY_ASSERT(process_at(kernel, supervisor->process)->state ==
                 BELAY_STATE_STOPPING);
    kernel->stopping.head = supervisor->queue_next;
    if (kernel->stopping.head == BELAY__NONE) {
        BELAY_ASSERT(kernel->stopping.tail == index);
        kernel->stopping.tail = BELAY__NONE;
    }
    supervisor->queued = 0;
    uint32_t head = supervisor->children;
    BELAY_ASSERT((head == BELAY__NONE) == (supervisor->count == 0));
    if (head == BELAY__NONE) {
        belay__process_doom(kernel, supervisor->process,
                            supervisor->stop_reason, DOOM_BODY);
        return;
    }
    int together = supervisor->config.type == BELAY_SUP_TASK;
    uint32_t walk = together ? head : child_ring(kernel, head)->prev;
    belay__child *child = child_at(kernel, walk);
    if ((child->flags & CHILD_SIGNALLED) != 0) {
        return; /* child_forget goes on */
    }
    if (together) {
        supervisor->children = child->ring.next;
        supervisor_queue(kernel, index);
    }
    child_stop(kernel, supervisor, child);
}

void belay__supervisor_orphan(belay_kernel *kernel, uint32_t process) {
    belay__supervisor *supervisor =
        supervisor_at(kernel, process_at(kernel, process)->body);
    uint32_t index = supervisor->children;
    BELAY_ASSERT(index != BELAY__NONE);
    const belay__child *child = child_at(kernel, index);
    BELAY_ASSERT(child->slot.link == BELAY__LIVE);
    uint32_t orphan = child->process;
    belay__process *self = process_at(kernel, orphan);
    BELAY_ASSERT(self->child == index);
    BELAY_ASSERT(process_at(kernel, process)->state == BELAY_STATE_ENDING);
    BELAY_ASSERT(child->supervisor == process_at(kernel, process)->body);
    if (child->restart != BELAY_RESTART_TEMPORARY) {
        belay__event_add(kernel, (belay_event){
                                     .kind = BELAY_EVENT_CHILD_DROPPED,
                                     .tag = self->tag,
                                     .pid = process_pid(kernel, orphan),
                                 });
    }
    ring_remove(kernel, child_ring, &supervisor->children, index);
    BELAY_ASSERT(supervisor->count > 0);
    supervisor->count--;
    belay__table_release(&kernel->children, index);
    self->child = BELAY__NONE;
    if (!process_is_alive(self)) {
        return;
    }
    uint32_t reason = process_at(kernel, process)->reason;
    if (process_is_supervisor(self)) {
        belay__supervisor_stop(kernel, orphan, reason);
    } else {
        belay__signal_ordinary(kernel, process_pid(kernel, process), orphan,
                               reason);
    }
}

belay_code belay__supervisor_terminate(belay_kernel *kernel,
                                       const belay_command *command,
                                       belay_answer *answer) {
    (void)answer;
    uint32_t asker = belay__process_find(kernel, command->pid);
    uint32_t scope = belay__process_find(kernel, command->scope);
    uint32_t index = belay__process_find(kernel, command->other);
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    if (asker == BELAY__NONE || scope == BELAY__NONE) {
        return BELAY_GONE;
    }
    if (!process_is_supervisor(process_at(kernel, scope))) {
        return BELAY_NOT_SUPERVISOR;
    }
    if (index == BELAY__NONE ||
        process_at(kernel, index)->child == BELAY__NONE) {
        return BELAY_NOT_FOUND;
    }
    belay__child *child = child_at(kernel, process_at(kernel, index)->child);
    BELAY_ASSERT(child->slot.link == BELAY__LIVE);
    if (child->supervisor != process_at(kernel, scope)->body) {
        return BELAY_NOT_FOUND;
    }
    BELAY_ASSERT(child->process == index);
    belay_code code =
        belay__table_reserve(&kernel->waits, &kernel->memory, 1);
    if (code != BELAY_OK) {
        return code;
    }
    belay__wait_terminate(kernel, asker, index, command->tag);
    child->flags |= CHILD_TERMINATING;
    if ((child->flags & CHILD_SIGNALLED) == 0) {
        child_stop(kernel, supervisor_at(kernel, child->supervisor), child);
    }
    BELAY_ASSERT((child->flags & CHILD_SIGNALLED) != 0);
    return BELAY_OK;
}

/* ---- The ends of children -------------------------------------------- */

static void child_forget(belay_kernel *kernel, const child_end *end) {
    const belay__child *child = child_at(kernel, end->child);
    BELAY_ASSERT(child->slot.link == BELAY__LIVE);
    uint32_t index = child->supervisor;
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    if (child->restart != BELAY_RESTART_TEMPORARY) {
        belay__event_add(kernel, (belay_event){
                                     .kind = BELAY_EVENT_CHILD_DROPPED,
                                     .tag = end->tag,
                                     .pid = end->pid,
                                 });
    }
    ring_remove(kernel, child_ring, &supervisor->children, end->child);
    BELAY_ASSERT(supervisor->count > 0);
    supervisor->count--;
    belay__table_release(&kernel->children, end->child);
    if (supervisor->stopping) {
        supervisor_queue(kernel, index);
    }
}

static int child_asks_for_restart(const belay_kernel *kernel,
                                  const child_end *end) {
    const belay__child *child = child_at(kernel, end->child);
    BELAY_ASSERT(child->slot.link == BELAY__LIVE);
    BELAY_ASSERT(child->restart <= BELAY_RESTART_PERMANENT);
    if (supervisor_at(kernel, child->supervisor)->stopping ||
        (child->flags & CHILD_TERMINATING) != 0) {
        return 0;
    }
    if (child->restart == BELAY_RESTART_TRANSIENT) {
        return !belay__reason_is_good(kernel, end->reason);
    }
    return child->restart == BELAY_RESTART_PERMANENT;
}

/* Starts a child anew. The place of its last process is free again, so this
 * takes new memory only when that place has been retired. */
static belay_code child_restart(belay_kernel *kernel, const child_end *end) {
    belay__child *child = child_at(kernel, end->child);
    const belay__supervisor *supervisor =
        supervisor_at(kernel, child->supervisor);
    BELAY_ASSERT(process_is_alive(process_at(kernel, supervisor->process)));
    int is_supervisor = end->kind == BELAY_KIND_TASK_SUPERVISOR ||
                        end->kind == BELAY_KIND_SUPERVISOR;
    belay_code code =
        is_supervisor
            ? supervisor_reserve(kernel, &end->config)
            : belay__table_reserve(&kernel->processes, &kernel->memory, 1);
    if (code != BELAY_OK) {
        return code;
    }
    uint32_t process = BELAY__NONE;
    if (is_supervisor) {
        process = supervisor_new(kernel, &end->config, end->tag,
                                 process_pid(kernel, supervisor->process));
        if (end->name != BELAY__NONE) {
            belay__name_enter(kernel, end->name, process);
        }
    } else {
        process = belay__process_new(kernel, BELAY_KIND_TASK, end->tag, 0);
    }
    belay__process *self = process_at(kernel, process);
    BELAY_ASSERT(self->kind == end->kind);
    BELAY_ASSERT(self->child == BELAY__NONE);
    self->shutdown = end->shutdown;
    self->child = end->child;
    child->process = process;
    child->flags = 0;
    child->restarts++;
    belay__event_add(kernel, (belay_event){
                                 .kind = BELAY_EVENT_RESTARTED,
                                 .tag = end->tag,
                                 .pid = process_pid(kernel, process),
                                 .other = end->pid,
                             });
    return BELAY_OK;
}

void belay__child_ended(belay_kernel *kernel, child_end end) {
    const belay__child *child = child_at(kernel, end.child);
    uint32_t index = child->supervisor;
    BELAY_ASSERT(supervisor_at(kernel, index)->count > 0);
    int restart = child_asks_for_restart(kernel, &end);
    if (restart && intensity_note(kernel, supervisor_at(kernel, index)) &&
        child_restart(kernel, &end) == BELAY_OK) {
        return;
    }
    child_forget(kernel, &end);
    if (restart) {
        BELAY_ASSERT(!supervisor_at(kernel, index)->stopping);
        belay__supervisor_stop(kernel, supervisor_at(kernel, index)->process,
                               BELAY_REASON_SHUTDOWN);
    }
}
