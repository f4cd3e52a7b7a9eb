// Start work with Task.async, collect its value with Task.await.
// The lesson in Elixir:

export const elixir = `\
task = Task.async(fn ->
  expensive_calculation()
end)

result = Task.await(task, 5_000)
`;

export const title = 'async and await';
export const question =
  'Three calls that need nothing of each other take 250, 120 and 180 ms. ' +
  'How long do all three take?';
export const rule =
  'Start everything, then wait: it takes as long as the slowest, not the sum.';

export async function main({ Task, fetch, base, log }) {
  const expensiveCalculation = async (ms, signal) => {
    const response = await fetch(`${base}/delay?ms=${ms}`, { signal });
    return (await response.json()).waited;
  };

  // One task: the caller is free until it wants the value.
  const task = Task.async(({ signal }) => expensiveCalculation(100, signal));
  log(`task ${task.pid} is ${task.state}, the caller goes on`);
  const result = await Task.await(task, 5_000);
  log(`task ${task.pid} is ${task.state}: ${result}`);
  log();

  // Three tasks: all are started before the first await.
  const started = performance.now();
  const elapsed = () => `${Math.round(performance.now() - started)} ms`;
  const tasks = [250, 120, 180].map((ms) =>
    Task.async(async ({ signal }) => {
      const value = await expensiveCalculation(ms, signal);
      log(`  the one of ${ms} ms is done`);
      return value;
    }),
  );
  const results = await Task.awaitMany(tasks, 5_000);
  log(`results in the order of the tasks: ${results.join(', ')}`);
  log(`elapsed: ${elapsed()}, one after the other it had been 550 ms`);
}

if (globalThis.process?.argv?.[1]?.endsWith('01-async-await.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
