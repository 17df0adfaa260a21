/** How a thread performs a scenario's operations on the neighbour table, call by call. */
import {
  type Access,
  type Address,
  allocate,
  atomicAdd,
  awaitEqual,
  beginOperation,
  endOperation,
  NIL,
  read,
  readOnce,
  smpMbBeforeAtomic,
  write,
  writeOnce,
} from "#impl/memory/access.ts";
import type { Heap } from "#impl/memory/heap.ts";
import { connectionLost, connectionUp, reapConnections, startConnections } from "#impl/neighbours/connection.ts";
import { type CookieNeighbour, freeCookie, sendByCookie } from "#impl/neighbours/cookie.ts";
import { closeDevice, freeDevice, startDevice, stopDevice } from "#impl/neighbours/device.ts";
import { NetDevice, Packet } from "#impl/neighbours/layout.ts";
import { getNeighbour, putNeighbour } from "#impl/neighbours/lookup.ts";
import type { Neighbours } from "#impl/neighbours/neighbours.ts";
import { NOTHING } from "#impl/neighbours/packet-queue.ts";
import { answerQuery, forgetPath, freePath, invalidatePaths } from "#impl/neighbours/path.ts";
import { reapNeighbours, removeNeighbour } from "#impl/neighbours/table.ts";
import { transmit } from "#impl/neighbours/transmit.ts";
import { CancellableWork } from "#impl/sync/cancellable-work.ts";
import { WORK_STATE } from "#impl/sync/delayed-work.ts";
import { advanceClock, type Clock } from "#impl/sync/jiffies.ts";
import type { NeighboursCall } from "#properties/neighbours/neighbours-history.ts";

export interface Placed {
  readonly heap: Heap;
  readonly clock: Clock;
  readonly neighbours: Neighbours;
  readonly cookie: CookieNeighbour;
}

/** An operation as calls on the implementation, with their numbers in the program. */
export interface Step {
  readonly kind: "call" | "removePath" | "takeDown";
  readonly calls: readonly { readonly call: NeighboursCall; readonly number: number }[];
}

/** What a thread holds, and which queue it transmits on. */
export interface Caller {
  readonly queue: number;
  readonly held: { readonly name: string; readonly neighbour: Address }[];
}

/** Told of each call once it has answered; `subject` is the neighbour it concerned. */
export type Answered = (number: number, response: number, subject: Address) => void;

/**
 * Sets the device up and performs steps as one thread, which gives everything back at the end. Works that a step asked
 * for run before the next step; those of the last are left to the threads.
 */
export function* performSetUp(
  placed: Placed,
  calls: readonly NeighboursCall[],
  steps: readonly Step[],
  answered: Answered,
): Access {
  const { neighbours } = placed;
  yield* startDevice(neighbours);
  const caller: Caller = { queue: 0, held: [] };
  for (const step of steps) {
    yield* runIfQueued(neighbours.startWork, () => startConnections(neighbours));
    yield* runIfQueued(neighbours.reapWork, () => reapNeighbours(neighbours));
    yield* runIfQueued(neighbours.connectionReapWork, () => reapConnections(neighbours));
    yield* performStep(placed, calls, step, caller, answered);
  }
  yield* giveBack(neighbours, caller);
}

function* runIfQueued(work: Address, handler: () => Access): Access {
  const state = yield readOnce(CancellableWork.state(work));
  if (state !== WORK_STATE.queued) return;
  yield writeOnce(CancellableWork.state(work), WORK_STATE.idle);
  yield* handler();
}

export function* performStep(
  placed: Placed,
  calls: readonly NeighboursCall[],
  step: Step,
  caller: Caller,
  answered: Answered,
): Access {
  const [first, second] = step.calls;
  if (first === undefined || !hasSubject(first.call, caller)) return;
  if (step.kind === "takeDown")
    yield* takeDown(placed.neighbours, caller, answered, [first.number, second?.number ?? 0]);
  else if (step.kind === "removePath")
    yield* removePath(placed.neighbours, first.call, answered, [first.number, second?.number ?? 0]);
  else yield* performCall(placed, calls, first, caller, answered);
}

function hasSubject(call: NeighboursCall, { held }: Caller): boolean {
  return (call.kind !== "put" && call.kind !== "remove") || held.some(({ name }) => name === call.name);
}

/** A path goes in two operations: it is taken off the list, and then its neighbours leave the table. */
function* removePath(
  neighbours: Neighbours,
  call: NeighboursCall,
  answered: Answered,
  [forget, remove]: readonly [number, number],
): Access {
  yield beginOperation(forget);
  const path = call.kind === "forgetPath" ? yield* forgetPath(neighbours, call.words) : NIL;
  yield endOperation(path === NIL ? 0 : 1);
  answered(forget, path === NIL ? 0 : 1, NIL);
  if (path === NIL) return;
  yield beginOperation(remove);
  yield* freePath(neighbours, path);
  yield endOperation(0);
  answered(remove, 0, NIL);
}

/** Only the first to stop the device takes it down. */
function* takeDown(
  neighbours: Neighbours,
  caller: Caller,
  answered: Answered,
  [stop, close]: readonly [number, number],
): Access {
  yield* giveBack(neighbours, caller);
  yield beginOperation(stop);
  const isFirst = yield* stopDevice(neighbours);
  yield endOperation(isFirst ? 1 : 0);
  answered(stop, isFirst ? 1 : 0, NIL);
  if (!isFirst) return;
  yield beginOperation(close);
  yield* closeDevice(neighbours);
  yield endOperation(0);
  answered(close, 0, NIL);
  const { netDevice } = neighbours;
  yield awaitEqual(NetDevice.users(netDevice), -1, 1);
  yield* freeDevice(neighbours);
}

/** The thread's last deed: it uses the device no more. Who took the device down has waited for all others. */
export function* leave({ netDevice }: Neighbours): Access {
  yield smpMbBeforeAtomic();
  yield atomicAdd(NetDevice.users(netDevice), -1);
}

export function* giveBack(neighbours: Neighbours, { held }: Caller): Access {
  for (let last = held.pop(); last !== undefined; last = held.pop()) yield* putNeighbour(neighbours, last.neighbour);
}

function* performCall(
  placed: Placed,
  calls: readonly NeighboursCall[],
  { call, number }: Step["calls"][number],
  caller: Caller,
  answered: Answered,
): Access {
  const { neighbours } = placed;
  if (call.kind === "transmit") {
    const packet = yield allocate(neighbours.packets);
    yield write(Packet.number(packet), number);
    yield* performTransmit(placed, call, packet, number, caller, answered);
    return;
  }
  yield beginOperation(number);
  let waiting: Address = NIL;
  let response: number;
  let subject: Address = NIL;
  switch (call.kind) {
    case "get":
      response = yield* getNeighbour(neighbours, call.address);
      if (response !== NIL) caller.held.push({ name: call.name, neighbour: response });
      break;
    case "put":
    case "remove": {
      const at = caller.held.findLastIndex(({ name }) => name === call.name);
      subject = caller.held[at]?.neighbour ?? NIL;
      if (call.kind === "put") {
        caller.held.splice(at, 1);
        yield* putNeighbour(neighbours, subject);
      } else {
        yield* removeNeighbour(neighbours, subject);
      }
      response = 0;
      break;
    }
    case "answer":
      waiting = yield* answerQuery(neighbours, call.words, call.granted);
      response = waiting === NOTHING ? 0 : 1;
      break;
    case "connect":
      waiting = yield* connectionUp(neighbours, call.address);
      response = waiting === NOTHING ? 0 : 1;
      break;
    case "disconnect":
      response = (yield* connectionLost(neighbours, call.address)) ? 1 : 0;
      break;
    case "invalidate":
      yield* invalidatePaths(neighbours);
      response = 0;
      break;
    case "sendByCookie":
      response = yield* sendByCookie(placed.cookie);
      break;
    case "freeCookie":
      response = (yield* freeCookie(placed.cookie)) ? 1 : 0;
      break;
    default:
      response = yield* advanceClock(placed.clock, call.kind === "advance" ? call.ticks : 0);
  }
  yield endOperation(response);
  answered(number, response, subject);
  if (waiting !== NOTHING) yield* transmitAgain(placed, calls, waiting, caller, answered);
}

function* performTransmit(
  placed: Placed,
  call: NeighboursCall,
  packet: Address,
  number: number,
  { queue }: Caller,
  answered: Answered,
): Access {
  if (call.kind !== "transmit") return;
  yield beginOperation(number);
  const outcome = yield* transmit(placed.neighbours, queue, packet, call);
  yield endOperation(outcome);
  answered(number, outcome, NIL);
}

/** Hands packets that have waited to the stack once more: each is a transmission of its own. */
function* transmitAgain(
  placed: Placed,
  calls: readonly NeighboursCall[],
  first: Address,
  caller: Caller,
  answered: Answered,
): Access {
  let packet = first;
  while (packet !== NIL) {
    const next = yield read(Packet.next(packet));
    const number = yield read(Packet.number(packet));
    const call = calls[number];
    if (call !== undefined) yield* performTransmit(placed, call, packet, number, caller, answered);
    packet = next;
  }
}
