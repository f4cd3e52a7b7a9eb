/* What a check of step 4 runs: a refresh that loses its starter, crashes, meets an
 * outage, and is stopped in the end. Each thing that is done to it is printed. */
import * as program from './program.js';

export async function main({ Task, TaskSupervisor, Process, sleep, log, server, ...plan }) {
  const { supervisorName, victim, every, calm, downFor, untilStop } = plan;
  for (const name of ['aggregate', 'startRefresh']) {
    if (typeof program[name] !== 'function') {
      throw new TypeError(`the file exports no function ${name}`);
    }
  }
  const say = (text) => log(`check: ${text}`);
  const supervisor = TaskSupervisor.start({ name: supervisorName });
  const gaveUp = () => !Process.alive(supervisor.pid);

  const starter = Task.async(
    (own) => {
      program.startRefresh(supervisor);
      return own.sleep(Infinity);
    },
    { label: 'who starts it' },
  );
  await sleep(50);
  say('who started the refresh is killed');
  await Task.shutdown(starter, 'brutalKill');
  await sleep(calm);
  if (gaveUp()) return null;

  say('the refresh is killed');
  TaskSupervisor.children(supervisor).forEach((pid) => Process.exit(pid, 'kill'));
  await sleep(calm);
  if (gaveUp()) return null;

  say(`${victim} goes down`);
  server.change(victim, { fail: 1, status: 503 });
  await sleep(downFor);
  if (gaveUp()) return null;

  say(`${victim} is up again`);
  server.change(victim, { fail: 0 });
  await sleep(2 * every + 400);
  if (gaveUp()) return null;

  say(`${victim} hangs`);
  server.change(victim, { hang: 1 });
  const answer = await program.aggregate();
  say('aggregate() has returned');
  await sleep(untilStop);
  if (gaveUp()) return answer;

  say('the supervisor is asked to stop');
  await TaskSupervisor.stop(supervisor, 'shutdown', Infinity);
  say('the supervisor has stopped');
  await sleep(2 * every);
  return answer;
}
