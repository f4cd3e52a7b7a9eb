/**
 * The guide's examples are programs: each one is run as printed, in a process of
 * its own, and must print what its `// prints:` comments say.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const TIME_LIMIT_MS = 20_000;
const root = fileURLToPath(new URL('../..', import.meta.url));
const lines = readFileSync(
  new URL('../../docs/guide.md', import.meta.url),
  'utf8',
).split('\n');

/** The fenced blocks of the guide: { info, heading, line, code }. */
function fencedBlocks() {
  const blocks = [];
  let heading = '';
  let block = null;
  lines.forEach((text, index) => {
    if (block === null) {
      if (text.startsWith('#')) heading = text.replace(/^#+ /, '');
      const fence = /^```(.*)$/.exec(text);
      if (fence) block = { info: fence[1], heading, line: index + 1, code: [] };
    } else if (text === '```') {
      blocks.push({ ...block, code: block.code.join('\n') });
      block = null;
    } else {
      block.code.push(text);
    }
  });
  assert.equal(block, null, 'a fenced block of the guide is not closed');
  return blocks;
}

/** Runs a module as if it stood in the repository's root. */
function run(code) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-'], {
      cwd: root,
      timeout: TIME_LIMIT_MS,
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (text) => {
        output[name] += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...output }));
    child.stdin.end(code);
  });
}

const blocks = fencedBlocks();

test('every block of JavaScript in the guide is one that is run', () => {
  assert.notEqual(blocks.length, 0);
  for (const { info, line } of blocks) {
    assert.equal(info, 'js run', `docs/guide.md:${line}`);
  }
});

test('the examples of the guide', { concurrency: 2 }, async (t) => {
  const runs = blocks.map(({ heading, line, code }) =>
    t.test(`${heading} (docs/guide.md:${line})`, async () => {
      const promised = [...code.matchAll(/\/\/ prints: (.*)$/gm)].map(
        (match) => match[1].trimEnd(),
      );
      assert.notEqual(promised.length, 0, 'it says what it prints');

      const { code: exitCode, signal, stdout, stderr } = await run(code);
      const printed = stdout.split('\n').map((text) => text.trimEnd());
      assert.equal(printed.pop(), '');
      assert.deepEqual(printed, promised, stderr);
      assert.equal(signal, null, 'it ends in time');
      assert.equal(exitCode, 0, stderr);
    }),
  );
  await Promise.all(runs);
});

test('the links inside of the guide lead somewhere', () => {
  const text = lines.join('\n');
  const anchors = new Set(
    lines
      .filter((line) => line.startsWith('#'))
      .map((line) =>
        line
          .replace(/^#+ /, '')
          .toLowerCase()
          .replace(/[^\w\- ]/g, '')
          .replaceAll(' ', '-'),
      ),
  );
  for (const [, anchor] of text.matchAll(/\]\(#([^)]*)\)/g)) {
    assert.ok(anchors.has(anchor), `#${anchor}`);
  }
});
