/**
 * The lesson's examples as examples of the page: their words, their program
 * cut out of the file, and every text highlighted, so that the page carries
 * no parser.
 *
 * The program is the file without what is about the example and not part of
 * it: its title and the like, the texts in other languages, and the lines
 * that start it in Node. What is left is shown and run, letter by letter.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SyntaxNode } from '@lezer/common';
import { parser as javascript } from '@lezer/javascript';
import type { Example, Pane, Texts } from '../src/model/example.ts';
import { escape, highlight, type Language } from './highlight.ts';

const about = new Set(['title', 'question', 'rule', 'elixir', 'python', 'javascript']);

interface Source {
  readonly file: string;
  readonly title: string;
  readonly question: string;
  readonly rule: string;
  readonly elixir?: string;
  readonly python?: string;
  readonly javascript?: string;
}

/** What the page knows of it at once, and the rest. */
export interface Read {
  readonly about: Omit<Example, 'load'>;
  readonly texts: Texts;
}

/** Those of `lesson`, which has an index.mjs, and the files of `own`. */
export async function readExamples(lesson: string, own: string): Promise<Read[]> {
  const index = join(lesson, 'index.mjs');
  const inOrder: Source[] = existsSync(index) ? [...(await load(index)).examples] : [];
  const examples = inOrder.map((source, at) => exampleOf(lesson, source, at + 1));
  for (const file of readdirSync(own).filter((name) => name.endsWith('.mjs'))) {
    examples.push(exampleOf(own, { file, ...(await load(join(own, file))) }, null));
  }
  return examples;
}

async function load(path: string) {
  return import(`${pathToFileURL(path).href}?at=${Date.now()}`);
}

function exampleOf(folder: string, source: Source, number: number | null): Read {
  const path = join(folder, source.file);
  const { program, imports } = cutProgram(readFileSync(path, 'utf8'), path);
  const files = Object.fromEntries(
    imports.map((specifier) => [specifier, readFileSync(join(folder, specifier), 'utf8')]),
  );
  const panes: Pane[] = [pane('JavaScript', program, 'javascript', true)];
  for (const [specifier, text] of Object.entries(files)) {
    panes.push(pane(basename(specifier), text, 'javascript'));
  }
  const others: Array<[Language, string, string | undefined]> = [
    ['elixir', 'Elixir', source.elixir],
    ['python', 'Python', source.python],
    ['javascript', 'Plain JS', source.javascript],
  ];
  for (const [language, name, text] of others) {
    if (text !== undefined) {
      panes.push(pane(name, text, language));
    }
  }
  const id = source.file.replace(/^\d+-/, '').replace(/\.mjs$/, '');
  const { title } = source;
  const mark = number === null ? '' : String(number);
  const section = number === null ? 'Besides' : 'The examples';
  return {
    about: { id, section, mark, title },
    texts: {
      question: escape(source.question),
      rule: escape(source.rule),
      source: program,
      files,
      panes,
      world: null,
      knobs: [],
      seed: 1,
      regions: {},
      predict: null,
      change: [],
      recorded: null,
    },
  };
}

function pane(name: string, text: string, language: Language, runs = false): Pane {
  const id = name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
  return { id, name, runs, html: highlight(text, language), badge: null };
}

/** The program of an example's file, and the files beside it that it imports. */
export function cutProgram(text: string, path: string): { program: string; imports: string[] } {
  const tree = javascript.parse(text);
  let program = '';
  let from = 0;
  for (let node = tree.topNode.firstChild; node !== null; node = node.nextSibling) {
    if (isAbout(node, text) || isStarter(node, text)) {
      program += text.slice(from, withComments(node).from);
      from = node.to;
    }
  }
  program = `${(program + text.slice(from)).trim().replaceAll(/\n{3,}/g, '\n\n')}\n`;
  const imports = new Set<string>();
  javascript.parse(program).iterate({
    enter(node) {
      const parent = node.node.parent?.name;
      if (node.name === 'String' && (parent === 'ImportDeclaration' || parent === 'ArgList')) {
        const specifier = program.slice(node.from + 1, node.to - 1);
        if (specifier.startsWith('./') && specifier.endsWith('.mjs')) {
          imports.add(specifier);
        } else if (parent === 'ImportDeclaration') {
          throw new Error(`${path}: a page cannot resolve the import of ${specifier}`);
        }
      }
    },
  });
  return { program, imports: [...imports] };
}

/** `export const title = ...` and its like. */
function isAbout(node: SyntaxNode, text: string): boolean {
  const name =
    node.name === 'ExportDeclaration'
      ? node.getChild('VariableDeclaration')?.getChild('VariableDefinition')
      : null;
  return name !== null && name !== undefined && about.has(text.slice(name.from, name.to));
}

/** `if (globalThis.process ...) { ... }` at the end of the file. */
function isStarter(node: SyntaxNode, text: string): boolean {
  return (
    node.name === 'IfStatement' &&
    /^if \(globalThis\.process\b/.test(text.slice(node.from, node.to))
  );
}

/** A comment that stands before such a statement goes with it. */
function withComments(node: SyntaxNode): SyntaxNode {
  let first = node;
  for (
    let before = node.prevSibling;
    before?.name.endsWith('Comment');
    before = before.prevSibling
  ) {
    first = before;
  }
  return first;
}
