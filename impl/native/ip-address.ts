/**
 * Addresses as users have them: text, or packed words.
 *
 * Text is read by ipaddr.js, but for IPv4 in its canonical form, of which a server sees millions: that is read here, without
 * allocating. An IPv4 address in an IPv6 one (`::ffff:192.0.2.1`, as dual-stack sockets show it) is the IPv4 address; a zone
 * (`fe80::1%eth0`) is no part of the address.
 */
import ipaddr from "ipaddr.js";
import type { PeerAddress } from "#model/peer-address.ts";
import { PeerPoolError } from "./peer-pool-error.ts";

/**
 * Text such as `192.0.2.1` or `2001:db8::1`; or the words of the address in network order as unsigned 32-bit numbers: one number or
 * a list of one for IPv4, a list of four for IPv6.
 */
export type IpAddress = string | number | readonly number[] | Uint32Array;

interface Scratch extends PeerAddress {
  readonly words: number[];
}

// One of each is enough: nobody keeps the address of an operation. The halves make the lists ones of doubles, for good.
const v4: Scratch = { family: "v4", words: [0.5] };
const v6: Scratch = { family: "v6", words: [0.5, 0.5, 0.5, 0.5] };

/**
 * The address as the pool has it; valid until the next call.
 *
 * @throws PeerPoolError `ERR_ADDRESS`
 */
export function parseIpAddress(address: IpAddress): PeerAddress {
  if (typeof address === "string") return parseText(address);
  if (typeof address === "number") return packedV4(address);
  const [first = Number.NaN] = address;
  if (address.length === 1) return packedV4(first);
  if (address.length !== 4) throw new PeerPoolError("ERR_ADDRESS", `an address has 1 word (IPv4) or 4 (IPv6), and not ${address.length}`);
  for (let i = 0; i < 4; i++) v6.words[i] = wordOf(address[i] ?? Number.NaN);
  return v6;
}

function packedV4(word: number): PeerAddress {
  v4.words[0] = wordOf(word);
  return v4;
}

function wordOf(word: number): number {
  if (word !== word >>> 0) throw new PeerPoolError("ERR_ADDRESS", `an address word is ${word}, and must be a whole number from 0 to 4294967295`);
  return word;
}

function parseText(text: string): PeerAddress {
  const packed = canonicalIPv4(text);
  if (packed !== -1) {
    v4.words[0] = packed;
    return v4;
  }
  if (!ipaddr.IPv6.isValid(text)) throw new PeerPoolError("ERR_ADDRESS", `"${text.slice(0, 60)}" is no IP address; write 192.0.2.1 or 2001:db8::1`);
  const address = ipaddr.IPv6.parse(text);
  if (address.isIPv4MappedAddress()) {
    v4.words[0] = wordsOf(address.toIPv4Address().toByteArray(), 0);
    return v4;
  }
  const bytes = address.toByteArray();
  for (let i = 0; i < 4; i++) v6.words[i] = wordsOf(bytes, 4 * i);
  return v6;
}

/** Four bytes in network order. */
function wordsOf(bytes: readonly number[], from: number): number {
  let word = 0;
  for (const byte of bytes.slice(from, from + 4)) word = word * 256 + byte;
  return word;
}

const DOT = 0x2e;
const ZERO = 0x30;

/** The word of four decimal numbers from 0 to 255 without leading zeros; -1 if the text is something else. */
export function canonicalIPv4(text: string): number {
  let word = 0;
  let part = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (part === -1 || dots === 3) return -1;
      word = word * 256 + part;
      part = -1;
      dots++;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9 || part === 0) return -1;
      part = part === -1 ? digit : part * 10 + digit;
      if (part > 255) return -1;
    }
  }
  return dots === 3 && part !== -1 ? word * 256 + part : -1;
}
