// One more worker than was asked for is made ready ahead; never while one has a program,
// which wants the processor for itself.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { load } from '../browser/engine.mjs';

const { Frame } = await load('/src/engine/frame.ts');

const LONG = 60_000; // ms

describe('a spare worker', () => {
  let orders;
  let frame;
  const made = () => orders.filter(({ type }) => type === 'make').length;
  const hosts = [];
  const make = () => {
    hosts.push(frame.make());
    return hosts.at(-1);
  };

  beforeEach(() => {
    orders = [];
    const contentWindow = { postMessage: (order) => orders.push(order) };
    globalThis.document = {
      createElement: () => ({ contentWindow, setAttribute() {} }),
      body: { append() {} },
    };
    let hear;
    globalThis.addEventListener = (_, act) => {
      hear = act;
    };
    mock.timers.enable({ apis: ['setTimeout'] });
    frame = new Frame('the program of a worker');
    make();
    hear({ source: contentWindow, data: { type: 'frame' } });
  });
  afterEach(() => {
    mock.timers.tick(LONG); // the spare one is asked for, so that it is ended, too
    make();
    hosts.splice(0).forEach((host) => host.end());
    mock.timers.reset();
    Reflect.deleteProperty(globalThis, 'document');
    Reflect.deleteProperty(globalThis, 'addEventListener');
  });

  it('is made a while after one was asked for, once, and is the next that is given', () => {
    assert.equal(made(), 1);
    mock.timers.tick(50);
    assert.equal(made(), 1, 'not at once');
    mock.timers.tick(LONG);
    assert.equal(made(), 2);
    make();
    assert.equal(made(), 2, 'it was there');
    mock.timers.tick(LONG);
    assert.equal(made(), 3);
  });

  it('is not made while a program runs, and is when that has ended', () => {
    hosts[0].busy = true;
    mock.timers.tick(LONG);
    assert.equal(made(), 1);
    hosts[0].end();
    mock.timers.tick(LONG);
    assert.equal(made(), 2);
  });

  it('is not made while any of several runs one', () => {
    const other = make();
    assert.equal(made(), 2, 'that was asked for');
    hosts[0].busy = other.busy = true;
    mock.timers.tick(LONG);
    hosts[0].end();
    mock.timers.tick(LONG);
    assert.equal(made(), 2);
    other.end();
    mock.timers.tick(LONG);
    assert.equal(made(), 3);
  });
});
