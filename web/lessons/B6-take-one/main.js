import { Task, sleep } from 'belay-tasks';

export async function main({ take }) {
  const mirrors = ['ams', 'fra', 'lis', 'rom', 'vie'];
  let finished = 0;

  const ask = async (mirror, { signal }) => {
  //: body
    await fetch(`/${mirror}`, { signal });
    finished += 1;
    return mirror;
  //:
  };

  const taken = [];
  //: wait
  const answers = Task.asyncStream(mirrors, ask, { maxConcurrency: 5, ordered: false, label: 'mirror' });
  for await (const { value } of answers) {
    taken.push(value);
    if (taken.length === take) break;
  }
  //: end
  await sleep(300); // whoever runs on would be done by then
  return { taken, finished };
}
