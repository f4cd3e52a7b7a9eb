/**
 * Has a program run with many seeds, a few workers at a time, each of which
 * takes a batch of seeds and is ended then: what a program leaves behind in its
 * worker reaches no further than that. The page only takes in what they tell.
 */
import type { Summary } from '../model/summary.ts';
import type { Host, Hosts } from './frame.ts';
import { isMessage } from './messages.ts';
import type { RunInput, SeedsOrder, WorkerMessage } from './protocol.ts';
import { PATIENCE } from './runner.ts';

const BATCH = 25; // seeds for one worker
const WORKERS_MAX = 4;
const LOOK = 250; // ms between looks for signs of life

export interface SurveyEvents {
  took(summary: Summary): void;
  /** All is done, or it was ended: `why` is a sentence then, and null otherwise. */
  ended(why: string | null): void;
}

interface Slot {
  readonly host: Host;
  /** The seeds that it has not told of, the next one first. */
  readonly seeds: number[];
  lastSign: number;
}

export class Surveyor {
  readonly #hosts: Hosts;
  readonly #events: SurveyEvents;
  readonly #slots = new Set<Slot>();
  #input: RunInput | null = null;
  #left: number[] = [];
  #watch: ReturnType<typeof setInterval> | undefined;
  #lastLook = 0;

  constructor(hosts: Hosts, events: SurveyEvents) {
    this.#hosts = hosts;
    this.#events = events;
  }

  /** `cores` is how many the machine has; one is left to the page. */
  start(input: RunInput, seeds: readonly number[], cores: number): void {
    this.#drop();
    this.#input = input;
    this.#left = [...seeds];
    this.#lastLook = performance.now();
    this.#watch = setInterval(() => this.#look(), LOOK);
    for (let at = 0; at < Math.max(1, Math.min(WORKERS_MAX, cores - 1)); at += 1) {
      this.#fill();
    }
  }

  stop(why: string | null = null): void {
    if (this.#input !== null) {
      this.#drop();
      this.#events.ended(why);
    }
  }

  /** Another worker for the next batch; without seeds left it is over with the last worker. */
  #fill(): void {
    const seeds = this.#left.splice(0, BATCH);
    if (seeds.length === 0) {
      if (this.#slots.size === 0) {
        this.stop();
      }
      return;
    }
    try {
      const slot: Slot = { host: this.#hosts.make(), seeds, lastSign: performance.now() };
      this.#slots.add(slot);
      slot.host.busy = true;
      slot.host.port.onmessage = ({ data }: MessageEvent<WorkerMessage>) => this.#hear(slot, data);
      slot.host.broken = (text) => this.stop(text);
    } catch (error) {
      this.stop(String(error));
    }
  }

  #hear(slot: Slot, message: WorkerMessage): void {
    if (!this.#slots.has(slot)) {
      return;
    }
    slot.lastSign = performance.now();
    if (!isMessage(message)) {
      this.stop('A worker told what no run tells.');
    } else if (message.type === 'ready') {
      const order: SeedsOrder = { type: 'seeds', input: this.#input as RunInput, seeds: slot.seeds };
      slot.host.port.postMessage(order);
    } else if (message.type === 'unable') {
      this.stop(message.reason.text);
    } else if (message.type === 'seed') {
      slot.seeds.shift();
      this.#events.took(message.summary);
      if (slot.seeds.length === 0 && this.#slots.has(slot)) {
        slot.host.end();
        this.#slots.delete(slot);
        this.#fill();
      }
    }
  }

  /** When the page was held up or hidden, the silence may be its own. */
  #look(): void {
    const now = performance.now();
    const late = now - this.#lastLook > 4 * LOOK;
    this.#lastLook = now;
    for (const slot of this.#slots) {
      if (late) {
        slot.lastSign = now;
      } else if (now - slot.lastSign > PATIENCE) {
        this.stop(`Seed ${slot.seeds[0]} gave no sign of life for ${PATIENCE / 1000} s.`);
        return;
      }
    }
  }

  #drop(): void {
    clearInterval(this.#watch);
    for (const { host } of this.#slots) {
      host.end();
    }
    this.#slots.clear();
    this.#input = null;
  }
}
