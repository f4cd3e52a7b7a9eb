// Sequential: it asks one endpoint after the other.

/** One entry for each endpoint, within the deadline. */
function askAll(tasks) {
  const stream = tasks.asyncStream(endpoints, ask, {
    maxConcurrency: 1,
    timeout: DEADLINE,
    onTimeout: 'killTask',
  });
  return stream.toArray();
}
