/* gathering.c - await_many and yield_many: one waiter for many waits. */
#include "runtime/runtime.h"

/* Takes the value of a task that has ended. The same task may stand in the
 * list twice, and then has its value twice. */
static void gather_take(belay_context *caller, const belay_task *tasks,
                        size_t at, belay_result *results) {
    belay_context *context = NULL;
    belay_result *result = &results[at];
    result->code = belayr_task_find(caller, tasks[at], &context);
    if (result->code == BELAY_OK) {
        belayr_context_tell(context, result);
        belayr_context_unkeep(context);
        return;
    }
    for (size_t i = 0; i < at && result->code == BELAY_GONE; i++) {
        if (tasks[i].reference == tasks[at].reference &&
            results[i].code != BELAY_TIMEOUT) {
            *result = results[i];
            result->value = belay_none();
            if (belayr_value_copy(caller->runtime, results[i].value,
                                  &result->value) != BELAY_OK) {
                result->code = BELAY_NO_MEMORY;
            }
        }
    }
}

/* A list of tasks that somebody waits for. */
typedef struct gather {
    belay_context *caller;
    const belay_task *tasks;
    size_t count;
    belayr_slot *slots; /* one for each; open for those that run */
    size_t ended;       /* how many had ended before */
    size_t failed;      /* the first of these without a value, or count */
} gather;

static belay_code gather_wait(gather *self, size_t at,
                              const belay_context *context,
                              const belay_command *command) {
    belay_runtime *runtime = self->caller->runtime;
    belayr_slot *slot = &self->slots[at];
    belay_code code = belayr_slot_open(runtime, slot, slot->waiter);
    if (code == BELAY_OK) {
        belay_command wait = *command;
        wait.other = context->pid;
        wait.tag = slot->tag;
        belay_answer answer = {0};
        code = belayr_submit(runtime, &wait, &answer);
        slot->reference = code == BELAY_OK ? answer.pid : 0;
    }
    return code;
}

/* One wait for each that runs. OK, or what is wrong with one of them. */
static belay_code gather_begin(gather *self, const belay_command *command) {
    self->ended = 0;
    self->failed = self->count;
    for (size_t i = 0; i < self->count; i++) {
        belay_context *context = NULL;
        belay_code code =
            belayr_task_find(self->caller, self->tasks[i], &context);
        if (code == BELAY_OK && !belayr_context_has_ended(context)) {
            code = gather_wait(self, i, context, command);
        } else if (code == BELAY_OK) {
            self->ended++;
            if ((context->flags & BELAYR_RETURNED) == 0 &&
                self->failed == self->count) {
                self->failed = i;
            }
        }
        if (code != BELAY_OK) {
            return code;
        }
    }
    return BELAY_OK;
}

static belayr_slot *slots_new(belay_runtime *runtime, size_t count,
                              belayr_waiter *waiter) {
    belayr_slot *slots = belayr_take(runtime, count * sizeof(*slots));
    for (size_t i = 0; slots != NULL && i < count; i++) {
        slots[i] = (belayr_slot){.waiter = waiter, .tag = BELAYR_NO_TAG};
    }
    return slots;
}

static void slots_free(belay_runtime *runtime, belayr_slot *slots,
                       size_t count) {
    for (size_t i = 0; i < count; i++) {
        belayr_slot_close(runtime, &slots[i]);
    }
    belayr_give(runtime, slots, count * sizeof(*slots));
}

/* The outcome that ended the waiting, or NULL: all have returned. */
static const belayr_slot *slot_of_note(const gather *self) {
    for (size_t i = 0; i < self->count; i++) {
        if (self->slots[i].done &&
            self->slots[i].outcome != BELAY_OUTCOME_OK) {
            return &self->slots[i];
        }
    }
    return NULL;
}

static void tell_first(const gather *self, const belayr_slot *slot,
                       belay_result *result) {
    switch ((belay_outcome)slot->outcome) {
    case BELAY_OUTCOME_OWNER:
        result->code = BELAY_CANCELLED;
        break;
    case BELAY_OUTCOME_TIMEOUT:
        result->code = BELAY_TIMEOUT;
        result->reason = BELAY_REASON_TIMEOUT;
        break;
    case BELAY_OUTCOME_OK:
    case BELAY_OUTCOME_EXIT:
    case BELAY_OUTCOME_NONE:
    case BELAY_OUTCOME_CRASH:
    case BELAY_OUTCOME_REFUSED:
    case BELAY_OUTCOME_FAILED:
    default:
        gather_take(self->caller, &self->tasks[slot - self->slots], 0,
                    result);
        break;
    }
}

static belay_code await_many(gather *self, const belay_command *command,
                             belay_result *results) {
    belayr_waiter *waiter = self->slots[0].waiter;
    belay_code code = gather_begin(self, command);
    if (code == BELAY_OK && self->failed < self->count) {
        gather_take(self->caller, &self->tasks[self->failed], 0, results);
        return results[0].code;
    }
    if (code == BELAY_OK && self->ended < self->count) {
        waiter->wanted = (uint32_t)(self->count - self->ended);
        code = belayr_block(self->caller, waiter, BELAYR_FOR_OTHERS);
    }
    if (code != BELAY_OK) {
        results[0].code = code;
        return code;
    }
    const belayr_slot *slot = slot_of_note(self);
    if (slot != NULL) {
        tell_first(self, slot, &results[0]);
        return results[0].code;
    }
    for (size_t i = 0; i < self->count; i++) {
        gather_take(self->caller, self->tasks, i, results);
    }
    return BELAY_OK;
}

static void results_clear(const belay_task *tasks, size_t count,
                          belay_result *results) {
    for (size_t i = 0; i < count; i++) {
        results[i] = (belay_result){.pid = tasks[i].pid};
    }
}

/* Takes the lock, and makes the slots. */
static belay_code gather_open(gather *self, belayr_waiter *waiter) {
    belay_runtime *runtime = self->caller->runtime;
    self->slots = slots_new(runtime, self->count, waiter);
    if (self->slots == NULL) {
        return BELAY_NO_MEMORY;
    }
    belay_code code = belayr_enter(self->caller);
    if (code != BELAY_OK) {
        belayr_give(runtime, self->slots, self->count * sizeof(*self->slots));
    }
    return code;
}

belay_code belay_await_many(belay_context *context, const belay_task *tasks,
                            size_t count, uint64_t timeout,
                            belay_result *results) {
    if (count == 0) {
        return BELAY_OK;
    }
    if (tasks == NULL || results == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    results_clear(tasks, count, results);
    belayr_waiter waiter = {.eager = 1};
    gather self = {.caller = context, .tasks = tasks, .count = count};
    belay_code code = gather_open(&self, &waiter);
    if (code != BELAY_OK) {
        results[0].code = code;
        return code;
    }
    const belay_command command = {
        .op = BELAY_OP_WAIT,
        .kind = BELAY_WAIT_AWAIT,
        .pid = context->pid,
        .time = timeout,
    };
    code = await_many(&self, &command, results);
    slots_free(context->runtime, self.slots, count);
    belayr_leave(context->runtime);
    return code;
}

/* ---- yield_many ----------------------------------------------------- */

/* Each result as it stands; how many have ended. */
static size_t gather_results(belay_context *caller, const belay_task *tasks,
                             size_t count, belay_result *results) {
    size_t ended = 0;
    for (size_t i = 0; i < count; i++) {
        belay_context *context = NULL;
        if (belayr_task_find(caller, tasks[i], &context) == BELAY_OK &&
            !belayr_context_has_ended(context)) {
            results[i].code = BELAY_TIMEOUT;
            results[i].reason = BELAY_REASON_TIMEOUT;
        } else {
            gather_take(caller, tasks, i, results);
            ended++;
        }
    }
    return ended;
}

static belay_code yield_many(gather *self, size_t limit,
                             const belay_command *command) {
    belayr_waiter *waiter = self->slots[0].waiter;
    belay_code code = gather_begin(self, command);
    if (code == BELAY_OK && self->ended < limit) {
        waiter->wanted = (uint32_t)(limit - self->ended);
        code = belayr_block(self->caller, waiter, BELAYR_FOR_OTHERS);
    }
    const belayr_slot *slot = slot_of_note(self);
    if (code == BELAY_OK && slot != NULL &&
        slot->outcome == BELAY_OUTCOME_OWNER) {
        code = BELAY_CANCELLED;
    }
    return code;
}

/* What is to be done about those that have not ended. */
static void leftovers(belay_context *caller, const belay_task *tasks,
                      size_t count, belay_on_timeout on_timeout,
                      belay_result *results) {
    for (size_t i = 0; i < count; i++) {
        if (results[i].code != BELAY_TIMEOUT) {
            continue;
        }
        belay_result late = {0};
        if (on_timeout == BELAY_ON_TIMEOUT_KILL) {
            (void)belay_shutdown(caller, tasks[i], BELAY_BRUTAL_KILL, &late);
        } else if (on_timeout == BELAY_ON_TIMEOUT_IGNORE) {
            (void)belay_ignore(caller, tasks[i], &late);
        }
        if (late.code == BELAY_EXITED ||
            (late.code == BELAY_OK && late.pid != 0)) {
            results[i] = late; /* it has ended after all */
        }
    }
}

belay_code belay_yield_many(belay_context *context, const belay_task *tasks,
                            size_t count, const belay_yield_options *options,
                            belay_result *results) {
    const belay_yield_options defaults = {0};
    if (options == NULL) {
        options = &defaults;
    }
    if (options->on_timeout > BELAY_ON_TIMEOUT_IGNORE) {
        return BELAY_BAD_ARGUMENT;
    }
    if (count == 0) {
        return BELAY_OK;
    }
    if (tasks == NULL || results == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    size_t limit = options->limit == 0 || options->limit > count
                       ? count
                       : options->limit;
    belayr_waiter waiter = {0};
    gather self = {.caller = context, .tasks = tasks, .count = count};
    belay_code code = gather_open(&self, &waiter);
    if (code != BELAY_OK) {
        return code;
    }
    const belay_command command = {
        .op = BELAY_OP_WAIT,
        .kind = BELAY_WAIT_YIELD,
        .pid = context->pid,
        .time =
            options->timeout == 0 ? BELAY_TIMEOUT_DEFAULT : options->timeout,
    };
    size_t ended = 0;
    code = yield_many(&self, limit, &command);
    if (code == BELAY_OK) {
        results_clear(tasks, count, results);
        ended = gather_results(context, tasks, count, results);
    }
    slots_free(context->runtime, self.slots, count);
    belayr_leave(context->runtime);
    if (code == BELAY_OK && ended < limit) {
        leftovers(context, tasks, count, options->on_timeout, results);
    }
    return code;
}
