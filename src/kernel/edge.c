/* edge.c - links and monitors between processes. */
#include "kernel/kernel.h"

static ring_link *side_ring(const belay_kernel *kernel, uint32_t side) {
    return &edge_at(kernel, side >> 1)->ring[side & 1];
}

/* The ring of a process that edges of a kind are in. */
static uint32_t *edge_head(belay__process *process, uint32_t kind) {
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
        ring_append(kernel, side_ring, edge_head(process, kind),
                    2 * index + i);
    }
    return index;
}

static void edge_free(belay_kernel *kernel, uint32_t index) {
    const belay__edge *edge = edge_at(kernel, index);
    BELAY_ASSERT(edge->end[0] != edge->end[1]);
    for (uint32_t i = 0; i <= 1; i++) {
        belay__process *process = process_at(kernel, edge->end[i]);
        BELAY_ASSERT(process->slot.link == BELAY__LIVE);
        ring_remove(kernel, side_ring, edge_head(process, edge->kind),
                    2 * index + i);
    }
    belay__table_release(&kernel->edges, index);
}

static uint32_t side_other(const belay_kernel *kernel, uint32_t side) {
    return edge_at(kernel, side >> 1)->end[(side & 1) ^ 1];
}

/* The link between two processes, or NONE. Walks both rings in step, so it
 * costs twice the shorter one. */
static uint32_t link_find(const belay_kernel *kernel, uint32_t a,
                          uint32_t b) {
    BELAY_ASSERT(a != b);
    uint32_t first_a = process_at(kernel, a)->links;
    uint32_t first_b = process_at(kernel, b)->links;
    if (first_a == BELAY__NONE || first_b == BELAY__NONE) {
        return BELAY__NONE;
    }
    uint32_t side_a = first_a;
    uint32_t side_b = first_b;
    do {
        if (side_other(kernel, side_a) == b) {
            return side_a >> 1;
        }
        if (side_other(kernel, side_b) == a) {
            return side_b >> 1;
        }
        side_a = side_ring(kernel, side_a)->next;
        side_b = side_ring(kernel, side_b)->next;
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
    uint32_t side = process_at(kernel, process)->links;
    BELAY_ASSERT(side != BELAY__NONE);
    return side_ring(kernel, side)->next == side ? side_other(kernel, side)
                                                 : BELAY__NONE;
}

void belay__edge_part(belay_kernel *kernel, uint32_t a, uint32_t b) {
    uint32_t index = link_find(kernel, a, b);
    if (index != BELAY__NONE) {
        BELAY_ASSERT(edge_at(kernel, index)->kind == EDGE_LINK);
        edge_free(kernel, index);
    }
}

static edge_popped side_pop(belay_kernel *kernel, uint32_t side) {
    const belay__edge *edge = edge_at(kernel, side >> 1);
    edge_popped popped = {
        .other = edge->end[(side & 1) ^ 1],
        .tag = edge->tag,
        .side = side & 1,
    };
    edge_free(kernel, side >> 1);
    return popped;
}

edge_popped belay__edge_pop_link(belay_kernel *kernel, uint32_t process) {
    BELAY_ASSERT(process_at(kernel, process)->links != BELAY__NONE);
    BELAY_ASSERT(process_at(kernel, process)->state == BELAY_STATE_ENDING);
    return side_pop(kernel, process_at(kernel, process)->links);
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
        BELAY_ASSERT(process_at(kernel, a)->links != BELAY__NONE);
        BELAY_ASSERT(process_at(kernel, b)->links != BELAY__NONE);
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
