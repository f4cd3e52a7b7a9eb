/* belay_value.h - what goes into a job and comes out of it.
 *
 * A value is a number, a string, a typed array or a pointer, with its type
 * beside it; 24 bytes that C and JavaScript read in the same places.
 */
#ifndef BELAY_VALUE_H
#define BELAY_VALUE_H

#include <stddef.h>
#include <stdint.h>

typedef enum belay_type {
    BELAY_TYPE_NONE = 0,
    BELAY_TYPE_NUMBER = 1,  /* number: JavaScript's number */
    BELAY_TYPE_INTEGER = 2, /* integer: 64 bits; JavaScript's BigInt, or a
                               number where it is exact */
    BELAY_TYPE_STRING = 3,  /* string, size: UTF-8; size without the 0 that
                               follows it */
    BELAY_TYPE_ARRAY = 4,   /* data, size, element: a typed array; also a
                               struct, as bytes (see below) */
    BELAY_TYPE_POINTER = 5, /* pointer: for C alone; never crosses to
                               JavaScript */
    BELAY_TYPE_EXIT = 6     /* only what belay_exit and belay_fail give, for
                               a job to return */
} belay_type;

/* What an array is made of: the names of JavaScript's typed arrays. */
typedef enum belay_element {
    BELAY_ELEMENT_UINT8 = 0,
    BELAY_ELEMENT_INT8 = 1,
    BELAY_ELEMENT_UINT16 = 2,
    BELAY_ELEMENT_INT16 = 3,
    BELAY_ELEMENT_UINT32 = 4,
    BELAY_ELEMENT_INT32 = 5,
    BELAY_ELEMENT_UINT64 = 6,
    BELAY_ELEMENT_INT64 = 7,
    BELAY_ELEMENT_FLOAT32 = 8,
    BELAY_ELEMENT_FLOAT64 = 9,
    BELAY_ELEMENT_UINT8_CLAMPED = 10
} belay_element;

typedef enum belay_value_flag {
    /* The memory came from belay_value_allocate or belay_value_copy, and
     * whoever has the value frees it with belay_value_free. */
    BELAY_VALUE_OWNED = 1,
    /* The memory is the giver's, is not copied, and stays valid until the
     * task has ended and its value has been taken. Who writes to it while
     * another reads it takes care of that himself. */
    BELAY_VALUE_SHARED = 2
} belay_value_flag;

/* A value that goes into a job or comes out of it. 24 bytes, little-endian
 * and with the same offsets in every 32 and 64 bit build (size is as wide as
 * a pointer).
 *
 * Given as an argument, a string or array
 *   without a flag   is copied during the call, so it may be anywhere;
 *   OWNED            passes to the task, if the call succeeds;
 *   SHARED           is passed on as it is.
 * The job may read its arguments until it returns, and frees none of them;
 * it may pass them on and return them like any borrowed value.
 *
 * Returned by a job, a string or array
 *   without a flag   is copied when the job returns: it may point to static
 *                    memory or into the arguments, never to the job's stack;
 *   OWNED            passes to whoever takes the result;
 *   SHARED           is passed on as it is.
 * A result that was taken is freed by who took it: belay_value_free, which
 * does nothing to values that own no memory.
 *
 * A struct travels as an array of UINT8 that holds its bytes: fixed-width
 * fields, little-endian, each at a multiple of its own size, written down
 * field by field beside the job; so that JavaScript reads it with a
 * DataView.
 */
typedef struct belay_value {
    uint8_t type;    /* belay_type; at 0 */
    uint8_t element; /* belay_element, of an array; at 1 */
    uint16_t flags;  /* belay_value_flag; at 2 */
    uint32_t detail; /* the runtime's; at 4 */
    union {          /* at 8 */
        double number;
        int64_t integer;
        const char *string;
        void *data;
        void *pointer;
    };
    size_t size; /* bytes; at 16 */
} belay_value;

static inline belay_value belay_none(void) {
    const belay_value value = {BELAY_TYPE_NONE, 0, 0, 0, {0}, 0};
    return value;
}

static inline belay_value belay_number(double number) {
    belay_value value = belay_none();
    value.type = BELAY_TYPE_NUMBER;
    value.number = number;
    return value;
}

static inline belay_value belay_integer(int64_t integer) {
    belay_value value = belay_none();
    value.type = BELAY_TYPE_INTEGER;
    value.integer = integer;
    return value;
}

static inline belay_value belay_pointer(void *pointer) {
    belay_value value = belay_none();
    value.type = BELAY_TYPE_POINTER;
    value.pointer = pointer;
    return value;
}

/* A string that ends with 0; borrowed. */
static inline belay_value belay_string(const char *string) {
    belay_value value = belay_none();
    value.type = BELAY_TYPE_STRING;
    value.string = string;
    while (string[value.size] != 0) {
        value.size++;
    }
    return value;
}

/* An array of size bytes; borrowed. */
static inline belay_value belay_array(belay_element element, void *data,
                                      size_t size) {
    belay_value value = belay_none();
    value.type = BELAY_TYPE_ARRAY;
    value.element = (uint8_t)element;
    value.data = data;
    value.size = size;
    return value;
}

/* The same value, marked as SHARED: it is passed on without a copy. */
static inline belay_value belay_shared(belay_value value) {
    value.flags = BELAY_VALUE_SHARED;
    return value;
}

#endif
