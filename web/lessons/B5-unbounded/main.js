import { Task } from 'belay-tasks';

export async function main({ count, limit }) {
  const users = Array.from({ length: count }, (_, n) => n + 1);
  let running = 0;
  let most = 0;

  const load = async (user, { signal }) => {
  //: body
    running += 1;
    most = Math.max(most, running);
    const { ok } = await fetch(`/users/${user}`, { signal });
    running -= 1;
    return ok ? 1 : 0;
  //:
  };

  const measure = async (loading) => {
    most = 0;
    const loaded = (await loading).reduce((sum, one) => sum + one, 0);
    return { loaded, most };
  };

  //: first
  const unbounded = await measure(
    Task.awaitMany(users.map((user) =>
      Task.async((ctx) => load(user, ctx), { label: `unbounded ${user}` })), Infinity));

  //: second
  const bounded = await measure(
    Task.asyncStream(users, load, { maxConcurrency: limit, label: 'bounded' })
      .toArray()
      .then((entries) => entries.map(({ value }) => value)));
  //: end
  return { unbounded, bounded };
}
