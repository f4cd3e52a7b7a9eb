import { Process, Task, TaskSupervisor, sleep } from 'belay-tasks';

export async function main({ ends }) {
  const work = async ({ sleep }) => {
  //: body
    await sleep(300);
  //:
  };

  //: start
  TaskSupervisor.start({ name: 'pool' });
  const pids = {};
  const parent = Task.start(async ({ Task, TaskSupervisor, Process, self, sleep }) => {
    pids.async = Task.async(work, { label: 'async' }).pid;
    pids.supAsync = TaskSupervisor.async('pool', work, { label: 'Sup.async' }).pid;
    pids.asyncNolink = TaskSupervisor.asyncNolink('pool', work, { label: 'asyncNolink' }).pid;
    pids.startChild = TaskSupervisor.startChild('pool', work, { label: 'startChild' });
  //: parent
    await sleep(100);
    if (ends === 'crashes') throw new Error('boom');
    if (ends === 'killed') Process.exit(self, 'kill');
  //:
  }, { label: 'parent' });

  //: end
  await sleep(50); // all four are started by now
  const ended = {};
  const watch = async (name) => {
    ended[name] = await Process.monitor(pids[name]).down;
  };
  await Promise.all(Object.keys(pids).map(watch));
  return ended;
}
