import { Task } from 'belay-tasks';

export async function main({ timeout, politely }) {
  //: start
  const polite = Task.async(async ({ sleep }) => {
    //: polite
    await sleep(politely);
    return 'done';
  //: start
  }, { label: 'polite' });

  // A module, the name of an export, arguments: this body runs on a worker.
  const work = new URL('./spin.js', import.meta.url);
  const runaway = Task.async(work, 'spin', [], { label: 'runaway' });

  //: wait
  const late = await Task.yield(runaway, timeout);
  const ended = await Task.shutdown(runaway, 'brutalKill');

  //: next
  const next = Task.async(work, 'add', [1, 2], { label: 'next' });
  //: end
  return { late, ended, next: await Task.await(next), polite: await Task.await(polite) };
}
