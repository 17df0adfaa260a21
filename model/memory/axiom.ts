/** The demands of a memory model on an execution, and its warnings. */

export interface Axiom<Name extends string = string> {
  readonly name: string;
  readonly kind: "acyclic" | "irreflexive" | "empty";
  /** The relation it constrains. */
  readonly relation: Name;
  /** The axiom in words, for the reader of a verdict. */
  readonly statement: string;
}

/** A warning about the program, raised by an allowed execution in which the relation has a pair. */
export interface Flag<Name extends string = string> {
  readonly name: string;
  readonly relation: Name;
}
