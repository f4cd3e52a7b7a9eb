import { Process, Task, sleep } from 'belay-tasks';

export async function main({ cancel, pause }) {
  let screen = '';
  const searches = [];

  const search = async (word, signal) => {
  //: body
    const answer = await fetch(`/search/${word}`, { signal });
    screen = await answer.json();
    console.log(`on the screen: ${screen}`);
  //:
  };

  for (const word of ['b', 'be', 'bel', 'bela']) {
    //:
    if (cancel && searches.length > 0) {
      await Task.shutdown(searches.at(-1));
    }
    //: start
    searches.push(Task.async(({ signal }) => search(word, signal), { label: word }));
    //:
    await sleep(pause);
  }

  //: wait
  await Task.await(searches.at(-1));
  //: end
  const stillRunning = searches.filter(({ pid }) => Process.alive(pid)).length;
  return { screen, stillRunning };
}
