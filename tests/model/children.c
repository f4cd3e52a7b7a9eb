/* children.c - supervisors: one thing at a time, in the order of the mail.
 *
 * A general supervisor's children are started by the host: the model tells
 * CHILD_START and stops there until SUP_CHILD answers.
 */
#include "parts.h"

/* ---- Mail and turns -------------------------------------------------- */

void model_supervisor_queue(model_world *world, uint32_t supervisor) {
    model_process *self = &world->processes[supervisor];
    if (self->queued) {
        return;
    }
    if (world->acting_count == MODEL_MAIL_MAX) {
        COMPLAIN(world, "the model has no room for more supervisors' turns");
        return;
    }
    self->queued = 1;
    world->acting[world->acting_count++] = supervisor;
}

model_mail *model_mail_add(model_world *world, uint32_t kind,
                           uint32_t supervisor) {
    if (world->mail_count == MODEL_MAIL_MAX) {
        COMPLAIN(world, "the model has no room for more mail");
        world->mail_count--;
    }
    model_mail *mail = &world->mail[world->mail_count++];
    *mail = (model_mail){
        .kind = kind,
        .supervisor = supervisor,
        .child = MODEL_NONE,
        .wait = MODEL_NONE,
    };
    if (world->processes[supervisor].phase == PHASE_IDLE) {
        model_supervisor_queue(world, supervisor);
    }
    return mail;
}

static uint32_t oldest_mail(const model_world *world, uint32_t supervisor) {
    for (uint32_t i = 0; i < world->mail_count; i++) {
        if (world->mail[i].supervisor == supervisor &&
            world->mail[i].kind != MAIL_SERVED) {
            return i;
        }
    }
    return MODEL_NONE;
}

/* It is done with what it did. */
void model_supervisor_idle(model_world *world, uint32_t supervisor) {
    model_process *self = &world->processes[supervisor];
    self->phase = PHASE_IDLE;
    self->state = BELAY_STATE_RUNNING;
    self->at = MODEL_NONE;
    self->origin = MODEL_NONE;
    self->ask = MODEL_NONE;
    if (oldest_mail(world, supervisor) != MODEL_NONE) {
        model_supervisor_queue(world, supervisor);
    }
}

void model_supervisor_busy(model_world *world, uint32_t supervisor,
                           enum model_phase phase, uint32_t at) {
    model_process *self = &world->processes[supervisor];
    self->phase = phase;
    self->state = BELAY_STATE_BUSY;
    self->at = at;
}

/* V22, V27, R6: it stops its children and ends. */
void model_supervisor_stop(model_world *world, uint32_t supervisor,
                           uint32_t reason) {
    model_process *self = &world->processes[supervisor];
    self->phase = PHASE_STOPPING;
    self->state = BELAY_STATE_STOPPING;
    self->at = MODEL_NONE;
    self->stop_reason = reason;
    model_supervisor_queue(world, supervisor);
}

/* V30, V32. */
void model_supervisor_leave(model_world *world, uint32_t supervisor,
                            uint32_t reason) {
    if (world->processes[supervisor].phase == PHASE_STOPPING) {
        return;
    }
    for (uint32_t i = 0; i < world->mail_count; i++) {
        if (world->mail[i].supervisor == supervisor &&
            world->mail[i].kind == MAIL_PARENT) {
            return; /* only the first counts, and it comes before this */
        }
    }
    model_mail_add(world, MAIL_PARENT, supervisor)->reason = reason;
}

/* ---- Children -------------------------------------------------------- */

uint32_t model_child_count(const model_world *world, uint32_t supervisor) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->child_count; i++) {
        count += world->children[i].there &&
                 world->children[i].supervisor == supervisor;
    }
    return count;
}

static int is_general(const model_world *world, uint32_t supervisor) {
    return world->processes[supervisor].kind == BELAY_KIND_SUPERVISOR;
}

uint32_t model_child_new(model_world *world, uint32_t supervisor) {
    if (world->child_count == MODEL_CHILDREN_MAX) {
        COMPLAIN(world, "the model has no room for more children");
        world->child_count--;
    }
    world->children[world->child_count] = (model_child){
        .there = 1,
        .supervisor = supervisor,
        .process = MODEL_NONE,
        .last_process = MODEL_NONE,
    };
    return world->child_count++;
}

void model_child_add(model_world *world, uint32_t supervisor,
                     uint32_t process, uint32_t restart) {
    uint32_t child = model_child_new(world, supervisor);
    world->children[child].process = process;
    world->children[child].tag = world->processes[process].tag;
    world->children[child].grace = world->processes[process].grace;
    world->children[child].restart = restart;
    world->processes[process].child = child;
    world->processes[process].touched = 1;
}

/* The child before `child` (or the last one of all) and after it. */
static uint32_t child_before(const model_world *world, uint32_t supervisor,
                             uint32_t child) {
    uint32_t last = child < world->child_count ? child : world->child_count;
    for (uint32_t i = last; i-- > 0;) {
        if (world->children[i].there &&
            world->children[i].supervisor == supervisor) {
            return i;
        }
    }
    return MODEL_NONE;
}

uint32_t model_child_after(const model_world *world, uint32_t supervisor,
                           uint32_t from) {
    for (uint32_t i = from; i < world->child_count; i++) {
        if (world->children[i].there &&
            world->children[i].supervisor == supervisor) {
            return i;
        }
    }
    return MODEL_NONE;
}

/* An event of the supervisor's about a child. */
static model_event *tell_of_child(model_world *world, uint32_t child,
                                  belay_event_kind kind) {
    const model_child *self = &world->children[child];
    model_event *told = model_tell(world, kind);
    told->event.tag = self->tag;
    told->event.pid = model_pid(world, self->supervisor);
    told->event.other = self->last_process != MODEL_NONE
                            ? model_pid(world, self->last_process)
                            : 0;
    told->from = self->last_process;
    told->supervisor =
        is_general(world, self->supervisor) ? self->supervisor : MODEL_NONE;
    return told;
}

void model_child_report(model_world *world, uint32_t child,
                        belay_report_kind what, uint32_t reason) {
    model_event *told = tell_of_child(world, child, BELAY_EVENT_REPORT);
    told->event.extra = (uint32_t)what;
    told->event.reason = reason;
}

/* What the mail says of it counts no more. */
static void discard_mail_of(model_world *world, uint32_t child) {
    model_child *self = &world->children[child];
    for (uint32_t i = 0; i < world->mail_count; i++) {
        model_mail *mail = &world->mail[i];
        if ((mail->kind == MAIL_END || mail->kind == MAIL_RETRY) &&
            mail->child == child) {
            mail->kind = MAIL_SERVED;
        }
    }
    self->unread = 0;
    self->retrying = 0;
    self->starting = 0;
    self->asked_to_end = 0;
}

void model_child_forget(model_world *world, uint32_t child) {
    model_child *self = &world->children[child];
    discard_mail_of(world, child);
    if (self->restart != BELAY_RESTART_TEMPORARY ||
        is_general(world, self->supervisor)) {
        tell_of_child(world, child, BELAY_EVENT_CHILD_DROPPED);
    }
    self->there = 0;
}

/* G10, R5: a general supervisor keeps what is not temporary. */
void model_child_drop(model_world *world, uint32_t child) {
    const model_child *self = &world->children[child];
    if (self->restart == BELAY_RESTART_TEMPORARY ||
        !is_general(world, self->supervisor)) {
        model_child_forget(world, child);
    } else {
        discard_mail_of(world, child);
    }
}

/* A process is the child's from now on. */
static void child_take(model_world *world, uint32_t child, uint32_t process) {
    model_child *self = &world->children[child];
    if (self->last_process != MODEL_NONE) {
        self->restarts++;
        model_event *told =
            tell_of_child(world, child, BELAY_EVENT_RESTARTED);
        told->event.pid = model_pid(world, process);
    }
    discard_mail_of(world, child);
    self->process = process;
    self->last_process = MODEL_NONE;
    world->processes[process].child = child;
    world->processes[process].grace = self->grace;
}

/* ---- Stopping a child ------------------------------------------------ */

void model_child_stop(model_world *world, uint32_t child) {
    model_child *self = &world->children[child];
    self->asked_to_end = 1;
    if (world->tracing) {
        model_event *told = model_tell(world, BELAY_EVENT_TERMINATED);
        told->event.pid = model_pid(world, self->process);
        told->event.other = model_pid(world, self->supervisor);
        told->about = self->process;
        told->supervisor = is_general(world, self->supervisor)
                               ? self->supervisor
                               : MODEL_NONE;
    }
    model_shutdown(world, model_pid(world, self->supervisor), self->process);
}

/* E6: it did not stop as asked. */
void model_child_stopped(model_world *world, uint32_t child) {
    const model_child *self = &world->children[child];
    uint32_t reason = self->reason;
    int well = reason == BELAY_REASON_NORMAL
                   ? self->restart != BELAY_RESTART_PERMANENT
                   : model_reason_good(world, reason);
    if (reason == BELAY_REASON_KILLED && self->grace == BELAY_BRUTAL_KILL) {
        well = 1;
    }
    if (self->unread && !well) {
        model_child_report(world, child, BELAY_REPORT_SHUTDOWN_ERROR, reason);
    }
}

/* ---- Starting a child ------------------------------------------------ */

void model_child_start(model_world *world, uint32_t child) {
    model_child *self = &world->children[child];
    self->starting = 1;
    world->processes[self->supervisor].at = child;
    tell_of_child(world, child, BELAY_EVENT_CHILD_START)->event.extra =
        self->id;
}

/* R13: again, after what is already in the mail. */
static void try_again(model_world *world, uint32_t child, uint32_t reason) {
    model_child_report(world, child, BELAY_REPORT_START_ERROR, reason);
    discard_mail_of(world, child);
    world->children[child].retrying = 1;
    model_mail_add(world, MAIL_RETRY, world->children[child].supervisor)
        ->child = child;
}

/* ---- Restarts -------------------------------------------------------- */

/* R6 to R10: notes one more; whether it is one too many. */
static int one_too_many(model_world *world, uint32_t supervisor) {
    const model_process *self = &world->processes[supervisor];
    uint64_t second = world->now / 1000;
    uint32_t count = 1;
    for (uint32_t i = 0; i < world->restart_count; i++) {
        count += world->restarts[i].supervisor == supervisor &&
                 world->restarts[i].second + self->max_seconds >= second;
    }
    if (world->restart_count == MODEL_RESTARTS_MAX) {
        COMPLAIN(world, "the model has no room for more restarts");
        return 0;
    }
    world->restarts[world->restart_count++] = (model_restart){
        .supervisor = supervisor,
        .second = second,
    };
    return count > self->max_restarts;
}

static void restart(model_world *world, uint32_t child) {
    uint32_t supervisor = world->children[child].supervisor;
    model_process *self = &world->processes[supervisor];
    if (one_too_many(world, supervisor)) { /* E7 */
        model_child_report(world, child, BELAY_REPORT_INTENSITY,
                           BELAY_REASON_SHUTDOWN);
        model_child_drop(world, child);
        model_supervisor_stop(world, supervisor, BELAY_REASON_SHUTDOWN);
    } else if (self->type == BELAY_SUP_TASK) { /* R4 */
        child_take(world, child,
                   model_process_new(world, 0, BELAY_KIND_TASK,
                                     world->children[child].tag, 0));
    } else if (self->type == BELAY_SUP_ONE_FOR_ONE) { /* G11 */
        model_supervisor_busy(world, supervisor, PHASE_STARTING, child);
        model_child_start(world, child);
    } else { /* G12, G13 */
        model_supervisor_busy(
            world, supervisor, PHASE_GROUP_STOP,
            child_before(world, supervisor, world->child_count));
        self->origin = child;
        model_supervisor_queue(world, supervisor);
    }
}

/* G27 to G29: whether the supervisor ends because this child has ended for
 * good. One whose end waits in the mail still counts as there. */
static int ends_supervisor(const model_world *world, uint32_t child) {
    const model_child *self = &world->children[child];
    uint32_t wish = world->processes[self->supervisor].auto_shutdown;
    if (!self->significant || wish != BELAY_FLAG_ALL_SIGNIFICANT) {
        return self->significant && wish == BELAY_FLAG_ANY_SIGNIFICANT;
    }
    for (uint32_t i = 0; i < world->child_count; i++) {
        const model_child *other = &world->children[i];
        if (i != child && other->there && other->significant &&
            other->supervisor == self->supervisor &&
            (other->process != MODEL_NONE || other->unread ||
             other->retrying)) {
            return 0;
        }
    }
    return 1;
}

static void read_end(model_world *world, uint32_t child) {
    model_child *self = &world->children[child];
    int good = model_reason_good(world, self->reason);
    int permanent = self->restart == BELAY_RESTART_PERMANENT;
    if (permanent || !good) { /* E5 */
        model_child_report(world, child, BELAY_REPORT_CHILD_TERMINATED,
                           self->reason);
    }
    if (permanent ||
        (self->restart == BELAY_RESTART_TRANSIENT && !good)) { /* R1 to R3 */
        discard_mail_of(world, child);
        restart(world, child);
        return;
    }
    int ends = ends_supervisor(world, child);
    model_child_drop(world, child);
    if (ends) {
        model_supervisor_stop(world, self->supervisor, BELAY_REASON_SHUTDOWN);
    }
}

/* ---- Taking turns ---------------------------------------------------- */

static void open_mail(model_world *world, uint32_t supervisor) {
    uint32_t index = oldest_mail(world, supervisor);
    if (index == MODEL_NONE) {
        return;
    }
    model_mail *mail = &world->mail[index];
    uint32_t kind = mail->kind;
    mail->kind = MAIL_SERVED;
    switch (kind) {
    case MAIL_END:
        read_end(world, mail->child);
        break;
    case MAIL_RETRY:
        world->children[mail->child].retrying = 0;
        restart(world, mail->child);
        break;
    case MAIL_ASK:
        model_ask_read(world, index);
        break;
    default:
        model_supervisor_stop(world, supervisor, mail->reason);
        break;
    }
    if (world->processes[supervisor].phase == PHASE_IDLE) {
        model_supervisor_idle(world, supervisor);
    }
}

/* G12, G13, G15, G18: one step of stopping the others, the last one first,
 * until the child at which the group begins. */
static void group_stop(model_world *world, uint32_t supervisor) {
    model_process *self = &world->processes[supervisor];
    uint32_t child = self->at;
    uint32_t first = self->type == BELAY_SUP_REST_FOR_ONE
                         ? self->origin
                         : model_child_after(world, supervisor, 0);
    if (world->children[child].process != MODEL_NONE) {
        if (!world->children[child].asked_to_end) {
            model_child_stop(world, child);
        }
        return;
    }
    self->at = child_before(world, supervisor, child);
    if (child == first) {
        self->phase = PHASE_GROUP_START;
        self->at = child;
    }
    if (child != self->origin) {
        model_child_stopped(world, child);
        model_child_drop(world, child);
    }
    model_supervisor_queue(world, supervisor);
}

/* The next of the group is started; those that are gone are passed over. */
static void group_start(model_world *world, uint32_t supervisor) {
    uint32_t child =
        model_child_after(world, supervisor, world->processes[supervisor].at);
    if (!world->children[child].starting) {
        model_child_start(world, child);
    }
}

/* One step of an orderly end. V24, V25: a task supervisor asks all children
 * to end, and waits. G9: a general one does one after the other, the last
 * one first. */
static void stopping(model_world *world, uint32_t supervisor) {
    int general = is_general(world, supervisor);
    uint32_t child = general
                         ? child_before(world, supervisor, world->child_count)
                         : model_child_after(world, supervisor, 0);
    while (!general && child != MODEL_NONE &&
           world->children[child].asked_to_end) {
        child = model_child_after(world, supervisor, child + 1);
    }
    if (model_child_count(world, supervisor) == 0) {
        model_end(world, supervisor, world->processes[supervisor].stop_reason,
                  END_BODY);
    } else if (child == MODEL_NONE) {
        return; /* all are asked; their ends go on */
    } else if (world->children[child].process == MODEL_NONE) {
        model_child_stopped(world, child);
        model_child_forget(world, child);
        model_supervisor_queue(world, supervisor);
    } else if (!world->children[child].asked_to_end) {
        model_child_stop(world, child);
        model_supervisor_queue(world, supervisor);
    }
}

void model_supervisor_step(model_world *world, uint32_t supervisor) {
    switch (world->processes[supervisor].phase) {
    case PHASE_IDLE:
        open_mail(world, supervisor);
        break;
    case PHASE_TERMINATING:
        model_ask_terminated(world, supervisor);
        break;
    case PHASE_GROUP_STOP:
        group_stop(world, supervisor);
        break;
    case PHASE_GROUP_START:
        group_start(world, supervisor);
        break;
    case PHASE_STOPPING:
        stopping(world, supervisor);
        break;
    default:
        break;
    }
}

/* ---- Ends ------------------------------------------------------------ */

void model_child_ended(model_world *world, uint32_t process) {
    uint32_t child = world->processes[process].child;
    model_child *self = &world->children[child];
    const model_process *supervisor = &world->processes[self->supervisor];
    world->processes[process].child = MODEL_NONE;
    self->process = MODEL_NONE;
    self->last_process = process;
    self->reason = world->processes[process].reason;
    self->unread = 1;
    if (supervisor->phase == PHASE_STOPPING || self->asked_to_end) {
        if (supervisor->phase == PHASE_STOPPING &&
            supervisor->kind == BELAY_KIND_TASK_SUPERVISOR) {
            model_child_stopped(world, child);
            model_child_forget(world, child);
        }
        model_supervisor_queue(world, self->supervisor);
    } else {
        model_mail_add(world, MAIL_END, self->supervisor)->child = child;
    }
}

void model_supervisor_ended(model_world *world, uint32_t supervisor) {
    const model_process *self = &world->processes[supervisor];
    for (uint32_t i = 0; i < world->mail_count; i++) {
        if (world->mail[i].supervisor == supervisor) {
            world->mail[i].kind = MAIL_SERVED;
        }
    }
    uint32_t child = model_child_after(world, supervisor, 0);
    while (child != MODEL_NONE) {
        uint32_t process = world->children[child].process;
        model_child_forget(world, child);
        if (process != MODEL_NONE) {
            world->processes[process].child = MODEL_NONE;
            if (model_alive(world, process) &&
                world->processes[process].stream == MODEL_NONE &&
                !world->processes[process].aborted) {
                world->processes[process].mercy.state = TIMER_OFF;
            }
            if (!model_alive(world, process)) {
                /* has ended too */
            } else if (model_is_supervisor(&world->processes[process])) {
                model_supervisor_leave(world, process, self->reason);
            } else {
                model_link_signal(world, model_pid(world, supervisor),
                                  process, self->reason);
            }
        }
        child = model_child_after(world, supervisor, child + 1);
    }
}

/* ---- Commands -------------------------------------------------------- */

void act_supervisor_start(model_world *world, const model_deed *deed) {
    const belay_command *command = &deed->command;
    uint32_t parent = model_find(world, command->pid);
    int linked = (command->flags & BELAY_FLAG_LINK) != 0;
    uint32_t kind = command->kind == BELAY_SUP_TASK
                        ? BELAY_KIND_TASK_SUPERVISOR
                        : BELAY_KIND_SUPERVISOR;
    uint32_t process =
        model_process_new(world, deed->answer.pid, kind, command->tag,
                          linked ? command->pid : 0);
    model_process *self = &world->processes[process];
    self->grace = BELAY_INFINITY;
    self->type = command->kind;
    self->max_children = command->limit;
    self->max_restarts = command->count;
    self->max_seconds = command->extra;
    self->auto_shutdown = command->flags & (BELAY_FLAG_ANY_SIGNIFICANT |
                                            BELAY_FLAG_ALL_SIGNIFICANT);
    if (linked) { /* V1 */
        model_link(world, parent, process);
    }
}

/* What came of one of its own accord. */
static void restart_started(model_world *world, uint32_t supervisor,
                            uint32_t child, const belay_command *command) {
    world->children[child].starting = 0;
    if (command->kind == BELAY_STARTED_FAILED) {
        try_again(world, child, command->reason);
    } else if (world->processes[supervisor].phase == PHASE_GROUP_START) {
        uint32_t next = model_child_after(world, supervisor, child + 1);
        if (next != MODEL_NONE) {
            world->processes[supervisor].at = next;
            model_supervisor_queue(world, supervisor);
            return;
        }
    }
    model_supervisor_idle(world, supervisor);
}

void act_supervisor_child(model_world *world, const model_deed *deed) {
    const belay_command *command = &deed->command;
    uint32_t supervisor = model_find(world, command->scope);
    uint32_t child = world->processes[supervisor].at;
    if (command->kind == BELAY_STARTED_UP) {
        uint32_t process = model_find(world, command->other);
        model_unlink(world, supervisor, process);
        child_take(world, child, process);
    }
    if (world->processes[supervisor].ask != MODEL_NONE) {
        model_ask_started(world, supervisor, child, command);
    } else {
        restart_started(world, supervisor, child, command);
    }
}
