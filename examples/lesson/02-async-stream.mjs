// Many items, a few at a time, each with its own time limit.
// The lesson in Elixir:

export const elixir = `\
urls
|> Task.async_stream(&fetch_url/1,
  max_concurrency: 10,
  timeout: 3_000,
  on_timeout: :kill_task
)
|> Enum.map(fn
  {:ok, body} -> {:ok, body}
  {:exit, reason} -> {:error, reason}
end)
`;

export const title = 'asyncStream with a limit and a timeout';
export const question =
  'Thirty pages, ten at a time, and two of them never answer. ' +
  'How many results are there, and what does the server see?';
export const rule =
  'One result for each item, never more than the limit at once, ' +
  'and what is late is stopped.';

// The lesson allows each page 3_000 ms. So that you need not wait for the
// two that hang, it is less here.
const TIMEOUT = 300;

export async function main({ Task, fetch, base, log }) {
  const urls = Array.from({ length: 30 }, (_, n) =>
    n === 24 || n === 28 ? `${base}/hang` : `${base}/users/${n}?ms=50`);

  const fetchUrl = async (url, signal) => {
    const response = await fetch(url, { signal });
    return response.text();
  };

  const started = performance.now();
  const stream = Task.asyncStream(
    urls,
    (url, { signal }) => fetchUrl(url, signal),
    { maxConcurrency: 10, timeout: TIMEOUT, onTimeout: 'killTask' },
  );

  const results = [];
  for await (const settled of stream) {
    if (settled.status === 'fulfilled') {
      results.push({ ok: settled.value }); // {:ok, body} -> {:ok, body}
    } else { // {:exit, reason} -> {:error, reason}
      results.push({ error: settled.reason.reason });
    }
  }
  const elapsed = Math.round(performance.now() - started);

  const failed = results.flatMap(({ error }, n) => (error ? [n] : []));
  const seen = await (await fetch(`${base}/stats`)).json();
  log(`results: ${results.length}, in the order of the urls`);
  log(`ok: ${results.length - failed.length}, such as ${results[0].ok.trim()}`);
  for (const n of failed) log(`error: ${results[n].error}, url number ${n}`);
  log(`elapsed: ${elapsed} ms`);
  log(`the server saw ${seen.requests} requests, ` +
    `${seen.peakInFlight} at once at most, ` +
    `${seen.cancelled} cancelled by the client`);
}

if (globalThis.process?.argv?.[1]?.endsWith('02-async-stream.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
