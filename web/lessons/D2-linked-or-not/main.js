import { Process, Task, TaskSupervisor } from 'belay-tasks';

export async function main({ fails, after }) {
  const work = async (item, { exit, sleep }) => {
  //: body
    await sleep(item === 2 ? after : 200);
    if (item === 2 && fails) exit('kaboom');
    return item;
  //:
  };

  //: start
  TaskSupervisor.start({ name: 'pool' });
  let entries = null;

  const linked = Task.start(async ({ TaskSupervisor }) => {
  //: linked
    await TaskSupervisor.asyncStream('pool', [1, 2, 3], work,
      { maxConcurrency: 3, label: 'linked' }).toArray();
  //: start
  }, { label: 'linked' });

  const nolink = Task.start(async ({ TaskSupervisor }) => {
  //: nolink
    entries = await TaskSupervisor.asyncStreamNolink('pool', [1, 2, 3], work,
      { maxConcurrency: 3, label: 'nolink' }).toArray();
  //: start
  }, { label: 'nolink' });

  //: end
  const downs = [linked, nolink].map((pid) => Process.monitor(pid).down);
  return { linked: await downs[0], nolink: await downs[1], entries };
}
