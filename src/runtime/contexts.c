/* contexts.c - what the runtime knows of each process: made in slabs, used
 * again, found by its pid. */
#include "runtime/runtime.h"

#include <string.h>

static belay_code slab_add(belay_runtime *runtime) {
    belay_context *slab =
        belay__take(runtime, BELAY__SLAB * sizeof(belay_context));
    if (slab == NULL) {
        return BELAY_NO_MEMORY;
    }
    size_t old_size = runtime->slab_count * sizeof(*runtime->slabs);
    belay_context **slabs = belay__grow(runtime, runtime->slabs, old_size,
                                        old_size + sizeof(*slabs));
    if (slabs == NULL) {
        belay__give(runtime, slab, BELAY__SLAB * sizeof(belay_context));
        return BELAY_NO_MEMORY;
    }
    runtime->slabs = slabs;
    memset(slab, 0, BELAY__SLAB * sizeof(belay_context));
    for (uint32_t i = BELAY__SLAB; i-- > 0;) {
        slab[i].runtime = runtime;
        slab[i].index = runtime->slab_count * BELAY__SLAB + i;
        slab[i].next = runtime->free;
        runtime->free = &slab[i];
    }
    slabs[runtime->slab_count++] = slab;
    return BELAY_OK;
}

belay_code belay__context_new(belay_runtime *runtime, belay_context **out) {
    if (runtime->free == NULL && slab_add(runtime) != BELAY_OK) {
        return BELAY_NO_MEMORY;
    }
    belay_context *context = runtime->free;
    runtime->free = context->next;
    context->next = NULL;
    *out = context;
    return BELAY_OK;
}

void belay__context_fill(belay_context *context, belay_job job,
                         const belay_value *arguments, size_t count,
                         belay_value *copied) {
    context->job = job;
    context->count = count;
    if (copied != NULL) {
        context->arguments = copied;
        return;
    }
    context->arguments = context->few;
    for (size_t i = 0; i < count; i++) {
        context->few[i] = arguments[i];
    }
}

static void more_free(belay_context *context) {
    belay__more *more = context->more;
    if (more == NULL) {
        return;
    }
    belay_runtime *runtime = context->runtime;
    context->more = NULL;
    if (more->label != NULL) {
        belay__give(runtime, more->label, strlen(more->label) + 1);
    }
    belay__letters_free(runtime, more);
    belay__give(runtime, more, sizeof(*more));
}

void belay__context_undo(belay_context *context) {
    belay_runtime *runtime = context->runtime;
    more_free(context);
    context->generation++;
    context->pid = 0;
    context->flags = 0;
    context->arguments = NULL;
    context->count = 0;
    context->next = runtime->free;
    runtime->free = context;
}

static uint32_t index_of(belay_pid pid) {
    return (uint32_t)(pid & ((1u << BELAY_INDEX_BITS) - 1));
}

belay_code belay__context_begin(belay_context *context, belay_pid pid) {
    belay_runtime *runtime = context->runtime;
    belay_code code = belay__reserve(
        runtime, (void **)&runtime->by_index, &runtime->by_index_count,
        index_of(pid) + 1, sizeof(*runtime->by_index));
    if (code == BELAY_OK) {
        context->pid = pid;
        context->flags |= BELAY__ALIVE | BELAY__BODY;
        atomic_store_explicit(&context->cancelled, 0, memory_order_relaxed);
        runtime->by_index[index_of(pid)] = context;
    }
    return code;
}

belay_context *belay__context_of(const belay_runtime *runtime,
                                 belay_pid pid) {
    uint32_t index = index_of(pid);
    if (index >= runtime->by_index_count) {
        return NULL;
    }
    belay_context *context = runtime->by_index[index];
    return context != NULL && context->pid == pid ? context : NULL;
}

static void arguments_drop(belay_context *context) {
    if (context->arguments != context->few) {
        belay__arguments_free(context->runtime, context->arguments,
                              context->count, NULL);
    }
    context->arguments = NULL;
    context->count = 0;
}

void belay__context_release(belay_context *context) {
    const uint32_t holds = BELAY__ALIVE | BELAY__BODY | BELAY__KEPT;
    if ((context->flags & (holds | BELAY__ROOT)) != 0) {
        return; /* R2 */
    }
    belay_runtime *runtime = context->runtime;
    if (runtime->by_index[index_of(context->pid)] == context) {
        runtime->by_index[index_of(context->pid)] = NULL;
    }
    arguments_drop(context);
    belay__value_free(runtime, &context->value);
    belay__why_drop(runtime, &context->why);
    belay__context_undo(context);
}

void belay__context_tell(belay_context *context, belay_result *result) {
    result->pid = context->pid;
    if ((context->flags & BELAY__RETURNED) != 0) {
        result->code = BELAY_OK;
        result->reason = BELAY_REASON_NORMAL;
        result->value = context->value;
        context->value = belay_none();
    } else {
        result->code = BELAY_EXITED;
        belay__why_tell(context->runtime, &context->why, result);
    }
}

void belay__context_keep(belay_context *owner, belay_context *context) {
    context->flags |= BELAY__KEPT;
    context->owner = owner;
    context->kept_previous = NULL;
    context->kept_next = owner->kept;
    if (owner->kept != NULL) {
        owner->kept->kept_previous = context;
    }
    owner->kept = context;
}

void belay__context_unkeep(belay_context *context) {
    if ((context->flags & BELAY__KEPT) == 0) {
        return;
    }
    if (context->kept_previous != NULL) {
        context->kept_previous->kept_next = context->kept_next;
    } else {
        context->owner->kept = context->kept_next;
    }
    if (context->kept_next != NULL) {
        context->kept_next->kept_previous = context->kept_previous;
    }
    context->kept_next = NULL;
    context->kept_previous = NULL;
    context->owner = NULL;
    context->flags &= ~(uint32_t)BELAY__KEPT;
    belay__context_release(context);
}

belay__more *belay__context_more(belay_context *context) {
    if (context->more == NULL) {
        belay__more *more = belay__take(context->runtime, sizeof(*more));
        if (more != NULL) {
            memset(more, 0, sizeof(*more));
            context->more = more;
        }
    }
    return context->more;
}

static void context_end(belay_context *context) {
    context->flags = 0;
    if (context->pid != 0) {
        arguments_drop(context);
        belay__value_free(context->runtime, &context->value);
        belay__why_drop(context->runtime, &context->why);
    }
    more_free(context);
}

void belay__contexts_free(belay_runtime *runtime) {
    for (uint32_t at = 0; at < runtime->slab_count; at++) {
        for (uint32_t i = 0; i < BELAY__SLAB; i++) {
            context_end(&runtime->slabs[at][i]);
        }
        belay__give(runtime, runtime->slabs[at],
                    BELAY__SLAB * sizeof(belay_context));
    }
    more_free(&runtime->root);
    belay__give(runtime, runtime->slabs,
                runtime->slab_count * sizeof(*runtime->slabs));
    belay__give(runtime, runtime->by_index,
                runtime->by_index_count * sizeof(*runtime->by_index));
}
