// Runs the lesson's examples, each in a process of its own.
//
//   node examples/run.mjs [--list] [--watchdog MS] [NN ...]
//
// An example has run well when it ends by itself, in time, with exit code 0.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { examples } from './lesson/index.mjs';

// They take about a second; a machine may be busy, but not for ever.
const WATCHDOG = 30_000;

const USAGE = `\
usage: node examples/run.mjs [--list] [--watchdog MS] [NN ...]

--list          says which examples there are
--watchdog MS   kills an example that runs longer (${WATCHDOG} ms)
NN              runs only these, such as 05; without it, all`;

const numberOf = ({ file }) => file.slice(0, 2);

/** Runs one example and gives { failure: null or what went wrong, ms }. */
function runExample(file, limit) {
  const path = fileURLToPath(new URL(`./lesson/${file}`, import.meta.url));
  const started = performance.now();
  return new Promise((resolve) => {
    const end = (failure) => {
      clearTimeout(watchdog);
      resolve({ failure, ms: Math.round(performance.now() - started) });
    };
    let late = false;
    const child = spawn(process.execPath, [path], { stdio: 'inherit' });
    const watchdog = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limit);
    child.once('error', (error) => end(error.message));
    child.once('exit', (code, signal) => {
      if (late) end(`was still running after ${limit} ms`);
      else if (code === 0) end(null);
      else end(code === null ? `ended by ${signal}` : `exit code ${code}`);
    });
  });
}

async function runAll(chosen, limit) {
  const failures = [];
  for (const { file } of chosen) {
    console.log(`---- ${file} ${'-'.repeat(70 - file.length)}\n`);
    const { failure, ms } = await runExample(file, limit);
    if (failure !== null) failures.push(`${file}: ${failure}`);
    console.log(`\n(${failure ?? 'exit code 0'}, ${ms} ms)\n`);
  }
  const well = chosen.length - failures.length;
  console.log(`examples: ${chosen.length}, ran well: ${well}`);
  for (const failure of failures) console.log(`FAILED ${failure}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/** { list, help, limit, wanted }, or null for words not understood. */
function understand(words) {
  const asked = { list: false, help: false, limit: WATCHDOG, wanted: [] };
  const known = new Set(examples.map(numberOf));
  const left = [...words];
  while (left.length > 0) {
    const word = left.shift();
    if (word === '--list') asked.list = true;
    else if (word === '--help' || word === '-h') asked.help = true;
    else if (word === '--watchdog' && /^[1-9]\d{0,6}$/.test(left[0] ?? '')) {
      asked.limit = Number(left.shift());
    } else if (known.has(word.padStart(2, '0'))) {
      asked.wanted.push(word.padStart(2, '0'));
    } else return null;
  }
  return asked;
}

const asked = understand(process.argv.slice(2));
if (asked === null) {
  console.error(USAGE);
  process.exitCode = 2;
} else if (asked.help) {
  console.log(USAGE);
} else if (asked.list) {
  for (const each of examples) console.log(`${numberOf(each)}  ${each.title}`);
} else {
  const { wanted, limit } = asked;
  const chosen = examples.filter((each) =>
    wanted.length === 0 || wanted.includes(numberOf(each)));
  await runAll(chosen, limit);
}
