/* The error classes: narrowing by class and by code. */
import {
  AlreadyStartedError,
  BelayError,
  ChildError,
  ChildStartError,
  DisposedError,
  ExitError,
  LimitError,
  MaxChildrenError,
  NoProcError,
  OwnerError,
  TimeoutError,
} from 'belay-tasks';
import type { BelayErrorCode, Pid, Task } from 'belay-tasks';
import { is, same } from './expect.js';

declare const error: unknown;

if (error instanceof BelayError) {
  is<Error>(error);
  same<typeof error.code, BelayErrorCode>(true);
  // @ts-expect-error not every error knows where it comes from
  is<string>(error.startedAt);
}
if (error instanceof TimeoutError) {
  same<typeof error.code, 'BELAY_TIMEOUT'>(true);
  same<typeof error.reason, 'timeout'>(true);
  same<typeof error.timeout, number>(true);
  same<typeof error.task, Task<unknown> | null>(true);
  is<ExitError>(error);
}
if (error instanceof ExitError) {
  same<typeof error.code, 'BELAY_EXIT' | 'BELAY_TIMEOUT'>(true);
  same<typeof error.reason, unknown>(true);
  same<typeof error.pid, Pid | null>(true);
  same<typeof error.label, string | null>(true);
}
if (error instanceof OwnerError) {
  same<typeof error.code, 'BELAY_OWNER'>(true);
  same<typeof error.pid, Pid | null>(true);
  same<typeof error.owner, Pid>(true);
  same<typeof error.caller, Pid>(true);
}
if (error instanceof MaxChildrenError) {
  same<typeof error.code, 'BELAY_MAX_CHILDREN'>(true);
  same<typeof error.limit, number>(true);
}
if (error instanceof AlreadyStartedError) {
  same<typeof error.code, 'BELAY_ALREADY_STARTED'>(true);
  same<typeof error.name, string>(true);
  same<typeof error.registeredName, string | null>(true);
  same<typeof error.id, string | null>(true);
  same<typeof error.pid, Pid | null>(true);
}
if (error instanceof ChildError) {
  same<typeof error.code, 'BELAY_CHILD'>(true);
  same<typeof error.id, string>(true);
  same<
    typeof error.state,
    'running' | 'restarting' | 'alreadyPresent' | 'notFound'
  >(true);
}
if (error instanceof ChildStartError) {
  same<typeof error.code, 'BELAY_CHILD_START'>(true);
  same<typeof error.id, string>(true);
  same<typeof error.cause, unknown>(true);
  same<typeof error.reason, unknown>(true);
  same<typeof error.stopped, Promise<void>>(true);
}
if (error instanceof NoProcError) {
  same<typeof error.code, 'BELAY_NO_PROC'>(true);
  same<typeof error.reason, 'noproc'>(true);
  same<typeof error.pid, Pid | null>(true);
}
if (error instanceof DisposedError) {
  same<typeof error.code, 'BELAY_DISPOSED'>(true);
}
if (error instanceof LimitError) {
  same<typeof error.code, 'BELAY_LIMIT'>(true);
}

// @ts-expect-error no such code
is<BelayErrorCode>('BELAY_OTHER');
// @ts-expect-error errors are made by the library
new TimeoutError('mine');
// @ts-expect-error errors are made by the library
new OwnerError();
// @ts-expect-error an exit is not always a timeout
is<typeof TimeoutError.prototype>(error as ExitError);
