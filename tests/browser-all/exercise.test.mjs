// The exercise without a browser: what its checks let through and what not.
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { load } from '../browser/engine.mjs';
import { alternatives, mistakes } from './exercise-programs.mjs';

const { readExercise } = await load('/tools/exercise.ts');
const { changed } = await load('/tools/declarations.ts');
const { checksOf } = await load('/exercise/checks.ts');
const { runInNode } = await load('/src/engine/node.ts');
const { traceOf } = await load('/src/model/trace.ts');
const folder = fileURLToPath(new URL('../../web/exercise', import.meta.url));
const { about, texts, exercise, solved } = readExercise(folder);
const checks = checksOf(exercise);
const { reference, mutants } = exercise;
const TESTS = checks.length - 1; // the step in which the learner's tests are judged

const inputs = [];
async function execute(input) {
  inputs.push(input);
  const { events, until, outcome, waits } = await runInNode(input);
  return { trace: traceOf(events, until), outcome, waits };
}

const check = (step, program, tell = () => {}) => checks[step](program, execute, tell);
const passed = async (step, program) => (await check(step, program)).passed;

describe('the texts of the exercise', () => {
  it('have five steps, each with three hints and a solution', () => {
    assert.equal(about.id, 'H');
    assert.equal(exercise.steps.length, 5);
    assert.equal(checks.length, 5);
    for (const { hints, solution, html } of exercise.steps) {
      assert.equal(hints.length, 3);
      assert.match(solution, /class="line/);
      assert.match(html, /^<p>/);
      assert.ok(hints.every((hint) => !hint.includes('`')));
    }
    assert.match(exercise.steps[4].hints[0], /<pre class="code-text">.*network/s);
  });

  it('have six mutants, each of which is the reference but for one change', () => {
    assert.equal(mutants.length, 6);
    assert.equal(new Set(mutants.map(({ program }) => program)).size, 6);
    for (const { program } of mutants) {
      const lines = new Set(reference.split('\n'));
      const others = program.split('\n').filter((line) => !lines.has(line));
      assert.ok(others.length > 0 && others.length <= 8, others.join('\n'));
    }
  });

  it('begin with a starter that runs', async () => {
    const { outcome } = await runInNode({
      program: { source: texts.source, files: {} },
      seed: texts.seed,
      world: texts.world,
      knobs: {},
    });
    assert.equal(outcome.kind, 'returned');
    assert.match(outcome.result.text, /3 users/);
  });
});

describe('a program changed by declarations', () => {
  const program = [
    "import { a } from 'b';",
    '',
    'const one = 1; // the first',
    'const two = 2;',
    '',
    '/** Three. */',
    'export function three() {}',
    '',
  ].join('\n');

  it('has those of the same name replaced, with their comments', () => {
    const changes = '/** Another. */\nexport function three() {\n  return 3;\n}\n\nconst two = 22;';
    assert.equal(
      changed(program, changes),
      program
        .replace('const two = 2;', 'const two = 22;')
        .replace('/** Three. */\nexport function three() {}', changes.split('\n\n')[0]),
    );
  });

  it('has a new one after the one before it', () => {
    assert.match(
      changed(program, 'const two = 2;\n\nfunction four() {}'),
      /two = 2;\n\nfunction four\(\) {}\n\n\/\*\* Three/,
    );
  });
});

describe('the checks', () => {
  for (const [step] of checks.entries()) {
    it(`of step ${step + 1}: the starter fails, so does what is solved up to it, its solution passes`, async () => {
      assert.ok(!(await passed(step, texts.source)), 'the starter');
      assert.ok(!(await passed(step, solved[step - 1] ?? texts.source)), 'solved up to it');
      assert.ok(await passed(step, solved[step]), 'its solution');
    });

    it(`of step ${step + 1}: the reference passes`, async () => {
      const verdict = await check(step, reference);
      assert.ok(verdict.passed, verdict.says);
      assert.equal(verdict.watch, null);
    });
  }

  it('run each program on several seeds, and tell how far they are', async () => {
    for (const step of [0, 1, 2, 3]) {
      inputs.length = 0;
      const told = [];
      const { runs } = await check(step, reference, (progress) => told.push(progress));
      assert.equal(new Set(inputs.map(({ seed }) => seed)).size, runs);
      assert.ok(runs >= 6);
      assert.deepEqual(told[0], { done: 0, of: runs });
      assert.deepEqual(told.at(-1), { done: runs, of: runs });
    }
  });

  it('say the same of the same program again', async () => {
    const [first, again] = [await check(2, mutants[3].program), await check(2, mutants[3].program)];
    assert.equal(first.says, again.says);
    assert.equal(first.watch.at, again.watch.at);
  });

  it('tell of a leak by its seed and time, with the run to be watched at that moment', async () => {
    const { says, watch } = await check(2, mutants[3].program);
    assert.match(says, /^Seed \d+: \/\w+ was still running 400 ms after you returned\.$/);
    assert.ok(says.startsWith(`Seed ${watch.input.seed}: `));
    assert.ok(watch.at > 400 && watch.at <= watch.trace.until);
    const line = watch.trace.lines.get(watch.pid);
    assert.ok(line.end === null || line.end.time > watch.at, 'the task is alive then');
  });

  it('tell of a text that cannot be run, and of a function that is not there', async () => {
    for (const step of checks.keys()) {
      const { passed: fine, says, watch } = await check(step, 'export function aggregate( {');
      assert.ok(!fine);
      assert.match(says, /^The file cannot be run: SyntaxError/);
      assert.equal(watch, null);
    }
    const { says } = await check(0, 'export const other = 1;');
    assert.match(says, /exports no function aggregate/);
  });
});

describe('each mutant', () => {
  /* Where it must fail; it passes the other steps before that of the tests. */
  const fails = {
    Sequential: [0, 1, 2],
    'Swallowed crash': [1, 2],
    'No timeout': [2, 3],
    'Leaked task': [2, 3],
    'No fallback': [2, 3],
    'Unsupervised refresh': [3],
  };

  it('is known by its name', () => {
    assert.deepEqual(
      mutants.map(({ name }) => name),
      Object.keys(fails),
    );
  });

  for (const { name, program } of mutants) {
    it(`${name} fails where it is wrong, and nowhere else`, async () => {
      for (const step of [0, 1, 2, 3]) {
        const verdict = await check(step, program);
        assert.equal(verdict.passed, !fails[name].includes(step), `${step + 1}: ${verdict.says}`);
        assert.equal(verdict.watch === null, verdict.passed);
      }
    });
  }
});

describe('another program that is right', () => {
  for (const [name, { changes, steps }] of Object.entries(alternatives)) {
    it(`passes: ${name}`, async () => {
      const program = changed(reference, changes);
      for (const step of steps) {
        const { passed: fine, says } = await check(step - 1, program);
        assert.ok(fine, `step ${step}: ${says}`);
      }
    });
  }
});

describe('a program that is wrong', () => {
  for (const [name, { changes, step, says: wanted }] of Object.entries(mistakes)) {
    it(`fails: ${name}`, async () => {
      const { passed: fine, says } = await check(step - 1, changed(reference, changes));
      assert.ok(!fine);
      assert.match(says, wanted);
    });
  }
});

describe("the learner's tests", () => {
  const withTests = (body) => changed(texts.source, `export const tests = {${body}};`);

  it('are judged by how many mutants they catch, and what they miss can be watched', async () => {
    const { passed: fine, says, caught, watch } = await check(
      TESTS,
      withTests(`
        async hang({ aggregate, network, assert }) {
          network.hang('/stock');
          assert((await aggregate())['/stock'].source === 'fallback');
        }`),
    );
    assert.ok(!fine);
    assert.match(says, /^Your tests caught 2 of 6\. None of them fails on “Sequential”\. Seed \d+/);
    assert.deepEqual(
      caught.map(({ by }) => by),
      [null, null, 'hang', null, 'hang', null],
    );
    assert.equal(watch.input.program.source, mutants[0].program);
  });

  it('must pass on a program that is right; the failure can be watched', async () => {
    const { passed: fine, says, watch } = await check(
      TESTS,
      withTests(`
        async wrong({ aggregate, sleep, assert }) {
          await aggregate();
          await sleep(20);
          assert(false, 'no such luck');
        }`),
    );
    assert.ok(!fine);
    assert.match(says, /^“wrong” fails on an aggregator that is right: Error: no such luck/);
    assert.equal(Math.floor(watch.at), 200);
  });

  it('that cannot catch anything catch nothing', async () => {
    const { says, caught } = await check(TESTS, withTests('nothing() {}'));
    assert.match(says, /^Your tests caught 0 of 6/);
    assert.ok(caught.every(({ by }) => by === null));
  });

  it('may break the network in every way, and each has one of its own', async () => {
    const { says } = await check(
      TESTS,
      withTests(`
        async breaks({ aggregate, network, assert, now }) {
          network.slow('/users', 300);
          network.fail('/orders', 503);
          const first = await aggregate();
          assert(now() === 300, 'slow');
          assert(/503/.test(first['/orders'].error.reason), 'failed');
          network.heal('/orders');
          assert((await aggregate())['/orders'].value, 'healed');
          assert(network.requests.length === 6, 'requests');
        },
        async fresh({ aggregate, network, assert, now }) {
          assert(network.requests.length === 0 && now() === 0);
          const answer = aggregate();
          await Promise.resolve();
          await answer;
          assert(now() === 180 && network.running.length === 0);
        },
        misspelt({ network }) { try { network.hang('/nothing'); } catch { return; } throw new Error('taken'); }`),
    );
    assert.match(says, /^Your tests caught \d of 6/);
  });

  it('are refused when there are none, and when there are too many', async () => {
    assert.match((await check(TESTS, withTests(''))).says, /no tests yet/);
    const many = Array.from({ length: 21 }, (_, at) => `t${at}() {}`).join(',');
    assert.match((await check(TESTS, withTests(many))).says, /^21 tests; at most 20/);
  });
});

describe('the standing of the steps', () => {
  const model = () => load('/src/model/exercise.ts');

  it('counts a step as solved unless its solution was shown before', async () => {
    const { isAllSolved, isSolved, standingSentence, untried, withPassed, withSolution } =
      await model();
    let standing = untried(2);
    standing = withPassed(standing, 0, true);
    standing = withSolution(standing, 0);
    assert.ok(isSolved(standing, 0), 'it had passed before');
    standing = withPassed(withSolution(standing, 1), 1, true);
    assert.ok(!isSolved(standing, 1));
    assert.ok(!isAllSolved(standing));
    assert.equal(standingSentence(standing), '1 of 2 steps solved, 1 more with the solution');
  });

  it('is kept as text, and what cannot be read counts as nothing', async () => {
    const { standingOf, untried, withHint, withPassed } = await model();
    const standing = withHint(withPassed(untried(5), 3, true), 1);
    assert.deepEqual(standingOf(JSON.stringify(standing), 5), standing);
    for (const kept of [null, '', 'null', '{}', '{"passed":[1],"hints":["x"],"shown":{}}']) {
      assert.deepEqual(standingOf(kept, 5), untried(5), String(kept));
    }
  });
});
