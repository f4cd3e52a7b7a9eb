import { Task, sleep } from 'belay-tasks';

const ids = [1, 2, 3];

export async function main({ timeout, watch }) {
  // Promises are no tasks: watch draws them as rows, and does nothing to them.
  const ways = {
    race({ self, sleep }, getUser) {
      //: race
      const users = ids.map((id) => watch(getUser(id), `promise ${id}`, self));
      return Promise.race([Promise.all(users), sleep(timeout).then(() => 'timeout')]);
      //:
    },

    // As wait_for(gather(...), timeout): one signal cancels all of them.
    waitFor({ self }, getUser) {
      //: wait_for
      const signal = AbortSignal.timeout(timeout);
      const users = ids.map((id) => watch(getUser(id, signal), `promise ${id}`, self));
      return Promise.all(users).catch(() => 'timeout');
      //:
    },

    stream({ TaskSupervisor }, getUser) {
      //: stream
      return TaskSupervisor.asyncStreamNolink(
        TaskSupervisor.startLink({ name: 'MyApp.Tasks' }), ids,
        (id, { signal }) => getUser(id, signal),
        { maxConcurrency: 3, timeout, onTimeout: 'killTask', label: 'user' }).toArray();
      //:
    },
  };

  const results = Object.entries(ways).map(async ([name, way]) => {
    let done = 0;
    const getUser = async (id, signal) => {
      const response = await fetch(`/users/${id}`, { signal });
      done += 1;
      return response.json();
    };
    const got = await Task.await(Task.async((ctx) => way(ctx, getUser), { label: name }));
    const inTime = done;
    await sleep(800); // what still runs would be done by then
    return [name, { got, late: done - inTime }];
  });
  //: end
  return Object.fromEntries(await Promise.all(results));
}
