import type { Address } from "./access.ts";

/** The word at an address, 0 where there is none. For rows and tables of int32s too. */
export function wordAt(words: Int32Array, address: Address): number {
  return words[address] ?? 0;
}

/** The number at an index of a list or table of numbers of any kind; `otherwise` where there is none. */
export function numberAt(numbers: ArrayLike<number>, index: number, otherwise = 0): number {
  return numbers[index] ?? otherwise;
}
