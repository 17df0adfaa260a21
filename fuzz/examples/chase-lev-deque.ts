/** The work-stealing deque of Chase and Lev: its owner works at the bottom, thieves take from the top. */
// oxfmt-ignore
import {
  type Access, type Address, cmpxchg, defineSystem, operation, place, readOnce, smpMb, storeRelease, struct, word,
  writeOnce,
} from "../quiesce.ts";

const CAPACITY = 4;
const Deque = struct("deque", { top: 1, bottom: 1, tasks: CAPACITY });
const task = (deque: Address, index: number): Address => Deque.tasks(deque) + (index % CAPACITY);

/** The owner's; linearizes at the store to the bottom. */
function* push(deque: Address, { value }: { readonly value: number }): Access {
  const bottom = yield readOnce(Deque.bottom(deque));
  yield writeOnce(task(deque, bottom), value);
  yield storeRelease(Deque.bottom(deque), bottom + 1);
}

/** Claims the task at the top. */
type Claim = (deque: Address, top: number) => Access<boolean>;

function* claim(deque: Address, top: number): Access<boolean> {
  return (yield cmpxchg(Deque.top(deque), top, top + 1)) === top;
}
/** Broken: the owner takes the last task without competing for it. */
function* claimUnfought(deque: Address, top: number): Access<boolean> {
  return (yield readOnce(Deque.top(deque))) === top;
}

/** The owner's: competes with the thieves for the last task. */
function* popWith(deque: Address, claimLast: Claim): Access<number> {
  const last = (yield readOnce(Deque.bottom(deque))) - 1;
  yield writeOnce(Deque.bottom(deque), last);
  yield smpMb();
  const top = yield readOnce(Deque.top(deque));
  const value = last < top ? 0 : yield readOnce(task(deque, last));
  if (last > top) return value;
  const isMine = last === top && (yield* claimLast(deque, top));
  yield writeOnce(Deque.bottom(deque), top + (last === top ? 1 : 0));
  return isMine ? value : 0;
}

/** A thief's; linearizes at the cmpxchg. Gives up if another thread was first. */
function* steal(deque: Address): Access<number> {
  const top = yield readOnce(Deque.top(deque));
  yield smpMb();
  if (top >= (yield readOnce(Deque.bottom(deque)))) return 0;
  const value = yield readOnce(task(deque, top));
  return (yield* claim(deque, top)) ? value : 0;
}

type State = readonly number[];
const putTask = (state: State, { value }: { readonly value: number }) => ({ next: [...state, value] });
const taken = (state: State) => ({ response: state.at(-1) ?? 0, next: state.slice(0, -1) });
/** A thief may give up: the owner, or another thief, came first. */
const stolen = (state: State) => [
  { response: 0, next: state },
  { response: state[0] ?? 0, next: state.slice(1) },
];
const [task1, task2] = [{ kind: "push", value: 1 } as const, { kind: "push", value: 2 } as const];
const [taking, stealing] = [{ kind: "pop" } as const, { kind: "steal" } as const];
const chaseLev = (name: string, claimLast: Claim) =>
  defineSystem({
    name,
    about: "the work-stealing deque of Chase and Lev",
    place: (heap) => place(heap, Deque, "deque"),
    initialState: [] as State,
    operations: {
      push: operation({ arguments: { value: word(1, 2) }, returns: "nothing", run: push, step: putTask }),
      pop: operation({ run: (deque: Address) => popWith(deque, claimLast), step: taken }),
      steal: operation({ run: steal, step: stolen }),
    },
    scenarios: {
      "the last task": { initial: [task1], threads: { owner: [taking, task2, taking], thief: [stealing, stealing] } },
    },
  });

export default chaseLev("chase-lev", claim);
export const broken = chaseLev("chase-lev-broken", claimUnfought);
