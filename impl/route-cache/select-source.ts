/**
 * The source address of an IPv6 packet: the one demanded, the one bound, or the best of the interfaces' addresses.
 *
 * The list of addresses is walked inside a section, between two reads of the list's sequence: the result is the best at
 * one moment. Its number is copied out before the section ends: nothing that leaves the section points into an address.
 *
 * Source: NetBSD sys/netinet6/in6_src.c, in6_selectsrc(); RFC 3484, section 5.
 */
import type { RouteAddress } from "#model/route-cache/route-address.ts";
import { type Access, type Address, NIL, rcuDereference, read } from "../memory/access.ts";
import type { Runner } from "../sync/cpu.ts";
import { pserializeReadEnter, pserializeReadExit } from "../sync/pserialize.ts";
import { readBegin, readRetry } from "../sync/seqlock.ts";
import { ERROR } from "./errors.ts";
import { putInterface } from "./interface.ts";
import { ADDRESS_FLAG, Interface, InterfaceAddress, Interfaces, LOOPBACK_INDEX } from "./layout.ts";
import type { Network } from "./network.ts";
import { type InterfaceOptions, selectInterface } from "./select-interface.ts";

export interface SourceOptions extends InterfaceOptions {
  /** The source demanded, by its number. */
  readonly source?: number;
  /** The address that the socket is bound to, by its number. */
  readonly bound?: number;
}

export interface SelectedSource {
  readonly error: number;
  /** Meaningful only without an error. */
  readonly address: number;
  /** The interface the packet leaves by, its index and its serial number: 0 and 0 if none was selected. */
  readonly interface: number;
  readonly serial: number;
  /** Was a route looked up? */
  readonly isRouted: boolean;
}

/** An address in the form that the rules need. */
interface Candidate {
  readonly entry: Address;
  readonly address: number;
  readonly interface: number;
  readonly flags: number;
  readonly isUp: boolean;
}

const LOOPBACK_ADDRESS = 1;
const LINK_FIRST = 224;
const MULTICAST_FIRST = 240;
const GLOBAL_MULTICAST_FIRST = 248;
const LABEL_FIRST = 128;
const SCOPE = { link: 2, global: 14 } as const;
const NOT_READY = ADDRESS_FLAG.tentative | ADDRESS_FLAG.duplicated | ADDRESS_FLAG.anycast;

/** Linearizes step by step: like `selectInterface`, then at the second read of the sequence. */
export function* selectSource(
  network: Network,
  runner: Runner,
  destination: RouteAddress,
  options: SourceOptions,
  cache: Address,
  record: Address,
): Access<SelectedSource> {
  const { error, found, isRouted } = yield* selectInterface(network, runner, destination, options, cache, record);
  const index = found === NIL ? 0 : yield read(Interface.index(found));
  const serial = found === NIL ? 0 : yield read(Interface.serial(found));
  const chosen = yield* chooseSource(network, destination, options, error, index);
  yield* putInterface(network, runner, found, record);
  return { ...chosen, interface: index, serial, isRouted };
}

function* chooseSource(
  network: Network,
  destination: RouteAddress,
  { source, bound }: SourceOptions,
  error: number,
  index: number,
): Access<{ readonly error: number; readonly address: number }> {
  if (source !== undefined) {
    const isReady = yield* isReadySource(network, source);
    return isReady ? { error: 0, address: source } : { error: ERROR.addressNotAvailable, address: 0 };
  }
  if (bound !== undefined) return { error: 0, address: bound };
  if (error !== 0) return { error, address: 0 };
  const isOutOfZone =
    scopeOf(destination.address) === SCOPE.link && destination.scope !== 0 && destination.scope !== index;
  if (isOutOfZone) return { error: ERROR.invalid, address: 0 };
  const address = yield* bestSource(network, destination.address, index);
  return address === 0 ? { error: ERROR.addressNotAvailable, address: 0 } : { error: 0, address };
}

/** The best address for packets to `destination` that leave by the interface of that index; 0 if none is usable. */
function* bestSource({ interfaces, interfacesLock }: Network, destination: number, index: number): Access<number> {
  yield* pserializeReadEnter();
  let best: Candidate | undefined;
  for (;;) {
    const begun = yield* readBegin(interfacesLock);
    best = undefined;
    let entry = yield rcuDereference(Interfaces.addresses(interfaces));
    while (entry !== NIL) {
      const candidate = yield* readCandidate(interfaces, entry);
      if (
        isUsable(candidate, destination, index) &&
        (best === undefined || isBetter(candidate, best, destination, index))
      )
        best = candidate;
      entry = yield rcuDereference(InterfaceAddress.next(entry));
    }
    const changed = yield* readRetry(interfacesLock, begun);
    if (!changed) break;
  }
  const address = best === undefined ? 0 : yield read(InterfaceAddress.address(best.entry));
  yield* pserializeReadExit();
  return address;
}

/** Is this an address of ours that packets may come from? */
function* isReadySource({ interfaces, interfacesLock }: Network, source: number): Access<boolean> {
  yield* pserializeReadEnter();
  let isReady = false;
  for (;;) {
    const begun = yield* readBegin(interfacesLock);
    isReady = false;
    let entry = yield rcuDereference(Interfaces.addresses(interfaces));
    while (entry !== NIL) {
      const { address, flags } = yield* readCandidate(interfaces, entry);
      if (address === source) isReady = (flags & NOT_READY) === 0;
      entry = yield rcuDereference(InterfaceAddress.next(entry));
    }
    const changed = yield* readRetry(interfacesLock, begun);
    if (!changed) break;
  }
  yield* pserializeReadExit();
  return isReady;
}

function* readCandidate(interfaces: Address, entry: Address): Access<Candidate> {
  const address = yield read(InterfaceAddress.address(entry));
  const index = yield read(InterfaceAddress.interface(entry));
  const flags = yield read(InterfaceAddress.flags(entry));
  const owner = yield rcuDereference(Interfaces.slots(interfaces) + index);
  const isUp = owner === NIL ? 0 : yield read(Interface.isUp(owner));
  return { entry, address, interface: index, flags, isUp: isUp === 1 };
}

function isUsable({ address, interface: owner, flags }: Candidate, destination: number, index: number): boolean {
  if (scopeOf(destination) === SCOPE.link && owner !== index) return false; // of another zone
  if (address === LOOPBACK_ADDRESS && index !== LOOPBACK_INDEX) return false;
  return (flags & NOT_READY) === 0;
}

/** Does the candidate replace the best so far? The rules in their order; the first that distinguishes decides. */
function isBetter(candidate: Candidate, best: Candidate, destination: number, index: number): boolean {
  if (candidate.address === destination || best.address === destination) return candidate.address === destination;
  const scope = scopeOf(candidate.address);
  const bestScope = scopeOf(best.address);
  if (scope !== bestScope) {
    const wanted = scopeOf(destination);
    return bestScope < scope ? bestScope < wanted : scope >= wanted;
  }
  const rules = [
    (one: Candidate) => (one.flags & ADDRESS_FLAG.deprecated) === 0,
    (one: Candidate) => one.interface === index,
    (one: Candidate) => labelOf(one.address) === labelOf(destination),
    (one: Candidate) => (one.flags & ADDRESS_FLAG.temporary) === 0,
    (one: Candidate) => one.isUp,
  ];
  for (const rule of rules) if (rule(candidate) !== rule(best)) return rule(candidate);
  return commonBits(candidate.address, destination) > commonBits(best.address, destination);
}

function scopeOf(address: number): number {
  if (address >= MULTICAST_FIRST) return address < GLOBAL_MULTICAST_FIRST ? SCOPE.link : SCOPE.global;
  return address >= LINK_FIRST || address === LOOPBACK_ADDRESS ? SCOPE.link : SCOPE.global;
}

/** The policy table: two halves of the numbers. */
function labelOf(address: number): number {
  return address < LABEL_FIRST ? 0 : 1;
}

/** Leading bits that two numbers of 8 bits have in common. */
function commonBits(left: number, right: number): number {
  return Math.clz32(left ^ right) - 24;
}
