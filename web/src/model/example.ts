/** An example: what the page knows of it from the start. */
export interface Example {
  /** Part of the address: `#async-await`. */
  readonly id: string;
  /** Its place in the lesson, from 1; null for one of the page's own. */
  readonly number: number | null;
  readonly title: string;
  readonly question: string;
  readonly rule: string;
  /** The rest comes when it is wanted. */
  readonly load: () => Promise<Texts>;
}

/** What an example has to read and to run. */
export interface Texts {
  /** The program: exactly what is shown and what runs. */
  readonly source: string;
  /** What the program imports, by the specifier that it uses. */
  readonly files: Readonly<Record<string, string>>;
  readonly panes: readonly Pane[];
}

/** A text to read beside the others, highlighted when the page is built. */
export interface Pane {
  readonly id: string;
  readonly name: string;
  /** This is the text that runs. */
  readonly runs: boolean;
  /** A block for each line of the text; only <b class> inside. */
  readonly html: string;
}
