/**
 * InfiniBand hardware addresses of 20 octets: a flag octet, three octets of queue number, and the 16-octet gid of the
 * port, which is a subnet prefix of 8 octets and a port guid of 8 octets.
 *
 * As five words, octet 0 lowest, the way a little-endian host loads them. Big-endian numbers appear in them with their
 * octets reversed.
 *
 * Source: RFC 4391, section 9.1.1; RFC 4391, section 4, the multicast gid.
 */
export interface HardwareAddress {
  /** Five int32s. */
  readonly words: readonly number[];
}

/** Four int32s. */
export type Gid = readonly number[];

/**
 * The address of a queue at a port.
 *
 * @throws RangeError if the queue number does not fit into 24 bits
 */
export function hardwareAddress(queueNumber: number, gid: Gid, flags = 0): HardwareAddress {
  if (!Number.isInteger(queueNumber) || queueNumber < 0 || queueNumber > 0xffffff) {
    throw new RangeError(`queue number ${queueNumber}: must be a whole number of 24 bits`);
  }
  const first =
    (flags & 0xff) | ((queueNumber >>> 16) << 8) | (((queueNumber >>> 8) & 0xff) << 16) | ((queueNumber & 0xff) << 24);
  return { words: [first, ...gid] };
}

/** The gid of a port on the local subnet, fe80::/64. */
export function portGid(guid: number): Gid {
  return [0x000080fe, 0, 0, octetsTurned(guid)];
}

/** The gid of an IPv4 multicast group, ff12:401b:<partition key>::, on the partition with that key. */
export function multicastGid(group: number, partitionKey: number): Gid {
  return [0x1b4012ff, octetsTurned(partitionKey) >>> 16, 0, octetsTurned(group)];
}

/** The queue number of every multicast address. */
export const MULTICAST_QUEUE = 0xffffff;

function octetsTurned(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
