/* What needs the DOM's names. */
import { createRuntime, Task } from 'belay-tasks';
import { same } from './expect.js';
import type { StartedTask } from 'belay-tasks';

declare const module: WebAssembly.Module;
createRuntime({ wasm: module });
createRuntime({ wasm: await WebAssembly.compileStreaming(fetch('/core.wasm')) });
// @ts-expect-error a promise must be awaited first
createRuntime({ wasm: WebAssembly.compileStreaming(fetch('/core.wasm')) });

const page = Task.async(({ signal }) => fetch('/', { signal }));
same<typeof page, StartedTask<Response>>(true);
