/**
 * Histories as tables: comma, semicolon or tab, with a header that names the columns. A row is an event (client, type,
 * function, value) or an operation (client, function, argument, output, call, return).
 *
 * Fields have no types: a field that reads as a number, true, false, nil, or JSON or EDN in brackets or quotes has that
 * value, and an empty one is nil. All others are strings.
 */
import { CsvError, parse } from "csv-parse/sync";
import { exactNumber } from "#model/exact-number.ts";
import { EdnError, ednValue } from "./edn-value.ts";
import { exactJson } from "./exact-json.ts";
import { excerpt, HistoryFileError } from "../record.ts";
import { fieldOf, fieldsOf, namesOf } from "./record-fields.ts";
import type { Field, RecordFields } from "./record-fields.ts";

/** The separator of a header's columns; undefined for a line that is no header. */
export function delimiterOf(header: string): string | undefined {
  for (const delimiter of [",", ";", "\t"]) {
    const fields = new Set(header.split(delimiter).map((name) => fieldOf(name.replaceAll('"', "").trim())));
    if (fields.has("client") && (fields.has("type") || fields.has("call"))) return delimiter;
  }
  return undefined;
}

export interface CsvReceiver {
  /** Called first, with the kind of the rows. */
  header(rows: "events" | "operations"): void;
  row(fields: RecordFields, line: number, describe: () => string): void;
}

/** @throws HistoryFileError at a header without the columns that a history needs, and at a row that does not fit it */
export function readCsv(text: string, delimiter: string, file: string, receiver: CsvReceiver): void {
  let names: readonly string[] | undefined;
  try {
    parse(text, {
      delimiter,
      skip_empty_lines: true,
      trim: delimiter !== "\t",
      on_record(row: readonly string[], { lines }: { readonly lines: number }) {
        if (names === undefined) {
          names = row;
          receiver.header(rowsOf(names, file, lines));
        } else receiver.row(fieldsOf(rowRecord(names, row), file, lines), lines, () => excerpt(row.join(delimiter)));
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new HistoryFileError(file, Number(error["lines"]), `expected a row of the table: ${error.message}`);
  }
}

/** The kind of the rows, from the names of the columns. */
function rowsOf(names: readonly string[], file: string, line: number): "events" | "operations" {
  const known = names.map(fieldOf).filter((field) => field !== undefined);
  const fields = new Set(known);
  const fail = (what: string): never => {
    throw new HistoryFileError(file, line, `${what}, found ${names.join(", ")}`);
  };
  const types = known.filter((field) => field === "type").length;
  // A type that is not an event's names the function.
  for (const [i, field] of known.entries())
    if (field !== "type" && known.indexOf(field) < i) fail(`expected one column for the ${field}`);
  const needed: readonly Field[] = fields.has("call") ? ["client", "call", "return"] : ["client", "type"];
  for (const field of needed) if (!fields.has(field)) fail(`expected a column ${namesOf(field)}`);
  if (!fields.has("f") && types < (fields.has("call") ? 1 : 2)) fail(`expected a column ${namesOf("f")}`);
  return fields.has("call") ? "operations" : "events";
}

function rowRecord(names: readonly string[], row: readonly string[]): Record<string, unknown> {
  const record = Object.create(null) as Record<string, unknown>;
  for (const [i, name] of names.entries()) record[name] = csvValue(row[i] ?? "");
  return record;
}

/** The value of a field: its column gives it no type. */
function csvValue(text: string): unknown {
  if (text === "" || text === "nil" || text === "null" || text === "None" || text === "NULL") return null;
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === "true";
  const first = text[0] ?? "";
  // A field with leading zeros is a name, not a number.
  if (/[-+\d]/.test(first)) return /^[-+]?0\d/.test(text) ? text : (exactNumber(text) ?? text);
  if (!/["[{(:#\\]/.test(first)) return text;
  try {
    return exactJson(text);
  } catch {
    try {
      return ednValue(text);
    } catch (error) {
      if (!(error instanceof EdnError)) throw error;
      return text;
    }
  }
}
