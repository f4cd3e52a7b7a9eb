/**
 * Which values are errors: `{:error, reason}` in the forms that JavaScript has
 * for it. Whoever returns one is alive and well; it is no crash.
 *
 *   an Error                      returned, not thrown
 *   { error: reason }             unless the reason is undefined, null or false
 *   { status: 'rejected' }        as Promise.allSettled and streams tell a failure
 *   ['error', reason]             a pair
 */
import { format, safely } from './format.ts';

/** The value as text when it is one; null for all others, and for what cannot be read. */
export const errorTextOf = (value: unknown): string | null =>
  safely(() => isError(value), false) ? format(value) : null;

function isError(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  if (Array.isArray(value)) {
    return value.length === 2 && value[0] === 'error';
  }
  const error = fieldOf(value, 'error');
  return (
    value instanceof Error ||
    fieldOf(value, 'status') === 'rejected' ||
    (error !== undefined && error !== null && error !== false)
  );
}

/** A getter is the program's: it is not called before the program does. */
const fieldOf = (value: object, name: string): unknown =>
  Object.getOwnPropertyDescriptor(value, name)?.value;
