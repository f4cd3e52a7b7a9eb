// While the page is developed, its lessons are read and run once, and again when a file of them changes.
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { openSources } from '../../web/tools/sources.mjs';
import { web } from '../browser/support.mjs';

const ID = '\0virtual:lesson/A1';

it('a lesson that was read is kept until a file of it changes', async () => {
  const lessons = await mkdtemp(join(tmpdir(), 'belay-lessons-'));
  const sources = await openSources();
  try {
    await cp(join(web, 'lessons'), lessons, { recursive: true });
    const { lessonPlugin } = await sources.load('/tools/plugin.ts');
    const plugin = lessonPlugin({
      examples: join(web, '../examples/lesson'),
      lessons,
      exercise: join(web, 'exercise'),
    });
    const read = () => plugin.load.call({ addWatchFile() {} }, ID);
    const module = { id: ID };
    const told = (file) =>
      plugin.handleHotUpdate({ file, modules: [], server: { moduleGraph: { idToModuleMap: new Map([[ID, module]]) } } });

    const first = await read();
    const file = join(lessons, 'A1-async-await/main.js');
    await writeFile(file, `${await readFile(file, 'utf8')}\n// another line\n`);
    assert.equal(await read(), first);
    assert.equal(told('/elsewhere/file.js'), undefined);
    assert.deepEqual(told(file), [module]);
    assert.match(await read(), /another line/);
  } finally {
    await sources.close();
    await rm(lessons, { recursive: true });
  }
});
