// Common mistake: forgetting timeout and cancellation paths.
// In Elixir, the mistake and its remedy:

export const elixir = `\
# mistake: waits as long as the slowest page, perhaps for ever
Task.await_many(tasks, :infinity)

# remedy: a limit for each page, and an end for those that overstep it
Task.async_stream(pages, &fetch_page/1,
  timeout: 300, on_timeout: :kill_task)
`;

export const title = 'Mistake: no timeout, no cancellation';
export const question =
  'One of three pages hangs. Waiting for all of them never ends; does a race ' +
  'against a timer put it right?';
export const rule =
  'A timeout is half of it: what is late must also be stopped. ' +
  'Pass ctx.signal on.';

const TIMEOUT = 200; // ms; a real one would be some seconds

export async function main({ Task, fetch, base, log, sleep }) {
  const pages = ['/users/1?ms=30', '/hang', '/users/3?ms=30'];
  const fetchPage = async (page, signal) => {
    const response = await fetch(base + page, { signal });
    return response.text();
  };
  // Only so that this example can end: nothing else stops the mistakes.
  const cleanUp = new AbortController();
  const { signal } = cleanUp;

  log('mistake: no timeout');
  const all = Promise.allSettled(pages.map((page) => fetchPage(page, signal)));
  const answer = await Promise.race([all, sleep(TIMEOUT)]);
  log(`  after ${TIMEOUT} ms: ${answer ? 'answered' : 'still waiting'}`);
  log(`  open requests: ${await openRequests()}`);
  cleanUp.abort();
  await all;

  log('mistake: a race against a timer, the loser is forgotten');
  const forgotten = new AbortController();
  const raced = await Promise.all(pages.map((page) => Promise.race([
    fetchPage(page, forgotten.signal).catch(() => {}),
    sleep(TIMEOUT).then(() => 'timeout'),
  ])));
  log(`  ${summary(raced)}`);
  log(`  open requests: ${await openRequests()}`);
  forgotten.abort();

  log('remedy: asyncStream with a timeout, killTask, and ctx.signal passed on');
  const settled = await Task.asyncStream(
    pages,
    (page, ctx) => fetchPage(page, ctx.signal),
    { maxConcurrency: 3, timeout: TIMEOUT, onTimeout: 'killTask' },
  ).toArray();
  const answers = settled.map(({ value, reason }) => value ?? reason.reason);
  log(`  ${summary(answers)}`);
  log(`  open requests: ${await openRequests()}`);

  async function openRequests() {
    return (await (await fetch(`${base}/stats`)).json()).inFlight;
  }
  function summary(texts) {
    const late = texts.filter((text) => text === 'timeout').length;
    return `pages: ${texts.length - late}, timed out: ${late}`;
  }
}

if (globalThis.process?.argv?.[1]?.endsWith('08-no-timeout.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
