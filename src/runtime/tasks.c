/* tasks.c - async, start, await, yield, shutdown, ignore. */
#include "runtime/runtime.h"

#include <string.h>

/* ---- Starting ------------------------------------------------------- */

static uint64_t grace_of(const belay_start_options *options) {
    return options == NULL || options->shutdown == 0 ? BELAY_TIMEOUT_DEFAULT
                                                     : options->shutdown;
}

static belay_code options_apply(belay_context *context,
                                const belay_start_options *options) {
    if (options == NULL ||
        (options->label == NULL && options->ended == NULL)) {
        return BELAY_OK;
    }
    belay__more *more = belay__context_more(context);
    if (more == NULL) {
        return BELAY_NO_MEMORY;
    }
    more->ended = options->ended;
    more->ended_context = options->ended_context;
    if (options->label != NULL) {
        size_t size = strlen(options->label) + 1;
        if (size > BELAY_NAME_MAX + 1) {
            return BELAY_BAD_ARGUMENT;
        }
        more->label = belay__take(context->runtime, size);
        if (more->label == NULL) {
            return BELAY_NO_MEMORY;
        }
        memcpy(more->label, options->label, size);
    }
    return BELAY_OK;
}

/* A process that there is no place for among ours: nobody may notice. */
static void process_undo(belay_runtime *runtime, belay_pid owner,
                         belay_pid pid) {
    const belay_command commands[] = {
        {.op = BELAY_OP_UNLINK, .pid = owner, .other = pid},
        {.op = BELAY_OP_SIGNAL,
         .pid = owner,
         .other = pid,
         .reason = BELAY_REASON_KILL},
    };
    belay_answer answer = {0};
    (void)belay__submit(runtime, &commands[0], &answer);
    (void)belay__submit(runtime, &commands[1], &answer);
}

static belay_code spawn(belay_context *owner, belay_context *context,
                        const belay_command *command) {
    belay_runtime *runtime = owner->runtime;
    belay_answer answer = {0};
    belay_code code = belay__submit(runtime, command, &answer);
    if (code == BELAY_OK) {
        code = belay__context_begin(context, answer.pid);
        if (code != BELAY_OK) {
            process_undo(runtime, owner->pid, answer.pid);
        }
    }
    return code;
}

/* With the lock. */
static belay_code start_locked(belay_context *owner, const belay__new *new,
                               belay_value *copied, belay_task *task) {
    belay_context *context = NULL;
    belay_code code = belay__context_new(owner->runtime, &context);
    if (code != BELAY_OK) {
        return code;
    }
    belay__context_fill(context, new->job, new->arguments, new->count,
                        copied);
    code = options_apply(context, new->options);
    if (code == BELAY_OK) {
        belay_command command = new->command;
        command.op = BELAY_OP_SPAWN;
        command.pid = owner->pid;
        command.shutdown = grace_of(new->options);
        code = spawn(owner, context, &command);
    }
    if (code != BELAY_OK) {
        belay__context_undo(context);
        return code;
    }
    if (new->awaited) {
        belay__context_keep(owner, context);
    }
    *task = (belay_task){
        .pid = context->pid,
        .owner = owner->pid,
        .reference = (uint64_t)context->generation << 32 | context->index,
    };
    return BELAY_OK;
}

belay_code belay__start(belay_context *owner, const belay__new *new,
                        belay_task *task) {
    belay_runtime *runtime = owner->runtime;
    if (new->job == NULL || task == NULL ||
        (new->awaited &&new->options != NULL &&new->options->ended != NULL)) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_value *copied = NULL;
    belay_code code =
        belay__arguments_copy(runtime, new->arguments, new->count, &copied);
    if (code != BELAY_OK) {
        return code;
    }
    code = belay__enter(owner);
    if (code == BELAY_OK) {
        code = start_locked(owner, new, copied, task);
        belay__leave(runtime);
    }
    if (code != BELAY_OK) {
        belay__arguments_free(runtime, copied, new->count, new->arguments);
    }
    return code;
}

belay_code belay_async(belay_context *context, belay_job job,
                       const belay_value *arguments, size_t count,
                       const belay_start_options *options, belay_task *out) {
    const belay__new new = {
        .job = job,
        .arguments = arguments,
        .count = count,
        .options = options,
        .awaited = 1,
        .command = {.flags = BELAY_FLAG_LINK},
    };
    return belay__start(context, &new, out);
}

static belay_code start_unawaited(belay_context *context,
                                  const belay__new *new, belay_pid *out) {
    belay_task task = {0};
    belay_code code = belay__start(context, new, &task);
    if (code == BELAY_OK && out != NULL) {
        *out = task.pid;
    }
    return code;
}

belay_code belay_start(belay_context *context, belay_job job,
                       const belay_value *arguments, size_t count,
                       const belay_start_options *options, belay_pid *out) {
    const belay__new new = {
        .job = job,
        .arguments = arguments,
        .count = count,
        .options = options,
        .command = {.flags = BELAY_FLAG_ORPHAN},
    };
    return start_unawaited(context, &new, out);
}

belay_code belay_start_link(belay_context *context, belay_job job,
                            const belay_value *arguments, size_t count,
                            const belay_start_options *options,
                            belay_pid *out) {
    const belay__new new = {
        .job = job,
        .arguments = arguments,
        .count = count,
        .options = options,
        .command = {.flags = BELAY_FLAG_ORPHAN | BELAY_FLAG_LINK},
    };
    return start_unawaited(context, &new, out);
}

/* ---- Finding -------------------------------------------------------- */

belay_code belay__task_find(const belay_context *caller, belay_task task,
                            belay_context **out) {
    belay_runtime *runtime = caller->runtime;
    if (task.owner != caller->pid) {
        return BELAY_NOT_OWNER;
    }
    uint32_t index = (uint32_t)task.reference;
    if (index / BELAY__SLAB >= runtime->slab_count) {
        return BELAY_GONE;
    }
    belay_context *context =
        &runtime->slabs[index / BELAY__SLAB][index % BELAY__SLAB];
    if (context->generation != task.reference >> 32 ||
        context->pid != task.pid || (context->flags & BELAY__KEPT) == 0) {
        return BELAY_GONE;
    }
    *out = context;
    return BELAY_OK;
}

static int has_ended(const belay_context *context) {
    return (context->flags & BELAY__ALIVE) == 0;
}

static void take(belay_context *context, belay_result *result) {
    belay__context_tell(context, result);
    belay__context_unkeep(context);
}

/* ---- One wait ------------------------------------------------------- */

/* Runs the task on this thread, when it has not begun. */
static void run_here(belay_context *caller, belay_context *context) {
    if (caller->nested >= BELAY__NESTED_MAX || !belay__job_claim(context)) {
        return;
    }
    context->nested = caller->nested + 1;
    belay__job_run(context);
}

/* Another thread of the root may have taken it meanwhile. */
static void take_found(belay_context *caller, belay_task task,
                       belay_result *result) {
    belay_context *context = NULL;
    result->code = belay__task_find(caller, task, &context);
    if (result->code == BELAY_OK) {
        take(context, result);
    }
}

static void judge(belay_context *caller, belay_task task, belay__slot *slot,
                  belay_result *result) {
    switch ((belay_outcome)slot->outcome) {
    case BELAY_OUTCOME_OK:
    case BELAY_OUTCOME_EXIT:
        take_found(caller, task, result);
        break;
    case BELAY_OUTCOME_NONE:
        take_found(caller, task, result);
        belay__value_free(caller->runtime, &result->value);
        result->code = BELAY_EMPTY;
        break;
    case BELAY_OUTCOME_TIMEOUT:
        result->code = BELAY_TIMEOUT;
        result->reason = BELAY_REASON_TIMEOUT;
        break;
    case BELAY_OUTCOME_OWNER:
        result->code = BELAY_CANCELLED;
        break;
    case BELAY_OUTCOME_CRASH:
    case BELAY_OUTCOME_REFUSED:
    case BELAY_OUTCOME_FAILED:
    default:
        result->code = BELAY_EXITED;
        result->pid = slot->pid;
        belay__why_tell(caller->runtime, &slot->why, result);
        break;
    }
}

/* Submits the wait, and waits. */
static belay_code wait_submit(belay_context *caller, belay_context *context,
                              const belay_command *command,
                              belay__slot *slot) {
    belay_answer answer = {0};
    belay_code code = belay__submit(caller->runtime, command, &answer);
    if (code != BELAY_OK) {
        return code;
    }
    slot->reference = answer.pid;
    if (command->time == BELAY_INFINITY &&
        command->kind != BELAY_WAIT_SHUTDOWN) {
        run_here(caller, context);
    }
    return belay__block(caller, slot->waiter, BELAY__FOR_OTHERS);
}

static belay_code wait_for(belay_context *caller, belay_context *context,
                           belay_wait kind, uint64_t timeout,
                           belay__slot *slot) {
    belay_code code = belay__slot_open(caller->runtime, slot, slot->waiter);
    if (code != BELAY_OK) {
        return code;
    }
    const belay_command command = {
        .op = BELAY_OP_WAIT,
        .kind = (uint32_t)kind,
        .pid = caller->pid,
        .other = context->pid,
        .time = timeout,
        .tag = slot->tag,
    };
    return wait_submit(caller, context, &command, slot);
}

static belay_code wait_one(belay_context *caller, belay_task task,
                           belay_wait kind, uint64_t timeout,
                           belay_result *result) {
    *result = (belay_result){.pid = task.pid};
    belay_code code = belay__enter(caller);
    if (code != BELAY_OK) {
        result->code = code;
        return code;
    }
    belay_context *context = NULL;
    code = belay__task_find(caller, task, &context);
    if (code == BELAY_OK && has_ended(context)) {
        take(context, result);
    } else if (code == BELAY_OK) {
        belay__waiter waiter = {0};
        belay__slot slot = {.waiter = &waiter};
        code = wait_for(caller, context, kind, timeout, &slot);
        if (code == BELAY_OK) {
            judge(caller, task, &slot, result);
        }
        belay__slot_close(caller->runtime, &slot);
    }
    if (code != BELAY_OK) {
        result->code = code;
    }
    belay__leave(caller->runtime);
    return result->code;
}

belay_code belay_await(belay_context *context, belay_task task,
                       uint64_t timeout, belay_result *result) {
    return wait_one(context, task, BELAY_WAIT_AWAIT, timeout, result);
}

belay_code belay_yield(belay_context *context, belay_task task,
                       uint64_t timeout, belay_result *result) {
    return wait_one(context, task, BELAY_WAIT_YIELD, timeout, result);
}

/* What a task that had ended before is to who shuts it down (H9). */
static void judge_ended(uint64_t grace, belay_result *result) {
    uint32_t wanted = grace == BELAY_BRUTAL_KILL ? BELAY_REASON_KILLED
                                                 : BELAY_REASON_SHUTDOWN;
    if (result->code == BELAY_EXITED && result->reason == wanted) {
        result->code = BELAY_EMPTY;
    }
}

belay_code belay_shutdown(belay_context *context, belay_task task,
                          uint64_t grace, belay_result *result) {
    (void)wait_one(context, task, BELAY_WAIT_SHUTDOWN, grace, result);
    judge_ended(grace, result);
    return result->code;
}

belay_code belay_ignore(belay_context *context, belay_task task,
                        belay_result *result) {
    *result = (belay_result){.pid = task.pid};
    belay_code code = belay__enter(context);
    if (code != BELAY_OK) {
        result->code = code;
        return code;
    }
    belay_context *found = NULL;
    code = belay__task_find(context, task, &found);
    if (code != BELAY_OK) {
        result->code = code;
    } else if (has_ended(found)) {
        take(found, result);
    } else {
        const belay_command command = {
            .op = BELAY_OP_IGNORE,
            .pid = context->pid,
            .other = task.pid,
        };
        belay_answer answer = {0};
        (void)belay__submit(context->runtime, &command, &answer);
        result->code = BELAY_EMPTY;
        belay__context_unkeep(found);
    }
    belay__leave(context->runtime);
    return result->code;
}

belay_code belay_sleep(belay_context *context, uint64_t milliseconds) {
    belay_runtime *runtime = context->runtime;
    belay_code code = belay__enter(context);
    if (code != BELAY_OK) {
        return code;
    }
    belay__waiter waiter = {0};
    belay__slot slot;
    code = belay__slot_open(runtime, &slot, &waiter);
    if (code == BELAY_OK) {
        const belay_command command = {
            .op = BELAY_OP_WAIT,
            .kind = BELAY_WAIT_SLEEP,
            .pid = context->pid,
            .time = milliseconds,
            .tag = slot.tag,
        };
        belay_answer answer = {0};
        code = belay__submit(runtime, &command, &answer);
        slot.reference = answer.pid;
        if (code == BELAY_OK) {
            (void)belay__block(context, &waiter, BELAY__FOR_TIME);
            code = slot.outcome == BELAY_OUTCOME_OWNER ? BELAY_CANCELLED
                                                       : BELAY_OK;
        }
        belay__slot_close(runtime, &slot);
    }
    belay__leave(runtime);
    return code;
}

int belay_cancelled(const belay_context *context) {
    belay__port_breathe();
    return atomic_load_explicit(&context->cancelled, memory_order_relaxed) !=
           0;
}

belay_pid belay_self(const belay_context *context) {
    return context->pid;
}

belay_runtime *belay_context_runtime(const belay_context *context) {
    return context->runtime;
}
