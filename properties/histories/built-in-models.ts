/** The models that `quiesce check` knows by name, each with how it reads the operations of a file. */
import type { Model } from "#model/model.ts";
import { casRegister } from "#model/objects/cas-register.ts";
import type { CasRegisterOperation } from "#model/objects/cas-register.ts";
import type { ContainerModel, ContainerOperation } from "#model/objects/containers.ts";
import { counter } from "#model/objects/counter.ts";
import type { CounterOperation } from "#model/objects/counter.ts";
import { kvMap } from "#model/objects/kv-map.ts";
import type { KvOperation } from "#model/objects/kv-map.ts";
import { multiRegister } from "#model/objects/multi-register.ts";
import type { MultiRegisterOperation, MultiRegisterStep } from "#model/objects/multi-register.ts";
import { mutex } from "#model/objects/mutex.ts";
import type { MutexOperation } from "#model/objects/mutex.ts";
import type { Scalar } from "#model/object-shape.ts";
import { priorityQueue } from "#model/objects/priority-queue.ts";
import { queue } from "#model/objects/queue.ts";
import { register } from "#model/objects/register.ts";
import type { RegisterOperation } from "#model/objects/register.ts";
import { set } from "#model/objects/set.ts";
import type { SetOperation } from "#model/objects/set.ts";
import { stack } from "#model/objects/stack.ts";
import type { History, HistoryOperation } from "#properties/linearizability/history.ts";
import type { RecordedHistory, HistoryFormat } from "./read-history.ts";
import { excerpt, HistoryFileError } from "./record.ts";
import type { RecordedOperation } from "./record.ts";

/** An operation and its answer (undefined: nobody saw it), as a model has them. */
export interface Meaning<Operation, Response> {
  readonly operation: Operation;
  readonly response: Response | undefined;
}

/** Takes the operations of a history as they come, and answers at its end. */
export interface HistorySink<Operation, Response, Result> {
  add(item: HistoryOperation<Operation, Response>): void;
  end(): Result;
}

/** Whoever checks a history is given its model, and need not know the types within. */
interface SinkOf<Result> {
  <State, Operation, Response>(model: Model<State, Operation, Response>): HistorySink<Operation, Response, Result>;
}

export interface ReadableModel {
  readonly summary: string;
  /**
   * Gives a sink the meaning of recorded operations.
   *
   * @throws HistoryFileError, from `add`, at an operation that the model does not have
   */
  open<Result>(
    format: HistoryFormat,
    file: string,
    initial: Scalar | undefined,
    sinkOf: SinkOf<Result>,
  ): { add(recorded: RecordedOperation): void; end(): Result };
}

function builtIn<State, Operation, Response>(
  summary: string,
  modelOf: (initial: Scalar | undefined, format: HistoryFormat) => Model<State, Operation, Response>,
  meaningOf: (recorded: RecordedOperation, format: HistoryFormat) => Meaning<Operation, Response> | string,
): ReadableModel {
  return {
    summary,
    open(format, file, initial, sinkOf) {
      const sink = sinkOf(modelOf(initial, format));
      return {
        add(recorded) {
          const meaning = meaningOf(recorded, format);
          if (typeof meaning === "string") throw new HistoryFileError(file, recorded.line, meaning);
          const { client, invokedAt, respondedAt } = recorded;
          sink.add({ client, operation: meaning.operation, response: meaning.response, invokedAt, respondedAt });
        },
        end: () => sink.end(),
      };
    },
  };
}

/** A sink that holds the whole history and then decides. */
export function wholeHistory<Operation, Response, Result>(
  decide: (history: History<Operation, Response>) => Result,
): HistorySink<Operation, Response, Result> {
  const history: HistoryOperation<Operation, Response>[] = [];
  return { add: (item) => void history.push(item), end: () => decide(history) };
}

/** Gives a model the whole of a recorded history. */
export function applyModel<Result>(
  model: ReadableModel,
  { format, operations }: RecordedHistory,
  file: string,
  use: <State, Operation, Response>(
    history: History<Operation, Response>,
    its: Model<State, Operation, Response>,
  ) => Result,
): Result {
  const sinkOf = <State, Operation, Response>(
    its: Model<State, Operation, Response>,
  ): HistorySink<Operation, Response, Result> =>
    wholeHistory((history: History<Operation, Response>) => use(history, its));
  const reader = model.open(format, file, undefined, sinkOf);
  for (const operation of operations) reader.add(operation);
  return reader.end();
}

/** Jepsen's registers start as nil, all others as 0. */
const registerStart = (initial: Scalar | undefined, format: HistoryFormat): Scalar =>
  initial === undefined ? (format === "jepsen-log" ? null : 0) : initial;

export const builtInModels: Readonly<Record<string, ReadableModel>> = {
  register: builtIn(
    "read, write (r, w)",
    (initial, format) => register(registerStart(initial, format)),
    registerMeaning,
  ),
  "cas-register": builtIn(
    "read, write, cas [old new] (r, w, c)",
    (initial, format) => casRegister(registerStart(initial, format)),
    casMeaning,
  ),
  "kv-map": builtIn(
    "get, put, append by key (r [key], w [key, v])",
    (initial, format) => kvMap(initial ?? (format === "json-lines" ? 0 : "")),
    kvMeaning,
  ),
  set: builtIn("add, remove, has of keys", () => set(), setMeaning),
  queue: builtIn("push, pop: first in, first out", (): ContainerModel => queue(), containerMeaning),
  stack: builtIn("push, pop: last in, first out", (): ContainerModel => stack(), containerMeaning),
  "priority-queue": builtIn("push, pop: smallest first", (): ContainerModel => priorityQueue(), containerMeaning),
  mutex: builtIn("acquire, release", () => mutex(), mutexMeaning),
  "multi-register": builtIn(
    "txn of [:read k v] and [:write k v]",
    (initial) => multiRegister(initial ?? 0),
    transactionMeaning,
  ),
  counter: builtIn("increment, read", () => counter(), counterMeaning),
};

function registerMeaning(
  { f, argument, output }: RecordedOperation,
  format: HistoryFormat,
): Meaning<RegisterOperation, Scalar> | string {
  if (f === "read" || f === "r") {
    if (output !== undefined && !isScalar(output)) return expected("a scalar as the value read", output);
    // In EDN histories an ok read of nil is one whose answer nobody saw (Knossos); a log means the value nil.
    return { operation: { kind: "read" }, response: format === "edn" ? (output ?? undefined) : output };
  }
  if (f !== "write" && f !== "w") return unknownFunction(f, "read (r), write (w)");
  return isScalar(argument)
    ? { operation: { kind: "write", value: argument }, response: null }
    : expected("a scalar to write", argument);
}

function casMeaning(
  recorded: RecordedOperation,
  format: HistoryFormat,
): Meaning<CasRegisterOperation, Scalar> | string {
  const { f, argument, output } = recorded;
  if (f === "read" || f === "r" || f === "write" || f === "w") return registerMeaning(recorded, format);
  if (f !== "cas" && f !== "c") return unknownFunction(f, "read (r), write (w), cas (c)");
  if (!Array.isArray(argument) || argument.length !== 2) return expected("a pair [old new]", argument);
  const [old, replacement] = argument as unknown[];
  if (!isScalar(old) || !isScalar(replacement)) return expected("a pair [old new] of scalars", argument);
  const response = output === undefined ? undefined : Array.isArray(output) ? true : output;
  if (response !== undefined && typeof response !== "boolean")
    return expected("true, false or the pair as the answer of cas", output);
  return { operation: { kind: "cas", old, new: replacement }, response };
}

function kvMeaning({ f, key, argument, output }: RecordedOperation): Meaning<KvOperation, Scalar> | string {
  const [name, value] = key === undefined && Array.isArray(argument) ? (argument as unknown[]) : [key, argument];
  if (typeof name !== "string") return expected("a key, as text", name);
  if (f === "get" || f === "r" || f === "read") {
    if (output !== undefined && !isScalar(output)) return expected("a scalar as the value read", output);
    return { operation: { kind: "get", key: name }, response: output };
  }
  if (!isScalar(value)) return expected("a scalar to store", value);
  if (f === "put" || f === "w" || f === "write")
    return { operation: { kind: "put", key: name, value }, response: null };
  if (f !== "append") return unknownFunction(f, "get (r), put (w), append");
  return typeof value === "string"
    ? { operation: { kind: "append", key: name, value }, response: null }
    : expected("text to append", value);
}

function setMeaning({ f, argument, output }: RecordedOperation): Meaning<SetOperation, boolean> | string {
  const kind = f === "rem" ? "remove" : f === "contains" ? "has" : f;
  if (kind !== "add" && kind !== "remove" && kind !== "has")
    return unknownFunction(f, "add, remove (rem), has (contains)");
  if (!isScalar(argument)) return expected("a key", argument);
  if (output !== undefined && typeof output !== "boolean") return expected("true or false as the answer", output);
  return { operation: { kind, key: argument }, response: output };
}

function containerMeaning({ f, argument, output }: RecordedOperation): Meaning<ContainerOperation, Scalar> | string {
  if (f === "push" || f === "enqueue" || f === "insert") {
    return isScalar(argument) && argument !== null
      ? { operation: { kind: "push", value: argument }, response: null }
      : expected("a value to push", argument);
  }
  if (f !== "pop" && f !== "dequeue") return unknownFunction(f, "push (enqueue, insert), pop (dequeue)");
  if (output !== undefined && !isScalar(output)) return expected("a scalar or nothing as the value popped", output);
  return { operation: { kind: "pop" }, response: output };
}

function mutexMeaning({ f }: RecordedOperation): Meaning<MutexOperation, null> | string {
  return f === "acquire" || f === "release"
    ? { operation: { kind: f }, response: null }
    : unknownFunction(f, "acquire, release");
}

function counterMeaning({ f, output }: RecordedOperation): Meaning<CounterOperation, number | null> | string {
  if (f === "increment" || f === "inc") return { operation: { kind: "increment" }, response: null };
  if (f !== "read") return unknownFunction(f, "increment (inc), read");
  if (output !== undefined && typeof output !== "number") return expected("a number as the value read", output);
  return { operation: { kind: "read" }, response: output };
}

function transactionMeaning({
  f,
  argument,
  output,
}: RecordedOperation): Meaning<MultiRegisterOperation, readonly (Scalar | undefined)[]> | string {
  if (f !== "txn") return unknownFunction(f, "txn");
  const steps = transactionSteps(argument);
  if (typeof steps === "string") return steps;
  if (output === undefined) return { operation: steps.map(({ step }) => step), response: undefined };
  const found = transactionSteps(output);
  if (typeof found === "string") return found;
  // A read whose value is nil was not seen.
  const response = found.flatMap(({ step, value }) => (step.kind === "read" ? [value ?? undefined] : []));
  return { operation: steps.map(({ step }) => step), response };
}

function transactionSteps(list: unknown): { readonly step: MultiRegisterStep; readonly value: Scalar }[] | string {
  if (!Array.isArray(list)) return expected("a list of [:read k v] and [:write k v]", list);
  const steps: { readonly step: MultiRegisterStep; readonly value: Scalar }[] = [];
  for (const each of list as unknown[]) {
    if (!Array.isArray(each)) return expected("[:read k v] or [:write k v]", each);
    const [kind, key, value = null] = each as unknown[];
    if ((typeof key !== "string" && typeof key !== "number") || !isScalar(value))
      return expected("[:read k v] or [:write k v]", each);
    if (kind === "read" || kind === "r") steps.push({ step: { kind: "read", key: String(key) }, value });
    else if (kind === "write" || kind === "w") steps.push({ step: { kind: "write", key: String(key), value }, value });
    else return expected(":read or :write", kind);
  }
  return steps;
}

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function unknownFunction(f: string, known: string): string {
  return `unknown function "${excerpt(f)}"; this model has ${known}`;
}

function expected(what: string, found: unknown): string {
  return `expected ${what}, found ${excerpt(JSON.stringify(found) ?? "nothing")}`;
}
