/**
 * The meaning of the fields of a record by their names, the same in EDN, JSON and CSV: Jepsen's (`process`, `type`,
 * `f`, `value`), and their synonyms in other recorders. Case, `_` and `-` are ignored.
 */
import { eventTypeOf } from "./event-types.ts";
import { ednText } from "../edn-text.ts";
import { excerpt, HistoryFileError } from "../record.ts";
import { keyOf, nameOf } from "../recorded-value.ts";

export type Field =
  | "client"
  | "type"
  | "f"
  | "key"
  | "value"
  | "argument"
  | "output"
  | "ok"
  | "error"
  | "call"
  | "return"
  | "time"
  | "index";

/** The fields of one record with a known name; absent ones are undefined. */
export type RecordFields = { readonly [field in Field]?: unknown };

/**
 * Jepsen's operations have other fields too, irrelevant to the object. A missing value is nil.
 */
export function jepsenFields(valueOf: (name: string) => unknown): RecordFields {
  return {
    client: valueOf("process"),
    type: valueOf("type"),
    f: valueOf("f"),
    value: valueOf("value") ?? null,
    key: valueOf("key"),
    time: valueOf("time"),
    index: valueOf("index"),
  };
}

const NAMES: Readonly<Record<Field, readonly string[]>> = {
  client: ["client", "process", "thread", "worker", "session", "actor", "proc", "pid", "tid"].flatMap((name) => [
    name,
    `${name}id`,
  ]),
  // These may also name the function, depending on their values.
  type: ["type", "event", "kind", "phase", "status", "outcome"],
  f: ["f", "function", "func", "op", "operation", "method", "command", "action"].flatMap((name) => [
    name,
    `${name}name`,
    `${name}type`,
  ]),
  key: ["key"],
  value: ["value", "val"],
  argument: ["argument", "arguments", "arg", "args", "input", "params"],
  output: ["output", "result", "response", "answer", "ret", "retval", "returnvalue"],
  ok: ["ok", "success", "succeeded"],
  error: ["error", "err", "exception"],
  call: ["call", "start", "begin", "invoke", "invoked", "invocation"].flatMap(withUnits),
  return: ["return", "end", "finish", "finished", "complete", "completed", "responded", "returned"].flatMap(withUnits),
  time: ["time", "timestamp", "ts"].flatMap(withUnits),
  index: ["index"],
};

/** `start`, `start_time`, `startedAt`, `start_ns` … */
function withUnits(name: string): string[] {
  return [name, `${name}time`, `${name}timestamp`, `${name}ts`, `${name}at`].flatMap((each) =>
    ["", "ns", "us", "ms", "nanos", "micros", "millis", "nanoseconds", "microseconds", "milliseconds", "seconds"].map(
      (unit) => `${each}${unit}`,
    ),
  );
}

const FIELD_OF: ReadonlyMap<string, Field> = new Map(
  Object.entries(NAMES).flatMap(([field, names]) => names.map((name) => [name, field as Field] as const)),
);

/** Most names to cache in their original spelling: they repeat in every record. */
const NAMES_KEPT = 1_000;
const fieldsMet = new Map<string, Field | undefined>();

/** The meaning of a field's name, or undefined. */
export function fieldOf(name: string): Field | undefined {
  const known = fieldsMet.get(name);
  if (known !== undefined || fieldsMet.has(name)) return known;
  const field = FIELD_OF.get(name.toLowerCase().replaceAll(/[\s_-]/g, ""));
  if (fieldsMet.size < NAMES_KEPT) fieldsMet.set(name, field);
  return field;
}

/** A field's name, for messages. */
export function namesOf(field: Field): string {
  return `${NAMES[field][0]} (or a name that means the same)`;
}

/** Whether a record has the keys of Jepsen's operations. */
export function isJepsenRecord(record: Readonly<Record<string, unknown>>): boolean {
  return record["process"] !== undefined && record["type"] !== undefined;
}

/** @throws HistoryFileError at two names for one field */
export function fieldsOf(record: Readonly<Record<string, unknown>>, file: string, line: number): RecordFields {
  if (isJepsenRecord(record)) return jepsenFields((name) => record[name]);
  const fields: { [field in Field]?: unknown } = {};
  const namedBy: { [field in Field]?: string } = {};
  const entries = Object.entries(record);
  const hasFunction = entries.some(([name]) => fieldOf(name) === "f");
  for (const [name, value] of entries) {
    const known = fieldOf(name);
    if (known === undefined) continue;
    // A type that is not an event's is the function, unless the function has its own field.
    const field = known === "type" && value !== null && eventTypeOf(value) === undefined && !hasFunction ? "f" : known;
    const other = namedBy[field];
    if (other !== undefined)
      throw new HistoryFileError(file, line, `expected one field for the ${field}, found "${other}" and "${name}"`);
    namedBy[field] = name;
    fields[field] = value;
  }
  return fields;
}

/** A client's number or name, from `7`, `"alpha"`, `:alpha`; undefined for any other value. */
export function clientOf(value: unknown): number | string | undefined {
  if (typeof value === "number" || typeof value === "string") return value;
  if (typeof value === "bigint") return String(value);
  return nameOf(value) === undefined ? undefined : keyOf(value);
}

/** Jepsen's own client, which disturbs the system instead of calling it. */
export function isNemesis(client: unknown): boolean {
  return client !== undefined && nameOf(client) === "nemesis";
}

/** @returns undefined if the record has none */
export function functionOf({ f, value }: RecordFields): string | undefined {
  const name = f === undefined && isTransaction(value) ? "txn" : nameOf(f);
  return name === "" ? undefined : name;
}

/** Elle's histories omit :f: every operation is a list of reads and writes. */
export function isTransaction(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((step: unknown) => Array.isArray(step) && step.length >= 2 && nameOf(step[0]) !== undefined)
  );
}

/** The key of a record, if it has one. */
export function keyField({ key }: RecordFields): string | number | undefined {
  return key === undefined || key === null ? undefined : keyOf(key);
}

/** The nemesis's action. */
export function nemesisText({ f, value }: RecordFields): string {
  const name = nameOf(f) ?? "";
  return `nemesis ${name}${value === undefined || value === null ? "" : ` ${excerpt(ednText(value))}`}`;
}

/** The response in a record: it may only state that the operation was refused, or repeat its value. */
export function outputOf({ output, ok, value }: RecordFields): unknown {
  if (output !== undefined) return output;
  return ok === false ? false : value;
}

/** A record with an error but without its effect cannot be read. */
export function saysError({ error }: RecordFields): boolean {
  return error !== undefined && error !== null && error !== false && error !== "";
}
