import { visibleText } from "./visible-text.ts";

/** Text escaped for HTML, between tags or in an attribute. */
export function escaped(text: string): string {
  return visibleText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
