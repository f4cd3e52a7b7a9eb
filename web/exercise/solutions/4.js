/** Step 4. Keeps lastGood fresh, as a child of `supervisor`. */
export function startRefresh(supervisor) {
  return TaskSupervisor.startChild(supervisor, refresh, { restart: 'permanent' });
}

/** Its requests belong to its own process: they end when it is stopped. */
async function refresh({ Task, sleep }) {
  for (;;) {
    const entries = await askAll(Task);
    endpoints.forEach((endpoint, at) => {
      if (entries[at].status === 'fulfilled' && entries[at].value.error === undefined) {
        lastGood[endpoint] = entries[at].value.value;
      }
    });
    await sleep(EVERY);
  }
}

/** Steps 1 to 3. Gives { '/users': { value }, '/orders': ..., '/stock': ... } */
export async function aggregate() {
  const entries = await askAll(Task);
  return Object.fromEntries(endpoints.map((endpoint, at) => [endpoint, settled(endpoint, entries[at])]));
}

/** One entry for each endpoint, within the deadline. */
function askAll(tasks) {
  const stream = tasks.asyncStream(endpoints, ask, {
    maxConcurrency: endpoints.length,
    timeout: DEADLINE,
    onTimeout: 'killTask',
  });
  return stream.toArray();
}
