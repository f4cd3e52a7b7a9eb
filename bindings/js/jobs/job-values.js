/**
 * How values and messages lie in an instance's memory (src/belay_value.h,
 * src/jobs/jobs.h), and how they are read: by the worker that the instance lives
 * in and, where memory is shared, by the thread that has loaded it.
 *
 * belay_add_jobs puts this text before that of job-worker.js, into one file beside
 * the module. So it imports nothing, and exports where things are declared.
 */

/* belay_type */
export const NONE = 0, NUMBER = 1, INTEGER = 2, STRING = 3, ARRAY = 4;
/* belay_value_flag */
export const OWNED = 1, SHARED = 2;
/* In the order of belay_element. */
export const ELEMENTS = Object.freeze([
  Uint8Array, Int8Array, Uint16Array, Int16Array, Uint32Array, Int32Array,
  BigUint64Array, BigInt64Array, Float32Array, Float64Array, Uint8ClampedArray,
]);
/* Kinds of messages. */
export const ENDED = 1, RETURNED = 2, REPORT = 4;
/* Of a message, in bytes: where its value is, and the next message. */
export const VALUE = 24, NEXT = 48;

export const decoder = new TextDecoder();

export const isOwned = (view, at) => (view.getUint16(at + 2, true) & OWNED) !== 0;

/** A copy of a string or array. The decoder takes no shared memory, and slice makes none. */
function readBytes(view, at) {
  return new Uint8Array(view.buffer, view.getUint32(at + 8, true), view.getUint32(at + 16, true)).slice();
}

function readArray(view, at, keepsShared) {
  const element = view.getUint8(at + 1);
  if (keepsShared && !isOwned(view, at)) {
    return { address: view.getUint32(at + 8, true), bytes: view.getUint32(at + 16, true), element };
  }
  const bytes = readBytes(view, at);
  const Elements = ELEMENTS[element];
  return new Elements(bytes.buffer, 0, Math.floor(bytes.length / Elements.BYTES_PER_ELEMENT));
}

/**
 * @param view a DataView of the memory as it is now
 * @param keepsShared shared arrays are told by their place, not copied
 */
export function readValue(view, at, keepsShared) {
  switch (view.getUint8(at)) {
    case NONE:
      return undefined;
    case NUMBER:
      return view.getFloat64(at + 8, true);
    case INTEGER: {
      const integer = view.getBigInt64(at + 8, true);
      const number = Number(integer);
      return Number.isSafeInteger(number) ? number : integer;
    }
    case STRING:
      return decoder.decode(readBytes(view, at));
    case ARRAY:
      return readArray(view, at, keepsShared);
    default:
      return { problem: 'a pointer, which is for C alone' };
  }
}

/** A message as job-worker.js tells it. */
export function readMessage(view, at, keepsShared) {
  const kinds = view.getUint32(at, true);
  const number = view.getUint32(at + 4, true);
  if (kinds === REPORT) return ['report', number, readValue(view, at + VALUE, keepsShared)];
  if ((kinds & ENDED) === 0) return ['returned', number];
  const code = view.getUint32(at + 8, true);
  const reason = view.getUint32(at + 12, true);
  const failure = view.getInt32(at + 16, true);
  const value = readValue(view, at + VALUE, keepsShared);
  return ['ended', number, code, reason, failure, value, (kinds & RETURNED) !== 0];
}
