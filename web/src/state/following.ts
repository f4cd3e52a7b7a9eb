/** Whether the address is still written: not when the page is about to begin anew. */
export const following = { on: true };
