/**
 * A litmus test as a program for the explorer, with the test's tags and dependencies. The explorer's models are checked
 * against the axioms with it.
 *
 * Each process follows those of its paths that agree with the values its reads found. Locks are ordinary words that an
 * acquisition changes from 0 to 1; one that finds 1, and may not fail, ends the execution as blocked. An address is a
 * number like any other, far from those that tests compute with.
 *
 * Not supported: values that no program may compute, and processes with branches in which one statement makes two
 * unordered accesses, since a procedure makes one after the other.
 */
import {
  type Access,
  type AccessKind,
  type Address,
  readOnce,
  smpMb,
  writeOnce,
  xchgRelaxed,
} from "#impl/memory/access.ts";
import { parseLitmus } from "#model/memory/litmus/parse.ts";
import type { Path, PathEvent } from "#model/memory/litmus/path.ts";
import type { LitmusTest, Literal, Place, Proposition } from "#model/memory/litmus/syntax.ts";
import { observedPlaces, showPlace } from "#model/memory/litmus/final-state.ts";
import { unfold, valueOf } from "#model/memory/litmus/unfold.ts";
import {
  integer,
  isKnown,
  isTrue,
  type KnownValue,
  operate,
  showValue,
  type SymbolicValue,
} from "#model/memory/litmus/value.ts";
import { closure, has, type Pair, relationOf } from "#model/memory/relation.ts";
import type { Execution } from "./explored-execution.ts";
import { assume, type ExploredProgram } from "./explored-program.ts";
import { EVENT, KIND, NONE, THREAD, VALUE } from "./graph.ts";
import type { Meaning } from "./meaning.ts";

/** Addresses of variables, so far apart that no offset leads to another variable. */
const FIRST_ADDRESS = 0x4000_0000;
const ADDRESS_STRIDE = 0x1_0000;
/** Offset of a variable's lock: an ordinary access to the variable does not see it. */
const LOCK_OFFSET = 0x8000;
/** Offsets below an address belong to it, too. */
const OFFSET_MIN = -0x1000;

export interface LitmusProgram {
  readonly program: ExploredProgram;
  /** The final state of an execution, as `checkLitmus` names it; undefined if the test's filter leaves it out. */
  readonly finalState: (execution: Execution) => string | undefined;
}

/**
 * The programs of a test: one, except that a test with unordered accesses in a statement has one for each order.
 *
 * @returns the reason if the explorer cannot take the test
 */
export function litmusPrograms(text: string): readonly LitmusProgram[] | string {
  const { test } = parseLitmus(text);
  const unfolding = { nextSlot: 0, text, onStatement: () => {} };
  const paths = test.processes.map((process, i) => unfold(process, test.registers[i] ?? new Map(), unfolding));
  let choices: readonly (readonly (readonly Path[])[])[] = [[]];
  for (const ofProcess of paths) {
    if (!ofProcess.some(hasUnordered)) choices = choices.map((chosen) => [...chosen, ofProcess]);
    else if (ofProcess.length > 1)
      return "a process with branches makes two accesses in one statement that are unordered";
    else choices = ofProcess.flatMap(ordersOf).flatMap((path) => choices.map((chosen) => [...chosen, [path]]));
  }
  return choices.map((chosen) => programOf(test, chosen));
}

function programOf(test: LitmusTest, paths: readonly (readonly Path[])[]): LitmusProgram {
  const variables = new Variables(test);
  const runs = paths.map((ofProcess) => new ProcessRun(ofProcess, variables));
  return {
    program: {
      name: test.name,
      threads: runs.map(
        (run) =>
          function* (): Access {
            yield* run.perform();
          },
      ),
      initial: new Map(
        [...test.variables].map(([name, literal]) => [variables.addressOf(name), variables.encode(knownOf(literal))]),
      ),
      meaning: (thread) => runs[thread]?.meaning,
    },
    finalState: (execution) => {
      const ends = runs.map((run, process) => run.end(valuesOf(execution, process)));
      const valueAt = (place: Place): KnownValue => finalValue(place, { test, variables, ends, execution });
      if (test.filter !== undefined && !holds(test.filter, valueAt)) return undefined;
      return observedPlaces(test)
        .map((place) => `${showPlace(place)}=${showValue(valueAt(place))};`)
        .join(" ");
    },
  };
}

function hasUnordered({ events, flow }: Path): boolean {
  const order = closure(relationOf(events.length, flow));
  return events.some((a, i) =>
    events.some((b, j) => i < j && a.statement === b.statement && !has(order, i, j) && !has(order, j, i)),
  );
}

/** The path with its events in each order that respects the order of statements, and the partial order inside them. */
function ordersOf(path: Path): Path[] {
  const { events, flow } = path;
  const order = closure(relationOf(events.length, flow));
  const found: number[][] = [];
  const extend = (done: readonly number[]): void => {
    if (done.length === events.length) found.push([...done]);
    for (let next = 0; next < events.length; next++) {
      const isReady = events.every(
        (event, i) => done.includes(i) || (event.statement >= (events[next]?.statement ?? 0) && !has(order, i, next)),
      );
      if (isReady && !done.includes(next)) extend([...done, next]);
    }
  };
  extend([]);
  // The halves of a read-modify-write stay together.
  const kept = found.filter((places) =>
    path.rmw.every(([read, write]) => places.indexOf(write) === places.indexOf(read) + 1),
  );
  return kept.map((places) => {
    const moved = (pairs: readonly Pair[]): Pair[] =>
      pairs.map(([from, to]): Pair => [places.indexOf(from), places.indexOf(to)]);
    return {
      ...path,
      events: places.flatMap((place) => events[place] ?? []),
      flow: moved(path.flow),
      addr: moved(path.addr),
      data: moved(path.data),
      ctrl: moved(path.ctrl),
      rmw: moved(path.rmw),
    };
  });
}

/** The values found by a thread's reads, in program order. */
function valuesOf({ graph }: Execution, thread: number): number[] {
  const values: number[] = [];
  for (let event = 0; event < graph.count; event++) {
    if (graph.get(event, THREAD) === thread && graph.get(event, KIND) === EVENT.read)
      values.push(graph.get(event, VALUE));
  }
  return values;
}

class Variables {
  readonly #names: readonly string[];

  constructor(test: LitmusTest) {
    this.#names = [...test.variables.keys()];
  }

  addressOf(name: string): Address {
    return FIRST_ADDRESS + this.#names.indexOf(name) * ADDRESS_STRIDE;
  }

  encode(value: KnownValue): number {
    return value.kind === "integer" ? value.value : this.addressOf(value.variable) + value.offset;
  }

  decode(value: number): KnownValue {
    const distance = value - FIRST_ADDRESS - OFFSET_MIN;
    const variable = this.#names[Math.floor(distance / ADDRESS_STRIDE)];
    if (distance < 0 || variable === undefined) return integer(value);
    return { kind: "address", variable, offset: value - this.addressOf(variable) };
  }
}

type Environment = ReadonlyMap<number, KnownValue>;

/** The value with everything known substituted. */
function resolve(value: SymbolicValue, environment: Environment): SymbolicValue {
  switch (value.kind) {
    case "unknown":
      return environment.get(value.slot) ?? value;
    case "operation":
      return operate(value.operator, resolve(value.left, environment), resolve(value.right, environment));
    default:
      return value;
  }
}

function isPossible({ constraints }: Path, environment: Environment): boolean {
  return constraints.every(({ value, holds: expected }) => {
    const resolved = resolve(value, environment);
    return !isKnown(resolved) || isTrue(resolved) === expected;
  });
}

/** The position of a process after some reads. */
interface Standing {
  readonly paths: readonly Path[];
  readonly environment: Environment;
  /** Index of the next event, in all of the paths. */
  readonly at: number;
}

class ProcessRun {
  /** The meaning of the access requested last. */
  meaning: Meaning | undefined;
  readonly #paths: readonly Path[];
  readonly #variables: Variables;

  constructor(paths: readonly Path[], variables: Variables) {
    this.#paths = paths;
    this.#variables = variables;
  }

  *perform(): Access {
    let standing = this.#start();
    /** The step that made each event. */
    const steps: number[] = [];
    for (let step = 0; ; step++) {
      const path = standing.paths[0];
      if (path === undefined) return yield* assume(false);
      const event = path.events[standing.at];
      if (event === undefined) return;
      const word = this.#wordOf(event, standing);
      if (word === undefined && event.address !== undefined) return yield* assume(false);
      const kind = this.#ask(standing, event, word ?? 0);
      this.meaning = this.#meaningOf(standing, path, event, steps);
      const found = yield kind;
      const next = this.#after(standing, found);
      for (let made = standing.at; made < next.at; made++) steps[made] = step;
      standing = next;
    }
  }

  /** The registers at the end of the process, whose reads found these values. */
  end(found: readonly number[]): (register: string) => SymbolicValue {
    let standing = this.#start();
    let reads = 0;
    for (;;) {
      const event = standing.paths[0]?.events[standing.at];
      if (event === undefined) break;
      const isReading = READS.has(event.kind);
      standing = this.#after(standing, isReading ? (found[reads++] ?? 0) : 0);
    }
    const { environment } = standing;
    return (register) => resolve(standing.paths[0]?.registers.get(register) ?? integer(0), environment);
  }

  #start(): Standing {
    const environment = new Map<number, KnownValue>();
    return { paths: this.#paths.filter((path) => isPossible(path, environment)), environment, at: 0 };
  }

  #wordOf({ kind, address }: PathEvent, { environment }: Standing): Address | undefined {
    if (address === undefined) return undefined;
    const value = resolve(address, environment);
    if (value.kind !== "address" || value.offset !== 0) return undefined;
    return this.#variables.encode(value) + (LOCK_KINDS.has(kind) ? LOCK_OFFSET : 0);
  }

  #valueAt(value: SymbolicValue | undefined, environment: Environment): number {
    const resolved = resolve(value ?? integer(0), environment);
    if (!isKnown(resolved)) throw new RangeError(`a value is not known: ${showValue(resolved)}`);
    return this.#variables.encode(resolved);
  }

  #ask({ paths, environment, at }: Standing, event: PathEvent, word: Address): AccessKind {
    switch (event.kind) {
      case "F":
      case "GPS":
        return smpMb();
      case "W":
        return writeOnce(word, this.#valueAt(event.value, environment));
      case "UL":
        return writeOnce(word, 0);
      case "LKR":
      case "LF":
        return xchgRelaxed(word, 1);
      case "R":
        return paths.some((path) => isPaired(path, at)) ? xchgRelaxed(word, 0) : readOnce(word);
      default:
        return readOnce(word);
    }
  }

  #meaningOf(standing: Standing, path: Path, event: PathEvent, steps: readonly number[]): Meaning {
    const { at } = standing;
    const isTaking = standing.paths.some(({ events }) => events[at]?.kind === "LKR");
    const paired = standing.paths.find((other) => isPaired(other, at));
    const longest = paired ?? path;
    const own = steps.length === 0 ? 0 : Math.max(...steps) + 1;
    const from = (pairs: Path["addr"], ends: readonly number[]): number[] => [
      ...new Set(
        pairs.filter(([, to]) => ends.includes(to)).map(([source]) => (source === at ? own : (steps[source] ?? own))),
      ),
    ];
    const halves = paired === undefined ? [at] : [at, at + 1];
    const dependencies = {
      addr: from(longest.addr, halves),
      data: from(longest.data, halves),
      ctrl: from(longest.ctrl, halves),
    };
    const known = { tag: event.tag, ...dependencies };
    if (event.kind === "GPS") return { ...known, domain: this.#wordOf(event, standing) ?? 0 };
    if (event.kind === "UL") return { ...known, lock: "release" };
    if (isTaking) return { ...known, lock: "take", update: (found) => (found === 0 ? 1 : undefined) };
    if (event.kind === "RL" || event.kind === "RU" || event.kind === "LF") return { ...known, lock: "look" };
    if (paired === undefined) return known;
    return { ...known, update: (found) => this.#update(standing, found) };
  }

  /** The value that the process's current read-modify-write leaves, given the value it finds. */
  #update({ paths, environment, at }: Standing, found: number): number | undefined {
    for (const path of paths) {
      const slot = path.events[at]?.value;
      if (slot?.kind !== "unknown" || !isPaired(path, at)) continue;
      const then = new Map(environment).set(slot.slot, this.#variables.decode(found));
      if (isPossible(path, then)) return this.#valueAt(path.events[at + 1]?.value, then);
    }
    return undefined;
  }

  #after({ paths, environment, at }: Standing, found: number): Standing {
    const then = new Map(environment);
    for (const path of paths) {
      const value = path.events[at]?.value;
      if (path.events[at]?.kind === "R" && value?.kind === "unknown")
        then.set(value.slot, this.#variables.decode(found));
    }
    const left = paths.filter((path) => agrees(path.events[at]?.kind, found) && isPossible(path, then));
    const isDouble = left.some((path) => isPaired(path, at));
    return { paths: left, environment: then, at: at + (isDouble ? 2 : 1) };
  }
}

const LOCK_KINDS: ReadonlySet<string> = new Set(["LKR", "UL", "LF", "RL", "RU"]);
const READS: ReadonlySet<string> = new Set(["R", "LKR", "LF", "RL", "RU"]);

/** Is the event the first half of a read-modify-write that writes, or of a lock operation? */
function isPaired({ rmw }: Path, at: number): boolean {
  return rmw.some(([read, write]) => read === at && write === at + 1);
}

/** Can a lock operation of this kind take place if it finds this value in the word? */
function agrees(kind: PathEvent["kind"] | undefined, found: number): boolean {
  switch (kind) {
    case "LKR":
    case "RU":
      return found === 0;
    case "LF":
    case "RL":
      return found !== 0;
    default:
      return true;
  }
}

function knownOf(literal: Literal): KnownValue {
  const value = valueOf(literal);
  return isKnown(value) ? value : integer(0);
}

interface Final {
  readonly test: LitmusTest;
  readonly variables: Variables;
  readonly ends: readonly ((register: string) => SymbolicValue)[];
  readonly execution: Execution;
}

function finalValue(place: Place, { test, variables, ends, execution }: Final): KnownValue {
  if (place.kind === "register") {
    const value = ends[place.process]?.(place.name) ?? integer(0);
    return isKnown(value) ? value : integer(0);
  }
  const { graph, states } = execution;
  const location = states.addresses.indexOf(variables.addressOf(place.name));
  const last = location === -1 || location >= graph.locations ? NONE : (graph.final[location] as number);
  if (last !== NONE) return variables.decode(graph.get(last, VALUE));
  const initial = test.variables.get(place.name);
  return initial === undefined ? integer(0) : knownOf(initial);
}

function holds(proposition: Proposition, valueAt: (place: Place) => KnownValue): boolean {
  switch (proposition.kind) {
    case "constant":
      return proposition.value;
    case "not":
      return !holds(proposition.operand, valueAt);
    case "and":
      return holds(proposition.left, valueAt) && holds(proposition.right, valueAt);
    case "or":
      return holds(proposition.left, valueAt) || holds(proposition.right, valueAt);
    case "implies":
      return !holds(proposition.left, valueAt) || holds(proposition.right, valueAt);
    case "equal": {
      const other =
        proposition.other.kind === "place" ? valueAt(proposition.other.place) : knownOf(proposition.other.value);
      return showValue(valueAt(proposition.place)) === showValue(other);
    }
  }
}
