/* fiber.h - functions with stacks of their own, on one thread.
 *
 * A fiber runs when it is resumed, on its own stack, until it suspends
 * itself or its function returns. Only the stack on which the program began
 * resumes fibers, so a switch from one fiber to another goes by way of it:
 *
 *     program's stack   resume(a) .......... resume(b) ...........
 *     a's stack           |  runs  suspend()                      |
 *     b's stack                                |  runs, suspend() |
 *
 *   switch_ucontext.c  natively: swapcontext, told to AddressSanitizer.
 *   switch_asyncify.c  in WebAssembly, whose stack of calls cannot be
 *                      exchanged: `wasm-opt --asyncify` makes functions that
 *                      may suspend write their locals to the fiber's memory
 *                      and return, and go on from there when called again.
 *
 * Overflow: below each stack lie guard words, which are looked at whenever
 * the fiber suspends or ends; so is the stack's pointer. What was overwritten
 * is told, and the program stops. Natively and in WebAssembly alike this
 * comes after the fact: a function with a large array of which it does not
 * touch the lowest part can step over the guard and return unnoticed. Below
 * the guard lies, in WebAssembly, the room for locals, a quarter of the
 * stack, in which nothing is kept while the fiber runs: only what goes
 * deeper than that harms others.
 */
#ifndef BELAY_FIBER_FIBER_H
#define BELAY_FIBER_FIBER_H

#include <stddef.h>

typedef struct belayr_fiber belayr_fiber;
typedef void (*belayr_fiber_main)(void *argument);

#define BELAYR_FIBER_STACK_MIN ((size_t)8 * 1024)

/* A fiber that has not begun, or NULL without memory. stack_size in bytes is
 * at least BELAYR_FIBER_STACK_MIN; more than 1 GiB is refused. */
belayr_fiber *belayr_fiber_open(belayr_fiber_main main, void *argument,
                                size_t stack_size);

/* Frees it; it must not be the one that runs. What its function holds is
 * lost, unless it has ended. */
void belayr_fiber_close(belayr_fiber *fiber);

/* Runs it until it suspends or ends. Not from a fiber; not one that has
 * ended. */
void belayr_fiber_resume(belayr_fiber *fiber);

/* Back to who resumed the fiber that calls this. */
void belayr_fiber_suspend(void);

/* 1 when its function has returned. */
int belayr_fiber_has_ended(const belayr_fiber *fiber);

/* The fiber that runs; NULL on the program's own stack. */
belayr_fiber *belayr_fiber_current(void);

#endif
