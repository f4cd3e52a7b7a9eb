/* request.c - what a supervisor is asked for, and how it answers. */
#define BELAY__SMALL 1
#include "kernel/kernel.h"

void belay__request_mail(belay_kernel *kernel, uint32_t supervisor,
                         const belay__request *request) {
    uint32_t index = belay__table_take(&kernel->requests);
    belay__request *self = request_at(kernel, index);
    belay__slot slot = self->slot;
    *self = *request;
    self->slot = slot;
    belay__reason_retain(kernel, self->reason);
    BELAY_ASSERT(index < 1u << 30);
    BELAY_ASSERT(self->kind <= REQUEST_STOP);
    belay__mail_append(kernel, supervisor, index << 2 | MAIL_REQUEST);
}

void belay__request_free(belay_kernel *kernel, uint32_t index) {
    BELAY_ASSERT(request_at(kernel, index)->slot.link == BELAY__LIVE);
    belay__reason_release(kernel, request_at(kernel, index)->reason);
    belay__table_release(&kernel->requests, index);
}

/* Whether SUP_ASK may do what it is asked for. */
static belay_code ask_check(const belay_kernel *kernel,
                            const belay_command *command, uint32_t *asker,
                            uint32_t *scope) {
    const uint32_t child_flags =
        BELAY_FLAG_SIGNIFICANT | BELAY_FLAG_SUPERVISOR;
    int starts = command->kind >= BELAY_ASK_START;
    if (command->kind > BELAY_ASK_INIT ||
        (command->flags & ~(starts ? child_flags : 0)) != 0 ||
        (starts && command->limit > BELAY_RESTART_PERMANENT)) {
        return BELAY_BAD_ARGUMENT;
    }
    *asker = belay__process_find(kernel, command->pid);
    *scope = belay__process_find(kernel, command->scope);
    if (*asker == BELAY__NONE || *scope == BELAY__NONE) {
        return BELAY_GONE;
    }
    const belay__process *process = process_at(kernel, *scope);
    if (!process_is_supervisor(process) ||
        (process->kind == BELAY_KIND_TASK_SUPERVISOR &&
         command->kind != BELAY_ASK_TERMINATE_PID)) {
        return BELAY_NOT_SUPERVISOR;
    }
    if ((command->flags & BELAY_FLAG_SIGNIFICANT) != 0 &&
        (supervisor_at(kernel, process->body)->auto_shutdown == AUTO_NEVER ||
         command->limit == BELAY_RESTART_PERMANENT)) {
        return BELAY_BAD_ARGUMENT;
    }
    return BELAY_OK;
}

belay_code belay__supervisor_ask(belay_kernel *kernel,
                                 const belay_command *command,
                                 belay_answer *answer) {
    uint32_t asker = BELAY__NONE;
    uint32_t scope = BELAY__NONE;
    belay_code code = ask_check(kernel, command, &asker, &scope);
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->requests, &kernel->memory, 1);
    }
    if (code == BELAY_OK) {
        code = belay__table_reserve(&kernel->waits, &kernel->memory, 1);
    }
    if (code == BELAY_OK && command->kind >= BELAY_ASK_START) {
        /* enough when it is served at once */
        code = belay__table_reserve(&kernel->children, &kernel->memory, 1);
    }
    if (code != BELAY_OK) {
        return code;
    }
    int significant = (command->flags & BELAY_FLAG_SIGNIFICANT) != 0;
    int supervisor = (command->flags & BELAY_FLAG_SUPERVISOR) != 0;
    const belay__request request = {
        .wait = belay__wait_ask(kernel, asker, scope, command->tag),
        .other = command->other,
        .id = command->extra,
        .tag = command->count,
        .shutdown = belay__grace_of(command->shutdown),
        .reason = BELAY_REASON_NORMAL,
        .flags = (uint16_t)((significant ? CHILD_SIGNIFICANT : 0) |
                            (supervisor ? CHILD_SUPERVISOR : 0)),
        .kind = (uint8_t)command->kind,
        .restart = (uint8_t)command->limit,
    };
    belay__request_mail(kernel, process_at(kernel, scope)->body, &request);
    answer->pid = request.wait;
    return BELAY_OK;
}

/* ---- Serving --------------------------------------------------------- */

static void answer_and_free(belay_kernel *kernel, uint32_t index,
                            enum belay_outcome outcome, belay_pid pid,
                            uint32_t reason) {
    belay__wait_answer(kernel, request_at(kernel, index)->wait, outcome, pid,
                       reason);
    belay__request_free(kernel, index);
}

static void refuse(belay_kernel *kernel, uint32_t index,
                   enum belay_code code) {
    BELAY_ASSERT(code != BELAY_OK);
    BELAY_ASSERT(code <= BELAY_PRESENT);
    answer_and_free(kernel, index, BELAY_OUTCOME_REFUSED, 0, code);
}

static void grant(belay_kernel *kernel, uint32_t index) {
    answer_and_free(kernel, index, BELAY_OUTCOME_NONE, 0,
                    BELAY_REASON_NORMAL);
}

static uint32_t find_by_id(const belay_kernel *kernel, uint32_t supervisor,
                           uint32_t id) {
    uint32_t head = supervisor_at(kernel, supervisor)->children;
    if (head == BELAY__NONE) {
        return BELAY__NONE;
    }
    uint32_t walk = head;
    do {
        if (child_at(kernel, walk)->id == id) {
            return walk;
        }
        walk = belay__child_ring(kernel, walk)->next;
    } while (walk != head);
    return BELAY__NONE;
}

/* The child that has that process, or had it and is in the mail. */
static uint32_t find_by_pid(const belay_kernel *kernel, uint32_t supervisor,
                            belay_pid pid) {
    uint32_t process = belay__process_find(kernel, pid);
    if (process != BELAY__NONE) {
        uint32_t child = process_at(kernel, process)->child;
        return child != BELAY__NONE &&
                       child_at(kernel, child)->supervisor == supervisor
                   ? child
                   : BELAY__NONE;
    }
    uint32_t mail =
        pid == 0 ? BELAY__NONE : supervisor_at(kernel, supervisor)->mail_head;
    while (mail != BELAY__NONE) {
        if ((mail & 3) == MAIL_CHILD &&
            child_at(kernel, mail >> 2)->last == pid) {
            return mail >> 2;
        }
        mail = belay__mail_next(kernel, supervisor, mail);
    }
    return BELAY__NONE;
}

/* Elixir's supervisor holds one whose end it has not read yet for running.
 */
static belay_code child_without_process(const belay__child *child) {
    if (child->process != BELAY__NONE || (child->flags & CHILD_ENDED) != 0) {
        return BELAY_RUNNING;
    }
    return (child->flags & CHILD_RETRY) != 0 ? BELAY_RESTARTING : BELAY_OK;
}

static void serve_terminate(belay_kernel *kernel, uint32_t index,
                            uint32_t supervisor, uint32_t child) {
    belay__supervisor *parent = supervisor_at(kernel, supervisor);
    BELAY_ASSERT(parent->phase == PHASE_IDLE);
    BELAY_ASSERT(child_at(kernel, child)->supervisor == supervisor);
    parent->phase = PHASE_TERMINATING;
    parent->request = index;
    parent->cursor = child;
    if (child_at(kernel, child)->process != BELAY__NONE) {
        belay__child_stop(kernel, child);
    } else {
        belay__supervisor_queue(kernel, supervisor);
    }
}

void belay__request_terminated(belay_kernel *kernel, uint32_t supervisor) {
    belay__supervisor *parent = supervisor_at(kernel, supervisor);
    uint32_t child = parent->cursor;
    uint32_t index = parent->request;
    BELAY_ASSERT(index != BELAY__NONE);
    BELAY_ASSERT(child != BELAY__NONE);
    if (child_at(kernel, child)->process != BELAY__NONE) {
        return;
    }
    belay__child_stopped(kernel, child);
    belay__child_drop(kernel, child);
    parent->request = BELAY__NONE;
    grant(kernel, index);
    belay__supervisor_idle(kernel, supervisor);
}

static void serve_start(belay_kernel *kernel, uint32_t index,
                        uint32_t supervisor, uint32_t found) {
    const belay__request *request = request_at(kernel, index);
    belay__supervisor *parent = supervisor_at(kernel, supervisor);
    if (found != BELAY__NONE) {
        const belay__child *child = child_at(kernel, found);
        belay_pid pid = child->process != BELAY__NONE
                            ? process_pid(kernel, child->process)
                            : child->last;
        if (child_without_process(child) == BELAY_RUNNING) {
            answer_and_free(kernel, index, BELAY_OUTCOME_REFUSED, pid,
                            BELAY_ALREADY);
        } else {
            refuse(kernel, index, BELAY_PRESENT);
        }
        return;
    }
    belay_code code =
        parent->count >= parent->config.max_children
            ? BELAY_MAX_CHILDREN
            : belay__table_reserve(&kernel->children, &kernel->memory, 1);
    if (code != BELAY_OK) {
        refuse(kernel, index, code);
        return;
    }
    const belay__child child = {
        .id = request->id,
        .tag = request->tag,
        .shutdown = request->shutdown,
        .restart = request->restart,
        .flags = (uint8_t)request->flags,
    };
    parent->request = index;
    belay__child_start(kernel, belay__child_new(kernel, supervisor, &child));
}

static void serve_child(belay_kernel *kernel, uint32_t index,
                        uint32_t supervisor) {
    const belay__request *request = request_at(kernel, index);
    uint32_t found = request->kind == BELAY_ASK_TERMINATE_PID
                         ? find_by_pid(kernel, supervisor, request->other)
                         : find_by_id(kernel, supervisor, request->id);
    if (request->kind >= BELAY_ASK_START) {
        serve_start(kernel, index, supervisor, found);
        return;
    }
    if (found == BELAY__NONE) {
        refuse(kernel, index, BELAY_NOT_FOUND);
        return;
    }
    if (request->kind <= BELAY_ASK_TERMINATE) {
        serve_terminate(kernel, index, supervisor, found);
        return;
    }
    belay_code code = child_without_process(child_at(kernel, found));
    if (code != BELAY_OK) {
        refuse(kernel, index, code);
    } else if (request->kind == BELAY_ASK_RESTART) {
        supervisor_at(kernel, supervisor)->request = index;
        belay__child_start(kernel, found);
    } else {
        belay__child_forget(kernel, found);
        grant(kernel, index);
    }
}

void belay__request_serve(belay_kernel *kernel, uint32_t index,
                          uint32_t supervisor) {
    const belay__request *request = request_at(kernel, index);
    BELAY_ASSERT(request->slot.link == BELAY__LIVE);
    BELAY_ASSERT(supervisor_at(kernel, supervisor)->phase == PHASE_IDLE);
    BELAY_ASSERT(supervisor_at(kernel, supervisor)->request == BELAY__NONE);
    if (request->kind == REQUEST_STOP) {
        belay__supervisor_stop(kernel, supervisor, request->reason);
        belay__request_free(kernel, index);
    } else {
        serve_child(kernel, index, supervisor);
    }
}
