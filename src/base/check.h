/* check.h - assertions that are on in every build.
 *
 * A broken assertion is a mistake inside the kernel, never a caller's: the
 * program stops there, in WebAssembly with the trap `unreachable`. There is
 * no message, so that nothing of stdio is linked; a debugger or a sanitizer
 * shows the line.
 */
#ifndef BELAY_BASE_CHECK_H
#define BELAY_BASE_CHECK_H

#define BELAY_ASSERT(condition)                                              \
    do {                                                                     \
        if (!(condition)) {                                                  \
            __builtin_trap();                                                \
        }                                                                    \
    } while (0)

#endif
