/* kernel.c - one step of the machine, from command to events. */
#include "kernel/kernel.h"

#include <string.h>

_Static_assert(sizeof(belay_command) == 72, "hosts write it by offset");
_Static_assert(sizeof(belay_event) == 40, "hosts read it by offset");
_Static_assert(sizeof(belay_answer) == 24, "hosts read it by offset");
_Static_assert(sizeof(belay__process) == 104,
               "100,000 tasks in 256 bytes each");
_Static_assert(sizeof(belay__edge) == 40, "100,000 tasks in 256 bytes each");
_Static_assert(BELAY_GENERATION_MAX < 1u << (53 - BELAY_INDEX_BITS),
               "a pid fits into 53 bits");

_Static_assert(BELAY_EVENTS_MIN >= 2 * BELAY__UNIT_EVENTS,
               "the smallest queue has room for a command and its work");
_Static_assert(BELAY_PROCESSES_MAX < BELAY__NONE / 4,
               "every side of a link has a number that is not NONE");

#define X(name, table)                                                       \
    __attribute__((noinline)) belay__##name *belay__##name##_at(             \
        const belay_kernel *kernel, uint32_t index) {                        \
        return name##_here(kernel, index);                                   \
    }
BELAY__RECORDS(X)
#undef X

uint32_t belay__find(const belay__table *table, belay_pid id) {
    uint32_t index = pid_index(id);
    if (index >= table->high) {
        return BELAY__NONE;
    }
    const belay__slot *slot = belay__table_at(table, index);
    return slot_is(slot, id) ? index : BELAY__NONE;
}

/* ---- Work ------------------------------------------------------------ */

/* NONE has every bit set, so that only NONEs give NONE. */
static int work_is_pending(const belay_kernel *kernel) {
    uint32_t heads =
        kernel->exits.head & kernel->acting.head & kernel->turning.head;
    return heads != BELAY__NONE || kernel->clock.lagging;
}

/* Exits first, so that each end is told to everyone before
 * anything else is decided; streams before supervisors, for the items of a
 * consumer that ended are linked to it, and hear of that first; the clock
 * last, so that what has happened before a deadline counts as before it. */
static void work_unit(belay_kernel *kernel) {
    const uint32_t before = kernel->view.events;
    if (kernel->exits.head != BELAY__NONE) {
        belay__process_tell_exits(kernel);
    } else if (kernel->turning.head != BELAY__NONE) {
        belay__stream_unit(kernel);
    } else if (kernel->acting.head != BELAY__NONE) {
        belay__supervisor_unit(kernel);
        BELAY_ASSERT(kernel->view.events - before <= BELAY__UNIT_EVENTS);
    } else {
        BELAY_ASSERT(kernel->clock.lagging);
        belay__timer_turn(kernel);
    }
}

/* Does what fits into the queue of events. */
static __attribute__((noinline)) void work_do(belay_kernel *kernel) {
    BELAY_ASSERT(!kernel->view.pending);
    do {
        if (!belay__event_room(kernel, BELAY__UNIT_EVENTS)) {
            kernel->view.pending = 1;
            return;
        }
        work_unit(kernel);
    } while (work_is_pending(kernel));
}

/* The view's deadline may be found late, never early: a bucket that became
 * empty is noted in `changed`. */
static void work_run(belay_kernel *kernel) {
    belay_view *view = &kernel->view;
    view->pending = 0;
    if (work_is_pending(kernel)) {
        work_do(kernel);
    }
    BELAY_ASSERT(view->ready < view->processes);
    BELAY_ASSERT(view->pending ||
                 view->processes + view->kept == kernel->processes.live);
    if (kernel->clock.changed) {
        view->deadline = belay__timer_next(kernel);
        kernel->clock.changed = 0;
    }
    BELAY_ASSERT(view->now >= kernel->clock.wheel);
    view->bytes = kernel->memory.bytes;
    BELAY_ASSERT(view->pending || view->deadline > view->now);
}

/* ---- Commands -------------------------------------------------------- */

typedef belay_code (*command_handler)(belay_kernel *kernel,
                                      const belay_command *command,
                                      belay_answer *answer);

static const command_handler handlers[] = {NULL,
#define X(name, number, handler, text) belay__##handler,
                                           BELAY_COMMANDS(X)
#undef X
};

#define X(name, number, handler, text)                                       \
    _Static_assert(number < sizeof handlers / sizeof *handlers,              \
                   "command numbers have no gaps");
BELAY_COMMANDS(X)
#undef X

/* Field by field, as it was written: a processor waits when it reads at once
 * what it has just written in parts. */
static inline void answer_give(belay_answer *answer,
                               const belay_answer *given) {
    answer->pid = given->pid;
    answer->value = given->value;
    answer->extra = given->extra;
    answer->tag = given->tag;
    answer->reserved = given->reserved;
}

belay_code belay_submit(belay_kernel *kernel, const belay_command *command,
                        belay_answer *answer) {
    if (kernel == NULL || command == NULL || answer == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    const uint32_t op = command->op;
    if (op == 0 || op >= sizeof handlers / sizeof *handlers) {
        return BELAY_BAD_COMMAND;
    }
    if (kernel->view.pending ||
        !belay__event_room(kernel, 2 * BELAY__UNIT_EVENTS)) {
        return BELAY_BUSY;
    }
    BELAY_ASSERT(kernel->exits.head == BELAY__NONE); /* all ends are told */
    belay_answer given = {0};
    belay_code code = handlers[op](kernel, command, &given);
    if (code == BELAY_OK || code == BELAY_ALREADY) {
        answer_give(answer, &given);
    }
    if (op == BELAY_OP_RUN) { /* for each task, and it causes no work */
        return code;
    }
    BELAY_ASSERT(code <= BELAY_PRESENT);
    work_run(kernel);
    return code;
}

belay_code belay_step(belay_kernel *kernel) {
    BELAY_ASSERT(kernel != NULL);
    if (!kernel->view.pending) {
        return BELAY_EMPTY;
    }
    BELAY_ASSERT(work_is_pending(kernel));
    if (!belay__event_room(kernel, BELAY__UNIT_EVENTS)) {
        return BELAY_BUSY;
    }
    work_run(kernel);
    return BELAY_OK;
}

const belay_event *belay_next_event(belay_kernel *kernel) {
    BELAY_ASSERT(kernel != NULL);
    if (kernel->view.events == 0) {
        return NULL;
    }
    uint32_t place = kernel->event_head & (kernel->event_room - 1);
    kernel->event_head++;
    kernel->view.events--;
    return &kernel->events[place];
}

/* ---- Looking --------------------------------------------------------- */

belay_pid belay_root(const belay_kernel *kernel) {
    BELAY_ASSERT(kernel != NULL);
    BELAY_ASSERT(process_at(kernel, 0)->kind == BELAY_KIND_ROOT);
    return process_pid(kernel, 0);
}

const belay_view *belay_look(const belay_kernel *kernel) {
    BELAY_ASSERT(kernel != NULL);
    BELAY_ASSERT(kernel->view.processes > 0);
    return &kernel->view;
}

uint32_t *belay_words(belay_kernel *kernel) {
    BELAY_ASSERT(kernel != NULL);
    return kernel->words;
}
