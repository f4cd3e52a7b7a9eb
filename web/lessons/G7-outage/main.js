import { Task, TaskSupervisor, sleep } from 'belay-tasks';

export async function main({ backOff, maxRestarts }) {
  let starts = 0;

  const service = async ({ self, sleep, Process, signal }) => {
  //: service
    if (backOff && starts > 0) {
      await sleep(75 * 2 ** starts); // 150, 300, 600 ms
    }
    starts += 1;
    const { ok } = await fetch('/database', { signal });
    if (!ok) throw new Error('no database');
    Process.register('service', self);
    await sleep(Infinity); // serves
  //:
  };

  const user = ({ Process, exit }) => {
  //: user
    return Process.whereis('service') === null ? exit('noproc') : 'served';
  //:
  };

  //: start
  const site = await TaskSupervisor.start({ name: 'site', maxRestarts });
  await TaskSupervisor.startChild(site, service, { restart: 'permanent', label: 'service' });

  //: users
  const people = await TaskSupervisor.start({ name: 'people' });
  const asked = [];
  for (let n = 1; n <= 12; n += 1) {
    await sleep(250);
    asked.push(TaskSupervisor.asyncNolink(people, user, { label: `user ${n}` }));
  }
  const answers = await Task.yieldMany(asked);
  //: end
  const served = answers.filter(([, { status }]) => status === 'fulfilled').length;
  return { starts, served, turnedAway: answers.length - served };
}
