// The C library as users get it: installed, found by CMake and by pkg-config,
// and the lesson's examples built with it, and run.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { collect, root } from '../../scripts/lib/shell.mjs';
import { cmakeBuild } from '../../scripts/lib/cmake.mjs';
import { buildEnvironment, onPath } from '../../scripts/lib/tools.mjs';

const folder = mkdtempSync(join(tmpdir(), 'belay-install-'));
const prefix = join(folder, 'prefix');
const source = join(root, 'examples/c');
const names = readdirSync(source)
  .filter((file) => file.endsWith('.c'))
  .map((file) => file.slice(0, -2))
  .sort();

async function good(command, args, options = {}) {
  const { code, output } = await collect(command, args, options);
  assert.equal(code, 0, `${command} ${args.join(' ')}\n${output}`);
  return output.trim();
}

/** The folder below the prefix that holds `file`: lib or lib64 and the like. */
function libraryFolder(file) {
  const found = ['lib', 'lib64', `lib/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu`]
    .map((name) => join(prefix, name))
    .find((path) => existsSync(join(path, file)));
  assert.ok(found, `${file} was installed`);
  return found;
}

before(async () => {
  await cmakeBuild('release', ['installed']);
  const env = buildEnvironment();
  await good('cmake', ['--install', 'build/release', '--prefix', prefix], { env });
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('headers, library, and both ways to find them are installed', () => {
  const library = libraryFolder('libbelay.a');
  for (const header of ['belay.h', 'belay_runtime.h', 'belay_value.h']) {
    assert.ok(existsSync(join(prefix, 'include', header)), header);
  }
  assert.ok(existsSync(join(library, 'cmake/belay/belay-config.cmake')));
  assert.ok(existsSync(join(library, 'pkgconfig/belay.pc')));
});

test('find_package(belay) builds the examples, and each of them runs well', async (t) => {
  const build = join(folder, 'build');
  const args = ['-S', source, '-B', build, `-DCMAKE_PREFIX_PATH=${prefix}`];
  await good('cmake', [...args, '-DCMAKE_BUILD_TYPE=Debug']);
  await good('cmake', ['--build', build, '--parallel', '2']);
  for (const name of names) {
    await t.test(name, async () => {
      const output = await good(join(build, name), []);
      assert.match(output, /^=> ./m, 'it says what it shows');
    });
  }
});

test('a version that is too new is refused', async () => {
  const project = join(root, 'tests/install/newer');
  const args = ['-S', project, '-B', join(folder, 'newer'), `-DCMAKE_PREFIX_PATH=${prefix}`];
  const { code, output } = await collect('cmake', args);
  assert.notEqual(code, 0);
  assert.match(output, /compatible\s+with requested version "99\.0"/);
});

const skip = onPath('pkg-config') ? false : 'there is no pkg-config';

test('pkg-config tells a compiler all it needs', { skip }, async () => {
  const env = { ...process.env, PKG_CONFIG_PATH: join(libraryFolder('libbelay.a'), 'pkgconfig') };
  const flags = await good('pkg-config', ['--cflags', '--libs', 'belay'], { env });
  const program = join(folder, 'one');
  const file = join(source, `${names[0]}.c`);
  await good('cc', ['-std=c11', file, '-o', program, ...flags.split(' ')]);
  assert.match(await good(program, []), /^=> ./m);
  assert.equal(await good('pkg-config', ['--modversion', 'belay'], { env }), '0.1.0');
});

test('pkg-config finds the prefix however deep the libraries lie below it', { skip }, async () => {
  for (const library of ['lib', 'lib64', 'lib/some-linux-gnu']) {
    const build = join(folder, 'deep');
    const deep = join(folder, 'deep-prefix', library, 'pkgconfig');
    rmSync(build, { recursive: true, force: true });
    await good('cmake', ['-S', root, '-B', build, `-DCMAKE_INSTALL_LIBDIR=${library}`, '-DBELAY_TESTS=OFF']);
    mkdirSync(deep, { recursive: true });
    copyFileSync(join(build, 'belay.pc'), join(deep, 'belay.pc'));
    const env = { ...process.env, PKG_CONFIG_PATH: deep };
    const variable = async (name) => resolve(await good('pkg-config', [`--variable=${name}`, 'belay'], { env }));
    assert.equal(await variable('includedir'), join(folder, 'deep-prefix/include'));
    assert.equal(await variable('libdir'), join(folder, 'deep-prefix', library));
    rmSync(deep, { recursive: true });
  }
});

test('the header can be used from C++', { skip: onPath('c++') ? false : 'no C++' }, async () => {
  const file = join(root, 'tests/install/header.cpp');
  await good('c++', ['-std=c++17', '-Wall', '-Wextra', '-Werror', `-I${prefix}/include`, '-fsyntax-only', file]);
});
