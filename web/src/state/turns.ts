/** Long work in parts, between which the page draws and listens. */

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
