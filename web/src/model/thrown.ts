/** Where in a program an error was made, as far as its stack tells. */
import { safely } from './format.ts';

const STACK_MAX = 200_000; // characters: a message stands before the calls
const FRAMES_MAX = 100;
const CAUSES_MAX = 4;

/**
 * The line of the topmost call in the module at `address`; of an error without one,
 * that of its cause. What went on after a wait counts for nothing: engines differ in
 * how far back they tell of it.
 */
function lineIn(address: string, value: unknown): number | null {
  let error = value;
  for (let depth = 0; depth < CAUSES_MAX && error instanceof Error; depth += 1) {
    const line = lineOf(address, error);
    if (line !== null) {
      return line;
    }
    const { cause } = error;
    error = cause;
  }
  return null;
}

function lineOf(address: string, error: Error): number | null {
  const { stack } = error;
  if (typeof stack !== 'string') {
    return null;
  }
  const frame = stack
    .slice(0, STACK_MAX)
    .split('\n', FRAMES_MAX)
    .find((text) => text.includes(`${address}:`) && !/^\s*(?:at )?async\b/.test(text));
  const after = frame?.slice(frame.indexOf(`${address}:`) + address.length + 1) ?? '';
  const line = Number.parseInt(after, 10);
  return line > 0 ? line : null;
}

/** The same of whatever was thrown: a program may have made its errors in its own way. */
export const thrownLine = (address: string, value: unknown): number | null =>
  safely(() => lineIn(address, value), null);
