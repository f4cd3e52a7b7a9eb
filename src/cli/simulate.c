/* simulate.c - belay sim: the kernel and its model play seeds. */
#include <inttypes.h>
#include <stdio.h>

#include "../../tests/sim/sim.h"
#include "cli/command.h"

typedef struct sim_wish {
    uint64_t first;
    uint64_t count;
    int each;
} sim_wish;

typedef struct sim_total {
    uint64_t commands;
    uint64_t events;
    uint64_t digest;
} sim_total;

static int read_number(const char *option, const char *text, uint64_t *out) {
    char what[80];
    if (text != NULL && cli_number(text, out)) {
        return CLI_OK;
    }
    (void)snprintf(what, sizeof(what),
                   "%s takes a whole number below 2^64, not%s", option,
                   text == NULL ? " nothing" : "");
    return cli_misused("sim", what, text);
}

/* CLI_OK, or what is wrong has been said. */
static int read_wish(int count, char **words, sim_wish *wish) {
    int code = CLI_OK;
    for (int at = 0; at < count && code == CLI_OK; at++) {
        const char *value = NULL;
        if (cli_is_option("--each", count, words, &at, NULL)) {
            wish->each = 1;
        } else if (cli_is_option("--seed", count, words, &at, &value)) {
            code = read_number("--seed", value, &wish->first);
        } else if (cli_is_option("--seeds", count, words, &at, &value)) {
            code = read_number("--seeds", value, &wish->count);
        } else {
            code = cli_misused("sim", "it does not take", words[at]);
        }
    }
    if (code == CLI_OK && wish->count == 0) {
        code = cli_misused("sim", "--seeds takes at least 1, not", "0");
    }
    if (code == CLI_OK && wish->count - 1 > UINT64_MAX - wish->first) {
        code =
            cli_misused("sim", "--seed and --seeds go beyond 2^64 - 1", NULL);
    }
    return code;
}

static int play(uint64_t seed, int each, sim_total *total) {
    sim_played played = {0};
    if (play_seed(seed, NULL, &played)) {
        printf("seed %" PRIu64 ": %s\n", seed,
               played.complaint[0] == 0 ? "no memory" : played.complaint);
        printf("npm run sim -- --seed %" PRIu64
               " --seeds 1    makes a short tape of it\n",
               seed);
        return 0;
    }
    total->commands += played.commands;
    total->events += played.events;
    total->digest = sim_digest(total->digest, played.hash);
    if (each) {
        printf("seed %" PRIu64 ": %" PRIu64 " commands, %" PRIu64
               " events, digest %016" PRIx64 "\n",
               seed, played.commands, played.events, played.hash);
    }
    return 1;
}

int cli_sim(int count, char **words) {
    sim_wish wish = {.first = 1, .count = 1};
    int code = read_wish(count, words, &wish);
    if (code != CLI_OK) {
        return code;
    }
    sim_total total = {0};
    for (uint64_t i = 0; i < wish.count; i++) {
        if (!play(wish.first + i, wish.each, &total)) {
            return CLI_FAILED;
        }
    }
    printf("%" PRIu64 " %s from %" PRIu64 " on, %" PRIu64
           " commands, %" PRIu64 " events: no difference; "
           "digest %016" PRIx64 "\n",
           wish.count, wish.count == 1 ? "seed" : "seeds", wish.first,
           total.commands, total.events, total.digest);
    return CLI_OK;
}
