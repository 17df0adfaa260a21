/**
 * Porcupine's `Operation`s and `Event`s, as JSON or as Go prints them: input and output, with the times of call and
 * return, or in the order in which calls and returns happened.
 */
import { excerpt, HistoryFileError } from "../record.ts";
import type { RecordedNote, RecordedOperation } from "../record.ts";
import { GoValueError, goLiteralAt, goPrintedStructAt } from "./go-value.ts";
import { createPairing } from "./pairing.ts";
import { porcupineInput, porcupineOutput } from "./porcupine-operation.ts";
import type { PorcupineInput } from "./porcupine-operation.ts";
import type { Timeline } from "./recorded-time.ts";
import { foundText, isStruct } from "../recorded-value.ts";

export interface PorcupineReader {
  /** Adds one `Operation` or `Event`. @throws HistoryFileError if it is neither */
  add(record: unknown, line: number): void;
  /** Calls without a return become pending. */
  end(): void;
}

/** Whether an object is a record of porcupine's, by its fields. */
export function isPorcupineRecord(record: Readonly<Record<string, unknown>>): boolean {
  return ("Kind" in record && "Value" in record) || ("Input" in record && "Call" in record);
}

/** @param onOperation called with operations in the order of the file, or of their calls where the file has events */
export function createPorcupineReader(
  file: string,
  timeline: Timeline,
  onOperation: (operation: RecordedOperation) => void,
): PorcupineReader {
  const pairing = createPairing(file, onOperation);
  const inputs = new Map<unknown, { readonly input: PorcupineInput; readonly client: number | string }>();

  function addOperation(record: Readonly<Record<string, unknown>>, line: number, fail: (what: string) => never): void {
    const input = porcupineInput(record["Input"]);
    if (typeof input === "string") return fail(input);
    const output = porcupineOutput(input.f, record["Output"]);
    if (typeof output === "string") return fail(output);
    const invokedAt = timeline.placeOf(record["Call"]);
    const respondedAt = timeline.placeOf(record["Return"]);
    if (invokedAt === undefined || respondedAt === undefined || respondedAt < invokedAt)
      return fail(
        `expected the times Call and Return, found ${foundText(record["Call"])} and ${foundText(record["Return"])}`,
      );
    onOperation({
      client: clientIn(record, fail),
      f: input.f,
      key: input.key,
      argument: input.argument,
      output: output.result,
      invokedAt,
      respondedAt,
      line,
    });
  }

  function addEvent(record: Readonly<Record<string, unknown>>, line: number, fail: (what: string) => never): void {
    const kind = record["Kind"];
    const id = record["Id"] ?? 0;
    const isCall = kind === false || kind === 0 || kind === "CallEvent";
    if (!isCall && kind !== true && kind !== 1 && kind !== "ReturnEvent")
      return fail(`expected Kind false (a call) or true (a return), found ${foundText(kind)}`);
    if (typeof id !== "number" && typeof id !== "string")
      return fail(`expected a number as Id, found ${foundText(id)}`);
    if (isCall) {
      const input = porcupineInput(record["Value"]);
      if (typeof input === "string") return fail(input);
      const client = clientIn(record, fail);
      inputs.set(id, { input, client });
      const { f, key, argument } = input;
      return pairing.add({ type: "invoke", client, call: id, f, key, value: argument, line });
    }
    const called = inputs.get(id);
    if (called === undefined) return fail(`expected the call of Id ${id} before its return`);
    inputs.delete(id);
    const output = porcupineOutput(called.input.f, record["Value"]);
    if (typeof output === "string") return fail(output);
    const { f, key } = called.input;
    pairing.add({ type: "ok", client: called.client, call: id, f, key, value: output.result, line });
  }

  return {
    add(record, line) {
      const fail = (what: string): never => {
        throw new HistoryFileError(file, line, what);
      };
      if (!isStruct(record) || !isPorcupineRecord(record))
        return fail(
          "expected an Operation with Input, Call, Output, Return or an Event with Kind, Value, Id, " +
            `found ${foundText(record)}`,
        );
      if ("Kind" in record) addEvent(record, line, fail);
      else addOperation(record, line, fail);
    },
    end: () => pairing.end(),
  };
}

function clientIn(record: Readonly<Record<string, unknown>>, fail: (what: string) => never): number | string {
  const client = record["ClientId"] ?? 0;
  return typeof client === "number" || typeof client === "string"
    ? client
    : fail(`expected a number as ClientId, found ${foundText(client)}`);
}

/** The prefix of a record on its line: the date and place that Go's loggers write. */
const PREFIX = /^\s*(?:\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d+)? )?(?:\s*[\w./-]+\.go:\d+: )?/;
/** Lines of source around the records, and comments. */
const AROUND = /^\s*(?:\/\/.*|(?:[\w.,\s]+:?=\s*)?\[\](?:\w+\.)?(?:Event|Operation)\{|[\])}]+,?;?)?\s*$/;
/** Other output of `go test`. */
const TEST_OUTPUT =
  /^\s*(?:=== (?:RUN|PAUSE|CONT|NAME)\b|--- (?:PASS|FAIL|SKIP):|(?:PASS|FAIL|ok|\?)(?:\s|$)|exit status \d+)/;
const RECORD = /^(?:&?(?:\w+\.)?(?:Event|Operation)\{|&?\{\s*(?:ClientId|Kind|Input)\s*:)/;

/** Whether a line belongs to the output of Go. */
export function isGoLine(text: string): boolean {
  return (
    RECORD.test(withoutPrefix(text).text) || (text.trim() !== "" && /\[\](?:\w+\.)?(?:Event|Operation)\{/.test(text))
  );
}

/**
 * The records on a line of Go's output or source; a note for a known line without any.
 *
 * @throws HistoryFileError at any other line
 */
export function goLine(
  text: string,
  file: string,
  line: number,
):
  | { readonly kind: "records"; readonly records: readonly unknown[] }
  | { readonly kind: "note"; readonly note: Omit<RecordedNote, "at"> } {
  if (AROUND.test(text)) return { kind: "records", records: [] };
  if (TEST_OUTPUT.test(text)) return { kind: "note", note: { kind: "log", line, text: text.trim() } };
  const { text: rest, isSlice } = withoutPrefix(text);
  const records: unknown[] = [];
  try {
    let at = 0;
    while (at < rest.length) {
      const behind = /^(?:[\s,]|\/\/.*)*/.exec(rest.slice(at, at + 10_000))?.[0].length ?? 0;
      at += behind;
      if (isSlice && /^[\]}],?\s*$/.test(rest.slice(at, at + 10))) return { kind: "records", records };
      if (at >= rest.length) break;
      if (!RECORD.test(rest.slice(at, at + 200)))
        throw new GoValueError(
          "expected an Event or an Operation, as %+v prints it or as it stands in source, " +
            `found "${excerpt(rest.slice(at))}"`,
        );
      const { value, end } = isPrinted(rest, at) ? goPrintedStructAt(rest, at) : goLiteralAt(rest, at);
      records.push(value);
      at = end;
    }
  } catch (error) {
    if (!(error instanceof GoValueError)) throw error;
    throw new HistoryFileError(file, line, error.message);
  }
  if (isSlice) throw new HistoryFileError(file, line, 'expected "]" at the end of the line');
  return { kind: "records", records };
}

/** `%+v` writes no comma after the first field. */
function isPrinted(text: string, at: number): boolean {
  return /^&?\{(?:ClientId|Kind):\S+ |^&?\{Input:/.test(text.slice(at, at + 200));
}

function withoutPrefix(text: string): { readonly text: string; readonly isSlice: boolean } {
  const rest = text.slice(PREFIX.exec(text)?.[0].length ?? 0);
  const slice = /^(?:[\w.,\s]+:?=\s*)?(?:\[\](?:\w+\.)?(?:Event|Operation)\{|\[(?=&?\{))/.exec(rest);
  return { text: rest.slice(slice?.[0].length ?? 0), isSlice: slice !== null };
}
