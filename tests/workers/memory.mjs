// Functions that want memory, for the tests.
const MB = 2 ** 20;

export function arrays() {
  const kept = [];
  for (;;) kept.push(new Array(100_000).fill(1.5));
}

export function entries() {
  const kept = new Map();
  for (let index = 0; ; index++) kept.set(index, index);
}

export function numbers() {
  const kept = [];
  for (let number = 1n << 4_000_000n; ; number += 1n) kept.push(number);
}

export const objects = (count) => Array.from({ length: count }, (_, index) => ({ index }));

export function text() {
  let text = 'x';
  for (;;) text += text;
}

export function frames(depth = 0) {
  return frames(depth + 1) + 1;
}

export const buffer = (size) => new ArrayBuffer(size).byteLength;

export function buffers(count, mb) {
  const kept = Array.from({ length: count }, () => new ArrayBuffer(mb * MB));
  return kept.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

export const bytes = (mb) => new Uint8Array(mb * MB);
export const letters = (mb) => 'x'.repeat(mb * MB);

export function failsAtLength(mb) {
  throw new Error('x'.repeat(mb * MB));
}
