/** What a system's author writes: see `defineSystem`. */
import type { Access, Address } from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import type { ThreadBody } from "#fuzz/machine/program.ts";
import type { OnlineModel } from "#properties/linearizability/online.ts";
import type { IdentifiedObjects, OperationHistory, Settled } from "#properties/linearizability/operation-history.ts";
import type { ProgressCondition } from "#properties/machine/progress-condition.ts";
import type { Watcher } from "#properties/watcher.ts";
import type { ChecksOff } from "./checks-off.ts";
import type { Limit } from "./operation-arguments.ts";
import type { Caller, LocalOf, OperationOf, OperationTable, StateOf, StructureOf } from "./operation-table.ts";
import type { ScenarioContents } from "./scenario.ts";
import type { SmallScope } from "./small-scope.ts";
import type { SystemSources } from "./system.ts";

/** What a scenario asks for, as far as the layout of memory and the model depend on it. */
export interface Plan<Operation = unknown, Limits = Readonly<Record<string, number>>> {
  readonly scenario: string;
  readonly limits: Limits;
  readonly initial: readonly Operation[];
  readonly threads: readonly { readonly name: string; readonly operations: readonly Operation[] }[];
  /** Operations of all threads. */
  readonly concurrent: readonly Operation[];
  /** The initial operations and those of all threads. */
  readonly operations: readonly Operation[];
  readonly threadCount: number;
}

/** Memory when nothing is under way. */
export interface MemoryAtRest extends IdentifiedObjects {
  readonly words: Int32Array;
}

export type LimitsShape = Readonly<Record<string, Limit>>;

/** The values of a system's limits. */
export type LimitsOf<Shape> = { readonly [Name in keyof Shape]: number };

export interface SystemParts<Structure, Operation, Local, Limits, State, ModelOperation> {
  readonly name: string;
  /** One line on what it is. */
  readonly about: string;
  /** Where its model and its implementation are, from the root of the project. */
  readonly sources?: SystemSources;
  /**
   * Lays the structure out in the heap.
   *
   * @throws ScenarioError if the scenario asks for what the structure cannot do
   */
  place(heap: Heap, plan: Plan<Operation, Limits>): Structure;
  /** Words of the heap; 16,384 if absent. */
  heapWords?(plan: Plan<Operation, Limits>): number;
  /** What comes before the initial operations. */
  start?(structure: Structure, plan: Plan<Operation, Limits>): Access;
  /** Performs an initial operation together with what must run before or after it, where nobody else runs. */
  initially?(structure: Structure, perform: () => Access, caller: Caller<Local>): Access;
  /** What comes after the initial operations. */
  settled?(structure: Structure, plan: Plan<Operation, Limits>): Access;
  /** What each thread keeps to itself, made anew for each execution. */
  local?(structure: Structure, thread: number, plan: Plan<Operation, Limits>): Local;
  /** The thread performs nothing more: the rest of its operations is skipped. */
  isOver?(caller: Caller<Local>): boolean;
  /** What each thread does at its end, and after each initial operation where `initially` asks for it. */
  leave?(structure: Structure, caller: Caller<Local>, plan: Plan<Operation, Limits>): Access;
  /** What one thread does alone when all others have returned, after the scenario's own last operations: look, and assert. */
  atEnd?(structure: Structure, plan: Plan<Operation, Limits>): Access;
  /** The model, where the rows have no steps. */
  model?(structure: Structure, plan: Plan<Operation, Limits>): OnlineModel<State, ModelOperation, unknown>;
  /** The slab whose objects operations return and take, and how many of them there may ever be. */
  objects?(
    structure: Structure,
    plan: Plan<Operation, Limits>,
  ): { readonly slab: Address; readonly identitiesMax: number };
  /**
   * The abstraction function: the state that memory shows when nothing is under way, of one that the model allows (without
   * what may have vanished and has), or why memory shows something else. The state itself if absent.
   */
  settle?(state: State, structure: Structure, memory: MemoryAtRest, plan: Plan<Operation, Limits>): Settled<State>;
  /** Threads that serve the others. */
  daemons?(structure: Structure, plan: Plan<Operation, Limits>): readonly ThreadBody[];
  /** What must hold besides the machine's own checks and linearizability. */
  watchers?(
    structure: Structure,
    parts: {
      readonly plan: Plan<Operation, Limits>;
      readonly history: OperationHistory<State>;
      /** Threads of an execution, daemons and callbacks included. */
      readonly threadsMax: number;
      /** Numbers of the daemons' threads, by their names. */
      readonly daemon: (name: string) => number;
      /** The operation that the call of that number belongs to. */
      readonly operationAt: (number: number) => Operation | undefined;
    },
  ): readonly Watcher[];
  /** What operations owe to one another when threads are paused at any moment. */
  readonly progress?: ProgressCondition;
  /** Checks of the machine that are switched off, each with the reason, which every report shows. */
  readonly without?: ChecksOff;
  /**
   * What follows generated sequences of these operations: all is given back, and time passes until nothing need be there.
   */
  closing?(operations: readonly Operation[]): readonly Operation[];
  /** Operations that a generated sequence may have before that; 160 if absent. */
  readonly sequenceMax?: number;
  /** RCU callbacks that one execution may start; 16 if absent. */
  callbacksMax?(plan: Plan<Operation, Limits>): number;
  /** What is tried; scenarios are drawn from the operations if absent. */
  readonly scenarios?: Readonly<Record<string, ScenarioContents<Operation>>>;
  readonly smallScope?: SmallScope<Operation>;
}

/** A system as its author writes it: an operation table, and what goes with it. */
export type SystemDefinition<
  Table extends OperationTable,
  Shape extends LimitsShape,
  State,
  ModelOperation,
> = SystemParts<StructureOf<Table>, OperationOf<Table>, LocalOf<Table>, LimitsOf<Shape>, State, ModelOperation> & {
  readonly operations: Table;
  /** The first state of the model that the rows' steps make. */
  readonly initialState?: StateOf<Table>;
  /** Parameters that a scenario may set, each with a default. */
  readonly limits?: Shape;
};

/** A definition whose types nobody knows any more: the compiler hands structure, state and limits on as they are. */
export type AnySystemDefinition = SystemParts<
  unknown,
  unknown,
  unknown,
  Readonly<Record<string, number>>,
  unknown,
  unknown
> & { readonly operations: OperationTable; readonly initialState?: unknown };
