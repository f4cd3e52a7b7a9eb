/** Workers of browsers. See host.js. */
import { talliesOf } from './messages.js';

export function webHost(openWeb) {
  return {
    kind: 'Worker',
    canShare: globalThis.crossOriginIsolated === true,
    open: (events, { script, linger }) => new WebWorker(events, openWeb(script), linger),
  };
}

class WebWorker {
  #events;
  #port;
  #worker;
  #tally;

  constructor(events, worker, linger) {
    const { port1, port2 } = new MessageChannel();
    this.#events = events;
    this.#port = port1;
    this.#worker = worker;
    this.#tally = talliesOf(events.words).toWorker;
    port1.onmessage = ({ data }) => {
      events.onMessage(data);
      events.onBatch();
    };
    port1.onmessageerror = () => events.onGarbled();
    worker.onerror = (event) => {
      event.preventDefault?.();
      const told = event.message || 'its script could not be loaded (is it there, and does the Content-Security-Policy allow it?)';
      events.onError(event.error ?? new Error(told), null);
    };
    worker.onmessageerror = () => events.onGarbled();
    worker.postMessage({ belay: { port: port2, words: events.words, linger } }, [port2]);
  }

  post(entries, transfer) {
    // An empty list takes longer than none.
    if (transfer.length === 0) this.#port.postMessage(entries);
    else this.#port.postMessage(entries, transfer);
    this.#tally.sent();
  }

  /** Its event loop has no turns that one could count on. */
  expect() {}

  hold() {}

  /**
   * A browser does not tell when a thread has stopped. Messages that were sent
   * before are still heard: they are there already.
   */
  terminate() {
    this.#worker.onerror = null;
    this.#worker.terminate();
    setTimeout(() => {
      this.#events.onStopped(null);
      this.#port.close();
      this.#events.onBatch();
    }, 0);
  }
}
