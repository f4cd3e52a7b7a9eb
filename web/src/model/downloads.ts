/**
 * A lesson to be taken along: as a notebook for Livebook, as a script in
 * Elixir, and as one in Python. Each runs by itself. A program that asks the
 * lesson's network brings it along: the answers, and the times they take, are
 * those of the seed and the knobs that the page shows.
 */
import exs from '../../tools/parity/api.exs?raw';
import py from '../../tools/parity/api.py?raw';
import { elixirWorld, type WorldAbroad } from './abroad.ts';
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

const usesApi = (elixir: string): boolean => /\bApi\./.test(elixir);

/** A notebook of Livebook: the question, the cells, what is to be taken away. */
export function livemdOf({ title, question, predict, rule, elixir, world }: Taken): string {
  const cell = (code: string) => ['```elixir', code.trim(), '```'].join('\n');
  const parts = [`# ${title}`, markdown(question)];
  if (predict !== null) {
    parts.push(
      '## Predict',
      markdown(predict.question),
      predict.options.map(({ html }) => `* ${markdown(html)}`).join('\n'),
    );
  }
  if (usesApi(elixir)) {
    parts.push(
      '## The network',
      'What the lesson asks is simulated: each request meets what it met in the playground. Evaluate this before the program, and again before you run it a second time.',
      cell(networkInElixir()),
      cell(opening(world)),
    );
  }
  parts.push('## The program', cell(elixir));
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
export function exsOf({ title, elixir, world }: Taken): string {
  const network = usesApi(elixir)
    ? ['# The network of the lesson, simulated.', networkInElixir(), opening(world), '']
    : [];
  return [
    `# ${title}`,
    '',
    ...network,
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
export function pyOf({ title, python, world }: Taken): string {
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
