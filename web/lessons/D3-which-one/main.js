import { Process, Task, TaskSupervisor, sleep } from 'belay-tasks';

/** Five questions, and the call that the answers lead to. */
function choose({ result, many, together, outlives, again }) {
  const linked = together && !outlives;
  if (!result && linked) return 'startLink';
  if (!result) return again ? 'startChild, transient' : 'startChild';
  if (many) return linked ? 'asyncStream' : 'asyncStreamNolink';
  return linked ? 'async' : 'asyncNolink';
}

export async function main({ result, many, together, outlives, again }) {
  const use = choose({ result, many, together, outlives, again });
  const jobs = many ? [1, 2, 3] : [1];
  let tries = 0;
  let done = 0;

  // Takes 100 ms. The first of all tries fails.
  const job = async ({ sleep }) => {
    tries += 1;
    const first = tries === 1;
    await sleep(100);
    if (first) throw new Error('boom');
    done += 1;
  };
  const item = (_number, context) => job(context);

  const calls = {
  //: async
    'async': ({ Task }) =>
      Task.await(Task.async(job, { label: 'async 1' })),
  //: asyncNolink
    'asyncNolink': ({ Task, TaskSupervisor }) =>
      Task.yield(TaskSupervisor.asyncNolink('pool', job, { label: 'asyncNolink 1' })),
  //: asyncStream
    'asyncStream': ({ Task }) =>
      Task.asyncStream(jobs, item, { maxConcurrency: 2, label: 'asyncStream' }).toArray(),
  //: asyncStreamNolink
    'asyncStreamNolink': ({ TaskSupervisor }) =>
      TaskSupervisor.asyncStreamNolink('pool', jobs, item,
        { maxConcurrency: 2, label: 'asyncStreamNolink' }).toArray(),
  //: startLink
    'startLink': ({ Task }) =>
      jobs.forEach((n) => Task.startLink(job, { label: `startLink ${n}` })),
  //: startChild
    'startChild': ({ TaskSupervisor }) =>
      jobs.forEach((n) => TaskSupervisor.startChild('pool', job, { label: `startChild ${n}` })),
  //: transient
    'startChild, transient': ({ TaskSupervisor }) =>
      jobs.forEach((n) => TaskSupervisor.startChild('pool', job,
        { label: `transient ${n}`, restart: 'transient' })),
  //:
  };

  //: caller
  TaskSupervisor.start({ name: 'pool' });
  const caller = Task.start(async (context) => {
    await calls[use](context);
    await context.sleep(150);
  }, { label: 'caller' });
  const { down } = Process.monitor(caller);

  if (outlives) {
    await sleep(50);
    Process.exit(caller, 'kill');
  }
  //: end
  const ended = await down;
  await sleep(300); // what lives on is done by then
  return { use, caller: ended, tries, done };
}
