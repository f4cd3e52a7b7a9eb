/* words.c - options, and suggestions for words that are unknown. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

#define NAME_MAX_LENGTH 63u
#define DISTANCE_MAX 2u

int cli_is_option(const char *option, int count, char **words, int *at,
                  const char **value) {
    const char *word = words[*at];
    size_t length = strlen(option);
    if (strncmp(word, option, length) != 0) {
        return 0;
    }
    if (value != NULL && word[length] == '=') {
        *value = word + length + 1;
        return 1;
    }
    if (word[length] != 0) {
        return 0;
    }
    if (value != NULL) {
        *value = *at + 1 < count ? words[++*at] : NULL;
    }
    return 1;
}

int cli_number(const char *text, uint64_t *out) {
    uint64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (number > (UINT64_MAX - digit) / 10) {
            return 0;
        }
        number = number * 10 + digit;
    }
    if (at == text || *at != 0) {
        return 0;
    }
    *out = number;
    return 1;
}

static uint32_t least(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t less = a < b ? a : b;
    return less < c ? less : c;
}

/* How many letters must be added, dropped or changed to get from one to the
 * other. */
static uint32_t distance(const char *from, const char *to) {
    uint32_t row[NAME_MAX_LENGTH + 1];
    const uint32_t length = (uint32_t)strlen(to);
    if (length > NAME_MAX_LENGTH) {
        return DISTANCE_MAX + 1;
    }
    for (uint32_t i = 0; i <= length; i++) {
        row[i] = i;
    }
    for (uint32_t line = 1; from[line - 1] != 0; line++) {
        uint32_t corner = row[0];
        row[0] = line;
        for (uint32_t i = 1; i <= length; i++) {
            uint32_t changed = corner + (from[line - 1] != to[i - 1]);
            corner = row[i];
            row[i] = least(row[i] + 1, row[i - 1] + 1, changed);
        }
    }
    return row[length];
}

/* The name that was probably meant, or NULL. */
static const char *meant_by(const char *word, cli_names names) {
    const char *nearest = NULL;
    uint32_t least_distance = DISTANCE_MAX + 1;
    for (uint32_t i = 0; names(i) != NULL; i++) {
        uint32_t own = distance(word, names(i));
        if (own < least_distance) {
            least_distance = own;
            nearest = names(i);
        }
    }
    return nearest;
}

int cli_unknown(const char *what, const char *word, cli_names names,
                const char *shows_all) {
    const char *meant = meant_by(word, names);
    (void)fprintf(stderr, "%s '%s'", what, word);
    if (meant != NULL) {
        (void)fprintf(stderr, "; did you mean '%s'?\n", meant);
    } else {
        (void)fprintf(stderr, "; '%s' shows them\n", shows_all);
    }
    return CLI_USAGE;
}

int cli_misused(const char *command, const char *what, const char *word) {
    (void)fprintf(stderr, "belay %s: %s%s%s%s\n", command, what,
                  word == NULL ? "" : " '", word == NULL ? "" : word,
                  word == NULL ? "" : "'");
    (void)fprintf(stderr, "'belay help %s' explains it\n", command);
    return CLI_USAGE;
}
