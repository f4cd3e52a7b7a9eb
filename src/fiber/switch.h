/* switch.h - what fiber.c and the two ways of changing stacks share. */
#ifndef BELAY_FIBER_SWITCH_H
#define BELAY_FIBER_SWITCH_H

#include <stddef.h>
#include <stdint.h>

#include "fiber/fiber.h"

#if defined(__wasm__)
/* How one fiber stands. The first two fields are laid out as asyncify wants
 * them: where it writes, and where its room ends. */
typedef struct belayr_switch {
    void *at;
    void *end;
    void *begin;
    void *stack_pointer;
    uint32_t begun;
} belayr_switch;
#else
#include <ucontext.h>
typedef struct belayr_switch {
    ucontext_t own;    /* while it is suspended */
    ucontext_t caller; /* while it runs */
    void *fake;        /* AddressSanitizer's */
} belayr_switch;
#endif

/* In memory, from below: room (WebAssembly's, for locals), guard, stack, and
 * then this record, which no overflow reaches. */
struct belayr_fiber {
    belayr_fiber_main main;
    void *argument;
    unsigned char *memory;
    unsigned char *guard;
    unsigned char *stack; /* its lowest byte */
    size_t stack_size;
    uint32_t ended;
    belayr_switch state;
};

/* How many bytes the switch wants below the guard. */
size_t belayr_switch_room(size_t stack_size);

void belayr_switch_open(belayr_fiber *fiber);

/* Runs the fiber: from its beginning, or from where it was left. */
void belayr_switch_in(belayr_fiber *fiber);

/* Leaves the fiber that runs; returns when it is switched to again. */
void belayr_switch_out(belayr_fiber *fiber);

/* Where the stack of the caller is now, roughly. */
const unsigned char *belayr_switch_pointer(void);

#endif
