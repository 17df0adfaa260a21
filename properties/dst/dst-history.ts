/**
 * The destination cache against its model: after each response, some order of the operations so far explains every
 * answer.
 *
 * Threads name references by destination: an operation on one concerns the reference of that name that its thread
 * obtained last and still has. A reference to the child of `eth0/1` is named `eth0/1>`. Entries become identities in
 * the order of their first appearance; memory that was freed and used again gets a new one.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import type { DstOperation, DstState } from "#model/dst/dst.ts";
import type { Model } from "#model/model.ts";
import { entryIndex, entryName, isEntry } from "./dst-memory.ts";
import type { DstHolders } from "./dst-refcount.ts";
import { createOnlineChecker } from "#properties/linearizability/online.ts";
import { numberedCalls } from "../numbered-calls.ts";
import type { Watcher } from "../watcher.ts";

/** A call on the cache as a thread makes it. Devices by number, from 1; 0 is none. */
export type DstCall =
  | { readonly kind: "find"; readonly name: string; readonly key: number }
  | { readonly kind: "drop"; readonly name: string; readonly key: number }
  | {
      readonly kind: "get";
      readonly name: string;
      readonly key: number;
      readonly device: number;
      readonly over: "nothing" | "private" | { readonly name: string };
    }
  | { readonly kind: "getUncached"; readonly name: string; readonly key: number; readonly device: number }
  | { readonly kind: "pop" | "release" | "send"; readonly name: string }
  | { readonly kind: "up" | "down" | "unregister"; readonly name: string; readonly device: number }
  | { readonly kind: "advance"; readonly ticks: number };

export interface DstHistoryOptions {
  /** Starts where the set-up left off. */
  readonly model: Model<DstState, DstOperation, number>;
  readonly identitiesMax: number;
  /** By the numbers given to `beginOperation`. */
  readonly calls: readonly DstCall[];
  readonly threadCount: number;
  /** Identities of the entries that the set-up left behind; it used 1 to `identitiesUsed`. */
  readonly initialEntries: readonly { readonly entry: Address; readonly identity: number }[];
  readonly identitiesUsed: number;
  /** References that the set-up left behind and nobody will give back. */
  readonly initialHeld: readonly Address[];
}

export interface DstHistory extends DstHolders, Watcher {
  reset(): void;
  invoke(thread: number, operation: number): void;
  respond(thread: number, response: number): string | undefined;
}

/** A reference, as the thread that has it names it. One to an uncached entry is given back when its thread ends. */
export interface HeldReference {
  readonly name: string;
  readonly entry: Address;
  readonly isUncached: boolean;
}

/** The name of the reference that a call works on, if it needs one. */
export function referenceName(call: DstCall): string | undefined {
  if (call.kind === "pop" || call.kind === "release" || call.kind === "send") return call.name;
  return call.kind === "get" && typeof call.over !== "string" ? call.over.name : undefined;
}

export function createDstHistory(dst: Dst, options: DstHistoryOptions): DstHistory {
  const { calls, identitiesMax, initialEntries, initialHeld } = options;
  const checker = createOnlineChecker(options.model, { responseOf: (word) => word });
  const identityOf = new Int32Array(dst.entriesMax);
  const heldBy: HeldReference[][] = Array.from({ length: options.threadCount }, () => []);
  /** What each thread is popping: it may be gone before the response. */
  const popped: (HeldReference | undefined)[] = [];
  const open = new Int32Array(options.threadCount);
  const { callAt, operationId } = numberedCalls(calls, identitiesMax, checker, operationOf);
  let identities = 0;

  function identify(entry: Address): number {
    const index = entryIndex(dst, entry);
    const known = wordAt(identityOf, index);
    if (known !== 0) return known;
    identities++;
    identityOf[index] = identities;
    return identities;
  }

  function invoke(thread: number, operation: number): void {
    const call = callAt(operation);
    open[thread] = operation;
    const name = referenceName(call);
    let identity = 0;
    if (name !== undefined) {
      const held = heldBy[thread] ?? [];
      const at = held.findLastIndex((reference) => reference.name === name);
      identity = identify(held[at]?.entry ?? NIL);
      if (call.kind === "release") held.splice(at, 1);
      if (call.kind === "pop") popped[thread] = held.splice(at, 1)[0];
    }
    checker.invokeId(thread, operationId(operation, identity));
  }

  function respond(thread: number, response: number): string | undefined {
    const call = callAt(wordAt(open, thread));
    let answer = response;
    let shown = String(response);
    if (call.kind === "find" || call.kind === "get" || call.kind === "getUncached" || call.kind === "pop") {
      shown = response === NIL ? "nothing" : entryName(dst, response);
      if (response !== NIL && !isEntry(dst, response)) return `${callName(call)} answers ${shown}, which is no entry`;
      if (response !== NIL) answer = identify(response);
      const reference = call.kind === "pop" ? afterPop(popped[thread], response) : obtained(call, response);
      if (reference !== undefined) heldBy[thread]?.push(reference);
    } else if (call.kind === "send" && response !== NIL) {
      answer = dst.devices.indexOf(response) + 1;
      shown = answer === 0 ? `word ${response}` : `device ${answer}`;
      if (answer === 0) return `${callName(call)} answers ${shown}, which is none of the devices`;
    }
    return checker.respondWord(thread, answer)
      ? undefined
      : `${callName(call)} answers ${shown}, and no order of the operations explains that`;
  }

  return {
    property: "linearizability",
    reset() {
      checker.reset();
      identityOf.fill(0);
      identities = options.identitiesUsed;
      for (const { entry, identity } of initialEntries) identityOf[entryIndex(dst, entry)] = identity;
      for (const held of heldBy) held.length = 0;
    },
    invoke,
    respond,
    freed(_words, slab, object) {
      if (slab === dst.entries && isEntry(dst, object)) identityOf[entryIndex(dst, object)] = 0;
      return undefined;
    },
    countOf(entry) {
      let count = 0;
      for (const held of initialHeld) if (held === entry) count++;
      for (const list of heldBy) for (const held of list) if (held.entry === entry && !held.isUncached) count++;
      return count;
    },
    get total() {
      let total = initialHeld.length;
      for (const list of heldBy) for (const held of list) if (!held.isUncached) total++;
      return total;
    },
  };
}

/** The reference that a call which found or made an entry leaves its thread with. */
export function obtained(call: DstCall & { readonly name: string }, entry: Address): HeldReference | undefined {
  return entry === NIL ? undefined : { name: call.name, entry, isUncached: call.kind === "getUncached" };
}

/** What a thread has in place of a reference after it asked for the child: the child's, or still the same. */
export function afterPop(reference: HeldReference | undefined, child: Address): HeldReference | undefined {
  return child === NIL || reference === undefined
    ? reference
    : { name: `${reference.name}>`, entry: child, isUncached: false };
}

/** The model's operation that a call is, `identity` being the record it concerns. */
export function operationOf(call: DstCall, identity: number): DstOperation {
  switch (call.kind) {
    case "find":
    case "drop":
      return { kind: call.kind, destination: call.key };
    case "get": {
      const child =
        call.over === "nothing"
          ? { kind: "none" as const }
          : call.over === "private"
            ? { kind: "private" as const }
            : { kind: "shared" as const, identity };
      return { kind: "get", destination: call.key, device: call.device, child };
    }
    case "getUncached":
      return { kind: "getUncached", destination: call.key, device: call.device };
    case "pop":
    case "release":
    case "send":
      return { kind: call.kind, identity };
    case "up":
    case "down":
    case "unregister":
      return { kind: call.kind, device: call.device };
    case "advance":
      return call;
  }
}

/** The call as a person reads it: `get eth0/3 over ib0/1`. */
export function callName(call: DstCall): string {
  if (call.kind === "advance") return `advance ${call.ticks}`;
  if (call.kind === "getUncached") return `get ${call.name} uncached`;
  if (call.kind !== "get" || call.over === "nothing") return `${call.kind} ${call.name}`;
  return `get ${call.name} over ${call.over === "private" ? "a private entry" : call.over.name}`;
}
