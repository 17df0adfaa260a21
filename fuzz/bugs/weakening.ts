/**
 * Orderings weakened by one step, in the text of a source file: `quiesce barriers` tries them in memory.
 *
 * An ordering is an ordering access or a barrier at one position in the source, found in accesses as implementations
 * write them (`yield storeRelease(`).
 */

export interface Weakening {
  /** The file, from the root of the project. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly from: string;
  /** The weaker access, or `nothing` for a removed barrier. */
  readonly to: string;
  /** The file's text with the weakening. */
  readonly source: string;
}

const NOTHING = "nothing";

/** The symbol of the global that a weakened access sets: its module has no other way to report. */
const REACHED = "quiesce.reached";

/** The one-step weakenings of each access. A full barrier loses its acquire part, or its release part. */
const WEAKER: Readonly<Record<string, readonly string[]>> = {
  loadAcquire: ["readOnce"],
  storeRelease: ["writeOnce"],
  rcuAssignPointer: ["writeOnce"],
  rcuDereference: ["read"],
  smpMb: [NOTHING],
  smpRmb: [NOTHING],
  smpWmb: [NOTHING],
  smpMbBeforeAtomic: [NOTHING],
  smpMbAfterAtomic: [NOTHING],
  smpMbAfterSpinlock: [NOTHING],
  cmpxchg: ["cmpxchgAcquire", "cmpxchgRelease"],
  cmpxchgAcquire: ["cmpxchgRelaxed"],
  cmpxchgRelease: ["cmpxchgRelaxed"],
  xchg: ["xchgAcquire", "xchgRelease"],
  xchgAcquire: ["xchgRelaxed"],
  xchgRelease: ["xchgRelaxed"],
  atomicAddReturn: ["atomicAddReturnAcquire", "atomicAddReturnRelease"],
  atomicAddReturnAcquire: ["atomicAddReturnRelaxed"],
  atomicAddReturnRelease: ["atomicAddReturnRelaxed"],
};

/** Every ordering of a file with its one-step weakenings, in text order. */
export function weakeningsOf(file: string, source: string): Weakening[] {
  const found: Weakening[] = [];
  for (const match of source.matchAll(/\byield (\w+)\(/gu)) {
    const [, from = ""] = match;
    for (const to of WEAKER[from] ?? []) {
      const line = source.slice(0, match.index).split("\n").length;
      found.push({ file, line, from, to, source: weakened(source, match.index, from, to) });
    }
  }
  return found;
}

function weakened(source: string, at: number, from: string, to: string): string {
  const rest = source.slice(at + `yield ${from}(`.length);
  const begin = source.slice(0, at);
  if (to === NOTHING) return withImport(`${begin}yield weaker(true, ""${rest}`, "assertHolds");
  return withImport(`${begin}yield weaker(${rest}`, to);
}

/** Added on the first line, so that the others keep their numbers. */
function withImport(source: string, name: string): string {
  const note = `const weaker = (...given) => ((globalThis[Symbol.for("${REACHED}")] = true), weakest(...given));`;
  return `import { ${name} as weakest } from "#impl/memory/access.ts"; ${note} ${source}`;
}

/** Was a weakened access made since the last call, in this thread? */
export function takeReached(): boolean {
  const key = Symbol.for(REACHED);
  const wasReached = Reflect.get(globalThis, key) === true;
  Reflect.set(globalThis, key, false);
  return wasReached;
}

export function describeWeakening({ file, line, from, to }: Omit<Weakening, "source">): string {
  return `${file}:${line} ${from} → ${to}`;
}
