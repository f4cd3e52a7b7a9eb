/* clock.c - the time for the kernel: read when a timer is armed, and by one
 * thread that sleeps until the next deadline. */
#include "runtime/runtime.h"

void belay__clock_tell(belay_runtime *runtime) {
    const belay_command advance = {
        .op = BELAY_OP_ADVANCE,
        .time = belay__port_now() - runtime->zero,
    };
    belay_answer answer = {0};
    (void)belay__submit(runtime, &advance, &answer);
}

int belay__clock_watch(belay_runtime *runtime) {
    belay__clock *clock = &runtime->clock;
    const belay_view *view = runtime->view;
    if (view->fresh > 0) {
        belay__clock_tell(runtime);
    }
    if (view->deadline >= clock->target || runtime->stopping) {
        return 0;
    }
    clock->target = view->deadline;
    if (clock->running) {
        belay__port_wake_one(&clock->changed);
        return 0;
    }
    clock->running = 1;
    return 1;
}

static void clock_main(void *argument) {
    belay_runtime *runtime = argument;
    belay__clock *clock = &runtime->clock;
    belay__port_lock(&runtime->lock);
    while (!runtime->stopping) {
        if (runtime->view->deadline <= belay__port_now() - runtime->zero) {
            belay__clock_tell(runtime);
            belay__leave(runtime);
            belay__port_lock(&runtime->lock);
            continue;
        }
        clock->target = runtime->view->deadline;
        uint64_t deadline = clock->target == BELAY_INFINITY
                                ? PORT_NEVER
                                : runtime->zero + clock->target;
        belay__port_wait(&clock->changed, &runtime->lock, deadline);
    }
    belay__port_unlock(&runtime->lock);
}

void belay__clock_start(belay_runtime *runtime) {
    belay__clock *clock = &runtime->clock;
    int started = belay__port_thread_start(&clock->thread, clock_main,
                                           runtime, BELAY__CLOCK_STACK);
    if (!started) {
        /* The next deadline tries again. */
        belay__port_lock(&runtime->lock);
        clock->running = 0;
        clock->target = BELAY_INFINITY;
        belay__port_unlock(&runtime->lock);
    }
}

void belay__clock_stop(belay_runtime *runtime) {
    if (runtime->clock.running) {
        belay__port_thread_join(&runtime->clock.thread);
        runtime->clock.running = 0;
    }
}
