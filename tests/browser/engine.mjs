// The engine that runs a learner's program, without a browser: the very
// modules that the worker is made of, loaded as the page's build loads them.
import { after } from 'node:test';
import { openSources } from '../../web/tools/sources.mjs';

export const sources = await openSources();
export const { load } = sources;
after(() => sources.close());

/** Runs a program to its end: { outcome, events, stats }. */
export async function run(source, given = {}) {
  const { runInNode } = await load('/src/engine/node.ts');
  return runInNode({
    program: { source, files: given.files ?? {} },
    seed: 1,
    world: null,
    knobs: {},
    ...given,
  });
}
