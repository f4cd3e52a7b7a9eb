// Parallel API Aggregator: asks several endpoints at once and merges what
// they say into one response. It never throws for an endpoint's failure.
//
// An endpoint is { name, load(ctx), fallback? }: `load` is the body of a
// task; `fallback` answers for it when it is late and nothing fresher is
// known. The response has an entry for each endpoint:
//
//   { source: 'live', value }                 it answered in time
//   { source: 'fallback', value, error }      late; an older value instead
//   { source: 'none', error }                 late without one, or crashed
//
// where error is { kind: 'timeout' or 'crash', endpoint, reason: string }.
// `load` passes ctx.signal on to fetch, so that a late request is cancelled.
//
// The first argument of both functions says for whom they work: the ctx of
// the task that calls, or, outside of a task, { Task, TaskSupervisor,
// Process } as imported. If that task dies, its requests die with it; the
// background refreshes belong to the supervisor and go on.

/**
 * Asks all endpoints, at most maxConcurrency at once, each for at most
 * `timeout` ms, and resolves with the merged response when the last one has
 * answered or was stopped. None of its tasks is alive by then.
 *
 * `cache` is a Map of the last good value by endpoint name; live answers go
 * into it and it is the first choice for a fallback. With `supervisor` (a
 * TaskSupervisor), endpoints that were late are refreshed in the background,
 * and their entries say so: `refreshing`, true unless the supervisor is full
 * or gone.
 */
export async function aggregate(caller, endpoints, {
  maxConcurrency = 3,
  timeout = 2_000,
  cache = new Map(),
  supervisor,
} = {}) {
  mustHaveNames(endpoints);
  const entries = [];
  const asked = ask(caller, endpoints, { maxConcurrency, timeout });
  for await (const { endpoint, value, error } of asked) {
    const { name } = endpoint;
    if (error === undefined) {
      cache.set(name, value);
      entries.push([name, { source: 'live', value }]);
    } else if (error.kind === 'timeout') {
      const entry = fallbackFor(endpoint, error, cache);
      if (supervisor !== undefined) {
        entry.refreshing = tryRefresh(caller, supervisor, endpoint, cache);
      }
      entries.push([name, entry]);
    } else {
      entries.push([name, { source: 'none', error }]);
    }
  }
  return Object.fromEntries(entries);
}

/**
 * Loads an endpoint into the cache in the background, with more patience
 * than a request has, and returns the Pid of the task that does it. The
 * supervisor owns the task: it outlives the caller, is started again after
 * a crash, and is stopped with the supervisor. An endpoint that is being
 * refreshed already is left to that task.
 */
export function refresh(caller, supervisor, endpoint, {
  cache,
  timeout = 5_000,
  attempts = 3,
  pause = 100,
}) {
  const { TaskSupervisor, Process } = caller;
  const label = `refresh ${endpoint.name}`;
  const running = TaskSupervisor.children(supervisor)
    .find((pid) => Process.info(pid)?.label === label);
  if (running !== undefined) return running;

  const body = async (ctx) => {
    for (let attempt = 1; ; attempt++) {
      const asked = ask(ctx, [endpoint], { maxConcurrency: 1, timeout });
      for await (const { value, error } of asked) {
        if (error === undefined) {
          cache.set(endpoint.name, value);
          return;
        }
        // Giving up is no crash: the supervisor must not try for ever.
        if (attempt === attempts) ctx.exit(['shutdown', error]);
      }
      await ctx.sleep(pause * 2 ** (attempt - 1));
    }
  };
  return TaskSupervisor.startChild(supervisor, body, {
    label,
    restart: 'transient',
    shutdown: 500,
  });
}

// A refresh that cannot be started costs freshness, not the response.
function tryRefresh(caller, supervisor, endpoint, cache) {
  try {
    refresh(caller, supervisor, endpoint, { cache });
    return true;
  } catch (error) {
    const expected = ['BELAY_MAX_CHILDREN', 'BELAY_NO_PROC'];
    if (!expected.includes(error.code)) throw error;
    return false;
  }
}

/** One { endpoint, value } or { endpoint, error } for each, in their order. */
async function* ask({ Task }, endpoints, { maxConcurrency, timeout }) {
  const stream = Task.asyncStream(endpoints, load, {
    maxConcurrency,
    timeout,
    onTimeout: 'killTask',
  });
  let index = 0;
  for await (const settled of stream) {
    const endpoint = endpoints[index++];
    yield settled.status === 'fulfilled'
      ? { endpoint, ...settled.value }
      : { endpoint, error: structured(endpoint, settled.reason) };
  }
}

// The tasks are linked to the caller, so a crash must not leave the body: it
// becomes a value here.
async function load(endpoint, ctx) {
  try {
    return { value: await endpoint.load(ctx) };
  } catch (reason) {
    return { error: structured(endpoint, reason) };
  }
}

function structured({ name }, reason) {
  const exit = reason?.reason; // of a task that was ended, 'timeout' say
  return {
    kind: exit === 'timeout' ? 'timeout' : 'crash',
    endpoint: name,
    reason: String(exit ?? reason?.message ?? reason),
  };
}

function fallbackFor(endpoint, error, cache) {
  const { name } = endpoint;
  if (cache.has(name)) {
    return { source: 'fallback', value: cache.get(name), error };
  }
  if ('fallback' in endpoint) {
    return { source: 'fallback', value: endpoint.fallback, error };
  }
  return { source: 'none', error };
}

function mustHaveNames(endpoints) {
  const names = new Set();
  for (const { name, load } of endpoints) {
    if (typeof name !== 'string' || names.has(name)) {
      throw new TypeError(`endpoint names: different strings, not ${name}`);
    }
    if (typeof load !== 'function') {
      throw new TypeError(`endpoint ${name}: load is a function`);
    }
    names.add(name);
  }
}
