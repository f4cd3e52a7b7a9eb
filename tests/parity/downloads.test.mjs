// What the page gives to take along of each lesson runs by itself, and its
// notebook reaches the recorded outcome.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isDeepStrictEqual, promisify } from 'node:util';
import { openSources } from '../../web/tools/sources.mjs';
import { proveElixir } from '../../web/tools/parity/prove.mjs';

const run = promisify(execFile);
const TRIES = 3; // on the real clock of a busy machine, as in parity.test
const NO_WORLD = '%{"fates" => %{}, "endpoints" => %{}, "cores" => 1, "knobs" => %{}}';

const sources = await openSources();
const { exampleOf, inputOf, readLessonFiles } = await sources.load('/tools/lessons.ts');
const { runInNode } = await sources.load('/src/engine/node.ts');
const { exsOf, livemdOf, pyOf, textOf } = await sources.load('/src/model/downloads.ts');
const { bare } = await sources.load('/src/model/canon.ts');
const { worldAbroad } = await sources.load('/src/model/abroad.ts');

/* `npm run parity` takes all of them; else one without a network and one with it. */
const all = readLessonFiles(sources.lessons);
const isWhole = process.env.BELAY_TAKEN === 'all';
const lessons = isWhole ? all : all.filter(({ id }) => ['A1', 'B1'].includes(id));
const taken = new Map();
const take = async (files, turned = {}) => {
  const { about, texts } = exampleOf(files, null);
  const input = inputOf(files, undefined, turned);
  const { outcome, events } = await runInNode(input);
  const paneOf = (id) => texts.panes.find((pane) => pane.id === id);
  const textIn = (id) => textOf(paneOf(id).html);
  const untakenIn = (id) => paneOf(id).untaken ?? [];
  return {
    ...about,
    outcome,
    title: `${about.mark} ${about.title}`,
    question: texts.question,
    predict: texts.predict,
    rule: texts.rule,
    elixir: textIn('elixir'),
    python: textIn('python'),
    untaken: { elixir: untakenIn('elixir'), python: untakenIn('python') },
    world: worldAbroad(input, events),
  };
};
for (const files of lessons) taken.set(files.id, await take(files));

/* With a network and without one. */
const turned = new Map();
for (const [id, knobs] of [
  ['B1', { limit: 2, count: 5 }],
  ['A2', { slow: 10, quick: 200, middle: 100 }],
].slice(0, isWhole ? 2 : 1)) {
  const files = all.find(({ id: of }) => of === id);
  turned.set(id, await take(files, knobs));
}
const silent = await take(all.find(({ id }) => id === 'C1'));
await sources.close();

/** What a notebook's cells give, one after another. */
async function evaluated(notebook, wanted) {
  const cells = [...notebook.matchAll(/^```elixir\n([^]*?)^```$/gm)].map(([, code]) => code);
  let reached;
  for (let tries = 0; tries < TRIES && !isDeepStrictEqual(reached, wanted); tries += 1) {
    ({
      outcomes: [reached],
    } = await proveElixir(cells.join('\n'), [{ elixir: NO_WORLD }]));
  }
  return { cells, reached };
}

/** What a command prints of `text`, and whether it ended well. */
async function execute(command, name, text) {
  const folder = mkdtempSync(join(tmpdir(), 'belay-taken-'));
  try {
    const file = join(folder, name);
    writeFileSync(file, text);
    return await run(command, [file], { timeout: 60_000 }).then(
      ({ stdout }) => ({ well: true, stdout, stderr: '' }),
      ({ stdout, stderr }) => ({ well: false, stdout, stderr }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('what is taken along of a lesson', { concurrency: 2 }, () => {
  for (const { id, texts, expected } of lessons) {
    it(`${id}: its texts are those of the page`, () => {
      assert.equal(taken.get(id).elixir.trimEnd(), texts.elixir.text.trimEnd());
      assert.equal(taken.get(id).python.trimEnd(), texts.python.text.trimEnd());
    });

    it(`${id}: its notebook has title, question and rule, and reaches the recorded outcome`, async () => {
      const notebook = livemdOf(taken.get(id));
      assert.match(notebook, new RegExp(`^# ${id} `));
      assert.match(notebook, /\n## Rule\n/);
      assert.doesNotMatch(notebook.replaceAll(/```[^]*?```/g, ''), /&lt;|<code>|<em>|<strong>/);
      const { outcome } = expected.elixir;
      const { cells, reached } = await evaluated(notebook, outcome);
      assert.ok(cells.length >= 1 && cells.length <= 3);
      assert.deepEqual(reached, outcome);
    });

    for (const [language, command, of, end] of [
      ['elixir', 'elixir', exsOf, 'exs'],
      ['python', 'python3', pyOf, 'py'],
    ]) {
      it(`${id}: its script in ${language} ends as its program does`, async () => {
        const { outcome } = expected[language];
        const well = 'returned' in outcome;
        let ended;
        for (let tries = 0; tries < TRIES && ended?.well !== well; tries += 1) {
          ended = await execute(command, `${id}.${end}`, of(taken.get(id)));
        }
        assert.equal(ended.well, well, ended.stderr);
        if (well) assert.notEqual(ended.stdout.trim(), '');
      });
    }
  }
});

describe('what is taken along with its knobs turned', { concurrency: 2 }, () => {
  for (const [id, one] of turned) {
    it(`gives what Belay gives with them, in the notebook and in Python: ${id}`, async () => {
      const wanted = { returned: one.outcome.result.plain };
      const { reached } = await evaluated(livemdOf(one), wanted);
      assert.deepEqual(reached, wanted);
      let printed;
      for (let tries = 0; tries < TRIES && printed !== told(wanted.returned); tries += 1) {
        ({ stdout: printed } = await execute('python3', `${id}.py`, pyOf(one)));
      }
      assert.equal(printed, told(wanted.returned));
    });
  }

  it('says of a knob that the text has no use for why that is so', () => {
    assert.match(pyOf(silent), /^# The knob "Started with" turns nothing here: asyncio has one way/m);
    assert.doesNotMatch(exsOf(silent), /turns nothing here/);
  });
});

/** As Python prints it: entries of a stream are their values there. */
function told(plain) {
  return `${JSON.stringify(bare(plain))
    .replaceAll('"', "'")
    .replaceAll(/([,:])/g, '$1 ')}\n`;
}
