/** How the learner likes the page; it is kept between visits. */
import { signal } from '@preact/signals';
import { read } from './keep.ts';

/** Which side has more room: the text, neither, or the pictures. */
export const views = ['read', 'balanced', 'stage'] as const;
export type View = (typeof views)[number];

export type Keep = (key: string, value: string | null) => void;

export class Preferences {
  readonly view = signal<View>('balanced');
  /** Whether keys of one letter do something: some people's voices press them. */
  readonly letters = signal(true);
  /** Whether a program is edited as plain text. */
  readonly plain = signal(false);
  readonly #keep: Keep;

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  recall(): void {
    const view = read('view');
    this.view.value = views.find((known) => known === view) ?? 'balanced';
    this.letters.value = read('letters') !== 'off';
    this.plain.value = read('editor') === 'plain';
  }

  setView(view: View): void {
    this.view.value = view;
    this.#keep('view', view === 'balanced' ? null : view);
  }

  setLetters(on: boolean): void {
    this.letters.value = on;
    this.#keep('letters', on ? null : 'off');
  }

  setPlain(on: boolean): void {
    this.plain.value = on;
    this.#keep('editor', on ? 'plain' : null);
  }
}
