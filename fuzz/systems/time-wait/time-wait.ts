/** The compressed TIME_WAIT as a system to verify. */
import { z } from "zod";
import { workerLoop } from "#impl/sync/delayed-work.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { setKnob } from "#impl/time-wait/knobs.ts";
import { ampleLines, createTimeWait } from "#impl/time-wait/table.ts";
import { tickTimeWait } from "#impl/time-wait/tick.ts";
import { createTimeWaitModel } from "#model/time-wait/time-wait.ts";
import { arenaWindowWatcher } from "#properties/time-wait/arena-window.ts";
import { expiresInTimeWatcher } from "#properties/time-wait/expires-in-time.ts";
import { hashedOnceWatcher } from "#properties/time-wait/hashed-once.ts";
import { linesAccountedWatcher } from "#properties/time-wait/lines-accounted.ts";
import { defineSystem } from "../define-system.ts";
import { limit, sequenceAtStart } from "../operation-arguments.ts";
import type { LimitsOf } from "../system-definition.ts";
import { timeWaitScenarios } from "./time-wait-scenarios.ts";
import { timeWaitSmallScope } from "./time-wait-small-scope.ts";
import { timeWaitOperations } from "./time-wait-table.ts";
import { settleTimeWait } from "./settle-time-wait.ts";
import { aloneWatcher } from "#properties/progress/alone.ts";
import { worksInTimeWatcher } from "#properties/progress/works-in-time.ts";

const seconds = z.int().min(0).max(3600);
const flag = z.int().min(0).max(1);
const powerOfTwo = z
  .int()
  .min(1)
  .max(1024)
  .refine((number) => (number & (number - 1)) === 0, "must be a power of two");

/** Small numbers, so that classes fill up and lines run out with few records. One tick a second. */
const limits = {
  /** The clock at the start, before the initial operations. */
  now: limit(z.int32().default(1000), -1, -100, 2147483600),
  /** The table's sequence at the start: even. */
  sequence: limit(sequenceAtStart, -2, 2147483646),
  ticksPerSecond: limit(z.int().min(1).max(1000).default(1), 7),
  remoteSeconds: limit(seconds.default(60)),
  localSeconds: limit(seconds.default(10)),
  loopbackSeconds: limit(seconds.default(2), 0, 10, 60),
  /** Slots of each family: a third of them for each class. */
  slots: limit(powerOfTwo.default(8), 1, 2, 4, 16),
  heads: limit(powerOfTwo.default(2), 1, 4),
  /** Lines of each family; 0 for enough never to run out. */
  lines: limit(z.int().min(0).max(10_000).default(0), 2, 4, 6),
  lineBytes: limit(
    z
      .int()
      .min(8)
      .max(128)
      .refine((bytes) => bytes % 4 === 0, "must be a multiple of 4")
      .default(16),
    8,
    12,
    128,
  ),
  /** Is the facility enabled at the start? */
  enabled: limit(flag.default(1), 0),
  truncating: limit(flag.default(1), 0),
  /** Number of the four objects needed to enable the facility first for which there is memory. */
  objectsMax: limit(z.int().min(0).max(4).default(4), 1, 3),
};

type TimeWaitLimits = LimitsOf<typeof limits>;

export const timeWait = defineSystem({
  name: "time-wait",
  about: "NetBSD's compressed TIME_WAIT of 2011: classes of lifetimes, records in a clock, tags in cache lines",
  sources: { model: "model/time-wait/time-wait.ts", implementation: "impl/time-wait/" },
  limits,
  operations: timeWaitOperations,
  heapWords({ limits: { slots, heads, lineBytes, ...rest } }) {
    const lineWords = lineBytes / 4;
    const lines = linesOf({ slots, heads, ...rest });
    return 200 + slots * 28 + 2 * ((lines + 1) * lineWords + 2 * heads + lineWords + 2);
  },
  place(heap, plan) {
    const clock = placeClock(heap, plan.limits.now);
    const options = { ...plan.limits, lines: linesOf(plan.limits), prefixes: { v4: 24, v6: 64 } };
    const table = createTimeWait(heap, clock, options, plan.limits.objectsMax);
    heap.words[table.seqlock.sequence] = plan.limits.sequence;
    return { clock, table };
  },
  *start({ table }, { limits: { enabled, truncating } }) {
    if (enabled === 1) yield* setKnob(table, "enable", true);
    if (truncating === 1) yield* setKnob(table, "truncation", true);
  },
  model: (_placed, plan) =>
    createTimeWaitModel({
      ...plan.limits,
      enabled: plan.limits.enabled === 1 && plan.limits.objectsMax === 4,
      truncating: plan.limits.truncating === 1,
      linesMayRunOut: linesOf(plan.limits) < ampleLines(plan.limits.slots, plan.limits.heads),
      memoryIsShort: plan.limits.objectsMax < 4,
    }),
  settle: settleTimeWait,
  // No record lives that long, and the timer removes them.
  closing: () => [
    { kind: "advance", ticks: 1_000 },
    { kind: "advance", ticks: 1_000 },
  ],
  daemons: ({ table }) => [
    { name: "timer", daemon: true, body: () => workerLoop(table.tickWork, () => tickTimeWait(table)) },
  ],
  watchers: ({ table }, { history, operationAt }) => [
    worksInTimeWatcher(table.jiffies, [{ name: "the timer", work: table.tickWork, delayMax: table.tickTicks }]),
    aloneWatcher<{ readonly kind: string }>(history, operationAt, {
      property: "lookup-without-lock",
      locks: [table.seqlock.lock],
      promises:
        () =>
        ({ operation: { kind }, wasSlow }) =>
          kind === "lookup" && wasSlow ? "no thread changed the table, and a lookup took the lock" : undefined,
    }),
    linesAccountedWatcher(table),
    hashedOnceWatcher(table),
    arenaWindowWatcher(table),
    expiresInTimeWatcher(table),
  ],
  scenarios: timeWaitScenarios,
  smallScope: timeWaitSmallScope,
});

function linesOf({ slots, heads, lines }: Pick<TimeWaitLimits, "slots" | "heads" | "lines">): number {
  return lines === 0 ? ampleLines(slots, heads) : lines;
}
