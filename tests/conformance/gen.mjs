/**
 * Makes random scenarios. Same seed and number, same scenario, whichever others
 * are made beside it. See README.md for the language.
 *
 *   node gen.mjs COUNT [SEED [FAMILY,FAMILY]] > scenarios
 */
import { busyBody } from './gen-busy.mjs';
import { begin, chance, dur, grace, int, opts, pick, some, weighted } from './gen-random.mjs';
import { finite, leaf, look, nested, outcome, restartBody, timeouts } from './gen-bodies.mjs';
import { linksBody, nestBody, windowBody } from './gen-more.mjs';
import { treeBody } from './gen-trees.mjs';

const LIMIT = 240;

/* ---- Tasks and their owners. */

function startStep(kind, name, body) {
  if (kind === 'async' || kind === 'start_link' || kind === 'start') return [kind, name, body];
  return [kind, name, 'S', body, opts(['shutdown', chance(0.3) ? grace() : undefined])];
}

function waitStep(handles, tasks, hasSup, newer) {
  const r = int(0, 99);
  const handle = pick(handles);
  const signal = ['exit_signal', handle, pick(['kill', 'shutdown', 'normal', 'boom', ['shutdown', 'why']])];
  if (tasks.length > 0) {
    const task = pick(tasks);
    const several = tasks.slice(0, int(1, tasks.length));
    if (chance(0.3)) several.reverse();
    if (r < 20) return ['await', task, timeouts()];
    if (r < 40) return ['yield', task, chance(0.15) ? 0 : dur(1, 12)];
    if (r < 52) return ['shutdown', task, grace()];
    if (r < 58) return ['ignore', task];
    if (r < 66) return ['await_many', several, timeouts()];
    if (r < 74) return ['yield_many', several, newer && chance(0.6) ? yieldOptions(several.length) : timeouts()];
  }
  if (r < 82) return signal;
  if (r < 87) return [pick(['link', 'unlink', 'monitor', 'alive']), handle];
  if (r < 91 && hasSup) {
    return pick([
      ['children', 'S'], ['count', 'S'], ['terminate_child', 'S', handle],
      ['stop_sup', 'S', pick(['normal', 'shutdown', 'boom'])],
    ]);
  }
  return r < 93 ? pick([['links'], ['wait_exit']]) : ['sleep', dur(1, 6)];
}

const yieldOptions = (count) => opts(
  ['timeout', chance(0.9) ? dur(1, 12) : 'infinity'],
  ['limit', chance(0.5) ? int(0, count) : undefined],
  ['on_timeout', pick([undefined, 'nothing', 'ignore', 'kill_task'])],
);

/** A task that is done already; the oldest Elixir can only wait for it. */
function completedSteps(newer) {
  const name = pick(['x', 'y']);
  const ops = [['await', name, dur(0, 3)], ['yield', name, dur(0, 3)], ['await_many', [name], dur(1, 3)]];
  if (newer) ops.push(['ignore', name], ['shutdown', name, grace()]);
  return [['completed', name, int(1, 9)], ['catch', [pick(ops)]], ...some(0.3, ['catch', [pick(ops)]])];
}

function asyncBody(newer) {
  const body = some(0.45, ['trap_exit', true]);
  const hasSup = chance(0.6);
  if (hasSup) body.push(['sup', 'S', opts(['max_children', chance(0.2) ? int(0, 2) : undefined], ['link', chance(0.3) ? false : undefined])]);
  const handles = [];
  const tasks = [];
  for (const name of 'abcd'.slice(0, int(1, 4))) {
    const kind = pick(hasSup
      ? ['async', 'async_sup', 'async_nolink', 'async_nolink', 'start_child']
      : ['async', 'async', 'start_link', 'start']);
    body.push(startStep(kind, name, nested(2)));
    handles.push(name);
    if (kind.startsWith('async')) tasks.push(name);
    if (chance(0.4)) body.push(['sleep', dur(1, 3)]);
  }
  if (chance(0.06)) body.push(...completedSteps(newer));
  body.push(['sleep', 1]);
  for (let left = int(1, 5); left > 0; left--) {
    const step = waitStep(handles, tasks, hasSup, newer);
    body.push(chance(0.6) && step[0] !== 'sleep' ? ['catch', [step]] : step);
    if (chance(0.35)) body.push(['sleep', dur(1, 4)]);
  }
  body.push(['sleep', 1], ['inbox']);
  return body.concat(outcome().filter(([name]) => name !== 'hang'));
}

/* ---- Streams. */

function streamStep(name, sup) {
  const bodies = [];
  for (let left = int(0, 7); left > 0; left--) bodies.push(chance(0.75) ? [...look(0.05), ...finite()] : leaf(9));
  const kills = chance(0.7);
  return ['stream', name, bodies, opts(
    ['max_concurrency', chance(0.9) ? int(1, 4) : 9],
    ['ordered', chance(0.4) ? false : undefined],
    ['timeout', chance(0.9) ? dur(3, 10) : undefined],
    ['on_timeout', kills ? 'kill_task' : chance(0.5) ? 'exit' : undefined],
    ['zip_input_on_exit', chance(0.3) ? true : undefined],
    ['sup', sup ?? undefined],
    ['nolink', sup !== null && chance(0.6) ? true : undefined],
    ['shutdown', sup !== null && chance(0.2) ? pick([dur(2, 5), 'brutal_kill', 0]) : undefined],
    ['take', chance(0.3) ? int(1, 4) : undefined],
    ['consume', chance(0.25) ? dur(1, 3) : undefined],
    ['consume_raise_at', chance(0.08) ? int(0, 3) : undefined],
    ['input_raise_at', chance(0.1) ? int(0, 5) : undefined],
    ['input_delay', chance(0.15) ? dur(1, 2) : undefined],
  )];
}

function streamBody() {
  const body = some(0.45, ['trap_exit', true]);
  const sup = chance(0.5) ? 'S' : null;
  if (sup !== null) {
    body.push(['sup', 'S', opts(['max_children', chance(0.25) ? int(1, 4) : undefined], ['link', chance(0.5) ? false : undefined])]);
    if (chance(0.15)) body.push(['start_child', 'x', 'S', leaf(9)]);
    if (chance(0.15)) body.push(['start', 'k', [['sleep', dur(2, 9)], pick([['exit_signal', 'S', 'kill'], ['stop_sup', 'S', 'normal']])]]);
  }
  for (const name of chance(0.15) ? ['s', 't'] : ['s']) {
    const step = streamStep(name, sup);
    body.push(chance(0.4) ? ['catch', [step]] : step);
    body.push(['sleep', dur(1, 12)]);
  }
  if (chance(0.5)) body.push(['sleep', 1], ['inbox']);
  if (chance(0.8)) return body;
  const end = pick([['shutdown', 'w', 3], ['exit_signal', 'w', 'kill'], ['exit', 'boom'], ['await', 'w', 90], ['return', 0]]);
  return [[pick(['async', 'async', 'start']), 'w', body], ['sleep', dur(2, 14)], end]
    .map((step, _, all) => (all[0][0] === 'start' && (step[0] === 'shutdown' || step[0] === 'await') ? ['sleep', 60] : step));
}

/* ---- Task supervisors. */

function supBody() {
  const body = some(0.7, ['trap_exit', true]);
  body.push(['sup', 'S', opts(
    ['max_restarts', chance(0.7) ? int(0, 4) : undefined],
    ['max_children', chance(0.3) ? int(1, 3) : undefined],
    ['link', chance(0.2) ? false : undefined],
  )]);
  const handles = 'abcd'.slice(0, int(1, 4)).split('');
  for (const name of handles) {
    const restart = pick([undefined, 'temporary', 'transient', 'permanent', 'permanent']);
    body.push(['start_child', name, 'S', chance(0.6) ? restartBody() : leaf(8),
      opts(['restart', restart], ['shutdown', chance(0.5) ? grace() : undefined])]);
    if (chance(0.5)) body.push(['sleep', dur(1, 4)]);
  }
  for (let left = int(1, 5); left > 0; left--) {
    body.push(['sleep', dur(1, 7)]);
    const op = pick([
      ['terminate_child', 'S', pick(handles)], ['children', 'S'], ['count', 'S'],
      ['exit_signal', pick(handles), pick(['kill', 'shutdown', 'boom'])],
      ['stop_sup', 'S', pick(['normal', 'shutdown', 'boom'])],
      ['exit_signal', 'S', pick(['shutdown', 'kill', 'normal', 'boom'])],
      ['start_child', `e${left}`, 'S', leaf(6), {}], ['alive', 'S'], ['monitor', pick([...handles, 'S'])], ['links'],
    ]);
    body.push(chance(0.6) ? ['catch', [op]] : op);
  }
  body.push(['sleep', dur(1, 6)], ['inbox']);
  return body;
}

/* ---- All of them. */

/** Each family with its share. */
export const FAMILIES = {
  async: { weight: 20, body: asyncBody },
  stream: { weight: 20, body: streamBody },
  sup: { weight: 12, body: supBody },
  tree: { weight: 16, body: treeBody },
  busy: { weight: 8, body: busyBody },
  nest: { weight: 10, body: nestBody },
  links: { weight: 6, body: linksBody },
  window: { weight: 2, body: windowBody, limit: 420 },
};

function make(family, seed, index, newer) {
  begin(`${family} ${seed} ${index}`);
  const { body, limit = LIMIT } = FAMILIES[family];
  return { id: `${family}-${seed}-${index}`, limit, body: body(newer) };
}

/**
 * @param newer whether Elixir is 1.15 or later: yield_many's options, significant children
 */
export function generate({ count, seed, families = Object.keys(FAMILIES), newer = false }) {
  return Array.from({ length: count }, (_, index) => {
    begin(`family ${seed} ${index}`);
    const family = weighted(families.map((name) => [name, FAMILIES[name].weight]));
    return make(family, seed, index, newer);
  });
}

/** The scenario of an id that `generate` gave, or null. */
export function regenerate(id, { newer = false } = {}) {
  const [, family, seed, index] = /^([a-z]+)-(\d+)-(\d+)$/.exec(id) ?? [];
  return family in FAMILIES ? make(family, Number(seed), Number(index), newer) : null;
}

if (process.argv[1] !== undefined && import.meta.url.endsWith('/gen.mjs') && process.argv[1].endsWith('/gen.mjs')) {
  const [count = '100', seed = '1', families] = process.argv.slice(2);
  const options = { count: Number(count), seed: Number(seed), ...(families ? { families: families.split(',') } : {}) };
  for (const scenario of generate(options)) console.log(JSON.stringify(scenario));
}
