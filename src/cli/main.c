/* main.c - the program `belay`: the lesson's examples, and the simulator. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

#ifndef BELAY_CLI_VERSION /* the build's */
#define BELAY_CLI_VERSION "of unknown version"
#endif

#ifdef BELAY_PORT_FIBERS
#define JOBS_RUN "jobs take turns on one thread"
#else
#define JOBS_RUN "jobs run on threads of the system"
#endif

static int cli_version(int count, char **words);
static int cli_help(int count, char **words);

static const cli_command commands[] = {
    {
        "list",
        "list                 shows the examples",
        "usage: belay list\n"
        "\n"
        "Shows the lesson's examples, each with what it is about.\n",
        cli_list,
    },
    {
        "run",
        "run <example>...     runs examples, one after the other",
        "usage: belay run [--virtual] <example>...\n"
        "       belay run [--virtual] --all\n"
        "\n"
        "Runs examples of the lesson, by their names or by the beginning of\n"
        "a name.\n"
        "\n"
        "  --all      all of them\n"
        "  --virtual  on a clock that jumps to the next thing to happen: no\n"
        "             time passes, and each run is the same. Only where "
        "jobs\n"
        "             take turns on one thread ('belay version' says).\n",
        cli_run,
    },
    {
        "sim",
        "sim                  plays random commands to the kernel and a "
        "model",
        "usage: belay sim [--seed N] [--seeds K] [--each]\n"
        "\n"
        "Gives the kernel random commands, all drawn from a seed, and\n"
        "compares what it does with a plain model of it. The digest is over\n"
        "all commands, answers, events and states: it is the same for the\n"
        "same seeds in every build.\n"
        "\n"
        "  --seed N   the first seed; 1\n"
        "  --seeds K  how many, counting up from it; 1\n"
        "  --each     a line for each of them\n",
        cli_sim,
    },
    {
        "version",
        "version              says which version this is, and how it runs "
        "jobs",
        "usage: belay version\n"
        "\n"
        "Says which version this is, and how it runs jobs.\n",
        cli_version,
    },
    {
        "help",
        "help [command]       explains a command",
        "usage: belay help [command]\n"
        "\n"
        "Explains a command, or shows all of them.\n",
        cli_help,
    },
    {NULL, NULL, NULL, NULL},
};

static const char *command_name(uint32_t index) {
    return commands[index].name;
}

static const cli_command *command_of(const char *word) {
    for (const cli_command *at = commands; at->name != NULL; at++) {
        if (strcmp(at->name, word) == 0) {
            return at;
        }
    }
    return NULL;
}

static void print_overview(FILE *out) {
    (void)fprintf(out, "belay - Elixir's tasks in C: the lesson's examples, "
                       "and the simulator\n"
                       "\n"
                       "usage: belay <command> [options]\n"
                       "\n");
    for (const cli_command *at = commands; at->name != NULL; at++) {
        (void)fprintf(out, "  %s\n", at->summary);
    }
    (void)fprintf(out, "\n"
                       "Exit codes: 0, all is well; 1, an example or a seed "
                       "failed; 2, it was\n"
                       "called in a wrong way.\n");
}

static int unknown_command(const char *word) {
    return cli_unknown("belay: there is no command", word, command_name,
                       "belay help");
}

static int cli_version(int count, char **words) {
    if (count > 0) {
        return cli_misused("version", "it does not take", words[0]);
    }
    printf("belay " BELAY_CLI_VERSION "; " JOBS_RUN "\n");
    return CLI_OK;
}

static int cli_help(int count, char **words) {
    if (count == 0) {
        print_overview(stdout);
        return CLI_OK;
    }
    const cli_command *command = command_of(words[0]);
    if (command == NULL) {
        return unknown_command(words[0]);
    }
    printf("%s", command->help);
    return CLI_OK;
}

static int asks_for_help(const char *word) {
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        print_overview(stderr);
        return CLI_USAGE;
    }
    if (asks_for_help(argv[1])) {
        return cli_help(0, NULL);
    }
    if (strcmp(argv[1], "--version") == 0) {
        return cli_version(0, NULL);
    }
    const cli_command *command = command_of(argv[1]);
    if (command == NULL) {
        return unknown_command(argv[1]);
    }
    for (int i = 2; i < argc; i++) {
        if (asks_for_help(argv[i])) {
            return cli_help(1, &argv[1]);
        }
    }
    return command->run(argc - 2, argv + 2);
}
