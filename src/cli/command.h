/* command.h - the program `belay`: its commands, and what they share.
 *
 *   main.c      which command; the help
 *   words.c     options, and suggestions for words that are unknown
 *   examples.c  list, run
 *   simulate.c  sim
 */
#ifndef BELAY_CLI_COMMAND_H
#define BELAY_CLI_COMMAND_H

#include <stddef.h>
#include <stdint.h>

/* What the program gives back. */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

typedef struct cli_command {
    const char *name;
    const char *summary; /* a line of the help */
    const char *help;    /* all of it */
    /* words: what follows the command's name. */
    int (*run)(int count, char **words);
} cli_command;

int cli_list(int count, char **words);
int cli_run(int count, char **words);
int cli_sim(int count, char **words);

/* One of examples/c. */
typedef struct cli_example {
    const char *name;
    const char *about;
    int (*main)(void);
} cli_example;

extern const cli_example
    cli_examples[]; /* the build's; the last has no name */

/* ---- words.c ---------------------------------------------------------- */

/* Whether the word is this option, "--seed" or "--seed=5". For a value that
 * must follow, *value is what stands behind the = or else the next word,
 * which is taken; NULL when there is none. value NULL: it has no value. */
int cli_is_option(const char *option, int count, char **words, int *at,
                  const char **value);

/* A whole number of decimal digits; 0 when it is none, or above 2^64 - 1. */
int cli_number(const char *text, uint64_t *out);

typedef const char *(*cli_names)(uint32_t index); /* NULL after the last */

/* Says that there is no such word, and which of the names was probably
 * meant, or what shows them all; gives CLI_USAGE. */
int cli_unknown(const char *what, const char *word, cli_names names,
                const char *shows_all);

/* Says what is wrong with the use of a command; gives CLI_USAGE. */
int cli_misused(const char *command, const char *what, const char *word);

#endif
