/* edge.c - links and monitors between processes. */
#include "kernel/kernel.h"

BELAY__CALLED ring_link *belay__side_ring(const belay_kernel *kernel,
                                          uint32_t side) {
    return (side & SIDE_TIE) != 0
               ? &process_at(kernel, side >> 2)->items
               : &edge_at(kernel, side >> 2)->ring[side & 1];
}

/* The ring of a process that edges of a kind are in. */
static uint32_t *edge_head(belay__process *process, uint32_t kind) {
    BELAY_ASSERT(kind <= EDGE_MONITOR);
    return kind == EDGE_LINK ? &process->links : &process->monitors;
}

static uint32_t edge_new(belay_kernel *kernel, enum edge_kind kind,
                         uint32_t a, uint32_t b, uint32_t tag) {
    BELAY_ASSERT(a != b);
    uint32_t index = belay__table_take(&kernel->edges);
    belay__edge *edge = edge_at(kernel, index);
    edge->end[0] = a;
    edge->end[1] = b;
    edge->tag = tag;
    edge->kind = kind;
    for (uint32_t i = 0; i <= 1; i++) {
        belay__process *process = process_at(kernel, edge->end[i]);
        BELAY_ASSERT(process->slot.link == BELAY__LIVE);
        process->flags |= PROCESS_KNOWN;
        belay__ring_append(kernel, belay__side_ring, edge_head(process, kind),
                           4 * index + i);
    }
    return index;
}

void belay__edge_tie(belay_kernel *kernel, uint32_t index) {
    belay__process *process = process_at(kernel, index);
    const uint32_t other = pid_index(process->owner);
    BELAY_ASSERT(process->kind != BELAY_KIND_ITEM);
    BELAY_ASSERT(process->links == BELAY__NONE && other != index);
    process->flags |= PROCESS_KNOWN | PROCESS_TIED;
    if (other == 0) {
        kernel->root_ties++;
        return;
    }
    belay__process *owner = process_at(kernel, other);
    BELAY_ASSERT(process_is_alive(owner));
    owner->flags |= PROCESS_KNOWN;
    belay__ring_append(kernel, belay__side_ring, &owner->links,
                       4 * index + SIDE_TIE);
}

static void edge_free(belay_kernel *kernel, uint32_t index) {
    const belay__edge *edge = edge_at(kernel, index);
    BELAY_ASSERT(edge->end[0] != edge->end[1]);
    for (uint32_t i = 0; i <= 1; i++) {
        belay__process *process = process_at(kernel, edge->end[i]);
        BELAY_ASSERT(process->slot.link == BELAY__LIVE);
        belay__ring_remove(kernel, belay__side_ring,
                           edge_head(process, edge->kind), 4 * index + i);
    }
    belay__table_release(&kernel->edges, index);
}

static void tie_free(belay_kernel *kernel, uint32_t index) {
    belay__process *process = process_at(kernel, index);
    const uint32_t other = pid_index(process->owner);
    BELAY_ASSERT((process->flags & PROCESS_TIED) != 0);
    process->flags &= (uint16_t)~PROCESS_TIED;
    if (other == 0) {
        BELAY_ASSERT(kernel->root_ties > 0);
        kernel->root_ties--;
        return;
    }
    belay__process *owner = process_at(kernel, other);
    BELAY_ASSERT(owner->slot.link == BELAY__LIVE);
    belay__ring_remove(kernel, belay__side_ring, &owner->links,
                       4 * index + SIDE_TIE);
}

/* Frees the edge, or the tie, of a side. */
static void side_free(belay_kernel *kernel, uint32_t side) {
    if ((side & SIDE_TIE) != 0) {
        tie_free(kernel, side >> 2);
    } else {
        edge_free(kernel, side >> 2);
    }
}

/* The process at the other end of a side in a ring. */
static uint32_t side_other(const belay_kernel *kernel, uint32_t side) {
    return (side & SIDE_TIE) != 0
               ? side >> 2
               : edge_at(kernel, side >> 2)->end[(side & 1) ^ 1];
}

/* Whether `index` is tied to `owner`. */
static int tied(const belay_kernel *kernel, uint32_t index, uint32_t owner) {
    const belay__process *process = process_at(kernel, index);
    BELAY_ASSERT(index != owner);
    return (process->flags & PROCESS_TIED) != 0 &&
           pid_index(process->owner) == owner;
}

/* A side of the link between two processes, or NONE. Walks both rings in
 * step, so it costs twice the shorter one. */
static uint32_t link_find(const belay_kernel *kernel, uint32_t a,
                          uint32_t b) {
    BELAY_ASSERT(a != b);
    if (tied(kernel, a, b)) {
        return 4 * a + SIDE_TIE;
    }
    if (tied(kernel, b, a)) {
        return 4 * b + SIDE_TIE;
    }
    uint32_t first_a = process_at(kernel, a)->links;
    uint32_t first_b = process_at(kernel, b)->links;
    if (first_a == BELAY__NONE || first_b == BELAY__NONE) {
        return BELAY__NONE;
    }
    uint32_t side_a = first_a;
    uint32_t side_b = first_b;
    do {
        if (side_other(kernel, side_a) == b) {
            return side_a;
        }
        if (side_other(kernel, side_b) == a) {
            return side_b;
        }
        side_a = belay__side_ring(kernel, side_a)->next;
        side_b = belay__side_ring(kernel, side_b)->next;
    } while (side_a != first_a && side_b != first_b);
    return BELAY__NONE;
}

void belay__edge_join(belay_kernel *kernel, uint32_t a, uint32_t b) {
    BELAY_ASSERT(process_is_alive(process_at(kernel, a)));
    BELAY_ASSERT(process_is_alive(process_at(kernel, b)));
    if (link_find(kernel, a, b) == BELAY__NONE) {
        (void)edge_new(kernel, EDGE_LINK, a, b, 0);
    }
}

int belay__edge_linked(const belay_kernel *kernel, uint32_t a, uint32_t b) {
    return link_find(kernel, a, b) != BELAY__NONE;
}

uint32_t belay__edge_only_link(const belay_kernel *kernel, uint32_t process) {
    const belay__process *self = process_at(kernel, process);
    const uint32_t side = self->links;
    BELAY_ASSERT(process_is_alive(self));
    if ((self->flags & PROCESS_TIED) != 0) {
        return side == BELAY__NONE ? pid_index(self->owner) : BELAY__NONE;
    }
    BELAY_ASSERT(side != BELAY__NONE);
    return belay__side_ring(kernel, side)->next == side
               ? side_other(kernel, side)
               : BELAY__NONE;
}

void belay__edge_part(belay_kernel *kernel, uint32_t a, uint32_t b) {
    uint32_t side = link_find(kernel, a, b);
    if (side != BELAY__NONE) {
        side_free(kernel, side);
    }
}

static edge_popped side_pop(belay_kernel *kernel, uint32_t side) {
    edge_popped popped = {
        .other = side_other(kernel, side),
        .tag = (side & SIDE_TIE) != 0 ? 0 : edge_at(kernel, side >> 2)->tag,
        .side = side & 1,
    };
    side_free(kernel, side);
    return popped;
}

edge_popped belay__edge_pop_link(belay_kernel *kernel, uint32_t process) {
    const belay__process *self = process_at(kernel, process);
    BELAY_ASSERT(self->state == BELAY_STATE_ENDING);
    if ((self->flags & PROCESS_TIED) != 0) { /* its first link */
        edge_popped popped = {.other = pid_index(self->owner), .side = 1};
        tie_free(kernel, process);
        return popped;
    }
    BELAY_ASSERT(self->links != BELAY__NONE);
    return side_pop(kernel, self->links);
}

edge_popped belay__edge_pop_monitor(belay_kernel *kernel, uint32_t process) {
    BELAY_ASSERT(process_at(kernel, process)->monitors != BELAY__NONE);
    BELAY_ASSERT(process_at(kernel, process)->state == BELAY_STATE_ENDING);
    return side_pop(kernel, process_at(kernel, process)->monitors);
}

belay_code belay__edge_link(belay_kernel *kernel,
                            const belay_command *command,
                            belay_answer *answer) {
    (void)answer;
    uint32_t a = belay__process_find(kernel, command->pid);
    uint32_t b = belay__process_find(kernel, command->other);
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    if (a != BELAY__NONE && b == BELAY__NONE &&
        (process_at(kernel, a)->flags & PROCESS_TRAP) != 0) {
        (void)belay__event_add(kernel, BELAY_EVENT_EXIT_MESSAGE,
                               process_at(kernel, a)->tag, command->pid,
                               command->other, BELAY_REASON_NOPROC);
        return BELAY_OK;
    }
    if (a == BELAY__NONE || b == BELAY__NONE) {
        return BELAY_GONE;
    }
    if (a == b) {
        return BELAY_OK;
    }
    belay_code code =
        belay__table_reserve(&kernel->edges, &kernel->memory, 1);
    if (code == BELAY_OK) {
        belay__edge_join(kernel, a, b);
        BELAY_ASSERT(belay__edge_linked(kernel, a, b));
    }
    return code;
}

belay_code belay__edge_unlink(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    (void)answer;
    uint32_t a = belay__process_find(kernel, command->pid);
    uint32_t b = belay__process_find(kernel, command->other);
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    if (a == BELAY__NONE) {
        return BELAY_GONE;
    }
    if (b != BELAY__NONE && a != b) {
        belay__edge_part(kernel, a, b);
    }
    return BELAY_OK;
}

belay_code belay__edge_monitor(belay_kernel *kernel,
                               const belay_command *command,
                               belay_answer *answer) {
    uint32_t watcher = belay__process_find(kernel, command->pid);
    uint32_t watched = belay__process_find(kernel, command->other);
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    if (watcher == BELAY__NONE) {
        return BELAY_GONE;
    }
    if (watcher == watched) {
        return BELAY_BAD_ARGUMENT; /* it could never be told */
    }
    if (watched == BELAY__NONE) {
        (void)belay__event_add(kernel, BELAY_EVENT_DOWN, command->tag,
                               command->other, command->pid,
                               BELAY_REASON_NOPROC);
        answer->pid = 0;
        return BELAY_OK;
    }
    belay_code code =
        belay__table_reserve(&kernel->edges, &kernel->memory, 1);
    if (code != BELAY_OK) {
        return code;
    }
    uint32_t index =
        edge_new(kernel, EDGE_MONITOR, watcher, watched, command->tag);
    BELAY_ASSERT(process_at(kernel, watcher)->monitors != BELAY__NONE);
    BELAY_ASSERT(process_at(kernel, watched)->monitors != BELAY__NONE);
    answer->pid = pid_of(&kernel->edges, index);
    return BELAY_OK;
}

belay_code belay__edge_demonitor(belay_kernel *kernel,
                                 const belay_command *command,
                                 belay_answer *answer) {
    (void)answer;
    uint32_t index = belay__find(&kernel->edges, command->other);
    if (command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    if (index == BELAY__NONE || edge_at(kernel, index)->kind == EDGE_LINK) {
        return BELAY_GONE;
    }
    BELAY_ASSERT(edge_at(kernel, index)->kind == EDGE_MONITOR);
    BELAY_ASSERT(
        process_is_alive(process_at(kernel, edge_at(kernel, index)->end[0])));
    edge_free(kernel, index);
    return BELAY_OK;
}
