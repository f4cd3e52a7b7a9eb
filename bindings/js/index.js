/**
 * Belay: Elixir's Task and Task.Supervisor for JavaScript. What each function
 * does is told in index.d.ts.
 *
 * Importing does nothing: the default runtime is made when something is first
 * asked of it.
 */
import { lookers, makeRuntime } from './create-runtime.js';
import { ProcessApi } from './process.js';
import { SupervisorApi } from './supervisor.js';
import { TaskApi } from './task.js';
import { TaskSupervisorApi } from './task-supervisor.js';

let defaultRuntime = null;

/** Stands for the root process of the default runtime. */
const lazyRoot = {
  enter() {
    defaultRuntime ??= makeRuntime({});
    return defaultRuntime.root.enter();
  },
  enterSettled() {
    return this.enter().enterSettled();
  },
  peek() {
    return this.enter();
  },
};

export const Task = /* @__PURE__ */ new TaskApi(lazyRoot);
export const TaskSupervisor = /* @__PURE__ */ new TaskSupervisorApi(lazyRoot);
export const Supervisor = /* @__PURE__ */ new SupervisorApi(lazyRoot);
export const Process = /* @__PURE__ */ new ProcessApi(lazyRoot);

const looking = /* @__PURE__ */ lookers(lazyRoot);

export const sleep = (ms) => looking.sleep(ms);
export const inspect = () => looking.inspect();
export const subscribe = (listener) => looking.subscribe(listener);

export { createRuntime } from './create-runtime.js';
export { toTraceEvents } from './trace-events.js';
export {
  AlreadyStartedError, BelayError, ChildError, ChildStartError, DisposedError, ExitError,
  LimitError, MaxChildrenError, NoProcError, OwnerError, TimeoutError,
} from './errors.js';
