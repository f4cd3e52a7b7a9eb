/**
 * The stage's picture as a file of its own: the same drawing, wide enough for
 * a document, with the styles that it has on the page written into it.
 */
import { render } from 'preact';
import type { Store } from '../state/store.ts';
import { Lanes } from './Lanes.tsx';

const WIDTH = 960;
const MARGIN = 16;

/** What decides how a shape or a text looks. */
const styles = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'display',
  'visibility',
] as const;

/** The SVG's text. The page must be there, as it says what things look like. */
export async function pictureOf(store: Store, title: string): Promise<string> {
  const place = document.createElement('div');
  place.style.cssText = `position: fixed; left: -${WIDTH * 2}px; top: 0; width: ${WIDTH}px`;
  place.ariaHidden = 'true';
  place.inert = true;
  document.body.append(place);
  try {
    render(<Lanes store={store} />, place);
    await drawnAt(place, WIDTH);
    return standAlone(place.querySelector('svg') as SVGSVGElement, title);
  } finally {
    render(null, place);
    place.remove();
  }
}

/** The lanes learn how wide they may be from the page, a frame later. */
async function drawnAt(place: HTMLElement, width: number): Promise<void> {
  for (let frames = 0; frames < 20; frames += 1) {
    await new Promise((drawn) => setTimeout(drawn, 16));
    if (Number(place.querySelector('svg')?.getAttribute('width')) === width) {
      return;
    }
  }
}

function standAlone(drawing: SVGSVGElement, title: string): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const originals = drawing.querySelectorAll<SVGElement>('*');
  copy.querySelectorAll<SVGElement>('*').forEach((element, index) => {
    const look = getComputedStyle(originals[index] as SVGElement);
    /* What is there to be pressed says nothing in a picture. */
    if (
      look.display === 'none' ||
      look.visibility === 'hidden' ||
      element.classList.contains('row-button')
    ) {
      element.dataset['gone'] = '';
      return;
    }
    const text = styles
      .map((name) => [name, look.getPropertyValue(name)])
      .filter(([name, value]) => value !== '' && value !== usual[name as string])
      .map(([name, value]) => `${name}: ${value}`)
      .join('; ');
    for (const { name } of [...element.attributes]) {
      if (/^(class|role|tabindex|data-|aria-(?!label$))/.test(name)) {
        element.removeAttribute(name);
      }
    }
    element.setAttribute('style', text);
  });
  copy.querySelectorAll('[data-gone]').forEach((element) => element.remove());
  const width = Number(drawing.getAttribute('width')) + 2 * MARGIN;
  const height = Number(drawing.getAttribute('height')) + 2 * MARGIN;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('viewBox', `${-MARGIN} ${-MARGIN} ${width} ${height}`);
  copy.setAttribute('role', 'img');
  copy.removeAttribute('style');
  const background = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  const surface = getComputedStyle(document.querySelector('.panel') ?? document.body);
  background.setAttribute('fill', surface.backgroundColor);
  for (const [name, value] of Object.entries({ x: -MARGIN, y: -MARGIN, width, height })) {
    background.setAttribute(name, String(value));
  }
  const words = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  words.textContent = title;
  copy.prepend(words, background);
  return `${new XMLSerializer().serializeToString(copy)}\n`;
}

/** What a style is when nothing says otherwise: left out. */
const usual: Readonly<Record<string, string>> = {
  'fill-opacity': '1',
  stroke: 'none',
  'stroke-dasharray': 'none',
  'stroke-linecap': 'butt',
  'stroke-linejoin': 'miter',
  opacity: '1',
  'font-weight': '400',
  'text-anchor': 'start',
  display: 'inline',
  visibility: 'visible',
};
