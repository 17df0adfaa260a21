/**
 * A call on the table has its effect while no other is open: an answer to an outstanding query takes effect, a started
 * connection comes up, an existing connection can be lost, and a look-up does not take the device's lock.
 *
 * The model of concurrent calls lets each call find that another is in progress, and do nothing.
 *
 * Source: Linux drivers/infiniband/ulp/ipoib/ (3.6).
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { wordAt } from "#impl/memory/word.ts";
import { Connection, Device, Neighbour, Path, QUERY } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { Link } from "#impl/sync/list.ts";
import type { AlonePromise } from "../progress/alone.ts";
import { ADDRESS_WORDS, collectTable, isDeviceUp } from "./neighbour-words.ts";
import { chainOf } from "../chain.ts";

/** An operation with the words of the objects it names; none if it names nothing of that kind. */
export interface NamedOperation {
  readonly kind: string;
  readonly gid: readonly number[];
  readonly address: readonly number[];
}

/** The connection state of a neighbour in the table. */
interface Connected {
  readonly isConnected: boolean;
  readonly isStarted: boolean;
}

export function heededPromise(neighbours: Neighbours): AlonePromise<NamedOperation> {
  const { device } = neighbours;
  return {
    property: "heeded",
    locks: [Device.lock(device)],
    promises(words) {
      const isUp = isDeviceUp(words, neighbours);
      const asked = new Set(isUp ? askedGids(words, device) : []);
      const linked: ReadonlyMap<string, Connected> = isUp ? connectionsOf(words, neighbours) : new Map();
      return ({ operation: { kind, gid, address }, word, wasSlow }) => {
        if (kind === "get" && wasSlow) return "a look-up took the device's lock";
        if ((kind === "answer" || kind === "refuse") && word === 0 && asked.has(gid.join()))
          return "a query was outstanding, and its answer had no effect";
        const link = linked.get(address.join());
        if (kind === "connect" && word === 0 && link?.isStarted === true)
          return "a connection was started, and did not come up";
        return kind === "disconnect" && word === 0 && link?.isConnected === true
          ? "there was a connection, and it was not lost"
          : undefined;
      };
    },
  };
}

function askedGids(words: Int32Array, device: Address): readonly string[] {
  const head = Device.paths(device);
  return chainOf(words, Link.next(head), Link.next, head)
    .filter((path) => words[Path.query(path)] === QUERY.asked)
    .map((path) => words.slice(Path.gid(path), Path.gid(path) + 4).join());
}

/** By the words of the neighbours' addresses. */
function connectionsOf(words: Int32Array, neighbours: Neighbours): ReadonlyMap<string, Connected> {
  const found = new Int32Array(neighbours.capacities.neighboursMax + 1);
  const count = collectTable(words, neighbours, found);
  return new Map(
    Array.from(found.subarray(0, Math.max(0, count)), (neighbour) => {
      const first = Neighbour.address(neighbour);
      const connection = wordAt(words, Neighbour.connection(neighbour));
      const isConnected = connection !== NIL;
      const isStarted =
        isConnected && words[Connection.started(connection)] === 1 && words[Connection.up(connection)] === 0;
      return [words.slice(first, first + ADDRESS_WORDS).join(), { isConnected, isStarted }];
    }),
  );
}
