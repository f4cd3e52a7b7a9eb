// No fallback: a late endpoint is an error.

/** The answer, or what there is in its place when it was too late. */
function settled(endpoint, entry) {
  return entry.status === 'fulfilled'
    ? entry.value
    : { error: { kind: 'timeout', endpoint, reason: `not there after ${DEADLINE} ms` } };
}
