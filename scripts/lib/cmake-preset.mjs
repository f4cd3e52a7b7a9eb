// Builds one of CMake's presets, or targets of it:
//
//   node scripts/lib/cmake-preset.mjs wasm
//   node scripts/lib/cmake-preset.mjs release cli sim
import { cmakeBuild } from './cmake.mjs';
import { run } from './shell.mjs';

await run(() => cmakeBuild(process.argv[2], process.argv.slice(3)));
