/** Children for the tests of supervisors, which write down what happens to them. */
export const forever = ({ sleep }) => sleep(Infinity);

/**
 * Makes specs whose children write `+id` when they begin, `-id` when they are
 * asked to stop, and `.id` when they end in their own time after that.
 */
export function recorder() {
  const log = [];

  /** @param takes ms that it needs to end once it is asked */
  const body = (id, takes) => async ({ signal, Process, sleep }) => {
    log.push(`+${id}`);
    Process.flag('trapExit', true);
    const asked = await new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(false));
      Process.onExit(() => resolve(true));
    });
    if (!asked) return; // killed
    log.push(`-${id}`);
    if (takes === 0) return;
    await sleep(takes);
    log.push(`.${id}`);
  };

  const spec = (id, { takes = 0, ...fields } = {}) => ({
    id,
    start: ({ Task }) => Task.startLink(body(id, takes), { label: id }),
    ...fields,
  });

  /** What was written since the last time. */
  const taken = () => log.splice(0).join(' ');

  return { spec, taken };
}

/** `id:state` of each child in the order of their starts. */
export const statesOf = (Supervisor, supervisor) =>
  Supervisor.whichChildren(supervisor).reverse().map(({ id, state }) => `${id}:${state}`).join(' ');

/** The pid of one child. */
export const pidOf = (Supervisor, supervisor, id) =>
  Supervisor.whichChildren(supervisor).find((child) => child.id === id)?.pid ?? null;
