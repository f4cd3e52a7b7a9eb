// node scripts/lib/with-page.mjs COMMAND...: builds the page, unless it was built of
// what is there, and runs the command with BELAY_PAGE, the folder where it lies.
// Without a command it is built, for later.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { hashOf } from './hash.mjs';
import { root } from './shell.mjs';

const INPUTS = [
  ...['exercise', 'index.html', 'lessons', 'public', 'src', 'tools', 'tsconfig.json', 'vite.config.ts'].map((name) => `web/${name}`),
  'bindings/js', 'examples/lesson', 'package-lock.json', 'scripts/lib/with-page.mjs',
];
const folder = join(root, 'build/page');
const stamp = join(root, 'build/page.stamp');

async function buildPage() {
  const hash = hashOf(INPUTS);
  if (existsSync(folder) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  const { build } = await import('vite');
  const made = `${folder}-${process.pid}`;
  mkdirSync(join(root, 'build'), { recursive: true });
  try {
    await build({ root: join(root, 'web'), logLevel: 'error', build: { outDir: made, emptyOutDir: true } });
    rmSync(stamp, { force: true });
    rmSync(folder, { recursive: true, force: true });
    renameSync(made, folder);
    writeFileSync(stamp, hash);
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

const before = { ...process.env }; // Vite's build says in it that this is production
await buildPage();
const [command, ...args] = process.argv.slice(2);
if (command !== undefined) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...before, BELAY_PAGE: folder } });
  process.exitCode = status ?? 1;
}
