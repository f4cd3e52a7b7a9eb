// Builds one of CMake's presets: node scripts/lib/cmake-preset.mjs wasm.
import { cmakeBuild } from './cmake.mjs';
import { run } from './shell.mjs';

await run(() => cmakeBuild(process.argv[2]));
