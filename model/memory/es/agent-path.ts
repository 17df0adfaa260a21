/**
 * Every way through an agent's program, with the values of reads left open: the events of each way, and the conditions
 * on the values read under which the agent takes it.
 */

import { LitmusError, positionAt } from "../litmus/litmus-error.ts";
import { runAccess, type AccessStatement, type Place } from "./agent-access.ts";
import type { Statement } from "./agent-program.ts";
import {
  assign,
  constrain,
  NO_SLOTS,
  union,
  valueIn,
  type AgentPath,
  type PathOptions,
  type State,
} from "./agent-state.ts";
import { elementFormats } from "./element-type.ts";
import { applied, known, type Operator } from "./symbolic-value.ts";

const START: State = {
  events: [],
  constraints: [],
  sections: [],
  registers: new Map(),
  control: NO_SLOTS,
  ending: "none",
};

/** @throws LitmusError if a conversion of constants fails as the language's own does */
export function pathsOf(body: readonly Statement[], options: PathOptions): readonly AgentPath[] {
  return runAll(body, START, options).map(({ events, constraints, sections, registers, ending }) => ({
    events,
    constraints,
    sections,
    registers: new Map([...registers].map(([name, { value }]) => [name, value])),
    isBlocked: ending === "blocked",
    illegal: typeof ending === "object" ? ending : undefined,
  }));
}

function runAll(body: readonly Statement[], start: State, options: PathOptions): readonly State[] {
  let states: readonly State[] = [start];
  for (const statement of body) {
    states = states.flatMap((state) => {
      options.onStep();
      return state.ending === "none" ? run(statement, state, options) : [state];
    });
  }
  return states;
}

function run(statement: Statement, state: State, options: PathOptions): readonly State[] {
  switch (statement.kind) {
    case "let":
      return [assign(state, statement.register, valueIn(state, statement.value, options))];
    case "return":
      return [{ ...state, ending: "returned" }];
    case "if":
      return runIf(statement, state, options);
    default:
      return runAtEachIndex(statement, state, options);
  }
}

function runIf(
  { condition, thenBranch, elseBranch }: Extract<Statement, { kind: "if" }>,
  state: State,
  options: PathOptions,
): readonly State[] {
  const { value, dependsOn } = valueIn(state, condition, options);
  const control = union(state.control, dependsOn);
  const mayReturn = [...thenBranch, ...elseBranch].some(returns);
  return [true, false].flatMap((holds) =>
    constrain({ ...state, control }, value, holds).flatMap((constrained) =>
      runAll(holds ? thenBranch : elseBranch, constrained, options).map((after) =>
        // Statements after a branch that may return depend on it; those after another branch do not.
        mayReturn ? after : { ...after, control: state.control },
      ),
    ),
  );
}

function returns(statement: Statement): boolean {
  if (statement.kind !== "if") return statement.kind === "return";
  return [...statement.thenBranch, ...statement.elseBranch].some(returns);
}

const IS_INDEX: Operator = { symbol: "is index", apply: (value, index) => value === index };
const IS_NO_INDEX: Operator = {
  symbol: "is not an index below",
  apply: (value, count) => !(Number.isInteger(value) && Number(value) >= 0 && Number(value) < Number(count)),
};

/** With more elements than this, an index must not depend on a value that was read. */
const OPEN_INDICES_MAX = 64;

/** One path for each index that the access may have, and one for those out of range. */
function runAtEachIndex(statement: AccessStatement, state: State, options: PathOptions): readonly State[] {
  const { view, at } = statement;
  const { value, dependsOn } = valueIn(state, statement.index, options);
  const message = `an index of ${view.name} is out of range here: it must be from 0 to ${view.count - 1}`;
  const outside = constrain(state, applied(IS_NO_INDEX, [value, known(view.count)]), true).map(
    (constrained): State => ({ ...constrained, ending: { message, at } }),
  );
  if (value.kind !== "known" && view.count > OPEN_INDICES_MAX) {
    const limit = `an index that depends on what was read needs an array of at most ${OPEN_INDICES_MAX} elements`;
    throw new LitmusError(`${limit}, and ${view.name} has ${view.count}`, positionAt(options.text, at));
  }
  const indices = value.kind === "known" ? [Number(value.value)] : Array.from({ length: view.count }, (_, i) => i);
  const inside = value.kind === "known" && outside.length > 0 ? [] : indices;
  return [
    ...inside.flatMap((i) =>
      constrain(state, applied(IS_INDEX, [value, known(i)]), true).flatMap((constrained) =>
        runAccess(statement, constrained, placeAt(statement, i, union(state.control, dependsOn)), options),
      ),
    ),
    ...outside,
  ];
}

function placeAt({ view, at }: AccessStatement, index: number, dependsOn: ReadonlySet<number>): Place {
  const start = view.start + index * view.stride;
  const place = view.isDataView ? `${view.name}.${view.type}@${index}` : `${view.name}[${index}]`;
  return { start, end: start + elementFormats[view.type].size, place, dependsOn, at };
}
