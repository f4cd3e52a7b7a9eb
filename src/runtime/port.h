/* port.h - what the runtime needs of a system: one lock, conditions, threads
 * and a clock. Everything that can make a thread wait goes through here, so
 * that a port decides what waiting is.
 *
 *   port_posix.c   POSIX threads: natively and with Emscripten.
 *   port_fibers.c  one thread; each "thread" is a stack of its own, and who
 *                  goes on at a lock, a wait or a signal is chosen from
 *                  outside (port_fibers.h): for the tests that try all
 *                  interleavings.
 *
 * A port of one thread without stacks of its own may refuse to start
 * threads: then only jobs that are awaited without a timeout run.
 */
#ifndef BELAY_RUNTIME_PORT_H
#define BELAY_RUNTIME_PORT_H

#include <stddef.h>
#include <stdint.h>

typedef void (*port_main)(void *argument);

#ifdef BELAY_PORT_FIBERS
/* Who holds it, and who waits, the port's fibers know themselves. */
typedef struct port_mutex {
    uint32_t owner; /* a fiber's number + 1; 0: free */
} port_mutex;
typedef struct port_condition {
    uint32_t waiting; /* fibers */
} port_condition;
typedef struct port_thread {
    uint32_t fiber;
} port_thread;
#else
#include <pthread.h>
typedef struct port_mutex {
    pthread_mutex_t mutex;
} port_mutex;
typedef struct port_condition {
    pthread_cond_t condition;
} port_condition;
typedef struct port_thread {
    pthread_t thread;
    port_main main;
    void *argument;
} port_thread;
#endif

#define PORT_NEVER UINT64_MAX

void belay__port_mutex_open(port_mutex *mutex);
void belay__port_mutex_close(port_mutex *mutex);
void belay__port_lock(port_mutex *mutex);
void belay__port_unlock(port_mutex *mutex);

void belay__port_condition_open(port_condition *condition);
void belay__port_condition_close(port_condition *condition);

/* Lets go of the mutex and waits until woken or until the clock shows
 * `deadline` (PORT_NEVER: none); takes the mutex again. May return early
 * without any reason. */
void belay__port_wait(port_condition *condition, port_mutex *mutex,
                      uint64_t deadline);
void belay__port_wake_one(port_condition *condition);
void belay__port_wake_all(port_condition *condition);

/* 0 when the system refuses. The thread's place must stay valid until it is
 * joined. stack_size 0: the system's default. */
int belay__port_thread_start(port_thread *thread, port_main main,
                             void *argument, size_t stack_size);
void belay__port_thread_join(port_thread *thread);

/* Whole milliseconds, never going back; cut, not rounded. */
uint64_t belay__port_now(void);

/* At least 1. */
uint32_t belay__port_processors(void);

/* How many turns of belay__port_relax a thread that expects something soon
 * should take before it waits in earnest; 0 where nobody else could run
 * meanwhile. */
uint32_t belay__port_patience(void);
void belay__port_relax(void);

/* Writes a line for people who set no log hook. */
void belay__port_complain(const char *line);

#endif
