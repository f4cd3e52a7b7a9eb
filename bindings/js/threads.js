/**
 * belay-tasks/threads: jobs in C as bodies of tasks. What each function does is
 * told in threads.d.ts.
 */
import { FOREIGN, forgetBodies, nameBodies } from './bodies.js';
import { Context } from './context.js';
import { contextInside } from './context-inside.js';
import { JobsDisposedError } from './jobs/job-errors.js';
import { canShare, compile, processors } from './jobs/job-platform.js';
import { copyOf, Run } from './jobs/job-run.js';
import { elementOf, Signature } from './jobs/job-signature.js';
import { ThreadPool } from './jobs/job-threads.js';
import { ELEMENTS } from './jobs/job-values.js';
import { WorkerPool } from './jobs/job-workers.js';
import { checkCount, checkListener, checkOneOf, checkOptions, checkTimeout, describe } from './options.js';
import { ASYNC_DISPOSE } from './supervised.js';
import { checkAddress } from './workers/address.js';

export { JobError, JobLostError, JobsDisposedError, JobTrapError } from './jobs/job-errors.js';

const FORMAT = 2; // of what belay_add_jobs makes
const OPTIONS = ['mode', 'min', 'max', 'limit', 'idleTimeout', 'stackSize', 'hardKill'];
const SIZES = ['min', 'max'];
const MAX_MOST = 4096;
const LIMIT = 64;
const IDLE_MS = 10_000;
const HARD_KILL_MS = 100;
const STACK_BYTES = 1024 * 1024;
const BYTES_MAX = 0x7fffffff;

/* ---- Options. */

/** The ms after which a killed job's instance is set aside; Infinity for never. */
function checkHardKill(call, value) {
  if (value === undefined || value === false) return Infinity;
  if (value === true) return HARD_KILL_MS;
  if (typeof value !== 'number') {
    throw new TypeError(`${call}: option hardKill must be true, false or a number of milliseconds; got ${describe(value)}`);
  }
  return checkTimeout(call, 'option hardKill', value);
}

async function checkSettings(call, given) {
  const { min = 0, idleTimeout = IDLE_MS, stackSize = STACK_BYTES } = given;
  checkCount(call, 'option min', min);
  const max = given.max ?? Math.max(min, await processors());
  checkCount(call, 'option max (at least min)', max, { least: Math.max(1, min), most: MAX_MOST });
  const limit = given.limit ?? Math.max(LIMIT, max);
  checkCount(call, 'option limit (at least max)', limit, { least: max, most: MAX_MOST });
  const idle = Math.min(checkTimeout(call, 'option idleTimeout', idleTimeout), 0x7fffffff);
  checkCount(call, 'option stackSize', stackSize, { least: 65_536, most: 0x10000000 });
  return { min, max, limit, idleTimeout: Math.max(1, idle), stackSize };
}

/** What resize is given; `limit` is null where that means nothing. */
function checkSize(call, size, settings, limit) {
  const given = checkOptions(call, size, SIZES);
  const { min = settings.min, max } = given;
  checkCount(call, 'option min', min);
  const least = given.min === undefined ? `at least min, which is ${min}` : 'at least min';
  checkCount(call, `option max (${least})`, max, { least: Math.max(1, min), most: MAX_MOST });
  if (limit !== null && max > limit) {
    throw new RangeError(
      `${call}: option max must be at most ${limit}, which is the option limit of loadJobs; got ${max}`,
    );
  }
  return { min, max };
}

function checkMode(call, mode, { threads }) {
  if (mode !== undefined) checkOneOf(call, 'option mode', mode, ['threads', 'workers']);
  if (mode !== 'threads') return mode ?? (canShare() && threads !== null ? 'threads' : 'workers');
  if (threads === null) throw new TypeError(`${call}: option mode cannot be 'threads': the module was built without threads`);
  if (!canShare()) {
    throw new TypeError(
      `${call}: option mode cannot be 'threads' here: memory is shared only in pages that are cross-origin isolated`,
    );
  }
  return mode;
}

/** What belay_add_jobs wrote: the module's default export, however it was given. */
async function describeModule(call, module) {
  const isPlace = typeof module === 'string' || module instanceof URL;
  const given = isPlace ? await import(/* @vite-ignore */ checkAddress(call, 'module', module)) : module;
  const description = given?.belayJobs === undefined ? given?.default : given;
  if (description?.belayJobs === undefined) {
    throw new TypeError(`${call}: module must be what belay_add_jobs made, or its URL; got ${describe(module)}`);
  }
  if (description.belayJobs !== FORMAT) {
    throw new TypeError(
      `${call}: module was built for another version of belay-tasks (its format is ${description.belayJobs}, not ${FORMAT})`,
    );
  }
  return description;
}

/* ---- Jobs. */

const ownOf = (call, { onReport, hardKill }, otherwise) => ({
  onReport: onReport === undefined ? null : checkListener(call, 'option onReport', onReport),
  hardKill: hardKill === undefined ? otherwise : checkHardKill(call, hardKill),
});

/** Of what follows a job in a call: its arguments and options, which may both be missing. */
function splitRest(call, rest) {
  const [first, second] = rest;
  if (Array.isArray(first)) return { args: first, given: second ?? {} };
  if (first === undefined) return { args: [], given: second ?? {} };
  if (typeof first === 'object' && first !== null && rest.length === 1) return { args: [], given: first };
  throw new TypeError(`${call}: args must be an array of the job's arguments; got ${describe(first)}`);
}

/** One job as a body: by itself with arguments behind it, or bound to them by calling it. */
function makeJob(pool, { name, index, signature }, hardKill) {
  const job = { name, index };
  // Arrays are copied now, but for those in memory that the job will see itself.
  const prepare = (call, args) => signature.check(call, args)
    .map((value) => (ArrayBuffer.isView(value) && !pool.shares(value) ? copyOf(value) : value));
  const run = (values, own, context) => {
    contextInside.runtimeOf(context).hooks?.thread(`job ${name}`);
    const made = new Run(job, values, own, context);
    Context.whenEnded(context, () => pool.kill(made));
    pool.submit(made);
    return made.promise;
  };
  const take = (call, rest) => {
    const { args, given } = splitRest(call, rest);
    const { onReport, hardKill: wanted, ...options } = given;
    return { args, own: ownOf(call, { onReport, hardKill: wanted }, hardKill), options };
  };
  const named = (body) => Object.defineProperty(body, 'name', { value: name });
  const bound = (...args) => {
    const values = prepare(name, args);
    return named((context) => run(values, ownOf(name, {}, hardKill), context));
  };
  bound[FOREIGN] = {
    asBody(call, rest) {
      const { args, own, options } = take(call, rest);
      const values = prepare(call, args);
      return { body: named((context) => run(values, own, context)), options };
    },
    asItem(call, rest) {
      const { args, own, options } = take(call, rest);
      return { body: named((input, context) => run(prepare(call, [input, ...args]), own, context)), options };
    },
  };
  return named(bound);
}

/* ---- The set. */

const checkElements = (call, Elements) => {
  if (ELEMENTS.includes(Elements)) return Elements;
  throw new TypeError(`${call}: type must be a constructor of typed arrays; got ${describe(Elements)}`);
};

function makeMemory(pool) {
  return Object.freeze({
    allocate(type, length) {
      const call = 'memory.allocate';
      const Elements = checkElements(call, type);
      checkCount(call, 'length', length, { most: Math.floor(BYTES_MAX / Elements.BYTES_PER_ELEMENT) });
      return pool.allocate(Elements, length);
    },
    free(array) {
      const call = 'memory.free';
      if (elementOf(array) === -1) throw new TypeError(`${call}: array must be a typed array; got ${describe(array)}`);
      const user = pool.userOf(array);
      if (user !== null) throw new TypeError(`${call}: array is in use by job ${user}, which has not returned`);
      if (pool.shares(array)) pool.free(array);
    },
  });
}

class JobSet {
  #pool;
  #name;

  constructor(pool, name, jobs) {
    this.#pool = pool;
    this.#name = name;
    this.memory = makeMemory(pool);
    Object.assign(this, jobs);
    nameBodies(this, Object.keys(jobs));
    Object.freeze(this);
  }

  get mode() {
    return this.#pool.mode;
  }

  resize(size) {
    const { mode, settings } = this.#pool;
    const { min, max } = checkSize('resize', size, settings, mode === 'threads' ? settings.limit : null);
    this.#pool.resize(min, max);
  }

  inspect() {
    return { module: this.#name, mode: this.#pool.mode, ...this.#pool.inspect() };
  }

  dispose() {
    forgetBodies(this);
    this.#pool.dispose(new JobsDisposedError(this.#name));
  }

  async [ASYNC_DISPOSE]() {
    this.dispose();
  }

  get [Symbol.toStringTag]() {
    return 'Jobs';
  }
}

export async function loadJobs(module, options) {
  const call = 'loadJobs';
  const given = checkOptions(call, options, OPTIONS);
  const hardKill = checkHardKill(call, given.hardKill);
  const settings = await checkSettings(call, given);
  const description = await describeModule(call, module);
  const mode = checkMode(call, given.mode, description);
  const files = { worker: description.worker, ...(mode === 'threads' ? description.threads : description.single) };
  files.module = await compile(files.wasm);
  const pool = new (mode === 'threads' ? ThreadPool : WorkerPool)(files, settings);
  const jobs = description.jobs.map(({ name, signature }, index) => {
    const parsed = new Signature(name, signature);
    return [name, makeJob(pool, { name, index, signature: parsed }, hardKill)];
  });
  await pool.open();
  return new JobSet(pool, description.name, Object.fromEntries(jobs));
}
