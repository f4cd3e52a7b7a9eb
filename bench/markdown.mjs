// The tables of a run as Markdown: into build/bench/, and into the marked
// block of a document.

import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, save } from './measuring.mjs';
import { caseTable, replaceBlock, targetTable } from './report.mjs';

const BLOCK = 'figures';

function page({ found, results, lines }) {
  const peers = Object.entries(found.peers).map(([name, version]) => `${name} ${version}`);
  const by = found.by === 'cpu' ? "the main thread's processor time" : 'the clock';
  return [
    `${describe(found)}; medians of ${found.rounds} rounds, ratios by ${by}.`,
    `Peers: ${peers.join(', ')}.`,
    `Command: \`${found.command}\`.`,
    ...(lines.length > 0 ? ['### Targets', targetTable(lines)] : []),
    ...results.flatMap((result) => [
      `### ${result.number === undefined ? '' : `(${result.number}) `}${result.title}`,
      result.missing ?? caseTable(result),
    ]),
  ].join('\n\n');
}

/** Writes the tables beside the JSON, and into the document `into`; gives where. */
export function writeMarkdown({ file, into, ...run }) {
  const text = page(run);
  const written = [save(`${file}.md`, text)];
  if (into !== undefined) {
    const path = resolve(into);
    writeFileSync(path, replaceBlock(readFileSync(path, 'utf8'), BLOCK, text));
    written.push(into);
  }
  return written;
}
