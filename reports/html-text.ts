import { visibleText } from "./visible-text.ts";

/** Text as it may stand in HTML, between tags or in an attribute. */
export function escaped(text: string): string {
  return visibleText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
