// Starting other programs, and where the project's root is.
import { spawn, spawnSync } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** A mistake that is told in one sentence, without a stack. */
export class Complaint extends Error {}

/** One sentence for a Complaint or for arguments that parseArgs refuses, else null. */
function sentenceOf(error) {
  if (error instanceof Complaint) {
    return error.message;
  }
  return error.code?.startsWith('ERR_PARSE_ARGS') ? error.message.split('. ')[0] : null;
}

/** Runs `main` and turns a Complaint into a line and exit code 1. */
export async function run(main) {
  try {
    await main();
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === null) {
      throw error;
    }
    console.error(sentence);
    process.exitCode = 1;
  }
}

/** Runs a program in sight of the user; a Complaint when it fails. */
export function must(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (done.error) {
    throw new Complaint(`${command}: ${done.error.message}`);
  }
  if (done.status !== 0) {
    const how = done.signal ? `ended by ${done.signal}` : `exit code ${done.status}`;
    throw new Complaint(`failed (${how}): ${command} ${args.join(' ')}`);
  }
}

/** Runs a program out of sight: { code, output }, stdout and stderr in one. */
export function collect(command, args, options = {}) {
  return new Promise((done) => {
    const stdio = ['ignore', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd: root, stdio, ...options });
    const parts = [];
    child.stdout.on('data', (part) => parts.push(part));
    child.stderr.on('data', (part) => parts.push(part));
    child.on('error', (error) => {
      done({ code: 127, output: `${command}: ${error.message}\n` });
    });
    child.on('close', (code, signal) => {
      const output = Buffer.concat(parts).toString();
      done({ code: code ?? 1, output: signal ? `${output}ended by ${signal}\n` : output });
    });
  });
}

/** The same, but its output is shown only when it fails, and then it is a Complaint. */
export async function quietly(command, args, options = {}) {
  const { code, output } = await collect(command, args, options);
  if (code !== 0) {
    throw new Complaint(`${output}failed (exit code ${code}): ${command} ${args.join(' ')}`);
  }
  return output;
}

/** What a program prints, or '' when it cannot be run or fails. */
export function ask(command, args) {
  const done = spawnSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return done.status === 0 ? done.stdout.trim() : '';
}
