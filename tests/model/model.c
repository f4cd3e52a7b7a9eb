/* model.c - the model as a whole: one command, then work until it is quiet. */
#include <stdlib.h>

#include "parts.h"

model_world *model_open(uint32_t processes_max, uint32_t slack,
                        belay_pid root) {
    model_world *world = calloc(1, sizeof *world);
    if (world != NULL) {
        world->processes_max = processes_max == 0 ? 1000000 : processes_max;
        world->slack = slack;
        uint32_t first =
            model_process_new(world, root, BELAY_KIND_ROOT, 0, 0);
        world->processes[first].state = BELAY_STATE_RUNNING;
        world->event_count = 0;
    }
    return world;
}

void model_close(model_world *world) {
    free(world);
}

/* ---- Finding --------------------------------------------------------- */

int model_alive(const model_world *world, uint32_t process) {
    switch (world->processes[process].state) {
    case STATE_OVER:
    case BELAY_STATE_ENDING:
    case BELAY_STATE_KEPT:
        return 0;
    default:
        return 1;
    }
}

uint32_t model_find(const model_world *world, belay_pid pid) {
    for (uint32_t i = 0; i < world->process_count; i++) {
        if (pid != 0 && world->processes[i].pid == pid &&
            model_alive(world, i)) {
            return i;
        }
    }
    return MODEL_NONE;
}

uint32_t model_find_stream(const model_world *world, belay_pid id) {
    for (uint32_t i = 0; i < world->stream_count; i++) {
        if (world->streams[i].there && world->streams[i].id == id) {
            return i;
        }
    }
    return MODEL_NONE;
}

uint32_t model_find_reason(const model_world *world, uint32_t number) {
    for (uint32_t i = 0; i < world->reason_count; i++) {
        if (world->reasons[i].there && world->reasons[i].number == number) {
            return i;
        }
    }
    return MODEL_NONE;
}

int model_is_supervisor(const model_process *process) {
    return process->kind == BELAY_KIND_TASK_SUPERVISOR ||
           process->kind == BELAY_KIND_SUPERVISOR;
}

int model_has_body(const model_world *world, uint32_t process) {
    const model_process *self = &world->processes[process];
    return (self->kind == BELAY_KIND_TASK || self->kind == BELAY_KIND_ITEM) &&
           self->state == BELAY_STATE_RUNNING;
}

int model_reason_valid(const model_world *world, uint32_t reason) {
    return (reason >= BELAY_REASON_NORMAL &&
            reason <= BELAY_REASON_NOCONNECTION) ||
           (reason >= BELAY_REASON_HOST &&
            model_find_reason(world, reason) != MODEL_NONE);
}

int model_reason_good(const model_world *world, uint32_t reason) {
    uint32_t index = model_find_reason(world, reason);
    if (index != MODEL_NONE) {
        return world->reasons[index].good == BELAY_CLASS_SHUTDOWN;
    }
    return reason == BELAY_REASON_NORMAL || reason == BELAY_REASON_SHUTDOWN;
}

belay_pid model_pid(const model_world *world, uint32_t process) {
    belay_pid pid = world->processes[process].pid;
    return pid != 0 ? pid : MODEL_UNKNOWN + process;
}

/* An id is never given twice. */
void model_learn_pid(model_world *world, uint32_t process, belay_pid pid) {
    if (pid == 0 || (pid & 0xffffff) >= world->processes_max) {
        COMPLAIN(world, "a pid that cannot be one");
    }
    for (uint32_t i = 0; i < world->process_count; i++) {
        if (world->processes[i].pid == pid) {
            COMPLAIN(world, "a pid was given twice");
        }
    }
    world->processes[process].pid = pid;
}

int model_has_unknown(const model_world *world) {
    for (uint32_t i = 0; i < world->process_count; i++) {
        if (world->processes[i].pid == 0) {
            return 1;
        }
    }
    return 0;
}

/* ---- Events ---------------------------------------------------------- */

model_event *model_tell(model_world *world, belay_event_kind kind) {
    static model_event nowhere;
    if (world->event_count == MODEL_EVENTS_MAX) {
        COMPLAIN(world, "the model has no room for more events");
        return &nowhere;
    }
    model_event *told = &world->events[world->event_count++];
    *told = (model_event){
        .event = {.kind = (uint32_t)kind, .time = world->now},
        .turn = world->turn,
        .firing = world->firing,
        .about = MODEL_NONE,
        .from = MODEL_NONE,
        .to = MODEL_NONE,
        .stream = MODEL_NONE,
        .supervisor = MODEL_NONE,
    };
    return told;
}

/* ---- Processes and links --------------------------------------------- */

uint32_t model_process_new(model_world *world, belay_pid pid, uint32_t kind,
                           uint32_t tag, belay_pid owner) {
    if (world->process_count == MODEL_PROCESSES_MAX) {
        COMPLAIN(world, "the model has no room for more processes");
        world->process_count--;
    }
    uint32_t index = world->process_count++;
    model_process *process = &world->processes[index];
    *process = (model_process){
        .kind = kind,
        .state = BELAY_STATE_RUNNING,
        .tag = tag,
        .owner = owner,
        .started = world->now,
        .grace = 5000,
        .name = MODEL_NONE,
        .stream = MODEL_NONE,
        .child = MODEL_NONE,
        .at = MODEL_NONE,
        .origin = MODEL_NONE,
        .ask = MODEL_NONE,
    };
    if (kind == BELAY_KIND_TASK) {
        process->state = BELAY_STATE_READY;
        world->ready[world->ready_count++] = index;
    }
    if (pid != 0) {
        model_learn_pid(world, index, pid);
    }
    if (world->tracing) {
        model_event *told = model_tell(world, BELAY_EVENT_SPAWNED);
        told->event.tag = tag;
        told->event.pid = model_pid(world, index);
        told->event.other = owner;
        told->event.extra = kind;
        told->about = index;
    }
    return index;
}

static uint32_t link_between(const model_world *world, uint32_t a,
                             uint32_t b) {
    for (uint32_t i = 0; i < world->edge_count; i++) {
        const model_edge *edge = &world->edges[i];
        if (edge->there && !edge->monitor &&
            ((edge->a == a && edge->b == b) ||
             (edge->a == b && edge->b == a))) {
            return i;
        }
    }
    return MODEL_NONE;
}

int model_linked(const model_world *world, uint32_t a, uint32_t b) {
    return link_between(world, a, b) != MODEL_NONE;
}

/* L4: at most one link between two. */
void model_link(model_world *world, uint32_t a, uint32_t b) {
    if (a == b || model_linked(world, a, b)) {
        return;
    }
    if (world->edge_count == MODEL_EDGES_MAX) {
        COMPLAIN(world, "the model has no room for more links");
        return;
    }
    world->processes[a].touched = 1;
    world->processes[b].touched = 1;
    world->edges[world->edge_count++] = (model_edge){
        .there = 1,
        .a = a,
        .b = b,
    };
}

void model_unlink(model_world *world, uint32_t a, uint32_t b) {
    uint32_t index = link_between(world, a, b);
    if (index != MODEL_NONE) {
        world->edges[index].there = 0;
    }
}

/* ---- Reasons --------------------------------------------------------- */

/* Whether an event to come may speak of it. */
static int reason_is_needed(const model_world *world, uint32_t number) {
    for (uint32_t i = 0; i < world->process_count; i++) {
        const model_process *process = &world->processes[i];
        if ((process->state == BELAY_STATE_KEPT &&
             process->reason == number) ||
            (process->state == BELAY_STATE_STOPPING &&
             process->stop_reason == number)) {
            return 1;
        }
    }
    for (uint32_t i = 0; i < world->child_count; i++) {
        const model_child *child = &world->children[i];
        if (child->there && child->unread && child->reason == number) {
            return 1;
        }
    }
    for (uint32_t i = 0; i < world->mail_count; i++) {
        const model_mail *mail = &world->mail[i];
        if ((mail->kind == MAIL_STOP || mail->kind == MAIL_PARENT) &&
            mail->reason == number) {
            return 1;
        }
    }
    for (uint32_t i = 0; i < world->stream_count; i++) {
        const model_stream *stream = &world->streams[i];
        if (stream->there && stream->closed &&
            stream->close_reason == number) {
            return 1;
        }
    }
    return 0;
}

static void free_reasons(model_world *world) {
    for (uint32_t i = 0; i < world->reason_count; i++) {
        model_reason *reason = &world->reasons[i];
        if (reason->there && !reason->host &&
            !reason_is_needed(world, reason->number)) {
            reason->there = 0;
            model_tell(world, BELAY_EVENT_REASON_FREE)->event.reason =
                reason->number;
        }
    }
}

/* ---- Judging --------------------------------------------------------- */

/* One piece of work, in the order of src/README.md; 0 when there is none. */
static int work_once(model_world *world) {
    if (world->ends_told < world->ends_count) {
        model_tell_end(world, world->ends[world->ends_told++]);
        return 1;
    }
    if (world->turning_done < world->turning_count) {
        uint32_t stream = world->turning[world->turning_done++];
        world->streams[stream].queued = 0;
        if (world->streams[stream].there) {
            model_stream_step(world, stream);
        }
        return 1;
    }
    if (world->acting_done < world->acting_count) {
        uint32_t supervisor = world->acting[world->acting_done++];
        world->processes[supervisor].queued = 0;
        if (model_alive(world, supervisor)) {
            model_supervisor_step(world, supervisor);
        }
        return 1;
    }
    return model_timer_fire(world);
}

static void work(model_world *world) {
    uint32_t steps = 0;
    while (world->complaint == NULL && work_once(world)) {
        if (++steps > 1000000) {
            COMPLAIN(world, "the model does not come to rest");
        }
    }
    world->ends_told = 0;
    world->ends_count = 0;
    world->acting_done = 0;
    world->acting_count = 0;
    world->turning_done = 0;
    world->turning_count = 0;
    free_reasons(world);
}

typedef struct model_entry {
    uint32_t (*rule)(const model_world *world, const belay_command *command);
    void (*act)(model_world *world, const model_deed *deed);
} model_entry;

static const model_entry entries[] = {{0, 0},
#define X(name, number, handler, text) {rule_##handler, act_##handler},
                                      BELAY_COMMANDS(X)
#undef X
};

/* What is wrong with a command, as bits of codes. */
static uint32_t wrongs_of(const model_world *world,
                          const belay_command *command) {
    if (command->op == 0 || command->op >= sizeof entries / sizeof *entries) {
        return code_bit(BELAY_BAD_COMMAND);
    }
    return entries[command->op].rule(world, command);
}

/* Tables other than that of the processes have limits of their own, which
 * belay.h does not name. */
static int some_table_is_full(const model_world *world) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < world->edge_count; i++) {
        used += world->edges[i].there != 0;
    }
    for (uint32_t i = 0; i < world->wait_count; i++) {
        used += world->waits[i].there != 0;
    }
    for (uint32_t i = 0; i < world->stream_count; i++) {
        used += world->streams[i].there != 0;
    }
    for (uint32_t i = 0; i < world->child_count; i++) {
        used += world->children[i].there != 0;
    }
    return used >= world->processes_max;
}

/* LIFE is refused more lives than its place has generations left, where it
 * would do anything at all. No game uses up half of them. */
static int too_many_lives(const model_deed *deed) {
    return deed->command.op == BELAY_OP_LIFE &&
           deed->code == BELAY_BAD_ARGUMENT &&
           deed->command.count > BELAY_GENERATION_MAX / 2;
}

static void judge_code(model_world *world, const model_deed *deed) {
    const uint32_t wrongs = wrongs_of(world, &deed->command);
    if (deed->code == BELAY_NO_MEMORY) {
        if (!deed->starved) {
            COMPLAIN(world, "NO_MEMORY, though no allocation was refused");
        }
    } else if (deed->starved && deed->code == BELAY_OK &&
               deed->command.op == BELAY_OP_SUP_ASK) {
        world->starved = 1; /* the supervisor says so, when it gets to it */
    } else if (deed->starved) {
        COMPLAIN(world, "an allocation was refused, but not NO_MEMORY");
    } else if (deed->code == BELAY_OK) {
        if (wrongs != 0) {
            COMPLAIN(world, "done, though it should have been refused");
        }
    } else if (deed->code == BELAY_LIMIT && some_table_is_full(world)) {
        return;
    } else if (too_many_lives(deed)) {
        return;
    } else if ((wrongs & code_bit(deed->code)) == 0) {
        COMPLAIN(world, wrongs == 0 ? "refused, though nothing is wrong"
                                    : "refused with another code");
    }
}

void model_judge(model_world *world, const model_deed *deed) {
    world->turn++;
    world->firing = 0;
    world->starved = 0;
    judge_code(world, deed);
    if (world->complaint == NULL &&
        (deed->code == BELAY_OK || deed->code == BELAY_ALREADY)) {
        entries[deed->command.op].act(world, deed);
        work(world);
    }
}
