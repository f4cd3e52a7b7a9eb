/** Text as HTML: one block for each line, names of its parts as classes. */
import { parser as javascript } from '@lezer/javascript';
import { parser as python } from '@lezer/python';
import { highlightCode } from '@lezer/highlight';
import { parser as elixir } from 'lezer-elixir';
import { codeClasses } from '../src/views/code-classes.ts';

const parsers = { javascript, python, elixir };

export type Language = keyof typeof parsers;

/** `regions` names each line's region, '' for none. */
export function highlight(
  text: string,
  language: Language,
  regions: readonly string[] = [],
): string {
  const lines: string[] = [''];
  const put = (html: string) => {
    lines[lines.length - 1] += html;
  };
  highlightCode(
    text.trimEnd(),
    parsers[language].parse(text.trimEnd()),
    codeClasses,
    (part, name) => put(name === '' ? escape(part) : `<b class="${name}">${escape(part)}</b>`),
    () => lines.push(''),
  );
  return lines.map((line, index) => wrap(line, regions[index] ?? '')).join('');
}

/** A line knows its indent, so that what is wrapped stands under it. */
function wrap(line: string, region: string): string {
  const indent = /^ */.exec(line)?.[0].length ?? 0;
  const data = region === '' ? '' : ` data-region="${region}"`;
  return `<span class="line i${Math.min(indent, 12)}"${data}>${line === '' ? '\n' : `${line}\n`}</span>`;
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
