// npm start: sets up, builds, and serves the playground.
//
//   npm start -- --port 4000 --host
//
// Serves until it is stopped. The page is web/; what it imports from
// bindings/js and examples/ is served from there.
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { Complaint, must, root, run } from './lib/shell.mjs';

function portOf(text) {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Complaint(`--port must be a whole number from 0 to 65535; given: ${text}`);
  }
  return port;
}

async function serve({ port, host }) {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: join(root, 'web'),
    server: {
      port: port === undefined ? undefined : portOf(port),
      strictPort: port !== undefined, // who names a port wants that one
      host: host ? true : undefined,
      fs: { allow: [root] },
    },
  });
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    throw new Complaint(`The playground cannot be served: ${error.message}`);
  }
  console.log('The playground is at');
  server.printUrls();
}

/** npm, when it is killed, leaves what it has started. */
function endWithNpm() {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) {
    setInterval(() => process.ppid === parent || process.exit(1), 1000).unref();
  }
}

await run(async () => {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, host: { type: 'boolean' } },
  });
  must(process.execPath, ['scripts/setup.mjs', 'start']);
  must(process.execPath, ['scripts/build.mjs']);
  await serve(values);
  endWithNpm();
});
