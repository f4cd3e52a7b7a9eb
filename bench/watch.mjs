// For how long the event loop does not turn. A chain of setImmediate calls
// notes each gap between two turns, what the thread spent on a processor
// meanwhile, and when garbage was collected. A thread that works never
// sleeps, so what is left of a gap is what the machine, busy elsewhere, made
// it wait.

import { PerformanceObserver } from 'node:perf_hooks';
import { threadTime } from './measuring.mjs';

const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts watching; the function it gives ends that and tells the longest
 * gaps in milliseconds. */
export async function watchLoop() {
  const collections = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) {
      collections.push({ from: startTime, to: startTime + duration });
    }
  });
  observer.observe({ entryTypes: ['gc'] });

  const gaps = [];
  let watching = true;
  let last = performance.now();
  let lastTime = threadTime();
  const turn = () => {
    const now = performance.now();
    const time = threadTime();
    if (now - last >= 1) {
      gaps.push({ from: last, to: now, time: time - lastTime });
    }
    last = now;
    lastTime = time;
    if (watching) {
      setImmediate(turn);
    }
  };
  await new Promise((resolve) => setImmediate(resolve));
  last = performance.now();
  lastTime = threadTime();
  setImmediate(turn);

  return async () => {
    watching = false;
    await later(20);
    observer.disconnect();
    const overlap = (gap) =>
      collections.reduce(
        (sum, { from, to }) => sum + Math.max(0, Math.min(to, gap.to) - Math.max(from, gap.from)),
        0,
      );
    const longest = (of) => gaps.reduce((most, gap) => Math.max(most, of(gap)), 0);
    const length = ({ from, to }) => to - from;
    const worked = (gap) => Math.min(length(gap), gap.time);
    return {
      clockMs: longest(length),
      workedMs: longest(worked),
      apartMs: longest((gap) => Math.max(0, Math.min(worked(gap), length(gap) - overlap(gap)))),
      collectionMs: collections.reduce((most, { from, to }) => Math.max(most, to - from), 0),
      turns: gaps.length,
    };
  };
}
