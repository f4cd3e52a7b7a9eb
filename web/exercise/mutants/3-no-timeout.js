// No timeout: it waits for an endpoint that hangs.

/** One entry for each endpoint, within the deadline. */
function askAll(tasks) {
  const stream = tasks.asyncStream(endpoints, ask, {
    maxConcurrency: endpoints.length,
    timeout: Infinity,
  });
  return stream.toArray();
}
