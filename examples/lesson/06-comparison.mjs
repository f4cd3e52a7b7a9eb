// The same four calls in three languages' ways, when one of them crashes and
// when one of them hangs. The lesson in Elixir, Python and JavaScript:

export const elixir = `\
ids
|> Task.async_stream(&fetch_user/1, max_concurrency: 8, timeout: 2_000)
|> Enum.to_list()
`;

export const python = `\
results = await asyncio.gather(
    fetch_user(id1),
    fetch_user(id2),
    return_exceptions=True,
)
`;

export const javascript = `\
const results = await Promise.allSettled([
  fetchUser(id1),
  fetchUser(id2),
]);
`;

export const title = 'gather, allSettled and asyncStream';
export const question =
  'One of four calls crashes, or hangs. Which way answers, with what, ' +
  'and who is still running afterwards?';
export const rule =
  'gather and allSettled report a crash but wait for ever and stop nothing; ' +
  'asyncStream has a limit, a deadline and a kill.';

// The lesson's timeout is 2_000 ms. So that you need not wait for it four
// times, it is less here; PATIENCE is when this example stops to wait for
// the ways that have no timeout.
const TIMEOUT = 150;
const PATIENCE = 200;

export async function main({ Task, TaskSupervisor, fetch, base, log, sleep }) {
  const paths = { crash: '/reset?ms=5', hang: '/hang' };
  const fetchUser = async (id, signal) => {
    const path = paths[id] ?? `/users/${id}?ms=40`;
    const response = await fetch(`${base}${path}`, { signal });
    return (await response.json()).name;
  };

  const ways = {
    // Python's asyncio.gather: values and errors in one list.
    'gather with return_exceptions': (ids, signal) => Promise.all(
      ids.map((id) => fetchUser(id, signal).catch((error) => error)),
    ),

    'Promise.allSettled': (ids, signal) => Promise.allSettled(
      ids.map((id) => fetchUser(id, signal)),
    ),

    // As in the lesson: linked, so that a failure is the caller's too.
    'Task.asyncStream': (ids) => Task.asyncStream(
      ids,
      (id, { signal }) => fetchUser(id, signal),
      { maxConcurrency: 8, timeout: TIMEOUT },
    ).toArray(),

    // Not linked, and late tasks are killed: every end is a result.
    'asyncStreamNolink, killTask': (ids) => TaskSupervisor.asyncStreamNolink(
      supervisor,
      ids,
      (id, { signal }) => fetchUser(id, signal),
      { maxConcurrency: 8, timeout: TIMEOUT, onTimeout: 'killTask' },
    ).toArray(),
  };

  const supervisor = TaskSupervisor.start();
  for (const trouble of ['crash', 'hang']) {
    log(`ids 1, 2, ${trouble}, 4`);
    for (const [name, way] of Object.entries(ways)) {
      // Nobody else would end what the first two leave behind.
      const cleanUp = new AbortController();
      await fetch(`${base}/stats`, { method: 'DELETE' }); // counts afresh
      const started = performance.now();
      const outcome = await Promise.race([
        way([1, 2, trouble, 4], cleanUp.signal).then(
          (results) => results.map(show).join(' | '),
          (error) => `throws ${show(error)}`,
        ),
        sleep(PATIENCE).then(() => 'no answer, the example gave up'),
      ]);
      const elapsed = Math.round(performance.now() - started);
      const seen = await (await fetch(`${base}/stats`)).json();
      log(`  ${name}`);
      log(`    ${outcome}`);
      log(`    after ${elapsed} ms; requests cancelled: ${seen.cancelled}, ` +
        `left open: ${seen.inFlight}`);
      cleanUp.abort();
    }
  }
  await TaskSupervisor.stop(supervisor);

  function show(result) {
    if (result.status === 'fulfilled') return `ok ${result.value}`;
    if (result.status === 'rejected') return `error ${show(result.reason)}`;
    if (result instanceof Error) return result.reason ?? result.message;
    return result;
  }
}

if (globalThis.process?.argv?.[1]?.endsWith('06-comparison.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
