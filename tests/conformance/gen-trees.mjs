/** Scenarios of general supervisors. */
import { leaf, restartBody, slow } from './gen-bodies.mjs';
import { chance, dur, grace, int, opts, pick, some } from './gen-random.mjs';

const strategy = () => pick(['one_for_one', 'one_for_all', 'rest_for_one']);
const starts = () => (chance(0.12) ? ['ok', pick(['error', 'ignore']), pick(['ok', 'error', 'ignore'])] : undefined);

/** One of a supervisor that ends when significant children have; Elixir 1.15 and later. */
const significance = (auto) => (auto && chance(0.5)
  ? [['restart', pick(['transient', 'temporary'])], ['significant', true]]
  : [['restart', pick([undefined, 'permanent', 'transient', 'temporary'])]]);

function childSpec(id, depth, auto) {
  const common = opts(['id', id], ...significance(auto), ['start', starts()]);
  if (depth > 0 && chance(0.25)) {
    const children = Array.from({ length: int(1, 2) }, (_, index) => childSpec(`${id}${index + 1}`, depth - 1, false));
    return { ...common, tree: opts(['strategy', strategy()], ['max_restarts', int(0, 3)]), children };
  }
  if (chance(0.12)) return { ...common, sup: opts(['max_restarts', chance(0.3) ? int(0, 2) : undefined]) };
  const body = chance(0.45) ? slow() : chance(0.6) ? restartBody() : chance(0.7) ? [['hang']] : leaf(8);
  return { ...common, body, ...opts(['shutdown', chance(0.5) ? grace() : undefined]) };
}

/** Ids of all children, those further down as paths. */
function idsOf(specs) {
  return specs.flatMap(({ id, children = [] }) => [id, ...idsOf(children).map((each) => `${id}/${each}`)]);
}

function isSup(path, specs) {
  const [first, ...rest] = path.split('/');
  const found = specs.find(({ id }) => id === first);
  return rest.length === 0 ? found.sup !== undefined : isSup(rest.join('/'), found.children);
}

/** What a process may do with the tree T. */
export function treeStep(specs) {
  const ids = specs.map(({ id }) => id);
  const id = pick(ids);
  const paths = idsOf(specs);
  const sups = paths.filter((path) => isSup(path, specs));
  const common = opts(['restart', pick([undefined, 'transient'])], ['start', starts()]);
  const child = { id: 'z', body: chance(0.5) ? [['hang']] : slow(), ...common };
  // What takes a supervisor's place is one, too: who asks another process for its children waits for ever in Elixir.
  const successor = sups.includes(id) ? { id, sup: {}, ...common } : { ...child, id };
  const steps = [
    ['exit_signal', `T/${pick(paths)}`, pick(['kill', 'boom', 'shutdown', 'normal'])],
    ['t_which', 'T'], ['t_count', 'T'], ['t_terminate', 'T', id], ['t_restart', 'T', id], ['t_delete', 'T', id],
    ['t_terminate', 'T', id], ['t_start', 'T', child], ['t_start', 'T', successor],
    ['stop_sup', 'T', pick(['normal', 'shutdown'])], ['exit_signal', 'T', pick(['shutdown', 'kill', 'boom'])],
  ];
  if (sups.length > 0) {
    const sup = `T/${pick(sups)}`;
    steps.push(['start_child', 'u', sup, leaf(9)], ['async_nolink', 'v', sup, leaf(9)], ['count', sup]);
  }
  return pick(steps);
}

/** The step that starts T, and its specs. */
export function treeStart(newer, shared = {}) {
  const auto = newer && chance(0.25) ? pick(['any_significant', 'all_significant']) : undefined;
  const specs = 'abcd'.slice(0, int(1, 4)).split('').map((id) => childSpec(id, 2, auto !== undefined));
  const options = { ...opts(['strategy', strategy()], ['max_restarts', int(0, 4)], ['auto_shutdown', auto]), ...shared };
  return { step: ['tree', 'T', options, specs], specs };
}

export function treeBody(newer) {
  const body = some(0.75, ['trap_exit', true]);
  const { step, specs } = treeStart(newer, opts(['link', chance(0.2) ? false : undefined]));
  body.push(step);
  for (let left = int(1, 5); left > 0; left--) {
    body.push(['sleep', dur(1, 7)]);
    const op = treeStep(specs);
    body.push(chance(0.75) ? ['catch', [op]] : op);
  }
  body.push(['sleep', dur(1, 6)], ['inbox']);
  return body;
}
