/* running.c - the life of a job: taken from the kernel, run, told to it. */
#include "runtime/runtime.h"

static void queue_remove(belay_context *context) {
    belay_runtime *runtime = context->runtime;
    if (context->previous != NULL) {
        context->previous->next = context->next;
    } else {
        runtime->queue = context->next;
    }
    if (context->next != NULL) {
        context->next->previous = context->previous;
    } else {
        runtime->queue_last = context->previous;
    }
    context->next = NULL;
    context->previous = NULL;
    context->flags &= ~(uint32_t)BELAYR_QUEUED;
    runtime->queued--;
}

void belayr_job_queue(belay_context *context) {
    belay_runtime *runtime = context->runtime;
    context->flags |= BELAYR_QUEUED;
    context->next = NULL;
    context->previous = runtime->queue_last;
    if (runtime->queue_last != NULL) {
        runtime->queue_last->next = context;
    } else {
        runtime->queue = context;
    }
    runtime->queue_last = context;
    runtime->queued++;
}

void belayr_job_orphan(belay_context *context) {
    queue_remove(context);
    context->next = context->runtime->orphans;
    context->runtime->orphans = context;
}

void belayr_job_abandon(belay_runtime *runtime) {
    belay_context *context = runtime->orphans;
    runtime->orphans = context->next;
    context->next = NULL;
    belayr_context_bodiless(context);
    const belay_command command = {
        .op = BELAY_OP_ABANDONED,
        .other = context->stream_pid,
    };
    belay_answer answer = {0};
    belayr_context_release(context);
    (void)belayr_submit(runtime, &command, &answer);
}

/* Takes the oldest that is ready from the kernel. */
static belay_context *kernel_take(belay_runtime *runtime) {
    while (runtime->view->ready > 0) {
        const belay_command run = {.op = BELAY_OP_RUN};
        belay_answer answer = {0};
        if (belayr_submit(runtime, &run, &answer) != BELAY_OK) {
            return NULL;
        }
        belay_context *context = belayr_context_of(runtime, answer.pid);
        if (context != NULL) {
            return context;
        }
        /* A restarted child that there was no memory for. */
        const belay_command end = {
            .op = BELAY_OP_EXIT,
            .pid = answer.pid,
            .reason = runtime->memory_reason,
        };
        (void)belayr_submit(runtime, &end, &answer);
    }
    return NULL;
}

belay_context *belayr_job_take(belay_runtime *runtime) {
    belay_context *context = runtime->queue;
    if (context != NULL) {
        queue_remove(context);
        return context;
    }
    return kernel_take(runtime);
}

int belayr_job_claim(belay_context *context) {
    const uint32_t begun = BELAYR_BODY | BELAYR_RUNS;
    if ((context->flags & begun) != BELAYR_BODY) {
        return 0;
    }
    belay_runtime *runtime = context->runtime;
    while ((context->flags & BELAYR_QUEUED) == 0) {
        /* Those before it move to our queue, so they stay before it. */
        belay_context *taken = kernel_take(runtime);
        if (taken == context) {
            return 1;
        }
        if (taken == NULL) {
            return 0;
        }
        belayr_job_queue(taken);
    }
    queue_remove(context);
    return 1;
}

/* ---- The end -------------------------------------------------------- */

/* A value that was borrowed may have been in the arguments. */
static void value_settle(belay_runtime *runtime, belay_value *value) {
    const int memory =
        value->type == BELAY_TYPE_STRING || value->type == BELAY_TYPE_ARRAY;
    if (value->type > BELAY_TYPE_EXIT ||
        (memory && value->flags == 0 &&
         belayr_value_copy(runtime, *value, value) != BELAY_OK)) {
        *value = belay_none();
        value->type = BELAY_TYPE_EXIT;
        value->detail = BELAY_REASON_FAILURE;
    }
}

static void value_drop(belay_runtime *runtime, belay_value *value) {
    if (value->type == BELAY_TYPE_EXIT) {
        belayr_why why = {value->detail, value->pointer};
        belayr_why_drop(runtime, &why);
    } else {
        belayr_value_free(runtime, value);
    }
}

/* An item's end: its event comes as ITEM, when it is handed over. */
static void tell_item(belay_context *context) {
    belay_runtime *runtime = context->runtime;
    context->flags &= ~(uint32_t)BELAYR_ALIVE;
    uint32_t *words = belay_words(runtime->kernel);
    words[0] = (uint32_t)context->pid;
    words[1] = (uint32_t)(context->pid >> 32);
    const belay_command settle = {.op = BELAY_OP_SETTLE, .count = 1};
    belay_answer answer = {0};
    (void)belayr_submit(runtime, &settle, &answer);
}

static void tell_return(belay_context *context, belay_value value) {
    belay_runtime *runtime = context->runtime;
    context->value = value;
    context->flags |= BELAYR_RETURNED;
    if ((context->flags & BELAYR_ITEM) != 0) {
        tell_item(context);
        return;
    }
    const belay_pid pid = context->pid;
    const belay_command command = {.op = BELAY_OP_RETURN, .pid = pid};
    belay_answer answer = {0};
    if (belayr_submit(runtime, &command, &answer) == BELAY_OK &&
        answer.value == 1) {
        /* The answer stands for the events: as they would come. */
        belayr_slot_returned(runtime, answer.tag, pid);
        belayr_process_over(context);
    }
}

/* A number for the failure, which the caller must drop; without memory the
 * one that says so. */
static uint32_t reason_of(belay_runtime *runtime, belayr_failure *failure) {
    const belay_command create = {
        .op = BELAY_OP_REASON_NEW,
        .kind = BELAY_CLASS_CRASH,
    };
    belay_answer answer = {0};
    if (failure == NULL ||
        belayr_submit(runtime, &create, &answer) != BELAY_OK) {
        return runtime->memory_reason;
    }
    uint32_t place = answer.value - BELAY_REASON_HOST;
    if (belayr_reserve(runtime, (void **)&runtime->failures,
                       &runtime->failure_count, place + 1,
                       sizeof(*runtime->failures)) != BELAY_OK) {
        const belay_command drop = {
            .op = BELAY_OP_REASON_DROP,
            .reason = answer.value,
        };
        (void)belayr_submit(runtime, &drop, &answer);
        return runtime->memory_reason;
    }
    failure->users++;
    runtime->failures[place] = failure;
    return answer.value;
}

static void tell_exit(belay_context *context, belay_value *value) {
    belay_runtime *runtime = context->runtime;
    belay_command end = {
        .op = BELAY_OP_EXIT,
        .pid = context->pid,
        .reason = value->detail,
    };
    if (value->detail == BELAY_REASON_FAILURE) {
        end.reason = reason_of(runtime, value->pointer);
    }
    belay_answer answer = {0};
    belayr_clock_tell(runtime); /* restarts are counted in seconds */
    (void)belayr_submit(runtime, &end, &answer);
    if (end.reason >= BELAY_REASON_HOST &&
        end.reason != runtime->memory_reason) {
        const belay_command drop = {
            .op = BELAY_OP_REASON_DROP,
            .reason = end.reason,
        };
        (void)belayr_submit(runtime, &drop, &answer);
    }
    value_drop(runtime, value);
}

static void job_end(belay_context *context, belay_value *value) {
    belay_runtime *runtime = context->runtime;
    runtime->returned++;
    belayr_streams_close(context);
    belayr_context_bodiless(context);
    if (belayr_context_has_ended(context)) {
        value_drop(runtime, value);
        const belay_command command = {
            .op = BELAY_OP_ABANDONED,
            .other = context->stream_pid,
        };
        belay_answer answer = {0};
        (void)belayr_submit(runtime, &command, &answer);
        belayr_context_release(context);
    } else if (value->type == BELAY_TYPE_EXIT) {
        tell_exit(context, value);
    } else {
        tell_return(context, *value);
    }
}

void belayr_job_run(belay_context *context, uint32_t pooled) {
    belay_runtime *runtime = context->runtime;
    context->flags |= BELAYR_RUNS | pooled;
    runtime->started++;
    belayr_leave(runtime);
    belay_value value = belayr_port_call(context->job, context,
                                         context->arguments, context->count);
    value_settle(runtime, &value);
    belayr_port_lock(&runtime->lock);
    job_end(context, &value);
}
