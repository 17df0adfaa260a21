/** The reading of recorded operations by sets. */
import type { SetOperation } from "#model/objects/set.ts";
import type { SnapshotSetOperation } from "#model/objects/snapshot-set.ts";
import type { Scalar } from "#model/object-shape.ts";
import { acknowledged, resultOf, expected, plainName, unknownFunction } from "./meaning.ts";
import type { RecordedCall, MeaningOr, Reading } from "./meaning.ts";
import { ednText } from "../edn-text.ts";
import { Literal } from "#model/literal.ts";
import { scalarOf } from "../recorded-value.ts";

const KINDS: ReadonlyMap<string, SetOperation["kind"]> = new Map([
  ["add", "add"],
  ["insert", "add"],
  ["remove", "remove"],
  ["rem", "remove"],
  ["delete", "remove"],
  ["has", "has"],
  ["contains", "has"],
]);

/** Whether a function reads the whole set. */
export function isWholeRead(f: string): boolean {
  return ["read", "elements", "members"].includes(plainName(f));
}

export function setMeaning(call: RecordedCall, reading: Reading): MeaningOr<SetOperation, boolean> {
  const { f, argument, output, isPending } = call;
  const kind = KINDS.get(plainName(f));
  if (kind === undefined) return unknownFunction(f, "add, remove (rem), has (contains)");
  const key = scalarOf(argument);
  if (key === undefined) return expected("a key", argument);
  const operation = { kind, key };
  if (isPending) return { operation, response: undefined };
  if (typeof output === "boolean") return { operation, response: output };
  // It succeeded; whether the key was present before is unknown.
  if (kind !== "has" && acknowledged(call, reading) === "done") return { operation, response: undefined };
  const read = resultOf(call, reading);
  if ("fault" in read) return read;
  return read.result === undefined
    ? { operation, response: undefined }
    : expected("true or false as the result", output);
}

export function snapshotSetMeaning(
  call: RecordedCall,
  reading: Reading,
): MeaningOr<SnapshotSetOperation, boolean | readonly Scalar[]> {
  if (!isWholeRead(call.f)) return setMeaning(call, reading);
  const read = resultOf(call, reading);
  if ("fault" in read) return read;
  const operation = { kind: "read" } as const;
  if (read.result === undefined) return { operation, response: undefined };
  if (!Array.isArray(read.result) && !(read.result instanceof Set))
    return expected("a set or a list as the keys read", read.result);
  const keys: unknown[] = [...read.result];
  // A key may itself be a list, as any value can be added to a set.
  return { operation, response: keys.map((key) => scalarOf(key) ?? Literal.of(ednText(key))) };
}
