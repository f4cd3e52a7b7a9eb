// Runs an example of the lesson in Node, against the real server.
//
// The examples themselves know neither Node nor this server: they get what
// they need as arguments, so that a web page can run the same text in a
// worker with a network of its own.

import * as belay from 'belay-tasks';
import { startServer } from '../server.mjs';

/**
 * Prints the example's question, runs it, prints its rule, and closes the
 * server. An example that leaves a task or supervisor alive fails: the
 * process then ends with exit code 1 and the list of what was left.
 */
export async function run({ title, question, rule, main }) {
  const { Task, TaskSupervisor, Supervisor, Process, sleep } = belay;
  const server = await startServer();
  console.log(`${title}\n\n${wrap(question)}\n`);
  try {
    await main({
      Task,
      TaskSupervisor,
      Supervisor,
      Process,
      sleep,
      fetch,
      base: server.url,
      log: (line = '') => console.log(line),
    });
    console.log(`\n${wrap(`=> ${rule}`)}`);
  } finally {
    await server.close();
  }
  const { root, processes } = belay.inspect();
  const left = processes.filter(({ pid }) => pid !== root);
  if (left.length > 0) {
    const names = left.map(({ pid, label }) => `${pid} ${label ?? ''}`);
    console.error(`left alive: ${names.join(', ')}`);
    process.exitCode = 1;
  }
}

function wrap(text) {
  return text.replace(/(.{1,76})(?: |$)/g, '$1\n').trimEnd();
}
