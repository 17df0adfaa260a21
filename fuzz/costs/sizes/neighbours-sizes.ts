/**
 * Sizes of the IPoIB neighbour table: the layouts of its records, and lookups and transmissions measured by running
 * them.
 *
 * A transmission frees its packet, and the slab that it returns to is counted.
 */
import { type Access, type Address, allocate, write } from "#impl/memory/access.ts";
import { createHeap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { startDevice } from "#impl/neighbours/device.ts";
import { Handle, Neighbour, Packet, tableLayout } from "#impl/neighbours/layout.ts";
import { DEFAULT_ARP_LIMITS, defaultLimits } from "#impl/neighbours/limits.ts";
import { getNeighbour } from "#impl/neighbours/lookup.ts";
import { placeNeighbours } from "#impl/neighbours/place-neighbours.ts";
import { answerQuery } from "#impl/neighbours/path.ts";
import { transmit } from "#impl/neighbours/transmit.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { hardwareAddress, portGid } from "#model/neighbours/hardware-address.ts";
import { cacheLinesTouched } from "./cache-lines.ts";
import type { SizeRow } from "#reports/lookup-costs.ts";
import { WORD_BYTES } from "./byte-sizes.ts";

/** The kernel's defaults. */
const limits = { ...defaultLimits(DEFAULT_ARP_LIMITS, 1000), removable: false };

const KERNEL = "Linux 3.6 drivers/infiniband/ulp/ipoib/ipoib.h";

const placed = setUp();

export const neighboursSizes: readonly SizeRow[] = [
  {
    system: "neighbours",
    record: "neighbour",
    bytes: Neighbour.words * WORD_BYTES,
    lookup: "a hit, first in its bucket",
    cacheLines: cacheLinesTouched(placed.heap, getNeighbour(placed.neighbours, placed.present)),
    kernelBytes: 128,
    kernelSource: `${KERNEL}, struct ipoib_neigh, 64-bit, with connected mode`,
  },
  {
    system: "neighbours",
    record: `table of ${limits.buckets} buckets`,
    bytes: tableLayout(limits.buckets).words * WORD_BYTES,
    lookup: "a miss in an empty bucket",
    cacheLines: cacheLinesTouched(placed.heap, getNeighbour(placed.neighbours, placed.absent)),
    kernelBytes: 8232,
    kernelSource: `${KERNEL}, struct ipoib_neigh_hash and its buckets, 64-bit`,
  },
  {
    system: "neighbours",
    record: "address handle",
    bytes: Handle.words * WORD_BYTES,
    lookup: "a transmission to a neighbour that has it",
    cacheLines: cacheLinesTouched(
      placed.heap,
      transmit(placed.neighbours, 0, placed.packet, { address: placed.present, via: "neighbour" }),
    ),
    kernelBytes: 40,
    kernelSource: `${KERNEL}, struct ipoib_ah, 64-bit`,
  },
];

/** A table whose one neighbour has its handle; the address of a bucket without neighbours; a packet. */
function setUp() {
  const heap = createHeap(3000);
  const neighbours = placeNeighbours(heap, placeClock(heap, 0), limits, {
    neighboursMax: 1,
    pathsMax: 1,
    handlesMax: 1,
    connectionsMax: 1,
    packetsMax: 2,
  });
  const present = hardwareAddress(1, portGid(1));
  const absent = hardwareAddress(2, portGid(1));
  function* preparing(): Access<Address> {
    yield* startDevice(neighbours);
    const first = yield* takePacket(neighbours.packets);
    yield* transmit(neighbours, 0, first, { address: present, via: "neighbour" });
    const waiting = yield* answerQuery(neighbours, portGid(1), true);
    yield* transmit(neighbours, 0, waiting, { address: present, via: "neighbour" });
    return yield* takePacket(neighbours.packets);
  }
  return { heap, neighbours, present, absent, packet: runAlone(heap, preparing()) };
}

function* takePacket(packets: Address): Access<Address> {
  const packet = yield allocate(packets);
  yield write(Packet.number(packet), 0);
  return packet;
}
