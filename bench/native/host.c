#include "host.h"

#include <stdio.h>
#include <stdlib.h>

void host_expect(int condition, const char *what) {
    if (!condition) {
        (void)fprintf(stderr, "not as it must be: %s\n", what);
        exit(1);
    }
}

static void *host_allocate(void *context, void *pointer, size_t old_size,
                           size_t new_size) {
    (void)context;
    (void)old_size;
    if (new_size == 0) {
        free(pointer);
        return NULL;
    }
    return realloc(pointer, new_size);
}

void host_open(bench_host *host) {
    const belay_config config = {
        .allocate = host_allocate,
        .processes_max = 4000000,
    };
    *host = (bench_host){0};
    host_expect(belay_create(&config, &host->kernel) == BELAY_OK, "memory");
    host->root = belay_root(host->kernel);
    host->view = belay_look(host->kernel);
}

void host_close(bench_host *host) {
    belay_destroy(host->kernel);
    host->kernel = NULL;
}

static void take_events(bench_host *host) {
    const belay_event *event = belay_next_event(host->kernel);
    while (event != NULL) {
        if (event->kind == BELAY_EVENT_WAIT_DONE) {
            host->waits_done++;
        } else if (event->kind == BELAY_EVENT_ITEM) {
            host->items++;
        } else if (event->kind == BELAY_EVENT_PULL) {
            host->pulls += event->extra;
        }
        event = belay_next_event(host->kernel);
    }
}

const belay_answer *host_do(bench_host *host, const belay_command *command) {
    belay_code code = belay_submit(host->kernel, command, &host->answer);
    if (code != BELAY_OK) {
        host_expect(0, belay_code_text(code));
    }
    if (host->view->events > 0) {
        take_events(host);
    }
    while (host->view->pending) {
        host_expect(belay_step(host->kernel) == BELAY_OK, "a step");
        take_events(host);
    }
    return &host->answer;
}

void host_settle(bench_host *host, const belay_pid *pids, uint32_t count) {
    uint32_t *words = belay_words(host->kernel);
    for (uint32_t i = 0; i < count; i++) {
        words[2 * i] = (uint32_t)pids[i];
        words[2 * i + 1] = (uint32_t)(pids[i] >> 32);
    }
    const belay_command settle = {.op = BELAY_OP_SETTLE, .count = count};
    host_expect(host_do(host, &settle)->value == count, "all have settled");
}

void host_advance(bench_host *host) {
    host->now++;
    const belay_command advance = {.op = BELAY_OP_ADVANCE, .time = host->now};
    (void)host_do(host, &advance);
}
