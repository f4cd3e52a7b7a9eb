/* test_jobs.h - what the sources of the tests' jobs share. */
#ifndef BELAY_TESTS_TEST_JOBS_H
#define BELAY_TESTS_TEST_JOBS_H

#include "belay.h"
#include "belay_jobs.h"

/* plain.c: a job. */
belay_value fail(belay_context *context, const belay_value *arguments,
                 size_t count);

/* tasks.c: has a task of the caller's do the job, and gives the code with
 * which awaiting it has ended. */
belay_value await_one(belay_context *context, belay_job job,
                      const belay_value *arguments, size_t count);

#endif
