/**
 * The neighbour table against its model: after each response, some order of the operations so far explains every
 * answer.
 *
 * Threads name neighbours by address: `put` and `remove` concern the reference that the thread obtained last of those
 * to the address that it still holds. Neighbours' addresses in memory become identities in the order of their first
 * appearance in an answer; memory that was freed and used again gets a new one.
 *
 * Keeps besides when each address was last used, as its users know it, for properties/neighbours/reaped-in-time.ts: the
 * clock when an operation that used it had answered, so that the use is no later.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import type { Gid, HardwareAddress } from "#model/neighbours/hardware-address.ts";
import type { Model } from "#model/model.ts";
import { type NeighboursOperation, type NeighboursState, PACKET } from "#model/neighbours/neighbours.ts";
import { createOnlineChecker } from "#properties/linearizability/online.ts";
import { numberedCalls } from "../numbered-calls.ts";
import { isNeighbour, neighbourIndex, neighbourName } from "./neighbour-words.ts";
import type { Watcher } from "../watcher.ts";

interface Named {
  readonly name: string;
  readonly address: HardwareAddress;
}

/** A call as a thread makes it. Equal addresses have equal `name`s. */
export type NeighboursCall =
  | ({ readonly kind: "get" } & Named)
  | ({ readonly kind: "put" } & Named)
  | ({ readonly kind: "remove" } & Named)
  | ({ readonly kind: "transmit"; readonly via: "neighbour" | "path" } & Named)
  | ({ readonly kind: "connect" } & Named)
  | ({ readonly kind: "disconnect" } & Named)
  | { readonly kind: "answer"; readonly gid: string; readonly words: Gid; readonly granted: boolean }
  | { readonly kind: "forgetPath"; readonly gid: string; readonly words: Gid }
  | { readonly kind: "deleteByGid"; readonly gid: string; readonly words: Gid }
  | { readonly kind: "invalidate" }
  | { readonly kind: "stop" }
  | { readonly kind: "close" }
  | { readonly kind: "advance"; readonly ticks: number }
  | { readonly kind: "sendByCookie" }
  | { readonly kind: "freeCookie" };

export interface NeighboursHistoryOptions {
  /** Starts where the set-up left off. */
  readonly model: Model<NeighboursState, NeighboursOperation, number>;
  readonly identitiesMax: number;
  /** By the numbers given to `beginOperation`. */
  readonly calls: readonly NeighboursCall[];
  readonly threadCount: number;
  /** Identities of the neighbours that the set-up left behind; it used identities 1 to `identitiesUsed`. */
  readonly initialNeighbours: readonly { readonly neighbour: Address; readonly identity: number }[];
  readonly identitiesUsed: number;
}

export interface NeighboursHistory extends Watcher {
  reset(): void;
  invoke(thread: number, operation: number): void;
  respond(thread: number, response: number): string | undefined;
  /** The clock when the last operation that used the neighbour at this address had answered; undefined if none has. */
  lastUseOf(address: HardwareAddress): number | undefined;
}

interface Held {
  readonly name: string;
  readonly neighbour: Address;
}

export function createNeighboursHistory(neighbours: Neighbours, options: NeighboursHistoryOptions): NeighboursHistory {
  const { calls, identitiesMax, initialNeighbours } = options;
  const checker = createOnlineChecker(options.model, { responseOf: (word) => word });
  const identityOf = new Int32Array(neighbours.capacities.neighboursMax);
  const heldBy: Held[][] = Array.from({ length: options.threadCount }, () => []);
  const open = new Int32Array(options.threadCount);
  const { callAt, operationId } = numberedCalls(calls, identitiesMax, checker, operationOf);
  const lastUse = new Map<string, number>();
  let identities = 0;
  let memory: Int32Array = new Int32Array(0);

  /** Identity of a neighbour in memory; a new one on its first appearance. */
  function identify(neighbour: Address): number {
    const index = neighbourIndex(neighbours, neighbour);
    if (identityOf[index] === 0) identityOf[index] = ++identities;
    return wordAt(identityOf, index);
  }

  function used(name: string): void {
    lastUse.set(name, wordAt(memory, neighbours.jiffies));
  }

  return {
    property: "linearizability",
    begin(words) {
      memory = words;
    },
    reset() {
      checker.reset();
      identityOf.fill(0);
      identities = options.identitiesUsed;
      for (const { neighbour, identity } of initialNeighbours)
        identityOf[neighbourIndex(neighbours, neighbour)] = identity;
      for (const held of heldBy) held.length = 0;
      lastUse.clear();
    },
    invoke(thread, operation) {
      const call = callAt(operation);
      open[thread] = operation;
      let identity = 0;
      if (call.kind === "put" || call.kind === "remove") {
        const held = heldBy[thread] ?? [];
        const at = held.findLastIndex(({ name }) => name === call.name);
        identity = identify(held[at]?.neighbour ?? neighbours.firstNeighbour);
        if (call.kind === "put") held.splice(at, 1);
      }
      checker.invokeId(thread, operationId(operation, call.kind === "remove" ? identity : 0));
    },
    respond(thread, response) {
      const call = callAt(wordAt(open, thread));
      let answer = response;
      if (call.kind === "get" && response !== NIL) {
        if (!isNeighbour(neighbours, response))
          return `${callName(call)} answers ${neighbourName(neighbours, response)}, which is no neighbour`;
        answer = identify(response);
        heldBy[thread]?.push({ name: call.name, neighbour: response });
        used(call.name);
      }
      if (call.kind === "transmit" && call.via === "neighbour" && response !== PACKET.dropped) used(call.name);
      if (checker.respondWord(thread, answer)) return undefined;
      const shown =
        call.kind !== "get" ? String(response) : response === NIL ? "nothing" : neighbourName(neighbours, response);
      return `${callName(call)} answers ${shown}, and no order of the operations explains that`;
    },
    freed(_words, slab, object) {
      if (slab === neighbours.neighbours && isNeighbour(neighbours, object))
        identityOf[neighbourIndex(neighbours, object)] = 0;
      return undefined;
    },
    lastUseOf(address) {
      const key = address.words.join();
      for (const [name, time] of lastUse) {
        if (calls.some((call) => "name" in call && call.name === name && call.address.words.join() === key))
          return time;
      }
      return undefined;
    },
  };
}

/** The model's operation that a call is, `identity` being the record it concerns. */
export function operationOf(call: NeighboursCall, identity: number): NeighboursOperation {
  switch (call.kind) {
    case "get":
    case "connect":
    case "disconnect":
      return { kind: call.kind, address: call.name };
    case "put":
      return { kind: "put" };
    case "remove":
      return { kind: "remove", identity };
    case "transmit":
      return { kind: "transmit", address: call.name, via: call.via };
    case "answer":
      return { kind: "answer", gid: call.gid, granted: call.granted };
    case "forgetPath":
    case "deleteByGid":
      return { kind: call.kind, gid: call.gid };
    default:
      return call;
  }
}

/** The call as a person reads it: `transmit 1/7 via path`. */
export function callName(call: NeighboursCall): string {
  switch (call.kind) {
    case "transmit":
      return `transmit ${call.name}${call.via === "path" ? " via path" : ""}`;
    case "answer":
      return `${call.granted ? "answer" : "refuse"} ${call.gid}`;
    case "advance":
      return `advance ${call.ticks}`;
    default:
      if ("name" in call) return `${call.kind} ${call.name}`;
      return "gid" in call ? `${call.kind} ${call.gid}` : call.kind;
  }
}
