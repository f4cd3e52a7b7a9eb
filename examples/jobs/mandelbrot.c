/* One line of a picture of the Mandelbrot set. */
#include "belay_jobs.h"

#define TURNS_MAX 200u

static uint8_t turns_at(double x, double y) {
    double real = 0;
    double imaginary = 0;
    uint32_t turns = 0;
    while (turns < TURNS_MAX && real * real + imaginary * imaginary < 4) {
        const double next = real * real - imaginary * imaginary + x;
        imaginary = 2 * real * imaginary + y;
        real = next;
        turns++;
    }
    return (uint8_t)turns;
}

/* Line `line` of a picture of `width` by `height` points: a byte for each. */
BELAY_JOB(mandelbrot, "integer, integer, integer -> Uint8Array") {
    (void)count;
    const int64_t line = arguments[0].integer;
    const int64_t width = arguments[1].integer;
    const int64_t height = arguments[2].integer;
    if (width < 1 || width > 100000 || height < 1) {
        return belay_fail(context, 22, "no such picture");
    }
    belay_value points;
    if (belay_value_allocate(context, BELAY_TYPE_ARRAY, BELAY_ELEMENT_UINT8,
                             (size_t)width, &points) != BELAY_OK) {
        return belay_fail(context, BELAY_NO_MEMORY, "no memory");
    }
    uint8_t *at = points.data;
    for (int64_t i = 0; i < width; i++) {
        at[i] = turns_at(-2.2 + 3.2 * (double)i / (double)width,
                         -1.2 + 2.4 * (double)line / (double)height);
    }
    return points;
}
