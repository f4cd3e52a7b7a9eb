/* runtime.c - a runtime's beginning and end, and looking at it. */
#include "runtime/runtime.h"

#include <stdlib.h>
#include <string.h>

#define THREADS_LIMIT 64u
#define THREADS_CEILING 4096u
#define IDLE_TIMEOUT_MS 10000u

static void *allocate_default(void *context, void *pointer, size_t old_size,
                              size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, new_size);
}

/* The kernel's memory counts as the runtime's. */
static void *allocate_counted(void *context, void *pointer, size_t old_size,
                              size_t new_size) {
    return belayr_grow(context, pointer, old_size, new_size);
}

static belay_code pool_configure(belayr_pool *pool,
                                 const belay_runtime_options *options) {
    pool->min = options->threads_min;
    pool->max = options->threads_max;
    pool->limit = options->threads_limit;
    if (pool->max == 0) {
        pool->max = belayr_port_processors();
        pool->max = pool->max < pool->min ? pool->min : pool->max;
    }
    if (pool->limit == 0) {
        pool->limit = pool->max < THREADS_LIMIT ? THREADS_LIMIT : pool->max;
    }
    pool->idle_timeout =
        options->idle_timeout == 0 ? IDLE_TIMEOUT_MS : options->idle_timeout;
    if (pool->idle_timeout > BELAY_TIME_MAX) {
        pool->idle_timeout = BELAY_TIME_MAX; /* the present is added to it */
    }
    pool->stack_size = options->stack_size;
    return pool->min > pool->max || pool->max > pool->limit ||
                   pool->limit > THREADS_CEILING
               ? BELAY_BAD_ARGUMENT
               : BELAY_OK;
}

/* The failure for when there is no memory for another. */
static belay_code failure_prepare(belay_runtime *runtime) {
    const belay_command create = {
        .op = BELAY_OP_REASON_NEW,
        .kind = BELAY_CLASS_CRASH,
    };
    belay_answer answer = {0};
    belay_code code = belayr_submit(runtime, &create, &answer);
    if (code == BELAY_OK) {
        code = belayr_reserve(
            runtime, (void **)&runtime->failures, &runtime->failure_count,
            answer.value - BELAY_REASON_HOST + 1, sizeof(*runtime->failures));
    }
    if (code == BELAY_OK) {
        runtime->memory_reason = answer.value;
        runtime->failures[answer.value - BELAY_REASON_HOST] =
            belayr_failure_new(runtime, BELAY_NO_MEMORY, "no memory");
    }
    return code;
}

static void root_begin(belay_runtime *runtime) {
    runtime->root.runtime = runtime;
    runtime->root.pid = belay_root(runtime->kernel);
    runtime->root.flags = BELAYR_ALIVE | BELAYR_ROOT;
}

static void close_all(belay_runtime *runtime) {
    belay_destroy(runtime->kernel);
    belayr_contexts_free(runtime);
    for (uint32_t i = 0; i < runtime->failure_count; i++) {
        belayr_why why = {BELAY_REASON_FAILURE, runtime->failures[i]};
        belayr_why_drop(runtime, &why);
    }
    belayr_give(runtime, runtime->failures,
                runtime->failure_count * sizeof(*runtime->failures));
    while (runtime->all_children != NULL) {
        belayr_child_free(runtime, runtime->all_children);
    }
    belayr_places_free(runtime, &runtime->slots);
    belayr_places_free(runtime, &runtime->streams);
    belayr_places_free(runtime, &runtime->monitors);
    belayr_places_free(runtime, &runtime->children);
    belayr_names_free(runtime);
    belayr_port_condition_close(&runtime->clock.changed);
    belayr_port_condition_close(&runtime->pool.ended);
    belayr_port_condition_close(&runtime->pool.work);
    belayr_port_mutex_close(&runtime->lock);
    (void)runtime->allocate(runtime->allocate_context, runtime,
                            sizeof(*runtime), 0);
}

static belay_code kernel_open(belay_runtime *runtime,
                              const belay_runtime_options *options) {
    const belay_config config = {
        .allocate = allocate_counted,
        .context = runtime,
        .processes_max = options->processes_max,
        .clock_slack = 1, /* the port's clock is cut to milliseconds */
    };
    belay_code code = belay_create(&config, &runtime->kernel);
    if (code == BELAY_OK) {
        runtime->view = belay_look(runtime->kernel);
        code = failure_prepare(runtime);
    }
    return code;
}

belay_code belay_runtime_create(const belay_runtime_options *options,
                                belay_runtime **out) {
    const belay_runtime_options defaults = {0};
    if (out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    if (options == NULL) {
        options = &defaults;
    }
    belay_allocate allocate =
        options->allocate == NULL ? allocate_default : options->allocate;
    belay_runtime *runtime =
        allocate(options->context, NULL, 0, sizeof(*runtime));
    if (runtime == NULL) {
        return BELAY_NO_MEMORY;
    }
    memset(runtime, 0, sizeof(*runtime));
    runtime->allocate = allocate;
    runtime->allocate_context = options->context;
    runtime->log = options->log;
    runtime->progress = options->progress;
    runtime->family = options->family;
    runtime->family_told = options->family_told;
    runtime->hooks = options->hooks;
    runtime->bytes = sizeof(*runtime);
    runtime->zero = belayr_port_now();
    runtime->patience = belayr_port_patience();
    runtime->patience_waiting = runtime->patience;
    runtime->patience_searching = runtime->patience;
    runtime->clock.target = BELAY_INFINITY;
    belayr_port_mutex_open(&runtime->lock);
    belayr_port_condition_open(&runtime->pool.work);
    belayr_port_condition_open(&runtime->pool.ended);
    belayr_port_condition_open(&runtime->clock.changed);
    belay_code code = pool_configure(&runtime->pool, options);
    if (code == BELAY_OK) {
        code = kernel_open(runtime, options);
    }
    if (code != BELAY_OK) {
        close_all(runtime);
        return code;
    }
    root_begin(runtime);
    *out = runtime;
    return BELAY_OK;
}

static void kill_each(belay_runtime *runtime) {
    belay_process_info info = {0};
    uint32_t at = 0;
    while (belay_inspect(runtime->kernel, at, &info) == BELAY_OK) {
        at = (uint32_t)(info.pid & ((1u << BELAY_INDEX_BITS) - 1)) + 1;
        if (info.pid != runtime->root.pid) {
            const belay_command kill = {
                .op = BELAY_OP_SIGNAL,
                .pid = info.pid,
                .other = info.pid,
                .reason = BELAY_REASON_KILL,
            };
            belay_answer answer = {0};
            (void)belayr_submit(runtime, &kill, &answer);
        }
    }
}

/* A supervisor may start a child again before its own turn comes; how often,
 * its intensity bounds. */
static void kill_all(belay_runtime *runtime) {
    while (runtime->view->processes > 1) {
        kill_each(runtime);
    }
}

void belay_runtime_destroy(belay_runtime *runtime) {
    if (runtime == NULL) {
        return;
    }
    belayr_port_lock(&runtime->lock);
    runtime->stopping = 1;
    belayr_streams_close(&runtime->root);
    kill_all(runtime);
    belayr_port_wake_all(&runtime->pool.work);
    belayr_port_wake_all(&runtime->clock.changed);
    belayr_leave(runtime);
    belayr_pool_stop(runtime);
    belayr_clock_stop(runtime);
    close_all(runtime);
}

belay_context *belay_runtime_root(belay_runtime *runtime) {
    return &runtime->root;
}

belay_code belay_runtime_resize(belay_runtime *runtime, uint32_t threads_min,
                                uint32_t threads_max) {
    belayr_pool *pool = &runtime->pool;
    belayr_port_lock(&runtime->lock);
    int bad = threads_max == 0 || threads_min > threads_max ||
              threads_max > pool->limit;
    if (!bad) {
        pool->min = threads_min;
        pool->max = threads_max;
        belayr_port_wake_all(&pool->work);
    }
    belayr_leave(runtime);
    return bad ? BELAY_BAD_ARGUMENT : BELAY_OK;
}

void belay_runtime_look(belay_runtime *runtime, belay_runtime_info *out) {
    belayr_port_lock(&runtime->lock);
    const belay_view *view = runtime->view;
    const belayr_pool *pool = &runtime->pool;
    *out = (belay_runtime_info){
        .processes = view->processes,
        .queued = view->ready + runtime->queued,
        .threads = pool->threads,
        .idle = pool->idle,
        .waiting = pool->waiting,
        .abandoned = view->abandoned,
        .started = runtime->started,
        .returned = runtime->returned,
        .bytes = atomic_load_explicit(&runtime->bytes, memory_order_relaxed),
    };
    belayr_leave(runtime);
}

void belay_report(belay_context *context, belay_value value) {
    const belay_runtime *runtime = context->runtime;
    if (runtime->progress != NULL) {
        runtime->progress(runtime->hooks, context, value);
    }
}
