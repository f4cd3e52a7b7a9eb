/* port_single.c - the port to one thread without stacks of its own. There is
 * nobody to lock out or to wake; waiting is letting time pass. */
#define _GNU_SOURCE

#include "runtime/port.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#ifdef __EMSCRIPTEN__
/* Its own sleep turns in a loop. */
__attribute__((import_module("belay"), import_name("pause"))) void
belayr_port_pause(uint32_t milliseconds);
#else
static void belayr_port_pause(uint32_t milliseconds) {
    const struct timespec rest = {
        .tv_sec = (time_t)(milliseconds / 1000),
        .tv_nsec = (long)(milliseconds % 1000) * 1000000,
    };
    (void)nanosleep(&rest, NULL);
}
#endif

void belayr_port_mutex_open(port_mutex *mutex) {
    (void)mutex;
}

void belayr_port_mutex_close(port_mutex *mutex) {
    (void)mutex;
}

void belayr_port_lock(port_mutex *mutex) {
    (void)mutex;
}

void belayr_port_unlock(port_mutex *mutex) {
    (void)mutex;
}

void belayr_port_condition_open(port_condition *condition) {
    (void)condition;
}

void belayr_port_condition_close(port_condition *condition) {
    (void)condition;
}

/* Sleeps until the deadline; without one nobody could ever wake it. */
void belayr_port_wait(port_condition *condition, port_mutex *mutex,
                      uint64_t deadline) {
    (void)condition;
    (void)mutex;
    if (deadline == PORT_NEVER) {
        abort();
    }
    uint64_t now = belayr_port_now();
    if (now < deadline) {
        uint64_t rest = deadline - now;
        belayr_port_pause(rest > UINT32_MAX ? UINT32_MAX : (uint32_t)rest);
    }
}

void belayr_port_wake_one(port_condition *condition) {
    (void)condition;
}

void belayr_port_wake_all(port_condition *condition) {
    (void)condition;
}

int belayr_port_thread_start(port_thread *thread, port_main main,
                             void *argument, size_t stack_size) {
    (void)thread;
    (void)main;
    (void)argument;
    (void)stack_size;
    return 0;
}

void belayr_port_thread_join(port_thread *thread) {
    (void)thread;
}

uint64_t belayr_port_now(void) {
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint32_t belayr_port_processors(void) {
    return 1;
}

uint32_t belayr_port_patience(void) {
    return 0;
}

void belayr_port_relax(void) {
}

void belayr_port_complain(const char *line) {
    (void)fputs(line, stderr);
}
