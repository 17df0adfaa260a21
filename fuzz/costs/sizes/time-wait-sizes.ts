/**
 * Sizes of the compressed TIME_WAIT: the layouts of its records and lines, and lookups measured by running them.
 *
 * Records lie side by side, so one may straddle two cache lines: a hit's figure is the mean over the slots.
 */
import type { TcpConnection } from "#model/time-wait/tcp-connection.ts";
import type { Access } from "#impl/memory/access.ts";
import { createHeap, type Heap } from "#impl/memory/heap.ts";
import { runAlone } from "#impl/memory/sequential.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { addTimeWait } from "#impl/time-wait/add.ts";
import { setKnob } from "#impl/time-wait/knobs.ts";
import { lookupTimeWait, type VestigeSnapshot } from "#impl/time-wait/lookup.ts";
import { createTimeWait, defaultLimits, defaultLines, type TimeWaitTable } from "#impl/time-wait/table.ts";
import { cacheLinesTouched } from "./cache-lines.ts";
import type { SizeRow } from "#reports/lookup-costs.ts";
import { WORD_BYTES } from "./byte-sizes.ts";

/** Number of adjacent slots after which records lie in cache lines like the first ones again. */
const PERIOD = 16;

const SLOTS = 64;

const v4 = (foreignPort: number): TcpConnection => ({
  family: "v4",
  localAddress: [0x0a000001],
  foreignAddress: [0x0a000002],
  localPort: 80,
  foreignPort,
});
const v6 = (foreignPort: number): TcpConnection => ({
  family: "v6",
  localAddress: [0xfd000000, 0, 0, 1],
  foreignAddress: [0xfd000000, 0, 0, 2],
  localPort: 80,
  foreignPort,
});

const spread = setUp(512);
const crowded = setUp(1);

export const timeWaitSizes: readonly SizeRow[] = [
  {
    system: "time-wait",
    record: "record of an IPv4 connection",
    bytes: spread.table.v4.vestigeWords * WORD_BYTES,
    lookup: "a hit, alone in its chain",
    cacheLines: meanOfHits(spread, v4),
    kernelBytes: 64,
    kernelSource: "NetBSD sys/netinet/tcp_vtw.h (2011), struct vtw_v4, 64-bit",
  },
  {
    system: "time-wait",
    record: "record of an IPv6 connection",
    bytes: spread.table.v6.vestigeWords * WORD_BYTES,
    lookup: "a hit, alone in its chain",
    cacheLines: meanOfHits(spread, v6),
    kernelBytes: 88,
    kernelSource: "NetBSD sys/netinet/tcp_vtw.h (2011), struct vtw_v6, 64-bit",
  },
  {
    system: "time-wait",
    record: `line of ${crowded.table.lines.shape.tags} tags`,
    bytes: crowded.table.lines.shape.words * WORD_BYTES,
    lookup: "a miss among fifteen records of one chain",
    cacheLines: cacheLinesTouched(crowded.heap, lookup(crowded, v4(PERIOD))),
    kernelBytes: 64,
    kernelSource: "NetBSD sys/netinet/tcp_vtw.h (2011), struct fatp_mi, cache lines of 64 bytes",
  },
];

interface Placed {
  readonly heap: Heap;
  readonly table: TimeWaitTable;
}

/**
 * A table of so many chains, with the records of fifteen connections of each family: ports 1 to 15, and 0 with many
 * chains.
 */
function setUp(heads: number): Placed {
  const lines = defaultLines(SLOTS, heads, defaultLimits.lineBytes);
  const heap = createHeap(200 + SLOTS * 28 + 2 * (lines + 2) * 16 + 4 * heads);
  const table = createTimeWait(heap, placeClock(heap, 0), { ...defaultLimits, slots: SLOTS, heads, lines });
  runAlone(heap, setKnob(table, "enable", true));
  for (let port = heads === 1 ? 1 : 0; port < PERIOD; port++) {
    for (const connection of [v4(port), v6(port)])
      runAlone(
        heap,
        addTimeWait(table, { connection, receiveNext: 1, receiveWindow: 1, sendNext: 1, uid: 0, reuse: false }),
      );
  }
  return { heap, table };
}

function lookup({ table }: Placed, connection: TcpConnection): Access<VestigeSnapshot | undefined> {
  return lookupTimeWait(table, connection);
}

function meanOfHits(placed: Placed, connectionOf: (port: number) => TcpConnection): number {
  let sum = 0;
  for (let port = 0; port < PERIOD; port++) sum += cacheLinesTouched(placed.heap, lookup(placed, connectionOf(port)));
  return sum / PERIOD;
}
