/** The workers of a worker, whose script is the one that runs here. */
import { Pool } from './pool.js';
import { defaultSettings } from './settings.js';

/* Not the expression that bundlers look for: the worker would contain itself. */
const openAnother = (script) => new Worker(script ?? globalThis.location.href, { type: 'module', name: 'belay' });

export const nestedPool = () => new Pool({ ...defaultSettings(), openWeb: openAnother });
