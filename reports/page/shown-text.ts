import { visibleText } from "../visible-text.ts";

/** Most characters of a text on the page, by default. */
const CHARACTERS_MAX = 2_000;

/** Text from a file, safe for the page: without active characters, and of bounded length. */
export function shownText(text: string, charactersMax: number = CHARACTERS_MAX): string {
  if (text.length <= charactersMax) return visibleText(text);
  return `${visibleText(text.slice(0, charactersMax))}… and ${text.length - charactersMax} more characters`;
}
