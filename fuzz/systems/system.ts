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
 * A structure that can be verified: its operations, and how a scenario of it becomes a program for the machine. Made by
 * `defineSystem`.
 *
 * Any subset of a scenario's operations, in the order given, must be a scenario too: an operation that has nothing to work
 * on (a release of a reference that was never taken) does nothing. Shrinking drops operations.
 */
export interface System<Operation = unknown> {
  readonly name: string;
  /** One line on what it is. */
  readonly about: string;
  /** Absolute path of the module that defines it; absent where that is not known. */
  readonly module?: string;
  readonly sources?: SystemSources;
  readonly operationSchema: ZodType<Operation>;
  /** The parameters that a scenario may set, all numbers, each with a default. */
  readonly limitsSchema: z.ZodObject;
  /** Limits for generated scenarios. */
  readonly limits: Arbitrary<Readonly<Record<string, number>>>;
  /** Operations for generated scenarios. Few keys, small numbers: threads should meet. */
  readonly operations: Arbitrary<Operation>;
  /** What scenarios for conformance are made of; absent where its scenarios are all there is. */
  readonly conformance?: {
    /** Operations of long sequences: values over their whole ranges. */
    readonly sequential: Arbitrary<Operation>;
    /** Operations of threads that should meet. */
    readonly concurrent: Arbitrary<Operation>;
    /** Operations that lead to the state in which those threads begin; absent where none may. */
    readonly initial?: Arbitrary<Operation>;
    /** After these operations, all that gives back what is held and lets time pass until nothing need be there. */
    closing(operations: readonly Operation[]): readonly Operation[];
    /** The operations of one thread, led to references that it may hold by then. */
    leadToHeld(operations: readonly Operation[]): readonly Operation[];
    /** Operations of a sequence, those of `closing` not counted. */
    readonly sequenceMax: number;
  };
  /** What is tried. */
  readonly scenarios: readonly Scenario<Operation>[];
  /** Checks that are switched off, with the reasons. */
  readonly without?: ChecksOff;
  /** What certificates enumerate; a system without it has none. */
  readonly smallScope?: SmallScope<Operation>;
  /** May the operation be an initial one? */
  isInitial(operation: Operation): boolean;
  /** An operation as a person reads it. */
  operationText(operation: Operation): string;
  /**
   * @param scenario one that `parseScenario` has checked
   * @throws ScenarioError if the scenario asks for what the system cannot do
   */
  compile(scenario: Scenario<Operation>): Program;
}
