/* child.c - the children of supervisors: their ends, restarts, and reports.
 *
 * A task supervisor's child is a task that the kernel starts anew by itself.
 * A general supervisor's child is started by the host, each time: CHILD_START
 * asks for it, SUP_CHILD answers.
 *
 * A start that fails in a restart is tried again: the child goes to the end
 * of the mail, and each try counts as one more restart.
 */
#define BELAY__SMALL 1
#include "kernel/kernel.h"

static uint32_t child_mail(uint32_t index) {
    return index << 2 | MAIL_CHILD;
}

static int child_is_general(const belay_kernel *kernel,
                            const belay__child *child) {
    BELAY_ASSERT(child->slot.link == BELAY__LIVE);
    return supervisor_at(kernel, child->supervisor)->config.type !=
           BELAY_SUP_TASK;
}

static belay_pid child_parent(const belay_kernel *kernel,
                              const belay__child *child) {
    return process_pid(kernel,
                       supervisor_at(kernel, child->supervisor)->process);
}

uint32_t belay__child_new(belay_kernel *kernel, uint32_t supervisor,
                          const belay__child *child) {
    belay__supervisor *parent = supervisor_at(kernel, supervisor);
    BELAY_ASSERT(parent->slot.link == BELAY__LIVE);
    BELAY_ASSERT(parent->phase != PHASE_STOPPING);
    BELAY_ASSERT(parent->count < parent->config.max_children);
    BELAY_ASSERT(child->restart <= BELAY_RESTART_PERMANENT);
    uint32_t index = belay__table_take(&kernel->children);
    belay__child *self = child_at(kernel, index);
    belay__slot slot = self->slot;
    *self = *child;
    self->slot = slot;
    self->supervisor = supervisor;
    self->process = BELAY__NONE;
    belay__ring_append(kernel, belay__child_ring, &parent->children, index);
    parent->count++;
    return index;
}

/* It has this process from now on. */
static void child_take(belay_kernel *kernel, uint32_t index,
                       uint32_t process) {
    belay__child *child = child_at(kernel, index);
    belay__process *self = process_at(kernel, process);
    BELAY_ASSERT(child->process == BELAY__NONE);
    BELAY_ASSERT(self->child == BELAY__NONE);
    BELAY_ASSERT(process_is_alive(self));
    BELAY_ASSERT((child->flags & (CHILD_ENDED | CHILD_RETRY)) == 0);
    child->process = process;
    child->flags &= (uint8_t) ~(CHILD_STARTING | CHILD_SIGNALLED);
    self->child = index;
    self->shutdown = child->shutdown;
    self->flags |= PROCESS_KNOWN;
    if (child->last != 0) {
        child->restarts++;
        (void)belay__event_add(kernel, BELAY_EVENT_RESTARTED, child->tag,
                               process_pid(kernel, process), child->last, 0);
        child->last = 0;
    }
}

void belay__child_add(belay_kernel *kernel, uint32_t supervisor,
                      uint32_t process, enum belay_restart restart) {
    const belay__child child = {
        .tag = process_at(kernel, process)->tag,
        .shutdown = process_at(kernel, process)->shutdown,
        .restart = (uint8_t)restart,
    };
    child_take(kernel, belay__child_new(kernel, supervisor, &child), process);
}

/* What was noted of its end is dealt with. */
static void child_clear(belay_kernel *kernel, uint32_t index) {
    belay__child *child = child_at(kernel, index);
    BELAY_ASSERT(child->process == BELAY__NONE ||
                 (child->flags & (CHILD_ENDED | CHILD_MAILED)) == 0);
    if ((child->flags & CHILD_ENDED) != 0) {
        belay__reason_release(kernel, child->reason);
    }
    if ((child->flags & CHILD_MAILED) != 0) {
        belay__mail_remove(kernel, child->supervisor, child_mail(index));
    }
    child->flags &= CHILD_SIGNIFICANT | CHILD_SUPERVISOR;
}

void belay__child_forget(belay_kernel *kernel, uint32_t index) {
    const belay__child *child = child_at(kernel, index);
    belay__supervisor *supervisor = supervisor_at(kernel, child->supervisor);
    BELAY_ASSERT(child->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor->count > 0);
    child_clear(kernel, index);
    if (child->restart != BELAY_RESTART_TEMPORARY ||
        child_is_general(kernel, child)) {
        (void)belay__event_add(kernel, BELAY_EVENT_CHILD_DROPPED, child->tag,
                               0, child_parent(kernel, child), 0);
    }
    belay__ring_remove(kernel, belay__child_ring, &supervisor->children,
                       index);
    supervisor->count--;
    belay__table_release(&kernel->children, index);
}

void belay__child_drop(belay_kernel *kernel, uint32_t index) {
    const belay__child *child = child_at(kernel, index);
    BELAY_ASSERT(child->process == BELAY__NONE);
    BELAY_ASSERT(child->slot.link == BELAY__LIVE);
    if (child->restart == BELAY_RESTART_TEMPORARY ||
        !child_is_general(kernel, child)) {
        belay__child_forget(kernel, index);
        return;
    }
    child_clear(kernel, index);
}

void belay__child_report(belay_kernel *kernel, uint32_t index,
                         enum belay_report_kind what, uint32_t reason) {
    const belay__child *child = child_at(kernel, index);
    BELAY_ASSERT(what <= BELAY_REPORT_INTENSITY);
    BELAY_ASSERT(child->process == BELAY__NONE);
    belay__event_add(kernel, BELAY_EVENT_REPORT, child->tag,
                     child_parent(kernel, child), child->last, reason)
        ->extra = what;
}

/* ---- Stopping one ---------------------------------------------------- */

void belay__child_stop(belay_kernel *kernel, uint32_t index) {
    belay__child *child = child_at(kernel, index);
    BELAY_ASSERT((child->flags & CHILD_SIGNALLED) == 0);
    BELAY_ASSERT(child->process != BELAY__NONE);
    child->flags |= CHILD_SIGNALLED;
    BELAY_ASSERT(process_is_alive(process_at(kernel, child->process)));
    belay_pid parent = child_parent(kernel, child);
    belay__event_trace_add(kernel, BELAY_EVENT_TERMINATED, child->tag,
                           process_pid(kernel, child->process), parent, 0);
    belay__signal_shutdown(kernel, parent, child->process);
}

/* E6: whether it ended as one that is asked to stop should. */
static int stopped_well(const belay_kernel *kernel,
                        const belay__child *child) {
    BELAY_ASSERT((child->flags & CHILD_ENDED) != 0);
    BELAY_ASSERT(child->last != 0);
    if (child->reason == BELAY_REASON_NORMAL) {
        return child->restart != BELAY_RESTART_PERMANENT;
    }
    return belay__reason_is_good(kernel, child->reason) ||
           (child->reason == BELAY_REASON_KILLED &&
            child->shutdown == BELAY__GRACE_BRUTAL);
}

void belay__child_stopped(belay_kernel *kernel, uint32_t index) {
    const belay__child *child = child_at(kernel, index);
    BELAY_ASSERT(child->process == BELAY__NONE);
    if ((child->flags & CHILD_ENDED) != 0 && !stopped_well(kernel, child)) {
        belay__child_report(kernel, index, BELAY_REPORT_SHUTDOWN_ERROR,
                            child->reason);
    }
    child_clear(kernel, index);
}

/* ---- Starting one ---------------------------------------------------- */

void belay__child_start(belay_kernel *kernel, uint32_t index) {
    belay__child *child = child_at(kernel, index);
    belay__supervisor *supervisor = supervisor_at(kernel, child->supervisor);
    BELAY_ASSERT(child->process == BELAY__NONE);
    BELAY_ASSERT((child->flags & (CHILD_STARTING | CHILD_ENDED)) == 0);
    child->flags |= CHILD_STARTING;
    supervisor->cursor = index;
    if (supervisor->phase == PHASE_IDLE) {
        supervisor->phase = PHASE_STARTING;
    }
    belay__event_add(kernel, BELAY_EVENT_CHILD_START, child->tag,
                     child_parent(kernel, child), child->last, 0)
        ->extra = child->id;
}

/* A restart's start failed: again, after what is already in the mail. */
static void child_retry(belay_kernel *kernel, uint32_t index,
                        uint32_t reason) {
    belay__child *child = child_at(kernel, index);
    BELAY_ASSERT((child->flags & (CHILD_MAILED | CHILD_ENDED)) == 0);
    BELAY_ASSERT(child->process == BELAY__NONE);
    child->flags &= (uint8_t)~CHILD_STARTING;
    child->flags |= CHILD_RETRY | CHILD_MAILED;
    belay__child_report(kernel, index, BELAY_REPORT_START_ERROR, reason);
    belay__mail_append(kernel, child->supervisor, child_mail(index));
}

/* A task supervisor's child. The place of its last process is free again,
 * so this takes new memory only when that place has been retired. */
static void child_respawn(belay_kernel *kernel, uint32_t index) {
    const belay__child *child = child_at(kernel, index);
    if (belay__table_reserve(&kernel->processes, &kernel->memory, 1) !=
        BELAY_OK) {
        child_retry(kernel, index, BELAY_REASON_NONE);
        return;
    }
    child_take(kernel, index,
               belay__process_new(kernel, BELAY_KIND_TASK, child->tag, 0));
}

/* What came of a start that nobody asked for: a restart. */
static void restart_answered(belay_kernel *kernel, uint32_t index,
                             enum belay_started what, uint32_t reason) {
    uint32_t supervisor = child_at(kernel, index)->supervisor;
    belay__supervisor *parent = supervisor_at(kernel, supervisor);
    BELAY_ASSERT(parent->request == BELAY__NONE);
    BELAY_ASSERT(parent->cursor == index);
    if (what == BELAY_STARTED_FAILED) {
        child_retry(kernel, index, reason);
    } else if (parent->phase == PHASE_GROUP_START) {
        parent->cursor = belay__child_ring(kernel, index)->next;
        if (parent->cursor != parent->children) {
            belay__supervisor_queue(kernel, supervisor);
            return;
        }
    }
    belay__supervisor_idle(kernel, supervisor);
}

/* What came of one that somebody asked for. */
static void request_answered(belay_kernel *kernel, uint32_t index,
                             enum belay_started what, uint32_t reason) {
    const belay__child *child = child_at(kernel, index);
    uint32_t supervisor = child->supervisor;
    belay__supervisor *parent = supervisor_at(kernel, supervisor);
    const belay__request *request = request_at(kernel, parent->request);
    BELAY_ASSERT(parent->cursor == index);
    BELAY_ASSERT(parent->phase == PHASE_STARTING);
    int failed = what == BELAY_STARTED_FAILED;
    int is_new = request->kind >= BELAY_ASK_START;
    int stops = failed && request->kind == BELAY_ASK_INIT;
    belay_pid pid = child->process == BELAY__NONE
                        ? 0
                        : process_pid(kernel, child->process);
    if (stops) { /* else who asked is told, and that is all */
        belay__child_report(kernel, index, BELAY_REPORT_START_ERROR, reason);
    }
    belay__wait_answer(kernel, request->wait,
                       failed ? BELAY_OUTCOME_FAILED : BELAY_OUTCOME_NONE,
                       pid, failed ? reason : BELAY_REASON_NORMAL);
    belay__request_free(kernel, parent->request);
    parent->request = BELAY__NONE;
    if (pid == 0 && is_new &&
        (failed || child->restart == BELAY_RESTART_TEMPORARY)) {
        belay__child_forget(kernel, index);
    }
    belay__supervisor_idle(kernel, supervisor);
    if (stops) {
        belay__supervisor_stop(kernel, supervisor, reason);
    }
}

/* Whether the process may become this child. */
static belay_code fill_check(const belay_kernel *kernel, belay_pid parent,
                             uint32_t process) {
    if (process == BELAY__NONE) {
        return BELAY_GONE;
    }
    const belay__process *self = process_at(kernel, process);
    int fits = self->child == BELAY__NONE && self->kind != BELAY_KIND_ROOT &&
               self->kind != BELAY_KIND_ITEM;
    uint32_t index = belay__process_find(kernel, parent);
    return fits && index != process &&
                   belay__edge_linked(kernel, index, process)
               ? BELAY_OK
               : BELAY_BAD_ARGUMENT;
}

belay_code belay__supervisor_child(belay_kernel *kernel,
                                   const belay_command *command,
                                   belay_answer *answer) {
    (void)answer;
    uint32_t scope = belay__process_find(kernel, command->scope);
    int failed = command->kind == BELAY_STARTED_FAILED;
    if (command->flags != 0 || command->kind > BELAY_STARTED_FAILED ||
        (failed && !belay__reason_valid(kernel, command->reason))) {
        return BELAY_BAD_ARGUMENT;
    }
    if (scope == BELAY__NONE ||
        process_at(kernel, scope)->kind != BELAY_KIND_SUPERVISOR) {
        return BELAY_GONE;
    }
    const belay__supervisor *supervisor =
        supervisor_at(kernel, process_at(kernel, scope)->body);
    uint32_t index = supervisor->cursor;
    if ((supervisor->phase != PHASE_STARTING &&
         supervisor->phase != PHASE_GROUP_START) ||
        (child_at(kernel, index)->flags & CHILD_STARTING) == 0) {
        return BELAY_GONE;
    }
    if (command->kind == BELAY_STARTED_UP) {
        uint32_t process = belay__process_find(kernel, command->other);
        belay_code code = fill_check(kernel, command->scope, process);
        if (code != BELAY_OK) {
            return code;
        }
        belay__edge_part(kernel, scope, process);
        child_take(kernel, index, process);
    }
    child_at(kernel, index)->flags &= (uint8_t)~CHILD_STARTING;
    if (supervisor->request == BELAY__NONE) {
        restart_answered(kernel, index, (enum belay_started)command->kind,
                         command->reason);
    } else {
        request_answered(kernel, index, (enum belay_started)command->kind,
                         command->reason);
    }
    return BELAY_OK;
}

/* ---- Ends and restarts ----------------------------------------------- */

void belay__child_ended(belay_kernel *kernel, uint32_t index, belay_pid pid,
                        uint32_t reason) {
    belay__child *child = child_at(kernel, index);
    uint32_t supervisor = child->supervisor;
    const belay__supervisor *parent = supervisor_at(kernel, supervisor);
    BELAY_ASSERT(child->slot.link == BELAY__LIVE);
    BELAY_ASSERT((child->flags & (CHILD_ENDED | CHILD_RETRY)) == 0);
    child->process = BELAY__NONE;
    child->last = pid;
    child->reason = reason;
    belay__reason_retain(kernel, reason);
    child->flags |= CHILD_ENDED;
    if (parent->phase == PHASE_STOPPING) {
        if (parent->config.type == BELAY_SUP_TASK) {
            belay__child_stopped(kernel, index);
            belay__child_forget(kernel, index);
        }
        belay__supervisor_queue(kernel, supervisor);
    } else if ((child->flags & CHILD_SIGNALLED) != 0) {
        BELAY_ASSERT(parent->cursor == index);
        belay__supervisor_queue(kernel, supervisor);
    } else {
        child->flags |= CHILD_MAILED;
        belay__mail_append(kernel, supervisor, child_mail(index));
    }
}

/* Whether the supervisor ends because this one has ended for good. */
static int ends_all(const belay_kernel *kernel, uint32_t index) {
    const belay__child *child = child_at(kernel, index);
    const belay__supervisor *parent =
        supervisor_at(kernel, child->supervisor);
    if ((child->flags & CHILD_SIGNIFICANT) == 0) {
        return 0;
    }
    BELAY_ASSERT(parent->auto_shutdown != AUTO_NEVER);
    if (parent->auto_shutdown == AUTO_ANY) {
        return 1;
    }
    uint32_t walk = parent->children;
    do {
        const belay__child *other = child_at(kernel, walk);
        int has_process = other->process != BELAY__NONE ||
                          (other->flags & (CHILD_ENDED | CHILD_RETRY)) != 0;
        if (walk != index && has_process &&
            (other->flags & CHILD_SIGNIFICANT) != 0) {
            return 0;
        }
        walk = other->ring.next;
    } while (walk != parent->children);
    return 1;
}

static void child_restart(belay_kernel *kernel, uint32_t index) {
    uint32_t supervisor = child_at(kernel, index)->supervisor;
    belay__supervisor *parent = supervisor_at(kernel, supervisor);
    BELAY_ASSERT(parent->phase == PHASE_IDLE);
    if (!belay__supervisor_may_restart(kernel, supervisor)) {
        belay__child_report(kernel, index, BELAY_REPORT_INTENSITY,
                            BELAY_REASON_SHUTDOWN);
        belay__child_drop(kernel, index);
        belay__supervisor_stop(kernel, supervisor, BELAY_REASON_SHUTDOWN);
    } else if (parent->config.type == BELAY_SUP_TASK) {
        child_respawn(kernel, index);
    } else if (parent->config.type == BELAY_SUP_ONE_FOR_ONE) {
        belay__child_start(kernel, index);
    } else {
        parent->phase = PHASE_GROUP_STOP;
        parent->origin = index;
        parent->cursor = belay__child_ring(kernel, parent->children)->prev;
        belay__supervisor_queue(kernel, supervisor);
    }
}

void belay__child_see(belay_kernel *kernel, uint32_t index) {
    belay__child *child = child_at(kernel, index);
    uint32_t supervisor = child->supervisor;
    BELAY_ASSERT((child->flags & CHILD_MAILED) != 0);
    BELAY_ASSERT(child->process == BELAY__NONE);
    child->flags &= (uint8_t)~CHILD_MAILED;
    if ((child->flags & CHILD_RETRY) != 0) {
        child->flags &= (uint8_t)~CHILD_RETRY;
        child_restart(kernel, index);
        return;
    }
    BELAY_ASSERT((child->flags & CHILD_ENDED) != 0);
    int good = belay__reason_is_good(kernel, child->reason);
    int permanent = child->restart == BELAY_RESTART_PERMANENT;
    if (permanent || !good) {
        belay__child_report(kernel, index, BELAY_REPORT_CHILD_TERMINATED,
                            child->reason);
    }
    if (permanent || (!good && child->restart == BELAY_RESTART_TRANSIENT)) {
        child_clear(kernel, index);
        child_restart(kernel, index);
        return;
    }
    int ends = ends_all(kernel, index);
    belay__child_drop(kernel, index);
    if (ends) {
        belay__supervisor_stop(kernel, supervisor, BELAY_REASON_SHUTDOWN);
    }
}

/* ---- Groups ---------------------------------------------------------- */

void belay__group_stop(belay_kernel *kernel, uint32_t supervisor) {
    belay__supervisor *parent = supervisor_at(kernel, supervisor);
    uint32_t index = parent->cursor;
    BELAY_ASSERT(index != BELAY__NONE);
    belay__child *child = child_at(kernel, index);
    if (child->process != BELAY__NONE) {
        if ((child->flags & CHILD_SIGNALLED) == 0) {
            belay__child_stop(kernel, index);
        }
        return; /* its end goes on */
    }
    int rest = parent->config.type == BELAY_SUP_REST_FOR_ONE;
    int last = index == (rest ? parent->origin : parent->children);
    parent->cursor = child->ring.prev;
    if (index != parent->origin) {
        belay__child_stopped(kernel, index);
        belay__child_drop(kernel, index);
    }
    if (last) {
        parent->phase = PHASE_GROUP_START;
        parent->cursor = rest ? parent->origin : parent->children;
    }
    belay__supervisor_queue(kernel, supervisor);
}

void belay__group_start(belay_kernel *kernel, uint32_t supervisor) {
    uint32_t index = supervisor_at(kernel, supervisor)->cursor;
    BELAY_ASSERT(index != BELAY__NONE);
    BELAY_ASSERT(child_at(kernel, index)->process == BELAY__NONE);
    if ((child_at(kernel, index)->flags & CHILD_STARTING) == 0) {
        belay__child_start(kernel, index);
    }
}
