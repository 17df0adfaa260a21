/**
 * No packet waits for something that has already come: a neighbour that sends at once, because it has its handle and
 * its connection, if it needs one, is up, has no packets waiting. Neither has a path that is known and valid.
 *
 * Checked whenever the device's lock is released, and at the end: within the lock, the queue of a neighbour that has
 * just become ready is being emptied. A packet queued after that would wait until the neighbour goes.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/, 816e846c2eb9 (2018).
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Connection, Device, Neighbour, Path } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { Link } from "#impl/sync/list.ts";
import { collectTable, isDeviceUp, neighbourName } from "./neighbour-words.ts";
import type { Watcher } from "../watcher.ts";

export function waitingPacketsWatcher(neighbours: Neighbours): Watcher {
  const { capacities, device } = neighbours;
  const found = new Int32Array(capacities.neighboursMax + 1);

  function check(words: Int32Array): string | undefined {
    if (!isDeviceUp(words, neighbours)) return undefined;
    const count = collectTable(words, neighbours, found);
    for (let i = 0; i < count; i++) {
      const neighbour = wordAt(found, i);
      const waiting = wordAt(words, Neighbour.queueLength(neighbour));
      if (waiting > 0 && isReady(words, neighbour))
        return `${neighbourName(neighbours, neighbour)} sends at once, and ${waiting} packets wait at it`;
    }
    const head = Device.paths(device);
    let path = wordAt(words, Link.next(head));
    for (let i = 0; i < capacities.pathsMax && path !== head; i++) {
      const waiting = wordAt(words, Path.queueLength(path));
      if (waiting > 0 && wordAt(words, Path.handle(path)) !== NIL && wordAt(words, Path.valid(path)) === 1)
        return `a path is known and valid, and ${waiting} packets wait at it`;
      path = wordAt(words, Link.next(path));
    }
    return undefined;
  }

  return {
    property: "waiting-packets",
    unlocked: (words, lock) => (lock === Device.lock(device) ? check(words) : undefined),
    ended: check,
  };
}

function isReady(words: Int32Array, neighbour: Address): boolean {
  if (wordAt(words, Neighbour.handle(neighbour)) === NIL) return false;
  const connection = wordAt(words, Neighbour.connection(neighbour));
  return connection === NIL || wordAt(words, Connection.up(connection)) === 1;
}
