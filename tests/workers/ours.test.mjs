// Belay's own errors arrive from a worker as what they are.
import assert from 'node:assert/strict';
import * as belay from 'belay-tasks';
import { rejection, scenario } from './harness.mjs';

const { BelayError, ChildStartError } = belay;
const ours = new URL('./ours.mjs', import.meta.url);

/** Those of its properties that are enumerable, but for those named. */
const propertiesOf = (error, ...left) =>
  Object.fromEntries(Object.entries(error).filter(([key]) => !left.includes(key)));

const arrives = (kind, name, code, properties, also = () => {}) =>
  scenario(`${name} arrives as itself, with its properties: ${kind}`, async ({ run }) => {
    const error = await rejection(run('failsAs', [kind]));
    assert.equal(error.constructor, belay[name] ?? BelayError, String(error));
    assert.ok(error instanceof BelayError);
    assert.equal(error.code, code);
    assert.deepEqual(propertiesOf(error, 'code', 'pid', 'owner', 'caller', 'reason', 'stopped'), properties);
    assert.ok(error.stack.includes(error.message), error.stack);
    also(error);
  }, { module: ours, max: 1 });

const isPid = (text) => assert.match(text, /^<\d+\.\d+>$/);
const named = (name) => (error) => assert.equal(error.name, name);

arrives('maxChildren', 'MaxChildrenError', 'BELAY_MAX_CHILDREN', { limit: 1 }, ({ name, message }) => {
  assert.equal(name, 'MaxChildrenError');
  assert.match(message, /has reached its maximum of 1 children$/);
});
arrives('owner', 'OwnerError', 'BELAY_OWNER', {}, ({ pid, owner, caller }) => {
  for (const one of [pid, owner, caller]) isPid(one);
  assert.equal(new Set([pid, owner, caller]).size, 3);
});
arrives('alreadyStarted', 'AlreadyStartedError', 'BELAY_ALREADY_STARTED', { registeredName: 'taken', id: null, name: 'taken' },
  ({ pid }) => isPid(pid));
arrives('child', 'ChildError', 'BELAY_CHILD', { id: 'nobody', state: 'notFound' }, named('ChildError'));
arrives('childStart', 'ChildStartError', 'BELAY_CHILD_START', { id: 'database' }, (error) => {
  assert.equal(error.cause.constructor, RangeError);
  assert.equal(error.reason, error.cause);
  assert.ok(error.stopped instanceof Promise);
  assert.equal(ChildStartError.reasonOf(error)[1][1], 'database');
  assert.match(error.message, /^child "database" of supervisor <\d+\.\d+> could not be started/);
});
arrives('noProc', 'NoProcError', 'BELAY_NO_PROC', {}, ({ reason, pid, message }) => {
  assert.deepEqual([reason, pid], ['noproc', null]);
  assert.match(message, /nobody/);
});
arrives('limit', 'LimitError', 'BELAY_LIMIT', {}, named('LimitError'));
arrives('disposed', 'DisposedError', 'BELAY_DISPOSED', {}, named('DisposedError'));
arrives('timeout', 'TimeoutError', 'BELAY_TIMEOUT', { label: '', timeout: 20, task: null, index: 1 }, ({ reason, message, pid, startedAt }) => {
  assert.equal(reason, 'timeout');
  isPid(pid);
  assert.match(message, /within 20 ms$/);
  assert.match(startedAt, /ours\.mjs/);
});
arrives('exit', 'ExitError', 'BELAY_EXIT', { label: '' }, ({ reason }) => {
  assert.ok(reason instanceof belay.MaxChildrenError);
  assert.deepEqual([reason.code, reason.limit], ['BELAY_MAX_CHILDREN', 1]);
});
arrives('job', 'JobError', 'BELAY_JOB', { job: 'double', failure: 5 }, named('JobError'));
arrives('jobTrap', 'JobTrapError', 'BELAY_JOB_TRAP', { job: 'double' }, (error) => {
  assert.equal(error.name, 'JobTrapError');
  assert.deepEqual([error.cause.name, error.cause.message], ['RuntimeError', 'unreachable']);
});
arrives('jobLost', 'JobLostError', 'BELAY_JOB_LOST', { job: 'double' }, (error) => {
  assert.equal(error.name, 'JobLostError');
  assert.equal(error.cause.message, 'the other');
});
arrives('jobsDisposed', 'JobsDisposedError', 'BELAY_JOBS_DISPOSED', {}, named('JobsDisposedError'));
arrives('quota', 'QuotaError', 'QUOTA', { limit: 7 }, named('QuotaError'));
arrives('copied', 'LimitError', 'BELAY_LIMIT', {}, named('LimitError'));

scenario('what only looks like an error of Belay does not become one', async ({ run }) => {
  const named = await rejection(run('failsAs', ['named']));
  assert.deepEqual([named.constructor, named.name, named.code], [Error, 'LimitError', 'OTHER']);
  const builtIn = await rejection(run('failsAs', ['builtIn']));
  assert.deepEqual([builtIn.constructor, builtIn.name, builtIn.code], [TypeError, 'TypeError', 'BELAY_LIMIT']);
}, { module: ours, max: 1 });
