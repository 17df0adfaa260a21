/**
 * Invariants of the neighbour table, its paths and its lists whenever the device's lock is released.
 *
 * - Each neighbour is in one bucket, once, and the table has a reference to it; no two have one address.
 * - A neighbour is on the list of a path only while it is in the table, and the path is to its gid. Lists read the same
 *   in both directions.
 * - The count of entries is at least the number of neighbours in the table; at the end it is the number of neighbours
 *   in memory.
 * - A queue has the length it records, and no more than the limit.
 * - At the end only the table holds its neighbours: threads have released their references.
 *
 * O(neighbours²): for the small tables of scenarios.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c (3.6).
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Device, Neighbour, Packet, Path } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { Link } from "#impl/sync/list.ts";
import { collectBucket, haveSameAddress, isDeviceUp, isNeighbour, neighbourName } from "./neighbour-words.ts";
import type { Watcher } from "../watcher.ts";

export function neighbourTableWatcher(neighbours: Neighbours): Watcher {
  const { capacities, device, limits } = neighbours;
  const room = capacities.neighboursMax + 1;
  /** All neighbours in the table, bucket by bucket. */
  const inTable = new Int32Array(room * limits.buckets);
  const members = new Int32Array(capacities.neighboursMax + capacities.pathsMax + capacities.connectionsMax + 1);
  const paths = new Int32Array(capacities.pathsMax + 1);

  function check(words: Int32Array): string | undefined {
    let count = 0;
    for (let bucket = 0; bucket < limits.buckets; bucket++) {
      const found = collectBucket(words, neighbours, bucket, inTable.subarray(count, count + room));
      if (found === -1) return `bucket ${bucket} does not end, or leads to what is no neighbour`;
      count += found;
    }
    return (
      checkNeighbours(words, count) ??
      checkPaths(words, count) ??
      checkList(words, Device.startList(device)) ??
      checkList(words, Device.reapList(device))
    );
  }

  function checkNeighbours(words: Int32Array, count: number): string | undefined {
    for (let i = 0; i < count; i++) {
      const one = wordAt(inTable, i);
      if (wordAt(words, Neighbour.refcount(one)) < 1)
        return (
          `${neighbourName(neighbours, one)} is in the table, ` +
          `and its refcount is ${wordAt(words, Neighbour.refcount(one))}`
        );
      for (let j = i + 1; j < count; j++) {
        if (haveSameAddress(words, one, wordAt(inTable, j)))
          return (
            `${neighbourName(neighbours, one)} and ${neighbourName(neighbours, wordAt(inTable, j))} ` +
            "have one address, and both are in the table"
          );
      }
      const queue = checkQueue(words, Neighbour.queueHead(one));
      if (queue !== undefined) return `${neighbourName(neighbours, one)} ${queue}`;
    }
    const entries = wordAt(words, Device.entries(device));
    return entries < count
      ? `the device counts ${entries} entries, and ${count} neighbours are in the table`
      : undefined;
  }

  function checkPaths(words: Int32Array, inTableCount: number): string | undefined {
    const pathCount = membersOf(words, Device.paths(device), paths);
    if (pathCount === -1) return "the list of paths is torn";
    for (let i = 0; i < pathCount; i++) {
      const path = wordAt(paths, i);
      const queue = checkQueue(words, Path.queueHead(path));
      if (queue !== undefined) return `a path ${queue}`;
      const count = membersOf(words, Path.neighbours(path), members);
      if (count === -1) return "a path's list of neighbours is torn";
      for (let j = 0; j < count; j++) {
        const member = wordAt(members, j);
        if (!isNeighbour(neighbours, member) || !includes(inTable, inTableCount, member))
          return `${neighbourName(neighbours, member)} is on the list of a path, and not in the table`;
        for (let word = 0; word < 4; word++) {
          if (wordAt(words, Neighbour.address(member) + 1 + word) !== wordAt(words, Path.gid(path) + word))
            return `${neighbourName(neighbours, member)} is on the list of a path to another gid`;
        }
      }
    }
    return undefined;
  }

  function checkList(words: Int32Array, head: Address): string | undefined {
    return membersOf(words, head, members) === -1
      ? `the list at ${head === Device.startList(device) ? "device.startList" : "device.reapList"} is torn`
      : undefined;
  }

  function checkQueue(words: Int32Array, head: Address): string | undefined {
    const length = wordAt(words, head + 2);
    let count = 0;
    let last: Address = NIL;
    for (
      let packet = wordAt(words, head);
      packet !== NIL && count <= capacities.packetsMax;
      packet = wordAt(words, Packet.next(packet))
    ) {
      last = packet;
      count++;
    }
    if (count !== length) return `says that ${length} packets wait, and ${count} do`;
    if (last !== wordAt(words, head + 1)) return "has a queue that does not end with its tail";
    return count > limits.queueMax ? `has ${count} packets waiting, and the limit is ${limits.queueMax}` : undefined;
  }

  return {
    property: "neighbour-table",
    unlocked(words, lock) {
      return lock === Device.lock(device) && isDeviceUp(words, neighbours) ? check(words) : undefined;
    },
    ended(words) {
      if (!isDeviceUp(words, neighbours)) return undefined;
      const entries = wordAt(words, Device.entries(device));
      const live = wordAt(words, Slab.live(neighbours.neighbours));
      if (entries !== live)
        return `at the end the device counts ${entries} entries, and ${live} neighbours are in memory`;
      for (let bucket = 0; bucket < limits.buckets; bucket++) {
        const count = collectBucket(words, neighbours, bucket, inTable);
        for (let i = 0; i < count; i++) {
          const refcount = wordAt(words, Neighbour.refcount(wordAt(inTable, i)));
          if (refcount !== 1)
            return (
              `at the end the refcount of ${neighbourName(neighbours, wordAt(inTable, i))} is ${refcount}, ` +
              "and the table alone holds it"
            );
        }
      }
      return undefined;
    },
  };
}

/**
 * Writes the members of the list at `head` into `into`. Returns how many, or -1 if its links disagree or do not lead
 * back.
 */
function membersOf(words: Int32Array, head: Address, into: Int32Array): number {
  let count = 0;
  let before = head;
  for (let link = wordAt(words, Link.next(head)); link !== head; link = wordAt(words, Link.next(link))) {
    if (wordAt(words, Link.previous(link)) !== before) return -1; // this also excludes a cycle without the head
    into[count++] = link;
    before = link;
  }
  return wordAt(words, Link.previous(head)) === before ? count : -1;
}

function includes(list: Int32Array, count: number, wanted: Address): boolean {
  for (let i = 0; i < count; i++) if (list[i] === wanted) return true;
  return false;
}
