/**
 * Reads what a lesson is written in: `lesson.md`, and programs whose lines
 * belong to regions.
 *
 * A line `//: name` (in Elixir and Python `#: name`) begins a region that
 * lasts until the next such line; one without a name begins lines of no
 * region. These lines are taken out: what is left is shown and run.
 */
import { escape } from './highlight.ts';
import type { Predict } from '../src/model/example.ts';

export interface Marked {
  readonly text: string;
  /** For each line of the text, the name of its region or ''. */
  readonly regions: readonly string[];
}

export function unmark(source: string): Marked {
  const lines: string[] = [];
  const regions: string[] = [];
  let region = '';
  for (const line of source.trimEnd().split('\n')) {
    const marker = /^\s*(?:\/\/|#):\s*(\w*)\s*$/.exec(line);
    if (marker !== null) {
      region = marker[1] ?? '';
    } else {
      lines.push(line);
      regions.push(region);
    }
  }
  return { text: `${lines.join('\n')}\n`, regions };
}

/** `code`, *stress* and **more stress**, nothing else. */
export function inline(text: string): string {
  return escape(text.trim())
    .replaceAll(/\s*\n\s*/g, ' ')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/\*([^*]+)\*/g, '<em>$1</em>');
}

export interface Written {
  readonly title: string;
  readonly question: string;
  readonly predict: Predict | null;
  readonly change: readonly string[];
  readonly rule: string;
}

/**
 * A lesson's words:
 *
 *     # Title
 *     The question.
 *     ## Predict
 *     What is asked.
 *     - [ ] an option
 *     - [x] the right one
 *     Why it is right.
 *     ## Change it
 *     - what to try
 *     ## Rule
 *     One line.
 */
export function readLesson(markdown: string, file: string): Written {
  const [head = '', ...parts] = markdown.split(/^## /m);
  const [first = '', ...question] = head.trim().split('\n');
  const sections = new Map(
    parts.map((part) => {
      const [name = '', ...lines] = part.split('\n');
      return [name.trim(), lines.join('\n').trim()] as const;
    }),
  );
  for (const name of sections.keys()) {
    if (!['Predict', 'Change it', 'Rule'].includes(name)) {
      throw new Error(`${file}: a section "${name}"; there are Predict, Change it and Rule`);
    }
  }
  const title = /^# (.+)$/.exec(first)?.[1];
  const rule = sections.get('Rule');
  if (title === undefined || rule === undefined || question.join('').trim() === '') {
    throw new Error(`${file}: a title, a question and a rule are wanted`);
  }
  const words = question.join(' ').trim().split(/\s+/).length;
  if (words > 60) {
    throw new Error(`${file}: the question has ${words} words; at most 60`);
  }
  const predict = sections.get('Predict');
  return {
    title,
    question: inline(question.join('\n')),
    predict: predict === undefined ? null : readPredict(predict, file),
    change: items(sections.get('Change it') ?? ''),
    rule: inline(rule),
  };
}

function readPredict(text: string, file: string): Predict {
  const options = [...text.matchAll(/^- \[( |x)\] (.+(?:\n {2,}.+)*)$/gm)];
  const first = options[0];
  const last = options.at(-1);
  if (
    first === undefined ||
    last === undefined ||
    options.filter(([, mark]) => mark === 'x').length !== 1
  ) {
    throw new Error(`${file}: a prediction has options, one of which is right`);
  }
  const because = text.slice(last.index + last[0].length).trim();
  if (because === '') {
    throw new Error(`${file}: it is to be told why the option is right`);
  }
  return {
    question: inline(text.slice(0, first.index)),
    options: options.map(([, mark, option]) => ({
      html: inline(option ?? ''),
      right: mark === 'x',
    })),
    because: inline(because),
  };
}

export function items(text: string): string[] {
  return [...text.matchAll(/^- (.+(?:\n {2,}.+)*)$/gm)].map(([, item]) => inline(item ?? ''));
}
