/* tasks.c - async, start, await, yield, shutdown, ignore. */
#include "runtime/runtime.h"

/* ---- Starting ------------------------------------------------------- */

uint64_t belayr_grace(uint64_t shutdown, uint32_t is_supervisor) {
    if (shutdown != 0) {
        return shutdown;
    }
    return is_supervisor ? BELAY_INFINITY : BELAY_TIMEOUT_DEFAULT;
}

void belayr_process_undo(belay_runtime *runtime, belay_pid owner,
                         belay_pid pid) {
    const belay_command commands[] = {
        {.op = BELAY_OP_UNLINK, .pid = owner, .other = pid},
        {.op = BELAY_OP_SIGNAL,
         .pid = owner,
         .other = pid,
         .reason = BELAY_REASON_KILL},
    };
    belay_answer answer = {0};
    (void)belayr_submit(runtime, &commands[0], &answer);
    (void)belayr_submit(runtime, &commands[1], &answer);
}

static belay_code spawn(belay_context *owner, belay_context *context,
                        const belay_command *command) {
    belay_runtime *runtime = owner->runtime;
    belay_answer answer = {0};
    belay_code code = belayr_submit(runtime, command, &answer);
    if (code == BELAY_OK) {
        code = belayr_context_begin(context, answer.pid);
        if (code != BELAY_OK) {
            belayr_process_undo(runtime, owner->pid, answer.pid);
        }
    }
    return code;
}

static belay_task handle_of(const belay_context *owner,
                            const belay_context *context) {
    return (belay_task){
        .pid = context->pid,
        .owner = owner->pid,
        .reference = (uint64_t)context->generation << 32 | context->index,
    };
}

/* With the lock. */
static belay_code start_locked(belay_context *owner, const belayr_new *new,
                               belay_value *copied, belay_task *task) {
    belay_context *context = NULL;
    belay_code code = belayr_context_new(owner->runtime, &context);
    if (code != BELAY_OK) {
        return code;
    }
    belayr_context_fill(context, new->job, new->arguments, new->count,
                        copied);
    context->family = belayr_context_family(owner, new->options);
    code = belayr_context_options(context, new->options);
    if (code == BELAY_OK) {
        belay_command command = new->command;
        command.op = BELAY_OP_SPAWN;
        command.pid = owner->pid;
        command.shutdown = belayr_grace(
            new->options == NULL ? 0 : new->options->shutdown, 0);
        command.scope = new->options == NULL ? 0 : new->options->supervisor;
        code = spawn(owner, context, &command);
    }
    if (code != BELAY_OK) {
        belayr_context_undo(context);
        return code;
    }
    if (new->awaited) {
        belayr_context_keep(&owner->kept, context);
    }
    *task = handle_of(owner, context);
    return BELAY_OK;
}

belay_code belayr_start(belay_context *owner, const belayr_new *new,
                        belay_task *task) {
    belay_runtime *runtime = owner->runtime;
    if (new->job == NULL || task == NULL ||
        (new->awaited &&new->options != NULL &&new->options->ended != NULL)) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_value *copied = NULL;
    belay_code code =
        belayr_arguments_copy(runtime, new->arguments, new->count, &copied);
    if (code != BELAY_OK) {
        return code;
    }
    code = belayr_enter(owner);
    if (code == BELAY_OK) {
        code = start_locked(owner, new, copied, task);
        belayr_leave(runtime);
    }
    if (code != BELAY_OK) {
        belayr_arguments_free(runtime, copied, new->count, new->arguments);
    }
    return code;
}

belay_code belay_async(belay_context *context, belay_job job,
                       const belay_value *arguments, size_t count,
                       const belay_start_options *options, belay_task *out) {
    const belayr_new new = {
        .job = job,
        .arguments = arguments,
        .count = count,
        .options = options,
        .awaited = 1,
        .command = {.flags = BELAY_FLAG_LINK},
    };
    return belayr_start(context, &new, out);
}

belay_code belay_async_nolink(belay_context *context, belay_job job,
                              const belay_value *arguments, size_t count,
                              const belay_start_options *options,
                              belay_task *out) {
    const belayr_new new = {
        .job = job,
        .arguments = arguments,
        .count = count,
        .options = options,
        .awaited = 1,
    };
    return belayr_start(context, &new, out);
}

/* Takes the lock. */
static belay_code complete(belay_context *owner, const belay_value *value,
                           belay_task *task) {
    belay_code code = belayr_enter(owner);
    if (code != BELAY_OK) {
        return code;
    }
    belay_context *context = NULL;
    code = belayr_context_new(owner->runtime, &context);
    if (code == BELAY_OK) {
        context->flags = BELAYR_RETURNED;
        context->value = *value;
        belayr_context_keep(&owner->kept, context);
        *task = handle_of(owner, context);
    }
    belayr_leave(owner->runtime);
    return code;
}

belay_code belay_completed(belay_context *context, belay_value value,
                           belay_task *out) {
    if (out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_value own = belay_none();
    belay_code code = belayr_value_take(context->runtime, value, &own);
    if (code == BELAY_OK) {
        code = complete(context, &own, out);
        if (code != BELAY_OK && (value.flags & BELAY_VALUE_OWNED) == 0) {
            belayr_value_free(context->runtime, &own);
        }
    }
    return code;
}

belay_code belayr_start_unawaited(belay_context *context,
                                  const belayr_new *new, belay_pid *out) {
    belay_task task = {0};
    belay_code code = belayr_start(context, new, &task);
    if (code == BELAY_OK && out != NULL) {
        *out = task.pid;
    }
    return code;
}

belay_code belay_start(belay_context *context, belay_job job,
                       const belay_value *arguments, size_t count,
                       const belay_start_options *options, belay_pid *out) {
    const belayr_new new = {
        .job = job,
        .arguments = arguments,
        .count = count,
        .options = options,
        .command = {.flags = BELAY_FLAG_ORPHAN},
    };
    return belayr_start_unawaited(context, &new, out);
}

belay_code belay_start_link(belay_context *context, belay_job job,
                            const belay_value *arguments, size_t count,
                            const belay_start_options *options,
                            belay_pid *out) {
    const belayr_new new = {
        .job = job,
        .arguments = arguments,
        .count = count,
        .options = options,
        .command = {.flags = BELAY_FLAG_LINK},
    };
    return belayr_start_unawaited(context, &new, out);
}

/* ---- Finding -------------------------------------------------------- */

belay_code belayr_task_find(const belay_context *caller, belay_task task,
                            belay_context **out) {
    belay_runtime *runtime = caller->runtime;
    if (task.owner != caller->pid) {
        return BELAY_NOT_OWNER;
    }
    uint32_t index = (uint32_t)task.reference;
    if (index / BELAYR_SLAB >= runtime->slab_count) {
        return BELAY_GONE;
    }
    belay_context *context =
        &runtime->slabs[index / BELAYR_SLAB][index % BELAYR_SLAB];
    if (context->generation != task.reference >> 32 ||
        context->pid != task.pid || (context->flags & BELAYR_KEPT) == 0) {
        return BELAY_GONE;
    }
    *out = context;
    return BELAY_OK;
}

static void take(belay_context *context, belay_result *result) {
    belayr_context_tell(context, result);
    belayr_context_unkeep(context);
}

/* ---- One wait ------------------------------------------------------- */

/* Runs the task on this thread, when it has not begun. */
static void run_here(belay_context *caller, belay_context *context) {
    if (caller->nested >= BELAYR_NESTED_MAX || !belayr_job_claim(context)) {
        return;
    }
    context->nested = caller->nested + 1;
    belayr_pool_not_needed(caller->runtime);
    belayr_job_run(context, caller->flags & BELAYR_POOLED);
}

/* Another thread of the root may have taken it meanwhile. */
static void take_found(belay_context *caller, belay_task task,
                       belay_result *result) {
    belay_context *context = NULL;
    result->code = belayr_task_find(caller, task, &context);
    if (result->code == BELAY_OK) {
        take(context, result);
    }
}

static void judge(belay_context *caller, belay_task task, belayr_slot *slot,
                  belay_result *result) {
    switch ((belay_outcome)slot->outcome) {
    case BELAY_OUTCOME_OK:
    case BELAY_OUTCOME_EXIT:
    case BELAY_OUTCOME_CRASH:
        take_found(caller, task, result);
        break;
    case BELAY_OUTCOME_NONE:
        take_found(caller, task, result);
        belayr_value_free(caller->runtime, &result->value);
        result->code = BELAY_EMPTY;
        break;
    case BELAY_OUTCOME_TIMEOUT:
        result->code = BELAY_TIMEOUT;
        result->reason = BELAY_REASON_TIMEOUT;
        break;
    case BELAY_OUTCOME_OWNER:
        result->code = BELAY_CANCELLED;
        break;
    case BELAY_OUTCOME_REFUSED:
    case BELAY_OUTCOME_FAILED:
    default:
        result->code = BELAY_EXITED;
        result->pid = slot->pid;
        belayr_why_tell(caller->runtime, &slot->why, result);
        break;
    }
}

/* Submits the wait, and waits. */
static belay_code wait_submit(belay_context *caller, belay_context *context,
                              const belay_command *command,
                              belayr_slot *slot) {
    belay_answer answer = {0};
    belay_code code = belayr_submit(caller->runtime, command, &answer);
    if (code != BELAY_OK) {
        return code;
    }
    slot->reference = answer.pid;
    if ((command->time == BELAY_INFINITY || !belayr_port_has_threads()) &&
        command->kind != BELAY_WAIT_SHUTDOWN) {
        run_here(caller, context);
    }
    return belayr_block(caller, slot->waiter, BELAYR_FOR_OTHERS);
}

static belay_code wait_for(belay_context *caller, belay_context *context,
                           belay_wait kind, uint64_t timeout,
                           belayr_slot *slot) {
    belay_code code = belayr_slot_open(caller->runtime, slot, slot->waiter);
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
    if (result == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    *result = (belay_result){.pid = task.pid};
    belay_code code = belayr_enter(caller);
    if (code != BELAY_OK) {
        result->code = code;
        return code;
    }
    belay_context *context = NULL;
    code = belayr_task_find(caller, task, &context);
    if (code == BELAY_OK && belayr_context_has_ended(context)) {
        take(context, result);
    } else if (code == BELAY_OK) {
        belayr_waiter waiter = {0};
        belayr_slot slot = {.waiter = &waiter};
        code = wait_for(caller, context, kind, timeout, &slot);
        if (code == BELAY_OK) {
            judge(caller, task, &slot, result);
        }
        belayr_slot_close(caller->runtime, &slot);
    }
    if (code != BELAY_OK) {
        result->code = code;
    }
    belayr_leave(caller->runtime);
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
    if (result == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    (void)wait_one(context, task, BELAY_WAIT_SHUTDOWN, grace, result);
    judge_ended(grace, result);
    return result->code;
}

belay_code belay_ignore(belay_context *context, belay_task task,
                        belay_result *result) {
    if (result == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    *result = (belay_result){.pid = task.pid};
    belay_code code = belayr_enter(context);
    if (code != BELAY_OK) {
        result->code = code;
        return code;
    }
    belay_context *found = NULL;
    code = belayr_task_find(context, task, &found);
    if (code != BELAY_OK) {
        result->code = code;
    } else if (belayr_context_has_ended(found)) {
        take(found, result);
    } else {
        const belay_command command = {
            .op = BELAY_OP_IGNORE,
            .pid = context->pid,
            .other = task.pid,
        };
        belay_answer answer = {0};
        (void)belayr_submit(context->runtime, &command, &answer);
        result->code = BELAY_EMPTY;
        belayr_context_unkeep(found);
    }
    belayr_leave(context->runtime);
    return result->code;
}

belay_code belay_sleep(belay_context *context, uint64_t milliseconds) {
    belay_runtime *runtime = context->runtime;
    belay_code code = belayr_enter(context);
    if (code != BELAY_OK) {
        return code;
    }
    belayr_waiter waiter = {0};
    belayr_slot slot;
    code = belayr_slot_open(runtime, &slot, &waiter);
    if (code == BELAY_OK) {
        const belay_command command = {
            .op = BELAY_OP_WAIT,
            .kind = BELAY_WAIT_SLEEP,
            .pid = context->pid,
            .time = milliseconds,
            .tag = slot.tag,
        };
        belay_answer answer = {0};
        code = belayr_submit(runtime, &command, &answer);
        slot.reference = answer.pid;
        if (code == BELAY_OK) {
            (void)belayr_block(context, &waiter, BELAYR_FOR_TIME);
            code = slot.outcome == BELAY_OUTCOME_OWNER ? BELAY_CANCELLED
                                                       : BELAY_OK;
        }
        belayr_slot_close(runtime, &slot);
    }
    belayr_leave(runtime);
    return code;
}

int belay_cancelled(const belay_context *context) {
    belayr_port_breathe();
    return atomic_load_explicit(&context->cancelled, memory_order_relaxed) !=
           0;
}

belay_pid belay_self(const belay_context *context) {
    return context->pid;
}

uint32_t belay_family(const belay_context *context) {
    return context->family;
}

belay_runtime *belay_context_runtime(const belay_context *context) {
    return context->runtime;
}
