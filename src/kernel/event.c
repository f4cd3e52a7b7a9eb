#include "kernel/kernel.h"

belay_event *belay__event_place(belay_kernel *kernel,
                                enum belay_event_kind kind) {
    BELAY_ASSERT(kernel->view.events < kernel->event_room);
    uint32_t place = kernel->event_head + kernel->view.events++;
    belay_event *event = &kernel->events[place & (kernel->event_room - 1)];
    *event = (belay_event){.kind = kind, .time = kernel->clock.now};
    return event;
}

belay_event *belay__event_add(belay_kernel *kernel,
                              enum belay_event_kind kind, uint32_t tag,
                              belay_pid pid, belay_pid other,
                              uint32_t reason) {
    belay_event *event = belay__event_place(kernel, kind);
    BELAY_ASSERT(kind != 0);
    event->tag = tag;
    event->pid = pid;
    event->other = other;
    event->reason = reason;
    return event;
}

void belay__event_trace_add(belay_kernel *kernel, enum belay_event_kind kind,
                            uint32_t tag, belay_pid pid, belay_pid other,
                            uint32_t extra) {
    if (kernel->tracing) {
        belay__event_add(kernel, kind, tag, pid, other, 0)->extra = extra;
    }
}

void belay__event_add_timed_out(belay_kernel *kernel, uint32_t process,
                                uint32_t what) {
    BELAY_ASSERT(what <= 2);
    BELAY_ASSERT(process_is_alive(process_at(kernel, process)));
    belay__event_trace_add(kernel, BELAY_EVENT_TIMED_OUT,
                           process_at(kernel, process)->tag,
                           process_pid(kernel, process), 0, what);
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
