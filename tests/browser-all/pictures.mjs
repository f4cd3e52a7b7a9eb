// Pictures that the page is held against: where they lie, and how two are compared.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const stored = join(root, 'tests/browser-all/frames');
const built = join(root, 'build/frames');

/**
 * Pictures are compared by squares of so many pixels, each of its middle colour: letters
 * drawn by another hand look alike then, while what has moved or changed does not.
 */
const SIDE = 4;
/**
 * How many squares may be how far apart, from 0 to 1: hardly any by much, and some by
 * little. Letters with all hints of a font, where the stored ones have none, make up to 6
 * and 80; a line that is 3 px off makes 17 of the first, another pale colour 300 of the second.
 */
const BOUNDS = [
  { distance: 0.15, most: 8 },
  { distance: 0.07, most: 120 },
];
const BYTES_MAX = 60_000;

/** Pictures are made anew, and not compared. */
const writing = process.env.BELAY_FRAMES === 'write';

/** The middle colours of a picture's squares; those at its edges may be smaller. */
function squaresOf({ width, height, data }) {
  const columns = Math.ceil(width / SIDE);
  const rows = Math.ceil(height / SIDE);
  const sums = new Float64Array(columns * rows * 4);
  const counts = new Uint32Array(columns * rows);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const x = Math.floor((pixel % width) / SIDE);
    const square = Math.floor(pixel / width / SIDE) * columns + x;
    counts[square] += 1;
    for (let part = 0; part < 4; part += 1) sums[square * 4 + part] += data[pixel * 4 + part];
  }
  return { columns, rows, data: Uint8Array.from(sums, (sum, at) => sum / counts[at >> 2]) };
}

/** How many squares of two pictures of one size differ, by each of the bounds. */
function compare(expected, actual) {
  const [one, other] = [squaresOf(expected), squaresOf(actual)];
  return BOUNDS.map(({ distance }) =>
    pixelmatch(one.data, other.data, null, one.columns, one.rows, {
      threshold: distance,
      includeAA: true,
    }),
  );
}

/** Both pictures laid over each other, what differs in red: for whoever looks at them. */
function overlaid({ width, height, data }, actual) {
  const picture = new PNG({ width, height });
  pixelmatch(data, actual.data, picture.data, width, height, { threshold: 0.1 });
  return PNG.sync.write(picture);
}

/** Holds the PNG `bytes` against the stored picture `name`; gives a sentence on how alike they are. */
export function holdAgainst(name, bytes) {
  const file = join(stored, `${name}.png`);
  if (writing) {
    assert.ok(bytes.length <= BYTES_MAX, `${name} takes ${bytes.length} bytes, of ${BYTES_MAX}`);
    writeFileSync(file, bytes);
    return 'made anew';
  }
  assert.ok(existsSync(file), `there is no ${relative(root, file)}; BELAY_FRAMES=write makes it`);
  const [actualFile, overlaidFile] = ['actual', 'difference'].map((what) =>
    join(built, `${name}.${what}.png`),
  );
  for (const old of [actualFile, overlaidFile]) rmSync(old, { force: true });
  const expected = PNG.sync.read(readFileSync(file));
  const actual = PNG.sync.read(Buffer.from(bytes));
  const same = expected.width === actual.width && expected.height === actual.height;
  const counts = same ? compare(expected, actual) : [];
  const sentence = same
    ? `${counts.join(' and ')} squares differ, of which ${BOUNDS.map(({ most }) => most).join(' and ')} may`
    : `${actual.width} x ${actual.height} px instead of ${expected.width} x ${expected.height}`;
  if (same && counts.every((count, at) => count <= BOUNDS[at].most)) return sentence;
  mkdirSync(built, { recursive: true });
  writeFileSync(actualFile, bytes);
  if (same) writeFileSync(overlaidFile, overlaid(expected, actual));
  const files = [actualFile, same ? overlaidFile : file].map((path) => relative(root, path));
  throw new Error(
    `${name} looks otherwise: ${sentence}; see ${files.join(' and ')}. ` +
      'If it is meant to, BELAY_FRAMES=write makes the picture anew',
  );
}
