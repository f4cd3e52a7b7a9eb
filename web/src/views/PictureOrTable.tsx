/** Whether something is shown as a picture or as a table. */
import type { Signal } from '@preact/signals';

interface Props {
  readonly asTable: Signal<boolean>;
  /** Of the radio buttons: one on the page for each choice. */
  readonly name: string;
  /** What is shown: "the tasks". */
  readonly what: string;
}

export function PictureOrTable({ asTable, name, what }: Props) {
  return (
    <fieldset class="switch">
      <legend class="unseen">Show {what} as</legend>
      {[false, true].map((table) => (
        <label key={String(table)}>
          <input
            type="radio"
            name={name}
            checked={asTable.value === table}
            onChange={() => (asTable.value = table)}
          />
          <span>{table ? 'Table' : 'Picture'}</span>
        </label>
      ))}
    </fieldset>
  );
}
