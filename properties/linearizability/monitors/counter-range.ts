/**
 * A counter that only ever rises by 1, decided in O(n).
 *
 * Increments are interchangeable, so all that matters is how many have taken effect: at any time at least those that
 * responded, at most those that were invoked. A read of k asks for at most k at its invocation and at least k at its
 * response. The lowest course that meets every lower bound exists exactly when it stays below the upper bounds, which
 * at a given time are the increments invoked and the values of all reads still to be invoked.
 * Own argument, in the manner of Gibbons and Korach, "Testing shared memories", 1997.
 */
import type { CounterRole } from "#model/object-shape.ts";
import type { MonitorVerdict, TimedRole } from "./monitor.ts";

export function checkCounterRange(operations: readonly TimedRole<CounterRole>[]): MonitorVerdict {
  // Times of events; at one time invocations come first, so that operations overlap.
  const events: { readonly at: number; readonly response: boolean; readonly index: number }[] = [];
  for (const [index, { role, invokedAt, respondedAt }] of operations.entries()) {
    if (role.role === "read") {
      if (role.value === undefined || respondedAt === Infinity) continue;
      if (!Number.isInteger(role.value) || role.value < 0) return { kind: "violated", because: `${role.value} is read, and a counter never holds it`, operations: [index] };
    }
    events.push({ at: invokedAt, response: false, index });
    if (respondedAt !== Infinity) events.push({ at: respondedAt, response: true, index });
  }
  events.sort((left, right) => left.at - right.at || Number(left.response) - Number(right.response));
  const ceiling = new Float64Array(events.length + 1).fill(Infinity);
  const ceilingBy = new Int32Array(events.length + 1).fill(-1);
  for (let i = events.length - 1; i >= 0; i -= 1) {
    ceiling[i] = ceiling[i + 1] ?? Infinity;
    ceilingBy[i] = ceilingBy[i + 1] ?? -1;
    const event = events[i];
    const role = operations[event?.index ?? 0]?.role;
    if (event?.response === false && role?.role === "read" && role.value !== undefined && role.value < (ceiling[i] ?? 0)) {
      ceiling[i] = role.value;
      ceilingBy[i] = event.index;
    }
  }
  let invoked = 0;
  let responded = 0;
  let floor = 0;
  let floorBy = -1;
  for (const [i, { response, index }] of events.entries()) {
    const role = operations[index]?.role;
    if (role?.role === "increment") {
      if (response) responded += 1;
      else invoked += 1;
    } else if (response && role?.value !== undefined && role.value > floor) {
      floor = role.value;
      floorBy = index;
    }
    if (floor > invoked) return { kind: "violated", because: `${floor} is read when only ${invoked} increments were invoked`, operations: [floorBy] };
    const allowed = ceiling[i + 1] ?? Infinity;
    if (Math.max(responded, floor) > allowed) {
      const because = floor > allowed ? `${floor} is read, and later ${allowed}` : `${responded} increments responded, and later ${allowed} is read`;
      return { kind: "violated", because, operations: [floor > allowed ? floorBy : index, ceilingBy[i + 1] ?? -1].filter((each) => each !== -1) };
    }
  }
  return { kind: "holds" };
}
