/* naming.c - names of processes. The kernel knows a number; the word stands
 * here. A place whose name nobody has is used again for another word. */
#include "runtime/runtime.h"

#include <string.h>

struct belayr_name {
    char *text;
    uint32_t number; /* the kernel's */
};

belay_code belayr_text_copy(belay_runtime *runtime, const char *text,
                            char **out) {
    size_t size = strlen(text) + 1;
    if (size > BELAY_NAME_MAX + 1) {
        return BELAY_BAD_ARGUMENT;
    }
    char *copy = belayr_take(runtime, size);
    if (copy == NULL) {
        return BELAY_NO_MEMORY;
    }
    memcpy(copy, text, size);
    *out = copy;
    return BELAY_OK;
}

void belayr_text_free(belay_runtime *runtime, char *text) {
    if (text != NULL) {
        belayr_give(runtime, text, strlen(text) + 1);
    }
}

static struct belayr_name *name_find(const belay_runtime *runtime,
                                     const char *text) {
    for (uint32_t i = 0; i < runtime->name_count; i++) {
        if (strcmp(runtime->names[i].text, text) == 0) {
            return &runtime->names[i];
        }
    }
    return NULL;
}

static belay_pid name_holder(belay_runtime *runtime,
                             const struct belayr_name *name) {
    const belay_command command = {
        .op = BELAY_OP_NAME_GET,
        .tag = name->number,
    };
    belay_answer answer = {0};
    (void)belayr_submit(runtime, &command, &answer);
    return answer.pid;
}

/* A new place, or one whose name nobody has any more. */
static belay_code name_place(belay_runtime *runtime,
                             struct belayr_name **out) {
    for (uint32_t i = 0; i < runtime->name_count; i++) {
        if (name_holder(runtime, &runtime->names[i]) == 0) {
            *out = &runtime->names[i];
            return BELAY_OK;
        }
    }
    belay_code code = belayr_reserve(
        runtime, (void **)&runtime->names, &runtime->name_places,
        runtime->name_count + 1, sizeof(*runtime->names));
    belay_answer answer = {0};
    if (code == BELAY_OK) {
        const belay_command command = {.op = BELAY_OP_NAME_NEW};
        code = belayr_submit(runtime, &command, &answer);
    }
    if (code == BELAY_OK) {
        *out = &runtime->names[runtime->name_count++];
        **out = (struct belayr_name){.number = answer.value};
    }
    return code;
}

static belay_code name_add(belay_runtime *runtime, const char *text,
                           struct belayr_name **out) {
    char *copy = NULL;
    belay_code code = belayr_text_copy(runtime, text, &copy);
    if (code == BELAY_OK) {
        code = name_place(runtime, out);
        if (code == BELAY_OK) {
            belayr_text_free(runtime, (*out)->text);
            (*out)->text = copy;
        } else {
            belayr_text_free(runtime, copy);
        }
    }
    return code;
}

belay_code belayr_name_give(belay_runtime *runtime, const char *name,
                            belay_pid pid) {
    if (name == NULL || name[0] == 0) {
        return BELAY_BAD_ARGUMENT;
    }
    struct belayr_name *place = name_find(runtime, name);
    belay_code code = BELAY_OK;
    if (place == NULL) {
        code = name_add(runtime, name, &place);
    }
    if (code == BELAY_OK) {
        const belay_command command = {
            .op = BELAY_OP_NAME_SET,
            .other = pid,
            .tag = place->number,
        };
        belay_answer answer = {0};
        code = belayr_submit(runtime, &command, &answer);
    }
    return code;
}

void belayr_names_free(belay_runtime *runtime) {
    for (uint32_t i = 0; i < runtime->name_count; i++) {
        belayr_text_free(runtime, runtime->names[i].text);
    }
    belayr_give(runtime, runtime->names,
                runtime->name_places * sizeof(*runtime->names));
}

belay_code belay_register(belay_context *context, const char *name,
                          belay_pid pid) {
    belay_code code = belayr_enter(context);
    if (code == BELAY_OK) {
        code = belayr_name_give(context->runtime, name, pid);
        belayr_leave(context->runtime);
    }
    return code;
}

belay_pid belay_whereis(belay_context *context, const char *name) {
    belay_runtime *runtime = context->runtime;
    belay_pid pid = 0;
    if (name == NULL) {
        return 0;
    }
    belayr_port_lock(&runtime->lock);
    const struct belayr_name *place = name_find(runtime, name);
    if (place != NULL) {
        pid = name_holder(runtime, place);
    }
    belayr_leave(runtime);
    return pid;
}
