/**
 * FIFO queues with distinct values, decided in O(n) after sorting.
 *
 * Beyond the patterns of every container, there is one bad pattern: a is inserted before b, and b is taken before a, or
 * b is taken and a stays. Source: Henzinger, Sezgin, Vafeiadis, "Aspect-oriented linearizability proofs", CONCUR 2013
 * (VFresh, VRepet, VOrd, VWit); Bouajjani, Emmi, Enea, Hamza, ICALP 2015.
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { ContainerRole } from "#model/object-shape.ts";
import { checkNone, valuesOf, withoutPendingTakes } from "./container.ts";
import type { Values } from "./container.ts";
import type { MonitorVerdict, TimedRole } from "./monitor.ts";

export function checkQueueOrder(operations: readonly TimedRole<ContainerRole>[]): MonitorVerdict {
  const found = valuesOf(operations);
  return found.kind === "values" ? withoutPendingTakes(found.values, decide) : found;
}

function decide(values: Values): MonitorVerdict {
  const { end, insertInvoked, insertResponded, takeInvoked, takeResponded, insertAt, takeAt, value } = values;
  const insertedAt = new Int32Array(end + 2).fill(-1); // by the place of the insert's response
  const startsAt = new Int32Array(end + 2).fill(-1); // by the place of its invocation
  for (let id = 0; id < values.count; id += 1) {
    if (wordAt(insertResponded, id) < end) insertedAt[wordAt(insertResponded, id)] = id;
    startsAt[wordAt(insertInvoked, id)] = id;
  }
  let last = -1; // of the values inserted so far, the one whose take is invoked last
  for (let place = 0; place <= end; place += 1) {
    const inserted = numberAt(insertedAt, place, -1);
    if (inserted !== -1 && (last === -1 || wordAt(takeInvoked, inserted) > wordAt(takeInvoked, last))) last = inserted;
    const started = numberAt(startsAt, place, -1);
    if (started === -1 || last === -1 || wordAt(takeResponded, started) >= wordAt(takeInvoked, last)) continue;
    return {
      kind: "violated",
      because:
        `${String(value[last])} is inserted before ${String(value[started])}, ` +
        `and ${String(value[started])} is taken ${takeAt[last] === -1 ? "while the other stays" : "first"}`,
      operations: [
        numberAt(insertAt, last, -1),
        numberAt(insertAt, started, -1),
        numberAt(takeAt, started, -1),
        numberAt(takeAt, last, -1),
      ].filter((each) => each !== -1),
    };
  }
  return checkNone(values);
}
