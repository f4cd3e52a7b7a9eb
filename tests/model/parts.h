/* parts.h - what the files of the model share.
 *
 *   model.c     opening, finding, judging: command, then work until quiet
 *   rules.c     which codes are right for a command
 *   acts.c      what the simple commands do
 *   ends.c      ends of processes, signals, links, monitors, waits
 *   clock.c     timers and waits
 *   streams.c   streams
 *   children.c  supervisors and their children
 *   asks.c      what supervisors are asked for
 *   views.c     what looking on should show
 */
#ifndef BELAY_TESTS_MODEL_PARTS_H
#define BELAY_TESTS_MODEL_PARTS_H

#include "model.h"

#define COMPLAIN(world, text)                                                \
    do {                                                                     \
        if ((world)->complaint == NULL) {                                    \
            (world)->complaint = (text);                                     \
        }                                                                    \
    } while (0)

static inline uint32_t code_bit(belay_code code) {
    return 1u << code;
}

/* Every command of belay.h needs a rule, which gives the codes (as bits) of
 * all that is wrong with it, and an act, which carries it out. */
#define X(name, number, handler, text)                                       \
    uint32_t rule_##handler(const model_world *world,                        \
                            const belay_command *command);                   \
    void act_##handler(model_world *world, const model_deed *deed);
BELAY_COMMANDS(X)
#undef X

/* ---- model.c --------------------------------------------------------- */

/* A new event to come; all its numbers of processes are NONE. */
model_event *model_tell(model_world *world, belay_event_kind kind);
uint32_t model_process_new(model_world *world, belay_pid pid, uint32_t kind,
                           uint32_t tag, belay_pid owner);
/* Two living processes are linked, or not any more. */
void model_link(model_world *world, uint32_t a, uint32_t b);
void model_unlink(model_world *world, uint32_t a, uint32_t b);
int model_reason_valid(const model_world *world, uint32_t reason);
/* :normal, :shutdown, {:shutdown, _} (E4, R2). */
int model_reason_good(const model_world *world, uint32_t reason);

/* ---- ends.c ---------------------------------------------------------- */

/* A living process ends now. */
void model_end(model_world *world, uint32_t process, uint32_t reason,
               enum model_end how);
/* Its end is told to everyone. */
void model_tell_end(model_world *world, uint32_t process);
/* Process.exit(to, reason) by `from`. */
void model_exit_signal(model_world *world, belay_pid from, uint32_t to,
                       uint32_t reason);
/* An exit signal over a link to a process that is neither a supervisor nor
 * the root. */
void model_link_signal(model_world *world, belay_pid from, uint32_t to,
                       uint32_t reason);
/* The shutdown protocol of a child (V23). */
void model_shutdown(model_world *world, belay_pid from, uint32_t process);
void model_wait_done(model_world *world, uint32_t wait, belay_outcome outcome,
                     uint32_t reason);

/* ---- clock.c --------------------------------------------------------- */

void model_timer_start(model_world *world, model_timer *timer,
                       uint64_t timeout);
/* The kill of a process that was asked to end, after its grace. The first
 * one that asked counts. */
void model_timer_mercy(model_world *world, uint32_t process);
/* `owner` waits for `target`, or for nobody; what is told of it, and its id,
 * stand in the command and the answer. */
uint32_t model_wait_new(model_world *world, const model_deed *deed,
                        uint32_t kind, uint32_t owner, uint32_t target);
/* Fires the first due timer; 0 when none is due. */
int model_timer_fire(model_world *world);

/* ---- streams.c ------------------------------------------------------- */

void model_stream_queue(model_world *world, uint32_t stream);
void model_stream_step(model_world *world, uint32_t stream);
/* An item ends: whether its link hits the consumer. */
void model_item_ending(model_world *world, uint32_t item);
/* An item's end has been told to all others. */
void model_item_ended(model_world *world, uint32_t item);
void model_stream_consumer_ended(model_world *world, uint32_t stream);

/* ---- children.c ------------------------------------------------------ */

uint32_t model_child_count(const model_world *world, uint32_t supervisor);
void model_child_add(model_world *world, uint32_t supervisor,
                     uint32_t process, uint32_t restart);
/* A child's process is gone. */
void model_child_ended(model_world *world, uint32_t process);
/* The supervisor's parent has ended, or says that it has. */
void model_supervisor_leave(model_world *world, uint32_t supervisor,
                            uint32_t reason);
void model_supervisor_queue(model_world *world, uint32_t supervisor);
void model_supervisor_step(model_world *world, uint32_t supervisor);
/* A supervisor has ended: lets go of all it has (V33). */
void model_supervisor_ended(model_world *world, uint32_t supervisor);
model_mail *model_mail_add(model_world *world, uint32_t kind,
                           uint32_t supervisor);

/* It is done with what it did; it is at something; it ends. */
void model_supervisor_idle(model_world *world, uint32_t supervisor);
void model_supervisor_busy(model_world *world, uint32_t supervisor,
                           enum model_phase phase, uint32_t at);
void model_supervisor_stop(model_world *world, uint32_t supervisor,
                           uint32_t reason);

/* The first child at or after `from`, or NONE. */
uint32_t model_child_after(const model_world *world, uint32_t supervisor,
                           uint32_t from);
uint32_t model_child_new(model_world *world, uint32_t supervisor);
void model_child_start(model_world *world, uint32_t child);
/* Asks its process to end; takes note of how it ended. */
void model_child_stop(model_world *world, uint32_t child);
void model_child_stopped(model_world *world, uint32_t child);
/* G10, R5: a general supervisor keeps what is not temporary. */
void model_child_drop(model_world *world, uint32_t child);
void model_child_forget(model_world *world, uint32_t child);
void model_child_report(model_world *world, uint32_t child,
                        belay_report_kind what, uint32_t reason);

/* ---- asks.c ---------------------------------------------------------- */

void model_ask_read(model_world *world, uint32_t mail);
/* The child that it was asked to stop is gone, if it is. */
void model_ask_terminated(model_world *world, uint32_t supervisor);
/* What came of a start that it was asked for. */
void model_ask_started(model_world *world, uint32_t supervisor,
                       uint32_t child, const belay_command *command);

#endif
