// The lesson's examples as addresses of the page.
import { examples } from '../../examples/lesson/index.mjs';

export const ids = examples.map(({ file }) => file.replace(/^\d+-/, '').replace(/\.mjs$/, ''));
export const FIRST = `#${ids[0]}`;
export const RUNAWAY = 'never-yields';
