#include "operations.h"

#include <stddef.h>

static belay_pid spawn_task(bench_host *host, belay_pid scope) {
    const belay_command command = {
        .op = BELAY_OP_SPAWN,
        .pid = host->root,
        .scope = scope,
        .flags = scope == 0 ? BELAY_FLAG_LINK : BELAY_FLAG_ORPHAN,
        .shutdown = 5000,
    };
    return host_do(host, &command)->pid;
}

static void run_next(bench_host *host, belay_pid expected) {
    const belay_command command = {.op = BELAY_OP_RUN};
    host_expect(host_do(host, &command)->pid == expected,
                "the one that runs");
}

belay_pid operation_task(bench_host *host) {
    belay_pid pid = spawn_task(host, 0);
    run_next(host, pid);
    return pid;
}

static belay_pid wait_for(bench_host *host, belay_wait kind, belay_pid other,
                          uint64_t time) {
    const belay_command command = {
        .op = BELAY_OP_WAIT,
        .kind = (uint32_t)kind,
        .pid = host->root,
        .other = other,
        .time = time,
    };
    return host_do(host, &command)->pid;
}

/* ---- A task, from its spawn to the end of the wait for it --------------- */

static void await_one_by_one(bench_host *host, uint32_t count) {
    uint32_t before = host->waits_done;
    for (uint32_t i = 0; i < count; i++) {
        belay_pid pid = spawn_task(host, 0);
        (void)wait_for(host, BELAY_WAIT_AWAIT, pid, BELAY_INFINITY);
        run_next(host, pid);
        host_settle(host, &pid, 1);
    }
    host_expect(host->waits_done - before == count, "all are awaited");
}

/* A batch at a time, as they end when a host has many. */
static void await_batches(bench_host *host, uint32_t count,
                          uint64_t timeout) {
    uint32_t before = host->waits_done;
    for (uint32_t done = 0; done < count; done += HOST_BATCH) {
        for (uint32_t i = 0; i < HOST_BATCH; i++) {
            host->pids[i] = spawn_task(host, 0);
            (void)wait_for(host, BELAY_WAIT_AWAIT, host->pids[i], timeout);
        }
        host_advance(host);
        for (uint32_t i = 0; i < HOST_BATCH; i++) {
            run_next(host, host->pids[i]);
        }
        host_settle(host, host->pids, HOST_BATCH);
    }
    host_expect(host->waits_done - before == count, "all are awaited");
}

static void await_many(bench_host *host, uint32_t count) {
    await_batches(host, count, BELAY_INFINITY);
}

static void await_with_timeout(bench_host *host, uint32_t count) {
    await_batches(host, count, 5000);
}

/* ---- Timers -------------------------------------------------------------- */

static void start_and_cancel(bench_host *host, uint32_t count) {
    for (uint32_t done = 0; done < count; done += HOST_BATCH) {
        for (uint32_t i = 0; i < HOST_BATCH; i++) {
            host->pids[i] = wait_for(host, BELAY_WAIT_SLEEP, 0, 5000 + i);
        }
        host_advance(host);
        for (uint32_t i = 0; i < HOST_BATCH; i++) {
            const belay_command cancel = {
                .op = BELAY_OP_WAIT_CANCEL,
                .other = host->pids[i],
            };
            (void)host_do(host, &cancel);
        }
    }
}

static void fire(bench_host *host, uint32_t count) {
    uint32_t before = host->waits_done;
    for (uint32_t done = 0; done < count; done += HOST_BATCH) {
        for (uint32_t i = 0; i < HOST_BATCH; i++) {
            (void)wait_for(host, BELAY_WAIT_SLEEP, 0, 1);
        }
        host_advance(host);
        host_advance(host);
    }
    host_expect(host->waits_done - before == count, "all timers have fired");
}

/* ---- Streams ------------------------------------------------------------- */

static void push(bench_host *host, belay_pid *pids, uint32_t count) {
    const belay_command command = {
        .op = BELAY_OP_STREAM_PUSH,
        .other = host->stream,
        .count = count,
    };
    host_expect(host_do(host, &command)->value == count, "all items start");
    const uint32_t *words = belay_words(host->kernel);
    for (uint32_t i = 0; i < count; i++) {
        pids[i] = (belay_pid)words[2 * i + 1] << 32 | words[2 * i];
    }
    host->pulls -= count;
}

static void want(bench_host *host, uint32_t count) {
    const belay_command command = {
        .op = BELAY_OP_STREAM_NEXT,
        .other = host->stream,
        .count = count,
    };
    (void)host_do(host, &command);
}

static void open_stream(bench_host *host, uint32_t wanted) {
    const belay_command command = {
        .op = BELAY_OP_STREAM_OPEN,
        .pid = host->root,
        .limit = HOST_BATCH,
        .flags = BELAY_FLAG_ORDERED,
        .time = 5000,
        .extra = 0xffffffffu,
    };
    host->stream = host_do(host, &command)->pid;
    want(host, wanted);
    push(host, host->pids, HOST_BATCH);
    host_advance(host);
}

static void open_collected(bench_host *host) {
    open_stream(host, 0xffffffffu);
}

static void open_one_by_one(bench_host *host) {
    open_stream(host, 1);
}

static void cycle_items(bench_host *host, uint32_t count) {
    uint32_t *words = belay_words(host->kernel);
    for (uint32_t done = 0; done < count; done += HOST_BATCH) {
        for (uint32_t i = 0; i < HOST_BATCH; i++) {
            words[2 * i] = (uint32_t)host->pids[i];
            words[2 * i + 1] = (uint32_t)(host->pids[i] >> 32);
        }
        const belay_command cycle = {
            .op = BELAY_OP_STREAM_CYCLE,
            .other = host->stream,
            .count = HOST_BATCH,
        };
        host_expect(host_do(host, &cycle)->value == HOST_BATCH, "all cycle");
        for (uint32_t i = 0; i < HOST_BATCH; i++) {
            host->pids[i] = (belay_pid)words[2 * i + 1] << 32 | words[2 * i];
        }
        host_advance(host);
    }
}

/* Each item goes the long way: it settles, is handed over, and only then is
 * the next one pulled and pushed. */
static void hand_over_items(bench_host *host, uint32_t count) {
    uint32_t before = host->items;
    for (uint32_t i = 0; i < count; i++) {
        host_settle(host, &host->pids[i % HOST_BATCH], 1);
        want(host, 1);
        host_expect(host->pulls == 1, "one more is pulled");
        push(host, &host->pids[i % HOST_BATCH], 1);
    }
    host_expect(host->items - before == count, "all are handed over");
}

/* ---- Links, monitors and supervised children ----------------------------- */

static void two_tasks(bench_host *host) {
    host->pids[0] = operation_task(host);
    host->pids[1] = operation_task(host);
}

static void link_and_monitor(bench_host *host, uint32_t count) {
    belay_command command = {.pid = host->pids[0], .other = host->pids[1]};
    for (uint32_t i = 0; i < count; i++) {
        command.op = BELAY_OP_LINK;
        (void)host_do(host, &command);
        command.op = BELAY_OP_MONITOR;
        belay_pid monitor = host_do(host, &command)->pid;
        const belay_command demonitor = {
            .op = BELAY_OP_DEMONITOR,
            .other = monitor,
        };
        (void)host_do(host, &demonitor);
        command.op = BELAY_OP_UNLINK;
        (void)host_do(host, &command);
    }
}

static void open_supervisor(bench_host *host) {
    const belay_command command = {
        .op = BELAY_OP_SUP_START,
        .pid = host->root,
        .kind = BELAY_SUP_TASK,
        .flags = BELAY_FLAG_LINK,
        .limit = 0xffffffffu,
        .count = 3,
        .extra = 5,
    };
    host->supervisor = host_do(host, &command)->pid;
}

static void supervise_children(bench_host *host, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        belay_pid pid = spawn_task(host, host->supervisor);
        run_next(host, pid);
        host_settle(host, &pid, 1);
    }
}

const operation operations[] = {
    {"await", NULL, await_one_by_one},
    {"await_many", NULL, await_many},
    {"await_timeout", NULL, await_with_timeout},
    {"item_cycled", open_collected, cycle_items},
    {"item_handed_over", open_one_by_one, hand_over_items},
    {"timer_cancelled", NULL, start_and_cancel},
    {"timer_fired", NULL, fire},
    {"link_and_monitor", two_tasks, link_and_monitor},
    {"supervised_child", open_supervisor, supervise_children},
    {NULL, NULL, NULL},
};
