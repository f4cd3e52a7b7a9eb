/** Parts of the page that are no part of its first view: they come when they are wanted. */
import { signal } from '@preact/signals';
import type { FunctionComponent } from 'preact';
import { useEffect } from 'preact/hooks';

/** Gets those that are to be there before anybody wants them: once the page is there to be read. */
export const soon: Array<() => Promise<void>> = [];

/** Stands for the part that `load` gives, and says so when that cannot be had. */
export function later<Props extends object>(
  load: () => Promise<FunctionComponent<Props>>,
  isSoon = false,
): FunctionComponent<Props> {
  const found = signal<{ readonly Part: FunctionComponent<Props> } | null>(null);
  const failed = signal('');
  const get = () =>
    load().then(
      (Part) => {
        found.value = { Part };
      },
      (error: unknown) => {
        failed.value = String(error);
      },
    );
  if (isSoon) {
    soon.push(get);
  }
  return function Later(props) {
    useEffect(() => {
      if (found.value === null) {
        void get();
      }
    }, []);
    if (found.value !== null) {
      return <found.value.Part {...props} />;
    }
    return failed.value === '' ? null : <p role="alert">It could not be loaded: {failed.value}</p>;
  };
}
