/* messages.c - links, monitors, exit signals, and the mailbox they fill. */
#include "runtime/runtime.h"

#include <string.h>

/* A message that waits for belay_receive. */
struct belay__letter {
    belay__letter *next;
    belay_message_kind kind;
    belay_pid pid;
    uint64_t reference; /* a monitor's; later than that, 0 */
    belay__why why;
};

static void letter_free(belay_runtime *runtime, belay__letter *letter) {
    belay__why_drop(runtime, &letter->why);
    belay__give(runtime, letter, sizeof(*letter));
}

void belay__letters_free(belay_runtime *runtime, belay__more *more) {
    while (more->first != NULL) {
        belay__letter *letter = more->first;
        more->first = letter->next;
        letter_free(runtime, letter);
    }
    more->last = NULL;
}

void belay__letter_add(belay_runtime *runtime, const belay_event *event) {
    (void)runtime;
    (void)event;
}

int belay_alive(belay_context *context, belay_pid pid) {
    belay_process_info info = {0};
    return belay_process_look(context, pid, &info) == BELAY_OK;
}

belay_code belay_process_look(belay_context *context, belay_pid pid,
                              belay_process_info *out) {
    belay_runtime *runtime = context->runtime;
    belay__port_lock(&runtime->lock);
    belay_code code = belay_info(runtime->kernel, pid, out);
    belay__leave(runtime);
    return code;
}
