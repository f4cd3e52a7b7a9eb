/* notify_single.c - of the build without threads: the worker takes messages
 * at once, for it is the one that runs the job. */
#include "jobs/jobs.h"

__attribute__((import_module("belay"), import_name("messages"))) void
belay_jobs_imported_messages(void);

void belay_jobs_notify(void) {
    belay_jobs_imported_messages();
}

/* Nobody else is there to wait. */
void belay_jobs_wake(_Atomic uint32_t *word) {
    (void)word;
}
