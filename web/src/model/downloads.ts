/**
 * A lesson to be taken along: as a notebook for Livebook, as a script in
 * Elixir, and as one in Python. Each runs by itself. A program that asks the
 * lesson's network brings it along: the answers, and the times they take, are
 * those of the seed and the knobs that the page shows.
 */
import exs from '../../tools/parity/api.exs?raw';
import py from '../../tools/parity/api.py?raw';
import { elixirTerm, elixirWorld, type WorldAbroad } from './abroad.ts';
import type { Predict } from './example.ts';

/** What is written down of a lesson; texts of the page are inline HTML. */
export interface Taken {
  readonly title: string;
  readonly question: string;
  readonly predict: Predict | null;
  readonly rule: string;
  readonly elixir: string;
  readonly python: string;
  readonly world: WorldAbroad;
  /** By language, sentences on knobs that its text does not take over. */
  readonly untaken: Readonly<Record<'elixir' | 'python', readonly string[]>>;
}

/** The part of a text between the lines that begin with these words. */
function between(text: string, from: string, to: string): string {
  const begin = text.indexOf(`\n${from}`);
  const end = text.indexOf(`\n${to}`);
  if (begin < 0 || end < begin) {
    throw new Error(`there is nothing between "${from}" and "${to}"`);
  }
  return text.slice(begin + 1, end).trim();
}

const networkInElixir = () => between(exs, 'defmodule Server do', 'defmodule Canon do');
const networkInPython = () => between(py, 'import asyncio', 'def canon(');

/* A cell may be evaluated again: the network then begins anew. */
const opening = (world: WorldAbroad): string =>
  [
    'for table <- [:fates, :attempts], :ets.whereis(table) != :undefined, do: :ets.delete(table)',
    'if server = Process.whereis(Server), do: GenServer.stop(server)',
    '',
    `world = ${elixirWorld(world)}`,
    '',
    'Api.open(world)',
  ].join('\n');

/** What the program finds in the place of the lesson's network and its knobs: one cell each. */
function surroundings(elixir: string, world: WorldAbroad): string[] {
  if (/\bApi\.get!/.test(elixir)) {
    return [networkInElixir(), opening(world)];
  }
  return /\bApi\./.test(elixir) ? [knobsInElixir(world)] : [];
}

/** For a program that asks nothing: its knobs alone, as the page shows them. */
const knobsInElixir = ({ knobs }: WorldAbroad): string =>
  [
    'defmodule Api do',
    `  @knobs ${elixirTerm(knobs)}`,
    '  def knob(name), do: Map.fetch!(@knobs, name)',
    'end',
  ].join('\n');

/** A notebook of Livebook: the question, the cells, what is to be taken away. */
export function livemdOf(taken: Taken): string {
  const { title, question, predict, rule, elixir, world, untaken } = taken;
  const cell = (code: string) => ['```elixir', code.trim(), '```'].join('\n');
  const parts = [`# ${title}`, markdown(question)];
  if (predict !== null) {
    parts.push(
      '## Predict',
      markdown(predict.question),
      predict.options.map(({ html }) => `* ${markdown(html)}`).join('\n'),
    );
  }
  const cells = surroundings(elixir, world);
  if (cells.length > 1) {
    parts.push(
      '## The network',
      'What the lesson asks is simulated: each request meets what it met in the playground, and the knobs stand as they stood there. Evaluate this before the program, and again before you run it a second time.',
    );
  } else if (cells.length > 0) {
    parts.push('## The knobs', 'They stand as they stood in the playground.');
  }
  parts.push(...cells.map(cell), '## The program', ...untaken.elixir, cell(elixir));
  if (predict !== null) {
    const right = predict.options.find((option) => option.right)?.html ?? '';
    parts.push(
      '## Why',
      `<details>\n<summary>The answer</summary>\n\n${markdown(right)}: ${markdown(predict.because)}\n\n</details>`,
    );
  }
  parts.push('## Rule', markdown(rule));
  return `${parts.join('\n\n')}\n`;
}

/** A script that prints the outcome: `elixir B3.exs`. */
export function exsOf({ title, elixir, world, untaken }: Taken): string {
  const cells = surroundings(elixir, world);
  const what = cells.length > 1 ? 'The network of the lesson, simulated.' : 'The knobs of the lesson.';
  return [
    `# ${title}`,
    ...comments(untaken.elixir),
    '',
    ...(cells.length > 0 ? [`# ${what}`, ...cells, ''] : []),
    '# Evaluated, not compiled: the compiler of OTP 25 breaks on some programs that receive.',
    'program =',
    '  quote do',
    indented(elixir.trim(), 4),
    '  end',
    '',
    '{outcome, _} = Code.eval_quoted(program)',
    'IO.inspect(outcome, label: "outcome")',
    '',
  ].join('\n');
}

/** A script that prints the outcome: `python3 B3.py`. */
export function pyOf({ title, python, world, untaken }: Taken): string {
  const uses = /\bfrom api import\b/.test(python);
  const network = uses
    ? [
        '# The network of the lesson, simulated.',
        networkInPython(),
        '',
        '',
        `world = json.loads(r"""${JSON.stringify({ ...world, knobs: {} })}""")`,
        'for path, attempt, *fate in world["fates"]:',
        '    fates[path, attempt] = fate',
        'endpoints.update(world["endpoints"])',
        'cores.extend([0] * world["cores"])',
        'sys.modules["api"] = sys.modules[__name__]  # the program imports it from here',
        '',
      ]
    : ['import asyncio', 'import inspect', 'import json', ''];
  return [
    `# ${title}`,
    ...comments(untaken.python),
    '',
    ...network,
    python.trim(),
    '',
    '',
    'if __name__ == "__main__":',
    `    knobs = json.loads(r"""${JSON.stringify(world.knobs)}""")`,
    '    wanted = inspect.signature(main).parameters',
    '    print(asyncio.run(main(**{name: knobs[name] for name in knobs if name in wanted})))',
    '',
  ].join('\n');
}

const comments = (sentences: readonly string[]): string[] =>
  sentences.map((sentence) => `# ${sentence}`);

const indented = (text: string, by: number): string =>
  text.replaceAll(/^(?=.)/gm, ' '.repeat(by));

/** The page's inline HTML as Markdown. */
function markdown(html: string): string {
  return html
    .replaceAll(/<\/?code>/g, '`')
    .replaceAll(/<\/?strong>/g, '**')
    .replaceAll(/<\/?em>/g, '*')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

/** The text of a pane's lines, whose only elements are `<b class>` and blocks. */
export function textOf(html: string): string {
  return markdown(html.replaceAll(/<[^>]*>/g, ''));
}
