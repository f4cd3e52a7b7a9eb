/** docs/semantics.md against the tests beside this file. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { testsIn } from './names.mjs';

const FOLDER = new URL('./', import.meta.url);
const TABLE = new URL('../../docs/semantics.md', import.meta.url);
const PARTS = { L: 22, A: 33, Y: 22, H: 17, S: 48, V: 41, R: 16, G: 33, E: 11, D: 13, O: 6 };
const KINDS = ['same', 'same, in JavaScript\'s form', 'on purpose different', 'does not apply'];

const ids = Object.entries(PARTS).flatMap(([letter, count]) =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`));

/** The rows of the table: { id, belay, tests }, tests being "file: name". */
function rows() {
  const lines = readFileSync(TABLE, 'utf8').split('\n').filter((line) => line.startsWith('| **'));
  return lines.map((line) => {
    const [id, says, belay, tests] = line.slice(2, -2).split(' | ').map((cell) => cell.trim());
    return { id: id.replaceAll('*', ''), says, belay, tests: tests ?? '' };
  });
}

/** The tests of a cell: a file's name in `...` holds until the next one. */
function named(cell, id) {
  let file = '';
  return cell.split('<br>').filter(Boolean).map((part) => {
    const [, other, name] = /^(?:`([\w-]+)` )?(.*)$/.exec(part);
    file = other ?? file;
    return `${file}: ${id} ${name}`;
  });
}

/** All tests here, by id: Map of id to "file: name". */
function written() {
  const found = new Map();
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.test.mjs') && name !== 'table.test.mjs').sort()) {
    for (const { id, title } of testsIn(readFileSync(new URL(file, FOLDER), 'utf8'))) {
      if (!found.has(id)) found.set(id, []);
      found.get(id).push(`${file.replace('.test.mjs', '')}: ${title}`);
    }
  }
  return found;
}

test('the table has each statement once, in order', () => {
  assert.deepEqual(rows().map(({ id }) => id), ids);
});

test('each row says what Elixir does, and of which kind Belay\'s answer is', () => {
  for (const { id, says, belay } of rows()) {
    assert.ok(says.length > 10, id);
    if (id.startsWith('D')) continue;
    const kind = belay.split(/[:;]/)[0];
    assert.ok(KINDS.includes(kind), `${id}: ${kind}`);
    if (kind === 'on purpose different' || kind === 'does not apply') assert.ok(belay.length > kind.length + 10, `${id}: why?`);
  }
});

test('each row names the tests there are, all that apply have one, and no test has an unknown id', () => {
  const found = written();
  for (const { id, belay, tests } of rows()) {
    if (id.startsWith('D')) {
      const others = tests.split(' ');
      assert.ok(others.every((other) => found.has(other)), `${id}: ${tests}`);
      continue;
    }
    assert.deepEqual(named(tests, id).sort(), [...(found.get(id) ?? [])].sort(), id);
    assert.equal(found.has(id), !belay.startsWith('does not apply'), id);
  }
  assert.deepEqual([...found.keys()].filter((id) => !ids.includes(id)), []);
});

test('no two tests of one file have the same name, and each name begins with an id', () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.test.mjs') && name !== 'table.test.mjs')) {
    const text = readFileSync(new URL(file, FOLDER), 'utf8');
    const titles = testsIn(text).map(({ title }) => title);
    assert.equal(new Set(titles).size, titles.length, file);
    assert.equal(titles.length, text.match(/^(?:statement|test|unwatched)\(/gm).length, file);
  }
});
