import type { Address } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";

/**
 * The members of a linked list in memory at rest, from the first after `head` to the last before `end`. In a torn list,
 * up to the link that leads back to a member.
 */
export function chainOf(
  words: Int32Array,
  head: Address,
  next: (member: Address) => Address,
  end: Address,
): readonly Address[] {
  const members = new Set<Address>();
  let at = wordAt(words, head);
  while (at !== end && at > 0 && at < words.length && !members.has(at)) {
    members.add(at);
    at = wordAt(words, next(at));
  }
  return [...members];
}
