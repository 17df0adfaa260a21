/** The reading of recorded operations by queues, stacks, deques and priority queues. */
import type { ContainerOperation } from "#model/objects/containers.ts";
import type { DequeOperation } from "#model/objects/deque.ts";
import type { DoubleEndedPriorityQueueOperation } from "#model/objects/double-ended-priority-queue.ts";
import type { Scalar } from "#model/object-shape.ts";
import { acknowledged, answerOf, expected, plainName, strayArgument, unknownFunction } from "./meaning.ts";
import type { Asked, MeaningOr, Reading } from "./meaning.ts";
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

export function containerMeaning(asked: Asked, reading: Reading): MeaningOr<ContainerOperation, Scalar> {
  return endedMeaning(asked, reading, CONTAINER.get(plainName(asked.f)), "push (enqueue, insert), pop (dequeue)");
}

export function priorityQueueMeaning(asked: Asked, reading: Reading): MeaningOr<ContainerOperation, Scalar> {
  return endedMeaning(asked, reading, PRIORITY_QUEUE.get(plainName(asked.f)), "push (enqueue, insert), pop (dequeue)");
}

export function doubleEndedMeaning(
  asked: Asked,
  reading: Reading,
): MeaningOr<DoubleEndedPriorityQueueOperation, Scalar> {
  return endedMeaning(asked, reading, DOUBLE_ENDED.get(plainName(asked.f)), "push (insert), pop-min, pop-max");
}

export function dequeMeaning(asked: Asked, reading: Reading): MeaningOr<DequeOperation, Scalar> {
  const known = "push-front (addFirst), push-back (addLast), pop-front (removeFirst), pop-back (removeLast)";
  return endedMeaning(asked, reading, DEQUE.get(plainName(asked.f)), known);
}

type EndedOperation<Kind extends string> =
  | { readonly kind: Extract<Kind, `push${string}`>; readonly value: Scalar }
  | { readonly kind: Exclude<Kind, `push${string}`> };

function endedMeaning<Kind extends string>(
  asked: Asked,
  reading: Reading,
  kind: Kind | undefined,
  known: string,
): MeaningOr<EndedOperation<Kind>, Scalar> {
  if (kind === undefined) return unknownFunction(asked.f, known);
  return isPush(kind)
    ? pushMeaning(asked, reading, kind)
    : popMeaning(asked, reading, kind as Exclude<Kind, `push${string}`>);
}

function isPush<Kind extends string>(kind: Kind): kind is Extract<Kind, `push${string}`> {
  return kind.startsWith("push");
}

function pushMeaning<Kind extends string>(
  asked: Asked,
  reading: Reading,
  kind: Kind,
): MeaningOr<{ readonly kind: Kind; readonly value: Scalar }, Scalar> {
  const value = scalarOf(asked.argument);
  if (value === undefined || value === null) return expected("a value to push", asked.argument);
  const ending = asked.isPending ? "done" : acknowledged(asked, reading);
  if (typeof ending === "object") return ending;
  // Without a capacity it is unknown when a push may be refused.
  if (ending === "refused")
    return reading.capacity === undefined ? "refused" : { operation: { kind, value }, response: false };
  return { operation: { kind, value }, response: null };
}

function popMeaning<Kind extends string>(
  asked: Asked,
  reading: Reading,
  kind: Kind,
): MeaningOr<{ readonly kind: Kind }, Scalar> {
  // nil is the response of a pop that found nothing, in every format.
  const popped = asked.output === null ? { answer: null } : answerOf(asked, reading);
  if ("fault" in popped) return popped;
  const response = scalarOf(popped.answer);
  if (popped.answer !== undefined && response === undefined)
    return expected("a scalar or nothing as the value popped", popped.answer);
  if (response === false) return expected("the value popped, or null for none", false);
  return strayArgument(asked, reading) ?? { operation: { kind }, response };
}
