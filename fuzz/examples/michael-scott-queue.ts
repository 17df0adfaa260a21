/** The queue of Michael and Scott: a list with a dummy in front; any thread that finds the tail lagging advances it. */
// oxfmt-ignore
import {
  type Access, type Address, allocate, cmpxchg, defineSystem, free, type Heap, NIL, operation, place, placeSlab,
  queueSteps, rcuAssignPointer, rcuDereference, rcuReadLock, rcuReadUnlock, read, struct, synchronizeRcu, word, write,
  writeOnce,
} from "../quiesce.ts";

const Node = struct("node", { next: 1, value: 1 });
const Queue = struct("queue", { head: 1, tail: 1 });
type Placed = { readonly queue: Address; readonly nodes: Address };
type Link = (tail: Address, node: Address) => Access<boolean>;
function* link(tail: Address, node: Address): Access<boolean> {
  return (yield cmpxchg(Node.next(tail), NIL, node)) === NIL;
}
/** Broken: loses a node that another thread has linked since the read. */
function* linkUnchecked(tail: Address, node: Address): Access<boolean> {
  if ((yield rcuDereference(Node.next(tail))) !== NIL) return false;
  yield rcuAssignPointer(Node.next(tail), node);
  return true;
}
function* newNode(nodes: Address, value: number): Access<Address> {
  const node = yield allocate(nodes);
  yield write(Node.value(node), value);
  yield writeOnce(Node.next(node), NIL);
  return node;
}
const model = queueSteps();
const michaelScott = (name: string, linkTo: Link) =>
  defineSystem({
    name,
    about: "the queue of Michael and Scott",
    place: (heap: Heap): Placed => ({ queue: place(heap, Queue, "queue"), nodes: placeSlab(heap, Node, "node", 200) }),
    *start({ queue, nodes }: Placed): Access {
      const dummy = yield* newNode(nodes, 0);
      for (const end of [Queue.head, Queue.tail]) yield writeOnce(end(queue), dummy);
    },
    initialState: model.initial,
    operations: {
      /** Linearizes when the node is linked. */
      put: operation({
        arguments: { value: word(1, 2, 3) },
        returns: "nothing",
        *run({ queue, nodes }: Placed, { value }): Access {
          const [tail, node] = [Queue.tail(queue), yield* newNode(nodes, value)];
          yield rcuReadLock();
          let last = yield rcuDereference(tail);
          while (!(yield* linkTo(last, node))) {
            yield cmpxchg(tail, last, yield rcuDereference(Node.next(last)));
            last = yield rcuDereference(tail);
          }
          yield cmpxchg(tail, last, node);
          yield rcuReadUnlock();
        },
        step: model.put,
      }),
      /** Linearizes at the cmpxchg of the head, or at the read of a dummy without a successor. */
      take: operation({
        *run({ queue, nodes }: Placed): Access<number> {
          const [head, tail] = [Queue.head(queue), Queue.tail(queue)];
          yield rcuReadLock();
          for (;;) {
            const [dummy, last] = [yield rcuDereference(head), yield rcuDereference(tail)];
            const next = yield rcuDereference(Node.next(dummy));
            if (next !== NIL && dummy === last) yield cmpxchg(tail, last, next);
            if (next !== NIL && (yield cmpxchg(head, dummy, next)) !== dummy) continue;
            const value = next === NIL ? 0 : yield read(Node.value(next));
            yield rcuReadUnlock();
            if (next === NIL) return 0;
            yield synchronizeRcu();
            yield free(nodes, dummy);
            return value;
          }
        },
        step: model.take,
      }),
    },
  });
export default michaelScott("michael-scott", link);
export const broken = michaelScott("michael-scott-broken", linkUnchecked);
