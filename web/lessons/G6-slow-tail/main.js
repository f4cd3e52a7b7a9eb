import { Task } from 'belay-tasks';

export async function main({ count, fallback, deadline }) {
  const users = Array.from({ length: count }, (_, n) => n + 1);

  const ask = async (user, { signal }) => {
  //: body
    const asked = performance.now();
    await fetch(`/prices/${user}`, { signal });
    return performance.now() - asked;
  //:
  };

  const answers = Task.asyncStream(users, ask, {
    maxConcurrency: 10,
    ordered: false,
    timeout: fallback ? deadline : Infinity,
    onTimeout: 'killTask',
    label: 'user',
  });

  const waits = [];
  let stale = 0;
  //: wait
  for await (const { status, value } of answers) {
    const isStale = status === 'rejected'; // yesterday's price will do
    if (isStale) stale += 1;
    waits.push(isStale ? deadline : value);
  }
  //: end
  waits.sort((a, b) => a - b);
  const at = (share) => waits[Math.ceil(share * count) - 1];
  console.log(`the median user waits ${at(0.5)} ms, the 99th of a hundred ${at(0.99)} ms`);
  const tenths = (share) => Math.floor(at(share) / 100) / 10;
  return { fresh: count - stale, stale, seconds: { p50: tenths(0.5), p99: tenths(0.99) } };
}
