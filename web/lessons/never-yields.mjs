// The page's own example: what stops a body that gives nothing back.
// In Elixir a process is interrupted by its scheduler whatever it does:

export const elixir = `\
spinning = Task.async(fn -> Stream.run(Stream.cycle([0])) end)

Process.sleep(100)
Task.shutdown(spinning, :brutal_kill)
#=> nil, at once: the scheduler takes the process off the processor
`;

export const title = 'What if a body never yields?';
export const question =
  'One of two tasks spins in while (true) {}. The caller wants to kill it ' +
  'after 100 ms. Does it get the chance?';
export const rule =
  'A task can be killed where it waits. Code that never waits holds its ' +
  'whole thread: only ending the worker ends it.';

export async function main({ Task, sleep, log }) {
  const polite = Task.async(async ({ sleep }) => {
    await sleep(5_000);
  }, { label: 'polite' });

  const spinning = Task.async(async ({ sleep }) => {
    await sleep(50);
    while (true) {} // awaits nothing, returns nothing
  }, { label: 'spinning' });

  log('both are started, in 100 ms both are to go');
  await sleep(100);

  // Not reached: the timer is due, but the thread is not free to see it.
  await Task.shutdown(spinning, 'brutalKill');
  await Task.shutdown(polite);
  log('both are gone');
}
