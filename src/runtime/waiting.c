/* waiting.c - threads that wait for the kernel's answer. */
#include "runtime/runtime.h"

belay_code belayr_slot_open(belay_runtime *runtime, belayr_slot *slot,
                            belayr_waiter *waiter) {
    *slot = (belayr_slot){.waiter = waiter, .tag = BELAYR_NO_TAG};
    return belayr_places_add(runtime, &runtime->slots, slot, &slot->tag);
}

void belayr_slot_close(belay_runtime *runtime, belayr_slot *slot) {
    if (!slot->done && slot->reference != 0) {
        const belay_command cancel = {
            .op = BELAY_OP_WAIT_CANCEL,
            .other = slot->reference,
        };
        belay_answer answer = {0};
        (void)belayr_submit(runtime, &cancel, &answer);
    }
    if (slot->tag != BELAYR_NO_TAG) {
        belayr_places_drop(&runtime->slots, slot->tag);
    }
    belayr_why_drop(runtime, &slot->why);
}

void belayr_slot_returned(belay_runtime *runtime, uint32_t tag,
                          belay_pid pid) {
    const belay_event event = {
        .kind = BELAY_EVENT_WAIT_DONE,
        .tag = tag,
        .pid = pid,
        .reason = BELAY_REASON_NORMAL,
        .extra = BELAY_OUTCOME_OK,
    };
    belayr_slot_done(runtime, &event);
}

void belayr_slot_done(belay_runtime *runtime, const belay_event *event) {
    if (event->tag == BELAYR_NO_TAG) {
        return; /* nobody waits for it */
    }
    belayr_slot *slot = runtime->slots.at[event->tag].thing;
    slot->done = 1;
    slot->pid = event->pid;
    slot->outcome = event->extra;
    slot->reason = event->reason;
    slot->why = belayr_why_of(runtime, event->reason);
    belayr_waiter *waiter = slot->waiter;
    int ended = slot->outcome == BELAY_OUTCOME_OK ||
                (!waiter->eager && (slot->outcome == BELAY_OUTCOME_EXIT ||
                                    slot->outcome == BELAY_OUTCOME_CRASH));
    if (waiter->wanted > 1 && ended) {
        waiter->wanted--;
    } else {
        belayr_wake(waiter);
    }
}

void belayr_wake(belayr_waiter *waiter) {
    atomic_store_explicit(&waiter->woken, 1, memory_order_release);
    if (waiter->parked) {
        belayr_port_wake_one(&waiter->condition);
    }
}

static int waiter_is_woken(belayr_waiter *waiter) {
    return atomic_load_explicit(&waiter->woken, memory_order_acquire) != 0;
}

/* On a machine with processors to spare most answers come within some
 * microseconds, and to look for them is cheaper than to sleep. On a busy one
 * the other thread may not even run before this one sleeps. */
#define PATIENCE_MIN 4u

void belayr_learn(const belay_runtime *runtime, uint32_t *patience,
                  int worth_it) {
    uint32_t now = *patience;
    now = worth_it ? now * 4 : now / 2;
    now = now < PATIENCE_MIN ? PATIENCE_MIN : now;
    *patience = now > runtime->patience ? runtime->patience : now;
}

/* Now and then the old lesson is put to the test, a few times in a row: two
 * threads that both sleep meet only when both look, the one for its answer and
 * the other for its next job. */
#define TRIES_EACH 256u
#define TRIES 8u

uint32_t belayr_patience(const belay_runtime *runtime, uint32_t learned) {
    return runtime->returned % TRIES_EACH < TRIES ? runtime->patience
                                                  : learned;
}

/* Looks for the answer; the lock is not held. */
static void spin(uint32_t patience, belayr_waiter *waiter) {
    while (patience-- > 0 && !waiter_is_woken(waiter)) {
        belayr_port_relax();
    }
}

/* A thread that was refused is asked for again after so many ms. */
#define REFUSED_MS 10u

static void park(belay_runtime *runtime, belayr_waiter *waiter) {
    belayr_port_condition_open(&waiter->condition);
    waiter->parked = 1;
    while (!waiter_is_woken(waiter)) {
        uint32_t refused = runtime->pool.refused;
        belayr_port_wait(&waiter->condition, &runtime->lock,
                         refused ? belayr_port_now() + REFUSED_MS
                                 : PORT_NEVER);
        if (refused && !waiter_is_woken(waiter)) {
            belayr_leave(runtime);
            belayr_port_lock(&runtime->lock);
        }
    }
    waiter->parked = 0;
    belayr_port_condition_close(&waiter->condition);
}

/* Lets time pass until the next timer is due; the lock is held before and
 * after. 0: there is no timer. */
static int wait_for_timer(belay_runtime *runtime) {
    uint64_t deadline = runtime->view->deadline;
    if (deadline == BELAY_INFINITY) {
        return 0;
    }
    belayr_leave(runtime);
    belayr_port_lock(&runtime->lock);
    belayr_port_wait(&runtime->clock.changed, &runtime->lock,
                     runtime->zero + deadline);
    return 1;
}

/* Where there are no other threads: does their work until woken. A job that
 * is begun here must return before what it was begun in goes on. THREADS:
 * nothing will wake it, or there is no more room on the stack. */
static belay_code block_alone(belay_context *context, belayr_waiter *waiter,
                              belayr_how how) {
    belay_runtime *runtime = context->runtime;
    int has_room = context->nested < BELAYR_NESTED_MAX;
    while (!waiter_is_woken(waiter)) {
        belay_context *next = has_room ? belayr_job_take(runtime) : NULL;
        if (next != NULL) {
            next->nested = context->nested + 1;
            belayr_job_run(next, 0);
        }
        belayr_clock_tell(runtime);
        if (next != NULL || waiter_is_woken(waiter)) {
            continue;
        }
        if ((!has_room && how == BELAYR_FOR_OTHERS) ||
            !wait_for_timer(runtime)) {
            return BELAY_THREADS;
        }
    }
    return BELAY_OK;
}

belay_code belayr_block(belay_context *context, belayr_waiter *waiter,
                        belayr_how how) {
    belay_runtime *runtime = context->runtime;
    belayr_follow_up(runtime); /* it may bring the answer */
    if (waiter_is_woken(waiter)) {
        return BELAY_OK;
    }
    if (!belayr_port_has_threads()) {
        return block_alone(context, waiter, how);
    }
    uint32_t pooled = (context->flags & BELAYR_POOLED) != 0 ? 1 : 0;
    if (pooled && how == BELAYR_FOR_OTHERS &&
        !belayr_pool_may_wait(runtime)) {
        return BELAY_THREADS;
    }
    runtime->pool.waiting += pooled;
    belayr_pool_hurry(runtime);
    uint32_t patience =
        how == BELAYR_FOR_OTHERS
            ? belayr_patience(runtime, runtime->patience_waiting)
            : 0;
    belayr_leave(runtime);
    spin(patience, waiter);
    belayr_port_lock(&runtime->lock);
    int woken = waiter_is_woken(waiter);
    if (patience > 0) {
        belayr_learn(runtime, &runtime->patience_waiting, woken);
    }
    if (!woken) {
        park(runtime, waiter);
    }
    runtime->pool.waiting -= pooled;
    return BELAY_OK;
}
