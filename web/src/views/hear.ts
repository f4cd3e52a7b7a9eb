/** Listens on the whole page; what it gives ends that. */
export function hear<K extends keyof DocumentEventMap>(
  type: K,
  act: (event: DocumentEventMap[K]) => void,
  options: AddEventListenerOptions = {},
): () => void {
  document.addEventListener(type, act, options);
  return () => document.removeEventListener(type, act, options);
}
