/**
 * Circular doubly linked lists: two words, next and previous, in the head and in every member.
 *
 * A link that is in no list links to itself. One lock guards a list, all its links included; the accesses are plain.
 * Moving a member is four writes, and a reader in between finds the list torn.
 *
 * Source: Linux include/linux/list.h.
 */
import { type Access, type Address, NIL, read, write } from "../memory/access.ts";

/** Words of a link, or of a head. */
export const LINK_WORDS = 2;

/** The words of the link at `link` that hold the next and the previous link. */
export const Link = { next: (link: Address): Address => link, previous: (link: Address): Address => link + 1 } as const;

/** Initialises a head as an empty list, or a link as being in none. */
export function* initialiseLink(link: Address): Access {
  yield write(Link.next(link), link);
  yield write(Link.previous(link), link);
}

/** Puts a link that is in no list at the end of the list at `head`. */
export function* addLast(head: Address, link: Address): Access {
  const last = yield read(Link.previous(head));
  yield write(Link.next(link), head);
  yield write(Link.previous(link), last);
  yield write(Link.next(last), link);
  yield write(Link.previous(head), link);
}

/** Removes a link from its list, if it is in one. */
export function* takeOut(link: Address): Access {
  const next = yield read(Link.next(link));
  const previous = yield read(Link.previous(link));
  yield write(Link.next(previous), next);
  yield write(Link.previous(next), previous);
  yield* initialiseLink(link);
}

/** The member after `link` in the list at `head` (pass the head for the first); `NIL` after the last. */
export function* memberAfter(head: Address, link: Address): Access<Address> {
  const next = yield read(Link.next(link));
  return next === head ? NIL : next;
}
