/* rules.c - what may be wrong with a command. belay.h does not say which of
 * several mistakes a command is refused for, so a rule gives them all. */
#include "parts.h"

static uint32_t when(int condition, belay_code code) {
    return condition ? code_bit(code) : 0;
}

static uint32_t flags_other_than(const belay_command *command,
                                 uint32_t allowed) {
    return when((command->flags & ~allowed) != 0, BELAY_BAD_ARGUMENT);
}

static uint32_t gone(const model_world *world, belay_pid pid) {
    return when(model_find(world, pid) == MODEL_NONE, BELAY_GONE);
}

static uint32_t bad_reason(const model_world *world, uint32_t reason) {
    return when(!model_reason_valid(world, reason), BELAY_BAD_ARGUMENT);
}

/* Whether there are places for so many more processes. */
static uint32_t too_many(const model_world *world, uint32_t count) {
    uint32_t used = 0;
    for (uint32_t i = 0; i < world->process_count; i++) {
        used += world->processes[i].state != STATE_OVER;
    }
    return when(count > world->processes_max - used, BELAY_LIMIT);
}

/* ---- Time and processes ---------------------------------------------- */

uint32_t rule_clock_advance(const model_world *world,
                            const belay_command *command) {
    (void)world;
    return flags_other_than(command, 0) |
           when(command->time > BELAY_TIME_MAX, BELAY_BAD_ARGUMENT);
}

/* V9, V10: no more than max_children; those that wait to be restarted
 * count. */
static uint32_t refusals_of(const model_world *world, uint32_t supervisor) {
    const model_process *self = &world->processes[supervisor];
    if (self->kind != BELAY_KIND_TASK_SUPERVISOR) {
        return code_bit(BELAY_NOT_SUPERVISOR);
    }
    return when(self->phase == PHASE_STOPPING, BELAY_STOPPING) |
           when(model_child_count(world, supervisor) >= self->max_children,
                BELAY_MAX_CHILDREN);
}

uint32_t rule_process_spawn(const model_world *world,
                            const belay_command *command) {
    const uint32_t both = BELAY_FLAG_LINK | BELAY_FLAG_ORPHAN;
    uint32_t wrongs =
        flags_other_than(command, both) | gone(world, command->pid) |
        when(command->flags == both, BELAY_BAD_ARGUMENT) |
        when(command->kind > BELAY_RESTART_PERMANENT, BELAY_BAD_ARGUMENT) |
        when(command->scope == 0 && command->kind != 0, BELAY_BAD_ARGUMENT) |
        too_many(world, 1);
    if (command->scope != 0) {
        uint32_t scope = model_find(world, command->scope);
        wrongs |= scope == MODEL_NONE ? code_bit(BELAY_GONE)
                                      : refusals_of(world, scope);
    }
    return wrongs;
}

uint32_t rule_process_run(const model_world *world,
                          const belay_command *command) {
    return flags_other_than(command, 0) |
           when(world->ready_count == 0, BELAY_EMPTY);
}

uint32_t rule_process_settle(const model_world *world,
                             const belay_command *command) {
    (void)world;
    return flags_other_than(command, 0) |
           when(command->count > BELAY_WORDS_MAX / 2, BELAY_BAD_ARGUMENT);
}

uint32_t rule_process_return(const model_world *world,
                             const belay_command *command) {
    (void)world;
    return flags_other_than(command, 0);
}

uint32_t rule_process_life(const model_world *world,
                           const belay_command *command) {
    return flags_other_than(command, 0) | gone(world, command->pid) |
           too_many(world, 1);
}

uint32_t rule_process_exit(const model_world *world,
                           const belay_command *command) {
    uint32_t process = model_find(world, command->pid);
    return flags_other_than(command, 0) | bad_reason(world, command->reason) |
           when(process == MODEL_NONE || !model_has_body(world, process),
                BELAY_GONE);
}

uint32_t rule_process_trap(const model_world *world,
                           const belay_command *command) {
    uint32_t process = model_find(world, command->pid);
    return flags_other_than(command, BELAY_FLAG_ON) |
           gone(world, command->pid) |
           /* V2: a supervisor always does. */
           when(process != MODEL_NONE &&
                    model_is_supervisor(&world->processes[process]),
                BELAY_BAD_ARGUMENT);
}

uint32_t rule_process_abandoned(const model_world *world,
                                const belay_command *command) {
    return flags_other_than(command, 0) |
           when(world->abandoned == 0, BELAY_BAD_ARGUMENT);
}

/* ---- Signals, links, monitors ---------------------------------------- */

uint32_t rule_signal_send(const model_world *world,
                          const belay_command *command) {
    uint32_t to = model_find(world, command->other);
    /* :normal has no effect on one that does not trap (L9), not even on the
     * root, so there is nothing to refuse. */
    int ends_root = to == 0 && !world->processes[0].traps &&
                    command->reason != BELAY_REASON_NORMAL;
    return flags_other_than(command, 0) | bad_reason(world, command->reason) |
           gone(world, command->pid) | when(ends_root, BELAY_BAD_ARGUMENT);
}

uint32_t rule_signal_abort(const model_world *world,
                           const belay_command *command) {
    uint32_t process = model_find(world, command->other);
    uint32_t wrongs =
        flags_other_than(command, 0) | bad_reason(world, command->reason) |
        gone(world, command->other) |
        when(command->reason == BELAY_REASON_NORMAL, BELAY_BAD_ARGUMENT) |
        when(!model_reason_good(world, command->reason), BELAY_BAD_ARGUMENT);
    if (process != MODEL_NONE) {
        const model_process *self = &world->processes[process];
        wrongs |= when(process == 0 || model_is_supervisor(self),
                       BELAY_BAD_ARGUMENT);
    }
    return wrongs;
}

/* L13. A supervisor traps exits, but has no code that an exit message could
 * reach: it is told GONE. */
uint32_t rule_edge_link(const model_world *world,
                        const belay_command *command) {
    uint32_t process = model_find(world, command->pid);
    int traps = process != MODEL_NONE && world->processes[process].traps;
    return flags_other_than(command, 0) | gone(world, command->pid) |
           (traps ? 0 : gone(world, command->other));
}

uint32_t rule_edge_unlink(const model_world *world,
                          const belay_command *command) {
    return flags_other_than(command, 0) | gone(world, command->pid);
}

uint32_t rule_edge_monitor(const model_world *world,
                           const belay_command *command) {
    uint32_t process = model_find(world, command->pid);
    return flags_other_than(command, 0) | gone(world, command->pid) |
           when(process != MODEL_NONE && command->pid == command->other,
                BELAY_BAD_ARGUMENT);
}

uint32_t rule_edge_demonitor(const model_world *world,
                             const belay_command *command) {
    uint32_t wrongs = flags_other_than(command, 0);
    for (uint32_t i = 0; i < world->edge_count; i++) {
        const model_edge *edge = &world->edges[i];
        if (edge->there && edge->monitor && edge->id == command->other) {
            return wrongs;
        }
    }
    return wrongs | code_bit(BELAY_GONE);
}

/* ---- Waiting --------------------------------------------------------- */

static uint32_t wait_target_wrongs(const model_world *world,
                                   const belay_command *command) {
    uint32_t target = model_find(world, command->other);
    if (target == MODEL_NONE) {
        return code_bit(BELAY_GONE);
    }
    const model_process *self = &world->processes[target];
    if (command->kind == BELAY_WAIT_STOP) {
        return when(!model_is_supervisor(self), BELAY_NOT_SUPERVISOR) |
               bad_reason(world, command->reason);
    }
    /* A14: only the owner. */
    return when(self->owner != command->pid, BELAY_NOT_OWNER);
}

uint32_t rule_wait_begin(const model_world *world,
                         const belay_command *command) {
    uint32_t wrongs =
        flags_other_than(command, 0) | gone(world, command->pid) |
        when(command->kind > BELAY_WAIT_STOP, BELAY_BAD_ARGUMENT) |
        when(command->time == BELAY_BRUTAL_KILL &&
                 command->kind != BELAY_WAIT_SHUTDOWN,
             BELAY_BAD_ARGUMENT);
    return command->kind == BELAY_WAIT_SLEEP
               ? wrongs
               : wrongs | wait_target_wrongs(world, command);
}

uint32_t rule_wait_cancel(const model_world *world,
                          const belay_command *command) {
    uint32_t wrongs = flags_other_than(command, 0);
    for (uint32_t i = 0; i < world->wait_count; i++) {
        const model_wait *wait = &world->waits[i];
        if (wait->there && wait->id == command->other) {
            return wrongs;
        }
    }
    return wrongs | code_bit(BELAY_GONE);
}

uint32_t rule_wait_ignore(const model_world *world,
                          const belay_command *command) {
    uint32_t target = model_find(world, command->other);
    return flags_other_than(command, 0) | gone(world, command->pid) |
           gone(world, command->other) |
           when(target != MODEL_NONE &&
                    world->processes[target].owner != command->pid,
                BELAY_NOT_OWNER);
}

/* ---- Streams --------------------------------------------------------- */

static uint32_t stream_wrongs(const model_world *world,
                              const belay_command *command,
                              uint32_t allowed) {
    uint32_t stream = model_find_stream(world, command->other);
    return flags_other_than(command, allowed) |
           when(stream == MODEL_NONE || world->streams[stream].closed,
                BELAY_GONE);
}

uint32_t rule_stream_open(const model_world *world,
                          const belay_command *command) {
    uint32_t wrongs =
        flags_other_than(command, BELAY_FLAG_ORDERED | BELAY_FLAG_KILL_TASK |
                                      BELAY_FLAG_NOLINK) |
        gone(world, command->pid) |
        when(command->limit == 0 || command->limit > BELAY_PROCESSES_MAX,
             BELAY_BAD_ARGUMENT) |
        /* A stream that holds less than it may run is a mistake. */
        when(command->count != 0 && command->count < command->limit,
             BELAY_BAD_ARGUMENT) |
        when(command->time == BELAY_BRUTAL_KILL, BELAY_BAD_ARGUMENT);
    if (command->scope != 0) {
        uint32_t scope = model_find(world, command->scope);
        wrongs |= gone(world, command->scope) |
                  when(scope != MODEL_NONE && world->processes[scope].kind !=
                                                  BELAY_KIND_TASK_SUPERVISOR,
                       BELAY_NOT_SUPERVISOR);
    }
    return wrongs;
}

uint32_t rule_stream_next(const model_world *world,
                          const belay_command *command) {
    return stream_wrongs(world, command, BELAY_FLAG_TOGETHER);
}

uint32_t rule_stream_push(const model_world *world,
                          const belay_command *command) {
    uint32_t stream = model_find_stream(world, command->other);
    uint32_t asked = stream == MODEL_NONE ? 0 : world->streams[stream].asked;
    return stream_wrongs(world, command, 0) |
           when(command->count == 0 || command->count > asked ||
                    command->count > BELAY_WORDS_MAX / 2,
                BELAY_BAD_ARGUMENT) |
           too_many(world, command->count);
}

uint32_t rule_stream_cycle(const model_world *world,
                           const belay_command *command) {
    return stream_wrongs(world, command, 0) |
           when(command->count == 0 || command->count > BELAY_WORDS_MAX / 2,
                BELAY_BAD_ARGUMENT);
}

uint32_t rule_stream_take(const model_world *world,
                          const belay_command *command) {
    return stream_wrongs(world, command, 0);
}

uint32_t rule_stream_end(const model_world *world,
                         const belay_command *command) {
    return stream_wrongs(world, command, 0);
}

uint32_t rule_stream_halt(const model_world *world,
                          const belay_command *command) {
    return stream_wrongs(world, command, 0);
}

/* ---- Supervisors ----------------------------------------------------- */

uint32_t rule_supervisor_start(const model_world *world,
                               const belay_command *command) {
    const uint32_t both =
        BELAY_FLAG_ANY_SIGNIFICANT | BELAY_FLAG_ALL_SIGNIFICANT;
    uint32_t wish = command->flags & both;
    return flags_other_than(command, BELAY_FLAG_LINK | both) |
           gone(world, command->pid) |
           when(command->kind > BELAY_SUP_REST_FOR_ONE, BELAY_BAD_ARGUMENT) |
           when(wish == both, BELAY_BAD_ARGUMENT) |
           /* A task supervisor has no significant children. */
           when(wish != 0 && command->kind == BELAY_SUP_TASK,
                BELAY_BAD_ARGUMENT) |
           when(command->count > BELAY_RESTARTS_MAX, BELAY_BAD_ARGUMENT) |
           when(command->extra == 0 || command->extra > BELAY_SECONDS_MAX,
                BELAY_BAD_ARGUMENT) |
           when(command->scope != 0, BELAY_BAD_ARGUMENT) | too_many(world, 1);
}

uint32_t rule_supervisor_ask(const model_world *world,
                             const belay_command *command) {
    int starts =
        command->kind == BELAY_ASK_START || command->kind == BELAY_ASK_INIT;
    uint32_t wrongs =
        flags_other_than(command, starts ? BELAY_FLAG_SIGNIFICANT |
                                               BELAY_FLAG_SUPERVISOR
                                         : 0) |
        gone(world, command->pid) | gone(world, command->scope) |
        when(command->kind > BELAY_ASK_INIT, BELAY_BAD_ARGUMENT) |
        when(starts && command->limit > BELAY_RESTART_PERMANENT,
             BELAY_BAD_ARGUMENT);
    uint32_t scope = model_find(world, command->scope);
    if (scope == MODEL_NONE) {
        return wrongs;
    }
    const model_process *self = &world->processes[scope];
    wrongs |= when(!model_is_supervisor(self), BELAY_NOT_SUPERVISOR) |
              when(self->kind == BELAY_KIND_TASK_SUPERVISOR &&
                       command->kind != BELAY_ASK_TERMINATE_PID,
                   BELAY_NOT_SUPERVISOR);
    /* G29: a bad combination. */
    return wrongs | when(starts && self->kind == BELAY_KIND_SUPERVISOR &&
                             (command->flags & BELAY_FLAG_SIGNIFICANT) != 0 &&
                             (self->auto_shutdown == 0 ||
                              command->limit == BELAY_RESTART_PERMANENT),
                         BELAY_BAD_ARGUMENT);
}

uint32_t rule_supervisor_child(const model_world *world,
                               const belay_command *command) {
    uint32_t scope = model_find(world, command->scope);
    uint32_t wrongs =
        flags_other_than(command, 0) |
        when(command->kind > BELAY_STARTED_FAILED, BELAY_BAD_ARGUMENT);
    if (command->kind == BELAY_STARTED_FAILED) {
        wrongs |= bad_reason(world, command->reason);
    }
    if (scope == MODEL_NONE ||
        world->processes[scope].kind != BELAY_KIND_SUPERVISOR ||
        world->processes[scope].at == MODEL_NONE ||
        !world->children[world->processes[scope].at].starting) {
        return wrongs | code_bit(BELAY_GONE);
    }
    if (command->kind != BELAY_STARTED_UP) {
        return wrongs;
    }
    uint32_t process = model_find(world, command->other);
    if (process == MODEL_NONE) {
        return wrongs | code_bit(BELAY_GONE);
    }
    const model_process *self = &world->processes[process];
    return wrongs | when(process == 0 || self->child != MODEL_NONE ||
                             self->kind == BELAY_KIND_ITEM ||
                             !model_linked(world, scope, process),
                         BELAY_BAD_ARGUMENT);
}

/* ---- Names, reasons, looking on -------------------------------------- */

static const model_name *find_name(const model_world *world,
                                   uint32_t number) {
    for (uint32_t i = 0; i < world->name_count; i++) {
        if (world->names[i].number == number) {
            return &world->names[i];
        }
    }
    return 0;
}

static uint32_t unknown_name(const model_world *world,
                             const belay_command *command) {
    return when(find_name(world, command->tag) == 0, BELAY_BAD_ARGUMENT);
}

uint32_t rule_name_new(const model_world *world,
                       const belay_command *command) {
    (void)world;
    return flags_other_than(command, 0);
}

uint32_t rule_name_set(const model_world *world,
                       const belay_command *command) {
    const model_name *name = find_name(world, command->tag);
    uint32_t process = model_find(world, command->other);
    return flags_other_than(command, 0) | unknown_name(world, command) |
           gone(world, command->other) |
           when(name != 0 && name->process != MODEL_NONE, BELAY_ALREADY) |
           when(process != MODEL_NONE &&
                    world->processes[process].name != MODEL_NONE,
                BELAY_ALREADY);
}

uint32_t rule_name_drop(const model_world *world,
                        const belay_command *command) {
    const model_name *name = find_name(world, command->tag);
    return flags_other_than(command, 0) | unknown_name(world, command) |
           when(name == 0 || name->process == MODEL_NONE, BELAY_GONE);
}

uint32_t rule_name_get(const model_world *world,
                       const belay_command *command) {
    const model_name *name = find_name(world, command->tag);
    return flags_other_than(command, 0) | unknown_name(world, command) |
           when(name == 0 || name->process == MODEL_NONE, BELAY_EMPTY);
}

uint32_t rule_reason_new(const model_world *world,
                         const belay_command *command) {
    (void)world;
    return flags_other_than(command, 0) |
           when(command->kind > BELAY_CLASS_SHUTDOWN, BELAY_BAD_ARGUMENT);
}

uint32_t rule_reason_drop(const model_world *world,
                          const belay_command *command) {
    uint32_t reason = model_find_reason(world, command->reason);
    return flags_other_than(command, 0) |
           when(command->reason < BELAY_REASON_HOST, BELAY_BAD_ARGUMENT) |
           when(reason == MODEL_NONE || !world->reasons[reason].host,
                BELAY_GONE);
}

uint32_t rule_event_trace(const model_world *world,
                          const belay_command *command) {
    (void)world;
    return flags_other_than(command, BELAY_FLAG_ON);
}
