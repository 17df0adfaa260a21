/**
 * Address handles: the hardware's data for reaching a port. Counted: a path holds one, and each neighbour that uses it
 * holds one.
 *
 * A transmission uses a neighbour's handle inside a read-side critical section and takes no reference: the path may
 * replace the handle meanwhile, and the old one is freed after a grace period.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_ib.c (3.6): ipoib_create_ah(), ipoib_free_ah(). The kernel parks
 * unused handles until the sends that used them have completed; here a grace period replaces that.
 */
import { type Access, type Address, allocate, assertHolds, free, NIL, read, write } from "../memory/access.ts";
import { releaseWasLast } from "../sync/kref.ts";
import { callRcuCounted } from "../sync/rcu-barrier.ts";
import { Handle } from "./layout.ts";
import type { Neighbours } from "./neighbours.ts";

/** A handle for the port with that last word of its gid, held once; NIL if memory is used up. */
export function* createHandle({ handles }: Neighbours, destination: number): Access<Address> {
  const handle = yield allocate(handles);
  if (handle === NIL) return NIL;
  yield write(Handle.refcount(handle), 1);
  yield write(Handle.destination(handle), destination);
  return handle;
}

/** Drops a reference; the last frees the handle after a grace period. */
export function* putHandle({ freeHandle, pendingCallbacks }: Neighbours, handle: Address): Access {
  const last = yield* releaseWasLast(Handle.refcount(handle));
  if (last) yield* callRcuCounted(pendingCallbacks, freeHandle, handle);
}

/** Sends the packet to the port with that last word of its gid. */
export function* send({ packets }: Neighbours, handle: Address, packet: Address, destination: number): Access {
  const goesTo = yield read(Handle.destination(handle));
  yield assertHolds(goesTo === destination, "a packet is sent by a handle of its destination");
  yield free(packets, packet);
}
