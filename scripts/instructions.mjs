// Counts the instructions that the kernel's main operations take, natively,
// and holds them against bench/instructions.json: unlike a time, a count is
// the same on a busy machine.
//
//   node scripts/instructions.mjs            exit code 1 when one takes five
//                                            per cent more than is stored
//   node scripts/instructions.mjs --store    keeps what is found
//
// A count depends on the compiler, so the file has an entry for each. Where
// there is none for this one, nothing can be said: exit code 77, skipped.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cmakeBuild } from './lib/cmake.mjs';
import { TOLERANCE, collected, judgeCounts, perOperation } from './lib/counting.mjs';
import { ask, collect, Complaint, root, run } from './lib/shell.mjs';
import { onPath } from './lib/tools.mjs';

const SKIPPED = 77;
const FEW = 2_000;
const MANY = 12_000;
const STORE = 'bench/instructions.json';
const AGAIN = 'node scripts/instructions.mjs --store';
const program = join(root, 'build/release/instructions');

async function count(operation, repetitions) {
  const { code, output } = await collect('valgrind', [
    '--tool=callgrind',
    '--callgrind-out-file=/dev/null',
    program,
    operation,
    String(repetitions),
  ]);
  const instructions = collected(output);
  if (code !== 0 || instructions === null) {
    throw new Complaint(`${output}valgrind has not counted ${operation} (exit code ${code})`);
  }
  return { count: repetitions, instructions };
}

async function countAll() {
  const found = {};
  for (const operation of ask(program, []).split('\n')) {
    found[operation] = perOperation(await count(operation, FEW), await count(operation, MANY));
  }
  return found;
}

function skip(why) {
  console.log(`skipped: ${why}`);
  process.exitCode = SKIPPED;
}

await run(async () => {
  const compiler = `gcc ${ask('gcc', ['-dumpfullversion'])} ${ask('gcc', ['-dumpmachine'])}`;
  const file = join(root, STORE);
  const stored = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const store = process.argv.includes('--store');
  if (!onPath('valgrind')) {
    skip('valgrind, which counts the instructions, is missing');
    return;
  }
  if (stored[compiler] === undefined && !store) {
    skip(`${STORE} has no entry for ${compiler}; ${AGAIN} makes one`);
    return;
  }
  await cmakeBuild('release', ['instructions']);
  const found = await countAll();
  if (store) {
    writeFileSync(file, `${JSON.stringify({ ...stored, [compiler]: found }, null, 2)}\n`);
    console.log(`stored in ${STORE} for ${compiler}`);
    return;
  }
  const { worse, better } = judgeCounts(stored[compiler], found);
  better.forEach((sentence) => console.log(`better  ${sentence}`));
  worse.forEach((sentence) => console.log(`WORSE   ${sentence}`));
  console.log(`ℹ tests ${Object.keys(found).length}`);
  if (better.length > 0 || worse.length > 0) {
    console.log(`If that is meant to be: ${AGAIN}, and commit ${STORE}.`);
  }
  if (worse.length > 0) {
    throw new Complaint(`more than ${TOLERANCE * 100} per cent above what is stored`);
  }
});
