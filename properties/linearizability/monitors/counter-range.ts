/**
 * A counter that only ever rises by 1, decided in O(n (c + log n)) for c operations open at once.
 *
 * Only the number of increments that have taken effect matters. A read of k requires at most k at its invocation and at
 * least k at its response, and a course of the counter that only rises passes every number in between. The lowest of
 * all courses is the best: an increment takes effect when it responds, or when a read that responds needs it, and then
 * the one that responds soonest (by exchange, as in earliest-deadline scheduling: Jackson, 1955). The history is
 * explained exactly when the lowest course stays at or below the value of every read still to be invoked.
 */
import { numberAt } from "#impl/memory/word.ts";
import type { CounterRole } from "#model/object-shape.ts";
import type { MonitorVerdict, TimedRole } from "./monitor.ts";

export function checkCounterRange(operations: readonly TimedRole<CounterRole>[]): MonitorVerdict {
  // Times of events; at equal times invocations come first, so that operations overlap.
  const events: { readonly at: number; readonly response: boolean; readonly index: number }[] = [];
  for (const [index, { role, invokedAt, respondedAt }] of operations.entries()) {
    if (role.role === "read") {
      if (role.value === undefined || respondedAt === Infinity) continue;
      if (!Number.isInteger(role.value) || role.value < 0)
        return {
          kind: "violated",
          because: `${role.value} is read, and a counter never holds it`,
          operations: [index],
        };
    }
    events.push({ at: invokedAt, response: false, index });
    if (respondedAt !== Infinity) events.push({ at: respondedAt, response: true, index });
  }
  events.sort((left, right) => left.at - right.at || Number(left.response) - Number(right.response));
  const ceiling = new Float64Array(events.length + 1).fill(Infinity);
  const ceilingBy = new Int32Array(events.length + 1).fill(-1);
  for (let i = events.length - 1; i >= 0; i -= 1) {
    ceiling[i] = numberAt(ceiling, i + 1, Infinity);
    ceilingBy[i] = numberAt(ceilingBy, i + 1, -1);
    const event = events[i];
    const role = operations[event?.index ?? 0]?.role;
    if (
      event?.response === false &&
      role?.role === "read" &&
      role.value !== undefined &&
      role.value < numberAt(ceiling, i)
    ) {
      ceiling[i] = role.value;
      ceilingBy[i] = event.index;
    }
  }
  // The lowest course: an increment takes effect at its response, or earlier when a read needs it, soonest response
  // first.
  const open: number[] = []; // increments that have not taken effect, the soonest response last
  let value = 0;
  let floorBy = -1; // the read that set the current value, if any
  for (const [i, { response, index }] of events.entries()) {
    const operation = operations[index];
    if (operation === undefined) continue;
    const { role, respondedAt } = operation;
    if (role.role === "increment") {
      const at = open.indexOf(index);
      if (response && at !== -1) {
        open.splice(at, 1);
        value += 1;
        floorBy = -1;
      } else if (!response) {
        let place = open.length;
        while (place > 0 && (operations[numberAt(open, place - 1)]?.respondedAt ?? 0) < respondedAt) place -= 1;
        open.splice(place, 0, index);
      }
    } else if (response && role.value !== undefined && role.value > value) {
      const missing = role.value - value - open.length;
      if (missing > 0)
        return {
          kind: "violated",
          because: `${role.value} is read when at most ${role.value - missing} increments can have taken effect`,
          operations: [],
        };
      open.splice(open.length - (role.value - value));
      value = role.value;
      floorBy = index;
    }
    const allowed = numberAt(ceiling, i + 1, Infinity);
    if (value <= allowed) continue;
    const because = `${allowed} is read when at least ${value} increments have taken effect`;
    const later = numberAt(ceilingBy, i + 1, -1);
    return { kind: "violated", because, operations: floorBy === -1 ? [] : [floorBy, later] };
  }
  return { kind: "holds" };
}
