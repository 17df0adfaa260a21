/**
 * The abstraction function of the neighbour table: checks memory at rest against a state of the model.
 *
 * - The table has exactly one neighbour for each record; a record that may have vanished may be missing. Each has its
 *   record's handle, connection, packets and time of last use, and is on the list of the path to its gid.
 * - The list of paths has one for each path of the model, with its handle, query and packets.
 * - Each packet in memory waits somewhere; each handle's count is the number of its holders; each connection belongs to
 *   a neighbour, or is due to be reaped.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { Slab } from "#impl/memory/slab.ts";
import { wordAt } from "#impl/memory/word.ts";
import { CookieRecord, GenericNeighbour } from "#impl/neighbours/cookie.ts";
import { Connection, Device, Handle, Neighbour, Path, QUERY } from "#impl/neighbours/layout.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { Link } from "#impl/sync/list.ts";
import { gidOfName, type NeighboursState } from "#model/neighbours/neighbours.ts";
import type { Settled } from "#properties/linearizability/operation-history.ts";
import {
  ADDRESS_WORDS,
  collectTable,
  isDeviceUp,
  neighbourName,
  tableOf,
} from "#properties/neighbours/neighbour-words.ts";
import type { MemoryAtRest } from "../system-definition.ts";
import { parseGid, parseNeighbourAddress, type PlacedNeighbours } from "./neighbours-table.ts";
import { chainOf } from "#properties/chain.ts";

type NeighbourRecord = NeighboursState["records"][number];
type PathRecord = NeighboursState["paths"][number];

export function settleNeighbours(
  state: NeighboursState,
  { neighbours, cookie }: PlacedNeighbours,
  memory: MemoryAtRest,
): Settled<NeighboursState> {
  const { words } = memory;
  const sends = cookieSends(words, cookie);
  if (sends !== state.cookieSends)
    return { because: `the cookie's record has sent ${sends}, and should ${state.cookieSends}` };
  if (words[neighbours.jiffies] !== state.now)
    return { because: `it is ${state.now}, and the clock shows ${words[neighbours.jiffies]}` };
  if (!isDeviceUp(words, neighbours)) return whenDown(state, neighbours, words);
  if ((words[Device.stopped(neighbours.device)] === 1) !== state.stopped)
    return { because: `the device is ${state.stopped ? "not " : ""}stopped` };
  if ((tableOf(words, neighbours) === NIL) !== state.closed)
    return { because: `there is ${state.closed ? "a" : "no"} table` };
  const table = neighboursInTable(words, neighbours);
  const paths = pathsOf(words, neighbours);
  const records: NeighbourRecord[] = [];
  for (const record of state.records) {
    const key = parseNeighbourAddress(record.address).words.join();
    const neighbour = table.get(key);
    if (neighbour === undefined && record.mayVanish) continue;
    if (neighbour === undefined) return { because: `${record.address} is not in the table` };
    table.delete(key);
    const path = paths.get(parseGid(gidOfName(record.address)).join());
    const because = neighbourDifference(words, neighbours, memory, state.now, record, neighbour, path);
    if (because !== undefined) return { because };
    records.push(record);
  }
  for (const neighbour of table.values())
    return { because: `${neighbourName(neighbours, neighbour)} is in the table, and should not be` };
  const settled = { ...state, records };
  const because = pathsDifference(words, paths, settled) ?? memoryDifference(words, neighbours, settled);
  return because === undefined ? { state: settled } : { because };
}

/** Checks that no object of the device is left in memory. */
function whenDown(state: NeighboursState, neighbours: Neighbours, words: Int32Array): Settled<NeighboursState> {
  const { tables, neighbours: slab, paths, handles, connections, packets } = neighbours;
  const left = [tables, slab, paths, handles, connections, packets].find(
    (each) => wordAt(words, Slab.live(each)) !== 0,
  );
  if (left !== undefined) return { because: "the device is gone, and something that belongs to it is in memory" };
  return state.closed ? { state: { ...state, records: [], paths: [] } } : { because: "the device is gone" };
}

function neighboursInTable(words: Int32Array, neighbours: Neighbours): Map<string, Address> {
  const found = new Int32Array(neighbours.capacities.neighboursMax);
  const count = collectTable(words, neighbours, found);
  return new Map(
    Array.from(found.subarray(0, Math.max(0, count)), (neighbour) => {
      const first = Neighbour.address(neighbour);
      return [words.slice(first, first + ADDRESS_WORDS).join(), neighbour];
    }),
  );
}

function pathsOf(words: Int32Array, { device }: Neighbours): ReadonlyMap<string, Address> {
  const paths = new Map<string, Address>();
  const head = Device.paths(device);
  for (const path of chainOf(words, Link.next(head), Link.next, head))
    paths.set(words.slice(Path.gid(path), Path.gid(path) + 4).join(), path);
  return paths;
}

function neighbourDifference(
  words: Int32Array,
  neighbours: Neighbours,
  memory: MemoryAtRest,
  now: number,
  record: NeighbourRecord,
  neighbour: Address,
  path: Address | undefined,
): string | undefined {
  const name = `${record.address}, ${neighbourName(neighbours, neighbour)},`;
  const identity = memory.identityOf(neighbour);
  if (identity !== record.identity) return `${name} is the one seen as ${identity}, and should be ${record.identity}`;
  const link = linkOf(words, neighbour);
  if (link !== record.link) return `${name} is ${link}, and should be ${record.link}`;
  const waiting = wordAt(words, Neighbour.queueLength(neighbour));
  if (waiting !== record.waiting) return `${name} has ${waiting} packets waiting, and should have ${record.waiting}`;
  const alive = wordAt(words, Neighbour.alive(neighbour));
  if (((alive - record.usedAt) | 0) < 0 || ((now - alive) | 0) < 0)
    return `${name} was used last at ${alive}, and should at ${record.usedAt} to ${now}`;
  const isListed = words[Link.next(Neighbour.onPath(neighbour))] !== Neighbour.onPath(neighbour);
  if (isListed !== (path !== undefined)) return `${name} is ${isListed ? "" : "not "}on the list of a path`;
  const handle = wordAt(words, Neighbour.handle(neighbour));
  const known = path === undefined ? NIL : wordAt(words, Path.handle(path));
  return known === NIL || handle === known ? undefined : `${name} has another handle than its path`;
}

function linkOf(words: Int32Array, neighbour: Address): NeighbourRecord["link"] {
  if (words[Neighbour.handle(neighbour)] === NIL) return "unresolved";
  const connection = wordAt(words, Neighbour.connection(neighbour));
  return connection === NIL || words[Connection.up(connection)] === 1 ? "ready" : "connecting";
}

function pathsDifference(
  words: Int32Array,
  paths: ReadonlyMap<string, Address>,
  state: NeighboursState,
): string | undefined {
  for (const record of state.paths) {
    const path = paths.get(parseGid(record.gid).join());
    if (path === undefined) return `there is no path to ${record.gid}`;
    const because = pathDifference(words, path, record);
    if (because !== undefined) return `the path to ${record.gid} ${because}`;
  }
  return paths.size === state.paths.length
    ? undefined
    : `there are ${paths.size} paths, and should be ${state.paths.length}`;
}

function pathDifference(words: Int32Array, path: Address, record: PathRecord): string | undefined {
  const isKnown = words[Path.handle(path)] !== NIL;
  if (isKnown !== record.known) return `has ${isKnown ? "a" : "no"} handle`;
  if (isKnown && (words[Path.valid(path)] === 1) !== record.valid) return `is ${record.valid ? "not " : ""}valid`;
  const isRequested = words[Path.query(path)] === QUERY.asked;
  if (isRequested !== record.asked) return `is ${record.asked ? "not " : ""}requested`;
  if (words[Path.listed(path)] !== 1) return "is on the device's list, and is not marked as listed";
  const waiting = wordAt(words, Path.queueLength(path));
  return waiting === record.waiting ? undefined : `has ${waiting} packets waiting, and should have ${record.waiting}`;
}

/**
 * Reports objects in memory without an owner, or with too many. Neighbours outside the table may be held by threads.
 */
function memoryDifference(words: Int32Array, neighbours: Neighbours, state: NeighboursState): string | undefined {
  const live = (slab: Address): number => wordAt(words, Slab.live(slab));
  const packets = [...state.records, ...state.paths].reduce((sum, { waiting }) => sum + waiting, 0);
  const inTable = [...neighboursInTable(words, neighbours).values()];
  const others = live(neighbours.neighbours) - inTable.length;
  if (others > 0) return undefined;
  if (live(neighbours.packets) !== packets)
    return `${live(neighbours.packets)} packets are in memory, and ${packets} wait`;
  if (live(neighbours.paths) !== state.paths.length)
    return `${live(neighbours.paths)} paths are in memory, and ${state.paths.length} on the list`;
  const holders = new Map<Address, number>();
  const paths = [...pathsOf(words, neighbours).values()];
  for (const word of [...inTable.map((one) => Neighbour.handle(one)), ...paths.map((path) => Path.handle(path))]) {
    const handle = wordAt(words, word);
    if (handle !== NIL) holders.set(handle, (holders.get(handle) ?? 0) + 1);
  }
  for (const [handle, count] of holders) {
    const refcount = wordAt(words, Handle.refcount(handle));
    if (refcount !== count) return `a handle is held ${count} times, and its refcount is ${refcount}`;
  }
  if (live(neighbours.handles) !== holders.size)
    return `${live(neighbours.handles)} handles are in memory, and ${holders.size} are held`;
  const connected = inTable.filter((one) => words[Neighbour.connection(one)] !== NIL).length;
  const reaped = Device.reapList(neighbours.device);
  const toReap = chainOf(words, Link.next(reaped), Link.next, reaped).length;
  return live(neighbours.connections) === connected + toReap
    ? undefined
    : `${live(neighbours.connections)} connections are in memory, ${connected} are neighbours', ${toReap} to be reaped`;
}

/** Number of packets that the cookie's record has sent; undefined if there is none. */
function cookieSends(words: Int32Array, { generic }: PlacedNeighbours["cookie"]): number | undefined {
  const record = wordAt(words, GenericNeighbour.cookie(generic));
  return record === NIL ? undefined : wordAt(words, CookieRecord.sends(record));
}
