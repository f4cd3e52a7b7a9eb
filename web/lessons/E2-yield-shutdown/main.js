import { Process, Task } from 'belay-tasks';

export async function main({ needs, timeout, grace, cleanup }) {
  //: start
  const price = Task.async(async ({ Process, sleep, exit }) => {
  //: body
    Process.flag('trapExit', true); // whoever traps exits may use its grace
    const asked = new Promise((resolve) => Process.onExit(resolve));
    const stop = await Promise.race([sleep(needs), asked]);
    if (stop === undefined) return 'fresh';
    await sleep(cleanup);
    exit(stop.reason);
  //: start
  }, { label: 'price' });

  //: wait
  const settled = (await Task.yield(price, timeout)) ?? (await Task.shutdown(price, grace));
  //: end
  const value = settled?.status === 'fulfilled' ? settled.value : 'of yesterday';
  return { settled, value, alive: Process.alive(price.pid) };
}
