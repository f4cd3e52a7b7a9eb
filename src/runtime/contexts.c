/* contexts.c - what the runtime knows of each process: made in slabs, used
 * again, found by its pid. */
#include "runtime/runtime.h"

#include <string.h>

static belay_code slab_add(belay_runtime *runtime) {
    belay_context *slab =
        belayr_take(runtime, BELAYR_SLAB * sizeof(belay_context));
    if (slab == NULL) {
        return BELAY_NO_MEMORY;
    }
    size_t old_size = runtime->slab_count * sizeof(*runtime->slabs);
    belay_context **slabs = belayr_grow(runtime, runtime->slabs, old_size,
                                        old_size + sizeof(*slabs));
    if (slabs == NULL) {
        belayr_give(runtime, slab, BELAYR_SLAB * sizeof(belay_context));
        return BELAY_NO_MEMORY;
    }
    runtime->slabs = slabs;
    memset(slab, 0, BELAYR_SLAB * sizeof(belay_context));
    for (uint32_t i = BELAYR_SLAB; i-- > 0;) {
        slab[i].runtime = runtime;
        slab[i].index = runtime->slab_count * BELAYR_SLAB + i;
        slab[i].next = runtime->free;
        runtime->free = &slab[i];
    }
    slabs[runtime->slab_count++] = slab;
    return BELAY_OK;
}

belay_code belayr_context_new(belay_runtime *runtime, belay_context **out) {
    if (runtime->free == NULL && slab_add(runtime) != BELAY_OK) {
        return BELAY_NO_MEMORY;
    }
    belay_context *context = runtime->free;
    runtime->free = context->next;
    context->next = NULL;
    *out = context;
    return BELAY_OK;
}

void belayr_context_fill(belay_context *context, belay_job job,
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
    belayr_more *more = context->more;
    if (more == NULL) {
        return;
    }
    belay_runtime *runtime = context->runtime;
    context->more = NULL;
    belayr_text_free(runtime, more->label);
    belayr_letters_free(runtime, more);
    belayr_monitors_free(runtime, more);
    belayr_give(runtime, more, sizeof(*more));
}

void belayr_context_undo(belay_context *context) {
    belay_runtime *runtime = context->runtime;
    more_free(context);
    context->generation++;
    context->pid = 0;
    context->flags = 0;
    context->arguments = NULL;
    context->count = 0;
    context->stream_pid = 0;
    context->nested = 0;
    context->family = 0;
    context->next = runtime->free;
    runtime->free = context;
}

static uint32_t index_of(belay_pid pid) {
    return (uint32_t)(pid & ((1u << BELAY_INDEX_BITS) - 1));
}

void belayr_context_change(belay_context *context,
                           belay_family_change change) {
    belay_runtime *runtime = context->runtime;
    if (context->family != 0 && runtime->family != NULL) {
        runtime->family(runtime->hooks, context->family, change);
        if (change >= BELAY_FAMILY_GOES) {
            runtime->family_news = 1;
        }
    }
}

void belayr_context_bodiless(belay_context *context) {
    context->flags &= ~(uint32_t)(BELAYR_BODY | BELAYR_RUNS);
    belayr_context_change(context, belayr_context_has_ended(context)
                                       ? BELAY_FAMILY_LEAVES
                                       : BELAY_FAMILY_GOES);
}

belay_code belayr_context_begin(belay_context *context, belay_pid pid) {
    belay_runtime *runtime = context->runtime;
    belay_code code = belayr_reserve(
        runtime, (void **)&runtime->by_index, &runtime->by_index_count,
        index_of(pid) + 1, sizeof(*runtime->by_index));
    if (code == BELAY_OK) {
        context->pid = pid;
        context->flags |= BELAYR_ALIVE | BELAYR_BODY;
        atomic_store_explicit(&context->cancelled, 0, memory_order_relaxed);
        runtime->by_index[index_of(pid)] = context;
        belayr_context_change(context, BELAY_FAMILY_COMES);
    }
    return code;
}

belay_context *belayr_context_of(belay_runtime *runtime, belay_pid pid) {
    uint32_t index = index_of(pid);
    if (pid == runtime->root.pid) {
        return &runtime->root;
    }
    if (index >= runtime->by_index_count) {
        return NULL;
    }
    belay_context *context = runtime->by_index[index];
    return context != NULL && context->pid == pid ? context : NULL;
}

static void arguments_drop(belay_context *context) {
    if (context->spec != NULL) {
        belayr_spec_drop(context->runtime, context->spec);
        context->spec = NULL;
    } else if (context->arguments != context->few) {
        belayr_arguments_free(context->runtime, context->arguments,
                              context->count, NULL);
    }
    context->arguments = NULL;
    context->count = 0;
}

void belayr_context_release(belay_context *context) {
    const uint32_t holds =
        BELAYR_ALIVE | BELAYR_BODY | BELAYR_KEPT | BELAYR_NAMED;
    if ((context->flags & (holds | BELAYR_ROOT)) != 0) {
        return; /* R2 */
    }
    belay_runtime *runtime = context->runtime;
    if (context->pid != 0 &&
        runtime->by_index[index_of(context->pid)] == context) {
        runtime->by_index[index_of(context->pid)] = NULL;
    }
    arguments_drop(context);
    belayr_value_free(runtime, &context->value);
    belayr_why_drop(runtime, &context->why);
    belayr_context_undo(context);
}

void belayr_context_tell(belay_context *context, belay_result *result) {
    result->pid = context->pid;
    if ((context->flags & BELAYR_RETURNED) != 0) {
        result->code = BELAY_OK;
        result->reason = BELAY_REASON_NORMAL;
        result->value = context->value;
        context->value = belay_none();
    } else {
        result->code = BELAY_EXITED;
        belayr_why_tell(context->runtime, &context->why, result);
    }
}

void belayr_context_keep(belay_context **list, belay_context *context) {
    context->flags |= BELAYR_KEPT;
    context->list = list;
    context->kept_previous = NULL;
    context->kept_next = *list;
    if (*list != NULL) {
        (*list)->kept_previous = context;
    }
    *list = context;
}

void belayr_context_unkeep(belay_context *context) {
    if ((context->flags & BELAYR_KEPT) == 0) {
        return;
    }
    if (context->kept_previous != NULL) {
        context->kept_previous->kept_next = context->kept_next;
    } else {
        *context->list = context->kept_next;
    }
    if (context->kept_next != NULL) {
        context->kept_next->kept_previous = context->kept_previous;
    }
    context->kept_next = NULL;
    context->kept_previous = NULL;
    context->list = NULL;
    context->flags &= ~(uint32_t)BELAYR_KEPT;
    belayr_context_release(context);
}

belayr_more *belayr_context_more(belay_context *context) {
    if (context->more == NULL) {
        belayr_more *more = belayr_take(context->runtime, sizeof(*more));
        if (more != NULL) {
            memset(more, 0, sizeof(*more));
            context->more = more;
        }
    }
    return context->more;
}

belay_code belayr_context_label(belay_context *context, const char *label) {
    if (label == NULL) {
        return BELAY_OK;
    }
    belayr_more *more = belayr_context_more(context);
    return more == NULL
               ? BELAY_NO_MEMORY
               : belayr_text_copy(context->runtime, label, &more->label);
}

belay_code belayr_context_options(belay_context *context,
                                  const belay_start_options *options) {
    if (options == NULL) {
        return BELAY_OK;
    }
    if (options->ended != NULL) {
        belayr_more *more = belayr_context_more(context);
        if (more == NULL) {
            return BELAY_NO_MEMORY;
        }
        more->ended = options->ended;
        more->ended_context = options->ended_context;
    }
    return belayr_context_label(context, options->label);
}

static void context_end(belay_context *context) {
    const uint32_t completed = context->flags & BELAYR_KEPT;
    context->flags = 0;
    if (context->pid != 0 || completed) {
        arguments_drop(context);
        belayr_value_free(context->runtime, &context->value);
        belayr_why_drop(context->runtime, &context->why);
    }
    more_free(context);
}

void belayr_contexts_free(belay_runtime *runtime) {
    for (uint32_t at = 0; at < runtime->slab_count; at++) {
        for (uint32_t i = 0; i < BELAYR_SLAB; i++) {
            context_end(&runtime->slabs[at][i]);
        }
        belayr_give(runtime, runtime->slabs[at],
                    BELAYR_SLAB * sizeof(belay_context));
    }
    more_free(&runtime->root);
    belayr_give(runtime, runtime->slabs,
                runtime->slab_count * sizeof(*runtime->slabs));
    belayr_give(runtime, runtime->by_index,
                runtime->by_index_count * sizeof(*runtime->by_index));
}
