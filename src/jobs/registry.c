/* registry.c - the jobs of a module, in the order of their names. */
#include "jobs/jobs.h"

#include <string.h>

static belay_job_entry *registered;

/* The order in which a linker runs constructors is its own affair. */
void belay_job_register(belay_job_entry *entry) {
    belay_job_entry **at = &registered;
    while (*at != NULL && strcmp((*at)->name, entry->name) < 0) {
        at = &(*at)->next;
    }
    entry->next = *at;
    *at = entry;
}

const belay_job_entry *belay_jobs_entry(uint32_t index) {
    const belay_job_entry *entry = registered;
    while (entry != NULL && index > 0) {
        entry = entry->next;
        index--;
    }
    return entry;
}

BELAY_JOBS_DOOR const char *belay_jobs_name(uint32_t index) {
    const belay_job_entry *entry = belay_jobs_entry(index);
    return entry == NULL ? NULL : entry->name;
}

BELAY_JOBS_DOOR const char *belay_jobs_signature(uint32_t index) {
    const belay_job_entry *entry = belay_jobs_entry(index);
    return entry == NULL ? NULL : entry->signature;
}
