/* asks.c - what a supervisor is asked for, and how it answers. */
#include "parts.h"

static void answer(model_world *world, uint32_t mail, belay_outcome outcome,
                   belay_pid pid, uint32_t reason) {
    uint32_t wait = world->mail[mail].wait;
    if (!world->waits[wait].there) {
        return; /* nobody waits for it any more */
    }
    model_wait_done(world, wait, outcome, reason);
    model_event *told = &world->events[world->event_count - 1];
    told->event.pid = pid;
    told->supervisor = world->mail[mail].supervisor;
}

static void refuse(model_world *world, uint32_t mail, belay_code code,
                   belay_pid pid) {
    answer(world, mail, BELAY_OUTCOME_REFUSED, pid, (uint32_t)code);
}

static uint32_t child_by_id(const model_world *world, uint32_t supervisor,
                            uint32_t id) {
    uint32_t child = model_child_after(world, supervisor, 0);
    while (child != MODEL_NONE && world->children[child].id != id) {
        child = model_child_after(world, supervisor, child + 1);
    }
    return child;
}

/* V19; one whose end is in the mail counts as a child still. */
static uint32_t child_by_pid(const model_world *world, uint32_t supervisor,
                             belay_pid pid) {
    for (uint32_t i = 0; i < world->child_count; i++) {
        const model_child *child = &world->children[i];
        uint32_t process = child->unread || child->retrying
                               ? child->last_process
                               : child->process;
        if (child->there && child->supervisor == supervisor && pid != 0 &&
            process != MODEL_NONE && model_pid(world, process) == pid) {
            return i;
        }
    }
    return MODEL_NONE;
}

static void terminate(model_world *world, uint32_t mail, uint32_t child) {
    uint32_t supervisor = world->mail[mail].supervisor;
    model_supervisor_busy(world, supervisor, PHASE_TERMINATING, child);
    world->processes[supervisor].ask = mail;
    if (world->children[child].process != MODEL_NONE) {
        model_child_stop(world, child);
    } else {
        model_supervisor_queue(world, supervisor);
    }
}

/* V18, G21: it is gone. */
void model_ask_terminated(model_world *world, uint32_t supervisor) {
    const model_process *self = &world->processes[supervisor];
    if (world->children[self->at].process != MODEL_NONE) {
        return;
    }
    model_child_stopped(world, self->at);
    model_child_drop(world, self->at);
    answer(world, self->ask, BELAY_OUTCOME_NONE, 0, BELAY_REASON_NORMAL);
    model_supervisor_idle(world, supervisor);
}

/* There are as many places for children as for processes. */
static int children_are_full(const model_world *world) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->child_count; i++) {
        count += world->children[i].there != 0;
    }
    return count >= world->processes_max;
}

/* G19. */
static void start_new(model_world *world, uint32_t mail) {
    const belay_command *command = &world->mail[mail].command;
    uint32_t supervisor = world->mail[mail].supervisor;
    model_process *self = &world->processes[supervisor];
    if (model_child_count(world, supervisor) >= self->max_children) {
        refuse(world, mail, BELAY_MAX_CHILDREN, 0);
        return;
    }
    if (children_are_full(world)) {
        refuse(world, mail, BELAY_LIMIT, 0);
        return;
    }
    if (world->starved) {
        refuse(world, mail, BELAY_NO_MEMORY, 0);
        return;
    }
    uint32_t child = model_child_new(world, supervisor);
    model_child *made = &world->children[child];
    made->id = command->extra;
    made->tag = command->count;
    made->grace = command->shutdown;
    made->restart = command->limit;
    made->significant = (command->flags & BELAY_FLAG_SIGNIFICANT) != 0;
    made->supervises = (command->flags & BELAY_FLAG_SUPERVISOR) != 0;
    model_supervisor_busy(world, supervisor, PHASE_STARTING, child);
    self->ask = mail;
    model_child_start(world, child);
}

/* Start, of a child whose id is there already. */
static void start_old(model_world *world, uint32_t mail, uint32_t child) {
    const model_child *self = &world->children[child];
    uint32_t process = self->unread ? self->last_process : self->process;
    if (process == MODEL_NONE) {
        refuse(world, mail, BELAY_PRESENT, 0);
    } else {
        refuse(world, mail, BELAY_ALREADY, model_pid(world, process));
    }
}

/* G22, G23: of a child that has no process. */
static void restart_or_delete(model_world *world, uint32_t mail,
                              uint32_t child) {
    const model_child *self = &world->children[child];
    if (self->process != MODEL_NONE || self->unread) {
        refuse(world, mail, BELAY_RUNNING, 0);
    } else if (self->retrying) {
        refuse(world, mail, BELAY_RESTARTING, 0);
    } else if (world->mail[mail].command.kind == BELAY_ASK_RESTART) {
        model_supervisor_busy(world, self->supervisor, PHASE_STARTING, child);
        world->processes[self->supervisor].ask = mail;
        model_child_start(world, child);
    } else {
        model_child_forget(world, child);
        answer(world, mail, BELAY_OUTCOME_NONE, 0, BELAY_REASON_NORMAL);
    }
}

void model_ask_read(model_world *world, uint32_t mail) {
    const belay_command *command = &world->mail[mail].command;
    uint32_t supervisor = world->mail[mail].supervisor;
    int by_pid = command->kind == BELAY_ASK_TERMINATE_PID;
    uint32_t child = by_pid ? child_by_pid(world, supervisor, command->other)
                            : child_by_id(world, supervisor, command->extra);
    if (command->kind == BELAY_ASK_START || command->kind == BELAY_ASK_INIT) {
        if (child == MODEL_NONE) {
            start_new(world, mail);
        } else {
            start_old(world, mail, child);
        }
    } else if (child == MODEL_NONE) {
        refuse(world, mail, BELAY_NOT_FOUND, 0);
    } else if (by_pid || command->kind == BELAY_ASK_TERMINATE) {
        terminate(world, mail, child);
    } else {
        restart_or_delete(world, mail, child);
    }
}

/* What came of a start that somebody asked for (G20). */
void model_ask_started(model_world *world, uint32_t supervisor,
                       uint32_t child, const belay_command *command) {
    const model_child *self = &world->children[child];
    uint32_t mail = world->processes[supervisor].ask;
    uint32_t kind = world->mail[mail].command.kind;
    int failed = command->kind == BELAY_STARTED_FAILED;
    int made = kind == BELAY_ASK_START || kind == BELAY_ASK_INIT;
    if (failed && kind == BELAY_ASK_INIT) {
        model_child_report(world, child, BELAY_REPORT_START_ERROR,
                           command->reason);
    }
    if (failed) { /* who asked is told; for START and RESTART that is all */
        answer(world, mail, BELAY_OUTCOME_FAILED, 0, command->reason);
    } else {
        answer(world, mail, BELAY_OUTCOME_NONE,
               self->process == MODEL_NONE ? 0
                                           : model_pid(world, self->process),
               BELAY_REASON_NORMAL);
    }
    world->children[child].starting = 0;
    if (made && self->process == MODEL_NONE &&
        (failed || self->restart == BELAY_RESTART_TEMPORARY)) {
        model_child_forget(world, child); /* G7, G20 */
    }
    model_supervisor_idle(world, supervisor);
    if (failed && kind == BELAY_ASK_INIT) { /* G6 */
        model_supervisor_stop(world, supervisor, command->reason);
    }
}
