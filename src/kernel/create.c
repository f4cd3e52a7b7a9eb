/* create.c - a kernel's beginning and end. */
#define BELAY__SMALL 1
#include "kernel/kernel.h"

/* How many records a table may have: as many as processes, eight times as
 * many, or whatever an index can tell apart. */
enum table_max { MAX_PROCESSES, MAX_BONDS, MAX_INDEX };

#define TABLES 10

static const struct {
    uint16_t offset; /* in the kernel */
    uint16_t size;   /* of a record */
    uint32_t max;    /* table_max */
} table_plans[TABLES] = {
#define X(table, record, max)                                                \
    {offsetof(belay_kernel, table), sizeof(belay__##record), max},
    X(processes, process, MAX_PROCESSES) X(edges, edge, MAX_BONDS)
        X(waits, wait, MAX_BONDS) X(streams, stream, MAX_PROCESSES)
            X(supervisors, supervisor, MAX_PROCESSES) X(children, child,
                                                        MAX_PROCESSES)
                X(requests, request, MAX_BONDS) X(stamps, stamp, MAX_INDEX)
                    X(names, name, MAX_INDEX) X(reasons, reason, MAX_INDEX)
#undef X
};

static belay__table *table_of(belay_kernel *kernel, uint32_t i) {
    BELAY_ASSERT(i < TABLES);
    void *table = (unsigned char *)kernel + table_plans[i].offset;
    return table;
}

static void tables_init(belay_kernel *kernel, uint32_t processes_max) {
    BELAY_ASSERT(processes_max > 0);
    BELAY_ASSERT(processes_max <= BELAY_PROCESSES_MAX);
    const uint32_t most = BELAY_PROCESSES_MAX;
    const uint32_t bonds =
        processes_max > most / 8 ? most : processes_max * 8;
    BELAY_ASSERT(bonds >= processes_max);
    const uint32_t counts[] = {processes_max, bonds, most};
    for (uint32_t i = 0; i < TABLES; i++) {
        belay__table_init(table_of(kernel, i), table_plans[i].size,
                          counts[table_plans[i].max]);
    }
}

static void queues_init(belay_kernel *kernel) {
    BELAY_ASSERT(kernel->view.processes == 0);
    BELAY_ASSERT(kernel->view.timers == 0);
    const belay__queue empty = {BELAY__NONE, BELAY__NONE};
    kernel->ready = empty;
    kernel->exits = empty;
    kernel->acting = empty;
    kernel->turning = empty;
    for (uint32_t i = 0; i <= TIMER_FRESH; i++) {
        kernel->clock.bucket[i] = BELAY__NONE;
    }
}

static int config_is_valid(const belay_config *config) {
    uint32_t events = config->events_max;
    if (config->allocate == NULL || config->reserved != 0 ||
        config->processes_max > BELAY_PROCESSES_MAX ||
        config->clock_slack > 1000) {
        return 0;
    }
    return events == 0 ||
           (events >= BELAY_EVENTS_MIN && events <= BELAY_EVENTS_MAX &&
            (events & (events - 1)) == 0);
}

belay_code belay_create(const belay_config *config, belay_kernel **out) {
    if (config == NULL || out == NULL || !config_is_valid(config)) {
        return BELAY_BAD_ARGUMENT;
    }
    belay__memory memory = {config->allocate, config->context, 0};
    belay_kernel *kernel = belay__memory_new(&memory, sizeof *kernel);
    if (kernel == NULL) {
        return BELAY_NO_MEMORY;
    }
    kernel->memory = memory;
    uint32_t processes =
        config->processes_max == 0 ? 1000000 : config->processes_max;
    tables_init(kernel, processes);
    queues_init(kernel);
    kernel->clock.slack = config->clock_slack;
    kernel->event_room = config->events_max == 0 ? 4096 : config->events_max;
    kernel->events = belay__memory_new(
        &kernel->memory, kernel->event_room * sizeof *kernel->events);
    if (kernel->events == NULL ||
        belay__table_reserve(&kernel->processes, &kernel->memory, 1) !=
            BELAY_OK) {
        belay_destroy(kernel);
        return BELAY_NO_MEMORY;
    }
    uint32_t root = belay__process_new(kernel, BELAY_KIND_ROOT, 0, 0);
    BELAY_ASSERT(root == 0);
    BELAY_ASSERT(kernel->view.processes == 1);
    BELAY_ASSERT(kernel->view.ready == 0);
    BELAY_ASSERT(kernel->event_room >= BELAY_EVENTS_MIN);
    kernel->view.deadline = BELAY_INFINITY;
    kernel->view.bytes = kernel->memory.bytes;
    *out = kernel;
    return BELAY_OK;
}

void belay_destroy(belay_kernel *kernel) {
    if (kernel == NULL) {
        return;
    }
    BELAY_ASSERT(kernel->memory.bytes >= sizeof *kernel);
    for (uint32_t i = 0; i < TABLES; i++) {
        belay__table_deinit(table_of(kernel, i), &kernel->memory);
    }
    if (kernel->events != NULL) {
        belay__memory_free(&kernel->memory, kernel->events,
                           kernel->event_room * sizeof *kernel->events);
    }
    BELAY_ASSERT(kernel->memory.bytes == sizeof *kernel);
    belay__memory memory = kernel->memory;
    belay__memory_free(&memory, kernel, sizeof *kernel);
}
