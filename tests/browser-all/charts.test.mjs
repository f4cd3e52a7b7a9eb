// The charts above the lanes, without a browser: requests at a server that
// turns some away, results that nobody has taken, and what is left over.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { ranLesson } from '../browser/lesson-runs.mjs';

const { traceOf } = await load('/src/model/trace.ts');
const { chartMoment, chartSentence, chartsOf, countOf } = await load('/src/model/charts.ts');

const run = async (id, turned) => (await ranLesson(id, turned)).trace;
const chartOf = (trace, kind) => chartsOf(trace).find((chart) => chart.kind === kind);

describe('the chart of a server', () => {
  it('counts what is in it and whom it turned away, moment by moment', async () => {
    const chart = chartOf(await run('G1'), 'server');
    assert.equal(chartSentence(chart), 'at most 10 at the server, 30 turned away');
    assert.equal(chartMoment(chart, 50), '10 at the server, 20 turned away');
    assert.equal(chartMoment(chart, 200), '0 at the server, 20 turned away');
    assert.deepEqual(
      chart.refused.map(({ time, count }) => [time, count]),
      [
        [0, 20],
        [400, 10],
      ],
    );
  });

  it('is there only where somebody is turned away', async () => {
    assert.equal(chartOf(await run('G1', { capacity: 100 }), 'server'), undefined);
    assert.equal(chartOf(await run('B1'), 'server'), undefined);
  });

  it('ends empty, as each request is answered or given up', async () => {
    for (const id of ['G1', 'G5', 'G7']) {
      const chart = chartOf(await run(id), 'server');
      assert.equal(chart.steps.at(-1).count, 0, id);
    }
  });
});

describe('the chart of results that nobody has taken', () => {
  it('grows behind a head that hangs, and is empty when the reader has left', async () => {
    const chart = chartOf(await run('G2'), 'waiting');
    assert.equal(chartSentence(chart), 'at most 6 done and not taken');
    assert.equal(countOf(chart, 900), 6);
    assert.equal(countOf(chart, 1001), 0);
  });

  it('is not there when they are taken as they come', async () => {
    assert.equal(chartOf(await run('G2', { ordered: false }), 'waiting'), undefined);
  });

  it('never exceeds what a slow consumer lets run ahead', async () => {
    const chart = chartOf(await run('B4'), 'waiting');
    assert.ok(chart.peak <= 3, `${chart.peak} of a limit of 3`);
  });
});

describe('the chart of what is left over', () => {
  it('begins when main returns, and ends task by task', async () => {
    const chart = chartOf(await run('G3'), 'left');
    assert.deepEqual(
      [449, 451, 1151, 1201, 1251].map((t) => countOf(chart, t)),
      [0, 3, 2, 1, 0],
    );
  });

  it('is not there when nothing is', async () => {
    assert.equal(chartOf(await run('G3', { cancel: true }), 'left'), undefined);
  });

  it('counts promises that nobody can end', async () => {
    const chart = chartOf(await run('F2'), 'left');
    assert.deepEqual(
      [299, 301, 699, 701].map((t) => countOf(chart, t)),
      [0, 1, 1, 0],
    );
  });

  it('counts functions that run on after their task was killed', () => {
    const about = (pid, time) => ({ pid, time, label: 'deaf' });
    const trace = traceOf(
      [
        { type: 'began', time: 0, pid: '<0.1>' },
        {
          type: 'spawned',
          ...about('<1.1>', 0),
          kind: 'task',
          parent: '<0.1>',
          supervisor: null,
        },
        { type: 'started', ...about('<1.1>', 0) },
        {
          type: 'settled',
          ...about('<1.1>', 10),
          status: 'rejected',
          by: 'signal',
          abandoned: true,
          reason: { word: 'killed', text: 'killed' },
        },
        { type: 'bodyReturned', ...about('<1.1>', 40) },
        { type: 'returned', time: 50 },
      ],
      50,
    );
    const chart = chartOf(trace, 'left');
    assert.deepEqual(
      [9, 11, 39, 41].map((t) => countOf(chart, t)),
      [0, 1, 1, 0],
    );
  });
});

describe('the steps of a great many tasks', () => {
  it('are drawn as far as they can be told apart: the highest and the last of each place', async () => {
    const { outlineSteps } = await load('/src/model/flight.ts');
    const steps = Array.from({ length: 100_000 }, (_, at) => ({ time: at / 100, count: at % 7 }));
    const traceWith = (some) => ({ flight: { steps: some }, until: 1000 });
    const few = steps.slice(0, 20_000);
    assert.equal(outlineSteps(traceWith(few)), few);
    const drawn = outlineSteps(traceWith(steps));
    assert.ok(drawn.length <= 2 * 8193, `${drawn.length} steps`);
    assert.ok(drawn.every(({ time }, at) => at === 0 || time > drawn[at - 1].time));
    assert.deepEqual(drawn.at(-1), steps.at(-1));
    const width = 1000 / 8192;
    const most = new Map();
    for (const { time, count } of steps) {
      const place = Math.floor(time / width);
      most.set(place, Math.max(count, most.get(place) ?? 0));
    }
    const highest = new Map();
    for (const { time, count } of drawn) {
      const place = Math.floor(time / width);
      highest.set(place, Math.max(count, highest.get(place) ?? 0));
    }
    assert.deepEqual(highest, most);
  });
});
