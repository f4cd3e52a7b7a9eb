/* looking.c - all processes as text. */
#include "runtime/runtime.h"

#include <stdarg.h>
#include <stdio.h>

/* Text that may be longer than there is room for. */
typedef struct text_sink {
    char *text;
    size_t size;
    size_t length; /* of the whole */
} text_sink;

__attribute__((format(printf, 2, 3))) static void
sink_add(text_sink *sink, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t room = sink->length < sink->size ? sink->size - sink->length : 0;
    int length = vsnprintf(room == 0 ? NULL : sink->text + sink->length, room,
                           format, arguments);
    va_end(arguments);
    sink->length += length < 0 ? 0 : (size_t)length;
}

static const char *kind_text(uint32_t kind) {
    static const char *const texts[] = {"root", "task", "item",
                                        "task supervisor", "supervisor"};
    return kind < sizeof(texts) / sizeof(texts[0]) ? texts[kind] : "?";
}

static const char *state_text(const belay_process_info *info,
                              const belay_context *context) {
    static const char *const texts[] = {
        "", "ready", "running", "ending", "kept", "stopping", "busy"};
    if (context != NULL && (context->flags & BELAYR_QUEUED) != 0) {
        return "ready"; /* the kernel has handed it out, no thread has it */
    }
    return info->state < sizeof(texts) / sizeof(texts[0]) ? texts[info->state]
                                                          : "?";
}

static void process_write(belay_runtime *runtime, text_sink *sink,
                          const belay_process_info *info) {
    const belay_context *context = belayr_context_of(runtime, info->pid);
    const char *label = context == NULL || context->more == NULL
                            ? NULL
                            : context->more->label;
    sink_add(sink, "%llu %s %s", (unsigned long long)info->pid,
             kind_text(info->kind), state_text(info, context));
    if (label != NULL) {
        sink_add(sink, " \"%s\"", label);
    }
    belay_pid parent = info->supervisor != 0 ? info->supervisor : info->owner;
    if (parent != 0) {
        sink_add(sink, " of %llu", (unsigned long long)parent);
    }
    sink_add(sink, ", %llu ms",
             (unsigned long long)(runtime->view->now - info->started));
    if (info->links > 0) {
        sink_add(sink, ", links: %u", info->links);
    }
    if (info->children > 0) {
        sink_add(sink, ", children: %u", info->children);
    }
    if (info->restarts > 0) {
        sink_add(sink, ", restarts: %u", info->restarts);
    }
    sink_add(sink, "\n");
}

size_t belay_runtime_inspect(belay_runtime *runtime, char *text,
                             size_t size) {
    text_sink sink = {text, size, 0};
    belay_process_info info = {0};
    uint32_t at = 0;
    if (size > 0) {
        text[0] = 0;
    }
    belayr_port_lock(&runtime->lock);
    belayr_clock_tell(runtime); /* ages are as of now */
    while (belay_inspect(runtime->kernel, at, &info) == BELAY_OK) {
        process_write(runtime, &sink, &info);
        at = (uint32_t)(info.pid & ((1u << BELAY_INDEX_BITS) - 1)) + 1;
    }
    const belayr_pool *pool = &runtime->pool;
    sink_add(&sink, "threads: %u, idle: %u, waiting: %u; abandoned: %u\n",
             pool->threads, pool->idle, pool->waiting,
             runtime->view->abandoned);
    belayr_leave(runtime);
    return sink.length;
}
