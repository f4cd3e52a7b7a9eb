/**
 * Breaks what the learner asked for, at its place in the run, by the ways that
 * the library has: exits of processes, and answers and sleeps that do not come.
 * The log says what was done, or why nothing could be.
 *
 * A change is carried out by the first microtask after the event that it comes
 * after, or when its ms begins. When the run has become another one before its
 * place (an earlier change was taken back), it comes as soon as that is passed.
 */
import type { Pid as RuntimePid } from 'belay-tasks';
import type { SimulationScope } from 'belay-tasks/testing';
import { SLOWER, type Change, type Pending } from '../model/changes.ts';
import type { PageEvent, Pid } from '../model/events.ts';
import type { Held, Holds } from './holds.ts';
import { PROMISE, TooManyEvents, type Recorder } from './recorder.ts';

type Scope = Pick<SimulationScope, 'Process' | 'TaskSupervisor' | 'Supervisor' | 'inspect'>;
type Changed = Extract<PageEvent, { type: 'changed' }>;
/** What is to be done, and how that is told. */
interface Deed {
  readonly how: string;
  readonly done: boolean;
  readonly trapped?: boolean;
  readonly act?: () => void;
}

const refused = (how: string): Deed => ({ how, done: false });

export class Changer {
  readonly #recorder: Recorder;
  readonly #holds: Holds;
  /** What is still to come, the next one first. */
  readonly #next: Change[];
  #scope: Scope | null = null;
  #root: Pid = '';
  #isDue = false;

  constructor(changes: readonly Change[], recorder: Recorder, holds: Holds) {
    this.#recorder = recorder;
    this.#holds = holds;
    this.#next = changes.toSorted((a, b) => a.at - b.at || a.after - b.after);
  }

  /** The run begins: timers are on virtual time from here on. */
  begin(scope: Scope): void {
    this.#scope = scope;
    this.#root = scope.inspect().root;
    for (const { at, after } of this.#next) {
      setTimeout(() => this.#perform(), after === 0 ? at : at + 1);
    }
    if (this.#next.length > 0) {
      this.#recorder.heard = () => this.#look();
    }
  }

  #look(): void {
    if (!this.#isDue && this.#comesNow()) {
      this.#isDue = true;
      queueMicrotask(() => {
        this.#isDue = false;
        this.#perform();
      });
    }
  }

  /** Whether the place of the next one has been reached. */
  #comesNow(): boolean {
    const next = this.#next[0];
    const { at, after } = this.#recorder.place;
    return next !== undefined && (at > next.at || (at === next.at && after >= next.after));
  }

  #perform(): void {
    try {
      while (this.#comesNow()) {
        this.#carryOut(this.#next.shift() as Change);
      }
    } catch (error) {
      if (!(error instanceof TooManyEvents)) {
        throw error;
      }
    }
  }

  #carryOut(change: Change): void {
    const { act, ...told } = this.#deedOf(change);
    const { kind, pid } = change;
    const event = { type: 'changed', kind, pid, ...told } satisfies Omit<Changed, 'time'>;
    this.#recorder.add({ ...event, time: this.#recorder.now() });
    act?.();
  }

  #deedOf(change: Change): Deed {
    const { kind, pid, on } = change;
    if (kind === 'hang' || kind === 'slow') {
      return this.#hold(change, on as Pending);
    }
    if (pid?.startsWith(PROMISE) === true) {
      return refused('a promise is no task: nothing ends it from outside');
    }
    const info = this.#scope?.Process.info(pid as RuntimePid) ?? null;
    if (info === null) {
      return refused('it is over, or has not begun');
    }
    if (pid === this.#root) {
      return refused('main is the root process, which cannot be ended');
    }
    return kind === 'stop'
      ? this.#stop(info.pid, info.kind)
      : this.#exit(kind, info.pid, info.trapExit);
  }

  #exit(kind: 'crash' | 'kill', pid: RuntimePid, trapsExits: boolean): Deed {
    const { Process } = this.#scope as Scope;
    if (kind === 'kill') {
      return { how: "Process.exit(pid, 'kill')", done: true, act: () => Process.exit(pid, 'kill') };
    }
    const how = "Process.exit(pid, new Error('broken by you'))";
    return {
      how: trapsExits ? `${how}, which it traps` : how,
      done: true,
      ...(trapsExits && { trapped: true }),
      act: () => Process.exit(pid, new Error('broken by you')),
    };
  }

  #stop(pid: RuntimePid, kind: string): Deed {
    const { Supervisor, TaskSupervisor } = this.#scope as Scope;
    const found = { supervisor: Supervisor, taskSupervisor: TaskSupervisor }[kind];
    if (found === undefined) {
      return refused('it is not a supervisor');
    }
    return {
      how: `${kind === 'supervisor' ? 'Supervisor' : 'TaskSupervisor'}.stop(pid, 'shutdown')`,
      done: true,
      /* When it ends is seen; that it was asked to twice is no failure. */
      act: () => void found.stop(pid, 'shutdown').catch(() => {}),
    };
  }

  #hold(change: Change, on: Pending): Deed {
    const held = this.#holds.hold(change);
    const what =
      on.what === 'sleep'
        ? `its sleep${on.nth === 1 ? '' : ` (number ${on.nth})`}`
        : `its request for ${on.path}${on.attempt === 1 ? '' : ` (attempt ${on.attempt})`}`;
    const done = change.kind === 'hang' ? 'never ends' : `takes ${SLOWER} times as long`;
    const says: Record<Held, string> = {
      held: `${what} ${done}`,
      armed: `${what} ${done} when it begins`,
      over: `${what} is over`,
      hanging: `${what} hangs already`,
    };
    return { how: says[held], done: held === 'held' || held === 'armed' };
  }
}
