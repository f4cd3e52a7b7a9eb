/* waiting.c - threads that wait for the kernel's answer. */
#include "runtime/runtime.h"

belay_code belay__slot_open(belay_runtime *runtime, belay__slot *slot,
                            belay__waiter *waiter) {
    *slot = (belay__slot){.waiter = waiter, .tag = BELAY__NO_TAG};
    if (runtime->slots_free == 0) {
        uint32_t old = runtime->slot_count;
        belay_code code = belay__reserve(runtime, (void **)&runtime->slots,
                                         &runtime->slot_count, old + 1,
                                         sizeof(*runtime->slots));
        if (code != BELAY_OK) {
            return code;
        }
        /* A free place holds the next free one's number + 1. */
        for (uint32_t i = runtime->slot_count; i-- > old;) {
            runtime->slots[i].next = runtime->slots_free;
            runtime->slots_free = i + 1;
        }
    }
    slot->tag = runtime->slots_free - 1;
    runtime->slots_free = runtime->slots[slot->tag].next;
    runtime->slots[slot->tag].slot = slot;
    return BELAY_OK;
}

void belay__slot_close(belay_runtime *runtime, belay__slot *slot) {
    if (!slot->done && slot->reference != 0) {
        const belay_command cancel = {
            .op = BELAY_OP_WAIT_CANCEL,
            .other = slot->reference,
        };
        belay_answer answer = {0};
        (void)belay__submit(runtime, &cancel, &answer);
    }
    if (slot->tag != BELAY__NO_TAG) {
        runtime->slots[slot->tag].next = runtime->slots_free;
        runtime->slots_free = slot->tag + 1;
    }
    belay__why_drop(runtime, &slot->why);
}

void belay__slot_done(belay_runtime *runtime, const belay_event *event) {
    belay__slot *slot = runtime->slots[event->tag].slot;
    slot->done = 1;
    slot->pid = event->pid;
    slot->outcome = event->extra;
    slot->why = belay__why_of(runtime, event->reason);
    belay__waiter *waiter = slot->waiter;
    if (waiter->wanted > 1 && slot->outcome != BELAY_OUTCOME_OWNER) {
        waiter->wanted--;
    } else {
        belay__wake(waiter);
    }
}

void belay__wake(belay__waiter *waiter) {
    atomic_store_explicit(&waiter->woken, 1, memory_order_release);
    if (waiter->parked) {
        belay__port_wake_one(&waiter->condition);
    }
}

static int waiter_is_woken(belay__waiter *waiter) {
    return atomic_load_explicit(&waiter->woken, memory_order_acquire) != 0;
}

/* Most answers from another thread come within a microsecond or so. The lock
 * is not held. */
static void spin(const belay_runtime *runtime, belay__waiter *waiter) {
    uint32_t patience = runtime->patience;
    for (uint32_t i = 0; i < patience && !waiter_is_woken(waiter); i++) {
        belay__port_relax();
    }
}

static void park(belay_runtime *runtime, belay__waiter *waiter) {
    belay__port_condition_open(&waiter->condition);
    waiter->parked = 1;
    while (!waiter_is_woken(waiter)) {
        belay__port_wait(&waiter->condition, &runtime->lock, PORT_NEVER);
    }
    waiter->parked = 0;
    belay__port_condition_close(&waiter->condition);
}

belay_code belay__block(belay_context *context, belay__waiter *waiter,
                        belay__how how) {
    belay_runtime *runtime = context->runtime;
    if (waiter_is_woken(waiter)) {
        return BELAY_OK;
    }
    uint32_t pooled = (context->flags & BELAY__ROOT) == 0 ? 1 : 0;
    if (pooled && how == BELAY__FOR_OTHERS &&
        !belay__pool_may_wait(runtime)) {
        return BELAY_THREADS;
    }
    runtime->pool.waiting += pooled;
    belay__leave(runtime);
    spin(runtime, waiter);
    belay__port_lock(&runtime->lock);
    if (!waiter_is_woken(waiter)) {
        park(runtime, waiter);
    }
    runtime->pool.waiting -= pooled;
    return BELAY_OK;
}
