import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { endpoints, limits, startServer } from '../../examples/server.mjs';

const path = fileURLToPath(
  new URL('../../examples/server.mjs', import.meta.url));

/** A server of the test's own, with json() for short questions. */
async function open(t) {
  const server = await startServer();
  t.after(() => server.close());
  const ask = (where, options) => fetch(server.url + where, options);
  const json = async (where, options) => (await ask(where, options)).json();
  return { server, ask, json };
}

/** Waits until the server has seen that many requests come and not go. */
async function inFlight(server, count) {
  while (server.stats.inFlight !== count) await new Promise(setImmediate);
}

const order = (key, body = '{"id":1}') => ({
  method: 'POST',
  body,
  headers: { 'idempotency-key': key },
});

test('the server listens on 127.0.0.1 only', async (t) => {
  const { server } = await open(t);
  assert.equal(new URL(server.url).hostname, '127.0.0.1');
  // The whole of 127/8 is this machine's; only 127.0.0.1 is listened on.
  const socket = connect(Number(new URL(server.url).port), '127.0.0.2');
  const [error] = await once(socket, 'error');
  assert.equal(error.code, 'ECONNREFUSED');
});

test('/users/:id answers with that user', async (t) => {
  const { json } = await open(t);
  assert.deepEqual(await json('/users/7?ms=0'),
    { id: '7', name: 'User 7', email: 'user7@example.com' });
});

test('/delay does not answer before its time', async (t) => {
  const { json } = await open(t);
  const started = performance.now();
  assert.deepEqual(await json('/delay?ms=40'), { waited: 40 });
  assert.ok(performance.now() - started >= 39);
});

test('/fail answers with the status asked for', async (t) => {
  const { ask } = await open(t);
  const response = await ask('/fail?status=418');
  assert.equal(response.status, 418);
  assert.match((await response.json()).error, /418/);
});

test('/reset cuts the connection', async (t) => {
  const { ask } = await open(t);
  await assert.rejects(ask('/reset'),
    (error) => error instanceof TypeError && error.cause.code === 'ECONNRESET');
});

test('a connection that the server cuts is not a cancelled request',
  async (t) => {
    const { ask, json } = await open(t);
    await ask('/reset').catch(() => {});
    assert.deepEqual(await json('/stats'),
      { requests: 1, inFlight: 0, peakInFlight: 1, cancelled: 0 });
  });

test('after a stall the client sees the end of a shorter wait before a longer one ends',
  async (t) => {
    const { server, ask } = await open(t);
    const giveUp = new AbortController();
    const users = [1, 2, 4].map((id) =>
      ask(`/users/${id}?ms=40`, { signal: giveUp.signal })
        .then(() => 'answered', () => 'given up'));
    const cut = ask('/reset?ms=5').catch(() => giveUp.abort());
    while (server.stats.requests < 4) await new Promise(setImmediate);
    const end = performance.now() + 60;
    while (performance.now() < end);
    await cut;
    assert.deepEqual(await Promise.all(users),
      ['given up', 'given up', 'given up']);
  });

test('/stream sends its chunks one after the other', async (t) => {
  const { ask } = await open(t);
  const chunks = [];
  for await (const chunk of (await ask('/stream?chunks=3&ms=15')).body) {
    chunks.push(Buffer.from(chunk).toString());
  }
  assert.equal(chunks.join(''),
    'chunk 1 of 3\nchunk 2 of 3\nchunk 3 of 3\n');
  assert.ok(chunks.length > 1, `came in ${chunks.length} piece`);
});

test('/flap is down for the first requests of each key', async (t) => {
  const { ask } = await open(t);
  const status = async (key) => (await ask(`/flap?down=2&key=${key}`)).status;
  assert.equal(await status('a'), 503);
  assert.equal(await status('a'), 503);
  assert.equal(await status('b'), 503);
  assert.equal(await status('a'), 200);
});

test('/limited refuses what is more than its maximum', async (t) => {
  const { ask } = await open(t);
  const status = async () => (await ask('/limited?max=2&ms=150')).status;
  const statuses = await Promise.all([status(), status(), status()]);
  assert.deepEqual(statuses.sort(), [200, 200, 429]);
});

test('/orders keeps one record for each idempotency key', async (t) => {
  const { json } = await open(t);
  assert.deepEqual(await json('/orders', order('a')),
    { id: 'a', duplicate: false });
  assert.deepEqual(await json('/orders', order('a')),
    { id: 'a', duplicate: true });
  assert.deepEqual(await json('/orders'), { records: [{ id: 1 }] });
});

test('/orders keeps nothing while it is down', async (t) => {
  const { ask, json } = await open(t);
  assert.equal((await ask('/orders?down=1', order('a'))).status, 503);
  assert.deepEqual(await json('/orders'), { records: [] });
  assert.equal((await ask('/orders?down=1', order('a'))).status, 201);
});

test('/emails and /orders are kept apart', async (t) => {
  const { json } = await open(t);
  await json('/emails', order('a', '{"to":"ada"}'));
  assert.deepEqual(await json('/emails'), { records: [{ to: 'ada' }] });
  assert.deepEqual(await json('/orders'), { records: [] });
});

test('/stats counts a client that hangs up as cancelled', async (t) => {
  const { server, ask, json } = await open(t);
  const client = new AbortController();
  const asked = assert.rejects(ask('/hang', { signal: client.signal }));
  await inFlight(server, 1);
  client.abort();
  await asked;
  assert.deepEqual(await json('/stats'),
    { requests: 1, inFlight: 0, peakInFlight: 1, cancelled: 1 });
});

test('/stats counts a client that leaves in mid-answer as cancelled',
  async (t) => {
    const { ask, json } = await open(t);
    const client = new AbortController();
    await ask('/stream?ms=30', { signal: client.signal });
    client.abort();
    assert.equal((await json('/stats')).cancelled, 1);
  });

test('DELETE /stats counts afresh and keeps what is in flight', async (t) => {
  const { server, ask, json } = await open(t);
  const client = new AbortController();
  await ask('/delay?ms=0');
  const asked = assert.rejects(ask('/hang', { signal: client.signal }));
  await inFlight(server, 1);
  assert.equal((await ask('/stats', { method: 'DELETE' })).status, 204);
  assert.deepEqual(await json('/stats'),
    { requests: 0, inFlight: 1, peakInFlight: 1, cancelled: 0 });
  client.abort();
  await asked;
});

for (const [where, bound] of [
  ['/delay?ms=10001', limits.delay],
  ['/delay?ms=-1', limits.delay],
  ['/delay?ms=soon', limits.delay],
  ['/stream?chunks=101', limits.chunks],
  ['/fail?status=200', 599],
]) {
  test(`${where} is refused and the bound is named`, async (t) => {
    const { ask } = await open(t);
    const response = await ask(where);
    assert.equal(response.status, 400);
    assert.match((await response.json()).error, new RegExp(`\\b${bound}\\b`));
  });
}

test('a body beyond the bound is refused', async (t) => {
  const { ask } = await open(t);
  const body = JSON.stringify('x'.repeat(limits.body));
  assert.equal((await ask('/orders', order('a', body))).status, 413);
});

test('a body that is not JSON is refused', async (t) => {
  const { ask } = await open(t);
  assert.equal((await ask('/orders', order('a', '{'))).status, 400);
});

test('keys beyond the bound are refused', async (t) => {
  const { server, ask } = await open(t);
  for (let key = 0; key < limits.keys; key += 100) {
    await Promise.all(Array.from({ length: 100 }, async (_, n) =>
      (await fetch(`${server.url}/flap?down=0&key=${key + n}`)).text()));
  }
  assert.equal((await ask('/flap?key=one-more')).status, 400);
  assert.equal((await ask('/flap?down=0&key=0')).status, 200);
});

test('an unknown path or method is a 404', async (t) => {
  const { ask } = await open(t);
  assert.equal((await ask('/nowhere')).status, 404);
  assert.equal((await ask('/delay', { method: 'PUT' })).status, 404);
});

test('close ends requests that hang', async () => {
  const server = await startServer();
  const asked = assert.rejects(fetch(`${server.url}/hang`));
  await inFlight(server, 1);
  await server.close();
  await asked;
  assert.equal(server.stats.inFlight, 0);
  assert.equal(server.stats.cancelled, 0);
});

test('each endpoint is in the table that the examples come with', async () => {
  const index = await readFile(
    new URL('../../examples/lesson/index.mjs', import.meta.url), 'utf8');
  const named = (text) => new Set(text.match(/(GET|POST|DELETE) +\/\w+/g)
    .map((words) => words.replace(/ +/, ' ')));
  assert.deepEqual([...named(index)].sort(), [...named(endpoints)].sort());
});

test('by itself it prints its address and ends when interrupted', async () => {
  const child = spawn(process.execPath, [path]);
  const [chunk] = await once(child.stdout, 'data');
  const [url] = String(chunk).match(/http:\/\/127\.0\.0\.1:\d+/);
  assert.equal((await fetch(`${url}/delay?ms=0`)).status, 200);
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

for (const words of [['--nope'], ['--port'], ['--port', '65536'], ['80']]) {
  test(`by itself it answers ${words.join(' ')} with its usage`, async () => {
    const child = spawn(process.execPath, [path, ...words]);
    let text = '';
    child.stderr.on('data', (chunk) => { text += chunk; });
    assert.deepEqual(await once(child, 'close'), [2, null]);
    assert.match(text, /usage: node examples\/server\.mjs/);
  });
}
