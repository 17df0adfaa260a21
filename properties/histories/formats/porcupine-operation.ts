/**
 * The meaning of the inputs and outputs of porcupine's operations. They are structs defined by the author of the model,
 * so their fields are recognised by name, and operations without a name by the numbers of porcupine's own examples:
 * false is a write and true a read; 0 is a read, 1 a write, 2 an append to a key, or a compare-and-swap where there is
 * none.
 *
 * Source: porcupine, porcupine_test.go (registerInput, etcdInput, kvInput); MIT 6.5840, models/kv.go.
 */
import { Literal } from "#model/literal.ts";
import { isStruct, keyOf, nameOf } from "../recorded-value.ts";

export interface PorcupineInput {
  readonly f: string;
  readonly key: string | undefined;
  readonly argument: unknown;
}

const NAMES = {
  function: [
    "op",
    "operation",
    "optype",
    "kind",
    "type",
    "method",
    "command",
    "cmd",
    "f",
    "function",
    "name",
    "action",
  ],
  key: ["key", "k"],
  value: ["value", "val", "v", "arg", "argument", "data", "item"],
  old: ["old", "oldvalue", "oldval", "expected", "expect", "from", "arg1"],
  new: ["new", "newvalue", "newval", "desired", "to", "arg2"],
  ok: ["ok", "success", "succeeded", "swapped"],
  exists: ["exists", "found"],
  unknown: ["unknown", "timeout", "timedout"],
  error: ["err", "error"],
  output: ["value", "val", "v", "result", "output", "data", "item"],
} as const;

const INPUT_NAMES = ["function", "key", "value", "old", "new"] as const;
const OUTPUT_NAMES = ["output", "ok", "exists", "unknown", "error"] as const;

/**
 * The fields of a struct by their meaning.
 *
 * @returns a message at a field that is set and has no meaning here
 */
function meaningsOf<Name extends keyof typeof NAMES>(
  struct: Readonly<Record<string, unknown>>,
  meanings: readonly Name[],
): { readonly [name in Name]?: unknown } | string {
  const found: { [name in Name]?: unknown } = {};
  for (const [field, value] of Object.entries(struct)) {
    const plain = field.toLowerCase().replaceAll("_", "");
    const meaning = meanings.find((each) => (NAMES[each] as readonly string[]).includes(plain));
    if (meaning !== undefined) found[meaning] = value;
    else if (!isUnset(value)) return `field ${field} of ${JSON.stringify(Object.keys(struct))} means nothing here`;
  }
  return found;
}

/** Go's zero value of an unset field. */
function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  return isStruct(value) && Object.values(value).every(isUnset);
}

/** @returns a message for an input that describes no operation */
export function porcupineInput(input: unknown): PorcupineInput | string {
  if (Array.isArray(input)) return positionalInput(input);
  if (!isStruct(input)) return "expected a struct with the operation's name as its input";
  const fields = meaningsOf(input, INPUT_NAMES);
  if (typeof fields === "string") return fields;
  // Keys of one history have one type, which is lost in printing.
  const key = fields.key === undefined ? undefined : String(keyOf(fields.key));
  const f = functionName(fields.function, key !== undefined);
  if (f === undefined) return "expected the operation's name, or its number as in porcupine's examples, in the input";
  if (f === "cas") {
    const { old = fields.value } = fields;
    return { f, key, argument: [old, fields.new] };
  }
  // In porcupine's etcd model a write's value is called arg1.
  return { f, key, argument: isRead(f) ? null : (fields.value ?? fields.old ?? fields.new) };
}

/** A literal without names: operation and value; operation, key and value; operation, old and new value. */
function positionalInput([operation, ...values]: readonly unknown[]): PorcupineInput | string {
  const key = values.length === 2 && typeof values[0] === "string" ? values[0] : undefined;
  const f = functionName(operation, key !== undefined);
  if (f === undefined || values.length > 2)
    return "expected an input with the names of its fields, or the operation and at most two values";
  if (isRead(f)) return { f, key, argument: null };
  if (f === "cas") return { f, key: undefined, argument: values };
  return { f, key, argument: key === undefined ? values[0] : values[1] };
}

function functionName(operation: unknown, hasKey: boolean): string | undefined {
  if (typeof operation === "boolean") return operation ? "read" : "write";
  if (operation === 0) return hasKey ? "get" : "read";
  if (operation === 1) return hasKey ? "put" : "write";
  if (operation === 2) return hasKey ? "append" : "cas";
  const name = operation instanceof Literal ? undefined : nameOf(operation);
  return name === undefined || name === "" ? undefined : name.toLowerCase();
}

const isRead = (f: string): boolean => f === "read" || f === "get";

/** The response in an output; undefined where it states that the response was not seen. */
export function porcupineOutput(f: string, output: unknown): { readonly result: unknown } | string {
  // The output of a write is ignored: it is often an unset zero.
  if (["write", "put", "append", "set"].includes(f)) return { result: null };
  if (!isStruct(output)) return { result: output };
  const fields = meaningsOf(output, OUTPUT_NAMES);
  if (typeof fields === "string") return fields;
  if (fields.unknown === true) return { result: undefined };
  const error = fields.error ?? "";
  if (error !== "" && !/^(?:ok|(?:err)?nokey)$/i.test(String(nameOf(error))))
    return `an output with the error ${String(nameOf(error))} does not say what became of the operation`;
  if (isRead(f) && fields.exists === false) return { result: null };
  // The value beside it is one that nobody set.
  if (f === "cas" && fields.ok !== undefined) return { result: fields.ok };
  if (fields.output !== undefined && (isRead(f) || fields.ok !== false)) return { result: fields.output };
  if (isRead(f)) return "expected the value read in the output";
  return { result: fields.ok ?? null };
}
