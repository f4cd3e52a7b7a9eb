// A deadline for one call, and nothing left running behind it.
// The lesson in Elixir:

export const elixir = `\
def safe_fetch(id) do
  task = Task.async(fn -> fetch_remote(id) end)

  try do
    {:ok, Task.await(task, 2_000)}
  catch
    :exit, {:timeout, _} ->
      Task.shutdown(task, :brutal_kill)
      {:error, :timeout}
  end
end
`;

export const title = 'safeFetch: error handling and timeouts';
export const question =
  'The await has timed out and the caller has caught it. ' +
  'Who stops the request?';
export const rule =
  'A timeout ends the waiting, not the work: catch it, shut the task down, ' +
  'answer in one shape.';

// The lesson waits for 2_000 ms. So that you need not, it is less here.
const TIMEOUT = 300;

export async function main({ Task, fetch, base, log }) {
  const fetchRemote = async (id, signal) => {
    const path = id === 'stuck' ? '/hang' : `/users/${id}?ms=40`;
    const response = await fetch(`${base}${path}`, { signal });
    return response.json();
  };
  const openRequests = async () =>
    (await (await fetch(`${base}/stats`)).json()).inFlight;

  async function safeFetch(id) {
    const task = Task.async(({ signal }) => fetchRemote(id, signal));
    try {
      return { ok: await Task.await(task, TIMEOUT) };
    } catch (error) {
      if (error.reason !== 'timeout') throw error;
      log(`  timed out: task ${task.state}, ` +
        `open requests: ${await openRequests()}`);
      await Task.shutdown(task, 'brutalKill');
      log(`  shut down: task ${task.state}, ` +
        `open requests: ${await openRequests()}`);
      return { error: 'timeout' };
    }
  }

  for (const id of ['7', 'stuck']) {
    const started = performance.now();
    log(`safeFetch('${id}')`);
    const answer = await safeFetch(id);
    const elapsed = Math.round(performance.now() - started);
    log(`  ${JSON.stringify(answer)} after ${elapsed} ms`);
  }

  const seen = await (await fetch(`${base}/stats`)).json();
  log(`the server saw ${seen.requests} requests, ` +
    `${seen.cancelled} cancelled by the client`);
}

if (globalThis.process?.argv?.[1]?.endsWith('05-safe-fetch.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
