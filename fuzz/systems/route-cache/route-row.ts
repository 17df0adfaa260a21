/** Rows of the operations on a network: where they run, and when a thread skips them. */
import type { Access } from "#impl/memory/access.ts";
import type { RouteOperation } from "#model/route-cache/route-cache.ts";
import { NOBODY } from "#model/route-cache/route-cache.ts";
import type { ModelStep } from "#properties/linearizability/operation-history.ts";
import type { Arguments, RawValuesOf, ValuesOf } from "../operation-arguments.ts";
import { operation, type Returned, type TableRow } from "../operation-table.ts";
import {
  type CacheName,
  type Hand,
  type PlacedNetwork,
  type RouteCaller,
  type Running,
  whereItRuns,
} from "./route-threads.ts";

/** The thread that performs the operation in the model. */
interface ModelThread {
  /** The model's name for one of the thread's caches. */
  cache(name: CacheName): string;
  /** The holder of a reference that the operation takes: the thread, or nobody for an initial operation. */
  readonly holder: number;
}

interface NetworkRow<A extends Arguments> {
  readonly arguments: A;
  readonly weight?: number;
  /** Whether it waits for others, or takes a reference: a thread that holds one skips it. */
  readonly waits?: boolean;
  readonly initiallyForEachThread?: boolean;
  text?(raw: RawValuesOf<A>): string;
  run(running: Running, values: ValuesOf<A>): Access<Returned>;
  model(values: ValuesOf<A>, thread: ModelThread): RouteOperation | readonly ModelStep<RouteOperation>[];
}

/** An operation that runs under the big lock if there is one; in a soft interrupt if its arguments request it. */
export function onNetwork<A extends Arguments>({
  waits = false,
  run,
  model,
  ...row
}: NetworkRow<A>): TableRow<PlacedNetwork, A, RouteOperation, Hand, unknown> {
  return operation<PlacedNetwork, A, RouteOperation, Hand>({
    ...row,
    isIdle: (_values, { local }) => waits && local.held !== undefined,
    run: (placed, values, caller: RouteCaller) =>
      whereItRuns(placed, caller, runsInInterrupt(values), (running) => run(running, values)),
    model: (values, { thread, isInitial }) =>
      model(values, { cache: (name) => `${thread}${name}`, holder: isInitial ? NOBODY : thread }),
  });
}

/** An operation on one of the thread's caches; as an initial operation, each thread performs it. */
export function onCache<A extends Arguments>(row: Omit<NetworkRow<A>, "initiallyForEachThread">) {
  return onNetwork({ ...row, initiallyForEachThread: true });
}

function runsInInterrupt(values: object): boolean {
  return "inInterrupt" in values && values.inInterrupt === true;
}
