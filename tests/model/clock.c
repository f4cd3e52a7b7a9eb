/* clock.c - timers, and what waits for them. */
#include "parts.h"

void model_timer_start(model_world *world, model_timer *timer,
                       uint64_t timeout) {
    *timer = (model_timer){
        .state = TIMER_FRESH,
        .time = timeout,
        .order = ++world->armed,
    };
}

/* An item's timeout and its grace share one timer, which is Belay's own
 * doing: the one that seems to end earlier counts, and when its stream lets
 * go of an item that was asked to end, its grace begins anew. So a kill may
 * be late by that, never early. */
void model_timer_mercy(model_world *world, uint32_t process) {
    model_process *self = &world->processes[process];
    uint64_t left = self->timeout.state == TIMER_ON
                        ? self->timeout.time - world->now
                        : self->timeout.time;
    if (self->mercy.state != TIMER_OFF || self->grace == BELAY_INFINITY) {
        return;
    }
    if (self->timeout.state != TIMER_OFF && left <= self->grace) {
        self->asked = 1;
        return;
    }
    self->timeout.state = TIMER_OFF;
    model_timer_start(world, &self->mercy, self->grace);
}

/* ---- Going through all timers ---------------------------------------- */

/* The n-th timer there is; 0 after the last. */
static model_timer *timer_at(model_world *world, uint32_t n) {
    if (n < 2 * world->process_count) {
        model_process *process = &world->processes[n / 2];
        return n % 2 == 0 ? &process->timeout : &process->mercy;
    }
    n -= 2 * world->process_count;
    return n < world->wait_count ? &world->waits[n].timer : 0;
}

/* A timer runs from the first ADVANCE on; what a clock in whole ms may be
 * short of is added to all but a timeout of 0. */
static void start_fresh(model_world *world) {
    model_timer *timer = 0;
    for (uint32_t i = 0; (timer = timer_at(world, i)) != 0; i++) {
        if (timer->state != TIMER_FRESH) {
            continue;
        }
        uint64_t ahead = BELAY_TIME_MAX - world->now;
        uint64_t timeout = timer->time;
        timeout += timeout > 0 && timeout < ahead ? world->slack : 0;
        timer->state = TIMER_ON;
        timer->time = timeout < ahead ? world->now + timeout : BELAY_TIME_MAX;
    }
}

void act_clock_advance(model_world *world, const model_deed *deed) {
    if (deed->command.time > world->now) {
        world->now = deed->command.time;
    }
    start_fresh(world);
}

/* The one that fires next: the earliest, and of those the first armed. */
static uint32_t next_timer(model_world *world) {
    uint32_t best = MODEL_NONE;
    const model_timer *first = 0;
    const model_timer *timer = 0;
    for (uint32_t i = 0; (timer = timer_at(world, i)) != 0; i++) {
        if (timer->state == TIMER_ON &&
            (first == 0 || timer->time < first->time ||
             (timer->time == first->time && timer->order < first->order))) {
            first = timer;
            best = i;
        }
    }
    return best;
}

static void tell_timed_out(model_world *world, uint32_t process,
                           uint32_t what) {
    if (world->tracing) {
        model_event *told = model_tell(world, BELAY_EVENT_TIMED_OUT);
        told->event.pid = model_pid(world, process);
        told->event.extra = what;
        told->about = process;
    }
}

static void fire_wait(model_world *world, uint32_t wait) {
    const model_wait *self = &world->waits[wait];
    if (self->kind == BELAY_WAIT_SHUTDOWN) { /* H1, H4 */
        tell_timed_out(world, self->target, 2);
        model_exit_signal(world, model_pid(world, self->owner), self->target,
                          BELAY_REASON_KILL);
        return;
    }
    if (self->target != MODEL_NONE) {
        tell_timed_out(world, self->target, 1);
    }
    model_wait_done(world, wait, BELAY_OUTCOME_TIMEOUT, BELAY_REASON_TIMEOUT);
}

int model_timer_fire(model_world *world) {
    uint32_t index = next_timer(world);
    if (index == MODEL_NONE || timer_at(world, index)->time > world->now) {
        return 0;
    }
    timer_at(world, index)->state = TIMER_OFF;
    world->firing++;
    if (index >= 2 * world->process_count) {
        fire_wait(world, index - 2 * world->process_count);
        return 1;
    }
    uint32_t process = index / 2;
    int item = index % 2 == 0;
    tell_timed_out(world, process, item ? 0 : 2);
    world->processes[process].timed_out = item; /* S23 */
    model_end(world, process, BELAY_REASON_KILLED, END_SIGNAL);
    return 1;
}

uint64_t model_deadline(const model_world *world) {
    uint64_t earliest = BELAY_INFINITY;
    for (uint32_t i = 0; i < world->process_count; i++) {
        const model_timer *timers[] = {&world->processes[i].timeout,
                                       &world->processes[i].mercy};
        for (uint32_t n = 0; n < 2; n++) {
            if (timers[n]->state == TIMER_ON && timers[n]->time < earliest) {
                earliest = timers[n]->time;
            }
        }
    }
    for (uint32_t i = 0; i < world->wait_count; i++) {
        const model_timer *timer = &world->waits[i].timer;
        if (timer->state == TIMER_ON && timer->time < earliest) {
            earliest = timer->time;
        }
    }
    return earliest;
}

/* ---- Waits ----------------------------------------------------------- */

uint32_t model_wait_new(model_world *world, const model_deed *deed,
                        uint32_t kind, uint32_t owner, uint32_t target) {
    belay_pid id = deed->command.op == BELAY_OP_LIFE ? 0 : deed->answer.pid;
    for (uint32_t i = 0; i < world->wait_count; i++) {
        if (id != 0 && world->waits[i].id == id) {
            COMPLAIN(world, "a wait's reference was given twice");
        }
    }
    if (world->wait_count == MODEL_WAITS_MAX) {
        COMPLAIN(world, "the model has no room for more waits");
        world->wait_count--;
    }
    world->processes[owner].touched = 1;
    if (target != MODEL_NONE) {
        world->processes[target].touched = 1;
    }
    world->waits[world->wait_count] = (model_wait){
        .there = 1,
        .id = id,
        .kind = kind,
        .owner = owner,
        .target = target,
        .tag = deed->command.tag,
    };
    return world->wait_count++;
}

/* H1, H7: unlinked, then asked to end; the timer of the wait kills it. */
static void begin_shutdown(model_world *world, uint32_t wait,
                           const belay_command *command) {
    model_wait *self = &world->waits[wait];
    self->brutal = command->time == BELAY_BRUTAL_KILL; /* H6 */
    model_unlink(world, self->owner, self->target);
    if (!self->brutal) {
        model_exit_signal(world, command->pid, self->target,
                          BELAY_REASON_SHUTDOWN);
    }
    if ((self->brutal || command->time == 0) &&
        model_alive(world, self->target)) {
        model_exit_signal(world, command->pid, self->target,
                          BELAY_REASON_KILL);
    }
}

void act_wait_begin(model_world *world, const model_deed *deed) {
    const belay_command *command = &deed->command;
    int sleeps = command->kind == BELAY_WAIT_SLEEP;
    uint32_t target = sleeps ? MODEL_NONE : model_find(world, command->other);
    uint32_t wait = model_wait_new(world, deed, command->kind,
                                   model_find(world, command->pid), target);
    if (command->time < BELAY_BRUTAL_KILL) {
        model_timer_start(world, &world->waits[wait].timer, command->time);
    }
    if (command->kind == BELAY_WAIT_SHUTDOWN) {
        begin_shutdown(world, wait, command);
    } else if (command->kind == BELAY_WAIT_STOP) { /* V27 */
        model_mail *mail = model_mail_add(world, MAIL_STOP, target);
        mail->reason = command->reason;
    }
}

void act_wait_cancel(model_world *world, const model_deed *deed) {
    for (uint32_t i = 0; i < world->wait_count; i++) {
        model_wait *wait = &world->waits[i];
        if (wait->there && wait->id == deed->command.other) {
            wait->there = 0;
            wait->timer.state = TIMER_OFF;
        }
    }
}

/* Y20. */
void act_wait_ignore(model_world *world, const model_deed *deed) {
    model_unlink(world, model_find(world, deed->command.pid),
                 model_find(world, deed->command.other));
}

/* What a supervisor is asked: the wait ends when it answers. */
void act_supervisor_ask(model_world *world, const model_deed *deed) {
    uint32_t supervisor = model_find(world, deed->command.scope);
    uint32_t wait =
        model_wait_new(world, deed, WAIT_ASK,
                       model_find(world, deed->command.pid), supervisor);
    model_mail *mail = model_mail_add(world, MAIL_ASK, supervisor);
    mail->wait = wait;
    mail->command = deed->command;
}
