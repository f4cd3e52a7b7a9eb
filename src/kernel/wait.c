/* wait.c - await, yield, shutdown, sleep, stop: a process that waits for
 * another one, or for the time.
 *
 * Each wait ends with exactly one WAIT_DONE: its target has ended, its time
 * is up, or its owner has ended (K4). A wait that its owner gave up
 * (WAIT_CANCEL) ends with none.
 */
#include "kernel/kernel.h"

static ring_link *wait_ring_on(const belay_kernel *kernel, uint32_t index) {
    return &wait_at(kernel, index)->on;
}

static ring_link *wait_ring_by(const belay_kernel *kernel, uint32_t index) {
    return &wait_at(kernel, index)->by;
}

static void wait_free(belay_kernel *kernel, uint32_t index) {
    belay__wait *wait = wait_at(kernel, index);
    BELAY_ASSERT(wait->slot.link == BELAY__LIVE);
    belay__timer_stop(kernel, timer_of_wait(index));
    if (wait->owner != 0) {
        belay__ring_remove(kernel, wait_ring_by,
                           &process_at(kernel, wait->owner)->waits_by, index);
    }
    if (wait->target != BELAY__NONE) {
        ring_remove(kernel, wait_ring_on,
                    &process_at(kernel, wait->target)->waits_on, index);
    }
    belay__table_release(&kernel->waits, index);
}

static void wait_finish(belay_kernel *kernel, uint32_t index,
                        enum belay_outcome outcome, uint32_t reason) {
    BELAY_ASSERT(outcome <= BELAY_OUTCOME_OWNER);
    BELAY_ASSERT(reason != BELAY_REASON_NONE);
    const belay__wait *wait = wait_at(kernel, index);
    belay_pid pid =
        wait->target == BELAY__NONE ? 0 : process_pid(kernel, wait->target);
    belay__event_add(kernel, BELAY_EVENT_WAIT_DONE, wait->tag, pid, 0, reason)
        ->extra = outcome;
    wait_free(kernel, index);
}

int belay__wait_by_root(const belay_kernel *kernel, uint32_t target) {
    uint32_t head = process_at(kernel, target)->waits_on;
    uint32_t walk = head;
    while (walk != BELAY__NONE) {
        if (wait_at(kernel, walk)->owner == 0) {
            return 1;
        }
        walk = wait_at(kernel, walk)->on.next;
        walk = walk == head ? BELAY__NONE : walk;
    }
    return 0;
}

/* What a wait learns from the end of its target. */
static enum belay_outcome wait_judge(const belay__wait *wait,
                                     const belay__process *target) {
    uint32_t reason = target->reason;
    BELAY_ASSERT(target->state == BELAY_STATE_ENDING);
    BELAY_ASSERT(wait->kind != BELAY_WAIT_SLEEP);
    if (wait->kind == BELAY_WAIT_STOP) {
        return BELAY_OUTCOME_NONE;
    }
    if (wait->kind == WAIT_ASK) {
        return BELAY_OUTCOME_EXIT;
    }
    if ((target->flags & PROCESS_VALUE) != 0) {
        return BELAY_OUTCOME_OK;
    }
    if (wait->kind == BELAY_WAIT_SHUTDOWN) {
        uint32_t wanted =
            wait->brutal ? BELAY_REASON_KILLED : BELAY_REASON_SHUTDOWN;
        return reason == wanted ? BELAY_OUTCOME_NONE : BELAY_OUTCOME_EXIT;
    }
    BELAY_ASSERT(wait->kind <= BELAY_WAIT_YIELD);
    return wait->owner == 0 && (target->flags & PROCESS_SURFACED) != 0
               ? BELAY_OUTCOME_CRASH
               : BELAY_OUTCOME_EXIT;
}

void belay__wait_pop_on(belay_kernel *kernel, uint32_t process) {
    const belay__process *target = process_at(kernel, process);
    uint32_t index = target->waits_on;
    BELAY_ASSERT(index != BELAY__NONE);
    const belay__wait *wait = wait_at(kernel, index);
    BELAY_ASSERT(wait->slot.link == BELAY__LIVE);
    BELAY_ASSERT(target->state == BELAY_STATE_ENDING);
    BELAY_ASSERT((target->flags & PROCESS_KNOWN) != 0);
    BELAY_ASSERT(wait->target == process);
    const belay__process *owner = process_at(kernel, wait->owner);
    BELAY_ASSERT(owner->slot.link == BELAY__LIVE);
    if (process_is_alive(owner)) {
        wait_finish(kernel, index, wait_judge(wait, target), target->reason);
    } else { /* the link to the target was quicker */
        wait_finish(kernel, index, BELAY_OUTCOME_OWNER, owner->reason);
    }
}

uint32_t belay__wait_reply(belay_kernel *kernel, uint32_t index) {
    const uint32_t tag = wait_at(kernel, index)->tag;
    BELAY_ASSERT(
        process_is_alive(process_at(kernel, wait_at(kernel, index)->owner)));
    BELAY_ASSERT(wait_at(kernel, index)->kind <= BELAY_WAIT_SHUTDOWN);
    wait_free(kernel, index);
    return tag;
}

void belay__wait_pop_by(belay_kernel *kernel, uint32_t process) {
    const belay__process *owner = process_at(kernel, process);
    BELAY_ASSERT(owner->state == BELAY_STATE_ENDING);
    BELAY_ASSERT(owner->waits_by != BELAY__NONE);
    BELAY_ASSERT(wait_at(kernel, owner->waits_by)->owner == process);
    wait_finish(kernel, owner->waits_by, BELAY_OUTCOME_OWNER, owner->reason);
}

void belay__wait_fire(belay_kernel *kernel, uint32_t index) {
    belay__wait *wait = wait_at(kernel, index);
    BELAY_ASSERT(wait->slot.link == BELAY__LIVE);
    BELAY_ASSERT(process_is_alive(process_at(kernel, wait->owner)));
    BELAY_ASSERT(wait->kind != WAIT_ASK);
    BELAY_ASSERT(!timer_runs(&wait->timer));
    if (wait->kind == BELAY_WAIT_SHUTDOWN) {
        /* The grace period is over; what the kill leads to, its end tells. */
        BELAY_ASSERT(!wait->brutal);
        belay__event_add_timed_out(kernel, wait->target, 2);
        belay__signal_exit(kernel, process_pid(kernel, wait->owner),
                           wait->target, BELAY_REASON_KILL);
        return;
    }
    if (wait->target != BELAY__NONE) {
        belay__event_add_timed_out(kernel, wait->target, 1);
    }
    wait_finish(kernel, index, BELAY_OUTCOME_TIMEOUT, BELAY_REASON_TIMEOUT);
}

/* A place being reserved. */
static uint32_t wait_new(belay_kernel *kernel, uint32_t owner,
                         uint32_t target, uint32_t kind, uint32_t tag) {
    BELAY_ASSERT(process_is_alive(process_at(kernel, owner)));
    BELAY_ASSERT((kind == BELAY_WAIT_SLEEP) == (target == BELAY__NONE));
    uint32_t index = belay__table_take(&kernel->waits);
    belay__wait *wait = wait_at(kernel, index);
    *wait = (belay__wait){
        .slot = wait->slot,
        .owner = owner,
        .target = target,
        .tag = tag,
        .kind = (uint8_t)kind,
        .timer = {.word = TIMER_IDLE},
    };
    if (owner != 0) { /* the root's end is never told */
        process_at(kernel, owner)->flags |= PROCESS_KNOWN;
        belay__ring_append(kernel, wait_ring_by,
                           &process_at(kernel, owner)->waits_by, index);
    }
    if (target != BELAY__NONE) {
        process_at(kernel, target)->flags |= PROCESS_KNOWN;
        ring_append(kernel, wait_ring_on,
                    &process_at(kernel, target)->waits_on, index);
    }
    return index;
}

belay_pid belay__wait_ask(belay_kernel *kernel, uint32_t owner,
                          uint32_t target, uint32_t tag) {
    BELAY_ASSERT(process_is_supervisor(process_at(kernel, target)));
    BELAY_ASSERT(process_is_alive(process_at(kernel, target)));
    return pid_of(&kernel->waits,
                  wait_new(kernel, owner, target, WAIT_ASK, tag));
}

void belay__wait_answer(belay_kernel *kernel, belay_pid wait,
                        enum belay_outcome outcome, belay_pid pid,
                        uint32_t reason) {
    uint32_t index = belay__find(&kernel->waits, wait);
    if (index == BELAY__NONE) {
        return;
    }
    BELAY_ASSERT(wait_at(kernel, index)->kind == WAIT_ASK);
    belay__event_add(kernel, BELAY_EVENT_WAIT_DONE,
                     wait_at(kernel, index)->tag, pid, 0, reason)
        ->extra = outcome;
    wait_free(kernel, index);
}

/* Whether WAIT may do what it is asked for. */
static belay_code wait_check(const belay_kernel *kernel,
                             const belay_command *command) {
    if (command->flags != 0 || command->kind > BELAY_WAIT_STOP) {
        return BELAY_BAD_ARGUMENT;
    }
    if (command->time == BELAY_BRUTAL_KILL &&
        command->kind != BELAY_WAIT_SHUTDOWN) {
        return BELAY_BAD_ARGUMENT;
    }
    if (belay__process_living(kernel, command->pid) == NULL) {
        return BELAY_GONE;
    }
    if (command->kind == BELAY_WAIT_SLEEP) {
        return BELAY_OK;
    }
    const belay__process *process =
        belay__process_living(kernel, command->other);
    if (process == NULL) {
        return BELAY_GONE;
    }
    if (command->kind == BELAY_WAIT_STOP) {
        if (!process_is_supervisor(process)) {
            return BELAY_NOT_SUPERVISOR;
        }
        return belay__reason_valid(kernel, command->reason)
                   ? BELAY_OK
                   : BELAY_BAD_ARGUMENT;
    }
    return process->owner == command->pid ? BELAY_OK : BELAY_NOT_OWNER;
}

/* Unlinks the target first, so that its end does not hit the caller. */
static void wait_shut_down(belay_kernel *kernel, belay__wait *wait,
                           belay_pid from, uint64_t grace) {
    uint32_t target = wait->target;
    BELAY_ASSERT(wait->kind == BELAY_WAIT_SHUTDOWN);
    BELAY_ASSERT(process_is_alive(process_at(kernel, target)));
    wait->brutal = grace == BELAY_BRUTAL_KILL;
    belay__edge_part(kernel, wait->owner, target);
    if (!wait->brutal) {
        belay__signal_exit(kernel, from, target, BELAY_REASON_SHUTDOWN);
    }
    if ((wait->brutal || grace == 0) &&
        process_is_alive(process_at(kernel, target))) {
        belay__signal_exit(kernel, from, target, BELAY_REASON_KILL);
    }
}

belay_code belay__wait_begin(belay_kernel *kernel,
                             const belay_command *command,
                             belay_answer *answer) {
    belay_code code = wait_check(kernel, command);
    uint64_t time = command->time;
    int timed = time != BELAY_INFINITY && time != BELAY_BRUTAL_KILL;
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->waits, &kernel->memory, 1);
    }
    if (code == BELAY_OK && command->kind == BELAY_WAIT_STOP) {
        code = belay__table_reserve(&kernel->requests, &kernel->memory, 1);
    }
    if (code != BELAY_OK) {
        return code;
    }
    uint32_t target = command->kind == BELAY_WAIT_SLEEP
                          ? BELAY__NONE
                          : pid_index(command->other);
    uint32_t index = wait_new(kernel, pid_index(command->pid), target,
                              command->kind, command->tag);
    belay__wait *wait = wait_at(kernel, index);
    answer->pid =
        (belay_pid)wait->slot.generation << BELAY_INDEX_BITS | index;
    if (timed) {
        belay__timer_start(kernel, timer_of_wait(index), time);
    }
    if (command->kind == BELAY_WAIT_SHUTDOWN) {
        wait_shut_down(kernel, wait, command->pid, time);
    } else if (command->kind == BELAY_WAIT_STOP) {
        const belay__request stop = {
            .wait = answer->pid,
            .reason = command->reason,
            .kind = REQUEST_STOP,
        };
        belay__request_mail(kernel, process_at(kernel, target)->body, &stop);
    }
    BELAY_ASSERT(wait->slot.link == BELAY__LIVE);
    BELAY_ASSERT((timer_bucket(&wait->timer) == TIMER_FRESH) == timed);
    return BELAY_OK;
}

belay_code belay__wait_cancel(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    (void)answer;
    uint32_t index = belay__find(&kernel->waits, command->other);
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    if (index == BELAY__NONE) {
        return BELAY_GONE;
    }
    BELAY_ASSERT(
        process_is_alive(process_at(kernel, wait_at(kernel, index)->owner)));
    wait_free(kernel, index);
    return BELAY_OK;
}

belay_code belay__wait_ignore(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    (void)answer;
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    const belay__process *target =
        belay__process_living(kernel, command->other);
    if (target == NULL ||
        belay__process_living(kernel, command->pid) == NULL) {
        return BELAY_GONE;
    }
    if (target->owner != command->pid) {
        return BELAY_NOT_OWNER;
    }
    belay__edge_part(kernel, pid_index(command->pid),
                     pid_index(command->other));
    BELAY_ASSERT(process_is_alive(target));
    return BELAY_OK;
}
