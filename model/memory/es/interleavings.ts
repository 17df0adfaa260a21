/**
 * The outcomes of a program of agents when its accesses take place one after the other: those that sequential
 * consistency allows, and the only ones of a program without data races.
 *
 * An access is one step, whatever its size; so is each section of a waiter list. States already visited are not
 * explored again.
 */

import { elementFormats, encode, decode, modify, toAtomicValue, type Value } from "./element-type.ts";
import { valueOfExpression, type AgentProgram, type Expression, type Statement } from "./agent-program.ts";
import { compareRows, keyOf, rowsOf, type Ending, type Row } from "./outcome.ts";

type AccessStatement = Exclude<Statement, { kind: "let" | "if" | "return" }>;

/** One agent between two steps: its next action, if any, is an access. */
interface AgentState {
  readonly rest: readonly Statement[];
  readonly registers: ReadonlyMap<string, Value>;
  /** In a wait that has found the expected value; then that is still the first statement. */
  readonly isAsleep: boolean;
}

interface MachineState {
  readonly memory: Uint8Array;
  readonly agents: readonly AgentState[];
  /** Agents asleep, the first to be woken first, by address. */
  readonly lists: ReadonlyMap<number, readonly number[]>;
}

/** @param onStep called at each state; throws to end the search */
export function interleavedOutcomes(program: AgentProgram, onStep: () => void): readonly Row[] {
  const { unassigned } = program;
  const first: MachineState = {
    memory: memoryAfterSetUp(program),
    agents: program.agents.map(({ body }) =>
      settled({ rest: body, registers: new Map(), isAsleep: false }, unassigned),
    ),
    lists: new Map(),
  };
  const rowOf = rowsOf(program);
  const rows = new Map<string, Row>();
  const seen = new Set<string>();
  const pending = [first];
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    onStep();
    const key = keyOfState(state);
    if (seen.has(key)) continue;
    seen.add(key);
    const next = state.agents.flatMap((_, agent) => stepsOf(state, agent, unassigned));
    if (next.length > 0) {
      pending.push(...next);
      continue;
    }
    const row = rowOf(endingOf(program, state));
    rows.set(keyOf(row), row);
  }
  return [...rows.values()].toSorted(compareRows);
}

/** The contents of memory when the agents are started. */
export function memoryAfterSetUp({ setUp, bytes, unassigned }: AgentProgram): Uint8Array {
  return runAlone(setUp, new Uint8Array(bytes), unassigned).memory;
}

/** Statements of one agent while no other runs. */
function runAlone(
  body: readonly Statement[],
  memory: Uint8Array,
  unassigned: Value,
): { readonly memory: Uint8Array; readonly registers: ReadonlyMap<string, Value> } {
  let state: MachineState = {
    memory,
    agents: [settled({ rest: body, registers: new Map(), isAsleep: false }, unassigned)],
    lists: new Map(),
  };
  for (let next: MachineState | undefined = state; next !== undefined; [next] = stepsOf(state, 0, unassigned))
    state = next;
  return { memory: state.memory, registers: state.agents[0]?.registers ?? new Map() };
}

/** Runs statements that touch no memory, up to the next access. */
function settled(agent: AgentState, unassigned: Value): AgentState {
  let { rest, registers } = agent;
  for (;;) {
    const [statement, ...others] = rest;
    if (statement === undefined) return { rest, registers, isAsleep: false };
    switch (statement.kind) {
      case "let":
        registers = new Map(registers).set(statement.register, valueOf(statement.value, registers, unassigned));
        rest = others;
        break;
      case "if": {
        const branch = valueOf(statement.condition, registers, unassigned)
          ? statement.thenBranch
          : statement.elseBranch;
        rest = [...branch, ...others];
        break;
      }
      case "return":
        rest = [];
        break;
      default:
        return { rest, registers, isAsleep: agent.isAsleep };
    }
  }
}

/** The states after the agent's next access; none if it has ended, or sleeps until it is notified. */
function stepsOf(state: MachineState, agent: number, unassigned: Value): readonly MachineState[] {
  const own = state.agents[agent];
  const statement = own?.rest[0];
  if (own === undefined || statement === undefined) return [];
  if (statement.kind === "let" || statement.kind === "if" || statement.kind === "return") return [];
  const after = (changes: Partial<MachineState>, result: Value): MachineState => {
    const register = statement.register;
    const registers = register === undefined ? own.registers : new Map(own.registers).set(register, result);
    const advanced = settled({ rest: own.rest.slice(1), registers, isAsleep: false }, unassigned);
    return { ...state, ...changes, agents: state.agents.with(agent, advanced) };
  };
  const address = addressOf(statement, own.registers, unassigned);
  const list = state.lists.get(address) ?? [];
  const withList = (waiters: readonly number[]): MachineState["lists"] => new Map(state.lists).set(address, waiters);

  switch (statement.kind) {
    case "notify": {
      const woken = Math.min(list.length, statement.count);
      return [after({ lists: withList(list.slice(woken)) }, woken)];
    }
    case "wait": {
      if (own.isAsleep) {
        if (!list.includes(agent)) return [after({}, "ok")];
        const left = list.filter((waiter) => waiter !== agent);
        return statement.mayTimeOut ? [after({ lists: withList(left) }, "timed-out")] : [];
      }
      const wanted = atomicBytes(statement, valueOf(statement.value, own.registers, unassigned));
      if (wanted.join() !== bytesAt(state, statement, address).join()) return [after({}, "not-equal")];
      const asleep = state.agents.with(agent, { ...own, isAsleep: true });
      return [{ ...state, agents: asleep, lists: withList([...list, agent]) }];
    }
    default: {
      const { written, result } = perform(statement, bytesAt(state, statement, address), (expression) =>
        valueOf(expression, own.registers, unassigned),
      );
      if (written === undefined) return [after({}, result)];
      const memory = state.memory.slice();
      memory.set(written, address);
      return [after({ memory }, result)];
    }
  }
}

/** The bytes that an access to these bytes writes, if any, and its result. */
function perform(
  statement: Exclude<AccessStatement, { kind: "wait" | "notify" }>,
  old: Uint8Array,
  valueOf: (expression: Expression) => Value,
): { readonly written?: Uint8Array; readonly result: Value } {
  const { type, littleEndian } = statement.view;
  const found = decode(type, old, littleEndian);
  switch (statement.kind) {
    case "read":
      return { result: found };
    case "write": {
      const value = valueOf(statement.value);
      if (!statement.isSeqCst) return { written: encode(type, value, littleEndian), result: value };
      return { written: atomicBytes(statement, value), result: toAtomicValue(type, value) };
    }
    case "modify":
      return {
        written: modify(statement.operation, type, old, atomicBytes(statement, valueOf(statement.value))),
        result: found,
      };
    case "compareExchange": {
      const isExpected = atomicBytes(statement, valueOf(statement.expected)).join() === old.join();
      return isExpected
        ? { written: atomicBytes(statement, valueOf(statement.value)), result: found }
        : { result: found };
    }
  }
}

function addressOf({ view, index }: AccessStatement, registers: ReadonlyMap<string, Value>, unassigned: Value): number {
  const i = valueOf(index, registers, unassigned);
  if (typeof i !== "number" || !Number.isInteger(i) || i < 0 || i >= view.count) {
    throw new RangeError(`index ${String(i)} of ${view.name} is out of range`);
  }
  return view.start + i * view.stride;
}

function bytesAt({ memory }: MachineState, { view }: AccessStatement, address: number): Uint8Array {
  return memory.slice(address, address + elementFormats[view.type].size);
}

function atomicBytes({ view: { type } }: AccessStatement, value: Value): Uint8Array {
  return encode(type, toAtomicValue(type, value), true);
}

function valueOf(expression: Expression, registers: ReadonlyMap<string, Value>, unassigned: Value): Value {
  return valueOfExpression(expression, (name) => (registers.has(name) ? registers.get(name) : unassigned));
}

function keyOfState({ memory, agents, lists }: MachineState): string {
  const ofAgents = agents.map(({ rest, registers, isAsleep }) => {
    const values = [...registers].map(([name, value]) => `${name}=${typeof value} ${String(value)}`);
    // The number of statements left, and the place of the first, identify it.
    return `${rest.length} ${rest[0]?.at} ${isAsleep} ${values.toSorted().join()}`;
  });
  const ofLists = [...lists].map(([address, waiters]) => `${address}: ${waiters.join()}`);
  return [memory.join(), ...ofAgents, ...ofLists.toSorted()].join("\n");
}

function endingOf(program: AgentProgram, { memory, agents }: MachineState): Ending {
  const isBlocked = agents.some(({ isAsleep }) => isAsleep);
  const final = isBlocked ? undefined : runAlone(program.final, memory, program.unassigned).registers;
  return {
    register: (agent, name) => agents[agent]?.registers.get(name),
    final: (position) => final?.get(String(position)),
    isBlocked: (agent) => agents[agent]?.isAsleep === true,
  };
}
