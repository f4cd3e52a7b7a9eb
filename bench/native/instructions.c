/* Does one operation `count` times, for a program that counts instructions:
 *
 *   instructions <operation> <count>     without arguments: lists them
 *
 * Twice with two counts, the difference is what the operation itself takes.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "operations.h"

/* Tables grow at first; that is no part of an operation. */
#define WARM_UP (10 * HOST_BATCH)

int main(int argc, char **argv) {
    for (const operation *one = operations; one->name != NULL; one++) {
        if (argc < 3) {
            (void)printf("%s\n", one->name);
        } else if (strcmp(argv[1], one->name) == 0) {
            bench_host host;
            host_open(&host);
            if (one->prepare != NULL) {
                one->prepare(&host);
            }
            one->repeat(&host, WARM_UP);
            one->repeat(&host, (uint32_t)strtoul(argv[2], NULL, 10));
            host_close(&host);
            return 0;
        }
    }
    return argc < 3 ? 0 : 2;
}
