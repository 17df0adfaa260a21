/**
 * The ways in which the critical sections of locks may follow one another: rf and co of lock events.
 *
 * Source: Linux tools/memory-model/lock.cat.
 */

import type { MemoryEvent } from "../event.ts";
import { has, type Pair } from "../relation.ts";
import type { Skeleton } from "../skeleton.ts";

/** One way for all locks of a test. */
export interface LockOrder {
  readonly rf: readonly Pair[];
  /** Closed under transitivity. */
  readonly co: readonly Pair[];
}

interface Section {
  readonly lockRead: number;
  readonly lockWrite: number;
  /** Absent in a section that never ends. */
  readonly unlock: number | undefined;
  readonly thread: number;
}

type LockEvent = MemoryEvent & { readonly index: number };

/**
 * Every way, one at a time; none if the locks deadlock. Without lock events there is one, the empty
 * one.
 */
export function* lockOrders(skeleton: Skeleton): Generator<LockOrder> {
  yield* combineLocks(skeleton, locksOf(skeleton), 0);
}

function locksOf(skeleton: Skeleton): readonly Lock[] {
  const byLock = new Map<string, LockEvent[]>();
  const initial = new Map<string, number>();
  skeleton.events.forEach((event, index) => {
    const { variable, kind } = event;
    if (variable === undefined) return;
    if (kind === "IW") initial.set(variable, index);
    if (!LOCK_KINDS.has(kind)) return;
    const events = byLock.get(variable) ?? [];
    byLock.set(variable, events);
    events.push({ ...event, index });
  });
  return [...byLock].map(([variable, events]) => ({ events, initial: initial.get(variable) ?? -1 }));
}

const LOCK_KINDS: ReadonlySet<string> = new Set(["LKR", "LKW", "UL", "LF", "RL", "RU"]);

interface Lock {
  readonly events: readonly LockEvent[];
  readonly initial: number;
}

function* combineLocks(skeleton: Skeleton, locks: readonly Lock[], from: number): Generator<LockOrder> {
  const lock = locks[from];
  if (lock === undefined) {
    yield { rf: [], co: [] };
    return;
  }
  for (const first of ordersOf(skeleton, lock)) {
    for (const rest of combineLocks(skeleton, locks, from + 1)) {
      yield { rf: [...first.rf, ...rest.rf], co: [...first.co, ...rest.co] };
    }
  }
}

function sectionsOf(skeleton: Skeleton, events: readonly LockEvent[]): readonly Section[] {
  const before = (a: LockEvent, b: LockEvent): boolean => has(skeleton.po, a.index, b.index);
  return events
    .filter(({ kind }) => kind === "LKW")
    .map((held): Section => {
      const lockRead = events.find((read) => read.kind === "LKR" && has(skeleton.rmw, read.index, held.index));
      const ends = events.filter((end) => end.kind === "UL" && before(held, end));
      const unlock = ends.find((end) => !ends.some((other) => before(other, end)));
      return { lockRead: lockRead?.index ?? -1, lockWrite: held.index, unlock: unlock?.index, thread: held.thread };
    });
}

/** The lock write whose section contains an event, if any. */
function holderOf(skeleton: Skeleton, events: readonly LockEvent[], event: LockEvent): LockEvent | undefined {
  const before = (a: LockEvent, b: LockEvent): boolean => has(skeleton.po, a.index, b.index);
  const isEnded = (held: LockEvent): boolean =>
    events.some((end) => end.kind === "UL" && before(held, end) && before(end, event));
  return events.find((held) => held.kind === "LKW" && before(held, event) && !isEnded(held));
}

/** Why the sections of a lock have no order, whatever is read. Events are those that take it. */
export type Deadlock =
  /** A process takes a lock that it holds. */
  | { readonly kind: "again"; readonly held: number; readonly again: number }
  /** Two processes keep it forever, so that one of them waits forever. */
  | { readonly kind: "kept"; readonly first: number; readonly second: number };

function deadlockOf(skeleton: Skeleton, events: readonly LockEvent[]): Deadlock | undefined {
  for (const event of events) {
    const holder = event.kind === "LKR" ? holderOf(skeleton, events, event) : undefined;
    if (holder !== undefined) return { kind: "again", held: holder.index, again: event.index };
  }
  const [first, second] = sectionsOf(skeleton, events).filter(({ unlock }) => unlock === undefined);
  if (first === undefined || second === undefined) return undefined;
  return { kind: "kept", first: first.lockRead, second: second.lockRead };
}

/** A lock whose sections have no order; undefined if each may have one. */
export function deadlock(skeleton: Skeleton): Deadlock | undefined {
  for (const { events } of locksOf(skeleton)) {
    const found = deadlockOf(skeleton, events);
    if (found !== undefined) return found;
  }
  return undefined;
}

function* ordersOf(skeleton: Skeleton, { events, initial }: Lock): Generator<LockOrder> {
  const { po } = skeleton;
  const ofKind = (kind: MemoryEvent["kind"]): LockEvent[] => events.filter((event) => event.kind === kind);
  const unlocks = ofKind("UL");
  const lockWrites = ofKind("LKW");
  const before = (a: LockEvent, b: LockEvent): boolean => has(po, a.index, b.index);
  const holderAt = (event: LockEvent): LockEvent | undefined => holderOf(skeleton, events, event);

  const sections = sectionsOf(skeleton, events);
  if (deadlockOf(skeleton, events) !== undefined) return;
  // A process that finds a lock free that it holds is impossible.
  if (ofKind("RU").some((event) => holderAt(event) !== undefined)) return;

  const looks: { readonly reader: number; readonly writers: readonly number[] }[] = [];
  for (const event of [...ofKind("LF"), ...ofKind("RL")]) {
    const own = holderAt(event);
    const others = lockWrites.filter(({ thread }) => thread !== event.thread);
    looks.push({ reader: event.index, writers: (own === undefined ? others : [own]).map(({ index }) => index) });
  }
  for (const event of ofKind("RU")) {
    const earlier = unlocks.filter((end) => before(end, event));
    const last = earlier.filter((end) => !earlier.some((other) => before(end, other)));
    const others = unlocks.filter(({ thread }) => thread !== event.thread);
    looks.push({ reader: event.index, writers: [initial, ...[...last, ...others].map(({ index }) => index)] });
  }
  if (looks.some(({ writers }) => writers.length === 0)) return;

  for (const order of interleavings(sections)) {
    const chain = [initial];
    const rf: Pair[] = [];
    for (const { lockRead, lockWrite, unlock } of order) {
      rf.push([chain.at(-1) ?? initial, lockRead]);
      chain.push(lockWrite);
      if (unlock !== undefined) chain.push(unlock);
    }
    const co = chain.flatMap((a, i) => chain.slice(i + 1).map((b): Pair => [a, b]));
    for (const looked of choicesOf(looks, 0)) yield { rf: [...rf, ...looked], co };
  }
}

function* choicesOf(
  looks: readonly { readonly reader: number; readonly writers: readonly number[] }[],
  from: number,
): Generator<readonly Pair[]> {
  const look = looks[from];
  if (look === undefined) {
    yield [];
    return;
  }
  for (const writer of look.writers) {
    for (const rest of choicesOf(looks, from + 1)) yield [[writer, look.reader], ...rest];
  }
}

/** Orders of all sections that keep those of one process in place, the one that never ends last. */
function* interleavings(sections: readonly Section[]): Generator<readonly Section[]> {
  const queues = new Map<number, Section[]>();
  for (const section of sections) queues.set(section.thread, [...(queues.get(section.thread) ?? []), section]);
  const threads = [...queues.values()];
  const taken = threads.map(() => 0);
  const order: Section[] = [];
  yield* extend();

  function* extend(): Generator<readonly Section[]> {
    if (order.length === sections.length) {
      yield [...order];
      return;
    }
    for (const [i, queue] of threads.entries()) {
      const at = taken[i] as number;
      const next = queue[at];
      if (next === undefined || (next.unlock === undefined && order.length + 1 < sections.length)) continue;
      order.push(next);
      taken[i] = at + 1;
      yield* extend();
      taken[i] = at;
      order.pop();
    }
  }
}
