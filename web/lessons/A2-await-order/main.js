import { Task } from 'belay-tasks';

export async function main({ slow, quick, middle }) {
  const finished = [];

  //: start
  const tasks = Object.entries({ slow, quick, middle }).map(([name, ms]) =>
    Task.async(async ({ sleep }) => {
  //: body
      await sleep(ms);
      finished.push(name);
      return name;
  //: start
    }, { label: name }));

  //: wait
  const awaited = [];
  for (const task of tasks) {
    awaited.push(await Task.await(task));
  }
  //: end
  return { awaited, finished };
}
