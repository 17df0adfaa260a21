/** The reading of recorded operations by queues, stacks, deques and priority queues. */
import type { ContainerOperation } from "#model/objects/containers.ts";
import type { DequeOperation } from "#model/objects/deque.ts";
import type { DoubleEndedPriorityQueueOperation } from "#model/objects/double-ended-priority-queue.ts";
import type { Scalar } from "#model/object-shape.ts";
import { acknowledged, resultOf, expected, plainName, strayArgument, unknownFunction } from "./meaning.ts";
import type { RecordedCall, MeaningOr, Reading } from "./meaning.ts";
import { scalarOf } from "../recorded-value.ts";

/** The kind of operation that each function is, by its plain name. */
type Kinds<Kind extends string> = ReadonlyMap<string, Kind>;

function kinds<Kind extends string>(names: Readonly<Record<Kind, readonly string[]>>): Kinds<Kind> {
  return new Map(
    Object.entries<readonly string[]>(names).flatMap(([kind, each]) => each.map((name) => [name, kind as Kind])),
  );
}

const PUSH = ["push", "enqueue", "insert", "offer", "add", "put"];
const POP = ["pop", "dequeue", "poll", "take"];
const POP_MIN = ["popmin", "extractmin", "deletemin", "removemin", "pollmin", "pollfirst"];
const POP_MAX = ["popmax", "extractmax", "deletemax", "removemax", "pollmax", "polllast"];

const CONTAINER = kinds({ push: PUSH, pop: POP });
const PRIORITY_QUEUE = kinds({ push: PUSH, pop: [...POP, ...POP_MIN] });
const DOUBLE_ENDED = kinds({ push: PUSH, "pop-min": POP_MIN, "pop-max": POP_MAX });
const DEQUE = kinds({
  "push-front": ["pushfront", "addfirst", "offerfirst", "pushleft", "appendleft", "lpush", "unshift"],
  "push-back": ["pushback", "addlast", "offerlast", "pushright", "append", "rpush"],
  "pop-front": ["popfront", "removefirst", "pollfirst", "popleft", "lpop", "shift"],
  "pop-back": ["popback", "removelast", "polllast", "popright", "rpop"],
});

/** The number of values that a function takes: no two containers use one name differently. */
export function containerValues(f: string): 0 | 1 {
  const name = plainName(f);
  return [CONTAINER, PRIORITY_QUEUE, DOUBLE_ENDED, DEQUE].some((each) => each.get(name)?.startsWith("pop")) ? 0 : 1;
}

export function containerMeaning(call: RecordedCall, reading: Reading): MeaningOr<ContainerOperation, Scalar> {
  return endedMeaning(call, reading, CONTAINER.get(plainName(call.f)), "push (enqueue, insert), pop (dequeue)");
}

export function priorityQueueMeaning(call: RecordedCall, reading: Reading): MeaningOr<ContainerOperation, Scalar> {
  return endedMeaning(call, reading, PRIORITY_QUEUE.get(plainName(call.f)), "push (enqueue, insert), pop (dequeue)");
}

export function doubleEndedMeaning(
  call: RecordedCall,
  reading: Reading,
): MeaningOr<DoubleEndedPriorityQueueOperation, Scalar> {
  return endedMeaning(call, reading, DOUBLE_ENDED.get(plainName(call.f)), "push (insert), pop-min, pop-max");
}

export function dequeMeaning(call: RecordedCall, reading: Reading): MeaningOr<DequeOperation, Scalar> {
  const known = "push-front (addFirst), push-back (addLast), pop-front (removeFirst), pop-back (removeLast)";
  return endedMeaning(call, reading, DEQUE.get(plainName(call.f)), known);
}

type EndedOperation<Kind extends string> =
  | { readonly kind: Extract<Kind, `push${string}`>; readonly value: Scalar }
  | { readonly kind: Exclude<Kind, `push${string}`> };

function endedMeaning<Kind extends string>(
  call: RecordedCall,
  reading: Reading,
  kind: Kind | undefined,
  known: string,
): MeaningOr<EndedOperation<Kind>, Scalar> {
  if (kind === undefined) return unknownFunction(call.f, known);
  return isPush(kind)
    ? pushMeaning(call, reading, kind)
    : popMeaning(call, reading, kind as Exclude<Kind, `push${string}`>);
}

function isPush<Kind extends string>(kind: Kind): kind is Extract<Kind, `push${string}`> {
  return kind.startsWith("push");
}

function pushMeaning<Kind extends string>(
  call: RecordedCall,
  reading: Reading,
  kind: Kind,
): MeaningOr<{ readonly kind: Kind; readonly value: Scalar }, Scalar> {
  const value = scalarOf(call.argument);
  if (value === undefined || value === null) return expected("a value to push", call.argument);
  const ending = call.isPending ? "done" : acknowledged(call, reading);
  if (typeof ending === "object") return ending;
  // Without a capacity it is unknown when a push may be refused.
  if (ending === "refused")
    return reading.capacity === undefined ? "refused" : { operation: { kind, value }, response: false };
  return { operation: { kind, value }, response: null };
}

function popMeaning<Kind extends string>(
  call: RecordedCall,
  reading: Reading,
  kind: Kind,
): MeaningOr<{ readonly kind: Kind }, Scalar> {
  // nil is the response of a pop that found nothing, in every format.
  const popped = call.output === null ? { result: null } : resultOf(call, reading);
  if ("fault" in popped) return popped;
  const response = scalarOf(popped.result);
  if (popped.result !== undefined && response === undefined)
    return expected("a scalar or nothing as the value popped", popped.result);
  if (response === false) return expected("the value popped, or null for none", false);
  return strayArgument(call, reading) ?? { operation: { kind }, response };
}
