import { expect, test } from "vitest";
import { type Access, type Address, allocate, NIL, write } from "../memory/access.ts";
import { createHeap } from "../memory/heap.ts";
import { recorded } from "../memory/recorded.ts";
import { runAlone } from "../memory/sequential.ts";
import { Slab } from "../memory/slab.ts";
import { CancellableWork } from "../sync/cancellable-work.ts";
import { WORK_STATE } from "../sync/delayed-work.ts";
import { advanceClock, placeClock } from "../sync/jiffies.ts";
import { gidOf, isMulticast, readAddress, withPartitionKey } from "./address.ts";
import { connectionLost, connectionUp, reapConnections, startConnections } from "./connection.ts";
import { freeCookie, GenericNeighbour, placeCookieNeighbour, sendByCookie } from "./cookie.ts";
import { closeDevice, freeDevice, startDevice, stopDevice } from "./device.ts";
import { hashAddress } from "./hash.ts";
import { Connection, Device, Handle, Neighbour, NetDevice, Packet, Path, QUERY } from "./layout.ts";
import type { NeighbourLimits } from "./limits.ts";
import { getNeighbour, putNeighbour } from "./lookup.ts";
import { placeNeighbours } from "./place-neighbours.ts";
import type { NeighbourCapacities } from "./neighbours.ts";
import { NOTHING, OUTCOME } from "./packet-queue.ts";
import { answerQuery, forgetPath, freePath, invalidatePaths } from "./path.ts";
import { findPath } from "./path-list.ts";
import { deleteByGid, findLocked, reapNeighbours, removeNeighbour } from "./table.ts";
import { transmit } from "./transmit.ts";
import { noteUse } from "./use.ts";

/** Queue `queue` of port `port`. */
const at = (port: number, queue: number) => ({ words: [queue << 24, 0x000080fe, 0, 0, port] });
/** Group `group`, with the partition key that the tests' devices have. */
const group = (number: number) => ({ words: [-256, 0x1b4012ff, 0x0180, 0, number] });

const PORT = gidOf(at(1, 1));

function setUp(changed: Partial<NeighbourLimits & NeighbourCapacities> = {}) {
  const heap = createHeap(2000);
  const clock = placeClock(heap, 1000);
  const limits = {
    buckets: 1,
    intervalTicks: 30,
    queueMax: 2,
    connected: false,
    partitionKey: 0x8001,
    removable: true,
    ...changed,
  };
  const capacities = { neighboursMax: 6, pathsMax: 4, handlesMax: 4, connectionsMax: 6, packetsMax: 30, ...changed };
  const neighbours = placeNeighbours(heap, clock, limits, capacities);
  const { device } = neighbours;
  const run = <T>(procedure: Access<T>): T => runAlone(heap, procedure);
  run(startDevice(neighbours));
  let packets = 0;
  const packet = (): Address =>
    run(
      (function* (): Access<Address> {
        const made = yield allocate(neighbours.packets);
        yield write(Packet.number(made), ++packets);
        return made;
      })(),
    );
  const word = (address: Address): number => heap.words[address] ?? 0;
  const send = (address: { words: number[] }, via: "neighbour" | "path" = "neighbour", queue = 0) =>
    run(transmit(neighbours, queue, packet(), { address, via }));
  /** The numbers of a chain of packets. */
  const numbers = (first: Address): number[] => {
    const found: number[] = [];
    for (let one = first; one !== NIL && one !== NOTHING; one = word(Packet.next(one)))
      found.push(word(Packet.number(one)));
    return found;
  };
  return {
    heap,
    clock,
    neighbours,
    device,
    run,
    word,
    send,
    numbers,
    get: (address: { words: number[] }) => run(getNeighbour(neighbours, address)),
    put: (neighbour: Address) => run(putNeighbour(neighbours, neighbour)),
    find: (address: { words: number[] }) => run(findLocked(neighbours, address)),
    path: (gid: readonly number[]) => run(findPath(neighbours, gid)),
    answer: (gid: readonly number[], granted = true) => run(answerQuery(neighbours, gid, granted)),
    advance: (ticks: number) => run(advanceClock(clock, ticks)),
    entries: () => word(Device.entries(device)),
    dropped: () => word(Device.dropped(device)),
    live: (slab: Address) => word(Slab.live(slab)),
    chain: () => {
      const found: Address[] = [];
      for (let one = word(neighbours.Table.bucket(neighbours.firstTable)); one !== NIL; one = word(Neighbour.next(one)))
        found.push(one);
      return found;
    },
  };
}

// Look-up and references.

test("an address without a neighbour is not found; a packet to it creates one, which waits for its path", () => {
  const { get, put, send, word, entries } = setUp();
  expect(get(at(1, 1))).toBe(NIL);
  expect(send(at(1, 1))).toBe(OUTCOME.waits);
  const neighbour = get(at(1, 1));
  expect(word(Neighbour.refcount(neighbour))).toBe(2); // the table's, and ours
  expect(word(Neighbour.queueLength(neighbour))).toBe(1);
  expect([word(Neighbour.handle(neighbour)), word(Neighbour.connection(neighbour))]).toEqual([NIL, NIL]);
  expect(entries()).toBe(1);
  put(neighbour);
  expect(word(Neighbour.refcount(neighbour))).toBe(1);
  expect(get(at(1, 2))).toBe(NIL);
  expect(get(at(2, 1))).toBe(NIL);
});

test("all five words of an address count", () => {
  const { send, get } = setUp();
  send(at(1, 1));
  for (let index = 0; index < 5; index++)
    expect(get({ words: at(1, 1).words.map((one, i) => (i === index ? one ^ 0x40 : one)) })).toBe(NIL);
  expect(get(at(1, 1))).not.toBe(NIL);
});

test("neighbours are in the bucket of their hash", () => {
  const { send, get, word, neighbours } = setUp({ buckets: 8 });
  for (const queue of [1, 2, 3]) {
    send(at(1, queue));
    const neighbour = get(at(1, queue));
    expect(word(neighbours.Table.bucket(neighbours.firstTable) + (hashAddress(at(1, queue)) & 7))).toBe(neighbour);
  }
  expect(word(neighbours.Table.mask(neighbours.firstTable))).toBe(7);
});

test("a neighbour that is being destroyed is not found", () => {
  const { send, get, heap } = setUp();
  send(at(1, 1));
  const neighbour = get(at(1, 1));
  heap.words[Neighbour.refcount(neighbour)] = 0;
  expect(get(at(1, 1))).toBe(NIL);
  expect(heap.words[Neighbour.refcount(neighbour)]).toBe(0);
});

test("a look-up notes the use, but not at a full queue", () => {
  const { send, get, advance, word } = setUp();
  send(at(1, 1));
  advance(5);
  const neighbour = get(at(1, 1));
  expect(word(Neighbour.alive(neighbour))).toBe(1005);
  send(at(1, 1)); // the queue is full from here on
  advance(5);
  get(at(1, 1));
  expect(word(Neighbour.alive(neighbour))).toBe(1005);
  expect(send(at(1, 1))).toBe(OUTCOME.dropped);
  expect(word(Neighbour.alive(neighbour))).toBe(1005);
});

test("a use is written once per tick", () => {
  const { send, find, neighbours, run } = setUp();
  send(at(1, 1));
  const log: string[] = [];
  run(recorded(noteUse(neighbours, find(at(1, 1))), log));
  expect(log).toEqual(["readOnce", "smpRmb", "readOnce"]);
});

test("a thread that finds the time of last use changed tries again, and never moves it back", () => {
  const { neighbours } = setUp();
  const procedure = noteUse(neighbours, 1);
  procedure.next(0);
  procedure.next(5); // the word
  procedure.next(0);
  procedure.next(7); // the clock
  expect(procedure.next(6).done).toBe(false); // the cmpxchg finds another thread's time
  procedure.next(6); // the word again
  procedure.next(0);
  procedure.next(7); // the clock
  expect(procedure.next(6).done).toBe(true); // the cmpxchg succeeds
});

// Transmission.

test("packets wait up to the limit, then are dropped; the answer to the query returns them in order", () => {
  const { send, answer, numbers, dropped, neighbours, live, find, word } = setUp();
  expect([send(at(1, 1)), send(at(1, 1)), send(at(1, 1))]).toEqual([OUTCOME.waits, OUTCOME.waits, OUTCOME.dropped]);
  expect(dropped()).toBe(1);
  expect(live(neighbours.packets)).toBe(2);
  expect(numbers(answer(PORT))).toEqual([1, 2]);
  expect(word(Neighbour.queueLength(find(at(1, 1))))).toBe(0);
  expect(send(at(1, 1))).toBe(OUTCOME.sent);
  expect(live(neighbours.packets)).toBe(2); // those that came back are ours
});

test("a neighbour created when its path is known sends at once, as does the path itself", () => {
  const { send, answer, find, path, word } = setUp();
  send(at(1, 1));
  answer(PORT);
  expect(send(at(1, 2))).toBe(OUTCOME.sent);
  expect(send(at(1, 1), "path", 1)).toBe(OUTCOME.sent);
  const handle = word(Path.handle(path(PORT)));
  expect([word(Neighbour.handle(find(at(1, 1)))), word(Neighbour.handle(find(at(1, 2))))]).toEqual([handle, handle]);
  expect(word(Handle.refcount(handle))).toBe(3);
  expect(word(Handle.destination(handle))).toBe(1);
});

test("packets by the path wait at the path, up to the limit, and are returned before those of its neighbours", () => {
  const { send, answer, numbers, find } = setUp();
  expect([send(at(1, 1)), send(at(1, 9), "path"), send(at(1, 9), "path"), send(at(1, 9), "path")]).toEqual([
    OUTCOME.waits,
    OUTCOME.waits,
    OUTCOME.waits,
    OUTCOME.dropped,
  ]);
  expect(find(at(1, 9))).toBe(NIL);
  expect(numbers(answer(PORT))).toEqual([2, 3, 1]);
});

test("packets to a group wait at the group, which has no neighbours before it is joined", () => {
  const { send, answer, numbers, find, path, word } = setUp();
  const stripped = { words: group(7).words.map((one, index) => (index === 2 ? 0 : one)) };
  expect([send(stripped), send(group(7)), send(group(7))]).toEqual([OUTCOME.waits, OUTCOME.waits, OUTCOME.dropped]);
  expect(find(group(7))).toBe(NIL);
  expect(word(Path.query(path(gidOf(group(7)))))).toBe(QUERY.asked);
  expect(numbers(answer(gidOf(group(7))))).toEqual([1, 2]);
  expect(send(stripped)).toBe(OUTCOME.sent);
  expect(find(group(7))).not.toBe(NIL);
});

test("the partition key goes into octets 8 and 9 of multicast addresses only", () => {
  expect(withPartitionKey({ words: [-256, 0x1b4012ff, 0x7fff1234, 0, 7] }, 0x8001).words).toEqual([
    -256, 0x1b4012ff, 0x7fff0180, 0, 7,
  ]);
  expect(withPartitionKey(at(1, 1), 0x8001)).toEqual(at(1, 1));
  expect([isMulticast(gidOf(group(7))), isMulticast(PORT), isMulticast([])]).toEqual([true, false, false]);
});

test("without memory for a neighbour or a path a packet is dropped; a packet to a joined group is sent", () => {
  const { send, answer, dropped, find } = setUp({ neighboursMax: 1, pathsMax: 2 });
  expect(send(group(7))).toBe(OUTCOME.waits);
  answer(gidOf(group(7)));
  expect(send(at(1, 1))).toBe(OUTCOME.waits);
  expect(send(at(1, 2))).toBe(OUTCOME.dropped);
  expect(send(at(2, 1))).toBe(OUTCOME.dropped);
  expect(send(at(2, 1), "path")).toBe(OUTCOME.dropped);
  expect(send(group(7))).toBe(OUTCOME.sent);
  expect(find(group(7))).toBe(NIL);
  expect(dropped()).toBe(3);
});

test("a thread that finds under the lock that another has created the neighbour takes that one", () => {
  const { send, neighbours, device, heap, find, word, entries, run, clock } = setUp();
  send(at(1, 1));
  const table = word(Device.table(device));
  const first = transmit(neighbours, 0, runAlone(heap, allocatePacket(neighbours.packets)), {
    address: at(1, 1),
    via: "neighbour",
  });
  // Its look-up sees no table: as if it had come before the neighbour existed.
  heap.words[Device.table(device)] = NIL;
  const seen: string[] = [];
  const outcome = run(
    (function* (): Access<number> {
      yield* advanceClock(clock, 3);
      return yield* restoringTable(recorded(first, seen), () => {
        if (seen.includes("rcuReadUnlock")) heap.words[Device.table(device)] = table;
      });
    })(),
  );
  expect(outcome).toBe(OUTCOME.waits);
  const neighbour = find(at(1, 1));
  expect([
    entries(),
    word(Neighbour.queueLength(neighbour)),
    word(Neighbour.refcount(neighbour)),
    word(Neighbour.alive(neighbour)),
  ]).toEqual([1, 2, 1, 1003]);
});

function* allocatePacket(packets: Address): Access<Address> {
  return yield allocate(packets);
}

/** Runs the procedure, and calls `between` before each of its accesses is resumed. */
function* restoringTable<T>(procedure: Access<T>, between: () => void): Access<T> {
  let step = procedure.next(0);
  while (!step.done) {
    const found = yield step.value;
    between();
    step = procedure.next(found);
  }
  return step.value;
}

// Leaving the table.

test("the first, the middle and the last of a chain are removed alike; a removed one keeps its own link", () => {
  for (const [leaves, stay] of [
    [1, [3, 2]],
    [2, [3, 1]],
    [3, [2, 1]],
  ] as const) {
    const { send, get, put, run, neighbours, chain, word, entries } = setUp();
    for (const queue of [1, 2, 3]) send(at(1, queue));
    const byQueue = [NIL, ...[1, 2, 3].map((queue) => get(at(1, queue)))];
    const leaving = byQueue[leaves] ?? NIL;
    const link = word(Neighbour.next(leaving));
    run(removeNeighbour(neighbours, leaving));
    expect(chain()).toEqual(stay.map((queue) => byQueue[queue]));
    expect(word(Neighbour.next(leaving))).toBe(link);
    expect([word(Neighbour.refcount(leaving)), entries()]).toEqual([1, 3]); // ours; the table's is gone
    run(removeNeighbour(neighbours, leaving)); // it is no longer in the table
    expect([word(Neighbour.refcount(leaving)), chain().length]).toEqual([1, 2]);
    put(leaving);
    expect(entries()).toBe(2);
  }
});

test("dropping the last reference destroys the neighbour: its packets are dropped, its handle released", () => {
  const { send, get, put, run, neighbours, dropped, live, entries } = setUp();
  send(at(1, 1));
  const neighbour = get(at(1, 1));
  run(removeNeighbour(neighbours, neighbour));
  expect([dropped(), live(neighbours.neighbours)]).toEqual([0, 1]);
  put(neighbour);
  expect([dropped(), live(neighbours.neighbours), live(neighbours.packets), entries()]).toEqual([1, 0, 0, 0]);
});

test("only the neighbours of a gid are deleted with it", () => {
  const { send, run, neighbours, find, chain } = setUp();
  for (const address of [at(1, 1), at(2, 1), at(1, 2), { words: [0, 0x000080fe, 1, 0, 1] }]) send(address);
  run(deleteByGid(neighbours, PORT));
  expect([find(at(1, 1)), find(at(1, 2))]).toEqual([NIL, NIL]);
  expect(find(at(2, 1))).not.toBe(NIL);
  expect(chain()).toHaveLength(2);
});

test("the reaper removes neighbours idle for more than two intervals, and runs again after one", () => {
  const { send, run, neighbours, advance, find, word, entries } = setUp();
  send(at(1, 1));
  advance(1);
  send(at(1, 2));
  advance(60);
  run(reapNeighbours(neighbours));
  expect(find(at(1, 1))).toBe(NIL);
  expect(find(at(1, 2))).not.toBe(NIL); // idle for exactly two
  expect(entries()).toBe(1);
  expect([
    word(CancellableWork.state(neighbours.reapWork)),
    word(CancellableWork.expires(neighbours.reapWork)),
  ]).toEqual([WORK_STATE.queued, 1030]); // requested at the start
});

test("the reaper requests its next run after one interval, unless it is to stop", () => {
  for (const stop of [0, 1]) {
    const { run, neighbours, heap, word, device, advance } = setUp();
    const state = CancellableWork.state(neighbours.reapWork);
    heap.words[state] = WORK_STATE.idle;
    heap.words[Device.stopReaping(device)] = stop;
    advance(7);
    run(reapNeighbours(neighbours));
    expect(word(state)).toBe(stop === 1 ? WORK_STATE.idle : WORK_STATE.pending);
    if (stop === 0) expect(word(CancellableWork.expires(neighbours.reapWork))).toBe(1037);
  }
});

test("a use later than the reaper's clock does not count as idle time", () => {
  const { send, run, neighbours, heap, find } = setUp();
  send(at(1, 1));
  heap.words[Neighbour.alive(find(at(1, 1)))] = 1001;
  run(reapNeighbours(neighbours));
  expect(find(at(1, 1))).not.toBe(NIL);
});

// Paths.

test("an answer without a query, or to a query already answered, has no effect", () => {
  const { send, answer } = setUp();
  expect(answer(PORT)).toBe(NOTHING);
  send(at(1, 1));
  expect(answer(gidOf(at(2, 1)))).toBe(NOTHING);
  expect(answer(PORT)).not.toBe(NOTHING);
  expect(answer(PORT)).toBe(NOTHING);
});

test("a refused path leaves its packets where they are, and may be queried again", () => {
  const { send, answer, path, word, find } = setUp();
  send(at(1, 1));
  expect(answer(PORT, false)).toBe(NIL);
  expect([
    word(Path.query(path(PORT))),
    word(Path.valid(path(PORT))),
    word(Neighbour.queueLength(find(at(1, 1)))),
  ]).toEqual([QUERY.none, 0, 1]);
  send(at(1, 2));
  expect(word(Path.query(path(PORT)))).toBe(QUERY.asked);
  expect(answer(PORT)).not.toBe(NOTHING);
});

test("an answer for which there is no handle is ignored", () => {
  const { send, answer, path, word } = setUp({ handlesMax: 1 });
  send(at(1, 1));
  send(at(2, 1));
  answer(PORT);
  expect(answer(gidOf(at(2, 1)))).toBe(NOTHING);
  expect(word(Path.query(path(gidOf(at(2, 1)))))).toBe(QUERY.none);
  expect(word(Path.handle(path(gidOf(at(2, 1)))))).toBe(NIL);
});

test("a new handle replaces the old one, which is freed", () => {
  const { send, answer, run, neighbours, path, word, find, live } = setUp();
  send(at(1, 1));
  answer(PORT);
  const before = word(Path.handle(path(PORT)));
  run(invalidatePaths(neighbours));
  expect(send(at(1, 1))).toBe(OUTCOME.sent); // a neighbour keeps using its handle
  expect(send(at(1, 1), "path")).toBe(OUTCOME.waits);
  answer(PORT);
  const after = word(Path.handle(path(PORT)));
  expect(after).not.toBe(before);
  expect(word(Neighbour.handle(find(at(1, 1))))).toBe(after);
  expect([word(Handle.refcount(after)), live(neighbours.handles), word(Path.valid(path(PORT)))]).toEqual([2, 1, 1]);
});

test("paths are invalidated, groups are not", () => {
  const { send, answer, run, neighbours, path, word } = setUp();
  send(at(1, 1));
  send(group(7));
  answer(PORT);
  answer(gidOf(group(7)));
  run(invalidatePaths(neighbours));
  expect([word(Path.valid(path(PORT))), word(Path.valid(path(gidOf(group(7)))))]).toEqual([0, 1]);
});

test("removing a path removes its neighbours, its packets, its handle and its query", () => {
  const { send, answer, run, neighbours, path, live, entries, dropped } = setUp();
  send(at(1, 1));
  send(at(1, 1), "path");
  send(at(2, 1));
  answer(gidOf(at(2, 1)));
  const gone = run(forgetPath(neighbours, PORT));
  expect(path(PORT)).toBe(NIL);
  expect(answer(PORT)).toBe(NOTHING);
  run(freePath(neighbours, gone));
  expect([live(neighbours.paths), entries(), dropped()]).toEqual([1, 1, 2]);
  expect(run(forgetPath(neighbours, PORT))).toBe(NIL);
  run(freePath(neighbours, run(forgetPath(neighbours, gidOf(at(2, 1))))));
  expect([live(neighbours.paths), live(neighbours.handles), entries()]).toEqual([0, 0, 0]);
});

test("removing a path from the list waits for an answer in progress", () => {
  const { send, neighbours, heap, path, run, word, live } = setUp();
  send(at(1, 1));
  const going = path(PORT);
  heap.words[Path.query(going)] = QUERY.answering;
  expect(() => run(forgetPath(neighbours, PORT))).toThrow("the wait for it never ends");
  expect(path(PORT)).toBe(NIL);
  expect([word(Path.listed(going)), live(neighbours.paths)]).toEqual([0, 1]);
});

test("paths are distinguished by all four words of their gids", () => {
  const { send, path } = setUp();
  send(at(1, 1));
  for (let index = 0; index < 4; index++)
    expect(path(PORT.map((one, i) => (i === index ? one ^ 0x100 : one)))).toBe(NIL);
  expect(path(PORT)).not.toBe(NIL);
});

// Connections.

function connectedSetUp(changed: Partial<NeighbourCapacities> = {}) {
  const given = setUp({ connected: true, ...changed });
  const { neighbours, run, find, word } = given;
  return {
    ...given,
    start: () => run(startConnections(neighbours)),
    reapThem: () => run(reapConnections(neighbours)),
    up: (address: { words: number[] }) => run(connectionUp(neighbours, address)),
    lose: (address: { words: number[] }) => run(connectionLost(neighbours, address)),
    connection: (address: { words: number[] }) => word(Neighbour.connection(find(address))),
    works: () => [neighbours.startWork, neighbours.connectionReapWork].map((work) => word(CancellableWork.state(work))),
  };
}

test("a neighbour gets a connection with its path; packets wait until that is started and up", () => {
  const { send, answer, numbers, start, up, connection, word, works, find } = connectedSetUp();
  send(at(1, 1));
  expect(connection(at(1, 1))).toBe(NIL);
  expect(numbers(answer(PORT))).toEqual([1]);
  expect(works()).toEqual([WORK_STATE.queued, WORK_STATE.idle]);
  expect(send(at(1, 1))).toBe(OUTCOME.waits);
  expect(up(at(1, 1))).toBe(NOTHING); // not started yet
  start();
  expect(word(Connection.started(connection(at(1, 1))))).toBe(1);
  expect(word(Connection.neighbour(connection(at(1, 1))))).toBe(find(at(1, 1)));
  expect(send(at(1, 1))).toBe(OUTCOME.waits);
  expect(numbers(up(at(1, 1)))).toEqual([2, 3]);
  expect(send(at(1, 1))).toBe(OUTCOME.sent);
  expect(up(at(1, 1))).toBe(NOTHING);
  expect(up(at(1, 2))).toBe(NOTHING);
});

test("a group needs no connection, and a neighbour gets one only once", () => {
  const { send, answer, start, connection, neighbours, live, run } = connectedSetUp();
  send(group(7));
  answer(gidOf(group(7)));
  expect(send(group(7))).toBe(OUTCOME.sent);
  expect(connection(group(7))).toBe(NIL);
  send(at(1, 1));
  answer(PORT);
  run(invalidatePaths(neighbours));
  send(at(1, 1), "path");
  answer(PORT);
  expect(live(neighbours.connections)).toBe(1);
  start();
});

test("a connection whose path has gone is not started: its neighbour is removed, and the connection is freed", () => {
  const { send, answer, start, reapThem, find, neighbours, run, live, works, entries } = connectedSetUp();
  send(at(1, 1));
  answer(PORT);
  run(forgetPath(neighbours, PORT));
  start();
  expect(find(at(1, 1))).toBe(NIL);
  expect(entries()).toBe(0);
  expect(live(neighbours.connections)).toBe(1);
  expect(works()[1]).toBe(WORK_STATE.queued);
  reapThem();
  expect(live(neighbours.connections)).toBe(0);
});

test("losing a connection removes its neighbour, started or not", () => {
  for (const isStarted of [true, false]) {
    const { send, answer, start, up, lose, reapThem, find, neighbours, live, device, word } = connectedSetUp();
    send(at(1, 1));
    expect(lose(at(1, 1))).toBe(false);
    answer(PORT);
    if (isStarted) {
      start();
      up(at(1, 1));
    }
    expect(lose(at(1, 1))).toBe(true);
    expect(lose(at(1, 1))).toBe(false);
    expect(find(at(1, 1))).toBe(NIL);
    expect(word(Device.startList(device))).toBe(Device.startList(device));
    reapThem();
    expect([live(neighbours.connections), live(neighbours.neighbours)]).toEqual([0, 0]);
  }
});

test("destroying a neighbour puts its connection on the reap list, and separates the two", () => {
  const { send, answer, get, put, run, neighbours, device, word, works } = connectedSetUp();
  send(at(1, 1));
  answer(PORT);
  const neighbour = get(at(1, 1));
  const connection = word(Neighbour.connection(neighbour));
  run(removeNeighbour(neighbours, neighbour));
  put(neighbour);
  expect(word(Device.reapList(device))).toBe(connection);
  expect(word(Connection.neighbour(connection))).toBe(NIL);
  expect(works()[1]).toBe(WORK_STATE.queued);
});

test("without memory for a connection, an answer removes the neighbour, and a packet to a new one is dropped", () => {
  const { send, answer, find, dropped, numbers, chain } = connectedSetUp({ connectionsMax: 1 });
  send(at(1, 1));
  send(at(1, 2));
  expect(numbers(answer(PORT))).toEqual([1]);
  expect(find(at(1, 2))).toBe(NIL);
  expect(dropped()).toBe(1);
  expect(send(at(1, 3))).toBe(OUTCOME.dropped);
  expect(find(at(1, 3))).toBe(NIL);
  expect(chain()).toHaveLength(1);
});

// The device.

test("a device is stopped once, and drops all packets from then on", () => {
  const { run, neighbours, send, dropped, find } = setUp();
  expect(run(stopDevice(neighbours))).toBe(true);
  expect(run(stopDevice(neighbours))).toBe(false);
  expect([send(at(1, 1)), send(at(1, 1), "path")]).toEqual([OUTCOME.dropped, OUTCOME.dropped]);
  expect([dropped(), find(at(1, 1))]).toEqual([2, NIL]);
});

test("a closed table has no neighbours, and accepts none", () => {
  const { run, neighbours, word, device, get, send, find, entries } = setUp();
  run(takeDownAlone(neighbours, word));
  expect(word(Device.table(device))).toBe(NIL);
  expect([get(at(1, 1)), find(at(1, 1)), entries()]).toEqual([NIL, NIL, 0]);
  expect(send(at(1, 1))).toBe(OUTCOME.dropped);
  run(deleteByGid(neighbours, PORT));
  run(reapNeighbours(neighbours));
});

test("all the driver's memory is returned, the device last", () => {
  const { heap, run, neighbours, word, live } = setUp();
  heap.words[NetDevice.users(neighbours.netDevice)] = 0;
  expect(word(NetDevice.driver(neighbours.netDevice))).toBe(neighbours.device);
  run(takeDownAlone(neighbours, word));
  run(freeDevice(neighbours));
  for (const slab of [
    neighbours.devices,
    neighbours.tables,
    neighbours.neighbours,
    neighbours.paths,
    neighbours.handles,
    neighbours.packets,
  ])
    expect(live(slab)).toBe(0);
  expect(word(NetDevice.driver(neighbours.netDevice))).toBe(NIL);
});

/**
 * Closes the device; where it would wait for RCU callbacks, which nothing runs meanwhile, pretends that they have run.
 */
function* takeDownAlone(
  neighbours: ReturnType<typeof setUp>["neighbours"],
  word: (address: Address) => number,
): Access {
  const { device } = neighbours;
  const closing = closeDevice(neighbours);
  let step = closing.next(0);
  while (!step.done) {
    const found = yield step.value;
    // The flush has discarded the table: its callbacks are still to come.
    if (word(Device.flushing(device)) === 1) {
      yield write(Device.deleted(device), 1);
    }
    step = closing.next(found);
  }
}

test("the count of pending callbacks returns to zero", () => {
  const { send, answer, run, neighbours, get, put, word } = setUp();
  send(at(1, 1));
  answer(PORT);
  const neighbour = get(at(1, 1));
  run(removeNeighbour(neighbours, neighbour));
  put(neighbour);
  expect(word(neighbours.pendingCallbacks)).toBe(0);
});

test("an address is read back from its neighbour", () => {
  const { send, find, run } = setUp();
  send(at(1, 3));
  expect(run(readAddress(find(at(1, 3))))).toEqual(at(1, 3));
});

// The scheme before the table.

test("a cookie's record counts its packets, and starts anew after it was freed", () => {
  const heap = createHeap(50);
  const cookie = placeCookieNeighbour(heap, 1);
  const send = () => runAlone(heap, sendByCookie(cookie));
  expect(runAlone(heap, freeCookie(cookie))).toBe(false);
  expect([send(), send()]).toEqual([1, 2]);
  expect(runAlone(heap, freeCookie(cookie))).toBe(true);
  expect(heap.words[GenericNeighbour.cookie(cookie.generic)]).toBe(NIL);
  expect(send()).toBe(1);
  heap.words[GenericNeighbour.cookie(cookie.generic)] = NIL;
  expect(send()).toBe(0); // there is memory for one
});
