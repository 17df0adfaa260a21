import { distance } from "fastest-levenshtein";
import { visibleText } from "#reports/visible-text.ts";

/** Names that are listed at most: more would hide the message. */
const LISTED_MAX = 10;

/** Names that are offered in place of one that is not there. */
const OFFERED_MAX = 3;

/**
 * Reports that nothing has that name, and what the caller may have meant: names that differ in a few letters or contain
 * it; otherwise the known names.
 *
 * @param kind of thing, as in `no scenario "x"`
 * @param known in the order in which they are to be listed
 * @param listed which command prints them all, where there is one
 */
export function unknownName(kind: string, word: string, known: readonly string[], listed?: string): string {
  return `no ${kind} "${visibleText(word)}"; ${knownNames(word, known, listed)}`;
}

/** What `unknownName` says behind the semicolon. */
export function knownNames(word: string, known: readonly string[], listed?: string): string {
  const close = closeNames(word, known);
  if (close.length > 0) return `did you mean ${close.map(visibleText).join(" or ")}?`;
  if (known.length === 0) return "there are none";
  const shown = known.slice(0, LISTED_MAX).map(visibleText).join(", ");
  const left = known.length - LISTED_MAX;
  const verb = known.length === 1 ? "there is" : "there are";
  if (left <= 0) return `${verb} ${shown}`;
  return `${verb} ${shown} and ${left} more${listed === undefined ? "" : `; "${listed}" prints them all`}`;
}

function closeNames(word: string, known: readonly string[]): readonly string[] {
  const typed = word.toLowerCase();
  if (typed.length < 2) return [];
  const distanceMax = Math.max(1, Math.floor(typed.length / 4));
  return known
    .map((name) => {
      const other = name.toLowerCase();
      // A part of a name, such as "creators" of "peers-two-creators", counts as almost right.
      const isPart = typed.length > 2 && other.includes(typed);
      return { name, apart: isPart ? distanceMax : distance(typed, other) };
    })
    .filter(({ apart }) => apart <= distanceMax)
    .toSorted((one, other) => one.apart - other.apart)
    .slice(0, OFFERED_MAX)
    .map(({ name }) => name);
}
