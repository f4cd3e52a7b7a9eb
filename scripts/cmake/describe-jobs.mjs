// Writes what JavaScript imports of a job module, beside copies of what that
// loads: describe-jobs.mjs <target> <folder> <single .wasm> <threads .mjs>
//
// Called by belay_add_jobs. It asks the module itself which jobs it has.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Signature } from '../../bindings/js/jobs/job-signature.js';

const FORMAT = 2;
const RESERVED = ['memory', 'mode', 'resize', 'inspect', 'dispose', 'then', 'constructor'];
const MODULES = ['wasi_snapshot_preview1', 'belay'];
const ENVIRONMENT = ['emscripten_notify_memory_growth', '__handle_stack_overflow'];

const here = dirname(fileURLToPath(import.meta.url));

class Complaint extends Error {}

/** Functions that no library has: the sources lack them, or need a browser's. */
function checkImports(module) {
  const missing = WebAssembly.Module.imports(module)
    .filter(({ module: from, name }) => !MODULES.includes(from) && !ENVIRONMENT.includes(name))
    .map(({ name }) => name);
  if (missing.length > 0) {
    throw new Complaint(
      `undefined: ${missing.join(', ')}. Jobs are C and its library alone: no function of JavaScript's can be called from them`,
    );
  }
}

/** An instance whose imports do nothing: only tables are read from it. */
function instantiate(module) {
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] ??= {};
    imports[from][name] = () => 0;
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  exports._initialize?.();
  return exports;
}

function readJobs({ memory, belay_jobs_name: nameAt, belay_jobs_signature: signatureAt }) {
  const text = (address) => {
    const bytes = new Uint8Array(memory.buffer, address);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  };
  const jobs = [];
  for (let index = 0; nameAt(index) !== 0; index++) {
    jobs.push({ symbol: text(nameAt(index)), signature: text(signatureAt(index)) });
  }
  return jobs;
}

/** count_primes is countPrimes in JavaScript. */
const inJavaScript = (symbol) => symbol.replace(/_+([a-zA-Z0-9])/g, (_, letter) => letter.toUpperCase());

function checkSignature(name, signature) {
  try {
    new Signature(name, signature);
  } catch (error) {
    throw new Complaint(error.message);
  }
}

function checkJobs(jobs) {
  if (jobs.length === 0) throw new Complaint('there is no BELAY_JOB in the sources');
  const seen = new Map();
  for (const { symbol, name, signature } of jobs) {
    checkSignature(name, signature);
    if (RESERVED.includes(name)) throw new Complaint(`a job cannot be called ${name}: loadJobs gives something else by that name`);
    if (seen.has(name)) throw new Complaint(`jobs ${seen.get(name)} and ${symbol} are both ${name} in JavaScript`);
    seen.set(name, symbol);
  }
}

const TYPES = {
  number: 'number', integer: 'number | bigint', string: 'string', any: 'JobArgument',
  bytes: 'Uint8Array | ArrayBuffer | DataView', array: 'JobArray', nothing: 'undefined',
};
const RESULTS = { ...TYPES, any: 'JobValue', bytes: 'Uint8Array', '': 'JobValue' };

function typeOf({ name, signature }) {
  const { words, result } = new Signature(name, signature);
  const taken = words.map(({ word, optional, rest }) => {
    const type = TYPES[word] ?? word;
    if (rest) return `...(${type})[]`;
    return optional ? `(${type})?` : type;
  });
  return `  ${name}: Job<[${taken.join(', ')}], ${RESULTS[result] ?? result}>;\n`;
}

function describe(target, jobs) {
  const at = (file) => `new URL('./${target}/${file}', import.meta.url)`;
  const list = jobs.map(({ name, signature }) =>
    `    { name: ${JSON.stringify(name)}, signature: ${JSON.stringify(signature)} },\n`).join('');
  return [
    `// Made by belay_add_jobs(${target}); for loadJobs of belay-tasks/threads.\n`,
    'export default Object.freeze({\n',
    `  belayJobs: ${FORMAT},\n  name: ${JSON.stringify(target)},\n  jobs: [\n${list}  ],\n`,
    `  worker: ${at('worker.mjs')},\n`,
    `  single: { wasm: ${at('single.wasm')} },\n`,
    `  threads: {\n    wasm: ${at('threads.wasm')},\n    glue: ${at('threads.mjs')},\n`,
    `    thread: ${at('threads.worker.js')},\n  },\n});\n`,
  ].join('');
}

function declare(target, jobs) {
  return [
    `// Made by belay_add_jobs(${target}).\n`,
    "import type { Job, JobArgument, JobArray, JobModule, JobValue } from 'belay-tasks/threads';\n\n",
    `declare const module: JobModule<{\n${jobs.map(typeOf).join('')}}>;\nexport default module;\n`,
  ].join('');
}

/* Bundlers turn small files into data: URLs, of which no worker can be made. */
const SMALL = 8192;
const padded = (text) => (text.length >= SMALL ? text : `${text}\n${`//${' '.repeat(76)}\n`.repeat(Math.ceil((SMALL - text.length) / 79))}`);

/* Before Emscripten's worker, for pages: there the page makes the workers, and
   hands each a port to the instance's first thread, which takes the place of
   the messages to and from who made it. When such a worker fails to load the
   module nobody hears it unless it is told; in Node that ends the worker. */
const IN_PAGE = `if (typeof process !== 'object') {
  let handle = null;
  let port = null;
  const start = () => {
    if (port !== null && handle !== null) port.onmessage = (event) => handle(event);
  };
  Object.defineProperty(self, 'onmessage', {
    get: () => handle,
    set(next) {
      handle = next;
      start();
    },
  });
  self.addEventListener('message', ({ data }) => {
    ({ port } = data);
    self.postMessage = (...message) => port.postMessage(...message);
    start();
  }, { once: true });
  self.addEventListener('unhandledrejection', ({ reason }) => {
    postMessage({ belay: 'failed', name: String(reason && reason.name), message: String((reason && reason.message) || reason), stack: null });
  });
}
`;

function copyThreads(from, folder) {
  const name = basename(from, '.mjs');
  const stem = join(dirname(from), name);
  copyFileSync(from, join(folder, 'threads.mjs'));
  copyFileSync(`${stem}.wasm`, join(folder, 'threads.wasm'));
  // From 3.1.58 on, Emscripten's threads run the module itself.
  const script = `${stem}.worker.js`;
  const text = existsSync(script) ? readFileSync(script, 'utf8') : `import(${JSON.stringify('./threads.mjs')});\n`;
  writeFileSync(join(folder, 'threads.worker.js'), padded(`${IN_PAGE}${text}`));
}

/* Bundlers take the worker along as it is, so it is one file. */
const IMPORT = /^import \{[^}]*\} from '\.\/job-values\.js';\n/m;

function workerText() {
  const [values, worker] = ['job-values.js', 'job-worker.js'].map((name) =>
    readFileSync(join(here, '../../bindings/js/jobs', name), 'utf8'));
  if (!IMPORT.test(worker)) throw new Error('job-worker.js does not import job-values.js');
  const text = `${values.replace(/^export /gm, '')}\n${worker.replace(IMPORT, '')}`;
  const [left] = /^(?:import|export)\b.*/m.exec(text) ?? [];
  if (left !== undefined) throw new Error(`the worker of a job module can have no ${left}`);
  return text;
}

function main([target, output, single, threads]) {
  const module = new WebAssembly.Module(readFileSync(single));
  checkImports(module);
  const jobs = readJobs(instantiate(module)).map((job) => ({ ...job, name: inJavaScript(job.symbol) }));
  checkJobs(jobs);
  const folder = join(resolve(output), target);
  mkdirSync(folder, { recursive: true });
  copyThreads(threads, folder);
  copyFileSync(single, join(folder, 'single.wasm'));
  writeFileSync(join(folder, 'worker.mjs'), workerText());
  // Emscripten's own worker is a script; what ends in .mjs stays a module.
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(join(output, `${target}.d.mts`), declare(target, jobs));
  writeFileSync(join(output, `${target}.mjs`), describe(target, jobs));
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(`belay_add_jobs(${process.argv[2]}): ${error instanceof Complaint ? error.message : error.stack}`);
  process.exitCode = 1;
}
