/**
 * The choice of a packet's source among a host's own addresses: the rules in their order, over all candidates at once.
 *
 * Numbers of 8 bits represent IPv6 addresses: 1 is the loopback address, 224 to 239 are link-local, 240 to 247
 * link-local multicast, 248 to 255 global multicast, everything else is global. Numbers below 128 have one label of the
 * policy table, the others another.
 *
 * Left out: home addresses (mobility), and preferences that a socket states.
 *
 * Source: RFC 3484, section 5; NetBSD sys/netinet6/in6_src.c, in6_selectsrc().
 */
import { commonBits } from "./route-address.ts";

export interface OwnAddress {
  readonly address: number;
  /** Index of its interface. */
  readonly interface: number;
  readonly deprecated: boolean;
  readonly temporary: boolean;
  /** Tentative, duplicated or anycast: no packet may come from it. */
  readonly notReady: boolean;
  readonly isUp: boolean;
}

export type Scope = "link" | "global";

const LOOPBACK_INDEX = 1;

export function scopeOf(address: number): Scope {
  return address === 1 || (address >= 224 && address < 248) ? "link" : "global";
}

/** The policy table: one label for each half of the numbers. */
function labelOf(address: number): boolean {
  return address < 128;
}

/**
 * The number of the best candidate for packets to `destination` that leave by the interface of that index; 0 if none is
 * usable. Among equally good ones, the first.
 */
export function bestSource(candidates: readonly OwnAddress[], destination: number, outgoing: number): number {
  const usable = candidates.filter(
    (candidate) =>
      !candidate.notReady &&
      (scopeOf(destination) === "global" || candidate.interface === outgoing) &&
      (candidate.address !== 1 || outgoing === LOOPBACK_INDEX),
  );
  // Each rule keeps the candidates that it prefers, if it prefers any to others.
  const rules: ((candidate: OwnAddress) => number)[] = [
    ({ address }) => Number(address === destination),
    // The smallest scope that is not smaller than the destination's; failing that, the largest.
    ({ address }) => (scopeOf(address) === scopeOf(destination) ? 2 : scopeOf(address) === "global" ? 1 : 0),
    ({ deprecated }) => Number(!deprecated),
    (candidate) => Number(candidate.interface === outgoing),
    ({ address }) => Number(labelOf(address) === labelOf(destination)),
    ({ temporary }) => Number(!temporary),
    ({ isUp }) => Number(isUp),
    ({ address }) => commonBits(address, destination),
  ];
  let left = usable;
  for (const rule of rules) {
    const most = Math.max(...left.map(rule));
    left = left.filter((candidate) => rule(candidate) === most);
  }
  return left[0]?.address ?? 0;
}
