/**
 * Steps that wait for tasks.
 *
 * In Elixir the outcome of a task can be taken once. Belay's handles keep it
 * (docs/differences.md), so for a handle that would be used up by now Elixir's
 * part is played here: it waits its time in vain.
 */
import { OwnerError } from 'belay-tasks';
import { Exit, failureOf, outcomeOf, Raised } from './normal.mjs';
import { TaskHandle } from './mailbox.mjs';

function taskOf(actor, name) {
  const handle = actor.handles.get(name);
  if (handle instanceof TaskHandle) return handle;
  throw actor.complain(`no task handle ${name} among ${[...actor.handles.keys()].sort().join(' ')}`);
}

/** Only the owner may wait: Elixir's error. */
class Refused extends Raised {
  constructor() {
    super('ArgumentError');
  }
}

/** Awaits one of Belay's functions. */
async function ask(actor, call) {
  try {
    return await call();
  } catch (error) {
    actor.check();
    throw error instanceof OwnerError ? new Refused() : error;
  } finally {
    actor.check();
  }
}

/** Somebody else's task is left to Belay, which refuses. */
const isUsedUp = (actor, handle) => handle.owner === actor && !handle.usable;

const exitOf = (reason, call, targets, time) => new Exit([reason, [call, targets, time]]);

async function awaitOne(actor, handle, time) {
  const { Task } = actor.context;
  if (isUsedUp(actor, handle)) {
    await actor.context.sleep(actor.milliseconds(time));
    throw exitOf('timeout', 'await', handle.label, time);
  }
  try {
    const value = await ask(actor, () => Task.await(handle.task, actor.milliseconds(time)));
    handle.useUp();
    return value;
  } catch (error) {
    if (error instanceof Refused) throw error;
    handle.useUp();
    throw exitOf(failureOf(error), 'await', handle.label, time);
  }
}

async function awaitMany(actor, handles, time) {
  const { Task } = actor.context;
  const targets = handles.map(({ label }) => label);
  const live = handles.filter((handle) => !isUsedUp(actor, handle));
  const deadline = actor.world.tick + time;
  let values;
  try {
    values = await ask(actor, () => Task.awaitMany(live.map(({ task }) => task), actor.milliseconds(time)));
  } catch (error) {
    if (error instanceof Refused) throw error;
    const reason = failureOf(error);
    await actor.settle();
    useUpAwaited(live, reason);
    throw exitOf(reason, 'await_many', targets, time);
  }
  for (const handle of live) handle.useUp();
  if (live.length === handles.length) return values;
  await actor.context.sleep(time === 'infinity' ? Infinity : actor.milliseconds(deadline - actor.world.tick));
  throw exitOf('timeout', 'await_many', targets, time);
}

/**
 * What a failed `await_many` leaves: replies that came after the end that
 * failed it are still in the mailbox, all else is taken or will never come.
 */
function useUpAwaited(handles, reason) {
  const ends = handles.filter(({ task }) => task.state === 'rejected').map(({ sequence }) => sequence);
  const first = reason === 'timeout' && ends.length === 0 ? Infinity : Math.min(...ends);
  for (const handle of handles) {
    if (handle.sequence > first && handle.owner.box.has(handle, 'reply')) {
      handle.watched = false;
      handle.owner.box.remove(handle, 'ended');
    } else handle.useUp();
  }
}

async function yieldOne(actor, handle, time) {
  if (isUsedUp(actor, handle)) {
    await actor.context.sleep(actor.milliseconds(time));
    return null;
  }
  const settled = await ask(actor, () => actor.context.Task.yield(handle.task, actor.milliseconds(time)));
  if (settled !== null) handle.useUp();
  return outcomeOf(settled);
}

const ON_TIMEOUT = { kill_task: 'killTask', ignore: 'ignore', nothing: 'nothing' };

/** The options of `yield_many`, which may be a mere time. */
function yieldOptions(options) {
  const { timeout = 5, limit, on_timeout: onTimeout } = typeof options === 'object' ? options : { timeout: options };
  return { timeout, limit, onTimeout };
}

async function yieldMany(actor, handles, options) {
  const { Task } = actor.context;
  const { timeout, limit, onTimeout } = yieldOptions(options);
  const live = handles.filter((handle) => !isUsedUp(actor, handle));
  const deadline = actor.world.tick + timeout;
  const pairs = await ask(actor, () => Task.yieldMany(live.map(({ task }) => task), {
    timeout: actor.milliseconds(timeout),
    ...(limit === undefined ? {} : { limit }),
    ...(onTimeout === undefined ? {} : { onTimeout: ON_TIMEOUT[onTimeout] }),
  }));
  const answered = pairs.filter(([, settled]) => settled !== null).length;
  const timedOut = actor.world.tick === deadline;
  if (live.length < handles.length && answered < (limit ?? handles.length)) {
    await actor.context.sleep(timeout === 'infinity' ? Infinity : actor.milliseconds(deadline - actor.world.tick));
    actor.check();
  }
  const results = new Map(live.map((handle, index) => [handle, pairs[index][1]]));
  for (const [handle, settled] of results) {
    if (settled !== null) handle.useUp();
    else if (timedOut && answered < (limit ?? handles.length) && (onTimeout ?? 'nothing') !== 'nothing') {
      handle.useUp();
      actor.world.unlink(actor.pid, handle.pid);
    }
  }
  return handles.map((handle) => outcomeOf(results.get(handle) ?? null));
}

async function shutDown(actor, handle, grace) {
  const { Task } = actor.context;
  const wasUsedUp = isUsedUp(actor, handle);
  if (wasUsedUp && handle.completed) return null;
  if (wasUsedUp && !actor.world.isAlive(handle.pid)) return ['exit', 'noproc'];
  if (handle.pid !== null) actor.world.unlink(actor.pid, handle.pid); // as the first thing
  const settled = await ask(actor, () => Task.shutdown(handle.task, actor.duration(grace)));
  handle.useUp();
  const outcome = outcomeOf(settled);
  return wasUsedUp && outcome?.[0] === 'ok' ? ['exit', 'normal'] : outcome;
}

async function ignore(actor, handle) {
  const wasUsedUp = isUsedUp(actor, handle);
  const settled = await ask(actor, () => actor.context.Task.ignore(handle.task));
  handle.useUp();
  if (handle.pid !== null) actor.world.unlink(actor.pid, handle.pid);
  return wasUsedUp ? null : outcomeOf(settled);
}

/** A step on one task: `act(actor, handle, argument)` gives its outcome. */
const onTask = (op, act) => async (actor, name, argument) => {
  const handle = taskOf(actor, name);
  actor.emit(op, handle.label, await act(actor, handle, argument));
};

/** The same on several. */
const onTasks = (op, act) => async (actor, names, argument) => {
  const handles = names.map((name) => taskOf(actor, name));
  actor.emit(op, handles.map(({ label }) => label), await act(actor, handles, argument));
};

export const waiting = {
  await: onTask('await', awaitOne),
  await_many: onTasks('await_many', awaitMany),
  yield: onTask('yield', yieldOne),
  yield_many: onTasks('yield_many', yieldMany),
  shutdown: onTask('shutdown', shutDown),
  ignore: onTask('ignore', ignore),
};
