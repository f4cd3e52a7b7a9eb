/* messages.c - links, monitors, exit signals, and the mailbox they fill. */
#include "runtime/runtime.h"

/* A message that waits for belay_receive. */
struct belayr_letter {
    belayr_letter *next;
    belay_message_kind kind;
    belay_pid pid;
    uint64_t reference; /* the number that belay_monitor gave, or 0 */
    belayr_why why;
};

struct belayr_monitor {
    belayr_monitor *next; /* of the same process */
    belay_context *context;
    uint64_t number;     /* what the user knows it by */
    belay_pid reference; /* what the kernel does */
    uint32_t tag;
};

/* ---- The mailbox ---------------------------------------------------- */

static void letter_free(belay_runtime *runtime, belayr_letter *letter) {
    belayr_why_drop(runtime, &letter->why);
    belayr_give(runtime, letter, sizeof(*letter));
}

void belayr_letters_free(belay_runtime *runtime, belayr_more *more) {
    while (more->first != NULL) {
        belayr_letter *letter = more->first;
        more->first = letter->next;
        letter_free(runtime, letter);
    }
    more->last = NULL;
}

void belayr_receivers_wake(const belayr_more *more) {
    for (belayr_waiter *at = more->receivers; at != NULL; at = at->next) {
        belayr_wake(at);
    }
}

/* Takes a monitor out of its lists. */
static void monitor_free(belay_runtime *runtime, belayr_monitor *monitor) {
    belayr_monitor **at = &monitor->context->more->monitors;
    while (*at != monitor) {
        at = &(*at)->next;
    }
    *at = monitor->next;
    belayr_places_drop(&runtime->monitors, monitor->tag);
    belayr_give(runtime, monitor, sizeof(*monitor));
}

void belayr_monitors_free(belay_runtime *runtime, belayr_more *more) {
    while (more->monitors != NULL) {
        monitor_free(runtime, more->monitors);
    }
}

void belayr_letter_add(belay_runtime *runtime, const belay_event *event) {
    belay_context *context = NULL;
    uint64_t reference = 0;
    belay_pid from = event->other;
    if (event->kind == BELAY_EVENT_DOWN) {
        belayr_monitor *monitor = runtime->monitors.at[event->tag].thing;
        context = monitor->context;
        reference = monitor->number;
        from = event->pid;
        monitor_free(runtime, monitor);
    } else {
        context = belayr_context_of(runtime, event->pid);
    }
    if (context == NULL || belayr_context_more(context) == NULL) {
        return;
    }
    belayr_letter *letter = belayr_take(runtime, sizeof(*letter));
    if (letter == NULL) {
        return; /* said in the header: without memory it is lost */
    }
    *letter = (belayr_letter){
        .kind = event->kind == BELAY_EVENT_DOWN ? BELAY_MESSAGE_DOWN
                                                : BELAY_MESSAGE_EXIT,
        .pid = from,
        .reference = reference,
        .why = belayr_why_of(runtime, event->reason),
    };
    belayr_more *more = context->more;
    if (more->last == NULL) {
        more->first = letter;
    } else {
        more->last->next = letter;
    }
    more->last = letter;
    belayr_receivers_wake(more);
}

/* Takes the letter at *at out of the mailbox. */
static belayr_letter *letter_take(belayr_more *more, belayr_letter **at) {
    belayr_letter *letter = *at;
    *at = letter->next;
    if (more->last == letter) {
        more->last = NULL;
        for (belayr_letter *one = more->first; one != NULL; one = one->next) {
            more->last = one;
        }
    }
    return letter;
}

static void letter_tell(belay_runtime *runtime, belayr_more *more,
                        belay_message *out) {
    belayr_letter *letter = letter_take(more, &more->first);
    belay_result told = {0};
    belayr_why_tell(runtime, &letter->why, &told);
    *out = (belay_message){
        .kind = letter->kind,
        .reason = told.reason,
        .failure = told.failure,
        .pid = letter->pid,
        .reference = letter->reference,
        .value = told.value,
    };
    letter_free(runtime, letter);
}

/* ---- Receiving ------------------------------------------------------ */

static void receiver_add(belayr_more *more, belayr_waiter *waiter) {
    waiter->next = more->receivers;
    more->receivers = waiter;
}

static void receiver_remove(belayr_more *more, belayr_waiter *waiter) {
    belayr_waiter **at = &more->receivers;
    while (*at != waiter) {
        at = &(*at)->next;
    }
    *at = waiter->next;
}

/* Waits until there is a letter (OK), the slot is done (TIMEOUT) or the
 * process has ended. */
static belay_code receive_wait(belay_context *context, belayr_slot *slot) {
    belayr_more *more = context->more;
    belayr_waiter *waiter = slot->waiter;
    receiver_add(more, waiter);
    belay_code code = BELAY_OK;
    while (code == BELAY_OK && more->first == NULL) {
        if ((context->flags & BELAYR_ALIVE) == 0) {
            code = BELAY_CANCELLED;
        } else if (slot->done) {
            code = BELAY_TIMEOUT;
        } else {
            atomic_store_explicit(&waiter->woken, 0, memory_order_relaxed);
            code = belayr_block(context, waiter, BELAYR_FOR_OTHERS);
        }
    }
    receiver_remove(more, waiter);
    return code;
}

static belay_code receive(belay_context *context, uint64_t timeout) {
    belay_runtime *runtime = context->runtime;
    if (belayr_context_more(context) == NULL) {
        return BELAY_NO_MEMORY;
    }
    if (context->more->first != NULL) {
        return BELAY_OK;
    }
    if (timeout == 0) {
        return BELAY_TIMEOUT;
    }
    belayr_waiter waiter = {0};
    belayr_slot slot;
    belay_code code = belayr_slot_open(runtime, &slot, &waiter);
    if (code == BELAY_OK && timeout != BELAY_INFINITY) {
        const belay_command command = {
            .op = BELAY_OP_WAIT,
            .kind = BELAY_WAIT_SLEEP,
            .pid = context->pid,
            .time = timeout,
            .tag = slot.tag,
        };
        belay_answer answer = {0};
        code = belayr_submit(runtime, &command, &answer);
        slot.reference = answer.pid;
    }
    if (code == BELAY_OK) {
        code = receive_wait(context, &slot);
    }
    belayr_slot_close(runtime, &slot);
    return code;
}

belay_code belay_receive(belay_context *context, uint64_t timeout,
                         belay_message *out) {
    if (out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_code code = belayr_enter(context);
    if (code != BELAY_OK) {
        return code;
    }
    code = receive(context, timeout);
    if (code == BELAY_OK) {
        letter_tell(context->runtime, context->more, out);
    }
    belayr_leave(context->runtime);
    return code;
}

/* ---- Links and monitors --------------------------------------------- */

static belay_code command_once(belay_context *context,
                               const belay_command *command) {
    belay_code code = belayr_enter(context);
    if (code == BELAY_OK) {
        belay_answer answer = {0};
        code = belayr_submit(context->runtime, command, &answer);
        belayr_leave(context->runtime);
    }
    return code;
}

belay_code belay_link(belay_context *context, belay_pid pid) {
    const belay_command command = {
        .op = BELAY_OP_LINK, .pid = context->pid, .other = pid};
    return command_once(context, &command);
}

belay_code belay_unlink(belay_context *context, belay_pid pid) {
    const belay_command command = {
        .op = BELAY_OP_UNLINK, .pid = context->pid, .other = pid};
    return command_once(context, &command);
}

belay_code belay_process_exit(belay_context *context, belay_pid pid,
                              uint32_t reason) {
    if (reason < BELAY_REASON_NORMAL || reason > BELAY_REASON_NOCONNECTION) {
        return BELAY_BAD_ARGUMENT;
    }
    const belay_command command = {
        .op = BELAY_OP_SIGNAL,
        .pid = context->pid,
        .other = pid,
        .reason = reason,
    };
    return command_once(context, &command);
}

belay_code belay_trap_exit(belay_context *context, int on) {
    const belay_command command = {
        .op = BELAY_OP_TRAP_EXIT,
        .pid = context->pid,
        .flags = on ? (uint32_t)BELAY_FLAG_ON : 0u,
    };
    return command_once(context, &command);
}

static belay_code monitor_new(belay_context *context, belay_pid pid,
                              uint64_t *reference) {
    belay_runtime *runtime = context->runtime;
    belayr_more *more = belayr_context_more(context);
    belayr_monitor *monitor = belayr_take(runtime, sizeof(*monitor));
    if (more == NULL || monitor == NULL) {
        belayr_give(runtime, monitor, sizeof(*monitor));
        return BELAY_NO_MEMORY;
    }
    uint64_t number = runtime->monitor_number + 1;
    *monitor = (belayr_monitor){.context = context, .number = number};
    uint32_t tag = 0;
    belay_code code =
        belayr_places_add(runtime, &runtime->monitors, monitor, &tag);
    if (code != BELAY_OK) {
        belayr_give(runtime, monitor, sizeof(*monitor));
        return code;
    }
    monitor->tag = tag;
    monitor->next = more->monitors;
    more->monitors = monitor;
    const belay_command command = {
        .op = BELAY_OP_MONITOR,
        .pid = context->pid,
        .other = pid,
        .tag = tag,
    };
    belay_answer answer = {0};
    code = belayr_submit(runtime, &command, &answer);
    if (code != BELAY_OK) {
        monitor_free(runtime, monitor);
        return code;
    }
    if (answer.pid != 0) { /* else it is down already, and freed */
        monitor->reference = answer.pid;
    }
    runtime->monitor_number = number;
    *reference = number;
    return BELAY_OK;
}

belay_code belay_monitor(belay_context *context, belay_pid pid,
                         uint64_t *reference) {
    if (reference == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_code code = belayr_enter(context);
    if (code == BELAY_OK) {
        code = monitor_new(context, pid, reference);
        belayr_leave(context->runtime);
    }
    return code;
}

static belay_code monitor_end(belay_context *context, uint64_t number) {
    belay_runtime *runtime = context->runtime;
    belayr_more *more = context->more;
    if (more == NULL) {
        return BELAY_GONE;
    }
    for (belayr_monitor *at = more->monitors; at != NULL; at = at->next) {
        if (at->number == number) {
            const belay_command command = {.op = BELAY_OP_DEMONITOR,
                                           .other = at->reference};
            belay_answer answer = {0};
            (void)belayr_submit(runtime, &command, &answer);
            monitor_free(runtime, at);
            return BELAY_OK;
        }
    }
    belayr_letter **at = &more->first;
    while (*at != NULL && (*at)->reference != number) {
        at = &(*at)->next;
    }
    if (*at == NULL || number == 0) {
        return BELAY_GONE;
    }
    letter_free(runtime, letter_take(more, at));
    return BELAY_OK;
}

belay_code belay_demonitor(belay_context *context, uint64_t reference) {
    belay_code code = belayr_enter(context);
    if (code == BELAY_OK) {
        code = monitor_end(context, reference);
        belayr_leave(context->runtime);
    }
    return code;
}

/* ---- Looking -------------------------------------------------------- */

belay_code belay_process_look(belay_context *context, belay_pid pid,
                              belay_process_info *out) {
    if (out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_runtime *runtime = context->runtime;
    belayr_port_lock(&runtime->lock);
    belay_code code = belay_info(runtime->kernel, pid, out);
    belayr_leave(runtime);
    return code;
}

int belay_alive(belay_context *context, belay_pid pid) {
    belay_process_info info = {0};
    return belay_process_look(context, pid, &info) == BELAY_OK;
}
