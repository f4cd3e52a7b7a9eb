/** What the page shows and runs: a lesson, or one of the lesson's examples. */
import type { Outcome } from './outcome.ts';
import type { Written } from './record.ts';
import type { Regions } from './regions.ts';
import type { Knob, Knobs, World } from './world.ts';

/** What the page knows of it from the start. */
export interface Example {
  /** Part of the address: `#B3` or `#async-await`. */
  readonly id: string;
  /** The heading it stands under in the list. */
  readonly section: string;
  /** What stands before its title: `B3`, `4`, or nothing. */
  readonly mark: string;
  readonly title: string;
  /** It is done by steps that are checked, and not by a run. */
  readonly exercise?: true;
  /** The rest comes when it is wanted. */
  readonly load: () => Promise<Texts>;
}

/** What an example has to read and to run. */
export interface Texts {
  /** Inline HTML, made when the page is built. */
  readonly question: string;
  readonly rule: string;
  /** The program: exactly what is shown and what runs. */
  readonly source: string;
  /** What the program imports, by the specifier that it uses. */
  readonly files: Readonly<Record<string, string>>;
  readonly panes: readonly Pane[];
  /** The network behind `fetch`; null for the one of the examples. */
  readonly world: World | null;
  readonly knobs: readonly Knob[];
  readonly seed: number;
  /** Runs take real time, each its own: the seed says nothing, and nothing can be broken. */
  readonly clock?: 'real';
  /** Knobs turned another way for which the badges were proved as well. */
  readonly also?: readonly Knobs[];
  /** What the regions of the panes stand for, beside the usual ones. */
  readonly regions: Regions;
  readonly predict: Predict | null;
  /** What to try, once it has been run: inline HTML, one each. */
  readonly change: readonly string[];
  /** The run with the presets, made when the page is built; null if there is none. */
  readonly recorded: Recorded | null;
}

/** A guess to be made before the run. */
export interface Predict {
  readonly question: string;
  readonly options: readonly { readonly html: string; readonly right: boolean }[];
  /** Why, told after the guess. */
  readonly because: string;
}

export interface Recorded {
  readonly events: Written;
  readonly until: number;
  readonly outcome: Outcome;
}

/** A text to read beside the others, highlighted when the page is built. */
export interface Pane {
  readonly id: string;
  readonly name: string;
  /** This is the text that runs. */
  readonly runs: boolean;
  /** A block for each line of the text; only <b class> inside. */
  readonly html: string;
  /** What was proved about it, from the record; null when nothing was. */
  readonly badge: Badge | null;
  /** Sentences on knobs that this text does not take over; left out where there are none. */
  readonly untaken?: readonly string[];
}

export interface Badge {
  /** The text reached its recorded outcome, and it is Belay's, or parts of it are. */
  readonly same: boolean;
  /** `Elixir 1.14.0`. */
  readonly by: string;
  /** What is the same, or what differs. */
  readonly note: string;
}
