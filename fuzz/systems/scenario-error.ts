import { InputError } from "#fuzz/host/input-error.ts";

/**
 * A scenario that is invalid for its system: an unknown operation, initial operations that the model does not allow,
 * more threads than it can distinguish. Shrinking skips such a scenario.
 */
export class ScenarioError extends InputError {
  override readonly name = "ScenarioError";
}
