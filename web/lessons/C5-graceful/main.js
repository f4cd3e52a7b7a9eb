import { Task, sleep } from 'belay-tasks';

export async function main({ grace, quickly, slowly }) {
  const worker = (cleanup, label) =>
    Task.async(async ({ Process, sleep }) => {
  //: work
      Process.flag('trapExit', true); // to be asked, not ended
      await new Promise((asked) => Process.onExit(asked));
  //: cleanup
      await sleep(cleanup);
      return 'cleaned up';
  //:
    }, { label });

  //: start
  const quick = worker(quickly, 'quick');
  const slow = worker(slowly, 'slow');
  const third = worker(quickly, 'third');
  await sleep(100);

  //: quick
  const inTime = await Task.shutdown(quick, grace);
  //: slow
  const tooSlow = await Task.shutdown(slow, grace);
  //: third
  const brutal = await Task.shutdown(third, 'brutalKill');
  //: end
  return { inTime, tooSlow, brutal };
}
