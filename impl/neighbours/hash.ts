/**
 * The bucket of a hardware address: depends on its queue number (octets 1 to 3) and its port guid (octets 12 to 19),
 * and nothing else. One port is not reached with one queue number over two subnets, so the prefix would spread nothing;
 * flags identify no destination.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ipoib_main.c, ipoib_addr_hash(), with the mask of "IPoIB: Fix ipoib_neigh
 * hashing to use the correct daddr octets"; include/linux/jhash.h, jhash_3words() (Jenkins, lookup3.c, 2006).
 */
import type { HardwareAddress } from "#model/neighbours/hardware-address.ts";
import { numberAt } from "../memory/word.ts";

/**
 * The octets of the queue number in the first word, as a little-endian host loads it: the flags are its lowest octet.
 */
const QUEUE_NUMBER_MASK = 0xffffff00;

const START = 0xdeadbeef;

/** An int32, of which the low bits choose the bucket. */
export function hashAddress({ words }: HardwareAddress): number {
  return hashThreeWords(numberAt(words, 3), numberAt(words, 4), numberAt(words, 0) & QUEUE_NUMBER_MASK);
}

/** Jenkins' final mix of three words, from the start value of the Linux kernel. */
export function hashThreeWords(first: number, second: number, third: number): number {
  let a = (first + START) | 0;
  let b = (second + START) | 0;
  let c = third | 0;
  c = ((c ^ b) - rotated(b, 14)) | 0;
  a = ((a ^ c) - rotated(c, 11)) | 0;
  b = ((b ^ a) - rotated(a, 25)) | 0;
  c = ((c ^ b) - rotated(b, 16)) | 0;
  a = ((a ^ c) - rotated(c, 4)) | 0;
  b = ((b ^ a) - rotated(a, 14)) | 0;
  c = ((c ^ b) - rotated(b, 24)) | 0;
  return c;
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
