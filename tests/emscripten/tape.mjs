// Random tapes of commands for the kernel: mostly sensible ones about the
// processes, streams and references that the tape has come to know, and now
// and then a senseless one.

export const COMMAND_SIZE = 72;
export const WORDS = 16; // pids for SETTLE

const INFINITY = 2n ** 64n - 1n;
const BRUTAL_KILL = 2n ** 64n - 2n;
const NO_BOUND = 0xffffffff;
const KEPT_MAX = 40; // so many ids of a kind are remembered, the newest

/** A small generator of numbers (mulberry32): below(n) is 0 to n - 1. */
export function numbers(seed) {
  let state = seed;
  return function below(limit) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** The field `pid` of a command. */
const ownerOf = (command) => Buffer.from(command).readBigUInt64LE(8);

/** What the tape knows: ids of each kind, and numbers for the next command. */
export class Tape {
  #below;
  #known = { process: [], running: [], stream: [], monitor: [], wait: [], task: [], general: [] };
  #names = [];
  #reasons = [];
  /** Processes that general supervisors may take as children. */
  #buds = [];
  #now = 0;
  #root;

  constructor(seed, root) {
    this.#below = numbers(seed);
    this.#root = root;
  }

  /** One of `items`, of which some may be functions that give one. */
  #pick(...items) {
    const item = items[this.#below(items.length)];
    return typeof item === 'function' ? item() : item;
  }

  #some(kind) {
    const known = this.#known[kind];
    return known.length === 0 ? this.#root : known[this.#below(known.length)];
  }

  #remember(kind, id) {
    const known = this.#known[kind];
    known.push(id);
    if (known.length > KEPT_MAX) {
      known.shift();
    }
  }

  // The fields that several commands share.
  #who = () => this.#pick(this.#root, () => this.#some('process'));
  #scope = () => this.#pick(0n, 0n, () => this.#some('task'));
  #timeout = () => this.#pick(0n, 5n, INFINITY, () => BigInt(this.#below(60)));
  #grace = () => this.#pick(BRUTAL_KILL, 10n, INFINITY);
  #reason = () => this.#pick(1, 2, 3, 4, () => this.#pick(1, ...this.#reasons));
  #name = () => this.#pick(0, ...this.#names);

  /** For each operation: its number, how often it comes, and its fields. */
  #operations = [
    [1, 12, () => ({ time: BigInt((this.#now += this.#below(20))) })],
    [2, 14, () => this.#spawn()],
    [3, 20, () => ({})],
    [4, 6, () => ({ count: 1 + this.#below(WORDS / 4) })],
    [5, 2, () => ({ pid: this.#some('running'), reason: this.#reason() })],
    [6, 2, () => ({ pid: this.#who(), other: this.#who(), reason: this.#reason() })],
    [7, 2, () => ({ pid: this.#who(), other: this.#some('process') })],
    [8, 1, () => ({ pid: this.#who(), other: this.#some('process') })],
    [9, 3, () => ({ pid: this.#who(), other: this.#some('process'), tag: this.#below(9) })],
    [10, 1, () => ({ other: this.#some('monitor') })],
    [11, 6, () => ({ pid: this.#some('process'), flags: this.#pick(0, 4) })],
    [12, 1, () => ({ other: this.#pick(0n, () => this.#some('stream')) })],
    [13, 6, () => this.#wait()],
    [14, 1, () => ({ other: this.#some('wait') })],
    [15, 1, () => ({ pid: this.#root, other: this.#some('process') })],
    [16, 1, () => ({ other: this.#some('process'), reason: this.#reason() })],
    [17, 3, () => this.#open()],
    [18, 5, () => this.#next()],
    [19, 8, () => ({ other: this.#some('stream'), count: 1 + this.#below(3) })],
    [20, 1, () => ({ other: this.#some('stream') })],
    [21, 1, () => ({ other: this.#some('stream') })],
    [22, 2, () => this.#supervisor()],
    [23, 6, () => this.#ask()],
    [24, 1, () => ({})],
    [25, 1, () => ({ other: this.#some('process'), tag: this.#name() })],
    [26, 1, () => ({ tag: this.#name() })],
    [27, 1, () => ({ tag: this.#name() })],
    [28, 2, () => ({ kind: this.#below(2) })],
    [29, 1, () => ({ reason: this.#pick(64, ...this.#reasons) })],
    [30, 1, () => ({ flags: this.#pick(0, 4, 4, 4) })],
    [31, 4, () => ({ other: this.#some('stream'), count: 1 + this.#below(3) })],
    [32, 6, () => this.#child()],
    [33, 6, () => ({ pid: this.#some('running') })],
    [34, 3, () => ({ pid: this.#who(), tag: this.#below(1000) })],
    [35, 4, () => ({ other: this.#some('stream') })],
  ];

  #spawn() {
    const scope = this.#scope();
    const supervised = scope !== 0n;
    if (!supervised && this.#below(3) === 0) {
      return { pid: this.#some('general'), flags: 1, tag: this.#below(1000) };
    }
    return {
      pid: this.#who(),
      flags: this.#pick(0, 1, 2),
      tag: this.#below(1000),
      scope,
      kind: supervised ? this.#below(3) : 0,
      shutdown: supervised ? this.#grace() : 0n,
    };
  }

  #wait() {
    const kind = this.#below(5);
    const stops = () => this.#pick(() => this.#some('task'), () => this.#some('general'));
    return {
      pid: this.#pick(this.#root, this.#root, () => this.#some('process')),
      other: kind === 3 ? 0n : kind === 4 ? stops() : this.#some('process'),
      kind,
      time: kind === 2 ? this.#grace() : this.#timeout(),
      tag: this.#below(1000),
      reason: kind === 4 ? this.#reason() : 0,
    };
  }

  #open() {
    const limit = 1 + this.#below(4);
    return {
      pid: this.#who(),
      tag: this.#below(1000),
      limit,
      time: this.#timeout(),
      count: this.#pick(0, limit, limit + 2),
      extra: this.#pick(NO_BOUND, 0, 3),
      scope: this.#scope(),
      shutdown: this.#grace(),
      flags: this.#pick(0, 8, 8 + 16, 16, 32, 32 + 16),
    };
  }

  #next() {
    const other = this.#some('stream');
    return { other, count: this.#pick(1, 3, NO_BOUND), flags: this.#pick(0, 64) };
  }

  #supervisor() {
    const kind = this.#below(4);
    return {
      pid: this.#root,
      tag: this.#below(1000),
      flags: this.#below(2) + (kind === 0 ? 0 : this.#pick(0, 128, 256)),
      kind,
      limit: this.#pick(NO_BOUND, 3),
      count: this.#below(4),
      extra: 1 + this.#below(3),
    };
  }

  #ask() {
    const kind = this.#below(6);
    const general = () => this.#some('general');
    return {
      pid: this.#root,
      scope: kind === 0 ? this.#pick(() => this.#some('task'), general) : general(),
      other: this.#some('process'),
      kind,
      tag: this.#below(1000),
      extra: this.#below(4),
      count: this.#below(1000),
      limit: this.#below(3),
      shutdown: this.#grace(),
      flags: kind < 4 ? 0 : this.#pick(0, 0, 512),
    };
  }

  #child() {
    const kind = this.#pick(0, 0, 0, 1, 2);
    const bud = this.#buds[this.#below(this.#buds.length + 1)];
    const { scope, other } = bud ?? { scope: this.#some('general'), other: this.#some('process') };
    return { scope, kind, other, reason: this.#reason() };
  }

  #senseless() {
    const words = Array.from({ length: COMMAND_SIZE / 4 }, () =>
      this.#pick(0, 1, 64, NO_BOUND, () => this.#below(2 ** 32)),
    );
    words[0] = this.#below(37);
    return new Uint8Array(Uint32Array.from(words).buffer);
  }

  #encode(op, fields) {
    const view = new DataView(new ArrayBuffer(COMMAND_SIZE));
    const wide = { pid: 8, other: 16, time: 24, shutdown: 32, scope: 40 };
    const narrow = { flags: 4, tag: 48, reason: 52, count: 56, limit: 60, kind: 64, extra: 68 };
    view.setUint32(0, op, true);
    for (const [name, value] of Object.entries(fields)) {
      if (name in wide) {
        view.setBigUint64(wide[name], value, true);
      } else {
        view.setUint32(narrow[name], value, true);
      }
    }
    return new Uint8Array(view.buffer);
  }

  /** The next command as bytes: { op, command, words }. */
  next() {
    const running = () => this.#pick(() => this.#some('running'), () => this.#some('running'), 7n);
    const pids = BigUint64Array.from({ length: WORDS }, running);
    const words = new Uint8Array(pids.buffer);
    if (this.#below(20) === 0) {
      const command = this.#senseless();
      return { op: command[0], command, words };
    }
    const weights = this.#operations.reduce((sum, [, weight]) => sum + weight, 0);
    let at = this.#below(weights);
    const [op, , fields] = this.#operations.find(([, weight]) => (at -= weight) < 0);
    return { op, command: this.#encode(op, fields()), words };
  }

  /** Learns from what a command answered; `pid` and `value` are its fields. */
  learn(op, command, { pid, value }) {
    const kind = command[64];
    if (op === 2 && this.#known.general.includes(ownerOf(command))) {
      this.#buds = [...this.#buds.slice(-3), { scope: ownerOf(command), other: pid }];
    }
    const kinds = { 2: 'process', 3: 'running', 9: 'monitor', 13: 'wait', 17: 'stream' };
    if (op in kinds) {
      this.#remember(kinds[op], pid);
    } else if (op === 22) {
      this.#remember(kind === 0 ? 'task' : 'general', pid);
      this.#remember('process', pid);
    } else if (op === 24) {
      this.#names = [...this.#names.slice(-8), value];
    } else if (op === 28) {
      this.#reasons = [...this.#reasons.slice(-8), value];
    }
  }
}
