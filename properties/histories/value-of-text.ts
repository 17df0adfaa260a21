import { EdnError, ednValue } from "./formats/edn-value.ts";
import { exactJson } from "./formats/exact-json.ts";

/** The value of a text in JSON, or else in EDN, with every digit: `null`, `"a"`, `:a`; undefined if it has none. */
export function valueOfText(text: string): unknown {
  try {
    return exactJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  try {
    return ednValue(text);
  } catch (error) {
    if (!(error instanceof EdnError)) throw error;
    return undefined;
  }
}
