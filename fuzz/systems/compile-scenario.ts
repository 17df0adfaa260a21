/**
 * Compiles a system's declaration and a scenario to a program for the machine.
 *
 * Calls are numbered: those of the threads first, thread by thread, then the initial ones. The set-up and the threads
 * perform operations by the same code, and one history follows both.
 */
import type { z } from "zod";
import {
  type Access,
  type Address,
  awaitEqual,
  beginOperation,
  endOperation,
  NIL,
  storeRelease,
} from "#impl/memory/access.ts";
import { createHeap, type Heap, objectNameOf, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import type { OperationNames, Program, ThreadBody } from "#fuzz/machine/program.ts";
import { memoryAtRestWatcher } from "#properties/linearizability/memory-at-rest.ts";
import { createOperationHistory, type HistoryCall } from "#properties/linearizability/operation-history.ts";
import { modelOfSteps } from "./model-of-steps.ts";
import type { AnySystemDefinition, Plan } from "./system-definition.ts";
import { historyCallsOf } from "./history-calls.ts";
import { type NumberedOperation, numberOperations } from "./numbered-operations.ts";
import type { Caller, Returned } from "./operation-table.ts";
import { responseWord } from "./response-word.ts";
import type { Scenario } from "./scenario.ts";

const HEAP_WORDS = 16_384;
const CALLBACKS_MAX = 16;
const EVERY_BIT = -1;

/** A running thread. */
interface RunningThread extends Omit<Caller<unknown>, "taken"> {
  taken: Address;
}

/** @throws ScenarioError if the scenario requests something that the system cannot do */
export function compileScenario(
  definition: AnySystemDefinition,
  limitsSchema: z.ZodObject,
  scenario: Scenario,
): Program {
  const { initial, threads, last, all } = numberOperations(definition.operations, scenario);
  const plan: Plan = {
    scenario: scenario.name,
    limits: limitsSchema.parse(scenario.limits ?? {}) as Plan["limits"],
    initial: scenario.initial,
    threads: scenario.threads,
    concurrent: scenario.threads.flatMap(({ operations }) => operations),
    operations: [
      ...scenario.initial,
      ...scenario.threads.flatMap(({ operations }) => operations),
      ...(scenario.finally ?? []),
    ],
    threadCount: threads.length,
  };
  const heap = createHeap(definition.heapWords?.(plan) ?? HEAP_WORDS);
  const structure = definition.place(heap, plan);
  const { slab, identitiesMax } = definition.objects?.(structure, plan) ?? { slab: NIL, identitiesMax: 0 };
  const daemons = definition.daemons?.(structure, plan) ?? [];
  const hasEnd = last.length > 0 || definition.atEnd !== undefined;
  const endThread = threads.length + daemons.length;
  const returned = hasEnd ? place(heap, struct("scenario", { returned: threads.length }), "scenario") : NIL;
  const calls = historyCallsOf(definition.operations, all, structure);
  const history = createOperationHistory(heap, {
    model:
      definition.model?.(structure, plan) ??
      modelOfSteps(definition.name, definition.operations, definition.initialState),
    calls,
    threadCount: hasEnd ? endThread + 1 : threads.length,
    objects: slab,
    identitiesMax,
    settle: (state, words, objects) =>
      definition.settle === undefined ? { state } : definition.settle(state, structure, { ...objects, words }, plan),
  });
  const callbacksMax = definition.callbacksMax?.(plan) ?? CALLBACKS_MAX;
  const operationOfCall = all.flatMap((one) => Array.from({ length: one.callCount }, () => one));

  /** The initial state of a thread. */
  function startThread(thread: number, isInitial: boolean): RunningThread {
    return { thread, isInitial, held: [], taken: NIL, local: definition.local?.(structure, thread, plan) };
  }

  /** A call of a composite operation, from its invocation to its response. */
  function* performCall(number: number, procedure: Access<Returned>): Access<number> {
    const { row, number: first = 0 } = operationOfCall[number] ?? {};
    const returns = row !== undefined && "calls" in row ? row.calls[number - first]?.returns : undefined;
    yield beginOperation(number);
    const word = responseWord(returns, calls[number]?.text, yield* procedure);
    yield endOperation(word);
    return word;
  }

  function* perform(one: NumberedOperation, caller: RunningThread): Access {
    const { row, values, takes } = one;
    const at = takes === undefined ? -1 : caller.held.findLastIndex((reference) => reference.name === takes);
    if (takes !== undefined && at === -1) return;
    if (row.isIdle?.(values, caller, structure) === true) return;
    const reference = caller.held[at];
    caller.taken = reference?.object ?? NIL;
    if ("calls" in row) {
      yield* row.perform(structure, values, {
        ...caller,
        number: one.number,
        call: performCall,
        operationAt: (number) => operationOfCall[number],
      });
      return;
    }
    if (row.consumes === true) caller.held.splice(at, 1);
    const procedure = caller.isInitial && row.initially !== undefined ? row.initially : row.run;
    yield beginOperation(one.number);
    const returned = yield* procedure.call(row, structure, values, caller);
    const word = responseWord(row.returns, calls[one.number]?.text, returned);
    yield endOperation(word);
    const given = calls[one.number]?.gives(word, reference);
    if (given !== undefined) caller.held.push(given);
  }

  function* leave(caller: Caller<unknown>): Access {
    if (definition.leave !== undefined) yield* definition.leave(structure, caller, plan);
  }

  function* setUp(): Access {
    if (definition.start !== undefined) yield* definition.start(structure, plan);
    const callers = Array.from({ length: Math.max(1, threads.length) }, (_, thread) => startThread(thread, true));
    for (const one of initial) {
      const caller = callers[one.thread] ?? startThread(one.thread, true);
      if (definition.initially === undefined) yield* perform(one, caller);
      else yield* definition.initially(structure, () => perform(one, caller), caller);
    }
    for (const caller of callers) yield* leave(caller);
    if (definition.settled !== undefined) yield* definition.settled(structure, plan);
  }

  let begun = 0;
  const bodies = threads.map(({ name, operations }, thread): ThreadBody => ({
    name,
    *body() {
      const caller = startThread(thread, false);
      if (thread === 0) begun = 0;
      for (const one of operations) {
        if (thread === 0) begun++;
        if (definition.isOver?.(caller) === true) break;
        yield* perform(one, caller);
      }
      yield* leave(caller);
      if (hasEnd) yield storeRelease(returned + thread, 1);
    },
  }));
  /** Waits for the others, so it is left waiting if one of them waits forever by design. */
  const end: ThreadBody = {
    name: "finally",
    daemon: true,
    *body() {
      for (let thread = 0; thread < threads.length; thread++) yield awaitEqual(returned + thread, EVERY_BIT, 1);
      const caller = startThread(endThread, false);
      for (const one of last) yield* perform(one, caller);
      if (definition.atEnd !== undefined) yield* definition.atEnd(structure, plan);
      yield* leave(caller);
    },
  };
  const started = [...bodies, ...daemons, ...(hasEnd ? [end] : [])];
  const watchers = definition.watchers?.(structure, {
    plan,
    history,
    threadsMax: started.length + callbacksMax,
    daemon: (name) => numberOfDaemon(daemons, bodies.length, name),
    operationAt: (number) => operationOfCall[number]?.operation,
  });
  return {
    name: scenario.name,
    heap,
    setUp,
    threads: started,
    watchers: [...(watchers ?? []), history, memoryAtRestWatcher(history, heap.used)],
    history,
    operationNames: namesOf(heap, calls),
    operationsBegun: () => begun,
    callbacksMax,
    ...(definition.progress !== undefined && { progress: definition.progress }),
  };
}

function numberOfDaemon(daemons: readonly ThreadBody[], first: number, name: string): number {
  const index = daemons.findIndex((daemon) => daemon.name === name);
  return index === -1 ? -1 : first + index;
}

/** Names of operations and responses; a returned object is shown by its name. */
function namesOf(heap: Heap, calls: readonly HistoryCall<unknown>[]): OperationNames {
  return {
    operation: (number) => calls[number]?.text ?? `operation ${number}`,
    response(number, word) {
      const call = calls[number];
      if (call?.show !== undefined) return call.show(word);
      if (call?.returnsObject !== true) return String(word);
      return word === NIL ? "nothing" : (objectNameOf(heap, word) ?? `word ${word}`);
    },
  };
}
