import { Task } from 'belay-tasks';

export async function main({ count, limit, pause }) {
  const users = Array.from({ length: count }, (_, n) => n + 1);
  let refused = 0;

  const load = async (user, { signal, sleep }) => {
  //: body
    while ((await fetch(`/users/${user}`, { signal })).status === 429) {
      refused += 1;
      await sleep(pause);
    }
  //:
  };

  const measure = async (loading) => {
    refused = 0;
    const began = performance.now();
    await loading();
    return { refused, ms: performance.now() - began };
  };

  //: first
  const unbounded = await measure(() =>
    Task.awaitMany(users.map((user) =>
      Task.async((ctx) => load(user, ctx), { label: `unbounded ${user}` })), Infinity));

  //: second
  const bounded = await measure(() =>
    Task.asyncStream(users, load,
      { maxConcurrency: limit, timeout: Infinity, label: 'bounded' }).toArray());
  //: end
  const faster = bounded.ms < unbounded.ms ? 'bounded' : 'unbounded';
  console.log(`${unbounded.ms} ms unbounded, ${bounded.ms} ms bounded`);
  return {
    faster,
    refused: { unbounded: unbounded.refused, bounded: bounded.refused },
  };
}
