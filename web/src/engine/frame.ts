/**
 * The frame in which workers are made: sandboxed, so its origin is nobody's,
 * it has no storage, and its policy lets nothing be asked of any server. A
 * program that is sent with a link can waste one worker and nothing else.
 *
 * A worker that spins cannot be asked to stop, it can only be ended; nothing
 * here waits for it to answer.
 */
import type { FrameOrder } from './protocol.ts';

/** Runs in the frame. The page's own policy knows it by its hash. */
export const FRAME_SCRIPT = `
const workers = new Map();
let url;
const open = (name, first, ports, broken) => {
  const worker = new Worker(url, { name });
  worker.onerror = (event) => {
    event.preventDefault();
    broken(event.message || 'the worker could not be loaded');
  };
  worker.postMessage(first, ports);
  return worker;
};
const serve = (worker, nested) => {
  worker.onmessage = ({ data: { type, id, name, first }, ports }) => {
    if (type === 'close') {
      nested.get(id)?.terminate();
      nested.delete(id);
      return;
    }
    const broken = (text) => worker.postMessage({ failed: id, text });
    try {
      nested.set(id, open(name, first, ports, broken));
    } catch (error) {
      broken(String(error));
    }
  };
  return () => [worker, ...nested.values()].forEach((one) => one.terminate());
};
addEventListener('message', ({ source, data, ports: [port] }) => {
  if (source !== parent) return;
  if (data.type === 'end') {
    workers.get(data.id)?.();
    workers.delete(data.id);
    return;
  }
  const fail = (message) => port.postMessage({ type: 'unable', reason: { word: null, text: message } });
  try {
    url ??= URL.createObjectURL(data.program);
    const broken = (text) => parent.postMessage({ type: 'broken', id: data.id, text }, '*');
    workers.set(data.id, serve(open('belay run', null, [port], broken), new Map()));
  } catch (error) {
    fail(String(error));
  }
});
parent.postMessage({ type: 'frame' }, '*');
`;

const SPARE_AFTER = 100; // ms after a worker was asked for, unless one is at work: to make one takes a processor

const POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob: 'wasm-unsafe-eval'",
  'worker-src blob:',
  "connect-src 'none'",
].join('; ');

export const FRAME_HTML =
  `<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}">` +
  `<title>Where programs run</title><script>${FRAME_SCRIPT}</script>`;

/** A worker: a port to it, and the one sure way to end it. */
export interface Host {
  readonly port: MessagePort;
  end(): void;
  /** Called when the worker itself breaks. */
  broken: (text: string) => void;
  /** It has a program to run: no other is made meanwhile unless it is asked for. */
  busy: boolean;
}

/** Makes hosts, one after another. */
export interface Hosts {
  make(): Host;
}

export class Frame implements Hosts {
  readonly #program: Blob;
  readonly #hosts = new Map<number, Host>();
  #element: HTMLIFrameElement | null = null;
  /** One that nobody has asked for yet: what it says waits in its port until somebody listens. */
  #spare: Host | null = null;
  #soon: ReturnType<typeof setTimeout> | undefined;
  /** What is to be said once the frame is there. */
  #waiting: Array<() => void> | null = [];
  #next = 1;

  /**
   * `text` is the worker's whole program. The frame gets it as a blob: to read a
   * message of more than some 20 kB that comes from a window of another origin
   * takes Chromium 10 to 40 ms of the page's thread (seen in 156).
   */
  constructor(text: string) {
    this.#program = new Blob([text], { type: 'text/javascript' });
  }

  make(): Host {
    const host = this.#spare ?? this.#open();
    this.#spare = null;
    this.#spareSoon();
    return host;
  }

  #spareSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      if ([...this.#hosts.values()].some(({ busy }) => busy)) {
        this.#spareSoon();
      } else {
        this.#spare ??= this.#open();
      }
    }, SPARE_AFTER);
  }

  #open(): Host {
    this.#load();
    const id = this.#next++;
    const { port1, port2 } = new MessageChannel();
    const host: Host = {
      port: port1,
      broken: () => {},
      busy: false,
      end: () => {
        port1.close();
        this.#hosts.delete(id);
        this.#say({ type: 'end', id });
      },
    };
    this.#hosts.set(id, host);
    this.#say({ type: 'make', id, program: this.#program }, port2);
    return host;
  }

  #say(order: FrameOrder, ...ports: MessagePort[]): void {
    const say = () => this.#element?.contentWindow?.postMessage(order, '*', ports);
    if (this.#waiting === null) {
      say();
    } else {
      this.#waiting.push(say);
    }
  }

  #load(): void {
    if (this.#element !== null) {
      return;
    }
    const element = document.createElement('iframe');
    element.setAttribute('sandbox', 'allow-scripts');
    element.title = 'Where programs run';
    element.ariaHidden = 'true';
    element.tabIndex = -1;
    element.className = 'sandbox';
    element.srcdoc = FRAME_HTML;
    addEventListener('message', ({ source, data }) => {
      if (source !== element.contentWindow) {
        return;
      }
      if (data.type === 'broken') {
        const host = this.#hosts.get(data.id);
        if (host === this.#spare) {
          this.#spare = null;
        }
        host?.broken(String(data.text));
      } else if (data.type === 'frame') {
        const waiting = this.#waiting ?? [];
        this.#waiting = null;
        waiting.forEach((say) => say());
      }
    });
    this.#element = element;
    document.body.append(element);
  }
}
