/** Records of operations: each has the times of its call and its return. */
import { eventTypeOf } from "./event-types.ts";
import { HistoryFileError } from "../record.ts";
import type { RecordedOperation } from "../record.ts";
import { outputOf, clientOf, functionOf, keyField, namesOf, saysError } from "./record-fields.ts";
import type { RecordFields } from "./record-fields.ts";
import type { Timeline } from "./recorded-time.ts";
import { foundText } from "../recorded-value.ts";

/**
 * The operation of a record; undefined for one that did not take effect.
 *
 * @throws HistoryFileError if the record is not an operation, or does not state its outcome
 */
export function operationOf(
  fields: RecordFields,
  file: string,
  line: number,
  timeline: Timeline,
): RecordedOperation | undefined {
  const fail = (what: string): never => {
    throw new HistoryFileError(file, line, what);
  };
  const client = clientOf(fields.client);
  if (client === undefined)
    return fail(`expected a number or a name as ${namesOf("client")}, found ${foundText(fields.client)}`);
  const ending = eventTypeOf(fields.type);
  const f = functionOf(fields);
  if (f === undefined) return fail(`expected the name of a function as ${namesOf("f")}, found ${foundText(fields.f)}`);
  if (fields.type !== undefined && fields.type !== null && ending === undefined)
    return fail(`expected ok, fail or info as ${namesOf("type")}, found ${foundText(fields.type)}`);
  if (ending === "fail") return undefined;
  if (ending === undefined && saysError(fields))
    return fail(`expected type fail (it did not take effect) or info (nobody knows) with an error, found neither`);
  const invokedAt = timeline.placeOf(fields.call);
  if (invokedAt === undefined)
    return fail(`expected a time as ${namesOf("call")}, at most 2^53 from the first, found ${foundText(fields.call)}`);
  const isPending = ending === "info" || ending === "invoke" || fields.return === undefined || fields.return === null;
  const respondedAt = isPending ? undefined : timeline.placeOf(fields.return);
  if (!isPending && (respondedAt === undefined || respondedAt < invokedAt))
    return fail(
      `expected a time as ${namesOf("return")}, at least that of the call, ` +
        `${foundText(fields.call)}, found ${foundText(fields.return)}`,
    );
  const { argument = fields.value } = fields;
  return {
    client,
    f,
    key: keyField(fields),
    argument,
    output: isPending ? undefined : outputOf(fields),
    invokedAt,
    respondedAt,
    line,
  };
}
