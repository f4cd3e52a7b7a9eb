// Leaked task: it stops waiting for a late endpoint, and leaves the task alive.

/** One entry for each endpoint, within the deadline. */
async function askAll(tasks) {
  const started = endpoints.map((endpoint) => tasks.async((own) => ask(endpoint, own)));
  const looked = await tasks.yieldMany(started, { timeout: DEADLINE, onTimeout: 'ignore' });
  return looked.map(([, entry]) => entry ?? { status: 'rejected', reason: 'timeout' });
}
