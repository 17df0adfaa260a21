/** The reading of recorded operations by banks. */
import type { Balances, BankOperation } from "#model/objects/bank.ts";
import type { Amount } from "#model/objects/counter.ts";
import { isStruct, keyOf, memberOf, scalarOf } from "../recorded-value.ts";
import { acknowledged, resultOf, expected, plainName, unknownFunction, wholeNumber } from "./meaning.ts";
import type { RecordedCall, MeaningOr, Reading } from "./meaning.ts";

const EXAMPLE = "{:from 0, :to 1, :amount 5}";

export function bankMeaning(call: RecordedCall, reading: Reading): MeaningOr<BankOperation, Balances | null> {
  const name = plainName(call.f);
  if (name === "read") return readMeaning(call, reading);
  if (name !== "transfer") return unknownFunction(call.f, "transfer, read");
  const { argument } = call;
  const [from, to, amountGiven] = Array.isArray(argument)
    ? (argument as unknown[])
    : [memberOf(argument, "from"), memberOf(argument, "to"), memberOf(argument, "amount")];
  const amount = wholeNumber(scalarOf(amountGiven));
  if (!isAccount(from) || !isAccount(to) || amount === undefined || amount < 0)
    return expected(`a transfer such as ${EXAMPLE} of a whole amount`, argument);
  const ending = call.isPending ? "done" : acknowledged(call, reading);
  if (ending !== "done") return ending;
  return { operation: { kind: "transfer", from: String(keyOf(from)), to: String(keyOf(to)), amount }, response: null };
}

function isAccount(value: unknown): boolean {
  return value !== undefined && value !== null && scalarOf(value) !== undefined;
}

function readMeaning(call: RecordedCall, reading: Reading): MeaningOr<BankOperation, Balances | null> {
  const read = resultOf(call, reading);
  if ("fault" in read) return read;
  if (read.result === undefined) return { operation: { kind: "read" }, response: undefined };
  const response = balancesOf(read.result);
  return response === undefined
    ? expected("the balances by account, such as {0 10, 1 5}, in whole numbers", read.result)
    : { operation: { kind: "read" }, response };
}

/** Balances by account, of a map, an object or a list; undefined where one is not a whole number. */
export function balancesOf(value: unknown): Balances | undefined {
  if (!(Array.isArray(value) || value instanceof Map || isStruct(value))) return undefined;
  const entries: [string, Amount][] = [];
  for (const [account, balance] of isStruct(value) ? Object.entries(value) : value.entries()) {
    const amount = wholeNumber(scalarOf(balance));
    if (amount === undefined) return undefined;
    entries.push([String(keyOf(account)), amount]);
  }
  return Object.fromEntries(entries.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
