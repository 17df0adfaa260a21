/**
 * A peer pool, of any generation, against its model: after each response, some order of the operations so far explains
 * every answer.
 *
 * Threads name peers by address: an operation on a peer concerns the reference that its thread obtained last of those
 * to the address that it still holds. This keeps the same account, so that it can tell the model which record is meant,
 * and knows at any time who holds what. Peers' addresses in memory become identities in the order of their first
 * appearance; memory that was freed and used again gets a new one.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import type { PeerStore } from "#impl/peers/store.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Model } from "#model/model.ts";
import type { AddressFamily, PeerAddress } from "#model/peers/peer-address.ts";
import type { PeersOperation, PeersState } from "#model/peers/peers.ts";
import { createOnlineChecker } from "#properties/linearizability/online.ts";
import { numberedCalls } from "../numbered-calls.ts";
import { isPeer, peerIndex, peerName } from "./peer-tree.ts";
import type { PeerHolders } from "./refcount.ts";
import type { Watcher } from "../watcher.ts";

/** A call on the pool as a thread makes it. Equal addresses have equal `name`s. */
export type PeersCall =
  | { readonly kind: "get"; readonly name: string; readonly address: PeerAddress; readonly create: boolean }
  | { readonly kind: "put"; readonly name: string }
  | { readonly kind: "allow"; readonly name: string; readonly timeout: number }
  | { readonly kind: "nextIdentifier"; readonly name: string; readonly more: number }
  | { readonly kind: "invalidate"; readonly family: AddressFamily }
  | { readonly kind: "advance"; readonly ticks: number };

export interface PeersHistoryOptions {
  /** Starts where the set-up left off. */
  readonly model: Model<PeersState, PeersOperation, number>;
  readonly identitiesMax: number;
  /** By the numbers given to `beginOperation`. */
  readonly calls: readonly PeersCall[];
  readonly threadCount: number;
  /** Identities of the peers that the set-up left behind; the set-up used identities 1 to `identitiesUsed`. */
  readonly initialPeers: readonly { readonly peer: Address; readonly identity: number }[];
  readonly identitiesUsed: number;
  /** References that the set-up left behind and nobody will give back. */
  readonly initialHeld: readonly Address[];
}

export interface PeersHistory extends PeerHolders, Watcher {
  reset(): void;
  invoke(thread: number, operation: number): void;
  respond(thread: number, response: number): string | undefined;
}

interface Held {
  readonly name: string;
  readonly peer: Address;
}

export function createPeersHistory(pool: PeerStore, options: PeersHistoryOptions): PeersHistory {
  const { calls, identitiesMax, initialPeers, initialHeld } = options;
  const checker = createOnlineChecker(options.model, { responseOf: (word) => word });
  const identityOf = new Int32Array(pool.peersMax);
  const heldBy: Held[][] = Array.from({ length: options.threadCount }, () => []);
  const open = new Int32Array(options.threadCount);
  const { callAt, operationId } = numberedCalls(calls, identitiesMax, checker, operationOf);
  let identities = 0;
  /** References that the set-up left: none while it is still under way. */
  let left: readonly Address[] = [];

  /** Identity of a peer in memory; a new one on its first appearance. */
  function identify(peer: Address): number {
    const index = peerIndex(pool, peer);
    const known = wordAt(identityOf, index);
    if (known !== 0) return known;
    identities++;
    identityOf[index] = identities;
    return identities;
  }

  function lastHeld(thread: number, name: string): number {
    const held = heldBy[thread] ?? [];
    for (let i = held.length - 1; i >= 0; i--) if (held[i]?.name === name) return i;
    return -1;
  }

  function invoke(thread: number, operation: number): void {
    const call = callAt(operation);
    open[thread] = operation;
    let identity = 0;
    if ("name" in call && call.kind !== "get") {
      const at = lastHeld(thread, call.name);
      const held = heldBy[thread] ?? [];
      identity = identify(held[at]?.peer ?? NIL);
      if (call.kind === "put") held.splice(at, 1);
    }
    checker.invokeId(thread, operationId(operation, identity));
  }

  function respond(thread: number, response: number): string | undefined {
    const call = callAt(wordAt(open, thread));
    let answer = response;
    if (call.kind === "get" && response !== NIL) {
      if (!isPeer(pool, response)) return `${callName(call)} answers ${peerName(pool, response)}, which is no peer`;
      answer = identify(response);
      heldBy[thread]?.push({ name: call.name, peer: response });
    }
    if (checker.respondWord(thread, answer)) return undefined;
    const shown = call.kind === "get" ? (response === NIL ? "nothing" : peerName(pool, response)) : String(response);
    return `${callName(call)} answers ${shown}, and no order of the operations explains that`;
  }

  return {
    property: "linearizability",
    reset() {
      checker.reset();
      identityOf.fill(0);
      identities = options.identitiesUsed;
      left = initialHeld;
      for (const { peer, identity } of initialPeers) identityOf[peerIndex(pool, peer)] = identity;
      for (const held of heldBy) held.length = 0;
    },
    invoke,
    respond,
    freed(_words, slab, object) {
      if (slab === pool.peers && isPeer(pool, object)) identityOf[peerIndex(pool, object)] = 0;
      return undefined;
    },
    countOf(peer) {
      let count = 0;
      for (const held of left) if (held === peer) count++;
      for (const list of heldBy) for (const held of list) if (held.peer === peer) count++;
      return count;
    },
    get total() {
      let total = left.length;
      for (const list of heldBy) total += list.length;
      return total;
    },
  };
}

/** The model's operation that a call is, `identity` being the record it concerns. */
export function operationOf(call: PeersCall, identity: number): PeersOperation {
  switch (call.kind) {
    case "get":
      return { kind: "get", address: call.address, create: call.create };
    case "put":
      return { kind: "put", identity };
    case "allow":
      return { kind: "allow", identity, timeout: call.timeout };
    case "nextIdentifier":
      return { kind: "nextIdentifier", identity, more: call.more };
    case "invalidate":
    case "advance":
      return call;
  }
}

/** The call as a person reads it: `get v4/3 create`. */
export function callName(call: PeersCall): string {
  switch (call.kind) {
    case "get":
      return `get ${call.name}${call.create ? " create" : ""}`;
    case "put":
      return `put ${call.name}`;
    case "allow":
      return `allow ${call.name} timeout ${call.timeout}`;
    case "nextIdentifier":
      return `nextIdentifier ${call.name} more ${call.more}`;
    case "invalidate":
      return `invalidate ${call.family}`;
    case "advance":
      return `advance ${call.ticks}`;
  }
}
