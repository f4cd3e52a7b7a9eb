/* children.c - children of supervisors: started, started again, dropped.
 *
 * A task supervisor's child is restarted by the kernel itself (RESTARTED). A
 * general supervisor's child is started here each time: CHILD_START puts it
 * into the list of wanted ones, and what follows the events (events.c) takes
 * it from there. No start in C waits for anything, so the kernel has its
 * answer before the call that caused it returns.
 */
#include "runtime/runtime.h"

#include <string.h>

belay_code belayr_child_new(belay_runtime *runtime, belayr_spec *spec,
                            belay_pid supervisor, belayr_child **out) {
    belayr_child *child = belayr_take(runtime, sizeof(*child));
    if (child == NULL) {
        return BELAY_NO_MEMORY;
    }
    *child = (belayr_child){.spec = spec, .supervisor = supervisor};
    belay_code code =
        belayr_places_add(runtime, &runtime->children, child, &child->tag);
    if (code != BELAY_OK) {
        belayr_give(runtime, child, sizeof(*child));
        return code;
    }
    spec->users++;
    if (spec->id != NULL) {
        child->id = belayr_child_number(runtime, supervisor, spec->id);
        if (child->id == 0) {
            child->id = ++runtime->child_id;
        }
    }
    child->next = runtime->all_children;
    if (child->next != NULL) {
        child->next->previous = child;
    }
    runtime->all_children = child;
    *out = child;
    return BELAY_OK;
}

void belayr_child_free(belay_runtime *runtime, belayr_child *child) {
    if (child->next != NULL) {
        child->next->previous = child->previous;
    }
    if (child->previous != NULL) {
        child->previous->next = child->next;
    } else {
        runtime->all_children = child->next;
    }
    belayr_places_drop(&runtime->children, child->tag);
    belayr_spec_drop(runtime, child->spec);
    belayr_give(runtime, child, sizeof(*child));
}

uint32_t belayr_child_number(const belay_runtime *runtime,
                             belay_pid supervisor, const char *id) {
    for (const belayr_child *at = runtime->all_children; at != NULL;
         at = at->next) {
        if (at->supervisor == supervisor && at->id != 0 &&
            strcmp(at->spec->id, id) == 0) {
            return at->id;
        }
    }
    return 0;
}

belay_code belayr_child_run(belay_runtime *runtime, belayr_spec *spec,
                            belay_pid pid) {
    belay_context *context = NULL;
    belay_code code = belayr_context_new(runtime, &context);
    if (code != BELAY_OK) {
        return code;
    }
    const belay_start_options options = {
        .label = spec->label,
        .ended = spec->ended,
        .ended_context = spec->ended_context,
    };
    context->family = spec->family;
    code = belayr_context_options(context, &options);
    if (code == BELAY_OK) {
        code = belayr_context_begin(context, pid);
    }
    if (code != BELAY_OK) {
        belayr_context_undo(context);
        return code;
    }
    context->job = spec->job;
    context->arguments = spec->arguments;
    context->count = spec->count;
    context->spec = spec;
    spec->users++;
    return BELAY_OK;
}

/* ---- Events --------------------------------------------------------- */

void belayr_child_restarted(belay_runtime *runtime,
                            const belay_event *event) {
    belayr_child *child = runtime->children.at[event->tag].thing;
    if (child->id == 0) {
        /* Without memory the process finds no job, and is ended for that
         * when its turn comes (running.c). */
        (void)belayr_child_run(runtime, child->spec, event->pid);
    }
}

void belayr_child_dropped(belay_runtime *runtime, const belay_event *event) {
    belayr_child_free(runtime, runtime->children.at[event->tag].thing);
}

void belayr_child_wanted(belay_runtime *runtime, const belay_event *event) {
    belayr_child *child = runtime->children.at[event->tag].thing;
    child->wanted_next = NULL;
    if (runtime->wanted_last == NULL) {
        runtime->wanted = child;
    } else {
        runtime->wanted_last->wanted_next = child;
    }
    runtime->wanted_last = child;
}

/* ---- Starting ------------------------------------------------------- */

static belay_code job_start(belay_runtime *runtime, belayr_child *child,
                            belay_pid *pid) {
    const belay_command command = {
        .op = BELAY_OP_SPAWN,
        .pid = child->supervisor,
        .flags = BELAY_FLAG_LINK,
    };
    belay_answer answer = {0};
    belay_code code = belayr_submit(runtime, &command, &answer);
    if (code == BELAY_OK) {
        *pid = answer.pid;
        code = belayr_child_run(runtime, child->spec, answer.pid);
    }
    return code;
}

/* A supervisor that is a child. Its own children are asked for, and come
 * when the kernel wants them. */
static belay_code supervisor_start(belay_runtime *runtime,
                                   belayr_child *child, belay_pid *pid) {
    const belayr_spec *spec = child->spec;
    belay_code code =
        belayr_supervisor_new(runtime, child->supervisor, &spec->options,
                              spec->options.strategy, pid);
    for (size_t i = 0; code == BELAY_OK && i < spec->child_count; i++) {
        belayr_child *inner = NULL;
        code = belayr_child_new(runtime, spec->children[i], *pid, &inner);
        if (code == BELAY_OK) {
            belay_answer answer = {0};
            code = belayr_child_ask(runtime, runtime->root.pid, inner,
                                    BELAY_ASK_INIT, BELAYR_NO_TAG, &answer);
        }
    }
    return code;
}

void belayr_child_start(belay_runtime *runtime) {
    belayr_child *child = runtime->wanted;
    runtime->wanted = child->wanted_next;
    if (runtime->wanted == NULL) {
        runtime->wanted_last = NULL;
    }
    belay_pid supervisor = child->supervisor;
    belay_pid pid = 0;
    belay_code code = child->spec->is_supervisor
                          ? supervisor_start(runtime, child, &pid)
                          : job_start(runtime, child, &pid);
    belay_command told = {
        .op = BELAY_OP_SUP_CHILD,
        .scope = supervisor,
        .kind = BELAY_STARTED_UP,
        .other = pid,
    };
    belay_answer answer = {0};
    if (code == BELAY_OK &&
        belayr_submit(runtime, &told, &answer) == BELAY_OK) {
        return;
    }
    if (pid != 0) {
        belayr_process_undo(runtime, supervisor, pid);
    }
    told.kind = BELAY_STARTED_FAILED;
    told.other = 0;
    told.reason = runtime->memory_reason;
    (void)belayr_submit(runtime, &told, &answer);
}

belay_code belayr_supervisor_new(belay_runtime *runtime, belay_pid parent,
                                 const belay_supervisor_options *options,
                                 belay_sup strategy, belay_pid *out) {
    const belay_command command = {
        .op = BELAY_OP_SUP_START,
        .pid = parent,
        .kind = (uint32_t)strategy,
        .limit =
            options->max_children == 0 ? UINT32_MAX : options->max_children,
        .count = options->max_restarts == 0 ? BELAYR_RESTARTS
                                            : options->max_restarts - 1,
        .extra =
            options->max_seconds == 0 ? BELAYR_SECONDS : options->max_seconds,
        .flags = (options->nolink ? 0u : (uint32_t)BELAY_FLAG_LINK) |
                 options->auto_shutdown,
    };
    belay_answer answer = {0};
    belay_code code = belayr_submit(runtime, &command, &answer);
    if (code == BELAY_OK && options->name != NULL) {
        code = belayr_name_give(runtime, options->name, answer.pid);
        if (code != BELAY_OK) {
            belayr_process_undo(runtime, parent, answer.pid);
        }
    }
    if (code == BELAY_OK) {
        *out = answer.pid;
    }
    return code;
}

belay_code belayr_child_ask(belay_runtime *runtime, belay_pid asker,
                            belayr_child *child, belay_ask kind, uint32_t tag,
                            belay_answer *answer) {
    const belayr_spec *spec = child->spec;
    const belay_command command = {
        .op = BELAY_OP_SUP_ASK,
        .pid = asker,
        .scope = child->supervisor,
        .kind = (uint32_t)kind,
        .tag = tag,
        .extra = child->id,
        .count = child->tag,
        .limit = (uint32_t)spec->restart,
        .shutdown = belayr_grace(spec->shutdown, spec->is_supervisor),
        .flags = (spec->significant ? (uint32_t)BELAY_FLAG_SIGNIFICANT : 0u) |
                 (spec->is_supervisor ? (uint32_t)BELAY_FLAG_SUPERVISOR : 0u),
    };
    belay_code code = belayr_submit(runtime, &command, answer);
    if (code != BELAY_OK) {
        belayr_child_free(runtime, child);
    }
    return code;
}
