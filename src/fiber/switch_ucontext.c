/* switch_ucontext.c - changing stacks natively. */
#include "base/check.h"
#include "fiber/switch.h"

#if defined(__SANITIZE_ADDRESS__)
#define WITH_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_ADDRESS_SANITIZER 1
#endif
#endif

/* AddressSanitizer must know on which stack it is. */
#if defined(WITH_ADDRESS_SANITIZER)
#include <sanitizer/common_interface_defs.h>

static const void *caller_stack;
static size_t caller_size;

static void leaves_for(void **fake, const void *stack, size_t size) {
    __sanitizer_start_switch_fiber(fake, stack, size);
}

static void has_come(void *fake, const void **stack, size_t *size) {
    __sanitizer_finish_switch_fiber(fake, stack, size);
}
#else
static const void *const caller_stack;
static const size_t caller_size;

static void leaves_for(void **fake, const void *stack, size_t size) {
    (void)fake;
    (void)stack;
    (void)size;
}

#define has_come(fake, stack, size) ((void)(fake))
#endif

static belayr_fiber *starting; /* for makecontext, which passes only ints */

static void begin(void) {
    belayr_fiber *fiber = starting;
    has_come(NULL, &caller_stack, &caller_size);
    fiber->main(fiber->argument);
    fiber->ended = 1;
    leaves_for(NULL, caller_stack, caller_size);
    (void)setcontext(&fiber->state.caller);
    __builtin_unreachable();
}

size_t belayr_switch_room(size_t stack_size) {
    (void)stack_size;
    return 0;
}

void belayr_switch_open(belayr_fiber *fiber) {
    ucontext_t *own = &fiber->state.own;
    int failed = getcontext(own);
    BELAY_ASSERT(!failed);
    own->uc_stack.ss_sp = fiber->stack;
    own->uc_stack.ss_size = fiber->stack_size;
    own->uc_link = NULL;
    makecontext(own, begin, 0);
}

void belayr_switch_in(belayr_fiber *fiber) {
    void *fake = NULL;
    starting = fiber;
    leaves_for(&fake, fiber->stack, fiber->stack_size);
    int failed = swapcontext(&fiber->state.caller, &fiber->state.own);
    BELAY_ASSERT(!failed);
    has_come(fake, NULL, NULL);
}

void belayr_switch_out(belayr_fiber *fiber) {
    leaves_for(&fiber->state.fake, caller_stack, caller_size);
    int failed = swapcontext(&fiber->state.own, &fiber->state.caller);
    BELAY_ASSERT(!failed);
    has_come(fiber->state.fake, &caller_stack, &caller_size);
}

const unsigned char *belayr_switch_pointer(void) {
    return __builtin_frame_address(0);
}
