/** Steps that start general supervisors, and ask them for something. */
import { AlreadyStartedError, ChildError, ChildStartError } from 'belay-tasks';
import { reasonOf } from './normal.mjs';
import { request, supervisorOptions } from './steps-supervisors.mjs';

const STRATEGIES = { one_for_one: 'oneForOne', one_for_all: 'oneForAll', rest_for_one: 'restForOne' };
const AUTO_SHUTDOWNS = { never: 'never', any_significant: 'anySignificant', all_significant: 'allSignificant' };
const STATES = { up: 'up', none: 'undefined', restarting: 'restarting' };
const REFUSALS = { running: 'running', restarting: 'restarting', alreadyPresent: 'already_present', notFound: 'not_found' };

function treeOptions(options) {
  const { strategy = 'one_for_one', auto_shutdown: autoShutdown } = options;
  return {
    ...supervisorOptions(options),
    strategy: STRATEGIES[strategy],
    ...(autoShutdown === undefined ? {} : { autoShutdown: AUTO_SHUTDOWNS[autoShutdown] }),
  };
}

/**
 * A spec in Belay's form. The supervisor that starts a child registers by that,
 * since a start that fails tells nobody its pid.
 */
function specOf(actor, tree, spec) {
  const { world } = actor;
  const label = `${tree}/${spec.id}`;
  const start = (context) => {
    registerTree(world, tree, context.self);
    const starts = spec.start ?? ['ok'];
    const outcome = starts[world.attempt(label) - 1] ?? starts.at(-1);
    if (outcome === 'error') throw 'nope';
    return outcome === 'ignore' ? 'ignore' : startChild(actor, context, label, spec);
  };
  const given = { id: spec.id, start, restart: spec.restart, significant: spec.significant };
  if (spec.sup !== undefined || spec.tree !== undefined) given.type = 'supervisor';
  if (spec.shutdown !== undefined) given.shutdown = actor.duration(spec.shutdown);
  return given;
}

function startChild(actor, context, label, spec) {
  const { world } = actor;
  if (spec.sup !== undefined) {
    const handle = context.TaskSupervisor.startLink(supervisorOptions(spec.sup));
    world.register(label, handle.pid, 'sup', handle);
    return handle;
  }
  if (spec.tree !== undefined) return startTree(actor, context, label, spec.tree, spec.children);
  return context.Task.startLink(actor.body({
    label, handles: new Map(), steps: spec.body, supervisor: context.self,
  }));
}

function startTree(actor, context, label, options, children) {
  const handle = context.Supervisor.startLink(children.map((spec) => specOf(actor, label, spec)), treeOptions(options));
  registerTree(actor.world, label, handle.pid);
  return handle;
}

function registerTree(world, label, pid) {
  if (world.rowOf(pid) === null) world.register(label, pid, 'tree', pid);
}

/** What a request to a tree came to; refusals are Elixir's error tuples. */
async function ask(actor, tree, call) {
  try {
    return await request(actor, tree, (row) => call(row.handle), { waits: false });
  } catch (error) {
    if (error instanceof ChildError) return ['error', REFUSALS[error.state]];
    if (error instanceof AlreadyStartedError) return ['error', 'already_started'];
    if (error instanceof ChildStartError) return ['error', reasonOf(error.reason)];
    throw error;
  }
}

const started = (answer) => {
  if (Array.isArray(answer)) return answer;
  return answer === null ? ['ok', 'undefined'] : 'ok';
};

const removed = (answer) => {
  if (Array.isArray(answer)) return answer;
  return answer ? 'ok' : ['error', 'not_found'];
};

export const trees = {
  async tree(actor, name, options, children) {
    const { world, context } = actor;
    try {
      const { pid } = startTree(actor, context, name, options, children);
      if (options.link === false) context.Process.unlink(pid);
      else world.link(actor.pid, pid);
    } catch (error) {
      if (!(error instanceof ChildStartError)) throw error;
      await error.stopped; // which Elixir's start_link waits for
      await actor.settle();
      actor.emit('tree', name, ['error', reasonOf(['shutdown', ['failedToStartChild', error.id, error.reason]])]);
      return;
    }
    actor.emit('tree', name, 'ok');
  },

  async t_start(actor, tree, spec) {
    const { Supervisor } = actor.context;
    const answer = await ask(actor, tree, (handle) => Supervisor.startChild(handle, specOf(actor, tree, spec)));
    actor.emit('t_start', `${tree}/${spec.id}`, started(answer));
  },

  async t_restart(actor, tree, id) {
    const { Supervisor } = actor.context;
    const answer = await ask(actor, tree, (handle) => Supervisor.restartChild(handle, id));
    actor.emit('t_restart', `${tree}/${id}`, started(answer));
  },

  async t_terminate(actor, tree, id) {
    const { Supervisor } = actor.context;
    const answer = await ask(actor, tree, (handle) => Supervisor.terminateChild(handle, id));
    actor.emit('t_terminate', `${tree}/${id}`, removed(answer));
  },

  async t_delete(actor, tree, id) {
    const { Supervisor } = actor.context;
    const answer = await ask(actor, tree, (handle) => Supervisor.deleteChild(handle, id));
    actor.emit('t_delete', `${tree}/${id}`, removed(answer));
  },

  async t_which(actor, tree) {
    const children = await request(actor, tree, (row) => actor.context.Supervisor.whichChildren(row.handle));
    actor.emit('t_which', tree, children.map(({ id, state }) => [id, STATES[state]]));
  },

  async t_count(actor, tree) {
    const counts = await request(actor, tree, (row) => actor.context.Supervisor.countChildren(row.handle));
    actor.emit('t_count', tree, counts);
  },
};
