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
  return `<span class="line i${Math.min(indent, 12)}"${data}>${breakable(line, indent)}\n</span>`;
}

const FIRST_MAX = 20; // characters up to the end of a first word that any screen has room for

/**
 * A first word that is too long for a narrow screen would go to a row of its own, and
 * leave an empty one behind: it may be broken after `(`, `[` and `=`, and before `.`.
 */
function breakable(line: string, indent: number): string {
  const word = /^ *(?:<[^>]*>|[^ <])+/.exec(line)?.[0] ?? '';
  const { length } = word.replaceAll(/<[^>]*>/g, '').replaceAll(/&\w+;/g, '&');
  if (indent === 0 || length <= FIRST_MAX) {
    return line;
  }
  const parts = word.replaceAll(/<[^>]*>|(?<=\S)[[(=](?=[^)\]=&])|(?<=[\w)\]>])\.(?=[\w<])/g, (found) =>
    found === '.' ? '<wbr>.' : found.length === 1 ? `${found}<wbr>` : found,
  );
  return parts + line.slice(word.length);
}

export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
