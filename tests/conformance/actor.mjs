/**
 * A body of a scenario as a process of Belay: runs its steps one after the
 * other, and does nothing more when its process has ended.
 */
import { Mailbox } from './mailbox.mjs';
import { Exit, GONE, Raised, TICK_MS } from './normal.mjs';
import { flow } from './steps-flow.mjs';
import { signals } from './steps-signals.mjs';
import { streams } from './steps-streams.mjs';
import { supervisors } from './steps-supervisors.mjs';
import { tasks } from './steps-tasks.mjs';
import { trees } from './steps-trees.mjs';
import { waiting } from './steps-waiting.mjs';

const STEPS = { ...flow, ...tasks, ...waiting, ...streams, ...supervisors, ...trees, ...signals };

/* More than any chain of promises between an event and whom it concerns. */
const MICROTASKS = 20;

export class Actor {
  box = new Mailbox();
  traps = false;

  /**
   * @param world the scenario
   * @param context what Belay gives to a body
   * @param start { label, handles, supervisor, consumer }: its name, the handles
   *   it can see, whose child it is, of whose stream it is an item
   */
  constructor(world, context, { label, handles, supervisor, consumer = null }) {
    this.world = world;
    this.context = context;
    this.handles = new Map(handles);
    this.row = world.register(label, context.self, 'body');
    this.row.isHelped = consumer !== null && supervisor === undefined;
    if (supervisor !== undefined) world.link(supervisor, context.self);
    context.Process.onExit(({ from, reason }) => {
      if (from === supervisor) world.unlink(from, context.self); // as supervisors do before they stop one
      // A stream's items are linked to its consumer, in Elixir to a helper of it.
      const name = from === consumer ? '?' : world.nameOf(from);
      this.box.push({ kind: 'exit', from: name, reason: world.reasonOf(reason) });
    });
  }

  get label() {
    return this.row.label;
  }

  get pid() {
    return this.row.pid;
  }

  get isGone() {
    return !this.world.isAlive(this.pid);
  }

  /** Throws when the process has ended: called before all that shows. */
  check() {
    if (this.isGone) throw GONE;
  }

  emit(op, target, result) {
    this.check();
    return this.world.emit(this.row.who, op, target, result);
  }

  /** Waits for so many ticks, to the beginning of one. */
  async sleep(ticks) {
    if (ticks === 0) return;
    await this.context.sleep(this.milliseconds(ticks));
    this.check();
  }

  /** A duration from now on, for one of Belay's functions. */
  milliseconds(ticks) {
    if (ticks === 'infinity') return Infinity;
    return ticks === 0 ? 0 : this.world.until(ticks);
  }

  /** A duration that begins later. */
  duration(ticks) {
    if (ticks === 'infinity') return Infinity;
    return ticks === 'brutal_kill' ? 'brutalKill' : ticks * TICK_MS;
  }

  /** Lets everything be told that has happened by now. */
  async settle() {
    for (let count = 0; count < MICROTASKS; count++) await null;
    this.check();
  }

  /** Runs steps: { value } when one of them returned, else null. */
  async run(steps) {
    for (const [name, ...args] of steps) {
      this.check();
      const step = Object.hasOwn(STEPS, name) ? STEPS[name] : null;
      if (step === null) throw this.complain(`no such step: ${name}`);
      const returned = await step(this, ...args);
      this.check();
      if (returned !== undefined) return returned;
    }
    return null;
  }

  /** The scenario itself is wrong. */
  complain(why) {
    this.world.invalid = why;
    return new Raised(why);
  }

  /** The body of a child: { label, handles, steps }. */
  body(start) {
    return bodyOf(this.world, start);
  }

  /* ---- Names ---------------------------------------------------------- */

  bind(name, handle) {
    this.handles.set(name, handle);
    return handle;
  }

  /** The name of a process or handle as rows show it. */
  labelOf(target) {
    return this.handles.get(target)?.label ?? (target === 'self' ? this.label : target);
  }

  /** Null for one that has never begun. */
  pidOf(target) {
    const handle = this.handles.get(target);
    if (handle?.task !== undefined) return handle.pid;
    if (handle === undefined && target === 'self') return this.pid;
    return this.world.find(handle?.label ?? target)?.pid ?? null;
  }
}

/**
 * The body of a process: `(context) => promise` for whatever starts it.
 *
 * @param start { label, handles, steps, ... }; `begun`, if any, is told its row
 */
export const bodyOf = (world, start) => async (context) => {
  const actor = new Actor(world, context, start);
  start.begun?.(actor.row);
  try {
    const returned = await actor.run(start.steps);
    const value = returned === null ? null : returned.value;
    actor.emit('return', null, value);
    actor.row.returned = { value };
    return value;
  } catch (error) {
    if (error === GONE || actor.isGone) return undefined;
    if (error instanceof Exit) return context.exit(error.reason);
    throw error;
  }
};

