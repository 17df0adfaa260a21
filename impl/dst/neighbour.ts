/**
 * The data an entry needs to send through a device that resolves neighbours: the neighbour, and its prepared header.
 *
 * A device's driver counts its neighbours in its private area. When a device goes, its dead entries and their
 * neighbours are pointed at loopback. The driver's own record of the neighbour's owner (`owner`) stays, and the
 * destructor uses it.
 *
 * Source: Linux net/core/neighbour.c (2.6.24), neigh_hh_init(), neigh_destroy();
 * drivers/infiniband/ulp/ipoib/ipoib_main.c, ipoib_neigh_cleanup().
 */
import {
  type Access,
  type Address,
  allocate,
  atomicAdd,
  atomicAddReturn,
  free,
  NIL,
  read,
  readOnce,
  spinLock,
  spinUnlock,
  storeRelease,
  write,
} from "../memory/access.ts";
import type { Dst } from "./dst.ts";
import { Device, Driver, DstEntry, HeaderCache, Neighbour } from "./layout.ts";

/**
 * Creates a neighbour of a device that has a driver, with one reference. There is memory for one per entry, so this
 * cannot fail.
 */
export function* createNeighbour(dst: Dst, device: Address): Access<Address> {
  const neighbour = yield allocate(dst.neighbours);
  yield write(Neighbour.refcount(neighbour), 1);
  yield write(Neighbour.device(neighbour), device);
  yield write(Neighbour.owner(neighbour), device);
  yield write(Neighbour.headerCache(neighbour), NIL);
  yield atomicAdd(Device.refcount(device), 1);
  yield* countNeighbour(device, 1);
  return neighbour;
}

/** Drops a reference; the last one destroys the neighbour. */
export function* releaseNeighbour(dst: Dst, neighbour: Address): Access {
  const left = yield atomicAddReturn(Neighbour.refcount(neighbour), -1);
  if (left !== 0) return;
  const owner = yield read(Neighbour.owner(neighbour));
  yield* countNeighbour(owner, -1);
  const header = yield read(Neighbour.headerCache(neighbour));
  if (header !== NIL) yield* releaseHeader(dst, header);
  const device = yield read(Neighbour.device(neighbour));
  yield atomicAdd(Device.refcount(device), -1);
  yield free(dst.neighbours, neighbour);
}

/** Drops a reference; the last one frees the header. */
export function* releaseHeader(dst: Dst, header: Address): Access {
  const left = yield atomicAddReturn(HeaderCache.refcount(header), -1);
  if (left === 0) yield free(dst.headerCaches, header);
}

/** Gives a held entry its neighbour's header, and creates the header first if there is none. */
export function* attachHeader(dst: Dst, entry: Address, neighbour: Address): Access {
  const attached = yield readOnce(DstEntry.headerCache(entry));
  if (attached !== NIL) return;
  const owner = yield read(Neighbour.owner(neighbour));
  const driver = yield read(Device.driver(owner));
  yield spinLock(Driver.lock(driver));
  const meanwhile = yield read(DstEntry.headerCache(entry));
  if (meanwhile === NIL) {
    let header = yield read(Neighbour.headerCache(neighbour));
    if (header === NIL) {
      header = yield allocate(dst.headerCaches);
      yield write(HeaderCache.refcount(header), 1); // the neighbour's own
      yield write(Neighbour.headerCache(neighbour), header);
    }
    yield atomicAdd(HeaderCache.refcount(header), 1);
    yield storeRelease(DstEntry.headerCache(entry), header);
  }
  yield spinUnlock(Driver.lock(driver));
}

function* countNeighbour(owner: Address, change: number): Access {
  const driver = yield read(Device.driver(owner));
  yield spinLock(Driver.lock(driver));
  const count = yield read(Driver.neighbours(driver));
  yield write(Driver.neighbours(driver), count + change);
  yield spinUnlock(Driver.lock(driver));
}
