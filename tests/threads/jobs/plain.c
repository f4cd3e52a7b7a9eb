/* Jobs of the tests: values in and out, time, progress, stopping. */
#include <string.h>

#include "belay.h"
#include "belay_jobs.h"

BELAY_JOB(add, "number, number? -> number") {
    (void)context;
    double second = count > 1 && arguments[1].type == BELAY_TYPE_NUMBER
                        ? arguments[1].number
                        : 0;
    return belay_number(arguments[0].number + second);
}

BELAY_JOB(add_integers, "integer, integer -> integer") {
    (void)context;
    (void)count;
    return belay_integer(arguments[0].integer + arguments[1].integer);
}

/* Whatever it is given, as it is. */
BELAY_JOB(echo, "any -> any") {
    (void)context;
    return count == 0 ? belay_none() : arguments[0];
}

BELAY_JOB(how_many, "any... -> number") {
    (void)context;
    (void)arguments;
    return belay_number((double)count);
}

BELAY_JOB(shout, "string -> string") {
    (void)count;
    belay_value text = belay_none();
    if (belay_value_copy(context, arguments[0], &text) != BELAY_OK) {
        return belay_fail(context, BELAY_NO_MEMORY, "no memory");
    }
    char *at = (char *)text.data;
    for (size_t i = 0; i < text.size; i++) {
        if (at[i] >= 'a' && at[i] <= 'z') {
            at[i] = (char)(at[i] - 'a' + 'A');
        }
    }
    return text;
}

BELAY_JOB(sum, "Float64Array -> number") {
    (void)context;
    (void)count;
    const double *at = arguments[0].data;
    double total = 0;
    for (size_t i = 0; i < arguments[0].size / sizeof(double); i++) {
        total += at[i];
    }
    return belay_number(total);
}

/* Doubles each number in place, and gives the same memory on. */
BELAY_JOB(twice_in_place, "Float64Array -> Float64Array") {
    (void)context;
    (void)count;
    double *at = arguments[0].data;
    for (size_t i = 0; i < arguments[0].size / sizeof(double); i++) {
        at[i] *= 2;
    }
    return belay_shared(arguments[0]);
}

/* struct point { int32_t x @0; int32_t y @4; double weight @8; } */
typedef struct point {
    int32_t x;
    int32_t y;
    double weight;
} point;

BELAY_JOB(mirror, "bytes -> bytes") {
    (void)count;
    if (arguments[0].size != sizeof(point)) {
        return belay_fail(context, 22, "not a point");
    }
    static _Thread_local point mirrored;
    memcpy(&mirrored, arguments[0].data, sizeof(mirrored));
    mirrored.x = -mirrored.x;
    mirrored.weight /= 2;
    return belay_array(BELAY_ELEMENT_UINT8, &mirrored, sizeof(mirrored));
}

static uint32_t is_prime(uint32_t number) {
    for (uint32_t i = 2; i * i <= number; i++) {
        if (number % i == 0) {
            return 0;
        }
    }
    return 1;
}

BELAY_JOB(count_primes, "number -> number") {
    (void)count;
    uint32_t found = 0;
    for (uint32_t i = 2; i < (uint32_t)arguments[0].number; i++) {
        if (i % 256 == 0 && belay_cancelled(context)) {
            break;
        }
        found += is_prime(i);
    }
    return belay_number(found);
}

/* The most of these that were at work at once while this one was. */
BELAY_JOB(how_many_work, "number -> number") {
    static _Atomic uint32_t working;
    uint32_t most = ++working;
    for (uint32_t i = 2; i < (uint32_t)arguments[0].number; i++) {
        (void)is_prime(i);
        uint32_t now = working;
        most = now > most ? now : most;
    }
    working--;
    (void)context;
    (void)count;
    return belay_number(most);
}

BELAY_JOB(pause, "number -> number") {
    (void)count;
    belay_report(context, belay_none());
    belay_code code = belay_sleep(context, (uint64_t)arguments[0].number);
    return belay_number(code);
}

BELAY_JOB(progress, "number -> string") {
    (void)count;
    for (uint32_t i = 0; i < (uint32_t)arguments[0].number; i++) {
        belay_report(context, belay_number(i));
    }
    return belay_string("done");
}

/* Reports an array of each of these sizes, and gives one as the last; the
 * bytes are the array's place. */
BELAY_JOB(tell_sizes, "Int32Array -> Uint8Array") {
    (void)count;
    const int32_t *sizes = arguments[0].data;
    size_t places = arguments[0].size / sizeof(*sizes);
    belay_value value = belay_none();
    for (size_t place = 0; place < places; place++) {
        belay_value_free(context, &value);
        belay_code code = belay_value_allocate(context, BELAY_TYPE_ARRAY,
                                               BELAY_ELEMENT_UINT8,
                                               (size_t)sizes[place], &value);
        if (code != BELAY_OK) {
            return belay_fail(context, (int32_t)code, "no memory");
        }
        memset((void *)value.data, (int)place, value.size);
        belay_report(context, value);
    }
    return value;
}

/* Until it is told to stop; sets a flag in shared memory when it has. */
BELAY_JOB(until_cancelled, "Int32Array?") {
    belay_report(context, belay_none());
    while (!belay_cancelled(context)) {
    }
    if (count > 0 && arguments[0].type == BELAY_TYPE_ARRAY) {
        *(volatile int32_t *)arguments[0].data = 1;
    }
    return belay_none();
}

BELAY_JOB(fail, "integer, string") {
    (void)count;
    return belay_fail(context, (int32_t)arguments[0].integer,
                      arguments[1].string);
}

BELAY_JOB(leave, "integer") {
    (void)count;
    return belay_exit(context, (uint32_t)arguments[0].integer);
}

BELAY_JOB(give_pointer, "") {
    (void)arguments;
    (void)count;
    return belay_pointer(context);
}

/* More than there is. */
BELAY_JOB(too_much, "") {
    (void)arguments;
    (void)count;
    belay_value value = belay_none();
    for (;;) {
        if (belay_value_allocate(context, BELAY_TYPE_ARRAY,
                                 BELAY_ELEMENT_UINT8, 256u << 20,
                                 &value) != BELAY_OK) {
            return belay_fail(context, BELAY_NO_MEMORY, "no memory");
        }
        if (belay_cancelled(context)) {
            return belay_none();
        }
    }
}
