/**
 * Several processes that want something of one supervisor, which takes its time
 * over each: what comes meanwhile has to wait for its turn.
 */
import { leaf, restartBody, slow } from './gen-bodies.mjs';
import { chance, grace, int, opts, pick } from './gen-random.mjs';
import { treeStart, treeStep } from './gen-trees.mjs';

function supStep(handles, name) {
  const handle = pick(handles);
  return pick([
    ['terminate_child', 'S', handle], ['terminate_child', 'S', handle], ['terminate_child', 'S', handle],
    ['start_child', name, 'S', leaf(6)], ['async_nolink', name, 'S', leaf(6)], ['async_sup', name, 'S', leaf(6)],
    ['children', 'S'], ['count', 'S'], ['exit_signal', handle, pick(['kill', 'boom'])],
    ['stop_sup', 'S', pick(['normal', 'shutdown'])], ['exit_signal', 'S', 'kill'],
  ]);
}

function workers(step) {
  return 'wxyz'.slice(0, int(2, 4)).split('').map((name) => {
    const op = step(`${name}c`);
    const first = chance(0.7) ? ['catch', [op]] : op;
    return [pick(['start', 'start', 'async']), name, [['sleep', int(2, 60)], first, ['sleep', int(1, 30)]]];
  });
}

function overSup() {
  const handles = 'abcd'.slice(0, int(2, 4)).split('');
  return [
    ['sup', 'S', opts(['max_restarts', chance(0.5) ? int(0, 3) : undefined], ['max_children', chance(0.3) ? int(3, 5) : undefined], ['link', false])],
    ...handles.map((name) => ['start_child', name, 'S', chance(0.7) ? slow(6) : restartBody(),
      opts(['restart', pick([undefined, 'permanent', 'transient'])], ['shutdown', pick([undefined, 'infinity', grace()])])]),
    ['sleep', 1],
    ...workers((name) => supStep(handles, name)),
  ];
}

function overTree(newer) {
  const { step, specs } = treeStart(newer, { link: false });
  return [step, ['sleep', 1], ...workers(() => treeStep(specs))];
}

export function busyBody(newer) {
  return [['trap_exit', true], ...(chance(0.5) ? overSup() : overTree(newer)), ['sleep', int(70, 110)], ['inbox']];
}
