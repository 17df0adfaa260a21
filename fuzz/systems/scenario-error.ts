/** A scenario asks for what its system does not have, or cannot do. The message is one line that names the part. */
export class ScenarioError extends RangeError {
  override readonly name = "ScenarioError";
}
