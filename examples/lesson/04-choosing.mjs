// Who owns a task decides what happens to it when its starter dies.
// The lesson's "Choosing the right tool", as one process in Elixir:

export const elixir = `\
Task.async(fn -> work() end)                                # result, linked
Task.Supervisor.async(MyApp.Jobs, fn -> work() end)         # and supervised
Task.Supervisor.async_nolink(MyApp.Jobs, fn -> work() end)  # result, no link
Task.Supervisor.start_child(MyApp.Jobs, fn -> work() end)   # no result

Process.exit(self(), :kill)
`;

export const title = 'Choosing the right tool';
export const question =
  'A process starts the same work in four ways and is killed. ' +
  'Which of the four go on?';
export const rule =
  'Task when the caller needs the result and shares its fate; ' +
  'TaskSupervisor when the work may outlive the caller.';

export async function main({
  Task, TaskSupervisor, Process, fetch, base, log, sleep,
}) {
  const jobs = TaskSupervisor.start({ name: 'MyApp.Jobs' });
  const work = async ({ signal }) => {
    const response = await fetch(`${base}/delay?ms=400`, { signal });
    return response.json();
  };

  const ways = {};
  const starter = Task.async(async (ctx) => {
    ways['Task.async'] = ctx.Task.async(work).pid;
    ways['TaskSupervisor.async'] =
      ctx.TaskSupervisor.async('MyApp.Jobs', work).pid;
    ways['TaskSupervisor.asyncNolink'] =
      ctx.TaskSupervisor.asyncNolink('MyApp.Jobs', work).pid;
    ways['TaskSupervisor.startChild'] =
      ctx.TaskSupervisor.startChild('MyApp.Jobs', work);
    await ctx.sleep(5_000);
  });

  await sleep(120); // the four requests are on their way
  await Task.shutdown(starter, 'brutalKill');

  for (const [way, pid] of Object.entries(ways)) {
    const fate = Process.alive(pid) ? 'goes on' : 'died with its starter';
    log(`${way.padEnd(28)}${fate}`);
  }

  // The supervisor knows its tasks: wait for those that are left.
  const left = TaskSupervisor.children('MyApp.Jobs');
  log();
  log(`MyApp.Jobs still owns ${left.length} tasks`);
  const ends = left.map((pid) => Process.monitor(pid).down);
  log(`they ended: ${(await Promise.all(ends)).join(', ')}`);

  const seen = await (await fetch(`${base}/stats`)).json();
  log(`the server saw ${seen.requests} requests, ` +
    `${seen.cancelled} cancelled by the client`);
  await TaskSupervisor.stop(jobs);
}

if (globalThis.process?.argv?.[1]?.endsWith('04-choosing.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
