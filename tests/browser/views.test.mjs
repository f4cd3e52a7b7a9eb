// The views of a run agree at every event: lanes, table, tree, log, results and the
// number in flight are drawn as the page draws them, and what is written there is held
// against the events alone, which are read here once more, in the plainest way.
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { load } from './engine.mjs';
import { lessonOf, ranOf } from './lesson-runs.mjs';

const { inputOf } = await load('/tools/lessons.ts');
const { changesOf } = await load('/src/model/changes.ts');
const { census } = await load('/src/model/trace.ts');
const { momentSentence } = await load('/src/model/describe.ts');
const { Lanes } = await load('/src/views/Lanes.tsx');
const { LanesTable } = await load('/src/views/LanesTable.tsx');
const { Tree } = await load('/src/views/Tree.tsx');
const { Log } = await load('/src/views/Log.tsx');
const { Results } = await load('/src/views/Results.tsx');

const SHOWN = 100; // lines of the log, and of what is printed, that are drawn at once

/* Lives that end in all ways; promises; supervisors; a main that throws; restarts. */
const runs = [
  ['A1', {}],
  ['A3', {}],
  ['B3', {}],
  ['B3', { onTimeout: 'exit' }],
  ['C3', {}],
  ['C5', {}],
  ['D1', {}],
  ['E3', {}],
  ['F1', {}],
];
const BROKEN =
  '40.0.slow.1.1.request.1.%2Fpages%2F1,50.0.hang.4.1.request.1.%2Fpages%2F4,60.0.kill.3.1';

/* ---- What the events say, without anything of the page's. ---------------- */

/** Who is there after the first `count` events: by pid, in order. */
function readAll(events, count) {
  const all = new Map();
  const root = events.find(({ type }) => type === 'began').pid;
  const put = (pid, isTask) => all.set(pid, { isTask, begun: !isTask, ended: null, ms: 0 });
  const end = (pid, event) => {
    const one = all.get(pid);
    if (one.ended === null) Object.assign(one, { ended: event, ms: Math.floor(event.time) });
  };
  for (const event of events.slice(0, count)) {
    if (event.type === 'began') put(root, false);
    else if (event.type === 'promised') put(event.pid, false);
    else if (event.type === 'spawned') put(event.pid, ['task', 'item'].includes(event.kind));
    else if (event.type === 'started') all.get(event.pid).begun = true;
    else if (event.type === 'settled' || event.type === 'kept') end(event.pid, event);
    else if (event.type === 'returned' || event.type === 'threw') end(root, event);
  }
  return all;
}

/** The words that an end may have, by what its event says. */
function wordsFor({ type, status, by, reason, error }) {
  if (type === 'returned') return ['ok'];
  if (type === 'threw') return ['crashed'];
  if (status === 'fulfilled') return [error === undefined ? 'ok' : 'error'];
  if (type === 'kept') return [status === 'aborted' ? 'aborted' : 'crashed'];
  if (reason.word === 'normal') return ['ok'];
  return by === 'body'
    ? ['crashed', 'gave up', 'shut down']
    : ['timed out', 'killed', 'shut down', 'died by a link', 'crashed'];
}

/* ---- What is drawn. ------------------------------------------------------ */

const parts = (text, pattern) => [...text.matchAll(pattern)].map((found) => found.slice(1));
const plain = (text) => text.replaceAll(/<[^>]*>/g, '').replaceAll('‹', '<').replaceAll('›', '>').trim();
const isLater = (classes) => /\blater\b/.test(classes ?? '');

function storeOf({ trace, outcome }, t, playing) {
  const value = (given) => ({ value: given });
  return {
    trace: value(trace),
    run: value({ trace, outcome }),
    t: value(t),
    picked: value(null),
    fresh: value(false),
    outline: value(null),
    span: value(null),
    laid: value(null),
    playing: value(playing),
    speed: value(0.5),
    onPaper: value(false),
    stale: value(false),
    setting: value({ source: null }),
    isOwn: value(true),
  };
}

/* Pids are written in other brackets, so that all others are of tags. */
const html = (View, props) =>
  renderToString(h(View, props)).replaceAll(/&lt;(\d+\.\d+)>/g, '‹$1›');
const drawn = (View, run, t, playing = false) => html(View, { store: storeOf(run, t, playing) });

function tableAt({ trace }, t) {
  const table = html(LanesTable, { trace, t });
  const rows = parts(table, /<tr(?: class="(\w+)")? data-pid="([^"]*)">(.*?)<\/tr>/g);
  return {
    flying: Number(/: (\d+) in flight/.exec(plain(table))[1]),
    states: new Map(
      rows.map(([, pid, row]) => {
        const cell = parts(row, /<td>(.*?)<\/td>/g).at(-1)[0];
        return [plain(pid), plain(cell.replaceAll(/<small.*?<\/small>/g, ''))];
      }),
    ),
  };
}

function treeAt(run, t, playing = false) {
  const items = parts(drawn(Tree, run, t, playing), /<li ([^>]*role="treeitem"[^>]*)>(.*?)<\/li>/g);
  return new Map(
    items.map(([attributes, item]) => [
      plain(/data-pid="([^"]*)"/.exec(attributes)[1]),
      {
        gone: /class="gone"/.test(attributes),
        opacity: Number(/opacity:([\d.e-]+)/.exec(attributes)?.[1] ?? 1),
        look: /<(?:g class="end|rect class="bar) (\w+)"/.exec(item)[1],
        about: plain(/class="tree-about">(.*?)<\/span>/.exec(item)[1]).split(' · '),
      },
    ]),
  );
}

/** The cells of the picture in order, and their ends: drawn in the same order, where there are any. */
function lanesAt(run, t) {
  const picture = drawn(Lanes, run, t);
  const cells = parts(picture, /<g role="gridcell" aria-label="([^"]*)"[^>]*data-pid="([^"]*)"/g).map(
    ([says, pid]) => ({ pid: plain(pid), says: plain(says) }),
  );
  const ends = parts(picture, /<g class="(end-place[^"]*)"[^>]*><g class="end (\w+)"/g);
  return { cells, ends: ends.map(([classes, look]) => ({ look, later: isLater(classes) })) };
}

function logAt(run, t) {
  const lines = parts(
    drawn(Log, run, t),
    /<button type="button" class="(event[^"]*)"(.*?)>.*?<span class="event-what">(.*?)<\/span><\/button>/g,
  );
  return lines.map(([classes, attributes, what]) => ({
    later: isLater(classes),
    current: attributes.includes('aria-current'),
    what: plain(what),
  }));
}

function resultsAt(run, t) {
  const results = drawn(Results, run, t);
  const list = /<ol class="printed".*?<\/ol>/s.exec(results)?.[0] ?? '';
  return {
    come: parts(list, /<li( class="later")?>/g).filter(([later]) => later === undefined).length,
    given: /class="(?:entries|returned)"/.test(results),
  };
}

const families = {
  ok: 'ok',
  error: 'error',
  'gave up': 'error',
  crashed: 'crashed',
  'timed out': 'stopped',
  killed: 'stopped',
  'shut down': 'stopped',
  'died by a link': 'stopped',
  aborted: 'stopped',
};

/* ---- Whether they agree. ------------------------------------------------- */

function agree(run, events, count, t) {
  const all = readAll(events, count);
  const at = `after event ${count} of ${events.length}, at ${t}`;
  const ended = [...all].filter(([, { ended: end }]) => end !== null);
  const flying = [...all.values()].filter((one) => one.isTask && one.begun && one.ended === null);

  const { states, flying: told } = tableAt(run, t);
  assert.equal(told, flying.length, `in flight, ${at}`);
  assert.match(momentSentence(run.trace, t), new RegExp(`, ${flying.length} tasks? running$`), at);
  for (const [pid, word] of states) {
    const one = all.get(pid);
    const words =
      one === undefined
        ? ['not yet there']
        : one.ended !== null
          ? wordsFor(one.ended)
          : [one.begun ? 'waiting' : 'queued'];
    assert.ok(words.includes(word), `${pid} is ${word} and may be ${words}, ${at}`);
  }
  assert.deepEqual([...all.keys()].filter((pid) => !states.has(pid)), [], `rows, ${at}`);

  const counted = {};
  for (const [pid, { isTask }] of all) {
    const word = states.get(pid);
    if (isTask) counted[word] = (counted[word] ?? 0) + 1;
  }
  assert.deepEqual(Object.fromEntries(census(run.trace, t)), counted, `census, ${at}`);

  const tree = treeAt(run, t);
  const there = [...all].filter(([, one]) => one.ended === null || one.ms === Math.floor(t));
  assert.deepEqual([...tree.keys()].sort(), there.map(([pid]) => pid).sort(), `tree, ${at}`);
  for (const [pid, { gone, look, about }] of tree) {
    const word = states.get(pid);
    assert.equal(gone, all.get(pid).ended !== null, `${pid} in the tree, ${at}`);
    assert.equal(look, gone ? families[word] : word, `${pid} in the tree, ${at}`);
    assert.equal(about.includes(word), gone, `${pid} is told as ${word} in the tree, ${at}`);
  }

  const lanes = lanesAt(run, t);
  const ofEnds = lanes.cells.filter(({ pid }) => run.last.get(pid).ended !== null);
  if (lanes.ends.length === ofEnds.length) {
    run.compared.add('lanes');
    lanes.ends.forEach(({ look, later }, index) => {
      const { pid } = ofEnds[index];
      assert.equal(later, all.get(pid)?.ended == null, `${pid} on its lane, ${at}`);
      if (!later) assert.equal(look, families[states.get(pid)], `${pid} on its lane, ${at}`);
    });
  }
  for (const { pid, says } of lanes.cells) {
    const word = states.get(pid);
    if (all.get(pid)?.ended != null) assert.match(says, new RegExp(`, then ${word}\\b`), at);
  }

  const log = logAt(run, t);
  assert.equal(log.length, events.length, 'all of the log is drawn');
  assert.deepEqual(
    log.map(({ later }) => later),
    events.map((_, index) => index >= count),
    `log, ${at}`,
  );
  assert.deepEqual(
    log.flatMap(({ current }, index) => (current ? [index] : [])),
    [count - 1],
    `the log's current line, ${at}`,
  );
  for (const [pid, { ended: end }] of ended) {
    if (end.type === 'settled') {
      const { what } = log[events.indexOf(end)];
      assert.ok(what.startsWith(states.get(pid)), `the log says ${what} of ${pid}, ${at}`);
    }
  }

  const past = events.slice(0, count);
  const results = resultsAt(run, t);
  const printed = past.filter(({ type }) => ['printed', 'threw', 'unhandled'].includes(type));
  assert.equal(results.come, printed.length, `what is printed, ${at}`);
  assert.equal(results.given, past.some(({ type }) => type === 'returned'), `results, ${at}`);
  run.compared.add(results.given ? 'given' : 'nothing given');
  run.compared.add(`ends: ${ended.length > 0}`);
}

async function runOf(input) {
  const { outcome, trace } = await ranOf(input);
  return {
    trace,
    outcome,
    last: readAll(trace.events, trace.events.length),
    compared: new Set(),
  };
}

function agreeAtAll(run) {
  const { events, until } = run.trace;
  assert.ok(events.length > 8 && events.length <= SHOWN, `${events.length} events`);
  events.forEach(({ time }, index) => {
    const next = events[index + 1]?.time ?? until;
    agree(run, events, index + 1, time);
    agree(run, events, index + 1, next > time ? time + (next - time) * 0.99 : time);
  });
  assert.ok(run.compared.has('ends: true'));
  assert.equal(run.compared.has('given'), run.outcome.kind === 'returned');
  return run.compared;
}

describe('the views of a run agree at every event', () => {
  let onLanes = 0;
  for (const [id, knobs] of runs) {
    const files = lessonOf(id);
    for (const seed of [1, 2, 3]) {
      it(`of ${id} ${JSON.stringify(knobs)}, seed ${seed}`, async () => {
        const compared = agreeAtAll(await runOf(inputOf(files, seed, knobs)));
        onLanes += compared.has('lanes') ? 1 : 0;
      });
    }
  }

  it('of B3, when it is broken on the way', async () => {
    const input = inputOf(lessonOf('B3'));
    const run = await runOf({ ...input, changes: changesOf(BROKEN).changes });
    assert.equal(run.trace.events.filter(({ type, done }) => type === 'changed' && done).length, 3);
    agreeAtAll(run);
  });

  it('with the ends on the lanes, in nearly all of them', () => {
    assert.ok(onLanes >= 3 * (runs.length - 1), `${onLanes} runs`);
  });
});

describe('what has ended', () => {
  const FADE = 100; // ms of the run: 200 ms at half the speed
  const motion = (reduced) => {
    globalThis.matchMedia = (query) => ({ matches: query === '(prefers-reduced-motion: reduce)' && reduced });
  };
  after(() => Reflect.deleteProperty(globalThis, 'matchMedia'));
  const endsOf = async () => {
    const run = await runOf(inputOf(lessonOf('B3')));
    const ended = [...run.trace.lines.values()].filter(({ end }) => end !== null && end.time + FADE < run.trace.until);
    assert.ok(ended.length >= 3, `${ended.length} end long before the run does`);
    return { run, ended };
  };

  it('fades in the tree for 200 ms while the run is played', async () => {
    motion(false);
    const { run, ended } = await endsOf();
    for (const { pid, end } of ended) {
      for (const share of [0.1, 0.5, 0.9]) {
        const one = treeAt(run, end.time + share * FADE, true).get(pid);
        assert.ok(one.gone, `${pid} is told to have ended`);
        assert.ok(Math.abs(one.opacity - (1 - share)) < 0.001, `${one.opacity} after ${share} of it`);
      }
      assert.ok(!treeAt(run, end.time + FADE * 1.02, true).has(pid), `${pid} is not there after it`);
      assert.equal(treeAt(run, end.time - 0.001, true).get(pid).opacity, 1);
    }
  });

  it('is gone at once where the playhead is put, and without motion', async () => {
    const { run, ended } = await endsOf();
    for (const [reduced, playing] of [
      [false, false],
      [true, true],
    ]) {
      motion(reduced);
      for (const { pid, end } of ended) {
        assert.equal(treeAt(run, end.time, playing).get(pid).opacity, 1, 'in the ms of its end it is there');
        assert.ok(!treeAt(run, end.time + 1.5, playing).has(pid), `${pid} is not there after that`);
      }
    }
  });
});
