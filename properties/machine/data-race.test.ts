import fc from "fast-check";
import { expect, test } from "vitest";
import { ACCESS, type AccessKind } from "#impl/memory/access.ts";
import { isConditional, isFence, touchesWord } from "#impl/memory/access-class.ts";
import { DataRaces } from "./data-race.ts";

const X = 1;
const Y = 2;
const LOCK = 5;
const WORDS = 8;

/** One event: an access, or something that orders accesses. */
type Event =
  | { readonly kind: AccessKind; readonly thread: number; readonly address: number; readonly failed?: boolean }
  | { readonly does: "acquire" | "release"; readonly thread: number; readonly lock: number }
  | { readonly does: "barrier"; readonly thread: number; readonly barrier: AccessKind }
  | { readonly does: "sectionStart" | "sectionEnd" | "graceStart" | "graceEnd"; readonly thread: number }
  | { readonly does: "fork"; readonly thread: number; readonly child: number }
  | { readonly does: "free"; readonly thread: number; readonly address: number }
  | { readonly does: "allocate"; readonly address: number; readonly words: number };

function feed(races: DataRaces, event: Event): number {
  if ("kind" in event) return races.accessed(event.thread, event.kind, event.address, event.failed !== true);
  switch (event.does) {
    case "free":
      return races.freed(event.thread, event.address);
    case "acquire":
      races.acquired(event.thread, event.lock);
      break;
    case "release":
      races.released(event.thread, event.lock);
      break;
    case "barrier":
      races.barrier(event.thread, event.barrier);
      break;
    case "sectionStart":
      races.sectionStarted(event.thread);
      break;
    case "sectionEnd":
      races.sectionEnded(event.thread);
      break;
    case "graceStart":
      races.graceStarted(event.thread);
      break;
    case "graceEnd":
      races.graceEnded(event.thread);
      break;
    case "fork":
      races.fork(event.thread, event.child);
      break;
    case "allocate":
      races.allocated(event.address, event.words);
  }
  return -1;
}

/** Index of the event that races first and the thread it races with, or undefined. */
function firstRace(...events: Event[]): [number, number] | undefined {
  const races = new DataRaces(5, WORDS);
  races.reset(3);
  for (const [index, event] of events.entries()) {
    const other = feed(races, event);
    if (other !== -1) return [index, other];
  }
  return undefined;
}

const by = (thread: number, kind: AccessKind, address: number): Event => ({ kind, thread, address });
const barrier = (thread: number, kind: AccessKind): Event => ({ does: "barrier", thread, barrier: kind });
const { read, write, readOnce, writeOnce, loadAcquire, storeRelease, rcuDereference, rcuAssignPointer } = ACCESS;

test("plain accesses of two threads race unless both read", () => {
  expect(firstRace(by(0, write, X), by(1, write, X))).toEqual([1, 0]);
  expect(firstRace(by(0, write, X), by(1, read, X))).toEqual([1, 0]);
  expect(firstRace(by(2, read, X), by(1, write, X))).toEqual([1, 2]);
  expect(firstRace(by(0, read, X), by(1, read, X))).toBeUndefined();
  expect(firstRace(by(0, write, X), by(1, write, Y))).toBeUndefined();
  expect(firstRace(by(0, write, X), by(0, write, X), by(0, read, X))).toBeUndefined();
});

test("a plain access races with a marked one if either writes, and marked ones never race", () => {
  expect(firstRace(by(0, writeOnce, X), by(1, read, X))).toEqual([1, 0]);
  expect(firstRace(by(0, writeOnce, X), by(1, write, X))).toEqual([1, 0]);
  expect(firstRace(by(0, readOnce, X), by(1, write, X))).toEqual([1, 0]);
  expect(firstRace(by(0, write, X), by(1, readOnce, X))).toEqual([1, 0]);
  expect(firstRace(by(0, write, X), by(1, writeOnce, X))).toEqual([1, 0]);
  expect(firstRace(by(0, read, X), by(1, writeOnce, X))).toEqual([1, 0]);
  expect(firstRace(by(0, readOnce, X), by(1, read, X), by(2, readOnce, X))).toBeUndefined();
  expect(
    firstRace(by(0, writeOnce, X), by(1, writeOnce, X), by(2, readOnce, X), by(0, ACCESS.xchg, X)),
  ).toBeUndefined();
});

test("an older access of a third thread is remembered", () => {
  expect(firstRace(by(0, read, X), by(1, read, X), by(1, write, X))).toEqual([2, 0]);
});

for (const kind of [
  ACCESS.xchgRelaxed,
  ACCESS.cmpxchgRelaxed,
  ACCESS.atomicAdd,
  ACCESS.atomicAddReturnRelaxed,
] as const) {
  test(`a plain access races with a relaxed read-modify-write of kind ${kind}`, () => {
    expect(firstRace(by(0, kind, X), by(1, read, X))).toEqual([1, 0]);
    expect(firstRace(by(0, read, X), by(1, kind, X))).toEqual([1, 0]);
    expect(firstRace(by(0, write, X), by(1, kind, X))).toEqual([1, 0]);
  });
}

test("a cmpxchg that failed is a read: it races with plain writes only", () => {
  const failed: Event = { kind: ACCESS.cmpxchg, thread: 0, address: X, failed: true };
  expect(firstRace(failed, by(1, read, X))).toBeUndefined();
  expect(firstRace(failed, by(1, write, X))).toEqual([1, 0]);
  expect(firstRace(by(1, write, X), failed)).toEqual([1, 1]);
});

test("rcuDereferenceProtected is plain: a writer that its lock does not exclude races with it", () => {
  expect(firstRace(by(0, ACCESS.rcuDereferenceProtected, X), by(1, rcuAssignPointer, X))).toEqual([1, 0]);
  expect(firstRace(by(0, rcuAssignPointer, X), by(1, ACCESS.rcuDereferenceProtected, X))).toEqual([1, 0]);
  expect(firstRace(by(0, rcuDereference, X), by(1, rcuAssignPointer, X))).toBeUndefined();
});

test("a lock orders its earlier holders before its later ones", () => {
  const handOver: Event[] = [
    { does: "release", thread: 0, lock: LOCK },
    { does: "acquire", thread: 1, lock: LOCK },
  ];
  expect(firstRace(by(0, write, X), ...handOver, by(1, write, X))).toBeUndefined();
  expect(
    firstRace(
      { does: "release", thread: 0, lock: LOCK },
      by(0, write, X),
      { does: "acquire", thread: 1, lock: LOCK },
      by(1, write, X),
    ),
  ).toEqual([3, 0]);
  expect(
    firstRace(
      by(0, write, X),
      { does: "release", thread: 0, lock: LOCK },
      { does: "acquire", thread: 1, lock: LOCK + 1 },
      by(1, write, X),
    ),
  ).toEqual([3, 0]);
});

for (const [release, acquire] of [
  [storeRelease, loadAcquire],
  [rcuAssignPointer, rcuDereference],
  [storeRelease, ACCESS.awaitEqual],
  [storeRelease, ACCESS.awaitUnequal],
  [ACCESS.xchgRelease, ACCESS.xchgAcquire],
  [ACCESS.cmpxchgRelease, ACCESS.cmpxchgAcquire],
  [ACCESS.atomicAddReturnRelease, ACCESS.atomicAddReturnAcquire],
  [ACCESS.xchg, ACCESS.xchg],
  [ACCESS.cmpxchg, ACCESS.cmpxchg],
  [ACCESS.atomicAddReturn, ACCESS.atomicAddReturn],
] as const) {
  test(`publication by kind ${release} and kind ${acquire} orders; without either side it does not`, () => {
    expect(firstRace(by(0, write, X), by(0, release, Y), by(1, acquire, Y), by(1, write, X))).toBeUndefined();
    expect(firstRace(by(0, write, X), by(0, writeOnce, Y), by(1, acquire, Y), by(1, write, X))).toEqual([3, 0]);
    expect(firstRace(by(0, write, X), by(0, release, Y), by(1, readOnce, Y), by(1, write, X))).toEqual([3, 0]);
    expect(firstRace(by(0, release, Y), by(0, write, X), by(1, acquire, Y), by(1, write, X))).toEqual([3, 0]);
  });
}

test("a plain acquire publishes nothing, and a plain release learns nothing", () => {
  expect(firstRace(by(0, write, X), by(0, ACCESS.xchgAcquire, Y), by(1, loadAcquire, Y), by(1, write, X))).toEqual([
    3, 0,
  ]);
  expect(firstRace(by(0, write, X), by(0, storeRelease, Y), by(1, ACCESS.xchgRelease, Y), by(1, write, X))).toEqual([
    3, 0,
  ]);
});

test("barriers order when they stand on both sides of marked accesses", () => {
  for (const left of [
    ACCESS.smpMb,
    ACCESS.smpWmb,
    ACCESS.smpMbBeforeAtomic,
    ACCESS.smpMbAfterAtomic,
    ACCESS.smpMbAfterSpinlock,
  ]) {
    for (const right of [
      ACCESS.smpMb,
      ACCESS.smpRmb,
      ACCESS.smpMbBeforeAtomic,
      ACCESS.smpMbAfterAtomic,
      ACCESS.smpMbAfterSpinlock,
    ]) {
      expect(
        firstRace(
          by(0, write, X),
          barrier(0, left),
          by(0, writeOnce, Y),
          by(1, readOnce, Y),
          barrier(1, right),
          by(1, write, X),
        ),
      ).toBeUndefined();
    }
  }
});

test("a barrier on one side only, or of the wrong kind, orders nothing", () => {
  const { smpMb, smpWmb, smpRmb } = ACCESS;
  expect(
    firstRace(by(0, write, X), barrier(0, smpMb), by(0, writeOnce, Y), by(1, readOnce, Y), by(1, write, X)),
  ).toEqual([4, 0]);
  expect(
    firstRace(by(0, write, X), by(0, writeOnce, Y), by(1, readOnce, Y), barrier(1, smpMb), by(1, write, X)),
  ).toEqual([4, 0]);
  expect(
    firstRace(
      by(0, write, X),
      barrier(0, smpRmb),
      by(0, writeOnce, Y),
      by(1, readOnce, Y),
      barrier(1, smpMb),
      by(1, write, X),
    ),
  ).toEqual([5, 0]);
  expect(
    firstRace(
      by(0, write, X),
      barrier(0, smpMb),
      by(0, writeOnce, Y),
      by(1, readOnce, Y),
      barrier(1, smpWmb),
      by(1, write, X),
    ),
  ).toEqual([5, 0]);
  expect(
    firstRace(barrier(0, smpMb), by(0, write, X), by(0, writeOnce, Y), by(1, loadAcquire, Y), by(1, write, X)),
  ).toEqual([4, 0]);
});

test("a value-returning read-modify-write is a barrier on both sides, one that failed or is relaxed is none", () => {
  const Z = 3;
  for (const kind of [ACCESS.xchg, ACCESS.cmpxchg, ACCESS.atomicAddReturn]) {
    expect(
      firstRace(by(0, write, X), by(0, kind, Z), by(0, writeOnce, Y), by(1, loadAcquire, Y), by(1, write, X)),
    ).toBeUndefined();
    expect(
      firstRace(by(0, write, X), by(0, storeRelease, Y), by(1, readOnce, Y), by(1, kind, Z), by(1, write, X)),
    ).toBeUndefined();
  }
  expect(
    firstRace(
      by(0, write, X),
      by(0, ACCESS.xchgRelaxed, Z),
      by(0, writeOnce, Y),
      by(1, loadAcquire, Y),
      by(1, write, X),
    ),
  ).toEqual([4, 0]);
  const failed: Event = { kind: ACCESS.cmpxchg, thread: 1, address: Y, failed: true };
  expect(firstRace(by(0, write, X), by(0, storeRelease, Y), failed, by(1, write, X))).toEqual([3, 0]);
});

test("a release sequence continues through read-modify-writes of other threads, and ends at a marked store", () => {
  expect(
    firstRace(
      by(0, write, X),
      by(0, storeRelease, Y),
      by(2, ACCESS.xchgRelaxed, Y),
      by(1, loadAcquire, Y),
      by(1, write, X),
    ),
  ).toBeUndefined();
  expect(
    firstRace(by(0, write, X), by(0, storeRelease, Y), by(2, writeOnce, Y), by(1, loadAcquire, Y), by(1, write, X)),
  ).toEqual([4, 0]);
  expect(
    firstRace(by(0, write, X), by(0, storeRelease, Y), by(2, storeRelease, Y), by(1, loadAcquire, Y), by(1, write, X)),
  ).toEqual([4, 0]);
});

test("a marked read of a released word is ordered after the releaser's accesses to that word", () => {
  expect(firstRace(by(0, write, X), by(0, storeRelease, X), by(1, loadAcquire, X))).toBeUndefined();
  expect(firstRace(by(0, write, X), by(0, storeRelease, X), by(1, readOnce, X))).toBeUndefined();
  expect(firstRace(by(0, read, X), by(0, storeRelease, X), by(1, ACCESS.xchgRelaxed, X))).toBeUndefined();
  expect(firstRace(by(0, write, X), by(0, storeRelease, X), by(1, writeOnce, X))).toEqual([2, 0]);
  expect(firstRace(by(0, storeRelease, X), by(0, write, X), by(1, readOnce, X))).toEqual([2, 0]);
});

test("a grace period orders sections that end before it ends, and earlier accesses before later sections", () => {
  const section = (thread: number, ...inside: Event[]): Event[] => [
    { does: "sectionStart", thread },
    ...inside,
    { does: "sectionEnd", thread },
  ];
  const grace: Event[] = [
    { does: "graceStart", thread: 0 },
    { does: "graceEnd", thread: 0 },
  ];
  expect(firstRace(...section(1, by(1, read, X)), ...grace, by(0, write, X))).toBeUndefined();
  expect(
    firstRace(
      { does: "graceStart", thread: 0 },
      ...section(1, by(1, read, X)),
      { does: "graceEnd", thread: 0 },
      by(0, write, X),
    ),
  ).toBeUndefined();
  expect(firstRace(by(1, read, X), ...grace, by(0, write, X))).toEqual([3, 1]);
  expect(firstRace(...section(1), by(1, read, X), ...grace, by(0, write, X))).toEqual([5, 1]);
  expect(firstRace(by(0, write, X), { does: "graceStart", thread: 0 }, ...section(1, by(1, read, X)))).toBeUndefined();
  expect(firstRace({ does: "graceStart", thread: 0 }, by(0, write, X), ...section(1, by(1, read, X)))).toEqual([3, 0]);
});

test("a grace period orders every thread that waits for it, not only the first", () => {
  expect(
    firstRace(
      { does: "sectionStart", thread: 2 },
      by(2, read, X),
      { does: "sectionEnd", thread: 2 },
      { does: "graceStart", thread: 1 },
      { does: "graceEnd", thread: 1 },
      by(1, write, X),
    ),
  ).toBeUndefined();
  expect(
    firstRace(by(1, write, X), { does: "graceStart", thread: 1 }, { does: "sectionStart", thread: 2 }, by(2, read, X)),
  ).toBeUndefined();
  expect(
    firstRace(by(1, write, X), { does: "graceStart", thread: 2 }, { does: "sectionStart", thread: 0 }, by(0, read, X)),
  ).toEqual([3, 1]);
});

test("a store learns nothing, even with a barrier after it", () => {
  expect(
    firstRace(by(0, write, X), by(0, storeRelease, Y), by(1, writeOnce, Y), barrier(1, ACCESS.smpMb), by(1, write, X)),
  ).toEqual([4, 0]);
});

test("a callback's thread is ordered after its starter's earlier accesses, not the later ones", () => {
  const fork: Event = { does: "fork", thread: 0, child: 3 };
  expect(firstRace(by(0, write, X), fork, by(3, write, X))).toBeUndefined();
  expect(firstRace(fork, by(0, write, X), by(3, write, X))).toEqual([2, 0]);
  expect(firstRace(fork, by(3, write, X), by(1, write, X))).toEqual([2, 3]);
  expect(
    firstRace(
      by(0, write, X),
      { does: "release", thread: 0, lock: LOCK },
      { does: "acquire", thread: 1, lock: LOCK },
      { does: "fork", thread: 1, child: 3 },
      by(3, read, X),
    ),
  ).toBeUndefined();
});

test("freeing an object writes its words, and must be ordered after every access to them", () => {
  const freed: Event = { does: "free", thread: 1, address: X };
  for (const kind of [read, write, readOnce, writeOnce] as const) {
    expect(firstRace(by(0, kind, X), freed)).toEqual([1, 0]);
    expect(firstRace(by(0, kind, X), by(0, storeRelease, Y), by(1, loadAcquire, Y), freed)).toBeUndefined();
    expect(firstRace(by(0, kind, X), by(0, storeRelease, Y), by(1, readOnce, Y), freed)).toEqual([3, 0]);
  }
  expect(firstRace(by(1, write, X), by(0, write, Y), freed)).toBeUndefined();
  expect(firstRace(freed)).toBeUndefined();
});

test("marked accesses to a word with a read-modify-write race with no free, plain ones do", () => {
  const freed: Event = { does: "free", thread: 1, address: X };
  const { atomicAdd, cmpxchg } = ACCESS;
  expect(firstRace(by(0, readOnce, X), by(0, atomicAdd, X), freed)).toBeUndefined();
  expect(firstRace(by(0, atomicAdd, X), by(2, writeOnce, X), freed)).toBeUndefined();
  expect(firstRace(by(0, read, X), by(2, atomicAdd, X))).toEqual([1, 0]);
  expect(firstRace(by(0, cmpxchg, X), freed)).toBeUndefined();
  expect(firstRace({ kind: cmpxchg, thread: 0, address: X, failed: true }, freed)).toEqual([1, 0]);
  const born: Event = { does: "allocate", address: X, words: 1 };
  expect(firstRace(by(0, atomicAdd, X), born, by(0, writeOnce, X), freed)).toEqual([3, 0]);
});

test("accesses to an object before it was reallocated race with nothing", () => {
  expect(
    firstRace(
      by(0, write, X),
      by(0, write, Y),
      { does: "allocate", address: X, words: 2 },
      by(1, write, X),
      by(1, write, Y),
    ),
  ).toBeUndefined();
  expect(firstRace(by(0, write, Y), { does: "allocate", address: X, words: 1 }, by(1, write, Y))).toEqual([2, 0]);
});

test("accesses race with none of an earlier execution, which may have had more threads", () => {
  const races = new DataRaces(4, WORDS);
  races.reset(2);
  races.fork(0, 2);
  races.fork(0, 3);
  for (const address of [X, Y]) races.accessed(3, write, address, true);
  races.graceStarted(3);
  races.sectionEnded(3);
  races.reset(2);
  expect(races.accessed(0, write, X, true)).toBe(-1);
  races.fork(0, 2);
  races.fork(0, 3);
  races.sectionStarted(1);
  races.graceEnded(1);
  expect(races.accessed(1, write, X, true)).toBe(0);
  expect(races.accessed(3, write, Y, true)).toBe(-1);
  expect(races.accessed(2, write, Y, true)).toBe(3);
});

/** The same by definition: a graph of all events, searched for every pair of accesses. */
class NaiveRaces {
  readonly #edges: number[][] = [];
  readonly #last = new Map<number, number>();
  readonly #lastFence = new Map<number, number>();
  readonly #seen = new Map<number, number[]>();
  readonly #sources = new Map<number, number[]>();
  readonly #lockReleased = new Map<number, number>();
  readonly #atomic = new Set<number>();
  #graceStarts: number[] = [];
  #sectionEnds: number[] = [];
  #accesses: { node: number; thread: number; address: number; plain: boolean; writes: boolean }[] = [];

  /** Threads whose earlier accesses this event races with. */
  feed(event: Event): number[] {
    if ("kind" in event) return this.#access(event.thread, event.kind, event.address, event.failed === true);
    if (event.does === "allocate") {
      const isOld = (address: number): boolean => address >= event.address && address < event.address + event.words;
      this.#accesses = this.#accesses.filter(({ address }) => !isOld(address));
      for (const address of this.#sources.keys()) if (isOld(address)) this.#sources.delete(address);
      for (const address of this.#atomic) if (isOld(address)) this.#atomic.delete(address);
      return [];
    }
    const { thread } = event;
    switch (event.does) {
      case "free":
        return this.#free(thread, event.address);
      case "acquire":
        this.#next(thread, this.#lockReleased.has(event.lock) ? [this.#lockReleased.get(event.lock) ?? 0] : []);
        break;
      case "release":
        this.#lockReleased.set(event.lock, this.#next(thread));
        break;
      case "barrier":
        this.#fence(thread, event.barrier !== ACCESS.smpWmb, event.barrier !== ACCESS.smpRmb);
        break;
      case "sectionStart":
        this.#next(thread, this.#graceStarts);
        break;
      case "sectionEnd":
        this.#sectionEnds.push(this.#next(thread));
        break;
      case "graceStart":
        this.#graceStarts.push(this.#next(thread));
        break;
      case "graceEnd":
        this.#next(thread, this.#sectionEnds);
        break;
      case "fork":
        this.#last.set(event.child, this.#next(thread));
    }
    return [];
  }

  #access(thread: number, kind: AccessKind, address: number, failed: boolean): number[] {
    // By the kernel's names: a read-modify-write that returns a value is a full barrier, unless its name is weaker.
    const name = Object.keys(ACCESS)[kind] ?? "";
    const plain = ["read", "write", "rcuDereferenceProtected"].includes(name);
    const modifies = /^(?:cmpxchg|xchg|atomic)/u.test(name);
    const full = !failed && modifies && !/(?:Relaxed|Acquire|Release)$|^atomicAdd$/u.test(name);
    const writes = !failed && (modifies || /^(?:write|store|rcuAssign)/u.test(name));
    const reads = modifies || !writes;
    const acquires = full || (!failed && /Acquire$|^rcuDereference$|^await(?:Equal|Unequal)$/u.test(name));
    const releases = full || (!failed && /Release$|^rcuAssign/u.test(name));

    if (full) this.#fence(thread, true, true);
    const sources = this.#sources.get(address) ?? [];
    const check = this.#node([...this.#before(thread), ...(reads && !plain ? sources : [])]);
    const racing = this.#accesses.filter(
      (other) =>
        other.address === address &&
        other.thread !== thread &&
        (other.writes || writes) &&
        (other.plain || plain) &&
        !this.#leads(other.node, check),
    );
    const node = this.#next(thread, acquires ? sources : []);
    this.#accesses.push({ node, thread, address, plain, writes });
    if (reads && !plain && !acquires) this.#seen.set(thread, [...(this.#seen.get(thread) ?? []), ...sources]);
    if (modifies && !failed) this.#atomic.add(address);
    if (writes && !plain) {
      const fence = this.#lastFence.get(thread);
      const source = releases ? [node] : fence === undefined ? [] : [fence];
      this.#sources.set(address, modifies ? [...sources, ...source] : source);
    }
    if (full) this.#fence(thread, true, true);
    return racing.map((other) => other.thread);
  }

  #free(thread: number, address: number): number[] {
    const check = this.#node(this.#before(thread));
    const isExcepted = (plain: boolean): boolean => !plain && this.#atomic.has(address);
    return this.#accesses
      .filter((other) => other.address === address && other.thread !== thread && !isExcepted(other.plain))
      .filter((other) => !this.#leads(other.node, check))
      .map((other) => other.thread);
  }

  #fence(thread: number, loads: boolean, stores: boolean): void {
    const node = this.#next(thread, loads ? this.#seen.get(thread) : []);
    if (stores) this.#lastFence.set(thread, node);
  }

  #before(thread: number): number[] {
    const last = this.#last.get(thread);
    return last === undefined ? [] : [last];
  }

  #next(thread: number, after: readonly number[] = []): number {
    const node = this.#node([...this.#before(thread), ...after]);
    this.#last.set(thread, node);
    return node;
  }

  #node(after: readonly number[]): number {
    return this.#edges.push([...after]) - 1;
  }

  #leads(from: number, to: number): boolean {
    if (from === to) return true;
    const seen = new Set([to]);
    for (const node of seen) for (const before of this.#edges[node] ?? []) seen.add(before);
    return seen.has(from);
  }
}

test("agrees with happens-before by its definition, on random sequences in one detector", () => {
  const thread = fc.nat(2);
  const address = fc.integer({ min: 1, max: 3 });
  const lock = fc.integer({ min: 5, max: 6 });
  const kinds = fc.constantFrom(...Object.values(ACCESS).filter(touchesWord));
  const barriers = fc.constantFrom(...Object.values(ACCESS).filter(isFence));
  const event: fc.Arbitrary<Event> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom(...([ACCESS.read, ACCESS.write] as const)), thread, address }),
    },
    {
      weight: 8,
      arbitrary: fc
        .record({ kind: kinds, thread, address, fails: fc.boolean() })
        .map(({ fails, ...access }) => ({ ...access, failed: fails && isConditional(access.kind) })),
    },
    {
      weight: 2,
      arbitrary: fc.record({ does: fc.constantFrom("acquire" as const, "release" as const), thread, lock }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant("barrier" as const), thread, barrier: barriers }) },
    {
      weight: 2,
      arbitrary: fc.record({
        does: fc.constantFrom(
          "sectionStart" as const,
          "sectionEnd" as const,
          "graceStart" as const,
          "graceEnd" as const,
        ),
        thread,
      }),
    },
    { weight: 2, arbitrary: fc.record({ does: fc.constant("free" as const), thread, address }) },
    {
      weight: 1,
      arbitrary: fc.record({ does: fc.constant("allocate" as const), address, words: fc.integer({ min: 1, max: 2 }) }),
    },
  );
  const races = new DataRaces(5, WORDS);
  let racy = 0;
  let quiet = 0;
  fc.assert(
    fc.property(fc.array(event, { minLength: 3, maxLength: 25 }), fc.nat(20), thread, (events, forkAt, parent) => {
      races.reset(3);
      const naive = new NaiveRaces();
      let child = 3;
      for (const [index, next] of events.entries()) {
        if (index === forkAt || index === forkAt + 2) {
          const fork: Event = { does: "fork", thread: parent, child };
          feed(races, fork);
          naive.feed(fork);
          child++;
        }
        // An event after a fork belongs to the child as often as to the second thread.
        const moved: Event =
          "thread" in next && next.thread === 1 && child > 3 && index % 2 === 0 ? { ...next, thread: child - 1 } : next;
        const expected = naive.feed(moved);
        const found = feed(races, moved);
        if (found === -1) expect(expected).toEqual([]);
        else {
          expect(expected).toContain(found);
          racy++;
          return;
        }
      }
      quiet++;
    }),
    { seed: 2, numRuns: 3000 },
  );
  expect(racy).toBeGreaterThan(300);
  expect(quiet).toBeGreaterThan(300);
});
