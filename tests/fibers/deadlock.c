/* deadlock.c - a thread that waits for what nobody does, and one that waits
 * for its end: the test is that this is said, and that the program ends. */
#include "aborts.h"
#include "runtime/port.h"

static void waits_for_ever(void *argument) {
    port_mutex *lock = argument;
    port_condition never;
    belayr_port_condition_open(&never);
    belayr_port_lock(lock);
    belayr_port_wait(&never, lock, PORT_NEVER);
}

int main(void) {
    abort_is_expected();
    port_mutex lock;
    port_thread thread;
    belayr_port_mutex_open(&lock);
    if (belayr_port_thread_start(&thread, waits_for_ever, &lock, 0)) {
        belayr_port_thread_join(&thread);
    }
    return 0;
}
