// The page's model, its network and its texts, without a browser: the
// modules are loaded as the page's build loads them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, before, describe, it } from 'node:test';
import { examples } from '../../examples/lesson/index.mjs';
import { startServer } from '../../examples/server.mjs';
import { openSources } from '../../web/tools/sources.mjs';
import { itInFull } from './in-full.mjs';
import { web } from './support.mjs';

let sources;
const load = (path) => sources.load(path);

before(async () => {
  sources = await openSources();
});
after(() => sources.close());

/** The same numbers for the same seed: a small generator, written out. */
function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A run that could have been: tasks under tasks, and every kind of end. */
function story(seed) {
  const pick = random(seed);
  const events = [{ type: 'began', time: 0, pid: '<0.1>' }];
  const open = [];
  let time = 0;
  let next = 1;
  const about = (pid) => ({ time, pid, label: '' });
  for (let step = 0; step < 120; step += 1) {
    time += pick(3) === 0 ? 0 : pick(20);
    const task = open.length > 0 ? open[pick(open.length)] : null;
    switch (pick(6)) {
      case 0:
      case 1: {
        const pid = `<${next}.1>`;
        next += 1;
        const kind = ['task', 'item', 'taskSupervisor'][pick(3)];
        events.push({
          type: 'spawned',
          ...about(pid),
          parent: task?.pid ?? '<0.1>',
          supervisor: null,
          kind,
        });
        open.push({ pid, started: false });
        break;
      }
      case 2:
        if (task !== null && !task.started) {
          task.started = true;
          events.push({ type: 'started', ...about(task.pid) });
        }
        break;
      case 3:
        if (task !== null) {
          events.push({
            type: 'timedOut',
            ...about(task.pid),
            what: ['item', 'wait', 'grace'][pick(3)],
          });
        }
        break;
      case 4:
      case 5:
        if (task !== null) {
          open.splice(open.indexOf(task), 1);
          const word = ['normal', 'killed', 'shutdown', 'boom'][pick(4)];
          const bad = pick(2) === 0;
          const reason = bad ? { reason: { word, text: `'${word}'` } } : {};
          events.push({
            type: 'settled',
            ...about(task.pid),
            status: bad ? 'rejected' : 'fulfilled',
            by: ['body', 'signal'][pick(2)],
            ...reason,
            ...(!bad && pick(3) === 0 && { error: "{ error: 'none' }" }),
          });
        }
        break;
    }
  }
  events.push({ type: 'returned', time });
  return events;
}

describe('a trace', () => {
  it('says at each position what the events up to there say, and no more', async () => {
    const { traceOf, stateAt } = await load('/src/model/trace.ts');
    for (let seed = 1; seed <= 20; seed += 1) {
      const whole = traceOf(story(seed));
      for (const [index, { time: t }] of whole.events.entries()) {
        const prefix = traceOf(story(seed).slice(0, index + 1), t);
        for (const line of whole.lines.values()) {
          const early = prefix.lines.get(line.pid);
          assert.equal(
            stateAt(line, t)?.word,
            early === undefined ? undefined : stateAt(early, t)?.word,
            `seed ${seed}, t ${t}, ${line.pid}`,
          );
        }
      }
    }
  });

  it('is the same however the events arrive, and when it is made of its own events', async () => {
    const { traceOf, TraceBuilder } = await load('/src/model/trace.ts');
    const events = story(7);
    const whole = traceOf(story(7));
    const pick = random(3);
    const builder = new TraceBuilder();
    for (let at = 0; at < events.length;) {
      const size = 1 + pick(9);
      builder.add(events.slice(at, at + size));
      at += size;
    }
    const again = traceOf(structuredClone(whole.events));
    for (const trace of [builder.finish(0), again]) {
      assert.deepEqual([...trace.lines], [...whole.lines]);
      assert.deepEqual(trace.events, whole.events);
      assert.deepEqual(trace.flight, whole.flight);
    }
  });

  it('says the same of events that stand in columns', async () => {
    const [{ traceOf, TraceBuilder, where, eventsOf, stepFrom }, { Columns }] = await Promise.all(
      ['/src/model/trace.ts', '/src/model/columns.ts'].map(load),
    );
    const odd = () => [
      { type: 'printed', time: 0, text: '' },
      { type: 'unhandled', time: 0, reason: { word: null, text: 'no' } },
      { type: 'answered', time: 1, path: '/a', attempt: 1, status: -1 },
      { type: 'streamOpened', time: 1, pid: '<0.1>', stream: 1, limit: Number.POSITIVE_INFINITY, timeout: null },
    ];
    const few = [...odd(), ...story(11), ...odd()];
    const many = Array.from({ length: 400 }, () => structuredClone(few)).flat(); // more than one part of the columns
    const builder = new TraceBuilder(new Columns());
    builder.add(structuredClone(many));
    const columns = builder.finish(0);
    const array = traceOf(many);
    assert.equal(columns.events.length, array.events.length);
    assert.equal(JSON.stringify([...columns.events]), JSON.stringify(array.events));
    assert.deepEqual([...columns.lines], [...array.lines]);
    for (const at of [0, 1, 40_000, -1, -2]) {
      assert.deepEqual(columns.events.at(at), array.events.at(at));
    }
    assert.equal(columns.events.at(array.events.length), undefined);
    assert.equal(columns.events.at(-1 - array.events.length), undefined);
    const isSettled = ({ type }) => type === 'settled';
    assert.deepEqual(columns.events.find(isSettled), array.events.find(isSettled));
    assert.deepEqual(columns.events.findLast(isSettled), array.events.findLast(isSettled));
    assert.equal(columns.events.find(({ type }) => type === 'kept'), undefined);
    const types = ['settled', 'printed', 'streamOpened'];
    assert.deepEqual(eventsOf(columns, ...types), eventsOf(array, ...types));
    const [{ kindsIn }, { troublesOf, isTrouble }] = await Promise.all(
      ['/src/model/kinds.ts', '/src/model/describe.ts'].map(load),
    );
    assert.deepEqual([...kindsIn(columns)], [...kindsIn(array)]);
    const troubles = many.flatMap((event, at) => (isTrouble(array, event) ? [at] : []));
    assert.ok(troubles.length > 400);
    for (const trace of [columns, array]) assert.deepEqual(troublesOf(trace), troubles);
    const ofMain = (_, pid) => pid === '<0.1>';
    assert.deepEqual(where(columns, ofMain), where(array, ofMain));
    assert.ok(where(array, ofMain).length > 400);
    for (const t of [0, 0.5, columns.until / 2, columns.until]) {
      assert.equal(stepFrom(columns, t, 1), stepFrom(array, t, 1));
      assert.equal(stepFrom(columns, t, -1), stepFrom(array, t, -1));
    }
  });

  it('gives each event a position of its own, within the ms in which it happened', async () => {
    const { traceOf, timeOf } = await load('/src/model/trace.ts');
    const print = (time) => ({ type: 'printed', time, text: '' });
    const crowd = Array.from({ length: 100_000 }, () => print(7));
    const { events, until } = traceOf([print(3), ...crowd, print(4), print(8)], 2);
    events.forEach(({ time }, at) => assert.ok(at === 0 || time > events[at - 1].time));
    assert.deepEqual(
      [0, 1, 100_000, 100_001, 100_002].map((at) => timeOf(events[at].time)),
      [3, 7, 7, 7, 8],
    );
    assert.equal(until, events.at(-1).time);
  });

  it('steps to its events in both directions, and passes over what is not wanted', async () => {
    const { traceOf, stepFrom } = await load('/src/model/trace.ts');
    const trace = traceOf(
      [2, 5, 8].map((time) => ({ type: 'printed', time, text: String(time) })),
      10,
    );
    assert.deepEqual(
      [0, 2, 5, 8].map((t) => stepFrom(trace, t, 1)),
      [2, 5, 8, 10],
    );
    assert.deepEqual(
      [10, 8, 5, 2].map((t) => stepFrom(trace, t, -1)),
      [8, 5, 2, 0],
    );
    const notFive = [0, 2];
    assert.equal(stepFrom(trace, 2, 1, notFive), 8);
    assert.equal(stepFrom(trace, 8, -1, notFive), 2);
    assert.equal(stepFrom(trace, 8, 1, notFive), 10);
    assert.equal(stepFrom(trace, 2, -1, notFive), 0);
    assert.equal(stepFrom(trace, 5, 1, []), 10);
    assert.equal(stepFrom(trace, 5, -1, []), 0);
  });

  it('tells an end of its own doing from one that came from outside', async () => {
    const { traceOf } = await load('/src/model/trace.ts');
    const end = (before, settled) => {
      const about = { time: 0, pid: '<1.1>', label: 'x' };
      const events = [
        { type: 'spawned', ...about, parent: null, supervisor: null, kind: 'task' },
        ...before.map((event) => ({ ...about, ...event })),
        { type: 'settled', ...about, ...settled },
      ];
      return traceOf(events).lines.get('<1.1>').end.look.word;
    };
    const reason = (word) => ({ status: 'rejected', reason: { word, text: '' } });
    assert.equal(end([], { status: 'fulfilled', by: 'body' }), 'ok');
    assert.equal(end([], { ...reason('normal'), by: 'body' }), 'ok');
    const returned = { status: 'fulfilled', by: 'body', error: "{ error: 'none' }" };
    assert.equal(end([], returned), 'error');
    assert.equal(end([{ type: 'timedOut', what: 'wait' }], returned), 'error');
    assert.equal(end([], { ...reason('boom'), by: 'body' }), 'crashed');
    assert.equal(end([], { ...reason('shutdown'), by: 'body' }), 'gave up');
    assert.equal(
      end([{ type: 'timedOut', what: 'item' }, { type: 'killed' }], {
        ...reason('killed'),
        by: 'signal',
      }),
      'timed out',
    );
    assert.equal(end([{ type: 'killed' }], { ...reason('killed'), by: 'signal' }), 'killed');
    assert.equal(
      end([{ type: 'terminated', supervisor: '<9.1>' }], { ...reason('shutdown'), by: 'signal' }),
      'shut down',
    );
    assert.equal(end([], { ...reason('boom'), by: 'signal' }), 'died by a link');
  });

  it('ends an error that was returned as an error, in all that tells of it', async () => {
    const { census, traceOf } = await load('/src/model/trace.ts');
    const { isTrouble, lineSentence, looksIn, sentenceOf, wordsOf } = await load('/src/model/describe.ts');
    const { figuresOf } = await load('/src/model/summary.ts');
    const about = (pid) => ({ time: 0, pid, label: pid });
    const error = "{ error: 'none' }";
    const trace = traceOf(
      ['a', 'b'].flatMap((pid) => [
        { type: 'spawned', ...about(pid), parent: null, supervisor: null, kind: 'task' },
        { type: 'started', ...about(pid) },
        {
          type: 'settled',
          ...about(pid),
          status: 'fulfilled',
          by: 'body',
          ...(pid === 'a' && { error }),
        },
      ]),
    );
    const ends = trace.events.filter(({ type }) => type === 'settled');
    assert.deepEqual(
      ends.map((event) => isTrouble(trace, event)),
      [true, false],
    );
    assert.deepEqual(wordsOf(trace, ends[0]), { who: 'a', what: 'error', detail: error, trouble: true });
    assert.match(lineSentence(trace, trace.lines.get('a')), /then error: \{ error: 'none' \}$/);
    assert.deepEqual([...census(trace, trace.until)], [['ok', 1], ['error', 1]]);
    assert.deepEqual(looksIn(trace).map(({ word, family }) => `${word} ${family}`), [
      'waiting waiting',
      'ok ok',
      'error error',
    ]);
    assert.match(sentenceOf(trace), /^1 ok, 1 error;/);
    assert.deepEqual(figuresOf(trace).ends, { ok: 1, error: 1 });
    assert.equal(figuresOf(trace).lost, 0, 'it came to its end');
  });

  it('calls an end shut down when Task.shutdown has asked for it and the task did the rest', async () => {
    const { traceOf } = await load('/src/model/trace.ts');
    const pid = '<2.1>';
    const base = { time: 0, label: 'a' };
    const reason = { word: 'shutdown', text: "'shutdown'" };
    const { lines } = traceOf([
      { type: 'began', time: 0, pid: '<1.1>' },
      { ...base, type: 'spawned', pid, parent: '<1.1>', supervisor: null, kind: 'task' },
      { ...base, type: 'started', pid },
      { ...base, type: 'waiting', pid: '<1.1>', what: 'shutdown', for: pid, timeout: 200 },
      { ...base, type: 'settled', pid, status: 'rejected', by: 'body', reason },
    ]);
    assert.equal(lines.get(pid).end.look.word, 'shut down');
  });

  it('counts as many at once as there are', async () => {
    const { traceOf, isTask, runningAt } = await load('/src/model/trace.ts');
    for (let seed = 1; seed <= 20; seed += 1) {
      const trace = traceOf(story(seed));
      const { steps, peak } = trace.flight;
      const at = (t) =>
        [...trace.lines.values()].filter(
          (line) =>
            isTask(line) &&
            line.started !== null &&
            line.started <= t &&
            (line.end === null || line.end.time > t),
        ).length;
      for (const { time } of trace.events) {
        assert.equal(runningAt(trace, time), at(time), `seed ${seed}, t ${time}`);
      }
      assert.equal(peak, Math.max(...steps.map(({ count }) => count)));
    }
  });

  it('tells of a function that runs on, and of an entry that waits to be handed over', async () => {
    const { traceOf } = await load('/src/model/trace.ts');
    const { lineSentence } = await load('/src/model/describe.ts');
    const about = { pid: '<1.1>', label: 'x' };
    const trace = traceOf([
      {
        type: 'spawned',
        ...about,
        time: 0,
        parent: null,
        supervisor: null,
        kind: 'item',
        index: 0,
      },
      { type: 'started', ...about, time: 0 },
      { type: 'settled', ...about, time: 5, status: 'rejected', by: 'signal', abandoned: true },
      { type: 'delivered', ...about, time: 9, stream: 1, index: 0, status: 'rejected' },
      { type: 'bodyReturned', ...about, time: 20 },
    ]);
    const line = trace.lines.get('<1.1>');
    assert.deepEqual([line.delivered, line.runsOn], [9, { until: 20 }]);
    assert.match(lineSentence(trace, line), /its function ran on until 20 ms$/);
  });
});

describe('lanes', () => {
  const many = (count, ms) => {
    const events = [{ type: 'began', time: 0, pid: '<0.1>' }];
    for (let index = 0; index < count; index += 1) {
      const about = { pid: `<${index + 1}.1>`, label: '' };
      events.push({
        type: 'spawned',
        ...about,
        time: index * 2,
        parent: '<0.1>',
        supervisor: null,
        kind: 'item',
        index,
      });
      events.push({ type: 'started', ...about, time: index * 2 });
      events.push({
        type: 'settled',
        ...about,
        time: index * 2 + ms,
        status: 'fulfilled',
        by: 'body',
      });
    }
    return events.toSorted((a, b) => a.time - b.time);
  };

  it('are one for each task while they are few, each under its owner', async () => {
    const { traceOf } = await load('/src/model/trace.ts');
    const { lanesOf } = await load('/src/model/lanes.ts');
    const { drawn, hidden } = lanesOf(traceOf(many(10, 7)));
    assert.equal(drawn.length, 11);
    assert.equal(hidden, 0);
    assert.deepEqual(drawn.map(({ label, depth }) => [label, depth]).slice(0, 3), [
      ['main', 0],
      ['item 1', 1],
      ['item 2', 1],
    ]);
  });

  it('are shared when there are many, as many as ran at once, and none overlaps', async () => {
    const { traceOf } = await load('/src/model/trace.ts');
    const { lanesOf } = await load('/src/model/lanes.ts');
    const trace = traceOf(many(300, 7));
    const { drawn } = lanesOf(trace);
    const shared = drawn.filter((lane) => lane.shared);
    assert.equal(shared.length, trace.flight.peak);
    assert.equal(shared.flatMap(({ lines }) => lines).length, 300);
    for (const { lines } of shared) {
      lines.forEach((line, at) => assert.ok(at === 0 || lines[at - 1].end.time <= line.spawned));
    }
  });

  it('are cut off when they are too many, and it is told how many are hidden', async () => {
    const { traceOf } = await load('/src/model/trace.ts');
    const { lanesOf, LANES_MAX, LINES_MAX } = await load('/src/model/lanes.ts');
    const apart = lanesOf(traceOf(many(500, 10_000)));
    assert.equal(apart.drawn.length, LANES_MAX);
    assert.equal(apart.hidden, 501 - LANES_MAX);
    const crowd = lanesOf(traceOf(many(5000, 7)));
    const shown = crowd.drawn.flatMap(({ lines }) => lines).length;
    assert.ok(shown <= LINES_MAX + LANES_MAX);
    assert.equal(crowd.hidden, 5001 - shown);
  });
});

describe('values as text', () => {
  it('look as they are written in JavaScript', async () => {
    const { format } = await load('/src/model/format.ts');
    const ring = {};
    ring.self = ring;
    assert.equal(format("it's"), "'it\\'s'");
    assert.equal(
      format([1, 'a', null, undefined, true, 2n]),
      "[1, 'a', null, undefined, true, 2n]",
    );
    assert.equal(
      format({ a: 1, 'b-c': new Map([[1, new Set([2])]]) }),
      "{ a: 1, 'b-c': Map { 1 => Set { 2 } } }",
    );
    assert.equal(format(new TypeError('no')), 'TypeError: no');
    assert.equal(format(ring), '{ self: [circular] }');
    assert.equal(format([[[[[[1]]]]]]), '[[[[[[…]]]]]]');
    assert.ok(format('x'.repeat(9999)).length < 2100);
  });

  it('are in both notations when they are settled entries', async () => {
    const { format } = await load('/src/model/format.ts');
    const { resultOf } = await load('/src/model/outcome.ts');
    const killed = Object.assign(new Error('exit'), { reason: 'killed' });
    const { entries } = resultOf(
      [
        { status: 'fulfilled', value: { id: 7, name: 'Ada' } },
        { status: 'rejected', reason: killed },
        { status: 'rejected', reason: new Error('boom') },
      ],
      format,
    );
    assert.deepEqual(
      entries.map((entry) => entry.elixir),
      [
        '{:ok, %{id: 7, name: "Ada"}}',
        '{:exit, :killed}',
        '{:exit, %RuntimeError{message: "boom"}}',
      ],
    );
    assert.equal(resultOf([1, 2], format).entries, null);
    assert.equal(resultOf(undefined, format).text, null);
  });

  it('stand side by side when they are lists of one length', async () => {
    const { resultOf } = await load('/src/model/outcome.ts');
    const columns = (value) => resultOf(value, String).columns;
    assert.deepEqual(columns({ a: [1, 2], b: ['x', 'y'] }), {
      names: ['a', 'b'],
      rows: [
        ['1', 'x'],
        ['2', 'y'],
      ],
    });
    for (const other of [{ a: [1], b: [1, 2] }, { a: [1] }, { a: [], b: [] }, [[1], [2]], 1, null])
      assert.equal(columns(other), null, JSON.stringify(other));
  });

  it('are times that people read', async () => {
    const { duration, moment, ticks, speedFor, speeds } = await load('/src/model/time.ts');
    assert.deepEqual([4.4, 812, 1200, 125_000].map(duration), [
      '4 ms',
      '812 ms',
      '1.20 s',
      '2 min 05 s',
    ]);
    assert.equal(moment(1234), '+1.234 s');
    assert.deepEqual(ticks(390, 4), [0, 100, 200, 300]);
    assert.equal(moment(640.89), '+0.640 s', 'a position is told by its whole ms');
    for (const until of [0, 100, 499, 900, 70_000, 1e6])
      assert.ok(speeds.includes(speedFor(until)));
    assert.equal(speedFor(1962), 1 / 2);
  });
});

describe('the simulated network', () => {
  /** What a client can see of an answer. */
  const answer = async (fetching) => {
    try {
      const response = await fetching;
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        body: await response.text(),
      };
    } catch (error) {
      return { failed: error.constructor.name, message: error.message };
    }
  };
  const both = async (use) => {
    const { createNetwork } = await load('/src/engine/network.ts');
    const real = await startServer();
    const simulated = createNetwork();
    try {
      const [expected, actual] = await Promise.all([
        use(fetch, real.url),
        use(simulated.fetch, simulated.url),
      ]);
      assert.deepEqual(actual, expected);
    } finally {
      await Promise.all([real.close(), simulated.close()]);
    }
  };

  for (const path of [
    '/users/7?ms=5',
    '/delay?ms=10',
    '/fail',
    '/fail?status=404&ms=5',
    '/reset?ms=5',
    '/stream?chunks=3&ms=2',
    '/nowhere',
    '/delay?ms=soon',
    '/delay?ms=99999',
    '/fail?status=200',
    '/flap?key=a&down=0',
  ]) {
    it(`answers ${path} as the real server does`, () =>
      both((request, base) => answer(request(base + path))));
  }

  it('flaps, refuses beyond a limit and keeps a record once, as the real server does', () =>
    both(async (request, base) => {
      const seen = [];
      for (let attempt = 0; attempt < 3; attempt += 1)
        seen.push(await answer(request(`${base}/flap?key=k&down=2`)));
      const crowd = await Promise.all(
        Array.from({ length: 5 }, () => answer(request(`${base}/limited?max=3&ms=400`))),
      );
      seen.push(crowd.map(({ status }) => status).toSorted());
      const post = (key, body) =>
        answer(
          request(`${base}/orders?down=1`, {
            method: 'POST',
            headers: { 'idempotency-key': key },
            body,
          }),
        );
      seen.push(
        await post('A', '{"id":"A"}'),
        await post('A', '{"id":"A"}'),
        await post('A', '{"id":"A"}'),
        await post('B', 'no json'),
      );
      seen.push(await answer(request(`${base}/orders`)));
      return seen;
    }));

  it('gives a request up with the reason of its signal, and counts that as the real server does', () =>
    both(async (request, base) => {
      const giveUp = new AbortController();
      const reason = new Error('enough');
      const inFlight = async (count) => {
        for (;;) {
          const stats = await answer(request(`${base}/stats`));
          if (JSON.parse(stats.body).inFlight === count) return stats;
        }
      };
      const hanging = [1, 2].map(() =>
        request(`${base}/hang`, { signal: giveUp.signal }).catch((error) => error),
      );
      await inFlight(2);
      await answer(request(`${base}/delay?ms=5`));
      giveUp.abort(reason);
      return {
        same: (await Promise.all(hanging)).map((error) => error === reason),
        stats: await inFlight(0),
        early: await request(base, { signal: AbortSignal.abort(reason) }).catch(
          (error) => error === reason,
        ),
      };
    }));

  it('knows one host', async () => {
    const { createNetwork } = await load('/src/engine/network.ts');
    await assert.rejects(createNetwork().fetch('https://example.com/'), TypeError);
  });
});

describe('the texts of an example', () => {
  it('are the lines of its file, without what is about it', async () => {
    const { readExamples } = await load('/tools/examples.ts');
    const folder = new URL('../../examples/lesson/', import.meta.url);
    const own = new URL('../../web/lessons/', import.meta.url);
    const read = await readExamples(folder.pathname, own.pathname);
    assert.equal(read.length, examples.length + 1);
    for (const [at, { file, elixir }] of examples.entries()) {
      const { source, panes } = read[at].texts;
      const whole = readFileSync(new URL(file, folder), 'utf8').split('\n');
      let from = 0;
      for (const line of source.trimEnd().split('\n')) {
        from = whole.indexOf(line, from) + 1;
        assert.ok(from > 0, `${file}: ${line}`);
      }
      assert.ok(!source.includes('export const title'), file);
      assert.ok(!source.includes('run-in-node'), file);
      const plain = (html) =>
        html
          .replaceAll(/<[^>]+>/g, '')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&amp;', '&');
      assert.equal(plain(panes[0].html), source);
      assert.equal(plain(panes.find(({ id }) => id === 'elixir').html).trimEnd(), elixir.trimEnd());
    }
  });
});

describe('what was proved of a lesson', () => {
  const lesson = {
    knobs: [
      { id: 'limit', kind: 'number', value: 4, min: 1, max: 9 },
      { id: 'how', kind: 'choice', value: 'a', options: [] },
      { id: 'fails', kind: 'switch', value: true },
    ],
    seed: 7,
    also: [{ how: 'b', fails: false }],
  };
  const own = { knobs: { limit: 4, how: 'a', fails: true }, seed: 7, edited: false, changes: 0 };

  it('holds for its own knobs, and for those that are proved besides', async () => {
    const { isProved } = await load('/src/model/proved.ts');
    assert.equal(isProved(lesson, own), true);
    const turned = { limit: 4, how: 'b', fails: false };
    assert.equal(isProved(lesson, { ...own, knobs: turned }), true);
    assert.equal(isProved({ ...lesson, also: undefined }, { ...own, knobs: turned }), false);
  });

  it('does not hold for other knobs, another seed, other code, a broken run', async () => {
    const { isProved } = await load('/src/model/proved.ts');
    for (const knobs of [
      { limit: 5, how: 'a', fails: true },
      { limit: 4, how: 'b', fails: true },
      { limit: 5, how: 'b', fails: false },
    ]) {
      assert.equal(isProved(lesson, { ...own, knobs }), false, JSON.stringify(knobs));
    }
    for (const other of [{ seed: 8 }, { edited: true }, { changes: 1 }]) {
      assert.equal(isProved(lesson, { ...own, ...other }), false, JSON.stringify(other));
    }
  });
});

describe('the sources of the page', () => {
  /* `npm test` has it in the suite types. */
  itInFull('pass the type check', () => {
    const tsc = createRequire(import.meta.url)
      .resolve('typescript/package.json')
      .replace(/package\.json$/, 'bin/tsc');
    const { status, stdout } = spawnSync(process.execPath, [tsc, '--project', web], {
      encoding: 'utf8',
    });
    assert.equal(stdout, '');
    assert.equal(status, 0);
  });
});
