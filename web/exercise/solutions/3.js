/** Steps 1 to 3. Gives { '/users': { value }, '/orders': ..., '/stock': ... } */
export async function aggregate() {
  const stream = Task.asyncStream(endpoints, ask, {
    maxConcurrency: endpoints.length,
    timeout: DEADLINE,
    onTimeout: 'killTask',
  });
  const entries = await stream.toArray();
  return Object.fromEntries(endpoints.map((endpoint, at) => [endpoint, settled(endpoint, entries[at])]));
}

/** The answer, or what there is in its place when it was too late. */
function settled(endpoint, entry) {
  return entry.status === 'fulfilled'
    ? entry.value
    : { value: lastGood[endpoint], source: 'fallback' };
}
