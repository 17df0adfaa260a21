/** The reading of recorded operations by registers and maps. */
import type { CasRegisterOperation } from "#model/objects/cas-register.ts";
import type { KvOperation } from "#model/objects/kv-map.ts";
import type { RegisterOperation } from "#model/objects/register.ts";
import type { Scalar } from "#model/object-shape.ts";
import {
  acknowledged,
  resultOf,
  expected,
  isEventFormat,
  plainName,
  strayArgument,
  unknownFunction,
} from "./meaning.ts";
import type { RecordedCall, MeaningOr, Reading } from "./meaning.ts";
import { memberOf, nameOf, scalarOf } from "../recorded-value.ts";

const READ: ReadonlySet<string> = new Set(["read", "r", "get"]);
const WRITE: ReadonlySet<string> = new Set(["write", "w", "put", "set"]);
const CAS: ReadonlySet<string> = new Set(["cas", "c", "compareandset", "compareandswap"]);

function isCas(f: string): boolean {
  return CAS.has(plainName(f));
}

/** The number of values that a function takes. */
export function registerValues(f: string): 0 | 1 | 2 {
  return isCas(f) ? 2 : READ.has(plainName(f)) ? 0 : 1;
}

export function registerMeaning(call: RecordedCall, reading: Reading): MeaningOr<RegisterOperation, Scalar> {
  const { f, argument } = call;
  if (READ.has(plainName(f))) return readMeaning(call, reading, { kind: "read" });
  if (!WRITE.has(plainName(f))) return unknownFunction(f, "read (r), write (w)");
  const value = scalarOf(argument);
  if (value === undefined) return expected("a scalar to write", argument);
  const ending = acknowledged(call, reading);
  return ending === "done" ? { operation: { kind: "write", value }, response: null } : ending;
}

export function casMeaning(call: RecordedCall, reading: Reading): MeaningOr<CasRegisterOperation, Scalar> {
  const { f, output, isPending } = call;
  if (!isCas(f)) {
    if (READ.has(plainName(f)) || WRITE.has(plainName(f))) return registerMeaning(call, reading);
    return unknownFunction(f, "read (r), write (w), cas (c)");
  }
  const pair = pairOf(call.argument);
  if (pair === undefined) return expected("a pair [old new]", call.argument);
  const [old, replacement] = pair.map(scalarOf);
  if (old === undefined || replacement === undefined) return expected("a pair [old new] of scalars", call.argument);
  const operation = { kind: "cas", old, new: replacement } as const;
  if (isPending) return { operation, response: undefined };
  // An ok event means that it swapped.
  if (pairOf(output) !== undefined || (isEventFormat(reading.format) && (output ?? null) === null))
    return { operation, response: true };
  const read = resultOf(call, reading);
  if ("fault" in read) return read;
  return read.result === undefined || typeof read.result === "boolean"
    ? { operation, response: read.result }
    : expected("true, false or the pair as the result of cas", output);
}

/** Old and new value, from a list or by name. */
function pairOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value.length === 2 ? value : undefined;
  const [old, replacement] = [
    ["old", "expected", "from"],
    ["new", "update", "to"],
  ].map((names) => names.map((name) => memberOf(value, name)).find((each) => each !== undefined));
  return old === undefined || replacement === undefined ? undefined : [old, replacement];
}

/** @param key of the register, as text: `1` and `"1"` are the same */
export function kvMeaning(call: RecordedCall, reading: Reading, key: string): MeaningOr<KvOperation, Scalar> {
  const { f, argument } = call;
  const name = plainName(f);
  if (READ.has(name)) {
    const read = readMeaning<KvOperation>(call, reading, { kind: "get", key });
    return typeof read === "object" && "response" in read
      ? { ...read, response: printed(read.response, reading) }
      : read;
  }
  const value = printed(scalarOf(argument), reading);
  if (value === undefined) return expected("a scalar to store", argument);
  if (!WRITE.has(name) && name !== "append") return unknownFunction(f, "get (r), put (w), append");
  if (name === "append" && typeof value !== "string") return expected("text to append", value);
  const ending = acknowledged(call, reading);
  if (ending !== "done") return ending;
  return name === "append" && typeof value === "string"
    ? { operation: { kind: "append", key, value }, response: null }
    : { operation: { kind: "put", key, value }, response: null };
}

/** Printed values have no types, and those of a map are strings, even if they look like numbers. */
function printed<Value extends Scalar | undefined>(value: Value, { format }: Reading): Value | string {
  const isPrinted = format === "porcupine-visualization" || format === "porcupine-go";
  return isPrinted && (typeof value === "number" || typeof value === "bigint") ? String(value) : value;
}

function readMeaning<Operation>(
  call: RecordedCall,
  reading: Reading,
  operation: Operation,
): MeaningOr<Operation, Scalar> {
  const read = resultOf(call, reading);
  if ("fault" in read) return read;
  const response = scalarOf(read.result);
  if (read.result !== undefined && response === undefined) return expected("a scalar as the value read", read.result);
  return strayArgument(call, reading) ?? { operation, response };
}

/** Key and value of an operation of a map; undefined if it has no key. */
export function keyAndValue(
  key: string | number | undefined,
  argument: unknown,
): readonly [string, unknown] | undefined {
  const [name, value] = key === undefined && Array.isArray(argument) ? (argument as unknown[]) : [key, argument];
  if (typeof name === "string" || typeof name === "number") return [String(name), value];
  const text = name === undefined ? undefined : nameOf(name);
  return text === undefined ? undefined : [String(name), value];
}
