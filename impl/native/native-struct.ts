/**
 * Structs on real threads. Replaces memory/struct.ts: rare fields are stored apart, at twice the address of their
 * object, where native-heap.ts reserves room for them. So the objects of a slab, without their rare fields, lie closer
 * together, and a search fetches fewer cache lines.
 */
import type { Address } from "../memory/access.ts";
import { type Fields, struct as simulatedStruct, type Struct } from "../memory/struct.ts";

export type { Fields, Struct, StructLayout } from "../memory/struct.ts";

/** The rare fields of the object at `address` begin at `RARE_FACTOR * address`. */
export const RARE_FACTOR = 2;

/** @throws RangeError if a field has no words, or takes a name of `StructLayout` */
export function struct<const F extends Fields, const R extends Fields = {}>(
  structName: string,
  fields: F,
  rare?: R,
): Struct<F & R> {
  const whole = simulatedStruct(structName, fields, rare);
  if (rare === undefined) return whole;
  const { words } = simulatedStruct(structName, fields);
  const apart = simulatedStruct<Fields>(structName, rare);
  const accessors = Object.keys(rare).map((field) => {
    const offset = Number(apart[field]?.(0));
    return [field, (base: Address) => RARE_FACTOR * base + offset] as const;
  });
  return { ...whole, ...Object.fromEntries(accessors), words };
}
