/**
 * Words that represent the responses of the network's operations, and the model's steps for an operation that is not
 * atomic.
 *
 * The selections of an interface and of a source address take effect in steps, each at some moment during the
 * operation; so does an addition with a source address.
 */
import type { RouteAddress, RouteFamily } from "#model/route-cache/route-address.ts";
import {
  errorWord,
  lostWord,
  type RouteDemands,
  type RouteOperation,
  SKIPPED,
  UNKNOWN,
} from "#model/route-cache/route-cache.ts";
import { scopeOf } from "#model/route-cache/source-selection.ts";
import type { RouteRecord } from "#model/route-cache/route-table.ts";
import type { ModelStep } from "../linearizability/operation-history.ts";

type RouteStep = ModelStep<RouteOperation>;

/** The response of a selection. */
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

/** The response of the loss of a route: the route used, and what was deleted. */
export function lossWord(used: number, family: RouteFamily, isDeleted: boolean): number {
  return used + 256 * (isDeleted ? lostWord(family, used >> 3) : 0);
}

/** The response of an addition. */
export function additionWord(outcome: { readonly error: number; readonly serial?: number }): number {
  return outcome.serial ?? errorWord(outcome.error);
}

const NO_SUCH_DEVICE = 6;
const NO_MEMORY = 12;
const INVALID = 22;
const ADDRESS_NOT_AVAILABLE = 49;

/** A response that no step of the model has. */
const IMPOSSIBLE = -2;

/** An insertion, after a look at the source address. */
export function additionSteps({ route }: { readonly route: Omit<RouteRecord, "serial"> }): readonly RouteStep[] {
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

/** The look-up of a route and the look at an interface. An error hidden by another response is not known. */
export function interfaceSteps(
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

/** The choice of a source address, or a look at the requested one. */
export function sourceStep({
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
      responseOf(word) {
        const { error, address } = selectionOf(word);
        if (error !== 0) return error === ADDRESS_NOT_AVAILABLE ? 0 : IMPOSSIBLE;
        return address === source ? 1 : IMPOSSIBLE;
      },
    };
  }
  const responseOf = (word: number): number => {
    const { error, interface: index, address } = selectionOf(word);
    // What the socket is bound to needs no look, and covers every error.
    if (bound !== undefined) return error === 0 && address === bound ? SKIPPED : IMPOSSIBLE;
    if (index === 0) return SKIPPED;
    // A zone is decided before any address is looked at.
    if (isOutOfZone(to, index)) return error === INVALID ? SKIPPED : IMPOSSIBLE;
    const isError = address === 0 ? error === ADDRESS_NOT_AVAILABLE : error === 0;
    return isError ? 256 * index + address : IMPOSSIBLE;
  };
  return { operation: { kind: "sourceOn", to: to.address }, responseOf };
}

/** Is it an address of a link, in the zone of another interface? */
function isOutOfZone({ address, scope }: RouteAddress, index: number): boolean {
  return scopeOf(address) === "link" && scope !== 0 && scope !== index;
}
