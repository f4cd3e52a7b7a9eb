import { Process, Task } from 'belay-tasks';

export async function main({ crash, after }) {
  //: start
  const caller = Task.start(async ({ Task }) => {
    const work = Task.async(async ({ sleep }) => {
  //: work
      await sleep(300);
      return 'done';
  //: start
    }, { label: 'work' });

    const boom = Task.async(async ({ sleep }) => {
  //: boom
      await sleep(after);
      if (crash) throw new Error('boom');
  //: start
    }, { label: 'boom' });

  //: caller
    await Task.await(work);
    await Task.await(boom);
  //: start
  }, { label: 'caller' });

  //: end
  // A monitor tells how the caller ended.
  return Process.monitor(caller).down;
}
