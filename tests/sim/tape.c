/* tape.c - tapes as text, one line each.
 *
 *   limits p=8 e=64 s=1; spawn p=root g=1 f=1; run; exit p=@0 r=65
 *
 * After the limits (processes, events, slack) come the steps: the name of a
 * command, and the fields that are not zero. An operand is a number, `root`,
 * or what a step made: `@4`, the first thing of step 4, `@4.1` the second.
 * `now+500` is a time that counts from the kernel's present one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

/* ---- Writing ---------------------------------------------------------- */

typedef struct writer {
    char *out;
    size_t room;
    size_t size;
} writer;

static void put(writer *self, const char *text) {
    size_t length = strlen(text);
    if (self->size + length < self->room) {
        memcpy(self->out + self->size, text, length + 1);
        self->size += length;
    }
}

static void put_number(writer *self, const char *key, uint64_t value) {
    char text[48];
    if (value != 0) {
        (void)snprintf(text, sizeof text, " %s=%" PRIu64, key, value);
        put(self, text);
    }
}

static void put_ref(writer *self, const char *lead, sim_ref ref) {
    char text[64] = "";
    if (ref.kind == REF_ROOT) {
        (void)snprintf(text, sizeof text, "%sroot", lead);
    } else if (ref.kind == REF_NUMBER) {
        (void)snprintf(text, sizeof text, "%s%" PRIu64, lead, ref.number);
    } else if (ref.nth == 0) {
        (void)snprintf(text, sizeof text, "%s@%" PRIu32, lead, ref.label);
    } else {
        (void)snprintf(text, sizeof text, "%s@%" PRIu32 ".%" PRIu32, lead,
                       ref.label, ref.nth);
    }
    put(self, text);
}

static void put_operand(writer *self, const char *lead, sim_ref ref) {
    if (ref.kind != REF_NUMBER || ref.number != 0) {
        put_ref(self, lead, ref);
    }
}

size_t tape_write_limits(char *out, size_t room, const sim_tape *tape) {
    writer self = {.out = out, .room = room};
    out[0] = 0;
    put(&self, "limits");
    put_number(&self, "p", tape->processes_max);
    put_number(&self, "e", tape->events_max);
    put_number(&self, "s", tape->slack);
    return self.size;
}

static void put_time(writer *self, const sim_step *step) {
    char text[48];
    if (step->ahead) {
        (void)snprintf(text, sizeof text, " t=now+%" PRIu64, step->time);
        put(self, text);
    } else {
        put_number(self, "t", step->time);
    }
}

size_t tape_write_step(char *out, size_t room, const sim_step *step) {
    writer self = {.out = out, .room = room};
    out[0] = 0;
    const char *name = belay_command_name(step->op);
    char text[32];
    (void)snprintf(text, sizeof text, "op%" PRIu32, step->op);
    put(&self, name[0] == '?' ? text : name);
    put_operand(&self, " p=", step->pid);
    put_operand(&self, " o=", step->other);
    put_operand(&self, " s=", step->scope);
    put_operand(&self, " g=", step->tag);
    put_operand(&self, " r=", step->reason);
    put_number(&self, "f", step->flags);
    put_number(&self, "n", step->count);
    put_number(&self, "l", step->limit);
    put_number(&self, "k", step->kind);
    put_number(&self, "x", step->extra);
    put_time(&self, step);
    put_number(&self, "h", step->shutdown);
    for (uint32_t i = 0; i < step->word_count; i++) {
        put_ref(&self, i == 0 ? " w=" : ",", step->words[i]);
    }
    put_number(&self, "a", step->fail_at);
    if (step->take != SIM_ALL) {
        (void)snprintf(text, sizeof text, " d=%" PRIu32, step->take);
        put(&self, text);
        put_number(&self, "e", step->steps);
    }
    return self.size;
}

/* ---- Reading ---------------------------------------------------------- */

static uint32_t read_op(const char *name) {
    for (uint32_t op = 1; op < SIM_COVER_MAX; op++) {
        if (strcmp(belay_command_name(op), name) == 0) {
            return op;
        }
    }
    return strncmp(name, "op", 2) == 0 ? (uint32_t)strtoul(name + 2, NULL, 10)
                                       : 0;
}

static sim_ref read_ref(const char *text, char **end) {
    sim_ref ref = {.kind = REF_NUMBER};
    if (strncmp(text, "root", 4) == 0) {
        ref.kind = REF_ROOT;
        *end = NULL;
    } else if (text[0] == '@') {
        ref.kind = REF_MADE;
        ref.label = (uint32_t)strtoul(text + 1, end, 10);
        if (**end == '.') {
            ref.nth = (uint32_t)strtoul(*end + 1, end, 10);
        }
    } else {
        ref.number = strtoull(text, end, 10);
    }
    return ref;
}

static void read_words(sim_step *step, const char *text) {
    char *end = NULL;
    do {
        step->words[step->word_count++] = read_ref(text, &end);
        text = end != NULL && *end == ',' ? end + 1 : NULL;
    } while (text != NULL && step->word_count < SIM_WORDS_MAX);
}

static void read_time(sim_step *step, const char *text) {
    step->ahead = strncmp(text, "now+", 4) == 0;
    step->time = strtoull(step->ahead ? text + 4 : text, NULL, 10);
}

/* The field of one letter; NULL when it is none that holds a number. */
static uint32_t *number_field(sim_step *step, char key) {
    switch (key) {
    case 'f':
        return &step->flags;
    case 'n':
        return &step->count;
    case 'l':
        return &step->limit;
    case 'k':
        return &step->kind;
    case 'x':
        return &step->extra;
    case 'a':
        return &step->fail_at;
    case 'd':
        return &step->take;
    case 'e':
        return &step->steps;
    default:
        return NULL;
    }
}

static sim_ref *ref_field(sim_step *step, char key) {
    switch (key) {
    case 'p':
        return &step->pid;
    case 'o':
        return &step->other;
    case 's':
        return &step->scope;
    case 'g':
        return &step->tag;
    case 'r':
        return &step->reason;
    default:
        return NULL;
    }
}

static int read_field(sim_step *step, const char *text) {
    char *end = NULL;
    if (text[0] == 0 || text[1] != '=') {
        return 0;
    }
    uint32_t *value = number_field(step, text[0]);
    sim_ref *ref = ref_field(step, text[0]);
    if (value != NULL) {
        *value = (uint32_t)strtoul(text + 2, NULL, 10);
    } else if (ref != NULL) {
        *ref = read_ref(text + 2, &end);
    } else if (text[0] == 't') {
        read_time(step, text + 2);
    } else if (text[0] == 'h') {
        step->shutdown = strtoull(text + 2, NULL, 10);
    } else if (text[0] == 'w') {
        read_words(step, text + 2);
    } else {
        return 0;
    }
    return 1;
}

static int read_limit(sim_tape *tape, const char *text) {
    uint32_t value = text[0] != 0 && text[1] == '='
                         ? (uint32_t)strtoul(text + 2, NULL, 10)
                         : 0;
    switch (text[0]) {
    case 'p':
        tape->processes_max = value;
        return 1;
    case 'e':
        tape->events_max = value;
        return 1;
    case 's':
        tape->slack = value;
        return 1;
    default:
        return 0;
    }
}

/* The next word of a step, in `word`; where the text goes on, or NULL at the
 * end of the step. */
static const char *next_word(const char *text, char *word, size_t room) {
    size_t size = 0;
    while (*text == ' ') {
        text++;
    }
    while (*text != 0 && *text != ' ' && *text != ';' && *text != '\n') {
        if (size + 1 < room) {
            word[size++] = *text;
        }
        text++;
    }
    word[size] = 0;
    return size > 0 ? text : NULL;
}

static int read_step(sim_tape *tape, const char *text) {
    char word[256];
    const char *rest = next_word(text, word, sizeof word);
    int limits = rest != NULL && strcmp(word, "limits") == 0;
    if (rest == NULL) {
        return 1;
    }
    if (!limits && tape->count == SIM_STEPS_MAX) {
        return 0;
    }
    sim_step *step = &tape->steps[limits ? 0 : tape->count];
    *step = (sim_step){.label = tape->count, .take = SIM_ALL};
    step->op = limits ? 0 : read_op(word);
    tape->count += !limits;
    while ((rest = next_word(rest, word, sizeof word)) != NULL) {
        if (!(limits ? read_limit(tape, word) : read_field(step, word))) {
            return 0;
        }
    }
    return 1;
}

int tape_read(sim_tape *tape, const char *text) {
    tape->processes_max = 0;
    tape->events_max = 0;
    tape->slack = 0;
    tape->count = 0;
    while (text != NULL) {
        if (!read_step(tape, text)) {
            return 0;
        }
        size_t length = strcspn(text, ";\n");
        text = text[length] == 0 ? NULL : text + length + 1;
    }
    return 1;
}

/* ---- Events ----------------------------------------------------------- */

void tape_print_event(const char *lead, const belay_event *event) {
    printf("%s    %s", lead, belay_event_name(event->kind));
    if (event->tag != 0) {
        printf(" tag=%" PRIu32, event->tag);
    }
    if (event->pid != 0) {
        printf(" pid=%" PRIx64, event->pid);
    }
    if (event->other != 0) {
        printf(" other=%" PRIx64, event->other);
    }
    if (event->reason != 0) {
        const char *text = belay_reason_text(event->reason);
        printf(" reason=%" PRIu32 "%s%s", event->reason,
               text[0] == '?' ? "" : " ", text[0] == '?' ? "" : text);
    }
    if (event->extra != 0) {
        printf(" extra=%" PRIu32, event->extra);
    }
    printf("\n");
}
