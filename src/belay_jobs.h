/* belay_jobs.h - jobs in C that JavaScript starts.
 *
 *     #include "belay_jobs.h"
 *
 *     BELAY_JOB(count_primes, "number -> number") {
 *         (void)count;
 *         uint32_t limit = (uint32_t)arguments[0].number;
 *         uint32_t found = 0;
 *         for (uint32_t i = 2; i < limit; i++) {
 *             if (i % 1024 == 0 && belay_cancelled(context)) {
 *                 break;
 *             }
 *             found += is_prime(i);
 *         }
 *         return belay_number(found);
 *     }
 *
 * Built with the CMake function belay_add_jobs (scripts/cmake/BelayJobs.cmake)
 * it is `jobs.countPrimes` in JavaScript: a name with underscores becomes one
 * with capitals. Besides, count_primes is a belay_job like any other, which
 * other jobs may hand to belay_async and its like.
 *
 * A job runs on a thread of its module, or, where there is no shared memory,
 * alone in an instance of its own. What it may do is the same, but for this:
 * in an instance of its own it is ended by ending the instance, without
 * belay_cancelled ever answering 1, and the tasks that it starts run one at
 * a time, on its own thread, while it waits.
 *
 * Never called from a job: exit(3), pthread_exit(3). A trap of the machine
 * (abort, unreachable, an access out of bounds, a full stack) ends the whole
 * instance of the module.
 */
#ifndef BELAY_JOBS_H
#define BELAY_JOBS_H

#include "belay_runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One job. Made by BELAY_JOB; lives as long as the program. */
typedef struct belay_job_entry {
    const char *name;
    const char *signature;
    belay_job job;
    struct belay_job_entry *next; /* the registry's */
} belay_job_entry;

/* Enters a job; before any is started, on one thread. */
void belay_job_register(belay_job_entry *entry);

/* Defines a job and enters it under its name, when the program starts. Its
 * body follows, with `context`, `arguments` and `count` (see belay_job).
 *
 * signature  what it takes and gives, in JavaScript's words, which are
 *            checked before the job is started:
 *
 *     "number, string -> Float64Array"
 *
 *   number      number, a double
 *   integer     integer: a BigInt, or a number that is whole
 *   string      string, in UTF-8
 *   bytes       an array of UINT8: a Uint8Array, ArrayBuffer or DataView.
 *               Structs are handed over like this (see belay_value)
 *   array       a typed array of any kind; or Float64Array, Int32Array and
 *               so on: one of that kind
 *   any         any of these, or nothing (NONE)
 *
 * A `?` after a word: may be left out, and is NONE or missing then. `...`
 * after the last: any number of such. After `->` stands what it gives, for
 * people and for TypeScript; `nothing` for NONE. It may be left out.
 */
#define BELAY_JOB(name, signature)                                           \
    belay_value name(belay_context *context, const belay_value *arguments,   \
                     size_t count);                                          \
    __attribute__((constructor)) static void name##_register(void) {         \
        static belay_job_entry entry = {#name, signature, name, NULL};       \
        belay_job_register(&entry);                                          \
    }                                                                        \
    belay_value name(belay_context *context, const belay_value *arguments,   \
                     size_t count)

#ifdef __cplusplus
}
#endif

#endif
