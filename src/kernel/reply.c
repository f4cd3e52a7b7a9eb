/* reply.c - the short way for a task that has returned.
 *
 * The end of most tasks concerns their owner alone, who awaits them. RETURN
 * then does at once what SETTLE does by way of the queues, and LIFE what all
 * the commands of such a task do; the answer takes the place of the events.
 */
#include "kernel/kernel.h"

/* Whether its supervisor, if it has one, would do no more at its end than
 * forget it. */
static int is_forgotten(const belay_kernel *kernel,
                        const belay__process *process) {
    if (process->child == BELAY__NONE) {
        return 1;
    }
    const belay__child *child = child_at(kernel, process->child);
    const belay__supervisor *parent =
        supervisor_at(kernel, child->supervisor);
    BELAY_ASSERT((child->flags & (CHILD_ENDED | CHILD_MAILED)) == 0);
    return parent->config.type == BELAY_SUP_TASK &&
           parent->phase == PHASE_IDLE &&
           child->restart == BELAY_RESTART_TEMPORARY && child->flags == 0;
}

/* Whether it has nothing that its end would have to be told to or that ends
 * with it, but for links and for those who wait for it. NONE has every bit
 * set, so that only NONEs give NONE. */
static int stands_alone(const belay_kernel *kernel,
                        const belay__process *process) {
    BELAY_ASSERT(process->state == BELAY_STATE_RUNNING);
    uint32_t rest = process->monitors & process->waits_by & process->streams &
                    process->name;
    return process->kind == BELAY_KIND_TASK && rest == BELAY__NONE &&
           is_forgotten(kernel, process);
}

/* A process that hears over a link that another one ended normally, and
 * does not care. */
static int does_not_care(const belay__process *receiver) {
    BELAY_ASSERT(process_is_alive(receiver));
    return (receiver->flags & PROCESS_TRAP) == 0 &&
           !process_is_supervisor(receiver);
}

/* Events that wait come before what the answer says; a trace has more. */
static int may_answer(const belay_kernel *kernel) {
    BELAY_ASSERT(!kernel->view.pending);
    return kernel->view.events == 0 && !kernel->tracing;
}

/* Whether the answer can say it all: it has one link, over which nothing is
 * heard, and one process waits for it. */
static int is_brief(const belay_kernel *kernel, uint32_t index) {
    const belay__process *process = process_at(kernel, index);
    const uint32_t wait = process->waits_on;
    if (!may_answer(kernel) || !stands_alone(kernel, process) ||
        wait == BELAY__NONE || wait_at(kernel, wait)->on.next != wait ||
        !process_has_links(process)) {
        return 0;
    }
    uint32_t other = belay__edge_only_link(kernel, index);
    return other != BELAY__NONE && does_not_care(process_at(kernel, other));
}

static void reply(belay_kernel *kernel, uint32_t index,
                  belay_answer *answer) {
    belay__process *process = process_at(kernel, index);
    BELAY_ASSERT(process->state == BELAY_STATE_RUNNING);
    process->state = BELAY_STATE_ENDING;
    process->reason = BELAY_REASON_NORMAL;
    kernel->view.processes--;
    answer->value = 1;
    answer->pid = process->owner;
    answer->extra = process->tag;
    answer->tag = belay__wait_reply(kernel, process->waits_on);
    (void)belay__edge_pop_link(kernel, index);
    if (timer_runs(&process->timer)) {
        belay__timer_stop(kernel, timer_of_process(index));
    }
    BELAY_ASSERT(process->waits_on == BELAY__NONE);
    uint32_t child = process->child;
    if (child != BELAY__NONE) {
        process->child = BELAY__NONE;
        child_at(kernel, child)->process = BELAY__NONE;
        belay__child_forget(kernel, child);
    }
    belay__process_free(kernel, index);
}

belay_code belay__process_return(belay_kernel *kernel,
                                 const belay_command *command,
                                 belay_answer *answer) {
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    BELAY_ASSERT(kernel->exits.head == BELAY__NONE);
    uint32_t index = belay__process_find_body(kernel, command->pid);
    if (index == BELAY__NONE) {
        return BELAY_OK; /* a stale one */
    }
    if (is_brief(kernel, index)) {
        reply(kernel, index, answer);
    } else {
        belay__process_returned(kernel, index);
    }
    return BELAY_OK;
}

/* Memory for a task and the wait for it. */
static belay_code life_reserve(belay_kernel *kernel) {
    belay_code code =
        belay__table_reserve(&kernel->processes, &kernel->memory, 1);
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->waits, &kernel->memory, 1);
    }
    BELAY_ASSERT(code <= BELAY_LIMIT);
    return code;
}

belay_code belay__process_life(belay_kernel *kernel,
                               const belay_command *command,
                               belay_answer *answer) {
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t owner = belay__process_find(kernel, command->pid);
    if (owner == BELAY__NONE) {
        return BELAY_GONE;
    }
    belay_code code = life_reserve(kernel);
    if (code != BELAY_OK || !may_answer(kernel) || kernel->view.ready != 0 ||
        !does_not_care(process_at(kernel, owner))) {
        return code;
    }
    BELAY_ASSERT(kernel->ready.head == BELAY__NONE);
    if (command->count > belay__table_left(&kernel->processes)) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t index = belay__table_take(&kernel->processes);
    process_at(kernel, index)->slot.generation += command->count;
    answer->value = 1;
    answer->pid = process_pid(kernel, index);
    belay__table_release(&kernel->processes, index);
    return BELAY_OK;
}
