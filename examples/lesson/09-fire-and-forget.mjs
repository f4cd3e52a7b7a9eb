// Common mistake: fire-and-forget tasks for critical writes without retries
// or monitoring. In Elixir, the mistake and its remedy:

export const elixir = `\
# mistake: nobody learns of it
Task.start(fn -> save(order) end)

# remedy: retried, restarted, monitored
{:ok, pid} =
  Task.Supervisor.start_child(MyApp.Writes,
    fn -> save_with_retries(order) end, restart: :transient)

ref = Process.monitor(pid)

receive do
  {:DOWN, ^ref, :process, ^pid, :normal} -> :saved
  {:DOWN, ^ref, :process, ^pid, reason} -> alert(order, reason)
end
`;

export const title = 'Mistake: a critical write, fired and forgotten';
export const question =
  'The order service is down for two requests. Who notices that an order ' +
  'was lost, and how is it kept?';
export const rule =
  'A write that matters has an owner, retries, a key that makes it safe to ' +
  'repeat, and somebody who hears of its end.';

export async function main({
  Task, TaskSupervisor, Process, fetch, base, log, sleep,
}) {
  // The service is down for the first `down` requests of each order.
  const save = async (order, signal) => {
    const response = await fetch(`${base}/orders?down=${order.down}&ms=60`, {
      method: 'POST',
      headers: { 'idempotency-key': order.id },
      body: JSON.stringify({ id: order.id }),
      signal,
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
  };

  log('mistake: fired and forgotten');
  Task.start(({ signal }) => save({ id: 'A', down: 2 }, signal), {
    label: 'save order A',
  });
  await sleep(150); // all there is of its crash is a line in the log
  log(`  orders kept: ${await kept()}`);

  log('remedy: supervised, retried, monitored');
  const writes = TaskSupervisor.start({ name: 'MyApp.Writes' });

  // Expected failures are retried with a pause; when they do not end, the
  // task gives up for a reason that calls for no restart. Any other end is
  // a crash, and the supervisor starts the task again.
  const saveSafely = (order, attempts = 4) => TaskSupervisor.startChild(
    'MyApp.Writes',
    async (ctx) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await save(order, ctx.signal);
        } catch (error) {
          if (ctx.signal.aborted) throw error; // killed: nobody waits for us
          log(`    ${order.id}: attempt ${attempt}, ${error.message}`);
          if (attempt === attempts) ctx.exit(['shutdown', error.message]);
          await ctx.sleep(10 * 2 ** attempt);
        }
      }
    },
    { restart: 'transient', label: `save order ${order.id}` },
  );
  const monitored = async (order, pid) => {
    const reason = await Process.monitor(pid).down;
    log(reason === 'normal'
      ? `  order ${order.id} saved`
      : `  ALERT: order ${order.id} is not saved: ${show(reason)}`);
  };

  const flaky = { id: 'B', down: 2 };
  await monitored(flaky, saveSafely(flaky));

  const doomed = { id: 'C', down: 900 };
  await monitored(doomed, saveSafely(doomed, 2));

  // Killed in the middle of the request: nobody knows whether it arrived.
  const unlucky = { id: 'D', down: 0 };
  const first = saveSafely(unlucky);
  await sleep(20);
  const { down } = Process.monitor(first);
  Process.exit(first, 'kill');
  log(`  the task of order D ended: ${await down}`);
  const [again] = TaskSupervisor.children('MyApp.Writes');
  log(`  its supervisor has started it again: ${again !== first}`);
  await monitored(unlucky, again);

  log(`  orders kept: ${await kept()}`);
  await TaskSupervisor.stop(writes);

  async function kept() {
    const { records } = await (await fetch(`${base}/orders`)).json();
    return records.map(({ id }) => id).join(', ') || 'none';
  }
  function show(reason) {
    return Array.isArray(reason) ? reason.join(', ') : String(reason);
  }
}

if (globalThis.process?.argv?.[1]?.endsWith('09-fire-and-forget.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
