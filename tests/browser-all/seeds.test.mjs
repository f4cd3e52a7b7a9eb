// Runs in a few numbers, and many seeds of one program.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load, sources } from '../browser/engine.mjs';

const { inputOf, readLessonFiles } = await load('/tools/lessons.ts');
const { runInNode, surveyInNode } = await load('/src/engine/node.ts');
const { summaryOf } = await load('/src/model/summary.ts');
const { findSeed, outcomeOf, percentile, searches, surveyOf, surveySentence } = await load('/src/model/seeds.ts');
const { Surveyor } = await load('/src/engine/surveyor.ts');
const { traceOf } = await load('/src/model/trace.ts');
const lessons = readLessonFiles(sources.lessons);
const search = (id) => searches.find((one) => one.id === id);

async function summary(source, { world = null, seed = 1 } = {}) {
  const ran = await runInNode({ program: { source, files: {} }, seed, world, knobs: {} });
  return summaryOf(traceOf(ran.events, ran.until), ran.outcome, seed);
}

describe('a run in a few numbers', () => {
  it('counts deadlines, ends, requests, and what was full', async () => {
    const world = {
      endpoints: {
        '/hangs': { latency: { kind: 'fixed', ms: 1 }, hang: 1 },
        '/fails': { latency: { kind: 'fixed', ms: 20 }, fail: 1 },
        '/*': { latency: { kind: 'fixed', ms: 10 } },
      },
    };
    const told = await summary(
      `import { Task } from 'belay-tasks';
      export async function main() {
        await Task.asyncStream(['/a', '/hangs', '/fails'], async (path, { signal }) => (await fetch(path, { signal })).status,
          { maxConcurrency: 2, timeout: 100, onTimeout: 'killTask' }).toArray();
      }`,
      { world },
    );
    const { ends, ...counts } = told;
    assert.deepEqual(ends, { ok: 2, 'timed out': 1 });
    assert.deepEqual(counts, {
      seed: 1, wall: 100, peak: 2, outcome: 'returned', timeouts: 1, lost: 0, gaveUp: 0,
      atLimit: 2, restarts: 0, requests: 3, failed: 1,
    });
    assert.equal(outcomeOf(told), 'returns: 1 timed out');
  });

  it('calls work lost that nobody waits for, was not done, and is not begun again', async () => {
    const program = (restart) => `
      import { Process, Task, TaskSupervisor, sleep } from 'belay-tasks';
      export async function main() {
        const sup = TaskSupervisor.start();
        let fails = true;
        const work = async ({ sleep }) => { await sleep(20); if (fails) { fails = false; throw new Error('no'); } };
        ${restart === null ? "const pid = Task.start(work);" : `const pid = await TaskSupervisor.startChild(sup, work, { restart: '${restart}' });`}
        await sleep(200);
      }`;
    assert.equal((await summary(program(null))).lost, 1);
    assert.equal((await summary(program('temporary'))).lost, 1);
    const kept = await summary(program('transient'));
    assert.deepEqual([kept.lost, kept.restarts], [0, 1]);
  });

  it('knows a supervisor that gives up, a refusal, and a program that fails', async () => {
    const told = await summary(`
      import { TaskSupervisor, sleep } from 'belay-tasks';
      export async function main() {
        const sup = TaskSupervisor.start({ maxRestarts: 0, maxChildren: 1 });
        await TaskSupervisor.startChild(sup, async ({ sleep }) => { await sleep(5); throw new Error('no'); }, { restart: 'permanent' });
        try { await TaskSupervisor.startChild(sup, () => {}); } catch {}
        await sleep(50);
        throw new Error('over');
      }`);
    assert.deepEqual([told.gaveUp, told.atLimit, told.outcome, told.wall], [1, 1, 'threw', 50]);
    assert.match(outcomeOf(told), /^fails: 1 crashed, a supervisor gave up$/);
  });
});

describe('many seeds', () => {
  const base = { peak: 1, outcome: 'returned', ends: { ok: 1 }, timeouts: 0, lost: 0, gaveUp: 0, atLimit: 0, restarts: 0, requests: 0, failed: 0 };
  const seeds = (walls) => walls.map((wall, index) => ({ ...base, seed: index + 1, wall }));

  it('have percentiles by the nearest rank, bins that hold them all, and a worst ten', () => {
    const survey = surveyOf(seeds(Array.from({ length: 200 }, (_, index) => 200 - index)));
    assert.deepEqual([survey.p50, survey.p95, survey.p99, survey.min, survey.max], [100, 190, 198, 1, 200]);
    assert.equal(survey.bins.reduce((sum, { count }) => sum + count, 0), 200);
    assert.ok(survey.bins.length <= 25 && survey.bins.every(({ from, to }) => to - from === 10));
    assert.deepEqual(survey.worst.map(({ seed }) => seed), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert.deepEqual(survey.outcomes, [['returns', 200]]);
    assert.match(surveySentence(survey), /^200 seeds, from 1 ms to 200 ms; half of them within 100 ms/);
    assert.equal(percentile([7], 99), 7);
    assert.equal(surveyOf([]), null);
    assert.match(surveySentence(surveyOf(seeds([5, 5]))), /each of them takes 5 ms: chance has no part/);
  });

  it('are searched for the smallest that is as wanted', () => {
    const some = [...seeds([10, 900, 2000])].reverse();
    assert.equal(findSeed(some, search('wall'), 500), 2);
    assert.equal(findSeed(some, search('wall'), 5000), null);
    assert.equal(findSeed([{ ...base, seed: 9, wall: 1, lost: 1 }], search('lost'), 0), 9);
    for (const { id, is } of searches) {
      assert.equal(is({ ...base, seed: 1, wall: 0 }, 0), false, `${id} is not always so`);
    }
  });

  it('give what each of them gives alone, in twelve lessons', async () => {
    for (const files of lessons.slice(0, 12)) {
      const input = inputOf(files);
      const together = await surveyInNode(input, [3, 1, 2]);
      for (const [index, seed] of [3, 1, 2].entries()) {
        const alone = await runInNode({ ...input, seed });
        assert.deepEqual(
          together[index],
          summaryOf(traceOf(alone.events, alone.until), alone.outcome, seed),
          `${files.id}, seed ${seed}`,
        );
      }
    }
  });
});

describe('the surveyor', () => {
  const told = (seed) => ({ type: 'seed', summary: { seed, outcome: 'returned', ends: {} } });

  /** Workers that answer at once, or never; `made` has the orders they got. */
  function fakeHosts({ silent = false } = {}) {
    const made = [];
    return {
      made,
      make() {
        const host = { ended: false, orders: [], broken: () => {}, end: () => (host.ended = true) };
        host.port = {
          postMessage({ seeds }) {
            host.orders.push([...seeds]);
            for (const seed of silent ? [] : [...seeds]) {
              queueMicrotask(() => host.port.onmessage({ data: told(seed) }));
            }
          },
        };
        made.push(host);
        queueMicrotask(() => host.port.onmessage({ data: { type: 'ready' } }));
        return host;
      },
    };
  }

  it('gives each worker a batch, ends it, and is over when all are told', async () => {
    const hosts = fakeHosts();
    const took = [];
    const over = await new Promise((resolve) => {
      const surveyor = new Surveyor(hosts, { took: ({ seed }) => took.push(seed), ended: resolve });
      surveyor.start({}, Array.from({ length: 60 }, (_, index) => index), 3);
    });
    assert.equal(over, null);
    assert.deepEqual(took.toSorted((a, b) => a - b), Array.from({ length: 60 }, (_, index) => index));
    assert.deepEqual(hosts.made.map(({ orders, ended }) => [orders[0].length, ended]), [[25, true], [25, true], [10, true]]);
  });

  it('takes nothing any more when it is stopped', async () => {
    const hosts = fakeHosts();
    const took = [];
    const over = await new Promise((resolve) => {
      const surveyor = new Surveyor(hosts, {
        took: (summary) => took.push(summary) === 3 && surveyor.stop(),
        ended: resolve,
      });
      surveyor.start({}, Array.from({ length: 60 }, (_, index) => index), 2);
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([over, took.length], [null, 3]);
    assert.ok(hosts.made.every(({ ended }) => ended));
  });

  it('says so when a worker breaks, or cannot be made', async () => {
    const hosts = fakeHosts({ silent: true });
    const over = new Promise((resolve) => {
      new Surveyor(hosts, { took() {}, ended: resolve }).start({}, [1], 2);
    });
    hosts.made[0].broken('it broke');
    assert.equal(await over, 'it broke');
    const none = { make() { throw new Error('no workers here'); } };
    let why;
    new Surveyor(none, { took() {}, ended: (text) => (why = text) }).start({}, [1], 2);
    assert.equal(why, 'Error: no workers here');
  });
});
