import { Process, Supervisor, Task, TaskSupervisor, sleep } from 'belay-tasks';

export async function main({ how, stop }) {
  let sent = false;

  const sendMail = async ({ sleep }) => {
  //: mail
    await sleep(300);
    sent = true;
  //:
  };

  //: tree
  const tree = Supervisor.start(
    [TaskSupervisor.childSpec({ name: 'App.Tasks' })],
    { strategy: 'oneForOne', name: 'App' },
  );

  //: request
  const request = Task.start(async ({ Task, TaskSupervisor, sleep }) => {
    if (how === 'async') Task.async(sendMail, { label: 'mail' });
    else TaskSupervisor.startChild('App.Tasks', sendMail, { label: 'mail' });
    await sleep(100);
    throw new Error('boom');
  }, { label: 'request' });

  //: wait
  const ended = await Process.monitor(request).down;
  const children = TaskSupervisor.children('App.Tasks').length;
  await sleep(stop - 100);
  //: end
  await tree.stop();
  return { request: ended, children, sent };
}
