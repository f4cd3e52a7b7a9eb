// The style rules that a program can check. Each rule takes the list of the
// project's files and a `read` function and gives back its findings, each a
// line of "file:line: what is wrong".
import { basename, dirname, join, normalize } from 'node:path';
import { filesOf, isC } from './files.mjs';

const COLUMNS_MAX = 80;
const LINES_MAX = 700;
const ASSERTIONS_MIN = 1.5; // per function, on average

/** Findings for each line of `files` for which `check` gives a sentence. */
function eachLine(files, read, check) {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => {
        const finding = check(line, file);
        return finding ? [`${file}:${index + 1}: ${finding}`] : [];
      }),
  );
}

/** No line of C is wider than 80 columns or ends in blanks; no tabs. */
export function lines(files, read) {
  return eachLine(files.filter(isC), read, (line) => {
    const columns = [...line].length;
    if (columns > COLUMNS_MAX) {
      return `${columns} columns; at most ${COLUMNS_MAX}`;
    }
    if (/[ \t]$/.test(line)) {
      return 'blanks at the end of the line';
    }
    return line.includes('\t') ? 'a tab' : null;
  });
}

/** No file in src is longer than 700 lines. */
export function lengths(files, read) {
  return filesOf(files, 'src', '.c', '.h').flatMap((file) => {
    const count = read(file).split('\n').length - 1;
    return count > LINES_MAX ? [`${file}:${count}: ${count} lines; at most ${LINES_MAX}`] : [];
  });
}

/** A file name leads to one file. */
export function names(files) {
  const named = ['src', 'bindings', 'scripts', 'tests/unit'].flatMap((folder) =>
    filesOf(files, folder, '.c', '.h', '.js', '.mjs', '.ts', '.cmake'),
  );
  const first = new Map();
  return named.flatMap((file) => {
    const name = basename(file);
    const other = first.get(name);
    first.set(name, other ?? file);
    return other ? [`${file}:1: has the name of ${other}`] : [];
  });
}

const FREESTANDING = ['stddef.h', 'stdint.h', 'string.h'];

/** Who may include whom: folders of src, the system's headers, and both for ports alone. */
const KNOWS = {
  'src/base': { own: ['src/base'], system: FREESTANDING },
  'src/kernel': { own: ['src/base', 'src/kernel'], system: FREESTANDING },
  'src/fiber': {
    own: ['src/base', 'src/fiber'],
    system: [
      ...FREESTANDING,
      ...['stdlib.h', 'stdio.h', 'ucontext.h', 'sanitizer/common_interface_defs.h'],
    ],
  },
  'src/runtime': {
    own: ['src/runtime'],
    system: [...FREESTANDING, 'stdarg.h', 'stdatomic.h', 'stdlib.h', 'stdio.h'],
    ports: ['pthread.h', 'time.h', 'unistd.h', 'src/base', 'src/fiber'],
  },
  'src/cli': {
    own: ['src/cli', 'src/runtime', 'tests/sim'],
    system: [...FREESTANDING, 'inttypes.h', 'stdio.h'],
  },
  'src/jobs': {
    own: ['src/jobs', 'src/runtime'],
    system: [...FREESTANDING, 'stdatomic.h', 'stdlib.h', 'stdio.h'],
  },
  'src/wasm': { own: ['src/wasm'], system: [...FREESTANDING, 'stdlib.h'] },
};

const PUBLIC = ['src/belay.h', 'src/belay_jobs.h', 'src/belay_runtime.h', 'src/belay_value.h'];

/** Includes never point upwards; the public headers are open to all. */
export function includes(files, read) {
  const known = new Set(files);
  const sources = filesOf(files, 'src', '.c', '.h').filter((file) => dirname(file) in KNOWS);
  return eachLine(sources, read, (line, file) => {
    const [, open, name] = /^\s*#\s*include\s*([<"])([^>"]+)/.exec(line) ?? [];
    if (!name) {
      return null;
    }
    const { own, system, ports = [] } = KNOWS[dirname(file)];
    const more = basename(file).startsWith('port') ? ports : [];
    if (open === '<') {
      const allowed = [...system, ...more];
      return allowed.includes(name) ? null : `${dirname(file)} may not include <${name}>`;
    }
    const beside = normalize(join(dirname(file), name));
    const target = known.has(beside) ? beside : normalize(join('src', name));
    if (PUBLIC.includes(target) || [...own, ...more].includes(dirname(target))) {
      return null;
    }
    return `${dirname(file)} may not know ${target}`;
  });
}

// Places on one machine, which mean nothing on another.
const MACHINE = new RegExp(`(^|[^\\w.~-])/(work\\b|root/|home/\\w|Users/\\w)`);

/** No file mentions a place on somebody's machine. */
export function places(files, read) {
  const texts = files.filter((file) => {
    return basename(file) !== 'package-lock.json' && !read(file).includes('\0');
  });
  return eachLine(texts, read, (line) => {
    const [, , place] = MACHINE.exec(line.replaceAll(/https?:\/\/\S+/g, '')) ?? [];
    return place ? `a place on one machine: /${place}` : null;
  });
}

// At the start of a line: a type, a declaration, or a table's macro.
const NO_FUNCTION = /^((typedef|struct|enum|union|extern)\b.*[;{]|[A-Z_]+\(\w*\))$/;

/** The functions of a C source as clang-format lays it out: { name, line, body }. */
export function functionsOf(text) {
  const all = text.split('\n');
  const found = [];
  for (let i = 0; i < all.length; i++) {
    if (!/^[A-Za-z_]/.test(all[i]) || NO_FUNCTION.test(all[i])) {
      continue;
    }
    let end = i;
    while (end < all.length && !/[;{}]\s*$/.test(all[end])) {
      end++;
    }
    const head = all.slice(i, end + 1).join(' ');
    const name = /(\w+)\s*\(/.exec(head)?.[1];
    if (!name || !/\)\s*\{$/.test(head)) {
      i = end;
      continue;
    }
    const close = all.findIndex((line, index) => index > end && line.startsWith('}'));
    found.push({ name, line: i + 1, body: all.slice(end + 1, close).join('\n') });
    i = close < 0 ? all.length : close;
  }
  return found;
}

/** Each function of base and kernel with the number of its assertions. */
export function assertionsOf(files, read) {
  const sources = ['src/base', 'src/kernel'].flatMap((folder) =>
    filesOf(files, folder, '.c', '.h'),
  );
  return sources.flatMap((file) =>
    functionsOf(read(file)).map(({ name, line, body }) => ({
      file,
      name,
      line,
      count: body.match(/\bBELAY_ASSERT\(/g)?.length ?? 0,
    })),
  );
}

/** base and kernel say what must hold: 1.5 assertions a function, on average. */
export function assertions(files, read) {
  const functions = assertionsOf(files, read);
  const sum = functions.reduce((total, { count }) => total + count, 0);
  const average = sum / functions.length;
  if (average >= ASSERTIONS_MIN) {
    return [];
  }
  const wanted = Math.ceil(ASSERTIONS_MIN * functions.length);
  return [
    `src: ${sum} assertions in ${functions.length} functions, ${average.toFixed(2)} each; ` +
      `at least ${ASSERTIONS_MIN} (${wanted}) are wanted: node scripts/tidy.mjs --assertions`,
  ];
}

export const rules = { lines, lengths, names, includes, places, assertions };
