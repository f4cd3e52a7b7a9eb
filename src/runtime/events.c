/* events.c - commands to the kernel, and what its events mean here. */
#include "runtime/runtime.h"

static void process_ended(belay_runtime *runtime, const belay_event *event) {
    belay_context *context = belay__context_of(runtime, event->pid);
    if (context == NULL) {
        return; /* a supervisor */
    }
    context->flags &= ~(uint32_t)BELAY__ALIVE;
    if ((event->extra & BELAY_EXITED_VALUE) == 0) {
        context->why = belay__why_of(runtime, event->reason);
    }
    if ((context->flags & BELAY__BODY) != 0) {
        atomic_store_explicit(&context->cancelled, 1, memory_order_relaxed);
        if ((event->extra & BELAY_EXITED_NEVER_RAN) != 0) {
            context->flags &= ~(uint32_t)BELAY__BODY;
        } else if ((context->flags & BELAY__QUEUED) != 0) {
            belay__job_orphan(context);
        }
        if (context->more != NULL && context->more->receiver != NULL) {
            belay__wake(context->more->receiver);
        }
    }
    belay__call_ended(context);
    while (context->kept != NULL) {
        belay__context_unkeep(context->kept);
    }
    belay__context_release(context);
}

static void reason_free(belay_runtime *runtime, uint32_t reason) {
    belay__why why = {reason, runtime->failures[reason - BELAY_REASON_HOST]};
    runtime->failures[reason - BELAY_REASON_HOST] = NULL;
    belay__why_drop(runtime, &why);
}

static void take_event(belay_runtime *runtime, const belay_event *event) {
    switch ((belay_event_kind)event->kind) {
    case BELAY_EVENT_EXITED:
        process_ended(runtime, event);
        break;
    case BELAY_EVENT_WAIT_DONE:
        belay__slot_done(runtime, event);
        break;
    case BELAY_EVENT_DOWN:
    case BELAY_EVENT_EXIT_MESSAGE:
        belay__letter_add(runtime, event);
        break;
    case BELAY_EVENT_UNHANDLED:
        belay__call_log(runtime, BELAY_LOG_UNHANDLED, event);
        break;
    case BELAY_EVENT_LOG:
        belay__call_log(runtime, BELAY_LOG_CRASH, event);
        break;
    case BELAY_EVENT_REPORT:
        belay__call_log(
            runtime,
            (belay_log_kind)(BELAY_LOG_CHILD_TERMINATED + event->extra),
            event);
        break;
    case BELAY_EVENT_REASON_FREE:
        reason_free(runtime, event->reason);
        break;
    case BELAY_EVENT_PULL:
    case BELAY_EVENT_ITEM:
    case BELAY_EVENT_STREAM_CLOSED:
    case BELAY_EVENT_RESTARTED:
    case BELAY_EVENT_CHILD_DROPPED:
    case BELAY_EVENT_CHILD_START:
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

static void settle_down(belay_runtime *runtime) {
    while (runtime->view->events > 0 || runtime->view->pending != 0) {
        take_events(runtime);
        if (runtime->view->pending != 0) {
            (void)belay_step(runtime->kernel);
        }
    }
}

/* What the events have asked for: commands of our own, until none causes
 * another (R1). */
static void follow_up(belay_runtime *runtime) {
    while (runtime->orphans != NULL) {
        const belay_command command = belay__job_abandon(runtime);
        belay_answer answer = {0};
        (void)belay_submit(runtime->kernel, &command, &answer);
        settle_down(runtime);
    }
}

belay_code belay__submit(belay_runtime *runtime, const belay_command *command,
                         belay_answer *answer) {
    belay_code code = belay_submit(runtime->kernel, command, answer);
    if (runtime->view->events > 0 || runtime->view->pending != 0) {
        settle_down(runtime);
        follow_up(runtime);
    }
    return code;
}
