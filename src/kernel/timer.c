/* timer.c - timers in a hierarchical wheel.
 *
 * Eight levels of 64 buckets: level L holds what lies 64^L to 64^(L+1) ms
 * ahead, in buckets of 64^L ms. A timer's level is that of the highest group
 * of six bits in which its deadline differs from the wheel's time; when the
 * wheel enters a bucket of a higher level, its timers move down, in their
 * order. Starting and stopping take constant time; each timer moves down at
 * most seven times.
 *
 * Equal deadlines fire in the order in which the timers were started: two
 * timers with one deadline are always in the same bucket, since the bucket
 * depends on the deadline and the wheel's time only, and all moves append.
 *
 * A started timer is fresh until the host next tells the time: only then its
 * deadline is known. The clock's slack makes up for a clock that is read in
 * whole milliseconds.
 */
#include "kernel/kernel.h"

_Static_assert(BELAY_TIME_MAX >> (6u * TIMER_LEVELS) == 0,
               "every deadline has a level");
_Static_assert(BELAY_TIME_MAX >> 48 == 0, "a deadline fits into a timer");
_Static_assert(TIMER_FRESH < TIMER_IDLE, "a bucket fits into a timer");
_Static_assert(TIMER_SLOTS == 64, "a level's buckets are bits of a word");

static ring_link *timer_ring(const belay_kernel *kernel, uint32_t timer) {
    return &timer_at(kernel, timer)->ring;
}

static inline void timer_set(belay__timer *timer, uint64_t deadline,
                             uint32_t bucket) {
    BELAY_ASSERT(deadline <= BELAY_TIME_MAX);
    timer->word = deadline << 16 | bucket;
}

/* No deadline lies beyond BELAY_TIME_MAX, so no longer timeout is kept. */
static uint64_t timeout_kept(uint64_t timeout) {
    return timeout < BELAY_TIME_MAX ? timeout : BELAY_TIME_MAX;
}

void belay__timer_start(belay_kernel *kernel, uint32_t timer,
                        uint64_t timeout) {
    belay__timer *self = timer_at(kernel, timer);
    BELAY_ASSERT(!timer_runs(self));
    BELAY_ASSERT(timeout != BELAY_INFINITY);
    timer_set(self, timeout_kept(timeout), TIMER_FRESH);
    ring_append(kernel, timer_ring, &kernel->clock.bucket[TIMER_FRESH],
                timer);
    kernel->view.fresh++;
}

void belay__timer_stop(belay_kernel *kernel, uint32_t timer) {
    belay__clock *clock = &kernel->clock;
    belay__timer *self = timer_at(kernel, timer);
    uint32_t bucket = timer_bucket(self);
    if (bucket == TIMER_IDLE) {
        return;
    }
    BELAY_ASSERT(bucket <= TIMER_FRESH);
    ring_remove(kernel, timer_ring, &clock->bucket[bucket], timer);
    self->word |= TIMER_IDLE;
    if (bucket == TIMER_FRESH) {
        BELAY_ASSERT(kernel->view.fresh > 0);
        kernel->view.fresh--;
        return;
    }
    BELAY_ASSERT(kernel->view.timers > 0);
    kernel->view.timers--;
    if (clock->bucket[bucket] == BELAY__NONE) {
        clock->changed = 1;
        clock->occupied[bucket / TIMER_SLOTS] &=
            ~(1ull << (bucket % TIMER_SLOTS));
    }
}

void belay__timer_renew(belay_kernel *kernel, uint32_t timer,
                        uint64_t timeout) {
    uint32_t *head = &kernel->clock.bucket[TIMER_FRESH];
    belay__timer *self = timer_at(kernel, timer);
    BELAY_ASSERT(timeout != BELAY_INFINITY);
    if (*head != timer) {
        belay__timer_stop(kernel, timer);
        belay__timer_start(kernel, timer, timeout);
        return;
    }
    /* The oldest of the ring becomes the newest. */
    BELAY_ASSERT(timer_bucket(self) == TIMER_FRESH);
    *head = self->ring.next;
    timer_set(self, timeout_kept(timeout), TIMER_FRESH);
}

void belay__timer_start_grace(belay_kernel *kernel, uint32_t process,
                              uint64_t grace) {
    BELAY_ASSERT(process_is_alive(process_at(kernel, process)));
    BELAY_ASSERT(grace < BELAY__GRACE_BRUTAL);
    uint32_t timer = timer_of_process(process);
    const belay__timer *self = timer_at(kernel, timer);
    if (timer_runs(self)) {
        if ((process_at(kernel, process)->flags & PROCESS_GRACE) != 0) {
            return; /* it was asked before, with the same grace */
        }
        BELAY_ASSERT(process_at(kernel, process)->kind == BELAY_KIND_ITEM);
        uint64_t left = timer_bucket(self) == TIMER_FRESH
                            ? timer_deadline(self)
                            : timer_deadline(self) - kernel->clock.now;
        if (left <= grace) {
            process_at(kernel, process)->flags |= PROCESS_ASKED;
            return;
        }
    }
    belay__timer_stop(kernel, timer);
    process_at(kernel, process)->flags |= PROCESS_GRACE;
    belay__timer_start(kernel, timer, grace);
}

/* Empties a bucket; gives the first of its timers, whose ring is left. */
static uint32_t bucket_take(belay_kernel *kernel, uint32_t bucket) {
    BELAY_ASSERT(bucket <= TIMER_FRESH);
    uint32_t first = kernel->clock.bucket[bucket];
    kernel->clock.bucket[bucket] = BELAY__NONE;
    return first;
}

/* Puts a timer into the bucket of its deadline. */
static void wheel_insert(belay_kernel *kernel, uint32_t index,
                         uint64_t deadline) {
    belay__clock *clock = &kernel->clock;
    BELAY_ASSERT(deadline >= clock->wheel);
    uint64_t difference = deadline ^ clock->wheel;
    uint32_t level = 0;
    if (difference != 0) {
        level = (63u - (uint32_t)__builtin_clzll(difference)) / 6u;
    }
    BELAY_ASSERT(level < TIMER_LEVELS);
    uint32_t slot = (uint32_t)(deadline >> (6u * level)) & 63u;
    uint32_t bucket = level * TIMER_SLOTS + slot;
    timer_set(timer_at(kernel, index), deadline, bucket);
    ring_append(kernel, timer_ring, &clock->bucket[bucket], index);
    clock->occupied[level] |= 1ull << slot;
}

void belay__timer_start_fresh(belay_kernel *kernel) {
    const belay__clock *clock = &kernel->clock;
    uint32_t next = bucket_take(kernel, TIMER_FRESH);
    while (kernel->view.fresh > 0) {
        uint32_t index = next;
        const belay__timer *timer = timer_at(kernel, index);
        BELAY_ASSERT(timer_bucket(timer) == TIMER_FRESH);
        next = timer->ring.next;
        kernel->view.fresh--;
        kernel->view.timers++;
        uint64_t ahead = BELAY_TIME_MAX - clock->now;
        uint64_t timeout = timer_deadline(timer);
        if (timeout <= ahead && timeout > 0) {
            timeout += clock->slack;
        }
        wheel_insert(kernel, index,
                     timeout > ahead ? BELAY_TIME_MAX : clock->now + timeout);
    }
    BELAY_ASSERT(kernel->view.fresh == 0);
}

/* Moves the timers of a bucket down, in their order. */
static void wheel_cascade(belay_kernel *kernel, uint32_t bucket) {
    uint32_t next = bucket_take(kernel, bucket);
    BELAY_ASSERT(next != BELAY__NONE);
    const uint32_t last = timer_ring(kernel, next)->prev;
    uint32_t index = BELAY__NONE;
    do {
        index = next;
        const belay__timer *timer = timer_at(kernel, index);
        BELAY_ASSERT(timer_bucket(timer) == bucket);
        next = timer->ring.next;
        wheel_insert(kernel, index, timer_deadline(timer));
    } while (index != last);
}

/* The lowest level with a timer holds the earliest ones; TIMER_LEVELS when
 * there is none. */
static uint32_t wheel_level(const belay__clock *clock) {
    uint32_t level = 0;
    while (level < TIMER_LEVELS && clock->occupied[level] == 0) {
        level++;
    }
    return level;
}

/* When the wheel enters the first occupied bucket of a level. */
static uint64_t wheel_entry(const belay__clock *clock, uint32_t level) {
    BELAY_ASSERT(level < TIMER_LEVELS);
    uint64_t occupied = clock->occupied[level];
    BELAY_ASSERT(occupied != 0);
    uint64_t slot = (uint64_t)__builtin_ctzll(occupied);
    uint32_t shift = 6u * level;
    uint64_t base = clock->wheel >> (shift + 6u) << (shift + 6u);
    return base | slot << shift;
}

uint64_t belay__timer_next(const belay_kernel *kernel) {
    uint32_t level = wheel_level(&kernel->clock);
    if (level == TIMER_LEVELS) {
        BELAY_ASSERT(kernel->view.timers == 0);
        return BELAY_INFINITY;
    }
    uint64_t entry = wheel_entry(&kernel->clock, level);
    BELAY_ASSERT(entry >= kernel->clock.wheel);
    BELAY_ASSERT(kernel->view.timers > 0);
    return entry;
}

/* Finds out whether the wheel is done with the present time. */
static void wheel_settle(belay_kernel *kernel) {
    belay__clock *clock = &kernel->clock;
    BELAY_ASSERT(clock->wheel <= clock->now);
    clock->lagging = belay__timer_next(kernel) <= clock->now;
    if (!clock->lagging) {
        clock->wheel = clock->now;
    }
}

static void timer_fire(belay_kernel *kernel, uint32_t timer) {
    const belay__timer *self = timer_at(kernel, timer);
    BELAY_ASSERT(timer_deadline(self) == kernel->clock.wheel);
    BELAY_ASSERT(kernel->clock.wheel <= kernel->clock.now);
    BELAY_ASSERT(timer_bucket(self) < TIMER_SLOTS);
    uint32_t owner = timer >> 1;
    belay__timer_stop(kernel, timer);
    if ((timer & 1) == TIMER_OF_WAIT) {
        BELAY_ASSERT(belay__table_live(&kernel->waits, owner));
        belay__wait_fire(kernel, owner);
    } else if ((process_at(kernel, owner)->flags & PROCESS_GRACE) == 0) {
        BELAY_ASSERT(belay__table_live(&kernel->processes, owner));
        belay__stream_item_timeout(kernel, owner);
    } else {
        BELAY_ASSERT(belay__table_live(&kernel->processes, owner));
        belay__event_add_timed_out(kernel, owner, 2);
        belay__process_doom(kernel, owner, BELAY_REASON_KILLED, DOOM_SIGNAL);
    }
}

BELAY__CALLED void belay__timer_turn(belay_kernel *kernel) {
    belay__clock *clock = &kernel->clock;
    uint32_t level = wheel_level(clock);
    if (level == TIMER_LEVELS || wheel_entry(clock, level) > clock->now) {
        wheel_settle(kernel); /* what was due has been stopped since */
        return;
    }
    uint64_t entry = wheel_entry(clock, level);
    BELAY_ASSERT(entry >= clock->wheel);
    clock->wheel = entry;
    uint32_t slot = (uint32_t)(entry >> (6u * level)) & 63u;
    uint32_t bucket = level * TIMER_SLOTS + slot;
    BELAY_ASSERT(clock->bucket[bucket] != BELAY__NONE);
    clock->changed = 1;
    if (level == 0) {
        timer_fire(kernel, clock->bucket[bucket]);
        wheel_settle(kernel);
        return;
    }
    clock->occupied[level] &= ~(1ull << slot);
    wheel_cascade(kernel, bucket);
    wheel_settle(kernel);
}

belay_code belay__clock_advance(belay_kernel *kernel,
                                const belay_command *command,
                                belay_answer *answer) {
    belay__clock *clock = &kernel->clock;
    (void)answer;
    if (command->time > BELAY_TIME_MAX || command->flags != 0) {
        return BELAY_BAD_ARGUMENT;
    }
    BELAY_ASSERT(!clock->lagging);
    BELAY_ASSERT(clock->wheel == clock->now);
    if (command->time > clock->now) {
        clock->now = command->time;
        kernel->view.now = command->time;
    }
    belay__timer_start_fresh(kernel);
    clock->changed = 1;
    wheel_settle(kernel);
    BELAY_ASSERT(clock->lagging || clock->wheel == clock->now);
    return BELAY_OK;
}
