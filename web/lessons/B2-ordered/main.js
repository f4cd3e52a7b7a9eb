import { Task } from 'belay-tasks';

export async function main({ head }) {
  const items = [head, 10, 50];

  const load = async (ms, { sleep }) => {
  //: body
    await sleep(ms);
    return ms;
  //:
  };

  const collect = async (ordered, label) => {
    const values = [];
    for await (const { value } of Task.asyncStream(items, load, { ordered, label })) {
      values.push(value);
    }
    return values;
  };

  //: first
  const ordered = await collect(true, 'ordered');
  //: second
  const unordered = await collect(false, 'unordered');
  //: end
  return { ordered, unordered };
}
