/**
 * One path of each process, combined: the events of a candidate execution, before the sources of reads
 * are chosen.
 */

import type { MemoryEvent } from "../event.ts";
import type { Pair } from "../relation.ts";
import { skeletonOf, type Skeleton } from "../skeleton.ts";
import type { Path, PathEvent } from "./path.ts";
import type { LitmusTest } from "./syntax.ts";
import { valueOf } from "./unfold.ts";
import { addressOf, type SymbolicValue } from "./value.ts";

/** An event of a combination: that of a path, or an initial write. */
interface CombinedEvent extends Omit<PathEvent, "kind"> {
  readonly kind: MemoryEvent["kind"];
  readonly process: number;
}

export interface Combination {
  readonly test: LitmusTest;
  readonly paths: readonly Path[];
  /** Initial writes first, then process by process. */
  readonly events: readonly CombinedEvent[];
  /** Index of the first event of each process. */
  readonly firstOf: readonly number[];
}

export function combine(test: LitmusTest, paths: readonly Path[]): Combination {
  const events: CombinedEvent[] = [];
  for (const [variable, literal] of test.variables) {
    events.push({
      kind: "IW",
      tag: undefined,
      rmw: false,
      address: addressOf(variable),
      value: valueOf(literal),
      statement: 0,
      at: 0,
      process: -1,
    });
  }
  const firstOf: number[] = [];
  paths.forEach((path, process) => {
    firstOf.push(events.length);
    for (const event of path.events) events.push({ ...event, process });
  });
  return { test, paths, events, firstOf };
}

/** The skeleton, once each event's variable is known. */
export function skeletonFor(
  { paths, events, firstOf }: Combination,
  variableOf: (event: number) => string | undefined,
): Skeleton {
  const shifted = (choose: (path: Path) => readonly Pair[]): Pair[] =>
    paths.flatMap((path, process) => {
      const first = firstOf[process] as number;
      return choose(path).map(([a, b]): Pair => [a + first, b + first]);
    });
  const po = shifted(({ flow }) => flow);
  events.forEach((a, i) => {
    events.forEach((b, j) => {
      if (a.process === b.process && a.statement < b.statement) po.push([i, j]);
    });
  });
  return skeletonOf({
    events: events.map(({ kind, tag, rmw, process }, i) => ({
      kind,
      tag,
      rmw,
      thread: process,
      variable: variableOf(i),
    })),
    po,
    addr: shifted(({ addr }) => addr),
    data: shifted(({ data }) => data),
    ctrl: shifted(({ ctrl }) => ctrl),
    rmw: shifted(({ rmw }) => rmw),
  });
}

/** The variable an address names, if it is known and names one. */
export function variableNamed(address: SymbolicValue | undefined): string | undefined {
  return address?.kind === "address" && address.offset === 0 ? address.variable : undefined;
}
