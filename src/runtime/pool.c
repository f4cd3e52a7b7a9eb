/* pool.c - the threads that run jobs.
 *
 * As many jobs as `max` run at once. A job that waits in a call does not
 * count: another thread takes its place, up to `limit` threads in all. When
 * its wait is over it goes on at once, so for a while more than max may run;
 * no further job is begun then.
 *
 * To wake a thread costs as much as many short jobs. Two things save it. A
 * thread that has run out of jobs searches for a few microseconds more: who
 * starts a job then only changes `news`. And where jobs are awaited at once,
 * without a timeout, those who await them run them (tasks.c): after
 * UNNEEDED_MIN of them in a row a single new job wakes nobody, while an idle
 * thread looks every millisecond whether one has been left lying. It takes
 * that job, and from then on each new job wakes a thread again.
 */
#include "runtime/runtime.h"

#define UNNEEDED_MIN 8u
#define WATCH_MS 1u

static uint32_t jobs_ready(const belay_runtime *runtime) {
    return runtime->queued + runtime->view->ready;
}

/* Threads that run jobs or are about to. */
static uint32_t pool_active(const belayr_pool *pool) {
    return pool->threads - pool->waiting - pool->idle + pool->called;
}

void belayr_pool_not_needed(belay_runtime *runtime) {
    runtime->pool.unneeded++;
}

void belayr_pool_hurry(belay_runtime *runtime) {
    if (jobs_ready(runtime) > 0) {
        runtime->pool.unneeded = 0;
    }
}

int belayr_pool_need(belay_runtime *runtime) {
    belayr_pool *pool = &runtime->pool;
    uint32_t ready = jobs_ready(runtime);
    if (ready <= pool->called + pool->starting ||
        pool_active(pool) >= pool->max || runtime->stopping) {
        return 0;
    }
    if (pool->watching && ready == 1 && pool->unneeded >= UNNEEDED_MIN) {
        return 0;
    }
    if (pool->searching) {
        pool->searching = 0; /* it has its job; the next needs another */
        pool->called++;
        (void)atomic_fetch_add_explicit(&pool->news, 1, memory_order_release);
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

/* Looks for news for a while, without the lock; one thread at a time. 1 when
 * there are: then it has been called. */
static int thread_search(belay_runtime *runtime) {
    belayr_pool *pool = &runtime->pool;
    uint32_t patience = belayr_patience(runtime, runtime->patience_searching);
    if (patience == 0 || pool->searching || pool->unneeded >= UNNEEDED_MIN) {
        return 0;
    }
    uint32_t news = atomic_load_explicit(&pool->news, memory_order_relaxed);
    pool->searching = 1;
    belayr_port_unlock(&runtime->lock);
    while (patience-- > 0 &&
           atomic_load_explicit(&pool->news, memory_order_acquire) == news) {
        belayr_port_relax();
    }
    belayr_port_lock(&runtime->lock);
    int found =
        atomic_load_explicit(&pool->news, memory_order_relaxed) != news;
    belayr_learn(runtime, &runtime->patience_searching, found);
    if (!found) {
        pool->searching = 0;
    }
    return found;
}

/* Looks every millisecond, for as long as jobs are begun and nobody is called:
 * those who await them run them. A job that lies there while none has begun
 * is what it looks for. */
static void thread_watch(belay_runtime *runtime) {
    belayr_pool *pool = &runtime->pool;
    pool->watching = 1;
    do {
        pool->watched = runtime->started;
        belayr_port_wait(&pool->work, &runtime->lock,
                         belayr_port_now() + WATCH_MS);
    } while (runtime->started != pool->watched && pool->called == 0 &&
             pool->unneeded >= UNNEEDED_MIN && !runtime->stopping);
    pool->watching = 0;
    belayr_pool_hurry(runtime);
}

/* Waits in earnest. */
static void thread_sleep(belay_runtime *runtime, uint64_t since) {
    belayr_pool *pool = &runtime->pool;
    if (!pool->watching && pool->unneeded >= UNNEEDED_MIN &&
        runtime->started != pool->watched) {
        thread_watch(runtime);
        return;
    }
    uint64_t deadline =
        pool->threads > pool->min ? since + pool->idle_timeout : PORT_NEVER;
    belayr_port_wait(&pool->work, &runtime->lock, deadline);
}

/* An idle thread: until there may be a job. */
static void thread_rest(belay_runtime *runtime, uint64_t since) {
    belayr_pool *pool = &runtime->pool;
    pool->idle++;
    if (!thread_search(runtime) && jobs_ready(runtime) == 0 &&
        !runtime->stopping) {
        thread_sleep(runtime, since);
    }
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
    pool->refused = started ? 0 : 1;
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
