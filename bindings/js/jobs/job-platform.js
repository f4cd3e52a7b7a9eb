/** What loading jobs needs of the platform: files, workers, and whether memory can be shared. */

const isNode = typeof process === 'object' && process !== null && Boolean(process.versions?.node);

/* A name in a variable: bundlers for browsers would look for the module. */
const builtin = async (name) => process.getBuiltinModule?.(name) ?? import(/* @vite-ignore */ name);

/** Whether threads can share memory here. */
export const canShare = () =>
  isNode || (globalThis.crossOriginIsolated === true && typeof SharedArrayBuffer === 'function');

export async function processors() {
  if (!isNode) return globalThis.navigator?.hardwareConcurrency ?? 4;
  return (await builtin('node:os')).availableParallelism();
}

/** Compiles the module at a URL. */
export async function compile(url) {
  if (isNode && url.protocol === 'file:') {
    const { readFile } = await builtin('node:fs/promises');
    return WebAssembly.compile(await readFile(url));
  }
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} could not be loaded: ${response.status} ${response.statusText}`);
  return WebAssembly.compile(await response.arrayBuffer());
}

function openWebWorker(url, on) {
  const worker = new Worker(url, { type: 'module' });
  worker.onmessage = ({ data }) => on.message(data);
  worker.onerror = (event) => {
    event.preventDefault();
    on.failed(new Error(event.message || `the worker ${url} could not be started`));
  };
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    end: () => worker.terminate(),
    ref() {},
    unref() {},
  };
}

/**
 * A page's worker for a thread of an instance, which it speaks to by `port`.
 * In Node the instance makes such workers by itself.
 */
export function openThread(url, port, failed) {
  const worker = new Worker(url);
  worker.onerror = (event) => {
    event.preventDefault();
    failed(new Error(event.message || `the worker ${url} could not be started`));
  };
  worker.postMessage({ port }, [port]);
  return worker;
}

async function openNodeWorker(url, on) {
  const threads = await builtin('node:worker_threads');
  const worker = new threads.Worker(url);
  let over = false;
  const fail = (error) => {
    if (over) return;
    over = true;
    on.failed(error);
  };
  worker.on('message', (data) => on.message(data));
  worker.on('error', fail);
  worker.on('exit', (code) => fail(new Error(`the worker ended with code ${code}`)));
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    end() {
      over = true;
      return worker.terminate();
    },
    ref: () => worker.ref(),
    unref: () => worker.unref(),
  };
}

/**
 * A worker that runs the script at `url`. `on` has message(data) and
 * failed(error), for when it has ended by itself.
 */
export const openWorker = async (url, on) => (isNode ? openNodeWorker : openWebWorker)(url, on);
