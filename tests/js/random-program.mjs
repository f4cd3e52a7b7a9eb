/**
 * Random programs on a clock that is moved by hand: tasks that do all kinds of
 * things to each other. A seed gives the same program each time.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRuntime } from 'belay-tasks';
import { insideOf } from '../../bindings/js/public-runtime.js';
import { FakeClock } from './fake-clock.mjs';
import { assertIdle } from './harness.mjs';
import { randomOf } from './random.mjs';

/** A kernel that can check itself, for those who build one. */
const WASM = process.env.BELAY_WASM ? readFileSync(process.env.BELAY_WASM) : undefined;

export class Program {
  constructor(seed) {
    this.random = randomOf(seed);
    this.clock = new FakeClock();
    this.runtime = createRuntime({ clock: this.clock, onLog() {}, wasm: WASM });
    this.events = [];
    this.open = new Set();
    this.gates = [];
    this.pids = [];
    this.controllers = [];
    this.supervisors = [];
    this.size = 0;
    this.surprise = null;
    if (this.random.chance(0.5)) this.runtime.subscribe(({ reason, ...event }) => this.events.push(event));
  }

  /** Every promise must be settled in the end. */
  track(promise) {
    if (promise === null || typeof promise?.then !== 'function') return promise;
    this.open.add(promise);
    const done = () => this.open.delete(promise);
    promise.then(done, done);
    return promise;
  }

  attempt(call) {
    try {
      return this.track(call());
    } catch (error) {
      // Not thrown here: a body's error would only end its task.
      if (!/^BELAY_(NO_PROC|OWNER|MAX_CHILDREN|ALREADY_STARTED|CHILD|CHILD_START)$/.test(error.code)) this.surprise ??= error;
      return null;
    }
  }

  options() {
    const options = {};
    if (this.random.chance(0.2)) options.signal = this.controller().signal;
    if (this.random.chance(0.3)) options.shutdown = this.random.pick([0, 5, 50, Infinity, 'brutalKill']);
    return options;
  }

  controller() {
    if (this.controllers.length < 3 || this.random.chance(0.1)) this.controllers.push(new AbortController());
    return this.random.pick(this.controllers);
  }

  /** A body that does something at random, as the process that it is. */
  body(depth = 0) {
    const { random } = this;
    const kind = random.below(11);
    const gate = () => {
      const each = {};
      each.promise = new Promise((resolve) => {
        each.resolve = resolve;
      });
      this.gates.push(each);
      return each.promise;
    };
    return (...given) => {
      const context = given.at(-1);
      this.pids.push(context.self);
      if (random.chance(0.2)) context.signal.addEventListener('abort', () => this.size++);
      if (random.chance(0.2)) {
        context.Process.flag('trapExit', true);
        context.Process.onExit(() => this.size++);
      }
      switch (kind) {
        case 0:
          return kind;
        case 1:
          throw new Error(`crash ${depth}`);
        case 2:
          return context.exit(random.pick(['normal', 'shutdown', 'kill', ['shutdown', 1], { a: 1 }]));
        case 3:
          return gate();
        case 4:
        case 5:
          return context.sleep(random.below(40));
        case 6:
          return gate().then(() => { throw new Error('late'); });
        default:
          return this.inside(context, depth);
      }
    };
  }

  async inside(context, depth) {
    const { random } = this;
    for (let step = random.below(4); step >= 0; step--) {
      if (random.chance(0.3)) await context.sleep(random.below(20));
      const result = depth < 3 && this.size++ < 400 ? this.act(context, depth + 1) : null;
      if (random.chance(0.3)) await result;
    }
    return depth;
  }

  stream(api, ...before) {
    const { random } = this;
    const body = this.body(2);
    const maxConcurrency = 1 + random.below(4);
    const stream = api(...before, Array.from({ length: random.below(8) }, (_, n) => n), body, {
      maxConcurrency,
      ordered: random.chance(0.5),
      timeout: random.pick([5, 30, Infinity]),
      onTimeout: random.pick(['exit', 'killTask']),
      zipInputOnExit: random.chance(0.5),
      maxBuffered: random.pick([Infinity, maxConcurrency, maxConcurrency + 2]),
      ...(random.chance(0.2) ? { signal: this.controller().signal } : {}),
    });
    return random.pick([
      () => stream.toArray(),
      async () => {
        for await (const entry of stream) if (entry.status === 'rejected' && random.chance(0.2)) break;
      },
      async () => {
        for await (const batch of stream.batches()) if (batch.length > 2 && random.chance(0.3)) break;
      },
      () => {
        const iterator = stream[Symbol.asyncIterator]();
        for (let n = 0; n < 3; n++) this.track(iterator.next());
        return iterator.return();
      },
    ])();
  }

  /** One thing that a process does. */
  act(context, depth = 0) {
    const { random } = this;
    const { Task, TaskSupervisor, Process } = context;
    const pid = () => (this.pids.length > 0 ? random.pick(this.pids) : Process.self());
    const supervisor = () => (this.supervisors.length > 0 ? random.pick(this.supervisors) : 'nobody');
    const waitFor = (task) => {
      if (task === null) return null;
      return this.attempt(random.pick([
        () => Task.await(task, random.pick([0, 3, 30, 5000])),
        () => Task.yield(task, random.pick([0, 3, 30])),
        () => Task.shutdown(task, random.pick([0, 10, 'brutalKill'])),
        () => Task.ignore(task),
        () => Task.awaitMany([task, task], 20),
        () => Task.yieldMany([task], { timeout: 10, onTimeout: random.pick(['nothing', 'ignore', 'killTask']) }),
        () => null,
      ]));
    };
    const other = () => {
      const target = pid();
      return target === this.runtime.Process.self() ? null : target;
    };
    const acts = [
      () => waitFor(this.attempt(() => Task.async(this.body(depth), this.options()))),
      () => waitFor(this.attempt(() => TaskSupervisor.asyncNolink(supervisor(), this.body(depth), this.options()))),
      () => waitFor(this.attempt(() => TaskSupervisor.async(supervisor(), this.body(depth)))),
      () => Task.start(this.body(depth), this.options()),
      () => Task.startLink(this.body(depth)),
      () => TaskSupervisor.startChild(supervisor(), this.body(depth), {
        restart: random.pick(['temporary', 'transient', 'permanent']), ...this.options(),
      }),
      () => this.stream(Task.asyncStream.bind(Task)),
      () => this.stream(TaskSupervisor.asyncStreamNolink.bind(TaskSupervisor), supervisor()),
      () => this.stream(TaskSupervisor.asyncStream.bind(TaskSupervisor), supervisor()),
      () => Task.allSettled([this.body(depth), 1, this.body(depth)], { maxConcurrency: 1, timeout: 30 }),
      () => other() && Process.exit(other() ?? '<9.9>', random.pick(['kill', 'shutdown', 'normal', 'x'])),
      () => other() && Process.link(other() ?? '<9.9>'),
      () => Process.unlink(pid()),
      () => {
        const target = pid();
        if (target !== Process.self()) Process.monitor(target);
      },
      () => {
        const started = TaskSupervisor[random.pick(['start', 'startLink'])]({
          maxRestarts: random.below(4), maxChildren: random.pick([2, 5, Infinity]),
        });
        this.supervisors.push(started);
      },
      () => TaskSupervisor.terminateChild(supervisor(), pid()),
      () => random.chance(0.3) && TaskSupervisor.stop(supervisor(), random.pick(['normal', 'shutdown', 'x']), random.pick([5, Infinity])),
      () => random.chance(0.3) && this.controller().abort('enough'),
    ];
    return this.attempt(() => random.pick(acts)() ?? null);
  }

  check() {
    assert.equal(insideOf(this.runtime).kernel.check(), 0);
  }

  async run() {
    const { random, runtime, clock } = this;
    for (let step = 0; step < 60; step++) {
      this.act(runtime);
      this.check();
      if (random.chance(0.3) && this.gates.length > 0) this.gates.splice(random.below(this.gates.length), 1)[0].resolve();
      if (random.chance(0.5)) await clock.advance(random.below(15));
      this.check();
    }
    return this.end();
  }

  /** Everything is stopped; then nothing may be left. */
  async end() {
    const { runtime, clock } = this;
    for (let round = 0; round < 20; round++) {
      for (const pid of runtime.Process.list()) if (pid !== runtime.Process.self()) runtime.Process.exit(pid, 'kill');
      for (const gate of this.gates.splice(0)) gate.resolve();
      await clock.advance(6000);
    }
    this.check();
    // A monitor at the root of one that is gone has fired; all else is settled.
    assert.equal(this.open.size, 0, `${this.open.size} promises are not settled`);
    await assertIdle(runtime, clock);
    runtime.dispose();
    if (this.surprise !== null) throw this.surprise;
    return JSON.stringify(this.events);
  }
}
