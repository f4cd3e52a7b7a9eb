// How long the page's own thread is held up, as its processor time.

const MARK = 'the thread of the page';

/**
 * Begins to watch the page's own thread; what it gives ends that and tells the
 * processor time of its longest task, in ms.
 */
export async function watchThread(page) {
  await page.tracing.start({
    categories: [
      'toplevel',
      'devtools.timeline',
      'disabled-by-default-devtools.timeline',
      'blink.user_timing',
    ],
  });
  await page.evaluate((mark) => performance.mark(mark), MARK);
  return async () => {
    const { traceEvents } = JSON.parse(Buffer.from(await page.tracing.stop()).toString());
    const { pid, tid } = traceEvents.find(({ name }) => name === MARK);
    const tasks = traceEvents.filter(
      (event) => event.name.endsWith('RunTask') && event.pid === pid && event.tid === tid,
    );
    return { count: tasks.length, longest: Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000)) };
  };
}
