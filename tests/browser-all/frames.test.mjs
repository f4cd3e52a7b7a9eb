// Fixed frames of the page against stored pictures of them, made on Debian's Chromium:
// a lesson's run in its middle, in failure and at its end, light, dark and on a phone.
//
//   BELAY_FRAMES=write node --test tests/browser-all/frames.test.mjs    makes them anew
//
// Nothing moves in them, and all letters are of the font that comes with the page, so
// that they do not depend on those of the machine.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clickVisible, desk, phone, runToEnd, useSite } from '../browser/support.mjs';
import { holdAgainst } from './pictures.mjs';

/* Letters and colours are drawn as alike as machines allow; pictures.mjs stands the rest. */
const { withPage } = useSite('Chromium', [
  '--font-render-hinting=none',
  '--disable-font-subpixel-positioning',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
]);

/** Of each picture: what it is of, when in the run, and what of the page it shows. */
const frames = {
  'code-light': { address: '#B3', ran: false, part: '.code' },
  'A1-middle-light': { address: '#A1', t: 150 },
  'A2-end-dark': { address: '#A2', t: Number.POSITIVE_INFINITY, scheme: 'dark' },
  'A3-failure-light': { address: '#A3', t: 100, part: '.stage' },
  'B1-middle-dark': { address: '#B1', t: 160, scheme: 'dark' },
  'B3-timeout-phone': { address: '#B3', t: 170, viewport: phone },
  'C3-failure-dark': { address: '#C3', t: 350, scheme: 'dark' },
  'C5-end-light': { address: '#C5', t: Number.POSITIVE_INFINITY },
  'D1-tree-dark': { address: '#D1', t: 150, scheme: 'dark', tab: 'tree', part: '.stage-tabs' },
  'D2-end-phone-dark': { address: '#D2', t: Number.POSITIVE_INFINITY, viewport: phone, scheme: 'dark' },
  'E2-log-light': { address: '#E2', t: 150, tab: 'log', part: '.stage-tabs' },
  'G1-middle-light': { address: '#G1', t: 400 },
  'exercise-phone': { address: '#H', ran: false, viewport: phone, part: '.exercise-step' },
  'empty-light': { address: '#H', ran: false, part: '.stage' },
};

async function still(page, scheme) {
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
}

/* The bar at the foot lies over what is behind it, and how long the page paused is the machine's. */
const quiet = `
  :root { --sans: var(--mono); caret-color: transparent }
  .transport { visibility: hidden }
  .gap { display: none }
`;

/** The page as the frame wants it, until nothing of it is on its way any more. */
async function bringTo(page, { ran = true, t = 0, tab, part = '.tasks' }) {
  await page.evaluate((styles) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    document.adoptedStyleSheets = [sheet];
  }, quiet);
  if (ran) {
    await runToEnd(page);
    await page.$eval(
      '.scrub',
      (range, at) => {
        range.value = String(Math.min(at, Number(range.max)));
        range.dispatchEvent(new Event('input', { bubbles: true }));
      },
      t === Number.POSITIVE_INFINITY ? 1e9 : t,
    );
  }
  if (tab !== undefined) await page.evaluate((id) => document.getElementById(id).click(), `stage-${tab}`);
  await page.waitForSelector(part);
  await page.evaluate(async () => {
    document.activeElement?.blur();
    await document.fonts.ready;
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
    await Promise.all(document.getAnimations().map((animation) => animation.finished));
  });
}

async function shot(page, { part = '.tasks' }) {
  const element = await page.$(part);
  return element.screenshot({ captureBeyondViewport: false });
}

const withFrame = (frame, use) =>
  withPage(
    frame.address,
    {
      viewport: frame.viewport ?? desk,
      before: (page) => still(page, frame.scheme ?? 'light'),
    },
    async (page) => {
      await bringTo(page, frame);
      await use(page);
    },
  );

describe('a fixed frame looks as its stored picture', () => {
  for (const [name, frame] of Object.entries(frames)) {
    it(name, (t) =>
      withFrame(frame, async (page) => {
        t.diagnostic(holdAgainst(name, await shot(page, frame)));
      }),
    );
  }
});

/* What must not pass: each is done to the page, by itself, and undone. */
const plants = {
  'a lane that is 4 px lower': () => {
    document.querySelectorAll('.lanes [role=row]')[1].setAttribute('transform', 'translate(0 4)');
  },
  'another colour of what waits': () => {
    document.documentElement.style.setProperty('--waiting-fill', '#e3cff7');
  },
  'an end that has the colour of another': () => {
    document.querySelector('.end-place:not(.later) .end').setAttribute('class', 'end crashed');
  },
  'a playhead that is 3 px to the right': () => {
    document.querySelector('.playhead').setAttribute('transform', 'translate(3 0)');
  },
  'a word more': () => {
    document.querySelector('#tasks-title').textContent = 'Tasks in time';
  },
};

describe('a picture is not passed by', { skip: process.env.BELAY_FRAMES === 'write' }, () => {
  const name = 'A1-middle-light';
  for (const [what, plant] of Object.entries(plants)) {
    it(what, (t) =>
      withFrame(frames[name], async (page) => {
        await page.evaluate(plant);
        const bytes = await shot(page, frames[name]);
        assert.throws(
          () => holdAgainst(name, bytes),
          (error) => {
            t.diagnostic(error.message);
            return /squares differ/.test(error.message);
          },
        );
      }),
    );
  }
});
