/* calling.c - how a call begins and ends, and the hooks that are called
 * when it does. */
#include "runtime/runtime.h"

#include <stdio.h>
#include <string.h>

/* A hook that has come up under the lock and is called without it. The texts
 * follow the entry. */
struct belayr_call {
    belayr_call *next;
    size_t size;
    belay_ended ended; /* or NULL: an entry for the log */
    void *ended_context;
    belay_result result;
    belay_log entry;
    char texts[];
};

belay_code belayr_enter(belay_context *context) {
    belayr_port_lock(&context->runtime->lock);
    if ((context->flags & BELAYR_ALIVE) != 0) {
        return BELAY_OK;
    }
    belayr_port_unlock(&context->runtime->lock);
    return BELAY_CANCELLED;
}

void belayr_log_text(const belay_log *entry, char *line, size_t size) {
    static const char *const kinds[] = {
        "crashed",
        "failed, linked to the root",
        "reports a child that ended",
        "reports a child that did not stop",
        "reports a child that did not start",
        "has restarted too often and ends",
    };
    char number[16] = "";
    if (entry->reason == BELAY_REASON_FAILURE) {
        (void)snprintf(number, sizeof(number), " %d", (int)entry->failure);
    }
    char child[40] = "";
    if (entry->other != 0 && entry->kind >= BELAY_LOG_CHILD_TERMINATED &&
        entry->kind <= BELAY_LOG_START_ERROR) {
        (void)snprintf(child, sizeof(child), ", process %llu",
                       (unsigned long long)entry->other);
    }
    (void)snprintf(line, size, "belay: process %llu%s%s %s%s: %s%s%s%s\n",
                   (unsigned long long)entry->pid,
                   entry->label[0] == 0 ? "" : " ", entry->label,
                   kinds[entry->kind], child,
                   belay_reason_text(entry->reason), number,
                   entry->message[0] == 0 ? "" : ", ", entry->message);
}

static void log_to_stderr(const belay_log *entry) {
    char line[512];
    belayr_log_text(entry, line, sizeof(line));
    belayr_port_complain(line);
}

static void call_one(belay_runtime *runtime, const belayr_call *call) {
    if (call->ended != NULL) {
        call->ended(call->ended_context, &call->result);
    } else if (runtime->log != NULL) {
        runtime->log(runtime->hooks, &call->entry);
    } else {
        log_to_stderr(&call->entry);
    }
}

static void call_all(belay_runtime *runtime, belayr_call *call) {
    while (call != NULL) {
        belayr_call *next = call->next;
        call_one(runtime, call);
        belayr_give(runtime, call, call->size);
        call = next;
    }
}

int belayr_must_leave(const belay_runtime *runtime) {
    return runtime->calls != NULL || runtime->orphans != NULL ||
           runtime->wanted != NULL || runtime->view->fresh > 0 ||
           runtime->family_news;
}

void belayr_leave(belay_runtime *runtime) {
    belayr_follow_up(runtime);
    while (runtime->view->fresh > 0) {
        belayr_clock_tell(runtime);
        belayr_follow_up(runtime);
    }
    belayr_call *calls = runtime->calls;
    runtime->calls = NULL;
    runtime->calls_last = NULL;
    uint32_t news = runtime->family_news;
    runtime->family_news = 0;
    int clock = belayr_clock_watch(runtime);
    int thread = belayr_pool_need(runtime);
    belayr_port_unlock(&runtime->lock);
    if (clock) {
        belayr_clock_start(runtime);
    }
    while (thread) {
        thread = belayr_pool_start(runtime);
    }
    call_all(runtime, calls);
    if (news && runtime->family_told != NULL) {
        runtime->family_told(runtime->hooks);
    }
}

static belayr_call *call_new(belay_runtime *runtime, size_t texts) {
    belayr_call *call = belayr_take(runtime, sizeof(*call) + texts);
    if (call == NULL) {
        return NULL;
    }
    memset(call, 0, sizeof(*call));
    call->size = sizeof(*call) + texts;
    if (runtime->calls_last == NULL) {
        runtime->calls = call;
    } else {
        runtime->calls_last->next = call;
    }
    runtime->calls_last = call;
    return call;
}

void belayr_call_log(belay_runtime *runtime, belay_log_kind kind,
                     const belay_event *event) {
    if (runtime->stopping) {
        return; /* all are killed, and linked to what they are linked to */
    }
    const belay_context *context = belayr_context_of(runtime, event->pid);
    const char *label = context != NULL && context->more != NULL
                            ? context->more->label
                            : NULL;
    label = label == NULL ? "" : label;
    belayr_why why = belayr_why_of(runtime, event->reason);
    const char *message = why.failure == NULL ? "" : why.failure->message;
    size_t label_size = strlen(label) + 1;
    size_t message_size = strlen(message) + 1;
    belayr_call *call = call_new(runtime, label_size + message_size);
    if (call != NULL) {
        memcpy(call->texts, label, label_size);
        memcpy(call->texts + label_size, message, message_size);
        call->entry = (belay_log){
            .kind = kind,
            .reason = why.reason,
            .failure = why.failure == NULL ? 0 : why.failure->code,
            .pid = event->pid,
            .other = event->other,
            .label = call->texts,
            .message = call->texts + label_size,
        };
    }
    belayr_why_drop(runtime, &why);
}

void belayr_call_ended(belay_context *context) {
    const belayr_more *more = context->more;
    if (more == NULL || more->ended == NULL) {
        return;
    }
    belayr_call *call = call_new(context->runtime, 0);
    if (call != NULL) {
        call->ended = more->ended;
        call->ended_context = more->ended_context;
        belayr_context_tell(context, &call->result);
    }
}
