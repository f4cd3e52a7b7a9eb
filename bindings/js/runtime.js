/**
 * One runtime: a kernel, the pump that drives it, and what the binding keeps
 * for its processes. Everything that the API does goes through here; every
 * event of the kernel ends here.
 *
 * Two rules keep it simple. A command is always followed by `drain`, so
 * between two calls of users the kernel's queue is empty and a place in its
 * table is never given on before its last event has been seen. And handling an
 * event never runs user code: what would (listeners, subscribers, iterators)
 * is put into the lists of the turn (turn.js), which only the pump works through.
 */
import { Caller } from './caller.js';
import { CELL, detailsOf } from './cell.js';
import { Cells } from './cells.js';
import { Context } from './context.js';
import { DisposedError, ExitError, MaxChildrenError, NoProcError, withFrames } from './errors.js';
import { failure, Kernel } from './kernel.js';
import { Late } from './late.js';
import { noteEnd, noteReport } from './log.js';
import { Names } from './names.js';
import { Observers } from './observers.js';
import { nameOf } from './options.js';
import { keepAncestors } from './origin.js';
import { formatPid } from './pid.js';
import {
  CODE, EVENT, EXITED, FLAG, INDEX_MASK, OUTCOME, REASON, RESTART, STATE, WAIT, WORDS_MAX,
} from './protocol.js';
import { Pump } from './pump.js';
import { errorOf, NORMAL, Reasons } from './reasons.js';
import { Registry } from './registry.js';
import { report } from './report.js';
import { nameOfKind } from './shapes.js';
import { Signals } from './signals.js';
import { Starts } from './starts.js';
import { Child } from './supervised.js';
import { Turn } from './turn.js';
import { SleepWait } from './waits.js';

const INBOX_PIDS = WORDS_MAX / 2;
/* Bodies that may wait for others to begin with. */
const ITEMS_SOON_MAX = 32;
/* Of the call that started a task: the function of the API, and who called it. A
 * frame that is kept takes more memory than a process in the kernel. */
const START_FRAMES = 5;
/* A grace in ms that is one word for the kernel. */
const GRACE_PLAIN_MAX = 0x7fffffff;
const resolved = Promise.resolve();
const nativeThen = Promise.prototype.then;

export class Runtime {
  disposed = false;
  /** No wait settles any more: a simulation has gone on for too long. */
  halted = false;
  /** What happens is told to it, while somebody looks on; else null. */
  watch = null;
  cells = new Cells(this);
  monitors = new Registry();
  /** Monitors by the reference that users hold. */
  monitorRefs = new Map();
  streams = new Registry();
  /** Children that are kept beyond their process, by their tag. */
  children = new Registry();
  starts = new Starts(this);
  #kernel;
  #pump;
  #waits = new Registry();
  /** How many pids wait in the word area to be settled. */
  #inboxCount = 0;
  /** Monitors that have fired and are still to be told. */
  #downs = new Set();
  #turn;
  #counter = 0;
  #makePool;
  #pool = null;

  /**
   * @param hooks what a simulation does in another way: `unhandled(failure)`
   *   for a failure that reached the root while nobody waited, `called()` for a
   *   call while it is halted, `thread(what)` for what would run on one,
   *   `processors`, how many there seem to be, and `log`, which all events are
   *   written to
   * @param makePool gives the workers for bodies in other modules, when the first one is started
   */
  constructor({ clock, onLog, wasm, maxTasks, trace, reports, makePool, hooks = null }) {
    this.#kernel = new Kernel(
      wasm,
      { processesMax: maxTasks === 0 ? 0 : maxTasks + 1, clockSlack: clock.slack },
      (event) => this.#handle(event),
    );
    this.#pump = new Pump(clock, this);
    this.tracesStarts = trace;
    this.hooks = hooks;
    this.#makePool = makePool;
    this.late = new Late(this);
    this.#turn = new Turn(this);
    this.reasons = new Reasons(this.#kernel);
    this.signals = new Signals(this);
    this.names = new Names(this);
    this.root = new Caller(this, this.#kernel.rootLow, this.#kernel.rootHigh);
    this.observers = new Observers(this, onLog, reports, hooks?.log ?? null);
  }

  get kernel() {
    return this.#kernel;
  }

  /** The workers; they are made when they are first asked for. */
  get pool() {
    this.#pool ??= this.#makePool();
    return this.#pool;
  }

  /** Starts those workers that are always there. */
  warmUp() {
    this.#pool ??= this.#makePool();
  }

  /** The same, when there are any; else null. */
  get madePool() {
    return this.#pool;
  }

  get now() {
    return this.#pump.now;
  }

  /** A number that no other record of this runtime has. */
  unique() {
    return ++this.#counter;
  }

  /** Where a stream, group or supervisor is opened; null where engines cannot tell. */
  captureStart(below) {
    return this.markStart(below).stack ?? null;
  }

  /** The same as an object with a `stack`, whose text is made when it is read. */
  markStart(below) {
    if (typeof Error.captureStackTrace !== 'function') return new Error();
    const holder = {};
    Error.captureStackTrace(holder, below);
    return holder;
  }

  /** Notes where a task is started, when `tracesStarts`: few frames, for there may be very many. */
  markTask(record, below) {
    record.start = withFrames(START_FRAMES, () => this.markStart(below));
  }

  /* ---- Processes ------------------------------------------------------ */

  /**
   * Spawns a process. `scope` is its supervisor; `record` is given when there
   * will be a handle, `child` when its supervisor keeps it by that.
   */
  spawn(call, caller, body, options, flags, scope = null, record = null, child = null) {
    const restart = child === null ? RESTART.TEMPORARY : child.restart;
    this.observers.lookAround();
    const tag = restart === RESTART.TEMPORARY ? 0 : this.children.add(child);
    // Reading a name is slow, and may run code of the user's.
    const label = record?.label ?? child?.label ?? options.label ?? nameOf(body);
    const { shutdown } = options;
    const code = scope === null && tag === 0 && shutdown <= GRACE_PLAIN_MAX
      ? this.#kernel.spawnTask(caller.low, caller.high, flags, shutdown)
      : this.#kernel.spawn(
        caller.low, caller.high, flags, tag,
        scope === null ? 0 : scope.low, scope === null ? 0 : scope.high,
        restart, shutdown,
      );
    if (code !== CODE.OK) {
      this.children.take(tag);
      if (code === CODE.MAX_CHILDREN) this.watch?.refused(caller, scope);
      throw this.#spawnFailure(code, call, scope);
    }
    const cell = this.cells.claim(this.#kernel.answerLow, this.#kernel.answerHigh);
    const { low, high } = cell;
    cell.work = body;
    cell.label = label;
    const origin = caller.node ?? caller.origin;
    if (record !== null) {
      record.place(low, high);
      cell.record = record;
    }
    if (child !== null) {
      child.live(cell);
      child.origin = origin;
    }
    if (scope === null) caller.started?.push({ low, high, isSupervisor: false });
    if (record === null || scope !== null || child !== null) {
      cell.details = detailsOf({ child, supervisor: scope, origin });
    }
    this.watch?.spawning(flags);
    this.drain();
    if (options.signal !== null) this.#follow(options.signal, cell);
    this.#pump.schedule();
    // With a signal that has aborted, the process may have ended by now.
    return cell.low === low && cell.high === high ? cell : { low, high };
  }

  /**
   * Starts a task that is linked to who starts it, and for which there is a
   * handle. The kernel may hear of it later (late.js).
   */
  spawnLinked(call, caller, body, options, record) {
    const { signal, shutdown } = options;
    this.observers.lookAround();
    if (!this.#kernel.roomy || this.late.some || shutdown > GRACE_PLAIN_MAX || this.watch !== null ||
        !this.#pump.isReal || caller.started !== undefined || (signal !== null && signal.aborted)) {
      this.spawn(call, caller, body, options, FLAG.LINK, null, record);
      return;
    }
    const cell = this.late.hold(record, body, shutdown);
    caller.node ??= caller.origin; // the record's, for who asks for it
    if (signal !== null) cell.followSignal(signal);
    this.#pump.schedule();
  }

  #spawnFailure(code, call, scope) {
    switch (code) {
      case CODE.MAX_CHILDREN:
        return new MaxChildrenError(scope.text, this.supervisorInfo(scope)?.maxChildren ?? null);
      case CODE.GONE:
        return new NoProcError(`${call}: there is no process ${scope.text}`);
      case CODE.STOPPING:
        return new NoProcError(`${call}: supervisor ${scope.text} is stopping`);
      case CODE.NOT_SUPERVISOR:
        return new TypeError(`${call}: process ${scope.text} is not a supervisor of that kind`);
      default:
        return failure(code, call);
    }
  }

  /** A start of a general supervisor was answered: a process is its child now, or null. */
  adopted(child, process) {
    const { place } = child;
    const cell = process === null ? null : this.cells.find(process.low, process.high);
    if (cell !== null) {
      cell.details ??= detailsOf({});
      cell.details.supervisor = place;
      cell.details.above ??= cell.origin; // it was spawned by whoever spawned it
      child.label = cell.label;
    }
    this.watch?.childAnswered(child);
  }

  /** The kernel's facts about all living processes. */
  *processes() {
    for (let index = 0; ; ) {
      const info = this.#kernel.inspect(index);
      if (info === null) return;
      if (info.state !== STATE.KEPT) yield info;
      index = (info.low & INDEX_MASK) + 1;
    }
  }

  /** What was kept about a supervisor when it was started. */
  supervisorInfo({ low, high }) {
    return this.cells.find(low, high)?.details?.info ?? null;
  }

  exit(caller, low, high, reason) {
    this.settleInbox();
    let code = CODE.OK;
    this.withReason(
      (reasons) => reasons.exit(reason),
      (number) => {
        this.watch?.signalled(caller, low, high, number);
        code = this.#kernel.signal(caller.low, caller.high, low, high, number);
      },
    );
    return code;
  }

  /**
   * Makes a reason, hands its number to `use`, and lets go of it. Everything
   * that happens meanwhile is drained afterwards.
   */
  withReason(make, use) {
    this.#pump.touch();
    this.settleInbox();
    const number = make(this.reasons);
    try {
      use(number);
    } finally {
      this.drain();
      this.reasons.release(number);
      this.drain();
      this.#pump.schedule();
    }
  }

  /** A process is about to be asked to end, which its body may have a grace for. */
  asked({ low, high }, grace) {
    const context = this.cells.find(low, high)?.context ?? null;
    if (context !== null) Context.ask(context, grace);
  }

  /** An AbortSignal wants a process to end. */
  abort(cell, reason) {
    this.asked(cell, 'own');
    const act = () => this.#kernel.abort(cell.low, cell.high, reason);
    if (this.watch === null) act();
    else this.watch.aborting(cell, reason, act);
    this.drain();
  }

  /**
   * Carries out a command that may make or end the link between two processes;
   * `type` is the event that tells it.
   */
  relink(type, a, b, command) {
    return this.watch === null ? command() : this.watch.relinking(type, a, b, command);
  }

  #follow(signal, cell) {
    const target = cell.details?.child ?? cell;
    if (!signal.aborted) target.followSignal(signal);
    else {
      this.withReason(
        (reasons) => reasons.aborted(signal.reason),
        (number) => target.abort(number),
      );
    }
  }

  /* ---- Waiting -------------------------------------------------------- */

  /**
   * Begins a wait of the kernel; the code says whether it did. A timeout of 0
   * looks once: what has already happened counts, nothing more.
   */
  wait(wait, low, high, kind, time, reason = 0) {
    if (this.halted) {
      this.#waits.add(wait);
      return CODE.OK;
    }
    const looksOnce = time === 0 && kind !== WAIT.SHUTDOWN;
    if (looksOnce || kind === WAIT.SHUTDOWN || kind === WAIT.STOP) this.settleInbox();
    wait.tag = this.#waits.add(wait);
    const code = this.#beginWait(wait, low, high, kind, time, reason);
    if (code !== CODE.OK) {
      this.#waits.take(wait.tag);
      return code;
    }
    wait.begun(this.#kernel.answerLow, this.#kernel.answerHigh);
    this.watch?.waiting(wait);
    if (looksOnce) this.advance(this.#pump.now);
    this.drain();
    this.#pump.schedule();
    return code;
  }

  #beginWait(wait, low, high, kind, time, reason) {
    const { caller, tag } = wait;
    if (kind === WAIT.SHUTDOWN) return this.#beginShutdown(wait, low, high, time);
    return kind === WAIT.STOP
      ? this.#kernel.wait(caller.low, caller.high, low, high, kind, time, tag, reason)
      : this.#kernel.waitFor(caller.low, caller.high, low, high, kind, time, tag);
  }

  /** It unlinks the two. A function of its own, for `wait` must not make closures. */
  #beginShutdown({ caller, tag }, low, high, time) {
    return this.relink('unlinked', caller, { low, high }, () =>
      this.#kernel.wait(caller.low, caller.high, low, high, WAIT.SHUTDOWN, time, tag, 0));
  }

  cancel(wait) {
    if (wait.tag === 0) return;
    this.watch?.cancelled(wait);
    this.#waits.take(wait.tag);
    wait.tag = 0;
    this.#kernel.waitCancel(wait.low, wait.high);
    this.drain();
  }

  /** Begins a wait for what `submit` asks a supervisor for, given the wait's tag. */
  ask(wait, submit) {
    this.settleInbox();
    wait.tag = this.#waits.add(wait);
    const code = submit(wait.tag);
    if (code !== CODE.OK) this.#waits.take(wait.tag);
    else this.watch?.waiting(wait);
    this.drain();
    this.#pump.schedule();
    return code;
  }

  /** All waits that have not ended. */
  get waits() {
    return this.#waits;
  }

  /** Has `run` called in a later turn of the event loop. */
  later(run) {
    this.#pump.later(run);
  }

  sleep(caller, ms) {
    const wait = new SleepWait(caller, ms);
    const code = this.wait(wait, 0, 0, WAIT.SLEEP, ms);
    if (code !== CODE.OK) throw caller.refusal(code, 'sleep');
    return wait.promise;
  }

  /* ---- Bodies --------------------------------------------------------- */

  /** A body has returned, or its promise has been fulfilled. */
  bodyReturned(cell, value) {
    if (this.late.isOf(cell) && this.#lateReturned(cell, value)) return;
    if (cell.retired) {
      this.#abandonedReturned(cell);
      return;
    }
    const { stream, context, details } = cell;
    // Its process has begun something that ends with it, or is a supervisor's: others may end by that.
    const endsOthers = details !== null || (context !== null && Context.callerOf(context) !== null);
    cell.state = CELL.RETURNED;
    this.leave(cell, null);
    // Nobody is told of the end of an item whose stream has closed.
    if (cell.detached) this.cells.freeLater(cell);
    else {
      cell.keep(value);
      if (stream !== null && stream.cycles) {
        stream.returned(cell);
        this.#pump.schedule();
        return;
      }
      const { held } = this.#kernel;
      if (held !== null && held.run === stream && !endsOthers) {
        held.returned(cell);
        return;
      }
    }
    this.#kernel.tellHeld(); // that has returned before
    if (stream === null && this.#pump.canPassBy && this.#inboxCount === 0 && this.#turn.cycling.length === 0) {
      this.#settleAtOnce(cell);
      return;
    }
    this.settle(cell);
    this.#pump.schedule();
  }

  /**
   * For a task that returned by itself and not with others. The pump need not
   * run for it: what that causes calls for the pump by itself, but for timers.
   */
  #settleAtOnce(cell) {
    this.#pump.touch();
    const kernel = this.#kernel;
    const code = kernel.returned(cell.low, cell.high);
    if (code !== CODE.OK) throw failure(code, 'return');
    if (kernel.answerValue === 0) {
      this.drain();
      this.#pump.lookAtDeadline();
      return;
    }
    const wait = this.#waits.take(kernel.answerTag);
    this.#fulfilled(cell);
    wait.tag = 0;
    wait.done(OUTCOME.OK, NORMAL, null);
  }

  /** False when it is a task like any other by now. */
  #lateReturned(cell, value) {
    this.#pump.touch();
    if (!this.late.isOf(cell)) return false;
    if (this.#pump.canPassBy && this.#inboxCount === 0 && this.#turn.cycling.length === 0) return this.late.returned(value);
    this.late.tell();
    return false;
  }

  /** A task has ended by returning: nothing will name it any more. */
  #fulfilled(cell) {
    cell.record?.fulfil(cell.value);
    cell.unfollowSignal();
    cell.clear();
  }

  /** Has the kernel told, with others, that a body has returned. */
  settle({ low, high }) {
    this.#kernel.tellHeld(); // which uses the same words, and has returned before
    this.#turn.isBusy = true;
    this.#kernel.putSettled(this.#inboxCount++, low, high);
    if (this.#inboxCount === INBOX_PIDS) this.settlePut();
  }

  /** A body has thrown, or its promise has been rejected. */
  bodyThrew(cell, error) {
    if (this.late.isOf(cell)) this.late.tell();
    if (cell.retired) {
      this.#abandonedReturned(cell);
      return;
    }
    // What has returned before it may end it, or close its stream.
    this.#pump.touch();
    this.settleInbox();
    if (cell.retired) {
      this.#abandonedReturned(cell);
      return;
    }
    const own = cell.context === null ? null : Context.callerOf(cell.context);
    const asked = own !== null && ExitError.isRequestOf(error, own);
    cell.state = CELL.RETURNED;
    this.leave(cell, null);
    this.withReason(
      (reasons) => (asked ? reasons.exit(error.reason) : reasons.thrown(error)),
      (number) => this.#kernel.exit(cell.low, cell.high, number),
    );
  }

  /** The end of a body whose process had ended before. */
  #abandonedReturned(cell) {
    if (this.disposed) return;
    const { stream } = cell;
    cell.stream = null;
    this.watch?.returned(cell.details, stream);
    this.#kernel.abandoned(stream === null ? 0 : stream.low, stream === null ? 0 : stream.high);
    this.drain();
    this.#pump.schedule();
  }

  /** The process of `cell` is no longer one to act for. */
  leave(cell, why) {
    if (cell.context === null) return;
    const abort = Context.end(cell.context, why);
    cell.context = null;
    if (abort !== null) this.effect(abort);
  }

  /**
   * Tells the kernel of the bodies that have returned. Their pids wait in the
   * word area, so this comes before anything else that uses that.
   */
  settleInbox() {
    this.late.tell();
    if (this.#turn.cycling.length > 0) {
      const cycling = this.#turn.cycling;
      this.#turn.cycling = [];
      for (const stream of cycling) stream.settleReturned();
    }
    this.settlePut();
  }

  /** How many bodies have returned that wait to be told. */
  get inboxCount() {
    return this.#inboxCount;
  }

  /** Tells of those that have been put into the word area. */
  settlePut() {
    this.#kernel.tellHeld();
    while (this.#inboxCount > 0) {
      const count = this.#inboxCount;
      const code = this.#kernel.settle(count);
      if (code !== CODE.OK) throw failure(code, 'settle');
      const taken = this.#kernel.answerValue;
      this.#inboxCount = count - taken;
      if (taken < count) this.#kernel.keepUnsettled(taken, count);
      this.drain();
    }
  }

  /** Starts one process; the kernel has just named it. */
  #start(cell) {
    cell.state = CELL.RUNNING;
    const { stream, work } = cell;
    if (stream !== null) this.watch?.started(cell);
    const context = stream !== null && stream.isSimple ? null : new Context(cell);
    cell.context = context;
    let result;
    try {
      if (stream === null) result = work(context);
      else {
        const { body } = stream;
        if (!stream.keepsInput) cell.work = undefined;
        result = body(work, context);
      }
      if (result !== null && (typeof result === 'object' || typeof result === 'function')) {
        const { then } = result;
        // Only the engine's own `then` is sure to call one of the two, once.
        if (then === nativeThen && result instanceof Promise) {
          cell.follow(result);
          return;
        }
        if (typeof then === 'function') {
          cell.follow(resolved.then(() => result));
          return;
        }
      }
    } catch (error) {
      this.bodyThrew(cell, error);
      return;
    }
    this.bodyReturned(cell, result);
  }

  /* ---- The pump's side ------------------------------------------------ */

  get deadline() {
    return this.#kernel.view.deadline;
  }

  schedule() {
    this.#pump.schedule();
  }

  /**
   * The same, when only bodies of items wait to begin and nobody waits for them
   * yet: together with others, at the end of this turn of the event loop at the
   * latest.
   */
  scheduleSoon(most) {
    const { length } = this.#turn.items;
    if (length >= ITEMS_SOON_MAX || 2 * length >= most || !this.#pump.putsOff()) this.#pump.schedule();
  }

  /** Whether something can wait for the end of this turn of the event loop, `endTurn`. */
  putsOff() {
    return this.#pump.putsOff();
  }

  endTurn() {
    this.#kernel.tellHeld();
    this.signals.closeIdle();
  }

  get hasItems() {
    return this.#turn.items.length > 0;
  }

  /** Has `run` called by the pump, where user code may run. */
  effect(run) {
    this.#turn.isBusy = true;
    this.#turn.effects.push(run);
    this.#pump.schedule();
  }

  /** Has the pump see to the items of a stream that have returned. */
  cycle(stream) {
    this.#turn.isBusy = true;
    this.#turn.cycling.push(stream);
  }

  /** Has the pump begin the body of an item. */
  beginLater(cell) {
    this.#turn.isBusy = true;
    this.#turn.items.push(cell);
  }

  /** Begins the bodies of all processes that are ready, here and now. */
  startReady() {
    this.#turn.startAll({ spend: () => false });
  }

  /** Begins the body of an item; false when that was the end of the runtime. */
  begin(cell) {
    // One that was ended before its turn came is only to be reported.
    if (cell.retired) this.#abandonedReturned(cell);
    else this.#start(cell);
    return !this.disposed;
  }

  /** The same for the first `count` of several. */
  beginAll(cells, count) {
    for (let index = 0; index < count; index++) {
      if (!this.begin(cells[index])) return;
    }
  }

  /** Has the pump read elements for a stream. */
  pull(stream) {
    this.#turn.isBusy = true;
    this.#turn.pulls.push(stream);
    this.#pump.schedule();
  }

  /** Timers that have been set wait for the time to be told. */
  get hasFreshTimers() {
    return this.#kernel.view.fresh > 0 || this.late.some;
  }

  /** The same, when what has returned by now counts as before it. */
  tell(now) {
    this.settleInbox();
    this.advance(now);
  }

  touch() {
    this.#pump.touch();
    if (this.halted) this.hooks.called();
  }

  /** Tells the kernel the time; timers that are due fire. */
  advance(now) {
    const code = this.#kernel.advance(now);
    if (code !== CODE.OK) throw failure(code, 'advance');
    this.drain();
  }

  /** Works until nothing is left to do; false when the budget is used up before. */
  turn(pump) {
    return this.#turn.work(pump);
  }

  /** Whether a task that is held back is all there is to begin. */
  get hasLateOnly() {
    this.observers.lookAround();
    return this.late.isReady && this.#kernel.roomy && !this.#turn.isBusy;
  }

  /** Begins it; whether nothing is to be done after that. */
  beginLate() {
    this.late.begin();
    return this.#kernel.roomy && !this.#turn.isBusy;
  }

  /* ---- Events --------------------------------------------------------- */

  /** Takes all events of the kernel and lets it finish its work. */
  drain() {
    const { view } = this.#kernel;
    if (view.events > 0 || view.pending > 0) this.#kernel.drain();
    if (this.cells.someEnded) this.cells.freeEnded();
    this.watch?.settle();
  }

  #handle(event) {
    this.watch?.see(event);
    switch (event.kind) {
      case EVENT.EXITED:
        this.#exited(event);
        break;
      case EVENT.WAIT_DONE:
        this.#waitDone(event);
        break;
      case EVENT.ITEM:
        this.streams.get(event.tag).item(event, this.cells.find(event.low, event.high));
        break;
      case EVENT.PULL:
        this.streams.get(event.tag).pulled(event.extra);
        break;
      case EVENT.STREAM_CLOSED:
        this.streams.get(event.tag).closed(event.extra, this.reasons.entry(event.reason));
        break;
      case EVENT.DOWN:
        this.#down(event);
        break;
      case EVENT.EXIT_MESSAGE:
        this.#exitMessage(event);
        break;
      case EVENT.UNHANDLED:
        this.#unhandled(event);
        break;
      case EVENT.LOG:
        noteEnd(this, event);
        break;
      case EVENT.REPORT:
        noteReport(this, event);
        break;
      case EVENT.CHILD_START:
        this.starts.wanted(event);
        break;
      case EVENT.RESTARTED:
        this.#restarted(event);
        break;
      case EVENT.CHILD_DROPPED:
        this.#childDropped(event);
        break;
      case EVENT.REASON_FREE:
        this.reasons.forget(event.reason);
        break;
    }
  }

  #exited(event) {
    const { low, high, extra } = event;
    let cell = this.cells.find(low, high);
    if (cell === null) {
      // An item of a closed stream, whose body had returned before.
      if ((extra & EXITED.BODY_RUNNING) !== 0) {
        const returned = { stream: null, details: { low, high, label: '' } };
        this.effect(() => this.#abandonedReturned(returned));
      }
      return;
    }
    if ((extra & EXITED.VALUE) !== 0) {
      if ((extra & EXITED.ITEM) !== 0) return; // ITEM follows, or it is detached
      this.#fulfilled(cell);
      return;
    }
    const entry = this.reasons.entry(event.reason);
    cell.record?.fail(entry);
    cell.unfollowSignal();
    if ((extra & EXITED.SUPERVISOR) !== 0) {
      cell.details.info.ended();
      if (event.reason === REASON.KILLED) keepAncestors(this, cell);
    }
    if ((extra & EXITED.BODY_RUNNING) !== 0) {
      const { record, label } = cell;
      const running = cell;
      // Its body may have returned without the kernel knowing it yet.
      if (cell.state === CELL.RETURNED) this.effect(() => this.#abandonedReturned(running));
      const why = () => (record === null
        ? errorOf(entry, { pid: formatPid(low, high), label })
        : record.error);
      const { context } = cell;
      this.leave(cell, why);
      cell.context = context;
      cell = this.cells.replace(cell, why);
    } else this.leave(cell, null);
    cell.state = CELL.ENDED;
    // Others are told next, by events that still name it. An item's result is
    // handed over later, unless its stream has gone.
    if (cell.stream === null || cell.detached) this.cells.freeLater(cell);
  }

  #waitDone(event) {
    const wait = this.#waits.take(event.tag);
    if (wait === null) return;
    wait.tag = 0;
    // A failure that takes the waiting owner with it is told to both, in this
    // order: to the owner as its own end, to its wait as the task's end.
    const outcome = wait.caller.gone && event.extra !== OUTCOME.OK ? OUTCOME.OWNER : event.extra;
    if (outcome === OUTCOME.EXIT || outcome === OUTCOME.CRASH) {
      const log = this.cells.find(event.low, event.high)?.details?.log ?? null;
      if (log !== null) log.received = true;
    }
    wait.done(outcome, this.reasons.entry(event.reason), event);
  }

  #down(event) {
    const entry = this.monitors.take(event.tag);
    if (entry === null) return;
    this.monitorRefs.delete(entry.ref);
    entry.caller.dropMonitor(event.tag);
    const reason = this.reasons.raw(event.reason);
    const tell = () => {
      this.#downs.delete(tell);
      entry.resolve(reason);
    };
    // Not at once: exit messages, which come before it, wait for their turn as well.
    this.#downs.add(tell);
    this.effect(tell);
  }

  #exitMessage(event) {
    const isRoot = event.low === this.root.low && event.high === this.root.high;
    const context = isRoot ? null : this.cells.find(event.low, event.high)?.context ?? null;
    const caller = isRoot ? this.root : context === null ? null : Context.callerOf(context);
    const from = formatPid(event.otherLow, event.otherHigh);
    const reason = this.reasons.raw(event.reason);
    for (const listener of caller?.listeners ?? []) {
      this.effect(() => listener({ from, reason }));
    }
  }

  #unhandled(event) {
    const cell = this.cells.find(event.low, event.high);
    const entry = this.reasons.entry(event.reason);
    const record = cell?.record ?? null;
    const failure = record ?? {
      error: errorOf(entry, {
        pid: formatPid(event.low, event.high), label: cell?.label, kind: nameOfKind(cell?.details?.info?.kind),
      }),
      unhandled: null,
    };
    if (record !== null) record.surface();
    else failure.unhandled = Promise.reject(failure.error);
    if (this.hooks !== null) this.hooks.unhandled(failure);
  }

  #restarted(event) {
    const child = this.children.get(event.tag);
    child.restarts++;
    // That of a general supervisor has been started by its start function.
    if (child instanceof Child) {
      const cell = this.cells.claim(event.low, event.high);
      const { body, label, origin, supervisor } = child;
      child.live(cell);
      cell.work = body;
      cell.label = label;
      cell.details = detailsOf({ child, supervisor, origin });
    }
    this.#pump.schedule();
  }

  #childDropped(event) {
    this.children.take(event.tag)?.dropped();
  }

  /* ---- The end -------------------------------------------------------- */

  dispose() {
    if (this.disposed) return;
    this.observers.deliver();
    if (this.disposed) return;
    this.late.tell();
    this.#kernel.tellHeld();
    this.disposed = true;
    this.#pump.close();
    const error = new DisposedError();
    const failed = Object.freeze({ value: error, bare: true });
    for (const entry of this.monitors.values()) entry.fail(error);
    this.monitors.clear();
    for (const tell of this.#downs) tell();
    this.root.end();
    for (const wait of this.#waits.values()) wait.fail(error);
    for (const stream of this.streams.values()) stream.disposed(error);
    const aborts = [];
    for (const cell of this.cells) {
      cell.record?.fail(failed);
      if (cell.context !== null) {
        const abort = Context.end(cell.context, () => error);
        if (abort !== null) aborts.push(abort);
      }
      cell.retire(() => error);
    }
    this.#forgetAll();
    this.#pool?.dispose(); // or each worker that is stopped would be replaced, for the jobs that wait
    for (const abort of aborts) {
      try {
        abort();
      } catch (thrown) {
        report(thrown);
      }
    }
  }

  /**
   * Ends it without a word: who waits, waits for ever. Code that goes on would
   * do so after the end of the simulation that it belongs to.
   */
  freeze() {
    if (this.disposed) return;
    this.disposed = true;
    this.#pump.close();
    for (const cell of this.cells) cell.freeze();
    this.#forgetAll();
  }

  #forgetAll() {
    this.signals.clear();
    for (const table of [this.#waits, this.monitors, this.streams, this.children]) table.clear();
    this.monitorRefs.clear();
    this.reasons.clear();
    this.observers.clear();
    this.cells.clear();
    this.#turn.clear();
    this.#inboxCount = 0;
  }

  /** What is alive in the binding; all zero when nothing runs. For tests. */
  counts() {
    this.late.tell();
    this.#kernel.tellHeld();
    const { view } = this.#kernel;
    return {
      processes: view.processes - 1,
      abandoned: view.abandoned,
      kept: view.kept,
      timers: view.timers,
      fresh: view.fresh,
      cells: [...this.cells].length,
      waits: this.#waits.size,
      monitors: this.monitors.size,
      streams: this.streams.size,
      children: this.children.size,
      reasons: this.reasons.size,
      signals: this.signals.size,
      effects: this.#turn.effects.length,
      pulls: this.#turn.pulls.length,
      items: this.#turn.items.length + this.#turn.cycling.length,
      inbox: this.#inboxCount,
      check: this.#kernel.check(),
    };
  }
}
