/**
 * `SharedArrayBuffer`, as seen by code under test.
 *
 * A block is the data of one buffer. While modules load and while `setUp` runs, its bytes are read and written
 * directly. While a thread runs, each access to a block created by `setUp` or a module is an access of the machine; a
 * block that a thread creates is private, since a thread has no way to pass it on.
 *
 * `setUp` runs again before each run of a thread, so that threads have their own objects, like workers. The n-th buffer
 * that it creates is the same block each time.
 */
import { InputError } from "#fuzz/host/input-error.ts";
import { bitsOf, type Bits, putBits } from "./element-type.ts";
import { modified, type SharedAccess, type SharedRange } from "./shared-access.ts";
import { askFor, isThreadRunning } from "./thread-run.ts";

/** Maximum number of bytes of a block: the machine keeps a word for each range that is used. */
const BYTES_MAX = 1 << 26;

interface Block {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Whether all threads know it. */
  readonly isShared: boolean;
}

/** Blocks created by modules while loading, with their contents after the last module had loaded. */
const ofModules: Block[] = [];
let atLoad: Uint8Array[] | undefined;

let ofSetUp: Block[] = [];

/** `load`: modules run. `setUp`: it runs. `thread`: accesses are the machine's. `memory`: bytes are inspected. */
type Stage = "load" | "setUp" | "thread" | "memory";
let stage: Stage = "load";

const blockOf = new WeakMap<object, Block>();

/** The stand-in for `SharedArrayBuffer`. */
export class SimulatedBuffer {
  constructor(length: unknown = 0, options?: { readonly maxByteLength?: number }) {
    const bytes = Number(length);
    if (!Number.isInteger(bytes) || bytes < 0)
      throw new RangeError(`Array buffer allocation failed: ${String(length)}`);
    if (bytes > BYTES_MAX) throw new InputError(`a SharedArrayBuffer of ${bytes} bytes; a test may use ${BYTES_MAX}`);
    if (options?.maxByteLength !== undefined)
      throw new InputError("growable shared buffers are not supported; make the buffer as large as it may become");
    blockOf.set(this, makeBlock(bytes));
  }

  static get [Symbol.species](): typeof SimulatedBuffer {
    return SimulatedBuffer;
  }

  get byteLength(): number {
    return blockOfBuffer(this).bytes.length;
  }

  get maxByteLength(): number {
    return this.byteLength;
  }

  get growable(): boolean {
    return false;
  }

  grow(): never {
    throw new TypeError("Method SharedArrayBuffer.prototype.grow called on incompatible receiver");
  }

  slice(begin = 0, end = this.byteLength): SimulatedBuffer {
    const length = this.byteLength;
    const first = begin < 0 ? Math.max(0, length + begin) : Math.min(begin, length);
    const last = end < 0 ? Math.max(0, length + end) : Math.min(end, length);
    const copy = new SimulatedBuffer(Math.max(0, last - first));
    for (let index = 0; index < last - first; index++) {
      const value = readRange(this, first + index, 1, false);
      writeRange(copy, index, 1, false, value);
    }
    return copy;
  }

  get [Symbol.toStringTag](): string {
    return "SharedArrayBuffer";
  }

  /** The engine's own typed arrays would treat the stand-in as a list: that must not go unnoticed. */
  get [Symbol.iterator](): never {
    throw new InputError(
      "a shared buffer reached code that is not checked, such as a typed array taken from globalThis; " +
        "write the constructor's name instead",
    );
  }
}

function makeBlock(length: number): Block {
  const bytes = new Uint8Array(length);
  if (stage === "load") {
    const block = { number: ofModules.length, bytes, isShared: true };
    ofModules.push(block);
    return block;
  }
  const inSetUp = stage === "setUp";
  const block = { number: ofModules.length + ofSetUp.length, bytes, isShared: inSetUp };
  if (inSetUp) ofSetUp.push(block);
  return block;
}

function blockOfBuffer(buffer: object): Block {
  const block = blockOf.get(buffer);
  if (block === undefined) throw new TypeError("Receiver is not a SharedArrayBuffer");
  return block;
}

export function isSimulatedBuffer(value: unknown): value is SimulatedBuffer {
  return typeof value === "object" && value !== null && blockOf.has(value);
}

/** The number of a buffer's block, for names. */
export function blockNumber(buffer: SimulatedBuffer): number {
  return blockOfBuffer(buffer).number;
}

/** Runs `setUp` and returns its result; buffers that it creates are shared. */
export function inSetUp<T>(setUp: () => T): T {
  atLoad ??= ofModules.map(({ bytes }) => bytes.slice());
  for (const [index, { bytes }] of ofModules.entries()) bytes.set(atLoad[index] ?? new Uint8Array(bytes.length));
  ofSetUp = [];
  return inStage("setUp", setUp);
}

/** Runs a thread's code on the result of `inSetUp`. */
export function inThread<T>(act: () => T): T {
  return inStage("thread", act);
}

/**
 * Runs code on memory that holds these blocks, by number: it sees the bytes, and its accesses are not the machine's.
 */
export function inMemory<T>(blocks: readonly Uint8Array[], act: () => T): T {
  for (const { number, bytes } of [...ofModules, ...ofSetUp]) bytes.set(blocks[number] ?? new Uint8Array(bytes.length));
  return inStage("memory", act);
}

/** The bytes of each block, by number, as the last `setUp` left them. */
export function bytesOfBlocks(): readonly Uint8Array[] {
  return [...ofModules, ...ofSetUp].map(({ bytes }) => bytes.slice());
}

function inStage<T>(next: Stage, act: () => T): T {
  const before = stage;
  stage = next;
  try {
    return act();
  } finally {
    stage = before;
  }
}

/** Is `setUp` or a thread running now? */
export function isCodeUnderTestRunning(): boolean {
  return stage === "setUp" || stage === "thread";
}

/** The range as an access of the machine, or undefined if bytes are read and written directly. */
function rangeForMachine({ number, isShared }: Block, offset: number, size: number): SharedRange | undefined {
  return stage === "thread" && isThreadRunning() && isShared ? { block: number, offset, size } : undefined;
}

export function readRange(buffer: SimulatedBuffer, offset: number, size: number, isAtomic: boolean): Bits {
  const block = blockOfBuffer(buffer);
  const range = rangeForMachine(block, offset, size);
  return range === undefined ? bitsOf(block.bytes, offset, size) : askFor({ ...range, op: "read", isAtomic });
}

export function writeRange(
  buffer: SimulatedBuffer,
  offset: number,
  size: number,
  isAtomic: boolean,
  value: Bits,
): void {
  const block = blockOfBuffer(buffer);
  const range = rangeForMachine(block, offset, size);
  if (range === undefined) putBits(block.bytes, offset, size, value);
  else askFor({ ...range, op: "write", isAtomic, value });
}

/** A read-modify-write, wait or notify of `Atomics`; returns what it finds. */
export function atomically(
  buffer: SimulatedBuffer,
  offset: number,
  size: number,
  what: Exclude<SharedAccess, { readonly op: "read" | "write" }> extends infer Access
    ? Access extends SharedRange
      ? Omit<Access, keyof SharedRange>
      : never
    : never,
): Bits {
  const block = blockOfBuffer(buffer);
  const range = rangeForMachine(block, offset, size);
  if (range !== undefined) return askFor({ ...range, ...what } as SharedAccess);
  const found = bitsOf(block.bytes, offset, size);
  switch (what.op) {
    case "modify":
      putBits(block.bytes, offset, size, modified(what.modification, size, found, what.value));
      return found;
    case "compareExchange":
      if (found === what.expected) putBits(block.bytes, offset, size, what.value);
      return found;
    case "wait":
      if (found !== what.expected) return 1;
      throw new InputError("Atomics.wait outside a thread would wait forever; move it into one of the threads");
    case "notify":
      return 0;
  }
}
