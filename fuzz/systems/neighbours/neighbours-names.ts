/** Addresses as scenarios write them. */
import {
  type Gid,
  type HardwareAddress,
  hardwareAddress,
  MULTICAST_QUEUE,
  multicastGid,
  portGid,
} from "#model/neighbours/hardware-address.ts";
import { gidOfName, isGroup } from "#model/neighbours/neighbours.ts";

/** The partition of the device, and of every group. */
export const PARTITION_KEY = 0x8001;

/** `1/7` is queue 7 of port 1; `m1` is group 1. */
export function parseNeighbourAddress(name: string): HardwareAddress {
  const gidName = gidOfName(name);
  const queue = isGroup(gidName) ? MULTICAST_QUEUE : Number(name.slice(gidName.length + 1));
  return hardwareAddress(queue, parseGid(gidName));
}

/** `1` is port 1; `m1` is group 1. */
export function parseGid(name: string): Gid {
  return isGroup(name) ? multicastGid(Number(name.slice(1)), PARTITION_KEY) : portGid(Number(name));
}
