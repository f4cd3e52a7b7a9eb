// npm start: sets up, builds, and serves the playground.
//
//   npm start -- --port 4000 --host
//
// Serves until it is stopped. The page is web/; what it imports from
// bindings/js and examples/ is served from there.
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { must, root, run } from './lib/shell.mjs';

async function serve({ port, host }) {
  const { createServer } = await import('vite');
  const server = await createServer({
    root: join(root, 'web'),
    server: {
      port: port === undefined ? undefined : Number(port),
      host: host ? true : undefined,
      fs: { allow: [root] },
    },
  });
  await server.listen();
  console.log('The playground is at');
  server.printUrls();
}

await run(async () => {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, host: { type: 'boolean' } },
  });
  must(process.execPath, ['scripts/setup.mjs', 'start']);
  must(process.execPath, ['scripts/build.mjs']);
  await serve(values);
});
