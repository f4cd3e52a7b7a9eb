// Work that outlives the request which asked for it belongs to a supervisor.
// The lesson in Elixir:

export const elixir = `\
# in your supervision tree
{Task.Supervisor, name: MyApp.TaskSupervisor}

# spawn a supervised task
Task.Supervisor.start_child(MyApp.TaskSupervisor, fn ->
  send_email(user)
end)
`;

export const title = 'A TaskSupervisor in the application';
export const question =
  'A request starts an e-mail and is killed before the e-mail is out. ' +
  'Is the e-mail sent?';
export const rule =
  'startChild gives the work to the supervisor: the starter may die, ' +
  'the work goes on.';

export async function main({
  Task, TaskSupervisor, Supervisor, Process, fetch, base, log, sleep,
}) {
  const sendEmail = (user, signal) =>
    fetch(`${base}/emails?ms=200`, {
      method: 'POST',
      body: JSON.stringify({ to: user.email }),
      signal,
    });

  // In the application's supervision tree:
  const tree = Supervisor.start(
    [TaskSupervisor.childSpec({ name: 'MyApp.TaskSupervisor' })],
    { strategy: 'oneForOne' },
  );

  // A request: a process of its own that starts the e-mail and works on.
  const user = { email: 'ada@example.com' };
  let email;
  const request = Task.async(async (ctx) => {
    email = ctx.TaskSupervisor.startChild(
      'MyApp.TaskSupervisor',
      ({ signal }) => sendEmail(user, signal),
      { label: 'welcome e-mail' },
    );
    await ctx.sleep(5_000);
  });

  await sleep(50);
  const { down } = Process.monitor(email);
  await Task.shutdown(request, 'brutalKill');
  log(`request ${request.pid}: ${alive(request.pid)}`);
  log(`e-mail ${email}: ${alive(email)}`);

  const children = TaskSupervisor.children('MyApp.TaskSupervisor');
  log(`children of MyApp.TaskSupervisor: ${children.join(', ')}`);

  log(`the e-mail's task ended: ${await down}`);
  const { records } = await (await fetch(`${base}/emails`)).json();
  log(`e-mails sent: ${records.map(({ to }) => to).join(', ')}`);

  await tree.stop();
  const found = Process.whereis('MyApp.TaskSupervisor');
  log(`tree stopped, MyApp.TaskSupervisor is ${found ? 'alive' : 'gone'}`);

  function alive(pid) {
    return Process.alive(pid) ? 'alive' : 'dead';
  }
}

if (globalThis.process?.argv?.[1]?.endsWith('03-supervised-task.mjs')) {
  import('./run-in-node.mjs')
    .then(({ run }) => run({ title, question, rule, main }));
}
