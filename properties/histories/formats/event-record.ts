/** Records of events: each invokes or ends an operation. */
import { eventTypeOf, jepsenTypeOf } from "./event-types.ts";
import type { RecordedEvent } from "./recorded-event.ts";
import { HistoryFileError } from "../record.ts";
import { outputOf, clientOf, functionOf, isTransaction, keyField, saysError } from "./record-fields.ts";
import type { RecordFields } from "./record-fields.ts";
import { foundText, nameOf } from "../recorded-value.ts";

/** The client of histories that name none: their operations are sequential. */
const ONE_CLIENT = "nil";

/** A language's names of fields and types, and how strict its histories are. */
export interface EventLanguage {
  /** `:process` in EDN, `"process"` in JSON. */
  readonly mark: (name: string) => string;
  readonly types: "jepsen" | "any";
  /**
   * Must times not decrease where there is no index? Jepsen's decrease a little now and then, as they are taken before
   * events are written.
   */
  readonly times: "must-not-fall" | "may-fall";
}

/**
 * Reads events by their fields, and detects events that are not in the order in which they happened.
 *
 * @param describe the record, for messages
 * @throws HistoryFileError, from the reader, at a record that is no event
 */
export function createEventReader(
  file: string,
  { mark, types, times }: EventLanguage,
): (fields: RecordFields, line: number, describe: () => string) => RecordedEvent {
  let lastIndex: number | bigint | undefined;
  let lastTime: number | bigint | undefined;
  let lastLine = 0;
  let namesClients: boolean | undefined;
  const typeOf = types === "jepsen" ? jepsenTypeOf : eventTypeOf;

  function checkOrder({ index, time }: RecordFields, line: number): void {
    if (isNumber(index)) {
      if (lastIndex !== undefined && index <= lastIndex)
        throw new HistoryFileError(
          file,
          line,
          `expected an index above ${lastIndex} of line ${lastLine}, ` +
            `found ${index}; events must stand in the order in which they happened`,
        );
      lastIndex = index;
    } else if (times === "must-not-fall" && isNumber(time)) {
      if (lastTime !== undefined && time < lastTime)
        throw new HistoryFileError(
          file,
          line,
          `expected a time of at least ${lastTime} of line ${lastLine}, ` +
            `found ${time}; events must stand in the order in which they happened`,
        );
      lastTime = time;
    }
    lastLine = line;
  }

  /** Elle's examples are transactions without a process: either all events name one, or none. */
  function clientIn({ client, index, f, value }: RecordFields): number | string | undefined {
    namesClients ??= client !== undefined;
    if (namesClients) return clientOf(client);
    return client === undefined && (isNumber(index) || (f === undefined && isTransaction(value)))
      ? ONE_CLIENT
      : undefined;
  }

  return (fields, line, describe) => {
    const fail = (what: string): never => {
      throw new HistoryFileError(file, line, what);
    };
    const client = clientIn(fields);
    if (client === undefined)
      return fail(
        fields.client === undefined
          ? `expected ${mark("process")} in the map, found "${describe()}"`
          : `expected ${namesClients === true ? "a number or a name" : "nothing, as before,"} ` +
              `as ${mark("process")}, found "${foundText(fields.client)}"`,
      );
    const type = typeOf(fields.type);
    if (type === undefined)
      return fail(
        `expected ${mark("type")} ${["invoke", "ok", "fail"].map(mark).join(", ")} or ${mark("info")}, ` +
          `found "${nameOf(fields.type) ?? foundText(fields.type)}"`,
      );
    const f = functionOf(fields);
    if (f === undefined)
      return fail(`expected ${mark("f")} with the name of a function, found "${foundText(fields.f)}"`);
    if (type === "ok" && types === "any" && saysError(fields))
      return fail(
        `expected ${mark("type")} fail (it did not take effect) or info (nobody knows) with an error, found ok`,
      );
    checkOrder(fields, line);
    const { argument = fields.value } = fields;
    return { type, client, f, key: keyField(fields), value: type === "invoke" ? argument : outputOf(fields), line };
  };
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}
