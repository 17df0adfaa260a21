/** The names of event types, in Jepsen and elsewhere. */
import { nameOf } from "../recorded-value.ts";

/** fail: it did not take effect. info: unknown. */
export type EventType = "invoke" | "ok" | "fail" | "info";

const JEPSEN_TYPES: ReadonlyMap<string, EventType> = new Map(
  (["invoke", "ok", "fail", "info"] as const).map((type) => [type, type] as const),
);

const TYPES: ReadonlyMap<string, EventType> = new Map([
  ...JEPSEN_TYPES,
  ...["invocation", "call", "start", "begin", "request"].map((name) => [name, "invoke"] as const),
  ...["return", "response", "respond", "end", "complete", "completed", "success"].map((name) => [name, "ok"] as const),
  ...["failed", "failure"].map((name) => [name, "fail"] as const),
  ...["unknown", "timeout", "crash", "crashed"].map((name) => [name, "info"] as const),
]);

/** The type of an event by one of Jepsen's names. */
export function jepsenTypeOf(value: unknown): EventType | undefined {
  const name = nameOf(value);
  return name === undefined ? undefined : JEPSEN_TYPES.get(name);
}

/** The type of an event by one of Jepsen's names, or a synonym, in any case. */
export function eventTypeOf(value: unknown): EventType | undefined {
  const name = nameOf(value);
  return name === undefined ? undefined : TYPES.get(name.toLowerCase());
}
