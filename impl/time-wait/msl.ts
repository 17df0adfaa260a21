/**
 * How long a connection waits: twice the longest time that a segment may live in the network it went through.
 *
 * Without truncation all connections wait equally long (class 0). With it, a connection whose other end is this machine
 * waits the shortest (3), one on the same link longer (2), one beyond a gateway as long as before (1). The class is
 * computed from the addresses each time. The original converts from class to lifetime and back, which is wrong if two
 * lifetimes are equal or out of order.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.c (2011), class_to_msl() and msl_to_class(); tcp_input.c, the choice of t_msl.
 */
import type { Reach, TcpConnection } from "#model/time-wait/tcp-connection.ts";
import { numberAt } from "../memory/word.ts";

export const MSL_CLASS = { classless: 0, remote: 1, local: 2, loopback: 3 } as const;

export type MslClass = (typeof MSL_CLASS)[keyof typeof MSL_CLASS];

/** Longest life of a segment, by reach. 0 selects the default: a minute, half of it, a quarter. */
export interface SegmentLifetimes {
  readonly remoteSeconds: number;
  readonly localSeconds: number;
  readonly loopbackSeconds: number;
}

/** Bits of an address that name the link. */
export interface LinkPrefixes {
  readonly v4: number;
  readonly v6: number;
}

const BUILT_IN_SECONDS = 60;

/** Ticks that a record of the class lives. */
export function lifeTicksOf(mslClass: MslClass, lifetimes: SegmentLifetimes, ticksPerSecond: number): number {
  return 2 * secondsOf(mslClass, lifetimes) * ticksPerSecond;
}

function secondsOf(mslClass: MslClass, { remoteSeconds, localSeconds, loopbackSeconds }: SegmentLifetimes): number {
  switch (mslClass) {
    case MSL_CLASS.classless:
    case MSL_CLASS.remote:
      return remoteSeconds === 0 ? BUILT_IN_SECONDS : remoteSeconds;
    case MSL_CLASS.local:
      return localSeconds === 0 ? BUILT_IN_SECONDS / 2 : localSeconds;
    case MSL_CLASS.loopback:
      return loopbackSeconds === 0 ? BUILT_IN_SECONDS / 4 : loopbackSeconds;
  }
}

/** The class of a connection while truncation is on. */
export function truncatedClassOf(connection: TcpConnection, prefixes: LinkPrefixes): MslClass {
  return MSL_CLASS[reachOf(connection, prefixes)];
}

/** The location of the other end, from the two addresses. */
export function reachOf({ family, localAddress, foreignAddress }: TcpConnection, prefixes: LinkPrefixes): Reach {
  const bits = 32 * localAddress.length;
  if (isLoopback(foreignAddress) || agreeInBits(localAddress, foreignAddress, bits)) return "loopback";
  return agreeInBits(localAddress, foreignAddress, prefixes[family]) ? "local" : "remote";
}

/** 127.0.0.0/8, or ::1. */
function isLoopback(address: readonly number[]): boolean {
  if (address.length === 1) return numberAt(address, 0) >>> 24 === 127;
  return address.every((word, index) => word === (index === address.length - 1 ? 1 : 0));
}

function agreeInBits(one: readonly number[], other: readonly number[], bits: number): boolean {
  for (let word = 0; 32 * word < bits; word++) {
    const ignored = Math.max(0, 32 * (word + 1) - bits);
    const difference = numberAt(one, word) ^ numberAt(other, word);
    if (difference >>> ignored !== 0) return false;
  }
  return true;
}
