// Makes a machine ready: the very first thing that runs, with nothing but
// Node, git, gcc and CMake there. Depends on nothing.
//
//   node scripts/setup.mjs build    what builds the WebAssembly module
//   node scripts/setup.mjs start    and what the playground is served with
//   node scripts/setup.mjs test     and what the tests need
//   node scripts/setup.mjs bench    as build, and the benchmarks' peers
//
// Installs only what is missing, with apt-get; without apt it says what to
// install. A second run finds nothing to do and is over at once.

const NODE_MIN = [20, 19];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
  console.error(
    'Belay is built and tested with Node ' + NODE_MIN.join('.') + ' or newer; this is ' +
      process.version + '.\nGet a newer one from https://nodejs.org/ or with your version manager.'
  );
  process.exit(1);
}

// Only now: an old Node could not even read these files.
const { setUp } = await import('./lib/machine.mjs');
const { run } = await import('./lib/shell.mjs');
await run(() => setUp(process.argv[2] || 'start'));
