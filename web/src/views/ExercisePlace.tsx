/** Where the exercise comes when it is wanted: it is no part of the first view. */
import { useSignal, type Signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Example } from '../model/example.ts';
import type { Store } from '../state/store.ts';
import { Parts } from './Lesson.tsx';
import type { Part } from './Page.tsx';

export interface ExerciseProps {
  readonly store: Store;
  readonly part: Signal<Part>;
  /** Which tab of the stage is shown. */
  readonly tab: Signal<number>;
}

export function ExercisePlace(props: ExerciseProps) {
  const { store, part } = props;
  const { title } = store.example.value as Example;
  const question = store.texts.value?.question ?? '';
  const found = useSignal<{ readonly Exercise: FunctionComponent<ExerciseProps> } | null>(null);
  const failed = useSignal('');
  useEffect(() => {
    import('./Exercise.tsx').then(
      (module) => (found.value = module),
      (error: unknown) => (failed.value = String(error)),
    );
  }, []);
  return (
    <>
      <Parts part={part} />
      <section class="lesson" aria-labelledby="title">
        <h1 id="title">{title}</h1>
        <div class="exercise">
          <p class="question" dangerouslySetInnerHTML={{ __html: question }} />
          {found.value !== null && <found.value.Exercise {...props} />}
          {failed.value !== '' && <p role="alert">It could not be loaded: {failed.value}</p>}
        </div>
      </section>
    </>
  );
}
