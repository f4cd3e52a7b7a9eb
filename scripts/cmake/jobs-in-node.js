/* Before Emscripten's own code: in Node that takes a module for a script. */
const belayInNode = typeof process === 'object' && process !== null && Boolean(process.versions?.node);
const require = belayInNode
  ? (await import(/* @vite-ignore */ ['node', 'module'].join(':'))).createRequire(import.meta.url)
  : undefined;
const __filename = belayInNode ? require('node:url').fileURLToPath(import.meta.url) : '';
const __dirname = belayInNode ? require('node:path').dirname(__filename) : '';
