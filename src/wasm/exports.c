/* exports.c - the kernel as flat functions for a WebAssembly host.
 *
 * One kernel per instance. Commands, answers and inspected records lie in
 * fixed places of the memory, so that nothing but small integers crosses the
 * border. What is called for each task or batch has a door of its own, to
 * which the fields are given one by one.
 */
#include <string.h>

#include "belay.h"

/* Declares and begins the definition of an exported function. */
#define EXPORT(result, name, parameters)                                     \
    result name parameters;                                                  \
    __attribute__((export_name(#name), used)) result name parameters

static belay_kernel *kernel;
static belay_command command;
static belay_command door; /* of those below; what none of them sets is 0 */
static belay_answer answer;
static belay_process_info process_info;
static belay_stream_info stream_info;
static belay_child_info child_info;
#ifdef BELAY_WASM_CHECKS
static uint32_t digest_words[2];
#endif

/* ---- Memory ---------------------------------------------------------- */

/* A kernel gives memory back only when it is destroyed, or when a list of
 * chunks is outgrown; here the instance's memory goes with the instance. So
 * blocks are taken from the end of the memory one after the other, and only
 * the last one can be given back or grow in place. What outgrown lists leave
 * behind is less than the lists that replaced them. */

#define PAGE_SIZE 65536u

extern unsigned char __heap_base; /* set by the linker */

static uintptr_t heap_end;

static int heap_grow_to(uintptr_t end) {
    uintptr_t have = __builtin_wasm_memory_size(0) * PAGE_SIZE;
    if (end <= have) {
        return 1;
    }
    uintptr_t pages = (end - have + PAGE_SIZE - 1) / PAGE_SIZE;
    return __builtin_wasm_memory_grow(0, pages) != (uintptr_t)-1;
}

static void *host_allocate(void *context, void *pointer, size_t old_size,
                           size_t new_size) {
    (void)context;
    uintptr_t old_room = (old_size + 7) & ~(uintptr_t)7;
    uintptr_t new_room = (new_size + 7) & ~(uintptr_t)7;
    if (heap_end == 0) {
        heap_end = ((uintptr_t)&__heap_base + 7) & ~(uintptr_t)7;
    }
    uintptr_t start = heap_end;
    if (pointer != NULL && (uintptr_t)pointer + old_room == heap_end) {
        start = (uintptr_t)pointer;
    }
    if (new_size == 0) {
        heap_end = start;
        return NULL;
    }
    if (new_room < new_size || start + new_room < start ||
        !heap_grow_to(start + new_room)) {
        return NULL;
    }
    heap_end = start + new_room;
    if (pointer != NULL && (uintptr_t)pointer != start) {
        memcpy((void *)start, pointer,
               old_size < new_size ? old_size : new_size);
    }
    return (void *)start;
}

/* ---- Doors ----------------------------------------------------------- */

EXPORT(uint32_t, belay_wasm_create,
       (uint32_t processes_max, uint32_t events_max, uint32_t clock_slack)) {
    if (kernel != NULL) {
        return BELAY_BAD_ARGUMENT;
    }
    belay_config config = {
        .allocate = host_allocate,
        .processes_max = processes_max,
        .events_max = events_max,
        .clock_slack = clock_slack,
    };
    return belay_create(&config, &kernel);
}

EXPORT(belay_command *, belay_wasm_command, (void)) {
    return &command;
}

EXPORT(belay_answer *, belay_wasm_answer, (void)) {
    return &answer;
}

EXPORT(uint32_t, belay_wasm_submit, (void)) {
    return belay_submit(kernel, &command, &answer);
}

EXPORT(uint32_t, belay_wasm_step, (void)) {
    return belay_step(kernel);
}

EXPORT(const belay_event *, belay_wasm_next_event, (void)) {
    return belay_next_event(kernel);
}

EXPORT(const belay_view *, belay_wasm_view, (void)) {
    return belay_look(kernel);
}

EXPORT(uint32_t *, belay_wasm_words, (void)) {
    return belay_words(kernel);
}

static uint32_t door_submit(belay_op op) {
    door.op = op;
    return belay_submit(kernel, &door, &answer);
}

static belay_pid pid_of(uint32_t low, uint32_t high) {
    return (belay_pid)high << 32 | low;
}

/* A task without a supervisor and a tag. grace: ms. */
EXPORT(uint32_t, belay_wasm_spawn,
       (uint32_t low, uint32_t high, uint32_t flags, uint32_t grace)) {
    door.pid = pid_of(low, high);
    door.kind = 0;
    door.tag = 0;
    door.shutdown = grace;
    door.flags = flags;
    uint32_t code = door_submit(BELAY_OP_SPAWN);
    door.flags = 0;
    return code;
}

/* time: ms, not negative; beyond BELAY_TIME_MAX there is no end of time. The
 * tag stands in the command, as for belay_wasm_submit. */
EXPORT(uint32_t, belay_wasm_wait,
       (uint32_t low, uint32_t high, uint32_t other_low, uint32_t other_high,
        uint32_t kind, double time)) {
    door.pid = pid_of(low, high);
    door.other = pid_of(other_low, other_high);
    door.kind = kind;
    door.time =
        time <= (double)BELAY_TIME_MAX ? (uint64_t)time : BELAY_INFINITY;
    door.tag = command.tag;
    return door_submit(BELAY_OP_WAIT);
}

/* RUN, SETTLE, RETURN, LIFE or STREAM_TAKE, which need nothing but these. */
EXPORT(uint32_t, belay_wasm_do,
       (uint32_t op, uint32_t low, uint32_t high, uint32_t count)) {
    door.pid = pid_of(low, high);
    door.other = door.pid;
    door.count = count;
    return door_submit((belay_op)op);
}

/* now: ms, whole and not negative; anything else is a bad argument. */
EXPORT(uint32_t, belay_wasm_advance, (double now)) {
    if (!(now >= 0.0 && now <= (double)BELAY_TIME_MAX)) {
        return BELAY_BAD_ARGUMENT;
    }
    door.time = (uint64_t)now;
    return door_submit(BELAY_OP_ADVANCE);
}

EXPORT(belay_process_info *, belay_wasm_info, (void)) {
    return &process_info;
}

EXPORT(uint32_t, belay_wasm_inspect, (uint32_t index)) {
    return belay_inspect(kernel, index, &process_info);
}

EXPORT(uint32_t, belay_wasm_info_of, (void)) {
    return belay_info(kernel, command.pid, &process_info);
}

EXPORT(belay_stream_info *, belay_wasm_stream_info, (void)) {
    return &stream_info;
}

EXPORT(uint32_t, belay_wasm_inspect_stream, (uint32_t index)) {
    return belay_inspect_stream(kernel, index, &stream_info);
}

EXPORT(belay_child_info *, belay_wasm_child_info, (void)) {
    return &child_info;
}

/* Of the supervisor command.pid. */
EXPORT(uint32_t, belay_wasm_inspect_child, (uint32_t at)) {
    return belay_inspect_child(kernel, command.pid, at, &child_info);
}

EXPORT(uint32_t, belay_wasm_root_lo, (void)) {
    return (uint32_t)belay_root(kernel);
}

EXPORT(uint32_t, belay_wasm_root_hi, (void)) {
    return (uint32_t)(belay_root(kernel) >> 32);
}

#ifdef BELAY_WASM_CHECKS /* only in a module for tests */

EXPORT(uint32_t *, belay_wasm_digest, (void)) {
    uint64_t digest = belay_digest(kernel);
    digest_words[0] = (uint32_t)digest;
    digest_words[1] = (uint32_t)(digest >> 32);
    return digest_words;
}

EXPORT(uint32_t, belay_wasm_check, (void)) {
    return belay_check(kernel);
}

#endif
