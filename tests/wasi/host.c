/* host.c - a WASI host without JavaScript: as much of it as belay.wasm asks
 * for, around the C that wasm2c (wabt 1.0.32) makes of it.
 *
 *   wasm2c -n belay belay.wasm -o belay_w2c.c
 *   cc host.c belay_w2c.c .../wasm-rt-impl.c
 *
 * The layouts are those of WASI's preview 1. Each function gives its errno.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SUCCESS 0u
#define EBADF_WASI 8u
#define EINVAL_WASI 28u
#define ESPIPE_WASI 70u
#define TRAPPED 134 /* as when a program aborts on POSIX */
#define NANOSECONDS 1000000000u

typedef struct Z_wasi_snapshot_preview1_instance_t {
    uint32_t argc;
    char **argv;
} wasi_host;

typedef struct host_memory {
    uint8_t *data;
    uint32_t size;
} host_memory;

static host_memory (*memory_now)(void);

/* The memory of the program from there on, for so many bytes. */
static uint8_t *at(uint32_t address, uint32_t size) {
    const host_memory memory = memory_now();
    if (address > memory.size || size > memory.size - address) {
        (void)fprintf(stderr, "host: %u bytes at %u are not there\n", size,
                      address);
        exit(TRAPPED);
    }
    return memory.data + address;
}

static uint32_t read32(uint32_t address) {
    uint32_t value = 0;
    memcpy(&value, at(address, sizeof(value)), sizeof(value));
    return value;
}

static uint64_t read64(uint32_t address) {
    uint64_t value = 0;
    memcpy(&value, at(address, sizeof(value)), sizeof(value));
    return value;
}

static void write32(uint32_t address, uint32_t value) {
    memcpy(at(address, sizeof(value)), &value, sizeof(value));
}

static void write64(uint32_t address, uint64_t value) {
    memcpy(at(address, sizeof(value)), &value, sizeof(value));
}

/* ---- Arguments -------------------------------------------------------- */

#define WASI(name) Z_wasi_snapshot_preview1Z_##name

uint32_t WASI(args_sizes_get)(wasi_host *host, uint32_t count,
                              uint32_t bytes);
uint32_t WASI(args_sizes_get)(wasi_host *host, uint32_t count,
                              uint32_t bytes) {
    size_t size = 0;
    for (uint32_t i = 0; i < host->argc; i++) {
        size += strlen(host->argv[i]) + 1;
    }
    write32(count, host->argc);
    write32(bytes, (uint32_t)size);
    return SUCCESS;
}

uint32_t WASI(args_get)(wasi_host *host, uint32_t list, uint32_t texts);
uint32_t WASI(args_get)(wasi_host *host, uint32_t list, uint32_t texts) {
    for (uint32_t i = 0; i < host->argc; i++) {
        const uint32_t size = (uint32_t)strlen(host->argv[i]) + 1;
        write32(list + i * 4, texts);
        memcpy(at(texts, size), host->argv[i], size);
        texts += size;
    }
    return SUCCESS;
}

/* ---- Files: stdout and stderr ----------------------------------------- */

uint32_t WASI(fd_write)(wasi_host *host, uint32_t file, uint32_t parts,
                        uint32_t count, uint32_t written);
uint32_t WASI(fd_write)(wasi_host *host, uint32_t file, uint32_t parts,
                        uint32_t count, uint32_t written) {
    (void)host;
    if (file != 1 && file != 2) {
        return EBADF_WASI;
    }
    FILE *out = file == 1 ? stdout : stderr;
    uint32_t sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t size = read32(parts + i * 8 + 4);
        sum +=
            (uint32_t)fwrite(at(read32(parts + i * 8), size), 1, size, out);
    }
    write32(written, sum);
    return SUCCESS;
}

uint32_t WASI(fd_fdstat_get)(wasi_host *host, uint32_t file, uint32_t out);
uint32_t WASI(fd_fdstat_get)(wasi_host *host, uint32_t file, uint32_t out) {
    (void)host;
    if (file > 2) {
        return EBADF_WASI;
    }
    memset(at(out, 24), 0, 24);
    *at(out, 1) = 2; /* a character device */
    return SUCCESS;
}

uint32_t WASI(fd_seek)(wasi_host *host, uint32_t file, uint64_t offset,
                       uint32_t whence, uint32_t out);
uint32_t WASI(fd_seek)(wasi_host *host, uint32_t file, uint64_t offset,
                       uint32_t whence, uint32_t out) {
    (void)host;
    (void)file;
    (void)offset;
    (void)whence;
    (void)out;
    return ESPIPE_WASI;
}

uint32_t WASI(fd_close)(wasi_host *host, uint32_t file);
uint32_t WASI(fd_close)(wasi_host *host, uint32_t file) {
    (void)host;
    return file > 2 ? EBADF_WASI : SUCCESS;
}

void WASI(proc_exit)(wasi_host *host, uint32_t code);
void WASI(proc_exit)(wasi_host *host, uint32_t code) {
    (void)host;
    exit((int)code);
}

/* ---- Time ------------------------------------------------------------- */

static uint64_t nanoseconds(void) {
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NANOSECONDS + (uint64_t)now.tv_nsec;
}

uint32_t WASI(clock_time_get)(wasi_host *host, uint32_t clock,
                              uint64_t precision, uint32_t out);
uint32_t WASI(clock_time_get)(wasi_host *host, uint32_t clock,
                              uint64_t precision, uint32_t out) {
    (void)host;
    (void)clock;
    (void)precision;
    write64(out, nanoseconds());
    return SUCCESS;
}

/* Only one thing to wait for: a time from now, or one of the clock. */
uint32_t WASI(poll_oneoff)(wasi_host *host, uint32_t wishes, uint32_t events,
                           uint32_t count, uint32_t out);
uint32_t WASI(poll_oneoff)(wasi_host *host, uint32_t wishes, uint32_t events,
                           uint32_t count, uint32_t out) {
    (void)host;
    const int is_clock = count == 1 && *at(wishes + 8, 1) == 0;
    if (!is_clock) {
        return EINVAL_WASI;
    }
    uint64_t rest = read64(wishes + 24);
    const int is_absolute = (*at(wishes + 40, 1) & 1) != 0;
    if (is_absolute) {
        const uint64_t now = nanoseconds();
        rest = rest > now ? rest - now : 0;
    }
    const struct timespec time = {
        .tv_sec = (time_t)(rest / NANOSECONDS),
        .tv_nsec = (long)(rest % NANOSECONDS),
    };
    (void)nanosleep(&time, NULL);
    memset(at(events, 32), 0, 32);
    write64(events, read64(wishes)); /* the user's number */
    write32(out, 1);
    return SUCCESS;
}

/* ---- The program ------------------------------------------------------- */

#if __has_include("belay_w2c.h")
#include "belay_w2c.h"
#include "wasm-rt-impl.h"

static Z_belay_instance_t belay;

static host_memory belay_memory(void) {
    const wasm_rt_memory_t *memory = Z_belayZ_memory(&belay);
    const host_memory now = {memory->data, memory->size};
    return now;
}

int main(int argc, char **argv) {
    static wasi_host host;
    host = (wasi_host){(uint32_t)argc, argv};
    memory_now = belay_memory;
    wasm_rt_init();
    Z_belay_init_module();
    const wasm_rt_trap_t trap = wasm_rt_impl_try();
    if (trap != WASM_RT_TRAP_NONE) {
        (void)fprintf(stderr, "host: %s\n", wasm_rt_strerror(trap));
        return TRAPPED;
    }
    Z_belay_instantiate(&belay, &host);
    Z_belayZ__start(&belay);
    return 0;
}
#endif
