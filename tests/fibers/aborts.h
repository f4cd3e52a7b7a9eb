/* aborts.h - for programs that must end by abort(). */
#ifndef BELAY_TESTS_ABORTS_H
#define BELAY_TESTS_ABORTS_H

#if defined(__wasm__)
static inline void abort_is_expected(void) {
}
#else
#include <signal.h>
#include <stdlib.h>

static inline void abort_is_over(int number) {
    _Exit(number == SIGABRT ? 1 : 2);
}

/* CTest takes a signal for a crash, whatever was said before. */
static inline void abort_is_expected(void) {
    (void)signal(SIGABRT, abort_is_over);
}
#endif

#endif
