/* tables.c - the tables of belay.h, in a module of their own.
 *
 * The build reads them out of it to make JavaScript lists of them, so that
 * belay.h is the one source. They are no part of the kernel's module, which
 * has no use for names.
 */
#include <stddef.h>

#include "belay.h"

static struct {
    uint32_t number;
    const char *name;
    const char *text;
} row;

enum { TABLE_CODES, TABLE_REASONS, TABLE_EVENTS, TABLE_COMMANDS };

static const struct {
    uint32_t table;
    uint32_t number;
    const char *name;
    const char *text;
} rows[] = {
#define X(name, number, text) {TABLE_CODES, number, #name, text},
    BELAY_CODES(X)
#undef X
#define X(name, number, text) {TABLE_REASONS, number, #name, text},
        BELAY_REASONS(X)
#undef X
#define X(name, number, text) {TABLE_EVENTS, number, #name, text},
            BELAY_EVENTS(X)
#undef X
#define X(name, number, handler, text) {TABLE_COMMANDS, number, #name, text},
                BELAY_COMMANDS(X)
#undef X
};

/* The index-th row of a table; 0 past its end. */
const void *belay_wasm_table(uint32_t table, uint32_t index);
__attribute__((export_name("belay_wasm_table"), used)) const void *
belay_wasm_table(uint32_t table, uint32_t index) {
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].table == table && index-- == 0) {
            row.number = rows[i].number;
            row.name = rows[i].name;
            row.text = rows[i].text;
            return &row;
        }
    }
    return NULL;
}
