/**
 * Where things stand in what an instance shows in shared memory, in words from its
 * beginning: belay_jobs_shown of src/jobs/jobs.h. First, at each place, the number of
 * the last run that has begun there.
 */
export const PLACES = 1024;
/** Of the run at each place: jobs that go on though their processes have ended. */
export const ABANDONED = PLACES;
/** Such jobs of runs that had returned before. */
export const STRAYS = 2 * PLACES;
export const NEWS = STRAYS + 1;
export const HAPPENED = STRAYS + 2;
export const TAKEN = STRAYS + 3;
/** The addresses of three counts: threads, and of these those that are idle, and that wait. */
export const COUNTS = STRAYS + 4;
