/** The device's list of paths and multicast groups. All of it under L. */
import type { Gid } from "#model/neighbours/hardware-address.ts";
import { type Access, type Address, allocate, NIL, read, write } from "../memory/access.ts";
import { numberAt } from "../memory/word.ts";
import { addLast, initialiseLink, memberAfter } from "../sync/list.ts";
import { Device, Path, QUERY } from "./layout.ts";
import type { Neighbours } from "./neighbours.ts";
import { emptyPathQueue } from "./packet-queue.ts";

/** The listed path to `gid`, or NIL. */
export function* findPath({ device }: Neighbours, gid: Gid): Access<Address> {
  const head = Device.paths(device);
  let path = yield* memberAfter(head, head);
  while (path !== NIL) {
    const isIt = yield* leadsTo(path, gid);
    if (isIt) break;
    path = yield* memberAfter(head, path);
  }
  return path;
}

/** The listed path to `gid`, a new one if there is none; NIL if memory is used up. */
export function* findOrCreatePath(neighbours: Neighbours, gid: Gid): Access<Address> {
  const found = yield* findPath(neighbours, gid);
  if (found !== NIL) return found;
  const path = yield allocate(neighbours.paths);
  if (path === NIL) return NIL;
  for (let i = 0; i < gid.length; i++) yield write(Path.gid(path) + i, numberAt(gid, i));
  yield write(Path.listed(path), 1);
  yield write(Path.handle(path), NIL);
  yield* initialiseLink(Path.neighbours(path));
  yield write(Path.query(path), QUERY.none);
  yield write(Path.valid(path), 0);
  yield* emptyPathQueue(path);
  yield* addLast(Device.paths(neighbours.device), Path.onDevice(path));
  return path;
}

/** Queries the path, unless a query is outstanding. */
export function* askForPath(path: Address): Access {
  const query = yield read(Path.query(path));
  if (query === QUERY.none) yield write(Path.query(path), QUERY.asked);
}

function* leadsTo(path: Address, gid: Gid): Access<boolean> {
  for (let i = 0; i < gid.length; i++) {
    const word = yield read(Path.gid(path) + i);
    if (word !== numberAt(gid, i)) return false;
  }
  return true;
}
