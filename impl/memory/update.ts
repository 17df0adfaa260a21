/**
 * Functions from word to word that `atomicUpdate` applies, by number.
 *
 * A request is registers of numbers, so a function is identified by its number. Equal names are one function: it must
 * depend on nothing but its word and its name.
 */
type Update = (word: number) => number;

const updates: Update[] = [];
const numbers = new Map<string, number>();

/** The number of the update of that name; `update` is registered under it if the name is new. */
export function updateNumber(name: string, update: Update): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  numbers.set(name, updates.length);
  return updates.push(update) - 1;
}

/** The word that the update of that number computes from a word. @throws RangeError if there is none */
export function updated(number: number, word: number): number {
  const update = updates[number];
  if (update === undefined) throw new RangeError(`no update has the number ${number}`);
  return update(word);
}
