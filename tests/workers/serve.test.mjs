// The worker's side alone, with a port that the test has in its hands.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { isComplete } from '../../bindings/js/workers/job-context.js';
import { FROM_WORKER, HELD_MAX, NO_NUMBER, STATE, TO_WORKER, wordOf, WORDS } from '../../bindings/js/workers/messages.js';
import { serve } from '../../bindings/js/workers/serve.js';
import { root } from '../../scripts/lib/shell.mjs';
import { scenario } from './harness.mjs';

const sources = join(root, 'bindings/js');
const address = 'data:text/javascript,export const echo = (value) => value';

/** A worker without a thread: { words, posted, tell(...entries), said() }; `onPost` sees what it says while it does. */
function worker(onPost = () => {}) {
  const words = new Int32Array(new SharedArrayBuffer(4 * WORDS));
  const posted = [];
  let waiting = null;
  const post = (entry) => {
    posted.push(entry);
    onPost(entry, words);
    waiting?.();
  };
  let hear;
  serve({ postMessage: post }, { words, linger: 0 }, (listener) => {
    hear = listener;
  });
  return {
    words,
    posted,
    tell: (...entries) => hear(entries),
    /** What it says next. */
    said: () => new Promise((resolve) => {
      waiting = () => {
        waiting = null;
        resolve(posted.at(-1));
      };
    }),
    job(number, value) {
      words[number % HELD_MAX] = wordOf(number, STATE.HANDED);
      return [TO_WORKER.JOB, number, 1, '<0.1>', [value]];
    },
  };
}

test('a result is marked as done only while the word is its job\'s own', async () => {
  const next = wordOf(5 + HELD_MAX, STATE.HANDED);
  // As soon as the runtime hears of the result, it gives the word to a later job.
  const { words, tell, said, job } = worker(([type, number], shared) => {
    if (type === FROM_WORKER.VALUE && number === 5) shared[5] = next;
  });
  tell([TO_WORKER.EXPORT, 1, address, 'echo'], job(5, 'a'));
  assert.deepEqual((await said()).slice(0, 3), [FROM_WORKER.VALUE, 5, 'a']);
  assert.equal(words[5], next);
  tell(job(6, 'b'));
  assert.equal(words[6], wordOf(6, STATE.DONE));
});

test('a worker that is to load a module goes through a job that does nothing, once', async () => {
  const { posted, tell, said } = worker();
  tell([TO_WORKER.EXPORT, 1, address, 'echo', 1], [TO_WORKER.EXPORT, 2, address, 'echo', 1]);
  assert.deepEqual((await said()).slice(0, 3), [FROM_WORKER.VALUE, NO_NUMBER, undefined]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(posted.length, 2); // UP, and the above
});

test('one that has a job already does not', async () => {
  const { posted, tell, said, job } = worker();
  tell([TO_WORKER.EXPORT, 1, address, 'echo', true], job(1, 'a'));
  await said();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(posted.map(([type, number]) => [type, number]), [[FROM_WORKER.UP, undefined], [FROM_WORKER.VALUE, 1]]);
});

test('a job keeps its export when the number is given to another one', async () => {
  const { posted, tell, said, job } = worker();
  const other = 'data:text/javascript,export const echo = () => "other"';
  tell([TO_WORKER.EXPORT, 1, address, 'echo'], job(1, 'a'), [TO_WORKER.EXPORT, 1, other, 'echo'], job(2, 'b'));
  await said();
  if (posted.length < 3) await said();
  assert.deepEqual(posted.slice(1).map(([, number, value]) => [number, value]), [[1, 'a'], [2, 'other']]);
});

/** Files that importing one reads, itself among them, as they are called in bindings/js. */
function filesFrom(file, found = new Set()) {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(join(sources, file), 'utf8');
  for (const [, next] of text.matchAll(/^(?:import|export|\}) (?:[^;]*? from )?'(\.[^']+)';$/gm)) filesFrom(join(dirname(file), next), found);
  return found;
}

for (const name of ['belay-worker.js', 'belay-worker-node.js']) {
  test(`${name} needs neither the kernel nor a runtime before its first job`, () => {
    const own = [name, 'failures.js', 'job-context.js', 'linger.js', 'messages.js', 'parameters.js', 'serve.js'];
    assert.deepEqual([...filesFrom(`workers/${name}`)].sort(), ['describe.js', 'errors.js', 'now.js', ...own.map((file) => `workers/${file}`)]);
  });
}

test('a runtime is loaded for the first function that may ask for one, and not before', async () => {
  const { words, tell, said } = worker();
  const text = 'export const light = (value, { signal }) => [value, signal.aborted];' +
    'export async function heavy(value, context) { return context.Task.await(context.Task.async(() => value)); }';
  const give = (number, exported, args) => {
    words[number % HELD_MAX] = wordOf(number, STATE.HANDED);
    return [TO_WORKER.JOB, number, exported, '<0.1>', args];
  };
  assert.equal(isComplete(), false); // not by the tests before, either
  const address = `data:text/javascript,${encodeURIComponent(text)}`;
  tell([TO_WORKER.EXPORT, 1, address, 'light'], [TO_WORKER.EXPORT, 2, address, 'heavy', 2], give(1, 1, ['a']));
  assert.deepEqual((await said())[2], ['a', false]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isComplete(), false);
  tell(give(2, 2, ['b']));
  assert.deepEqual((await said()).slice(0, 3), [FROM_WORKER.VALUE, 2, 'b']);
  assert.equal(isComplete(), true);
});

const LOADED = "process.moduleLoadList.includes('NativeModule perf_hooks')";

scenario('a worker of Node does not load what `performance` is made of', async ({ run }) => {
  const bare = new Worker(`require('node:worker_threads').parentPort.postMessage(${LOADED})`, { eval: true });
  const [isLoaded] = await once(bare, 'message');
  assert.deepEqual(await run('loaded'), isLoaded);
}, { module: `data:text/javascript,${encodeURIComponent(`export const loaded = () => ${LOADED};`)}`, max: 1 });
