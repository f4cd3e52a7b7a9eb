/** An exception of a user's listener must not stop the pump: it is the host's. */
export function report(error) {
  if (taker !== null && taker(error)) return;
  if (typeof reportError === 'function') reportError(error);
  else Promise.reject(error);
}

let taker = null;

/** A simulation takes those of its own listeners: `take` says whether it is one. */
export function takeReports(take) {
  taker = take;
}
