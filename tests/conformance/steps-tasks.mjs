/** Steps that start processes. */
import { ChildHandle, TaskHandle } from './mailbox.mjs';
import { request } from './steps-supervisors.mjs';

/** The start of a child: it sees the handles that there are now. */
function childOf(actor, name, steps) {
  return { label: `${actor.label}/${name}`, handles: new Map(actor.handles), steps };
}

/** Names a task that this process may await. */
function bindTask(actor, name, label, task) {
  const handle = new TaskHandle({ task, label, owner: actor });
  actor.world.watch(task.pid, (reason, sequence) => handle.ended(sequence));
  return actor.bind(name, handle);
}

/** The options of a supervised start in Belay's words. */
function spawnOptions(actor, { shutdown, restart }) {
  return {
    ...(shutdown === undefined ? {} : { shutdown: actor.duration(shutdown) }),
    ...(restart === undefined ? {} : { restart }),
  };
}

/** `async` and `async_nolink` of a task supervisor. */
async function startTask(actor, call, name, supervisor, steps, options, isLinked) {
  const { world, context } = actor;
  const start = { ...childOf(actor, name, steps), supervisor: world.find(supervisor)?.pid };
  const task = await request(actor, supervisor, (row) =>
    context.TaskSupervisor[call](row.handle, actor.body(start), spawnOptions(actor, options)));
  bindTask(actor, name, start.label, task);
  if (isLinked) world.link(actor.pid, task.pid);
}

export const tasks = {
  async async(actor, name, steps) {
    const start = childOf(actor, name, steps);
    const task = actor.context.Task.async(actor.body(start));
    bindTask(actor, name, start.label, task);
    actor.world.link(actor.pid, task.pid);
  },

  async start_link(actor, name, steps) {
    const start = childOf(actor, name, steps);
    const pid = actor.context.Task.startLink(actor.body(start));
    actor.bind(name, new ChildHandle(start.label));
    actor.world.link(actor.pid, pid);
  },

  async start(actor, name, steps) {
    const start = childOf(actor, name, steps);
    actor.context.Task.start(actor.body(start));
    actor.bind(name, new ChildHandle(start.label));
  },

  async completed(actor, name, value) {
    const task = actor.context.Task.completed({ status: 'fulfilled', value });
    actor.bind(name, new TaskHandle({ task, label: `${actor.label}/${name}`, owner: actor, completed: true }));
  },

  async async_sup(actor, name, supervisor, steps, options = {}) {
    await startTask(actor, 'async', name, supervisor, steps, options, true);
  },

  async async_nolink(actor, name, supervisor, steps, options = {}) {
    await startTask(actor, 'asyncNolink', name, supervisor, steps, options, false);
  },

  async start_child(actor, name, supervisor, steps, options = {}) {
    const { world, context } = actor;
    const start = { ...childOf(actor, name, steps), supervisor: world.find(supervisor)?.pid };
    const pid = await request(actor, supervisor, (row) =>
      context.TaskSupervisor.startChild(row.handle, actor.body(start), spawnOptions(actor, options)),
    { full: () => null });
    if (pid !== null) actor.bind(name, new ChildHandle(start.label));
    actor.emit('start_child', start.label, pid === null ? ['error', 'max_children'] : 'ok');
  },
};
