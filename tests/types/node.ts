/* What needs Node's names. */
import { readFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createRuntime, Task } from 'belay-tasks';
import type { StartedTask, TaskStream } from 'belay-tasks';
import { same } from './expect.js';

createRuntime({ wasm: await readFile('core.wasm') });
// @ts-expect-error a promise must be awaited first
createRuntime({ wasm: readFile('core.wasm') });

const file = Task.async(({ signal }) =>
  readFile('a.txt', { encoding: 'utf8', signal }),
);
same<typeof file, StartedTask<string>>(true);

const lines = createInterface({ input: createReadStream('a.txt') });
const lengths = Task.asyncStream(lines, (line) => line.length);
same<typeof lengths, TaskStream<number>>(true);
Readable.from(lengths);
