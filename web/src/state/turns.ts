/** Long work in parts, between which the page draws and listens. */

const TURNS = 4;

/** When what has changed is drawn; a page that is hidden draws nothing. */
export function afterFrame(): Promise<void> {
  return new Promise((resolve) => {
    const next = () => void everyoneFirst().then(resolve);
    if (document.hidden) {
      next();
    } else {
      requestAnimationFrame(next);
    }
  });
}

/**
 * When all others have had their turn: a timer that was due meanwhile, and the message
 * that it has sent. One turn is not enough for those, and work after work without a
 * gap between them is one long piece to whoever waits.
 */
export async function everyoneFirst(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await othersFirst();
  }
}

/** A turn later. Timers would wait for some ms besides, each time. */
export function othersFirst(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
