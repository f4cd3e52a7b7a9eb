/* streaming.c - bounded streams: the kernel says when an element is wanted
 * and which entry is next; the consumer's thread reads the input. */
#include "runtime/runtime.h"

#include <string.h>

struct belay_stream {
    belay_context *context; /* the consumer */
    belay_stream *next;     /* of the same consumer */
    belay_job job;
    belay_input input;
    void *input_data;
    belay_value *extra; /* arguments after the item */
    size_t extra_count;
    const belay_value *items; /* of a stream over an array: what is left */
    size_t item_count;
    char *label;
    belay_pid pid; /* the kernel's number of it */
    uint32_t tag;
    uint32_t wanted; /* elements that the kernel has asked for */
    uint32_t pushed; /* elements so far */
    uint32_t input_ended;
    uint32_t zips;       /* entries that failed have their element */
    uint32_t demanded;   /* an entry was asked for */
    uint32_t ready;      /* and is in `entry` */
    uint32_t closed;     /* the kernel knows it no more */
    uint32_t closed_how; /* belay_closed */
    belay_code broken;   /* what the input returned; OK */
    belayr_why why;
    belay_result entry;
    belay_context *kept;   /* items whose entries have not come */
    belayr_waiter *waiter; /* its consumer, when it waits */
};

/* ---- Events --------------------------------------------------------- */

static void stream_wake(const belay_stream *stream) {
    if (stream->waiter != NULL) {
        belayr_wake(stream->waiter);
    }
}

void belayr_stream_asked(belay_runtime *runtime, const belay_event *event) {
    belay_stream *stream = runtime->streams.at[event->tag].thing;
    stream->wanted += event->extra;
    stream_wake(stream);
}

/* The element of an item, whose job may still be reading it. */
static void item_input(const belay_context *context, belay_value *out) {
    const belay_value element = context->arguments[0];
    if (belayr_value_take(context->runtime, element, out) != BELAY_OK) {
        *out = belay_none(); /* no memory */
    }
}

void belayr_stream_item(belay_runtime *runtime, const belay_event *event) {
    belay_stream *stream = runtime->streams.at[event->tag].thing;
    belay_context *context = belayr_context_of(runtime, event->pid);
    belay_result *entry = &stream->entry;
    *entry = (belay_result){.pid = event->pid};
    if (context != NULL) {
        entry->index = context->element;
    }
    if (event->extra == BELAY_OUTCOME_OK && context != NULL) {
        belayr_context_tell(context, entry);
    } else {
        belayr_why why = belayr_why_of(runtime, event->reason);
        entry->code = BELAY_EXITED;
        if (event->extra == BELAY_OUTCOME_TIMEOUT) {
            why.reason = BELAY_REASON_TIMEOUT;
        }
        belayr_why_tell(runtime, &why, entry);
        if (stream->zips && context != NULL) {
            item_input(context, &entry->input);
        }
    }
    stream->ready = 1;
    if (context != NULL) {
        belayr_context_unkeep(context);
    }
    stream_wake(stream);
}

void belayr_stream_ended(belay_runtime *runtime, const belay_event *event) {
    belay_stream *stream = runtime->streams.at[event->tag].thing;
    stream->closed = 1;
    stream->closed_how = event->extra;
    stream->why = belayr_why_of(runtime, event->reason);
    while (stream->kept != NULL) {
        belayr_context_unkeep(stream->kept);
    }
    stream_wake(stream);
}

/* ---- Opening and closing -------------------------------------------- */

static void stream_release(belay_runtime *runtime, belay_stream *stream) {
    belayr_arguments_free(runtime, stream->extra, stream->extra_count, NULL);
    belayr_text_free(runtime, stream->label);
    belayr_value_free(runtime, &stream->entry.value);
    belayr_value_free(runtime, &stream->entry.input);
    belayr_why_drop(runtime, &stream->why);
    belayr_give(runtime, stream, sizeof(*stream));
}

static belay_code input_of_values(void *data, belay_value *item) {
    belay_stream *stream = data;
    if (stream->item_count == 0) {
        return BELAY_EMPTY;
    }
    *item = *stream->items;
    stream->items++;
    stream->item_count--;
    return BELAY_OK;
}

static belay_code copies_of(belay_runtime *runtime, belay_stream *stream,
                            const belay_stream_options *options) {
    belay_code code = BELAY_OK;
    if (options->extra_count > 0) {
        code = belayr_arguments_copy_all(
            runtime, options->extra, options->extra_count, &stream->extra);
        stream->extra_count = code == BELAY_OK ? options->extra_count : 0;
    }
    if (code == BELAY_OK && options->label != NULL) {
        code = belayr_text_copy(runtime, options->label, &stream->label);
    }
    return code;
}

static belay_command open_command(const belay_stream *stream,
                                  const belay_stream_options *options) {
    int kill = options->on_timeout == BELAY_ON_TIMEOUT_KILL;
    return (belay_command){
        .op = BELAY_OP_STREAM_OPEN,
        .pid = stream->context->pid,
        .tag = stream->tag,
        .limit = options->max_concurrency == 0 ? belayr_port_processors()
                                               : options->max_concurrency,
        .count = options->max_buffered,
        .extra = options->max_abandoned == 0 ? UINT32_MAX
                                             : options->max_abandoned - 1,
        .time =
            options->timeout == 0 ? BELAY_TIMEOUT_DEFAULT : options->timeout,
        .shutdown = options->shutdown == 0 ? BELAY_TIMEOUT_DEFAULT
                                           : options->shutdown,
        .scope = options->supervisor,
        .flags = (options->unordered ? 0u : (uint32_t)BELAY_FLAG_ORDERED) |
                 (kill ? (uint32_t)BELAY_FLAG_KILL_TASK : 0u) |
                 (options->nolink ? (uint32_t)BELAY_FLAG_NOLINK : 0u),
    };
}

/* With the lock. */
static belay_code stream_begin(belay_stream *stream,
                               const belay_stream_options *options) {
    belay_context *context = stream->context;
    belay_runtime *runtime = context->runtime;
    belayr_more *more = belayr_context_more(context);
    if (more == NULL) {
        return BELAY_NO_MEMORY;
    }
    belay_code code =
        belayr_places_add(runtime, &runtime->streams, stream, &stream->tag);
    if (code != BELAY_OK) {
        return code;
    }
    const belay_command command = open_command(stream, options);
    belay_answer answer = {0};
    code = belayr_submit(runtime, &command, &answer);
    if (code != BELAY_OK) {
        belayr_places_drop(&runtime->streams, stream->tag);
        return code;
    }
    stream->pid = answer.pid;
    stream->next = more->streams;
    more->streams = stream;
    return BELAY_OK;
}

belay_code belay_stream_open(belay_context *context, belay_job job,
                             belay_input next, void *input,
                             const belay_stream_options *options,
                             belay_stream **out) {
    const belay_stream_options defaults = {0};
    if (options == NULL) {
        options = &defaults;
    }
    if (job == NULL || next == NULL || out == NULL ||
        options->on_timeout == BELAY_ON_TIMEOUT_IGNORE ||
        options->on_timeout > BELAY_ON_TIMEOUT_EXIT ||
        options->extra_count >= BELAY_ARGUMENTS_MAX ||
        (options->extra_count > 0 && options->extra == NULL)) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_runtime *runtime = context->runtime;
    belay_stream *stream = belayr_take(runtime, sizeof(*stream));
    if (stream == NULL) {
        return BELAY_NO_MEMORY;
    }
    memset(stream, 0, sizeof(*stream));
    stream->context = context;
    stream->job = job;
    stream->input = next;
    stream->input_data = input;
    stream->zips = options->zip_input_on_exit;
    belay_code code = copies_of(runtime, stream, options);
    if (code == BELAY_OK) {
        code = belayr_enter(context);
        if (code == BELAY_OK) {
            code = stream_begin(stream, options);
            belayr_leave(runtime);
        }
    }
    if (code != BELAY_OK) {
        stream_release(runtime, stream);
        return code;
    }
    *out = stream;
    return BELAY_OK;
}

belay_code belay_stream_open_values(belay_context *context, belay_job job,
                                    const belay_value *items, size_t count,
                                    const belay_stream_options *options,
                                    belay_stream **out) {
    if (out == NULL || (count > 0 && items == NULL)) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_stream *stream = NULL;
    belay_code code = belay_stream_open(context, job, input_of_values, NULL,
                                        options, &stream);
    if (code == BELAY_OK) {
        stream->input_data = stream;
        stream->items = items;
        stream->item_count = count;
        *out = stream;
    }
    return code;
}

/* With the lock. */
static void stream_close(belay_stream *stream) {
    belay_runtime *runtime = stream->context->runtime;
    if (!stream->closed) {
        const belay_command command = {
            .op = BELAY_OP_STREAM_HALT,
            .other = stream->pid,
        };
        belay_answer answer = {0};
        (void)belayr_submit(runtime, &command, &answer);
    }
    belay_stream **at = &stream->context->more->streams;
    while (*at != stream) {
        at = &(*at)->next;
    }
    *at = stream->next;
    belayr_places_drop(&runtime->streams, stream->tag);
    stream_release(runtime, stream);
}

void belay_stream_close(belay_stream *stream) {
    if (stream == NULL) {
        return;
    }
    belay_runtime *runtime = stream->context->runtime;
    belayr_port_lock(&runtime->lock);
    stream_close(stream);
    belayr_leave(runtime);
}

void belayr_streams_close(belay_context *context) {
    while (context->more != NULL && context->more->streams != NULL) {
        stream_close(context->more->streams);
    }
}

/* ---- Feeding -------------------------------------------------------- */

static void tell_stream(belay_stream *stream, uint32_t op, uint32_t count,
                        belay_answer *answer) {
    const belay_command command = {
        .op = op,
        .other = stream->pid,
        .count = count,
    };
    (void)belayr_submit(stream->context->runtime, &command, answer);
}

/* The stream cannot go on: its consumer is told this code. */
static void stream_break(belay_stream *stream, belay_code code) {
    belay_answer answer = {0};
    stream->broken = code;
    stream->input_ended = 1;
    if (!stream->closed) {
        tell_stream(stream, BELAY_OP_STREAM_HALT, 0, &answer);
    }
}

/* Starts an item. The context is begun here and not by the kernel's RUN: the
 * process runs from its push on. */
static belay_code item_begin(belay_stream *stream, belay_context *context) {
    belay_runtime *runtime = stream->context->runtime;
    belay_answer answer = {0};
    tell_stream(stream, BELAY_OP_STREAM_PUSH, 1, &answer);
    if (answer.value != 1) {
        return stream->closed ? BELAY_GONE : BELAY_NO_MEMORY;
    }
    const uint32_t *words = belay_words(runtime->kernel);
    belay_pid pid = (belay_pid)words[1] << 32 | words[0];
    belay_code code = belayr_context_begin(context, pid);
    if (code == BELAY_OK) {
        context->flags |= BELAYR_ITEM;
        context->stream_pid = stream->pid;
        context->element = stream->pushed;
        belayr_context_keep(&stream->kept, context);
        belayr_job_queue(context);
    }
    return code;
}

/* With the lock; the values pass to the item, or are freed. */
static void item_push(belay_stream *stream, belay_value *arguments) {
    belay_runtime *runtime = stream->context->runtime;
    size_t count = stream->extra_count + 1;
    belay_context *context = NULL;
    belay_code code = BELAY_GONE;
    if (!stream->closed) {
        code = belayr_context_new(runtime, &context);
    }
    if (code == BELAY_OK) {
        belayr_context_fill(context, stream->job, arguments, count,
                            arguments);
        context->family = stream->context->family;
        code = belayr_context_label(context, stream->label);
        if (code == BELAY_OK) {
            code = item_begin(stream, context);
        }
        if (code != BELAY_OK) {
            belayr_context_undo(context);
        }
    }
    if (code == BELAY_OK) {
        stream->pushed++;
        return;
    }
    belayr_arguments_free(runtime, arguments, count, NULL);
    if (!stream->closed) {
        stream_break(stream, code);
    }
}

/* Reads one element; without the lock. OK, EMPTY, or what went wrong. */
static belay_code item_read(belay_stream *stream, belay_value **out) {
    belay_runtime *runtime = stream->context->runtime;
    belay_value item = belay_none();
    belay_code code = stream->input(stream->input_data, &item);
    if (code != BELAY_OK) {
        return code;
    }
    size_t count = stream->extra_count + 1;
    belay_value *arguments = NULL;
    code = belayr_arguments_join(runtime, item, stream->extra, count,
                                 &arguments);
    if (code == BELAY_OK) {
        *out = arguments;
    } else if ((item.flags & BELAY_VALUE_OWNED) != 0) {
        belayr_value_free(runtime, &item); /* nobody else has it */
    }
    return code;
}

/* Reads and starts one element. The lock is let go of meanwhile. */
static void stream_feed(belay_stream *stream) {
    belay_runtime *runtime = stream->context->runtime;
    belay_value *arguments = NULL;
    stream->wanted--;
    belayr_leave(runtime);
    belay_code code = item_read(stream, &arguments);
    belayr_port_lock(&runtime->lock);
    if (code == BELAY_OK) {
        item_push(stream, arguments);
    } else if (code == BELAY_EMPTY) {
        belay_answer answer = {0};
        stream->input_ended = 1;
        tell_stream(stream, BELAY_OP_STREAM_END, 0, &answer);
    } else {
        stream_break(stream, code);
    }
}

/* ---- The next entry ------------------------------------------------- */

static belay_code told_end(belay_stream *stream, belay_result *result) {
    if (stream->broken != BELAY_OK) {
        result->code = stream->broken;
        return stream->broken;
    }
    result->code = BELAY_EXITED;
    switch ((belay_closed)stream->closed_how) {
    case BELAY_CLOSED_DONE:
    case BELAY_CLOSED_HALTED:
        result->code = BELAY_EMPTY;
        break;
    case BELAY_CLOSED_OWNER:
        result->code = BELAY_CANCELLED;
        break;
    case BELAY_CLOSED_CHILDREN:
        result->code = BELAY_MAX_CHILDREN;
        break;
    case BELAY_CLOSED_TIMEOUT:
        result->reason = BELAY_REASON_TIMEOUT;
        break;
    case BELAY_CLOSED_NOPROC:
        result->reason = BELAY_REASON_NOPROC;
        break;
    case BELAY_CLOSED_CRASH:
    default:
        belayr_why_tell(stream->context->runtime, &stream->why, result);
        break;
    }
    return result->code;
}

static belay_code stream_wait(belay_stream *stream) {
    belayr_waiter waiter = {0};
    stream->waiter = &waiter;
    belay_code code =
        belayr_block(stream->context, &waiter, BELAYR_FOR_OTHERS);
    stream->waiter = NULL;
    return code;
}

static belay_code stream_next(belay_stream *stream, belay_result *result) {
    if (!stream->demanded && !stream->closed) {
        belay_answer answer = {0};
        stream->demanded = 1;
        tell_stream(stream, BELAY_OP_STREAM_NEXT, 1, &answer);
    }
    while (!stream->ready && !stream->closed) {
        if (stream->wanted > 0 && !stream->input_ended) {
            stream_feed(stream);
            continue;
        }
        belay_code code = stream_wait(stream);
        if (code != BELAY_OK) {
            result->code = code;
            return code;
        }
    }
    if (!stream->ready) {
        return told_end(stream, result);
    }
    *result = stream->entry;
    stream->entry = (belay_result){0};
    stream->ready = 0;
    stream->demanded = 0;
    return BELAY_OK;
}

belay_code belay_stream_next(belay_stream *stream, belay_result *result) {
    if (stream == NULL || result == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_runtime *runtime = stream->context->runtime;
    *result = (belay_result){0};
    belayr_port_lock(&runtime->lock);
    belay_code code = stream_next(stream, result);
    belayr_leave(runtime);
    return code;
}
