/* port_fibers.c - the port to fibers: threads that take turns.
 *
 * Each thread runs, stands in one queue (of those that are ready, or of
 * those that wait for a lock, a condition or an end), or has ended. Those
 * that wait for a time are in the list `timed` as well. The loop that gives
 * the others their turns, run_others, runs on the program's stack, while the
 * program itself waits.
 */
#define _POSIX_C_SOURCE 200809L

#include "runtime/port_fibers.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/check.h"
#include "fiber/fiber.h"
#include "runtime/port.h"

#define STACK_DEFAULT ((size_t)64 * 1024)
#define STACK_LEAST ((size_t)32 * 1024) /* for the runtime's own code */
#define POINTS_MAX 1024u
#define BREATH_POINTS 16u
#define VIRTUAL_START 1000u /* ms; any but 0 */
#define NANOSECONDS 1000000000u
#define NANOSECONDS_PER_MS 1000000u

static port_thread program = {.deadline = PORT_NEVER};
static port_thread *running = &program;
static port_queue ready;
static port_thread *timed;  /* the soonest; equal ones in order of arrival */
static port_thread *chosen; /* of the ready ones: must be the next */
static uint32_t threads = 1;
static uint32_t points;      /* since the last wait */
static uint64_t virtual_now; /* ms; 0: the clock is real */

static port_choose chooser;
static void *chooser_context;
static port_stuck stuck_hook;
static void *stuck_context;

void belayr_port_virtual_clock(void) {
    virtual_now = VIRTUAL_START;
}

void belayr_port_choose(port_choose choose, void *context) {
    chooser = choose;
    chooser_context = context;
}

void belayr_port_on_stuck(port_stuck stuck, void *context) {
    stuck_hook = stuck;
    stuck_context = context;
}

/* ---- Queues ---------------------------------------------------------- */

/* Puts it after `before`; NULL: in front. */
static void queue_put(port_queue *queue, port_thread *before,
                      port_thread *thread) {
    BELAY_ASSERT(thread->queue == NULL);
    port_thread *after = before == NULL ? queue->first : before->next;
    thread->queue = queue;
    thread->previous = before;
    thread->next = after;
    *(before == NULL ? &queue->first : &before->next) = thread;
    *(after == NULL ? &queue->last : &after->previous) = thread;
}

static void queue_add(port_queue *queue, port_thread *thread) {
    queue_put(queue, queue->last, thread);
}

static void queue_remove(port_thread *thread) {
    port_queue *queue = thread->queue;
    BELAY_ASSERT(queue != NULL);
    port_thread *before = thread->previous;
    port_thread *after = thread->next;
    *(before == NULL ? &queue->first : &before->next) = after;
    *(after == NULL ? &queue->last : &after->previous) = before;
    thread->queue = NULL;
}

static uint32_t queue_count(const port_queue *queue) {
    uint32_t count = 0;
    for (const port_thread *at = queue->first; at != NULL; at = at->next) {
        count++;
    }
    return count;
}

static port_thread *queue_at(const port_queue *queue, uint32_t index) {
    port_thread *at = queue->first;
    while (index-- > 0) {
        at = at->next;
    }
    BELAY_ASSERT(at != NULL);
    return at;
}

static void timed_add(port_thread *thread, uint64_t deadline) {
    port_thread *sooner = NULL;
    port_thread *later = timed;
    while (later != NULL && later->deadline <= deadline) {
        sooner = later;
        later = later->later;
    }
    thread->deadline = deadline;
    thread->sooner = sooner;
    thread->later = later;
    *(sooner == NULL ? &timed : &sooner->later) = thread;
    if (later != NULL) {
        later->sooner = thread;
    }
}

static void timed_remove(port_thread *thread) {
    if (thread->deadline == PORT_NEVER) {
        return;
    }
    port_thread *sooner = thread->sooner;
    *(sooner == NULL ? &timed : &sooner->later) = thread->later;
    if (thread->later != NULL) {
        thread->later->sooner = sooner;
    }
    thread->deadline = PORT_NEVER;
}

/* Whatever it waited for, it waits no more. */
static void make_ready(port_thread *thread) {
    queue_remove(thread);
    timed_remove(thread);
    queue_add(&ready, thread);
}

static void make_all_ready(const port_queue *queue) {
    while (queue->first != NULL) {
        make_ready(queue->first);
    }
}

/* ---- The clock ------------------------------------------------------- */

static uint64_t real_nanoseconds(void) {
    struct timespec now = {0};
    int failed = clock_gettime(CLOCK_MONOTONIC, &now);
    BELAY_ASSERT(!failed);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint64_t belayr_port_now(void) {
    return virtual_now != 0 ? virtual_now
                            : real_nanoseconds() / NANOSECONDS_PER_MS;
}

static void sleep_until(uint64_t deadline) {
    if (virtual_now != 0) {
        virtual_now = deadline > virtual_now ? deadline : virtual_now;
        return;
    }
    for (;;) {
        uint64_t now = real_nanoseconds();
        uint64_t until = deadline * NANOSECONDS_PER_MS;
        if (until <= now) {
            return;
        }
        const struct timespec rest = {
            .tv_sec = (time_t)((until - now) / NANOSECONDS),
            .tv_nsec = (long)((until - now) % NANOSECONDS),
        };
        (void)nanosleep(&rest, NULL); /* whether interrupted is seen above */
    }
}

static void ring(void) {
    if (timed == NULL) {
        return;
    }
    uint64_t now = belayr_port_now();
    while (timed != NULL && timed->deadline <= now) {
        make_ready(timed);
    }
}

/* ---- Turns ----------------------------------------------------------- */

static void stop_stuck(void) {
    if (stuck_hook != NULL) {
        stuck_hook(stuck_context, threads);
    }
    (void)fprintf(stderr,
                  "belay: a deadlock: all threads wait (%lu of them), and "
                  "none for a time\n",
                  (unsigned long)threads);
    abort();
}

/* Asks which of the ready ones is next; time may pass first. */
static port_thread *choose_ready(void) {
    for (;;) {
        uint32_t count = queue_count(&ready);
        uint32_t times = timed != NULL && virtual_now != 0 ? 1 : 0;
        if (count + times == 1 && count == 1) {
            return ready.first;
        }
        uint32_t choice = chooser(chooser_context, count, times);
        BELAY_ASSERT(choice < count + times);
        if (choice < count) {
            return queue_at(&ready, choice);
        }
        sleep_until(timed->deadline);
        ring();
    }
}

static port_thread *take_next(void) {
    ring();
    while (ready.first == NULL) {
        if (timed == NULL) {
            stop_stuck();
        }
        sleep_until(timed->deadline);
        ring();
    }
    port_thread *next = chosen;
    chosen = NULL;
    if (next == NULL) {
        next = chooser != NULL ? choose_ready() : ready.first;
    }
    queue_remove(next);
    return next;
}

static void thread_end(port_thread *thread) {
    belayr_fiber_close(thread->fiber);
    thread->fiber = NULL;
    threads--;
    make_all_ready(&thread->joining);
}

/* On the program's stack: until it is the program's turn again. */
static void run_others(void) {
    do {
        points = 0;
        running = take_next();
        belayr_fiber *fiber = running->fiber;
        if (fiber != NULL) {
            belayr_fiber_resume(fiber);
            if (belayr_fiber_has_ended(fiber)) {
                thread_end(running);
            }
        }
    } while (running != &program);
}

/* The one that runs has put itself into a queue. */
static void give_way(void) {
    port_thread *self = running;
    BELAY_ASSERT(self->queue != NULL);
    if (self == &program) {
        run_others();
    } else {
        belayr_fiber_suspend();
    }
    BELAY_ASSERT(running == self);
    BELAY_ASSERT(self->queue == NULL);
}

static void wait_in(port_queue *queue, uint64_t deadline) {
    queue_add(queue, running);
    if (deadline != PORT_NEVER) {
        timed_add(running, deadline);
    }
    give_way();
}

/* Somebody from outside says whether another goes on here. */
static void point_chosen(void) {
    if (ready.first == NULL && (timed == NULL || virtual_now == 0)) {
        return;
    }
    queue_put(&ready, NULL, running);
    port_thread *next = choose_ready();
    if (next == running) {
        queue_remove(running);
        return;
    }
    chosen = next;
    give_way();
}

static void pass_points(uint32_t count) {
    points += count;
    if (points < POINTS_MAX) {
        return;
    }
    points = 0;
    virtual_now += virtual_now != 0 ? 1 : 0;
    ring();
    if (ready.first != NULL) {
        queue_add(&ready, running);
        give_way();
    }
}

static void point(void) {
    if (chooser != NULL) {
        point_chosen();
    } else {
        pass_points(1);
    }
}

void belayr_port_breathe(void) {
    if (chooser == NULL) {
        pass_points(BREATH_POINTS);
        return;
    }
    /* The others first: who asks only wants to hear that he may stop. */
    if (ready.first == NULL && timed != NULL && virtual_now != 0) {
        sleep_until(timed->deadline);
        ring();
    }
    if (ready.first != NULL) {
        queue_add(&ready, running);
        give_way();
    }
}

/* ---- Locks ----------------------------------------------------------- */

void belayr_port_mutex_open(port_mutex *mutex) {
    *mutex = (port_mutex){0};
}

void belayr_port_mutex_close(port_mutex *mutex) {
    BELAY_ASSERT(mutex->owner == NULL);
    BELAY_ASSERT(mutex->waiting.first == NULL);
}

static void mutex_take(port_mutex *mutex) {
    BELAY_ASSERT(mutex->owner != running);
    while (mutex->owner != NULL) {
        wait_in(&mutex->waiting, PORT_NEVER);
    }
    mutex->owner = running;
}

static void mutex_free(port_mutex *mutex) {
    BELAY_ASSERT(mutex->owner == running);
    mutex->owner = NULL;
    if (mutex->waiting.first != NULL) {
        make_ready(mutex->waiting.first);
    }
}

void belayr_port_lock(port_mutex *mutex) {
    if (chooser != NULL) {
        point_chosen();
    }
    mutex_take(mutex);
}

void belayr_port_unlock(port_mutex *mutex) {
    mutex_free(mutex);
    point();
}

/* ---- Conditions ------------------------------------------------------ */

void belayr_port_condition_open(port_condition *condition) {
    *condition = (port_condition){0};
}

void belayr_port_condition_close(port_condition *condition) {
    BELAY_ASSERT(condition->waiting.first == NULL);
}

void belayr_port_wait(port_condition *condition, port_mutex *mutex,
                      uint64_t deadline) {
    mutex_free(mutex);
    wait_in(&condition->waiting, deadline);
    mutex_take(mutex);
}

void belayr_port_wake_one(port_condition *condition) {
    const port_queue *waiting = &condition->waiting;
    if (waiting->first == NULL) {
        return;
    }
    uint32_t index = 0;
    if (chooser != NULL && waiting->first != waiting->last) {
        uint32_t count = queue_count(waiting);
        index = chooser(chooser_context, count, 0);
        BELAY_ASSERT(index < count);
    }
    make_ready(queue_at(waiting, index));
}

void belayr_port_wake_all(port_condition *condition) {
    make_all_ready(&condition->waiting);
}

/* ---- Threads --------------------------------------------------------- */

int belayr_port_thread_start(port_thread *thread, port_main main,
                             void *argument, size_t stack_size) {
    size_t size = stack_size == 0 ? STACK_DEFAULT : stack_size;
    size = size < STACK_LEAST ? STACK_LEAST : size;
    *thread = (port_thread){
        .fiber = belayr_fiber_open(main, argument, size),
        .deadline = PORT_NEVER,
    };
    if (thread->fiber == NULL) {
        return 0;
    }
    threads++;
    queue_add(&ready, thread);
    point();
    return 1;
}

void belayr_port_thread_join(port_thread *thread) {
    while (thread->fiber != NULL) {
        wait_in(&thread->joining, PORT_NEVER);
    }
}

/* ---- The rest -------------------------------------------------------- */

uint32_t belayr_port_processors(void) {
    return 1;
}

uint32_t belayr_port_patience(void) {
    return 0;
}

void belayr_port_relax(void) {
    if (chooser != NULL) {
        point_chosen(); /* a test has given the thread patience */
    }
}

void belayr_port_complain(const char *line) {
    (void)fputs(line, stderr);
}
