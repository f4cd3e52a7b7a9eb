/** As many as the machine has, like Elixir's schedulers. */
export function processors() {
  const fromPlatform = globalThis.navigator?.hardwareConcurrency;
  if (fromPlatform !== undefined) return fromPlatform;
  const load = globalThis.process?.getBuiltinModule;
  return load?.call(globalThis.process, 'node:os')?.availableParallelism() ?? 4;
}
