/**
 * Stacks with distinct values, decided in O(n (c + log n)) for c operations open at once.
 *
 * A sequential history of a stack is a sequence of blocks, each "push v, a history, pop v". So a history with responses
 * before invocations is explained in one of two ways. Either there is a gap between its first response and its last
 * invocation at which no value is surely inside: then the values that must be over by then, and the others, are
 * separate histories, one before the gap and one after it. Or it is a single block: some v whose push was invoked
 * before the first response and whose pop responded after the last invocation may enclose all the rest, and the rest
 * decides. Neither choice loses an explanation: an explained history without one of its values is still explained, and
 * where blocks meet there is such a gap unless all blocks but one are over before the first response or begin after the
 * last invocation. Decrease and conquer as in Lee and Mathur, OOPSLA 2025 (arXiv 2410.04581); the proof that a gap or a
 * block must exist is our own, and tested against the search.
 *
 * After a split at a gap, operations that span it are cut there, so each part covers its own stretch of time.
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { ContainerRole } from "#model/object-shape.ts";
import { checkNone, valuesOf, withoutPendingTakes } from "./container.ts";
import type { Values } from "./container.ts";
import { GapTree } from "./gap-tree.ts";
import type { MonitorVerdict, TimedRole } from "./monitor.ts";

export function checkStackBlocks(operations: readonly TimedRole<ContainerRole>[]): MonitorVerdict {
  const found = valuesOf(operations);
  return found.kind === "values" ? withoutPendingTakes(found.values, decide) : found;
}

const NONE = -1;
/** Places between two lists of open operations. */
const STRIDE = 64;

function decide(values: Values): MonitorVerdict {
  const blocks = decideBlocks(placed(values));
  return blocks
    ? checkNone(values)
    : { kind: "violated", because: "no order of pushes and pops is that of a stack", operations: [] };
}

/** Operations by code, 2·value for the push and 2·value + 1 for its pop, all events at different places. */
interface Placed {
  readonly invoked: Int32Array;
  readonly responded: Int32Array;
  /** The code at each place, NONE where there is no event of that kind. */
  readonly invocationAt: Int32Array;
  readonly responseAt: Int32Array;
  /** Places, and the place of responses that never happen. */
  readonly end: number;
}

function placed({ count, end, insertInvoked, insertResponded, takeInvoked, takeResponded }: Values): Placed {
  const before = new Int32Array(end + 2);
  const bump = (place: number): void => {
    before[place + 1] = wordAt(before, place + 1) + 1;
  };
  for (let id = 0; id < count; id += 1) {
    bump(wordAt(insertInvoked, id));
    bump(wordAt(takeInvoked, id));
    if (wordAt(insertResponded, id) < end) bump(wordAt(insertResponded, id));
    if (wordAt(takeResponded, id) < end) bump(wordAt(takeResponded, id));
  }
  for (let place = 0; place <= end; place += 1) before[place + 1] = wordAt(before, place + 1) + wordAt(before, place);
  const total = wordAt(before, end + 1);
  const invocationAt = new Int32Array(total + 1).fill(NONE);
  const responseAt = new Int32Array(total + 1).fill(NONE);
  const invoked = new Int32Array(2 * count);
  const responded = new Int32Array(2 * count).fill(total);
  const next = (old: number): number => {
    const place = wordAt(before, old);
    before[old] = place + 1;
    return place;
  };
  for (let id = 0; id < count; id += 1) {
    for (const [code, from, to] of [
      [2 * id, wordAt(insertInvoked, id), wordAt(insertResponded, id)],
      [2 * id + 1, wordAt(takeInvoked, id), wordAt(takeResponded, id)],
    ] as const) {
      const start = next(from);
      invoked[code] = start;
      invocationAt[start] = code;
      if (to >= end) continue;
      const stop = next(to);
      responded[code] = stop;
      responseAt[stop] = code;
    }
  }
  return { invoked, responded, invocationAt, responseAt, end: total };
}

/** A part of the history: the events at places low + 1 … high, and the pushes that were cut at its beginning. */
interface Part {
  readonly low: number;
  readonly high: number;
  readonly cutPushes: readonly number[];
}

function decideBlocks({ invoked, responded, invocationAt, responseAt, end }: Placed): boolean {
  const inside = new GapTree(end + 1);
  for (let push = 0; push < invoked.length; push += 2)
    inside.add(wordAt(responded, push), wordAt(invoked, push + 1), 1);
  const openAt = openLists(invoked, responded, invocationAt, responseAt, end);
  const responses = createLivePlaces(responseAt);
  const invocations = createLivePlaces(invocationAt);
  // Where each operation begins and ends within its part.
  const begins = invoked.slice();
  const ends = responded.slice();
  const gone = new Uint8Array(invoked.length);

  const parts: Part[] = [{ low: -1, high: end, cutPushes: [] }];
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const { low, high, cutPushes } = part;
    for (;;) {
      const firstResponse = responses.atOrAfter(low + 1);
      const lastInvocation = invocations.atOrBefore(high);
      // Nothing responded, or nothing was invoked, in this stretch: all its operations overlap, and any order will do.
      if (firstResponse > high || lastInvocation <= low) break;
      const gap = inside.findZero(firstResponse, lastInvocation);
      if (gap !== -1) {
        const isBefore = (code: number): boolean => wordAt(ends, code & ~1) <= gap || wordAt(ends, code | 1) <= gap;
        const across = openAt(gap).filter(
          (code) => gone[code] === 0 && wordAt(begins, code) <= gap && wordAt(ends, code) > gap,
        );
        const before = across.filter(isBefore);
        const behind = across.filter((code) => !isBefore(code));
        for (const code of before) {
          responses.remove(wordAt(responded, code));
          ends[code] = gap;
        }
        for (const code of behind) {
          invocations.remove(wordAt(invoked, code));
          begins[code] = gap;
        }
        const cut = cutPushes.filter((code) => gone[code] === 0 && !behind.includes(code));
        parts.push(
          { low, high: gap, cutPushes: cut },
          { low: gap, high, cutPushes: behind.filter((code) => (code & 1) === 0) },
        );
        break;
      }
      const goesAround = (push: number): boolean => gone[push] === 0 && wordAt(ends, push + 1) >= lastInvocation;
      let around = cutPushes.find(goesAround) ?? NONE;
      for (
        let place = invocations.atOrAfter(low + 1);
        around === NONE && place < firstResponse;
        place = invocations.atOrAfter(place + 1)
      ) {
        const code = numberAt(invocationAt, place, NONE);
        if ((code & 1) === 0 && goesAround(code)) around = code;
      }
      if (around === NONE) return false;
      for (const code of [around, around + 1]) {
        gone[code] = 1;
        invocations.remove(wordAt(invoked, code));
        responses.remove(wordAt(responded, code));
      }
      inside.add(wordAt(responded, around), wordAt(invoked, around + 1), -1);
    }
  }
  return true;
}

/** The operations open in the gap after a place: lists at every 64th place, and the events from there on. */
function openLists(
  invoked: Int32Array,
  responded: Int32Array,
  invocationAt: Int32Array,
  responseAt: Int32Array,
  end: number,
): (gap: number) => number[] {
  const lists: number[][] = [];
  const open = new Set<number>();
  for (let place = 0; place <= end; place += 1) {
    if (place % STRIDE === 0) lists.push([...open]);
    const starting = numberAt(invocationAt, place, NONE);
    if (starting !== NONE) open.add(starting);
    const stopping = numberAt(responseAt, place, NONE);
    if (stopping !== NONE) open.delete(stopping);
  }
  return (gap) => {
    const result = (lists[Math.floor(gap / STRIDE)] ?? []).filter((code) => wordAt(responded, code) > gap);
    for (let place = gap - (gap % STRIDE); place <= gap; place += 1) {
      const starting = numberAt(invocationAt, place, NONE);
      if (starting !== NONE && wordAt(responded, starting) > gap && wordAt(invoked, starting) <= gap)
        result.push(starting);
    }
    return result;
  };
}

interface LivePlaces {
  remove(place: number): void;
  /** The first remaining place, or one after the end. */
  atOrAfter(place: number): number;
  /** The last remaining place, or -1. */
  atOrBefore(place: number): number;
}

/** Places that are only ever removed: each links to the next that may remain, by path halving. */
function createLivePlaces(codes: Int32Array): LivePlaces {
  const count = codes.length;
  const after = Int32Array.from({ length: count + 1 }, (_, place) => place);
  const before = Int32Array.from({ length: count + 1 }, (_, place) => place); // shifted by one: 0 is "none"
  const remove = (place: number): void => {
    if (place >= count) return;
    after[place] = place + 1;
    before[place + 1] = place;
  };
  for (let place = 0; place < count; place += 1) if (codes[place] === NONE) remove(place);
  return {
    remove,
    atOrAfter: (place) => follow(after, Math.min(Math.max(place, 0), count)),
    atOrBefore: (place) => follow(before, Math.min(place + 1, count)) - 1,
  };
}

/** The place at the end of the links from `from`; halves the path to it. */
function follow(links: Int32Array, from: number): number {
  let at = from;
  for (;;) {
    const next = links[at] ?? at;
    if (next === at) return at;
    const beyond = links[next] ?? next;
    links[at] = beyond;
    at = beyond;
  }
}
