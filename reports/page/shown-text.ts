import { visibleText } from "../visible-text.ts";

/** Characters of one text that the page shows, unless it is asked for another number. */
const CHARACTERS_MAX = 2_000;

/** Text from a file as it may stand on the page: nothing in it acts, and it has an end, however long the file's was. */
export function shownText(text: string, charactersMax: number = CHARACTERS_MAX): string {
  if (text.length <= charactersMax) return visibleText(text);
  return `${visibleText(text.slice(0, charactersMax))}… and ${text.length - charactersMax} more characters`;
}
