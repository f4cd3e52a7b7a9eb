// The processor time of a page's own thread, of whichever browser, as Linux tells it.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const LOOK_MS = 2;
const PROBE_MS = 150;
const SETTLE_MS = 10; // a look more after what is asked for

const timeAt = (file) => Number(readFileSync(file, 'utf8').split(' ')[0]) / 1e6; // ms
const fileOf = (pid) => `/proc/${pid}/task/${pid}/schedstat`;

/** All processes that `root` has started, and theirs. */
function descendants(root) {
  const children = new Map();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // it has ended meanwhile
    }
  }
  const below = (pid) => (children.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

/** Where the processor time of the page's thread stands, which a page that is kept busy shows; null where it cannot be had. */
export async function threadOf(page) {
  if (!existsSync('/proc/self/schedstat')) return null;
  const files = descendants(page.browser().process().pid).map(fileOf).filter(existsSync);
  const before = files.map(timeAt);
  await page.evaluate((ms) => {
    for (const end = performance.now() + ms; performance.now() < end; );
  }, PROBE_MS);
  const used = files.map((file, index) => (existsSync(file) ? timeAt(file) - before[index] : 0));
  return files[used.indexOf(Math.max(...used))];
}

/**
 * Looks at it until what is given is called; that gives a function that tells of a time
 * [from, to], by Date.now(), how long it was and for how long of it the thread had a
 * processor: a few ms too much, for it is looked at every 2 ms.
 */
export function watchProcessor(file) {
  const looks = [[Date.now(), timeAt(file)]];
  const timer = setInterval(() => looks.push([Date.now(), timeAt(file)]), LOOK_MS);
  return async () => {
    await new Promise((resolve) => {
      setTimeout(resolve, SETTLE_MS);
    });
    clearInterval(timer);
    return ([from, to]) => {
      const first = looks.findLast(([at]) => at <= from) ?? looks[0];
      const last = looks.find(([at]) => at >= to) ?? looks.at(-1);
      return { wall: to - from, own: Math.min(to - from, last[1] - first[1]) };
    };
  };
}
