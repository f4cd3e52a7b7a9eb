// Functions that give, throw and leave behind odd things, for the tests.
export const echo = (value) => value;
export const first = () => 'first';
export const second = () => 'second';

/** Says that it has begun, and waits to be let go; its worker hears what it is told. */
export async function hold(words) {
  Atomics.store(words, 0, 1);
  while (Atomics.load(words, 1) === 0) await new Promise((resolve) => setImmediate(resolve));
}

const refuse = () => {
  throw new Error('refused');
};

/** Refuses to be looked at. */
const unreadable = () =>
  new Proxy({}, { getPrototypeOf: refuse, ownKeys: refuse, get: (_, key) => (key === 'then' ? undefined : refuse()) });

const VALUES = {
  proxy: unreadable,
  getter: () => ({ get part() { return refuse(); } }),
};
export const gives = (kind) => VALUES[kind]();
export const givesLater = async (kind) => VALUES[kind]();
export const exitsWith = (kind, { exit }) => exit(VALUES[kind]());

export const transfersNoList = ({ transfer }) => transfer(1);
export function transfersTwice({ transfer }) {
  const buffer = new ArrayBuffer(1);
  return transfer(buffer, [buffer, buffer]);
}

const GARBAGE = { text: 'text', time: [0, 1, 'value'], failure: [1, 1, 'failure'] };

/** What its worker says from now on is garbage. */
export function talksGarbage(kind) {
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function post(entry, ...rest) {
    postMessage.call(this, GARBAGE[kind], ...rest);
  };
}

class Invalid extends Error {
  errors = [{ path: 'a' }, new TypeError('inner')];
  task = 'a field of its own';
}

export function fails(kind) {
  if (kind === 'proxy') throw unreadable();
  if (kind === 'fields') throw new Invalid('both wrong');
  if (kind === 'getter') {
    throw Object.defineProperties(new RangeError('seen'), {
      part: { enumerable: true, get: refuse },
      kept: { enumerable: true, value: 1 },
    });
  }
  const error = new AggregateError([], 'contains itself', {});
  error.errors.push(error, error, error, error);
  error.cause = error;
  throw error;
}

/** Ends its worker by a thrown value that cannot be made a text. */
export function throwsLater(kind) {
  setTimeout(() => {
    if (kind === 'object') throw { toString: 1 };
    throw Object.assign(new Error(), { name: { toString: 1 } });
  });
  return new Promise(() => {});
}

/** Its worker looks idle, hears nothing more, and ends when it is let go. */
export function endsIdle(words) {
  queueMicrotask(() => {
    Atomics.wait(words, 1, 0);
    process.exit(1);
  });
}

/** What of Belay's own a function could find. */
export async function findsOwn() {
  const { workerData } = await import('node:worker_threads');
  return Object.keys(workerData);
}

export const lengthOf = (buffer) => buffer.byteLength;
