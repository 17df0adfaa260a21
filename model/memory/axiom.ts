/** What a memory model demands of an execution, and what it warns of. */

export interface Axiom<Name extends string = string> {
  readonly name: string;
  readonly kind: "acyclic" | "irreflexive" | "empty";
  /** The relation it is about. */
  readonly relation: Name;
  /** What it says, for the reader of a verdict. */
  readonly says: string;
}

/** A warning about the program, raised by an allowed execution in which the relation has a pair. */
export interface Flag<Name extends string = string> {
  readonly name: string;
  readonly relation: Name;
}
