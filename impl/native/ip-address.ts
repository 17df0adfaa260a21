/**
 * Addresses as users supply them: text, or packed words.
 *
 * Text is read by ipaddr.js, except for IPv4 in its canonical form, of which a server sees millions, also inside an
 * IPv6 address (`::ffff:192.0.2.1`, as dual-stack sockets show it), which denotes the IPv4 address: that is read here,
 * without allocating. A zone (`fe80::1%eth0`) is not part of the address.
 */
import ipaddr from "ipaddr.js";
import type { PeerAddress } from "#model/peers/peer-address.ts";
import { wordAt } from "../memory/word.ts";
import { PeerPoolError } from "./peer-pool-error.ts";

/**
 * Text such as `192.0.2.1` or `2001:db8::1`; or the words of the address in network order as unsigned 32-bit numbers:
 * one number or a list of one for IPv4, a list of four for IPv6.
 */
export type IpAddress = string | number | readonly number[] | Uint32Array;

interface Scratch extends PeerAddress {
  readonly words: number[];
}

// One of each suffices: no operation keeps its address. The halves make these arrays of doubles, permanently.
const v4: Scratch = { family: "v4", words: [0.5] };
const v6: Scratch = { family: "v6", words: [0.5, 0.5, 0.5, 0.5] };

/**
 * The address in the pool's form; valid until the next call.
 *
 * @throws PeerPoolError `ERR_ADDRESS`
 */
export function parseIpAddress(address: IpAddress): PeerAddress {
  if (typeof address === "string") return parseText(address);
  if (typeof address === "number") return packedV4(address);
  if (!isWordList(address))
    throw new PeerPoolError(
      "ERR_ADDRESS",
      `an address is ${address === null ? "null" : typeof address}, and must be text or its words; ` +
        "a socket that is closed has none",
    );
  const [first = Number.NaN] = address;
  if (address.length === 1) return packedV4(first);
  if (address.length !== 4)
    throw new PeerPoolError("ERR_ADDRESS", `an address has 1 word (IPv4) or 4 (IPv6), and not ${address.length}`);
  for (let i = 0; i < 4; i++) v6.words[i] = wordOf(address[i] ?? Number.NaN);
  return v6;
}

/** Untyped callers pass anything: most often the `remoteAddress` of a closed socket, which is undefined. */
function isWordList(address: unknown): address is readonly number[] | Uint32Array {
  return Array.isArray(address) || address instanceof Uint32Array;
}

function packedV4(word: number): PeerAddress {
  v4.words[0] = wordOf(word);
  return v4;
}

function wordOf(word: number): number {
  if (word !== word >>> 0)
    throw new PeerPoolError(
      "ERR_ADDRESS",
      `an address word is ${word}, and must be a whole number from 0 to 4294967295`,
    );
  return word;
}

const MAPPED = "::ffff:";

function parseText(text: string): PeerAddress {
  const packed = canonicalIPv4(text, text.startsWith(MAPPED) ? MAPPED.length : 0);
  if (packed !== -1) {
    v4.words[0] = packed;
    return v4;
  }
  if (!ipaddr.IPv6.isValid(text))
    throw new PeerPoolError(
      "ERR_ADDRESS",
      `"${text.slice(0, 60)}" is not an IP address; write 192.0.2.1 or 2001:db8::1`,
    );
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

const ZERO = 0x30;

/** `.` minus `0`: the only code below the digits that an address contains. */
const DOT = -2;

/** The length of the longest address, 255.255.255.255. */
const IPV4_LENGTH_MAX = 15;

/** The least number with so many digits; more than any if there are none. */
const LEAST = Int32Array.of(256, 0, 10, 100);

/**
 * The word of four decimal numbers from 0 to 255 without leading zeros, from a position in the text to its end; -1 if
 * something else is there.
 *
 * The positions of dots are unpredictable, so the loop does not branch on them: `isDot` is all ones or zeros, and
 * anything illegal makes `wrong` negative.
 */
export function canonicalIPv4(text: string, from = 0): number {
  if (text.length - from > IPV4_LENGTH_MAX) return -1;
  let word = 0;
  let part = 0;
  let digits = 0;
  let dots = 0;
  let wrong = 0;
  for (let i = from; i < text.length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    const isDot = digit >> 31;
    wrong |= (9 - digit) | (digit - DOT) | -Number(digit === DOT + 1);
    wrong |= isDot & (part - wordAt(LEAST, digits & 3));
    word = (word << (isDot & 8)) | (part & isDot);
    dots -= isDot;
    part = (part * 10 + digit) & ~isDot;
    digits = (digits + 1) & ~isDot;
    wrong |= 255 - part;
  }
  wrong |= (part - wordAt(LEAST, digits & 3)) | (dots - 3) | (3 - dots);
  return wrong < 0 ? -1 : ((word << 8) | part) >>> 0;
}
