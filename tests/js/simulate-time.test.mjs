/** Virtual time's timers, against a plain model: a list that is searched. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { VirtualTime } from '../../bindings/js/testing-time.js';

class Model {
  now = 0;
  #timers = [];

  set(at, name) {
    this.#timers.push({ at: Math.max(at, this.now), name });
  }

  cancel(name) {
    this.#timers = this.#timers.filter((timer) => timer.name !== name);
  }

  get next() {
    return Math.min(Infinity, ...this.#timers.map(({ at }) => at));
  }

  jump() {
    const index = this.#timers.findIndex(({ at }) => at === this.next);
    const [{ at, name }] = this.#timers.splice(index, 1);
    this.now = at;
    return name;
  }
}

const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ set: fc.integer({ min: -3, max: 50 }) }) },
  { weight: 3, arbitrary: fc.record({ cancel: fc.nat(1000) }) },
  { weight: 2, arbitrary: fc.constant({ jump: true }) },
);

test('timers fire in order of time, then of setting, whatever is cancelled', () => {
  fc.assert(fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
    const time = new VirtualTime();
    const model = new Model();
    const timers = [];
    for (const { set, cancel, jump } of commands) {
      if (set !== undefined) {
        const name = timers.length;
        timers.push(time.set(time.now + set, () => name));
        model.set(model.now + set, name);
      } else if (cancel !== undefined && timers.length > 0) {
        const name = cancel % timers.length;
        time.cancel(timers[name]);
        model.cancel(name);
      } else if (jump && model.next !== Infinity) {
        assert.equal(time.next, model.next);
        assert.equal(time.jump()(), model.jump());
      }
      assert.equal(time.next, model.next);
      assert.equal(time.now, model.now);
    }
  }), { numRuns: 300 });
});

test('most of many timers can be cancelled, and the others fire', () => {
  const time = new VirtualTime();
  const timers = Array.from({ length: 10_000 }, (_, index) => time.set((index * 7919) % 10_000, () => index));
  timers.forEach((timer, index) => index % 100 !== 0 && time.cancel(timer));
  const fired = [];
  while (time.next !== Infinity) {
    time.jump();
    fired.push(time.now);
  }
  assert.equal(fired.length, 100);
  assert.deepEqual(fired, [...fired].sort((a, b) => a - b));
});
