/**
 * The worker in which an instance of a job module lives. belay_add_jobs puts it
 * beside the module, with job-values.js in the same file: it imports nothing else
 * of Belay.
 *
 * With threads it is the module's first thread: jobs run on pthreads, which are
 * workers of this worker, or of the page; the page or program that it works for
 * never waits for a lock. Without threads it runs one job after another by itself.
 *
 * Messages to it: { type: 'open', ... } once, in a page { type: 'threadFailed', id, error },
 *   and { type: 'work', list } with
 *   ['start', number, index, values]  ['cancel', number]  ['resize', min, max]
 *   ['allocate', id, bytes]           ['free', address]
 *   and, when it shows what happens (job-inbox.js), ['tell', at], of what was left to
 *   it, and ['giveBack'], of what was read
 * From it: { type: 'open', ... } or { type: 'failed', error }, then
 *   { type: 'work', list } with
 *   ['ended', number, code, reason, failure, value, returned]
 *   ['returned', number]              ['report', number, value]
 *   ['refused', number, code]         ['allocated', id, address]
 * and { type: 'trap', number, ran, error } once, after which nothing more is to be
 * expected; `ran` is true when it was a job that broke. In a page also { type: 'thread', id, port }, which asks for a worker for a thread that
 * is given that port, and { type: 'threadEnd', id }.
 */
import { ARRAY, ELEMENTS, INTEGER, NUMBER, SHARED, STRING, decoder, readMessage } from './job-values.js';

const NODE = typeof process === 'object' && process !== null && Boolean(process.versions?.node);

const VALUE_BYTES = 24;
const NO_MEMORY = 4; // belay_code

const encoder = new TextEncoder();

/** The workers' port of this platform: { post, listen }. */
async function openPort() {
  if (!NODE) {
    return { post: (message, transfer) => self.postMessage(message, transfer), listen: (run) => {
      self.onmessage = ({ data }) => run(data);
    } };
  }
  const { parentPort } = await import('node:worker_threads');
  return {
    post: (message, transfer) => parentPort.postMessage(message, transfer),
    listen: (run) => parentPort.on('message', run),
  };
}

/** What can be told to the other side of any error. */
const told = (error) => ({
  name: error?.name ?? 'Error',
  message: String(error?.message ?? error),
  stack: typeof error?.stack === 'string' ? error.stack : null,
});

/* ---- Arguments ------------------------------------------------------ */

/** In the memory of an instance, whose functions are in `doors`. */
class Arguments {
  #memory;
  #doors;
  #view = null;

  constructor(memory, doors) {
    this.#memory = memory;
    this.#doors = doors;
  }

  /** Memory may have grown since it was last looked at. */
  get view() {
    const { buffer } = this.#memory;
    if (this.#view?.buffer !== buffer) this.#view = new DataView(buffer);
    return this.#view;
  }

  /** Writes an argument; a belay_code. */
  write(at, value) {
    switch (typeof value) {
      case 'undefined':
        return 0;
      case 'number':
        this.view.setUint8(at, NUMBER);
        this.view.setFloat64(at + 8, value, true);
        return 0;
      case 'bigint':
        this.view.setUint8(at, INTEGER);
        this.view.setBigInt64(at + 8, value, true);
        return 0;
      case 'string':
        return this.#fill(at, STRING, 0, encoder.encode(value));
      default:
        return value.address === undefined ? this.#array(at, value) : this.#shared(at, value);
    }
  }

  #array(at, array) {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    return this.#fill(at, ARRAY, ELEMENTS.indexOf(array.constructor), bytes);
  }

  #fill(at, type, element, bytes) {
    const code = this.#doors.belay_jobs_fill(at, type, element, bytes.length);
    if (code !== 0) return code;
    new Uint8Array(this.#memory.buffer).set(bytes, this.view.getUint32(at + 8, true));
    return 0;
  }

  /** One that is in this memory already. */
  #shared(at, { address, bytes, element }) {
    const { view } = this;
    view.setUint8(at, ARRAY);
    view.setUint8(at + 1, element);
    view.setUint16(at + 2, SHARED, true);
    view.setUint32(at + 8, address, true);
    view.setUint32(at + 16, bytes, true);
    return 0;
  }
}

/* ---- An instance, of either kind ------------------------------------- */

class Instance {
  doors;
  #memory;
  #arguments;
  #keepsShared;
  #port;
  #list = [];
  #transfer = [];

  constructor(port, doors, memory, keepsShared) {
    this.#port = port;
    this.doors = doors;
    this.#memory = memory;
    this.#arguments = new Arguments(memory, doors);
    this.#keepsShared = keepsShared;
  }

  /** Writes the arguments and starts the job; a belay_code. */
  start(number, index, values) {
    const at = this.doors.belay_jobs_arguments(values.length);
    let code = at === 0 ? NO_MEMORY : 0;
    for (let place = 0; place < values.length && code === 0; place++) {
      code = this.#arguments.write(at + place * VALUE_BYTES, values[place]);
    }
    // Without arguments it gives back those that are there, and starts nothing.
    if (code !== 0) this.doors.belay_jobs_drop(values.length);
    else code = this.doors.belay_jobs_start(number, index, values.length);
    if (code !== 0) this.tell(['refused', number, code]);
    return code;
  }

  /** Takes all that has happened, and tells it in one message. */
  flush() {
    const { doors } = this;
    for (let at = doors.belay_jobs_take(); at !== 0; at = doors.belay_jobs_take()) this.tellOf(at);
    this.send();
  }

  /** Of one thing that has happened; then it is given back. */
  tellOf(at) {
    const entry = readMessage(new DataView(this.#memory.buffer), at, this.#keepsShared);
    for (const value of entry) if (ArrayBuffer.isView(value)) this.#transfer.push(value.buffer);
    this.tell(entry);
    this.doors.belay_jobs_give_back(at);
  }

  tell(entry) {
    this.#list.push(entry);
  }

  send() {
    if (this.#list.length === 0) return;
    this.#port.post({ type: 'work', list: this.#list }, this.#transfer);
    this.#list = [];
    this.#transfer = [];
  }

  /** `ran`: it was a job's doing, of run `number` as far as that is known. */
  trapped(error, number, ran) {
    this.#port.post({ type: 'trap', number, ran, error: told(error) });
  }
}

function mustOpen(doors, { min, max, limit, idleTimeout, stackSize }) {
  const code = doors.belay_jobs_open(min, max, limit, idleTimeout, stackSize);
  if (code !== 0) throw new Error(`the instance could not be opened: code ${code}`);
}

/* ---- Without threads -------------------------------------------------- */

/** What a module without threads imports: of WASI only what its libc needs. */
function imports(memory, onMessages) {
  const view = () => new DataView(memory().buffer);
  const sleeper = typeof SharedArrayBuffer === 'function' ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const wasi = {
    clock_time_get(id, precision, at) {
      const ms = id === 0 ? Date.now() : performance.now();
      view().setBigUint64(at, BigInt(Math.round(ms * 1e6)), true);
      return 0;
    },
    clock_res_get(id, at) {
      view().setBigUint64(at, 1000n, true);
      return 0;
    },
    fd_write(fd, at, count, written) {
      let text = '';
      let size = 0;
      for (let index = 0; index < count; index++) {
        const address = view().getUint32(at + index * 8, true);
        const length = view().getUint32(at + index * 8 + 4, true);
        text += decoder.decode(new Uint8Array(memory().buffer).slice(address, address + length));
        size += length;
      }
      if (text.trim() !== '') (fd === 2 ? console.error : console.log)(text.replace(/\n$/, ''));
      view().setUint32(written, size, true);
      return 0;
    },
    fd_close: () => 0,
    fd_seek: () => 70, // ESPIPE
    fd_read: () => 8, // EBADF
    environ_sizes_get(count, size) {
      view().setUint32(count, 0, true);
      view().setUint32(size, 0, true);
      return 0;
    },
    environ_get: () => 0,
    random_get(at, size) {
      crypto.getRandomValues(new Uint8Array(memory().buffer, at, size));
      return 0;
    },
    proc_exit(status) {
      // abort() is exit(1) there.
      throw new Error(`the job called ${status === 1 ? 'abort() or ' : ''}exit(${status})`);
    },
  };
  return {
    wasi_snapshot_preview1: wasi,
    env: { emscripten_notify_memory_growth() {} },
    belay: {
      messages: onMessages,
      pause(ms) {
        if (sleeper !== null) Atomics.wait(sleeper, 0, 0, ms);
        else for (const end = performance.now() + ms; performance.now() < end; );
      },
    },
  };
}

async function openSingle(port, { module, settings }) {
  let instance = null;
  let exports = null;
  const result = await WebAssembly.instantiate(module, imports(() => exports.memory, () => instance.flush()));
  ({ exports } = result);
  exports._initialize?.();
  mustOpen(exports, settings);
  instance = new Instance(port, exports, exports.memory, false);
  const work = {
    start(number, index, values) {
      try {
        if (instance.start(number, index, values) === 0) exports.belay_jobs_finish(number);
        instance.flush();
      } catch (error) {
        instance.trapped(error, number, true);
      }
    },
  };
  port.post({ type: 'open' });
  return work;
}

/* ---- With threads ------------------------------------------------------ */

const LOADS_MAX = 4;

/**
 * A worker of a page for one of our threads, with as much of the interface of
 * Worker as Emscripten uses. The page makes it, for in Firefox a worker that
 * makes another one now and then never goes on (seen in 153 ESR).
 */
class ThreadWorker {
  onmessage = null;
  onerror = null;
  #id;
  #port;
  #messages;
  static #count = 0;
  static #all = new Map();

  constructor(port) {
    const { port1, port2 } = new MessageChannel();
    this.#id = ++ThreadWorker.#count;
    this.#port = port;
    this.#messages = port1;
    port1.onmessage = (event) => this.onmessage(event);
    ThreadWorker.#all.set(this.#id, this);
    port.post({ type: 'thread', id: this.#id, port: port2 }, [port2]);
  }

  postMessage(message, transfer = []) {
    this.#messages.postMessage(message, transfer);
  }

  terminate() {
    this.#messages.close();
    ThreadWorker.#all.delete(this.#id);
    this.#port.post({ type: 'threadEnd', id: this.#id });
  }

  /** The page has heard of an error. */
  static failed({ id, error }) {
    ThreadWorker.#all.get(id)?.onerror(error);
  }
}

/**
 * Has messages of threads that are ours come here, and sees to it that each
 * thread starts. Its worker loads the module anew, over the network in a page,
 * and Emscripten does not hear when that fails: the thread would never start,
 * and nobody would be told. So a worker that has failed before its thread began
 * is replaced; after the fourth the instance is given up.
 */
function listenToThreads(threads, onMessages, onTrap) {
  const load = threads.loadWasmModuleToWorker;
  threads.loadWasmModuleToWorker = function loadAndListen(worker, ...rest) {
    const result = load.call(threads, worker, ...rest);
    const handle = worker.onmessage;
    let over = false;
    const failed = (error) => {
      if (over) return;
      over = true;
      if (worker.loaded) onTrap(error, 0, false);
      else if (!replaceWorker(threads, worker)) onTrap(new Error(`a thread could not be started: ${told(error).message}`), 0, false);
    };
    worker.onmessage = (event) => {
      const { belay, cmd } = event.data;
      if (belay === 'messages') onMessages();
      else if (belay === 'trap') onTrap(event.data, event.data.number, true);
      else if (belay === 'failed') failed(event.data);
      else {
        handle.call(worker, event);
        // A thread has ended; Emscripten keeps its worker for ever.
        if (cmd === 'cleanupThread') endSpare(threads.unusedWorkers);
      }
    };
    worker.onerror = failed;
    return result;
  };
}

/** Has another worker load in the place of one whose thread has not begun; false when that was tried enough. */
function replaceWorker(threads, worker) {
  const place = threads.runningWorkers.indexOf(worker);
  const loads = (worker.loads ?? 1) + 1;
  if (place < 0 || loads > LOADS_MAX || typeof worker.runPthread !== 'function') return false;
  worker.terminate();
  threads.allocateUnusedWorker();
  const fresh = threads.unusedWorkers.pop();
  threads.loadWasmModuleToWorker(fresh);
  fresh.loads = loads;
  threads.runningWorkers[place] = fresh;
  fresh.pthread = worker.pthread;
  fresh.pthread.worker = fresh;
  // What Emscripten has made for the first worker posts to that.
  worker.postMessage = (...message) => fresh.postMessage(...message);
  fresh.runPthread = worker.runPthread;
  return true;
}

const SPARE_MAX = 1;

function endSpare(workers) {
  while (workers.length > SPARE_MAX) workers.shift().terminate();
}

async function openThreads(port, { module, settings, shows, glue, thread }) {
  let instance = null;
  let over = false;
  const onTrap = (error, number, ran) => {
    if (!over) instance.trapped(error, number, ran);
    over = true;
  };
  const { default: create } = await import(glue);
  // A URL object, for Node takes no URL as a string.
  const doors = {};
  const emscripten = await create({
    mainScriptUrlOrBlob: glue,
    locateFile: (name) => (name.endsWith('.js') || name.endsWith('.cjs') ? new URL(thread) : name),
    instantiateWasm(wants, done) {
      WebAssembly.instantiate(module, wants).then((made) => done(made, module), onTrap);
      return {};
    },
  });
  for (const name of Object.keys(emscripten)) {
    if (name.startsWith('_belay_jobs_')) doors[name.slice(1)] = emscripten[name];
  }
  const threads = emscripten.PThread;
  if (!NODE) threads.allocateUnusedWorker = () => threads.unusedWorkers.push(new ThreadWorker(port));
  listenToThreads(threads, () => instance.flush(), onTrap);
  mustOpen(doors, settings);
  const { wasmMemory: memory } = emscripten;
  instance = new Instance(port, doors, memory, true);
  if (shows) doors.belay_jobs_open_shown();
  port.post({ type: 'open', memory, shown: doors.belay_jobs_show(), shows });
  return {
    start: (number, index, values) => instance.start(number, index, values),
    cancel: (number) => doors.belay_jobs_cancel(number),
    resize: (min, max) => doors.belay_jobs_resize(min, max),
    allocate: (id, bytes) => instance.tell(['allocated', id, doors.belay_jobs_allocate(bytes)]),
    free: (address) => doors.belay_jobs_free(address),
    tell: (at) => instance.tellOf(at),
    giveBack: () => doors.belay_jobs_give_back_all(),
    flush: () => (shows ? instance.send() : instance.flush()),
    failed: onTrap,
  };
}

/* ---- All ---------------------------------------------------------------- */

const port = await openPort();
let work = null;
const waiting = [];

function carryOut(list) {
  for (const [operation, ...rest] of list) work[operation](...rest);
  work.flush?.();
}

port.listen(async (message) => {
  try {
    if (message.type === 'open') {
      work = await (message.mode === 'threads' ? openThreads : openSingle)(port, message);
      for (const list of waiting) carryOut(list);
    } else if (message.type === 'threadFailed') ThreadWorker.failed(message);
    else if (work === null) waiting.push(message.list);
    else carryOut(message.list);
  } catch (error) {
    if (work === null) port.post({ type: 'failed', error: told(error) });
    else if (work.failed !== undefined) work.failed(error, 0, false);
    else port.post({ type: 'trap', number: 0, ran: false, error: told(error) });
  }
});
