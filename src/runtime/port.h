/* port.h - what the runtime needs of a system: one lock, conditions, threads
 * and a clock. Everything that can make a thread wait goes through here, so
 * that a port decides what waiting is.
 *
 *   port_posix.c   POSIX threads: natively and with Emscripten.
 *   port_fibers.c  one thread of the system; each "thread" is a stack of its
 *                  own, and they take turns: for WASI, which has no threads,
 *                  on a clock that may be virtual; and natively for tests,
 *                  which may choose from outside who goes on at a lock or a
 *                  wait (port_fibers.h).
 *   port_single.c  one thread and one stack: jobs run on the stack of who
 *                  waits for them.
 */
#ifndef BELAY_RUNTIME_PORT_H
#define BELAY_RUNTIME_PORT_H

#include <stddef.h>
#include <stdint.h>

#include "belay.h"

typedef void (*port_main)(void *argument);

#ifdef BELAY_PORT_FIBERS
typedef struct port_thread port_thread;

typedef struct port_queue {
    port_thread *first;
    port_thread *last;
} port_queue;
typedef struct port_mutex {
    port_thread *owner; /* NULL: free */
    port_queue waiting;
} port_mutex;
typedef struct port_condition {
    port_queue waiting;
} port_condition;
struct port_thread {
    struct belayr_fiber *fiber; /* NULL: it has ended, or is the program */
    port_queue joining;         /* who waits for its end */
    port_queue *queue;          /* in which it stands, or NULL: it runs */
    port_thread *next;          /* in that queue */
    port_thread *previous;
    port_thread *later; /* of those that wait for a time */
    port_thread *sooner;
    uint64_t deadline; /* or PORT_NEVER */
};
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

void belayr_port_mutex_open(port_mutex *mutex);
void belayr_port_mutex_close(port_mutex *mutex);
void belayr_port_lock(port_mutex *mutex);
void belayr_port_unlock(port_mutex *mutex);

void belayr_port_condition_open(port_condition *condition);
void belayr_port_condition_close(port_condition *condition);

/* Lets go of the mutex and waits until woken or until the clock shows
 * `deadline` (PORT_NEVER: none); takes the mutex again. May return early
 * without any reason. */
void belayr_port_wait(port_condition *condition, port_mutex *mutex,
                      uint64_t deadline);
void belayr_port_wake_one(port_condition *condition);
void belayr_port_wake_all(port_condition *condition);

/* 0 when the system refuses. The thread's place must stay valid until it is
 * joined. stack_size 0: the system's default. */
int belayr_port_thread_start(port_thread *thread, port_main main,
                             void *argument, size_t stack_size);
void belayr_port_thread_join(port_thread *thread);

/* Whole milliseconds, never going back; cut, not rounded. */
uint64_t belayr_port_now(void);

/* At least 1. */
uint32_t belayr_port_processors(void);

/* How many turns of belayr_port_relax a thread that expects something soon
 * should take before it waits in earnest; 0 where nobody else could run
 * meanwhile. */
uint32_t belayr_port_patience(void);
void belayr_port_relax(void);

/* A job asks whether it is cancelled: where threads take turns, those that
 * could tell it so must get theirs. Costs as good as nothing elsewhere. */
#ifdef BELAY_PORT_FIBERS
void belayr_port_breathe(void);
#else
static inline void belayr_port_breathe(void) {
}
#endif

/* 0 where no thread can be started. Who waits then does what others would:
 * runs jobs and keeps the time. */
static inline int belayr_port_has_threads(void) {
#ifdef BELAY_PORT_SINGLE
    return 0;
#else
    return 1;
#endif
}

/* Runs a job. A build may have to deal with what breaks one. */
#ifdef BELAY_PORT_GUARDED
belay_value belayr_port_call(belay_job job, belay_context *context,
                             const belay_value *arguments, size_t count);
#else
static inline belay_value belayr_port_call(belay_job job,
                                           belay_context *context,
                                           const belay_value *arguments,
                                           size_t count) {
    return job(context, arguments, count);
}
#endif

/* Writes a line for people who set no log hook. */
void belayr_port_complain(const char *line);

#endif
