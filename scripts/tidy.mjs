// Checks the style that a program can check.
//
//   node scripts/tidy.mjs                everything
//   node scripts/tidy.mjs --lint         only clang-format and clang-tidy
//   node scripts/tidy.mjs --deep         with clang-tidy's analyzer, which takes minutes
//   node scripts/tidy.mjs --assertions   lists the assertions per function
//
// `npm test` runs it without --deep, `npm run lint:deep` with it. The rules are
// in lib/rules.mjs. clang-format and clang-tidy count in version 14; what another
// version finds is shown and does not fail.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ownFiles } from './lib/files.mjs';
import { lint } from './lib/lint.mjs';
import { assertionsOf, rules } from './lib/rules.mjs';
import { root, run } from './lib/shell.mjs';

const texts = new Map();

function read(file) {
  if (!texts.has(file)) {
    texts.set(file, readFileSync(join(root, file), 'utf8'));
  }
  return texts.get(file);
}

function listAssertions(files) {
  for (const { file, line, name, count } of assertionsOf(files, read)) {
    console.log(`${String(count).padStart(3)}  ${name}  ${file}:${line}`);
  }
}

function summary(files) {
  const functions = assertionsOf(files, read);
  const sum = functions.reduce((total, { count }) => total + count, 0);
  const average = functions.length > 0 ? (sum / functions.length).toFixed(2) : '0';
  return (
    `${files.length} files; base and kernel have ${functions.length} functions ` +
    `with ${sum} assertions, ${average} each`
  );
}

await run(async () => {
  const { values } = parseArgs({
    options: { lint: { type: 'boolean' }, deep: { type: 'boolean' }, assertions: { type: 'boolean' } },
  });
  const files = ownFiles();
  if (values.assertions) {
    listAssertions(files);
    return;
  }
  const wrong = values.lint ? [] : Object.values(rules).flatMap((rule) => rule(files, read));
  const { findings, notes } = await lint(files, read, values);
  wrong.push(...findings);
  notes.forEach((note) => console.log(note));
  wrong.forEach((finding) => console.log(finding));
  console.log(summary(files));
  console.log(wrong.length === 0 ? 'tidy' : `findings: ${wrong.length}`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
});
