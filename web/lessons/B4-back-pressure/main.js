import { Task, sleep } from 'belay-tasks';

export async function main({ limit, consumer }) {
  let read = 0;
  let taken = 0;
  let ahead = 0;

  function* lines() {
  //: read
    while (read < 10) {
      read += 1;
      ahead = Math.max(ahead, read - taken);
      yield read;
    }
  //:
  }

  const work = async (line, { sleep }) => {
  //: body
    await sleep(20);
    return line;
  //:
  };

  const stream = Task.asyncStream(lines(), work, { maxConcurrency: limit, label: 'line' });
  //: wait
  for await (const { value } of stream) {
    await sleep(consumer);
    taken = value;
  }
  //: end
  return { taken, ahead };
}
