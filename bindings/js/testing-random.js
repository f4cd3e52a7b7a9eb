/**
 * Seeded random numbers: sfc32 (Chris Doty-Humphrey's, of PractRand), whose
 * state is a 128-bit hash (MurmurHash3's mixing) of a seed and of what the
 * numbers are for. So each purpose has a sequence of its own, and drawing more
 * for one does not shift another's.
 */

/** Four words that depend on every character of `text`. */
function hash(text) {
  let a = 0x6a09e667, b = 0xbb67ae85, c = 0x3c6ef372, d = 0xa54ff53a;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ unit, 0x239b961b);
    b = c ^ Math.imul(b ^ unit, 0xab0e9789);
    c = d ^ Math.imul(c ^ unit, 0x38b34ae5);
    d = a ^ Math.imul(d ^ unit, 0xa1e38b93);
  }
  return [a ^ (a >>> 18), b ^ (b >>> 22), c ^ (c >>> 17), d ^ (d >>> 19)];
}

/** @returns {() => number} whole numbers from 0 up to 2 ** 32, without it */
export function makeWords(seed, purpose) {
  let [a, b, c, d] = hash(`${purpose}:${seed}`);
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  // The first numbers of seeds that are alike would be alike as well.
  for (let index = 0; index < 16; index++) next();
  return next;
}

/** A number in [0, 1), of 53 bits. */
export function fractionOf(word) {
  const high = word() >>> 5;
  return (high * 67108864 + (word() >>> 6)) / 9007199254740992;
}

/** Fills a view; every byte is drawn anew. */
export function fillRandom(view, word) {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  for (let index = 0; index < bytes.length; index++) bytes[index] = word() >>> 24;
  return view;
}

/** A UUID of version 4. */
export function makeUuid(word) {
  const bytes = fillRandom(new Uint8Array(16), word);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** A whole number from `least` to `most`, each as likely as the others. */
export function drawBetween(least, most, word) {
  return least + Math.floor(fractionOf(word) * (most - least + 1));
}
