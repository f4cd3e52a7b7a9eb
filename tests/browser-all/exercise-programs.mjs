// Programs for the exercise, as changes of its reference: some that are right in
// another way than the reference is, and some that are wrong. Each with the steps
// that it must pass, or the one that it must fail and how that is told.

const ASK_THROWS = `
async function ask(endpoint, { signal }) {
  return { value: await get(endpoint, signal), source: 'live' };
}`;

const CRASH = "{ error: { kind: 'crash', endpoint, reason: error.message } }";
const FALLBACK = "{ value: lastGood[endpoint], source: 'fallback' }";

export const alternatives = {
  'promises and an AbortController, no task at all': {
    steps: [1, 2, 3],
    changes: `
      export async function aggregate() {
        const late = new AbortController();
        const timer = setTimeout(() => late.abort(), DEADLINE);
        const entries = await Promise.all(endpoints.map(async (endpoint) => {
          try {
            return [endpoint, { value: await get(endpoint, late.signal) }];
          } catch (error) {
            return [endpoint, late.signal.aborted ? ${FALLBACK} : ${CRASH}];
          }
        }));
        clearTimeout(timer);
        return Object.fromEntries(entries);
      }`,
  },
  'AbortSignal.timeout and Promise.allSettled': {
    steps: [1, 2, 3],
    changes: `
      export async function aggregate() {
        const signal = AbortSignal.timeout(DEADLINE);
        const results = await Promise.allSettled(endpoints.map((endpoint) => get(endpoint, signal)));
        return Object.fromEntries(results.map(({ status, value, reason: error }, at) => {
          const endpoint = endpoints[at];
          return [endpoint, status === 'fulfilled' ? { value, source: 'live' }
            : error.name === 'TimeoutError' ? ${FALLBACK} : ${CRASH}];
        }));
      }`,
  },
  'a task each, awaited one by one, shut down when late': {
    steps: [1, 2, 3],
    changes: `
      export async function aggregate() {
        const began = performance.now();
        const tasks = endpoints.map((endpoint) => Task.async((own) => ask(endpoint, own)));
        const answer = {};
        for (const [at, endpoint] of endpoints.entries()) {
          const left = Math.max(0, DEADLINE - (performance.now() - began));
          try {
            answer[endpoint] = await Task.await(tasks[at], left);
          } catch {
            await Task.shutdown(tasks[at], 'brutalKill');
            answer[endpoint] = ${FALLBACK};
          }
        }
        return answer;
      }`,
  },
  'yieldMany with killTask': {
    steps: [1, 2, 3, 4],
    changes: `
      async function askAll(tasks) {
        const started = endpoints.map((endpoint) => tasks.async((own) => ask(endpoint, own)));
        const looked = await tasks.yieldMany(started, { timeout: DEADLINE, onTimeout: 'killTask' });
        return looked.map(([, entry]) => entry ?? { status: 'rejected' });
      }`,
  },
  'Task.allSettled, and crashes told from timeouts by their reason': {
    steps: [1, 2, 3],
    changes: `
      export async function aggregate() {
        const results = await Task.allSettled(
          endpoints.map((endpoint) => (own) => ask(endpoint, own)),
          { timeout: DEADLINE },
        );
        return Object.fromEntries(results.map((entry, at) => [endpoints[at], settled(endpoints[at], entry)]));
      }
      function settled(endpoint, { status, value, reason: error }) {
        return status === 'fulfilled' ? value : error.reason === 'timeout' ? ${FALLBACK} : ${CRASH};
      }
      ${ASK_THROWS}`,
  },
  'a stream of a task supervisor, whose items may crash': {
    steps: [1, 2, 3],
    changes: `
      export async function aggregate() {
        const supervisor = TaskSupervisor.start();
        const stream = TaskSupervisor.asyncStreamNolink(supervisor, endpoints, ask, {
          maxConcurrency: 3, timeout: DEADLINE, onTimeout: 'killTask',
        });
        const entries = await stream.toArray();
        await TaskSupervisor.stop(supervisor);
        return Object.fromEntries(entries.map((entry, at) => [endpoints[at], settled(endpoints[at], entry)]));
      }
      function settled(endpoint, { status, value, reason: error }) {
        return status === 'fulfilled' ? value : error.reason === 'timeout' ? ${FALLBACK} : ${CRASH};
      }
      ${ASK_THROWS}`,
  },
  'one child for each endpoint, each with a deadline of its own': {
    steps: [4],
    changes: `
      export function startRefresh(supervisor) {
        return endpoints.map((endpoint) => TaskSupervisor.startChild(supervisor, async ({ sleep, signal }) => {
          for (;;) {
            try {
              lastGood[endpoint] = await get(endpoint, AbortSignal.any([signal, AbortSignal.timeout(DEADLINE)]));
            } catch (error) {
              if (signal.aborted) throw error;
            }
            await sleep(EVERY);
          }
        }, { restart: 'transient', label: endpoint }));
      }`,
  },
  'a refresh that rests for less, since asking takes time as well': {
    steps: [4],
    changes: `
      async function refresh({ Task, sleep }) {
        for (;;) {
          for (const [at, entry] of (await askAll(Task)).entries()) {
            const value = entry.value?.value;
            if (value !== undefined) lastGood[endpoints[at]] = value;
          }
          await sleep(EVERY - 100);
        }
      }`,
  },
};

export const mistakes = {
  'answers that are written down': {
    step: 1,
    says: /\/users was never asked/,
    changes: `
      export async function aggregate() {
        return Object.fromEntries(endpoints.map((endpoint) => [endpoint, { value: { of: endpoint, count: 12 } }]));
      }`,
  },
  'answers that are written down, though it asks': {
    step: 1,
    says: /the entry of \/users should have the value/,
    changes: `
      export async function aggregate() {
        await askAll(Task);
        return Object.fromEntries(endpoints.map((endpoint) => [endpoint, { value: { of: endpoint, count: 12 } }]));
      }`,
  },
  'two at once': {
    step: 1,
    says: /was asked at \d+ ms, after/,
    changes: `
      function askAll(tasks) {
        return tasks.asyncStream(endpoints, ask, { maxConcurrency: 2 }).toArray();
      }`,
  },
  'an answer that is held back': {
    step: 1,
    says: /the last answer was there at \d+ ms, yours at/,
    changes: `
      export async function aggregate() {
        const entries = await askAll(Task);
        await new Promise((done) => setTimeout(done, 100));
        return Object.fromEntries(endpoints.map((endpoint, at) => [endpoint, settled(endpoint, entries[at])]));
      }`,
  },
  'a crash that takes the answer along': {
    step: 2,
    says: /aggregate\(\) threw .*answered 500/,
    changes: ASK_THROWS,
  },
  'a reason that says nothing': {
    step: 2,
    says: /should have the message of what was thrown/,
    changes: `
      async function ask(endpoint, { signal }) {
        try {
          return { value: await get(endpoint, signal) };
        } catch {
          return { error: { kind: 'crash', endpoint, reason: 'failed' } };
        }
      }`,
  },
  'a deadline that is too short': {
    step: 3,
    says: /was answered in time|should have the value/,
    changes: 'const DEADLINE = 250;',
  },
  'a deadline that is too long': {
    step: 3,
    says: /there was no answer after 400 ms/,
    changes: 'const DEADLINE = 1000;',
  },
  'a request that nobody ends': {
    step: 3,
    says: /was still running 400 ms after you returned/,
    changes: `
      async function ask(endpoint) {
        try {
          return { value: await get(endpoint) };
        } catch (error) {
          return ${CRASH};
        }
      }`,
  },
  'a fallback for what has crashed': {
    step: 3,
    says: /should be \{ error: \{ kind: 'crash'/,
    changes: `
      async function ask(endpoint, { signal }) {
        return { value: await get(endpoint, signal).catch(() => lastGood[endpoint]) };
      }`,
  },
  'a refresh that crashes whenever an answer is no good': {
    step: 4,
    says: /the supervisor gave up at .* while \/\w+ was down/,
    changes: `
      async function refresh({ signal, sleep }) {
        for (;;) {
          await Promise.all(endpoints.map(async (endpoint) => {
            lastGood[endpoint] = await get(endpoint, signal);
          }));
          await sleep(EVERY);
        }
      }`,
  },
  'a refresh that is not started again': {
    step: 4,
    says: /was not asked once in the .* since the refresh was killed/,
    changes: `
      export function startRefresh(supervisor) {
        return TaskSupervisor.startChild(supervisor, refresh);
      }`,
  },
  'a refresh that asks once': {
    step: 4,
    says: /was not asked once in the .* since who had started the refresh was killed/,
    changes: `
      export function startRefresh(supervisor) {
        return TaskSupervisor.startChild(supervisor, ({ Task }) => askAll(Task), { restart: 'transient' });
      }`,
  },
  'a timer that nobody stops': {
    step: 4,
    says: /after the supervisor had stopped|after the 500 ms in which it had to stop/,
    changes: `
      export function startRefresh(supervisor) {
        return TaskSupervisor.startChild(supervisor, () => {
          setInterval(async () => {
            for (const [at, entry] of (await askAll(Task)).entries()) {
              if (entry.value?.value) lastGood[endpoints[at]] = entry.value.value;
            }
          }, EVERY);
        });
      }`,
  },
  'a refresh that does not let itself be stopped': {
    step: 4,
    says: /the supervisor was asked to stop at .*, and 500 ms later it had not/,
    changes: `
      async function refresh({ Task, Process, sleep }) {
        Process.flag('trapExit', true);
        for (;;) {
          for (const [at, entry] of (await askAll(Task)).entries()) {
            if (entry.value?.value) lastGood[endpoints[at]] = entry.value.value;
          }
          await sleep(EVERY);
        }
      }`,
  },
  'a refresh that keeps nothing': {
    step: 4,
    says: /the fallback should be the last good answer/,
    changes: `
      async function refresh({ Task, sleep }) {
        for (;;) {
          await askAll(Task);
          await sleep(EVERY);
        }
      }`,
  },
};
