import { Task } from 'belay-tasks';

const get = async (path, signal) => (await fetch(path, { signal })).json();

export async function main() {
  const paths = ['/users', '/orders', '/stock'];

  //: start
  const tasks = paths.map((path) =>
  //: body
    Task.async(({ signal }) => get(path, signal), { label: path }));

  //: wait
  const answers = [];
  for (const task of tasks) {
    answers.push(await Task.await(task));
  }
  //: end
  return answers;
}
