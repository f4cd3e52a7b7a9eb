/** The way back to the text that the learner began with, for results and tasks; it comes when it is wanted. */
import type { Store } from '../state/store.ts';
import { later } from './Later.tsx';

export const ToStarter = later<{ store: Store }>(async () => (await import('./Closely.ts')).Starter, true);
