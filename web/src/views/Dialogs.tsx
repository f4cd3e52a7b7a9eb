/** What opens over the page; its modules come when one of them is asked for. */
import type { Signal } from '@preact/signals';
import type { Store } from '../state/store.ts';
import { Find } from './Find.tsx';
import { Help } from './Help.tsx';
import type { Overlaid } from './Overlay.tsx';
import type { Part } from './Page.tsx';
import { Share } from './Share.tsx';

interface Props {
  readonly store: Store;
  readonly part: Signal<Part>;
  readonly open: Signal<Overlaid | null>;
}

export function Dialogs({ store, part, open }: Props) {
  const shown = open.value;
  /* A dialog tells that it has closed a moment later; another one may be open by then. */
  const close = () => {
    if (open.peek() === shown) {
      open.value = null;
    }
  };
  switch (shown) {
    case 'share':
      return <Share store={store} close={close} />;
    case 'find':
      return <Find store={store} part={part} close={close} />;
    case 'help':
      return <Help store={store} close={close} />;
    case null:
      return null;
  }
}
