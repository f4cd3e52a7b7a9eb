// What the program `belay` says about itself and about wrong use, in each build.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builds, inWasi, onThreads } from './programs.mjs';

const WRONG = [
  { words: [], says: /^belay - Elixir's tasks in C/ },
  { words: ['lst'], says: /^belay: there is no command 'lst'; did you mean 'list'\?$/m },
  { words: ['transmogrify'], says: /^belay: there is no command 'transmogrify'; 'belay help' shows them$/m },
  { words: ['help', 'me'], says: /there is no command 'me'/ },
  { words: ['list', 'all'], says: /^belay list: it does not take 'all'$/m },
  { words: ['version', '5'], says: /^belay version: it does not take '5'$/m },
  { words: ['run'], says: /^belay run: which example\?$/m },
  { words: ['run', '--fast'], says: /^belay run: there is no option '--fast'$/m },
  { words: ['run', 'no-such-example'], says: /^belay run: there is no example 'no-such-example'; 'belay list' shows them$/m },
  { words: ['sim', '--seed'], says: /^belay sim: --seed takes a whole number below 2\^64, not nothing$/m },
  { words: ['sim', '--seed', '-1'], says: /^belay sim: --seed takes a whole number below 2\^64, not '-1'$/m },
  { words: ['sim', '--seeds=3x'], says: /^belay sim: --seeds takes a whole number below 2\^64, not '3x'$/m },
  { words: ['sim', '--seed', '18446744073709551616'], says: /not '18446744073709551616'$/m },
  { words: ['sim', '--seeds', '0'], says: /^belay sim: --seeds takes at least 1, not '0'$/m },
  { words: ['sim', '--seed', '18446744073709551615', '--seeds', '2'], says: /go beyond 2\^64 - 1$/m },
  { words: ['sim', '7'], says: /^belay sim: it does not take '7'$/m },
];

for (const [name, belay] of Object.entries(builds)) {
  test(`wrong use is exit code 2 and a sentence on stderr: ${name}`, async () => {
    for (const { words, says } of WRONG) {
      const { code, stdout, stderr } = await belay(...words);
      assert.equal(code, 2, words.join(' '));
      assert.equal(stdout, '', words.join(' '));
      assert.match(stderr, says);
    }
  });
}

test('help is for stdout, with exit code 0, and tells of every command and exit code', async () => {
  for (const words of [['help'], ['--help'], ['-h']]) {
    const { code, stdout, stderr } = await inWasi(...words);
    assert.deepEqual([code, stderr], [0, '']);
    for (const command of ['list', 'run', 'sim', 'version', 'help']) {
      assert.match(stdout, new RegExp(`^  ${command} `, 'm'));
    }
    assert.match(stdout, /^Exit codes: 0, .*; 1, .*; 2, /ms);
  }
});

test('each command explains itself, in both ways of asking', async () => {
  for (const command of ['list', 'run', 'sim', 'version', 'help']) {
    const { code, stdout } = await inWasi('help', command);
    assert.equal(code, 0);
    assert.ok(stdout.startsWith(`usage: belay ${command}`), stdout);
    assert.deepEqual(await inWasi(command, '--help'), { code, stdout, stderr: '' });
  }
});

test('the help is the same in all builds', async () => {
  for (const words of [['help'], ['help', 'run'], ['help', 'sim'], ['list']]) {
    const [first, ...others] = await Promise.all(Object.values(builds).map((belay) => belay(...words)));
    others.forEach((other) => assert.deepEqual(other, first));
  }
});

test('the version says how jobs run', async () => {
  const said = await Promise.all(Object.values(builds).map((belay) => belay('version')));
  assert.deepEqual(
    said.map(({ code, stdout }) => [code, stdout.replace(/\d+\.\d+\.\d+/, 'N')]),
    [
      [0, 'belay N; jobs take turns on one thread\n'],
      [0, 'belay N; jobs take turns on one thread\n'],
      [0, 'belay N; jobs run on threads of the system\n'],
    ],
  );
});

test('threads of the system have no virtual clock, and that is said', async () => {
  const { code, stderr } = await onThreads('run', '--virtual', '--all');
  assert.equal(code, 2);
  assert.match(stderr, /--virtual needs threads that take turns/);
});
