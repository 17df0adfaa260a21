/**
 * Unfolds a process into its paths: every branch both ways, reads as unknowns, dependencies as the
 * reference simulator tracks them.
 *
 * Source: herd7's semantics of its C dialect, with the quirks that tests of the model rely on.
 */

import { LitmusError, positionAt } from "./litmus-error.ts";
import type { Path } from "./path.ts";
import { joined, PathState, untracked, type Tracked, type Unfolding } from "./path-state.ts";
import type { Call, Expression, Literal, Process, Statement } from "./syntax.ts";
import { addressOf, integer, type SymbolicValue } from "./value.ts";

/** Paths of one process; with more, the test is rejected. */
const PATHS_MAX = 20_000;

/** One possible result of an expression. */
interface Outcome {
  readonly state: PathState;
  readonly result: Tracked;
}

/** @throws LitmusError if the process has too many paths or events */
export function unfold(
  { parameters, body }: Process,
  initialRegisters: ReadonlyMap<string, Literal>,
  unfolding: Unfolding,
): readonly Path[] {
  const registers = new Map<string, Tracked>();
  for (const [name, literal] of initialRegisters) registers.set(name, untracked(valueOf(literal)));
  for (const name of parameters) registers.set(name, untracked(addressOf(name)));
  return runAll(body, [new PathState(unfolding, registers)], unfolding).map((state) => state.finish());
}

export function valueOf(literal: Literal): SymbolicValue {
  return literal.kind === "integer" ? integer(literal.value) : addressOf(literal.variable);
}

function runAll(
  statements: readonly Statement[],
  start: readonly PathState[],
  unfolding: Unfolding,
): readonly PathState[] {
  let states = start;
  for (const statement of statements) {
    states = states.flatMap((state) => {
      unfolding.onStatement();
      return run(statement, state, unfolding);
    });
    if (states.length > PATHS_MAX) {
      const because = `more than ${PATHS_MAX.toLocaleString("en")} paths through one process`;
      throw new LitmusError(because, positionAt(unfolding.text, statement.at));
    }
  }
  return states;
}

function run(statement: Statement, start: PathState, unfolding: Unfolding): readonly PathState[] {
  start.beginStatement();
  switch (statement.kind) {
    case "assign":
      return evaluate(statement.value, start).map(({ state, result }) => {
        state.assign(statement.register, result);
        return state;
      });
    case "store":
      return evaluateAll([statement.address, statement.value], start).map(({ state, results: [address, value] }) => {
        store(state, { tag: undefined, at: statement.at }, required(address), required(value));
        return state;
      });
    case "evaluate":
      return evaluate(statement.value, start).map(({ state }) => state);
    case "if":
      return evaluate(statement.condition, start).flatMap(({ state, result }) => {
        const inner = state.controlOfCondition();
        return state.branch(result.value).flatMap(({ state: taken, holds }) => {
          const outer = taken.control;
          taken.control = inner;
          const ends = runAll(holds ? statement.thenBranch : statement.elseBranch, [taken], unfolding);
          for (const end of ends) end.control = outer;
          return ends;
        });
      });
  }
}

function required(tracked: Tracked | undefined): Tracked {
  if (tracked === undefined) throw new RangeError("a primitive has fewer operands than its signature says");
  return tracked;
}

/** Operands from left to right; their events are unordered unless data flows between them. */
function evaluateAll(
  expressions: readonly Expression[],
  start: PathState,
): readonly { readonly state: PathState; readonly results: readonly Tracked[] }[] {
  let partial: readonly { state: PathState; results: readonly Tracked[] }[] = [{ state: start, results: [] }];
  for (const expression of expressions) {
    partial = partial.flatMap(({ state, results }) =>
      evaluate(expression, state).map((outcome) => ({ state: outcome.state, results: [...results, outcome.result] })),
    );
  }
  return partial;
}

function evaluate(expression: Expression, start: PathState): readonly Outcome[] {
  switch (expression.kind) {
    case "number":
      return [{ state: start, result: untracked(integer(expression.value)) }];
    case "register":
      return [{ state: start, result: start.readRegister(expression.name) }];
    case "load":
      return evaluate(expression.address, start).map(({ state, result }) =>
        load(state, result, undefined, expression.at),
      );
    case "binary":
      return evaluateAll([expression.left, expression.right], start).map(({ state, results }) => {
        const left = required(results[0]);
        const right = required(results[1]);
        return {
          state,
          result: {
            value: state.compute(expression.operator, left.value, right.value),
            sources: joined(left.sources, right.sources),
            branchSources: joined(left.branchSources, right.branchSources),
          },
        };
      });
    case "call":
      return evaluateAll(expression.operands, start).flatMap(({ state, results }) => call(expression, state, results));
  }
}

type Tagged = { readonly tag: Parameters<PathState["add"]>[0]["tag"]; readonly at: number };

function load(state: PathState, address: Tracked, tag: Tagged["tag"], at: number): Outcome {
  const value = state.unknown();
  const read = state.add({ kind: "R", tag, address, value, at });
  state.addressDependency(address.sources, read);
  return { state, result: { ...untracked(value), sources: new Set([read]) } };
}

function store(state: PathState, { tag, at }: Tagged, address: Tracked, { value, sources }: Tracked): void {
  const write = state.add({ kind: "W", tag, address, value, at });
  state.addressDependency(address.sources, write);
  state.dataDependency(sources, write);
}

const NO_RESULT = untracked(integer(0));

function call({ primitive, at }: Call, state: PathState, operands: readonly Tracked[]): readonly Outcome[] {
  const operand = (i: number): Tracked => required(operands[i]);
  switch (primitive.form) {
    case "load":
      return [load(state, operand(0), primitive.tag, at)];
    case "store":
      store(state, { tag: primitive.tag, at }, operand(0), operand(1));
      if (primitive.fenceAfter) {
        state.beginStatement();
        state.add({ kind: "F", tag: "Mb", at });
      }
      return [{ state, result: NO_RESULT }];
    case "fence":
      state.add({ kind: "F", tag: primitive.tag, at });
      return [{ state, result: NO_RESULT }];
    case "exchange": {
      const { read, value } = beginReadModifyWrite(state, operand(0), primitive.tag, at);
      endReadModifyWrite(state, { read, address: operand(0), tag: primitive.tag, at }, operand(1));
      return [{ state, result: { ...untracked(value), sources: new Set([read]) } }];
    }
    case "compareExchange":
      return compareExchange(state, operands, { tag: primitive.tag, at });
    case "addUnless":
      return addUnless(state, operands, at);
    case "arithmetic":
      return [{ state, result: arithmetic(state, primitive, operands, at) }];
    case "lock":
      takeLock(state, operand(0), at);
      return [{ state, result: NO_RESULT }];
    case "unlock":
      lockEvent(state, "UL", operand(0), at);
      return [{ state, result: NO_RESULT }];
    case "trylock": {
      const failed = state.fork();
      takeLock(state, operand(0), at);
      const read = lockEvent(failed, "LF", operand(0), at);
      return [
        { state, result: untracked(integer(1)) },
        { state: failed, result: { ...NO_RESULT, sources: new Set([read]) } },
      ];
    }
    case "isLocked": {
      const free = state.fork();
      const locked = lockEvent(state, "RL", operand(0), at);
      const unlocked = lockEvent(free, "RU", operand(0), at);
      return [
        { state, result: { ...untracked(integer(1)), sources: new Set([locked]) } },
        { state: free, result: { ...NO_RESULT, sources: new Set([unlocked]) } },
      ];
    }
    case "srcuLock":
      return [load(state, operand(0), "SLock", at)];
    case "srcuUnlock":
      store(state, { tag: "SUnlock", at }, operand(0), operand(1));
      return [{ state, result: NO_RESULT }];
    case "srcuGracePeriod":
      state.add({ kind: "GPS", address: operand(0), at });
      return [{ state, result: NO_RESULT }];
  }
}

function lockEvent(
  state: PathState,
  kind: "LKR" | "LKW" | "UL" | "LF" | "RL" | "RU",
  lock: Tracked,
  at: number,
): number {
  const event = state.add({ kind, address: lock, at });
  state.addressDependency(lock.sources, event);
  return event;
}

function takeLock(state: PathState, lock: Tracked, at: number): void {
  const read = lockEvent(state, "LKR", lock, at);
  state.pair(read, lockEvent(state, "LKW", lock, at));
}

interface HalfDone extends Tagged {
  readonly read: number;
  readonly address: Tracked;
}

/** The read of a read-modify-write. */
function beginReadModifyWrite(
  state: PathState,
  address: Tracked,
  tag: Tagged["tag"],
  at: number,
): { readonly read: number; readonly value: SymbolicValue } {
  const value = state.unknown();
  const read = state.add({ kind: "R", tag, rmw: true, address, value, at });
  state.addressDependency(address.sources, read);
  return { read, value };
}

/** The write of a read-modify-write whose operand is stored unchanged. */
function endReadModifyWrite(
  state: PathState,
  { read, address, tag, at }: HalfDone,
  { value, sources }: Tracked,
): number {
  const write = state.add({ kind: "W", tag, rmw: true, address, value, at });
  state.addressDependency(address.sources, write);
  state.dataDependency(sources, write);
  state.pair(read, write);
  return write;
}

function compareExchange(start: PathState, operands: readonly Tracked[], { tag, at }: Tagged): readonly Outcome[] {
  const [address, expected, desired] = [required(operands[0]), required(operands[1]), required(operands[2])];
  const { read, value } = beginReadModifyWrite(start, address, tag, at);
  const result: Tracked = { ...untracked(value), sources: new Set([read]) };
  return start.branch(start.compute("==", value, expected.value)).map(({ state, holds }) => {
    if (holds) {
      const write = endReadModifyWrite(state, { read, address, tag, at }, desired);
      state.flow(expected.sources, write); // it decides, but is not a dependency
    }
    return { state, result };
  });
}

function addUnless(start: PathState, operands: readonly Tracked[], at: number): readonly Outcome[] {
  const [address, added, limit] = [required(operands[0]), required(operands[1]), required(operands[2])];
  const { read, value } = beginReadModifyWrite(start, address, "Mb", at);
  return start.branch(start.compute("!=", value, limit.value)).map(({ state, holds }) => {
    if (holds) {
      const sum = state.compute("+", value, added.value);
      const write = endReadModifyWrite(state, { read, address, tag: "Mb", at }, { ...added, value: sum });
      state.dataDependency(new Set([read]), write);
      state.flow(limit.sources, write);
    }
    return {
      state,
      result: {
        value: integer(holds ? 1 : 0),
        sources: joined(new Set([read]), limit.sources),
        branchSources: limit.branchSources,
      },
    };
  });
}

function arithmetic(
  state: PathState,
  { operator, operand, tag, result }: Extract<Call["primitive"], { form: "arithmetic" }>,
  operands: readonly Tracked[],
  at: number,
): Tracked {
  const right = operand === "one" ? untracked(integer(1)) : required(operands[0]);
  const address = required(operands[operand === "one" ? 0 : 1]);
  const { read, value: old } = beginReadModifyWrite(state, address, tag, at);
  const updated = state.compute(operator, old, right.value);
  const write = state.add({ kind: "W", tag, rmw: true, address, value: updated, at });
  state.dataDependency(joined(new Set([read]), right.sources), write);
  state.pair(read, write);
  const sources = joined(new Set([read]), right.sources);
  const { branchSources } = right;
  switch (result) {
    case "none":
    case "old":
      return { value: old, sources, branchSources };
    case "new":
      return { value: updated, sources, branchSources };
    case "isZero":
      return { value: state.compute("==", updated, integer(0)), sources, branchSources };
    case "isNegative":
      return { value: state.compute("<", updated, integer(0)), sources, branchSources };
  }
}
