/** Makes such a file of the lesson as it is shown, and hands it to the browser. */
import { worldAbroad } from '../model/abroad.ts';
import { exsOf, livemdOf, pyOf, textOf } from '../model/downloads.ts';
import type { Example } from '../model/example.ts';
import { worldWith } from '../model/world.ts';
import type { Store } from '../state/store.ts';
import { saveFile } from './save.ts';

export type Ending = 'livemd' | 'exs' | 'py';

export function take(store: Store, ending: Ending): void {
  const example = store.example.peek() as Example;
  const texts = store.texts.peek();
  if (texts?.world == null) {
    return;
  }
  const knobs = store.knobs.peek();
  const untakenIn = (id: string) =>
    texts.panes.find((pane) => pane.id === id)?.untaken ?? [];
  const textIn = (id: string) => textOf(texts.panes.find((pane) => pane.id === id)?.html ?? '');
  const taken = {
    title: `${example.mark} ${example.title}`,
    question: texts.question,
    predict: texts.predict,
    rule: texts.rule,
    elixir: textIn('elixir'),
    python: textIn('python'),
    untaken: { elixir: untakenIn('elixir'), python: untakenIn('python') },
    world: worldAbroad(
      { world: worldWith(texts.world, texts.knobs, knobs), seed: store.seed.peek(), knobs },
      store.trace.peek().events,
    ),
  };
  const text = { livemd: livemdOf, exs: exsOf, py: pyOf }[ending](taken);
  saveFile(`belay-${example.id}.${ending}`, 'text/plain', text);
}
