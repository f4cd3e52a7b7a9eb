/* check.c - the whole state held against the invariants K1 to K10 of
 * state.h. Slow, plain walks; for simulators and tests. */
#define BELAY__SMALL 1
#include "kernel/kernel.h"

/* Gives the number of the broken invariant back to the caller. */
#define HOLDS(invariant, condition)                                          \
    do {                                                                     \
        if (!(condition)) {                                                  \
            return (invariant);                                              \
        }                                                                    \
    } while (0)

static uint32_t queue_length(const belay_kernel *kernel, uint32_t head) {
    BELAY_ASSERT(head == BELAY__NONE || head < kernel->processes.high);
    uint32_t length = 0;
    for (uint32_t i = head; i != BELAY__NONE;
         i = process_at(kernel, i)->queue_next) {
        BELAY_ASSERT(length < kernel->processes.high); /* no circle */
        length++;
    }
    return length;
}

static uint32_t check_processes(const belay_kernel *kernel) {
    uint32_t ready = 0;
    uint32_t ending = 0;
    uint32_t kept = 0;
    uint32_t alive = 0;
    BELAY_ASSERT(kernel->processes.live <= kernel->processes.high);
    BELAY_ASSERT(process_at(kernel, 0)->kind == BELAY_KIND_ROOT);
    for (uint32_t i = 0; i < kernel->processes.high; i++) {
        if (!belay__table_live(&kernel->processes, i)) {
            continue;
        }
        const belay__process *process = process_at(kernel, i);
        HOLDS(1, process->state >= BELAY_STATE_READY);
        HOLDS(1, process->state <= BELAY_STATE_STOPPING);
        ready += process->state == BELAY_STATE_READY;
        ending += process->state == BELAY_STATE_ENDING;
        kept += process->state == BELAY_STATE_KEPT;
        alive += (uint32_t)process_is_alive(process);
        HOLDS(1, (process->state == BELAY_STATE_STOPPING) <=
                     process_is_supervisor(process));
        HOLDS(9, process->name == BELAY__NONE ||
                     belay__table_live(&kernel->names, process->name));
    }
    HOLDS(1, ready == queue_length(kernel, kernel->ready.head));
    HOLDS(1, ready == kernel->view.ready);
    HOLDS(1, ending == queue_length(kernel, kernel->exits.head));
    HOLDS(10, kept == kernel->view.kept);
    HOLDS(10, alive == kernel->view.processes);
    return 0;
}

/* Whether the ring of sides of one process leads back to its head. */
static int ring_has_side(const belay_kernel *kernel, uint32_t head,
                         uint32_t wanted) {
    uint32_t side = head;
    if (head == BELAY__NONE) {
        return 0;
    }
    do {
        if (side == wanted) {
            return 1;
        }
        BELAY_ASSERT(side >> 2 < ((side & SIDE_TIE) != 0
                                      ? kernel->processes.high
                                      : kernel->edges.high));
        side = belay__side_ring(kernel, side)->next;
    } while (side != head);
    return 0;
}

/* One side of an edge: its process lives, and has it in its ring. */
static uint32_t check_side(const belay_kernel *kernel, enum edge_kind kind,
                           uint32_t process, uint32_t side) {
    uint32_t broken = kind == EDGE_LINK ? 2u : 3u;
    BELAY_ASSERT(kind == EDGE_LINK || (side & SIDE_TIE) == 0);
    HOLDS(broken, belay__table_live(&kernel->processes, process));
    const belay__process *end = process_at(kernel, process);
    BELAY_ASSERT(end->slot.generation > 0);
    HOLDS(broken, end->state != BELAY_STATE_KEPT);
    HOLDS(broken, kernel->view.pending || process_is_alive(end));
    HOLDS(broken,
          ring_has_side(
              kernel, kind == EDGE_LINK ? end->links : end->monitors, side));
    return 0;
}

static uint32_t check_edges(const belay_kernel *kernel) {
    BELAY_ASSERT(kernel->edges.live <= kernel->edges.high);
    for (uint32_t i = 0; i < kernel->edges.high; i++) {
        if (!belay__table_live(&kernel->edges, i)) {
            continue;
        }
        const belay__edge *edge = edge_at(kernel, i);
        uint32_t broken = edge->kind == EDGE_LINK ? 2u : 3u;
        BELAY_ASSERT(edge->kind <= EDGE_MONITOR);
        HOLDS(broken, edge->end[0] != edge->end[1]);
        for (uint32_t side = 0; side < 2; side++) {
            HOLDS(broken, check_side(kernel, (enum edge_kind)edge->kind,
                                     edge->end[side], 4 * i + side) == 0);
        }
    }
    return 0;
}

static uint32_t check_ties(const belay_kernel *kernel) {
    uint32_t root_ties = 0;
    for (uint32_t i = 0; i < kernel->processes.high; i++) {
        const belay__process *process = process_at(kernel, i);
        if (!belay__table_live(&kernel->processes, i) ||
            (process->flags & PROCESS_TIED) == 0) {
            continue;
        }
        const uint32_t owner =
            belay__find(&kernel->processes, process->owner);
        HOLDS(2, owner != BELAY__NONE && owner != i);
        BELAY_ASSERT((process->flags & PROCESS_KNOWN) != 0);
        HOLDS(2, process->kind != BELAY_KIND_ITEM);
        HOLDS(2, process->state != BELAY_STATE_KEPT);
        if (owner == 0) {
            root_ties++;
        } else {
            HOLDS(2, check_side(kernel, EDGE_LINK, owner, 4 * i + SIDE_TIE) ==
                         0);
        }
    }
    BELAY_ASSERT(root_ties < kernel->processes.live);
    BELAY_ASSERT(process_at(kernel, 0)->owner == 0);
    HOLDS(2, root_ties == kernel->root_ties);
    return 0;
}

static uint32_t check_waits(const belay_kernel *kernel) {
    BELAY_ASSERT(kernel->waits.live <= kernel->waits.high);
    for (uint32_t i = 0; i < kernel->waits.high; i++) {
        if (!belay__table_live(&kernel->waits, i)) {
            continue;
        }
        BELAY_ASSERT(wait_at(kernel, i)->brutal <= 1);
        const belay__wait *wait = wait_at(kernel, i);
        BELAY_ASSERT(wait->kind <= BELAY_WAIT_STOP || wait->kind == WAIT_ASK);
        HOLDS(4, belay__table_live(&kernel->processes, wait->owner));
        HOLDS(4, kernel->view.pending ||
                     process_is_alive(process_at(kernel, wait->owner)));
        if (wait->kind == BELAY_WAIT_SLEEP) {
            HOLDS(4, wait->target == BELAY__NONE);
        } else {
            HOLDS(4, belay__table_live(&kernel->processes, wait->target));
            HOLDS(4, kernel->view.pending ||
                         process_is_alive(process_at(kernel, wait->target)));
        }
    }
    return 0;
}

/* One timer; adds to the counts of fresh and running ones. */
static uint32_t check_timer(const belay_kernel *kernel,
                            const belay__timer *timer, uint32_t *fresh,
                            uint32_t *running) {
    const belay__clock *clock = &kernel->clock;
    if (!timer_runs(timer)) {
        return 0;
    }
    HOLDS(5, timer_bucket(timer) <= TIMER_FRESH);
    if (timer_bucket(timer) == TIMER_FRESH) {
        ++*fresh;
        return 0;
    }
    ++*running;
    HOLDS(5, kernel->view.pending || timer_deadline(timer) > clock->now);
    HOLDS(5, belay__timer_next(kernel) <= timer_deadline(timer));
    return 0;
}

static uint32_t check_timers(const belay_kernel *kernel) {
    uint32_t fresh = 0;
    uint32_t running = 0;
    BELAY_ASSERT(kernel->clock.now <= BELAY_TIME_MAX);
    BELAY_ASSERT(kernel->clock.slack <= 1000);
    HOLDS(5, kernel->clock.wheel <= kernel->clock.now);
    for (uint32_t i = 0; i < kernel->processes.high; i++) {
        if (belay__table_live(&kernel->processes, i)) {
            const belay__process *process = process_at(kernel, i);
            HOLDS(5,
                  process_is_alive(process) || !timer_runs(&process->timer));
            HOLDS(5, check_timer(kernel, &process->timer, &fresh, &running) ==
                         0);
        }
    }
    for (uint32_t i = 0; i < kernel->waits.high; i++) {
        if (belay__table_live(&kernel->waits, i)) {
            HOLDS(5, check_timer(kernel, &wait_at(kernel, i)->timer, &fresh,
                                 &running) == 0);
        }
    }
    HOLDS(5, fresh == kernel->view.fresh);
    HOLDS(5, running == kernel->view.timers);
    return 0;
}

static uint32_t check_stream(const belay_kernel *kernel, uint32_t index) {
    BELAY_ASSERT(belay__table_live(&kernel->streams, index));
    const belay__stream *stream = stream_at(kernel, index);
    uint32_t items = 0;
    uint32_t dealt = 0;
    uint32_t kept = 0;
    uint32_t item = stream->items;
    if (item != BELAY__NONE) {
        do {
            HOLDS(6, belay__table_live(&kernel->processes, item));
            const belay__process *process = process_at(kernel, item);
            HOLDS(6, process->body == index);
            HOLDS(6, process->kind == BELAY_KIND_ITEM);
            BELAY_ASSERT((process->flags & PROCESS_TIED) == 0);
            BELAY_ASSERT(items < kernel->processes.high); /* no circle */
            items++;
            kept += process->state == BELAY_STATE_KEPT;
            dealt += (process->flags & PROCESS_DEALT) != 0;
            item = process->items.next;
        } while (item != stream->items);
    }
    HOLDS(6, kept == stream->kept);
    HOLDS(6, items - dealt == stream->running);
    HOLDS(6, stream->running <= stream->limit);
    HOLDS(6, (stream->flags & STREAM_CLOSED) != 0 ||
                 items == stream->started - stream->delivered);
    HOLDS(6, stream->max_buffered == 0 || items <= stream->max_buffered);
    HOLDS(6, stream->consumer == BELAY__NONE ||
                 belay__table_live(&kernel->processes, stream->consumer));
    return 0;
}

/* Children in the mail that say that they are. */
static uint32_t mailed_children(const belay_kernel *kernel, uint32_t index) {
    uint32_t count = 0;
    uint32_t mail = supervisor_at(kernel, index)->mail_head;
    while (mail != BELAY__NONE) {
        if ((mail & 3) == MAIL_CHILD) {
            BELAY_ASSERT(belay__table_live(&kernel->children, mail >> 2));
            BELAY_ASSERT(count <= kernel->children.high); /* no circle */
            count += (child_at(kernel, mail >> 2)->flags & CHILD_MAILED) != 0;
        }
        mail = belay__mail_next(kernel, index, mail);
    }
    return count;
}

static uint32_t check_supervisor(const belay_kernel *kernel, uint32_t index) {
    BELAY_ASSERT(belay__table_live(&kernel->supervisors, index));
    const belay__supervisor *supervisor = supervisor_at(kernel, index);
    uint32_t count = 0;
    uint32_t mailed = 0;
    int has_cursor = supervisor->cursor == BELAY__NONE;
    uint32_t walk = supervisor->children;
    if (walk != BELAY__NONE) {
        do {
            HOLDS(7, belay__table_live(&kernel->children, walk));
            const belay__child *child = child_at(kernel, walk);
            HOLDS(7, child->supervisor == index);
            HOLDS(7, child->process == BELAY__NONE ||
                         process_at(kernel, child->process)->child == walk);
            HOLDS(7, child->process == BELAY__NONE ||
                         (child->flags & (CHILD_ENDED | CHILD_RETRY)) == 0);
            mailed += (child->flags & CHILD_MAILED) != 0;
            has_cursor |= walk == supervisor->cursor;
            BELAY_ASSERT(count < kernel->children.high); /* no circle */
            count++;
            walk = child->ring.next;
        } while (walk != supervisor->children);
    }
    HOLDS(7, count == supervisor->count);
    /* One that was killed is letting go of its children. */
    int alive = process_is_alive(process_at(kernel, supervisor->process));
    HOLDS(7, !alive || has_cursor);
    HOLDS(7, mailed == mailed_children(kernel, index));
    HOLDS(7, !alive || (supervisor->phase == PHASE_IDLE) ==
                           (supervisor->cursor == BELAY__NONE &&
                            supervisor->phase != PHASE_STOPPING));
    HOLDS(7, kernel->view.pending || supervisor->phase != PHASE_IDLE ||
                 supervisor->mail_head == BELAY__NONE);
    HOLDS(7, count <= supervisor->config.max_children);
    HOLDS(7, process_at(kernel, supervisor->process)->body == index);
    return 0;
}

/* How many records hold a reason. */
static uint32_t reason_holders(const belay_kernel *kernel, uint32_t number) {
    BELAY_ASSERT(belay__reason_valid(kernel, number));
    uint32_t holders = 0;
    BELAY_ASSERT(number >= BELAY_REASON_HOST);
    for (uint32_t i = 0; i < kernel->processes.high; i++) {
        if (belay__table_live(&kernel->processes, i)) {
            const belay__process *process = process_at(kernel, i);
            holders +=
                !process_is_alive(process) && process->reason == number;
        }
    }
    for (uint32_t i = 0; i < kernel->streams.high; i++) {
        if (belay__table_live(&kernel->streams, i)) {
            const belay__stream *stream = stream_at(kernel, i);
            holders += (stream->flags & STREAM_CLOSED) != 0 &&
                       stream->close_reason == number;
        }
    }
    for (uint32_t i = 0; i < kernel->supervisors.high; i++) {
        if (belay__table_live(&kernel->supervisors, i)) {
            const belay__supervisor *supervisor = supervisor_at(kernel, i);
            holders += supervisor->phase == PHASE_STOPPING &&
                       supervisor->stop_reason == number;
            holders += supervisor->parent_mailed &&
                       supervisor->parent_reason == number;
        }
    }
    for (uint32_t i = 0; i < kernel->children.high; i++) {
        if (belay__table_live(&kernel->children, i)) {
            const belay__child *child = child_at(kernel, i);
            holders +=
                (child->flags & CHILD_ENDED) != 0 && child->reason == number;
        }
    }
    for (uint32_t i = 0; i < kernel->requests.high; i++) {
        if (belay__table_live(&kernel->requests, i)) {
            holders += request_at(kernel, i)->reason == number;
        }
    }
    return holders;
}

static uint32_t check_reasons(const belay_kernel *kernel) {
    BELAY_ASSERT(kernel->reasons.live <= kernel->reasons.high);
    for (uint32_t i = 0; i < kernel->reasons.high; i++) {
        if (belay__table_live(&kernel->reasons, i)) {
            const belay__reason *reason =
                belay__table_at(&kernel->reasons, i);
            BELAY_ASSERT(reason->host <= 1);
            uint32_t holders = reason_holders(kernel, i + BELAY_REASON_HOST);
            HOLDS(8, reason->references == holders + reason->host);
        }
    }
    return 0;
}

static uint32_t check_names(const belay_kernel *kernel) {
    BELAY_ASSERT(kernel->names.live <= kernel->names.high);
    for (uint32_t i = 0; i < kernel->names.high; i++) {
        if (belay__table_live(&kernel->names, i)) {
            const belay__name *name = belay__table_at(&kernel->names, i);
            BELAY_ASSERT(name->slot.generation > 0);
            HOLDS(9, name->process == BELAY__NONE ||
                         process_at(kernel, name->process)->name == i);
        }
    }
    return 0;
}

uint32_t belay_check(const belay_kernel *kernel) {
    BELAY_ASSERT(kernel != NULL);
    uint32_t (*const parts[])(const belay_kernel *) = {
        check_processes, check_edges,   check_ties,  check_waits,
        check_timers,    check_reasons, check_names,
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        uint32_t broken = parts[i](kernel);
        HOLDS(broken, broken == 0);
    }
    for (uint32_t i = 0; i < kernel->streams.high; i++) {
        if (belay__table_live(&kernel->streams, i)) {
            uint32_t broken = check_stream(kernel, i);
            HOLDS(broken, broken == 0);
        }
    }
    for (uint32_t i = 0; i < kernel->supervisors.high; i++) {
        if (belay__table_live(&kernel->supervisors, i)) {
            uint32_t broken = check_supervisor(kernel, i);
            HOLDS(broken, broken == 0);
        }
    }
    HOLDS(10, kernel->view.now == kernel->clock.now);
    return 0;
}
