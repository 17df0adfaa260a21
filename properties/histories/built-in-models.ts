/** The models that `quiesce check` knows by name, each with its reading of the operations of a file. */
import type { Model } from "#model/model.ts";
import { bank } from "#model/objects/bank.ts";
import { casRegister } from "#model/objects/cas-register.ts";
import { counter } from "#model/objects/counter.ts";
import { deque } from "#model/objects/deque.ts";
import { doubleEndedPriorityQueue } from "#model/objects/double-ended-priority-queue.ts";
import { kvMap } from "#model/objects/kv-map.ts";
import { multiRegister } from "#model/objects/multi-register.ts";
import { mutex } from "#model/objects/mutex.ts";
import { ownerMutex } from "#model/objects/owner-mutex.ts";
import { priorityQueue } from "#model/objects/priority-queue.ts";
import { queue } from "#model/objects/queue.ts";
import { register } from "#model/objects/register.ts";
import { set } from "#model/objects/set.ts";
import { snapshotSet } from "#model/objects/snapshot-set.ts";
import { stack } from "#model/objects/stack.ts";
import type { Scalar } from "#model/object-shape.ts";
import { balancesOf, bankMeaning } from "./meanings/bank-meaning.ts";
import {
  containerMeaning,
  containerValues,
  dequeMeaning,
  doubleEndedMeaning,
  priorityQueueMeaning,
} from "./meanings/container-meaning.ts";
import { counterMeaning } from "./meanings/counter-meaning.ts";
import { mutexMeaning, ownerMutexMeaning } from "./meanings/lock-meaning.ts";
import { expected, wholeNumber } from "./meanings/meaning.ts";
import type { Reading } from "./meanings/meaning.ts";
import { casMeaning, keyAndValue, kvMeaning, registerMeaning, registerValues } from "./meanings/register-meaning.ts";
import { isWholeRead, setMeaning, snapshotSetMeaning } from "./meanings/set-meaning.ts";
import { transactionMeaning } from "./meanings/transaction-meaning.ts";
import { byFirstReads, keyedModel, plainModel, wholeHistory } from "./readable-model.ts";
import type { HistorySink, ReadableModel } from "./readable-model.ts";
import type { RecordedHistory } from "./read-history.ts";
import { isStruct, scalarOf } from "./recorded-value.ts";
import type { History } from "#properties/linearizability/history.ts";

/** Jepsen's registers start as nil in its text formats, all others as 0. */
function registerStart({ initial, format }: Reading): Scalar {
  if (initial !== undefined) return scalarOf(initial) ?? null;
  return format === "jepsen-log" || format === "jepsen-history" ? null : 0;
}

const anyScalar = (initial: unknown): boolean => scalarOf(initial) !== undefined && !isObject(initial);
const isObject = (value: unknown): boolean => isStruct(value) && balancesOf(value) !== undefined;

const INITIAL_SCALAR = { what: "null, true, false, a number or text", fits: anyScalar };
const INITIAL_NUMBER = {
  what: "a whole number",
  fits: (initial: unknown): boolean => wholeNumber(scalarOf(initial)) !== undefined,
};
const INITIAL_BALANCES = {
  what: 'the balances, such as {"0": 10}, or their total',
  fits: (initial: unknown): boolean => isObject(initial) || INITIAL_NUMBER.fits(initial),
};

export const builtInModels: Readonly<Record<string, ReadableModel>> = {
  register: keyedModel({
    initial: INITIAL_SCALAR,
    model: (reading) => register(registerStart(reading)),
    meaning: registerMeaning,
    values: registerValues,
  }),
  "cas-register": keyedModel({
    initial: INITIAL_SCALAR,
    model: (reading) => casRegister(registerStart(reading)),
    meaning: casMeaning,
    values: registerValues,
  }),
  "kv-map": plainModel({
    initial: INITIAL_SCALAR,
    model: ({ initial, format }) =>
      kvMap(initial === undefined ? (format === "json-lines" ? 0 : "") : (scalarOf(initial) ?? null)),
    meaning(call, reading, key) {
      const named = keyAndValue(key, call.argument);
      if (named === undefined) {
        const [name] = Array.isArray(call.argument) ? (call.argument as unknown[]) : [call.argument];
        return expected("a key, as text", name);
      }
      const [name, argument] = named;
      const result = keyAndValue(key, call.output);
      const output = result?.[0] === name && Array.isArray(call.output) ? result[1] : call.output;
      return kvMeaning({ ...call, argument, output }, reading, name);
    },
  }),
  set: byFirstReads(
    keyedModel({ model: () => set(), meaning: setMeaning, values: () => 1 }),
    keyedModel({ model: () => snapshotSet(), meaning: snapshotSetMeaning, values: (f) => (isWholeRead(f) ? 0 : 1) }),
    ({ f }) => isWholeRead(f),
  ),
  queue: keyedModel({
    hasCapacity: true,
    model: ({ capacity }) => queue(capacity),
    meaning: containerMeaning,
    values: containerValues,
  }),
  stack: keyedModel({
    hasCapacity: true,
    model: ({ capacity }) => stack(capacity),
    meaning: containerMeaning,
    values: containerValues,
  }),
  deque: keyedModel({
    hasCapacity: true,
    model: ({ capacity }) => deque(capacity),
    meaning: dequeMeaning,
    values: containerValues,
  }),
  "priority-queue": keyedModel({
    hasCapacity: true,
    model: ({ capacity }) => priorityQueue(capacity),
    meaning: priorityQueueMeaning,
    values: containerValues,
  }),
  "double-ended-priority-queue": keyedModel({
    hasCapacity: true,
    model: ({ capacity }) => doubleEndedPriorityQueue(capacity),
    meaning: doubleEndedMeaning,
    values: containerValues,
  }),
  mutex: keyedModel({ model: () => mutex(), meaning: mutexMeaning, values: () => 0 }),
  "owner-mutex": keyedModel({ model: () => ownerMutex(), meaning: ownerMutexMeaning, values: () => 0 }),
  counter: keyedModel({
    initial: INITIAL_NUMBER,
    model: ({ initial }) => counter(wholeNumber(scalarOf(initial)) ?? 0),
    meaning: counterMeaning,
    values: () => 0,
  }),
  "multi-register": plainModel({
    initial: INITIAL_SCALAR,
    model: ({ initial }) => multiRegister(initial === undefined ? 0 : (scalarOf(initial) ?? null)),
    meaning: transactionMeaning,
  }),
  bank: plainModel({
    initial: INITIAL_BALANCES,
    model: ({ initial }) =>
      bank({ initial: balancesOf(initial) ?? wholeNumber(scalarOf(initial)), overdraft: "refused" }),
    meaning: bankMeaning,
  }),
  "bank-with-overdraft": plainModel({
    initial: INITIAL_BALANCES,
    model: ({ initial }) =>
      bank({ initial: balancesOf(initial) ?? wholeNumber(scalarOf(initial)), overdraft: "allowed" }),
    meaning: bankMeaning,
  }),
};

/** Passes a whole recorded history to a model. */
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
  const reader = model.open({ format }, file, sinkOf);
  for (const operation of operations) reader.add(operation);
  return reader.end();
}
