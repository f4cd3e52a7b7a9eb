/* The hard cases of jobs that JavaScript starts (src/jobs) in all orders
 * (orders.h). The program's own thread does what the worker of an instance
 * does: it starts and cancels, waits until it is notified, and takes what has
 * happened; or, with `is_shown`, it also does what who works with the instance
 * does, and takes it out of shared memory. A notice that is lost leaves all
 * threads waiting for ever.
 */
#include <stdatomic.h>
#include <string.h>

#include "harness.h"
#include "jobs/jobs.h"
#include "orders.h"
#include "runtime/port.h"

#define RUNS_MAX 3u
#define FOREVER 1000000000u /* ms */

/* ---- Jobs -------------------------------------------------------------- */

BELAY_JOB(twice, "integer -> integer") {
    (void)context;
    (void)count;
    return belay_integer(2 * arguments[0].integer);
}

static void check_not_returned(const belay_context *context);

/* The same, which nobody may begin once it was told that it has returned. */
BELAY_JOB(begins, "integer -> integer") {
    check_not_returned(context);
    return twice(context, arguments, count);
}

/* The same, by a task of its own. */
BELAY_JOB(submits, "integer -> integer") {
    belay_task task;
    belay_result result;
    if (belay_async(context, twice, arguments, count, NULL, &task) !=
            BELAY_OK ||
        belay_await(context, task, 5000, &result) != BELAY_OK) {
        return belay_none();
    }
    return result.value;
}

BELAY_JOB(sleeps, "integer -> integer") {
    (void)count;
    return belay_integer(
        belay_sleep(context, (uint64_t)arguments[0].integer));
}

static uint32_t spinning; /* so many spin now */

BELAY_JOB(spins, "integer -> integer") {
    (void)count;
    spinning++;
    while (!belay_cancelled(context)) {
    }
    spinning--;
    return arguments[0];
}

/* Leaves a task that must hear of its kill, and one that lives on. */
BELAY_JOB(leaves, "integer -> integer") {
    belay_task task;
    belay_pid pid = 0;
    if (belay_async(context, spins, arguments, count, NULL, &task) !=
            BELAY_OK ||
        belay_start(context, twice, arguments, count, NULL, &pid) !=
            BELAY_OK) {
        return belay_exit(context, BELAY_REASON_SHUTDOWN);
    }
    return belay_exit(context, BELAY_REASON_TIMEOUT);
}

/* So many times; at most two reports that were not taken may wait here. */
BELAY_JOB(reports, "integer -> integer") {
    (void)count;
    for (int64_t i = 0; i < arguments[0].integer; i++) {
        belay_report(context, belay_integer(i));
    }
    return arguments[0];
}

static uint32_t index_of(belay_job job) {
    uint32_t index = 0;
    while (belay_jobs_entry(index)->job != job) {
        index++;
    }
    return index;
}

/* ---- The worker -------------------------------------------------------- */

static struct {
    port_mutex lock;
    port_condition told;
    uint32_t notices;
} door;

static int is_shown;

static void knock(void) {
    belayr_port_lock(&door.lock);
    door.notices++;
    belayr_port_wake_one(&door.told);
    belayr_port_unlock(&door.lock);
}

void belay_jobs_notify(void) {
    CHECK(!is_shown);
    knock();
}

void belay_jobs_wake(_Atomic uint32_t *word) {
    CHECK(is_shown);
    CHECK(word == &belay_jobs_show()->news);
    knock();
}

/* What was told of the last run at each place. */
typedef struct run_record {
    uint32_t number;
    uint32_t ended; /* how often */
    uint32_t returned;
    uint32_t reported;
    uint32_t code;
    uint32_t reason;
    int64_t value;
} run_record;

static run_record records[RUNS_MAX];
static uint32_t serial; /* of all runs of all orders */

static void start(uint32_t place, belay_job job, int64_t argument) {
    uint32_t number = ++serial * BELAY_JOBS_PLACES + place;
    records[place] = (run_record){.number = number};
    belay_value *arguments = belay_jobs_arguments(1);
    CHECK(arguments != NULL);
    arguments[0] = belay_integer(argument);
    CHECK_EQUAL(belay_jobs_start(number, index_of(job), 1), BELAY_OK);
}

static void cancel(uint32_t place) {
    belay_jobs_cancel(records[place].number);
}

static uint32_t abandoned_at(uint32_t number) {
    return belay_jobs_show()->abandoned[number % BELAY_JOBS_PLACES];
}

/* Each run ends once and returns once, and then nothing more is told of it. */
static void hear(const belay_jobs_message *message) {
    run_record *run = &records[message->number % BELAY_JOBS_PLACES];
    CHECK_EQUAL(message->number, run->number);
    CHECK_EQUAL(run->returned, 0);
    if (message->kinds == BELAY_JOBS_REPORT) {
        CHECK_EQUAL(message->value.integer, run->reported);
        run->reported++;
        return;
    }
    if ((message->kinds & BELAY_JOBS_ENDED) != 0) {
        CHECK_EQUAL(run->ended, 0);
        run->ended++;
        run->code = message->code;
        run->reason = message->reason;
        run->value = message->value.integer;
    }
    if ((message->kinds & BELAY_JOBS_RETURNED) != 0) {
        CHECK_EQUAL(run->ended, 1);
        CHECK_EQUAL(abandoned_at(message->number), 0);
        run->returned++;
    }
}

static void check_not_returned(const belay_context *context) {
    uint32_t place = belay_jobs_family(context) % BELAY_JOBS_PLACES;
    CHECK_EQUAL(records[place].returned, 0);
}

static void take_told(void) {
    belay_jobs_message *message = belay_jobs_take();
    while (message != NULL) {
        hear(message);
        belay_jobs_give_back(message);
        message = belay_jobs_take();
    }
}

/* The same list, the oldest first. */
static belay_jobs_message *reversed(belay_jobs_message *message) {
    belay_jobs_message *first = NULL;
    while (message != NULL) {
        belay_jobs_message *next = message->next;
        message->next = first;
        first = message;
        message = next;
    }
    return first;
}

/* Hears what has happened, and lays it back; the number of reports. */
static int take_shown(belay_jobs_shown *shown) {
    int reports = 0;
    belay_jobs_message *message =
        reversed(atomic_exchange(&shown->happened, NULL));
    while (message != NULL) {
        belay_jobs_message *next = message->next;
        reports += message->kinds == BELAY_JOBS_REPORT;
        hear(message);
        message->next = shown->taken;
        shown->taken = message;
        message = next;
    }
    return reports;
}

/* What is laid back stays until a run is started, but for reports. */
static void take_all(void) {
    if (!is_shown) {
        take_told();
        return;
    }
    if (take_shown(belay_jobs_show()) > 0) {
        belay_jobs_give_back_all();
    }
}

static int all_returned(uint32_t count) {
    for (uint32_t place = 0; place < count; place++) {
        if (records[place].returned == 0) {
            return 0;
        }
    }
    return 1;
}

/* Until the runs at the first `count` places have returned. */
static void wait_until_returned(uint32_t count) {
    while (!all_returned(count)) {
        belayr_port_lock(&door.lock);
        while (door.notices == 0) {
            belayr_port_wait(&door.told, &door.lock, PORT_NEVER);
        }
        door.notices = 0;
        belayr_port_unlock(&door.lock);
        take_all();
    }
}

static void check_value(uint32_t place, int64_t value) {
    CHECK_EQUAL(records[place].code, BELAY_OK);
    CHECK_EQUAL(records[place].value, value);
}

static void check_value_or_kill(uint32_t place, int64_t value) {
    if (records[place].code == BELAY_OK) {
        CHECK_EQUAL(records[place].value, value);
    } else {
        CHECK_EQUAL(records[place].code, BELAY_EXITED);
        CHECK_EQUAL(records[place].reason, BELAY_REASON_KILLED);
    }
}

/* ---- All orders -------------------------------------------------------- */

typedef struct scenario {
    void (*body)(void);
    uint32_t threads_max;
    int is_shown;
} scenario;

static void run_once(const void *context) {
    const scenario *what = context;
    belayr_port_mutex_open(&door.lock);
    belayr_port_condition_open(&door.told);
    door.notices = 0;
    CHECK_EQUAL(belay_jobs_open(0, what->threads_max, 0, 0, 0), BELAY_OK);
    is_shown = what->is_shown;
    if (is_shown) {
        belay_jobs_open_shown();
    }
    orders_begin();
    what->body();
    orders_end();
    CHECK(belay_jobs_take() == NULL);
    belay_jobs_give_back_all();
    belay_jobs_close();
    belayr_port_condition_close(&door.told);
    belayr_port_mutex_close(&door.lock);
}

static void try_each(const char *name, void (*body)(void)) {
    for (uint32_t threads = 1; threads <= 2; threads++) {
        for (int shown = 0; shown <= 1; shown++) {
            const scenario what = {body, threads, shown};
            orders_try(name, run_once, &what);
        }
    }
}

/* ---- The cases --------------------------------------------------------- */

static void start_against_cancel(void) {
    start(0, begins, 4);
    cancel(0);
    wait_until_returned(1);
    check_value_or_kill(0, 8);
}

static void return_against_kill(void) {
    start(0, submits, 4);
    start(1, twice, 21);
    cancel(0);
    wait_until_returned(2);
    check_value_or_kill(0, 8);
    check_value(1, 42);
}

static void a_place_that_is_used_again(void) {
    for (int64_t i = 0; i < 3; i++) {
        start(0, twice, i);
        if (i == 1) {
            cancel(0);
        }
        wait_until_returned(1);
        check_value_or_kill(0, 2 * i);
    }
}

static void shrink_against_start(void) {
    start(0, submits, 0);
    start(1, twice, 1);
    CHECK_EQUAL(belay_jobs_resize(0, 1), BELAY_OK);
    start(2, twice, 2);
    wait_until_returned(3);
    for (uint32_t place = 0; place < 3; place++) {
        check_value(place, 2 * (int64_t)place);
    }
}

static void all_are_cancelled_in_flight(void) {
    start(0, submits, 4);
    start(1, sleeps, FOREVER);
    start(2, spins, 7);
    for (uint32_t place = 0; place < 3; place++) {
        cancel(place);
    }
    wait_until_returned(3);
    check_value_or_kill(0, 8);
    for (uint32_t place = 1; place < 3; place++) {
        CHECK_EQUAL(records[place].code, BELAY_EXITED);
        CHECK_EQUAL(records[place].reason, BELAY_REASON_KILLED);
    }
}

/* Nothing of it is left when it has returned. */
static void leave_against_cancel(void) {
    start(0, leaves, 4);
    cancel(0);
    wait_until_returned(1);
    CHECK_EQUAL(records[0].code, BELAY_EXITED);
    CHECK_EQUAL(spinning, 0);
    CHECK_EQUAL(belay_jobs_look().processes, 1);
    CHECK_EQUAL(belay_jobs_show()->strays, 0);
}

static void leave_by_itself(void) {
    start(0, leaves, 4);
    wait_until_returned(1);
    CHECK_EQUAL(records[0].code, BELAY_EXITED);
    CHECK_EQUAL(spinning, 0);
    CHECK_EQUAL(belay_jobs_look().processes, 1);
}

/* Who waits for room is woken by who takes, and not by the clock. */
static void reports_against_take(void) {
    uint64_t before = belayr_port_now();
    start(0, reports, 5);
    wait_until_returned(1);
    CHECK_EQUAL(records[0].reported, 5);
    check_value(0, 5);
    CHECK_EQUAL(belayr_port_now(), before);
}

static void reports_against_cancel(void) {
    start(0, reports, 4);
    cancel(0);
    wait_until_returned(1);
    CHECK(records[0].reported <= 4);
    check_value_or_kill(0, 4);
}

/* ---- The tests --------------------------------------------------------- */

static void a_run_may_be_cancelled_as_it_starts(void) {
    try_each("start against cancel", start_against_cancel);
}

static void a_run_returns_or_is_killed_but_not_both(void) {
    try_each("return against kill", return_against_kill);
}

static void a_place_is_free_once_its_run_is_over(void) {
    try_each("place again", a_place_that_is_used_again);
}

static void a_pool_that_shrinks_does_all_runs(void) {
    try_each("shrink against start", shrink_against_start);
}

static void all_runs_may_be_cancelled_in_flight(void) {
    try_each("cancelled in flight", all_are_cancelled_in_flight);
}

static void a_run_returns_after_all_that_it_has_started(void) {
    try_each("leave against cancel", leave_against_cancel);
    try_each("leave by itself", leave_by_itself);
}

static void a_report_waits_until_there_is_room(void) {
    try_each("reports against take", reports_against_take);
}

static void a_run_that_reports_may_be_cancelled(void) {
    try_each("reports against cancel", reports_against_cancel);
}

int main(void) {
    orders_open();
    RUN(a_run_may_be_cancelled_as_it_starts);
    RUN(a_run_returns_or_is_killed_but_not_both);
    RUN(a_place_is_free_once_its_run_is_over);
    RUN(a_pool_that_shrinks_does_all_runs);
    RUN(all_runs_may_be_cancelled_in_flight);
    RUN(a_run_returns_after_all_that_it_has_started);
    RUN(a_report_waits_until_there_is_room);
    RUN(a_run_that_reports_may_be_cancelled);
    return harness_end();
}
