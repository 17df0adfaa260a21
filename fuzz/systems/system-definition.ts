/** The definition of a system by its author: see `defineSystem`. */
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

/** The parts of a scenario that the memory layout and the model depend on. */
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

/** Memory when no operation is in progress. */
export interface MemoryAtRest extends IdentifiedObjects {
  readonly words: Int32Array;
}

export type LimitsShape = Readonly<Record<string, Limit>>;

/** The values of a system's limits. */
export type LimitsOf<Shape> = { readonly [Name in keyof Shape]: number };

export interface SystemParts<Structure, Operation, Local, Limits, State, ModelOperation> {
  readonly name: string;
  /** One-line description. */
  readonly about: string;
  /** Where its model and its implementation are, from the root of the project. */
  readonly sources?: SystemSources;
  /**
   * Lays the structure out in the heap.
   *
   * @throws ScenarioError if the scenario requests something that the structure cannot do
   */
  place(heap: Heap, plan: Plan<Operation, Limits>): Structure;
  /** Words of the heap; 16,384 if absent. */
  heapWords?(plan: Plan<Operation, Limits>): number;
  /** Runs before the initial operations. */
  start?(structure: Structure, plan: Plan<Operation, Limits>): Access;
  /** Performs an initial operation together with what must run before or after it; no other thread runs. */
  initially?(structure: Structure, perform: () => Access, caller: Caller<Local>): Access;
  /** Runs after the initial operations. */
  settled?(structure: Structure, plan: Plan<Operation, Limits>): Access;
  /** Private state of each thread, created afresh for each execution. */
  local?(structure: Structure, thread: number, plan: Plan<Operation, Limits>): Local;
  /** Is the thread finished? Then the rest of its operations is skipped. */
  isOver?(caller: Caller<Local>): boolean;
  /** Runs at the end of each thread, and after each initial operation if `initially` requests it. */
  leave?(structure: Structure, caller: Caller<Local>, plan: Plan<Operation, Limits>): Access;
  /** Runs alone when all threads have returned, after the scenario's final operations: inspect and assert. */
  atEnd?(structure: Structure, plan: Plan<Operation, Limits>): Access;
  /** The model, if the rows have no steps. */
  model?(structure: Structure, plan: Plan<Operation, Limits>): OnlineModel<State, ModelOperation, unknown>;
  /** The slab whose objects operations return and take, and the maximum number of objects ever created. */
  objects?(
    structure: Structure,
    plan: Plan<Operation, Limits>,
  ): { readonly slab: Address; readonly identitiesMax: number };
  /**
   * The abstraction function: given a state that the model allows when no operation is in progress, returns the state
   * shown by memory (without optional parts that have vanished), or why memory differs. If absent, the state itself.
   */
  settle?(state: State, structure: Structure, memory: MemoryAtRest, plan: Plan<Operation, Limits>): Settled<State>;
  /** Threads that serve the others. */
  daemons?(structure: Structure, plan: Plan<Operation, Limits>): readonly ThreadBody[];
  /** Checks in addition to the machine's own checks and linearizability. */
  watchers?(
    structure: Structure,
    parts: {
      readonly plan: Plan<Operation, Limits>;
      readonly history: OperationHistory<State>;
      /** Maximum number of threads of an execution, including daemons and callbacks. */
      readonly threadsMax: number;
      /** Numbers of the daemons' threads, by their names. */
      readonly daemon: (name: string) => number;
      /** The operation that the call of that number belongs to. */
      readonly operationAt: (number: number) => Operation | undefined;
    },
  ): readonly Watcher[];
  /** The progress that operations guarantee when other threads are paused at any moment. */
  readonly progress?: ProgressCondition;
  /** Checks of the machine that are switched off, each with its reason, which every report shows. */
  readonly without?: ChecksOff;
  /**
   * Operations that follow a generated sequence of these: they release everything, and let time pass until nothing may
   * remain.
   */
  closing?(operations: readonly Operation[]): readonly Operation[];
  /** Maximum number of operations of a generated sequence before those; 160 if absent. */
  readonly sequenceMax?: number;
  /** RCU callbacks that one execution may start; 16 if absent. */
  callbacksMax?(plan: Plan<Operation, Limits>): number;
  /** The scenarios; if absent, scenarios are drawn from the operations. */
  readonly scenarios?: Readonly<Record<string, ScenarioContents<Operation>>>;
  readonly smallScope?: SmallScope<Operation>;
}

/** A system as its author writes it: an operation table, and its other parts. */
export type SystemDefinition<
  Table extends OperationTable,
  Shape extends LimitsShape,
  State,
  ModelOperation,
> = SystemParts<StructureOf<Table>, OperationOf<Table>, LocalOf<Table>, LimitsOf<Shape>, State, ModelOperation> & {
  readonly operations: Table;
  /** The initial state of the model defined by the rows' steps. */
  readonly initialState?: StateOf<Table>;
  /** Parameters that a scenario may set, each with a default. */
  readonly limits?: Shape;
};

/** A definition with its types erased: the scenario compiler passes structure, state and limits on unchanged. */
export type AnySystemDefinition = SystemParts<
  unknown,
  unknown,
  unknown,
  Readonly<Record<string, number>>,
  unknown,
  unknown
> & { readonly operations: OperationTable; readonly initialState?: unknown };
