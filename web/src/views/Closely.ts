/** What a run is looked at with beside its picture: no part of the first view, and there a moment after it. */
export { LanesTable } from './LanesTable.tsx';
export { Log } from './Log.tsx';
export { Tree } from './Tree.tsx';
export { stageKey } from './stage-keys.ts';
