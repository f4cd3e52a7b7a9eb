/**
 * A program's text as a module. Its files come first, as modules too, and
 * 'belay-tasks' leads to the copy that is loaded here already: what is
 * imported is the text that is shown, but for the addresses in its imports.
 * A file may import those before it; a harness comes last and may import all.
 */
import {
  AlreadyStartedError,
  BelayError,
  ChildError,
  ChildStartError,
  DisposedError,
  ExitError,
  LimitError,
  MaxChildrenError,
  NoProcError,
  OwnerError,
  Process,
  Supervisor,
  Task,
  TaskSupervisor,
  TimeoutError,
  createRuntime,
  inspect,
  sleep,
  subscribe,
} from 'belay-tasks';
import type { Program } from './protocol.ts';

/** Makes an address that can be imported out of a module's text, and lets go of it. */
export interface Addresses {
  readonly of: (text: string) => string;
  readonly free: (address: string) => void;
  /** How workers are made, for runs on the real clock; in Node the library knows. */
  readonly workers?: {
    readonly script: string;
    readonly open: (name: string) => object;
  };
}

/** The global by which a program's module finds belay-tasks. */
export const EXPORTS = 'belay-tasks of the playground';

export const BELAY = 'belay-tasks';

/** How a harness imports the program. */
export const PROGRAM = './program.js';

/** What `belay-tasks` exports to a program. */
export const exported = {
  Task,
  TaskSupervisor,
  Supervisor,
  Process,
  sleep,
  inspect,
  subscribe,
  createRuntime,
  AlreadyStartedError,
  BelayError,
  ChildError,
  ChildStartError,
  DisposedError,
  ExitError,
  LimitError,
  MaxChildrenError,
  NoProcError,
  OwnerError,
  TimeoutError,
};

const BRIDGE = `export const { ${Object.keys(exported).join(', ')} } = globalThis[${JSON.stringify(EXPORTS)}];\n`;

/** Imports the program by `load`; `told` gets the address of its own text before. */
export async function addressOf<T>(
  { source, files, harness }: Program,
  addresses: Addresses,
  load: (address: string) => Promise<T>,
  told: (address: string) => void = () => {},
): Promise<T> {
  const modules: Array<[string, string]> = [[BELAY, BRIDGE]];
  const placed = (specifier: string, module: string) => {
    const address = addresses.of(module);
    if (specifier === PROGRAM) {
      told(address);
    }
    return address;
  };
  /** The text with the addresses of what it imports, of the modules before it. */
  const resolved = (text: string) =>
    modules.reduce(
      (before, [specifier, module]) =>
        before.includes(specifier)
          ? resolve(before, specifier, placed(specifier, module))
          : before,
      text,
    );
  for (const [specifier, file] of Object.entries(files)) {
    modules.push([specifier, resolved(file)]);
  }
  let text = resolved(source);
  if (harness !== undefined) {
    modules.push([PROGRAM, text]);
    text = resolved(harness);
  }
  const address = placed(harness === undefined ? PROGRAM : '', text);
  try {
    return await load(address);
  } finally {
    /* A program may import a file later on: only its own text is let go. */
    addresses.free(address);
  }
}

/** Puts an address in the place of a specifier, in imports and `new URL(...)` and nowhere else. */
function resolve(text: string, specifier: string, address: string): string {
  const quoted = specifier.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`(\\bfrom\\s*|\\bimport\\s*\\(?\\s*|\\bnew\\s+URL\\(\\s*)(['"])${quoted}\\2`, 'g');
  return text.replaceAll(
    pattern,
    (_, before: string, quote: string) => `${before}${quote}${address}${quote}`,
  );
}
