// The page's lessons, without a browser: what they consist of, what they give,
// and that the views of a run agree at every event.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { load, sources } from './engine.mjs';
import { isTested, itInFull } from './in-full.mjs';

const { exampleOf, hashOf, inputOf, readLessonFiles } = await load('/tools/lessons.ts');
const { runInNode } = await load('/src/engine/node.ts');
const { traceHash, traceOrder } = await load('/src/model/hash.ts');
const { bare } = await load('/src/model/canon.ts');
const { reading, written } = await load('/src/model/record.ts');
const { textOf } = await load('/src/model/downloads.ts');
const { createStore } = await load('/src/state/store.ts');
const lessons = readLessonFiles(sources.lessons);

/* Knobs that go up to 10,000 tasks: their ends take some ten seconds. */
const manyUsers = new Set(['B5']);

/* Knobs that make main fail, as the lesson says. */
const failures = new Set(['B3 onTimeout exit', 'E3 onTimeout exit', 'E3 linked true']);

before(() => assert.ok(lessons.length >= 10));

for (const files of lessons) {
  const { id, world, texts, expected } = files;
  describe(`lesson ${id}`, () => {
    it('gives the recorded outcome and traces, seed by seed', async () => {
      const { outcome, events } = await runInNode(inputOf(files));
      assert.deepEqual({ returned: outcome.result?.plain }, expected.belay.outcome);
      assert.equal(events[0].type, 'began');
      const asSent = (value) => JSON.parse(JSON.stringify(value));
      const sent = asSent(events);
      assert.deepEqual(reading(asSent(written(sent))), sent, 'what the page comes with is this run');
      if (world.clock === 'real') {
        assert.deepEqual(traceOrder(events), expected.belay.order);
        assert.deepEqual(expected.belay.traces, {}, 'no two runs are the same');
        return;
      }
      assert.equal(Object.keys(expected.belay.traces).length, 3);
      for (const [seed, hash] of Object.entries(expected.belay.traces)) {
        const run = await runInNode(inputOf(files, Number(seed)));
        assert.equal(
          traceHash(run.events),
          hash,
          `seed ${seed}; npm run record -- ${id} writes it anew`,
        );
      }
    });

    it('gives what is recorded with its knobs turned', async () => {
      const outcomes = [];
      for (const turned of world.also ?? []) {
        const { outcome } = await runInNode(inputOf(files, undefined, turned));
        outcomes.push(
          outcome.kind === 'threw'
            ? { threw: outcome.plain }
            : { returned: outcome.result?.plain },
        );
        for (const [name, value] of Object.entries(turned)) {
          const knob = world.knobs.find(({ id: of }) => of === name);
          assert.notEqual(value, knob.value, `${name} is turned`);
        }
      }
      assert.deepEqual(outcomes, expected.belay.also ?? []);
    });

    it('has texts in other languages that were executed as they are', () => {
      for (const language of ['elixir', 'python']) {
        assert.equal(
          hashOf(texts[language].text),
          expected[language].hash,
          `npm run record -- ${id}`,
        );
      }
    });

    it('is told to have the same outcome where it has, and what differs where not', () => {
      const all = ({ outcome, also = [] }) => [outcome, ...also];
      for (const [language, in_] of [
        ['elixir', (plain) => plain],
        ['python', bare],
      ]) {
        const parity = world.parity[language];
        const belay = all(expected.belay).map(in_);
        const there = all(expected[language]).map(in_);
        assert.equal(isDeepEqual(there, belay), parity === 'same', language);
        for (const part of parity.same ?? []) {
          for (const [index, { returned, threw }] of belay.entries()) {
            if (returned === undefined) {
              assert.deepEqual(there[index], { threw }, `${language}: it throws as well`);
              continue;
            }
            assert.ok(part in returned, `${language}: ${part}`);
            assert.deepEqual(there[index].returned[part], returned[part], `${language}: ${part}`);
          }
        }
      }
    });

    it('has a question, a prediction, a rule, and regions in all languages', () => {
      const { texts: page } = exampleOf(files, null);
      assert.ok(page.question.length > 40 && page.rule.length > 20);
      assert.ok(page.predict !== null && page.predict.options.length >= 2);
      assert.ok(page.change.length >= 1);
      const names = page.panes.map(({ html }) => [
        ...new Set([...html.matchAll(/data-region="(\w+)"/g)].map(([, name]) => name)),
      ]);
      assert.ok(names[0].length >= 2, 'JavaScript has regions');
      for (const other of names.slice(1)) {
        assert.deepEqual(
          other.filter((name) => !names[0].includes(name)),
          [],
        );
      }
    });

    it('has texts in other languages that take the knobs of main, or say why not', () => {
      const [, names = ''] = /function main\(\{([^}]*)\}\)/.exec(files.program.text) ?? [];
      const ofMain = names.split(',').map((name) => name.trim());
      const [, parameters] = /^async def main\(([^)]*)\):$/m.exec(texts.python.text);
      const takes = {
        elixir: (knob) =>
          /Api\.knob\(/.test(texts.elixir.text) && texts.elixir.text.includes(`"${knob}"`),
        python: (knob) => parameters.split(', ').includes(knob),
      };
      for (const { id: knob, sets } of world.knobs ?? []) {
        assert.notEqual(ofMain.includes(knob), sets !== undefined, `${knob}: of main or the world`);
        for (const language of ofMain.includes(knob) ? ['elixir', 'python'] : []) {
          const reason = world.untaken?.[language]?.[knob];
          assert.notEqual(takes[language](knob), reason !== undefined, `${language}: ${knob}`);
          if (reason !== undefined) {
            const pane = exampleOf(files, null).texts.panes.find(({ id: of }) => of === language);
            assert.ok(pane.untaken.some((sentence) => sentence.endsWith(reason)));
          }
        }
      }
      for (const reasons of Object.values(world.untaken ?? {})) {
        for (const knob of Object.keys(reasons)) assert.ok(ofMain.includes(knob), knob);
      }
    });

    it('shows as JavaScript what is handed to the worker', async () => {
      const { about, texts: page } = exampleOf(files, null);
      const { program } = await handedOver({ ...about, load: async () => page });
      const [own, ...modules] = page.panes.filter(({ badge }) => badge === null);
      assert.ok(own.runs);
      assert.equal(textOf(own.html), program.source);
      assert.deepEqual(
        Object.fromEntries(modules.map(({ name, html }) => [`./${name}`, textOf(html)])),
        program.files,
      );
    });

    it('has knobs that main or the world knows', async () => {
      const { fitted, presets } = await load('/src/model/world.ts');
      for (const knob of world.knobs ?? []) {
        assert.equal(
          fitted(knob, knob.value),
          knob.value,
          `${knob.id}: its preset is one of its values`,
        );
        const used =
          (knob.sets ?? []).length > 0 || new RegExp(`\\b${knob.id}\\b`).test(files.program.text);
        assert.ok(used, `${knob.id} is used`);
        for (const [pattern, first] of knob.sets ?? []) {
          assert.ok(pattern === '*' || pattern in world.endpoints, `${knob.id} sets ${pattern}`);
          assert.ok(['latency', 'fail', 'hang', 'flap', 'cpu', 'capacity'].includes(first), first);
        }
      }
      assert.equal(Object.keys(presets(world.knobs ?? [])).length, (world.knobs ?? []).length);
    });

    (isTested(id) && !manyUsers.has(id) ? it : itInFull)('can be run with every knob at its ends', async () => {
      for (const knob of world.knobs ?? []) {
        for (const value of endsOf(knob)) {
          const { kind, told } = await runWith(files, { [knob.id]: value });
          const wanted = failures.has(`${id} ${knob.id} ${value}`) ? 'threw' : 'returned';
          assert.equal(kind, wanted, `${knob.id} ${value}: ${told}`);
        }
      }
    });

    itInFull('can be run with all of its knobs at their upper ends', async () => {
      const all = (world.knobs ?? []).map((knob) => [knob.id, endsOf(knob).at(-1)]);
      const { kind, told } = await runWith(files, Object.fromEntries(all));
      const fails = all.some(([name, value]) => failures.has(`${id} ${name} ${value}`));
      assert.equal(kind, fails ? 'threw' : 'returned', told);
    });

    it('has views that agree at every event', async () => {
      const { traceOf, census, isAlive, isTask, runningAt, rowsOf, countAt, stepFrom } =
        await load('/src/model/trace.ts');
      const { lanesOf } = await load('/src/model/lanes.ts');
      const { looks } = await load('/src/model/states.ts');
      const { events, until } = await runInNode(inputOf(files));
      const trace = traceOf(structuredClone(events), until);
      const onLanes = lanesOf(trace).drawn.flatMap(({ lines }) => lines);
      for (const [index, { time: t }] of trace.events.entries()) {
        const alive = rowsOf(trace).filter(
          ({ line }) =>
            isTask(line) && isAlive(line, t) && line.started <= t && line.started !== null,
        );
        assert.equal(runningAt(trace, t), alive.length, `in flight and tree at ${t}`);
        assert.equal(census(trace, t).get(looks.waiting.word) ?? 0, alive.length, `census at ${t}`);
        assert.equal(
          onLanes.filter(
            (line) =>
              isTask(line) && isAlive(line, t) && line.started !== null && line.started <= t,
          ).length,
          alive.length,
          `lanes at ${t}`,
        );
        assert.equal(countAt(trace, t), index + 1, `log at ${t}`);
        assert.equal(stepFrom(trace, t, 1), trace.events[index + 1]?.time ?? trace.until);
      }
    });
  });
}

/** What a worker gets when the page runs the example: the worker is none, and only listens. */
async function handedOver(example) {
  globalThis.requestAnimationFrame ??= () => 0;
  return new Promise((resolve) => {
    const make = () => {
      const port = {
        set onmessage(hear) {
          queueMicrotask(() => hear({ data: { type: 'ready' } }));
        },
        postMessage({ input }) {
          resolve(input);
          setImmediate(() => store.stop());
        },
      };
      return { port, end() {}, broken() {} };
    };
    const store = createStore([example], async () => ({ make }));
    void store.start();
  });
}

/** What kind of outcome a lesson has with such knobs, and the outcome as a text. */
async function runWith(files, turned) {
  const { presets, worldWith } = await load('/src/model/world.ts');
  const { endpoints, cores, knobs: own = [] } = files.world;
  const knobs = { ...presets(own), ...turned };
  const world = worldWith({ endpoints, cores }, own, knobs);
  const { outcome } = await runInNode({ ...inputOf(files), knobs, world });
  return { kind: outcome.kind, told: JSON.stringify(outcome) };
}

function endsOf(knob) {
  switch (knob.kind) {
    case 'number':
      return [knob.min, knob.max];
    case 'choice':
      return knob.options.map(({ value }) => value);
    default:
      return [true, false];
  }
}

function isDeepEqual(a, b) {
  try {
    assert.deepEqual(a, b);
    return true;
  } catch {
    return false;
  }
}

describe('what a lesson tells of times', () => {
  it('is printed by G6: the waits of its question', async () => {
    const files = lessons.find(({ id }) => id === 'G6');
    const printed = async (turned) => {
      const { events } = await runInNode(inputOf(files, undefined, turned));
      return events.filter(({ type }) => type === 'printed').map(({ text }) => text);
    };
    assert.deepEqual(await printed(), [
      'the median user waits 120 ms, the 99th of a hundred 840 ms',
    ]);
    assert.deepEqual(await printed({ fallback: true }), [
      'the median user waits 120 ms, the 99th of a hundred 300 ms',
    ]);
  });
});

describe('regions', () => {
  it('are at work when what they stand for is', async () => {
    const { activeRegions } = await load('/src/model/regions.ts');
    const { traceOf } = await load('/src/model/trace.ts');
    const files = lessons.find(({ id }) => id === 'A3');
    const { events, until } = await runInNode(inputOf(files));
    const trace = traceOf(structuredClone(events), until);
    const at = (t) =>
      activeRegions(trace, t, ['start', 'work', 'boom', 'caller', 'end'], files.world.regions);
    assert.deepEqual(at(0.5), ['start', 'work', 'boom', 'caller']);
    assert.deepEqual(at(50), ['work', 'boom', 'caller']);
    assert.deepEqual(at(trace.until), ['end']);
  });

  it('of waiting are at work while main waits for a task or iterates a stream', async () => {
    const { activeRegions } = await load('/src/model/regions.ts');
    const { traceOf } = await load('/src/model/trace.ts');
    const files = lessons.find(({ id }) => id === 'B2');
    const { events, until } = await runInNode(inputOf(files));
    const trace = traceOf(structuredClone(events), until);
    const at = (t) => activeRegions(trace, t, ['body', 'first', 'second'], files.world.regions);
    assert.deepEqual(
      [at(50), at(150), at(trace.until)],
      [['body', 'first'], ['body', 'second'], []],
    );
  });
});

describe('what a lesson is written in', () => {
  it('loses its markers, and each line knows its region', async () => {
    const { unmark } = await load('/tools/marked.ts');
    assert.deepEqual(unmark('a\n  //: start\nb\n#: body\nc\n//:\nd // : no\n'), {
      text: 'a\nb\nc\nd // : no\n',
      regions: ['', 'start', 'body', ''],
    });
  });

  it('has inline code and stress, and nothing else is markup', async () => {
    const { inline } = await load('/tools/marked.ts');
    assert.equal(
      inline('`a<b>` is *so* **very**\n  much <script>'),
      '<code>a&lt;b&gt;</code> is <em>so</em> <strong>very</strong> much &lt;script&gt;',
    );
  });

  it('is refused when a part is missing or too long, with its name', async () => {
    const { readLesson } = await load('/tools/marked.ts');
    const good =
      '# T\n\nWhat?\n\n## Predict\n\nQ\n\n- [ ] a\n- [x] b\n\nBecause.\n\n## Rule\n\nR.\n';
    assert.equal(readLesson(good, 'x.md').predict.options[1].right, true);
    for (const [from, to, message] of [
      ['## Rule\n\nR.\n', '', /x\.md: a title, a question and a rule/],
      ['[x]', '[ ]', /one of which is right/],
      ['Because.', '', /why the option is right/],
      ['## Predict', '## Guess', /a section "Guess"/],
      ['What?', 'word '.repeat(61), /61 words; at most 60/],
    ]) {
      assert.throws(() => readLesson(good.replace(from, to), 'x.md'), message);
    }
  });
});

describe('outcomes of three languages', () => {
  it('are compared as plain data', async () => {
    const { plainOf } = await load('/src/model/canon.ts');
    const exit = Object.assign(new Error('exit'), { reason: 'killed' });
    assert.deepEqual(
      plainOf([
        { status: 'fulfilled', value: 1 },
        { status: 'rejected', reason: exit },
        new Error('boom'),
        undefined,
        NaN,
      ]),
      [{ ok: 1 }, { exit: 'killed' }, { error: 'boom' }, null, 'NaN'],
    );
    assert.deepEqual(bare({ returned: [{ ok: 1 }, { exit: 'timeout' }, { ok: 1, exit: 2 }] }), {
      returned: [1, 'timeout', { ok: 1, exit: 2 }],
    });
    for (const large of [Array.from({ length: 3000 }, () => 1), 'x'.repeat(1e6)]) {
      assert.equal(plainOf(large), null, 'too large to be compared');
    }
    assert.deepEqual(plainOf(new Error('x'.repeat(1e6))), null);
  });
});

describe('the order of a trace', () => {
  it('is that of each process, whatever the others do meanwhile and how long it takes', () => {
    const about = (label, type, time, more = {}) => ({ type, time, pid: label, label, ...more });
    const events = [
      { type: 'began', time: 0, pid: '<0.1>' },
      about('a', 'spawned', 1),
      about('b', 'spawned', 1),
      about('a', 'settled', 5, { status: 'fulfilled' }),
      about('a', 'bodyReturned', 6),
      about('b', 'settled', 9, { status: 'rejected' }),
    ];
    const order = traceOrder(events);
    assert.deepEqual(order, {
      main: ['began'],
      a: ['spawned', 'settled fulfilled'],
      b: ['spawned', 'settled rejected'],
    });
    const [, a, b, endOfA, , endOfB] = events;
    assert.deepEqual(traceOrder([events[0], b, endOfB, a, { ...endOfA, time: 90 }]), order);
    assert.notDeepEqual(traceOrder([events[0], endOfB, b, a, endOfA]), order);
  });
});

describe('a hash of a trace', () => {
  it('depends on what happened and when, not on numbers of processes', () => {
    const about = (pid, time) => [
      { type: 'spawned', time, pid, label: 'a', kind: 'task', parent: '<0.1>', supervisor: null },
      {
        type: 'settled',
        time: time + 1,
        pid,
        label: 'a',
        status: 'rejected',
        by: 'body',
        reason: { word: null, text: `of ${pid}` },
      },
    ];
    const hash = traceHash(about('<1.1>', 5));
    assert.equal(traceHash(about('<7.12>', 5)), hash);
    assert.notEqual(traceHash(about('<1.1>', 6)), hash);
    assert.equal(traceHash(about('<1.1>', 5.3)), hash, 'positions count as their ms');
    assert.notEqual(traceHash(about('<1.1>', 5).toReversed()), hash);
  });
});
