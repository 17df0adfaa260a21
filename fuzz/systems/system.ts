import type { Arbitrary } from "fast-check";
import type { z, ZodType } from "zod";
import type { Program } from "#fuzz/machine/program.ts";
import type { ChecksOff } from "./checks-off.ts";
import type { Scenario } from "./scenario.ts";
import type { SmallScope } from "./small-scope.ts";

/** Where a system's model and implementation are, from the root of its project. */
export interface SystemSources {
  readonly model: string;
  readonly implementation: string;
}

/**
 * A structure that can be verified: its operations, and the compilation of its scenarios to programs for the machine.
 * Made by `defineSystem`.
 *
 * Any subset of a scenario's operations, in the given order, must be a scenario too: an operation that has nothing to
 * work on (a release of a reference that was never taken) does nothing. Shrinking drops operations.
 */
export interface System<Operation = unknown> {
  readonly name: string;
  /** One-line description. */
  readonly about: string;
  /** Absolute path of the module that defines it; absent if unknown. */
  readonly module?: string;
  readonly sources?: SystemSources;
  readonly operationSchema: ZodType<Operation>;
  /** The parameters that a scenario may set, all numbers, each with a default. */
  readonly limitsSchema: z.ZodObject;
  /** Limits for generated scenarios. */
  readonly limits: Arbitrary<Readonly<Record<string, number>>>;
  /** Operations for generated scenarios. Few keys, small numbers: threads should meet. */
  readonly operations: Arbitrary<Operation>;
  /** Generators of conformance scenarios; absent if the system has only its declared scenarios. */
  readonly conformance?: {
    /** Operations of long sequences: values over their whole ranges. */
    readonly sequential: Arbitrary<Operation>;
    /** Operations of threads that should meet. */
    readonly concurrent: Arbitrary<Operation>;
    /** Operations that lead to the initial state of those threads; absent where none may. */
    readonly initial?: Arbitrary<Operation>;
    /** The operations that follow these: they release everything held, and let time pass until nothing may remain. */
    closing(operations: readonly Operation[]): readonly Operation[];
    /** The operations of one thread, redirected to references that it may hold by then. */
    leadToHeld(operations: readonly Operation[]): readonly Operation[];
    /** Maximum number of operations of a sequence, not counting those of `closing`. */
    readonly sequenceMax: number;
  };
  /** The scenarios. */
  readonly scenarios: readonly Scenario<Operation>[];
  /** Checks that are switched off, with their reasons. */
  readonly without?: ChecksOff;
  /** The scope of certificates; a system without it has none. */
  readonly smallScope?: SmallScope<Operation>;
  /** May the operation be an initial one? */
  isInitial(operation: Operation): boolean;
  /** An operation as readable text. */
  operationText(operation: Operation): string;
  /**
   * @param scenario one that `parseScenario` has checked
   * @throws ScenarioError if the scenario requests something that the system cannot do
   */
  compile(scenario: Scenario<Operation>): Program;
}
