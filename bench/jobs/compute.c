/* The same computing as in bench/workers/jobs.mjs. */
#include "belay_jobs.h"

BELAY_JOB(compute, "number -> number") {
    (void)context;
    (void)count;
    uint32_t state = (uint32_t)arguments[0].number + 1;
    for (uint32_t round = 0; round < 12000000; round++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
    }
    return belay_number(state == 0 ? -1 : arguments[0].number);
}

BELAY_JOB(same, "number -> number") {
    (void)context;
    (void)count;
    return arguments[0];
}
