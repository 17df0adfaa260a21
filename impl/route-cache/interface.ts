/**
 * Interfaces: found by index inside a section, kept by a passive reference.
 *
 * Data that lives longer than a call keeps an index and not a pointer, and looks the interface up each time. An index
 * can come to name another interface meanwhile; that is allowed: a stored index means the interface that has it when a
 * packet is sent.
 *
 * Source: NetBSD sys/net/if.c: if_get_byindex(), if_put(), if_detach(), if_acquire().
 */
import {
  type Access,
  type Address,
  allocate,
  free,
  NIL,
  rcuAssignPointer,
  rcuDereference,
  rcuDereferenceProtected,
  read,
  write,
} from "../memory/access.ts";
import { bind, type Runner, unbind } from "../sync/cpu.ts";
import { initTarget, psrefAcquire, psrefDrain, psrefRelease } from "../sync/psref.ts";
import { pserializeReadEnter, pserializeReadExit } from "../sync/pserialize.ts";
import { writeSeqlock, writeSequnlock } from "../sync/seqlock.ts";
import { dropAddress, unlinkAddressesOf } from "./address-list.ts";
import { ERROR } from "./errors.ts";
import { Interface, InterfaceAddress, Interfaces } from "./layout.ts";
import type { Network } from "./network.ts";
import { waitForReaders } from "./wait-for-readers.ts";

/** An error, or the new interface's serial number. */
export type AttachOutcome = { readonly error: number } | { readonly error: 0; readonly serial: number };

/** Creates an interface and gives it the index. Linearizes at the store to its slot. */
export function* attachInterface(network: Network, index: number, isUp: boolean): Access<AttachOutcome> {
  const { interfaces, interfacesLock, interfaceSlab, interfaceClass } = network;
  const made = yield allocate(interfaceSlab);
  if (made === NIL) return { error: ERROR.noMemory };
  yield write(Interface.index(made), index);
  yield write(Interface.isUp(made), isUp ? 1 : 0);
  yield* initTarget(interfaceClass, Interface.target(made));
  yield* writeSeqlock(interfacesLock);
  const taken = yield rcuDereferenceProtected(Interfaces.slots(interfaces) + index);
  let serial = 0;
  if (taken === NIL) {
    serial = (yield read(Interfaces.serial(interfaces))) + 1;
    yield write(Interfaces.serial(interfaces), serial);
    yield write(Interface.serial(made), serial);
    yield rcuAssignPointer(Interfaces.slots(interfaces) + index, made);
  }
  yield* writeSequnlock(interfacesLock);
  if (serial !== 0) return { error: 0, serial };
  yield free(interfaceSlab, made);
  return { error: ERROR.exists };
}

/**
 * Removes the interface of that index, with its addresses; returns an error. Returns when it is freed. Linearizes at
 * the store to its slot.
 */
export function* detachInterface(network: Network, runner: Runner, index: number): Access<number> {
  const { interfaces, interfacesLock, interfaceSlab, interfaceClass, softnetLock } = network;
  yield* writeSeqlock(interfacesLock);
  const found = yield rcuDereferenceProtected(Interfaces.slots(interfaces) + index);
  let dead: Address = NIL;
  if (found !== NIL) {
    dead = yield* unlinkAddressesOf(network, index);
    yield rcuAssignPointer(Interfaces.slots(interfaces) + index, NIL);
  }
  yield* writeSequnlock(interfacesLock);
  if (found === NIL) return ERROR.noSuchDevice;
  yield* waitForReaders(network, runner);
  if (softnetLock === NIL) yield* psrefDrain(interfaceClass, runner, Interface.target(found));
  while (dead !== NIL) {
    const next = yield read(InterfaceAddress.dead(dead));
    yield* dropAddress(network, InterfaceAddress.refcount(dead));
    dead = next;
  }
  yield free(interfaceSlab, found);
  return 0;
}

/**
 * Finds the interface of that index and takes a passive reference with the record; NIL if there is none. Linearizes at
 * the read of the slot.
 */
export function* getInterface(
  { interfaces, interfaceClass }: Network,
  runner: Runner,
  index: number,
  record: Address,
): Access<Address> {
  yield* pserializeReadEnter();
  const found = yield rcuDereference(Interfaces.slots(interfaces) + index);
  if (found !== NIL) {
    yield* bind(runner.lwp);
    yield* psrefAcquire(interfaceClass, runner, record, Interface.target(found));
  }
  yield* pserializeReadExit();
  return found;
}

/** Drops the reference that {@link getInterface} took; no effect on NIL. */
export function* putInterface({ interfaceClass }: Network, runner: Runner, found: Address, record: Address): Access {
  if (found === NIL) return;
  yield* psrefRelease(interfaceClass, runner, record, Interface.target(found));
  yield* unbind(runner.lwp);
}
