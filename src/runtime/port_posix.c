/* port_posix.c - the port to POSIX threads. */
#define _GNU_SOURCE

#include "runtime/port.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A lock that fails is a mistake in the runtime, and going on would make it
 * worse. */
static void must(int error) {
    if (error != 0) {
        abort();
    }
}

void belayr_port_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

void belayr_port_mutex_open(port_mutex *mutex) {
    must(pthread_mutex_init(&mutex->mutex, NULL));
}

void belayr_port_mutex_close(port_mutex *mutex) {
    must(pthread_mutex_destroy(&mutex->mutex));
}

/* The lock is held for well below a microsecond as a rule: looking again is
 * cheaper than to be put to sleep and woken. */
#define LOCK_TRIES 100

void belayr_port_lock(port_mutex *mutex) {
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (pthread_mutex_trylock(&mutex->mutex) == 0) {
            return;
        }
        belayr_port_relax();
    }
    must(pthread_mutex_lock(&mutex->mutex));
}

void belayr_port_unlock(port_mutex *mutex) {
    must(pthread_mutex_unlock(&mutex->mutex));
}

void belayr_port_condition_open(port_condition *condition) {
    pthread_condattr_t attributes;
    must(pthread_condattr_init(&attributes));
    must(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    must(pthread_cond_init(&condition->condition, &attributes));
    must(pthread_condattr_destroy(&attributes));
}

void belayr_port_condition_close(port_condition *condition) {
    must(pthread_cond_destroy(&condition->condition));
}

void belayr_port_wait(port_condition *condition, port_mutex *mutex,
                      uint64_t deadline) {
    if (deadline == PORT_NEVER) {
        must(pthread_cond_wait(&condition->condition, &mutex->mutex));
        return;
    }
    const struct timespec until = {
        .tv_sec = (time_t)(deadline / 1000),
        .tv_nsec = (long)(deadline % 1000) * 1000000,
    };
    /* Its only errors here are that the time is up. */
    (void)pthread_cond_timedwait(&condition->condition, &mutex->mutex,
                                 &until);
}

void belayr_port_wake_one(port_condition *condition) {
    must(pthread_cond_signal(&condition->condition));
}

void belayr_port_wake_all(port_condition *condition) {
    must(pthread_cond_broadcast(&condition->condition));
}

static void *thread_run(void *memory) {
    const port_thread *thread = memory;
    thread->main(thread->argument);
    return NULL;
}

/* What the runtime's own code needs, beyond what the system refuses to go
 * below. */
#define STACK_OWN ((size_t)32 * 1024)

static size_t stack_at_least(size_t size) {
    const long allowed = sysconf(_SC_THREAD_STACK_MIN);
    const size_t least = STACK_OWN + (allowed > 0 ? (size_t)allowed : 0);
    return size < least ? least : size;
}

int belayr_port_thread_start(port_thread *thread, port_main main,
                             void *argument, size_t stack_size) {
    thread->main = main;
    thread->argument = argument;
    pthread_attr_t attributes;
    must(pthread_attr_init(&attributes));
    int error = 0;
    if (stack_size != 0) {
        error = pthread_attr_setstacksize(&attributes,
                                          stack_at_least(stack_size));
    }
    if (error == 0) {
        error =
            pthread_create(&thread->thread, &attributes, thread_run, thread);
    }
    must(pthread_attr_destroy(&attributes));
    return error == 0;
}

void belayr_port_thread_join(port_thread *thread) {
    must(pthread_join(thread->thread, NULL));
}

static uint64_t now_ns(void) {
    struct timespec now = {0};
    must(clock_gettime(CLOCK_MONOTONIC, &now));
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t belayr_port_now(void) {
    return now_ns() / 1000000;
}

uint32_t belayr_port_processors(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : (uint32_t)count;
}

/* To wake a thread takes 5 to 50 us, in a virtual machine the most; so long
 * a thread looks before it sleeps. How long a turn takes differs tenfold
 * between processors: some turns tell. */
#define PATIENCE_NS 100000u
#define TURNS_NS 20000u
#define TURNS_MIN 1000u

uint32_t belayr_port_patience(void) {
    if (belayr_port_processors() < 2) {
        return 0;
    }
    const uint64_t began = now_ns();
    uint64_t turns = 0;
    uint64_t took = 0;
    while (took < TURNS_NS) {
        for (int i = 0; i < 64; i++) {
            belayr_port_relax();
        }
        turns += 64;
        took = now_ns() - began;
    }
    turns = turns * PATIENCE_NS / took;
    return turns < TURNS_MIN ? TURNS_MIN : (uint32_t)turns;
}

void belayr_port_complain(const char *line) {
    (void)fputs(line, stderr);
}
