import { Task, TaskSupervisor, sleep } from 'belay-tasks';

export async function main({ maxChildren, takes }) {
  //: open
  const pool = TaskSupervisor.start({ name: 'pool', maxChildren });
  const started = [];
  const refused = [];

  const work = async ({ sleep }) => {
  //: body
    await sleep(takes);
    return 'done';
  //:
  };

  for (const job of [1, 2, 3, 4, 5, 6]) {
    if (job > 1) await sleep(200);
    try {
  //: start
      TaskSupervisor.startChild(pool, work, { label: `job ${job}` });
      started.push(job);
    } catch {
  //: refused
      refused.push(job);
    }
  //:
  }

  let async;
  try {
  //: async
    const task = TaskSupervisor.async(pool, work, { label: 'job 7' });
    async = await Task.await(task);
  } catch (error) {
  //: refused
    async = error.name;
  }

  //: end
  await sleep(takes);
  await pool.stop();
  return { started, refused, async };
}
