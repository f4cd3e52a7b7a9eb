/**
 * A trace as one short text: the same program, seed, knobs and world give the
 * same one in Node and in every browser.
 */
import type { TraceEvent } from './events.ts';

/**
 * What happened to each process in which order, without times: what runs on the
 * real clock have in common, as a busy machine may hold up one process and not
 * another. When a killed function has let go of its thread is left out, as
 * nobody waits for it.
 */
export function traceOrder(events: readonly TraceEvent[]): Record<string, string[]> {
  const orders: Record<string, string[]> = {};
  for (const event of events) {
    const about = event as { label?: string; status?: string; what?: string; outcome?: string };
    if (event.type !== 'bodyReturned') {
      const words = [event.type, about.what, about.status ?? about.outcome];
      (orders[about.label ?? 'main'] ??= []).push(words.filter(Boolean).join(' '));
    }
  }
  return orders;
}

/**
 * Pids are told by the order in which they appear, so that none is a number of the kernel's.
 * On which line an error was made is left out: it is read off a text that each engine writes
 * in its own way.
 */
export function traceHash(events: readonly TraceEvent[]): string {
  const names = new Map<string, number>();
  const plain = (name: string, value: unknown): unknown =>
    name === 'line'
      ? undefined
      : typeof value === 'string'
        ? value.replaceAll(/<\d+\.\d+>/g, (pid) => {
            names.set(pid, names.get(pid) ?? names.size);
            return `#${names.get(pid)}`;
          })
        : value;
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (const event of events) {
    const time = Math.floor(event.time);
    const text = JSON.stringify({ ...event, time }, plain);
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      low = Math.imul(low ^ code, 0x01000193);
      high = Math.imul(high ^ code, 0x85ebca6b) + low;
    }
  }
  return [low, high].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}
