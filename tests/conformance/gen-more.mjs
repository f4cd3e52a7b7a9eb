/** Families that go through corners of the language. */
import { finite, leaf, look, outcome, reasons, timeouts } from './gen-bodies.mjs';
import { chance, dur, grace, int, opts, pick, some } from './gen-random.mjs';

/* ---- Processes in processes, of all kinds, that look about them. */

/** Steps that start one child; `sups` are supervisors that it may be under. */
function start(name, depth, sups) {
  const body = nest(depth - 1, sups, name);
  const supervisor = sups.length > 0 ? pick(sups) : null;
  const kind = pick(['async', 'start', 'start_link', ...(supervisor === null ? [] : ['async_sup', 'async_nolink', 'start_child'])]);
  if (kind === 'async' || kind === 'start' || kind === 'start_link') return [kind, name, body];
  return [kind, name, supervisor, body, opts(['shutdown', chance(0.2) ? grace() : undefined])];
}

function wait(name) {
  const step = pick([
    ['await', name, timeouts()], ['yield', name, timeouts()], ['shutdown', name, grace()], ['await_many', [name], timeouts()],
  ]);
  return chance(0.5) ? ['catch', [step]] : step;
}

function stream(sups) {
  const bodies = Array.from({ length: int(1, 4) }, () => [...look(0.6), ...finite()]);
  const sup = sups.length > 0 && chance(0.5) ? pick(sups) : undefined;
  return ['stream', 's', bodies, opts(
    ['max_concurrency', int(1, 3)], ['ordered', chance(0.3) ? false : undefined],
    ['sup', sup], ['nolink', sup !== undefined && chance(0.5) ? true : undefined],
    ['timeout', chance(0.5) ? dur(4, 10) : undefined], ['on_timeout', chance(0.5) ? 'kill_task' : undefined],
  )];
}

function nest(depth, outer, place) {
  if (depth === 0) return [...look(0.5), ...leaf()];
  const body = [...some(0.25, ['trap_exit', true]), ...look(0.3)];
  const sups = [...outer];
  if (chance(0.3)) {
    const name = `S${place}`;
    body.push(['sup', name, opts(['link', chance(0.3) ? false : undefined])]);
    sups.push(name);
  }
  for (const letter of 'ab'.slice(0, int(0, 2))) {
    const step = start(`${place}${letter}`, depth, sups);
    body.push(step);
    if (chance(0.5)) body.push(['sleep', dur(1, 4)]);
    if (step[0].startsWith('async') && chance(0.7)) body.push(wait(step[1]));
  }
  if (chance(0.25)) body.push(chance(0.4) ? ['catch', [stream(sups)]] : stream(sups));
  if (chance(0.7)) body.push(['sleep', dur(1, 8)], ...look(0.3));
  if (chance(0.3)) body.push(['sleep', 1], ['inbox']);
  return body.concat(outcome());
}

export const nestBody = () => nest(3, [], 'p').filter(([name]) => name !== 'hang');

/* ---- Links, monitors and signals between processes that know each other by name. */

function linkStep(names) {
  const other = pick(names);
  const reason = pick([...reasons, 'kill']);
  return pick([
    ['link', other], ['link', other], ['unlink', other], ['monitor', other], ['alive', other],
    ['exit_signal', other, reason], ['exit_signal', 'self', reason], ['links'], ['wait_exit'], ['trap_exit', chance(0.5)],
  ]);
}

export function linksBody() {
  const names = 'abcd'.slice(0, int(2, 4)).split('').map((name) => `root/${name}`);
  const known = [...names, 'root'];
  const steps = (most) => Array.from({ length: int(1, most) }, () => {
    const step = linkStep(known);
    return [['sleep', dur(1, 12)], chance(0.3) ? ['catch', [step]] : step];
  }).flat();
  const body = some(0.6, ['trap_exit', true]);
  for (const name of names) {
    const own = [...some(0.4, ['trap_exit', true]), ...steps(4), ['sleep', dur(1, 5)], ...some(0.6, ['inbox']), ...outcome()];
    body.push([pick(['start', 'start', 'start_link']), name.slice('root/'.length), own]);
  }
  return [...body, ...steps(5), ['sleep', dur(1, 9)], ['inbox']];
}

/* ---- The window of restarts: with max_seconds 1, 50 ticks count and 105 do not. */

export function windowBody() {
  const most = int(1, 3);
  const runs = Array.from({ length: int(3, 6) }, () =>
    [['sleep', chance(0.5) ? int(2, 9) : int(105, 125)], pick([['exit', 'boom'], ['raise', 'oops'], ['return', 1]])]);
  // All runs that can be in one window take less than 50 ticks together.
  return [
    ['trap_exit', true],
    ['sup', 'S', { max_restarts: most, max_seconds: 1 }],
    ['start_child', 'a', 'S', [['by_run', [...runs, [['hang']]]]], { restart: 'permanent' }],
    ['wait_exit'], ['return', 'told'],
  ];
}
