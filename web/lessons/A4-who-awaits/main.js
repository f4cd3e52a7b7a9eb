import { Task } from 'belay-tasks';

export async function main() {
  //: start
  const task = Task.async(async ({ sleep }) => {
  //: body
    await sleep(50);
    return 42;
  //: start
  }, { label: 'answer' });

  //: wait
  const first = await Task.await(task);
  const second = await Task.await(task, 100).catch(({ reason }) => reason);

  //: stranger
  const stranger = await Task.await(
    Task.async(({ Task }) => {
      try {
        return Task.await(task);
      } catch (error) {
        return error.name;
      }
    }, { label: 'stranger' }));
  //: end
  return { first, second, stranger };
}
