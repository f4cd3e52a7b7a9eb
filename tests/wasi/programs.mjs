// The builds of the program `belay`, as functions that run it.
import { spawn } from 'node:child_process';
import { collect, root } from '../../scripts/lib/shell.mjs';

/** Runs a program: { code, stdout, stderr }. */
export function runProgram(command, args) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr']) {
      child[name].setEncoding('utf8').on('data', (part) => {
        said[name] += part;
      });
    }
    child.once('error', (error) => done({ code: 127, ...said, stderr: error.message }));
    child.once('close', (code) => done({ code, ...said }));
  });
}

const wasi = ['--no-warnings', 'scripts/run-wasi.mjs', 'build/wasm/belay.wasm'];

/** In WebAssembly, under node:wasi: jobs take turns on one thread. */
export const inWasi = (...words) => runProgram(process.execPath, [...wasi, ...words]);

/** The same natively. */
export const inTurns = (...words) => runProgram('build/release/bin/belay_turns', words);

/** Natively, on threads of the system. */
export const onThreads = (...words) => runProgram('build/release/bin/belay', words);

export const builds = { inWasi, inTurns, onThreads };

/** What the simulator's own program (tests/sim/main.c) says of seeds: its line of JSON. */
export async function simulator(first, seeds) {
  const { code, output } = await collect('build/release/sim', ['run', `${first}`, `${seeds}`]);
  if (code !== 0) {
    throw new Error(output);
  }
  return JSON.parse(output.trim().split('\n').at(-1));
}
