/**
 * When each operation of an execution may have taken effect: moments that form an order of the operations explaining
 * all responses.
 *
 * An operation whose invocation and response coincide takes effect at that moment. So each operation in turn is
 * shortened to the earliest moment at which the history is still explained. If memory is freed meanwhile, the history
 * cannot be checked apart from the execution, and an operation may be left without a moment.
 */
import type { HistoryWatcher } from "#fuzz/machine/program.ts";
import type { HistoryMark } from "./watch-memory.ts";

/** The step after which each operation takes effect, by operation number. */
export function effectMoments(history: HistoryWatcher, marks: readonly HistoryMark[]): ReadonlyMap<number, number> {
  const moments = new Map<number, number>();
  if (!isExplained(history, marks)) return moments;
  let order = [...marks];
  for (const { kind, operation } of marks) {
    if (kind !== "respond") continue;
    const narrowed = narrow(history, order, operation);
    if (narrowed === undefined) continue;
    order = narrowed.order;
    moments.set(operation, narrowed.step);
  }
  return moments;
}

function narrow(
  history: HistoryWatcher,
  order: readonly HistoryMark[],
  operation: number,
): { readonly order: HistoryMark[]; readonly step: number } | undefined {
  const from = order.findIndex((mark) => mark.kind === "invoke" && mark.operation === operation);
  const to = order.findIndex((mark) => mark.kind === "respond" && mark.operation === operation);
  const invoke = order[from];
  const respond = order[to];
  if (invoke === undefined || respond === undefined) return undefined;
  const others = order.filter((mark) => mark !== invoke && mark !== respond);
  for (let at = from; at < to; at++) {
    const moved = others.toSpliced(at, 0, invoke, respond);
    if (isExplained(history, moved))
      return { order: moved, step: Math.max(invoke.step, at === 0 ? 0 : (order[at]?.step ?? 0)) };
  }
  return undefined;
}

function isExplained(history: HistoryWatcher, marks: readonly HistoryMark[]): boolean {
  history.reset();
  return marks.every(({ kind, thread, operation, word }) => {
    if (kind === "respond") return history.respond(thread, word) === undefined;
    history.invoke(thread, operation);
    return true;
  });
}
