/* play.c - plays a tape: each step to the kernel and to the model. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

void game_complain(sim_game *game, const char *format, ...) {
    if (game->complaint[0] == 0) {
        va_list list;
        va_start(list, format);
        (void)vsnprintf(game->complaint, sizeof game->complaint, format,
                        list);
        va_end(list);
    }
}

int game_failed(const sim_game *game) {
    return game->complaint[0] != 0;
}

static void mix(sim_game *game, const void *bytes, size_t size) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++) {
        game->hash = (game->hash ^ byte[i]) * 0x100000001b3ull;
    }
}

/* ---- Memory ---------------------------------------------------------- */

/* Blocks move with each change of their size and begin as noise. */
static void *game_allocate(void *context, void *pointer, size_t old_size,
                           size_t new_size) {
    sim_game *game = context;
    if (new_size == 0) {
        free(pointer);
        game->bytes -= old_size;
        game->blocks--;
        return NULL;
    }
    if (game->fail_in > 0 && --game->fail_in == 0) {
        game->starved++;
        return NULL;
    }
    unsigned char *block = malloc(new_size);
    if (block == NULL) {
        return NULL;
    }
    memset(block, 0xa5, new_size);
    if (pointer != NULL) {
        memcpy(block, pointer, old_size < new_size ? old_size : new_size);
        free(pointer);
        game->blocks--;
    }
    game->bytes += new_size;
    game->bytes -= old_size;
    game->blocks++;
    return block;
}

int game_open(sim_game *game, const sim_tape *tape) {
    sim_cover *cover = game->cover;
    int listing = game->listing;
    memset(game, 0, sizeof *game);
    game->cover = cover;
    game->listing = listing;
    game->hash = 0xcbf29ce484222325ull;
    const belay_config config = {
        .allocate = game_allocate,
        .context = game,
        .processes_max = tape->processes_max,
        .events_max = tape->events_max,
        .clock_slack = tape->slack,
    };
    if (belay_create(&config, &game->kernel) != BELAY_OK) {
        return 0;
    }
    game->world = model_open(tape->processes_max, tape->slack,
                             belay_root(game->kernel));
    game->state = belay_digest(game->kernel);
    return game->world != NULL;
}

/* ---- What steps have made -------------------------------------------- */

static void make(sim_game *game, uint32_t kind, uint64_t id) {
    if (game->made_count < SIM_MADE_MAX) {
        game->made[game->made_count++] = (sim_made){
            .kind = kind,
            .label = game->label,
            .nth = game->nth++,
            .id = id,
        };
    }
}

void game_made_process(sim_game *game, belay_pid pid) {
    make(game, MADE_PROCESS, pid);
}

static uint64_t resolve(const sim_game *game, sim_ref ref) {
    if (ref.kind == REF_NUMBER) {
        return ref.number;
    }
    if (ref.kind == REF_ROOT) {
        return belay_root(game->kernel);
    }
    for (uint32_t i = 0; i < game->made_count; i++) {
        if (game->made[i].label == ref.label &&
            game->made[i].nth == ref.nth) {
            return game->made[i].id;
        }
    }
    return 0;
}

static belay_pid word_pid(const sim_game *game, uint32_t n) {
    const uint32_t *words = belay_words(game->kernel);
    return words[2 * n] | (belay_pid)words[2 * n + 1] << 32;
}

/* Notes the ids that a command gave. */
static void note_answer(sim_game *game, const belay_command *command,
                        const belay_answer *answer) {
    switch (command->op) {
    case BELAY_OP_SPAWN:
    case BELAY_OP_SUP_START:
    case BELAY_OP_LIFE:
    case BELAY_OP_STREAM_TAKE:
        make(game, MADE_PROCESS, answer->pid);
        break;
    case BELAY_OP_STREAM_PUSH:
    case BELAY_OP_STREAM_CYCLE:
        for (uint32_t i = 0; i < answer->value; i++) {
            make(game, MADE_PROCESS, word_pid(game, i));
        }
        break;
    case BELAY_OP_STREAM_OPEN:
        make(game, MADE_STREAM, answer->pid);
        break;
    case BELAY_OP_WAIT:
    case BELAY_OP_SUP_ASK:
        make(game, MADE_WAIT, answer->pid);
        break;
    case BELAY_OP_MONITOR:
        make(game, MADE_MONITOR, answer->pid);
        break;
    case BELAY_OP_REASON_NEW:
        make(game, MADE_REASON, answer->value);
        break;
    case BELAY_OP_NAME_NEW:
        make(game, MADE_NAME, answer->value);
        break;
    default:
        break;
    }
}

/* ---- Events ---------------------------------------------------------- */

/* A host lets go of a reason's value when it is free: no event may speak of
 * it then, until its number is given anew. */
static void check_reason(sim_game *game, const belay_event *event) {
    if (event->reason < BELAY_REASON_HOST ||
        event->reason >= MODEL_REASONS_MAX ||
        (event->kind == BELAY_EVENT_WAIT_DONE &&
         event->extra == BELAY_OUTCOME_REFUSED)) {
        return;
    }
    if (game->freed[event->reason]) {
        game_complain(game, "%s speaks of reason %u, which is free",
                      belay_event_name(event->kind), event->reason);
    }
    if (event->kind == BELAY_EVENT_REASON_FREE) {
        game->freed[event->reason] = 1;
    }
}

static void cover_event(sim_cover *cover, const belay_event *event) {
    uint32_t extra = event->extra % SIM_COVER_MAX;
    cover->events[event->kind % SIM_COVER_MAX]++;
    switch (event->kind) {
    case BELAY_EVENT_WAIT_DONE:
        cover->outcomes[extra]++;
        if (extra == BELAY_OUTCOME_REFUSED) {
            cover->codes[event->reason % SIM_COVER_MAX]++;
        }
        break;
    case BELAY_EVENT_ITEM:
        cover->item_outcomes[extra]++;
        break;
    case BELAY_EVENT_STREAM_CLOSED:
        cover->closed[extra]++;
        break;
    case BELAY_EVENT_REPORT:
        cover->reports[extra]++;
        break;
    default:
        break;
    }
}

static void take_event(sim_game *game, const belay_event *event) {
    game->event_total++;
    mix(game, event, sizeof *event);
    check_reason(game, event);
    if (game->cover != NULL) {
        cover_event(game->cover, event);
    }
    if (game->listing) {
        tape_print_event("       ", event);
    }
    if (game->got_count == SIM_GOT_MAX) {
        game_complain(game, "the simulator has no room for more events");
        return;
    }
    game->got[game->got_count++] = *event;
}

/* Takes one event; 0 when there is none. */
static int take(sim_game *game) {
    const belay_event *event = belay_next_event(game->kernel);
    if (event != NULL) {
        take_event(game, event);
    }
    return event != NULL && !game_failed(game);
}

static void walk_invariants(sim_game *game) {
    uint32_t broken = belay_check(game->kernel);
    if (broken != 0) {
        game_complain(game, "invariant K%u is broken", broken);
    }
}

static void one_belay_step(sim_game *game) {
    uint32_t pending = belay_look(game->kernel)->pending;
    uint32_t events = belay_look(game->kernel)->events;
    belay_code code = belay_step(game->kernel);
    if (game->cover != NULL) {
        game->cover->steps += code == BELAY_OK;
    }
    if ((pending == 0) != (code == BELAY_EMPTY)) {
        game_complain(game, "belay_step: %s", belay_code_name(code));
    }
    if (code == BELAY_BUSY && events == 0) {
        game_complain(game, "belay_step is BUSY with an empty queue");
    }
    walk_invariants(game);
}

/* Compares what can be compared now. */
static void compare(sim_game *game) {
    const belay_view *view = belay_look(game->kernel);
    if (view->pending || game_failed(game)) {
        return;
    }
    if (view->events == 0) {
        order_compare(game);
    }
    if (!model_has_unknown(game->world)) {
        state_compare(game);
    }
}

void game_rest(sim_game *game) {
    uint32_t rounds = 0;
    while (take(game)) {
    }
    while (belay_look(game->kernel)->pending && !game_failed(game)) {
        one_belay_step(game);
        while (take(game)) {
        }
        if (++rounds > 100000) {
            game_complain(game, "the work does not end");
        }
    }
    compare(game);
    game->state = belay_digest(game->kernel);
}

/* ---- One step -------------------------------------------------------- */

static belay_command command_of(const sim_game *game, const sim_step *step) {
    uint64_t now = belay_look(game->kernel)->now;
    return (belay_command){
        .op = step->op,
        .flags = step->flags,
        .pid = resolve(game, step->pid),
        .other = resolve(game, step->other),
        .time = step->ahead ? now + step->time : step->time,
        .shutdown = step->shutdown,
        .scope = resolve(game, step->scope),
        .tag = (uint32_t)resolve(game, step->tag),
        .reason = (uint32_t)resolve(game, step->reason),
        .count = step->count,
        .limit = step->limit,
        .kind = step->kind,
        .extra = step->extra,
    };
}

/* That of STREAM_TAKE stands for the result of the place's last owner. */
static void take_item(sim_game *game, const belay_answer *answer) {
    const belay_event event = {
        .kind = BELAY_EVENT_ITEM,
        .tag = answer->tag,
        .pid = answer->pid - (1u << BELAY_INDEX_BITS),
        .time = belay_look(game->kernel)->now,
        .reason = BELAY_REASON_NORMAL,
        .extra = BELAY_OUTCOME_OK,
    };
    take_event(game, &event);
}

/* The events that an answer stands for, as if they had been in the queue. */
static void take_answer(sim_game *game, const model_deed *deed) {
    const belay_command *command = &deed->command;
    const belay_answer *answer = &deed->answer;
    if (command->op == BELAY_OP_STREAM_TAKE) {
        take_item(game, answer);
        return;
    }
    int life = command->op == BELAY_OP_LIFE;
    belay_event event = {
        .kind = BELAY_EVENT_EXITED,
        .tag = life ? command->tag : answer->extra,
        .pid = life ? answer->pid : command->pid,
        .other = life ? command->pid : answer->pid,
        .time = belay_look(game->kernel)->now,
        .reason = BELAY_REASON_NORMAL,
        .extra = BELAY_EXITED_VALUE,
    };
    if (game->cover != NULL) {
        game->cover->answered++;
    }
    take_event(game, &event);
    event.kind = BELAY_EVENT_WAIT_DONE;
    event.tag = life ? command->tag : answer->tag;
    event.other = 0;
    event.extra = BELAY_OUTCOME_OK;
    take_event(game, &event);
}

static void fill_words(sim_game *game, const sim_step *step) {
    uint32_t *words = belay_words(game->kernel);
    memset(words, 0, (size_t)BELAY_WORDS_MAX * sizeof *words);
    for (uint32_t i = 0; i < step->word_count; i++) {
        belay_pid pid = resolve(game, step->words[i]);
        words[2 * i] = (uint32_t)pid;
        words[2 * i + 1] = (uint32_t)(pid >> 32);
    }
}

static void read_words(const sim_game *game, belay_pid *pids) {
    for (uint32_t i = 0; i < BELAY_WORDS_MAX / 2; i++) {
        pids[i] = word_pid(game, i);
    }
}

/* Whether a stream has closed, or will. */
static int stream_is_closed(const sim_game *game, belay_pid stream) {
    belay_stream_info info;
    belay_process_info consumer;
    uint32_t index = 0;
    while (belay_inspect_stream(game->kernel, index, &info) == BELAY_OK) {
        if (info.stream == stream) {
            return info.closed != 0 || belay_info(game->kernel, info.consumer,
                                                  &consumer) != BELAY_OK;
        }
        index = (uint32_t)(info.stream & 0xffffffu) + 1;
    }
    return 1;
}

static void cover_command(sim_game *game, const model_deed *deed) {
    sim_cover *cover = game->cover;
    if (cover == NULL) {
        return;
    }
    uint32_t op = deed->command.op % SIM_COVER_MAX;
    cover->codes[(uint32_t)deed->code % SIM_COVER_MAX]++;
    cover->starved += deed->starved != 0;
    if (deed->code == BELAY_OK) {
        cover->done[op]++;
        cover->cycled += op == BELAY_OP_STREAM_CYCLE ? deed->answer.value : 0;
    } else {
        cover->refused[op]++;
    }
}

static void list_step(const sim_game *game, const sim_step *step,
                      const model_deed *deed) {
    char line[600];
    (void)tape_write_step(line, sizeof line, step);
    printf("%4u   %s\n", step->label, line);
    printf("         -> %s", belay_code_name((uint32_t)deed->code));
    if (deed->code == BELAY_OK || deed->code == BELAY_ALREADY) {
        printf(" pid=%llx value=%u tag=%u",
               (unsigned long long)deed->answer.pid, deed->answer.value,
               deed->answer.tag);
    }
    printf("   now=%llu\n",
           (unsigned long long)belay_look(game->kernel)->now);
}

/* What must hold for a refused command: it has changed nothing. */
static void check_refused(sim_game *game, const model_deed *deed,
                          const belay_view *before) {
    if (belay_digest(game->kernel) != game->state) {
        game_complain(game, "%s was refused with %s and changed something",
                      belay_command_name(deed->command.op),
                      belay_code_name((uint32_t)deed->code));
    }
    if (deed->code == BELAY_BUSY && !before->pending && before->events == 0) {
        game_complain(game, "BUSY, though nothing waits");
    }
    if (deed->code != BELAY_BUSY && deed->code != BELAY_BAD_COMMAND &&
        before->pending) {
        game_complain(game, "not BUSY, though work is pending");
    }
}

static void submit(sim_game *game, const sim_step *step) {
    static belay_pid pids_before[BELAY_WORDS_MAX / 2];
    static belay_pid pids_after[BELAY_WORDS_MAX / 2];
    const belay_view before = *belay_look(game->kernel);
    uint32_t room = game->world->tracing ? 2 * step->count : step->count;
    fill_words(game, step);
    read_words(game, pids_before);
    model_deed deed = {
        .command = command_of(game, step),
        .before = pids_before,
        .after = pids_after,
        .cramped = before.events + room + 32 > 64,
    };
    game->fail_in = step->fail_at;
    game->starved = 0;
    deed.code = belay_submit(game->kernel, &deed.command, &deed.answer);
    game->fail_in = 0;
    deed.starved = game->starved > 0;
    read_words(game, pids_after);
    game->commands++;
    cover_command(game, &deed);
    if (game->listing) {
        list_step(game, step, &deed);
    }
    mix(game, &deed.code, sizeof deed.code);
    if (deed.code != BELAY_OK) {
        check_refused(game, &deed, &before);
    } else if (before.pending) {
        game_complain(game, "done, though work was pending");
    }
    if (deed.code == BELAY_BUSY) {
        return;
    }
    if (deed.code == BELAY_OK || deed.code == BELAY_ALREADY) {
        mix(game, &deed.answer, sizeof deed.answer);
    }
    if (deed.command.op == BELAY_OP_STREAM_PUSH) {
        deed.closed = stream_is_closed(game, deed.command.other);
    }
    if (deed.code == BELAY_OK) {
        note_answer(game, &deed.command, &deed.answer);
        if ((deed.command.op == BELAY_OP_RETURN ||
             deed.command.op == BELAY_OP_LIFE ||
             deed.command.op == BELAY_OP_STREAM_TAKE) &&
            deed.answer.value != 0) {
            take_answer(game, &deed);
        }
        if (deed.command.op == BELAY_OP_REASON_NEW &&
            deed.answer.value < MODEL_REASONS_MAX) {
            game->freed[deed.answer.value] = 0;
        }
    }
    model_judge(game->world, &deed);
    if (game->world->complaint != NULL) {
        game_complain(
            game, "%s: %s (%s)", belay_command_name(deed.command.op),
            game->world->complaint, belay_code_name((uint32_t)deed.code));
    }
}

void game_step(sim_game *game, const sim_step *step) {
    game->label = step->label;
    game->nth = 0;
    submit(game, step);
    walk_invariants(game);
    if (step->take == SIM_ALL || model_has_unknown(game->world)) {
        game_rest(game);
    } else {
        for (uint32_t i = 0; i < step->take && take(game); i++) {
        }
        for (uint32_t i = 0; i < step->steps; i++) {
            one_belay_step(game);
        }
        compare(game);
        game->state = belay_digest(game->kernel);
    }
    mix(game, &game->state, sizeof game->state);
}
