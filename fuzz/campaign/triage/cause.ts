/**
 * Two violations have the same cause if they agree in the property, the last pair of source lines with conflicting
 * accesses before it, and the shape of the story. Threads and objects are numbered in order of appearance, so that
 * neither their names nor the rest of the scenario make a difference.
 */
import { createHash } from "node:crypto";
import type { AccessRow, Execution } from "#reports/recorded-execution.ts";

export interface Cause {
  /** Equal for violations of one cause. */
  readonly cause: string;
  /** `impl/a.ts:12 impl/b.ts:34`, in the order of the accesses; one line if nothing conflicts. */
  readonly lines: string;
}

export function causeOf(property: string, execution: Execution): Cause {
  const accesses = execution.rows.filter((row) => row.kind === "access");
  const lines = lastConflict(accesses).map(lineOf).join(" ");
  const shape = createHash("sha256").update(shapeOf(accesses)).digest("hex").slice(0, 8);
  return { cause: `${property} ${lines} ${shape}`, lines };
}

/** The last pair of conflicting accesses of two threads; the last access alone if there is none. */
function lastConflict(accesses: readonly AccessRow[]): readonly AccessRow[] {
  for (const [back, later] of accesses.toReversed().entries()) {
    const earlier = accesses
      .slice(0, accesses.length - 1 - back)
      .findLast(
        (one) =>
          one.thread !== later.thread && one.place !== "" && one.place === later.place && (one.writes || later.writes),
      );
    if (earlier !== undefined) return [earlier, later];
  }
  return accesses.slice(-1);
}

function lineOf({ location, access }: AccessRow): string {
  return location === undefined ? access : `${location.file}:${location.line}`;
}

/** Thread, action and object of each access, numbered in order of appearance. */
function shapeOf(accesses: readonly AccessRow[]): string {
  const threads = new Map<number, number>();
  const objects = new Map<string, number>();
  return accesses
    .map(({ thread, access, place, object }) => {
      const field = place.startsWith(object) ? place.slice(object.length) : place;
      return `${numberIn(threads, thread)} ${access} ${numberIn(objects, object)}${field}`;
    })
    .join("\n");
}

/** The number of the key; the next free one for a new key. */
function numberIn<Key>(numbers: Map<Key, number>, key: Key): number {
  const known = numbers.get(key) ?? numbers.size;
  numbers.set(key, known);
  return known;
}
