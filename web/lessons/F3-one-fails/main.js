import { Task, TaskSupervisor, sleep } from 'belay-tasks';

const ids = [1, 2, 3];

export async function main({ watch }) {
  // Promises are no tasks: watch draws them as rows, and does nothing to them.
  const ways = {
    // As gather(...) without return_exceptions: the first error, at once.
    gather({ self }, getUser) {
      //: gather
      return Promise.all(ids.map((id) => watch(getUser(id), `promise ${id}`, self)));
      //:
    },

    // As a TaskGroup: whoever fails takes the others along.
    group({ Task }, getUser) {
      //: group
      const users = ids.map((id) =>
        Task.async(({ signal }) => getUser(id, signal), { label: `user ${id}` }));
      return Task.awaitMany(users);
      //:
    },

    stream({ TaskSupervisor }, getUser) {
      //: stream
      return TaskSupervisor.asyncStreamNolink(
        TaskSupervisor.startLink({ name: 'MyApp.Tasks' }), ids,
        (id, { signal }) => getUser(id, signal),
        { maxConcurrency: 3, label: 'user' }).toArray();
      //:
    },
  };

  const callers = TaskSupervisor.start({ name: 'Callers' });
  const results = Object.entries(ways).map(async ([name, way]) => {
    let done = 0;
    const getUser = async (id, signal) => {
      const response = await fetch(`/users/${id}`, { signal });
      if (!response.ok) throw new Error(`${response.status} /users/${id}`);
      done += 1;
      return response.json();
    };
    const caller = TaskSupervisor.asyncNolink(callers, (ctx) => way(ctx, getUser), { label: name });
    const got = await Task.yield(caller);
    const before = done;
    await sleep(600); // what still runs would be done by then
    return [name, { got, late: done - before }];
  });
  //: end
  return Object.fromEntries(await Promise.all(results));
}
