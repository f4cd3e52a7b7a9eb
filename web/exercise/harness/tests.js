/* What a check of step 5 runs: one of the learner's tests, on an aggregator that is
 * right or wrong; without the name of a test it gives all of their names. */
import * as program from './program.js';
import { aggregate, startRefresh } from './subject.js';

export async function main({ test, server, ...scope }) {
  const tests = program.tests ?? {};
  if (test === '') {
    return Object.keys(tests).filter((name) => typeof tests[name] === 'function');
  }
  const { Task, TaskSupervisor, Process, sleep, now, log } = scope;
  const network = networkOf(server, now);
  await tests[test]({
    aggregate,
    startRefresh,
    network,
    assert,
    Task,
    TaskSupervisor,
    Process,
    sleep,
    now,
    log,
  });
}

function assert(condition, message = 'an assertion does not hold') {
  if (!condition) {
    throw new Error(message);
  }
}

/** The network as a test breaks it and looks at it. */
function networkOf(server, now) {
  const requests = [];
  const { fetch } = globalThis;
  globalThis.fetch = async (path, init) => {
    const request = { path: String(path), at: now(), signal: init?.signal, over: false };
    requests.push(request);
    try {
      return await fetch(path, init);
    } finally {
      request.over = true;
    }
  };
  return {
    hang: (path) => server.change(path, { hang: 1 }),
    fail: (path, status = 500) => server.change(path, { fail: 1, status }),
    slow: (path, ms) => server.change(path, { latency: { kind: 'fixed', ms } }),
    heal: (path) => server.change(path, {}),
    /** All that were sent, with the virtual ms at which. */
    get requests() {
      return requests.map(({ path, at }) => ({ path, at }));
    },
    /** The paths of those that nobody has given up and that are not answered. */
    get running() {
      return requests
        .filter(({ over, signal }) => !over && signal?.aborted !== true)
        .map(({ path }) => path);
    },
  };
}
