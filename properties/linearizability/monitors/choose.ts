/** Chooses the monitor that decides a history of this kind of object, if any. */
import type { ObjectShape } from "#model/object-shape.ts";
import type { History } from "../history.ts";
import { checkCounterRange } from "./counter-range.ts";
import type { MonitorVerdict, TimedRole } from "./monitor.ts";
import { checkPriorityQueueGaps } from "./priority-queue-gaps.ts";
import { checkQueueOrder } from "./queue-order.ts";
import { checkRegisterZones } from "./register-zones.ts";
import { checkSetKey } from "./set-key.ts";
import { checkStackBlocks } from "./stack-blocks.ts";

/**
 * @param included the operations of the history to examine, by index; all when undefined
 * @returns the verdict, with indices of the history; *not-covered* when only the search can decide
 */
export function decideByMonitor<Operation, Response>(
  history: History<Operation, Response>,
  shape: ObjectShape<Operation, Response>,
  included?: Int32Array,
): MonitorVerdict {
  switch (shape.kind) {
    case "register":
      return decide(history, shape.roleOf, included, (operations) => checkRegisterZones(operations, shape.initial));
    case "queue":
      return decide(history, shape.roleOf, included, checkQueueOrder);
    case "stack":
      return decide(history, shape.roleOf, included, checkStackBlocks);
    case "priority-queue":
      return decide(history, shape.roleOf, included, (operations) => checkPriorityQueueGaps(operations, shape.compare));
    case "set":
      return decide(history, shape.roleOf, included, checkSetKey);
    case "counter":
      return decide(history, shape.roleOf, included, checkCounterRange);
  }
}

function decide<Operation, Response, Role>(
  history: History<Operation, Response>,
  roleOf: (operation: Operation, response: Response | undefined) => Role | undefined,
  included: Int32Array | undefined,
  monitor: (operations: readonly TimedRole<Role>[]) => MonitorVerdict,
): MonitorVerdict {
  const operations: TimedRole<Role>[] = [];
  const total = included?.length ?? history.length;
  for (let i = 0; i < total; i += 1) {
    const item = history[included?.[i] ?? i];
    if (item === undefined)
      throw new RangeError(`the history has ${history.length} operations, and none with index ${included?.[i] ?? i}`);
    const { invokedAt } = item;
    const respondedAt = item.respondedAt ?? Infinity;
    if (respondedAt < invokedAt)
      throw new RangeError(
        `operation ${i} of client ${item.client} responds at ${respondedAt}, before its invocation at ${invokedAt}`,
      );
    const role = roleOf(item.operation, item.respondedAt === undefined ? undefined : item.response);
    if (role === undefined)
      return { kind: "not-covered", because: "an operation is of a kind that the monitor does not know" };
    operations.push({ role, invokedAt, respondedAt });
  }
  const verdict = monitor(operations);
  return verdict.kind === "violated" && included !== undefined
    ? { ...verdict, operations: verdict.operations.map((i) => included[i] ?? i) }
    : verdict;
}
