/* clock.c - the time for the kernel: read when a timer is armed, and by one
 * thread that sleeps until the next deadline. */
#include "runtime/runtime.h"

void belayr_clock_tell(belay_runtime *runtime) {
    const belay_command advance = {
        .op = BELAY_OP_ADVANCE,
        .time = belayr_port_now() - runtime->zero,
    };
    belay_answer answer = {0};
    (void)belayr_submit(runtime, &advance, &answer);
}

int belayr_clock_watch(belay_runtime *runtime) {
    belayr_clock *clock = &runtime->clock;
    const belay_view *view = runtime->view;
    if (view->deadline >= clock->target || runtime->stopping) {
        return 0;
    }
    clock->target = view->deadline;
    if (clock->running) {
        belayr_port_wake_one(&clock->changed);
        return 0;
    }
    clock->running = 1;
    return 1;
}

static void clock_main(void *argument) {
    belay_runtime *runtime = argument;
    belayr_clock *clock = &runtime->clock;
    belayr_port_lock(&runtime->lock);
    while (!runtime->stopping) {
        if (runtime->view->deadline <= belayr_port_now() - runtime->zero) {
            belayr_clock_tell(runtime);
            belayr_leave(runtime);
            belayr_port_lock(&runtime->lock);
            continue;
        }
        clock->target = runtime->view->deadline;
        uint64_t deadline = clock->target == BELAY_INFINITY
                                ? PORT_NEVER
                                : runtime->zero + clock->target;
        belayr_port_wait(&clock->changed, &runtime->lock, deadline);
    }
    belayr_port_unlock(&runtime->lock);
}

void belayr_clock_start(belay_runtime *runtime) {
    belayr_clock *clock = &runtime->clock;
    int started = belayr_port_thread_start(&clock->thread, clock_main,
                                           runtime, BELAYR_CLOCK_STACK);
    if (!started) {
        /* The next deadline tries again. */
        belayr_port_lock(&runtime->lock);
        clock->running = 0;
        clock->target = BELAY_INFINITY;
        belayr_port_unlock(&runtime->lock);
    }
}

void belayr_clock_stop(belay_runtime *runtime) {
    if (runtime->clock.running) {
        belayr_port_thread_join(&runtime->clock.thread);
        runtime->clock.running = 0;
    }
}
