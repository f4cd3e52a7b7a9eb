/** Steps that ask task supervisors for something. */
import { ExitError, MaxChildrenError, NoProcError } from 'belay-tasks';
import { byText, Exit, Raised, reasonOf } from './normal.mjs';

/**
 * A request to a supervisor, which waits for its turn: Elixir's supervisors do
 * one thing at a time. Belay's `startChild` and the like do not wait, so they
 * wait here, behind a request that does: to terminate a child it does not have.
 *
 * @param call gets the supervisor's row, and may throw
 * @param full what is given when there are too many children
 */
export async function request(actor, name, call, { waits = true, full = null } = {}) {
  const row = actor.world.find(name);
  if (row === null) throw new Exit(['noproc', ['call', 'none']]);
  try {
    if (waits && row.isAlive) await turnOf(actor, row);
    const answer = await call(row);
    actor.check();
    return answer;
  } catch (error) {
    actor.check();
    if (error instanceof NoProcError) throw new Exit(['noproc', ['call', row.who]]);
    if (error instanceof ExitError) throw new Exit([reasonOf(error.reason), ['call', row.who]]);
    if (!(error instanceof MaxChildrenError)) throw error;
    if (full === null) throw new Raised('max_children');
    return full();
  }
}

/** Resolves when the supervisor has dealt with all that came before. */
async function turnOf(actor, row) {
  const { TaskSupervisor, Supervisor } = actor.context;
  const { world } = actor;
  if (world.outside.info(row.pid)?.state !== 'running') world.purposes.add('look-at-busy-supervisor');
  await (row.kind === 'sup'
    ? TaskSupervisor.terminateChild(row.handle, actor.world.outside.self())
    : Supervisor.terminateChild(row.handle, 'no such child'));
  actor.check();
}

/** The options of supervisors in Belay's words. */
export const supervisorOptions = ({ max_children, max_restarts, max_seconds }) =>
  Object.fromEntries(
    Object.entries({ maxChildren: max_children, maxRestarts: max_restarts, maxSeconds: max_seconds })
      .filter(([, value]) => value !== undefined),
  );

/** `Supervisor.stop` for one of either kind. */
async function stop(actor, name, reason) {
  const { world, context } = actor;
  const row = world.find(name);
  if (row === null) throw new Exit(['noproc', ['stop', 'none']]);
  const state = context.Process.info(row.pid)?.state ?? null;
  try {
    const { TaskSupervisor, Supervisor } = context;
    await (row.kind === 'sup' ? TaskSupervisor : Supervisor).stop(row.handle, reason);
  } catch (error) {
    actor.check();
    if (error instanceof NoProcError) throw new Exit(['noproc', ['stop', row.who]]);
    throw error;
  }
  await actor.settle();
  // Elixir's fails when another reason was first: in one way when it had been
  // told to stop already, in another when it was killed while it stopped.
  if (state !== 'running') {
    const asked = ['sys', 'terminate', [row.who, reason, 'infinity']];
    if (state === 'stopping' || JSON.stringify(row.reason) !== JSON.stringify(reason)) {
      throw new Exit([[row.reason, asked], ['stop', row.who]]);
    }
  } else if (JSON.stringify(row.reason) !== JSON.stringify(reason)) {
    throw new Exit([row.reason, ['stop', row.who]]);
  }
  actor.emit('stop_sup', name, 'ok');
}

export const supervisors = {
  async sup(actor, name, options = {}) {
    const { world, context } = actor;
    const handle = context.TaskSupervisor.startLink(supervisorOptions(options));
    world.register(name, handle.pid, 'sup', handle);
    if (options.link === false) context.Process.unlink(handle.pid);
    else world.link(actor.pid, handle.pid);
  },

  async terminate_child(actor, name, target) {
    const pid = actor.pidOf(target);
    if (pid === null) {
      actor.emit('terminate_child', target, 'no_such_process');
      return;
    }
    const { TaskSupervisor } = actor.context;
    const done = await request(actor, name, (row) => TaskSupervisor.terminateChild(row.handle, pid), { waits: false });
    actor.emit('terminate_child', actor.labelOf(target), done ? 'ok' : ['error', 'not_found']);
  },

  async children(actor, name) {
    const { world, context } = actor;
    const pids = await request(actor, name, (row) => context.TaskSupervisor.children(row.handle));
    actor.emit('children', name, pids.map((pid) => world.nameOf(pid)).sort(byText));
  },

  async count(actor, name) {
    const counts = await request(actor, name, (row) => actor.context.TaskSupervisor.countChildren(row.handle));
    actor.emit('count', name, counts);
  },

  async stop_sup(actor, name, reason) {
    await stop(actor, name, reason);
  },
};

