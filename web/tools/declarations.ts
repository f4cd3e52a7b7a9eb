/**
 * A program's text, changed by another that holds only what is different: each
 * declaration of `changes` takes the place of the one of the same name, and one
 * that is new comes right after the one before it.
 */
import type { SyntaxNode } from '@lezer/common';
import { parser as javascript } from '@lezer/javascript';

interface Piece {
  /** Null for what declares nothing by itself, such as an import. */
  readonly name: string | null;
  /** What stands between it and the piece before: lines without text. */
  readonly gap: string;
  /** The declaration, with the comment before it. */
  readonly text: string;
}

export function changed(program: string, changes: string): string {
  const pieces = piecesOf(program);
  let after = pieces.length - 1;
  for (const change of piecesOf(changes)) {
    const at = pieces.findIndex(({ name }) => name !== null && name === change.name);
    if (at === -1) {
      after += 1;
      pieces.splice(after, 0, { ...change, gap: '\n\n' });
    } else {
      after = at;
      pieces[at] = { ...change, gap: (pieces[at] as Piece).gap };
    }
  }
  return `${pieces.map(({ gap, text }) => gap + text).join('')}\n`;
}

function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  let to = 0;
  let comment: number | null = null;
  for (let node = javascript.parse(text).topNode.firstChild; node !== null; node = node.nextSibling) {
    const sameLine = to > 0 && !text.slice(to, node.from).includes('\n');
    if (node.name.endsWith('Comment')) {
      if (sameLine) {
        /* It stands behind a declaration and belongs to it. */
        const last = pieces.pop() as Piece;
        pieces.push({ ...last, text: last.text + text.slice(to, node.to) });
        from = to = node.to;
      } else {
        comment ??= node.from;
        to = node.to;
      }
      continue;
    }
    const begin = comment ?? node.from;
    pieces.push({
      name: nameOf(node, text),
      gap: text.slice(from, begin),
      text: text.slice(begin, node.to),
    });
    comment = null;
    from = to = node.to;
  }
  return pieces;
}

function nameOf(node: SyntaxNode, text: string): string | null {
  const inner =
    node.name === 'ExportDeclaration'
      ? (node.getChild('FunctionDeclaration') ?? node.getChild('VariableDeclaration') ?? node)
      : node;
  const name = inner.getChild('VariableDefinition');
  return name === null ? null : text.slice(name.from, name.to);
}
