/* stream.c - bounded streams: Task.async_stream as a machine.
 *
 * The consumer's side of Elixir's stream is a loop in one process: hand over
 * what is due, else pull while there is room, else take note of one ended
 * task. Here stream_turn is that loop, and it stops where Elixir's would
 * block: while the consumer is busy (demand 0), while the input is being
 * read (asked > 0), and when no ended task is there.
 *
 *   consumer --STREAM_NEXT--> demand      PULL --> host reads the input
 *   host ----STREAM_PUSH----> items, running --SETTLE--> ended queue
 *   ended queue --dealt with--> a place is free, the result is due --> ITEM
 *
 * An item is a process. Until its result is handed over, its place in the
 * table keeps the result (KEPT). Links between an item and the consumer are
 * not edges: an item names its stream, and the stream its consumer (K6).
 */
#include "kernel/kernel.h"

static ring_link *stream_ring(const belay_kernel *kernel, uint32_t index) {
    return &stream_at(kernel, index)->by;
}

void belay__stream_queue(belay_kernel *kernel, uint32_t index) {
    belay__stream *stream = stream_at(kernel, index);
    BELAY_ASSERT(stream->slot.link == BELAY__LIVE);
    if ((stream->flags & STREAM_QUEUED) != 0) {
        return;
    }
    stream->flags |= STREAM_QUEUED;
    stream->queue_next = BELAY__NONE;
    if (kernel->turning.tail == BELAY__NONE) {
        kernel->turning.head = index;
    } else {
        stream_at(kernel, kernel->turning.tail)->queue_next = index;
    }
    kernel->turning.tail = index;
}

/* ---- Closing --------------------------------------------------------- */

static void stream_tell_closed(belay_kernel *kernel, uint32_t index) {
    belay__stream *stream = stream_at(kernel, index);
    BELAY_ASSERT((stream->flags & STREAM_TOLD) == 0);
    BELAY_ASSERT((stream->flags & STREAM_CLOSED) != 0);
    stream->flags |= STREAM_TOLD;
    belay__event_add(kernel, BELAY_EVENT_STREAM_CLOSED, stream->tag,
                     pid_of(&kernel->streams, index), 0, stream->close_reason)
        ->extra = stream->close_kind;
}

void belay__stream_close(belay_kernel *kernel, uint32_t index,
                         enum belay_closed kind, uint32_t reason,
                         enum stream_fate fate) {
    belay__stream *stream = stream_at(kernel, index);
    BELAY_ASSERT(stream->slot.link == BELAY__LIVE);
    BELAY_ASSERT((stream->flags & STREAM_CLOSED) == 0);
    belay__reason_retain(kernel, reason);
    stream->flags |= STREAM_CLOSED;
    stream->close_kind = (uint8_t)kind;
    stream->close_reason = reason;
    stream->fate = (uint8_t)fate;
    stream->close_walk = stream->started - stream->delivered;
    BELAY_ASSERT(stream->close_walk >= stream->kept);
    stream->asked = 0;
    stream->demand = 0;
    if (fate == FATE_LINGER) {
        stream_tell_closed(kernel, index);
    }
    belay__stream_queue(kernel, index);
}

static void stream_free(belay_kernel *kernel, uint32_t index) {
    belay__stream *stream = stream_at(kernel, index);
    BELAY_ASSERT(stream->items == BELAY__NONE);
    BELAY_ASSERT(stream->running == 0);
    BELAY_ASSERT(stream->kept == 0);
    BELAY_ASSERT((stream->flags & STREAM_QUEUED) == 0);
    uint32_t reason = stream->close_reason;
    if ((stream->flags & STREAM_TOLD) == 0) {
        stream_tell_closed(kernel, index);
    }
    if (stream->consumer != BELAY__NONE) {
        belay__ring_remove(kernel, stream_ring,
                           &process_at(kernel, stream->consumer)->streams,
                           index);
    }
    belay__table_release(&kernel->streams, index);
    belay__reason_release(kernel, reason);
}

/* Takes an item out of its stream for good. */
static void item_remove(belay_kernel *kernel, uint32_t item) {
    belay__process *process = process_at(kernel, item);
    belay__stream *stream = stream_at(kernel, process->body);
    BELAY_ASSERT(stream->slot.link == BELAY__LIVE);
    ring_remove(kernel, belay__item_ring, &stream->items, item);
    if ((process->flags & PROCESS_DEALT) == 0) {
        BELAY_ASSERT(stream->running > 0);
        stream->running--;
    }
    process->body = BELAY__NONE;
    if (process->state == BELAY_STATE_KEPT) {
        BELAY_ASSERT(kernel->view.kept > 0);
        BELAY_ASSERT(stream->kept > 0);
        kernel->view.kept--;
        stream->kept--;
        belay__process_free(kernel, item);
    }
}

/* Lets an item run on by itself, without its timeout. */
static void item_detach(belay_kernel *kernel, uint32_t item) {
    belay__process *process = process_at(kernel, item);
    BELAY_ASSERT(process_is_alive(process));
    BELAY_ASSERT((process->flags & PROCESS_ASKED) == 0 ||
                 timer_runs(&process->timer));
    uint32_t timer = timer_of_process(item);
    if ((process->flags & PROCESS_GRACE) == 0) {
        belay__timer_stop(kernel, timer);
        if ((process->flags & PROCESS_ASKED) != 0) {
            process->flags |= PROCESS_GRACE;
            belay__timer_start(kernel, timer, process->shutdown);
        }
    }
    item_remove(kernel, item);
}

static void stream_dispose_item(belay_kernel *kernel, belay__stream *stream,
                                uint32_t item) {
    BELAY_ASSERT(stream->fate != FATE_LINGER);
    const belay__process *process = process_at(kernel, item);
    int linked = (stream->flags & STREAM_NOLINK) == 0;
    if (!process_is_alive(process)) {
        BELAY_ASSERT(process->state == BELAY_STATE_KEPT);
        item_remove(kernel, item);
    } else if (stream->fate == FATE_KILL) {
        belay__process_doom(kernel, item, BELAY_REASON_KILLED, DOOM_SIGNAL);
    } else if (stream->fate == FATE_SIGNAL && linked) {
        item_detach(kernel, item);
        belay__signal_ordinary(kernel, stream->consumer_pid, item,
                               stream->close_reason);
    } else {
        item_detach(kernel, item);
    }
}

/* One unit of a closed stream: looks after one item, or ends. */
static void stream_closing(belay_kernel *kernel, uint32_t index) {
    belay__stream *stream = stream_at(kernel, index);
    uint32_t item = stream->items;
    if (item == BELAY__NONE) {
        stream_free(kernel, index);
        return;
    }
    BELAY_ASSERT(process_at(kernel, item)->body == index);
    if (stream->fate != FATE_LINGER) {
        stream_dispose_item(kernel, stream, item);
        belay__stream_queue(kernel, index);
        return;
    }
    /* Results that wait can reach nobody; what runs stays linked. */
    BELAY_ASSERT(stream->consumer != BELAY__NONE);
    if (stream->close_walk > 0) {
        stream->close_walk--;
        stream->items = belay__item_ring(kernel, item)->next;
        if (process_at(kernel, item)->state == BELAY_STATE_KEPT) {
            item_remove(kernel, item);
        }
        belay__stream_queue(kernel, index);
    }
}

/* ---- Turning --------------------------------------------------------- */

/* Hands the result of an item to the consumer. */
static void stream_emit(belay_kernel *kernel, belay__stream *stream,
                        uint32_t item) {
    const belay__process *process = process_at(kernel, item);
    BELAY_ASSERT(process->state == BELAY_STATE_KEPT);
    BELAY_ASSERT(stream->demand > 0);
    belay_event *event = belay__event_place(kernel, BELAY_EVENT_ITEM);
    event->tag = stream->tag;
    event->pid = process_pid(kernel, item);
    event->reason = process->reason;
    if ((process->flags & PROCESS_VALUE) != 0) {
        event->extra = BELAY_OUTCOME_OK;
    } else if ((process->flags & PROCESS_TIMED_OUT) != 0) {
        event->extra = BELAY_OUTCOME_TIMEOUT;
    } else {
        event->extra = BELAY_OUTCOME_EXIT;
    }
    stream->delivered++;
    if (stream->demand != STREAM_DEMAND_ALL) {
        stream->demand--;
    }
    item_remove(kernel, item);
}

/* The oldest item, when its result is due. */
static uint32_t stream_due(const belay_kernel *kernel,
                           const belay__stream *stream) {
    uint32_t item = stream->items;
    if (item == BELAY__NONE ||
        (process_at(kernel, item)->flags & PROCESS_DEALT) == 0) {
        return BELAY__NONE;
    }
    return item;
}

static uint32_t stream_room(const belay__stream *stream) {
    if ((stream->flags & STREAM_INPUT_DONE) != 0 ||
        stream->abandoned > stream->max_abandoned) {
        return 0;
    }
    BELAY_ASSERT(stream->running <= stream->limit);
    uint32_t room = stream->limit - stream->running;
    if (stream->max_buffered != 0) {
        uint32_t held = stream->started - stream->delivered;
        uint32_t spare =
            held < stream->max_buffered ? stream->max_buffered - held : 0;
        room = room < spare ? room : spare;
    }
    return room;
}

/* The consumer learns that a task has oversteped its time and that the
 * stream does not put up with it. The root cannot exit, so its stream is
 * stopped as if it had. */
static void stream_time_is_up(belay_kernel *kernel, uint32_t index) {
    const belay__stream *stream = stream_at(kernel, index);
    const belay__process *consumer = process_at(kernel, stream->consumer);
    BELAY_ASSERT(process_is_alive(consumer));
    BELAY_ASSERT((stream->flags & STREAM_KILL_TASK) == 0);
    int root = consumer->kind == BELAY_KIND_ROOT;
    belay__stream_close(kernel, index, BELAY_CLOSED_TIMEOUT,
                        BELAY_REASON_TIMEOUT,
                        root ? FATE_SIGNAL : FATE_LINGER);
}

/* Takes note of the first ended item: its place is free again. */
static void stream_deal(belay_kernel *kernel, uint32_t index) {
    belay__stream *stream = stream_at(kernel, index);
    uint32_t item = stream->ended_head;
    belay__process *process = process_at(kernel, item);
    BELAY_ASSERT(process->state == BELAY_STATE_KEPT);
    BELAY_ASSERT(stream->running > 0);
    BELAY_ASSERT((process->flags & PROCESS_DEALT) == 0);
    stream->ended_head = process->queue_next;
    process->flags |= PROCESS_DEALT;
    stream->running--;
    if ((process->flags & PROCESS_TIMED_OUT) != 0 &&
        (stream->flags & STREAM_KILL_TASK) == 0) {
        stream_time_is_up(kernel, index);
    } else if ((stream->flags & STREAM_ORDERED) == 0) {
        stream_emit(kernel, stream, item);
    }
}

/* One step of the loop; 0 when it would block. */
static int stream_turn(belay_kernel *kernel, uint32_t index) {
    belay__stream *stream = stream_at(kernel, index);
    if (stream->demand == 0 || stream->asked > 0) {
        return 0;
    }
    if ((stream->flags & STREAM_ORDERED) != 0) {
        uint32_t item = stream_due(kernel, stream);
        if (item != BELAY__NONE) {
            stream_emit(kernel, stream, item);
            return 1;
        }
    }
    if ((stream->flags & STREAM_INPUT_DONE) != 0 &&
        stream->items == BELAY__NONE) {
        BELAY_ASSERT(stream->running == 0);
        BELAY_ASSERT(stream->ended_head == BELAY__NONE);
        belay__stream_close(kernel, index, BELAY_CLOSED_DONE,
                            BELAY_REASON_NORMAL, FATE_KILL);
        return 1;
    }
    /* Elixir's consumer pulls before it takes note of the next ended task.
     * For one that takes what is ready the order between the two cannot be
     * seen, and places are given on many at a time. */
    if ((stream->flags & STREAM_TOGETHER) != 0 &&
        stream->ended_head != BELAY__NONE) {
        stream_deal(kernel, index);
        return 1;
    }
    uint32_t room = stream_room(stream);
    if (room > 0) {
        stream->asked = room;
        belay__event_add(kernel, BELAY_EVENT_PULL, stream->tag,
                         pid_of(&kernel->streams, index), 0, 0)
            ->extra = room;
        return 0;
    }
    if (stream->ended_head != BELAY__NONE) {
        stream_deal(kernel, index);
        return 1;
    }
    return 0;
}

BELAY__CALLED void belay__stream_unit(belay_kernel *kernel) {
    uint32_t index = kernel->turning.head;
    BELAY_ASSERT(index != BELAY__NONE);
    belay__stream *stream = stream_at(kernel, index);
    BELAY_ASSERT(stream->slot.link == BELAY__LIVE);
    BELAY_ASSERT((stream->flags & STREAM_QUEUED) != 0);
    kernel->turning.head = stream->queue_next;
    if (kernel->turning.head == BELAY__NONE) {
        BELAY_ASSERT(kernel->turning.tail == index);
        kernel->turning.tail = BELAY__NONE;
    }
    stream->flags &= ~(uint32_t)STREAM_QUEUED;
    if ((stream->flags & STREAM_CLOSED) != 0) {
        stream_closing(kernel, index);
        return;
    }
    int turns = 1;
    while (turns && (stream->flags & STREAM_CLOSED) == 0 &&
           belay__event_room(kernel, BELAY__UNIT_EVENTS)) {
        turns = stream_turn(kernel, index);
    }
    if (turns) {
        belay__stream_queue(kernel, index);
    }
}

/* ---- Items ----------------------------------------------------------- */

void belay__stream_item_failed(belay_kernel *kernel, uint32_t item) {
    const belay__process *process = process_at(kernel, item);
    const belay__stream *stream = stream_at(kernel, process->body);
    const uint32_t spared = PROCESS_VALUE | PROCESS_TIMED_OUT;
    BELAY_ASSERT(process->state == BELAY_STATE_ENDING);
    BELAY_ASSERT(stream->slot.link == BELAY__LIVE);
    if ((process->flags & spared) != 0 ||
        process->reason == BELAY_REASON_NORMAL ||
        (stream->flags & (STREAM_NOLINK | STREAM_TRAP)) != 0) {
        return;
    }
    if ((stream->flags & STREAM_CLOSED) != 0 && stream->fate != FATE_LINGER) {
        return; /* it was stopped by its stream */
    }
    BELAY_ASSERT(stream->consumer != BELAY__NONE);
    const belay__process *consumer = process_at(kernel, stream->consumer);
    if (consumer->kind != BELAY_KIND_ROOT) {
        if (process_is_alive(consumer)) {
            belay__process_doom(kernel, stream->consumer, process->reason,
                                DOOM_SIGNAL);
        }
    } else if ((stream->flags & STREAM_CLOSED) == 0) {
        belay__stream_close(kernel, process->body, BELAY_CLOSED_CRASH,
                            process->reason, FATE_SIGNAL);
    }
}

void belay__stream_item_returned(belay_kernel *kernel, uint32_t item) {
    belay__process *process = process_at(kernel, item);
    BELAY_ASSERT(process->state == BELAY_STATE_RUNNING);
    BELAY_ASSERT(!process_has_links(process));
    if (timer_runs(&process->timer)) {
        belay__timer_stop(kernel, timer_of_process(item));
    }
    process->state = BELAY_STATE_ENDING;
    process->reason = BELAY_REASON_NORMAL;
    process->flags |= PROCESS_VALUE;
    kernel->view.processes--;
    belay__stream_item_ended(kernel, item);
}

void belay__stream_item_ended(belay_kernel *kernel, uint32_t item) {
    belay__process *process = process_at(kernel, item);
    uint32_t index = process->body;
    belay__stream *stream = stream_at(kernel, index);
    BELAY_ASSERT(process->state == BELAY_STATE_ENDING);
    BELAY_ASSERT(!timer_runs(&process->timer));
    process->state = BELAY_STATE_KEPT;
    kernel->view.kept++;
    stream->kept++;
    belay__stream_queue(kernel, index);
    if ((stream->flags & STREAM_CLOSED) != 0) {
        item_remove(kernel, item);
        return;
    }
    process->queue_next = BELAY__NONE;
    if (stream->ended_head == BELAY__NONE) {
        stream->ended_head = item;
    } else {
        process_at(kernel, stream->ended_tail)->queue_next = item;
    }
    stream->ended_tail = item;
}

void belay__stream_item_timeout(belay_kernel *kernel, uint32_t item) {
    belay__process *process = process_at(kernel, item);
    BELAY_ASSERT(process->body != BELAY__NONE);
    BELAY_ASSERT(process->kind == BELAY_KIND_ITEM);
    BELAY_ASSERT(process->state == BELAY_STATE_RUNNING);
    belay__event_add_timed_out(kernel, item, 0);
    process->flags |= PROCESS_TIMED_OUT;
    belay__process_doom(kernel, item, BELAY_REASON_KILLED, DOOM_SIGNAL);
}

void belay__stream_pop_by(belay_kernel *kernel, uint32_t process) {
    const belay__process *consumer = process_at(kernel, process);
    uint32_t index = consumer->streams;
    belay__stream *stream = stream_at(kernel, index);
    BELAY_ASSERT(stream->slot.link == BELAY__LIVE);
    BELAY_ASSERT(consumer->state == BELAY_STATE_ENDING);
    BELAY_ASSERT(stream->consumer == process);
    BELAY_ASSERT(stream->consumer_pid == process_pid(kernel, process));
    belay__ring_remove(kernel, stream_ring,
                       &process_at(kernel, process)->streams, index);
    stream->consumer = BELAY__NONE;
    if ((stream->flags & STREAM_CLOSED) == 0) {
        belay__stream_close(kernel, index, BELAY_CLOSED_OWNER,
                            consumer->reason, FATE_SIGNAL);
    } else if (stream->fate == FATE_LINGER) {
        uint32_t old = stream->close_reason;
        belay__reason_retain(kernel, consumer->reason);
        stream->close_reason = consumer->reason;
        stream->fate = FATE_SIGNAL;
        belay__reason_release(kernel, old);
        belay__stream_queue(kernel, index);
    }
}

/* ---- Commands -------------------------------------------------------- */

uint32_t belay__stream_find(const belay_kernel *kernel,
                            const belay_command *command, belay_code *code) {
    uint32_t index = belay__find(&kernel->streams, command->other);
    uint32_t allowed =
        command->op == BELAY_OP_STREAM_NEXT ? BELAY_FLAG_TOGETHER : 0;
    *code = BELAY_OK;
    if ((command->flags & ~allowed) != 0) {
        *code = BELAY_BAD_ARGUMENT;
    } else if (index == BELAY__NONE ||
               (stream_at(kernel, index)->flags & STREAM_CLOSED) != 0) {
        *code = BELAY_GONE;
    }
    BELAY_ASSERT(*code != BELAY_OK ||
                 stream_at(kernel, index)->consumer != BELAY__NONE);
    return index;
}

static belay_code stream_check(const belay_kernel *kernel,
                               const belay_command *command) {
    const uint32_t allowed =
        BELAY_FLAG_ORDERED | BELAY_FLAG_KILL_TASK | BELAY_FLAG_NOLINK;
    if ((command->flags & ~allowed) != 0 || command->limit == 0 ||
        command->limit > BELAY_PROCESSES_MAX ||
        (command->count != 0 && command->count < command->limit) ||
        command->time == BELAY_BRUTAL_KILL) {
        return BELAY_BAD_ARGUMENT;
    }
    if (belay__process_living(kernel, command->pid) == NULL) {
        return BELAY_GONE;
    }
    if (command->scope == 0) {
        return BELAY_OK;
    }
    const belay__process *scope =
        belay__process_living(kernel, command->scope);
    if (scope == NULL) {
        return BELAY_GONE;
    }
    return scope->kind == BELAY_KIND_TASK_SUPERVISOR ? BELAY_OK
                                                     : BELAY_NOT_SUPERVISOR;
}

belay_code belay__stream_open(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    belay_code code = stream_check(kernel, command);
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->streams, &kernel->memory, 1);
    }
    if (code != BELAY_OK) {
        return code;
    }
    belay__process *process = belay__process_living(kernel, command->pid);
    BELAY_ASSERT(process != NULL);
    uint32_t index = belay__table_take(&kernel->streams);
    belay__stream *stream = stream_at(kernel, index);
    *stream = (belay__stream){
        .slot = stream->slot,
        .consumer = pid_index(command->pid),
        .consumer_pid = command->pid,
        .tag = command->tag,
        .limit = command->limit,
        .max_buffered = command->count,
        .max_abandoned = command->extra,
        .shutdown = belay__grace_of(command->shutdown),
        .timeout = command->time,
        .scope = command->scope,
        .items = BELAY__NONE,
        .ended_head = BELAY__NONE,
        .ended_tail = BELAY__NONE,
        .close_reason = BELAY_REASON_NORMAL,
    };
    stream->flags =
        ((command->flags & BELAY_FLAG_ORDERED) != 0 ? STREAM_ORDERED : 0u) |
        ((command->flags & BELAY_FLAG_KILL_TASK) != 0 ? STREAM_KILL_TASK
                                                      : 0u) |
        ((command->flags & BELAY_FLAG_NOLINK) != 0 ? STREAM_NOLINK : 0u) |
        ((process->flags & PROCESS_TRAP) != 0 ||
                 process_is_supervisor(process)
             ? STREAM_TRAP
             : 0u);
    process->flags |= PROCESS_KNOWN;
    BELAY_ASSERT(stream->max_buffered == 0 ||
                 stream->max_buffered >= stream->limit);
    belay__ring_append(kernel, stream_ring, &process->streams, index);
    answer->pid = pid_of(&kernel->streams, index);
    return BELAY_OK;
}

belay_code belay__stream_next(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    belay_code code = BELAY_OK;
    uint32_t index = belay__stream_find(kernel, command, &code);
    (void)answer;
    if (code != BELAY_OK) {
        return code;
    }
    belay__stream *stream = stream_at(kernel, index);
    uint32_t more = STREAM_DEMAND_ALL - stream->demand;
    stream->demand += command->count < more ? command->count : more;
    stream->flags &= ~(uint32_t)STREAM_TOGETHER;
    if (command->flags != 0 || stream->demand == STREAM_DEMAND_ALL) {
        stream->flags |= STREAM_TOGETHER;
    }
    belay__stream_queue(kernel, index);
    return BELAY_OK;
}

belay_code belay__stream_end(belay_kernel *kernel,
                             const belay_command *command,
                             belay_answer *answer) {
    belay_code code = BELAY_OK;
    uint32_t index = belay__stream_find(kernel, command, &code);
    (void)answer;
    if (code != BELAY_OK) {
        return code;
    }
    belay__stream *stream = stream_at(kernel, index);
    stream->flags |= STREAM_INPUT_DONE;
    stream->asked = 0;
    belay__stream_queue(kernel, index);
    return BELAY_OK;
}

belay_code belay__stream_halt(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    belay_code code = BELAY_OK;
    uint32_t index = belay__stream_find(kernel, command, &code);
    (void)answer;
    if (code == BELAY_OK) {
        belay__stream_close(kernel, index, BELAY_CLOSED_HALTED,
                            BELAY_REASON_NORMAL, FATE_KILL);
    }
    return code;
}
