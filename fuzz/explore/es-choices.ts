/**
 * Choices under ECMAScript: a read may read from every write that happens-before does not hide, as long as a
 * memory-order exists; writes are not ordered among themselves.
 *
 * So two executions are the same if each thread made the same accesses, each read reads from the same write, and locks
 * were taken in the same order. The list of writes that a graph keeps for a location is in insertion order, which has
 * no meaning.
 *
 * The canonical option for events that a revisit removes (see `maximal.ts`) must depend only on what stays, and must
 * always exist: a read reads from the first write, by thread and position, for which a memory-order exists. Writes that
 * happen before the read come first, since with one of those a memory-order nearly always exists. A wait takes the
 * first source that ends it, and goes on waiting if there is none.
 */
import { AtomicOrder, type Extent, isNamedBefore, isWithin, WHOLE } from "./atomic-order.ts";
import { Choices } from "./choices.ts";
import { happensBefore, happensBeforeByThread } from "./es-order.ts";
import {
  AFTER,
  BLOCKED,
  EVENT,
  FIRST_READER,
  type Graph,
  INITIAL,
  KIND,
  LOCATION,
  NEXT_READER,
  NONE,
  PARTNER,
  SOURCE,
  STATE,
  THREAD,
} from "./graph.ts";
import { type LocalStates, STEP } from "./local-states.ts";
import { isLastInCoherence } from "./maximal.ts";
import { type ReadSources, WAITS_ON } from "./read-sources.ts";

export class EsChoices extends Choices {
  readonly #states: LocalStates;
  readonly #sources: ReadSources;
  readonly #atomics = new AtomicOrder();
  readonly #extent: Extent = { event: NONE, revisitor: NONE };

  constructor(states: LocalStates, sources: ReadSources) {
    super();
    this.#states = states;
    this.#sources = sources;
  }

  /** The write of a read-modify-write may yet revisit another read, so it is left out here. */
  offerSources(graph: Graph, read: number): void {
    const base = this.count;
    this.#offerSource(graph, read, INITIAL);
    const location = graph.get(read, LOCATION);
    for (let write = graph.first[location] as number; write !== NONE; write = graph.get(write, AFTER))
      this.#offerSource(graph, read, write);
    const isWait = this.#states.step(graph.get(read, STATE)) === STEP.wait;
    if (this.count === base || (isWait && this.#mayOthersGoOn(graph, graph.get(read, THREAD)))) this.offer(WAITS_ON);
  }

  /**
   * Whether a thread other than this one may yet make an access. If so, a wait that could end may also go on: it must
   * go on in graphs started by a later write if the events that lead to that write leave it no source.
   */
  #mayOthersGoOn(graph: Graph, thread: number): boolean {
    for (let other = 0; other < graph.width; other++) {
      if (other === thread || this.#states.step(graph.state[other] as number) <= STEP.failed) continue;
      const last = graph.last[other] as number;
      if (last === NONE || !graph.has(last, BLOCKED)) return true;
    }
    return false;
  }

  #offerSource(graph: Graph, read: number, source: number): void {
    if (this.#isWanted(graph, read, source) && this.#atomics.exists(graph, read, source, false, WHOLE))
      this.offer(source);
  }

  offerPlaces(graph: Graph, write: number): void {
    const read = graph.get(write, PARTNER);
    if (read === NONE || this.#atomics.exists(graph, read, graph.get(read, SOURCE), true, WHOLE)) this.offer(NONE);
  }

  withdrawPlaces(graph: Graph, write: number, read: number, base: number): void {
    if (this.count === base) return;
    graph.place(write, NONE);
    const isPossible = this.#isOver(graph, read, write) && this.#atomics.exists(graph, read, write, false, WHOLE);
    graph.displace(write);
    if (!isPossible) this.count = base;
  }

  isMaximal(graph: Graph, event: number, revisitor: number): boolean {
    switch (graph.get(event, KIND)) {
      case EVENT.read:
        return this.#isFirstSource(graph, event, revisitor);
      case EVENT.write:
        return !isReadBefore(graph, event);
      default:
        return isLastInCoherence(graph, event, revisitor);
    }
  }

  /** Does `read` have the canonical source, given what came before it and what leads to `revisitor`? */
  #isFirstSource(graph: Graph, read: number, revisitor: number): boolean {
    const extent = this.#extent;
    extent.event = read;
    extent.revisitor = revisitor;
    const isBlocked = graph.has(read, BLOCKED);
    const source = graph.get(read, SOURCE);
    if (!isBlocked && source !== INITIAL && !isWithin(graph, source, extent)) return false;
    if ((isBlocked || source !== INITIAL) && this.#isPossible(graph, read, INITIAL)) return false;
    const location = graph.get(read, LOCATION);
    for (let write = graph.first[location] as number; write !== NONE; write = graph.get(write, AFTER)) {
      if (write === source || !isWithin(graph, write, extent)) continue;
      if (!isBlocked && !isPreferred(graph, read, write, source)) continue;
      if (this.#isPossible(graph, read, write)) return false;
    }
    return true;
  }

  #isPossible(graph: Graph, read: number, source: number): boolean {
    if (!this.#isWanted(graph, read, source)) return false;
    const writes = this.#sources.wouldWrite(graph, read, source);
    return this.#atomics.exists(graph, read, source, writes, this.#extent);
  }

  /** Coherent reads allow this source, and it would end a wait. */
  #isWanted(graph: Graph, read: number, source: number): boolean {
    return this.#isOver(graph, read, source) && isVisible(graph, read, source);
  }

  #isOver(graph: Graph, read: number, source: number): boolean {
    return this.#states.step(graph.get(read, STATE)) !== STEP.wait || this.#sources.isOver(graph, read, source);
  }
}

/** True if no other write of the location comes between by happens-before. */
function isVisible(graph: Graph, read: number, source: number): boolean {
  for (let other = graph.first[graph.get(read, LOCATION)] as number; other !== NONE; other = graph.get(other, AFTER)) {
    if (other === source || !happensBeforeByThread(graph, other, read)) continue;
    if (source === INITIAL || happensBefore(graph, source, other)) return false;
  }
  return true;
}

/** Is `write` preferred to `source` as the canonical source of `read`? The initial value comes first. */
function isPreferred(graph: Graph, read: number, write: number, source: number): boolean {
  if (source === INITIAL) return false;
  const isBefore = happensBeforeByThread(graph, write, read);
  if (isBefore !== happensBeforeByThread(graph, source, read)) return isBefore;
  return isNamedBefore(graph, write, source);
}

/** Is the write read by an event that was added before it? */
function isReadBefore({ rows, stride }: Graph, write: number): boolean {
  for (
    let reader = rows[write * stride + FIRST_READER] as number;
    reader !== NONE;
    reader = rows[reader * stride + NEXT_READER] as number
  ) {
    if (reader < write) return true;
  }
  return false;
}
