/** An exception of a user's listener must not stop the pump: it is the host's. */
export function report(error) {
  if (typeof reportError === 'function') reportError(error);
  else Promise.reject(error);
}
