/**
 * The layout of a neighbour table and its users, and the lock or protocol that guards each field. L is the device's
 * `lock`; a field marked L is guarded by it.
 *
 * NetDevice, which outlives everything:
 *   driver   the device; NIL before it is set up and after it is freed
 *   users    threads that may still call the device's functions; atomic
 *
 * Device, the driver's own area:
 *   lock        L, the one lock of the table, of paths and of connections. Taken inside a queue lock, never the
 *               other way round
 *   queueLock   one for each transmit queue; a transmission holds its own; to exclude all, take all, in their order
 *   stopped     written under all queue locks; read under any of them
 *   table       written under L, published; read by any thread inside a read-side critical section. NIL once flushed
 *   entries     atomic; neighbours constructed and not yet destroyed
 *   stopReaping, flushing   marked; set once
 *   flushed     0, then 1 by the thread that destroys the last neighbour after `flushing` was set
 *   deleted     0, then 1 by the callback that freed the table
 *   paths       L; list of paths and multicast groups
 *   startList   L; connections to be started
 *   reapList    L; connections to be freed
 *   dropped     atomic; packets that were dropped
 *   text        stands for the driver's code, which goes with the device: a thread that still runs it reads this
 *
 * Table: immutable but for `bucket`: written under L, published, like `next` of a neighbour.
 *
 * Neighbour:
 *   onPath      L; link of the list of its path or group, while it is in the table
 *   address     immutable once published
 *   refcount    atomic; see sync/kref.ts. The table has one reference
 *   alive       time of last use; atomic, never moves back
 *   next        like a bucket. An unlinked neighbour keeps its own: a reader may still be at it
 *   handle      written under L, published; NIL until the path is known. Holds a reference
 *   connection  written under L, published; NIL for a neighbour without a connection
 *   queueHead, queueTail   L; packets that wait for the path or the connection
 *   queueLength L; marked, because a look-up reads it without L
 *
 * Path, or multicast group (its gid says which):
 *   onDevice    L; link of the device's list
 *   gid         immutable
 *   listed      L; 0 once taken off the device's list
 *   handle      L; NIL while not known. Holds a reference
 *   neighbours  L; list of the neighbours that use it
 *   query       L, released: the answerer of an `ANSWERING` query owns the path until it writes NONE, its last access
 *   valid       L; the handle may be used for packets that are sent by the path itself
 *   queueHead, queueTail, queueLength  L
 *
 * Handle: refcount atomic; destination immutable. Freed a grace period after the last reference is dropped.
 *
 * Connection:
 *   onList      L; link of startList or reapList, or of none
 *   neighbour   L; NIL once that is unlinked or destroyed
 *   started     L
 *   route       L; before `up`
 *   up          written under L, released; read by a transmission under its queue lock
 *
 * Packet: belongs to its owner (a queue, under L, or the thread that carries it).
 *
 * Left out: fields that no operation here touches (statistics except `dropped`, the device's back pointers). The kernel
 * keeps paths in a red-black tree beside the list, and groups in separate structures; one list does both here.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib.h (3.6): struct ipoib_neigh, ipoib_path, ipoib_mcast, ipoib_cm_tx,
 * ipoib_ah, ipoib_dev_priv.
 */
import { type Struct, struct } from "../memory/struct.ts";
import { LINK_WORDS } from "../sync/list.ts";

/** Transmit queues of a device. */
export const QUEUES = 2;

export const NetDevice = struct("netDevice", { driver: 1, users: 1 });

export const Device = struct("device", {
  lock: 1,
  queueLock: QUEUES,
  stopped: 1,
  table: 1,
  entries: 1,
  stopReaping: 1,
  flushing: 1,
  flushed: 1,
  deleted: 1,
  paths: LINK_WORDS,
  startList: LINK_WORDS,
  reapList: LINK_WORDS,
  dropped: 1,
  text: 1,
});

export const Neighbour = struct("neighbour", {
  onPath: LINK_WORDS,
  address: 5,
  refcount: 1,
  alive: 1,
  next: 1,
  handle: 1,
  connection: 1,
  queueHead: 1,
  queueTail: 1,
  queueLength: 1,
});

export const Path = struct("path", {
  onDevice: LINK_WORDS,
  gid: 4,
  listed: 1,
  handle: 1,
  neighbours: LINK_WORDS,
  query: 1,
  valid: 1,
  queueHead: 1,
  queueTail: 1,
  queueLength: 1,
});

export const QUERY = { none: 0, asked: 1, answering: 2 } as const;

export const Handle = struct("handle", { refcount: 1, destination: 1 });

export const Connection = struct("connection", { onList: LINK_WORDS, neighbour: 1, started: 1, route: 1, up: 1 });

export const Packet = struct("packet", { next: 1, number: 1 });

export type TableLayout = Struct<{ mask: 1; bucket: number }>;

/** The layout of a table with that many buckets. */
export function tableLayout(buckets: number): TableLayout {
  return struct("table", { mask: 1, bucket: buckets });
}
