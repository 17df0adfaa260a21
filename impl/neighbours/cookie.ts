/**
 * The scheme before the table: the driver's record hangs off the system's neighbour, in a word kept there for the
 * driver.
 *
 * Guarded by `lock`, for readers too: the least that the cookie would have needed. The driver read it without
 * any lock, and freed the record at once; the table replaced it so that readers need no lock.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ (before 3.6): to_ipoib_neigh(), ipoib_neigh_free().
 */
import {
  type Access,
  type Address,
  allocate,
  atomicAddReturn,
  free,
  NIL,
  readOnce,
  spinLock,
  spinUnlock,
  write,
  writeOnce,
} from "../memory/access.ts";
import { type Heap, place, placeSlab } from "../memory/heap.ts";
import { struct } from "../memory/struct.ts";

export const GenericNeighbour = struct("generic", { lock: 1, cookie: 1 });

export const CookieRecord = struct("record", { sends: 1 });

/** The address of the system's neighbour, and the slab of the driver's records. */
export interface CookieNeighbour {
  readonly generic: Address;
  readonly records: Address;
}

/** @throws RangeError when the heap is full */
export function placeCookieNeighbour(heap: Heap, recordsMax: number): CookieNeighbour {
  return Object.freeze({
    generic: place(heap, GenericNeighbour, "generic"),
    records: placeSlab(heap, CookieRecord, "record", recordsMax),
  });
}

/**
 * Sends by the driver's record, which is created if there is none; returns the packets sent by that record, 0 if memory
 * is used up. Linearizes under the lock.
 */
export function* sendByCookie({ generic, records }: CookieNeighbour): Access<number> {
  yield spinLock(GenericNeighbour.lock(generic));
  let record = yield readOnce(GenericNeighbour.cookie(generic));
  if (record === NIL) record = yield* createRecord(generic, records);
  const sends = record === NIL ? 0 : yield atomicAddReturn(CookieRecord.sends(record), 1);
  yield spinUnlock(GenericNeighbour.lock(generic));
  return sends;
}

/**
 * The system's neighbour is removed: clears the cookie and frees the record; false if there is none. Linearizes under
 * the lock.
 */
export function* freeCookie({ generic, records }: CookieNeighbour): Access<boolean> {
  yield spinLock(GenericNeighbour.lock(generic));
  const record = yield readOnce(GenericNeighbour.cookie(generic));
  yield writeOnce(GenericNeighbour.cookie(generic), NIL);
  if (record !== NIL) yield free(records, record);
  yield spinUnlock(GenericNeighbour.lock(generic));
  return record !== NIL;
}

/** Under the lock. */
function* createRecord(generic: Address, records: Address): Access<Address> {
  const record = yield allocate(records);
  if (record === NIL) return NIL;
  yield write(CookieRecord.sends(record), 0);
  yield writeOnce(GenericNeighbour.cookie(generic), record);
  return record;
}
