import { aggregate } from './aggregator.mjs';

// The lesson's exercise, the Parallel API Aggregator, at work.
// What aggregator.mjs is made of, in Elixir:

export const elixir = `\
endpoints
|> Task.async_stream(&load/1,
  max_concurrency: 3,
  timeout: 2_000,
  on_timeout: :kill_task
)
|> Enum.zip(endpoints)
|> Map.new(fn
  {{:ok, {:ok, value}}, e} -> {e.name, {:live, value}}
  {{:ok, {:error, reason}}, e} -> {e.name, {:error, {:crash, reason}}}
  {{:exit, :timeout}, e} -> {e.name, {:fallback, last_known(e)}}
end)

Task.Supervisor.start_child(MyApp.Refreshes, fn -> refresh(endpoint) end,
  restart: :transient)
`;

export const title = 'Exercise: Parallel API Aggregator';
export const question =
  'Of three services one answers, one is slow and one is broken. ' +
  'What does the page that needs all three get?';
export const rule =
  'Bound it, time it, name each failure, have something to show instead, ' +
  'and let a supervisor mend it behind the scenes.';

// A request has this long (the exercise leaves the figure open). The slow
// service needs longer; the background refresh waits for it.
const TIMEOUT = 200;

export async function main({
  Task, TaskSupervisor, Supervisor, Process, fetch, base, log,
}) {
  const get = (path) => async ({ signal }) => {
    const response = await fetch(base + path, { signal });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return response.json();
  };
  const endpoints = [
    { name: 'user', load: get('/users/7?ms=20') },
    { name: 'orders', load: get('/delay?ms=450'), fallback: 'no orders yet' },
    { name: 'stock', load: get('/fail?status=503&ms=20') },
  ];

  const tree = Supervisor.start(
    [TaskSupervisor.childSpec({ name: 'MyApp.Refreshes' })],
    { strategy: 'oneForOne' },
  );
  const cache = new Map();
  const page = async (ctx) => aggregate(ctx, endpoints, {
    maxConcurrency: 3,
    timeout: TIMEOUT,
    supervisor: 'MyApp.Refreshes',
    cache,
  });

  log('first page');
  show(await timed(() => Task.await(Task.async(page))));

  // The task that served the page has ended, its refresh goes on.
  const refreshes = TaskSupervisor.children('MyApp.Refreshes');
  const labels = refreshes.map((pid) => Process.info(pid).label);
  log(`  in the background: ${labels.join(', ')}`);
  const [ended] = await Promise.all(
    refreshes.map((pid) => Process.monitor(pid).down));
  log(`  the refresh ended: ${ended}`);

  log('second page');
  show(await timed(() => Task.await(Task.async(page))));

  const seen = await (await fetch(`${base}/stats`)).json();
  log(`the server saw ${seen.requests} requests, ` +
    `${seen.peakInFlight} at once at most, ` +
    `${seen.cancelled} cancelled by the client`);
  await tree.stop();

  async function timed(serve) {
    const started = performance.now();
    const response = await serve();
    log(`  elapsed: ${Math.round(performance.now() - started)} ms`);
    return response;
  }
  function show(response) {
    for (const [name, { source, value, error }] of Object.entries(response)) {
      const answer = value === undefined ? '' : ` ${JSON.stringify(value)}`;
      const failure = error ? ` (${error.kind}: ${error.reason})` : '';
      log(`  ${name}: ${source}${answer}${failure}`);
    }
  }
}

if (globalThis.process?.argv?.[1]?.endsWith('10-aggregator.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
