import { Process, Task, sleep } from 'belay-tasks';

export async function main({ timeout, afterwards }) {
  let written = 0;

  //: start
  const report = Task.async(async ({ signal }) => {
  //: body
    await fetch('/report', { signal });
    written += 1;
  //: start
  }, { label: 'report' });

  let answer;
  try {
    //: wait
    await Task.await(report, timeout);
    answer = { ok: 'report' };
  } catch (error) {
    //:
    answer = { error: error.reason };
    if (afterwards === 'shutdown') await Task.shutdown(report, 'brutalKill');
  }
  const alive = Process.alive(report.pid);

  await sleep(1000); // what still runs would be done by then
  //: end
  return { answer, alive, written };
}
