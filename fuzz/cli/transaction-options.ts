/** Options of `quiesce check` for histories of transactions. */
import { InvalidArgumentError } from "commander";
import { LEVELS, levelNamed } from "#properties/transactions/consistency-levels.ts";
import type { Level } from "#properties/transactions/consistency-levels.ts";
import { TRANSACTION_MODELS } from "#properties/transactions/transaction-model.ts";
import type { TransactionModel } from "#properties/transactions/transaction-model.ts";
import { ASSUMPTIONS } from "#properties/transactions/assumption.ts";
import type { Assumption } from "#properties/transactions/assumption.ts";
import { InputError } from "#fuzz/host/input-error.ts";

export interface TransactionOptions {
  readonly consistency?: readonly Level[];
  readonly assume?: readonly Assumption[];
}

export const TRANSACTIONS_HELP = `Histories of transactions: --model list-append ([:append x 1], [:r x [1 2]]) or
rw-register ([:w x 1], [:r x 1]), from any format with one record per event; see properties/transactions/README.md. They
are checked for anomalies in the dependencies between transactions, by levels of --consistency:
${levelLines()}
rw-register takes more from --assume: that a transaction's writes follow its reads (writes-follow-reads, the default;
none for nothing), that each process (sequential-keys) or real time (linearizable-keys) sees the values of a key in
order.`;

function levelLines(): string {
  const lines: string[] = [];
  let line = " ";
  for (const level of LEVELS) {
    if (line.length + level.length > 115) {
      lines.push(line);
      line = " ";
    }
    line += ` ${level}${level === LEVELS.at(-1) ? "." : ","}`;
  }
  return [...lines, line].join("\n");
}

export function transactionModelNamed(name: string): TransactionModel | undefined {
  return TRANSACTION_MODELS.find((model) => model === name);
}

export function parseLevels(text: string): Level[] {
  return text.split(",").map((name) => {
    const level = levelNamed(name.trim());
    if (level === undefined)
      throw new InvalidArgumentError(`there is no level "${name}"; there are ${LEVELS.join(", ")}.`);
    return level;
  });
}

export function parseAssumptions(text: string): Assumption[] {
  if (text === "none") return [];
  return text.split(",").map((name) => {
    const assumption = ASSUMPTIONS.find((each) => each === name.trim());
    if (assumption === undefined)
      throw new InvalidArgumentError(`there is no assumption "${name}"; there are ${ASSUMPTIONS.join(", ")}, or none.`);
    return assumption;
  });
}

/**
 * @param given names of the options that were given, without dashes
 * @throws InputError for an option of other models
 */
export function requireFitting(model: string, given: readonly string[]): void {
  const isTransactions = transactionModelNamed(model) !== undefined;
  const foreign = isTransactions
    ? ["initial", "capacity", "exclude", "condition", "page", "whole", "search"]
    : ["consistency", "assume"];
  const wrong = given.find((name) => foreign.includes(name));
  if (wrong !== undefined)
    throw new InputError(
      `check: --${wrong} is not for --model ${model}, ` +
        (isTransactions ? "whose levels are chosen by --consistency" : "but for list-append and rw-register"),
    );
  if (model === "list-append" && given.includes("assume"))
    throw new InputError("check: --assume is for --model rw-register: of lists nothing need be assumed");
}
