/**
 * Paths to ports, and multicast groups: a query that is answered at some time, the handle that the answer brings, and
 * the neighbours that use it.
 *
 * One object serves as both: the gid says which it is. A query (a group's join) is `asked` at most once at a time.
 * The answerer claims it under L, creates the handle without L, and returns under L: meanwhile the path is `answering`,
 * and a thread that takes the path off the list waits for the answer's end before freeing it.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6): path_rec_start(), path_rec_completion(), path_free(),
 * ipoib_flush_paths(), ipoib_mark_paths_invalid(); ipoib_multicast.c: ipoib_mcast_join_complete(),
 * ipoib_mcast_dev_flush().
 */
import type { Gid } from "#model/neighbours/hardware-address.ts";
import {
  type Access,
  type Address,
  awaitUnequal,
  free,
  NIL,
  rcuAssignPointer,
  rcuDereferenceProtected,
  read,
  spinLock,
  spinUnlock,
  storeRelease,
  write,
} from "../memory/access.ts";
import { numberAt } from "../memory/word.ts";
import { memberAfter, takeOut } from "../sync/list.ts";
import { acquireAlive } from "../sync/refcount.ts";
import { isMulticast } from "./address.ts";
import { createConnection } from "./connection.ts";
import { createHandle, putHandle } from "./handle.ts";
import { Device, Handle, Neighbour, Path, QUERY } from "./layout.ts";
import type { Neighbours } from "./neighbours.ts";
import { dropPackets, joinPackets, NOTHING, takePackets, takePathPackets } from "./packet-queue.ts";
import { findPath } from "./path-list.ts";
import { deleteByGid, unlinkNeighbour } from "./table.ts";

const EVERY_BIT = -1;

/**
 * Delivers the answer to the query for `gid`: with a handle if it is granted. Returns the packets that waited for it,
 * as a chain for the caller to transmit again; {@link NOTHING} if no query was outstanding, or the path was given
 * up meanwhile.
 *
 * Linearizes at the first store of the new handle, or, if refused, under the second L.
 */
export function* answerQuery(neighbours: Neighbours, gid: Gid, granted: boolean): Access<Address> {
  const lock = Device.lock(neighbours.device);
  yield spinLock(lock);
  const path = yield* claimQuery(neighbours, gid);
  yield spinUnlock(lock);
  if (path === NIL) return NOTHING;

  const handle = granted ? yield* createHandle(neighbours, numberAt(gid, 3)) : NIL;

  yield spinLock(lock);
  const listed = yield read(Path.listed(path));
  let waiting: Address = NOTHING;
  let unused: Address = handle;
  if (listed === 1 && handle !== NIL) {
    unused = yield read(Path.handle(path));
    yield write(Path.handle(path), handle);
    yield write(Path.valid(path), 1);
    waiting = yield* resolveNeighbours(neighbours, path, handle);
  } else if (listed === 1 && !granted) {
    waiting = NIL;
  }
  yield storeRelease(Path.query(path), QUERY.none); // from here on the path may be freed
  yield spinUnlock(lock);
  if (unused !== NIL) yield* putHandle(neighbours, unused);
  return waiting;
}

/**
 * Takes the path to `gid` off the device's list, withdraws its query, and waits for an answer that is in progress;
 * returns the path, for the caller to free, or NIL if there is none. May sleep. Linearizes at the removal from
 * the list.
 */
export function* forgetPath(neighbours: Neighbours, gid: Gid): Access<Address> {
  const lock = Device.lock(neighbours.device);
  yield spinLock(lock);
  const path = yield* findPath(neighbours, gid);
  if (path !== NIL) yield* withdrawPath(path);
  yield spinUnlock(lock);
  if (path !== NIL) yield awaitUnequal(Path.query(path), EVERY_BIT, QUERY.answering);
  return path;
}

/** {@link forgetPath} for whichever path is first in the list. */
export function* forgetFirstPath({ device }: Neighbours): Access<Address> {
  const lock = Device.lock(device);
  yield spinLock(lock);
  const path = yield* memberAfter(Device.paths(device), Device.paths(device));
  if (path !== NIL) yield* withdrawPath(path);
  yield spinUnlock(lock);
  if (path !== NIL) yield awaitUnequal(Path.query(path), EVERY_BIT, QUERY.answering);
  return path;
}

/**
 * Frees a path that was forgotten, after removing its neighbours from the table. Linearizes like {@link deleteByGid}.
 */
export function* freePath(neighbours: Neighbours, path: Address): Access {
  const gid: number[] = [];
  for (let i = 0; i < 4; i++) {
    const word = yield read(Path.gid(path) + i);
    gid.push(word);
  }
  yield* deleteByGid(neighbours, gid);
  const packets = yield* takePathPackets(path);
  yield* dropPackets(neighbours, packets);
  const handle = yield read(Path.handle(path));
  if (handle !== NIL) yield* putHandle(neighbours, handle);
  yield free(neighbours.paths, path);
}

/** The subnet has changed: no path may be used by itself until it is queried again. Linearizes under L. */
export function* invalidatePaths({ device }: Neighbours): Access {
  const lock = Device.lock(device);
  const head = Device.paths(device);
  yield spinLock(lock);
  for (let path = yield* memberAfter(head, head); path !== NIL; path = yield* memberAfter(head, path)) {
    const first = yield read(Path.gid(path));
    if (!isMulticast([first])) yield write(Path.valid(path), 0);
  }
  yield spinUnlock(lock);
}

/** The path whose query is outstanding, claimed for the caller to answer; NIL if there is none. Under L. */
function* claimQuery(neighbours: Neighbours, gid: Gid): Access<Address> {
  const path = yield* findPath(neighbours, gid);
  if (path === NIL) return NIL;
  const query = yield read(Path.query(path));
  if (query !== QUERY.asked) return NIL;
  yield write(Path.query(path), QUERY.answering);
  return path;
}

/**
 * Gives the path's handle to each of its neighbours; returns all packets that waited, the path's own first. Under L.
 */
function* resolveNeighbours(neighbours: Neighbours, path: Address, handle: Address): Access<Address> {
  let waiting = yield* takePathPackets(path);
  const head = Path.neighbours(path);
  let neighbour = yield* memberAfter(head, head);
  while (neighbour !== NIL) {
    const next = yield* memberAfter(head, neighbour); // the neighbour may be removed
    const resolved = yield* giveHandle(neighbours, neighbour, handle);
    if (resolved) {
      const packets = yield* takePackets(neighbour);
      waiting = yield* joinPackets(waiting, packets);
    } else {
      yield* unlinkNeighbour(neighbours, neighbour);
    }
    neighbour = next;
  }
  return waiting;
}

/**
 * Replaces the neighbour's handle by a reference to this one; before that, gives it a connection if it should have one.
 * False if there is no memory for that. Under L. The connection is stored first: readers of the handle see it.
 */
export function* giveHandle(neighbours: Neighbours, neighbour: Address, handle: Address): Access<boolean> {
  const connected = yield* createConnection(neighbours, neighbour);
  if (!connected) return false;
  yield* acquireAlive(Handle.refcount(handle));
  const before = yield rcuDereferenceProtected(Neighbour.handle(neighbour));
  yield rcuAssignPointer(Neighbour.handle(neighbour), handle);
  if (before !== NIL) yield* putHandle(neighbours, before);
  return true;
}

function* withdrawPath(path: Address): Access {
  yield* takeOut(Path.onDevice(path));
  yield write(Path.listed(path), 0);
  const query = yield read(Path.query(path));
  if (query === QUERY.asked) yield write(Path.query(path), QUERY.none);
}
