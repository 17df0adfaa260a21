/**
 * Calls on the network as threads make them, the words they answer, and the steps of the model that each is.
 *
 * A call that the implementation promises to be one step is one operation of the model. The selections of an interface
 * and of a source address promise less: each of their steps takes effect at some moment during the call.
 */
import {
  errorWord,
  lostWord,
  NOBODY,
  type RouteDemands,
  type RouteOperation,
  SKIPPED,
  UNKNOWN,
} from "#model/route-cache/route-cache.ts";
import type { RouteAddress, RouteFamily, RoutePrefix } from "#model/route-cache/route-address.ts";
import type { RouteRecord, RouteCacheState } from "#model/route-cache/route-table.ts";

/** A thread's own caches. `n` is the next hop's, in its options. */
export type CacheName = "a" | "b" | "n";

export type RouteCall =
  | { readonly kind: "setDestination"; readonly cache: CacheName; readonly to: RouteAddress }
  | { readonly kind: "destination"; readonly cache: CacheName }
  | { readonly kind: "validate"; readonly cache: CacheName; readonly inInterrupt: boolean }
  | { readonly kind: "lookup"; readonly cache: CacheName; readonly to: RouteAddress; readonly inInterrupt: boolean }
  | { readonly kind: "check"; readonly cache: CacheName }
  | { readonly kind: "update"; readonly cache: CacheName; readonly clones: boolean }
  | { readonly kind: "copy"; readonly cache: CacheName; readonly from: CacheName }
  | { readonly kind: "move"; readonly cache: CacheName; readonly from: CacheName }
  | { readonly kind: "clear"; readonly cache: CacheName }
  | { readonly kind: "free"; readonly cache: CacheName }
  | { readonly kind: "find"; readonly to: RouteAddress }
  | { readonly kind: "send"; readonly to: RouteAddress }
  | { readonly kind: "release" }
  | { readonly kind: "add"; readonly route: Omit<RouteRecord, "serial"> }
  | { readonly kind: "delete"; readonly prefix: RoutePrefix; readonly inInterrupt: boolean }
  | { readonly kind: "lose"; readonly cache: CacheName }
  | { readonly kind: "beginChange"; readonly prefix: RoutePrefix }
  | { readonly kind: "endChange"; readonly family: RouteFamily; readonly interface: number }
  | { readonly kind: "attach"; readonly index: number; readonly isUp: boolean }
  | { readonly kind: "detach"; readonly index: number }
  | { readonly kind: "assign"; readonly address: RouteCacheState["addresses"][number] }
  | { readonly kind: "remove"; readonly address: number }
  | ({ readonly kind: "selectRoute"; readonly cache: CacheName; readonly to: RouteAddress } & RouteDemands)
  | ({ readonly kind: "selectInterface"; readonly cache: CacheName; readonly to: RouteAddress } & RouteDemands)
  | ({
      readonly kind: "selectSource";
      readonly cache: CacheName;
      readonly to: RouteAddress;
      readonly source?: number;
      readonly bound?: number;
    } & RouteDemands)
  | { readonly kind: "setMulticast"; readonly index: number }
  | { readonly kind: "grow"; readonly cpu: number }
  | { readonly kind: "migrate"; readonly thread: number; readonly cpu: number };

/** A step of a call, and what the call's answer says of it. */
export interface RouteStep {
  readonly operation: RouteOperation;
  readonly responseOf: (word: number) => number;
}

/** What a selection answers. */
export interface Selection {
  readonly error: number;
  /** Index and serial number of the interface, 0 and 0 if there is none. */
  readonly interface: number;
  readonly serial: number;
  readonly isRouted: boolean;
  readonly address: number;
}

/** One word: 7 bits of error, 3 of index, 5 of serial number, 1, 8 of address. */
export function selectionWord({ error, interface: index, serial, isRouted, address }: Selection): number {
  return error + 128 * (index + 8 * (serial + 32 * (Number(isRouted) + 2 * address)));
}

function selectionOf(word: number): Selection {
  return {
    error: word % 128,
    interface: (word >> 7) % 8,
    serial: (word >> 10) % 32,
    isRouted: (word >> 15) % 2 === 1,
    address: word >> 16,
  };
}

/** What the loss of a route answers: the route used, and what was deleted. */
export function lossWord(used: number, family: RouteFamily, isDeleted: boolean): number {
  return used + 256 * (isDeleted ? lostWord(family, used >> 3) : 0);
}

/** What an addition answers. */
export function additionWord(outcome: { readonly error: number; readonly serial?: number }): number {
  return outcome.serial ?? errorWord(outcome.error);
}

const NO_SUCH_DEVICE = 6;
const NO_MEMORY = 12;
const INVALID = 22;
const ADDRESS_NOT_AVAILABLE = 49;

function one(operation: RouteOperation): readonly RouteStep[] {
  return [{ operation, responseOf: (word) => word }];
}

/** The steps that the call of a thread is. A reference that it takes is kept unless `isKept` is false. */
export function stepsOf(call: RouteCall, thread: number, isKept: boolean): readonly RouteStep[] {
  const named = (cache: CacheName): string => `${thread}${cache}`;
  switch (call.kind) {
    case "setDestination":
    case "destination":
    case "lookup":
    case "check":
    case "update":
    case "clear":
    case "free":
      return one({ ...call, cache: named(call.cache) });
    case "validate":
      return one({ ...call, cache: named(call.cache), holder: isKept && !call.inInterrupt ? thread : NOBODY });
    case "copy":
    case "move":
      return one({ ...call, cache: named(call.cache), from: named(call.from) });
    case "find":
      return one({ ...call, holder: isKept ? thread : NOBODY });
    case "release":
      return one({ kind: "release", holder: thread });
    case "lose":
      return [
        {
          operation: { kind: "validate", cache: named(call.cache), holder: NOBODY, inInterrupt: false },
          responseOf: (word) => word % 256,
        },
        { operation: { kind: "lose" }, responseOf: (word) => word >> 8 },
      ];
    case "add":
      return additionSteps(call);
    case "delete":
      return one({ kind: "delete", prefix: call.prefix });
    case "selectRoute":
      return one({ ...call, cache: named(call.cache), nextHopCache: named("n") });
    case "selectInterface":
      return interfaceSteps({ ...call, cache: named(call.cache), nextHopCache: named("n") }, false);
    case "selectSource":
      return [
        ...interfaceSteps(
          { ...call, cache: named(call.cache), nextHopCache: named("n") },
          call.source !== undefined || call.bound !== undefined,
        ),
        sourceStep(call),
      ];
    case "setMulticast":
    case "grow":
    case "migrate":
      return [];
    case "send":
    case "beginChange":
    case "endChange":
    case "attach":
    case "detach":
    case "assign":
    case "remove":
      return one(call);
  }
}

function additionSteps({ route }: { readonly route: Omit<RouteRecord, "serial"> }): readonly RouteStep[] {
  const insertion: RouteStep = {
    operation: { kind: "add", route },
    responseOf: (word) => (word === errorWord(ADDRESS_NOT_AVAILABLE) ? SKIPPED : word),
  };
  if (route.source === undefined) return [insertion];
  return [{ operation: { kind: "holdsSource", address: route.source }, responseOf: sourceResponse }, insertion];
}

function sourceResponse(word: number): number {
  if (word === errorWord(NO_MEMORY)) return SKIPPED;
  return word === errorWord(ADDRESS_NOT_AVAILABLE) ? 0 : 1;
}

/** The look-up of a route and the look at an interface. An error that another answer covers is not known. */
function interfaceSteps(
  {
    cache,
    nextHopCache,
    to,
    outgoing,
    nextHop,
  }: { readonly cache: string; readonly nextHopCache: string; readonly to: RouteAddress } & RouteDemands,
  isCovered: boolean,
): readonly RouteStep[] {
  const demands = { ...(outgoing === undefined ? {} : { outgoing }), ...(nextHop === undefined ? {} : { nextHop }) };
  const routeResponse = (word: number): number => {
    const { error, interface: index, isRouted } = selectionOf(word);
    if (!isRouted) return SKIPPED;
    if (index !== 0) return index;
    return isCovered || error === NO_SUCH_DEVICE ? UNKNOWN : errorWord(error);
  };
  return [
    { operation: { kind: "routeTo", cache, nextHopCache, to, ...demands }, responseOf: routeResponse },
    { operation: { kind: "interfaceUsed" }, responseOf: interfaceResponse },
  ];
}

function interfaceResponse(word: number): number {
  const { interface: index, serial } = selectionOf(word);
  return index === 0 ? SKIPPED : 64 * index + serial;
}

function sourceStep({
  to,
  source,
  bound,
}: {
  readonly to: RouteAddress;
  readonly source?: number;
  readonly bound?: number;
}): RouteStep {
  if (source !== undefined) {
    return {
      operation: { kind: "isReadySource", address: source },
      responseOf: (word) => Number(selectionOf(word).error === 0),
    };
  }
  const responseOf = (word: number): number => {
    const { error, interface: index, address } = selectionOf(word);
    return index === 0 || error === INVALID || bound !== undefined ? SKIPPED : 256 * index + address;
  };
  return { operation: { kind: "sourceOn", to: to.address }, responseOf };
}

/** The call as a person reads it: `lookup a v4/3`. */
export function callName(call: RouteCall): string {
  switch (call.kind) {
    case "setDestination":
      return `setDestination ${call.cache} ${addressName(call.to)}`;
    case "validate":
      return `validate ${call.cache}${inInterrupt(call)}`;
    case "lookup":
      return `lookup ${call.cache} ${addressName(call.to)}${inInterrupt(call)}`;
    case "destination":
    case "check":
    case "clear":
    case "free":
    case "lose":
      return `${call.kind} ${call.cache}`;
    case "update":
      return `update ${call.cache}${call.clones ? "" : " without cloning"}`;
    case "copy":
    case "move":
      return `${call.kind} ${call.from} to ${call.cache}`;
    case "find":
    case "send":
      return `${call.kind} ${addressName(call.to)}`;
    case "release":
      return "release";
    case "add":
      return `add ${prefixName(call.route.prefix)} interface ${call.route.interface}`;
    case "delete":
      return `delete ${prefixName(call.prefix)}${inInterrupt(call)}`;
    case "beginChange":
      return `beginChange ${prefixName(call.prefix)}`;
    case "endChange":
      return `endChange interface ${call.interface}`;
    case "attach":
    case "detach":
    case "setMulticast":
      return `${call.kind} ${call.index}`;
    case "assign":
      return `assign v6/${call.address.address} interface ${call.address.interface}`;
    case "remove":
      return `remove v6/${call.address}`;
    case "selectRoute":
    case "selectInterface":
    case "selectSource":
      return `${call.kind} ${call.cache} ${addressName(call.to)}`;
    case "grow":
      return `grow cpu${call.cpu}`;
    case "migrate":
      return `migrate thread ${call.thread} to cpu${call.cpu}`;
  }
}

function inInterrupt(call: { readonly inInterrupt: boolean }): string {
  return call.inInterrupt ? " in a soft interrupt" : "";
}

function addressName({ family, address, scope }: RouteAddress): string {
  return `${family}/${address}${scope === 0 ? "" : `%${scope}`}`;
}

function prefixName({ family, address, length }: RoutePrefix): string {
  return `${family}/${address}/${length}`;
}
