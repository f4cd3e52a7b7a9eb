import { Task } from 'belay-tasks';

export async function main({ count, base, jitter }) {
  let requests = 0;

  const ask = async ({ signal, sleep }) => {
  //: body
    for (let tries = 0; ; tries += 1) {
      requests += 1;
      const { ok } = await fetch('/stock', { signal });
      if (ok) return;
      const backOff = base * 2 ** Math.min(tries, 2);
      await sleep(jitter ? Math.random() * backOff : backOff);
    }
  //:
  };

  //: start
  const clients = Array.from({ length: count }, (_, n) =>
    Task.async(ask, { label: `client ${n + 1}` }));
  //: wait
  await Task.awaitMany(clients, 60_000);
  //: end
  return { answers: count, requests };
}
