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
static uint32_t pool_active(const belayr_pool *pool) {
    return pool->threads - pool->waiting - pool->idle + pool->called;
}

int belayr_pool_need(belay_runtime *runtime) {
    belayr_pool *pool = &runtime->pool;
    uint32_t coming = pool->called + pool->starting;
    if (jobs_ready(runtime) <= coming || pool_active(pool) >= pool->max ||
        runtime->stopping) {
        return 0;
    }
    if (pool->idle > pool->called) {
        pool->called++;
        belayr_port_wake_one(&pool->work);
        return 0;
    }
    if (pool->threads >= pool->limit) {
        return 0;
    }
    pool->threads++;
    pool->starting++;
    return 1;
}

int belayr_pool_may_wait(const belay_runtime *runtime) {
    const belayr_pool *pool = &runtime->pool;
    uint32_t others = pool->threads - pool->waiting - 1;
    return others > 0 || pool->threads < pool->limit ||
           jobs_ready(runtime) == 0;
}

/* Whether an idle thread should end. */
static int thread_is_over(const belay_runtime *runtime, uint64_t since) {
    const belayr_pool *pool = &runtime->pool;
    if (runtime->stopping) {
        return 1;
    }
    if (pool->threads - pool->waiting > pool->max) {
        return 1; /* since they went on, or the pool has been made smaller */
    }
    return pool->threads > pool->min &&
           belayr_port_now() - since >= pool->idle_timeout;
}

static void thread_rest(belay_runtime *runtime, uint64_t since) {
    belayr_pool *pool = &runtime->pool;
    uint64_t deadline =
        pool->threads > pool->min ? since + pool->idle_timeout : PORT_NEVER;
    pool->idle++;
    belayr_port_wait(&pool->work, &runtime->lock, deadline);
    pool->idle--;
    if (pool->called > 0) {
        pool->called--;
    }
}

static void thread_work(belay_runtime *runtime) {
    belayr_pool *pool = &runtime->pool;
    uint64_t since = belayr_port_now();
    for (;;) {
        belay_context *context = NULL;
        if (pool_active(pool) <= pool->max) {
            context = belayr_job_take(runtime);
        }
        if (context != NULL) {
            belayr_job_run(context, BELAYR_POOLED);
            since = 0;
            continue;
        }
        if (belayr_must_leave(runtime)) {
            belayr_leave(runtime);
            belayr_port_lock(&runtime->lock);
            continue;
        }
        if (since == 0) {
            since = belayr_port_now();
        }
        if (thread_is_over(runtime, since)) {
            return;
        }
        thread_rest(runtime, since);
    }
}

static void thread_main(void *argument) {
    belayr_thread *self = argument;
    belay_runtime *runtime = self->runtime;
    belayr_pool *pool = &runtime->pool;
    belayr_port_lock(&runtime->lock);
    pool->starting--;
    thread_work(runtime);
    pool->threads--;
    self->next = pool->finished;
    pool->finished = self;
    belayr_port_wake_all(&pool->ended);
    belayr_port_unlock(&runtime->lock);
}

static void threads_join(belay_runtime *runtime, belayr_thread *thread) {
    while (thread != NULL) {
        belayr_thread *next = thread->next;
        belayr_port_thread_join(&thread->port);
        belayr_give(runtime, thread, sizeof(*thread));
        thread = next;
    }
}

int belayr_pool_start(belay_runtime *runtime) {
    belayr_pool *pool = &runtime->pool;
    belayr_thread *thread = belayr_take(runtime, sizeof(*thread));
    int started = 0;
    if (thread != NULL) {
        *thread = (belayr_thread){.runtime = runtime};
        started = belayr_port_thread_start(&thread->port, thread_main, thread,
                                           pool->stack_size);
    }
    belayr_port_lock(&runtime->lock);
    belayr_thread *finished = pool->finished;
    pool->finished = NULL;
    int more = 0;
    if (started) {
        more = belayr_pool_need(runtime);
    } else {
        belayr_give(runtime, thread, sizeof(*thread));
        pool->threads--;
        pool->starting--;
    }
    belayr_port_unlock(&runtime->lock);
    threads_join(runtime, finished);
    return more;
}

void belayr_pool_stop(belay_runtime *runtime) {
    belayr_pool *pool = &runtime->pool;
    belayr_port_lock(&runtime->lock);
    while (pool->threads > 0) {
        belayr_port_wait(&pool->ended, &runtime->lock, PORT_NEVER);
    }
    belayr_thread *finished = pool->finished;
    pool->finished = NULL;
    belayr_port_unlock(&runtime->lock);
    threads_join(runtime, finished);
}
