/* events.c - commands to the kernel, and what its events mean here. */
#include "runtime/runtime.h"

void belayr_process_over(belay_context *context) {
    belay_runtime *runtime = context->runtime;
    context->flags &= ~(uint32_t)BELAYR_ALIVE;
    if (context->more != NULL) {
        belayr_receivers_wake(context->more);
        belayr_monitors_free(runtime, context->more);
        belayr_call_ended(context);
    }
    while (context->kept != NULL) {
        belayr_context_unkeep(context->kept);
    }
    belayr_context_release(context);
}

/* What the log says of an end comes after it, and names the process by its
 * label: so that is kept until all that belongs to the command is told. */
static void keep_label(belay_context *context) {
    if (context->more != NULL && context->more->label != NULL) {
        context->flags |= BELAYR_NAMED;
        context->more->named = context->runtime->named;
        context->runtime->named = context;
    }
}

static void forget_labels(belay_runtime *runtime) {
    while (runtime->named != NULL) {
        belay_context *context = runtime->named;
        runtime->named = context->more->named;
        context->flags &= ~(uint32_t)BELAYR_NAMED;
        belayr_context_release(context);
    }
}

static void process_ended(belay_runtime *runtime, const belay_event *event) {
    belay_context *context = belayr_context_of(runtime, event->pid);
    if (context == NULL) {
        return; /* a supervisor */
    }
    if ((event->extra & BELAY_EXITED_VALUE) == 0) {
        context->why = belayr_why_of(runtime, event->reason);
    }
    if ((context->flags & BELAYR_BODY) != 0) {
        atomic_store_explicit(&context->cancelled, 1, memory_order_relaxed);
        if ((event->extra & BELAY_EXITED_NEVER_RAN) != 0) {
            belayr_context_bodiless(context);
        } else {
            belayr_context_change(context, BELAY_FAMILY_STAYS);
            if ((context->flags & BELAYR_QUEUED) != 0) {
                belayr_job_orphan(context);
            }
        }
    }
    keep_label(context);
    belayr_process_over(context);
}

static void reason_free(belay_runtime *runtime, uint32_t reason) {
    belayr_why why = {reason, runtime->failures[reason - BELAY_REASON_HOST]};
    runtime->failures[reason - BELAY_REASON_HOST] = NULL;
    belayr_why_drop(runtime, &why);
}

static void take_event(belay_runtime *runtime, const belay_event *event) {
    switch ((belay_event_kind)event->kind) {
    case BELAY_EVENT_EXITED:
        process_ended(runtime, event);
        break;
    case BELAY_EVENT_WAIT_DONE:
        belayr_slot_done(runtime, event);
        break;
    case BELAY_EVENT_DOWN:
    case BELAY_EVENT_EXIT_MESSAGE:
        belayr_letter_add(runtime, event);
        break;
    case BELAY_EVENT_UNHANDLED:
        belayr_call_log(runtime, BELAY_LOG_UNHANDLED, event);
        break;
    case BELAY_EVENT_LOG:
        belayr_call_log(runtime, BELAY_LOG_CRASH, event);
        break;
    case BELAY_EVENT_REPORT:
        belayr_call_log(
            runtime,
            (belay_log_kind)(BELAY_LOG_CHILD_TERMINATED + event->extra),
            event);
        break;
    case BELAY_EVENT_PULL:
        belayr_stream_asked(runtime, event);
        break;
    case BELAY_EVENT_ITEM:
        belayr_stream_item(runtime, event);
        break;
    case BELAY_EVENT_STREAM_CLOSED:
        belayr_stream_ended(runtime, event);
        break;
    case BELAY_EVENT_RESTARTED:
        belayr_child_restarted(runtime, event);
        break;
    case BELAY_EVENT_CHILD_DROPPED:
        belayr_child_dropped(runtime, event);
        break;
    case BELAY_EVENT_CHILD_START:
        belayr_child_wanted(runtime, event);
        break;
    case BELAY_EVENT_REASON_FREE:
        reason_free(runtime, event->reason);
        break;
    case BELAY_EVENT_SPAWNED: /* these come with TRACE only */
    case BELAY_EVENT_STARTED:
    case BELAY_EVENT_TERMINATED:
    case BELAY_EVENT_TIMED_OUT:
    default:
        break;
    }
}

static void take_events(belay_runtime *runtime) {
    const belay_event *event = belay_next_event(runtime->kernel);
    while (event != NULL) {
        /* A copy: what is done about one may not read the queue. */
        const belay_event copy = *event;
        take_event(runtime, &copy);
        event = belay_next_event(runtime->kernel);
    }
}

belay_code belayr_submit(belay_runtime *runtime, const belay_command *command,
                         belay_answer *answer) {
    belay_code code = belay_submit(runtime->kernel, command, answer);
    while (runtime->view->events > 0 || runtime->view->pending != 0) {
        take_events(runtime);
        if (runtime->view->pending != 0) {
            (void)belay_step(runtime->kernel);
        }
    }
    forget_labels(runtime);
    return code;
}

void belayr_follow_up(belay_runtime *runtime) {
    while (runtime->orphans != NULL || runtime->wanted != NULL) {
        if (runtime->orphans != NULL) {
            belayr_job_abandon(runtime);
        } else {
            belayr_child_start(runtime);
        }
    }
}
