import { Task } from 'belay-tasks';

const get = async (path, signal) => (await fetch(path, { signal })).json();

export async function main({ limit, timeout, onTimeout }) {
  const pages = [1, 2, 3, 4, 5, 6];

  //: wait
  return Task.asyncStream(pages,
  //: body
    (page, { signal }) => get(`/pages/${page}`, signal),
  //: wait
    { maxConcurrency: limit, timeout, onTimeout, label: 'page' },
  ).toArray();
}
