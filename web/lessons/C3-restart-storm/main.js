import { Process, TaskSupervisor, sleep } from 'belay-tasks';

const get = async (path, signal) => {
  const response = await fetch(path, { signal });
  if (!response.ok) throw new Error(`${response.status} ${path}`);
};

export async function main({ maxRestarts, maxSeconds }) {
  let starts = 0;

  const feed = async ({ signal, sleep }) => {
  //: feed
    starts += 1;
    for (;;) {
      await get('/feed', signal);
      await sleep(250);
    }
  //:
  };

  //: start
  const pool = TaskSupervisor.start({ name: 'pool', maxRestarts, maxSeconds });
  const worker = TaskSupervisor.startChild(pool,
    ({ sleep }) => sleep(Infinity), { label: 'worker' });
  TaskSupervisor.startChild(pool, feed, { restart: 'permanent', label: 'feed' });

  //: wait
  // Monitors tell how supervisor and worker end, if they do within 8 s.
  const ends = [Process.monitor(pool.pid).down, Process.monitor(worker).down];
  await Promise.race([ends[0], sleep(8000)]);
  //: end
  if (Process.alive(pool.pid)) await pool.stop();
  return { starts, pool: await ends[0], worker: await ends[1] };
}
