/**
 * The outcomes of a program of agents by the literal definition: every value that a read could return, every source of
 * every byte, every order of waiter lists, every memory-order. Slow, and meant to be obviously right; the search is
 * tested against it.
 *
 * It shares with the search only the encoding of elements and the values offered out of thin air.
 */

import { statementsIn, type AgentProgram, type Expression, type Statement, type View } from "./agent-program.ts";
import { decode, elementFormats, encode, isNoTear, modify, toAtomicValue, type Value } from "./element-type.ts";
import { inventedValues } from "./invented-values.ts";
import { keyOf, type Entry, type Row } from "./outcome.ts";

export interface EnumeratedAnswer {
  /** By their keys. */
  readonly outcomes: ReadonlySet<string>;
  readonly needsCycle: ReadonlySet<string>;
  readonly needsValueCycle: ReadonlySet<string>;
  readonly race: boolean;
}

interface Event {
  readonly kind: "read" | "write" | "rmw" | "enter" | "leave";
  /** −1 is the main agent. */
  readonly agent: number;
  readonly order: "init" | "unordered" | "seq-cst";
  readonly noTear: boolean;
  readonly start: number;
  readonly end: number;
  /** Chosen freely. */
  readonly bytesRead: readonly number[];
  readonly bytesWritten: readonly number[];
  /** Reads that the event's value, place or existence depends on. */
  readonly dependsOn: ReadonlySet<Event>;
  /** Those of them from which the bytes that it writes are computed. */
  readonly computedFrom: ReadonlySet<Event>;
  /** Whether they are computed from the bytes that it reads itself. */
  readonly usesOld: boolean;
  readonly view: View | undefined;
}

type Section = { readonly list: number; readonly agent: number; readonly enter: Event; readonly leave: Event } & (
  | { readonly kind: "check"; readonly sleeps: boolean; readonly ending: string }
  | { readonly kind: "resume"; readonly ending: string }
  | { readonly kind: "notify"; readonly count: number; readonly woken: number }
);

/** One run of one agent, for some values returned by its reads. */
interface Run {
  readonly events: readonly Event[];
  readonly sections: readonly Section[];
  readonly registers: ReadonlyMap<string, Value>;
  readonly isBlocked: boolean;
}

interface Tainted {
  readonly value: Value;
  readonly from: ReadonlySet<Event>;
}

/** Registers, and the reads that decided that the run is here. */
interface State extends Run {
  readonly tainted: ReadonlyMap<string, Tainted>;
  readonly control: ReadonlySet<Event>;
  readonly isOver: boolean;
}

const NONE: ReadonlySet<Event> = new Set();

// ---- The evaluation half: agents, with reads that return anything

class Agents {
  readonly #program: AgentProgram;
  /** The values that a read may return, by address. */
  readonly #bytes: ReadonlyMap<number, ReadonlySet<number>>;
  readonly #statesMax: number;

  constructor(program: AgentProgram, bytes: ReadonlyMap<number, ReadonlySet<number>>, statesMax: number) {
    this.#program = program;
    this.#bytes = bytes;
    this.#statesMax = statesMax;
  }

  runsOf(body: readonly Statement[], agent: number): readonly Run[] {
    const start: State = {
      events: [],
      sections: [],
      registers: new Map(),
      tainted: new Map(),
      control: NONE,
      isBlocked: false,
      isOver: false,
    };
    return this.#all(body, start, agent);
  }

  #all(body: readonly Statement[], start: State, agent: number): readonly State[] {
    return body.reduce<readonly State[]>(
      (states, statement) => {
        if (states.length > this.#statesMax) throw new RangeError(`${states.length} runs of one agent`);
        return states.flatMap((state) => (state.isOver ? [state] : this.#one(statement, state, agent)));
      },
      [start],
    );
  }

  #one(statement: Statement, state: State, agent: number): readonly State[] {
    switch (statement.kind) {
      case "return":
        throw new RangeError("enumerated programs have no return");
      case "let":
        return [assign(state, statement.register, this.#value(statement.value, state))];
      case "if": {
        const { value, from } = this.#value(statement.condition, state);
        const inner = { ...state, control: both(state.control, from) };
        const branch = value ? statement.thenBranch : statement.elseBranch;
        return this.#all(branch, inner, agent).map((after) => ({ ...after, control: state.control }));
      }
      default:
        return this.#access(statement, state, agent);
    }
  }

  #access(
    statement: Exclude<Statement, { kind: "let" | "if" | "return" }>,
    state: State,
    agent: number,
  ): readonly State[] {
    const { view, register } = statement;
    const { type, littleEndian, isDataView } = view;
    const index = this.#value(statement.index, state);
    const start = view.start + Number(index.value) * view.stride;
    const end = start + elementFormats[type].size;
    const from = both(state.control, index.from);
    const plain: Event = {
      kind: "read",
      agent,
      order: "unordered",
      noTear: !isDataView && isNoTear(type, false),
      start,
      end,
      bytesRead: [],
      bytesWritten: [],
      dependsOn: from,
      computedFrom: NONE,
      usesOld: false,
      view,
    };
    const atomic: Event = { ...plain, order: "seq-cst", noTear: true };
    const section = (kind: "enter" | "leave"): Event => ({ ...plain, kind, start: 0, end: 0, noTear: false });
    const reads = this.#readings(start, end);
    const value = (bytes: readonly number[]): Value => decode(type, Uint8Array.from(bytes), littleEndian);
    const atomicBytes = (given: Value): number[] => [...encode(type, toAtomicValue(type, given), true)];

    switch (statement.kind) {
      case "read":
        return reads.map((bytesRead) => {
          const event = { ...(statement.isSeqCst ? atomic : plain), bytesRead };
          return assign(happened(state, event), register, { value: value(bytesRead), from: new Set([event]) });
        });
      case "write": {
        const written = this.#value(statement.value, state);
        const bytesWritten = statement.isSeqCst
          ? atomicBytes(written.value)
          : [...encode(type, written.value, littleEndian)];
        const event: Event = {
          ...(statement.isSeqCst ? atomic : plain),
          kind: "write",
          bytesWritten,
          dependsOn: both(from, written.from),
          computedFrom: written.from,
        };
        return [happened(state, event)];
      }
      case "modify": {
        const operand = this.#value(statement.value, state);
        return reads.map((bytesRead) => {
          const old = Uint8Array.from(bytesRead);
          const event: Event = {
            ...atomic,
            kind: "rmw",
            bytesRead,
            bytesWritten: [...modify(statement.operation, type, old, Uint8Array.from(atomicBytes(operand.value)))],
            dependsOn: both(from, operand.from),
            computedFrom: operand.from,
            usesOld: statement.operation !== "exchange",
          };
          return assign(happened(state, event), register, { value: value(bytesRead), from: new Set([event]) });
        });
      }
      case "compareExchange": {
        const expected = this.#value(statement.expected, state);
        const replacement = this.#value(statement.value, state);
        return reads.map((bytesRead) => {
          const succeeds = bytesRead.join() === atomicBytes(expected.value).join();
          const event: Event = succeeds
            ? {
                ...atomic,
                kind: "rmw",
                bytesRead,
                bytesWritten: atomicBytes(replacement.value),
                dependsOn: both(from, expected.from, replacement.from),
                computedFrom: replacement.from,
                usesOld: true,
              }
            : { ...atomic, bytesRead, dependsOn: both(from, expected.from) };
          return assign(happened(state, event), register, { value: value(bytesRead), from: new Set([event]) });
        });
      }
      case "wait": {
        const expected = this.#value(statement.value, state);
        return reads.flatMap((bytesRead) => {
          const sleeps = bytesRead.join() === atomicBytes(expected.value).join();
          const [enter, leave] = [section("enter"), section("leave")];
          const event: Event = { ...atomic, bytesRead, dependsOn: both(from, expected.from) };
          const checked = happened(state, enter, event, leave);
          const check = { list: start, agent, enter, leave, kind: "check" } as const;
          const result = (after: State, text: string): State =>
            assign(after, register, { value: text, from: new Set([event]) });
          if (!sleeps) return [result(entered(checked, { ...check, sleeps, ending: "not-equal" }), "not-equal")];
          const asleep = (ending: string): State => entered(checked, { ...check, sleeps, ending });
          const woken = ["ok", ...(statement.mayTimeOut ? ["timed-out"] : [])].map((ending) => {
            const [enterAgain, leaveAgain] = [section("enter"), section("leave")];
            const resume = {
              list: start,
              agent,
              enter: enterAgain,
              leave: leaveAgain,
              kind: "resume",
              ending,
            } as const;
            return result(entered(happened(asleep(ending), enterAgain, leaveAgain), resume), ending);
          });
          return statement.mayTimeOut ? woken : [...woken, { ...asleep("never"), isBlocked: true, isOver: true }];
        });
      }
      case "notify":
        return [undefined, ...this.#program.agents].map((_, woken) => {
          const [enter, leave] = [section("enter"), section("leave")];
          const notify = { list: start, agent, enter, leave, kind: "notify", count: statement.count, woken } as const;
          return assign(entered(happened(state, enter, leave), notify), register, { value: woken, from: NONE });
        });
    }
  }

  #readings(start: number, end: number): readonly (readonly number[])[] {
    let readings: readonly (readonly number[])[] = [[]];
    for (let address = start; address < end; address++) {
      const bytes = [...(this.#bytes.get(address) ?? [])];
      readings = readings.flatMap((reading) => bytes.map((byte) => [...reading, byte]));
    }
    return readings;
  }

  #value(expression: Expression, state: State): Tainted {
    switch (expression.kind) {
      case "literal":
        return { value: expression.value, from: NONE };
      case "register":
        return state.tainted.get(expression.name) ?? { value: this.#program.unassigned, from: NONE };
      case "operation": {
        const operands = expression.operands.map((operand) => this.#value(operand, state));
        const value = expression.operator.apply(...operands.map((operand) => operand.value));
        return { value, from: both(...operands.map(({ from }) => from)) };
      }
    }
  }
}

function allStatements({ setUp, agents }: AgentProgram): readonly Statement[] {
  return [setUp, ...agents.map(({ body }) => body)].flatMap((body) => [...statementsIn(body)]);
}

function both(...sets: readonly ReadonlySet<Event>[]): ReadonlySet<Event> {
  return new Set(sets.flatMap((set) => [...set]));
}

function happened(state: State, ...events: readonly Event[]): State {
  return { ...state, events: [...state.events, ...events] };
}

function entered(state: State, section: Section): State {
  return { ...state, sections: [...state.sections, section] };
}

function assign(state: State, register: string | undefined, { value, from }: Tainted): State {
  if (register === undefined) return state;
  return {
    ...state,
    registers: new Map(state.registers).set(register, value),
    tainted: new Map(state.tainted).set(register, { value, from: both(from, state.control) }),
  };
}

interface Runs {
  readonly setUp: Run;
  readonly agents: readonly (readonly Run[])[];
  readonly final: readonly Run[];
}

/**
 * Runs of all agents, with reads that return any bytes that could be at an address: those that some run writes there,
 * which is a run with other bytes, and so on, as often as there are writes that a value could pass through.
 *
 * @throws RangeError if that gives too many
 */
function allRuns(program: AgentProgram, combinationsMax: number): Runs {
  const bytes = new Map<number, Set<number>>();
  for (let address = 0; address < program.bytes; address++) {
    bytes.set(address, new Set([0, ...inventedBytes(program, address)]));
  }
  const writes = allStatements(program).filter((statement) => statement.kind !== "read");
  for (let round = 0; ; round++) {
    const agents = new Agents(program, bytes, combinationsMax);
    const runs = {
      setUp: agents.runsOf(program.setUp, -1)[0] ?? fail(),
      agents: program.agents.map(({ body }, agent) => agents.runsOf(body, agent)),
      final: agents.runsOf(program.final, -1),
    };
    const combinations = [...runs.agents, runs.final].reduce((product, some) => product * some.length, 1);
    if (combinations > combinationsMax) throw new RangeError(`${combinations} combinations of runs`);
    let hasGrown = false;
    for (const { events } of [runs.setUp, ...runs.agents.flat()]) {
      for (const { start, bytesWritten } of events) {
        for (const [i, byte] of bytesWritten.entries()) {
          const known = bytes.get(start + i) ?? fail();
          hasGrown ||= !known.has(byte);
          known.add(byte);
        }
      }
    }
    if (!hasGrown || round > writes.length) return runs;
  }
}

function fail(): never {
  throw new RangeError("the program contains an operation that is not enumerated");
}

/**
 * Bytes that a cycle could bring to an address: those that a write there writes if it takes place at all, and, if any
 * value is computed, every value that is offered.
 */
function inventedBytes(program: AgentProgram, address: number): readonly number[] {
  const statements = allStatements(program);
  const isConstant = statements.every(
    (statement) =>
      statement.kind !== "modify" &&
      !((statement.kind === "write" || statement.kind === "compareExchange") && statement.value.kind !== "literal"),
  );
  const offered = isConstant ? [] : inventedValues(program);
  return statements.flatMap((statement) => {
    if (!("view" in statement) || statement.index.kind !== "literal") return [];
    const { type, start, stride, littleEndian } = statement.view;
    const first = start + Number(statement.index.value) * stride;
    const isBigInt = elementFormats[type].holds === "bigint";
    const written = "value" in statement && statement.value.kind === "literal" ? [statement.value.value] : [];
    return [...written, ...offered]
      .filter((value) => (typeof value === "bigint") === isBigInt)
      .flatMap((value) => encode(type, value, littleEndian)[address - first] ?? []);
  });
}

// ---- The axiomatic half

/** @throws RangeError for programs with more combinations of runs than the bound */
export function enumerateOutcomes(program: AgentProgram, combinationsMax: number): EnumeratedAnswer {
  const { setUp, agents, final } = allRuns(program, combinationsMax);
  const offered = inventedValues(program);
  const cycles = new Map<string, number>();
  let race = false;
  for (const runs of productOf(agents)) {
    const isBlocked = runs.some((run) => run.isBlocked);
    for (const last of isBlocked ? [undefined] : final) {
      for (const execution of executionsOf(program, setUp, runs, last)) {
        if (!execution.isValid() || execution.inventsBeyond(offered)) continue;
        const key = keyOf(rowOf(program, runs, last));
        cycles.set(key, Math.min(execution.cycle(), cycles.get(key) ?? Infinity));
        race ||= execution.hasDataRace();
      }
    }
  }
  const rowsWith = (least: number): ReadonlySet<string> =>
    new Set([...cycles].filter(([, cycle]) => cycle >= least).map(([key]) => key));
  return { outcomes: rowsWith(0), needsCycle: rowsWith(1), needsValueCycle: rowsWith(2), race };
}

function* productOf<T>(lists: readonly (readonly T[])[]): Generator<readonly T[]> {
  const [first, ...rest] = lists;
  if (first === undefined) yield [];
  else for (const one of first) for (const others of productOf(rest)) yield [one, ...others];
}

function entryOf(value: Value): Entry {
  return value ?? null;
}

function rowOf({ agents, finalColumns }: AgentProgram, runs: readonly Run[], last: Run | undefined): Row {
  const waits = agents.some(({ body }) => [...statementsIn(body)].some(({ kind }) => kind === "wait"));
  const blocked = agents.filter((_, i) => runs[i]?.isBlocked === true).map(({ name }) => name);
  return [
    ...agents.flatMap(({ registers }, i) => registers.map((name) => entryOf(runs[i]?.registers.get(name)))),
    ...finalColumns.map((_, i) => entryOf(last?.registers.get(String(i)))),
    ...(waits ? [blocked.join()] : []),
  ];
}

type Order = (a: Event, b: Event) => boolean;

/** Every order of waiter lists, and every source of every byte, for given runs. */
function* executionsOf(
  program: AgentProgram,
  setUp: Run,
  runs: readonly Run[],
  last: Run | undefined,
): Generator<DirectExecution> {
  const zeros = Array.from({ length: program.bytes }, (_, address): Event => ({
    kind: "write",
    agent: -1,
    order: "init",
    noTear: true,
    start: address,
    end: address + 1,
    bytesRead: [],
    bytesWritten: [0],
    dependsOn: NONE,
    computedFrom: NONE,
    usesOld: false,
    view: undefined,
  }));
  const main = [...zeros, ...setUp.events];
  const end = last?.events ?? [];
  const lists = [main, ...runs.map(({ events }) => events), end];
  const events = lists.flat();
  const listOf = new Map(lists.flatMap((list, i) => list.map((event, j) => [event, { list: i, place: j }] as const)));
  const ends = new Set(end);
  const ao: Order = (a, b) => {
    const [first, second] = [listOf.get(a), listOf.get(b)];
    if (first === undefined || second === undefined) return false;
    if (first.list === second.list) return first.place < second.place;
    return first.list === 0 && ends.has(b);
  };
  const host: Order = (a, b) => (main.includes(a) && !main.includes(b)) || (ends.has(b) && !ends.has(a));

  const bytes = events.flatMap((reader) =>
    reader.bytesRead.map((byte, i) => ({
      reader,
      address: reader.start + i,
      sources: events.filter((writer) => writer !== reader && writtenAt(writer, reader.start + i) === byte),
    })),
  );
  if (bytes.some(({ sources }) => sources.length === 0)) return;
  for (const sections of productOf(
    [
      ...Map.groupBy(
        runs.flatMap((run) => run.sections),
        ({ list }) => list,
      ).values(),
    ].map(legalOrders),
  )) {
    for (const sources of productOf(bytes.map((byte) => byte.sources))) {
      const readsBytesFrom = bytes.map(({ reader, address }, i) => ({ reader, address, writer: sources[i] ?? fail() }));
      yield new DirectExecution(events, { ao, host, sections, readsBytesFrom });
    }
  }
}

function writtenAt({ start, bytesWritten }: Event, address: number): number | undefined {
  return bytesWritten[address - start];
}

/**
 * Orders of one list's sections that respect each agent's order and make the list give the results that the runs had.
 */
function legalOrders(sections: readonly Section[]): readonly (readonly Section[])[] {
  const orders: (readonly Section[])[] = [];
  const extend = (order: readonly Section[], queues: readonly (readonly Section[])[]): void => {
    const asleep = asleepAfter(order);
    if (asleep === undefined) return;
    if (order.length === sections.length && asleep.every(({ ending }) => ending === "never")) orders.push(order);
    queues.forEach(([first, ...rest], i) => {
      if (first !== undefined) extend([...order, first], queues.with(i, rest));
    });
  };
  extend([], [...Map.groupBy(sections, ({ agent }) => agent).values()]);
  return orders;
}

interface Sleeper {
  readonly agent: number;
  readonly ending: string;
}

/** The list after the sections, or undefined if one of them had another result. */
function asleepAfter(order: readonly Section[]): readonly Sleeper[] | undefined {
  let asleep: readonly Sleeper[] = [];
  for (const section of order) {
    const { agent } = section;
    if (section.kind === "check" && section.sleeps) asleep = [...asleep, { agent, ending: section.ending }];
    if (section.kind === "notify") {
      const woken = asleep.slice(0, section.count);
      if (woken.length !== section.woken || woken.some(({ ending }) => ending === "never")) return undefined;
      asleep = asleep.slice(woken.length);
    }
    if (section.kind === "resume") {
      const isListed = asleep.some((sleeper) => sleeper.agent === agent);
      if (section.ending !== (isListed ? "timed-out" : "ok")) return undefined;
      asleep = asleep.filter((sleeper) => sleeper.agent !== agent);
    }
  }
  return asleep;
}

interface Relations {
  readonly ao: Order;
  readonly host: Order;
  readonly sections: readonly (readonly Section[])[];
  readonly readsBytesFrom: readonly { readonly reader: Event; readonly address: number; readonly writer: Event }[];
}

class DirectExecution {
  readonly #events: readonly Event[];
  readonly #relations: Relations;
  readonly #rf: ReadonlyMap<Event, ReadonlySet<Event>>;
  readonly #sw: Order;
  readonly #hb: Order;

  constructor(events: readonly Event[], relations: Relations) {
    this.#events = events;
    this.#relations = relations;
    const { ao, host, sections, readsBytesFrom } = relations;
    const rf = new Map<Event, Set<Event>>();
    for (const { reader, writer } of readsBytesFrom) rf.set(reader, (rf.get(reader) ?? new Set()).add(writer));
    this.#rf = rf;
    const handovers = new Map(
      sections.flatMap((order) => order.slice(1).map(({ enter }, i) => [enter, order[i]?.leave])),
    );
    this.#sw = (a, b) =>
      (this.#readsFrom(a, b) && isSeqCst(a) && isSeqCst(b) && haveEqualRanges(a, b)) ||
      handovers.get(b) === a ||
      host(a, b);
    this.#hb = transitive(events, (a, b) => ao(a, b) || this.#sw(a, b) || (a.order === "init" && b.order !== "init"));
  }

  #readsFrom(writer: Event, reader: Event): boolean {
    return this.#rf.get(reader)?.has(writer) === true;
  }

  isValid(): boolean {
    return this.#isOrdered() && this.#isCoherent() && this.#isTearFree() && this.#hasMemoryOrder();
  }

  #isOrdered(): boolean {
    return this.#events.every((event) => !this.#hb(event, event));
  }

  #isCoherent(): boolean {
    return this.#relations.readsBytesFrom.every(
      ({ reader, address, writer }) =>
        !this.#hb(reader, writer) &&
        !this.#events.some(
          (other) => writtenAt(other, address) !== undefined && this.#hb(writer, other) && this.#hb(other, reader),
        ),
    );
  }

  #isTearFree(): boolean {
    return [...this.#rf].every(
      ([reader, writers]) =>
        !reader.noTear || [...writers].filter((writer) => writer.noTear && haveEqualRanges(writer, reader)).length <= 1,
    );
  }

  /** Tries every order that contains happens-before. */
  #hasMemoryOrder(): boolean {
    const order: Event[] = [];
    const extend = (): boolean => {
      if (order.length === this.#events.length) return this.#isSequentiallyConsistent(order);
      return this.#events.some((event) => {
        if (order.includes(event)) return false;
        if (this.#events.some((earlier) => this.#hb(earlier, event) && !order.includes(earlier))) return false;
        order.push(event);
        if (this.#isSequentiallyConsistent(order) && extend()) return true;
        order.pop();
        return false;
      });
    };
    return extend();
  }

  #isSequentiallyConsistent(order: readonly Event[]): boolean {
    return order.every((reader, r) =>
      order.slice(0, r).every((writer, w) => {
        if (!this.#readsFrom(writer, reader)) return true;
        return !order.slice(w + 1, r).some((between) => this.#isForbiddenBetween(writer, between, reader));
      }),
    );
  }

  #isForbiddenBetween(writer: Event, between: Event, reader: Event): boolean {
    if (!isSeqCst(between) || between.bytesWritten.length === 0) return false;
    const a = this.#sw(writer, reader) && haveEqualRanges(between, reader);
    const b =
      this.#hb(writer, reader) && this.#hb(between, reader) && isSeqCst(writer) && haveEqualRanges(writer, between);
    const c =
      this.#hb(writer, reader) && this.#hb(writer, between) && isSeqCst(reader) && haveEqualRanges(between, reader);
    return a || b || c;
  }

  hasDataRace(): boolean {
    return this.#events.some((a) =>
      this.#events.some((b) => {
        if (a === b || this.#hb(a, b) || this.#hb(b, a)) return false;
        const areWrites = a.bytesWritten.length > 0 && b.bytesWritten.length > 0 && intersect(a, b);
        if (!areWrites && !this.#readsFrom(a, b) && !this.#readsFrom(b, a)) return false;
        return !(isSeqCst(a) && isSeqCst(b) && haveEqualRanges(a, b));
      }),
    );
  }

  /** 0: none; 1: of agent-order, reads-from and the order of sections; 2: of dependency and reads-from. */
  cycle(): 0 | 1 | 2 {
    const { ao, host } = this.#relations;
    const isSection: Order = (a, b) => a.kind === "leave" && b.kind === "enter" && this.#sw(a, b);
    const causes = transitive(
      this.#events,
      (a, b) => ao(a, b) || host(a, b) || isSection(a, b) || this.#readsFrom(a, b),
    );
    if (!this.#events.some((event) => causes(event, event))) return 0;
    const flows = transitive(this.#events, (a, b) => b.dependsOn.has(a) || this.#readsFrom(a, b));
    return this.#events.some((event) => flows(event, event)) ? 2 : 1;
  }

  /** Whether a read whose value is computed from itself returns a value that is not offered. */
  inventsBeyond(offered: readonly Value[]): boolean {
    // Each event twice: its read and its write.
    const reading = new Map(this.#events.map((event) => [event, { event }]));
    const writing = new Map(this.#events.map((event) => [event, { event }]));
    const nodes = [...reading.values(), ...writing.values()];
    const flows = transitive(nodes, (a, b) =>
      reading.get(a.event) === a
        ? writing.get(b.event) === b && (b.event.computedFrom.has(a.event) || (a.event === b.event && b.event.usesOld))
        : reading.get(b.event) === b && this.#readsFrom(a.event, b.event),
    );
    return [...reading].some(([event, node]) => flows(node, node) && !isOffered(event, offered));
  }
}

function isOffered({ view, bytesRead }: Event, offered: readonly Value[]): boolean {
  if (view === undefined) return false;
  const { type, littleEndian } = view;
  const isBigInt = elementFormats[type].holds === "bigint";
  return offered.some(
    (value) =>
      (typeof value === "bigint") === isBigInt && encode(type, value, littleEndian).join() === bytesRead.join(),
  );
}

function isSeqCst({ order }: Event): boolean {
  return order === "seq-cst";
}

function haveEqualRanges(a: Event, b: Event): boolean {
  return a.start === b.start && a.end === b.end && a.end > a.start;
}

function intersect(a: Event, b: Event): boolean {
  return a.start < b.end && b.start < a.end;
}

function transitive<Node>(nodes: readonly Node[], step: (a: Node, b: Node) => boolean): (a: Node, b: Node) => boolean {
  const after = new Map<Node, Set<Node>>();
  for (const start of nodes) {
    const reached = new Set<Node>();
    const visit = (node: Node): void => {
      for (const next of nodes) {
        if (reached.has(next) || !step(node, next)) continue;
        reached.add(next);
        visit(next);
      }
    };
    visit(start);
    after.set(start, reached);
  }
  return (a, b) => after.get(a)?.has(b) === true;
}
