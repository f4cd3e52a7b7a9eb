// The page's colours: what carries meaning can be told from its ground, and states
// from each other, also by readers who see fewer colours.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const SCHEMES = ['light', 'dark'];
const tokens = new Map(
  [
    ...readFileSync(new URL('../../web/src/styles/tokens.css', import.meta.url), 'utf8').matchAll(
      /--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g,
    ),
  ].map(([, name, light, dark]) => [name, { light, dark }]),
);

/** Red, green and blue in linear light, from 0 to 1. */
const lightOf = (hex) =>
  [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });

function contrast(a, b) {
  const luminance = (hex) => {
    const [red, green, blue] = lightOf(hex);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark, light] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

function pairs(least, front, back) {
  for (const scheme of SCHEMES) {
    for (const f of front) {
      for (const b of back) {
        const found = contrast(tokens.get(f)[scheme], tokens.get(b)[scheme]);
        assert.ok(found >= least, `${f} on ${b}, ${scheme}: ${found.toFixed(2)}`);
      }
    }
  }
}

const grounds = ['bg', 'surface', 'sunken'];

describe('colours', () => {
  it('of text can be read on every ground', () =>
    pairs(
      4.5,
      [
        'text',
        'muted',
        'accent',
        'code-keyword',
        'code-string',
        'code-number',
        'code-function',
        'code-comment',
        'crashed-stroke',
      ],
      grounds,
    ));
  it('of strokes can be seen on every ground', () =>
    pairs(
      3,
      [
        'border',
        'focus',
        'queued-stroke',
        'waiting-stroke',
        'link',
        'ok-stroke',
        'error-stroke',
        'crashed-stroke',
        'stopped-stroke',
      ],
      grounds,
    ));
  it('of signs can be seen on their fills', () => {
    for (const state of ['ok', 'error', 'crashed', 'stopped'])
      pairs(4.5, [`${state}-label`], [`${state}-fill`]);
    pairs(4.5, ['on-accent'], ['accent']);
  });
  it('of the lines on a fill can be seen', () => {
    pairs(3, ['surface'], ['crashed-fill']); // the hatch; the dots have the label's colour
    pairs(4.5, ['waiting-stroke'], ['waiting-fill']); // drawn thin
  });
});

/* What readers see of linear light: Machado, Oliveira and Fernandes 2009, the whole deficiency. */
const sights = {
  'all colours': [1, 0, 0, 0, 1, 0, 0, 0, 1],
  'no red': [
    0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998,
  ],
  'no green': [
    0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881,
  ],
  'no blue': [
    1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039,
  ],
};

const times = (matrix, [a, b, c]) =>
  [0, 3, 6].map((row) => matrix[row] * a + matrix[row + 1] * b + matrix[row + 2] * c);

/** CIE L*a*b* of linear light, for the white of sRGB. */
function labOf(light) {
  const toXyz = [
    0.433953, 0.37621, 0.18984, 0.212673, 0.715152, 0.072175, 0.017757, 0.109468, 0.872776,
  ];
  const [x, y, z] = times(toXyz, light).map((part) =>
    part > 216 / 24389 ? Math.cbrt(part) : ((24389 / 27) * part + 16) / 116,
  );
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const RADIAN = Math.PI / 180;

/** By how much two colours differ: CIEDE2000, in the notation of Sharma, Wu and Dalal 2005. */
function difference([l1, a1, b1], [l2, a2, b2]) {
  const seventh = (chroma) => Math.sqrt(chroma ** 7 / (chroma ** 7 + 25 ** 7));
  const stretch = 1.5 - seventh((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) / 2;
  const [c1, c2] = [Math.hypot(a1 * stretch, b1), Math.hypot(a2 * stretch, b2)];
  const hue = (a, b) => Math.atan2(b, a * stretch) / RADIAN;
  const turn = ((hue(a2, b2) - hue(a1, b1) + 540) % 360) - 180;
  const h = hue(a1, b1) + turn / 2;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const wave = (factor, by) => Math.cos((factor * h + by) * RADIAN);
  const t = 1 - 0.17 * wave(1, -30) + 0.24 * wave(2, 0) + 0.32 * wave(3, 6) - 0.2 * wave(4, -63);
  const dl = (l2 - l1) / (1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2));
  const dc = (c2 - c1) / (1 + 0.045 * c);
  const dh = (2 * Math.sqrt(c1 * c2) * Math.sin((turn / 2) * RADIAN)) / (1 + 0.015 * c * t);
  const blue = Math.exp(-((((h + 360) % 360) / 25 - 11) ** 2));
  return Math.sqrt(dl ** 2 + dc ** 2 + dh ** 2 - 2 * seventh(c) * Math.sin(60 * blue * RADIAN) * dc * dh);
}

describe('the colours of states', () => {
  const states = ['waiting', 'ok', 'error', 'crashed', 'stopped'];
  const LEAST = 12; // ten times what is just seen as another colour

  it('are compared as the authors of the formula do', () => {
    const found = difference([50, 2.6772, -79.7751], [50, 0, -82.7485]);
    assert.equal(found.toFixed(4), '2.0425');
    assert.equal(difference([50, -1, 2], [50, 0, 0]).toFixed(4), '2.3669');
    assert.equal(difference([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514]).toFixed(4), '0.9082');
  });

  for (const [sight, matrix] of Object.entries(sights)) {
    it(`stay apart for readers who see ${sight}`, () => {
      for (const scheme of SCHEMES) {
        const seen = states.map((state) => {
          const light = times(matrix, lightOf(tokens.get(`${state}-fill`)[scheme]));
          return labOf(light.map((part) => Math.min(1, Math.max(0, part))));
        });
        seen.forEach((one, at) =>
          seen.slice(at + 1).forEach((other, after) => {
            const found = difference(one, other);
            const which = `${states[at]} and ${states[at + 1 + after]}, ${scheme}`;
            assert.ok(found >= LEAST, `${which}: ${found.toFixed(1)}`);
          }),
        );
      }
    });
  }
});
