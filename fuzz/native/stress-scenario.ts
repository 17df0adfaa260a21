/**
 * The history of a stress violation as a scenario of the simulator, and whether an execution there has the same
 * history.
 *
 * Two histories are equal if their operations return the same, and follow each other wherever they did under stress.
 * Two values are only names: the number of a reference, and the first identifier of a record.
 */
import { check } from "#properties/linearizability/check.ts";
import { startingInAny } from "#properties/linearizability/settled.ts";
import { createPeerRecordModel } from "#model/peers/peer-record.ts";
import type { Scenario } from "#fuzz/systems/scenario.ts";
import type { StressOperation } from "./stress-log.ts";

/** Most operations of a simulated scenario, over all threads: each more multiplies the schedules. */
const OPERATIONS_MAX = 16;

/**
 * The operations to look for in the simulator: an unexplained subset, or else all.
 *
 * @returns undefined if they are too many, or use earlier references
 */
export function operationsToReenact(history: readonly StressOperation[]): readonly StressOperation[] | undefined {
  const operations = fewestOperations(history) ?? history;
  return operations.length > 0 && operations.length <= OPERATIONS_MAX && usesOnlyItsOwn(operations)
    ? operations
    : undefined;
}

/**
 * An unexplained subset of the operations, whatever the record's identifier, and whether or not the record existed
 * before; each thread uses only references that it took.
 *
 * @returns undefined if the past matters
 */
function fewestOperations(history: readonly StressOperation[]): readonly StressOperation[] | undefined {
  let kept: readonly StressOperation[] | undefined;
  for (let count = 1; count <= history.length && kept === undefined; count++) {
    const end = history.slice(-count);
    if (isWrong(end)) kept = end;
  }
  if (kept === undefined) return undefined;
  for (let changed = true; changed;) {
    changed = false;
    for (const without of smaller(kept)) {
      if (!isWrong(without)) continue;
      kept = without;
      changed = true;
      break;
    }
  }
  return kept;
}

/** Without one operation, and without two of one thread. */
function* smaller(history: readonly StressOperation[]): Generator<readonly StressOperation[]> {
  for (const one of history) yield history.filter((each) => each !== one);
  for (const [i, one] of history.entries())
    for (const other of history.slice(i + 1))
      if (other.client === one.client) yield history.filter((each) => each !== one && each !== other);
}

function isWrong(history: readonly StressOperation[]): boolean {
  if (!usesOnlyItsOwn(history)) return false;
  const responses = (kind: "get" | "nextId"): readonly number[] => [
    ...new Set(history.flatMap(({ operation, response }) => (operation.kind === kind ? [response ?? 0] : []))),
  ];
  const identifiers = responses("nextId");
  return (identifiers.length === 0 ? [0] : identifiers).every((identifier) => {
    const model = createPeerRecordModel({ collects: true, firstIdentifier: identifier });
    const before = responses("get").filter((reference) => reference !== 0);
    const starts = [model.initial, ...before.map((reference) => ({ reference, held: 0, identifier }))];
    return check(history, startingInAny(model, starts)).kind === "violated";
  });
}

function usesOnlyItsOwn(history: readonly StressOperation[]): boolean {
  const held = new Map<number | string, number>();
  for (const { client, operation, response } of history) {
    const count = held.get(client) ?? 0;
    if (operation.kind === "get") held.set(client, response === 0 ? count : count + 1);
    else if (count === 0) return false;
    else if (operation.kind === "put") held.set(client, count - 1);
  }
  return true;
}

/** Each client as a thread that performs its operations in order, on the library's pool. */
export function stressScenario(name: string, history: readonly StressOperation[]): Scenario {
  return {
    name,
    system: "peers-optimistic",
    about: "the operations of a violation on real threads",
    // If the first reference found need not have been created here, its record existed before.
    initial: isThereBefore(history) ? [simulated(CREATE), simulated(PUT)] : [],
    threads: clientsOf(history).map((client) => ({
      name: `thread ${client}`,
      operations: history.filter((each) => each.client === client).map(({ operation }) => simulated(operation)),
    })),
  };
}

const CREATE = { kind: "get", address: 0, create: true } as const;
const PUT = { kind: "put", address: 0, reference: 0 } as const;

function isThereBefore(history: readonly StressOperation[]): boolean {
  const first = history.find(({ operation }) => operation.kind === "get");
  return first?.operation.kind === "get" && !first.operation.create && first.response !== 0;
}

function simulated(operation: StressOperation["operation"]): unknown {
  const address = "v4/20";
  switch (operation.kind) {
    case "get":
      return { kind: "get", address, create: operation.create };
    case "put":
      return { kind: "put", address };
    case "nextId":
      return { kind: "nextIdentifier", address, more: operation.more };
  }
}

function clientsOf(history: readonly StressOperation[]): (number | string)[] {
  return [...new Set(history.map(({ client }) => client))];
}

/** An operation of a simulated execution: the places of its invocation and response, and the word that it returned. */
export interface SimulatedOperation {
  readonly invokedAt: number;
  /** Undefined while it is open. */
  readonly respondedAt: number | undefined;
  readonly response: number | undefined;
}

/**
 * @param threads of the simulated execution, in the order of {@link stressScenario}, each with its operations, without
 * those that were never invoked
 */
export function hasSameHistory(
  history: readonly StressOperation[],
  threads: readonly (readonly SimulatedOperation[])[],
): boolean {
  const pairs = clientsOf(history).flatMap((client, thread) =>
    history.filter((each) => each.client === client).map((recorded, i) => ({ recorded, made: threads[thread]?.[i] })),
  );
  // The last return under stress shows the violation: here, it and all earlier ones must have returned.
  const references = new Map<number, number>([[0, 0]]);
  const meant = new Set<number>([0]);
  let offset: number | undefined;
  for (const { recorded, made } of pairs) {
    if (made?.response === undefined || recorded.response === undefined) return false;
    const { operation, response } = recorded;
    if (operation.kind === "get") {
      const known = references.get(response);
      if (known === undefined ? meant.has(made.response) : known !== made.response) return false;
      references.set(response, made.response);
      meant.add(made.response);
    } else if (operation.kind === "nextId") {
      const difference = (made.response - response) & 0xffff;
      offset ??= difference;
      if (offset !== difference) return false;
    }
  }
  return pairs.every(({ recorded: first, made: one }) =>
    pairs.every(
      ({ recorded: second, made: other }) =>
        (first.respondedAt ?? Infinity) >= second.invokedAt || (one?.respondedAt ?? Infinity) < (other?.invokedAt ?? 0),
    ),
  );
}
