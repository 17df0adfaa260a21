/**
 * EDN histories: one vector or list of maps over any number of lines, or one map after another, each with or without a
 * tag (`#jepsen.history.Op{…}`).
 */
import { Literal } from "#model/literal.ts";
import type { BracketSyntax } from "./element-splitter.ts";
import { EdnError, ednValue, taggedMapAt } from "./edn-value.ts";
import { excerpt, HistoryFileError } from "../record.ts";
import type { EventLanguage } from "./event-record.ts";
import { jepsenFields } from "./record-fields.ts";
import type { RecordFields } from "./record-fields.ts";

export const EDN: BracketSyntax = {
  language: "EDN",
  opens: "{#",
  example: "map such as {:process 0, :type :invoke, …}",
};

export const EDN_EVENTS: EventLanguage = { mark: (name) => `:${name}`, types: "jepsen", times: "may-fall" };

/**
 * The fields of one map; undefined for one that is discarded by `#_`.
 *
 * @throws HistoryFileError if it is not a map
 */
export function ednFields(text: string, file: string, line: number): RecordFields | undefined {
  if (/^#_\s*(?:#[^\s{]+\s*)?\{/.test(text)) return undefined;
  const from = text.startsWith("#") && !text.startsWith("#_") ? taggedMapAt(text) : 0;
  if (from === undefined)
    throw new HistoryFileError(file, line, `expected a map with or without a tag, found "${excerpt(text)}"`);
  let map: unknown;
  try {
    map = ednValue(text.slice(from));
  } catch (error) {
    if (!(error instanceof EdnError)) throw error;
    throw new HistoryFileError(
      file,
      line + linesBefore(text, from + error.at),
      `expected an EDN map: ${error.message}`,
    );
  }
  if (!(map instanceof Map)) throw new HistoryFileError(file, line, `expected an EDN map, found "${excerpt(text)}"`);
  const values: ReadonlyMap<unknown, unknown> = map;
  // Keys may be strings.
  return jepsenFields((name) => {
    const keyword = Literal.of(`:${name}`);
    return values.has(keyword) ? values.get(keyword) : values.get(name);
  });
}

function linesBefore(text: string, at: number): number {
  let lines = 0;
  for (let place = text.indexOf("\n"); place !== -1 && place < at; place = text.indexOf("\n", place + 1)) lines += 1;
  return lines;
}
