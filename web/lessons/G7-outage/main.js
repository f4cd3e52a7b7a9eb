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

  const user = async ({ sleep, Process, exit }) => {
  //: user
    await sleep(60); // on the way there
    return Process.whereis('service') === null ? exit('noproc') : 'served';
  //:
  };

  //: start
  const site = await TaskSupervisor.start({ name: 'site', maxRestarts });
  await TaskSupervisor.startChild(site, service, { restart: 'permanent', label: 'service' });

  //: users
  const people = await TaskSupervisor.start({ name: 'people' });
  const asked = [];
  for (let n = 1; n <= 10; n += 1) {
    await sleep(300);
    asked.push(TaskSupervisor.asyncNolink(people, user, { label: `user ${n}` }));
  }
  const answers = await Task.yieldMany(asked);
  //: end
  const served = answers.filter(([, { status }]) => status === 'fulfilled').length;
  return { starts, served, turnedAway: answers.length - served };
}
