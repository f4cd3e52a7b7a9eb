/** Steps with signals, links and monitors, and those that look about. */
import { NoProcError } from 'belay-tasks';
import { byText, GONE, outcomeOf, Raised } from './normal.mjs';

/** Runs `act` with the pid of a process that is there or has been. */
function touch(actor, op, target, act) {
  const pid = actor.pidOf(target);
  const result = pid === null ? 'no_such_process' : act(pid) ?? null;
  actor.emit(op, pid === null ? target : actor.labelOf(target), result);
}

/** A message as `inbox` shows it: none, one or two. */
async function shown(actor, message) {
  const { kind, from, reason, handle } = message;
  if (kind === 'exit' || kind === 'down') return [kind, from, reason];
  if (kind === 'stray') return message.text;
  const [status, value] = outcomeOf(await actor.context.Task.yield(handle.task, 0));
  if (kind === 'reply') return ['reply', handle.label, value];
  return ['down', actor.world.nameOf(handle.pid), status === 'ok' ? 'normal' : value];
}

/** Names of processes; those that are no part of the scenario are left out. */
const known = (actor, pids) => pids.map((pid) => actor.world.nameOf(pid)).filter((name) => name !== '?');

/**
 * In Elixir the items of a stream without supervisor are started by a helper
 * process, where the list ends; in Belay by the consumer.
 */
function asInElixir({ world, pid }, ancestors) {
  const at = [pid, ...ancestors].findIndex((each) => world.rowOf(each)?.isHelped === true);
  return at < 0 ? ancestors : ancestors.slice(0, at);
}

export const signals = {
  async exit_signal(actor, target, reason) {
    const pid = actor.pidOf(target);
    if (pid === null) {
      actor.emit('exit_signal', target, 'no_such_process');
      return;
    }
    actor.emit('exit_signal', actor.labelOf(target), null);
    actor.context.Process.exit(pid, reason);
  },

  async link(actor, target) {
    const { world, context } = actor;
    touch(actor, 'link', target, (pid) => {
      try {
        context.Process.link(pid);
      } catch (error) {
        throw error instanceof NoProcError && !actor.isGone ? new Raised('noproc') : error;
      }
      if (pid !== actor.pid && world.isAlive(pid)) world.link(actor.pid, pid);
    });
  },

  async unlink(actor, target) {
    touch(actor, 'unlink', target, (pid) => {
      actor.context.Process.unlink(pid);
      actor.world.unlink(actor.pid, pid);
    });
  },

  async monitor(actor, target) {
    touch(actor, 'monitor', target, (pid) => {
      if (pid === actor.pid) return; // which Belay refuses: it could never be told
      actor.context.Process.monitor(pid).down.then(
        (raw) => actor.box.push({ kind: 'down', from: actor.world.nameOf(pid), reason: actor.world.reasonOf(raw) }),
        () => {},
      );
    });
  },

  async alive(actor, target) {
    touch(actor, 'alive', target, (pid) => actor.context.Process.alive(pid));
  },

  async wait_exit(actor) {
    await actor.settle();
    const { from, reason } = await actor.box.takeExit(actor.context.signal, GONE);
    actor.emit('wait_exit', from, reason);
  },

  async inbox(actor) {
    await actor.settle();
    const messages = [];
    for (const message of actor.box.drain()) messages.push(await shown(actor, message));
    actor.check();
    actor.emit('inbox', null, messages);
  },

  async links(actor) {
    await actor.settle();
    const { world, context } = actor;
    const pids = world.linked(actor.pid);
    const { links, supervisor } = context.Process.info(context.self);
    const names = known(actor, pids).sort(byText);
    const own = pids.filter((pid) => pid !== supervisor).length;
    actor.emit('links', null, own === links ? names : [`${links} links instead of ${own}`, ...names]);
  },

  async callers(actor) {
    const { callers } = actor.context.Process.info(actor.context.self);
    actor.emit('callers', null, known(actor, callers));
  },

  async ancestors(actor) {
    const { ancestors } = actor.context.Process.info(actor.context.self);
    actor.emit('ancestors', null, known(actor, asInElixir(actor, ancestors)));
  },
};
