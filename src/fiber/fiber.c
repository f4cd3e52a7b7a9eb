/* fiber.c - the memory of fibers, and the watch over their stacks. */
#include "fiber/fiber.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "fiber/switch.h"

#define ALIGNMENT ((size_t)16)
#define GUARD_SIZE ((size_t)128)
#define STACK_MAX ((size_t)1024 * 1024 * 1024)

static const uint64_t guard_word = 0x6b63617473796c62u;

static belayr_fiber *current;

static size_t aligned(size_t size) {
    return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static void guard_write(unsigned char *guard) {
    for (size_t i = 0; i < GUARD_SIZE; i += sizeof(guard_word)) {
        memcpy(guard + i, &guard_word, sizeof(guard_word));
    }
}

static int guard_is_whole(const unsigned char *guard) {
    for (size_t i = 0; i < GUARD_SIZE; i += sizeof(guard_word)) {
        if (memcmp(guard + i, &guard_word, sizeof(guard_word)) != 0) {
            return 0;
        }
    }
    return 1;
}

static void stop_for_overflow(const belayr_fiber *fiber) {
    (void)fprintf(stderr,
                  "belay: a thread has used more than its %lu bytes of "
                  "stack, and may have overwritten other memory; give it "
                  "more (stack_size)\n",
                  (unsigned long)fiber->stack_size);
    abort();
}

belayr_fiber *belayr_fiber_open(belayr_fiber_main main, void *argument,
                                size_t stack_size) {
    BELAY_ASSERT(main != NULL);
    BELAY_ASSERT(stack_size >= BELAYR_FIBER_STACK_MIN);
    if (stack_size > STACK_MAX) {
        return NULL;
    }
    const size_t room = aligned(belayr_switch_room(stack_size));
    const size_t stack = aligned(stack_size);
    unsigned char *memory =
        malloc(room + GUARD_SIZE + stack + sizeof(belayr_fiber));
    if (memory == NULL) {
        return NULL;
    }
    unsigned char *guard = memory + room;
    unsigned char *bottom = guard + GUARD_SIZE;
    belayr_fiber *fiber = (void *)(bottom + stack);
    *fiber = (belayr_fiber){
        .main = main,
        .argument = argument,
        .memory = memory,
        .guard = guard,
        .stack = bottom,
        .stack_size = stack,
    };
    guard_write(guard);
    belayr_switch_open(fiber);
    return fiber;
}

void belayr_fiber_close(belayr_fiber *fiber) {
    BELAY_ASSERT(fiber != current);
    free(fiber->memory);
}

void belayr_fiber_resume(belayr_fiber *fiber) {
    BELAY_ASSERT(current == NULL);
    BELAY_ASSERT(!fiber->ended);
    current = fiber;
    belayr_switch_in(fiber);
    current = NULL;
    if (!guard_is_whole(fiber->guard)) {
        stop_for_overflow(fiber);
    }
}

void belayr_fiber_suspend(void) {
    belayr_fiber *fiber = current;
    BELAY_ASSERT(fiber != NULL);
    if (belayr_switch_pointer() < fiber->stack) {
        stop_for_overflow(fiber);
    }
    belayr_switch_out(fiber);
    BELAY_ASSERT(current == fiber);
}

int belayr_fiber_has_ended(const belayr_fiber *fiber) {
    return fiber->ended != 0;
}

belayr_fiber *belayr_fiber_current(void) {
    return current;
}
