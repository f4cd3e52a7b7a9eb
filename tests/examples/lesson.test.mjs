// What each example of the lesson prints when it runs as a learner runs it:
// in a process of its own, against the real server.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { examples } from '../../examples/lesson/index.mjs';

const folder = new URL('../../examples/lesson/', import.meta.url);
const source = (file) => readFile(new URL(file, folder), 'utf8');

/** Runs an example to its end and gives what it printed. */
async function outputOf(file) {
  const path = fileURLToPath(new URL(file, folder));
  const child = spawn(process.execPath, [path]);
  const watchdog = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (chunk) => {
      texts[name] += chunk;
    });
  }
  const end = await new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  clearTimeout(watchdog);
  assert.deepEqual(end, { code: 0, signal: null },
    `${file} ended so, saying:\n${texts.stdout}${texts.stderr}`);
  return texts.stdout;
}

/** The example is run once, and each of its facts is a test. */
function facts(file, sentences) {
  test(file, async (t) => {
    const output = await outputOf(file);
    const { title, rule } = examples.find((each) => each.file === file);
    await t.test('names its subject and ends with its rule', () => {
      assert.ok(output.startsWith(`${title}\n`), output);
      assert.ok(output.replaceAll('\n', ' ').includes(`=> ${rule}`), output);
    });
    for (const [sentence, check] of Object.entries(sentences)) {
      await t.test(sentence, () => {
        if (typeof check === 'function') check(output);
        else assert.match(output, check);
      });
    }
  });
}

/** The number that stands where the pattern's group is. */
function figure(output, pattern) {
  const found = pattern.exec(output);
  assert.ok(found, `${pattern} is not in\n${output}`);
  return Number(found[1]);
}

/** The lines after the heading, up to the next one that is not further in. */
function below(output, heading) {
  const lines = output.split('\n');
  const at = lines.findIndex((line) => line.trim() === heading);
  assert.ok(at >= 0, `${heading} is not in\n${output}`);
  const margin = lines[at].search(/\S/);
  const end = lines.findIndex((line, n) =>
    n > at && (line.trim() === '' || line.search(/\S/) <= margin));
  return lines.slice(at + 1, end).join('\n');
}

facts('01-async-await.mjs', {
  'a task runs while its caller goes on': /^task \S+ is running, the caller/m,
  'await gives the value of the body': /^task \S+ is fulfilled: 100$/m,
  'the tasks end in the order of their delays':
    /the one of 120[^]*the one of 180[^]*the one of 250/,
  'the results come in the order of the tasks':
    /^results in the order of the tasks: 250, 120, 180$/m,
  'three calls take as long as the slowest': (output) => {
    const elapsed = figure(output, /^elapsed: (\d+) ms/m);
    assert.ok(elapsed >= 249 && elapsed < 550, `${elapsed} ms`);
  },
});

facts('02-async-stream.mjs', {
  'there is a result for each url': /^results: 30, in the order/m,
  'those that answered are ok': /^ok: 28, such as \{"id":"0"/m,
  'those that hang are errors, and the reason is timeout':
    /^error: timeout, url number 24\nerror: timeout, url number 28$/m,
  'the server never saw more at once than the limit': (output) => {
    const peak = figure(output, /, (\d+) at once at most/);
    assert.ok(peak > 1 && peak <= 10, `${peak} at once`);
  },
  'the server saw the late requests cancelled':
    /saw 30 requests, .*, 2 cancelled by the client$/m,
});

facts('03-supervised-task.mjs', {
  'the request is dead and its e-mail alive':
    /^request \S+: dead\ne-mail \S+: alive$/m,
  'the supervisor owns the e-mail': (output) => {
    const [, pid] = /^e-mail (\S+): alive$/m.exec(output);
    assert.ok(
      output.includes(`\nchildren of MyApp.TaskSupervisor: ${pid}\n`), output);
  },
  'the e-mail is sent':
    /^the e-mail's task ended: normal\ne-mails sent: ada@example\.com$/m,
  'stopping the tree stops the supervisor': /MyApp\.TaskSupervisor is gone$/m,
});

facts('04-choosing.mjs', {
  'linked tasks die with their starter':
    /^Task\.async +died[^]*^TaskSupervisor\.async +died/m,
  'tasks that are not linked go on':
    /^TaskSupervisor\.asyncNolink +goes on\n.*\.startChild +goes on$/m,
  'the supervisor owns those that are left': /still owns 2 tasks$/m,
  'those that are left end well': /^they ended: normal, normal$/m,
  'the server saw the requests of the dead cancelled':
    /saw 4 requests, 2 cancelled by the client$/m,
});

facts('05-safe-fetch.mjs', {
  'an answer in time is ok': /^ {2}\{"ok":\{"id":"7",.*\} after \d+ ms$/m,
  'a timed out await leaves the task and its request running':
    /timed out: task running, open requests: 1$/m,
  'shutdown ends both': /shut down: task rejected, open requests: 0$/m,
  'the caller gets an error and no exception': /^ {2}\{"error":"timeout"\}/m,
  'the server saw the request cancelled':
    /saw 2 requests, 1 cancelled by the client$/m,
});

const NOTHING_OPEN = /left open: 0$/m;

/** What the example printed about that way in that kind of trouble. */
const part = (output, trouble, way) =>
  below(`${below(output, `ids 1, 2, ${trouble}, 4`)}\n\n`, way);

facts('06-comparison.mjs', {
  'a crash is an error in the list of gather': (output) => {
    const said = part(output, 'crash', 'gather with return_exceptions');
    assert.match(said, /User 1 \| User 2 \| fetch failed \| User 4/);
  },
  'a crash is a rejected entry of allSettled': (output) => {
    const said = part(output, 'crash', 'Promise.allSettled');
    assert.match(said, /ok User 1 .* error fetch failed \| ok User 4/);
  },
  'a crash ends a linked stream and its other requests': (output) => {
    const said = part(output, 'crash', 'Task.asyncStream');
    assert.match(said, /throws fetch failed/);
    assert.match(said, /cancelled: 3, left open: 0$/m);
  },
  'a crash is a rejected entry of a stream without links': (output) => {
    const said = part(output, 'crash', 'asyncStreamNolink, killTask');
    assert.match(said, /ok User 1 .* error fetch failed \| ok User 4/);
    assert.match(said, NOTHING_OPEN);
  },
  'a hang holds up gather and allSettled and stays open': (output) => {
    for (const way of ['gather with return_exceptions', 'Promise.allSettled']) {
      const said = part(output, 'hang', way);
      assert.match(said, /no answer/);
      assert.match(said, /cancelled: 0, left open: 1$/m);
    }
  },
  'a hang is a timeout of the linked stream': (output) => {
    const said = part(output, 'hang', 'Task.asyncStream');
    assert.match(said, /throws timeout/);
    assert.match(said, NOTHING_OPEN);
  },
  'a hang is killed by killTask and the rest is kept': (output) => {
    const said = part(output, 'hang', 'asyncStreamNolink, killTask');
    assert.match(said, /ok User 1 .* error timeout \| ok User 4/);
    assert.match(said, /cancelled: 1, left open: 0$/m);
  },
});

facts('07-unbounded.mjs', {
  'all at once is too much for the service': (output) => {
    const said = below(output, 'mistake: one task for each user, all at once');
    assert.ok(figure(said, /refused with 429: (\d+)/) > 0, said);
    assert.equal(figure(said, /tasks at once: (\d+)/), 100);
  },
  'ten at a time is not': (output) => {
    const said = below(output, 'remedy: asyncStream, ten at a time');
    assert.match(said, /loaded: 100, refused with 429: 0$/m);
    assert.equal(figure(said, /tasks at once: (\d+)/), 10);
    assert.ok(figure(said, /at the server: (\d+)/) <= 10, said);
  },
});

facts('08-no-timeout.mjs', {
  'without a timeout the answer does not come': (output) => {
    const said = below(output, 'mistake: no timeout');
    assert.match(said, /still waiting\n.*open requests: 1$/m);
  },
  'a race answers but leaves the request open': (output) => {
    const said = below(output,
      'mistake: a race against a timer, the loser is forgotten');
    assert.match(said, /pages: 2, timed out: 1\n.*open requests: 1$/m);
  },
  'a stream answers and leaves nothing open': (output) => {
    const said = below(output, 'remedy: asyncStream with a timeout, ' +
      'killTask, and ctx.signal passed on');
    assert.match(said, /pages: 2, timed out: 1\n.*open requests: 0$/m);
  },
});

facts('09-fire-and-forget.mjs', {
  'a forgotten write is lost': (output) => {
    assert.match(below(output, 'mistake: fired and forgotten'),
      /orders kept: none$/m);
  },
  'a retried write is saved at the third attempt':
    /B: attempt 1, .*\n *B: attempt 2, .*\n *order B saved$/m,
  'a write that cannot be saved is reported':
    /ALERT: order C is not saved: shutdown, status 503$/m,
  'a write killed on its way is started again by its supervisor':
    /order D ended: killed\n.*again: true\n *order D saved$/m,
  'each saved order is kept once': /^ {2}orders kept: B, D$/m,
});

facts('10-aggregator.mjs', {
  'what answers is live': /^ {2}user: live \{"id":"7"/m,
  'what is late has its fallback and says so':
    /orders: fallback "no orders yet" \(timeout: timeout\)$/m,
  'what is broken is an error beside the rest':
    /stock: none \(crash: status 503\)$/m,
  'the refresh outlives the task that asked for it':
    /in the background: refresh orders\n *the refresh ended: normal$/m,
  'the next page falls back on what the refresh has brought':
    /^second page\n[^]*orders: fallback \{"waited":450\}/m,
  'the server saw the late requests cancelled':
    /saw 8 requests, 3 at once at most, 2 cancelled by the client$/m,
});

test('each file of the lesson is in the index and has facts here', async () => {
  const files = (await readdir(folder)).filter((file) => /^\d\d-/.test(file));
  assert.deepEqual(examples.map(({ file }) => file), files.sort());
  const here = await readFile(new URL(import.meta.url), 'utf8');
  for (const file of files) assert.ok(here.includes(`facts('${file}'`), file);
});

test('each example says what it is about', () => {
  for (const { file, title, question, rule, elixir, main } of examples) {
    for (const text of [title, question, rule, elixir]) {
      assert.equal(typeof text, 'string', file);
      assert.notEqual(text.trim(), '', file);
    }
    assert.ok(question.split(' ').length <= 60, file);
    assert.equal(typeof main, 'function', file);
  }
});

test('an example needs nothing that a browser has not', async () => {
  for (const file of ['index.mjs', 'aggregator.mjs',
    ...examples.map((each) => each.file)]) {
    const text = await source(file);
    const imports = [...text.matchAll(/^import [^]*? from '([^']+)'/gm)];
    for (const [, from] of imports) assert.match(from, /^\.\//, file);
    assert.doesNotMatch(text, /\bnode:|\brequire\(|process\.exit\(/, file);
  }
});
