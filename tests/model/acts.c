/* acts.c - what the simple commands do. */
#include "parts.h"

/* ---- Processes ------------------------------------------------------- */

/* A1, A26, A27, V6, V7, V12: a process that is ready; nothing else. */
void act_process_spawn(model_world *world, const model_deed *deed) {
    const belay_command *command = &deed->command;
    uint32_t owner = model_find(world, command->pid);
    int orphan = (command->flags & BELAY_FLAG_ORPHAN) != 0;
    uint32_t process =
        model_process_new(world, deed->answer.pid, BELAY_KIND_TASK,
                          command->tag, orphan ? 0 : command->pid);
    world->processes[process].grace = command->shutdown;
    if ((command->flags & BELAY_FLAG_LINK) != 0) {
        model_link(world, owner, process);
    }
    if (command->scope != 0) {
        model_child_add(world, model_find(world, command->scope), process,
                        command->kind);
    }
}

static void ready_remove(model_world *world, uint32_t place) {
    world->ready_count--;
    for (uint32_t i = place; i < world->ready_count; i++) {
        world->ready[i] = world->ready[i + 1];
    }
}

void act_process_run(model_world *world, const model_deed *deed) {
    uint32_t process = world->ready[0];
    model_process *self = &world->processes[process];
    ready_remove(world, 0);
    self->state = BELAY_STATE_RUNNING;
    if (self->pid == 0) {
        model_learn_pid(world, process, deed->answer.pid);
    }
    if (deed->answer.pid != self->pid || deed->answer.tag != self->tag) {
        COMPLAIN(world, "RUN gave another process than the oldest");
    }
    if (world->tracing) {
        model_event *told = model_tell(world, BELAY_EVENT_STARTED);
        told->event.tag = self->tag;
        told->event.pid = self->pid;
        told->about = process;
    }
}

/* A3: the bodies have returned, in this order. */
void act_process_settle(model_world *world, const model_deed *deed) {
    uint32_t done = deed->answer.value;
    if (done > deed->command.count ||
        (done < deed->command.count && !deed->cramped)) {
        COMPLAIN(world, "SETTLE took another number of pids");
        return;
    }
    for (uint32_t i = 0; i < done; i++) {
        uint32_t process = model_find(world, deed->before[i]);
        if (process != MODEL_NONE && model_has_body(world, process)) {
            model_end(world, process, BELAY_REASON_NORMAL, END_VALUE);
        }
    }
}

/* A3: one body; the answer may stand for the events. */
void act_process_return(model_world *world, const model_deed *deed) {
    uint32_t process = model_find(world, deed->command.pid);
    int ends = process != MODEL_NONE && model_has_body(world, process);
    if (deed->answer.value > (uint32_t)(ends && !world->tracing)) {
        COMPLAIN(world, "RETURN answered for what it did not do");
    }
    if (ends) {
        model_end(world, process, BELAY_REASON_NORMAL, END_VALUE);
    }
}

/* A1, A3, Y2: what the four commands would have done, or nothing. */
void act_process_life(model_world *world, const model_deed *deed) {
    uint32_t owner = model_find(world, deed->command.pid);
    if (deed->answer.value == 0) {
        return;
    }
    if (deed->command.count >= BELAY_GENERATION_MAX) {
        COMPLAIN(world, "LIFE lived more often than a place can");
        return;
    }
    if (world->tracing || world->ready_count > 0) {
        COMPLAIN(world, "LIFE did what others should see or do first");
        return;
    }
    uint32_t process =
        model_process_new(world, deed->answer.pid, BELAY_KIND_TASK,
                          deed->command.tag, deed->command.pid);
    model_link(world, owner, process);
    (void)model_wait_new(world, deed, BELAY_WAIT_AWAIT, owner, process);
    ready_remove(world, 0);
    world->processes[process].state = BELAY_STATE_RUNNING;
    model_end(world, process, BELAY_REASON_NORMAL, END_VALUE);
}

/* A4, L12: an ordinary reason, whatever it is. */
void act_process_exit(model_world *world, const model_deed *deed) {
    model_end(world, model_find(world, deed->command.pid),
              deed->command.reason, END_BODY);
}

void act_process_trap(model_world *world, const model_deed *deed) {
    model_process *process =
        &world->processes[model_find(world, deed->command.pid)];
    if (deed->answer.value != (uint32_t)process->traps) {
        COMPLAIN(world, "TRAP_EXIT answered another old flag");
    }
    process->traps = deed->command.flags != 0;
}

void act_process_abandoned(model_world *world, const model_deed *deed) {
    uint32_t stream = model_find_stream(world, deed->command.other);
    world->abandoned--;
    if (stream != MODEL_NONE && world->streams[stream].abandoned > 0) {
        world->streams[stream].abandoned--;
        model_stream_queue(world, stream);
    }
}

/* ---- Signals, links, monitors ---------------------------------------- */

void act_signal_send(model_world *world, const model_deed *deed) {
    uint32_t to = model_find(world, deed->command.other);
    if (to != MODEL_NONE) {
        model_exit_signal(world, deed->command.pid, to, deed->command.reason);
    }
}

/* As a shutdown: unlinked first (H1), then V23 with its own grace. */
void act_signal_abort(model_world *world, const model_deed *deed) {
    uint32_t process = model_find(world, deed->command.other);
    const model_process *self = &world->processes[process];
    uint32_t owner = model_find(world, self->owner);
    if (owner != MODEL_NONE) {
        model_unlink(world, owner, process);
    }
    if (!self->traps) {
        model_end(world, process, deed->command.reason, END_SIGNAL);
        return;
    }
    if (self->grace != BELAY_BRUTAL_KILL) {
        model_link_signal(world, self->owner, process, deed->command.reason);
    }
    if (self->grace == BELAY_BRUTAL_KILL || self->grace == 0) {
        model_end(world, process, BELAY_REASON_KILLED, END_SIGNAL);
    } else {
        world->processes[process].aborted = 1;
        model_timer_mercy(world, process);
    }
}

void act_edge_link(model_world *world, const model_deed *deed) {
    uint32_t process = model_find(world, deed->command.pid);
    uint32_t other = model_find(world, deed->command.other);
    if (other != MODEL_NONE) {
        model_link(world, process, other);
        return;
    }
    model_event *told = model_tell(world, BELAY_EVENT_EXIT_MESSAGE); /* L13 */
    told->event.tag = world->processes[process].tag;
    told->event.pid = deed->command.pid;
    told->event.other = deed->command.other;
    told->event.reason = BELAY_REASON_NOPROC;
    told->to = process;
}

void act_edge_unlink(model_world *world, const model_deed *deed) {
    uint32_t other = model_find(world, deed->command.other);
    if (other != MODEL_NONE) {
        model_unlink(world, model_find(world, deed->command.pid), other);
    }
}

void act_edge_monitor(model_world *world, const model_deed *deed) {
    uint32_t process = model_find(world, deed->command.pid);
    uint32_t other = model_find(world, deed->command.other);
    if (other == MODEL_NONE) { /* L15 */
        model_event *told = model_tell(world, BELAY_EVENT_DOWN);
        told->event.tag = deed->command.tag;
        told->event.pid = deed->command.other;
        told->event.other = deed->command.pid;
        told->event.reason = BELAY_REASON_NOPROC;
        told->to = process;
        if (deed->answer.pid != 0) {
            COMPLAIN(world, "a monitor of nobody has a reference");
        }
        return;
    }
    for (uint32_t i = 0; i < world->edge_count; i++) {
        if (world->edges[i].monitor &&
            world->edges[i].id == deed->answer.pid) {
            COMPLAIN(world, "a monitor's reference was given twice");
        }
    }
    if (world->edge_count == MODEL_EDGES_MAX) {
        COMPLAIN(world, "the model has no room for more monitors");
        return;
    }
    world->processes[process].touched = 1;
    world->processes[other].touched = 1;
    world->edges[world->edge_count++] = (model_edge){
        .there = 1,
        .monitor = 1,
        .id = deed->answer.pid,
        .a = process,
        .b = other,
        .tag = deed->command.tag,
    };
}

void act_edge_demonitor(model_world *world, const model_deed *deed) {
    for (uint32_t i = 0; i < world->edge_count; i++) {
        model_edge *edge = &world->edges[i];
        if (edge->monitor && edge->id == deed->command.other) {
            edge->there = 0;
        }
    }
}

/* ---- Names ----------------------------------------------------------- */

static model_name *name_of(model_world *world, uint32_t number) {
    for (uint32_t i = 0; i < world->name_count; i++) {
        if (world->names[i].number == number) {
            return &world->names[i];
        }
    }
    return 0;
}

void act_name_new(model_world *world, const model_deed *deed) {
    if (name_of(world, deed->answer.value) != 0) {
        COMPLAIN(world, "a name's number was given twice");
    }
    if (world->name_count == MODEL_NAMES_MAX) {
        COMPLAIN(world, "the model has no room for more names");
        return;
    }
    world->names[world->name_count++] = (model_name){
        .number = deed->answer.value,
        .process = MODEL_NONE,
    };
}

void act_name_set(model_world *world, const model_deed *deed) {
    model_name *name = name_of(world, deed->command.tag);
    uint32_t process = model_find(world, deed->command.other);
    if (deed->code == BELAY_ALREADY) { /* V3 */
        belay_pid holder = name->process != MODEL_NONE
                               ? model_pid(world, name->process)
                               : deed->command.other;
        if (deed->answer.pid != holder) {
            COMPLAIN(world, "ALREADY names another holder");
        }
        return;
    }
    name->process = process;
    world->processes[process].name = name->number;
    world->processes[process].touched = 1;
}

void act_name_drop(model_world *world, const model_deed *deed) {
    model_name *name = name_of(world, deed->command.tag);
    world->processes[name->process].name = MODEL_NONE;
    name->process = MODEL_NONE;
}

void act_name_get(model_world *world, const model_deed *deed) {
    const model_name *name = name_of(world, deed->command.tag);
    if (deed->answer.pid != model_pid(world, name->process)) {
        COMPLAIN(world, "NAME_GET gave another process");
    }
}

/* ---- Reasons and trace ----------------------------------------------- */

void act_reason_new(model_world *world, const model_deed *deed) {
    uint32_t number = deed->answer.value;
    if (number < BELAY_REASON_HOST ||
        model_find_reason(world, number) != MODEL_NONE) {
        COMPLAIN(world, "a reason's number is in use, or none");
    }
    if (world->reason_count == MODEL_REASONS_MAX) {
        COMPLAIN(world, "the model has no room for more reasons");
        return;
    }
    world->reasons[world->reason_count++] = (model_reason){
        .there = 1,
        .number = number,
        .good = deed->command.kind,
        .host = 1,
    };
}

void act_reason_drop(model_world *world, const model_deed *deed) {
    uint32_t reason = model_find_reason(world, deed->command.reason);
    world->reasons[reason].host = 0;
}

void act_event_trace(model_world *world, const model_deed *deed) {
    world->tracing = deed->command.flags != 0;
}
