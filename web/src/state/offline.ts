/** Keeps the page for visits without a network, and tells of a newer version of it. */
import type { Notices } from './notices.ts';

/** The address is relative: the page may lie in any folder of a host. */
const WORKER = './sw.js';

export async function keepForOffline(notices: Notices): Promise<void> {
  if (!('serviceWorker' in navigator)) {
    return; // a file of a disk, or an old browser
  }
  const workers = navigator.serviceWorker;
  let registration: ServiceWorkerRegistration;
  try {
    registration = await workers.register(WORKER, { updateViaCache: 'none' });
  } catch {
    return; // it is not allowed here: the page then needs its network
  }
  const tell = (waiting: ServiceWorker | null) => {
    if (waiting !== null && workers.controller !== null) {
      notices.show({
        kind: 'version',
        text: 'There is a new version of this page. What you have written is kept.',
        actions: [{ word: 'Reload', act: () => takeOver(waiting) }],
      });
    }
  };
  tell(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const coming = registration.installing;
    coming?.addEventListener('statechange', () => {
      if (coming.state === 'installed') {
        tell(registration.waiting);
      }
    });
  });
}

/** Only here does one version take the place of another. */
function takeOver(waiting: ServiceWorker): void {
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), {
    once: true,
  });
  waiting.postMessage('take over');
}
