async function ask(endpoint, { signal }) {
  try {
    return { value: await get(endpoint, signal) };
  } catch (error) {
    return { error: { kind: 'crash', endpoint, reason: error.message } };
  }
}
