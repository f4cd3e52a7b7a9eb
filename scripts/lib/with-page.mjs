// node scripts/lib/with-page.mjs COMMAND...: builds the page once, and runs the
// command with BELAY_PAGE, the folder where it lies.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { build } from 'vite';
import { root } from './shell.mjs';

const before = { ...process.env }; // Vite's build says in it that this is production
const folder = mkdtempSync(join(tmpdir(), 'belay-built-'));
try {
  await build({ root: join(root, 'web'), logLevel: 'error', build: { outDir: folder, emptyOutDir: true } });
  const [command, ...args] = process.argv.slice(2);
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...before, BELAY_PAGE: folder } });
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
