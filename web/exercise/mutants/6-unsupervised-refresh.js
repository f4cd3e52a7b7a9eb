// Unsupervised refresh: nobody starts it again, and nobody can stop it.

/** Step 4. Keeps lastGood fresh, as a child of `supervisor`. */
export function startRefresh(supervisor) {
  return Task.start(refresh);
}
