import { Process, Task, TaskSupervisor, sleep } from 'belay-tasks';

export async function main({ crashAt }) {
  let keys = 0;
  const newKey = () => `payment ${(keys += 1)}`;

  const pay = async (ledger, key, { sleep }) => {
  //: body
    await sleep(200); // on its way to the bank
    if (!ledger.includes(key)) ledger.push(key);
    await sleep(200); // the receipt is on its way back
  //:
  };

  const bookings = async (start) => {
    const ledger = [];
    const pid = await start(ledger);
  //:
    await sleep(crashAt);
    Process.exit(pid, 'kill');
  //:
    await sleep(900);
    return ledger.length;
  };

  //: forgotten
  const forgotten = await bookings((ledger) =>
    Task.start((ctx) => pay(ledger, newKey(), ctx), { label: 'forgotten' }));

  //: supervised
  const shop = await TaskSupervisor.start({ name: 'shop' });
  const supervised = await bookings((ledger) =>
    TaskSupervisor.startChild(shop, (ctx) => pay(ledger, newKey(), ctx),
      { restart: 'transient', label: 'supervised' }));

  //: keyed
  const key = newKey();
  const keyed = await bookings((ledger) =>
    TaskSupervisor.startChild(shop, (ctx) => pay(ledger, key, ctx),
      { restart: 'transient', label: 'with a key' }));
  //: end
  await TaskSupervisor.stop(shop);
  return { forgotten, supervised, keyed };
}
