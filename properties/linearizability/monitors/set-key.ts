/**
 * One key of a set that is added at most once and removed at most once, decided in O(n).
 *
 * The key is present from a point a of its successful add to a point r of its successful remove. Operations that found
 * it present pull a to the left and r to the right; those that found it absent must only not lie wholly between them.
 * So a is placed as late and r as early as the former allow: at A, the earliest response, and R, the latest invocation.
 * Where A > R the key need only be present for an instant, and no operation lies wholly inside an instant. The
 * reduction to single keys: Horn and Kroening, "Faster linearizability checking via P-compositionality", 2015.
 */
import type { SetRole } from "#model/object-shape.ts";
import type { MonitorVerdict, TimedRole } from "./monitor.ts";

export function checkSetKey(operations: readonly TimedRole<SetRole>[]): MonitorVerdict {
  let add = -1;
  let remove = -1;
  for (const [i, { role, respondedAt }] of operations.entries()) {
    if (role.role === "has") continue;
    if (role.present === undefined || respondedAt === Infinity)
      return { kind: "not-covered", because: `a ${role.role} is pending, or its response was not seen` };
    if (role.role === "add" && !role.present) {
      if (add !== -1) return { kind: "not-covered", because: "the key is added more than once" };
      add = i;
    }
    if (role.role === "remove" && role.present) {
      if (remove !== -1) return { kind: "not-covered", because: "the key is removed more than once" };
      remove = i;
    }
  }
  const added = operations[add];
  const removed = operations[remove];
  // Bounds of the add and the remove, each with the operation that sets it.
  let latestAdd = added?.respondedAt ?? Infinity;
  let latestAddBy = add;
  let earliestRemove = removed?.invokedAt ?? -Infinity;
  let earliestRemoveBy = remove;
  for (const [i, { role, invokedAt, respondedAt }] of operations.entries()) {
    if (role.present !== true || respondedAt === Infinity) continue;
    if (added === undefined)
      return { kind: "violated", because: "the key is found present, and nobody adds it", operations: [i] };
    if (respondedAt < latestAdd) [latestAdd, latestAddBy] = [respondedAt, i];
    if (i !== remove && invokedAt > earliestRemove) [earliestRemove, earliestRemoveBy] = [invokedAt, i];
  }
  if (added === undefined) return { kind: "holds" };
  if (latestAdd < added.invokedAt)
    return { kind: "violated", because: "the key is found present before it is added", operations: [add, latestAddBy] };
  if (removed !== undefined && earliestRemove > removed.respondedAt) {
    return {
      kind: "violated",
      because: "the key is found present after it is removed",
      operations: [remove, earliestRemoveBy],
    };
  }
  const removeAt = removed === undefined ? Infinity : earliestRemove;
  for (const [i, { role, invokedAt, respondedAt }] of operations.entries()) {
    if (role.present !== false || i === add || respondedAt === Infinity) continue;
    if (latestAdd < invokedAt && respondedAt < removeAt) {
      return {
        kind: "violated",
        because: "the key is found absent while it is present",
        operations: [...new Set([add, latestAddBy, i, earliestRemoveBy, remove])].filter((index) => index !== -1),
      };
    }
  }
  return { kind: "holds" };
}
