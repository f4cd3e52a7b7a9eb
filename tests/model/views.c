/* views.c - what looking on should show. */
#include "parts.h"

void model_view(const model_world *world, belay_view *out) {
    *out = (belay_view){
        .now = world->now,
        .deadline = model_deadline(world),
        .ready = world->ready_count,
        .abandoned = world->abandoned,
    };
    for (uint32_t i = 0; i < world->process_count; i++) {
        const model_process *process = &world->processes[i];
        out->processes += (uint32_t)model_alive(world, i);
        out->kept += process->state == BELAY_STATE_KEPT;
        out->fresh += process->timeout.state == TIMER_FRESH;
        out->fresh += process->mercy.state == TIMER_FRESH;
        out->timers += process->timeout.state == TIMER_ON;
        out->timers += process->mercy.state == TIMER_ON;
    }
    for (uint32_t i = 0; i < world->wait_count; i++) {
        out->fresh += world->waits[i].timer.state == TIMER_FRESH;
        out->timers += world->waits[i].timer.state == TIMER_ON;
    }
}

static uint32_t edges_of(const model_world *world, uint32_t process,
                         int monitors) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->edge_count; i++) {
        const model_edge *edge = &world->edges[i];
        if (edge->there && edge->monitor == monitors) {
            count += edge->b == process || (!monitors && edge->a == process);
        }
    }
    return count < 1000 ? count : 1000;
}

void model_info(const model_world *world, uint32_t process,
                belay_process_info *out) {
    const model_process *self = &world->processes[process];
    int supervises = model_is_supervisor(self);
    *out = (belay_process_info){
        .pid = self->pid,
        .owner = self->owner,
        .started = self->started,
        .kind = self->kind,
        .state = self->state,
        .tag = self->tag,
        .trap_exit = supervises || self->traps,
        .links = edges_of(world, process, 0),
        .monitors = edges_of(world, process, 1),
        .children = supervises ? model_child_count(world, process) : 0,
    };
    if (self->child != MODEL_NONE) {
        const model_child *child = &world->children[self->child];
        out->supervisor = model_pid(world, child->supervisor);
        out->restart = child->restart;
        out->restarts = child->restarts;
    }
    if (self->stream != MODEL_NONE) {
        out->stream = world->streams[self->stream].tag;
    }
}

void model_stream_info(const model_world *world, uint32_t stream,
                       belay_stream_info *out) {
    const model_stream *self = &world->streams[stream];
    *out = (belay_stream_info){
        .stream = self->id,
        .consumer = model_pid(world, self->consumer),
        .tag = self->tag,
        .limit = self->limit,
        .abandoned = self->abandoned,
        .started = self->started,
        .delivered = self->delivered,
        .closed = self->closed != 0,
    };
    for (uint32_t i = 0; i < world->process_count; i++) {
        if (world->processes[i].stream == stream) {
            out->running += (uint32_t)model_alive(world, i);
            out->kept += world->processes[i].state == BELAY_STATE_KEPT;
        }
    }
}

void model_child_info(const model_world *world, uint32_t child,
                      belay_child_info *out) {
    const model_child *self = &world->children[child];
    *out = (belay_child_info){
        .tag = self->tag,
        .id = self->id,
        .restart = self->restart,
        .restarts = self->restarts,
        .state = self->process != MODEL_NONE ? BELAY_CHILD_UP
                 : self->starting            ? BELAY_CHILD_STARTING
                 : self->retrying            ? BELAY_CHILD_RESTARTING
                                             : BELAY_CHILD_NONE,
        .type = self->supervises != 0,
        .significant = self->significant != 0,
    };
    if (self->process != MODEL_NONE) {
        out->process = model_pid(world, self->process);
    }
}
