/** Checks of programs of the machine under weak memory: each is shown firing and keeping quiet. */
import { expect, test } from "vitest";
import {
  type Access,
  type Address,
  allocate,
  assertHolds,
  awaitEqual,
  atomicAddReturn,
  atomicAddReturnRelaxed,
  beginOperation,
  callRcu,
  endOperation,
  free,
  NIL,
  rcuAssignPointer,
  rcuDereference,
  rcuReadLock,
  rcuReadUnlock,
  read,
  readOnce,
  smpMb,
  synchronizeRcu,
  write,
  writeOnce,
} from "#impl/memory/access.ts";
import { createHeap, place, placeSlab } from "#impl/memory/heap.ts";
import { struct } from "#impl/memory/struct.ts";
import type { HistoryWatcher, Program } from "#fuzz/machine/program.ts";
import { exploreWeakProgram, type WeakExploration, type WeakModel } from "./explore-weak-program.ts";

const Node = struct("node", { count: 1, value: 1 });
const Root = struct("root", { node: 1, x: 1, y: 1 });

type Bodies = (places: { readonly slab: Address; readonly root: Address }) => Readonly<Record<string, () => Access>>;

function explored(bodies: Bodies, memory: WeakModel = "lkmm", more: Partial<Program> = {}): WeakExploration {
  const heap = createHeap(500);
  const root = place(heap, Root, "root");
  const slab = placeSlab(heap, Node, "node", 4);
  const setUp = function* (): Access {
    const node = yield allocate(slab);
    yield write(Node.count(node), 2);
    yield write(Node.value(node), 7);
    yield write(Root.node(root), node);
  };
  const threads = Object.entries(bodies({ slab, root })).map(([name, body]) => ({ name, body }));
  return exploreWeakProgram({ name: "test", heap, setUp, threads, watchers: [], ...more }, { memory });
}

const dropping =
  (drop: (count: Address, change: number) => ReturnType<typeof atomicAddReturn>): Bodies =>
  ({ slab, root }) => {
    const body = function* (): Access {
      const node = yield read(Root.node(root));
      yield readOnce(Node.value(node));
      const left = yield drop(Node.count(node), -1);
      if (left === 0) yield free(slab, node);
    };
    return { first: body, second: body };
  };

test("a use that nothing orders before the free of its object is found, although no thread reads garbage", () => {
  const { violation } = explored(dropping(atomicAddReturnRelaxed));
  expect(violation?.property).toBe("memory-safety");
  expect(violation?.because).toMatch(/reading node#1\.value is not ordered before the free/u);
  expect(explored(dropping(atomicAddReturn))).toEqual({ executions: 2, blocked: 0, complete: true });
});

const publishing =
  (publish: (word: Address, value: number) => ReturnType<typeof writeOnce>): Bodies =>
  ({ slab, root }) => ({
    *writer() {
      const node = yield allocate(slab);
      yield write(Node.value(node), 8);
      yield publish(Root.node(root), node);
    },
    *reader() {
      yield rcuReadLock();
      const node = yield rcuDereference(Root.node(root));
      yield read(Node.value(node));
      yield rcuReadUnlock();
    },
  });

test("an object published without a release is seen before it is initialised", () => {
  expect(explored(publishing(writeOnce)).violation?.property).toMatch(/memory-safety|data-race/u);
  const { violation, complete } = explored(publishing(rcuAssignPointer));
  expect([violation, complete]).toEqual([undefined, true]);
});

const removing =
  (wait: "grace period" | "callback" | "nothing"): Bodies =>
  ({ slab, root }) => {
    const freeNode = function* (node: number): Access {
      yield free(slab, node);
    };
    return {
      *writer() {
        const node = yield read(Root.node(root));
        yield writeOnce(Root.node(root), NIL);
        if (wait === "callback") return void (yield callRcu(freeNode, node));
        if (wait === "grace period") yield synchronizeRcu();
        yield* freeNode(node);
      },
      *reader() {
        yield rcuReadLock();
        const node = yield rcuDereference(Root.node(root));
        if (node !== NIL) yield readOnce(Node.value(node));
        yield rcuReadUnlock();
      },
    };
  };

test("a free without a grace period is found; with one, or from a callback, readers are done", () => {
  expect(explored(removing("nothing")).violation?.property).toBe("memory-safety");
  for (const wait of ["grace period", "callback"] as const) {
    const { violation, complete } = explored(removing(wait));
    expect([violation, complete]).toEqual([undefined, true]);
  }
});

const storeBuffering =
  (fence: boolean): Bodies =>
  ({ root }) => {
    let first = 0;
    const body = (own: Address, other: Address) =>
      function* (): Access {
        yield writeOnce(own, 1);
        if (fence) yield smpMb();
        const seen = yield readOnce(other);
        yield assertHolds(seen === 1 || first === 0, "never");
        first = 0;
      };
    return { first: body(Root.x(root), Root.y(root)), second: body(Root.y(root), Root.x(root)) };
  };

test.each(["tso", "ra", "lkmm"] as const)(
  "store buffering has four executions under %s, and three with fences",
  (memory) => {
    expect(explored(storeBuffering(false), memory).executions).toBe(4);
    expect(explored(storeBuffering(true), memory).executions).toBe(3);
  },
);

test("a thread that waits forever is a deadlock; the story marks stale reads", () => {
  const { violation } = explored(({ root }) => ({
    *waiter() {
      yield awaitEqual(Root.x(root), -1, 5);
    },
  }));
  expect(violation?.property).toBe("deadlock");
  const stale = explored(({ root }) => ({
    *writer() {
      yield writeOnce(Root.x(root), 1);
      yield writeOnce(Root.y(root), 1);
    },
    *reader() {
      const y = yield readOnce(Root.y(root));
      const x = yield readOnce(Root.x(root));
      yield assertHolds(y === 0 || x === 1, "x is written before y");
    },
  }));
  expect(stale.violation?.because).toBe("reader: x is written before y");
  expect(stale.violation?.story.at(-1)).toMatch(
    /readOnce root\.x finds 0, although it was 1 since line 1; nothing orders them/u,
  );
});

/** Watches a register that is written once: no read after the write may return 0. */
function registerHistory(): HistoryWatcher {
  let written = false;
  const after = new Map<number, boolean>();
  return {
    property: "linearizability",
    reset() {
      written = false;
      after.clear();
    },
    invoke: (thread) => void after.set(thread, written),
    respond(thread, response) {
      if (response === 1) written = true;
      return response === 2 && after.get(thread) === true ? "a read after the write returned the old value" : undefined;
    },
  };
}

test("a call is seen by every call that begins after its return, and need not be seen by one that began before", () => {
  const history = registerHistory();
  const { violation, complete, executions } = explored(
    ({ root }) => ({
      *writer() {
        yield beginOperation(0);
        yield writeOnce(Root.x(root), 1);
        yield endOperation(1);
      },
      *reader() {
        yield beginOperation(1);
        const found = yield readOnce(Root.x(root));
        yield endOperation(found === 1 ? 3 : 2);
      },
    }),
    "lkmm",
    { history },
  );
  expect([violation, complete]).toEqual([undefined, true]);
  expect(executions).toBeGreaterThan(2);
});
