import type { Address } from "./access.ts";

/** The word at an address, 0 where there is none. For rows and tables of int32s too. */
export function wordAt(words: Int32Array, address: Address): number {
  return words[address] ?? 0;
}
