/* supervisor.c - supervisors: what they do next, and their orderly ends.
 *
 * A supervisor does one thing at a time. Whatever comes while it is busy
 * waits in its mail: the ends of children (child.c), what it is asked
 * (request.c), its parent's end.
 *
 *   IDLE --mail--> TERMINATING, STARTING, GROUP_STOP -> GROUP_START --> IDLE
 *     +--a stop, its parent's end, too many restarts--> STOPPING --> gone
 *
 * A task supervisor stops all its children at the same time, each with its
 * own grace; a general one stops them one after the other, the last started
 * first.
 */
#define BELAY__SMALL 1
#include "kernel/kernel.h"

static ring_link *stamp_ring(const belay_kernel *kernel, uint32_t index) {
    return &stamp_at(kernel, index)->ring;
}

/* ---- Restart intensity ---------------------------------------------- */

/* The ring holds the times of the last max_restarts restarts. Times are
 * whole seconds, and a restart counts while its second + max_seconds is not
 * below the present one. */
int belay__supervisor_may_restart(belay_kernel *kernel, uint32_t index) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
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

/* ---- Mail ------------------------------------------------------------ */

static uint32_t *mail_link(const belay_kernel *kernel, uint32_t index,
                           uint32_t mail) {
    switch (mail & 3) {
    case MAIL_CHILD:
        return &child_at(kernel, mail >> 2)->mail_next;
    case MAIL_REQUEST:
        return &request_at(kernel, mail >> 2)->mail_next;
    default:
        BELAY_ASSERT(mail == MAIL_PARENT);
        return &supervisor_at(kernel, index)->parent_next;
    }
}

uint32_t belay__mail_next(const belay_kernel *kernel, uint32_t index,
                          uint32_t mail) {
    return *mail_link(kernel, index, mail);
}

void belay__mail_append(belay_kernel *kernel, uint32_t index, uint32_t mail) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor->mail_head != mail);
    BELAY_ASSERT((supervisor->mail_head == BELAY__NONE) ==
                 (supervisor->mail_tail == BELAY__NONE));
    *mail_link(kernel, index, mail) = BELAY__NONE;
    if (supervisor->mail_tail == BELAY__NONE) {
        supervisor->mail_head = mail;
    } else {
        *mail_link(kernel, index, supervisor->mail_tail) = mail;
    }
    supervisor->mail_tail = mail;
    if (supervisor->phase == PHASE_IDLE) {
        belay__supervisor_queue(kernel, index);
    }
}

void belay__mail_remove(belay_kernel *kernel, uint32_t index, uint32_t mail) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    uint32_t before = BELAY__NONE;
    uint32_t walk = supervisor->mail_head;
    while (walk != mail) {
        BELAY_ASSERT(walk != BELAY__NONE);
        before = walk;
        walk = *mail_link(kernel, index, walk);
    }
    uint32_t next = *mail_link(kernel, index, mail);
    if (before == BELAY__NONE) {
        supervisor->mail_head = next;
    } else {
        *mail_link(kernel, index, before) = next;
    }
    if (supervisor->mail_tail == mail) {
        supervisor->mail_tail = before;
    }
    BELAY_ASSERT((supervisor->mail_head == BELAY__NONE) ==
                 (supervisor->mail_tail == BELAY__NONE));
}

/* Takes the oldest mail and sees to it. */
static void mail_open(belay_kernel *kernel, uint32_t index) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    uint32_t mail = supervisor->mail_head;
    BELAY_ASSERT(supervisor->phase == PHASE_IDLE);
    if (mail == BELAY__NONE) {
        return;
    }
    belay__mail_remove(kernel, index, mail);
    switch (mail & 3) {
    case MAIL_CHILD:
        belay__child_see(kernel, mail >> 2);
        break;
    case MAIL_REQUEST:
        belay__request_serve(kernel, mail >> 2, index);
        break;
    default:
        BELAY_ASSERT(supervisor->parent_mailed);
        supervisor->parent_mailed = 0;
        belay__supervisor_stop(kernel, index, supervisor->parent_reason);
        belay__reason_release(kernel, supervisor->parent_reason);
    }
    if (supervisor->phase == PHASE_IDLE) {
        belay__supervisor_idle(kernel, index);
    }
}

static void mail_discard(belay_kernel *kernel, uint32_t index) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    while (supervisor->mail_head != BELAY__NONE) {
        uint32_t mail = supervisor->mail_head;
        BELAY_ASSERT((mail & 3) != MAIL_CHILD); /* they went before */
        belay__mail_remove(kernel, index, mail);
        if ((mail & 3) == MAIL_REQUEST) {
            belay__request_free(kernel, mail >> 2);
        } else {
            belay__reason_release(kernel, supervisor->parent_reason);
        }
    }
    if (supervisor->request != BELAY__NONE) {
        belay__request_free(kernel, supervisor->request);
    }
}

/* ---- Beginning ------------------------------------------------------- */

static belay_code start_check(const belay_kernel *kernel,
                              const belay_command *command) {
    const uint32_t both =
        BELAY_FLAG_ANY_SIGNIFICANT | BELAY_FLAG_ALL_SIGNIFICANT;
    uint32_t significant = command->flags & both;
    if ((command->flags & ~(BELAY_FLAG_LINK | both)) != 0 ||
        significant == both || command->kind > BELAY_SUP_REST_FOR_ONE ||
        (command->kind == BELAY_SUP_TASK && significant != 0) ||
        command->count > BELAY_RESTARTS_MAX || command->extra == 0 ||
        command->extra > BELAY_SECONDS_MAX || command->scope != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    return belay__process_find(kernel, command->pid) == BELAY__NONE
               ? BELAY_GONE
               : BELAY_OK;
}

static uint32_t supervisor_new(belay_kernel *kernel,
                               const belay_command *command) {
    uint32_t index = belay__table_take(&kernel->supervisors);
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    *supervisor = (belay__supervisor){
        .slot = supervisor->slot,
        .config =
            {
                .type = command->kind,
                .max_children = command->limit,
                .max_restarts = command->count,
                .max_seconds = command->extra,
            },
        .children = BELAY__NONE,
        .stamps = BELAY__NONE,
        .mail_head = BELAY__NONE,
        .mail_tail = BELAY__NONE,
        .cursor = BELAY__NONE,
        .origin = BELAY__NONE,
        .request = BELAY__NONE,
        .auto_shutdown =
            (command->flags & BELAY_FLAG_ANY_SIGNIFICANT) != 0   ? AUTO_ANY
            : (command->flags & BELAY_FLAG_ALL_SIGNIFICANT) != 0 ? AUTO_ALL
                                                                 : AUTO_NEVER,
    };
    for (uint32_t i = 0; i < command->count; i++) {
        uint32_t stamp = belay__table_take(&kernel->stamps);
        stamp_at(kernel, stamp)->second = BELAY_INFINITY;
        belay__ring_append(kernel, stamp_ring, &supervisor->stamps, stamp);
    }
    BELAY_ASSERT(supervisor->config.max_seconds > 0);
    BELAY_ASSERT((supervisor->stamps == BELAY__NONE) ==
                 (command->count == 0));
    return index;
}

belay_code belay__supervisor_start(belay_kernel *kernel,
                                   const belay_command *command,
                                   belay_answer *answer) {
    belay_code code = start_check(kernel, command);
    const struct {
        belay__table *table;
        uint32_t count;
    } wanted[] = {
        {&kernel->processes, 1},
        {&kernel->supervisors, 1},
        {&kernel->stamps, command->count},
    };
    for (size_t i = 0; code == BELAY_OK && i < sizeof wanted / sizeof *wanted;
         i++) {
        code = belay__table_reserve(wanted[i].table, &kernel->memory,
                                    wanted[i].count);
    }
    if (code != BELAY_OK) {
        return code;
    }
    int linked = (command->flags & BELAY_FLAG_LINK) != 0;
    uint32_t process = belay__process_new(
        kernel,
        command->kind == BELAY_SUP_TASK ? BELAY_KIND_TASK_SUPERVISOR
                                        : BELAY_KIND_SUPERVISOR,
        command->tag, linked ? command->pid : 0);
    uint32_t index = supervisor_new(kernel, command);
    supervisor_at(kernel, index)->process = process;
    process_at(kernel, process)->body = index;
    process_at(kernel, process)->shutdown = BELAY__GRACE_INFINITY;
    if (linked) {
        belay__edge_tie(kernel, process);
    }
    BELAY_ASSERT(process_at(kernel, process)->child == BELAY__NONE);
    answer->pid = process_pid(kernel, process);
    return BELAY_OK;
}

belay_code belay__supervisor_admits(const belay_kernel *kernel,
                                    uint32_t index) {
    const belay__process *process = process_at(kernel, index);
    if (process->kind != BELAY_KIND_TASK_SUPERVISOR) {
        return BELAY_NOT_SUPERVISOR;
    }
    const belay__supervisor *supervisor =
        supervisor_at(kernel, process->body);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor->process == index);
    BELAY_ASSERT(supervisor->count <= supervisor->config.max_children);
    if (supervisor->phase == PHASE_STOPPING) {
        return BELAY_STOPPING;
    }
    return supervisor->count < supervisor->config.max_children
               ? BELAY_OK
               : BELAY_MAX_CHILDREN;
}

/* ---- Acting ---------------------------------------------------------- */

void belay__supervisor_queue(belay_kernel *kernel, uint32_t index) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(process_at(kernel, supervisor->process)->body == index);
    if (supervisor->queued) {
        return;
    }
    BELAY_ASSERT((kernel->acting.head == BELAY__NONE) ==
                 (kernel->acting.tail == BELAY__NONE));
    supervisor->queued = 1;
    supervisor->queue_next = BELAY__NONE;
    if (kernel->acting.tail == BELAY__NONE) {
        kernel->acting.head = index;
    } else {
        supervisor_at(kernel, kernel->acting.tail)->queue_next = index;
    }
    kernel->acting.tail = index;
}

/* Takes a supervisor that was killed out of the queue. */
static void supervisor_unqueue(belay_kernel *kernel, uint32_t index) {
    BELAY_ASSERT(supervisor_at(kernel, index)->queued);
    belay__queue *queue = &kernel->acting;
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

void belay__supervisor_idle(belay_kernel *kernel, uint32_t index) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->phase != PHASE_STOPPING);
    BELAY_ASSERT(supervisor->request == BELAY__NONE);
    supervisor->phase = PHASE_IDLE;
    supervisor->cursor = BELAY__NONE;
    supervisor->origin = BELAY__NONE;
    if (supervisor->mail_head != BELAY__NONE) {
        belay__supervisor_queue(kernel, index);
    }
}

void belay__supervisor_stop(belay_kernel *kernel, uint32_t index,
                            uint32_t reason) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    belay__process *self = process_at(kernel, supervisor->process);
    BELAY_ASSERT(process_is_alive(self));
    BELAY_ASSERT(supervisor->phase != PHASE_STOPPING);
    BELAY_ASSERT(self->state == BELAY_STATE_RUNNING);
    BELAY_ASSERT(supervisor->request == BELAY__NONE);
    supervisor->phase = PHASE_STOPPING;
    supervisor->cursor = BELAY__NONE;
    supervisor->stop_reason = reason;
    belay__reason_retain(kernel, reason);
    self->state = BELAY_STATE_STOPPING;
    belay__supervisor_queue(kernel, index);
}

void belay__supervisor_leave(belay_kernel *kernel, uint32_t process,
                             uint32_t reason) {
    uint32_t index = process_at(kernel, process)->body;
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor->process == process);
    if (supervisor->phase == PHASE_STOPPING || supervisor->parent_mailed) {
        return;
    }
    supervisor->parent_mailed = 1;
    supervisor->parent_reason = reason;
    belay__reason_retain(kernel, reason);
    belay__mail_append(kernel, index, MAIL_PARENT);
}

/* One step of the end: one child is asked to end, or one is forgotten. */
static void stop_step(belay_kernel *kernel, uint32_t index) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    uint32_t head = supervisor->children;
    BELAY_ASSERT((head == BELAY__NONE) == (supervisor->count == 0));
    if (head == BELAY__NONE) {
        belay__process_doom(kernel, supervisor->process,
                            supervisor->stop_reason, DOOM_BODY);
        return;
    }
    int together = supervisor->config.type == BELAY_SUP_TASK;
    uint32_t walk = together ? head : belay__child_ring(kernel, head)->prev;
    belay__child *child = child_at(kernel, walk);
    if (child->process == BELAY__NONE) {
        belay__child_stopped(kernel, walk);
        belay__child_forget(kernel, walk);
    } else if ((child->flags & CHILD_SIGNALLED) != 0) {
        return; /* its end goes on */
    } else {
        if (together) {
            supervisor->children = child->ring.next;
        }
        belay__child_stop(kernel, walk);
    }
    belay__supervisor_queue(kernel, index);
}

BELAY__CALLED void belay__supervisor_unit(belay_kernel *kernel) {
    uint32_t index = kernel->acting.head;
    BELAY_ASSERT(index != BELAY__NONE);
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor->queued);
    kernel->acting.head = supervisor->queue_next;
    if (kernel->acting.head == BELAY__NONE) {
        BELAY_ASSERT(kernel->acting.tail == index);
        kernel->acting.tail = BELAY__NONE;
    }
    supervisor->queued = 0;
    if (!process_is_alive(process_at(kernel, supervisor->process))) {
        return; /* it was killed */
    }
    switch (supervisor->phase) {
    case PHASE_IDLE:
        mail_open(kernel, index);
        break;
    case PHASE_TERMINATING:
        belay__request_terminated(kernel, index);
        break;
    case PHASE_GROUP_STOP:
        belay__group_stop(kernel, index);
        break;
    case PHASE_GROUP_START:
        belay__group_start(kernel, index);
        break;
    case PHASE_STOPPING:
        stop_step(kernel, index);
        break;
    default:
        BELAY_ASSERT(supervisor->phase == PHASE_STARTING);
    }
}

/* ---- Its end --------------------------------------------------------- */

void belay__supervisor_orphan(belay_kernel *kernel, uint32_t process) {
    const belay__supervisor *supervisor =
        supervisor_at(kernel, process_at(kernel, process)->body);
    uint32_t index = supervisor->children;
    BELAY_ASSERT(index != BELAY__NONE);
    BELAY_ASSERT(process_at(kernel, process)->state == BELAY_STATE_ENDING);
    uint32_t orphan = child_at(kernel, index)->process;
    uint32_t reason = process_at(kernel, process)->reason;
    belay__child_forget(kernel, index);
    if (orphan == BELAY__NONE) {
        return;
    }
    belay__process *self = process_at(kernel, orphan);
    BELAY_ASSERT(self->child == index);
    self->child = BELAY__NONE;
    if (!process_is_alive(self)) {
        return;
    }
    int item = self->kind == BELAY_KIND_ITEM && self->body != BELAY__NONE;
    if ((self->flags & PROCESS_GRACE) != 0 && !item &&
        (self->flags & PROCESS_ABORTED) == 0) {
        /* Who would have killed it is no more. */
        belay__timer_stop(kernel, timer_of_process(orphan));
    }
    if (process_is_supervisor(self)) {
        belay__supervisor_leave(kernel, orphan, reason);
    } else {
        belay__signal_ordinary(kernel, process_pid(kernel, process), orphan,
                               reason);
    }
}

void belay__supervisor_free(belay_kernel *kernel, uint32_t index) {
    belay__supervisor *supervisor = supervisor_at(kernel, index);
    BELAY_ASSERT(supervisor->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor->children == BELAY__NONE);
    BELAY_ASSERT(supervisor->count == 0);
    BELAY_ASSERT(process_at(kernel, supervisor->process)->state ==
                 BELAY_STATE_ENDING);
    BELAY_ASSERT(process_at(kernel, supervisor->process)->body == index);
    mail_discard(kernel, index);
    if (supervisor->queued) {
        supervisor_unqueue(kernel, index);
    }
    while (supervisor->stamps != BELAY__NONE) {
        uint32_t stamp = supervisor->stamps;
        belay__ring_remove(kernel, stamp_ring, &supervisor->stamps, stamp);
        belay__table_release(&kernel->stamps, stamp);
    }
    if (supervisor->phase == PHASE_STOPPING) {
        belay__reason_release(kernel, supervisor->stop_reason);
    }
    belay__table_release(&kernel->supervisors, index);
}
