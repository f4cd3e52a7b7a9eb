/** What a run is looked at with beside its picture: no part of the first view, and there a moment after it. */
export { Facts } from './Facts.tsx';
export { LanesTable } from './LanesTable.tsx';
export { Log } from './Log.tsx';
export { Starter } from './Starter.tsx';
export { Tree } from './Tree.tsx';
export { stageKey } from './stage-keys.ts';
