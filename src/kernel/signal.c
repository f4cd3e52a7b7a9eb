/* signal.c - exit signals: what they do to who gets them. */
#include "kernel/kernel.h"

static void signal_message(belay_kernel *kernel, belay_pid from, uint32_t to,
                           uint32_t reason) {
    const belay__process *receiver = process_at(kernel, to);
    BELAY_ASSERT((receiver->flags & PROCESS_TRAP) != 0);
    BELAY_ASSERT(process_is_alive(receiver));
    BELAY_ASSERT(!process_is_supervisor(receiver));
    (void)belay__event_add(kernel, BELAY_EVENT_EXIT_MESSAGE, receiver->tag,
                           process_pid(kernel, to), from, reason);
}

/* A signal for a supervisor: only its parent's end is obeyed. */
static void signal_supervisor(belay_kernel *kernel, belay_pid from,
                              uint32_t to, uint32_t reason) {
    const belay__process *process = process_at(kernel, to);
    BELAY_ASSERT(process_is_supervisor(process));
    BELAY_ASSERT(process_is_alive(process));
    BELAY_ASSERT(supervisor_at(kernel, process->body)->process == to);
    if (from != 0 && from == process->owner) {
        belay__supervisor_leave(kernel, to, reason);
    }
}

/* The root cannot die. When it waits for the failed one, the failure shows
 * there, else as UNHANDLED. */
static void signal_root(belay_kernel *kernel, uint32_t from,
                        uint32_t reason) {
    belay__process *process = process_at(kernel, from);
    BELAY_ASSERT(process->state == BELAY_STATE_ENDING);
    BELAY_ASSERT(process->kind != BELAY_KIND_ROOT);
    BELAY_ASSERT(process->reason == reason);
    if (belay__wait_by_root(kernel, from)) {
        process->flags |= PROCESS_SURFACED;
        return;
    }
    (void)belay__event_add(kernel, BELAY_EVENT_UNHANDLED, process->tag,
                           process_pid(kernel, from), 0, reason);
}

void belay__signal_ordinary(belay_kernel *kernel, belay_pid from, uint32_t to,
                            uint32_t reason) {
    const belay__process *receiver = process_at(kernel, to);
    BELAY_ASSERT(process_is_alive(receiver));
    BELAY_ASSERT(!process_is_supervisor(receiver));
    if ((receiver->flags & PROCESS_TRAP) != 0) {
        signal_message(kernel, from, to, reason);
    } else if (reason != BELAY_REASON_NORMAL) {
        belay__process_doom(kernel, to, reason, DOOM_SIGNAL);
    }
}

void belay__signal_link(belay_kernel *kernel, uint32_t from, uint32_t to,
                        uint32_t reason) {
    const belay__process *receiver = process_at(kernel, to);
    BELAY_ASSERT(receiver->slot.link == BELAY__LIVE);
    BELAY_ASSERT(from != to);
    BELAY_ASSERT(process_at(kernel, from)->state == BELAY_STATE_ENDING);
    BELAY_ASSERT(process_at(kernel, from)->reason == reason);
    if (!process_is_alive(receiver)) {
        return;
    }
    if (process_is_supervisor(receiver)) {
        signal_supervisor(kernel, process_pid(kernel, from), to, reason);
    } else if (receiver->kind == BELAY_KIND_ROOT &&
               reason != BELAY_REASON_NORMAL &&
               (receiver->flags & PROCESS_TRAP) == 0) {
        signal_root(kernel, from, reason);
    } else {
        belay__signal_ordinary(kernel, process_pid(kernel, from), to, reason);
    }
}

void belay__signal_exit(belay_kernel *kernel, belay_pid from, uint32_t to,
                        uint32_t reason) {
    const belay__process *receiver = process_at(kernel, to);
    BELAY_ASSERT(receiver->slot.link == BELAY__LIVE);
    BELAY_ASSERT(process_is_alive(receiver));
    BELAY_ASSERT(receiver->state != BELAY_STATE_STOPPING ||
                 process_is_supervisor(receiver));
    int self = from == process_pid(kernel, to);
    if (receiver->kind == BELAY_KIND_ROOT) {
        if ((receiver->flags & PROCESS_TRAP) != 0) {
            signal_message(kernel, from, to, reason);
        }
    } else if (reason == BELAY_REASON_KILL) {
        belay__process_doom(kernel, to, BELAY_REASON_KILLED, DOOM_SIGNAL);
    } else if (process_is_supervisor(receiver)) {
        signal_supervisor(kernel, from, to, reason);
    } else if (reason == BELAY_REASON_NORMAL && self &&
               (receiver->flags & PROCESS_TRAP) == 0) {
        belay__process_doom(kernel, to, reason, DOOM_SIGNAL);
    } else {
        belay__signal_ordinary(kernel, from, to, reason);
    }
}

void belay__signal_shutdown(belay_kernel *kernel, belay_pid from,
                            uint32_t to) {
    belay__process *process = process_at(kernel, to);
    uint32_t grace = process->shutdown;
    BELAY_ASSERT(process_is_alive(process));
    BELAY_ASSERT(process->child != BELAY__NONE);
    if (grace == BELAY__GRACE_BRUTAL) {
        belay__process_doom(kernel, to, BELAY_REASON_KILLED, DOOM_SIGNAL);
        return;
    }
    if (process_is_supervisor(process)) {
        belay__supervisor_leave(kernel, to, BELAY_REASON_SHUTDOWN);
    } else {
        belay__signal_exit(kernel, from, to, BELAY_REASON_SHUTDOWN);
    }
    if (!process_is_alive(process) || grace == BELAY__GRACE_INFINITY) {
        return;
    }
    /* One without a grace, too: all children are asked before any is killed. */
    belay__timer_start_grace(kernel, to, grace);
}

belay_code belay__signal_send(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    (void)answer;
    if (command->flags != 0 ||
        !belay__reason_valid(kernel, command->reason)) {
        return BELAY_BAD_ARGUMENT;
    }
    if (belay__process_find(kernel, command->pid) == BELAY__NONE) {
        return BELAY_GONE;
    }
    uint32_t to = belay__process_find(kernel, command->other);
    if (to == BELAY__NONE) {
        return BELAY_OK; /* it vanishes silently */
    }
    if (process_at(kernel, to)->kind == BELAY_KIND_ROOT &&
        (process_at(kernel, to)->flags & PROCESS_TRAP) == 0 &&
        command->reason != BELAY_REASON_NORMAL) {
        return BELAY_BAD_ARGUMENT; /* the root cannot be ended */
    }
    belay__signal_exit(kernel, command->pid, to, command->reason);
    BELAY_ASSERT(process_is_alive(process_at(kernel, 0)));
    return BELAY_OK;
}

belay_code belay__signal_abort(belay_kernel *kernel,
                               const belay_command *command,
                               belay_answer *answer) {
    (void)answer;
    if (command->flags != 0 ||
        !belay__reason_valid(kernel, command->reason) ||
        command->reason == BELAY_REASON_NORMAL ||
        !belay__reason_is_good(kernel, command->reason)) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t index = belay__process_find(kernel, command->other);
    if (index == BELAY__NONE) {
        return BELAY_GONE;
    }
    const belay__process *process = process_at(kernel, index);
    if (process->kind == BELAY_KIND_ROOT || process_is_supervisor(process)) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t owner = belay__process_find(kernel, process->owner);
    if (owner != BELAY__NONE && owner != index) {
        belay__edge_part(kernel, owner, index);
    }
    uint32_t grace = process->shutdown;
    if ((process->flags & PROCESS_TRAP) == 0) {
        belay__process_doom(kernel, index, command->reason, DOOM_SIGNAL);
        return BELAY_OK;
    }
    if (grace != BELAY__GRACE_BRUTAL) {
        signal_message(kernel, process->owner, index, command->reason);
    }
    if (grace == BELAY__GRACE_BRUTAL || grace == 0) {
        belay__process_doom(kernel, index, BELAY_REASON_KILLED, DOOM_SIGNAL);
    } else if (grace != BELAY__GRACE_INFINITY) {
        process_at(kernel, index)->flags |= PROCESS_ABORTED;
        belay__timer_start_grace(kernel, index, grace);
    }
    return BELAY_OK;
}
