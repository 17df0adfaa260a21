/** Takes the records of one format one by one, each as its text, and passes on operations and notes. */
import { createClientOrder } from "./client-order.ts";
import { EDN_EVENTS, ednFields } from "./edn.ts";
import { createEventReader } from "./event-record.ts";
import type { EventLanguage } from "./event-record.ts";
import { exactJson } from "./exact-json.ts";
import { FORMAT_NAMES } from "./format.ts";
import type { HistoryFormat, RecordFormat } from "./format.ts";
import { jepsenHistoryLine, jepsenLogLine } from "./jepsen-text.ts";
import type { JepsenLine } from "./jepsen-text.ts";
import { jsonLineOperation } from "./json-lines.ts";
import { operationOf } from "./operation-record.ts";
import { createPairing, unpaired } from "./pairing.ts";
import type { Pairing } from "./pairing.ts";
import { createPorcupineReader, goLine } from "./porcupine-log.ts";
import { isStruct } from "../recorded-value.ts";
import { excerpt, HistoryFileError } from "../record.ts";
import type { HistoryReceiver, RecordedNote, RecordedOperation } from "../record.ts";
import { fieldsOf, isNemesis, nemesisText } from "./record-fields.ts";
import type { RecordFields } from "./record-fields.ts";
import type { Receiver } from "./recorded-event.ts";
import { createTimeline } from "./recorded-time.ts";
import type { Timeline } from "./recorded-time.ts";

const quoted = (name: string): string => `"${name}"`;

const JEPSEN_JSON: EventLanguage = { mark: quoted, types: "jepsen", times: "may-fall" };

const JSON_EVENTS: EventLanguage = { mark: quoted, types: "any", times: "must-not-fall" };

export const CSV_EVENTS: EventLanguage = { mark: (name) => name, types: "any", times: "must-not-fall" };

/** Takes records one by one, each as its text. */
export interface RecordReader {
  add(text: string, line: number): void;
  /** @returns the number of operations that did not take effect */
  end(): number;
}

/** @throws HistoryFileError, here or from the reader, where events are required and the format has none */
export function createRecordReader(format: RecordFormat, file: string, receiver: Receiver): RecordReader {
  const timeline = createTimeline();
  switch (format) {
    case "jepsen-log":
      return createJepsenReader(file, receiver, jepsenLogLine);
    case "jepsen-history":
      return createJepsenReader(file, receiver, jepsenHistoryLine);
    case "edn": {
      const events = createEvents(file, receiver, EDN_EVENTS);
      return {
        add(text, line) {
          const fields = ednFields(text, file, line);
          if (fields !== undefined) events.add(fields, line, () => excerpt(text));
        },
        end: events.end,
      };
    }
    case "json-lines": {
      const { operation: take, note } = takesOperations(receiver, format, file);
      const checkOrder = createClientOrder(file);
      return {
        add(text, line) {
          const operation = jsonLineOperation(text, file, line, timeline);
          if (isNemesis(operation.client)) return note(nemesisNote(operation));
          checkOrder(operation);
          take(operation);
        },
        end: () => 0,
      };
    }
    case "jepsen-json":
    case "json-events": {
      const events = createEvents(file, receiver, format === "jepsen-json" ? JEPSEN_JSON : JSON_EVENTS);
      return {
        add: (text, line) => events.add(fieldsOf(jsonObject(text, file, line), file, line), line, () => excerpt(text)),
        end: events.end,
      };
    }
    case "json-operations": {
      const operations = createOperations(file, takesOperations(receiver, format, file), timeline);
      return {
        add: (text, line) =>
          operations.add(fieldsOf(jsonObject(text, file, line), file, line), line, () => excerpt(text)),
        end: operations.end,
      };
    }
    case "porcupine-json": {
      const reader = createPorcupineReader(file, timeline, takesOperations(receiver, format, file).operation);
      return {
        add: (text, line) => reader.add(jsonObject(text, file, line), line),
        end() {
          reader.end();
          return 0;
        },
      };
    }
    case "porcupine-go": {
      const reader = createPorcupineReader(file, timeline, takesOperations(receiver, format, file).operation);
      return {
        add(text, line) {
          const read = goLine(text, file, line);
          if (read.kind === "note") receiver.note({ ...read.note, at: undefined });
          else for (const record of read.records) reader.add(record, line);
        },
        end() {
          reader.end();
          return 0;
        },
      };
    }
  }
}

function createJepsenReader(
  file: string,
  receiver: Receiver,
  read: (text: string, file: string, line: number) => JepsenLine,
): RecordReader {
  const pairing = pairingFor(file, receiver);
  return {
    add(text, line) {
      const found = read(text, file, line);
      if (found.kind === "event") pairing.add(found.event);
      else receiver.note({ ...found.note, at: between(pairing) });
    },
    end() {
      pairing.end();
      return pairing.failed;
    },
  };
}

export interface FieldReader {
  add(fields: RecordFields, line: number, describe: () => string): void;
  end(): number;
}

/** Takes events by their fields. */
export function createEvents(file: string, receiver: Receiver, language: EventLanguage): FieldReader {
  const pairing = pairingFor(file, receiver);
  const eventOf = createEventReader(file, language);
  return {
    add(fields, line, describe) {
      if (isNemesis(fields.client))
        receiver.note({ kind: "nemesis", line, at: between(pairing), text: nemesisText(fields) });
      else pairing.add(eventOf(fields, line, describe));
    },
    end() {
      pairing.end();
      return pairing.failed;
    },
  };
}

/** Takes operations by their fields. */
export function createOperations(file: string, receiver: HistoryReceiver, timeline: Timeline): FieldReader {
  const checkOrder = createClientOrder(file);
  let failed = 0;
  return {
    add(fields, line) {
      if (isNemesis(fields.client))
        return receiver.note({ kind: "nemesis", line, at: timeline.placeOf(fields.call), text: nemesisText(fields) });
      const operation = operationOf(fields, file, line, timeline);
      if (operation === undefined) {
        failed += 1;
        return;
      }
      checkOrder(operation);
      receiver.operation(operation);
    },
    end: () => failed,
  };
}

function pairingFor(file: string, receiver: Receiver): Pairing {
  return "event" in receiver ? unpaired(receiver) : createPairing(file, receiver.operation);
}

/**
 * The receiver of operations for a format without events.
 *
 * @throws HistoryFileError if events are required
 */
export function takesOperations(receiver: Receiver, format: HistoryFormat, file: string): HistoryReceiver {
  if ("operation" in receiver) return receiver;
  throw new HistoryFileError(
    file,
    1,
    `expected events, such as those of EDN or of ${FORMAT_NAMES["jepsen-json"]}, found ${FORMAT_NAMES[format]}`,
  );
}

/** Between the event before and the next one. */
function between({ at }: Pairing): number {
  return at - 0.5;
}

function nemesisNote({ f, argument, invokedAt, line }: RecordedOperation): RecordedNote {
  return { kind: "nemesis", line, at: invokedAt, text: nemesisText({ f, value: argument }) };
}

function jsonObject(text: string, file: string, line: number): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = exactJson(text);
  } catch (error) {
    const why = error instanceof SyntaxError && error.message.startsWith("expected") ? `: ${error.message}` : "";
    throw new HistoryFileError(file, line, `expected a JSON object${why}, found "${excerpt(text)}"`);
  }
  if (!isStruct(value)) throw new HistoryFileError(file, line, `expected a JSON object, found "${excerpt(text)}"`);
  return value;
}
