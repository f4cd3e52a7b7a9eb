/* What the kernel costs in C, with few and with many tasks alive. Prints one
 * line of JSON: nanoseconds of processor time per operation, and bytes.
 *
 *   native <live> <repetitions> [operation]
 */
#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "operations.h"

static double processor_ns(void) {
    struct timespec time;
    host_expect(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0, "clock");
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Tasks that run, each with a timer of its own. */
static void fill(bench_host *host, uint32_t live) {
    for (uint32_t i = 0; i < live; i++) {
        belay_pid pid = operation_task(host);
        const belay_command sleep = {
            .op = BELAY_OP_WAIT,
            .kind = BELAY_WAIT_SLEEP,
            .pid = pid,
            .time = 1000000000ull + i,
        };
        (void)host_do(host, &sleep);
    }
    host_advance(host);
}

static double time_operation(const operation *one, uint32_t live,
                             uint32_t count) {
    bench_host host;
    host_open(&host);
    fill(&host, live);
    if (one->prepare != NULL) {
        one->prepare(&host);
    }
    one->repeat(&host, count / 10 / HOST_BATCH * HOST_BATCH + HOST_BATCH);
    double before = processor_ns();
    one->repeat(&host, count);
    double after = processor_ns();
    host_close(&host);
    return (after - before) / (double)count;
}

/* What one more task takes: waiting to start, then running, then with an
 * await that has a timeout. */
static void print_bytes(uint32_t count) {
    belay_pid *pids = calloc(count, sizeof *pids);
    if (pids == NULL) {
        host_expect(0, "memory");
        return;
    }
    bench_host host;
    host_open(&host);
    const belay_view *view = belay_look(host.kernel);
    double before = (double)view->bytes;
    for (uint32_t i = 0; i < count; i++) {
        const belay_command spawn = {
            .op = BELAY_OP_SPAWN,
            .pid = host.root,
            .flags = BELAY_FLAG_LINK,
        };
        pids[i] = host_do(&host, &spawn)->pid;
    }
    double waiting = ((double)view->bytes - before) / (double)count;
    for (uint32_t i = 0; i < count; i++) {
        const belay_command await = {
            .op = BELAY_OP_WAIT,
            .kind = BELAY_WAIT_AWAIT,
            .pid = host.root,
            .other = pids[i],
            .time = 5000,
        };
        (void)host_do(&host, &await);
    }
    host_advance(&host);
    double awaited = ((double)view->bytes - before) / (double)count;
    (void)printf("\"bytes_waiting\": %.1f, \"bytes_awaited\": %.1f", waiting,
                 awaited);
    host_close(&host);
    free(pids);
}

int main(int argc, char **argv) {
    if (argc < 3) {
        (void)fprintf(stderr, "usage: native <live> <count> [operation]\n");
        return 2;
    }
    uint32_t live = (uint32_t)strtoul(argv[1], NULL, 10);
    uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
    count = (count + HOST_BATCH - 1) / HOST_BATCH * HOST_BATCH;
    (void)printf("{\"live\": %u, ", live);
    for (const operation *one = operations; one->name != NULL; one++) {
        if (argc < 4 || strcmp(argv[3], one->name) == 0) {
            double ns = time_operation(one, live, count);
            (void)printf("\"%s\": %.2f, ", one->name, ns);
        }
    }
    print_bytes(live);
    (void)printf("}\n");
    return 0;
}
