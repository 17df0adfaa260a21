/** A violation of linearizability as text: the clients' lanes, and why no order of the operations explains it. */
import type { Explanation } from "#properties/linearizability/explain.ts";
import type { HistoryOperation } from "#properties/linearizability/history.ts";
import { valueText } from "#properties/linearizability/value-text.ts";
import { visibleText } from "./visible-text.ts";

/** Most columns of drawn lanes; wider ones are listed. */
const LANES_WIDTH_MAX = 150;

/** Lines without a final newline. */
export function historyText(explanation: Explanation<unknown, unknown>): string {
  const { model, because, key, operations, orders, impossible, reached } = explanation;
  const of = key === undefined ? "" : `, key ${visibleText(String(key))}`;
  const lines = [`VIOLATED ${visibleText(model)}${of}: ${visibleText(because)}`, ""];
  lines.push(
    `${count(operations.length, "operation")} that cannot be explained together; ` +
      `${reached} responses of the history come before the last of them`,
    "",
  );
  lines.push(...(lanes(operations, impossible) ?? listing(operations, impossible)), "");
  for (const { order, state, blocked } of orders) {
    const done = order.length === 0 ? "at the start" : `after ${order.map((place) => place + 1).join(", ")}`;
    const why = blocked.map(({ operation, because: reason }) => `${operation + 1} ${reason}`).join("; ");
    lines.push(visibleText(`${done} (state ${String(state) === "" ? "empty" : state}): ${why}`));
  }
  return lines.join("\n").trimEnd();
}

/**
 * The name of an operation: `write 4`, `cas 1 2`, `pop`; `pop of a` where the object has the key a. Anything that is
 * not `{ kind, … }` is shown as JSON.
 */
export function operationText(operation: unknown): string {
  if (typeof operation !== "object" || operation === null) return valueText(operation);
  if (!("kind" in operation) && "key" in operation && "operation" in operation)
    return `${operationText(operation.operation)} of ${String(operation.key)}`;
  if (!("kind" in operation) || typeof operation.kind !== "string") return valueText(operation);
  const values = Object.entries(operation).flatMap(([name, value]) =>
    name === "kind" ? [] : [typeof value === "string" ? value : valueText(value)],
  );
  return [operation.kind, ...values].join(" ");
}

/** With its response, unless that carries no information. */
export function completedText({ operation, response, respondedAt }: HistoryOperation<unknown, unknown>): string {
  const text = operationText(operation);
  if (respondedAt === undefined) return `${text} …`;
  return response === null && !/^(read|get|pop)/.test(text)
    ? text
    : `${text} → ${response === undefined ? "?" : valueText(response)}`;
}

function lanes(operations: readonly HistoryOperation<unknown, unknown>[], impossible: number): string[] | undefined {
  const events = operations
    .flatMap(({ invokedAt, respondedAt }, i) => [
      { at: invokedAt, i, responds: false },
      ...(respondedAt === undefined ? [] : [{ at: respondedAt, i, responds: true }]),
    ])
    .toSorted((left, right) => left.at - right.at || Number(left.responds) - Number(right.responds));
  const labels = operations.map((operation, i) => visibleText(`${i + 1}: ${completedText(operation)}`));
  const starts: number[] = [];
  const ends: number[] = [];
  let column = 0;
  for (const { i, responds } of events) {
    if (responds) {
      column = Math.max(column + 1, (starts[i] as number) + (labels[i]?.length ?? 0) + 3);
      ends[i] = column;
    } else starts[i] = column;
    column += 2;
  }
  const clients = [...new Set(operations.map(({ client }) => client))];
  const margin = Math.max(...clients.map((client) => String(client).length)) + 9;
  const right = Math.max(column, ...labels.map((label, i) => (starts[i] as number) + label.length + 3));
  if (margin + right > LANES_WIDTH_MAX) return undefined;
  return clients.map((client) => {
    let line = `client ${visibleText(String(client))}`.padEnd(margin);
    for (const [i, operation] of operations.entries()) {
      if (operation.client !== client) continue;
      const end = ends[i];
      const label = labels[i] ?? "";
      line = line.padEnd(margin + (starts[i] as number));
      line += end === undefined ? `├ ${label}` : `├ ${label} `.padEnd(end - (starts[i] as number), "─") + "┤";
      if (i === impossible) line += "  ← nothing explains this";
    }
    return line;
  });
}

function listing(operations: readonly HistoryOperation<unknown, unknown>[], impossible: number): string[] {
  return operations.map((operation, i) => {
    const times = `[${operation.invokedAt}, ${operation.respondedAt ?? "never"}]`;
    const mark = i === impossible ? "  ← nothing explains this" : "";
    return visibleText(
      `${String(i + 1).padStart(3)}: client ${operation.client} ${times} ${completedText(operation)}${mark}`,
    );
  });
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}
