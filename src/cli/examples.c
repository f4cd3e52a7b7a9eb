/* examples.c - belay list, belay run: the lesson's examples in C.
 *
 * Each is a program of its own, examples/c/<name>.c; here its main has a
 * name of its own, and the build has made a list of them.
 */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

#ifdef BELAY_PORT_FIBERS
#include "runtime/port_fibers.h"
#endif

static const char *example_name(uint32_t index) {
    return cli_examples[index].name;
}

/* By its name, or by the beginning of just one; else NULL. */
static const cli_example *example_of(const char *word) {
    const size_t length = strlen(word);
    const cli_example *found = NULL;
    for (const cli_example *at = cli_examples; at->name != NULL; at++) {
        if (strcmp(at->name, word) == 0) {
            return at;
        }
        if (length > 0 && strncmp(at->name, word, length) == 0) {
            if (found != NULL) {
                return NULL;
            }
            found = at;
        }
    }
    return found;
}

int cli_list(int count, char **words) {
    if (count > 0) {
        return cli_misused("list", "it does not take", words[0]);
    }
    for (const cli_example *at = cli_examples; at->name != NULL; at++) {
        printf("%-20s  %s\n", at->name, at->about);
    }
    return CLI_OK;
}

static int make_clock_virtual(void) {
#ifdef BELAY_PORT_FIBERS
    belayr_port_virtual_clock();
    return CLI_OK;
#else
    return cli_misused("run",
                       "--virtual needs threads that take turns (belay_turns "
                       "or belay.wasm); here they are the system's",
                       NULL);
#endif
}

static int run_one(const cli_example *one, int titled) {
    if (titled) {
        printf("== %s: %s\n", one->name, one->about);
    }
    (void)fflush(stdout);
    const int code = one->main();
    (void)fflush(stdout);
    if (code != 0) {
        (void)fprintf(stderr, "belay run: %s failed: it returned %d\n",
                      one->name, code);
    }
    return code == 0 ? CLI_OK : CLI_FAILED;
}

/* Takes the options out and checks the names. */
static int read_run(int count, char **words, int *names, int *all) {
    for (int at = 0; at < count; at++) {
        if (cli_is_option("--all", count, words, &at, NULL)) {
            *all = 1;
        } else if (cli_is_option("--virtual", count, words, &at, NULL)) {
            int code = make_clock_virtual();
            if (code != CLI_OK) {
                return code;
            }
        } else if (words[at][0] == '-') {
            return cli_misused("run", "there is no option", words[at]);
        } else if (example_of(words[at]) == NULL) {
            return cli_unknown("belay run: there is no example", words[at],
                               example_name, "belay list");
        } else {
            words[(*names)++] = words[at];
        }
    }
    if (*names == 0 && !*all) {
        return cli_misused("run", "which example?", NULL);
    }
    if (*names > 0 && *all) {
        return cli_misused("run", "either --all or names, not", words[0]);
    }
    return CLI_OK;
}

int cli_run(int count, char **words) {
    int names = 0;
    int all = 0;
    int code = read_run(count, words, &names, &all);
    if (code != CLI_OK) {
        return code;
    }
    for (const cli_example *at = cli_examples; all && at->name != NULL;
         at++) {
        code |= run_one(at, 1);
    }
    for (int i = 0; i < names; i++) {
        code |= run_one(example_of(words[i]), names > 1);
    }
    return code;
}
