/** A lesson's texts in other languages as files, each of which runs by itself. */
import type { Example, Pane } from '../model/example.ts';
import { worldWith } from '../model/world.ts';
import type { Store } from '../state/store.ts';
import { saveFile } from './save.ts';

type Ending = 'livemd' | 'exs' | 'py';

/** What there is to take along of a pane, and what to call it. */
const files: Readonly<Record<string, ReadonlyArray<readonly [Ending, string]>>> = {
  elixir: [
    ['livemd', 'Notebook (.livemd)'],
    ['exs', 'Script (.exs)'],
  ],
  python: [['py', 'Script (.py)']],
};

export function TakeAlong({ store, pane }: { store: Store; pane: Pane }) {
  if (store.texts.value?.world == null) {
    return null;
  }
  return (
    <span class="take-along">
      {(files[pane.id] ?? []).map(([ending, word]) => (
        <button key={ending} type="button" class="link" onClick={() => void take(store, ending)}>
          {word}
        </button>
      ))}
    </span>
  );
}

async function take(store: Store, ending: Ending): Promise<void> {
  const [{ worldAbroad }, { exsOf, livemdOf, pyOf, textOf }] = await Promise.all([
    import('../model/abroad.ts'),
    import('../model/downloads.ts'),
  ]);
  const example = store.example.peek() as Example;
  const texts = store.texts.peek();
  if (texts?.world == null) {
    return;
  }
  const knobs = store.knobs.peek();
  const textIn = (id: string) => textOf(texts.panes.find((pane) => pane.id === id)?.html ?? '');
  const taken = {
    title: `${example.mark} ${example.title}`,
    question: texts.question,
    predict: texts.predict,
    rule: texts.rule,
    elixir: textIn('elixir'),
    python: textIn('python'),
    world: worldAbroad(
      { world: worldWith(texts.world, texts.knobs, knobs), seed: store.seed.peek(), knobs },
      store.trace.peek().events,
    ),
  };
  const text = { livemd: livemdOf, exs: exsOf, py: pyOf }[ending](taken);
  saveFile(`belay-${example.id}.${ending}`, 'text/plain', text);
}
