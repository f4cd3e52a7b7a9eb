// Programs that go wild, which the page has to live with in each browser.
export const wild = {
  'for (;;) {}': 'export async function main({ sleep }) { await sleep(50); for (;;) {} }',
  'for (;;) await null': 'export async function main() { for (;;) await null; }',
  'a storm of timers':
    'export async function main() { for (let n = 0; n < 200; n += 1) setInterval(() => {}, 0); await new Promise(() => {}); }',
  '100,000 tasks at once':
    'export async function main({ Task }) { const all = []; for (let n = 0; n < 100_000; n += 1) all.push(Task.async(({ sleep }) => sleep(100))); await Task.awaitMany(all); }',
  '100,000 items':
    'export const main = ({ Task }) => Task.asyncStream(Array.from({ length: 100_000 }, (_, n) => n), (n) => n, { maxConcurrency: 1000 }).toArray();',
  'a rejection each millisecond':
    "export async function main({ sleep }) { for (;;) { Promise.reject(new Error('x')); await sleep(1); } }",
};
