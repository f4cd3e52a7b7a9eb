/* supervising.c - task supervisors and general supervisors, as users call
 * them. */
#include "runtime/runtime.h"

#include <string.h>

/* ---- Task supervisors ----------------------------------------------- */

static int options_are_good(const belay_supervisor_options *options) {
    return options->strategy <= BELAY_SUP_REST_FOR_ONE &&
           (options->auto_shutdown == 0 ||
            options->auto_shutdown == BELAY_FLAG_ANY_SIGNIFICANT ||
            options->auto_shutdown == BELAY_FLAG_ALL_SIGNIFICANT);
}

belay_code
belay_task_supervisor_start(belay_context *context,
                            const belay_supervisor_options *options,
                            belay_pid *out) {
    const belay_supervisor_options defaults = {0};
    if (options == NULL) {
        options = &defaults;
    }
    if (out == NULL || options->strategy != BELAY_SUP_TASK ||
        options->auto_shutdown != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_code code = belayr_enter(context);
    if (code == BELAY_OK) {
        code = belayr_supervisor_new(context->runtime, context->pid, options,
                                     BELAY_SUP_TASK, out);
        belayr_leave(context->runtime);
    }
    return code;
}

/* With the lock. A child that may be started again has a spec, which its
 * first process uses, too. */
static belay_code restartable_start(belay_context *context, belayr_spec *spec,
                                    const belay_start_options *options,
                                    belay_pid *out) {
    belay_runtime *runtime = context->runtime;
    belay_pid supervisor = options->supervisor;
    belayr_child *child = NULL;
    belay_code code = belayr_child_new(runtime, spec, supervisor, &child);
    if (code != BELAY_OK) {
        return code;
    }
    const belay_command command = {
        .op = BELAY_OP_SPAWN,
        .pid = context->pid,
        .scope = supervisor,
        .flags = BELAY_FLAG_ORPHAN,
        .kind = (uint32_t)options->restart,
        .shutdown = belayr_grace(options->shutdown, 0),
        .tag = child->tag,
    };
    belay_answer answer = {0};
    code = belayr_submit(runtime, &command, &answer);
    if (code != BELAY_OK) {
        belayr_child_free(runtime, child);
        return code;
    }
    *out = answer.pid;
    /* Without memory its process finds no job (running.c). */
    (void)belayr_child_run(runtime, spec, answer.pid);
    return BELAY_OK;
}

static belay_code start_restartable(belay_context *context,
                                    const belayr_new *new, belay_pid *out) {
    belay_runtime *runtime = context->runtime;
    belayr_spec *spec = NULL;
    belay_code code = belayr_spec_of_job(context, new, &spec);
    if (code != BELAY_OK) {
        return code;
    }
    code = belayr_enter(context);
    if (code == BELAY_OK) {
        code = restartable_start(context, spec, new->options, out);
        if (code != BELAY_OK) {
            belayr_spec_disown(spec, new->arguments);
        }
        belayr_spec_drop(runtime, spec);
        belayr_leave(runtime);
    } else {
        belayr_spec_disown(spec, new->arguments);
        belayr_spec_drop(runtime, spec);
    }
    return code;
}

belay_code belay_start_child(belay_context *context, belay_job job,
                             const belay_value *arguments, size_t count,
                             const belay_start_options *options,
                             belay_pid *out) {
    if (options == NULL || options->supervisor == 0) {
        return BELAY_GONE;
    }
    if (job == NULL || options->restart > BELAY_RESTART_PERMANENT) {
        return BELAY_BAD_ARGUMENT;
    }
    const belayr_new new = {
        .job = job,
        .arguments = arguments,
        .count = count,
        .options = options,
        .command = {.flags = BELAY_FLAG_ORPHAN},
    };
    if (options->restart == BELAY_RESTART_TEMPORARY) {
        return belayr_start_unawaited(context, &new, out);
    }
    belay_pid pid = 0;
    belay_code code = start_restartable(context, &new, &pid);
    if (code == BELAY_OK && out != NULL) {
        *out = pid;
    }
    return code;
}

/* ---- Asking --------------------------------------------------------- */

/* Waits for the answer to what was asked with the slot's tag. */
static belay_code answer_wait(belay_context *context, belayr_slot *slot) {
    belay_code code = belayr_block(context, slot->waiter, BELAYR_FOR_OTHERS);
    if (code != BELAY_OK) {
        return code;
    }
    switch ((belay_outcome)slot->outcome) {
    case BELAY_OUTCOME_NONE:
        return BELAY_OK;
    case BELAY_OUTCOME_REFUSED:
        return (belay_code)slot->reason;
    case BELAY_OUTCOME_OWNER:
        return BELAY_CANCELLED;
    case BELAY_OUTCOME_TIMEOUT:
        return BELAY_TIMEOUT;
    case BELAY_OUTCOME_FAILED:
        return BELAY_NO_MEMORY;
    case BELAY_OUTCOME_OK:
    case BELAY_OUTCOME_EXIT:
    case BELAY_OUTCOME_CRASH:
    default:
        return BELAY_GONE; /* it has ended itself */
    }
}

/* Submits a command that a slot's WAIT_DONE answers. */
static belay_code ask_locked(belay_context *context, belay_command *command,
                             belayr_slot *slot) {
    belayr_waiter *waiter = slot->waiter;
    belay_code code = belayr_slot_open(context->runtime, slot, waiter);
    if (code == BELAY_OK) {
        belay_answer answer = {0};
        command->pid = context->pid;
        command->tag = slot->tag;
        code = belayr_submit(context->runtime, command, &answer);
        if (code == BELAY_OK) {
            slot->reference = answer.pid;
            code = answer_wait(context, slot);
        }
    }
    return code;
}

static belay_code ask(belay_context *context, belay_command *command,
                      belay_pid *out) {
    belay_code code = belayr_enter(context);
    if (code == BELAY_OK) {
        belayr_waiter waiter = {0};
        belayr_slot slot = {.waiter = &waiter, .tag = BELAYR_NO_TAG};
        code = ask_locked(context, command, &slot);
        if (code == BELAY_OK && out != NULL) {
            *out = slot.pid;
        }
        belayr_slot_close(context->runtime, &slot);
        belayr_leave(context->runtime);
    }
    return code;
}

belay_code belay_supervisor_terminate_child(belay_context *context,
                                            belay_pid supervisor,
                                            belay_pid child) {
    belay_command command = {
        .op = BELAY_OP_SUP_ASK,
        .scope = supervisor,
        .kind = BELAY_ASK_TERMINATE_PID,
        .other = child,
    };
    return ask(context, &command, NULL);
}

belay_code belay_supervisor_stop(belay_context *context, belay_pid supervisor,
                                 uint32_t reason, uint64_t timeout) {
    if (reason < BELAY_REASON_NORMAL || reason > BELAY_REASON_NOCONNECTION) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_command command = {
        .op = BELAY_OP_WAIT,
        .kind = BELAY_WAIT_STOP,
        .other = supervisor,
        .reason = reason,
        .time = timeout,
    };
    return ask(context, &command, NULL);
}

/* ---- General supervisors -------------------------------------------- */

/* With the lock. */
static belay_code child_add(belay_context *context, belayr_spec *spec,
                            belay_pid supervisor, belay_ask kind,
                            belay_pid *out) {
    belay_runtime *runtime = context->runtime;
    belayr_child *child = NULL;
    belay_code code = belayr_child_new(runtime, spec, supervisor, &child);
    if (code != BELAY_OK) {
        return code;
    }
    belayr_waiter waiter = {0};
    belayr_slot slot;
    code = belayr_slot_open(runtime, &slot, &waiter);
    if (code != BELAY_OK) {
        belayr_child_free(runtime, child);
        return code;
    }
    belay_answer answer = {0};
    code = belayr_child_ask(runtime, context->pid, child, kind, slot.tag,
                            &answer);
    if (code == BELAY_OK) {
        slot.reference = answer.pid;
        code = answer_wait(context, &slot);
        if (slot.done && slot.outcome == BELAY_OUTCOME_REFUSED) {
            belayr_child_free(runtime, child); /* the kernel has none */
        }
        *out = slot.pid;
    }
    belayr_slot_close(runtime, &slot);
    return code;
}

static belay_code supervisor_begin(belay_context *context,
                                   const belayr_spec *spec, belay_pid *out) {
    belay_runtime *runtime = context->runtime;
    belay_sup strategy = spec->options.strategy == BELAY_SUP_TASK
                             ? BELAY_SUP_ONE_FOR_ONE
                             : spec->options.strategy;
    belay_pid supervisor = 0;
    belay_code code = belayr_supervisor_new(
        runtime, context->pid, &spec->options, strategy, &supervisor);
    if (code != BELAY_OK) {
        return code;
    }
    for (size_t i = 0; code == BELAY_OK && i < spec->child_count; i++) {
        belay_pid child = 0;
        code = child_add(context, spec->children[i], supervisor,
                         BELAY_ASK_INIT, &child);
    }
    if (code != BELAY_OK) {
        belayr_process_undo(runtime, context->pid, supervisor);
        return code;
    }
    *out = supervisor;
    return BELAY_OK;
}

belay_code belay_supervisor_start(belay_context *context,
                                  const belay_child_spec *children,
                                  size_t count,
                                  const belay_supervisor_options *options,
                                  belay_pid *out) {
    belay_runtime *runtime = context->runtime;
    belay_supervisor_options own = {0};
    if (options != NULL) {
        own = *options;
    }
    if (own.strategy == BELAY_SUP_TASK) {
        own.strategy = BELAY_SUP_ONE_FOR_ONE;
    }
    if (out == NULL || !options_are_good(&own)) {
        return BELAY_BAD_ARGUMENT;
    }
    /* The whole tree is one spec, copied before the lock is taken. */
    const belay_child_spec tree = {
        .id = "root",
        .supervisor = &own,
        .children = children,
        .child_count = count,
    };
    belayr_spec *spec = NULL;
    belay_code code = belayr_spec_of_child(context, &tree, &spec);
    if (code != BELAY_OK) {
        return code;
    }
    code = belayr_enter(context);
    if (code != BELAY_OK) {
        belayr_spec_drop(runtime, spec);
        return code;
    }
    code = supervisor_begin(context, spec, out);
    belayr_spec_drop(runtime, spec);
    belayr_leave(runtime);
    return code;
}

belay_code belay_supervisor_add_child(belay_context *context,
                                      belay_pid supervisor,
                                      const belay_child_spec *child,
                                      belay_pid *out) {
    if (child == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_runtime *runtime = context->runtime;
    belayr_spec *spec = NULL;
    belay_code code = belayr_spec_of_child(context, child, &spec);
    if (code != BELAY_OK) {
        return code;
    }
    code = belayr_enter(context);
    if (code != BELAY_OK) {
        belayr_spec_drop(runtime, spec);
        return code;
    }
    belay_pid pid = 0;
    code = child_add(context, spec, supervisor, BELAY_ASK_START, &pid);
    if (code == BELAY_OK && out != NULL) {
        *out = pid;
    }
    belayr_spec_drop(runtime, spec);
    belayr_leave(runtime);
    return code;
}

static belay_code ask_for_id(belay_context *context, belay_pid supervisor,
                             const char *id, belay_ask kind, belay_pid *out) {
    belay_runtime *runtime = context->runtime;
    if (id == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_command command = {
        .op = BELAY_OP_SUP_ASK,
        .scope = supervisor,
        .kind = (uint32_t)kind,
    };
    belayr_port_lock(&runtime->lock);
    command.extra = belayr_child_number(runtime, supervisor, id);
    belayr_port_unlock(&runtime->lock);
    return ask(context, &command, out);
}

belay_code belay_supervisor_terminate_id(belay_context *context,
                                         belay_pid supervisor,
                                         const char *id) {
    return ask_for_id(context, supervisor, id, BELAY_ASK_TERMINATE, NULL);
}

belay_code belay_supervisor_restart_id(belay_context *context,
                                       belay_pid supervisor, const char *id,
                                       belay_pid *out) {
    return ask_for_id(context, supervisor, id, BELAY_ASK_RESTART, out);
}

belay_code belay_supervisor_delete_id(belay_context *context,
                                      belay_pid supervisor, const char *id) {
    return ask_for_id(context, supervisor, id, BELAY_ASK_DELETE, NULL);
}

/* ---- Looking at children -------------------------------------------- */

static void child_describe(const belay_runtime *runtime,
                           const belay_child_info *info, belay_child *out) {
    *out = (belay_child){
        .pid = info->process,
        .state = (belay_child_state)info->state,
        .restart = (belay_restart)info->restart,
        .restarts = info->restarts,
        .is_supervisor = info->type,
    };
    if (info->id != 0 && info->tag < runtime->children.count) {
        const belayr_child *child = runtime->children.at[info->tag].thing;
        memcpy(out->id, child->spec->id, strlen(child->spec->id) + 1);
    }
}

belay_code belay_supervisor_children(belay_context *context,
                                     belay_pid supervisor,
                                     belay_child *children, size_t capacity,
                                     size_t *count) {
    if (count == NULL || (children == NULL && capacity > 0)) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_runtime *runtime = context->runtime;
    belay_process_info process = {0};
    belay_child_info info = {0};
    size_t found = 0;
    belayr_port_lock(&runtime->lock);
    belay_code code = belay_info(runtime->kernel, supervisor, &process);
    if (code == BELAY_OK && process.kind != BELAY_KIND_TASK_SUPERVISOR &&
        process.kind != BELAY_KIND_SUPERVISOR) {
        code = BELAY_NOT_SUPERVISOR;
    }
    while (code == BELAY_OK &&
           belay_inspect_child(runtime->kernel, supervisor, info.next,
                               &info) == BELAY_OK) {
        if (found < capacity) {
            child_describe(runtime, &info, &children[found]);
        }
        found++;
        if (info.next == 0) {
            break;
        }
    }
    belayr_leave(runtime);
    if (code == BELAY_OK) {
        *count = found;
    }
    return code;
}
