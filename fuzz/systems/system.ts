import type { Arbitrary } from "fast-check";
import type { ZodType } from "zod";
import type { Program } from "#fuzz/machine/program.ts";
import type { Scenario } from "./scenario.ts";
import type { SmallScope } from "./small-scope.ts";

/**
 * A structure that can be verified: what may be asked of it, and how a scenario of it becomes a program for the
 * machine.
 *
 * Any subset of a scenario's operations, in the order given, must be a scenario too: an operation that has nothing to
 * work on (a release of what was never taken) does nothing. Shrinking drops operations.
 */
export interface System<Operation = unknown> {
  readonly name: string;
  /** One line on what it is. */
  readonly about: string;
  readonly operationSchema: ZodType<Operation>;
  /** The parameters a scenario may set, all numbers, each with a default. */
  readonly limitsSchema: ZodType;
  /** Operations for generated scenarios. Small addresses, small numbers: threads should meet. */
  readonly operations: Arbitrary<Operation>;
  /** What is checked of it besides the machine's own checks: property names as in verdicts. */
  readonly properties: readonly string[];
  /** What certificates enumerate; a system without it has none. */
  readonly smallScope?: SmallScope<Operation>;
  /**
   * @param scenario one that `parseScenario` has checked
   * @throws ScenarioError if the scenario asks for what the system cannot do
   */
  compile(scenario: Scenario<Operation>): Program;
}
