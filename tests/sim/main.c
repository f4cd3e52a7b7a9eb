/* main.c - the simulator's program; scripts/sim.mjs runs it.
 *
 *   sim run <first seed> <seeds>   plays them, until one fails
 *   sim shrink <seed>              a short tape of a seed that fails
 *   sim replay '<tape>'            plays a tape and shows what happens
 *
 * `run` prints "seed n" before each seed (so that it is known which one
 * stops the program), "failed n: why" for one that fails, and at the end a
 * line of JSON. Exit code 0: all is well; 1: a difference.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

#define BLOCK 10u /* seeds per digest */

static sim_cover cover;
static sim_tape tape;

typedef const char *(*name_of)(uint32_t number);

static void print_counts(const char *title, const uint64_t *counts,
                         name_of name, const uint32_t *numbers,
                         uint32_t count) {
    printf("%s\"%s\":{", counts == cover.done ? "" : ",", title);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = numbers == NULL ? i : numbers[i];
        const char *text = name == NULL ? NULL : name(number);
        printf("%s\"", i == 0 ? "" : ",");
        if (text == NULL) {
            printf("%" PRIu32, number);
        } else {
            printf("%s", text);
        }
        printf("\":%" PRIu64, counts[number]);
    }
    printf("}");
}

#define X(name, number, ...) number,
static const uint32_t commands[] = {BELAY_COMMANDS(X)};
static const uint32_t codes[] = {BELAY_CODES(X)};
static const uint32_t events[] = {BELAY_EVENTS(X)};
#undef X
static const uint32_t items[] = {BELAY_OUTCOME_OK, BELAY_OUTCOME_EXIT,
                                 BELAY_OUTCOME_TIMEOUT};

#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof *(list)))

static void print_cover(void) {
    print_counts("commands done", cover.done, belay_command_name, commands,
                 COUNT(commands));
    print_counts("commands refused", cover.refused, belay_command_name,
                 commands, COUNT(commands));
    print_counts("codes", cover.codes, belay_code_name, codes, COUNT(codes));
    print_counts("events", cover.events, belay_event_name, events,
                 COUNT(events));
    print_counts("outcomes of waits", cover.outcomes, NULL, NULL,
                 BELAY_OUTCOME_FAILED + 1);
    print_counts("outcomes of items", cover.item_outcomes, NULL, items,
                 COUNT(items));
    print_counts("ends of streams", cover.closed, NULL, NULL,
                 BELAY_CLOSED_NOPROC + 1);
    print_counts("reports", cover.reports, NULL, NULL,
                 BELAY_REPORT_INTENSITY + 1);
    const uint64_t rare[] = {cover.steps, cover.starved, cover.cycled,
                             cover.answered};
    print_counts("steps, refused allocations, cycled items, answered ends",
                 rare, NULL, NULL, COUNT(rare));
}

static int run(uint64_t first, uint64_t seeds) {
    sim_played played = {0};
    uint64_t command_sum = 0;
    uint64_t event_sum = 0;
    uint64_t block = 0;
    uint64_t *blocks = calloc((size_t)(seeds / BLOCK) + 1, sizeof *blocks);
    if (blocks == NULL) {
        return 1;
    }
    for (uint64_t i = 0; i < seeds; i++) {
        printf("seed %" PRIu64 "\n", first + i);
        (void)fflush(stdout);
        if (play_seed(first + i, &cover, &played)) {
            printf("failed %" PRIu64 ": %s\n", first + i, played.complaint);
            free(blocks);
            return 1;
        }
        command_sum += played.commands;
        event_sum += played.events;
        block = sim_digest(block, played.hash);
        blocks[i / BLOCK] = block;
        block = (i + 1) % BLOCK == 0 ? 0 : block;
    }
    printf("{\"first\":%" PRIu64 ",\"seeds\":%" PRIu64
           ",\"commands\":%" PRIu64 ",\"events\":%" PRIu64 ",\"blocks\":[",
           first, seeds, command_sum, event_sum);
    for (uint64_t i = 0; i < (seeds + BLOCK - 1) / BLOCK; i++) {
        printf("%s\"%016" PRIx64 "\"", i == 0 ? "" : ",", blocks[i]);
    }
    printf("],\"counts\":{");
    print_cover();
    printf("}}\n");
    free(blocks);
    return 0;
}

/* ---- One tape --------------------------------------------------------- */

static int replay(void) {
    char complaint[SIM_COMPLAINT_MAX];
    (void)setvbuf(stdout, NULL, _IONBF, 0); /* it may stop the program */
    int failed = play_tape(&tape, 1, complaint, sizeof complaint);
    printf("%s\n", failed ? complaint : "no difference");
    return failed;
}

#if !defined(__wasm__)
static void print_tape(void) {
    char line[1000];
    (void)tape_write_limits(line, sizeof line, &tape);
    printf("%s", line);
    for (uint32_t i = 0; i < tape.count; i++) {
        (void)tape_write_step(line, sizeof line, &tape.steps[i]);
        printf("; %s", line);
    }
    printf("\n");
}

static int shrink_seed(uint64_t seed) {
    if (!tape_of_seed(seed, &tape)) {
        printf("the seed's tape cannot be read\n");
        return 1;
    }
    uint32_t count = tape.count;
    shrink(&tape);
    printf("steps %" PRIu32 " of %" PRIu32 "\nreplay ", tape.count, count);
    print_tape();
    (void)fflush(stdout);
    return replay();
}
#endif

int main(int argc, char **argv) {
    if (argc == 4 && strcmp(argv[1], "run") == 0) {
        return run(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    }
    if (argc == 3 && strcmp(argv[1], "replay") == 0) {
        if (!tape_read(&tape, argv[2])) {
            printf("the tape cannot be read\n");
            return 2;
        }
        return replay();
    }
#if !defined(__wasm__)
    if (argc == 3 && strcmp(argv[1], "shrink") == 0) {
        return shrink_seed(strtoull(argv[2], NULL, 10));
    }
#endif
    printf(
        "usage: sim run <first> <seeds> | shrink <seed> | replay <tape>\n");
    return 2;
}
