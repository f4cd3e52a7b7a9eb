// Common mistake: spawning unbounded tasks from large collections.
// In Elixir, the mistake and its remedy:

export const elixir = `\
# mistake: as many tasks as users
users |> Enum.map(&Task.async(fn -> load(&1) end)) |> Task.await_many()

# remedy: ten at a time
users |> Task.async_stream(&load/1, max_concurrency: 10) |> Enum.to_list()
`;

export const title = 'Mistake: unbounded tasks';
export const question =
  'A hundred users are loaded from a service that takes ten requests at ' +
  'once and refuses the rest. How many get through?';
export const rule =
  'The size of a collection is no limit: choose one that the other side bears.';

export async function main({ Task, fetch, base, log }) {
  const users = Array.from({ length: 100 }, (_, id) => id);
  let loading = 0;
  let peak = 0;
  const load = async (user, signal) => {
    loading += 1;
    peak = Math.max(peak, loading);
    const url = `${base}/limited?max=10&ms=40&user=${user}`;
    const response = await fetch(url, { signal });
    await response.text();
    loading -= 1;
    return response.status;
  };

  log('mistake: one task for each user, all at once');
  let started = performance.now();
  const tasks = users.map((user) =>
    Task.async(({ signal }) => load(user, signal)));
  await report(await Task.awaitMany(tasks));

  log('remedy: asyncStream, ten at a time');
  await fetch(`${base}/stats`, { method: 'DELETE' }); // counts afresh
  peak = 0;
  started = performance.now();
  const stream = Task.asyncStream(
    users,
    (user, { signal }) => load(user, signal),
    { maxConcurrency: 10 },
  );
  const results = await stream.toArray();
  await report(results.map(({ value }) => value));

  async function report(statuses) {
    const elapsed = Math.round(performance.now() - started);
    const loaded = statuses.filter((status) => status === 200).length;
    const refused = statuses.filter((status) => status === 429).length;
    const seen = await (await fetch(`${base}/stats`)).json();
    log(`  loaded: ${loaded}, refused with 429: ${refused}`);
    log(`  tasks at once: ${peak}, at the server: ${seen.peakInFlight}`);
    log(`  elapsed: ${elapsed} ms`);
  }
}

if (globalThis.process?.argv?.[1]?.endsWith('07-unbounded.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
