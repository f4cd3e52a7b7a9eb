/* jobs.c - runs of jobs that JavaScript has started, and what is told of
 * them.
 *
 * Each run is a process that nobody awaits (belay_start), and a family with
 * all that it starts: the runtime tells of their jobs, so a run has returned
 * when none of them is to run or runs. A process that is killed has ended
 * before that. What happens goes into a list, which the instance's first
 * thread takes from when it is notified, or who works with the instance.
 *
 * `state.lock` guards all that is static here but `shown`; it is held for a
 * few instructions, and no lock is taken inside of it. It may be taken while
 * the runtime's lock is held.
 */
#include "jobs/jobs.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/runtime.h"

/* Reports that were not given back; then who reports waits. */
#ifndef BELAY_JOBS_REPORTS_MAX
#define BELAY_JOBS_REPORTS_MAX 1024u
#endif
#define REPORT_WAIT_MS 20u
#define RUN_LABEL "(run)"

typedef struct job_run {
    uint32_t number; /* 0: the place is free */
    uint32_t ended_already;
    uint32_t bodies; /* jobs of its family that are to run, or run */
    belay_job job;
    belay_pid pid; /* 0 before it is known */
    belay_jobs_message ended;
    belay_jobs_message returned;
} job_run;

static struct {
    belay_runtime *runtime;
    belay_context *root;
    port_mutex lock;
    port_condition room;          /* for reports */
    belay_jobs_message *in_order; /* of the first thread: what it has taken */
    uint32_t reports;             /* that were not given back */
    uint32_t must_notify;         /* once the runtime's lock is not held */
    uint32_t is_shown; /* others take the messages; as it was opened */
    belay_value *arguments;
    uint32_t arguments_count;
    job_run runs[BELAY_JOBS_PLACES];
} state;

static belay_jobs_shown shown;

static job_run *run_of(uint32_t number) {
    job_run *run = &state.runs[number % BELAY_JOBS_PLACES];
    return number != 0 && run->number == number ? run : NULL;
}

/* ---- Messages ------------------------------------------------------- */

/* 1: none was there, so who takes them must be notified. */
static int message_put(belay_jobs_message *message) {
    belay_jobs_message *newest = atomic_load(&shown.happened);
    do {
        message->next = newest;
    } while (
        !atomic_compare_exchange_weak(&shown.happened, &newest, message));
    return newest == NULL;
}

/* Without a lock. */
static void notify(void) {
    if (!state.is_shown) {
        belay_jobs_notify();
        return;
    }
    (void)atomic_fetch_add(&shown.news, 1);
    belay_jobs_wake(&shown.news);
}

/* All messages that were put, the oldest first. */
static belay_jobs_message *messages_in_order(void) {
    belay_jobs_message *message = atomic_exchange(&shown.happened, NULL);
    belay_jobs_message *oldest = NULL;
    while (message != NULL) {
        belay_jobs_message *older = message->next;
        message->next = oldest;
        oldest = message;
        message = older;
    }
    return oldest;
}

BELAY_JOBS_DOOR belay_jobs_message *belay_jobs_take(void) {
    if (state.in_order == NULL) {
        state.in_order = messages_in_order();
    }
    belay_jobs_message *message = state.in_order;
    if (message != NULL) {
        state.in_order = message->next;
    }
    return message;
}

static void report_give_back(belay_jobs_message *report) {
    free(report);
    belayr_port_lock(&state.lock);
    state.reports--;
    belayr_port_wake_one(&state.room);
    belayr_port_unlock(&state.lock);
}

BELAY_JOBS_DOOR void belay_jobs_give_back(belay_jobs_message *message) {
    belay_value_free(state.root, &message->value);
    if (message->kinds == BELAY_JOBS_REPORT) {
        report_give_back(message);
    } else if ((message->kinds & BELAY_JOBS_RETURNED) != 0) {
        belayr_port_lock(&state.lock);
        run_of(message->number)->number = 0;
        belayr_port_unlock(&state.lock);
    }
}

BELAY_JOBS_DOOR void belay_jobs_give_back_all(void) {
    belay_jobs_message *message = atomic_exchange(&shown.taken, NULL);
    while (message != NULL) {
        belay_jobs_message *next = message->next;
        belay_jobs_give_back(message);
        message = next;
    }
}

/* ---- Running -------------------------------------------------------- */

static belay_job run_begin(uint32_t number, belay_context *context) {
    belayr_port_lock(&state.lock);
    belay_job job = NULL;
    job_run *run = run_of(number);
    if (run != NULL && !run->ended_already) {
        run->pid = belay_self(context);
        job = run->job;
    }
    belayr_port_unlock(&state.lock);
    return job;
}

/* The job as the runtime sees it; its first argument is the run's number. */
static belay_value run_job(belay_context *context,
                           const belay_value *arguments, size_t count) {
    uint32_t number = (uint32_t)arguments[0].integer;
    belay_job job = run_begin(number, context);
    if (job == NULL) {
        return belay_none();
    }
    atomic_store(&shown.begun[number % BELAY_JOBS_PLACES], number);
    return job(context, &arguments[1], count - 1);
}

static void run_ended(void *context, const belay_result *result) {
    uint32_t number = (uint32_t)(uintptr_t)context;
    belayr_port_lock(&state.lock);
    job_run *run = run_of(number);
    run->ended_already = 1;
    run->ended = (belay_jobs_message){
        .kinds = BELAY_JOBS_ENDED,
        .number = number,
        .code = result->code,
        .reason = result->reason,
        .failure = result->failure,
        .value = result->value,
    };
    if (run->bodies == 0) {
        run->ended.kinds |= BELAY_JOBS_RETURNED;
    }
    int must = message_put(&run->ended);
    belayr_port_unlock(&state.lock);
    if (must) {
        notify();
    }
}

/* ---- Families ------------------------------------------------------- */

/* With the lock. */
static void run_leave(job_run *run) {
    run->bodies--;
    if (run->bodies == 0 && run->ended_already) {
        run->returned = (belay_jobs_message){
            .kinds = BELAY_JOBS_RETURNED,
            .number = run->number,
        };
        if (message_put(&run->returned)) {
            state.must_notify = 1;
        }
    }
}

/* A supervisor that outlives its run may start a child again when nothing of
 * the run was left. That one counts as a stray. */
static void on_family(void *hooks, uint32_t family,
                      belay_family_change change) {
    (void)hooks;
    belayr_port_lock(&state.lock);
    job_run *run = run_of(family);
    _Atomic uint32_t *abandoned =
        run == NULL ? &shown.strays
                    : &shown.abandoned[family % BELAY_JOBS_PLACES];
    if (change == BELAY_FAMILY_STAYS) {
        atomic_fetch_add(abandoned, 1);
    } else if (change == BELAY_FAMILY_LEAVES) {
        atomic_fetch_sub(abandoned, 1);
    }
    if (run != NULL && change == BELAY_FAMILY_COMES) {
        run->bodies++;
    } else if (run != NULL && change >= BELAY_FAMILY_GOES) {
        run_leave(run);
    }
    belayr_port_unlock(&state.lock);
}

static void on_family_told(void *hooks) {
    (void)hooks;
    belayr_port_lock(&state.lock);
    uint32_t must = state.must_notify;
    state.must_notify = 0;
    belayr_port_unlock(&state.lock);
    if (must) {
        notify();
    }
}

/* ---- Progress ------------------------------------------------------- */

static void report_put(belay_jobs_message *message) {
    belayr_port_lock(&state.lock);
    while (state.reports >= BELAY_JOBS_REPORTS_MAX) {
        belayr_port_wait(&state.room, &state.lock,
                         belayr_port_now() + REPORT_WAIT_MS);
    }
    state.reports++;
    int must = message_put(message);
    belayr_port_unlock(&state.lock);
    if (must) {
        notify();
    }
}

/* A job that goes on after the end of its process has nobody to tell. Without
 * memory a report is lost, and the job goes on. */
static void on_progress(void *hooks, const belay_context *context,
                        belay_value value) {
    (void)hooks;
    if (belay_cancelled(context)) {
        return;
    }
    belay_jobs_message *message = malloc(sizeof(*message));
    if (message == NULL) {
        return;
    }
    *message = (belay_jobs_message){
        .kinds = BELAY_JOBS_REPORT,
        .number = belay_family(context),
    };
    if (belay_value_copy(state.root, value, &message->value) != BELAY_OK) {
        free(message);
        return;
    }
    report_put(message);
}

/* ---- The log -------------------------------------------------------- */

/* Of a run JavaScript tells by itself; it may be over and its place another's
 * by now, so its label says what it was. */
static void on_log(void *hooks, const belay_log *entry) {
    (void)hooks;
    if (strcmp(entry->label, RUN_LABEL) != 0) {
        (void)fprintf(stderr, "belay: a task%s%s of a job failed: %s\n",
                      entry->label[0] == 0 ? "" : " ", entry->label,
                      entry->message);
    }
}

/* ---- The doors ------------------------------------------------------ */

BELAY_JOBS_DOOR uint32_t belay_jobs_open(uint32_t threads_min,
                                         uint32_t threads_max,
                                         uint32_t threads_limit,
                                         uint32_t idle_timeout,
                                         uint32_t stack_size) {
    belayr_port_mutex_open(&state.lock);
    belayr_port_condition_open(&state.room);
    const belay_runtime_options options = {
        .threads_min = threads_min,
        .threads_max = threads_max,
        .threads_limit = threads_limit,
        .idle_timeout = idle_timeout,
        .stack_size = stack_size,
        .log = on_log,
        .progress = on_progress,
        .family = on_family,
        .family_told = on_family_told,
    };
    belay_code code = belay_runtime_create(&options, &state.runtime);
    if (code == BELAY_OK) {
        const belayr_pool *pool = &state.runtime->pool;
        state.root = belay_runtime_root(state.runtime);
        shown.threads = &pool->threads;
        shown.idle = &pool->idle;
        shown.waiting = &pool->waiting;
    }
    return code;
}

void belay_jobs_close(void) {
    belay_runtime_destroy(state.runtime);
    free(state.arguments);
    memset(&shown, 0, sizeof(shown));
    belayr_port_condition_close(&state.room);
    belayr_port_mutex_close(&state.lock);
    memset(&state, 0, sizeof(state));
}

BELAY_JOBS_DOOR uint32_t belay_jobs_resize(uint32_t threads_min,
                                           uint32_t threads_max) {
    return belay_runtime_resize(state.runtime, threads_min, threads_max);
}

/* The first is the run's number. */
BELAY_JOBS_DOOR belay_value *belay_jobs_arguments(uint32_t count) {
    if (count >= state.arguments_count) {
        belay_value *grown =
            realloc(state.arguments, (count + 1) * sizeof(*grown));
        if (grown == NULL) {
            return NULL;
        }
        state.arguments = grown;
        state.arguments_count = count + 1;
    }
    for (uint32_t i = 0; i <= count; i++) {
        state.arguments[i] = belay_none();
    }
    return &state.arguments[1];
}

BELAY_JOBS_DOOR uint32_t belay_jobs_fill(belay_value *argument, uint32_t type,
                                         uint32_t element, uint32_t size) {
    return belay_value_allocate(state.root, (belay_type)type,
                                (belay_element)element, size, argument);
}

BELAY_JOBS_DOOR void belay_jobs_drop(uint32_t count) {
    for (uint32_t i = 1; i <= count && i < state.arguments_count; i++) {
        belay_value_free(state.root, &state.arguments[i]);
    }
}

static belay_code run_start(job_run *run, uint32_t count) {
    const belay_start_options options = {
        .label = RUN_LABEL,
        .family = run->number,
        .ended = run_ended,
        .ended_context = (void *)(uintptr_t)run->number,
    };
    belay_pid pid = 0;
    uint32_t number = run->number;
    belay_code code = belay_start(state.root, run_job, state.arguments,
                                  count + 1, &options, &pid);
    belayr_port_lock(&state.lock);
    if (code == BELAY_OK && run->number == number) {
        run->pid = pid;
    } else if (code != BELAY_OK) {
        run->number = 0;
    }
    belayr_port_unlock(&state.lock);
    return code;
}

BELAY_JOBS_DOOR uint32_t belay_jobs_start(uint32_t number, uint32_t index,
                                          uint32_t count) {
    const belay_job_entry *entry = belay_jobs_entry(index);
    if (entry == NULL || number == 0) {
        return BELAY_BAD_ARGUMENT;
    }
    job_run *run = &state.runs[number % BELAY_JOBS_PLACES];
    belay_jobs_give_back_all(); /* of the place's last run, too */
    belayr_port_lock(&state.lock);
    *run = (job_run){.number = number, .job = entry->job};
    belayr_port_unlock(&state.lock);
    state.arguments[0] = belay_integer(number);
    belay_code code = run_start(run, count);
    if (code != BELAY_OK) {
        belay_jobs_drop(count);
    }
    return code;
}

/* The process of a run; 0 when there is none. */
static belay_pid run_pid(uint32_t number) {
    belayr_port_lock(&state.lock);
    const job_run *run = run_of(number);
    belay_pid pid = run == NULL ? 0 : run->pid;
    belayr_port_unlock(&state.lock);
    return pid;
}

BELAY_JOBS_DOOR uint32_t belay_jobs_finish(uint32_t number) {
    belay_pid pid = run_pid(number);
    while (pid != 0 &&
           (belay_alive(state.root, pid) || belay_jobs_look().queued > 0)) {
        belay_code code = belay_sleep(state.root, 0);
        if (code != BELAY_OK) {
            return code;
        }
    }
    return BELAY_OK;
}

BELAY_JOBS_DOOR void belay_jobs_cancel(uint32_t number) {
    belay_pid pid = run_pid(number);
    if (pid != 0) {
        (void)belay_process_exit(state.root, pid, BELAY_REASON_KILL);
    }
}

BELAY_JOBS_DOOR belay_jobs_shown *belay_jobs_show(void) {
    return &shown;
}

BELAY_JOBS_DOOR void belay_jobs_open_shown(void) {
    state.is_shown = 1;
}

BELAY_JOBS_DOOR uint32_t belay_jobs_family(const belay_context *context) {
    return belay_family(context);
}

belay_runtime_info belay_jobs_look(void) {
    belay_runtime_info info = {0};
    belay_runtime_look(state.runtime, &info);
    return info;
}

BELAY_JOBS_DOOR void *belay_jobs_allocate(uint32_t size) {
    return malloc(size);
}

BELAY_JOBS_DOOR void belay_jobs_free(void *memory) {
    free(memory);
}
