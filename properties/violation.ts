import type { Address } from "#impl/memory/access.ts";

/** A violation: something an execution did and must never do. */
export interface Violation {
  /** The name of the violated property, such as `memory-safety`. */
  readonly property: string;
  /** One clause: `write to peer#2.dtime after it was freed`. */
  readonly because: string;
  /** The word or lock concerned, `NIL` if none is. */
  readonly address: Address;
}
