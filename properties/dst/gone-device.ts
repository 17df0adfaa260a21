/**
 * Dead entries let go of a device in time.
 *
 * - When the event of a device that goes away returns, no entry that was dead when it began names the device, and
 *   neither does its neighbour. (An entry that dies later with that device is its producer's responsibility.)
 * - Whenever the configuration lock is free, a dead entry whose device is not up discards.
 *
 * Without this a device that goes away waits for ever for its last reference.
 *
 * Source: Linux net/core/dst.c, dst_dev_event(); net/core/dev.c, netdev_wait_allrefs().
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { Device, DEVICE_STATE, DstEntry, HANDLER, Neighbour } from "#impl/dst/layout.ts";
import { deadEntries, entryName, isDead } from "./dst-memory.ts";
import type { Watcher } from "../watcher.ts";

export function goneDeviceWatcher(dst: Dst): Watcher {
  /** Entries that were dead when their device went away. */
  const mustLetGo = new Map<Address, Address>();

  return {
    property: "gone-device",
    begin: () => mustLetGo.clear(),
    watches: (address) => (dst.devices.some((device) => address === Device.state(device)) ? "writes" : undefined),
    accessed(words, { address, after }) {
      if (after !== DEVICE_STATE.gone) return undefined;
      for (const device of dst.devices) {
        if (address !== Device.state(device)) continue;
        for (const entry of deadEntries(words, dst)) if (names(words, entry, device)) mustLetGo.set(entry, device);
      }
      return undefined;
    },
    freed(_words, slab, object) {
      if (slab === dst.entries) mustLetGo.delete(object);
      return undefined;
    },
    unlocked(words, lock) {
      if (lock !== dst.configuration) return undefined;
      for (const [entry, device] of mustLetGo) {
        if (isDead(words, entry) && names(words, entry, device))
          return `${entryName(dst, entry)} is dead, and names a device that is gone`;
      }
      mustLetGo.clear();
      for (const entry of deadEntries(words, dst)) {
        const device = wordAt(words, DstEntry.device(entry));
        if (device === NIL || wordAt(words, Device.state(device)) === DEVICE_STATE.up) continue;
        if (
          wordAt(words, DstEntry.output(entry)) !== HANDLER.discard ||
          wordAt(words, DstEntry.input(entry)) !== HANDLER.discard
        ) {
          return `${entryName(dst, entry)} is dead, and does not discard though its device is not up`;
        }
      }
      return undefined;
    },
  };
}

function names(words: Int32Array, entry: Address, device: Address): boolean {
  const neighbour = wordAt(words, DstEntry.neighbour(entry));
  return (
    wordAt(words, DstEntry.device(entry)) === device ||
    (neighbour !== NIL && wordAt(words, Neighbour.device(neighbour)) === device)
  );
}
