/**
 * A great many events in little: what each tells stands in columns of numbers,
 * and an event is made of that when it is looked at.
 *
 * Two hundred thousand objects that stay are what a browser's collector of young
 * objects is worst at: it copies each of them twice, and held the page up for 20 to
 * 30 ms at a time while they came.
 *
 *   cells   the values of all events, one after another: a number that is not below
 *           zero as itself, of anything else the place in `values`, as -1 - place
 *   begins  where an event's cells begin
 *   shapes  the names of its fields, which many have in common, in their order
 */
import type { EventList, Wanted } from './trace.ts';
import type { TraceEvent } from './events.ts';

const BITS = 15;
const SIZE = 1 << BITS;

/** A list of numbers that grows without being copied. */
class Numbers {
  readonly #parts: Float64Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length & (SIZE - 1);
    if (at === 0) {
      this.#parts.push(new Float64Array(SIZE));
    }
    (this.#parts.at(-1) as Float64Array)[at] = value;
    this.#length += 1;
  }

  at(index: number): number {
    return (this.#parts[index >>> BITS] as Float64Array)[index & (SIZE - 1)] as number;
  }
}

class Shape {
  readonly place: number;
  readonly names: readonly string[];
  readonly next = new Map<string, Shape>();
  /** Where among the fields these are; -1 if they are not. */
  readonly type: number;
  readonly pid: number;

  constructor(place: number, names: readonly string[]) {
    this.place = place;
    this.names = names;
    this.type = names.indexOf('type');
    this.pid = names.indexOf('pid');
  }
}

type Fields = Record<string, unknown>;

/** Both rise. */
function merged(one: number[], other: Numbers | undefined): number[] {
  if (other === undefined) {
    return one;
  }
  const all: number[] = [];
  let at = 0;
  for (let index = 0; index < other.length; index += 1) {
    const next = other.at(index);
    while (at < one.length && (one[at] as number) < next) {
      all.push(one[at++] as number);
    }
    all.push(next);
  }
  return at < one.length ? all.concat(one.slice(at)) : all;
}

export class Columns implements EventList {
  readonly #cells = new Numbers();
  readonly #begins = new Numbers();
  readonly #shapeOf = new Numbers();
  readonly #shapes: Shape[] = [new Shape(0, [])];
  readonly #values: unknown[] = [];
  readonly #places = new Map<unknown, number>();
  /** Of each type which events, by index. */
  readonly #byType = new Map<TraceEvent['type'], Numbers>();

  get length(): number {
    return this.#begins.length;
  }

  /** Takes it over; texts that were there before take the place of its own. */
  push(event: TraceEvent): void {
    const fields = event as unknown as Fields;
    this.#begins.push(this.#cells.length);
    let shape = this.#shapes[0] as Shape;
    for (const name in fields) {
      shape = shape.next.get(name) ?? this.#grow(shape, name);
      const value = fields[name];
      if (typeof value === 'number' && value >= 0) {
        this.#cells.push(value);
        continue;
      }
      let place = this.#places.get(value);
      if (place === undefined) {
        place = this.#values.push(value) - 1;
        this.#places.set(value, place);
      } else {
        fields[name] = this.#values[place];
      }
      this.#cells.push(-1 - place);
    }
    this.#shapeOf.push(shape.place);
    let ofType = this.#byType.get(event.type);
    if (ofType === undefined) {
      ofType = new Numbers();
      this.#byType.set(event.type, ofType);
    }
    ofType.push(this.length - 1);
  }

  at(index: number): TraceEvent | undefined {
    const from = index < 0 ? this.length + index : index;
    return from >= 0 && from < this.length ? this.#read(from) : undefined;
  }

  *[Symbol.iterator](): Generator<TraceEvent> {
    for (let index = 0; index < this.length; index += 1) {
      yield this.#read(index);
    }
  }

  find(wanted: (event: TraceEvent) => boolean): TraceEvent | undefined {
    for (const event of this) {
      if (wanted(event)) {
        return event;
      }
    }
    return undefined;
  }

  findLast(wanted: (event: TraceEvent) => boolean): TraceEvent | undefined {
    for (let index = this.length - 1; index >= 0; index -= 1) {
      const event = this.#read(index);
      if (wanted(event)) {
        return event;
      }
    }
    return undefined;
  }

  ofTypes(types: readonly TraceEvent['type'][]): number[] {
    return types.reduce<number[]>((found, type) => merged(found, this.#byType.get(type)), []);
  }

  countOf(type: TraceEvent['type']): number {
    return this.#byType.get(type)?.length ?? 0;
  }

  /** Looks at two cells of each, and makes no event. */
  where(wanted: Wanted): number[] {
    const found: number[] = [];
    for (let index = 0; index < this.length; index += 1) {
      const shape = this.#shapeAt(index);
      const begin = this.#begins.at(index);
      const type = this.#value(begin + shape.type) as TraceEvent['type'];
      if (wanted(type, shape.pid < 0 ? undefined : (this.#value(begin + shape.pid) as string))) {
        found.push(index);
      }
    }
    return found;
  }

  #grow(shape: Shape, name: string): Shape {
    const grown = new Shape(this.#shapes.length, [...shape.names, name]);
    this.#shapes.push(grown);
    shape.next.set(name, grown);
    return grown;
  }

  #shapeAt(index: number): Shape {
    return this.#shapes[this.#shapeOf.at(index)] as Shape;
  }

  #value(at: number): unknown {
    const cell = this.#cells.at(at);
    return cell >= 0 ? cell : this.#values[-1 - cell];
  }

  #read(index: number): TraceEvent {
    const fields: Fields = {};
    let at = this.#begins.at(index);
    for (const name of this.#shapeAt(index).names) {
      fields[name] = this.#value(at);
      at += 1;
    }
    return fields as unknown as TraceEvent;
  }
}
