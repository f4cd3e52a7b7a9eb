/* STREAM_TAKE: one result and the next element at once, or nothing; and
 * STREAM_CYCLE for those that were taken so since. */
#include "harness.h"

#define LIMIT 3u

typedef struct taking {
    test_world *world;
    belay_pid stream;
    belay_pid items[LIMIT];
} taking;

/* A stream of three at once, of which the first result has been taken the
 * long way, so that its place is free; the others have returned. */
static taking open_taking(uint32_t flags, uint64_t timeout) {
    taking it = {.world = world_open(0, 0, 0)};
    it.stream = world_do(it.world, (belay_command){
                                       .op = BELAY_OP_STREAM_OPEN,
                                       .pid = it.world->root,
                                       .tag = 77,
                                       .limit = LIMIT,
                                       .flags = flags,
                                       .time = timeout,
                                       .extra = 0xffffffffu,
                                   });
    want(it.world, it.stream, 1);
    feed(it.world, it.stream, LIMIT, it.items);
    for (uint32_t i = 0; i < LIMIT; i++) {
        settle(it.world, it.items[i]);
    }
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_ITEM), 1);
    world_forget(it.world);
    return it;
}

static belay_answer take(const taking *it) {
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_STREAM_TAKE,
        .other = it->stream,
    };
    CHECK_EQUAL(world_submit(it->world, command, &answer), BELAY_OK);
    return answer;
}

/* What a later generation of the same place is called. */
static belay_pid next_of(belay_pid pid) {
    return pid + (1u << BELAY_INDEX_BITS);
}

static void expect_nothing(const taking *it) {
    uint64_t before = belay_digest(it->world->kernel);
    CHECK_EQUAL(take(it).value, 0);
    CHECK_EQUAL(belay_digest(it->world->kernel), before);
    CHECK_EQUAL(it->world->event_count, 0);
}

static void a_result_and_the_next_item_come_at_once(void) {
    taking it = open_taking(BELAY_FLAG_ORDERED, BELAY_INFINITY);
    for (uint32_t i = 1; i < LIMIT; i++) {
        belay_answer answer = take(&it);
        CHECK_EQUAL(answer.value, 1);
        CHECK_EQUAL(answer.tag, 77);
        CHECK_EQUAL(answer.pid, next_of(it.items[i]));
        CHECK_EQUAL(info_of(it.world, answer.pid).state, BELAY_STATE_RUNNING);
        CHECK_EQUAL(info_of(it.world, answer.pid).tag, 2 + i);
    }
    CHECK_EQUAL(it.world->event_count, 0);
    expect_nothing(&it); /* none has returned */
    world_close(it.world);
}

/* The same consumer, asking in the usual way, sees the same results. */
static void an_item_that_was_started_so_is_like_any_other(void) {
    taking it = open_taking(BELAY_FLAG_ORDERED, BELAY_INFINITY);
    belay_pid third = take(&it).pid;
    settle(it.world, third);
    CHECK_EQUAL(take(&it).pid, next_of(it.items[2]));
    belay_answer answer = take(&it);
    CHECK_EQUAL(answer.pid, next_of(third));
    want(it.world, it.stream, 1);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_PULL), 1);
    world_do(it.world, (belay_command){
                           .op = BELAY_OP_STREAM_END,
                           .other = it.stream,
                       });
    settle(it.world, next_of(it.items[2]));
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_ITEM), 1);
    world_close(it.world);
}

static void results_that_are_not_ordered_come_as_they_end(void) {
    taking it = open_taking(0, BELAY_INFINITY);
    CHECK_EQUAL(take(&it).pid, next_of(it.items[1]));
    CHECK_EQUAL(take(&it).pid, next_of(it.items[2]));
    world_close(it.world);
}

/* S12: the oldest still runs, so the loop would pull and wait. */
static void an_ordered_stream_gives_no_younger_one(void) {
    taking it = open_taking(BELAY_FLAG_ORDERED, BELAY_INFINITY);
    belay_pid oldest = take(&it).pid;
    belay_pid youngest = take(&it).pid;
    settle(it.world, youngest);
    expect_nothing(&it);
    settle(it.world, oldest);
    expect_nothing(&it); /* the younger one ended first */
    world_close(it.world);
}

static void a_failure_goes_the_long_way(void) {
    taking it =
        open_taking(BELAY_FLAG_ORDERED | BELAY_FLAG_NOLINK, BELAY_INFINITY);
    belay_pid failed = take(&it).pid;
    CHECK_EQUAL(take(&it).value, 1);
    exit_with(it.world, failed, BELAY_REASON_KILLED);
    world_forget(it.world);
    expect_nothing(&it);
    world_close(it.world);
}

static void each_item_has_a_timer_of_its_own(void) {
    taking it = open_taking(BELAY_FLAG_ORDERED | BELAY_FLAG_KILL_TASK, 100);
    advance(it.world, 10);
    belay_pid pid = take(&it).pid;
    advance(it.world, 20);
    advance(it.world, 119);
    CHECK(alive(it.world, pid));
    advance(it.world, 120);
    CHECK(!alive(it.world, pid));
    world_close(it.world);
}

static void other_states_are_not_for_it(void) {
    taking it = open_taking(BELAY_FLAG_ORDERED, BELAY_INFINITY);
    world_do(it.world, (belay_command){
                           .op = BELAY_OP_TRACE,
                           .flags = BELAY_FLAG_ON,
                       });
    expect_nothing(&it);
    world_do(it.world, (belay_command){.op = BELAY_OP_TRACE});
    CHECK_EQUAL(take(&it).value, 1);
    want(it.world, it.stream, 1); /* asks for an element */
    world_forget(it.world);
    expect_nothing(&it);
    world_do(it.world, (belay_command){
                           .op = BELAY_OP_STREAM_END,
                           .other = it.stream,
                       });
    world_forget(it.world);
    expect_nothing(&it);
    world_close(it.world);
}

/* Items that have returned and were taken; gives for how many that is told. */
static uint32_t taken(const taking *it, uint32_t count, belay_pid *pids) {
    put_pids(it->world, pids, count);
    belay_answer answer = {0};
    belay_command command = {
        .op = BELAY_OP_STREAM_CYCLE,
        .other = it->stream,
        .count = count,
    };
    CHECK_EQUAL(world_submit(it->world, command, &answer), BELAY_OK);
    get_pids(it->world, pids, answer.value);
    return answer.value;
}

enum { TAKEN_MAX = 5 };

/* What can be seen of a stream and its items, LIMIT - 1 of which run. */
typedef struct taken_state {
    belay_stream_info stream;
    belay_process_info items[LIMIT - 1];
    uint64_t deadline;
} taken_state;

/* Five results are taken after the first two, each by itself or together. A
 * place may be taken again within one command. */
static taken_state take_more(uint32_t flags, int together) {
    taking it = open_taking(flags, 100);
    belay_pid pids[TAKEN_MAX];
    for (uint32_t i = 0; i < TAKEN_MAX; i++) {
        pids[i] = i < 2 ? take(&it).pid : next_of(pids[i - 2]);
    }
    if (together) {
        belay_pid last = next_of(pids[TAKEN_MAX - 1]);
        CHECK_EQUAL(taken(&it, TAKEN_MAX, pids), TAKEN_MAX);
        CHECK_EQUAL(pids[TAKEN_MAX - 1], last);
    } else {
        for (uint32_t i = 0; i < TAKEN_MAX; i++) {
            settle(it.world, pids[i]);
            world_forget(it.world);
            pids[i] = take(&it).pid;
        }
    }
    advance(it.world, 50);
    CHECK_EQUAL(it.world->event_count, 0);
    taken_state seen = {.deadline = belay_look(it.world->kernel)->deadline};
    for (uint32_t i = 0; i < LIMIT - 1; i++) {
        seen.items[i] = info_of(it.world, pids[TAKEN_MAX - 2 + i]);
    }
    CHECK_EQUAL(belay_inspect_stream(it.world->kernel, 0, &seen.stream),
                BELAY_OK);
    world_close(it.world);
    return seen;
}

static void results_are_taken_together_as_one_by_one(void) {
    for (uint32_t ordered = 0; ordered <= 1; ordered++) {
        uint32_t flags = ordered * BELAY_FLAG_ORDERED;
        taken_state all = take_more(flags, 1);
        taken_state one = take_more(flags, 0);
        CHECK_EQUAL(all.stream.started, one.stream.started);
        CHECK_EQUAL(all.stream.delivered, 1 + 2 + TAKEN_MAX);
        CHECK_EQUAL(one.stream.delivered, 1 + 2 + TAKEN_MAX);
        CHECK_EQUAL(all.stream.running, one.stream.running);
        CHECK_EQUAL(all.stream.kept, 0);
        CHECK_EQUAL(all.deadline, one.deadline);
        for (uint32_t i = 0; i < LIMIT - 1; i++) {
            CHECK_EQUAL(all.items[i].pid, one.items[i].pid);
            CHECK_EQUAL(all.items[i].tag, one.items[i].tag);
            CHECK_EQUAL(all.items[i].state, one.items[i].state);
            CHECK_EQUAL(all.items[i].started, one.items[i].started);
        }
    }
}

static void the_answer_tells_how_many_results_wait(void) {
    taking it = open_taking(BELAY_FLAG_ORDERED, BELAY_INFINITY);
    belay_pid pids[] = {next_of(it.items[1])};
    CHECK_EQUAL(take(&it).extra, 1);
    CHECK_EQUAL(taken(&it, 1, pids), 0); /* it comes first */
    CHECK_EQUAL(take(&it).extra, 0);
    CHECK_EQUAL(taken(&it, 1, pids), 1);
    world_close(it.world);
}

static void only_the_oldest_that_concerns_nobody_is_taken_so(void) {
    taking it = open_taking(BELAY_FLAG_ORDERED, BELAY_INFINITY);
    belay_pid first = take(&it).pid;
    belay_pid second = take(&it).pid;
    belay_pid pids[] = {second};
    uint64_t before = belay_digest(it.world->kernel);
    CHECK_EQUAL(taken(&it, 1, pids), 0);
    CHECK_EQUAL(belay_digest(it.world->kernel), before);
    world_do(it.world, (belay_command){
                           .op = BELAY_OP_MONITOR,
                           .pid = it.world->root,
                           .other = first,
                           .tag = 5,
                       });
    pids[0] = first;
    CHECK_EQUAL(taken(&it, 1, pids), 0);
    settle(it.world, first);
    CHECK_EQUAL(world_count(it.world, BELAY_EVENT_DOWN), 1);
    world_forget(it.world);
    CHECK_EQUAL(take(&it).pid, next_of(first));
    pids[0] = second;
    CHECK_EQUAL(taken(&it, 1, pids), 1);
    want(it.world, it.stream, 1); /* asks for an element */
    world_forget(it.world);
    pids[0] = next_of(first);
    CHECK_EQUAL(taken(&it, 1, pids), 0);
    world_close(it.world);
}

static void bounds_of_their_own_are_kept(void) {
    for (int scoped = 0; scoped <= 1; scoped++) {
        test_world *world = world_open(0, 0, 0);
        belay_pid scope = open_supervisor(world, world->root, 1,
                                          BELAY_SUP_TASK, BELAY_FLAG_LINK);
        taking it = {.world = world};
        it.stream = world_do(world, (belay_command){
                                        .op = BELAY_OP_STREAM_OPEN,
                                        .pid = world->root,
                                        .limit = 2,
                                        .flags = BELAY_FLAG_ORDERED,
                                        .time = BELAY_INFINITY,
                                        .extra = 0xffffffffu,
                                        .count = scoped ? 0 : 2,
                                        .scope = scoped ? scope : 0,
                                    });
        want(world, it.stream, 1);
        feed(world, it.stream, 2, it.items);
        settle(world, it.items[0]);
        settle(world, it.items[1]);
        world_forget(world);
        expect_nothing(&it);
        world_close(world);
    }
}

static void a_closed_stream_is_refused(void) {
    taking it = open_taking(BELAY_FLAG_ORDERED, BELAY_INFINITY);
    world_do(it.world, (belay_command){
                           .op = BELAY_OP_STREAM_HALT,
                           .other = it.stream,
                       });
    belay_command command = {
        .op = BELAY_OP_STREAM_TAKE,
        .other = it.stream,
    };
    CHECK_EQUAL(attempt(it.world, command), BELAY_GONE);
    command.flags = BELAY_FLAG_TOGETHER;
    CHECK_EQUAL(attempt(it.world, command), BELAY_BAD_ARGUMENT);
    world_close(it.world);
}

int main(void) {
    RUN(a_result_and_the_next_item_come_at_once);
    RUN(an_item_that_was_started_so_is_like_any_other);
    RUN(results_that_are_not_ordered_come_as_they_end);
    RUN(an_ordered_stream_gives_no_younger_one);
    RUN(a_failure_goes_the_long_way);
    RUN(each_item_has_a_timer_of_its_own);
    RUN(other_states_are_not_for_it);
    RUN(results_are_taken_together_as_one_by_one);
    RUN(the_answer_tells_how_many_results_wait);
    RUN(only_the_oldest_that_concerns_nobody_is_taken_so);
    RUN(bounds_of_their_own_are_kept);
    RUN(a_closed_stream_is_refused);
    return harness_end();
}
