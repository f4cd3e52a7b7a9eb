import { Task } from 'belay-tasks';

const load = async (page, { signal }) =>
  (await fetch(`/pages/${page}`, { signal })).json();

export async function main({ timeout, patience, ordered }) {
  const read = async (label, limits) => {
    const seen = [];
    const reader = Task.async(async ({ Task }) => {
  //: body
      const pages = Task.asyncStream([1, 2, 3, 4, 5, 6, 7, 8], load,
        { maxConcurrency: 3, ordered, label: 'page', ...limits });
      for await (const { value = 'not there' } of pages) seen.push(value);
  //: patience
    }, { label });
    if ((await Task.yield(reader, patience)) === null) {
      await Task.shutdown(reader);
      seen.push('the reader left');
    }
  //:
    return seen;
  };

  //: first
  const without = await read('without', { timeout: Infinity });
  //: second
  const within = await read('within', { timeout, onTimeout: 'killTask' });
  //: end
  return { without, within };
}
