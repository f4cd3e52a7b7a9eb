/* jobs.h - what the tests of the runtime share: jobs, and a runtime whose
 * memory is counted, so that a leak fails the test. */
#ifndef BELAY_TESTS_JOBS_H
#define BELAY_TESTS_JOBS_H

#include <string.h>

#include "belay.h"
#include "harness.h"

/* The first argument, doubled: an integer. */
belay_value job_twice(belay_context *context, const belay_value *arguments,
                      size_t count);
/* The first argument itself. */
belay_value job_echo(belay_context *context, const belay_value *arguments,
                     size_t count);
/* Fails with the number that it was given. */
belay_value job_fail(belay_context *context, const belay_value *arguments,
                     size_t count);
/* Exits with the reason that it was given. */
belay_value job_exit(belay_context *context, const belay_value *arguments,
                     size_t count);
/* Sleeps for so many ms, a number. */
belay_value job_sleep(belay_context *context, const belay_value *arguments,
                      size_t count);
/* Runs until it is told to stop. */
belay_value job_until_cancelled(belay_context *context,
                                const belay_value *arguments, size_t count);
/* By two tasks for each number. */
belay_value job_fibonacci(belay_context *context,
                          const belay_value *arguments, size_t count);

/* The root of a new runtime; NULL: all defaults, and four threads. One at a
 * time. Its log goes nowhere, and is counted. */
belay_context *open_runtime(const belay_runtime_options *options);
/* Ends it; all its memory must have come back. */
void close_runtime(belay_context *root);
uint32_t logged(belay_log_kind kind); /* since open_runtime */

/* A task of one argument, which must start. */
belay_task async(belay_context *context, belay_job job, belay_value argument);

/* Until no process lives but the root and no job runs. */
void wait_until_quiet(belay_context *root);

#endif
