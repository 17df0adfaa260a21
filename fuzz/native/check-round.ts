/** Checks after a round of stress, when no thread uses the pool. */
import { createPeerRecordModel, type PeerRecordState } from "#model/peers/peer-record.ts";
import { check } from "#properties/linearizability/check.ts";
import { startingInAny, statesAfter } from "#properties/linearizability/settled.ts";
import type { PeerPoolStats } from "#impl/native/peers.ts";
import type { StressOperation } from "./stress-log.ts";
import { historiesByAddress } from "./stress-log.ts";
import type { LibraryPool } from "./translated.ts";

export interface StressViolation {
  readonly property:
    | "linearizability"
    | "avl"
    | "refcount"
    | "lock-is-free"
    | "memory-safety"
    | "leak"
    | "answer"
    | "progress";
  readonly because: string;
  /** The operations that no order explains, as few as were found. */
  readonly history?: readonly StressOperation[];
  /** The states in which it may begin, if the pool was not empty: record, holders, next identifier. */
  readonly startsIn?: readonly string[];
}

const CONFIGURATIONS_MAX = 500_000;

const SETTLED_MIN = 20_000;

/** The pool's description is at its head, and must not have been overwritten. */
export function checkHead(attach: () => unknown): StressViolation | undefined {
  try {
    attach();
  } catch (error) {
    return { property: "memory-safety", because: `the pool can no longer be attached to: ${String(error)}` };
  }
  return undefined;
}

/** The pool's response, or the violation that it throws instead. */
function responseOf<T extends object>(ask: () => T): T | StressViolation {
  try {
    return ask();
  } catch (error) {
    return { property: "answer", because: `at rest, an operation throws ${String(error)}` };
  }
}

/** Longest time until everything hidden is free again. */
const EMPTIED_MS = 5_000;

/** Hides all peers, none of which is held: a pool that is used now and then frees them soon, each once. */
export async function checkEmptied(
  pool: Pick<LibraryPool, "invalidate" | "stats">,
  waitMs: number = EMPTIED_MS,
): Promise<StressViolation | undefined> {
  const until = performance.now() + waitMs;
  const stats = (): PeerPoolStats => pool.stats();
  const hide = (): PeerPoolStats => {
    pool.invalidate();
    return stats();
  };
  for (let ask = hide; ; ask = stats) {
    const found = responseOf(ask);
    if ("property" in found) return found;
    const { inUse, reclaiming } = found;
    if (inUse === 0 && reclaiming === 0) return undefined;
    if (inUse < 0 || performance.now() >= until)
      return {
        property: "leak",
        because: `all peers were hidden, nobody holds one, and ${inUse} are in use, with ${reclaiming} to be reclaimed`,
      };
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export interface RoundHistories {
  readonly logs: readonly Int32Array[];
  readonly addresses: number;
  /** Whether the pool may have collected peers that nobody held. */
  readonly collects: boolean;
  /** The first identifier of an address. */
  firstIdentifier(address: number): number;
  /** Most configurations of one search; an address's history needs few. */
  readonly configurationsMax?: number;
  /** Fewest operations on an address that are collected before they are settled, if none is open. */
  readonly settledMin?: number;
}

/** Finds the first address whose history no order explains. Holds the unsettled history of one address at a time. */
export function checkHistories({
  logs,
  addresses,
  collects,
  firstIdentifier,
  configurationsMax = CONFIGURATIONS_MAX,
  settledMin = SETTLED_MIN,
}: RoundHistories): StressViolation | undefined {
  for (const [address, history] of historiesByAddress(logs, addresses)) {
    const model = createPeerRecordModel({ collects, firstIdentifier: firstIdentifier(address) & 0xffff });
    const violation = checkHistory(history, model, { address, configurationsMax, settledMin });
    if (violation !== undefined) return violation;
  }
  return undefined;
}

type RecordModel = ReturnType<typeof createPeerRecordModel>;

/**
 * Goes through the history in parts that end where no operation is open, and keeps only the states after each.
 */
function checkHistory(
  history: Iterable<StressOperation>,
  model: RecordModel,
  {
    address,
    configurationsMax,
    settledMin,
  }: { readonly address: number; readonly configurationsMax: number; readonly settledMin: number },
): StressViolation | undefined {
  let from: readonly PeerRecordState[] = [model.initial];
  let part: StressOperation[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  const settle = (): StressViolation | undefined => {
    const after = statesAfter(part, from, model, { configurationsMax, outOfTime: () => false });
    if (after === undefined)
      return {
        property: "progress",
        because: `${part.length} operations on address ${address} need more than ${configurationsMax} configurations`,
        history: part,
      };
    if (after.length === 0) return violationIn(part, address, from, model);
    from = after;
    part = [];
    return undefined;
  };
  for (const operation of history) {
    if (part.length >= settledMin && operation.invokedAt > latest) {
      const violation = settle();
      if (violation !== undefined) return violation;
    }
    part.push(operation);
    latest = Math.max(latest, operation.respondedAt ?? Number.POSITIVE_INFINITY);
  }
  return settle();
}

/** The violation of the part, which nothing explains from any of these states. */
function violationIn(
  part: readonly StressOperation[],
  address: number,
  from: readonly PeerRecordState[],
  model: RecordModel,
): StressViolation {
  const verdict = check(part, startingInAny(model, from));
  const impossible = verdict.kind === "violated" ? (verdict.impossible ?? part.length) : part.length;
  const operation = part[impossible];
  const because =
    `${operation === undefined ? `${part.length} operations` : describe(operation)}, and no order ` +
    `of the operations on address ${address} explains that`;
  const shown = shortened(part, impossible, (some) => check(some, model).kind === "violated");
  const isFromTheStart = from.length === 1 && from[0] === model.initial;
  return {
    property: "linearizability",
    because,
    history: shown.operations,
    ...(!shown.isByItself && !isFromTheStart && { startsIn: from.map((state) => String(model.key(state))) }),
  };
}

function describe({ client, operation, response }: StressOperation): string {
  return `${operation.kind} of thread ${client} returns ${response}`;
}

/** Fewest operations before the impossible one that are kept. */
const KEPT = 40;

/**
 * The end of the history up to the operation that cannot be explained; the whole history if the end alone is explained.
 */
function shortened(
  history: readonly StressOperation[],
  impossible: number,
  isViolated: (some: readonly StressOperation[]) => boolean,
): { readonly operations: readonly StressOperation[]; readonly isByItself: boolean } {
  const until = history[impossible]?.respondedAt ?? Number.POSITIVE_INFINITY;
  const before = history
    .filter(({ invokedAt }) => invokedAt < until)
    .toSorted((one, other) => one.invokedAt - other.invokedAt);
  // While nobody holds the address, the past matters only through whether there is a record.
  for (let from = Math.max(0, before.length - KEPT); from > 0; from = Math.max(0, from - KEPT)) {
    const some = before.slice(from);
    if (isSelfContained(some) && isViolated(some)) return { operations: some, isByItself: true };
  }
  return { operations: before, isByItself: false };
}

/** Whether it uses only references that it took. */
function isSelfContained(history: readonly StressOperation[]): boolean {
  let held = 0;
  for (const { operation, response } of history) {
    if (operation.kind === "get") held += response === 0 ? 0 : 1;
    else if (held === 0) return false;
    else if (operation.kind === "put") held--;
  }
  return history[0]?.operation.kind === "get";
}
