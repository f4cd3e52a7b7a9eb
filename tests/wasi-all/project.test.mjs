// Another project uses the runtime under WASI, as docs/wasi.md shows it.
import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { quietly, root } from '../../scripts/lib/shell.mjs';
import { buildEnvironment } from '../../scripts/lib/tools.mjs';
import { runProgram } from '../wasi/programs.mjs';

const folder = join(root, 'build/wasi-project');

test('the project in the documentation builds and runs', { timeout: 240_000 }, async () => {
  const lines = readFileSync(join(root, 'docs/wasi.md'), 'utf8').split('\n');
  const project = readFileSync(join(root, 'tests/wasi/project/CMakeLists.txt'), 'utf8');
  const shown = lines.slice(lines.indexOf('```cmake') + 1, lines.lastIndexOf('```'));
  assert.ok(shown.length >= 4);
  assert.ok(project.includes(shown.join('\n')), 'the documentation shows something else');

  const env = buildEnvironment();
  rmSync(folder, { recursive: true, force: true });
  await quietly('cmake', [
    ...['-S', 'tests/wasi/project', '-B', folder, `-DBELAY_FOLDER=${root}`],
    `-DCMAKE_TOOLCHAIN_FILE=${join(root, 'scripts/cmake/wasi.cmake')}`,
    '-DCMAKE_BUILD_TYPE=Release',
  ], { env });
  await quietly('cmake', ['--build', folder, '--parallel', '2'], { env });

  const module = await WebAssembly.compile(readFileSync(join(folder, 'report.wasm')));
  const imports = new Set(WebAssembly.Module.imports(module).map((one) => one.module));
  assert.deepEqual([...imports], ['wasi_snapshot_preview1']);
  assert.deepEqual(
    await runProgram(process.execPath, ['--no-warnings', 'scripts/run-wasi.mjs', join(folder, 'report.wasm')]),
    { code: 0, stdout: '40\n20\n', stderr: '' },
  );
});
