/** A checked history, in the form for the page. */
import type { CheckVerdict } from "#properties/linearizability/check.ts";
import type { Explanation } from "#properties/linearizability/explain.ts";
import { completedText } from "./history-text.ts";
import type { PageHistory } from "./page-data.ts";

export function drawnHistory(file: string, outcome: CheckVerdict | Explanation<unknown, unknown>): PageHistory {
  switch (outcome.kind) {
    case "holds":
      return {
        file,
        verdict: "holds",
        because: `${outcome.operations} operations, decided by ${outcome.decidedBy}`,
        operations: [],
        orders: [],
      };
    case "unknown":
      return {
        file,
        verdict: "unknown",
        because:
          `stopped at its ${outcome.because} bound: ` +
          `${outcome.explained} of ${outcome.operations} operations explained`,
        operations: [],
        orders: [],
      };
    case "violated":
      return "orders" in outcome
        ? explained(file, outcome)
        : { file, verdict: "violated", because: outcome.because, operations: [], orders: [] };
  }
}

function explained(
  file: string,
  { operations, orders, because, model, key, impossible }: Explanation<unknown, unknown>,
): PageHistory {
  const longest = orders[0]?.order ?? [];
  return {
    file,
    verdict: "violated",
    because: `${model}${key === undefined ? "" : `, key ${key}`}: ${because}`,
    operations: operations.map((operation, i) => ({
      client: `client ${operation.client}`,
      text: `${i + 1}: ${completedText(operation)}`,
      from: operation.invokedAt,
      ...(operation.respondedAt !== undefined && { to: operation.respondedAt }),
      ...(longest.includes(i) && { place: longest.indexOf(i) + 1 }),
      isImpossible: i === impossible,
    })),
    orders: orders.map(({ order, state, blocked }) => ({
      after: order.length === 0 ? "at the start" : `after ${order.map((place) => place + 1).join(", ")}`,
      state: String(state) === "" ? "empty" : String(state),
      blocked: blocked.map(({ operation, because: reason }) => `${operation + 1}: ${reason}`),
    })),
  };
}
