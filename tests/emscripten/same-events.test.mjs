// The same commands at the same times give the same events, byte for byte,
// whichever compiler made the module: clang with wasi-libc, or Emscripten.
// Random tapes of commands drive both side by side.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { tables } from '../../bindings/js/core.generated.js';
import { COMMAND_SIZE, Tape, WORDS } from './tape.mjs';

const SEEDS = 20;
const COMMANDS = 2500;
const EVENTS_MAX = 64; // few, so that BUSY comes up
const PROCESSES_MAX = 60; // and LIMIT
const [ANSWER_SIZE, EVENT_SIZE, VIEW_SIZE] = [24, 40, 56];
const [OK, WAIT_DONE, REFUSED] = [0, 2, 6];

const modules = ['build/wasm/core_checked.wasm', 'build/emscripten/core_checked.wasm'].map(
  (file) => new WebAssembly.Module(readFileSync(new URL(`../../${file}`, import.meta.url))),
);

class Core {
  #exports;

  constructor(module) {
    this.#exports = new WebAssembly.Instance(module, {}).exports;
    this.#exports._initialize();
    assert.equal(this.#exports.belay_wasm_create(PROCESSES_MAX, EVENTS_MAX, 1), OK);
  }

  /** A copy of `size` bytes at `pointer`, as text that is easy to compare. */
  #bytes(pointer, size) {
    return Buffer.from(this.#exports.memory.buffer, pointer, size).toString('hex');
  }

  root() {
    const { belay_wasm_root_lo: low, belay_wasm_root_hi: high } = this.#exports;
    return (BigInt(high() >>> 0) << 32n) | BigInt(low() >>> 0);
  }

  /** Submits a command: its code, and its answer if it has one. */
  submit(command, words) {
    const { memory, belay_wasm_command, belay_wasm_words, belay_wasm_answer, belay_wasm_submit } =
      this.#exports;
    new Uint8Array(memory.buffer, belay_wasm_command(), COMMAND_SIZE).set(command);
    new Uint8Array(memory.buffer, belay_wasm_words(), WORDS * 8).set(words);
    const code = belay_wasm_submit();
    return { code, answer: code === OK ? this.#bytes(belay_wasm_answer(), ANSWER_SIZE) : null };
  }

  step() {
    return this.#exports.belay_wasm_step();
  }

  /** All events that wait, and then what there is to see from outside. */
  drain() {
    const { belay_wasm_next_event, belay_wasm_view, belay_wasm_digest } = this.#exports;
    const events = [];
    for (let at = belay_wasm_next_event(); at !== 0; at = belay_wasm_next_event()) {
      events.push(this.#bytes(at, EVENT_SIZE));
    }
    return {
      events,
      view: this.#bytes(belay_wasm_view(), VIEW_SIZE),
      digest: this.#bytes(belay_wasm_digest(), 8),
    };
  }
}

/** What all tapes together have come across. */
const reached = { commands: new Set(), codes: new Set(), events: new Set() };

function readAnswer(hex) {
  const bytes = Buffer.from(hex, 'hex');
  return { pid: bytes.readBigUInt64LE(0), value: bytes.readUInt32LE(8) };
}

function noteEvent(hex) {
  const event = Buffer.from(hex, 'hex');
  reached.events.add(event.readUInt32LE(0));
  const isRefusal = event.readUInt32LE(0) === WAIT_DONE && event.readUInt32LE(36) === REFUSED;
  if (isRefusal) reached.codes.add(event.readUInt32LE(32));
}

function playTape(seed) {
  const [one, other] = modules.map((module) => new Core(module));
  const tape = new Tape(seed, one.root());

  const same = (what, call) => {
    const expected = call(one);
    assert.deepEqual(call(other), expected, `${what}; seed ${seed}`);
    return expected;
  };

  for (let i = 0; i < COMMANDS; i++) {
    const { op, command, words } = tape.next();
    const what = `command ${i}: ${Buffer.from(command).toString('hex')}`;
    const { code, answer } = same(what, (core) => core.submit(command, words));
    reached.codes.add(code);
    if (code === OK) {
      reached.commands.add(op);
      tape.learn(op, command, readAnswer(answer));
    }
    // The host takes all events and steps; in some stretches it does not.
    const turns = i % 500 < 200 ? 0 : 4;
    for (let turn = 0; turn < turns; turn++) {
      const { events } = same(`events after ${what}`, (core) => core.drain());
      events.forEach(noteEvent);
      same(`step after ${what}`, (core) => core.step());
    }
  }
}

const missing = (table, seen) =>
  tables[table].filter(({ number }) => !seen.has(number)).map(({ name }) => name);

test('neither module imports anything', () => {
  for (const module of modules) {
    assert.deepEqual(WebAssembly.Module.imports(module), []);
  }
});

test('what clang exports for the binding, Emscripten exports too', () => {
  const [ours, theirs] = modules.map((module) =>
    WebAssembly.Module.exports(module).map(({ name }) => name),
  );
  assert.deepEqual(ours.filter((name) => !theirs.includes(name)), []);
});

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`tape ${seed} gives the same events in both modules`, () => playTape(seed));
}

test('the tapes have reached every operation, event and code but two', () => {
  assert.deepEqual(missing('commands', reached.commands), []);
  assert.deepEqual(missing('events', reached.events), []);
  // Memory is not refused, and between two tries of a restart nobody asks.
  assert.deepEqual(missing('codes', reached.codes), ['NO_MEMORY', 'RESTARTING']);
});
