/**
 * Belay: Elixir's Task and Task.Supervisor for JavaScript. What each function
 * does is told in index.d.ts.
 *
 * Importing does nothing: the default runtime is made when something is first
 * asked of it.
 */
import { defaultRoot } from './default-runtime.js';
import { ProcessApi } from './process.js';
import { lookers } from './public-runtime.js';
import { SupervisorApi } from './supervisor.js';
import { TaskApi } from './task.js';
import { TaskSupervisorApi } from './task-supervisor.js';

export const Task = /* @__PURE__ */ new TaskApi(defaultRoot);
export const TaskSupervisor = /* @__PURE__ */ new TaskSupervisorApi(defaultRoot);
export const Supervisor = /* @__PURE__ */ new SupervisorApi(defaultRoot);
export const Process = /* @__PURE__ */ new ProcessApi(defaultRoot);

const looking = /* @__PURE__ */ lookers(defaultRoot);

export const sleep = (ms) => looking.sleep(ms);
export const inspect = () => looking.inspect();
export const subscribe = (listener) => looking.subscribe(listener);

export { createRuntime } from './create-runtime.js';
export { EventFold, foldEvents } from './fold.js';
export { toTraceEvents } from './trace-events.js';
export {
  AlreadyStartedError, BelayError, ChildError, ChildStartError, CloneError, DisposedError, ExitError,
  LimitError, MaxChildrenError, ModuleError, NoProcError, OwnerError, TimeoutError, WorkerError,
} from './errors.js';
