/* leftovers.h - apart from sim.h, whose names the kernel's own header has
 * for other things. */
#ifndef BELAY_TESTS_LEFTOVERS_H
#define BELAY_TESTS_LEFTOVERS_H

#include "belay.h"

/* The name of a table that still has records, though nothing but the root
 * is alive; NULL when there is none. */
const char *leftovers(const belay_kernel *kernel);

#endif
