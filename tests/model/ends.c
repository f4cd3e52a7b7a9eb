/* ends.c - how processes end, and who learns of it. */
#include "parts.h"

/* ---- Ending ---------------------------------------------------------- */

static void leave_ready(model_world *world, uint32_t process) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < world->ready_count; i++) {
        if (world->ready[i] != process) {
            world->ready[kept++] = world->ready[i];
        }
    }
    world->ready_count = kept;
}

/* What EXITED says. */
static uint32_t exited_extra(const model_process *process,
                             enum model_end how) {
    int running = process->state == BELAY_STATE_RUNNING &&
                  !model_is_supervisor(process);
    uint32_t extra = 0;
    extra |= process->state == BELAY_STATE_READY ? BELAY_EXITED_NEVER_RAN : 0;
    extra |= running && how == END_SIGNAL ? BELAY_EXITED_BODY_RUNNING : 0;
    extra |= process->kind == BELAY_KIND_ITEM ? BELAY_EXITED_ITEM : 0;
    extra |= model_is_supervisor(process) ? BELAY_EXITED_SUPERVISOR : 0;
    extra |= how == END_VALUE ? BELAY_EXITED_VALUE : 0;
    return extra;
}

static void tell_exited(model_world *world, uint32_t process,
                        belay_event_kind kind, uint32_t extra) {
    const model_process *self = &world->processes[process];
    model_event *told = model_tell(world, kind);
    told->event.tag = self->tag;
    told->event.pid = model_pid(world, process);
    told->event.other = self->owner;
    told->event.reason = self->reason;
    told->event.extra = extra;
    told->about = process;
    if (self->child != MODEL_NONE &&
        world->children[self->child].asked_to_end) {
        uint32_t supervisor = world->children[self->child].supervisor;
        if (world->processes[supervisor].kind == BELAY_KIND_SUPERVISOR) {
            told->supervisor = supervisor; /* G9: one after the other */
        }
    }
}

void model_end(model_world *world, uint32_t process, uint32_t reason,
               enum model_end how) {
    model_process *self = &world->processes[process];
    if (process == 0 || !model_alive(world, process)) {
        COMPLAIN(world, "the model ends a process that cannot end");
        return;
    }
    uint32_t extra = exited_extra(self, how);
    leave_ready(world, process);
    self->state = BELAY_STATE_ENDING;
    self->reason = reason;
    self->returned = how == END_VALUE;
    self->timeout.state = TIMER_OFF;
    self->mercy.state = TIMER_OFF;
    if ((extra & BELAY_EXITED_BODY_RUNNING) != 0) {
        world->abandoned++;
        if (self->stream != MODEL_NONE) {
            world->streams[self->stream].abandoned++;
        }
    }
    if (world->tracing || how != END_VALUE || self->kind != BELAY_KIND_ITEM) {
        tell_exited(world, process, BELAY_EVENT_EXITED, extra);
    }
    /* E1, E3, E4, E8: by its own doing, and not well. */
    if (how == END_BODY && !model_reason_good(world, reason)) {
        tell_exited(world, process, BELAY_EVENT_LOG, extra);
    }
    if (world->ends_count == MODEL_PROCESSES_MAX) {
        COMPLAIN(world, "the model has no room for more ends");
        return;
    }
    world->ends[world->ends_count++] = process;
}

/* ---- Signals --------------------------------------------------------- */

static void exit_message(model_world *world, belay_pid from, uint32_t to,
                         uint32_t reason) {
    model_event *told = model_tell(world, BELAY_EVENT_EXIT_MESSAGE);
    told->event.tag = world->processes[to].tag;
    told->event.pid = model_pid(world, to);
    told->event.other = from;
    told->event.reason = reason;
    told->to = to;
}

/* L6, L7, L8. */
void model_link_signal(model_world *world, belay_pid from, uint32_t to,
                       uint32_t reason) {
    if (world->processes[to].traps) {
        exit_message(world, from, to, reason);
    } else if (reason != BELAY_REASON_NORMAL) {
        model_end(world, to, reason, END_SIGNAL);
    }
}

/* V31, V32: only what comes from its parent counts. */
static void supervisor_signal(model_world *world, belay_pid from,
                              uint32_t supervisor, uint32_t reason) {
    if (from != 0 && world->processes[supervisor].owner == from) {
        model_supervisor_leave(world, supervisor, reason);
    }
}

void model_exit_signal(model_world *world, belay_pid from, uint32_t to,
                       uint32_t reason) {
    const model_process *self = &world->processes[to];
    int itself = from == model_pid(world, to);
    if (to == 0) { /* it cannot end, not even when killed */
        if (self->traps) {
            exit_message(world, from, to, reason);
        }
    } else if (reason == BELAY_REASON_KILL) { /* L11 */
        model_end(world, to, BELAY_REASON_KILLED, END_SIGNAL);
    } else if (model_is_supervisor(self)) {
        supervisor_signal(world, from, to, reason);
    } else if (itself && reason == BELAY_REASON_NORMAL && !self->traps) {
        model_end(world, to, reason, END_SIGNAL); /* L10 */
    } else {
        model_link_signal(world, from, to, reason); /* L9 */
    }
}

void model_shutdown(model_world *world, belay_pid from, uint32_t process) {
    const model_process *self = &world->processes[process];
    if (self->grace == BELAY_BRUTAL_KILL) {
        model_end(world, process, BELAY_REASON_KILLED, END_SIGNAL);
        return;
    }
    if (model_is_supervisor(self)) {
        /* Its supervisor is its parent. */
        model_supervisor_leave(world, process, BELAY_REASON_SHUTDOWN);
    } else {
        model_link_signal(world, from, process, BELAY_REASON_SHUTDOWN);
    }
    if (!model_alive(world, process)) {
        return;
    }
    model_timer_mercy(world, process); /* V25: also of 0 ms */
}

/* ---- Telling --------------------------------------------------------- */

void model_wait_done(model_world *world, uint32_t wait, belay_outcome outcome,
                     uint32_t reason) {
    model_wait *self = &world->waits[wait];
    model_event *told = model_tell(world, BELAY_EVENT_WAIT_DONE);
    self->there = 0;
    self->timer.state = TIMER_OFF;
    told->event.tag = self->tag;
    told->event.extra = (uint32_t)outcome;
    told->event.reason = reason;
    told->to = self->owner;
    if (self->target != MODEL_NONE) {
        told->event.pid = model_pid(world, self->target);
    }
    told->any_reason = outcome == BELAY_OUTCOME_NONE;
}

/* A5, A7, Y1, Y4, H2 to H6. */
static void judge_wait(model_world *world, uint32_t wait) {
    const model_wait *self = &world->waits[wait];
    const model_process *target = &world->processes[self->target];
    uint32_t reason = target->reason;
    belay_outcome outcome = BELAY_OUTCOME_EXIT;
    if (self->kind == BELAY_WAIT_STOP) {
        outcome = BELAY_OUTCOME_NONE;
    } else if (target->returned) {
        outcome = BELAY_OUTCOME_OK;
    } else if (self->kind == BELAY_WAIT_SHUTDOWN) {
        uint32_t asked_for =
            self->brutal ? BELAY_REASON_KILLED : BELAY_REASON_SHUTDOWN;
        outcome =
            reason == asked_for ? BELAY_OUTCOME_NONE : BELAY_OUTCOME_EXIT;
    } else if (self->kind != WAIT_ASK && self->owner == 0 &&
               target->surfaced) {
        outcome = BELAY_OUTCOME_CRASH;
    }
    uint32_t from = self->target;
    model_wait_done(world, wait, outcome, reason);
    world->events[world->event_count - 1].from = from;
}

static void tell_waits(model_world *world, uint32_t process) {
    for (uint32_t i = 0; i < world->wait_count; i++) {
        const model_wait *wait = &world->waits[i];
        if (!wait->there || wait->target != process) {
            continue;
        }
        if (model_alive(world, wait->owner)) {
            judge_wait(world, i);
        } else {
            model_wait_done(world, i, BELAY_OUTCOME_OWNER,
                            world->processes[wait->owner].reason);
        }
    }
}

/* The root cannot die of a link: its failure shows in what the root waits
 * for, else by itself. */
static void tell_root(model_world *world, uint32_t process) {
    model_process *self = &world->processes[process];
    for (uint32_t i = 0; i < world->wait_count; i++) {
        const model_wait *wait = &world->waits[i];
        if (wait->there && wait->target == process && wait->owner == 0) {
            self->surfaced = 1;
            return;
        }
    }
    model_event *told = model_tell(world, BELAY_EVENT_UNHANDLED);
    told->event.tag = self->tag;
    told->event.pid = model_pid(world, process);
    told->event.reason = self->reason;
    told->from = process;
    told->to = 0;
}

static void tell_link(model_world *world, uint32_t process, uint32_t other) {
    const model_process *receiver = &world->processes[other];
    uint32_t reason = world->processes[process].reason;
    belay_pid from = model_pid(world, process);
    uint32_t first = world->event_count;
    if (!model_alive(world, other)) {
        return;
    }
    if (model_is_supervisor(receiver)) {
        supervisor_signal(world, from, other, reason);
    } else if (other == 0 && !receiver->traps) {
        if (reason != BELAY_REASON_NORMAL) {
            tell_root(world, process);
        }
    } else {
        model_link_signal(world, from, other, reason);
    }
    if (world->event_count > first &&
        world->events[first].event.kind == BELAY_EVENT_EXIT_MESSAGE) {
        world->events[first].from = process;
    }
}

/* L5: links. */
static void tell_links(model_world *world, uint32_t process) {
    for (uint32_t i = 0; i < world->edge_count; i++) {
        model_edge *edge = &world->edges[i];
        if (edge->there && !edge->monitor &&
            (edge->a == process || edge->b == process)) {
            edge->there = 0;
            tell_link(world, process, edge->a == process ? edge->b : edge->a);
        }
    }
}

/* L15: those who watch; and it watches nobody any more. */
static void tell_monitors(model_world *world, uint32_t process) {
    for (uint32_t i = 0; i < world->edge_count; i++) {
        model_edge *edge = &world->edges[i];
        if (!edge->there || !edge->monitor ||
            (edge->a != process && edge->b != process)) {
            continue;
        }
        edge->there = 0;
        if (edge->b != process || !model_alive(world, edge->a)) {
            continue;
        }
        model_event *told = model_tell(world, BELAY_EVENT_DOWN);
        told->event.tag = edge->tag;
        told->event.pid = model_pid(world, process);
        told->event.other = model_pid(world, edge->a);
        told->event.reason = world->processes[process].reason;
        told->from = process;
        told->to = edge->a;
    }
}

/* What it did itself is over. */
static void end_own_affairs(model_world *world, uint32_t process) {
    for (uint32_t i = 0; i < world->wait_count; i++) {
        if (world->waits[i].there && world->waits[i].owner == process) {
            model_wait_done(world, i, BELAY_OUTCOME_OWNER,
                            world->processes[process].reason);
        }
    }
    for (uint32_t i = 0; i < world->stream_count; i++) {
        if (world->streams[i].there &&
            world->streams[i].consumer == process) {
            model_stream_consumer_ended(world, i);
        }
    }
    if (model_is_supervisor(&world->processes[process])) {
        model_supervisor_ended(world, process);
    }
}

static void leave_name(model_world *world, uint32_t process) {
    for (uint32_t i = 0; i < world->name_count; i++) {
        if (world->names[i].process == process) {
            world->names[i].process = MODEL_NONE;
        }
    }
    world->processes[process].name = MODEL_NONE;
}

/* L18, L19: reply, exit signal, down; an end without a reply shows over the
 * link first. */
void model_tell_end(model_world *world, uint32_t process) {
    model_process *self = &world->processes[process];
    if (self->returned) {
        tell_waits(world, process);
    }
    if (self->stream != MODEL_NONE) {
        model_item_ending(world, process);
    }
    tell_links(world, process);
    tell_waits(world, process);
    tell_monitors(world, process);
    end_own_affairs(world, process);
    leave_name(world, process);
    if (self->stream != MODEL_NONE) {
        self->state = BELAY_STATE_KEPT;
        model_item_ended(world, process);
    } else {
        self->state = STATE_OVER;
    }
    if (self->child != MODEL_NONE) {
        model_child_ended(world, process);
    }
}
