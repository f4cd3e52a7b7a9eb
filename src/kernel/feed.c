/* feed.c - how elements of the input become items of a stream.
 *
 * STREAM_PUSH starts an item for each element that was pulled. STREAM_CYCLE
 * is the short way for streams whose consumer takes what is ready: an item
 * that has returned, and that nobody but its stream knows of, makes room for
 * the next element in its own place, under a new generation. STREAM_TAKE is
 * the short way for a consumer that takes one result after the other; what it
 * has taken since, STREAM_CYCLE tells of together.
 */
#include "kernel/kernel.h"

/* Memory for `count` items, all or nothing. */
static belay_code push_reserve(belay_kernel *kernel,
                               const belay__stream *stream, uint32_t count) {
    BELAY_ASSERT(count > 0);
    BELAY_ASSERT(count <= stream->asked);
    belay_code code =
        belay__table_reserve(&kernel->processes, &kernel->memory, count);
    if (code == BELAY_OK && stream->scope != 0) {
        code =
            belay__table_reserve(&kernel->children, &kernel->memory, count);
    }
    return code;
}

/* Starts one item, all being reserved. */
static uint32_t push_item(belay_kernel *kernel, belay__stream *stream,
                          uint32_t index, uint32_t scope) {
    uint32_t item =
        belay__process_new(kernel, BELAY_KIND_ITEM, stream->started,
                           process_pid(kernel, stream->consumer));
    belay__process *process = process_at(kernel, item);
    process->state = BELAY_STATE_RUNNING;
    process->body = index;
    process->shutdown = stream->shutdown;
    if (stream->timeout != BELAY_INFINITY) { /* counts from its start */
        belay__timer_start(kernel, timer_of_process(item), stream->timeout);
    }
    ring_append(kernel, belay__item_ring, &stream->items, item);
    BELAY_ASSERT(stream->running < stream->limit);
    stream->started++;
    stream->running++;
    stream->asked--;
    if (scope != BELAY__NONE) {
        belay__child_add(kernel, process_at(kernel, scope)->body, item,
                         BELAY_RESTART_TEMPORARY);
    }
    if (kernel->tracing) {
        belay__event_trace_add(kernel, BELAY_EVENT_STARTED, process->tag,
                               process_pid(kernel, item), 0, 0);
    }
    return item;
}

/* The stream's supervisor is gone or going. In Elixir the helper process of
 * the stream fails by that, and takes with it a consumer that does not trap
 * exits (S47). */
static void push_refused(belay_kernel *kernel, uint32_t index) {
    const belay__stream *stream = stream_at(kernel, index);
    const belay__process *consumer = process_at(kernel, stream->consumer);
    BELAY_ASSERT(process_is_alive(consumer));
    if (consumer->kind != BELAY_KIND_ROOT &&
        (stream->flags & STREAM_TRAP) == 0) {
        belay__process_doom(kernel, stream->consumer, BELAY_REASON_NOPROC,
                            DOOM_SIGNAL);
        return;
    }
    belay__stream_close(kernel, index, BELAY_CLOSED_NOPROC,
                        BELAY_REASON_NOPROC, FATE_SIGNAL);
}

/* Whether the stream's supervisor takes one more; if not, the stream ends. */
static belay_code push_admit(belay_kernel *kernel, uint32_t index,
                             uint32_t *scope) {
    const belay__stream *stream = stream_at(kernel, index);
    BELAY_ASSERT((stream->flags & STREAM_CLOSED) == 0);
    *scope = BELAY__NONE;
    if (stream->scope == 0) {
        return BELAY_OK;
    }
    *scope = belay__process_find(kernel, stream->scope);
    belay_code code = *scope == BELAY__NONE
                          ? BELAY_GONE
                          : belay__supervisor_admits(kernel, *scope);
    if (code == BELAY_MAX_CHILDREN) {
        belay__stream_close(kernel, index, BELAY_CLOSED_CHILDREN,
                            BELAY_REASON_NOPROC, FATE_KILL);
    } else if (code != BELAY_OK) {
        push_refused(kernel, index);
    }
    return code;
}

belay_code belay__stream_push(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    belay_code code = BELAY_OK;
    uint32_t index = belay__stream_find(kernel, command, &code);
    if (code != BELAY_OK) {
        return code;
    }
    belay__stream *stream = stream_at(kernel, index);
    if (command->count == 0 || command->count > stream->asked ||
        command->count > BELAY_WORDS_MAX / 2) {
        return BELAY_BAD_ARGUMENT;
    }
    code = push_reserve(kernel, stream, command->count);
    if (code != BELAY_OK) {
        return code;
    }
    uint32_t done = 0;
    while (done < command->count &&
           belay__event_room(kernel, BELAY__UNIT_EVENTS)) {
        uint32_t scope = BELAY__NONE;
        if (push_admit(kernel, index, &scope) != BELAY_OK) {
            break;
        }
        uint32_t item = push_item(kernel, stream, index, scope);
        word_pid_put(kernel, done, process_pid(kernel, item));
        done++;
    }
    BELAY_ASSERT(stream->running <= stream->limit);
    answer->value = done;
    belay__stream_queue(kernel, index);
    return BELAY_OK;
}

/* The next element in the place of an item whose result counts as handed
 * over. */
static void item_follow(const belay_kernel *kernel, belay__stream *stream,
                        belay__process *process) {
    BELAY_ASSERT(!process_has_links(process));
    BELAY_ASSERT(process->slot.generation < BELAY_GENERATION_MAX);
    process->slot.generation++;
    process->flags = 0;
    process->tag = stream->started;
    process->started = kernel->clock.now;
    process->shutdown = stream->shutdown;
    stream->started++;
    stream->delivered++;
    if ((stream->flags & STREAM_ORDERED) != 0) {
        stream->items =
            process->items.next; /* the oldest is the newest now */
    }
}

/* Whether nothing stands in the way of an element that takes the place of an
 * item at once: the loop would neither be busy nor refuse it. */
static int may_follow(const belay_kernel *kernel,
                      const belay__stream *stream) {
    BELAY_ASSERT((stream->flags & STREAM_CLOSED) == 0);
    return (stream->flags & STREAM_INPUT_DONE) == 0 && stream->scope == 0 &&
           (stream->asked | stream->max_buffered) == 0 &&
           stream->abandoned <= stream->max_abandoned && !kernel->tracing;
}

/* Whether the loop, asked for one result, would pull one element and then
 * take note of one end. */
static int may_take(const belay__stream *stream) {
    BELAY_ASSERT(stream->running <= stream->limit);
    return (stream->flags & STREAM_TOGETHER) == 0 && stream->demand == 0 &&
           stream->limit - stream->running == 1;
}

/* The item whose result is handed over then, with nothing else to be done;
 * NONE when the loop would do other things. */
static uint32_t take_item(const belay_kernel *kernel,
                          const belay__stream *stream) {
    const uint32_t item = stream->ended_head;
    if (item == BELAY__NONE || !may_follow(kernel, stream) ||
        !may_take(stream) || kernel->view.events != 0) {
        return BELAY__NONE;
    }
    const belay__process *process = process_at(kernel, item);
    int due = (stream->flags & STREAM_ORDERED) == 0 || stream->items == item;
    return due && (process->flags & PROCESS_VALUE) != 0 &&
                   process->slot.generation < BELAY_GENERATION_MAX
               ? item
               : BELAY__NONE;
}

belay_code belay__stream_take(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    belay_code code = BELAY_OK;
    uint32_t index = belay__stream_find(kernel, command, &code);
    if (code != BELAY_OK) {
        return code;
    }
    belay__stream *stream = stream_at(kernel, index);
    uint32_t item = take_item(kernel, stream);
    if (item == BELAY__NONE) {
        return BELAY_OK;
    }
    belay__process *process = process_at(kernel, item);
    BELAY_ASSERT(process->state == BELAY_STATE_KEPT);
    BELAY_ASSERT(!timer_runs(&process->timer));
    BELAY_ASSERT(stream->kept > 0 && kernel->view.kept > 0);
    stream->ended_head = process->queue_next;
    stream->kept--;
    kernel->view.kept--;
    kernel->view.processes++;
    process->state = BELAY_STATE_RUNNING;
    item_follow(kernel, stream, process);
    if (stream->timeout != BELAY_INFINITY) {
        belay__timer_start(kernel, timer_of_process(item), stream->timeout);
    }
    answer->value = 1;
    answer->extra = stream->kept;
    answer->tag = stream->tag;
    answer->pid = process_pid(kernel, item);
    return BELAY_OK;
}

/* How many items that return may be followed, in their places, by the next
 * elements, with nothing else to be done. */
static uint32_t cycle_room(const belay_kernel *kernel,
                           const belay__stream *stream, uint32_t count) {
    if (stream->kept != 0 || !may_follow(kernel, stream)) {
        return 0;
    }
    if (may_take(stream)) {
        return count;
    }
    if ((stream->flags & STREAM_TOGETHER) == 0 || stream->demand == 0) {
        return 0;
    }
    /* The last result that is wanted is not followed by a pull. */
    return count < stream->demand ? count : stream->demand - 1;
}

/* Makes a new process of a plain item that has returned, in its place; 0
 * when it is not one. */
static int item_renew(belay_kernel *kernel, belay__stream *stream,
                      belay__process *process, uint32_t item) {
    int ordered = (stream->flags & STREAM_ORDERED) != 0;
    if (process->kind != BELAY_KIND_ITEM ||
        (process->flags & PROCESS_KNOWN) != 0 ||
        process->slot.generation == BELAY_GENERATION_MAX ||
        (ordered && stream->items != item)) {
        return 0;
    }
    BELAY_ASSERT(process->state == BELAY_STATE_RUNNING);
    item_follow(kernel, stream, process);
    if (stream->timeout != BELAY_INFINITY) {
        belay__timer_renew(kernel, timer_of_process(item), stream->timeout);
    } else if (timer_runs(&process->timer)) {
        belay__timer_stop(kernel, timer_of_process(item));
    }
    return 1;
}

belay_code belay__stream_cycle(belay_kernel *kernel,
                               const belay_command *command,
                               belay_answer *answer) {
    belay_code code = BELAY_OK;
    uint32_t index = belay__stream_find(kernel, command, &code);
    if (code != BELAY_OK) {
        return code;
    }
    if (command->count == 0 || command->count > BELAY_WORDS_MAX / 2) {
        return BELAY_BAD_ARGUMENT;
    }
    belay__stream *stream = stream_at(kernel, index);
    uint32_t most = cycle_room(kernel, stream, command->count);
    uint32_t done = 0;
    while (done < most) {
        belay_pid pid = word_pid(kernel, done);
        uint32_t item = belay__process_find_body(kernel, pid);
        if (item == BELAY__NONE) {
            break;
        }
        belay__process *process = process_at(kernel, item);
        if (process->body != index ||
            !item_renew(kernel, stream, process, item)) {
            break;
        }
        word_pid_put(kernel, done, process_pid(kernel, item));
        done++;
    }
    if (stream->demand != 0 && stream->demand != STREAM_DEMAND_ALL) {
        stream->demand -= done;
    }
    BELAY_ASSERT(stream->running <= stream->limit);
    answer->value = done;
    return BELAY_OK;
}
