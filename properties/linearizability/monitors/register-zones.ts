/**
 * Registers with distinct written values, decided by zones in O(n log n).
 *
 * All operations on one value form a cluster; its zone reaches from the earliest response to the latest invocation. A
 * zone that runs forward pins its value to the register for that time: two forward zones must not overlap, and no
 * backward zone may lie inside a forward one. Source: Gibbons and Korach, "Testing shared memories", SIAM Journal on
 * Computing 26(4), 1997, section 4 (the read-map is known when values are distinct).
 *
 * A pending write whose value was not read is left out; one that was read took effect, and its response is later than
 * all others.
 */
import { numberAt } from "#impl/memory/word.ts";
import type { RegisterRole, Scalar } from "#model/object-shape.ts";
import type { MonitorVerdict, TimedRole } from "./monitor.ts";

export function checkRegisterZones(operations: readonly TimedRole<RegisterRole>[], initial: Scalar): MonitorVerdict {
  const clusterOf = new Map<Scalar, number>([[initial, 0]]);
  const writes: number[] = [-1];
  for (const [i, { role }] of operations.entries()) {
    if (role.role !== "write") continue;
    if (clusterOf.has(role.value))
      return { kind: "not-covered", because: `${String(role.value)} is written twice, or is the initial value` };
    clusterOf.set(role.value, writes.length);
    writes.push(i);
  }
  const count = writes.length;
  const earliestResponse = new Float64Array(count).fill(Infinity);
  const latestInvocation = new Float64Array(count).fill(-Infinity);
  const earliestAt = new Int32Array(count).fill(-1);
  const latestAt = new Int32Array(count).fill(-1);
  const readers = new Uint8Array(count);
  earliestResponse[0] = -Infinity; // the initial value was written before all
  for (const [i, { role, invokedAt, respondedAt }] of operations.entries()) {
    if (role.role === "read" && (role.value === undefined || respondedAt === Infinity)) continue;
    const cluster = role.value === undefined ? undefined : clusterOf.get(role.value);
    if (cluster === undefined)
      return { kind: "violated", because: `${String(role.value)} is read, and nobody writes it`, operations: [i] };
    if (role.role === "read") {
      readers[cluster] = 1;
      const write = numberAt(writes, cluster, -1);
      if (write !== -1 && respondedAt < (operations[write]?.invokedAt ?? 0)) {
        return {
          kind: "violated",
          because: `${String(role.value)} is read before its write is invoked`,
          operations: [i, write],
        };
      }
    }
    if (respondedAt < numberAt(earliestResponse, cluster)) {
      earliestResponse[cluster] = respondedAt;
      earliestAt[cluster] = i;
    }
    if (invokedAt > numberAt(latestInvocation, cluster)) {
      latestInvocation[cluster] = invokedAt;
      latestAt[cluster] = i;
    }
  }
  const members = (cluster: number): number[] =>
    [
      ...new Set([numberAt(writes, cluster, -1), numberAt(earliestAt, cluster, -1), numberAt(latestAt, cluster, -1)]),
    ].filter((i) => i !== -1);

  const forward: number[] = [];
  const backward: number[] = [];
  for (let cluster = 0; cluster < count; cluster += 1) {
    const write = operations[numberAt(writes, cluster, -1)];
    if (write?.respondedAt === Infinity && readers[cluster] === 0) continue;
    if (numberAt(earliestResponse, cluster) < numberAt(latestInvocation, cluster)) forward.push(cluster);
    else if (write !== undefined) backward.push(cluster);
  }
  forward.sort((left, right) => ascending(numberAt(earliestResponse, left), numberAt(earliestResponse, right)));
  const violated = (left: number, right: number): MonitorVerdict => ({
    kind: "violated",
    because:
      `the register holds ${nameOf(operations, writes[left], initial)} ` +
      `and ${nameOf(operations, writes[right], initial)} at one time`,
    operations: [...members(left), ...members(right)],
  });
  for (let i = 1; i < forward.length; i += 1) {
    const [before, here] = [numberAt(forward, i - 1), numberAt(forward, i)];
    if (numberAt(earliestResponse, here) < numberAt(latestInvocation, before)) return violated(before, here);
  }
  for (const cluster of backward) {
    // The last forward zone that begins before the backward zone does: zones are disjoint, so only it can contain it.
    const begins = numberAt(latestInvocation, cluster);
    let [low, high] = [0, forward.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (numberAt(earliestResponse, numberAt(forward, middle)) < begins) low = middle + 1;
      else high = middle;
    }
    const container = forward[low - 1];
    if (container !== undefined && numberAt(earliestResponse, cluster) < numberAt(latestInvocation, container))
      return violated(container, cluster);
  }
  return { kind: "holds" };
}

function ascending(left: number, right: number): number {
  return left < right ? -1 : Number(left > right);
}

function nameOf(operations: readonly TimedRole<RegisterRole>[], write: number | undefined, initial: Scalar): string {
  const role = operations[write ?? -1]?.role;
  return role === undefined ? `the initial ${String(initial)}` : String(role.value);
}
