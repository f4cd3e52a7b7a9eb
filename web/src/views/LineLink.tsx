/** Leads from something that failed to the line of the program on which its error was made. */
import type { Reason } from '../model/trace.ts';
import type { Store } from '../state/store.ts';

interface Props {
  readonly store: Store;
  readonly reason: Reason | undefined;
  /** What cannot be read has no line that is known: the editor finds it. */
  readonly isUnread?: boolean;
  readonly tabIndex?: number;
}

/** Nothing where no line is known, or where another text stands than the one that ran. */
export function LineLink({ store, reason, isUnread = false, tabIndex }: Props) {
  const line = reason?.line ?? null;
  const isOfThis = store.run.value.fault === reason || !store.stale.value;
  return (line === null && !isUnread) || !isOfThis ? null : (
    <button
      type="button"
      class="link line-link"
      tabIndex={tabIndex}
      aria-label={line === null ? 'To where it cannot be read' : `Line ${line}, to where it was thrown`}
      onClick={() => store.goToLine(line)}
    >
      {line === null ? 'where' : `line ${line}`}
    </button>
  );
}
