/** The protocols of the destination cache. */
import { type Access, type Address, assertHolds, NIL, read, write } from "#impl/memory/access.ts";
import { type Heap, place } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import { wordAt } from "#impl/memory/word.ts";
import { dropEntry, findEntry, getEntry } from "#impl/dst/cache.ts";
import { createDst } from "#impl/dst/create-dst.ts";
import type { Dst } from "#impl/dst/dst.ts";
import { notifyEntry, releaseEntry, sendThrough } from "#impl/dst/entry.ts";
import { Device, DEVICE_EVENT, DstEntry } from "#impl/dst/layout.ts";
import { softirqCollector } from "#impl/dst/softirq.ts";
import { placeClock } from "#impl/sync/jiffies.ts";
import { type Protocol, protocol } from "./protocol.ts";

const KEY = 1;
const Holding = struct("holding", { entry: 1 });

function placeDst(
  heap: Heap,
  hasNeighbours: boolean,
): { dst: Dst; device: Address; holding: Address; setUp: () => Access } {
  const dst = createDst(heap, placeClock(heap, 1000), {
    collector: softirqCollector,
    ticksPerSecond: 10,
    entriesMax: 4,
    devices: [{ name: "eth0", namespace: 0, hasNeighbours }],
  });
  const [device = NIL] = dst.devices;
  const holding = place(heap, Holding, "holding");
  return {
    dst,
    device,
    holding,
    *setUp() {
      const entry = yield* getEntry(dst, { key: KEY, device, over: NIL, hasPrivateChild: false });
      yield write(Holding.entry(holding), entry);
    },
  };
}

const sendWhileDown = protocol("dst", "send-device-down", "a packet is sent while its device goes down", (heap) => {
  const { dst, device, holding, setUp } = placeDst(heap, false);
  const loopback = wordAt(heap.words, Device.loopback(device));
  return {
    setUp,
    threads: {
      *sender() {
        const entry = yield read(Holding.entry(holding));
        const sent = yield* sendThrough(dst, entry);
        yield assertHolds(sent !== loopback, "no packet for another device is sent through the loopback device");
      },
      *events() {
        const entry = yield read(Holding.entry(holding));
        yield* notifyEntry(entry, device, DEVICE_EVENT.down);
        yield* notifyEntry(entry, device, DEVICE_EVENT.unregister);
      },
    },
  };
});

const attach = protocol("dst", "attach-header", "two senders attach the header cache of one entry", (heap) => {
  const { dst, holding, setUp } = placeDst(heap, true);
  const send = function* (): Access {
    const entry = yield read(Holding.entry(holding));
    yield* sendThrough(dst, entry);
  };
  return { setUp, threads: { first: send, second: send } };
});

const findWhileDropped = protocol("dst", "find-drop", "an entry is found while it is dropped", (heap) => {
  const { dst, holding, setUp } = placeDst(heap, false);
  return {
    *setUp() {
      yield* setUp();
      const entry = yield read(Holding.entry(holding));
      yield* releaseEntry(dst, entry);
    },
    threads: {
      *reader() {
        const entry = yield* findEntry(dst, KEY);
        if (entry === NIL) return;
        const key = yield read(DstEntry.key(entry));
        yield assertHolds(key === KEY, "a lookup finds the requested entry");
        yield* releaseEntry(dst, entry);
      },
      *dropper() {
        yield* dropEntry(dst, KEY);
      },
    },
  };
});

const destroyAfterUse = protocol(
  "dst",
  "destroy-after-use",
  "an entry is destroyed after its last holder attached a header",
  (heap) => {
    const { dst, holding, setUp } = placeDst(heap, true);
    return {
      setUp,
      threads: {
        *holder() {
          const entry = yield read(Holding.entry(holding));
          yield* sendThrough(dst, entry);
          yield* releaseEntry(dst, entry);
        },
        *dropper() {
          yield* dropEntry(dst, KEY);
        },
      },
    };
  },
);

const findWhileMade = protocol("dst", "find-make", "an entry is found while it is created", (heap) => {
  const { dst, device } = placeDst(heap, false);
  return {
    threads: {
      *maker() {
        yield* getEntry(dst, { key: KEY, device, over: NIL, hasPrivateChild: false });
      },
      *reader() {
        const entry = yield* findEntry(dst, KEY);
        if (entry !== NIL) yield* sendThrough(dst, entry);
      },
    },
  };
});

export const dstProtocols: readonly Protocol[] = [
  sendWhileDown,
  attach,
  findWhileDropped,
  destroyAfterUse,
  findWhileMade,
];
