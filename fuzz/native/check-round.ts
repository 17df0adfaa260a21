/** What must hold when a round of stress is over, and nobody is at the pool. */
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
  /** The operations that no order explains, as few as could be found. */
  readonly history?: readonly StressOperation[];
  /** The states in which it may begin, where the pool was not empty: record, holders, next identifier. */
  readonly startsIn?: readonly string[];
}

const CONFIGURATIONS_MAX = 500_000;

const SETTLED_MIN = 20_000;

/** What the pool is stands at its head, and nobody may have written there. */
export function checkHead(attach: () => unknown): StressViolation | undefined {
  try {
    attach();
  } catch (error) {
    return { property: "memory-safety", because: `the pool can no longer be attached to: ${String(error)}` };
  }
  return undefined;
}

/** What the pool answers; or that it throws instead. */
function answerOf<T extends object>(ask: () => T): T | StressViolation {
  try {
    return ask();
  } catch (error) {
    return { property: "answer", because: `at rest, an operation throws ${String(error)}` };
  }
}

/** Longest that it may take until everything that was hidden is free again. */
const EMPTIED_MS = 5_000;

/** Hides all peers, of which nobody holds one: a pool that is served now and then has freed them soon, each once. */
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
    const found = answerOf(ask);
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
  /** May the pool have collected what nobody held? */
  readonly collects: boolean;
  /** Where the identifiers of an address start. */
  firstIdentifier(address: number): number;
  /** Configurations one search may hold; an address's history needs few. */
  readonly configurationsMax?: number;
  /** Operations on an address that are held before they are settled, if nothing is open. */
  readonly settledMin?: number;
}

/** The first address whose history no order explains. Holds what is not settled of one address's history at a time. */
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
 * Goes through the history in parts that end where no operation is open, and keeps of each but the states that it
 * leaves.
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

/** What is wrong with the part, which nothing explains from any of these states. */
function violationIn(
  part: readonly StressOperation[],
  address: number,
  from: readonly PeerRecordState[],
  model: RecordModel,
): StressViolation {
  const verdict = check(part, startingInAny(model, from));
  const impossible = verdict.kind === "violated" ? (verdict.impossible ?? part.length) : part.length;
  const operation = part[impossible];
  const because = `${operation === undefined ? `${part.length} operations` : describe(operation)}, and no order of the operations on address ${address} explains that`;
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
  return `${operation.kind} of thread ${client} answers ${response}`;
}

/** Operations before the impossible one that are kept, at least. */
const KEPT = 40;

/**
 * The end of the history up to the operation that cannot be explained; all of it, where the end alone would do no
 * wrong.
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
  // Between two moments at which nobody holds the address, what came before tells nothing but whether there is a
  // record.
  for (let from = Math.max(0, before.length - KEPT); from > 0; from = Math.max(0, from - KEPT)) {
    const some = before.slice(from);
    if (isSelfContained(some) && isViolated(some)) return { operations: some, isByItself: true };
  }
  return { operations: before, isByItself: false };
}

/** Does it use no reference that it did not take? */
function isSelfContained(history: readonly StressOperation[]): boolean {
  let held = 0;
  for (const { operation, response } of history) {
    if (operation.kind === "get") held += response === 0 ? 0 : 1;
    else if (held === 0) return false;
    else if (operation.kind === "put") held--;
  }
  return history[0]?.operation.kind === "get";
}
