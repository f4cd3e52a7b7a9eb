/* pool.c - the threads that run jobs.
 *
 * As many jobs as `max` run at once. A job that waits in a call does not
 * count: another thread takes its place, up to `limit` threads in all. When
 * its wait is over it goes on at once, so for a while more than max may run;
 * no further job is begun then.
 */
#include "runtime/runtime.h"

static uint32_t jobs_ready(const belay_runtime *runtime) {
    return runtime->queued + runtime->view->ready;
}

/* Threads that run jobs or are about to. */
static uint32_t pool_active(const belay__pool *pool) {
    return pool->threads - pool->waiting - pool->idle + pool->called;
}

int belay__pool_need(belay_runtime *runtime) {
    belay__pool *pool = &runtime->pool;
    uint32_t coming = pool->called + pool->starting;
    if (jobs_ready(runtime) <= coming || pool_active(pool) >= pool->max) {
        return 0;
    }
    if (pool->idle > pool->called) {
        pool->called++;
        belay__port_wake_one(&pool->work);
        return 0;
    }
    if (pool->threads >= pool->limit) {
        return 0;
    }
    pool->threads++;
    pool->starting++;
    return 1;
}

int belay__pool_may_wait(const belay_runtime *runtime) {
    const belay__pool *pool = &runtime->pool;
    uint32_t others = pool->threads - pool->waiting - 1;
    return others > 0 || pool->threads < pool->limit ||
           jobs_ready(runtime) == 0;
}

/* Whether an idle thread should end. */
static int thread_is_over(const belay_runtime *runtime, uint64_t since) {
    const belay__pool *pool = &runtime->pool;
    if (runtime->stopping) {
        return 1;
    }
    if (pool->threads - pool->waiting > pool->max) {
        return 1; /* since they went on, or the pool has been made smaller */
    }
    return pool->threads > pool->min &&
           belay__port_now() - since >= pool->idle_timeout;
}

static void thread_rest(belay_runtime *runtime, uint64_t since) {
    belay__pool *pool = &runtime->pool;
    uint64_t deadline =
        pool->threads > pool->min ? since + pool->idle_timeout : PORT_NEVER;
    pool->idle++;
    belay__port_wait(&pool->work, &runtime->lock, deadline);
    pool->idle--;
    if (pool->called > 0) {
        pool->called--;
    }
}

static void thread_work(belay_runtime *runtime) {
    belay__pool *pool = &runtime->pool;
    uint64_t since = belay__port_now();
    for (;;) {
        belay_context *context = NULL;
        if (pool_active(pool) <= pool->max) {
            context = belay__job_take(runtime);
        }
        if (context != NULL) {
            belay__job_run(context);
            since = 0;
            continue;
        }
        if (since == 0) {
            since = belay__port_now();
        }
        if (thread_is_over(runtime, since)) {
            return;
        }
        thread_rest(runtime, since);
    }
}

static void thread_main(void *argument) {
    belay__thread *self = argument;
    belay_runtime *runtime = self->runtime;
    belay__pool *pool = &runtime->pool;
    belay__port_lock(&runtime->lock);
    pool->starting--;
    thread_work(runtime);
    pool->threads--;
    self->next = pool->finished;
    pool->finished = self;
    belay__port_wake_all(&pool->ended);
    belay__port_unlock(&runtime->lock);
}

static void threads_join(belay_runtime *runtime, belay__thread *thread) {
    while (thread != NULL) {
        belay__thread *next = thread->next;
        belay__port_thread_join(&thread->port);
        belay__give(runtime, thread, sizeof(*thread));
        thread = next;
    }
}

int belay__pool_start(belay_runtime *runtime) {
    belay__pool *pool = &runtime->pool;
    belay__thread *thread = belay__take(runtime, sizeof(*thread));
    int started = 0;
    if (thread != NULL) {
        *thread = (belay__thread){.runtime = runtime};
        started = belay__port_thread_start(&thread->port, thread_main, thread,
                                           pool->stack_size);
    }
    belay__port_lock(&runtime->lock);
    belay__thread *finished = pool->finished;
    pool->finished = NULL;
    int more = 0;
    if (started) {
        more = belay__pool_need(runtime);
    } else {
        belay__give(runtime, thread, sizeof(*thread));
        pool->threads--;
        pool->starting--;
    }
    belay__port_unlock(&runtime->lock);
    threads_join(runtime, finished);
    return more;
}

void belay__pool_stop(belay_runtime *runtime) {
    belay__pool *pool = &runtime->pool;
    belay__port_lock(&runtime->lock);
    while (pool->threads > 0) {
        belay__port_wait(&pool->ended, &runtime->lock, PORT_NEVER);
    }
    belay__thread *finished = pool->finished;
    pool->finished = NULL;
    belay__port_unlock(&runtime->lock);
    threads_join(runtime, finished);
}
