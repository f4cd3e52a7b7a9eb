/* order.c - the events that came, held against those that had to come.
 *
 * As sets they must be equal. Two of them must have come in the model's
 * order only when something promises it:
 *
 *   - what one command causes comes before what the next one causes, and
 *     what one timer causes before what the next one causes;
 *   - all that is told of a stream is in order (S9 to S17);
 *   - so is the life of a process: spawned, started, asked to end, ended;
 *     and its end comes before what its end causes;
 *   - reply, exit message and down of one process to another (L18, L19);
 *   - what a general supervisor does, one thing at a time.
 *
 * What different processes send, or several monitors of one, has no order
 * (L17, O1 to O4).
 */
#include "sim.h"

enum field { TAG = 1, PID = 2, OTHER = 4, REASON = 8, EXTRA = 16 };

/* Which fields belay.h gives a meaning. */
static const uint8_t fields[SIM_COVER_MAX] = {
    [BELAY_EVENT_EXITED] = TAG | PID | OTHER | REASON | EXTRA,
    [BELAY_EVENT_WAIT_DONE] = TAG | PID | REASON | EXTRA,
    [BELAY_EVENT_DOWN] = TAG | PID | OTHER | REASON,
    [BELAY_EVENT_EXIT_MESSAGE] = TAG | PID | OTHER | REASON,
    [BELAY_EVENT_UNHANDLED] = TAG | PID | REASON,
    [BELAY_EVENT_LOG] = TAG | PID | REASON,
    [BELAY_EVENT_PULL] = TAG | PID | EXTRA,
    [BELAY_EVENT_ITEM] = TAG | PID | REASON | EXTRA,
    [BELAY_EVENT_STREAM_CLOSED] = TAG | PID | REASON | EXTRA,
    [BELAY_EVENT_RESTARTED] = TAG | PID | OTHER,
    [BELAY_EVENT_CHILD_DROPPED] = TAG,
    [BELAY_EVENT_REASON_FREE] = REASON,
    [BELAY_EVENT_SPAWNED] = TAG | PID | OTHER | EXTRA,
    [BELAY_EVENT_STARTED] = TAG | PID,
    [BELAY_EVENT_TERMINATED] = PID | OTHER,
    [BELAY_EVENT_TIMED_OUT] = PID | EXTRA,
    [BELAY_EVENT_CHILD_START] = TAG | PID | OTHER | EXTRA,
    [BELAY_EVENT_REPORT] = TAG | PID | OTHER | REASON | EXTRA,
};

static belay_pid known_pid(const model_world *world, belay_pid pid) {
    belay_pid number = pid - MODEL_UNKNOWN;
    return pid >= MODEL_UNKNOWN && number < world->process_count
               ? model_pid(world, (uint32_t)number)
               : pid;
}

static int same_event(const model_world *world, const belay_event *got,
                      const model_event *want) {
    const belay_event *event = &want->event;
    if (got->kind != event->kind || got->time != event->time) {
        return 0;
    }
    uint32_t wanted = fields[event->kind];
    if (want->any_reason) {
        wanted &= ~(uint32_t)REASON;
    }
    return ((wanted & TAG) == 0 || got->tag == event->tag) &&
           ((wanted & PID) == 0 ||
            got->pid == known_pid(world, event->pid)) &&
           ((wanted & OTHER) == 0 ||
            got->other == known_pid(world, event->other)) &&
           ((wanted & REASON) == 0 || got->reason == event->reason) &&
           ((wanted & EXTRA) == 0 || got->extra == event->extra);
}

/* The ids of processes that supervisors have started anew. */
static void learn_restarted(sim_game *game) {
    model_world *world = game->world;
    for (uint32_t i = 0; i < world->event_count; i++) {
        const belay_event *want = &world->events[i].event;
        if (want->kind != BELAY_EVENT_RESTARTED ||
            known_pid(world, want->pid) < MODEL_UNKNOWN) {
            continue;
        }
        for (uint32_t n = 0; n < game->got_count; n++) {
            const belay_event *got = &game->got[n];
            if (got->kind == BELAY_EVENT_RESTARTED &&
                got->other == known_pid(world, want->other)) {
                model_learn_pid(world, (uint32_t)(want->pid - MODEL_UNKNOWN),
                                got->pid);
                game_made_process(game, got->pid);
                break;
            }
        }
    }
}

/* ---- What is promised ------------------------------------------------- */

static int same_number(uint32_t a, uint32_t b) {
    return a == b && a != MODEL_NONE;
}

/* Whether `a`, which the model has before `b`, must come before it. */
static int is_promised(const model_event *a, const model_event *b) {
    if (a->event.kind == BELAY_EVENT_REASON_FREE ||
        b->event.kind == BELAY_EVENT_REASON_FREE) {
        return 0; /* check_reason in play.c */
    }
    if (a->turn != b->turn || a->firing != b->firing ||
        same_number(a->stream, b->stream) ||
        same_number(a->about, b->about) ||
        same_number(a->supervisor, b->supervisor)) {
        return 1;
    }
    if (a->event.kind == BELAY_EVENT_EXITED &&
        same_number(a->about, b->from)) {
        return 1;
    }
    return same_number(a->from, b->from) && same_number(a->to, b->to) &&
           a->event.kind != b->event.kind;
}

/* ---- Comparing -------------------------------------------------------- */

static uint32_t places[MODEL_EVENTS_MAX];

/* Finds the place at which each event came; 0 when one has not. */
static int match(sim_game *game) {
    static uint8_t taken[SIM_GOT_MAX];
    const model_world *world = game->world;
    for (uint32_t n = 0; n < game->got_count; n++) {
        taken[n] = 0;
    }
    for (uint32_t i = 0; i < world->event_count; i++) {
        uint32_t n = 0;
        while (n < game->got_count &&
               (taken[n] ||
                !same_event(world, &game->got[n], &world->events[i]))) {
            n++;
        }
        if (n == game->got_count) {
            belay_event missing = world->events[i].event;
            missing.pid = known_pid(world, missing.pid);
            missing.other = known_pid(world, missing.other);
            if (game->listing) {
                tape_print_event("missing", &missing);
            }
            game_complain(game,
                          "an event is missing: %s tag=%u pid=%llx "
                          "other=%llx reason=%u extra=%u",
                          belay_event_name(missing.kind), missing.tag,
                          (unsigned long long)missing.pid,
                          (unsigned long long)missing.other, missing.reason,
                          missing.extra);
            return 0;
        }
        taken[n] = 1;
        places[i] = n;
    }
    for (uint32_t n = 0; n < game->got_count; n++) {
        if (!taken[n]) {
            const belay_event *got = &game->got[n];
            game_complain(game,
                          "an event too many: %s tag=%u pid=%llx other=%llx "
                          "reason=%u extra=%u",
                          belay_event_name(got->kind), got->tag,
                          (unsigned long long)got->pid,
                          (unsigned long long)got->other, got->reason,
                          got->extra);
            return 0;
        }
    }
    return 1;
}

void order_compare(sim_game *game) {
    model_world *world = game->world;
    learn_restarted(game);
    if (match(game)) {
        for (uint32_t i = 0; i < world->event_count; i++) {
            for (uint32_t n = 0; n < i; n++) {
                if (places[n] > places[i] &&
                    is_promised(&world->events[n], &world->events[i])) {
                    game_complain(
                        game, "%s must come before %s",
                        belay_event_name(world->events[n].event.kind),
                        belay_event_name(world->events[i].event.kind));
                }
            }
        }
    }
    if (world->complaint != NULL) {
        game_complain(game, "%s", world->complaint);
    }
    if (!game_failed(game)) {
        world->event_count = 0;
        game->got_count = 0;
    }
}
