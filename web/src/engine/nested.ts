/**
 * The workers of a run on the real clock. The frame makes them, for in Firefox
 * a worker that makes another one now and then never returns from that
 * (seen in 153 ESR). The runtime and its worker speak through a port of their
 * own, which is handed over; the frame hears of nothing but begin and end.
 */
import type { Addresses } from './load.ts';
import type { NestedOrder } from './protocol.ts';

const MADE_MAX = 100; // by one run: making one keeps the page busy for a moment

type Send = (order: NestedOrder, transfer: Transferable[]) => void;
type Workers = NonNullable<Addresses['workers']>;

/** As much of a `Worker` as the runtime uses. */
class Nested {
  onerror: ((event: { readonly message: string }) => void) | null = null;
  readonly #id: number;
  readonly #name: string;
  readonly #send: Send;
  #isOpen = false;

  constructor(id: number, name: string, send: Send) {
    this.#id = id;
    this.#name = name;
    this.#send = send;
  }

  /** Its first message has the port, and is the only one. */
  postMessage(first: unknown, transfer: Transferable[]): void {
    if (this.#isOpen) {
      throw new Error('it is spoken to through the port of its first message');
    }
    this.#isOpen = true;
    this.#send({ type: 'open', id: this.#id, name: this.#name, first }, transfer);
  }

  terminate(): void {
    this.#send({ type: 'close', id: this.#id }, []);
  }
}

/** `hear` is given what is to be called when the frame tells of a failure. */
export function nestedWorkers(
  script: string,
  send: Send,
  hear: (failed: (id: number, text: string) => void) => void,
): Workers {
  const made: Nested[] = [];
  hear((id, message) => made[id]?.onerror?.({ message }));
  return {
    script,
    open(name) {
      if (made.length === MADE_MAX) {
        throw new RangeError(`a run makes at most ${MADE_MAX} workers`);
      }
      const worker = new Nested(made.length, name, send);
      made.push(worker);
      return worker;
    },
  };
}
