/* name.c - names of processes. A name is a number here; the host knows the
 * word. A process has at most one (K9). */
#define BELAY__SMALL 1
#include "kernel/kernel.h"

static belay__name *name_at(const belay_kernel *kernel, uint32_t index) {
    return belay__table_at(&kernel->names, index);
}

void belay__name_leave(belay_kernel *kernel, uint32_t process) {
    belay__process *self = process_at(kernel, process);
    if (self->name != BELAY__NONE) {
        BELAY_ASSERT(belay__table_live(&kernel->names, self->name));
        BELAY_ASSERT(name_at(kernel, self->name)->process == process);
        name_at(kernel, self->name)->process = BELAY__NONE;
        self->name = BELAY__NONE;
    }
}

static void name_enter(belay_kernel *kernel, uint32_t index,
                       uint32_t process) {
    BELAY_ASSERT(belay__table_live(&kernel->names, index));
    BELAY_ASSERT(process_is_alive(process_at(kernel, process)));
    BELAY_ASSERT(name_at(kernel, index)->process == BELAY__NONE);
    BELAY_ASSERT(process_at(kernel, process)->name == BELAY__NONE);
    name_at(kernel, index)->process = process;
    process_at(kernel, process)->name = index;
    process_at(kernel, process)->flags |= PROCESS_KNOWN;
}

belay_code belay__name_new(belay_kernel *kernel, const belay_command *command,
                           belay_answer *answer) {
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_code code =
        belay__table_reserve(&kernel->names, &kernel->memory, 1);
    if (code == BELAY_OK) {
        answer->value = belay__table_take(&kernel->names);
        name_at(kernel, answer->value)->process = BELAY__NONE;
    }
    return code;
}

belay_code belay__name_set(belay_kernel *kernel, const belay_command *command,
                           belay_answer *answer) {
    uint32_t index = belay__process_find(kernel, command->other);
    if (command->flags != 0 ||
        !belay__table_live(&kernel->names, command->tag)) {
        return BELAY_BAD_ARGUMENT;
    }
    if (index == BELAY__NONE) {
        return BELAY_GONE;
    }
    uint32_t holder = name_at(kernel, command->tag)->process;
    if (holder != BELAY__NONE) {
        BELAY_ASSERT(process_at(kernel, holder)->name == command->tag);
        answer->pid = process_pid(kernel, holder);
        return BELAY_ALREADY;
    }
    if (process_at(kernel, index)->name != BELAY__NONE) {
        answer->pid = command->other;
        return BELAY_ALREADY;
    }
    name_enter(kernel, command->tag, index);
    return BELAY_OK;
}

belay_code belay__name_drop(belay_kernel *kernel,
                            const belay_command *command,
                            belay_answer *answer) {
    (void)answer;
    if (command->flags != 0 ||
        !belay__table_live(&kernel->names, command->tag)) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t holder = name_at(kernel, command->tag)->process;
    if (holder == BELAY__NONE) {
        return BELAY_GONE;
    }
    BELAY_ASSERT(process_at(kernel, holder)->name == command->tag);
    belay__name_leave(kernel, holder);
    return BELAY_OK;
}

belay_code belay__name_get(belay_kernel *kernel, const belay_command *command,
                           belay_answer *answer) {
    if (command->flags != 0 ||
        !belay__table_live(&kernel->names, command->tag)) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t holder = name_at(kernel, command->tag)->process;
    if (holder == BELAY__NONE) {
        return BELAY_EMPTY;
    }
    BELAY_ASSERT(process_at(kernel, holder)->name == command->tag);
    BELAY_ASSERT(process_is_alive(process_at(kernel, holder)));
    answer->pid = process_pid(kernel, holder);
    return BELAY_OK;
}
