/* floor.c - when everything has ended, no record is left. Looks into the
 * kernel's tables, since a record that nothing refers to shows nowhere. */
#include "kernel/kernel.h"
#include "leftovers.h"

const char *leftovers(const belay_kernel *kernel) {
    const struct {
        const char *name;
        const belay__table *table;
        uint32_t left;
    } tables[] = {
        {"processes", &kernel->processes, 1}, /* the root */
        {"edges", &kernel->edges, 0},
        {"waits", &kernel->waits, 0},
        {"streams", &kernel->streams, 0},
        {"supervisors", &kernel->supervisors, 0},
        {"children", &kernel->children, 0},
        {"requests", &kernel->requests, 0},
        {"stamps", &kernel->stamps, 0},
        {"reasons", &kernel->reasons, 0},
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        if (tables[i].table->live != tables[i].left) {
            return tables[i].name;
        }
    }
    return NULL;
}
