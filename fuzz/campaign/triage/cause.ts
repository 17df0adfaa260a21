/**
 * By what two violations are the same: the property, the pair of source lines whose accesses conflict last before it, and
 * the shape of the story. Threads and objects are numbered as they come up, so that neither their names nor what else the
 * scenario does makes a difference.
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

/** The conflicting accesses of two threads that are nearest to the end; the last access alone if there are none. */
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

/** Who does what to which object, with numbers in the order in which they come up. */
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

/** The number of the key; the next one for a key that has none. */
function numberIn<Key>(numbers: Map<Key, number>, key: Key): number {
  const known = numbers.get(key) ?? numbers.size;
  numbers.set(key, known);
  return known;
}
