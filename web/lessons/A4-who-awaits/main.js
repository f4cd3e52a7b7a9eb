import { Task } from 'belay-tasks';

export async function main({ who }) {
  const got = {};

  //: start
  const task = Task.async(async ({ sleep }) => {
  //: body
    await sleep(50);
    return 42;
  //: start
  }, { label: 'answer' });

  if (who !== 'stranger') {
  //: wait
    got.first = await Task.await(task);
    got.second = await Task.await(task, 100).catch(({ reason }) => reason);
  //:
  }

  if (who !== 'caller') {
  //: stranger
    got.stranger = await Task.await(
      Task.async(({ Task }) => {
        try {
          return Task.await(task);
        } catch (error) {
          return error.name;
        }
      }, { label: 'stranger' }));
  //:
  }
  //: end
  return got;
}
