/**
 * Identifiers for the packets to one peer: consecutive, 16 bits, from a start that outsiders cannot predict.
 *
 * Source: Linux include/net/inetpeer.h, inet_getid(), with the return value of commit 39c36094d78c, "net: fix
 * inet_getid() and ipv6_select_ident() bugs"; net/core/secure_seq.c, secure_ip_id(), whose hash is replaced by
 * HalfSipHash-1-3 (Aumasson and Bernstein, "SipHash", 2012; Linux lib/siphash.c, hsiphash).
 */
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { type Access, type Address, atomicAddReturn } from "../memory/access.ts";
import { wordAt } from "../memory/word.ts";
import { Peer } from "./layout.ts";

/**
 * The first of `more` + 1 consecutive identifiers, modulo 2^16, that no other caller is given. The caller holds a
 * reference. Linearizes at its only access.
 */
export function* nextIdentifier(peer: Address, more: number): Access<number> {
  const count = more + 1;
  const after = yield atomicAddReturn(Peer.identifier(peer), count);
  return (after - count) & 0xffff;
}

/** Starts identifiers at a hash of the address under `secret`, two 32-bit words that outsiders must not know. */
export function keyedIdentifier(secret: readonly [number, number]): (address: PeerAddress) => number {
  return ({ words }) => hashWords(words, secret);
}

/** HalfSipHash-1-3 of the words' little-endian bytes, as an int32. */
export function hashWords(words: readonly number[], [key0, key1]: readonly [number, number]): number {
  const v = Int32Array.of(key0, key1, 0x6c796765 ^ key0, 0x74656462 ^ key1);
  for (const word of words) compress(v, word);
  compress(v, words.length << 26); // the number of bytes, in the top byte
  v[2] = wordAt(v, 2) ^ 0xff;
  round(v);
  round(v);
  round(v);
  return wordAt(v, 1) ^ wordAt(v, 3);
}

function compress(v: Int32Array, word: number): void {
  v[3] = wordAt(v, 3) ^ word;
  round(v);
  v[0] = wordAt(v, 0) ^ word;
}

function round(v: Int32Array): void {
  let [v0 = 0, v1 = 0, v2 = 0, v3 = 0] = v;
  v0 = (v0 + v1) | 0;
  v1 = rotate(v1, 5) ^ v0;
  v0 = rotate(v0, 16);
  v2 = (v2 + v3) | 0;
  v3 = rotate(v3, 8) ^ v2;
  v0 = (v0 + v3) | 0;
  v3 = rotate(v3, 7) ^ v0;
  v2 = (v2 + v1) | 0;
  v1 = rotate(v1, 13) ^ v2;
  v2 = rotate(v2, 16);
  v[0] = v0;
  v[1] = v1;
  v[2] = v2;
  v[3] = v3;
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
