import { Task } from 'belay-tasks';

async function getUser(id, signal) {
  const response = await fetch(`/users/${id}`, { signal });
  if (!response.ok) throw new Error(`${response.status} /users/${id}`);
  return response.json();
}

export async function main({ limit, watch }) {
  const ids = [1, 2, 3];

  // Promises are no tasks: watch draws them as rows, and does nothing to them.
  const promised = (self) => ids.map((id) => watch(getUser(id), `promise ${id}`, self));

  //: start
  // As gather(..., return_exceptions=True): values and errors in one list.
  const gather = Task.async(({ self }) =>
  //: gather
    Promise.all(promised(self).map((user) => user.catch((error) => error))),
  //: start
    { label: 'gather' });

  const allSettled = Task.async(({ self }) =>
  //: settled
    Promise.allSettled(promised(self)),
  //: start
    { label: 'allSettled' });

  const stream = Task.async(({ TaskSupervisor }) =>
  //: stream
    TaskSupervisor.asyncStreamNolink(
      TaskSupervisor.startLink({ name: 'MyApp.Tasks' }), ids,
      (id, { signal }) => getUser(id, signal),
      { maxConcurrency: limit, label: 'user' }).toArray(),
  //: start
    { label: 'stream' });

  //: end
  return {
    gather: await Task.await(gather),
    allSettled: await Task.await(allSettled),
    stream: await Task.await(stream),
  };
}
