/* text.c - names and texts of the numbers in belay.h. */
#include "kernel/kernel.h"

const char *belay_code_name(uint32_t code) {
    switch (code) {
#define X(name, number, text)                                                \
    case number:                                                             \
        return #name;
        BELAY_CODES(X)
        BELAY_RUNTIME_CODES(X)
#undef X
    default:
        return "?";
    }
}

const char *belay_code_text(uint32_t code) {
    switch (code) {
#define X(name, number, text)                                                \
    case number:                                                             \
        return text;
        BELAY_CODES(X)
        BELAY_RUNTIME_CODES(X)
#undef X
    default:
        return "?";
    }
}

const char *belay_reason_text(uint32_t reason) {
    switch (reason) {
#define X(name, number, text)                                                \
    case number:                                                             \
        return text;
        BELAY_REASONS(X)
#undef X
    default:
        return reason < BELAY_REASON_HOST ? "?" : "failure";
    }
}

const char *belay_event_name(uint32_t kind) {
    switch (kind) {
#define X(name, number, text)                                                \
    case number:                                                             \
        return text;
        BELAY_EVENTS(X)
#undef X
    default:
        return "?";
    }
}

const char *belay_command_name(uint32_t op) {
    switch (op) {
#define X(name, number, handler, text)                                       \
    case number:                                                             \
        return text;
        BELAY_COMMANDS(X)
#undef X
    default:
        return "?";
    }
}
