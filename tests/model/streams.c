/* streams.c - Task.async_stream: the consumer's loop, as the catalogue tells
 * it, cut where it would block: for results that nobody wants yet, for input
 * that was asked for, for items that run. */
#include "parts.h"

void model_stream_queue(model_world *world, uint32_t stream) {
    if (world->streams[stream].queued) {
        return;
    }
    if (world->turning_count == MODEL_MAIL_MAX) {
        COMPLAIN(world, "the model has no room for more turns of streams");
        return;
    }
    world->streams[stream].queued = 1;
    world->turning[world->turning_count++] = stream;
}

/* ---- Items ----------------------------------------------------------- */

/* The first item, or NONE. They are in input order, but that in a stream that
 * is not ordered STREAM_CYCLE puts an item into the place of the last one. */
static uint32_t oldest_item(const model_world *world, uint32_t stream) {
    uint32_t best = MODEL_NONE;
    for (uint32_t i = 0; i < world->process_count; i++) {
        const model_process *item = &world->processes[i];
        if (item->stream == stream &&
            (best == MODEL_NONE ||
             item->place < world->processes[best].place)) {
            best = i;
        }
    }
    return best;
}

/* The first of the ended ones whose end is not dealt with, or NONE. */
static uint32_t oldest_end(const model_world *world, uint32_t stream) {
    uint32_t best = MODEL_NONE;
    for (uint32_t i = 0; i < world->process_count; i++) {
        const model_process *item = &world->processes[i];
        if (item->stream == stream && item->state == BELAY_STATE_KEPT &&
            !item->dealt &&
            (best == MODEL_NONE ||
             item->ended_order < world->processes[best].ended_order)) {
            best = i;
        }
    }
    return best;
}

/* Items whose end is not dealt with: they take up places. */
static uint32_t places_taken(const model_world *world, uint32_t stream) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->process_count; i++) {
        count += world->processes[i].stream == stream &&
                 !world->processes[i].dealt;
    }
    return count;
}

/* Its stream has nothing more to do with it. */
static void item_leave(model_world *world, uint32_t item) {
    model_process *self = &world->processes[item];
    int timed = self->timeout.state != TIMER_OFF;
    self->stream = MODEL_NONE;
    self->timeout.state = TIMER_OFF;
    if (self->state == BELAY_STATE_KEPT) {
        self->state = STATE_OVER;
    } else if (timed && self->asked) {
        model_timer_mercy(world, item);
    }
}

/* ---- Closing --------------------------------------------------------- */

static void tell_closed(model_world *world, uint32_t stream) {
    model_stream *self = &world->streams[stream];
    self->told = 1;
    model_event *told = model_tell(world, BELAY_EVENT_STREAM_CLOSED);
    told->event.tag = self->tag;
    told->event.pid = self->id;
    told->event.extra = self->close_kind;
    told->event.reason = self->close_reason;
    told->stream = stream;
    told->any_reason = self->close_kind == BELAY_CLOSED_CHILDREN;
}

static void stream_close(model_world *world, uint32_t stream,
                         belay_closed kind, uint32_t reason,
                         enum model_fate fate) {
    model_stream *self = &world->streams[stream];
    self->closed = 1;
    self->close_kind = (uint32_t)kind;
    self->close_reason = reason;
    self->fate = fate;
    self->asked = 0;
    self->demand = 0;
    if (fate == FATE_LINGER) {
        tell_closed(world, stream);
    }
    model_stream_queue(world, stream);
}

/* What happens to one item of a closed stream. */
static void dispose(model_world *world, uint32_t stream, uint32_t item) {
    const model_stream *self = &world->streams[stream];
    if (!model_alive(world, item)) {
        item_leave(world, item); /* its result is dropped (S35, S38) */
        return;
    }
    if (self->fate == FATE_KILL) {
        model_end(world, item, BELAY_REASON_KILLED, END_SIGNAL);
        return;
    }
    item_leave(world, item);
    if (self->fate == FATE_SIGNAL && self->linked) {
        model_link_signal(world, model_pid(world, self->consumer), item,
                          self->close_reason);
    }
}

static void closing_step(model_world *world, uint32_t stream) {
    model_stream *self = &world->streams[stream];
    uint32_t item = oldest_item(world, stream);
    if (self->fate == FATE_LINGER) {
        /* What was kept can reach nobody; what runs stays. */
        for (uint32_t i = 0; i < world->process_count; i++) {
            if (world->processes[i].stream == stream &&
                world->processes[i].state == BELAY_STATE_KEPT) {
                item_leave(world, i);
            }
        }
        self->there = oldest_item(world, stream) != MODEL_NONE;
    } else if (item == MODEL_NONE) {
        if (!self->told) {
            tell_closed(world, stream);
        }
        self->there = 0;
    } else {
        dispose(world, stream, item);
        model_stream_queue(world, stream);
    }
}

/* S40 to S42: a normal end hurts nobody, but those that trap exits see it. */
void model_stream_consumer_ended(model_world *world, uint32_t stream) {
    model_stream *self = &world->streams[stream];
    uint32_t reason = world->processes[self->consumer].reason;
    if (!self->closed) {
        stream_close(world, stream, BELAY_CLOSED_OWNER, reason, FATE_SIGNAL);
    } else if (self->fate == FATE_LINGER) {
        self->close_reason = reason;
        self->fate = FATE_SIGNAL;
        model_stream_queue(world, stream);
    }
}

/* ---- The loop -------------------------------------------------------- */

static void hand_over(model_world *world, uint32_t stream, uint32_t item) {
    model_stream *self = &world->streams[stream];
    const model_process *process = &world->processes[item];
    model_event *told = model_tell(world, BELAY_EVENT_ITEM);
    told->event.tag = self->tag;
    told->event.pid = model_pid(world, item);
    told->event.reason = process->reason;
    told->event.extra = process->returned    ? BELAY_OUTCOME_OK
                        : process->timed_out ? BELAY_OUTCOME_TIMEOUT
                                             : BELAY_OUTCOME_EXIT;
    told->stream = stream;
    told->from = item;
    self->delivered++;
    if (self->demand != 0xffffffffu) {
        self->demand--;
    }
    item_leave(world, item);
}

/* How many elements may be started now. */
static uint32_t room_for_more(const model_world *world, uint32_t stream) {
    const model_stream *self = &world->streams[stream];
    uint32_t taken = places_taken(world, stream);
    uint32_t held = self->started - self->delivered;
    if (self->input_done || self->abandoned > self->max_abandoned ||
        taken >= self->limit) {
        return 0;
    }
    uint32_t room = self->limit - taken; /* S9, S10 */
    if (self->max_buffered != 0) {
        uint32_t spare =
            held < self->max_buffered ? self->max_buffered - held : 0;
        room = spare < room ? spare : room;
    }
    return room;
}

/* S25 to S27. The root cannot exit: its stream ends as if it had. */
static void out_of_time(model_world *world, uint32_t stream) {
    int root = world->streams[stream].consumer == 0;
    stream_close(world, stream, BELAY_CLOSED_TIMEOUT, BELAY_REASON_TIMEOUT,
                 root ? FATE_SIGNAL : FATE_LINGER);
}

/* Takes note of one ended item: its place is free (S10, S12). */
static void deal(model_world *world, uint32_t stream, uint32_t item) {
    model_stream *self = &world->streams[stream];
    world->processes[item].dealt = 1;
    if (world->processes[item].timed_out && !self->kill_task) {
        out_of_time(world, stream);
    } else if (!self->ordered) {
        hand_over(world, stream, item); /* S14 */
    }
}

static void pull(model_world *world, uint32_t stream, uint32_t count) {
    model_stream *self = &world->streams[stream];
    self->asked = count;
    model_event *told = model_tell(world, BELAY_EVENT_PULL);
    told->event.tag = self->tag;
    told->event.pid = self->id;
    told->event.extra = count;
    told->stream = stream;
}

/* One turn of the loop; 0 when it blocks. */
static int loop_once(model_world *world, uint32_t stream) {
    const model_stream *self = &world->streams[stream];
    if (self->demand == 0 || self->asked > 0) {
        return 0; /* S11 */
    }
    uint32_t oldest = oldest_item(world, stream);
    if (self->ordered && oldest != MODEL_NONE &&
        world->processes[oldest].dealt) {
        hand_over(world, stream, oldest); /* S12, S13 */
        return 1;
    }
    if (self->input_done && oldest == MODEL_NONE) {
        stream_close(world, stream, BELAY_CLOSED_DONE, BELAY_REASON_NORMAL,
                     FATE_KILL);
        return 1;
    }
    uint32_t ended = oldest_end(world, stream);
    uint32_t room = room_for_more(world, stream);
    if (room > 0 && !(self->together && ended != MODEL_NONE)) {
        pull(world, stream, room); /* S15: before the next end */
        return 0;
    }
    if (ended != MODEL_NONE) {
        deal(world, stream, ended);
        return 1;
    }
    return 0;
}

void model_stream_step(model_world *world, uint32_t stream) {
    if (world->streams[stream].closed) {
        closing_step(world, stream);
        return;
    }
    while (world->complaint == NULL && !world->streams[stream].closed &&
           loop_once(world, stream)) {
    }
}

/* ---- Ends of items --------------------------------------------------- */

/* S29 to S33: a crash goes over the link to the consumer. */
void model_item_ending(model_world *world, uint32_t item) {
    const model_process *process = &world->processes[item];
    uint32_t stream = process->stream;
    const model_stream *self = &world->streams[stream];
    if (process->returned || process->timed_out ||
        process->reason == BELAY_REASON_NORMAL || !self->linked ||
        self->shielded || (self->closed && self->fate != FATE_LINGER)) {
        return;
    }
    if (self->consumer == 0) {
        if (!self->closed) {
            stream_close(world, stream, BELAY_CLOSED_CRASH, process->reason,
                         FATE_SIGNAL);
        }
    } else if (model_alive(world, self->consumer)) {
        model_end(world, self->consumer, process->reason, END_SIGNAL);
    }
}

void model_item_ended(model_world *world, uint32_t item) {
    uint32_t stream = world->processes[item].stream;
    uint32_t order = 0;
    for (uint32_t i = 0; i < world->process_count; i++) {
        if (world->processes[i].ended_order > order) {
            order = world->processes[i].ended_order;
        }
    }
    world->processes[item].ended_order = order + 1;
    model_stream_queue(world, stream);
    if (world->streams[stream].closed) {
        item_leave(world, item);
    }
}

/* ---- Commands -------------------------------------------------------- */

void act_stream_open(model_world *world, const model_deed *deed) {
    const belay_command *command = &deed->command;
    uint32_t consumer = model_find(world, command->pid);
    const model_process *process = &world->processes[consumer];
    for (uint32_t i = 0; i < world->stream_count; i++) {
        if (world->streams[i].id == deed->answer.pid) {
            COMPLAIN(world, "a stream's id was given twice");
        }
    }
    if (world->stream_count == MODEL_STREAMS_MAX) {
        COMPLAIN(world, "the model has no room for more streams");
        return;
    }
    world->processes[consumer].touched = 1;
    world->streams[world->stream_count++] = (model_stream){
        .there = 1,
        .id = deed->answer.pid,
        .consumer = consumer,
        .tag = command->tag,
        .limit = command->limit,
        .max_buffered = command->count,
        .max_abandoned = command->extra,
        .timeout = command->time,
        .grace = command->shutdown,
        .scope = command->scope,
        .ordered = (command->flags & BELAY_FLAG_ORDERED) != 0,
        .kill_task = (command->flags & BELAY_FLAG_KILL_TASK) != 0,
        .linked = (command->flags & BELAY_FLAG_NOLINK) == 0,
        .shielded = process->traps || model_is_supervisor(process), /* V2 */
    };
}

void act_stream_next(model_world *world, const model_deed *deed) {
    uint32_t stream = model_find_stream(world, deed->command.other);
    model_stream *self = &world->streams[stream];
    uint64_t demand = (uint64_t)self->demand + deed->command.count;
    self->demand = demand < 0xffffffffu ? (uint32_t)demand : 0xffffffffu;
    self->together = deed->command.flags != 0 || self->demand == 0xffffffffu;
    model_stream_queue(world, stream);
}

/* One more item; S20: its time runs from its start. */
static void start_item(model_world *world, uint32_t stream, belay_pid pid) {
    model_stream *self = &world->streams[stream];
    uint32_t item =
        model_process_new(world, pid, BELAY_KIND_ITEM, self->started,
                          model_pid(world, self->consumer));
    model_process *process = &world->processes[item];
    process->stream = stream;
    process->place = item;
    process->grace = self->grace;
    if (self->timeout != BELAY_INFINITY) {
        model_timer_start(world, &process->timeout, self->timeout);
    }
    self->started++;
    if (self->scope != 0) {
        model_child_add(world, model_find(world, self->scope), item,
                        BELAY_RESTART_TEMPORARY); /* S44 */
    }
    if (world->tracing) {
        model_event *told = model_tell(world, BELAY_EVENT_STARTED);
        told->event.tag = process->tag;
        told->event.pid = pid;
        told->about = item;
    }
}

/* S47: the consumer fails with it when it does not trap exits. */
static void supervisor_is_gone(model_world *world, uint32_t stream) {
    const model_stream *self = &world->streams[stream];
    if (self->consumer != 0 && !self->shielded) {
        model_end(world, self->consumer, BELAY_REASON_NOPROC, END_SIGNAL);
    } else {
        stream_close(world, stream, BELAY_CLOSED_NOPROC, BELAY_REASON_NOPROC,
                     FATE_SIGNAL);
    }
}

/* Whether the stream's supervisor takes one more; if not, it is over. */
static int supervisor_takes(model_world *world, uint32_t stream) {
    const model_stream *self = &world->streams[stream];
    if (self->scope == 0) {
        return 1;
    }
    uint32_t scope = model_find(world, self->scope);
    if (scope == MODEL_NONE ||
        world->processes[scope].phase == PHASE_STOPPING) {
        supervisor_is_gone(world, stream);
        return 0;
    }
    if (model_child_count(world, scope) >=
        world->processes[scope].max_children) { /* S45 */
        stream_close(world, stream, BELAY_CLOSED_CHILDREN,
                     BELAY_REASON_NOPROC, FATE_KILL);
        return 0;
    }
    return 1;
}

void act_stream_push(model_world *world, const model_deed *deed) {
    uint32_t stream = model_find_stream(world, deed->command.other);
    model_stream *self = &world->streams[stream];
    uint32_t done = 0;
    while (done < deed->answer.value) {
        if (!supervisor_takes(world, stream)) {
            COMPLAIN(world, "an item was started that has no supervisor");
            return;
        }
        self->asked--;
        start_item(world, stream, deed->after[done]);
        done++;
    }
    if (done < deed->command.count && !(deed->cramped && !deed->closed) &&
        supervisor_takes(world, stream)) {
        COMPLAIN(world, "STREAM_PUSH started fewer items");
    }
    model_stream_queue(world, stream);
}

void act_stream_end(model_world *world, const model_deed *deed) {
    uint32_t stream = model_find_stream(world, deed->command.other);
    world->streams[stream].input_done = 1;
    world->streams[stream].asked = 0;
    model_stream_queue(world, stream);
}

void act_stream_halt(model_world *world, const model_deed *deed) {
    stream_close(world, model_find_stream(world, deed->command.other),
                 BELAY_CLOSED_HALTED, BELAY_REASON_NORMAL, FATE_KILL);
}

/* ---- The short way --------------------------------------------------- */

/* Whether anybody but its stream would learn of the item's end. */
static int item_is_known(const model_world *world, uint32_t item) {
    const model_process *process = &world->processes[item];
    int known = process->child != MODEL_NONE || process->name != MODEL_NONE;
    for (uint32_t i = 0; i < world->edge_count; i++) {
        const model_edge *edge = &world->edges[i];
        known |= edge->there && (edge->a == item || edge->b == item);
    }
    for (uint32_t i = 0; i < world->wait_count; i++) {
        const model_wait *wait = &world->waits[i];
        known |= wait->there && (wait->owner == item || wait->target == item);
    }
    for (uint32_t i = 0; i < world->stream_count; i++) {
        known |=
            world->streams[i].there && world->streams[i].consumer == item;
    }
    return known;
}

static uint32_t results_waiting(const model_world *world, uint32_t stream) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < world->process_count; i++) {
        count += world->processes[i].stream == stream &&
                 world->processes[i].state == BELAY_STATE_KEPT;
    }
    return count;
}

/* Whether the loop, asked for one result, would pull one element and then
 * take note of one end. */
static int takes_one(const model_world *world, uint32_t stream) {
    const model_stream *self = &world->streams[stream];
    return !self->together && self->demand == 0 &&
           room_for_more(world, stream) == 1;
}

/* Whether STREAM_CYCLE may take this one. */
static int may_cycle(const model_world *world, uint32_t stream,
                     belay_pid pid) {
    const model_stream *self = &world->streams[stream];
    uint32_t item = model_find(world, pid);
    int wanted = self->together && self->demand >= 2;
    return item != MODEL_NONE && world->processes[item].stream == stream &&
           (wanted || takes_one(world, stream)) && !self->input_done &&
           self->scope == 0 && self->asked == 0 && self->max_buffered == 0 &&
           self->abandoned <= self->max_abandoned && !world->tracing &&
           results_waiting(world, stream) == 0 &&
           (!self->ordered || oldest_item(world, stream) == item) &&
           !item_is_known(world, item);
}

/* All that may go this way, but for those that were touched, which the
 * kernel need not take. */
void act_stream_cycle(model_world *world, const model_deed *deed) {
    uint32_t stream = model_find_stream(world, deed->command.other);
    model_stream *self = &world->streams[stream];
    if (deed->answer.value > deed->command.count) {
        COMPLAIN(world, "STREAM_CYCLE took more than it was given");
        return;
    }
    for (uint32_t i = 0; i < deed->answer.value; i++) {
        if (!may_cycle(world, stream, deed->before[i])) {
            COMPLAIN(world, "STREAM_CYCLE took an item that it should not");
            return;
        }
        uint32_t item = model_find(world, deed->before[i]);
        world->processes[item].mercy.state = TIMER_OFF;
        world->processes[item].state = BELAY_STATE_KEPT;
        item_leave(world, item);
        self->delivered++;
        if (self->together && self->demand != 0xffffffffu) {
            self->demand--;
        }
        start_item(world, stream, deed->after[i]);
        if (!self->ordered) {
            world->processes[world->process_count - 1].place =
                world->processes[item].place;
        }
    }
    uint32_t done = deed->answer.value;
    if (done < deed->command.count &&
        may_cycle(world, stream, deed->before[done]) &&
        !world->processes[model_find(world, deed->before[done])].touched) {
        COMPLAIN(world, "STREAM_CYCLE took fewer items than it could");
    }
}

/* Whether the loop, asked for one result, would pull one element and then
 * hand over the result of `item`. */
static int may_take(const model_world *world, uint32_t stream,
                    uint32_t item) {
    const model_stream *self = &world->streams[stream];
    return item != MODEL_NONE && world->processes[item].returned &&
           takes_one(world, stream) && !self->input_done &&
           self->scope == 0 && self->max_buffered == 0 && self->asked == 0 &&
           !world->tracing &&
           (!self->ordered || oldest_item(world, stream) == item);
}

/* S11 to S15 for one result, or nothing. */
void act_stream_take(model_world *world, const model_deed *deed) {
    uint32_t stream = model_find_stream(world, deed->command.other);
    model_stream *self = &world->streams[stream];
    uint32_t item = oldest_end(world, stream);
    if (deed->answer.value == 0) {
        return;
    }
    if (!may_take(world, stream, item)) {
        COMPLAIN(world, "STREAM_TAKE took a result that it should not");
        return;
    }
    self->demand = 1;
    start_item(world, stream, deed->answer.pid);
    if (!self->ordered) {
        world->processes[world->process_count - 1].place =
            world->processes[item].place;
    }
    deal(world, stream, item);
    if (self->ordered) {
        hand_over(world, stream, item);
    }
    if (deed->answer.extra != results_waiting(world, stream)) {
        COMPLAIN(world, "STREAM_TAKE told another number of results");
    }
}
