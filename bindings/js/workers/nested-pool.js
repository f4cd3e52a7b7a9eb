/** The workers of a worker, whose script is the one that runs here. */
import { PoolOnDemand } from './pool-on-demand.js';
import { defaultSettings } from './settings.js';

/* Not the expression that bundlers look for: the worker would contain itself. */
const openAnother = (script) => new Worker(script ?? globalThis.location.href, { type: 'module', name: 'belay' });

export const nestedPool = () => new PoolOnDemand({ ...defaultSettings(), openWeb: openAnother });
