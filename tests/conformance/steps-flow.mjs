/** Steps that only concern the body itself. */
import { Exit, failureOf, GONE, Raised, Thrown } from './normal.mjs';

/** What `catch` shows for something thrown. */
function caught(error) {
  if (error instanceof Exit) return ['exit', error.reason];
  if (error instanceof Raised) return error.normal;
  if (error instanceof Thrown) return ['throw', error.value];
  return failureOf(error);
}

export const flow = {
  async sleep(actor, ticks) {
    await actor.sleep(ticks);
  },

  async hang(actor) {
    await actor.context.sleep(Infinity);
  },

  async return(actor, value) {
    return { value };
  },

  async raise(actor, text) {
    throw new Raised(text);
  },

  async throw(actor, value) {
    throw new Thrown(value);
  },

  async exit(actor, reason) {
    throw new Exit(reason);
  },

  async trap_exit(actor, on) {
    actor.context.Process.flag('trapExit', on);
    actor.traps = on;
  },

  async catch(actor, steps) {
    let result;
    try {
      const returned = await actor.run(steps);
      result = ['return', returned === null ? null : returned.value];
    } catch (error) {
      actor.check();
      if (error === GONE) throw error;
      result = caught(error);
    }
    actor.emit('catch', null, result);
  },

  async by_run(actor, bodies) {
    const returned = await actor.run(bodies[actor.row.run - 1] ?? bodies.at(-1));
    return returned ?? undefined;
  },
};
