#include "kernel/kernel.h"

belay_event *belay__event_place(belay_kernel *kernel,
                                enum belay_event_kind kind) {
    BELAY_ASSERT(belay__event_room(kernel, 1));
    uint32_t place = kernel->event_tail++ & (kernel->event_room - 1);
    belay_event *event = &kernel->events[place];
    *event = (belay_event){.kind = kind, .time = kernel->clock.now};
    return event;
}

void belay__event_add(belay_kernel *kernel, belay_event event) {
    BELAY_ASSERT(belay__event_room(kernel, 1));
    BELAY_ASSERT(event.kind != 0);
    event.time = kernel->clock.now;
    kernel->events[kernel->event_tail & (kernel->event_room - 1)] = event;
    kernel->event_tail++;
}

void belay__event_add_trace(belay_kernel *kernel, belay_event event) {
    if (kernel->tracing) {
        belay__event_add(kernel, event);
    }
}

void belay__event_add_timed_out(belay_kernel *kernel, uint32_t process,
                                uint32_t what) {
    BELAY_ASSERT(what <= 2);
    BELAY_ASSERT(process_is_alive(process_at(kernel, process)));
    belay__event_add_trace(kernel,
                           (belay_event){
                               .kind = BELAY_EVENT_TIMED_OUT,
                               .tag = process_at(kernel, process)->tag,
                               .pid = process_pid(kernel, process),
                               .extra = what,
                           });
}

belay_code belay__event_trace(belay_kernel *kernel,
                              const belay_command *command,
                              belay_answer *answer) {
    (void)answer;
    if ((command->flags & ~(uint32_t)BELAY_FLAG_ON) != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    kernel->tracing = command->flags != 0;
    return BELAY_OK;
}
