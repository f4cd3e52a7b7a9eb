/**
 * What a function may see of its last argument, the context, as far as its text tells.
 * Most functions on workers have no parameter for it, and others take `signal` alone: for
 * those a worker need not load what the rest of a context takes. In doubt a function may see all.
 */

/* What a context has before it is complete. */
const LIGHT = ['self', 'signal', 'report', 'transfer'];

/* Names alone, and at last perhaps names of properties: no defaults, no rest, no comments. */
const NAMES = String.raw`((?:[\w$]+\s*,\s*)*)(?:([\w$]+)|\{([\w$,\s]*)\})?\s*,?\s*`;
const FORMS = [
  new RegExp(String.raw`^(?:async\s+)?function\s*\*?\s*[\w$]*\s*\(\s*${NAMES}\)`),
  new RegExp(String.raw`^(?:async\s*)?\(\s*${NAMES}\)\s*=>`),
  /^(?:async\s+)?()([\w$]+)\s*=>/,
];
/* By which a function gets at more than its parameters; an escape may hide one of them. */
const OTHERWISE = /\barguments\b|\beval\b|\\u|\[native code\]/;

const { toString } = Function.prototype;

/** With so many arguments before it, or more, the context shows a function no more than LIGHT; Infinity where one cannot tell. */
export function blindFrom(body) {
  const text = Reflect.apply(toString, body, []);
  if (OTHERWISE.test(text)) return Infinity;
  for (const form of FORMS) {
    const found = form.exec(text);
    if (found === null) continue;
    const [, names, last, properties] = found;
    if (properties !== undefined && !namesIn(properties).every((name) => LIGHT.includes(name))) return Infinity;
    return namesIn(names).length + (last === undefined ? 0 : 1);
  }
  return Infinity;
}

const namesIn = (list) => list.split(',').map((name) => name.trim()).filter((name) => name !== '');
