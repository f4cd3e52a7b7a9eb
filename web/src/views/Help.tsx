/** All keys, and the choice to do without those of one letter. */
import type { Store } from '../state/store.ts';
import { looks, type Look } from '../model/states.ts';
import { Dialog } from './Dialog.tsx';
import { StateMark } from './Signs.tsx';

interface Group {
  readonly title: string;
  readonly keys: ReadonlyArray<readonly [keys: readonly string[], what: string]>;
}

const groups: readonly Group[] = [
  {
    title: 'Anywhere',
    keys: [
      [['Ctrl Enter'], 'run the program'],
      [['Ctrl K'], 'find a lesson'],
      [['Ctrl Z', 'Ctrl Shift Z'], 'take back what was broken, break it again'],
      [['?'], 'this help'],
      [['Esc', 'Tab'], 'one after the other: leave the editor'],
    ],
  },
  {
    title: 'On the stage and the playhead',
    keys: [
      [['Space'], 'play or pause'],
      [[',', '.'], 'to the event before, to the next one'],
      [['<', '>'], 'the same, of the chosen task'],
      [['[', ']'], 'to the trouble before, to the next one'],
      [['Home', 'End'], 'to the beginning, to the end'],
      [['-', '='], 'slower, faster'],
      [['+', '_', '0'], 'the picture closer in time, wider, of the whole run'],
      [['r'], 'another seed'],
      [['b'], 'break what the playhead is at'],
    ],
  },
  {
    title: 'In the picture',
    keys: [
      [['↑', '↓', '←', '→'], 'from task to task'],
      [['Enter'], 'choose the task, and go to its end; where tasks share lanes, a lane for each, until Esc'],
      [['Shift F10'], 'ways to break it'],
    ],
  },
];

/* On the virtual clock computing takes no time: no piece of a lane is on the processor. */
const states: ReadonlyArray<readonly [look: Look, what: string]> = [
  [looks.queued, 'it waits for its turn: an outline'],
  [looks.waiting, 'it has begun; what it computes takes no time, so no piece shows that'],
  [looks.ok, 'it returned a value'],
  [
    looks.error,
    "it returned an error as a value, as { error }, ['error', reason], { status: 'rejected' } or an Error: no crash",
  ],
  [looks.crashed, 'it threw, or exited by itself'],
  [looks.killed, 'somebody else ended it: timed out, killed, shut down, or died by a link'],
];

export function Help({ store, close }: { store: Store; close: () => void }) {
  const { letters } = store.preferences;
  return (
    <Dialog title="Keys" close={close}>
      <div class="help">
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([names, what]) => (
                <div key={what}>
                  <dt>
                    {names.map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <section>
          <h3>What a lane is filled with</h3>
          <dl>
            {states.map(([look, what]) => (
              <div key={look.word}>
                <dt>
                  <StateMark look={look} /> {look.family}
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </section>
        <p class="hint-line">On a Mac, Cmd does what Ctrl does. Digits choose a tab below the tasks.</p>
        <label class="check">
          <input
            type="checkbox"
            checked={letters.value}
            onChange={(event) => store.preferences.setLetters(event.currentTarget.checked)}
          />
          Keys of a single letter or sign work (they need the focus on the stage or the playhead)
        </label>
      </div>
    </Dialog>
  );
}
