/**
 * Events of an execution of agents that share memory: ranges of bytes, read and written.
 *
 * The bytes of all blocks lie in one address space, so that ranges of different blocks have no byte in common.
 *
 * Source: ECMA-262, "Memory Model", Shared Data Block events.
 */

import type { EventSet } from "../event-set.ts";
import { closure, relationOf, type Pair, type Relation } from "../relation.ts";
import { setOf } from "../event-set.ts";

/**
 * - `init`: the initial zeros. One event stands for the one-byte writes of the specification, so its range equals
 *   that of no other event; rules depend only on the bytes that it covers.
 * - `rmw`: a read-modify-write, one event that reads and writes.
 * - `enter`, `leave`: the ends of a critical section of a waiter list. They touch no byte.
 */
export interface ByteEvent {
  readonly kind: "init" | "read" | "write" | "rmw" | "enter" | "leave";
  /** From 0; −1 is the main agent, which creates the memory, starts the others and waits for their end. */
  readonly agent: number;
  readonly order: "init" | "unordered" | "seq-cst";
  /** Whether a read never mixes this write with another of its range, or this read never mixes two such writes. */
  readonly noTear: boolean;
  /** First byte, and the one after the last. */
  readonly start: number;
  readonly end: number;
}

/** Bytes that the same events write: no rule distinguishes them. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly writers: EventSet;
}

/** The part of an execution that does not depend on the values read. Many candidates share one. */
export interface EsSkeleton {
  readonly events: readonly ByteEvent[];
  /** agent-order, transitive. */
  readonly ao: Relation;
  /** host-synchronizes-with: the main agent before and after the others. */
  readonly host: Relation;
  readonly regions: readonly Region[];
  readonly equalRange: Relation;
  /** Equal or overlapping ranges. */
  readonly intersecting: Relation;
}

export interface EsSkeletonPairs {
  readonly events: readonly ByteEvent[];
  /** Any pairs whose transitive closure is agent-order. */
  readonly ao: Iterable<Pair>;
  readonly host?: Iterable<Pair> | undefined;
}

export function isRead({ kind }: ByteEvent): boolean {
  return kind === "read" || kind === "rmw";
}

export function isWrite({ kind }: ByteEvent): boolean {
  return kind === "write" || kind === "rmw" || kind === "init";
}

export function covers(event: ByteEvent, { start, end }: { readonly start: number; readonly end: number }): boolean {
  return event.start <= start && end <= event.end;
}

export function haveEqualRange(a: ByteEvent, b: ByteEvent): boolean {
  return a.start === b.start && a.end === b.end && a.start < a.end && a.kind !== "init" && b.kind !== "init";
}

export function intersect(a: ByteEvent, b: ByteEvent): boolean {
  return Math.max(a.start, b.start) < Math.min(a.end, b.end);
}

/** @throws RangeError if a pair names an event that does not exist */
export function esSkeletonOf({ events, ao, host = [] }: EsSkeletonPairs): EsSkeleton {
  const size = events.length;
  const related = (holds: (a: ByteEvent, b: ByteEvent) => boolean): Relation => {
    const pairs: Pair[] = [];
    events.forEach((a, i) => events.forEach((b, j) => holds(a, b) && pairs.push([i, j])));
    return relationOf(size, pairs);
  };
  return {
    events,
    ao: closure(relationOf(size, ao)),
    host: relationOf(size, host),
    regions: regionsOf(events),
    equalRange: related(haveEqualRange),
    intersecting: related(intersect),
  };
}

function regionsOf(events: readonly ByteEvent[]): Region[] {
  const bounds = new Set(events.filter((event) => event.kind !== "init").flatMap(({ start, end }) => [start, end]));
  const sorted = [...bounds].toSorted((a, b) => a - b);
  const regions: Region[] = [];
  for (const [i, start] of sorted.entries()) {
    const end = sorted[i + 1];
    if (end === undefined || !events.some((event) => isRead(event) && covers(event, { start, end }))) continue;
    const writers = setOf(events.length, (j) => {
      const event = events[j];
      return event !== undefined && isWrite(event) && covers(event, { start, end });
    });
    regions.push({ start, end, writers });
  }
  return regions;
}
