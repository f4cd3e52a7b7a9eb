/* values.c - values that cross between processes, and failures. */
#include "runtime/runtime.h"

#include <string.h>

/* In front of the memory of an OWNED value, so that its size is known
 * whatever its holder has made of the value. */
typedef union value_head {
    size_t size; /* of the memory, this head included */
    max_align_t aligned;
    char bytes[16];
} value_head;

static int value_has_memory(const belay_value *value) {
    return value->type == BELAY_TYPE_STRING ||
           value->type == BELAY_TYPE_ARRAY;
}

/* Its bytes are nowhere. */
static int value_is_broken(const belay_value *value) {
    return value_has_memory(value) && value->data == NULL &&
           (value->size > 0 || (value->flags & BELAY_VALUE_OWNED) != 0);
}

static belay_code value_new(belay_runtime *runtime, belay_type type,
                            belay_element element, size_t size,
                            belay_value *out) {
    if ((type != BELAY_TYPE_STRING && type != BELAY_TYPE_ARRAY) ||
        element > BELAY_ELEMENT_UINT8_CLAMPED || size > PTRDIFF_MAX / 2) {
        return BELAY_BAD_ARGUMENT;
    }
    size_t whole = sizeof(value_head) + size + 1;
    value_head *head = belayr_take(runtime, whole);
    if (head == NULL) {
        return BELAY_NO_MEMORY;
    }
    head->size = whole;
    char *data = (char *)(head + 1);
    data[size] = 0;
    *out = belay_array(element, data, size);
    out->type = (uint8_t)type;
    out->flags = BELAY_VALUE_OWNED;
    return BELAY_OK;
}

belay_code belayr_value_copy(belay_runtime *runtime, belay_value value,
                             belay_value *out) {
    if (value.type >= BELAY_TYPE_EXIT || value_is_broken(&value)) {
        return BELAY_BAD_ARGUMENT;
    }
    if (!value_has_memory(&value)) {
        *out = value;
        return BELAY_OK;
    }
    belay_value copy = belay_none();
    belay_code code =
        value_new(runtime, (belay_type)value.type,
                  (belay_element)value.element, value.size, &copy);
    if (code == BELAY_OK) {
        if (value.size > 0) {
            memcpy(copy.data, value.data, value.size);
        }
        *out = copy;
    }
    return code;
}

void belayr_value_free(belay_runtime *runtime, belay_value *value) {
    if (value == NULL) {
        return;
    }
    if (value_has_memory(value) && value->data != NULL &&
        (value->flags & BELAY_VALUE_OWNED) != 0) {
        value_head *head = (value_head *)value->data - 1;
        belayr_give(runtime, head, head->size);
    }
    *value = belay_none();
}

belay_code belay_value_allocate(belay_context *context, belay_type type,
                                belay_element element, size_t size,
                                belay_value *out) {
    if (out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    return value_new(context->runtime, type, element, size, out);
}

belay_code belay_value_copy(belay_context *context, belay_value value,
                            belay_value *out) {
    if (out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    return belayr_value_copy(context->runtime, value, out);
}

void belay_value_free(belay_context *context, belay_value *value) {
    belayr_value_free(context->runtime, value);
}

/* ---- Arguments ------------------------------------------------------ */

/* What a job is given says nothing of who owns it: passed on or returned, it
 * is copied like any borrowed value. Here its owner is remembered. */
#define HELD 1u /* detail: the memory is the task's */

static void argument_hold(belay_value *value) {
    if ((value->flags & BELAY_VALUE_OWNED) != 0) {
        value->flags = 0;
        value->detail = HELD;
    }
}

static void argument_free(belay_runtime *runtime, belay_value *value) {
    if (value->detail == HELD) {
        value->flags = BELAY_VALUE_OWNED;
        belayr_value_free(runtime, value);
    }
}

void belayr_arguments_free(belay_runtime *runtime, belay_value *arguments,
                           size_t count, const belay_value *keep) {
    if (arguments == NULL) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (keep == NULL || (keep[i].flags & BELAY_VALUE_OWNED) == 0) {
            argument_free(runtime, &arguments[i]);
        }
    }
    belayr_give(runtime, arguments, count * sizeof(*arguments));
}

static int arguments_are_plain(const belay_value *arguments, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (arguments[i].type >= BELAY_TYPE_EXIT ||
            value_has_memory(&arguments[i])) {
            return 0;
        }
    }
    return 1;
}

belay_code belayr_value_keep(belay_runtime *runtime, belay_value value,
                             belay_value *out) {
    if ((value.flags & BELAY_VALUE_SHARED) != 0 && !value_is_broken(&value)) {
        *out = value;
        return BELAY_OK;
    }
    belay_code code = belayr_value_copy(runtime, value, out);
    if (code == BELAY_OK) {
        argument_hold(out);
    }
    return code;
}

belay_code belayr_value_take(belay_runtime *runtime, belay_value value,
                             belay_value *out) {
    if (value.flags != 0 && value_has_memory(&value) &&
        !value_is_broken(&value)) {
        *out = value;
        return BELAY_OK;
    }
    return belayr_value_copy(runtime, value, out);
}

/* An argument as its task has it. */
static belay_code argument_copy(belay_runtime *runtime, belay_value value,
                                belay_value *out) {
    belay_code code = belayr_value_take(runtime, value, out);
    if (code == BELAY_OK) {
        argument_hold(out);
    }
    return code;
}

belay_code belayr_arguments_copy_all(belay_runtime *runtime,
                                     const belay_value *arguments,
                                     size_t count, belay_value **out) {
    belay_value *copies = belayr_take(runtime, count * sizeof(*copies));
    if (copies == NULL) {
        return BELAY_NO_MEMORY;
    }
    memset(copies, 0, count * sizeof(*copies));
    for (size_t i = 0; i < count; i++) {
        belay_code code = argument_copy(runtime, arguments[i], &copies[i]);
        if (code != BELAY_OK) {
            belayr_arguments_free(runtime, copies, count, arguments);
            return code;
        }
    }
    *out = copies;
    return BELAY_OK;
}

belay_code belayr_arguments_copy(belay_runtime *runtime,
                                 const belay_value *arguments, size_t count,
                                 belay_value **out) {
    *out = NULL;
    if (count > BELAY_ARGUMENTS_MAX || (count > 0 && arguments == NULL)) {
        return BELAY_BAD_ARGUMENT;
    }
    if (count <= BELAYR_INLINE_ARGUMENTS &&
        arguments_are_plain(arguments, count)) {
        return BELAY_OK;
    }
    return belayr_arguments_copy_all(runtime, arguments, count, out);
}

belay_code belayr_arguments_join(belay_runtime *runtime, belay_value item,
                                 const belay_value *others, size_t count,
                                 belay_value **out) {
    belay_value *copies = belayr_take(runtime, count * sizeof(*copies));
    if (copies == NULL) {
        return BELAY_NO_MEMORY;
    }
    memset(copies, 0, count * sizeof(*copies));
    belay_code code = argument_copy(runtime, item, &copies[0]);
    if (code != BELAY_OK) {
        belayr_give(runtime, copies, count * sizeof(*copies));
        return code;
    }
    for (size_t i = 1; i < count; i++) {
        /* Copies even of what `others` owns: each item has its own. */
        code = belayr_value_keep(runtime, others[i - 1], &copies[i]);
        if (code != BELAY_OK) {
            if ((item.flags & BELAY_VALUE_OWNED) != 0) {
                copies[0] = belay_none(); /* the caller frees that one */
            }
            belayr_arguments_free(runtime, copies, count, NULL);
            return code;
        }
    }
    *out = copies;
    return BELAY_OK;
}

/* ---- Failures ------------------------------------------------------- */

belayr_failure *belayr_failure_new(belay_runtime *runtime, int32_t code,
                                   const char *message) {
    size_t size = message == NULL ? 0 : strlen(message);
    belayr_failure *failure =
        belayr_take(runtime, sizeof(*failure) + size + 1);
    if (failure == NULL) {
        return NULL;
    }
    failure->users = 1;
    failure->code = code;
    failure->size = size;
    if (size > 0) {
        memcpy(failure->message, message, size);
    }
    failure->message[size] = 0;
    return failure;
}

void belayr_why_drop(belay_runtime *runtime, belayr_why *why) {
    belayr_failure *failure = why->failure;
    *why = (belayr_why){0};
    if (failure != NULL && --failure->users == 0) {
        belayr_give(runtime, failure, sizeof(*failure) + failure->size + 1);
    }
}

belayr_why belayr_why_of(belay_runtime *runtime, uint32_t reason) {
    belayr_why why = {reason, NULL};
    if (reason >= BELAY_REASON_HOST) {
        why.reason = BELAY_REASON_FAILURE;
        why.failure = runtime->failures[reason - BELAY_REASON_HOST];
        if (why.failure != NULL) {
            why.failure->users++;
        }
    }
    return why;
}

void belayr_why_tell(belay_runtime *runtime, belayr_why *why,
                     belay_result *result) {
    result->reason = why->reason;
    if (why->failure != NULL) {
        result->failure = why->failure->code;
        if (why->failure->size > 0) {
            /* Without memory the failure goes without its message. */
            (void)belayr_value_copy(
                runtime, belay_string(why->failure->message), &result->value);
        }
    }
    belayr_why_drop(runtime, why);
}

belay_value belay_exit(belay_context *context, uint32_t reason) {
    if (reason < BELAY_REASON_NORMAL || reason > BELAY_REASON_NOCONNECTION) {
        return belay_fail(context, (int32_t)reason, NULL);
    }
    belay_value value = belay_none();
    value.type = BELAY_TYPE_EXIT;
    value.detail = reason;
    return value;
}

belay_value belay_fail(belay_context *context, int32_t failure,
                       const char *message) {
    belay_value value = belay_none();
    value.type = BELAY_TYPE_EXIT;
    value.detail = BELAY_REASON_FAILURE;
    value.pointer = belayr_failure_new(context->runtime, failure, message);
    return value;
}
