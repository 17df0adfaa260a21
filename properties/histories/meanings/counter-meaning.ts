/** The reading of recorded operations by counters. */
import type { Amount, CounterOperation } from "#model/objects/counter.ts";
import { scalarOf } from "../recorded-value.ts";
import { acknowledged, resultOf, expected, plainName, strayArgument, unknownFunction, wholeNumber } from "./meaning.ts";
import type { RecordedCall, MeaningOr, Reading } from "./meaning.ts";

interface Function {
  readonly kind: CounterOperation["kind"];
  readonly sign: 1 | -1;
  /** Whether the amount may be omitted: it is then 1. */
  readonly mayLeaveOut: boolean;
}

const FUNCTIONS: ReadonlyMap<string, Function> = new Map(
  (
    [
      ["increment", "increment", 1, true],
      ["inc", "increment", 1, true],
      ["incr", "increment", 1, true],
      ["add", "increment", 1, false],
      ["decrement", "increment", -1, true],
      ["dec", "increment", -1, true],
      ["decr", "increment", -1, true],
      ["subtract", "increment", -1, false],
      ["addandget", "add-and-get", 1, false],
      ["incrementandget", "add-and-get", 1, true],
      ["decrementandget", "add-and-get", -1, true],
      ["getandadd", "get-and-add", 1, false],
      ["fetchadd", "get-and-add", 1, false],
      ["getandincrement", "get-and-add", 1, true],
      ["getanddecrement", "get-and-add", -1, true],
    ] as const
  ).map(([name, kind, sign, mayLeaveOut]) => [name, { kind, sign, mayLeaveOut }]),
);

export function counterMeaning(call: RecordedCall, reading: Reading): MeaningOr<CounterOperation, Amount | null> {
  const { f, argument } = call;
  const name = plainName(f);
  if (name === "read" || name === "get") return numberRead(call, reading, { kind: "read" });
  const known = FUNCTIONS.get(name);
  if (known === undefined)
    return unknownFunction(f, "increment (inc), decrement (dec), add, read, add-and-get, get-and-add");
  const isLeftOut = argument === undefined || argument === null;
  const amount = isLeftOut && known.mayLeaveOut ? 1 : wholeNumber(scalarOf(argument));
  if (amount === undefined) return expected("a whole number to add", argument);
  const by = known.sign === 1 ? amount : negative(amount);
  if (known.kind !== "increment")
    return numberRead({ ...call, argument: undefined }, reading, { kind: known.kind, by });
  const ending = call.isPending ? "done" : acknowledged(call, reading);
  if (ending !== "done") return ending;
  return { operation: by === 1 ? { kind: "increment" } : { kind: "increment", by }, response: null };
}

function numberRead(
  call: RecordedCall,
  reading: Reading,
  operation: Extract<CounterOperation, { kind: string }>,
): MeaningOr<CounterOperation, Amount | null> {
  const read = resultOf(call, reading);
  if ("fault" in read) return read;
  const response = wholeNumber(scalarOf(read.result));
  if (read.result !== undefined && response === undefined) return expected("a number as the value read", read.result);
  return strayArgument(call, reading) ?? { operation, response };
}

function negative(amount: Amount): Amount {
  return typeof amount === "number" ? 0 - amount : -amount;
}
