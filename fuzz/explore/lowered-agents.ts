/**
 * A program of agents as threads of the explorer.
 *
 * Each cell is a word. A waiter list is a word guarded by a lock, so that its sections are ordered by acquisitions. A
 * waiter sleeps until the notifier that removes it has written the waiter's own word. The contents of an agent's
 * registers are written to a word at the end, and before it sleeps. The main agent's final reads are a thread that
 * first waits for the others.
 *
 * A plain read that may tear becomes one read for each byte of its cell that has held different values; the other bytes
 * are the same in every write.
 */
import {
  type Access,
  awaitUnequal,
  cmpxchg,
  mutexLock,
  mutexUnlock,
  read,
  readOnce,
  write,
  writeOnce,
  xchg,
} from "#impl/memory/access.ts";
import {
  valueOfExpression,
  type AgentProgram,
  type Expression,
  type Statement,
} from "#model/memory/es/agent-program.ts";
import {
  decode,
  elementFormats,
  encode,
  modify,
  toAtomicValue,
  type Modification,
  type ElementType,
  type Value,
} from "#model/memory/es/element-type.ts";
import { memoryAfterSetUp } from "#model/memory/es/interleavings.ts";
import { type AgentCells, accessesOf, indicesOf, neverTears } from "./agent-cells.ts";
import type { ExploredProgram } from "./explored-program.ts";

type Accessing = Exclude<Statement, { kind: "let" | "if" | "return" }>;

export type Registers = ReadonlyMap<string, Value>;

/** The modification that a read-modify-write makes to a cell, as encoded in an exchange's operand. */
interface Modifying {
  readonly operation: Modification;
  readonly type: ElementType;
  readonly start: number;
  readonly operand: Uint8Array;
}

const EVERY_BIT = -1;

export class LoweredAgents {
  readonly program: ExploredProgram;
  readonly #source: AgentProgram;
  readonly #cells: AgentCells;
  /** Offsets that tearing reads read one by one, by cell. */
  readonly #torn: ReadonlyMap<number, readonly number[]>;
  readonly #registers: Registers[] = [new Map()];
  readonly #registersByText = new Map<string, number>();
  readonly #lists: (readonly number[])[] = [[]];
  readonly #listsByText = new Map<string, number>([["", 0]]);
  readonly #modifying: Modifying[] = [];
  readonly #modifyingByText = new Map<string, number>();

  /** @param torn offsets that tearing reads read one by one, by the address of the cell */
  constructor(source: AgentProgram, cells: AgentCells, torn: ReadonlyMap<number, readonly number[]>) {
    this.#source = source;
    this.#cells = cells;
    this.#torn = torn;
    const agents = source.agents.map(
      ({ body }, agent) =>
        (): Access =>
          this.#runAgent(body, agent),
    );
    const main = (): Access => this.#runMain();
    this.program = {
      name: source.name,
      threads: source.final.length === 0 ? agents : [...agents, main],
      initial: this.#initial(),
      exchange: (operand, found) => this.#exchange(operand, found),
    };
  }

  /** The word that holds the final contents of an agent's registers; 0 is nothing. The main agent comes last. */
  endWord(agent: number): number {
    return -(2 * agent + 1);
  }

  /** The same for an agent that sleeps. */
  asleepWord(agent: number): number {
    return -(2 * agent + 2);
  }

  registersOf(word: number): Registers {
    return this.#registers[word] ?? new Map();
  }

  #initial(): ReadonlyMap<number, number> {
    const memory = memoryAfterSetUp(this.#source);
    const initial = new Map<number, number>();
    for (const statement of accessesOf(this.#source)) {
      const { view } = statement;
      for (const index of indicesOf(statement)) {
        const start = view.start + index * view.stride;
        initial.set(start + 1, this.#cells.wordOf(start, memory.slice(start, start + elementFormats[view.type].size)));
      }
    }
    return initial;
  }

  // ---- Agents

  *#runAgent(body: readonly Statement[], agent: number): Access {
    const state = new Running(agent, this.#source);
    yield* this.#runBody(body, state);
    yield writeOnce(this.endWord(agent), this.#numberOfRegisters(state.registers));
  }

  *#runMain(): Access {
    const { agents, final } = this.#source;
    for (const agent of agents.keys()) yield awaitUnequal(this.endWord(agent), EVERY_BIT, 0);
    const state = new Running(agents.length, this.#source);
    yield* this.#runBody(final, state);
    yield writeOnce(this.endWord(agents.length), this.#numberOfRegisters(state.registers));
  }

  /** True if the agent has returned. */
  *#runBody(body: readonly Statement[], state: Running): Access<boolean> {
    for (const statement of body) {
      switch (statement.kind) {
        case "let":
          state.assign(statement.register, state.valueOf(statement.value));
          break;
        case "return":
          return true;
        case "if":
          if (
            yield* this.#runBody(
              state.valueOf(statement.condition) ? statement.thenBranch : statement.elseBranch,
              state,
            )
          )
            return true;
          break;
        default: {
          const result = yield* this.#access(statement, state);
          state.assign(statement.register, result);
        }
      }
    }
    return false;
  }

  *#access(statement: Accessing, state: Running): Access<Value> {
    const { view } = statement;
    const { type, littleEndian } = view;
    const start = state.addressOf(statement);
    const cell = start + 1;
    const valueIn = (word: number): Value => decode(type, this.#cells.bytesOf(word, type), littleEndian);
    const atomicWord = (expression: Expression): number =>
      this.#cells.wordOf(start, encode(type, toAtomicValue(type, state.valueOf(expression)), true));
    switch (statement.kind) {
      case "read":
        if (statement.isSeqCst) return valueIn(yield readOnce(cell));
        return decode(type, yield* this.#plainRead(statement, start), littleEndian);
      case "write": {
        const value = state.valueOf(statement.value);
        if (statement.isSeqCst) {
          yield writeOnce(cell, atomicWord(statement.value));
          return toAtomicValue(type, value);
        }
        yield write(cell, this.#cells.wordOf(start, encode(type, value, littleEndian)));
        return value;
      }
      case "modify": {
        const operand = encode(type, toAtomicValue(type, state.valueOf(statement.value)), true);
        return valueIn(
          yield xchg(cell, this.#numberOfModifying({ operation: statement.operation, type, start, operand })),
        );
      }
      case "compareExchange": {
        const expected = atomicWord(statement.expected);
        return valueIn(yield cmpxchg(cell, expected, atomicWord(statement.value)));
      }
      case "wait":
        return yield* this.#wait(statement, state, atomicWord(statement.value));
      case "notify":
        return yield* this.#notify(statement, start);
    }
  }

  *#plainRead(statement: Accessing, start: number): Access<Uint8Array> {
    const bytes = this.#cells.bytesOf(yield read(start + 1), statement.view.type).slice();
    const offsets = neverTears(statement) ? [] : (this.#torn.get(start) ?? []);
    for (const offset of offsets.slice(1)) {
      const others = this.#cells.bytesOf(yield read(start + 1), statement.view.type);
      bytes[offset] = others[offset] as number;
    }
    return bytes;
  }

  // ---- Waiter lists

  *#wait(statement: Extract<Accessing, { kind: "wait" }>, state: Running, wanted: number): Access<string> {
    const { list, lock } = this.#waiterList(state.addressOf(statement));
    const woken = this.#wokenWord(state.agent, state.waits++);
    yield mutexLock(lock);
    const found = yield readOnce(state.addressOf(statement) + 1);
    if (found !== wanted) {
      yield mutexUnlock(lock);
      return "not-equal";
    }
    const before = this.#lists[yield read(list)] ?? [];
    yield write(list, this.#numberOfList([...before, woken]));
    yield mutexUnlock(lock);
    if (!statement.mayTimeOut) {
      yield write(this.asleepWord(state.agent), this.#numberOfRegisters(state.registers));
      yield awaitUnequal(woken, EVERY_BIT, 0);
      yield mutexLock(lock);
      yield mutexUnlock(lock);
      return "ok";
    }
    yield mutexLock(lock);
    const now = this.#lists[yield read(list)] ?? [];
    const isListed = now.includes(woken);
    if (isListed) yield write(list, this.#numberOfList(now.filter((waiter) => waiter !== woken)));
    yield mutexUnlock(lock);
    return isListed ? "timed-out" : "ok";
  }

  *#notify({ count }: Extract<Accessing, { kind: "notify" }>, start: number): Access<number> {
    const { list, lock } = this.#waiterList(start);
    yield mutexLock(lock);
    const waiters = this.#lists[yield read(list)] ?? [];
    const taken = waiters.slice(0, count);
    if (taken.length > 0) yield write(list, this.#numberOfList(waiters.slice(taken.length)));
    for (const woken of taken) yield writeOnce(woken, 1);
    yield mutexUnlock(lock);
    return taken.length;
  }

  #waiterList(start: number): { readonly list: number; readonly lock: number } {
    const { bytes } = this.#source;
    return { list: bytes + 1 + start, lock: 2 * bytes + 1 + start };
  }

  /** The word that wakes an agent from one of its waits. */
  #wokenWord(agent: number, wait: number): number {
    const agents = this.#source.agents.length + 1;
    return this.endWord(agents) - 1 - agent - wait * agents;
  }

  // ---- Numbers

  #exchange(operand: number, found: number): number {
    const modifying = this.#modifying[operand];
    if (modifying === undefined) throw new RangeError(`there is no modification ${operand}`);
    const { operation, type, start, operand: bytes } = modifying;
    const old = this.#cells.bytesOf(found, type);
    return this.#cells.wordOf(start, modify(operation, type, old, bytes));
  }

  #numberOfModifying(modifying: Modifying): number {
    const { operation, type, start, operand } = modifying;
    return numberOf(
      `${operation} ${type} ${start} ${operand.join()}`,
      modifying,
      this.#modifyingByText,
      this.#modifying,
    );
  }

  #numberOfList(list: readonly number[]): number {
    return numberOf(list.join(), list, this.#listsByText, this.#lists);
  }

  #numberOfRegisters(registers: Registers): number {
    const text = [...registers].map(
      ([name, value]) => `${name}=${typeof value} ${Object.is(value, -0) ? "-0" : String(value)}`,
    );
    return numberOf(text.join(), registers, this.#registersByText, this.#registers);
  }
}

function numberOf<T>(text: string, value: T, numbers: Map<string, number>, values: T[]): number {
  const known = numbers.get(text);
  if (known !== undefined) return known;
  const number = values.push(value) - 1;
  numbers.set(text, number);
  return number;
}

/** A running agent. */
class Running {
  readonly agent: number;
  /** Waits begun so far. */
  waits = 0;
  registers: Registers = new Map();
  readonly #unassigned: Value;

  constructor(agent: number, { unassigned }: AgentProgram) {
    this.agent = agent;
    this.#unassigned = unassigned;
  }

  assign(register: string | undefined, value: Value): void {
    if (register !== undefined) this.registers = new Map(this.registers).set(register, value);
  }

  valueOf(expression: Expression): Value {
    return valueOfExpression(expression, (name) =>
      this.registers.has(name) ? this.registers.get(name) : this.#unassigned,
    );
  }

  addressOf({ view, index }: Accessing): number {
    const i = this.valueOf(index);
    if (typeof i !== "number" || !Number.isInteger(i) || i < 0 || i >= view.count)
      throw new RangeError(`an index of ${view.name} is out of range: it must be from 0 to ${view.count - 1}`);
    return view.start + i * view.stride;
  }
}
