/** Workers of Node. See host.js. */
import { WorkerError } from '../errors.js';

export function nodeHost({ Worker, MessageChannel, receiveMessageOnPort }) {
  return {
    kind: 'worker_threads',
    canShare: true,
    open: (events, settings) => new NodeWorker(events, settings, { Worker, MessageChannel, receiveMessageOnPort }),
  };
}

class NodeWorker {
  #events;
  #port;
  #worker;
  #receive;

  constructor(events, { resourceLimits, script }, { Worker, MessageChannel, receiveMessageOnPort }) {
    const { port1, port2 } = new MessageChannel();
    this.#events = events;
    this.#port = port1;
    this.#receive = receiveMessageOnPort;
    const url = script ?? new URL('./belay-worker-node.js', import.meta.url);
    try {
      this.#worker = new Worker(url, {
        workerData: { belay: { port: port2, words: events.words } },
        transferList: [port2],
        resourceLimits,
        name: 'belay',
        // Those of the command line are for the program, and some are refused here.
        execArgv: globalThis.process.execArgv.filter((flag) => !/^(--input-type|--eval|-e$|--print|-p$|--test|--watch|--import|--require)/.test(flag)),
      });
    } catch (cause) {
      port1.close();
      throw new WorkerError(`a worker could not be started: ${cause.message}`, { reason: 'start', cause });
    }
    port1.on('message', (message) => {
      this.#hear(message);
      this.#drain();
      events.onBatch();
    });
    port1.on('messageerror', () => events.onGarbled());
    port1.unref();
    this.#worker.on('error', (error) => {
      this.#drain();
      events.onError(error, error?.code ?? null);
    });
    this.#worker.on('exit', (code) => {
      this.#drain();
      this.#port.close();
      events.onStopped(code);
      events.onBatch();
    });
    this.#worker.unref();
  }

  #hear(message) {
    this.#events.onMessage(message);
  }

  /** All that it has said by now. */
  #drain() {
    for (let next = this.#receive(this.#port); next !== undefined; next = this.#receive(this.#port)) {
      this.#hear(next.message);
    }
  }

  post(entries, transfer) {
    this.#port.postMessage(entries, transfer);
  }

  hold(keepsAlive) {
    if (keepsAlive) this.#worker.ref();
    else this.#worker.unref();
  }

  terminate() {
    this.#worker.terminate();
  }
}
