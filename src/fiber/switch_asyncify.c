/* switch_asyncify.c - changing stacks in WebAssembly.
 *
 * A stack of calls cannot be exchanged there. So to leave a fiber, all its
 * functions return, each after writing its locals to the fiber's room
 * ("unwinding"); to go on with it, its function is called again, and each
 * function in turn skips to the call at which it was ("rewinding"). The code
 * for that is put into them by `wasm-opt --asyncify`, which also replaces the
 * four imports below; nothing of them is left in the finished module. It
 * leaves the two functions alone that call them (enter, leave), so these must
 * remain functions of their own: they are called by pointers which nobody can
 * see through, for wasm-opt would inline them, when clang runs it in between.
 * Should the room be too small, the module traps.
 *
 * C's own stack, for what has an address, is plain memory: it is exchanged
 * by setting its pointer, a global of the module.
 */
#include "base/check.h"
#include "fiber/switch.h"

#define LOCALS_MIN ((size_t)4 * 1024)
#define LOCALS_SHARE 4u /* of the stack's size */

#define ASYNCIFY(name)                                                       \
    __attribute__((import_module("asyncify"), import_name(#name)))

ASYNCIFY(start_unwind) void asyncify_start_unwind(belayr_switch *state);
ASYNCIFY(stop_unwind) void asyncify_stop_unwind(void);
ASYNCIFY(start_rewind) void asyncify_start_rewind(belayr_switch *state);
ASYNCIFY(stop_rewind) void asyncify_stop_rewind(void);

/* asyncify's own state is out of reach from within. */
static enum { RUNNING, UNWINDING, REWINDING } phase;

__asm__(".globaltype __stack_pointer, i32\n");

static void *stack_pointer(void) {
    void *pointer;
    __asm__ volatile("global.get __stack_pointer\n"
                     "local.set %0"
                     : "=r"(pointer)
                     :
                     : "memory");
    return pointer;
}

static void stack_pointer_set(void *pointer) {
    __asm__ volatile("local.get %0\n"
                     "global.set __stack_pointer"
                     :
                     : "r"(pointer)
                     : "memory");
}

size_t belayr_switch_room(size_t stack_size) {
    const size_t share = stack_size / LOCALS_SHARE;
    return share < LOCALS_MIN ? LOCALS_MIN : share;
}

void belayr_switch_open(belayr_fiber *fiber) {
    fiber->state.begin = fiber->memory;
    fiber->state.at = fiber->memory;
    fiber->state.end = fiber->guard;
    fiber->state.stack_pointer = fiber->stack + fiber->stack_size;
}

static void enter(belayr_fiber *fiber) {
    belayr_switch *state = &fiber->state;
    void *own = stack_pointer();
    stack_pointer_set(state->stack_pointer);
    if (state->begun) {
        phase = REWINDING;
        asyncify_start_rewind(state);
    }
    state->begun = 1;
    fiber->main(fiber->argument);
    if (phase == UNWINDING) {
        phase = RUNNING;
        asyncify_stop_unwind();
        /* The functions have returned without giving back what they had
         * taken of C's stack, and will not take it again. */
        state->stack_pointer = stack_pointer();
    } else {
        fiber->ended = 1;
    }
    stack_pointer_set(own);
}

static void leave(belayr_fiber *fiber) {
    if (phase == REWINDING) {
        phase = RUNNING;
        asyncify_stop_rewind();
        return;
    }
    fiber->state.at = fiber->state.begin;
    phase = UNWINDING;
    asyncify_start_unwind(&fiber->state);
}

static void (*const volatile enter_by)(belayr_fiber *fiber) = enter;
static void (*const volatile leave_by)(belayr_fiber *fiber) = leave;

void belayr_switch_in(belayr_fiber *fiber) {
    enter_by(fiber);
}

void belayr_switch_out(belayr_fiber *fiber) {
    leave_by(fiber);
}

const unsigned char *belayr_switch_pointer(void) {
    return stack_pointer();
}
