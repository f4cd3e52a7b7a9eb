#include "kernel/kernel.h"

static belay__reason *reason_at(const belay_kernel *kernel, uint32_t number) {
    BELAY_ASSERT(number >= BELAY_REASON_HOST);
    return belay__table_at(&kernel->reasons, number - BELAY_REASON_HOST);
}

int belay__reason_valid(const belay_kernel *kernel, uint32_t number) {
    if (number >= BELAY_REASON_HOST) {
        return belay__table_live(&kernel->reasons,
                                 number - BELAY_REASON_HOST);
    }
    return number >= BELAY_REASON_NORMAL &&
           number <= BELAY_REASON_NOCONNECTION;
}

int belay__reason_is_good(const belay_kernel *kernel, uint32_t number) {
    BELAY_ASSERT(belay__reason_valid(kernel, number));
    if (number >= BELAY_REASON_HOST) {
        return reason_at(kernel, number)->class == BELAY_CLASS_SHUTDOWN;
    }
    return number == BELAY_REASON_NORMAL || number == BELAY_REASON_SHUTDOWN;
}

void belay__reason_retain(belay_kernel *kernel, uint32_t number) {
    BELAY_ASSERT(belay__reason_valid(kernel, number));
    if (number >= BELAY_REASON_HOST) {
        BELAY_ASSERT(reason_at(kernel, number)->references > 0);
        reason_at(kernel, number)->references++;
    }
}

void belay__reason_release(belay_kernel *kernel, uint32_t number) {
    BELAY_ASSERT(belay__reason_valid(kernel, number));
    if (number < BELAY_REASON_HOST) {
        return;
    }
    belay__reason *reason = reason_at(kernel, number);
    BELAY_ASSERT(reason->references > 0);
    reason->references--;
    BELAY_ASSERT(reason->references >= reason->host);
    if (reason->references == 0) {
        belay__table_release(&kernel->reasons, number - BELAY_REASON_HOST);
        (void)belay__event_add(kernel, BELAY_EVENT_REASON_FREE, 0, 0, 0,
                               number);
    }
}

belay_code belay__reason_new(belay_kernel *kernel,
                             const belay_command *command,
                             belay_answer *answer) {
    if (command->kind > BELAY_CLASS_SHUTDOWN || command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    if (kernel->view.events > 0) {
        return BELAY_BUSY; /* one may say that the number is free */
    }
    belay_code code =
        belay__table_reserve(&kernel->reasons, &kernel->memory, 1);
    if (code != BELAY_OK) {
        return code;
    }
    uint32_t index = belay__table_take(&kernel->reasons);
    belay__reason *reason = belay__table_at(&kernel->reasons, index);
    reason->references = 1;
    reason->class = (uint16_t)command->kind;
    reason->host = 1;
    answer->value = index + BELAY_REASON_HOST;
    return BELAY_OK;
}

belay_code belay__reason_drop(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    (void)answer;
    if (command->reason < BELAY_REASON_HOST || command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    if (!belay__reason_valid(kernel, command->reason)) {
        return BELAY_GONE;
    }
    /* A host that lets go twice would take a reference that records hold;
     * each host reference is counted apart, so that it cannot. */
    belay__reason *reason = reason_at(kernel, command->reason);
    if (reason->host == 0) {
        return BELAY_GONE;
    }
    BELAY_ASSERT(reason->host == 1);
    reason->host = 0;
    belay__reason_release(kernel, command->reason);
    return BELAY_OK;
}
