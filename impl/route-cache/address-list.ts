/**
 * The addresses of all interfaces, one list, oldest first. Writers hold the interfaces' sequence lock; readers walk it
 * inside a section. An address taken off keeps its link, so that a reader at it can continue; it is freed when
 * the readers are gone and no route has it as its source.
 *
 * The list counts as one reference. Routes refer to an address by the address of its reference count.
 *
 * Source: NetBSD sys/netinet6/in6.c, in6_update_ifa1(), in6_unlink_ifa(); sys/net/if.c, ifa_insert(), ifa_remove().
 */
import {
  type Access,
  type Address,
  allocate,
  atomicAddReturn,
  free,
  NIL,
  rcuAssignPointer,
  rcuDereference,
  rcuDereferenceProtected,
  read,
  write,
} from "../memory/access.ts";
import type { Runner } from "../sync/cpu.ts";
import { pserializeReadEnter, pserializeReadExit } from "../sync/pserialize.ts";
import { acquireAlive } from "../sync/refcount.ts";
import { readBegin, readRetry, writeSeqlock, writeSequnlock } from "../sync/seqlock.ts";
import { ERROR } from "./errors.ts";
import { InterfaceAddress, Interfaces } from "./layout.ts";
import type { Network } from "./network.ts";
import { waitForReaders } from "./wait-for-readers.ts";

export interface NewAddress {
  /** The address as a number, unique in the list. */
  readonly address: number;
  /** The interface's index. */
  readonly interface: number;
  /** `ADDRESS_FLAG`s. */
  readonly flags: number;
}

/** Gives an interface an address; returns an error. Linearizes at the store that links it in. */
export function* assignAddress(network: Network, { address, interface: index, flags }: NewAddress): Access<number> {
  const { interfaces, interfacesLock, addressSlab } = network;
  const entry = yield allocate(addressSlab);
  if (entry === NIL) return ERROR.noMemory;
  yield write(InterfaceAddress.next(entry), NIL);
  yield write(InterfaceAddress.dead(entry), NIL);
  yield write(InterfaceAddress.address(entry), address);
  yield write(InterfaceAddress.interface(entry), index);
  yield write(InterfaceAddress.flags(entry), flags);
  yield write(InterfaceAddress.refcount(entry), 1);
  yield* writeSeqlock(interfacesLock);
  const owner = yield rcuDereferenceProtected(Interfaces.slots(interfaces) + index);
  const link = yield* linkToAddress(interfaces, address);
  const taken = yield rcuDereferenceProtected(link);
  const error = owner === NIL ? ERROR.noSuchDevice : taken === NIL ? 0 : ERROR.exists;
  if (error === 0) yield rcuAssignPointer(link, entry);
  yield* writeSequnlock(interfacesLock);
  if (error !== 0) yield free(addressSlab, entry);
  return error;
}

/**
 * Removes an address; returns an error. An lwp returns when the list's reference is dropped. Linearizes at the
 * unlinking store.
 */
export function* removeAddress(network: Network, runner: Runner, address: number): Access<number> {
  const { interfaces, interfacesLock } = network;
  yield* writeSeqlock(interfacesLock);
  const link = yield* linkToAddress(interfaces, address);
  const entry = yield rcuDereferenceProtected(link);
  if (entry !== NIL) yield* unlink(link, entry);
  yield* writeSequnlock(interfacesLock);
  if (entry === NIL) return ERROR.addressNotAvailable;
  yield* waitForReaders(network, runner);
  yield* dropAddress(network, InterfaceAddress.refcount(entry));
  return 0;
}

/** Removes all addresses of an interface from the list, as its writer; returns them, linked by `dead`. */
export function* unlinkAddressesOf({ interfaces }: Network, index: number): Access<Address> {
  let link = Interfaces.addresses(interfaces);
  let dead: Address = NIL;
  for (;;) {
    const entry = yield rcuDereferenceProtected(link);
    if (entry === NIL) return dead;
    const owner = yield read(InterfaceAddress.interface(entry));
    if (owner === index) {
      yield* unlink(link, entry);
      yield write(InterfaceAddress.dead(entry), dead);
      dead = entry;
    } else {
      link = InterfaceAddress.next(entry);
    }
  }
}

/** Takes a reference to the address of that number: the address of its count, or NIL if it is not assigned. */
export function* holdAddress({ interfaces, interfacesLock }: Network, address: number): Access<Address> {
  yield* pserializeReadEnter();
  let held: Address = NIL;
  for (;;) {
    const begun = yield* readBegin(interfacesLock);
    let entry = yield rcuDereference(Interfaces.addresses(interfaces));
    while (entry !== NIL) {
      const number = yield read(InterfaceAddress.address(entry));
      if (number === address) break;
      entry = yield rcuDereference(InterfaceAddress.next(entry));
    }
    held = entry;
    const changed = yield* readRetry(interfacesLock, begun);
    if (!changed) break;
  }
  const refcount = held === NIL ? NIL : InterfaceAddress.refcount(held);
  // The list's own reference is dropped only after every section that found the address, so the count is not 0.
  if (refcount !== NIL) yield* acquireAlive(refcount);
  yield* pserializeReadExit();
  return refcount;
}

/** Drops a reference to an address, and frees it with the last. `refcount` is the address of its count. */
export function* dropAddress({ addressSlab }: Network, refcount: Address): Access {
  const left = yield atomicAddReturn(refcount, -1);
  if (left === 0) yield free(addressSlab, refcount - InterfaceAddress.refcount(0));
}

function* unlink(link: Address, entry: Address): Access {
  const next = yield rcuDereferenceProtected(InterfaceAddress.next(entry));
  yield rcuAssignPointer(link, next);
}

/** The link that leads to the address of that number, or the NIL at the list's end. As the list's writer. */
function* linkToAddress(interfaces: Address, address: number): Access<Address> {
  let link = Interfaces.addresses(interfaces);
  for (;;) {
    const entry = yield rcuDereferenceProtected(link);
    if (entry === NIL) return link;
    const number = yield read(InterfaceAddress.address(entry));
    if (number === address) return link;
    link = InterfaceAddress.next(entry);
  }
}
