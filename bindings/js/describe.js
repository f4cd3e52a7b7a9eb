/** Texts for values, in messages. It imports nothing: the build of jobs uses it before the kernel is built. */

/** A short text for any value whatever, for messages. */
export function describe(value) {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
    case 'function':
      return nameOf(value) ? `function ${nameOf(value)}` : 'a function';
    case 'bigint':
      return `${value}n`;
    case 'object':
      return describeObject(value);
    default:
      return String(value);
  }
}

function describeObject(value) {
  if (value === null) return 'null';
  try {
    if (value instanceof Error) return `${value.name}: ${value.message}`;
    if (Array.isArray(value)) return `[${describeFields(value, true)}]`;
    const prototype = Object.getPrototypeOf(value);
    if (prototype === null || Object.getPrototypeOf(prototype) === null) {
      const fields = describeFields(value, false);
      return fields === '' ? '{}' : `{ ${fields} }`;
    }
    return `an instance of ${value.constructor?.name || 'Object'}`;
  } catch {
    return 'an object';
  }
}

const FIELDS_SHOWN = 60; // characters

/** The first fields of a list or a plain object. Getters are not called. */
function describeFields(value, isList) {
  const keys = isList ? Array(Math.min(value.length, FIELDS_SHOWN)).keys() : Object.keys(value);
  let shown = '';
  for (const key of keys) {
    const field = Object.getOwnPropertyDescriptor(value, key) ?? {};
    const isFlat = 'value' in field && (typeof field.value !== 'object' || field.value === null);
    const separator = shown === '' ? '' : ', ';
    const text = separator + (isList ? '' : `${key}: `) + (isFlat ? describe(field.value) : '…');
    if (shown !== '' && shown.length + text.length > FIELDS_SHOWN) return `${shown}, …`;
    shown += text;
    if (shown.length > FIELDS_SHOWN) return `${shown.slice(0, FIELDS_SHOWN)}…`;
  }
  return shown;
}

/** A function's name; '' when it has none, or one that cannot be read. */
export function nameOf(body) {
  try {
    const { name } = body;
    return typeof name === 'string' ? name : '';
  } catch {
    return '';
  }
}
