import { TaskSupervisor, sleep } from 'belay-tasks';

export async function main({ ends }) {
  const starts = { temporary: 0, transient: 0, permanent: 0 };

  const child = (restart) => async ({ Process, exit, self, sleep }) => {
  //: body
    starts[restart] += 1;
    if (starts[restart] > 1) await sleep(Infinity);
    await sleep(100);
    if (ends === 'crashes') throw new Error('boom');
    if (ends === 'shutdown') exit('shutdown');
    if (ends === 'killed') Process.exit(self, 'kill');
  //:
  };

  //: start
  const pool = TaskSupervisor.start({ name: 'pool' });
  for (const restart of Object.keys(starts)) {
    TaskSupervisor.startChild(pool, child(restart), { restart, label: restart });
  }
  //: end
  await sleep(300);
  await pool.stop();
  return starts;
}
