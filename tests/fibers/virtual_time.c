/* virtual_time.c - linked into the tests of the runtime when their threads
 * are fibers: they take no time then, and every run is the same. */
#include "runtime/port_fibers.h"

__attribute__((constructor)) static void time_is_virtual(void) {
    belayr_port_virtual_clock();
}
