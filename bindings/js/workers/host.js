/**
 * Where workers come from: Node's worker_threads, or the Worker of browsers.
 * `open(events, settings)` starts one; events are `words`, which are shared with
 * it, and functions to be called:
 *
 *   onMessage(entry), onBatch()   what it said, and when all at hand was told
 *   onError(error, code)          it crashed, or could not be started
 *   onGarbled()                   a message of its could not be read
 *   onStopped(exitCode)           its thread has stopped, once
 *
 * It gives { post(entries, transfer), expect(), hold(keepsAlive), terminate() };
 * expect() says that an answer should come at once.
 *
 * Node's module is asked for without an import, which bundlers for browsers
 * would stumble over.
 */
import { nodeHost } from './host-node.js';
import { webHost } from './host-web.js';

const NAME = 'node:worker_threads';

/** The host, or, in a Node without process.getBuiltinModule (20.16), a promise of it. */
export function loadHost(openWeb) {
  const { process } = globalThis;
  const load = process?.getBuiltinModule;
  if (typeof load === 'function') {
    const threads = load.call(process, NAME);
    if (threads !== undefined) return nodeHost(threads);
  }
  if (typeof globalThis.Worker === 'function') return webHost(openWeb);
  if (process?.versions?.node !== undefined) return import(/* @vite-ignore */ NAME).then(nodeHost);
  return webHost(openWeb);
}
