// Computing on all processors, with a limit of time that holds.
//
//   node examples/workers/primes.mjs
//
// The functions are in work.mjs beside this file; each call runs on a worker.
import { subscribe, Task, TaskSupervisor, TimeoutError } from 'belay-tasks';

const work = new URL('./work.mjs', import.meta.url);

// What a function reports arrives as an event.
const shown = new Set();
const unsubscribe = subscribe((event) => {
  if (event.type !== 'progress' || shown.has(event.value)) return;
  shown.add(event.value);
  console.log(`${event.label}: ${event.value}`);
});

// As many ranges at a time as there are processors; results in the order of the input.
const ranges = [0, 250_000, 500_000, 750_000].map((from) => ({ from, to: from + 250_000 }));
const counts = await Task.asyncStream(ranges, work, 'countPrimes', [], { timeout: 60_000 }).toArray();
const total = counts.reduce((sum, { value }) => sum + value, 0);
console.log(`there are ${total} primes below 1,000,000`);

// A function that never ends is terminated when its time is up.
const supervisor = TaskSupervisor.start();
const endless = TaskSupervisor.asyncNolink(supervisor, work, 'searchForEver');
try {
  await Task.await(endless, 100);
} catch (error) {
  if (!(error instanceof TimeoutError)) throw error;
  await Task.shutdown(endless, 'brutalKill');
  console.log(`${error.message}: terminated`);
}

// What a function throws arrives with its class; the message tells what is wrong.
const failing = TaskSupervisor.asyncNolink(supervisor, work, 'countPrimes', [{ from: 5, to: 1 }]);
const { reason } = await Task.yield(failing, Infinity);
console.log(reason instanceof RangeError, reason.message);

await supervisor.stop();
unsubscribe();
