/** Steps 1 to 3. Gives { '/users': { value }, '/orders': ..., '/stock': ... } */
export async function aggregate() {
  const stream = Task.asyncStream(endpoints, ask, { maxConcurrency: endpoints.length });
  const entries = await stream.toArray();
  return Object.fromEntries(endpoints.map((endpoint, at) => [endpoint, entries[at].value]));
}

async function ask(endpoint, { signal }) {
  return { value: await get(endpoint, signal) };
}
