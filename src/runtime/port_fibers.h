/* port_fibers.h - what can be set from outside when threads are fibers.
 *
 * The port is one thread of the system's: all calls come from it. The
 * program's own stack counts as one of the threads that take turns.
 *
 * A thread has its turn until it waits, or has passed 1,024 points without
 * waiting while another could go on. A point is where it lets go of a lock;
 * a job that asks whether it is cancelled passes 16 at once. So one that
 * loops without either keeps its turn: its timeout comes when it returns.
 */
#ifndef BELAY_RUNTIME_PORT_FIBERS_H
#define BELAY_RUNTIME_PORT_FIBERS_H

#include <stdint.h>

/* From now on the clock is virtual: it stands still while a thread runs, and
 * jumps to the next deadline when all of them wait. 1,024 points without a
 * wait take a millisecond, so that a loop which waits for the time ends.
 * Before the first runtime is created. */
void belayr_port_virtual_clock(void);

/* Chooses what is next, where several things could be: a number below
 * `threads` for a thread, the first being the one that runs, if it can go
 * on, and the others in the order in which they became ready; `threads`
 * itself, when `times` is 1, for the next deadline to pass. Asked whenever a
 * thread takes or lets go of a lock, starts one, waits, or wakes one of
 * several that wait (then `threads` are these). Must not use the runtime.
 * NULL: in turns, as above. */
typedef uint32_t (*port_choose)(void *context, uint32_t threads,
                                uint32_t times);
void belayr_port_choose(port_choose choose, void *context);

/* Called when every thread waits, and none for a time: nothing could ever
 * happen again. Must not return. NULL: says so on stderr and aborts. */
typedef void (*port_stuck)(void *context, uint32_t threads);
void belayr_port_on_stuck(port_stuck stuck, void *context);

#endif
