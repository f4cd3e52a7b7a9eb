/* notify_threads.c - of the build with threads, which is Emscripten's: from
 * a thread to the worker that has started it. What is JavaScript of it stands
 * in scripts/cmake/jobs-library.js. */
#ifndef BELAY_PORT_GUARDED
#define BELAY_PORT_GUARDED /* for who reads this file by itself */
#endif

#include "jobs/jobs.h"
#include "runtime/port.h"

/* Calls the job, and does not return when that breaks. */
void belay_jobs_guard(belay_value *result, belay_job job,
                      belay_context *context, const belay_value *values,
                      size_t count);

belay_value belayr_port_call(belay_job job, belay_context *context,
                             const belay_value *arguments, size_t count) {
    belay_value result = belay_none();
    belay_jobs_guard(&result, job, context, arguments, count);
    return result;
}
