/** Process: links, monitors, exit signals, names. */
import { NoProcError } from './errors.js';
import { describeProcess } from './inspect.js';
import {
  checkBoolean, checkListener, checkName, checkOneOf, checkPid, checkTimeout,
} from './options.js';
import { formatPid, parsePid } from './pid.js';
import { CODE } from './protocol.js';
import { MonitorEntry } from './waits.js';

export class ProcessApi {
  #source;

  constructor(source) {
    this.#source = source;
  }

  self() {
    return this.#source.peek().pid;
  }

  exit(pid, reason) {
    const caller = this.#source.enterSettled();
    const { low, high } = parsePid(checkPid('Process.exit', 'pid', pid));
    if (reason === undefined) {
      throw new TypeError("Process.exit: reason must be 'normal', 'shutdown', 'kill' or another value; got undefined");
    }
    const code = caller.runtime.exit(caller, low, high, reason);
    if (code === CODE.BAD_ARGUMENT) {
      throw new RangeError('Process.exit: pid is the root process, which cannot be ended while it does not trap exits');
    }
    if (code !== CODE.OK) throw caller.refusal(code, 'Process.exit');
  }

  alive(pid) {
    const { runtime } = this.#source.enterSettled();
    return infoOf(runtime, 'Process.alive', pid) !== null;
  }

  info(pid) {
    const { runtime } = this.#source.enterSettled();
    const info = infoOf(runtime, 'Process.info', pid);
    return info === null ? null : describeProcess(runtime, info);
  }

  list() {
    const { runtime } = this.#source.enterSettled();
    return [...runtime.processes()].map(({ low, high }) => formatPid(low, high));
  }

  monitor(pid) {
    const caller = this.#source.enterSettled();
    const { low, high } = parsePid(checkPid('Process.monitor', 'pid', pid));
    if (low === caller.low && high === caller.high) {
      throw new RangeError('Process.monitor: pid is the calling process, which could never be told of its own end');
    }
    return monitor(caller, low, high);
  }

  demonitor(ref) {
    const caller = this.#source.enterSettled();
    return demonitor(caller, ref);
  }

  link(pid) {
    const caller = this.#source.enterSettled();
    const { low, high } = parsePid(checkPid('Process.link', 'pid', pid));
    const { runtime } = caller;
    const code = runtime.relink('linked', caller, { low, high }, () =>
      runtime.kernel.link(caller.low, caller.high, low, high));
    runtime.drain();
    if (code === CODE.GONE) throw new NoProcError(`Process.link: there is no process ${pid}`, { pid });
    if (code !== CODE.OK) throw caller.refusal(code, 'Process.link');
  }

  unlink(pid) {
    const caller = this.#source.enterSettled();
    const { low, high } = parsePid(checkPid('Process.unlink', 'pid', pid));
    const { runtime } = caller;
    runtime.relink('unlinked', caller, { low, high }, () =>
      runtime.kernel.unlink(caller.low, caller.high, low, high));
    runtime.drain();
  }

  /** Gives the old value. */
  flag(name, value) {
    const caller = this.#source.enterSettled();
    checkOneOf('Process.flag', 'name', name, ['trapExit']);
    checkBoolean('Process.flag', 'value', value);
    const { kernel, watch } = caller.runtime;
    const code = kernel.trapExit(caller.low, caller.high, value);
    if (code === CODE.BAD_ARGUMENT) {
      if (value) return true;
      throw new RangeError('Process.flag: a supervisor always traps exits; value must be true');
    }
    if (code !== CODE.OK) throw caller.refusal(code, 'Process.flag');
    const old = kernel.answerValue === 1;
    if (old !== value) watch?.trapExit(caller, value);
    return old;
  }

  onExit(listener) {
    const caller = this.#source.enterSettled();
    return caller.listen(checkListener('Process.onExit', 'listener', listener));
  }

  register(name, pid) {
    const { runtime } = this.#source.enterSettled();
    checkName('Process.register', 'name', name);
    const { low, high } = parsePid(checkPid('Process.register', 'pid', pid));
    runtime.names.set('Process.register', name, low, high);
  }

  unregister(name) {
    const { runtime } = this.#source.enterSettled();
    checkName('Process.unregister', 'name', name);
    if (!runtime.names.drop(name)) {
      throw new NoProcError(`Process.unregister: nobody has the name ${JSON.stringify(name)}`);
    }
  }

  whereis(name) {
    const { runtime } = this.#source.enterSettled();
    checkName('Process.whereis', 'name', name);
    const holder = runtime.names.get(name);
    return holder === null ? null : formatPid(holder.low, holder.high);
  }

  sleep(ms) {
    const caller = this.#source.enterSettled();
    return caller.runtime.sleep(caller, checkTimeout('Process.sleep', 'ms', ms));
  }

  get [Symbol.toStringTag]() {
    return 'ProcessApi';
  }
}

/** The kernel's facts about a living process. */
function infoOf(runtime, call, pid) {
  const { low, high } = parsePid(checkPid(call, 'pid', pid));
  return runtime.kernel.infoOf(low, high);
}

function monitor(caller, low, high) {
  const { runtime } = caller;
  const ref = `#ref.${runtime.unique()}`;
  const entry = new MonitorEntry(caller, ref, formatPid(low, high));
  const tag = runtime.monitors.add(entry);
  runtime.monitorRefs.set(ref, tag);
  caller.addMonitor(tag);
  const code = runtime.kernel.monitor(caller.low, caller.high, low, high, tag);
  entry.low = runtime.kernel.answerLow;
  entry.high = runtime.kernel.answerHigh;
  if (code !== CODE.OK) {
    forget(runtime, tag);
    throw caller.refusal(code, 'Process.monitor');
  }
  runtime.watch?.monitored(entry, formatPid(low, high));
  runtime.drain();
  return { ref, down: entry.down };
}

function demonitor(caller, ref) {
  const { runtime } = caller;
  const tag = runtime.monitorRefs.get(ref);
  const entry = tag === undefined ? null : runtime.monitors.get(tag);
  if (entry === null || entry.caller !== caller) return false;
  runtime.kernel.demonitor(entry.low, entry.high);
  runtime.watch?.demonitored(entry);
  runtime.drain();
  forget(runtime, tag);
  return true;
}

function forget(runtime, tag) {
  const entry = runtime.monitors.take(tag);
  runtime.monitorRefs.delete(entry.ref);
  entry.caller.dropMonitor(tag);
}
