/** The runtime that a simulation puts in the place of the default one. */

/** Or null. */
export let standIn = null;

/** Until it is called with null, `runtime` is the default one. */
export function standInForDefault(runtime) {
  standIn = runtime;
}
