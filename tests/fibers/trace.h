/* trace.h - letters in the order in which things happen. */
#ifndef BELAY_TESTS_TRACE_H
#define BELAY_TESTS_TRACE_H

#include <stdio.h>
#include <string.h>

static char trace[64];

static inline void trace_clear(void) {
    memset(trace, 0, sizeof(trace));
}

static inline void note(char letter) {
    size_t length = strlen(trace);
    if (length + 1 < sizeof(trace)) {
        trace[length] = letter;
        trace[length + 1] = 0;
    }
}

/* Whether these letters were noted; prints those that were, if not. */
static inline int traced(const char *expected) {
    if (strcmp(trace, expected) != 0) {
        printf("trace: %s\n", trace);
        return 0;
    }
    return 1;
}

#endif
