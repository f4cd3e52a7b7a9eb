import { Task } from 'belay-tasks';

const get = async (path, signal) => (await fetch(path, { signal })).json();

export async function main({ limit, count }) {
  const pages = Array.from({ length: count }, (_, n) => n + 1);

  //: wait
  return Task.asyncStream(pages,
  //: body
    (page, { signal }) => get(`/pages/${page}`, signal),
  //: wait
    { maxConcurrency: limit, label: 'page' },
  ).toArray();
}
