/**
 * The two keys of a record, and its tuple in memory.
 *
 * The key of the tuple is the sum of its parts, so a connection and the one with its ends swapped collide; the key of
 * the port spreads the bits of the local port.
 *
 * Source: NetBSD sys/netinet/tcp_vtw.h (2011), v4_tag() and v4_port_tag().
 */
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import { type Access, type Address, readOnce, writeOnce } from "../memory/access.ts";
import { numberAt } from "../memory/word.ts";
import { addressesOf, Vestige } from "./layout.ts";

export function tupleKey({ localAddress, foreignAddress, localPort, foreignPort }: TcpConnection): number {
  let sum = localPort + foreignPort;
  for (const word of localAddress) sum = (sum + word) | 0;
  for (const word of foreignAddress) sum = (sum + word) | 0;
  return sum;
}

export function portKey(port: number): number {
  let key = port ^ (port << 11);
  key ^= key << 3;
  key = (key + (key >>> 5)) | 0;
  key ^= key << 4;
  key = (key + (key >>> 17)) | 0;
  key ^= key << 25;
  return (key + (key >>> 6)) | 0;
}

/** A connection's ports in one word. */
export function portsWord({ localPort, foreignPort }: TcpConnection): number {
  return (localPort << 16) | foreignPort;
}

export function localPortOf(ports: number): number {
  return ports >>> 16;
}

/** The tuple's key, from the record itself. */
export function* vestigeTupleKey(vestige: Address, addressWords: number): Access<number> {
  const ports = yield readOnce(Vestige.ports(vestige));
  let sum = localPortOf(ports) + (ports & 0xffff);
  for (let i = 0; i < 2 * addressWords; i++) sum = (sum + (yield readOnce(addressesOf(vestige) + i))) | 0;
  return sum;
}

/** Is the record that of the connection? */
export function* isVestigeOf(vestige: Address, connection: TcpConnection): Access<boolean> {
  const ports = yield readOnce(Vestige.ports(vestige));
  if (ports !== portsWord(connection)) return false;
  const { localAddress, foreignAddress } = connection;
  for (let i = 0; i < localAddress.length; i++) {
    const local = yield readOnce(addressesOf(vestige) + i);
    if (local !== (numberAt(localAddress, i) | 0)) return false;
    const foreign = yield readOnce(addressesOf(vestige) + localAddress.length + i);
    if (foreign !== (numberAt(foreignAddress, i) | 0)) return false;
  }
  return true;
}

export function* writeTuple(vestige: Address, connection: TcpConnection): Access {
  yield writeOnce(Vestige.ports(vestige), portsWord(connection));
  const { localAddress, foreignAddress } = connection;
  for (let i = 0; i < localAddress.length; i++) {
    yield writeOnce(addressesOf(vestige) + i, numberAt(localAddress, i) | 0);
    yield writeOnce(addressesOf(vestige) + localAddress.length + i, numberAt(foreignAddress, i) | 0);
  }
}
