/* inspect.c - looking at processes and streams, and the state's digest. */
#define BELAY__SMALL 1
#include "kernel/kernel.h"

#define COUNT_CAP 1000u

static uint32_t count_sides(const belay_kernel *kernel, uint32_t head,
                            int watched_only) {
    uint32_t count = 0;
    uint32_t side = head;
    if (head == BELAY__NONE) {
        return 0;
    }
    do {
        if (!watched_only || (side & 1) == 1) {
            count++;
        }
        BELAY_ASSERT(!watched_only || (side & SIDE_TIE) == 0);
        side = belay__side_ring(kernel, side)->next;
    } while (side != head && count < COUNT_CAP);
    return count;
}

static uint32_t count_links(const belay_kernel *kernel,
                            const belay__process *process) {
    uint32_t ties = process->kind == BELAY_KIND_ROOT
                        ? kernel->root_ties
                        : (process->flags & PROCESS_TIED) != 0;
    BELAY_ASSERT(ties < kernel->processes.live);
    uint32_t room = ties < COUNT_CAP ? COUNT_CAP - ties : 0;
    uint32_t others = count_sides(kernel, process->links, 0);
    return others < room ? ties + others : COUNT_CAP;
}

static void process_describe(const belay_kernel *kernel, uint32_t index,
                             belay_process_info *out) {
    const belay__process *process = process_at(kernel, index);
    BELAY_ASSERT(process->slot.link == BELAY__LIVE);
    *out = (belay_process_info){
        .pid = process_pid(kernel, index),
        .owner = process->owner,
        .started = process->started,
        .kind = process->kind,
        .state = process->state,
        .tag = process->tag,
        .trap_exit = (process->flags & PROCESS_TRAP) != 0,
        .links = count_links(kernel, process),
        .monitors = count_sides(kernel, process->monitors, 1),
    };
    if (process->child != BELAY__NONE) {
        const belay__child *child = child_at(kernel, process->child);
        BELAY_ASSERT(child->slot.link == BELAY__LIVE);
        BELAY_ASSERT(child->process == index);
        uint32_t parent = supervisor_at(kernel, child->supervisor)->process;
        out->supervisor = process_pid(kernel, parent);
        out->restart = child->restart;
        out->restarts = child->restarts;
    }
    if (process_is_supervisor(process)) {
        const belay__supervisor *self = supervisor_at(kernel, process->body);
        BELAY_ASSERT(self->process == index);
        out->trap_exit = 1;
        out->children = self->count;
        if (out->state == BELAY_STATE_RUNNING && self->phase != PHASE_IDLE) {
            out->state = BELAY_STATE_BUSY;
        }
    } else if (process->body != BELAY__NONE) {
        out->stream = stream_at(kernel, process->body)->tag;
    }
}

belay_code belay_inspect(const belay_kernel *kernel, uint32_t index,
                         belay_process_info *out) {
    if (kernel == NULL || out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    for (uint32_t i = index; i < kernel->processes.high; i++) {
        if (belay__table_live(&kernel->processes, i)) {
            process_describe(kernel, i, out);
            BELAY_ASSERT(pid_index(out->pid) == i);
            return BELAY_OK;
        }
    }
    return BELAY_EMPTY;
}

belay_code belay_info(const belay_kernel *kernel, belay_pid pid,
                      belay_process_info *out) {
    if (kernel == NULL || out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t index = belay__process_find(kernel, pid);
    if (index == BELAY__NONE) {
        return BELAY_GONE;
    }
    process_describe(kernel, index, out);
    BELAY_ASSERT(out->pid == pid);
    return BELAY_OK;
}

static enum belay_child_state child_state(const belay__child *child) {
    BELAY_ASSERT(child->slot.link == BELAY__LIVE);
    if (child->process != BELAY__NONE) {
        return BELAY_CHILD_UP;
    }
    if ((child->flags & CHILD_STARTING) != 0) {
        return BELAY_CHILD_STARTING;
    }
    return (child->flags & CHILD_RETRY) != 0 ? BELAY_CHILD_RESTARTING
                                             : BELAY_CHILD_NONE;
}

belay_code belay_inspect_child(const belay_kernel *kernel,
                               belay_pid supervisor, uint32_t at,
                               belay_child_info *out) {
    if (kernel == NULL || out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    uint32_t process = belay__process_find(kernel, supervisor);
    if (process == BELAY__NONE ||
        !process_is_supervisor(process_at(kernel, process))) {
        return BELAY_GONE;
    }
    uint32_t record = process_at(kernel, process)->body;
    uint32_t head = supervisor_at(kernel, record)->children;
    uint32_t index = at == 0 ? head : at - 1;
    if (!belay__table_live(&kernel->children, index) ||
        child_at(kernel, index)->supervisor != record) {
        return BELAY_EMPTY;
    }
    const belay__child *child = child_at(kernel, index);
    *out = (belay_child_info){
        .process = child->process == BELAY__NONE
                       ? 0
                       : process_pid(kernel, child->process),
        .tag = child->tag,
        .id = child->id,
        .restart = child->restart,
        .restarts = child->restarts,
        .state = child_state(child),
        .type = (child->flags & CHILD_SUPERVISOR) != 0,
        .significant = (child->flags & CHILD_SIGNIFICANT) != 0,
        .next = child->ring.next == head ? 0 : child->ring.next + 1,
    };
    return BELAY_OK;
}

belay_code belay_inspect_stream(const belay_kernel *kernel, uint32_t index,
                                belay_stream_info *out) {
    if (kernel == NULL || out == NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    for (uint32_t i = index; i < kernel->streams.high; i++) {
        if (!belay__table_live(&kernel->streams, i)) {
            continue;
        }
        const belay__stream *stream = stream_at(kernel, i);
        BELAY_ASSERT(stream->running <= stream->limit);
        BELAY_ASSERT(stream->kept <= stream->started - stream->delivered);
        *out = (belay_stream_info){
            .stream = pid_of(&kernel->streams, i),
            .consumer = stream->consumer_pid,
            .tag = stream->tag,
            .limit = stream->limit,
            .running =
                (stream->flags & STREAM_CLOSED) != 0
                    ? stream->running /* what ends now is dropped */
                    : stream->started - stream->delivered - stream->kept,
            .kept = stream->kept,
            .abandoned = stream->abandoned,
            .started = stream->started,
            .delivered = stream->delivered,
            .closed = (stream->flags & STREAM_CLOSED) != 0,
        };
        return BELAY_OK;
    }
    return BELAY_EMPTY;
}

/* ---- Digest: 64-bit FNV-1a over words ---------------------------------- */

static uint64_t digest_bytes(uint64_t digest, const void *bytes,
                             size_t size) {
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < size; i++) {
        digest = (digest ^ byte[i]) * 0x100000001b3ull;
    }
    return digest;
}

static uint64_t digest_word(uint64_t digest, uint64_t word) {
    unsigned char bytes[8];
    for (uint32_t i = 0; i < 8; i++) {
        bytes[i] = (unsigned char)(word >> (8 * i));
    }
    return digest_bytes(digest, bytes, sizeof bytes);
}

static uint64_t digest_table(uint64_t digest, const belay__table *table) {
    BELAY_ASSERT(table->live <= table->high);
    BELAY_ASSERT(table->free_count <= table->high);
    digest = digest_word(digest, table->high);
    digest = digest_word(digest, table->free);
    for (uint32_t i = 0; i < table->high; i++) {
        const belay__slot *slot = belay__table_at(table, i);
        if (slot->link == BELAY__LIVE) {
            digest = digest_bytes(digest, slot, table->record_size);
        } else {
            digest = digest_bytes(digest, slot, sizeof *slot);
        }
    }
    return digest;
}

uint64_t belay_digest(const belay_kernel *kernel) {
    BELAY_ASSERT(kernel != NULL);
    BELAY_ASSERT(belay__event_room(kernel, 0));
    const belay__clock *clock = &kernel->clock;
    const belay__table *tables[] = {
        &kernel->processes, &kernel->edges,       &kernel->waits,
        &kernel->streams,   &kernel->supervisors, &kernel->children,
        &kernel->requests,  &kernel->stamps,      &kernel->names,
        &kernel->reasons,
    };
    uint64_t digest = 0xcbf29ce484222325ull;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        digest = digest_table(digest, tables[i]);
    }
    digest = digest_word(digest, clock->now);
    digest = digest_word(digest, clock->wheel);
    for (uint32_t i = 0; i <= TIMER_FRESH; i++) {
        digest = digest_word(digest, clock->bucket[i]);
    }
    const belay__queue queues[] = {kernel->ready, kernel->exits,
                                   kernel->acting, kernel->turning};
    for (size_t i = 0; i < sizeof queues / sizeof *queues; i++) {
        digest = digest_word(digest, queues[i].head);
        digest = digest_word(digest, queues[i].tail);
    }
    digest = digest_word(digest, kernel->view.abandoned);
    digest = digest_word(digest, kernel->tracing);
    for (uint32_t i = 0; i < kernel->view.events; i++) {
        uint32_t place = (kernel->event_head + i) & (kernel->event_room - 1);
        const belay_event *event = &kernel->events[place];
        digest = digest_bytes(digest, event, sizeof *event);
    }
    return digest;
}
