import { ExitError, TaskSupervisor, TimeoutError } from 'belay-tasks';

const endings = {
  //: body
  value: () => 'fresh',
  error: () => ({ error: { kind: 'not_found' } }),
  crash: () => { throw new Error('boom'); },
  exit: ({ exit }) => exit('gone'),
  hang: ({ sleep }) => sleep(Infinity),
  //:
};

function normalise({ status, value, reason }) {
  if (status === 'fulfilled') return value.error ? value : { ok: value };
  if (reason instanceof TimeoutError) return { error: { kind: 'timeout' } };
  if (reason instanceof ExitError) return { error: { kind: 'exit', reason: reason.reason } };
  return { error: { kind: 'crash', reason: reason.message } };
}

export async function main({ timeout, onTimeout, linked }) {
  const supervisor = TaskSupervisor.start({ name: 'MyApp.Tasks' });
  const stream = linked ? 'asyncStream' : 'asyncStreamNolink';
  const options = { maxConcurrency: 5, timeout, onTimeout, label: 'task' };

  const finish = async (name, ctx) => {
    await ctx.sleep(60);
    return endings[name](ctx);
  };

  //: wait
  const names = Object.keys(endings);
  const came = await TaskSupervisor[stream](supervisor, names, finish, options).toArray();
  //: end
  return { came, said: came.map(normalise) };
}
