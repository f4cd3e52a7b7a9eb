/** What the page has to say to the learner beside the lesson, until it is put away. */
import { signal } from '@preact/signals';

export interface Notice {
  /** A notice takes the place of an earlier one of the same kind. */
  readonly kind: 'link' | 'edit' | 'storage' | 'version';
  readonly text: string;
  /** Shown when it is asked for, as it is: the text of a link, say. */
  readonly detail?: { readonly word: string; readonly text: string };
  /** Each puts the notice away. */
  readonly actions?: readonly { readonly word: string; readonly act: () => void }[];
}

export class Notices {
  readonly list = signal<readonly Notice[]>([]);

  show(notice: Notice): void {
    this.list.value = [...this.list.peek().filter(({ kind }) => kind !== notice.kind), notice];
  }

  putAway(kind: Notice['kind']): void {
    if (this.list.peek().some((notice) => notice.kind === kind)) {
      this.list.value = this.list.peek().filter((notice) => notice.kind !== kind);
    }
  }
}
