/** A TCP connection by its tuple: two addresses and two ports. */
import type { AddressFamily } from "#model/peers/peer-address.ts";

/** The location of a connection's other end: this machine itself, the same link, or beyond a gateway. */
export type Reach = "loopback" | "local" | "remote";

export interface TcpConnection {
  readonly family: AddressFamily;
  /** Unsigned words, most significant first: 1 of IPv4, 4 of IPv6. */
  readonly localAddress: readonly number[];
  readonly foreignAddress: readonly number[];
  /** 0 to 65535. */
  readonly localPort: number;
  readonly foreignPort: number;
}
