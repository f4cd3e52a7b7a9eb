/** What runs in a worker of a browser. */
import { WorkerError } from '../errors.js';
import { packFailure } from './failures.js';
import { FROM_WORKER } from './messages.js';
import { serve } from './serve.js';

addEventListener('message', function first({ data }) {
  if (data?.belay === undefined) return;
  removeEventListener('message', first);
  const { port, ...given } = data.belay;
  // Such a failure ends a thread of Node; here it must be told.
  addEventListener('unhandledrejection', (event) => {
    event.preventDefault();
    port.postMessage([FROM_WORKER.CRASHED, packFailure(event.reason)]);
  });
  addEventListener('error', (event) => {
    event.preventDefault();
    port.postMessage([FROM_WORKER.CRASHED, packFailure(event.error ?? new Error(event.message))]);
  });
  // As process.exit, which Node tells of by itself.
  const { close } = globalThis;
  globalThis.close = () => {
    port.postMessage([FROM_WORKER.CRASHED, packFailure(new WorkerError('the worker ended by close()', { reason: 'exit' }))]);
    close.call(globalThis);
  };
  port.onmessageerror = serve(port, given, (hear) => {
    port.onmessage = (event) => hear(event.data);
  });
});
