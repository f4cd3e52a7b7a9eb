// The engine that runs a learner's program, without a browser.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { itInFull } from './in-full.mjs';
import { load, run } from './engine.mjs';

const kinds = (events, ...names) => events.filter(({ type }) => names.includes(type));

describe('a run', () => {
  it('is on virtual time, with globals and the imported module taking part', async () => {
    const { outcome, events, until } = await run(`
      import { Task, sleep } from 'belay-tasks';
      export async function main({ now }) {
        const task = Task.async(async () => { await sleep(60_000); return Date.now(); });
        const early = performance.now();
        setTimeout(() => console.log('a timer', now()), 1000);
        return [await Task.await(task, Infinity), early];
      }`);
    assert.equal(outcome.kind, 'returned');
    assert.equal(outcome.result.text, `[${Date.UTC(2000, 0, 1) + 60_000}, 0]`);
    assert.equal(until, 60_000);
    assert.deepEqual(
      kinds(events, 'printed').map(({ time, text }) => [time, text]),
      [[1000, 'a timer 1000']],
    );
  });

  it('gives the same events for the same seed, and others for another', async () => {
    const world = { endpoints: { '/*': { latency: { kind: 'uniform', ms: 100 }, fail: 0.3 } } };
    const source = `
      import { Task } from 'belay-tasks';
      export async function main() {
        const stream = Task.asyncStream([1, 2, 3, 4, 5, 6], async (n) => (await fetch('/' + n)).status, { maxConcurrency: 2 });
        return [await stream.toArray(), Math.random(), crypto.randomUUID()];
      }`;
    const [first, again, other] = [
      await run(source, { world, seed: 7 }),
      await run(source, { world, seed: 7 }),
      await run(source, { world, seed: 8 }),
    ];
    assert.equal(JSON.stringify(again), JSON.stringify(first));
    assert.notEqual(JSON.stringify(other.events), JSON.stringify(first.events));
  });

  it('tells that a task is started before it tells what the task asks for', async () => {
    const endpoints = { '/a': { latency: { kind: 'fixed', ms: 5 }, body: 'a' } };
    const { events } = await run(
      `import { Task } from 'belay-tasks';
      const get = ({ signal }) => fetch('/a', { signal });
      export async function main() {
        await Task.awaitMany(['one', 'two'].map((label) => Task.async(get, { label })));
        await fetch('/a');
      }`,
      { world: { endpoints } },
    );
    assert.deepEqual(
      kinds(events, 'spawned', 'started', 'requested', 'settled', 'returned').map(
        ({ time, type, label, path }) => `${time} ${type} ${label ?? path ?? ''}`.trim(),
      ),
      [
        '0 spawned one',
        '0 spawned two',
        '0 started one',
        '0 started two',
        '0 requested /a',
        '0 requested /a',
        '5 settled one',
        '5 settled two',
        '5 requested /a',
        '10 returned',
      ],
    );
  });

  it('imports the files beside it, and resolves specifiers in imports alone', async () => {
    const { outcome } = await run(
      `import { twice } from './twice.mjs';
      import { Task } from "belay-tasks";
      export const main = () => [twice(2), 'belay-tasks', typeof Task.async];`,
      { files: { './twice.mjs': 'export const twice = (n) => 2 * n;' } },
    );
    assert.equal(outcome.result.text, "[4, 'belay-tasks', 'function']");
  });

  it('watches tasks that outlive main for a second, and no longer', async () => {
    const { events, until } = await run(`
      import { Task } from 'belay-tasks';
      export async function main() {
        Task.start(({ sleep }) => sleep(300));
        Task.start(({ sleep }) => sleep(3000));
      }`);
    assert.equal(kinds(events, 'returned')[0].time, 0);
    assert.deepEqual(
      kinds(events, 'settled').map(({ time }) => time),
      [300],
    );
    assert.ok(until <= 1000);
  });

  it('draws a promise that it is told to watch, and gives it back as it is', async () => {
    const { outcome, events, until } = await run(`
      import { Task, sleep } from 'belay-tasks';
      export async function main({ watch }) {
        const late = sleep(400);
        const same = watch(late, 'late') === late;
        await Task.await(Task.async(async ({ self }) => {
          watch(sleep(300), 'left', self);
          watch(fetch('/', { signal: AbortSignal.timeout(20) }), 'aborted', self).catch(() => {});
          await watch(Promise.reject(new Error('no')), 'broken', self).catch(() => {});
          await sleep(100);
        }, { label: 'caller' }));
        return same;
      }`, { world: { endpoints: { '/': { latency: { kind: 'fixed', ms: 50 } } } } });
    assert.equal(outcome.result.text, 'true');
    assert.equal(until, 400, 'it is waited for as tasks are');
    const { leftAt, traceOf } = await load('/src/model/trace.ts');
    const trace = traceOf(structuredClone(events), until);
    assert.deepEqual(
      [...trace.lines.values()].flatMap((line) =>
        line.kind === 'promise'
          ? [
              [
                line.label,
                trace.lines.get(line.under).label,
                line.end.look.word,
                Math.floor(line.end.time),
                leftAt(trace, line) === null ? null : Math.floor(leftAt(trace, line)),
              ],
            ]
          : [],
      ),
      [
        ['late', 'main', 'ok', 400, 100],
        ['left', 'caller', 'ok', 300, 100],
        ['aborted', 'caller', 'aborted', 20, null],
        ['broken', 'caller', 'crashed', 0, null],
      ],
    );
    assert.equal(trace.flight.peak, 1, 'a promise does not count as a task');
  });

  it('tells of a failure after main has returned, and keeps what main gave', async () => {
    const { outcome, events } = await run(`
      import { Task } from 'belay-tasks';
      export async function main() {
        Task.async(async ({ sleep }) => { await sleep(5); throw new Error('late'); });
        return 'given';
      }`);
    assert.equal(outcome.result.text, "'given'");
    assert.equal(kinds(events, 'unhandled')[0].reason.text, 'Error: late');
  });

  it('tells of what nobody handles, with any number of seeds', async () => {
    const source = `export async function main({ sleep }) {
      Promise.reject(new Error('let go'));
      await sleep(1);
      return 'given';
    }`;
    const { outcome, events } = await run(source);
    assert.equal(outcome.result.text, "'given'");
    assert.equal(kinds(events, 'unhandled')[0].reason.text, 'Error: let go');
    const { surveyInNode } = await load('/src/engine/node.ts');
    const input = { program: { source, files: {} }, seed: 1, world: null, knobs: {} };
    assert.deepEqual((await surveyInNode(input, [1, 2])).map(({ seed }) => seed), [1, 2]);
  });

  it('gives main its knobs', async () => {
    const { outcome } = await run('export const main = ({ limit, on }) => [limit, on];', {
      knobs: { limit: 3, on: true },
    });
    assert.equal(outcome.result.text, '[3, true]');
  });

  it('puts the globals back, whatever happens', async () => {
    const names = ['fetch', 'console', 'setTimeout', 'Date'];
    const before = names.map((name) => globalThis[name]);
    await run('export function main() { throw new Error("no") }');
    await run('nonsense nonsense');
    assert.ok(names.every((name, at) => globalThis[name] === before[at]));
  });
});

describe('the limits of a run', () => {
  it('end it at ten minutes of virtual time, and name who still waits', async () => {
    const { outcome, events } = await run(`
      import { Task } from 'belay-tasks';
      export async function main() {
        setInterval(() => {}, 1000);
        await Task.await(Task.async(() => new Promise(() => {}), { label: 'stuck' }), Infinity);
      }`);
    assert.equal(outcome.kind, 'limited');
    assert.match(outcome.why, /10 minutes of virtual time[^]*"stuck"/);
    assert.equal(events.at(-1).type, 'stopped');
  });

  itInFull('end it at 50,000 tasks alive at once', async () => {
    const { outcome, events } = await run(`
      import { Task } from 'belay-tasks';
      export async function main() {
        for (let n = 0; n < 100_000; n += 1) Task.async(({ sleep }) => sleep(100));
        await new Promise(() => {});
      }`);
    assert.deepEqual(outcome, { kind: 'limited', why: 'Stopped at 50,000 tasks alive at once.' });
    assert.equal(kinds(events, 'spawned').length, 50_000);
  });

  it('end it at 200,000 events, and keep those', async () => {
    const { outcome, events } = await run(`
      import { Task } from 'belay-tasks';
      export const main = () =>
        Task.asyncStream(Array.from({ length: 100_000 }, (_, n) => n), (n) => n, { maxConcurrency: 1000 }).toArray();`);
    assert.equal(outcome.kind, 'limited');
    assert.match(outcome.why, /^Stopped at 200,000 events, at 0\.\d{3} s\.$/);
    assert.equal(events.length, 200_001);
    assert.equal(events.at(-1).type, 'stopped');
  });

  /* What is told in vain, in each of the ways in which a program need not hear of it. */
  for (const [what, body] of Object.entries({
    'an answer comes': 'for (let n = 0; n < 2000; n += 1) fetch("/a"); await sleep(60_000);',
    'requests go on for ever, and nobody waits for them':
      'for (;;) { for (let n = 0; n < 100; n += 1) fetch("/a"); await sleep(10); }',
    'a promise is kept that is watched':
      'for (let n = 0; n < 2000; n += 1) watch(sleep(1)); await sleep(60_000);',
    'a timer prints':
      'setInterval(() => { for (let n = 0; n < 100; n += 1) console.log(n); }, 1); await sleep(60_000);',
    'a function prints that nobody awaits':
      'for (;;) { (async () => console.log(1))(); await sleep(1); }',
    'main has returned':
      'Task.async(async () => { for (;;) { for (let n = 0; n < 100; n += 1) fetch("/a"); await sleep(10); } }); return 1;',
  })) {
    it(`end it at so many events when ${what}`, async () => {
      const { limits } = await load('/src/engine/protocol.ts');
      const most = limits.events;
      const world = { endpoints: { '/a': { latency: { kind: 'fixed', ms: 5 } } } };
      limits.events = 3000;
      try {
        const { outcome, events } = await run(
          `export async function main({ Task, fetch, sleep, watch }) { ${body} }`,
          { world },
        );
        assert.match(outcome.why, /^Stopped at 3,000 events, at \d\.\d{3} s\.$/);
        assert.deepEqual([outcome.kind, events.length], ['limited', 3001]);
      } finally {
        limits.events = most;
      }
    });
  }

  itInFull('end it when it goes on for ever at one instant', async () => {
    const { outcome } = await run(
      'export async function main({ sleep }) { for (;;) await sleep(0); }',
    );
    assert.match(outcome.why, /^Stopped after 1,000,000 steps/);
  });

  it('cut what is printed at a million characters', async () => {
    const { events } = await run(
      "export function main() { for (let n = 0; n < 30; n += 1) console.log('x'.repeat(50_000)); }",
    );
    const printed = kinds(events, 'printed');
    assert.equal(printed.length, 20);
    assert.ok(printed.every(({ text }) => text.length === 50_000));
  });
});

describe('the dice of a world', () => {
  it('are a function of seed, path, attempt and draw, the same for ever', async () => {
    const { dice } = await load('/src/model/world.ts');
    assert.deepEqual(
      [
        dice(1, '/users', 1, 'latency'),
        dice(48151, '/users', 1, 'latency'),
        dice(1, '/users', 2, 'latency'),
        dice(1, '/users', 1, 'fail'),
      ].map((value) => value.toFixed(6)),
      ['0.451683', '0.881454', '0.233089', '0.612029'],
    );
  });

  it('are even', async () => {
    const { dice } = await load('/src/model/world.ts');
    for (const vary of [
      (n) => dice(n, '/a', 1, 'latency'),
      (n) => dice(1, `/${n}`, 1, 'latency'),
      (n) => dice(1, '/a', n, 'latency'),
    ]) {
      const buckets = Array.from({ length: 10 }, () => 0);
      for (let n = 0; n < 10_000; n += 1) buckets[Math.floor(vary(n) * 10)] += 1;
      const chi = buckets.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      assert.ok(chi < 33.7, `${buckets}`); // one in 10,000 would be beyond it by chance
    }
  });

  const world = {
    endpoints: { '/*': { latency: { kind: 'longTail', ms: 100 }, fail: 0.2, hang: 0.1 } },
  };
  const crowd = `
    import { Task } from 'belay-tasks';
    export const main = ({ limit }) =>
      Task.asyncStream(
        Array.from({ length: 40 }, (_, n) => '/page/' + n),
        async (path, { signal }) => {
          const tries = [];
          for (let attempt = 1; attempt <= 3; attempt += 1) {
            const began = performance.now();
            const { ok, status } = await fetch(path, { signal });
            tries.push([status, performance.now() - began]);
            if (ok) break;
          }
          return JSON.stringify(tries);
        },
        { maxConcurrency: limit, timeout: 2000, onTimeout: 'killTask' },
      ).toArray();`;

  it('give each attempt the same latency and fate, whatever runs beside it', async () => {
    const results = [];
    for (const limit of [1, 4, 40]) {
      const { outcome, stats } = await run(crowd, { world, knobs: { limit } });
      assert.ok(stats.peakInFlight >= limit);
      results.push(outcome.result.entries.map(({ elixir }) => elixir));
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
    const text = results[0].join();
    assert.ok(/500/.test(text) && /200/.test(text) && /{:exit, :timeout}/.test(text));
    assert.ok(new Set(results[0]).size > 25, 'and they are not all alike');
  });

  it('roll one knob alone', async () => {
    const { fateOf } = await load('/src/model/world.ts');
    const fates = (more) =>
      Array.from({ length: 200 }, (_, n) =>
        fateOf({ latency: { kind: 'uniform', ms: 100 }, ...more }, 5, '/x', n),
      );
    const plain = fates({});
    const failing = fates({ fail: 0.3 });
    assert.deepEqual(
      failing.map(({ latency }) => latency),
      plain.map(({ latency }) => latency),
    );
    const few = new Set(fates({ fail: 0.1 }).flatMap(({ fails }, n) => (fails ? [n] : [])));
    failing.forEach(({ fails }, n) =>
      assert.ok(fails || !few.has(n), 'who fails at 10 % fails at 30 %'),
    );
    assert.ok(few.size > 5);
  });

  it('draw latencies as they are described', async () => {
    const { latencyOf, dice } = await load('/src/model/world.ts');
    const draw = (latency) =>
      Array.from({ length: 4000 }, (_, n) =>
        latencyOf(latency, (name) => dice(3, '/x', n, name)),
      ).toSorted((a, b) => a - b);
    const median = (list) => list[list.length / 2];
    assert.deepEqual(new Set(draw({ kind: 'fixed', ms: 80 })), new Set([80]));
    const uniform = draw({ kind: 'uniform', ms: 100, spread: 0.2 });
    assert.deepEqual([uniform[0], uniform.at(-1)], [80, 120]);
    assert.ok(Math.abs(median(draw({ kind: 'logNormal', ms: 100 })) - 100) < 5);
    const tail = draw({ kind: 'longTail', ms: 100, factor: 8 });
    assert.ok(Math.abs(median(tail) - 100) < 5);
    assert.equal(tail.at(-1), 800);
    const two = draw({ kind: 'bimodal', ms: 50, share: 0.25, factor: 4 });
    assert.deepEqual([...new Set(two)], [50, 200]);
    assert.ok(Math.abs(two.filter((ms) => ms === 200).length / 4000 - 0.25) < 0.03);
    assert.equal(draw({ kind: 'fixed', ms: 0 })[0], 1, 'no answer takes no time');
  });
});

describe('the network of a world', () => {
  const ask = (endpoint, source, more) =>
    run(`export async function main({ sleep }) { ${source} }`, {
      world: { endpoints: { '/x': endpoint }, ...more },
    });
  const fixed = (ms, rest) => ({ latency: { kind: 'fixed', ms }, ...rest });

  it('answers as its endpoints say, and tells of each request', async () => {
    const { outcome, events } = await ask(
      fixed(80, { body: { name: 'Ada' } }),
      "const r = await fetch('/x'); return [r.ok, await r.json(), (await fetch('/y')).status];",
    );
    assert.equal(outcome.result.text, "[true, { name: 'Ada' }, 404]");
    assert.deepEqual(
      kinds(events, 'requested', 'answered').map(({ type, time, path, status }) => [
        type,
        time,
        path,
        status,
      ]),
      [
        ['requested', 0, '/x', undefined],
        ['answered', 80, '/x', 200],
        ['requested', 80, '/y', undefined],
        ['answered', 80, '/y', 404],
      ],
    );
  });

  it('breaks connections, and fails with the status it is given', async () => {
    const { outcome } = await ask(
      fixed(5, { fail: 1, status: 0 }),
      "return await fetch('/x').catch((error) => error);",
    );
    assert.equal(outcome.result.text, 'TypeError: fetch failed');
    const busy = await ask(
      fixed(5, { fail: 1, status: 503 }),
      "return (await fetch('/x')).status;",
    );
    assert.equal(busy.outcome.result.text, '503');
  });

  it('hangs until the client gives up, with the reason of the signal', async () => {
    const { outcome, stats } = await ask(
      fixed(5, { hang: 1 }),
      `const stop = new AbortController();
       setTimeout(() => stop.abort('enough'), 700);
       return [await fetch('/x', { signal: stop.signal }).catch((reason) => reason), performance.now()];`,
    );
    assert.equal(outcome.result.text, "['enough', 700]");
    assert.equal(stats.cancelled, 1);
  });

  it('is up and down in turns', async () => {
    const { outcome } = await ask(
      fixed(1, { flap: { up: 100, down: 50 } }),
      `const seen = [];
       for (const at of [0, 99, 100, 149, 150, 260]) {
         await sleep(at - performance.now());
         seen.push((await fetch('/x')).status);
       }
       return seen;`,
    );
    assert.equal(outcome.result.text, '[200, 200, 503, 503, 200, 503]');
  });

  it('is down first when it is told so', async () => {
    const { outcome } = await ask(
      fixed(1, { flap: { up: 100, down: 50, first: 'down' } }),
      `const seen = [];
       for (const at of [0, 49, 50, 149, 150]) {
         await sleep(at - performance.now());
         seen.push((await fetch('/x')).status);
       }
       return seen;`,
    );
    assert.equal(outcome.result.text, '[503, 503, 200, 200, 503]');
  });

  it('queues for the cores of the server, and refuses beyond a capacity', async () => {
    const five = `const began = Array.from({ length: 5 }, async () => {
        const { status } = await fetch('/x');
        return [status, performance.now()];
      });
      return JSON.stringify(await Promise.all(began));`;
    const one = await ask(fixed(10, { cpu: 20 }), five);
    assert.equal(one.outcome.result.text, "'[[200,30],[200,50],[200,70],[200,90],[200,110]]'");
    const two = await ask(fixed(10, { cpu: 20 }), five, { cores: 2 });
    assert.equal(two.outcome.result.text, "'[[200,30],[200,30],[200,50],[200,50],[200,70]]'");
    const full = await ask(fixed(10, { capacity: 2 }), five);
    assert.equal(full.outcome.result.text, "'[[200,10],[200,10],[429,0],[429,0],[429,0]]'");
  });
});

describe('knobs', () => {
  const knobs = [
    { id: 'limit', label: 'At once', kind: 'number', value: 4, min: 1, max: 10 },
    {
      id: 'failures',
      label: 'Failures',
      kind: 'number',
      unit: '%',
      value: 0,
      min: 0,
      max: 100,
      step: 5,
      sets: [['*', 'fail']],
    },
    {
      id: 'latency',
      label: 'Latency',
      kind: 'choice',
      value: 'fixed',
      options: [
        { value: 'fixed', label: 'fixed' },
        { value: 'longTail', label: 'long tail' },
      ],
      sets: [['/a', 'latency', 'kind']],
    },
    { id: 'kill', label: 'Kill', kind: 'switch', value: true },
  ];

  it('take what they can, and fall back to their preset', async () => {
    const { fitted } = await load('/src/model/world.ts');
    const fit = (at, ...values) => values.map((value) => fitted(knobs[at], value));
    assert.deepEqual(
      fit(0, 99, -3, '7', 2.6, NaN, 'x', undefined, true),
      [10, 1, 7, 3, 4, 4, 4, 4],
    );
    assert.deepEqual(fit(1, 12, 13), [10, 15]);
    assert.deepEqual(fit(2, 'longTail', 'nonsense', 7), ['longTail', 'fixed', 'fixed']);
    assert.deepEqual(fit(3, false, 'false'), [false, true]);
  });

  it('put their values into the world, and leave the lesson its own', async () => {
    const { worldWith } = await load('/src/model/world.ts');
    const world = {
      endpoints: {
        '/a': { latency: { kind: 'fixed', ms: 1 } },
        '/b': { latency: { kind: 'fixed', ms: 2 } },
      },
    };
    const changed = worldWith(world, knobs, { failures: 15, latency: 'longTail' });
    assert.deepEqual(changed.endpoints, {
      '/a': { latency: { kind: 'longTail', ms: 1 }, fail: 0.15 },
      '/b': { latency: { kind: 'fixed', ms: 2 }, fail: 0.15 },
    });
    assert.equal(world.endpoints['/a'].fail, undefined);
  });
});

describe('a run that is stopped', () => {
  it('has taken in what came before, in parts, and nothing that comes later', async () => {
    const { Runner } = await load('/src/engine/runner.ts');
    const port = { postMessage() {} };
    let ends = 0;
    let tell;
    const over = new Promise((resolve) => (tell = resolve));
    const runner = new Runner(
      { make: () => ({ port, end: () => (ends += 1) }) },
      { slow() {}, refused: assert.fail, ended: (outcome, trace) => tell({ outcome, trace }) },
    );
    runner.run({});
    const { onmessage } = port;
    onmessage({ data: { type: 'ready' } });
    const print = (text) => ({ type: 'printed', time: 1, text });
    const told = Array.from({ length: 40 }, (_, n) => ({
      /* Reading it takes a while, as that of a large message does. */
      get data() {
        for (const began = performance.now(); performance.now() - began < 1; );
        return { type: 'events', events: [print(String(n))], until: 1 };
      },
    }));
    told.slice(0, 20).forEach((event) => onmessage(event));
    runner.stop();
    assert.ok(ends > 0, 'its worker is ended at once');
    const { outcome, trace } = await over;
    assert.equal(outcome.kind, 'stopped');
    const texts = [...trace.events].flatMap(({ text }) => text ?? []);
    assert.deepEqual(texts, texts.map((_, n) => String(n)));
    assert.ok(texts.length > 0 && texts.length <= 20);
    assert.equal(trace.events.at(-1).type, 'stopped');
    told.slice(20).forEach((event) => onmessage(event));
    assert.equal(trace.events.at(-1).type, 'stopped');
  });
});

describe('the picture of a run', () => {
  it('ends where the run says, whenever its worker gave a sign of life', async () => {
    const { Runner } = await load('/src/engine/runner.ts');
    const outcome = { kind: 'limited', why: 'enough' };
    const stats = { requests: 0, inFlight: 0, peakInFlight: 0, cancelled: 0 };
    const untilWith = async (...beats) => {
      const port = { postMessage() {} };
      let until = null;
      let tell;
      const over = new Promise((resolve) => (tell = resolve));
      const runner = new Runner(
        { make: () => ({ port, end() {} }) },
        {
          slow() {},
          refused: assert.fail,
          ended: (_, trace) => {
            until = trace.until;
            tell();
          },
        },
      );
      runner.run({});
      for (const data of [
        { type: 'ready' },
        ...beats.map((at) => ({ type: 'beat', until: at })),
        { type: 'ended', outcome, stats, until: 100 },
      ]) {
        port.onmessage({ data });
      }
      assert.equal(until, null, 'what comes right after other messages waits for its turn');
      await over;
      return until;
    };
    assert.equal(await untilWith(), 100);
    assert.equal(await untilWith(50, 1100), 100, 'tasks that outlive main were watched for a while');
  });
});
