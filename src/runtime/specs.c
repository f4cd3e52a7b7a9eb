/* specs.c - how children are started: copies of what users gave, shared by
 * the processes that use them. */
#include "runtime/runtime.h"

#include <string.h>

/* ---- Specs ---------------------------------------------------------- */

static belayr_spec *spec_new(belay_runtime *runtime) {
    belayr_spec *spec = belayr_take(runtime, sizeof(*spec));
    if (spec != NULL) {
        memset(spec, 0, sizeof(*spec));
        spec->users = 1;
    }
    return spec;
}

static void spec_free(belay_runtime *runtime, belayr_spec *spec) {
    belayr_arguments_free(runtime, spec->arguments, spec->count, NULL);
    belayr_text_free(runtime, spec->label);
    belayr_text_free(runtime, spec->id);
    belayr_text_free(runtime, spec->name);
    if (spec->children != NULL) {
        belayr_give(runtime, spec->children,
                    spec->child_count * sizeof(*spec->children));
    }
    belayr_give(runtime, spec, sizeof(*spec));
}

void belayr_spec_drop(belay_runtime *runtime, belayr_spec *spec) {
    if (spec == NULL || --spec->users > 0) {
        return;
    }
    /* Specs nest as supervisors do: a list, not recursion. */
    belayr_spec *list = spec;
    spec->next = NULL;
    while (list != NULL) {
        belayr_spec *one = list;
        list = one->next;
        for (size_t i = 0; i < one->child_count; i++) {
            belayr_spec *child = one->children[i];
            if (child != NULL && --child->users == 0) {
                child->next = list;
                list = child;
            }
        }
        spec_free(runtime, one);
    }
}

void belayr_spec_disown(belayr_spec *spec, const belay_value *arguments) {
    for (size_t i = 0; i < spec->count; i++) {
        if ((arguments[i].flags & BELAY_VALUE_OWNED) != 0) {
            spec->arguments[i] = belay_none();
        }
    }
}

/* Each start uses the same arguments, which jobs only read. */
static belay_code arguments_keep(belay_runtime *runtime, belayr_spec *spec,
                                 const belay_value *arguments, size_t count) {
    if (count > BELAY_ARGUMENTS_MAX || (count > 0 && arguments == NULL)) {
        return BELAY_BAD_ARGUMENT;
    }
    if (count == 0) {
        return BELAY_OK;
    }
    belay_code code = belayr_arguments_copy_all(runtime, arguments, count,
                                                &spec->arguments);
    spec->count = code == BELAY_OK ? count : 0;
    return code;
}

belay_code belayr_spec_of_job(const belay_context *starter,
                              const belayr_new *new, belayr_spec **out) {
    belay_runtime *runtime = starter->runtime;
    belayr_spec *spec = spec_new(runtime);
    if (spec == NULL) {
        return BELAY_NO_MEMORY;
    }
    spec->job = new->job;
    spec->family = belayr_context_family(starter, new->options);
    belay_code code =
        arguments_keep(runtime, spec, new->arguments, new->count);
    if (code == BELAY_OK && new->options != NULL) {
        spec->ended = new->options->ended;
        spec->ended_context = new->options->ended_context;
        if (new->options->label != NULL) {
            code =
                belayr_text_copy(runtime, new->options->label, &spec->label);
        }
    }
    if (code != BELAY_OK) {
        belayr_spec_disown(spec, new->arguments);
        belayr_spec_drop(runtime, spec);
        return code;
    }
    *out = spec;
    return BELAY_OK;
}

/* Copies of all of them, OWNED ones too: a tree of children is not taken
 * half. */
static belay_code spec_arguments(belay_runtime *runtime, belayr_spec *spec) {
    const belay_value *arguments = spec->source->arguments;
    size_t count = spec->source->count;
    if (count == 0) {
        return BELAY_OK;
    }
    if (arguments == NULL || count > BELAY_ARGUMENTS_MAX) {
        return BELAY_BAD_ARGUMENT;
    }
    spec->arguments = belayr_take(runtime, count * sizeof(*arguments));
    if (spec->arguments == NULL) {
        return BELAY_NO_MEMORY;
    }
    memset(spec->arguments, 0, count * sizeof(*arguments));
    spec->count = count;
    belay_code code = BELAY_OK;
    for (size_t i = 0; i < count && code == BELAY_OK; i++) {
        code = belayr_value_keep(runtime, arguments[i], &spec->arguments[i]);
    }
    return code;
}

/* Makes a spec of spec->source, but for its children. */
static belay_code spec_fill(belay_runtime *runtime, belayr_spec *spec) {
    const belay_child_spec *source = spec->source;
    int is_supervisor = source->supervisor != NULL;
    if (source->id == NULL || source->id[0] == 0 ||
        source->restart > BELAY_RESTART_PERMANENT ||
        is_supervisor != (source->job == NULL) ||
        (source->child_count > 0 &&
         (source->children == NULL || !is_supervisor ||
          source->supervisor->strategy == BELAY_SUP_TASK))) {
        return BELAY_BAD_ARGUMENT;
    }
    spec->job = source->job;
    spec->restart = source->restart;
    spec->significant = source->significant;
    spec->shutdown = source->shutdown;
    belay_code code = belayr_text_copy(runtime, source->id, &spec->id);
    if (code == BELAY_OK && is_supervisor) {
        spec->is_supervisor = 1;
        spec->options = *source->supervisor;
        spec->options.name = NULL;
        if (source->supervisor->name != NULL) {
            code = belayr_text_copy(runtime, source->supervisor->name,
                                    &spec->name);
            spec->options.name = spec->name;
        }
    }
    if (code == BELAY_OK) {
        code = spec_arguments(runtime, spec);
    }
    if (code == BELAY_OK && source->label != NULL) {
        code = belayr_text_copy(runtime, source->label, &spec->label);
    }
    return code;
}

/* Its children, empty as yet, are put before `list`. */
static belay_code spec_widen(belay_runtime *runtime, belayr_spec *spec,
                             belayr_spec **list) {
    size_t count = spec->source->child_count;
    if (count == 0) {
        return BELAY_OK;
    }
    spec->children = belayr_take(runtime, count * sizeof(*spec->children));
    if (spec->children == NULL) {
        return BELAY_NO_MEMORY;
    }
    memset(spec->children, 0, count * sizeof(*spec->children));
    spec->child_count = count;
    for (size_t i = 0; i < count; i++) {
        belayr_spec *child = spec_new(runtime);
        if (child == NULL) {
            return BELAY_NO_MEMORY;
        }
        child->source = &spec->source->children[i];
        child->family = spec->family;
        child->next = *list;
        *list = child;
        spec->children[i] = child;
    }
    return BELAY_OK;
}

belay_code belayr_spec_of_child(const belay_context *starter,
                                const belay_child_spec *child,
                                belayr_spec **out) {
    belay_runtime *runtime = starter->runtime;
    belayr_spec *spec = spec_new(runtime);
    if (spec == NULL) {
        return BELAY_NO_MEMORY;
    }
    spec->source = child;
    spec->family = starter->family;
    belayr_spec *list = spec;
    belay_code code = BELAY_OK;
    while (list != NULL && code == BELAY_OK) {
        belayr_spec *one = list;
        list = one->next;
        code = spec_fill(runtime, one);
        if (code == BELAY_OK) {
            code = spec_widen(runtime, one, &list);
        }
        one->source = NULL;
    }
    if (code != BELAY_OK) {
        belayr_spec_drop(runtime, spec);
        return code;
    }
    *out = spec;
    return BELAY_OK;
}
