/** Workers of Node. See host.js. */
import { WorkerError } from '../errors.js';
import { Expectation } from './linger.js';
import { talliesOf } from './messages.js';

const TERMINATE_AFTER_MS = 1;
/* Then a worker that has nothing to do lets Node end. */
const LET_GO_AFTER_MS = 5;

export function nodeHost({ Worker, MessageChannel, receiveMessageOnPort }) {
  return {
    kind: 'worker_threads',
    canShare: true,
    open: (events, settings) => new NodeWorker(events, settings, { Worker, MessageChannel, receiveMessageOnPort }),
  };
}

/**
 * The flags of Node for a worker, where they are not those of the program: one that
 * was given as text has a flag for that, which would be refused for a file.
 */
function flagsForFile() {
  const flags = [];
  let isText = false;
  const given = globalThis.process.execArgv;
  for (let index = 0; index < given.length; index++) {
    const flag = given[index];
    if (flag.startsWith('--input-type')) {
      isText = true;
      if (flag === '--input-type') index++;
    } else if (['-e', '--eval', '-p', '--print', '-pe'].includes(flag)) index++;
    else flags.push(flag);
  }
  return isText ? flags : undefined;
}

/** Flags of the whole process are taken over anyway, and refused where they are given. */
function open(Worker, url, options) {
  const execArgv = flagsForFile();
  try {
    return new Worker(url, { ...options, execArgv });
  } catch (error) {
    if (execArgv === undefined || error.code !== 'ERR_WORKER_INVALID_EXEC_ARGV') throw error;
    return new Worker(url, { ...options, execArgv: [] });
  }
}

class NodeWorker {
  #events;
  #port;
  #worker;
  #receive;
  #sent;
  #answered;
  #expectation;
  /** It is to keep Node alive, and it does. */
  #isHeld = false;
  #isRef = false;
  #letGo = null;

  constructor(events, { resourceLimits, script, linger }, { Worker, MessageChannel, receiveMessageOnPort }) {
    const { port1, port2 } = new MessageChannel();
    this.#events = events;
    this.#port = port1;
    this.#receive = receiveMessageOnPort;
    const { toWorker, fromWorker } = talliesOf(events.words);
    this.#sent = toWorker;
    this.#answered = fromWorker;
    this.#expectation = new Expectation(fromWorker, () => this.#listen(), linger);
    const url = new URL(script ?? './belay-worker-node.js', import.meta.url);
    try {
      this.#worker = open(Worker, url, {
        workerData: { belay: { port: port2, words: events.words, linger } },
        transferList: [port2],
        resourceLimits,
        name: 'belay',
      });
    } catch (cause) {
      port1.close();
      throw new WorkerError(`a worker could not be started: ${cause.message}`, { reason: 'start', cause });
    }
    port1.on('message', (message) => {
      this.#hear(message);
      this.#listen();
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
    this.#answered.heard();
    this.#events.onMessage(message);
  }

  /** What is at hand, as one batch. */
  #listen() {
    if (this.#answered.isBehind) this.#drain();
    this.#expectation.met();
    this.#events.onBatch();
  }

  /** All that it has said by now. */
  #drain() {
    for (let next = this.#receive(this.#port); next !== undefined; next = this.#receive(this.#port)) {
      this.#hear(next.message);
    }
  }

  post(entries, transfer) {
    // An empty list takes longer than none.
    if (transfer.length === 0) this.#port.postMessage(entries);
    else this.#port.postMessage(entries, transfer);
    this.#sent.sent();
  }

  expect() {
    this.#expectation.open();
  }

  hold(keepsAlive) {
    this.#isHeld = keepsAlive;
    if (keepsAlive) {
      if (!this.#isRef) this.#setRef(true);
    } else this.#letGo ??= setTimeout(this.#look, LET_GO_AFTER_MS);
  }

  /** Jobs that come one after the other should not cost this each time. */
  #look = () => {
    this.#letGo = null;
    if (!this.#isHeld) this.#setRef(false);
  };

  #setRef(isRef) {
    this.#isRef = isRef;
    if (isRef) this.#worker.ref();
    else this.#worker.unref();
  }

  /**
   * A little later: to stop a thread takes the processor and this thread some ms,
   * and what takes its place is to begin first.
   */
  terminate() {
    setTimeout(() => this.#worker.terminate(), TERMINATE_AFTER_MS);
  }
}
