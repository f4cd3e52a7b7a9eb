/* state.c - the kernel's state as it shows it, held against the model's. */
#include "sim.h"

/* One field of two records; complains about the first that differs. */
#define SAME(game, what, id, got, want, field)                               \
    do {                                                                     \
        if ((got).field != (want).field) {                                   \
            game_complain(                                                   \
                game, "%s %llx: " #field " is %llu, should be %llu", what,   \
                (unsigned long long)(id), (unsigned long long)(got).field,   \
                (unsigned long long)(want).field);                           \
        }                                                                    \
    } while (0)

static void compare_info(sim_game *game, const belay_process_info *got,
                         const belay_process_info *want) {
    const char *what = "process";
    SAME(game, what, got->pid, *got, *want, owner);
    SAME(game, what, got->pid, *got, *want, supervisor);
    SAME(game, what, got->pid, *got, *want, started);
    SAME(game, what, got->pid, *got, *want, kind);
    SAME(game, what, got->pid, *got, *want, state);
    SAME(game, what, got->pid, *got, *want, tag);
    SAME(game, what, got->pid, *got, *want, trap_exit);
    SAME(game, what, got->pid, *got, *want, links);
    SAME(game, what, got->pid, *got, *want, monitors);
    SAME(game, what, got->pid, *got, *want, restart);
    SAME(game, what, got->pid, *got, *want, restarts);
    SAME(game, what, got->pid, *got, *want, children);
    SAME(game, what, got->pid, *got, *want, stream);
}

static uint32_t process_with(const model_world *world, belay_pid pid) {
    for (uint32_t i = 0; i < world->process_count; i++) {
        if (world->processes[i].pid == pid &&
            world->processes[i].state != STATE_OVER) {
            return i;
        }
    }
    return MODEL_NONE;
}

static void compare_processes(sim_game *game) {
    const model_world *world = game->world;
    belay_process_info got;
    belay_process_info again;
    belay_process_info want;
    uint32_t found = 0;
    uint32_t expected = 0;
    uint32_t index = 0;
    while (belay_inspect(game->kernel, index, &got) == BELAY_OK) {
        index = (uint32_t)(got.pid & 0xffffffu) + 1;
        uint32_t process = process_with(world, got.pid);
        if (process == MODEL_NONE) {
            game_complain(game, "process %llx should not be there",
                          (unsigned long long)got.pid);
            return;
        }
        model_info(world, process, &want);
        compare_info(game, &got, &want);
        int alive = belay_info(game->kernel, got.pid, &again) == BELAY_OK;
        if (alive != model_alive(world, process)) {
            game_complain(game, "belay_info of %llx",
                          (unsigned long long)got.pid);
        }
        found++;
    }
    for (uint32_t i = 0; i < world->process_count; i++) {
        expected += world->processes[i].state != STATE_OVER;
        if (world->processes[i].state == STATE_OVER &&
            belay_info(game->kernel, world->processes[i].pid, &again) !=
                BELAY_GONE) {
            game_complain(game, "process %llx is over, but is found",
                          (unsigned long long)world->processes[i].pid);
        }
    }
    if (found != expected) {
        game_complain(game, "%u processes are there, should be %u", found,
                      expected);
    }
}

static void compare_streams(sim_game *game) {
    const model_world *world = game->world;
    belay_stream_info got;
    belay_stream_info want;
    uint32_t found = 0;
    uint32_t expected = 0;
    uint32_t index = 0;
    const char *what = "stream";
    while (belay_inspect_stream(game->kernel, index, &got) == BELAY_OK) {
        index = (uint32_t)(got.stream & 0xffffffu) + 1;
        uint32_t stream = model_find_stream(world, got.stream);
        if (stream == MODEL_NONE) {
            game_complain(game, "stream %llx should not be there",
                          (unsigned long long)got.stream);
            return;
        }
        model_stream_info(world, stream, &want);
        SAME(game, what, got.stream, got, want, consumer);
        SAME(game, what, got.stream, got, want, tag);
        SAME(game, what, got.stream, got, want, limit);
        SAME(game, what, got.stream, got, want, running);
        SAME(game, what, got.stream, got, want, kept);
        SAME(game, what, got.stream, got, want, abandoned);
        SAME(game, what, got.stream, got, want, started);
        SAME(game, what, got.stream, got, want, delivered);
        SAME(game, what, got.stream, got, want, closed);
        found++;
    }
    for (uint32_t i = 0; i < world->stream_count; i++) {
        expected += world->streams[i].there != 0;
    }
    if (found != expected) {
        game_complain(game, "%u streams are there, should be %u", found,
                      expected);
    }
}

static void compare_child(sim_game *game, const belay_child_info *got,
                          const model_child *child,
                          const belay_child_info *want) {
    const char *what = "child with tag";
    SAME(game, what, got->tag, *got, *want, tag);
    SAME(game, what, got->tag, *got, *want, process);
    SAME(game, what, got->tag, *got, *want, restart);
    SAME(game, what, got->tag, *got, *want, restarts);
    SAME(game, what, got->tag, *got, *want, type);
    SAME(game, what, got->tag, *got, *want, significant);
    if (game->world->processes[child->supervisor].kind ==
        BELAY_KIND_SUPERVISOR) {
        SAME(game, what, got->tag, *got, *want, id);
    }
    if (!child->unread) { /* else its supervisor does not know yet */
        SAME(game, what, got->tag, *got, *want, state);
    }
}

/* G24: in the order of their starts. */
static void compare_children(sim_game *game, uint32_t supervisor) {
    const model_world *world = game->world;
    belay_pid pid = world->processes[supervisor].pid;
    belay_child_info got;
    belay_child_info want;
    uint32_t at = 0;
    uint32_t found = 0;
    uint32_t expected = 0;
    for (uint32_t i = 0; i < world->child_count; i++) {
        const model_child *child = &world->children[i];
        if (!child->there || child->supervisor != supervisor) {
            continue;
        }
        expected++;
        if (found > 0 && at == 0) {
            continue;
        }
        if (belay_inspect_child(game->kernel, pid, at, &got) != BELAY_OK) {
            continue;
        }
        found++;
        at = got.next;
        model_child_info(world, i, &want);
        compare_child(game, &got, child, &want);
    }
    if (found != expected || at != 0) {
        game_complain(game, "supervisor %llx: %u children, should be %u",
                      (unsigned long long)pid, found, expected);
    }
}

static void compare_view(sim_game *game) {
    const belay_view *got = belay_look(game->kernel);
    belay_view want;
    const char *what = "view at";
    model_view(game->world, &want);
    SAME(game, what, want.now, *got, want, now);
    SAME(game, what, want.now, *got, want, ready);
    SAME(game, what, want.now, *got, want, processes);
    SAME(game, what, want.now, *got, want, abandoned);
    SAME(game, what, want.now, *got, want, kept);
    SAME(game, what, want.now, *got, want, fresh);
    SAME(game, what, want.now, *got, want, timers);
    if (got->bytes != game->bytes) {
        game_complain(game, "the view says %llu bytes, there are %llu",
                      (unsigned long long)got->bytes,
                      (unsigned long long)game->bytes);
    }
    if (got->deadline > want.deadline || got->deadline <= want.now ||
        (want.deadline == BELAY_INFINITY && got->timers == 0 &&
         got->deadline != BELAY_INFINITY)) {
        game_complain(game, "the view's deadline is %llu, should be %llu",
                      (unsigned long long)got->deadline,
                      (unsigned long long)want.deadline);
    }
}

void state_compare(sim_game *game) {
    compare_processes(game);
    compare_streams(game);
    compare_view(game);
    for (uint32_t i = 0; i < game->world->process_count; i++) {
        if (model_alive(game->world, i) &&
            model_is_supervisor(&game->world->processes[i])) {
            compare_children(game, i);
        }
    }
}
