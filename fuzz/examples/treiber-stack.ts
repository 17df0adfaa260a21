/** Treiber's stack: a list whose top is swung by compare-and-exchange. Nodes are freed after a grace period. */
// oxfmt-ignore
import {
  type Access, type Address, allocate, cmpxchg, defineSystem, free, NIL, operation, place, placeSlab,
  rcuAssignPointer, rcuDereference, rcuReadLock, rcuReadUnlock, read, readOnce, stackSteps, struct,
  synchronizeRcu, word, write,
} from "../quiesce.ts";

const Node = struct("node", { next: 1, value: 1 });
const Stack = struct("stack", { top: 1 });
type Placed = { readonly top: Address; readonly nodes: Address };

/** Linearizes at the cmpxchg that succeeds. */
function* push({ top, nodes }: Placed, { value }: { readonly value: number }): Access {
  const node = yield allocate(nodes);
  yield write(Node.value(node), value);
  for (;;) {
    const seen = yield readOnce(top);
    yield write(Node.next(node), seen);
    if ((yield cmpxchg(top, seen, node)) === seen) return;
  }
}

/** Linearizes at the cmpxchg that succeeds, or at the read of an empty stack. */
function* pop({ top, nodes }: Placed): Access<number> {
  yield rcuReadLock();
  let node = yield rcuDereference(top);
  while (node !== NIL && (yield cmpxchg(top, node, yield read(Node.next(node)))) !== node)
    node = yield rcuDereference(top);
  const value = node === NIL ? 0 : yield read(Node.value(node));
  yield rcuReadUnlock();
  if (node === NIL) return 0;
  yield synchronizeRcu();
  yield free(nodes, node);
  return value;
}

/** Broken: loses a node that another thread has pushed since the read. */
function* pushUnchecked({ top, nodes }: Placed, { value }: { readonly value: number }): Access {
  const node = yield allocate(nodes);
  yield write(Node.value(node), value);
  yield write(Node.next(node), yield readOnce(top));
  yield rcuAssignPointer(top, node);
}

const model = stackSteps();
const treiber = (name: string, run: typeof push) =>
  defineSystem({
    name,
    about: "Treiber's stack",
    // A node for each operation of the longest sequence that is drawn.
    place: (heap): Placed => ({ top: place(heap, Stack, "stack"), nodes: placeSlab(heap, Node, "node", 200) }),
    initialState: model.initial,
    operations: {
      push: operation({ arguments: { value: word(1, 2, 3) }, returns: "nothing", run, step: model.put }),
      pop: operation({ run: pop, step: model.take }),
    },
  });

export default treiber("treiber", push);
export const broken = treiber("treiber-broken", pushUnchecked);
