/**
 * The relations of the Linux-kernel memory model that follow from program order, dependencies and reads-from alone: for
 * each event and relation, the events before it as a bit set. The definitions are those of
 * `model/memory/lkmm-order.ts`.
 *
 * Nodes are events; an acquisition of a lock is two, its read and its write. Computed afresh for each graph: O(nodes ·
 * words of a set). Two passes, since events are not always added after those they read from.
 *
 * The file is long because one walk along the threads computes all relations.
 */
import type { Tag } from "#model/memory/event.ts";
import { BitRows } from "./bit-rows.ts";
import {
  AFTER,
  BEFORE,
  BLOCKED,
  EVENT,
  FIRST_READER,
  type Graph,
  INITIAL,
  KIND,
  LOCATION,
  NEXT_READER,
  NONE,
  PAIRED,
  PARTNER,
  POSITION,
  SOURCE,
  STATE,
  THREAD,
} from "./graph.ts";
import { type LocalStates, STEP } from "./local-states.ts";
import { dependsOnItself, type Meaning } from "./meaning.ts";

// Rows of `sets`.
const ACCESSES = 0;
const WRITES = 1;
/** Reads that `smp_rmb` orders. */
const READS = 2;
/** All but plain accesses. */
const MARKED = 3;
/** All but reads of operations without a result. */
const NOT_WITHOUT_RESULT = 4;
const SETS = 5;

// Facts about a thread during the walk along it: rows of `#along`.
const STRONG = 0;
const WRITE_FENCED = 1;
const READ_FENCED = 2;
const ACQUIRED = 3;
const BEFORE_ATOMIC = 4;
const UP_TO_ATOMIC = 5;
const UP_TO_LOCK = 6;
const UP_TO_SRCU_UNLOCK = 7;
const BEFORE_UNLOCKS = 8;
const HANDED_OVER = 9;
const ADDRESSED_PLAIN = 10;
const ADDRESSED_FENCED = 11;
const GRACE = 12;
const ANY_FENCED = 13;
const ALONG = 14;

export class LkmmRelations {
  count = 0;
  /** The first node of each event. */
  node = new Int32Array(64);
  thread = new Int32Array(64);
  /** The write that each node reads from; for the write of a read-modify-write, its read's; `NONE` for no node. */
  source = new Int32Array(64);
  /** Is the node the write of a read-modify-write or of a lock operation? */
  isUpdate = new Uint8Array(64);
  isRead = new Uint8Array(64);
  readonly sets = new BitRows();
  readonly threads = new BitRows();
  /** The nodes of all other threads, by thread. */
  readonly others = new BitRows();
  readonly programOrder = new BitRows();
  /** mb and gp, and nodes that only acquire or release. */
  readonly strong = new BitRows();
  readonly fences = new BitRows();
  /** strong and release, which are cumulative; then wmb and handed-over locks, which are not. */
  readonly cumulative = new BitRows();
  readonly other = new BitRows();
  readonly preserved = new BitRows();
  /** acqpo; then what `smp_rmb` orders if one of the two is a read that it orders: the earlier, and the later one. */
  readonly acquired = new BitRows();
  readonly readFenced = new BitRows();
  readonly readFencedPost = new BitRows();
  readonly address = new BitRows();
  readonly #data = new BitRows();
  /** Nodes that a grace period orders before the node, where sections and grace periods are words. */
  readonly grace = new BitRows();
  /** Writes before this one in coherence order and their readers, including those of the same thread. */
  readonly overwritten = new BitRows();
  readonly #locations = new BitRows();
  readonly #along = new BitRows();
  readonly #accumulated = new BitRows();
  /** Events by thread and position. */
  #eventAt = new Int32Array(64);
  readonly #states: LocalStates;
  #graph: Graph | undefined;
  hasPlain = false;

  constructor(states: LocalStates) {
    this.#states = states;
  }

  of(graph: Graph): void {
    this.#graph = graph;
    this.#number(graph);
    const { count } = this;
    for (const rows of [
      this.programOrder,
      this.strong,
      this.fences,
      this.cumulative,
      this.other,
      this.preserved,
      this.acquired,
      this.readFenced,
      this.readFencedPost,
      this.address,
      this.#data,
      this.grace,
      this.overwritten,
    ])
      rows.reset(count, count);
    this.sets.reset(SETS, count);
    this.threads.reset(graph.width, count);
    this.#locations.reset(graph.locations, count);
    this.#along.reset(graph.width * ALONG, count);
    this.#accumulated.reset(1, count);
    this.hasPlain = false;
    for (let event = 0; event < graph.count; event++) this.#classify(graph, event);
    this.others.reset(graph.width, count);
    for (let thread = 0; thread < graph.width; thread++)
      for (let other = 0; other < graph.width; other++)
        if (other !== thread) this.others.join(thread, this.threads, other);
    this.#indexPositions(graph);
    for (let event = 0; event < graph.count; event++) this.#relate(graph, event);
    for (let location = 0; location < graph.locations; location++) this.#order(graph, location);
    this.#addGrace(graph);
  }

  isMarked(node: number): boolean {
    return this.sets.has(MARKED, node);
  }

  isAccess(node: number): boolean {
    return this.sets.has(ACCESSES, node);
  }

  get markedRow(): number {
    return MARKED;
  }

  get accessesRow(): number {
    return ACCESSES;
  }

  meaningAt(event: number): Meaning {
    return this.meaningOf(this.#graph as Graph, event);
  }

  /** The meaning of an event; both halves of a read-modify-write have the same. */
  meaningOf(graph: Graph, event: number): Meaning {
    const isSecondHalf = graph.get(event, KIND) === EVENT.write && graph.has(event, PAIRED);
    return this.#states.meaning(graph.get(isSecondHalf ? graph.get(event, PARTNER) : event, STATE));
  }

  #number(graph: Graph): void {
    const most = graph.count * 2;
    if (most > this.thread.length || graph.count > this.node.length) {
      this.node = new Int32Array(most * 2);
      this.thread = new Int32Array(most * 2);
      this.source = new Int32Array(most * 2);
      this.isUpdate = new Uint8Array(most * 2);
      this.isRead = new Uint8Array(most * 2);
    }
    let count = 0;
    for (let event = 0; event < graph.count; event++) {
      this.node[event] = count;
      count += graph.get(event, KIND) === EVENT.lock ? 2 : 1;
    }
    this.count = count;
  }

  /** The node at which a lock event ends, and that of any other event. */
  lastNode(graph: Graph, event: number): number {
    return (this.node[event] as number) + (graph.get(event, KIND) === EVENT.lock ? 1 : 0);
  }

  /** Classifies the nodes of an event, and records the earlier nodes of its thread. */
  #classify(graph: Graph, event: number): void {
    const kind = graph.get(event, KIND);
    const thread = graph.get(event, THREAD);
    const first = this.node[event] as number;
    const last = this.lastNode(graph, event);
    const meaning = this.meaningAt(event);
    for (let node = first; node <= last; node++) {
      this.thread[node] = thread;
      this.source[node] = NONE;
      this.isUpdate[node] = 0;
      this.programOrder.join(node, this.threads, thread);
      this.threads.add(thread, node);
      const reads = kind === EVENT.read || (kind === EVENT.lock && node === first);
      this.isRead[node] = reads ? 1 : 0;
      if (!reads || meaning.tag !== "NoRet") this.sets.add(NOT_WITHOUT_RESULT, node);
      if (kind === EVENT.fence) {
        this.sets.add(MARKED, node);
        continue;
      }
      this.sets.add(ACCESSES, node);
      this.#locations.add(graph.get(event, LOCATION), node);
      if (!reads) this.sets.add(WRITES, node);
      else if (meaning.tag !== "NoRet") this.sets.add(READS, node);
      if (meaning.tag === undefined && kind !== EVENT.lock && kind !== EVENT.unlock && meaning.lock === undefined)
        this.hasPlain = true;
      else this.sets.add(MARKED, node);
    }
    this.#findSource(graph, event, kind, first);
  }

  #findSource(graph: Graph, event: number, kind: number, first: number): void {
    if (kind === EVENT.read) {
      const source = graph.get(event, SOURCE);
      if (source >= 0) this.source[first] = this.node[source] as number;
    } else if (kind === EVENT.write && graph.has(event, PAIRED)) {
      const source = graph.get(graph.get(event, PARTNER), SOURCE);
      if (source >= 0) this.source[first] = this.node[source] as number;
      this.isUpdate[first] = 1;
    } else if (kind === EVENT.lock) {
      const before = graph.get(event, BEFORE);
      const release = before === NONE ? NONE : graph.get(before, PARTNER);
      this.isUpdate[first + 1] = 1;
      if (release === NONE) return;
      this.source[first] = this.node[release] as number;
      this.source[first + 1] = this.node[release] as number;
    }
  }

  #relate(graph: Graph, event: number): void {
    const kind = graph.get(event, KIND);
    const meaning = this.meaningAt(event);
    const node = this.node[event] as number;
    const along = graph.get(event, THREAD) * ALONG;
    switch (kind) {
      case EVENT.fence:
        return this.#passFence(node, along, meaning.domain === undefined ? meaning.tag : "GPR");
      case EVENT.lock:
        this.#relateAccess(graph, event, node, along, meaning);
        this.#passLockRead(node, along);
        this.#relateAccess(graph, event, node + 1, along, meaning);
        this.#along.copy(along + UP_TO_LOCK, this.#upTo(node + 1), 0);
        return;
      default:
    }
    this.#depend(graph, event, node, meaning);
    const asker = this.source[node] as number;
    if (meaning.rcu === "starts" && asker !== NONE)
      this.#along.joinWithin(along + STRONG, this.programOrder, asker, this.sets, ACCESSES);
    const isFailed =
      kind === EVENT.read && !graph.has(event, PAIRED) && this.#states.step(graph.get(event, STATE)) === STEP.update;
    const tag = isFailed ? "Once" : meaning.tag;
    const isAtomic = meaning.lock === undefined && (isFailed || graph.has(event, PAIRED));
    if (isAtomic) this.strong.join(node, this.#along, along + BEFORE_ATOMIC);
    const isFull = tag === "Mb" && graph.has(event, PAIRED);
    const isReading = kind === EVENT.read;
    if (isFull && isReading) this.strong.joinWithin(node, this.programOrder, node, this.sets, ACCESSES);
    const releases = kind === EVENT.unlock || (!isReading && (meaning.lock === "release" || tag === "Rel"));
    if (releases) this.cumulative.joinWithin(node, this.programOrder, node, this.sets, ACCESSES);
    this.#relateAccess(graph, event, node, along, meaning);
    this.#pass(graph, event, node, along, { tag, isAtomic, isFull, lock: meaning.lock, isFailed });
    if (kind === EVENT.unlock || (meaning.lock === "release" && !isReading))
      this.#along.joinWithin(along + BEFORE_UNLOCKS, this.programOrder, node, this.sets, ACCESSES);
  }

  /** Adds what earlier barriers and acquisitions order before an access, and what it overwrites itself. */
  #relateAccess(graph: Graph, event: number, node: number, along: number, meaning: Meaning): void {
    const { strong, fences, cumulative, other, preserved, sets } = this;
    const writes = sets.has(WRITES, node);
    strong.join(node, this.#along, along + STRONG);
    cumulative.join(node, strong, node);
    fences.join(node, cumulative, node);
    fences.join(node, this.#along, along + ACQUIRED);
    this.acquired.join(node, this.#along, along + ACQUIRED);
    if (writes || meaning.tag !== "NoRet") this.readFenced.join(node, this.#along, along + READ_FENCED);
    if (!writes && meaning.tag !== "NoRet") this.readFencedPost.join(node, this.#along, along + ANY_FENCED);
    if (writes) {
      fences.join(node, this.#along, along + WRITE_FENCED);
      other.join(node, this.#along, along + WRITE_FENCED);
      preserved.join(node, this.#along, along + ADDRESSED_FENCED);
      const location = graph.get(event, LOCATION);
      preserved.joinWithin(node, this.programOrder, node, this.#locations, location);
    } else if (meaning.tag !== "NoRet") {
      fences.join(node, this.#along, along + READ_FENCED);
    }
    other.join(node, this.#along, along + HANDED_OVER);
    const thread = this.thread[node] as number;
    preserved.joinWithin(node, fences, node, this.threads, thread);
    preserved.joinWithin(node, this.#along, along + HANDED_OVER, this.threads, thread);
  }

  #pass(
    graph: Graph,
    event: number,
    node: number,
    along: number,
    how: {
      readonly tag: Tag | undefined;
      readonly isAtomic: boolean;
      readonly isFull: boolean;
      readonly lock: Meaning["lock"];
      readonly isFailed: boolean;
    },
  ): void {
    const isReading = graph.get(event, KIND) === EVENT.read;
    if (how.isFull) {
      this.#along.joinWithin(along + STRONG, this.programOrder, node, this.sets, ACCESSES);
      if (!isReading) this.#along.add(along + STRONG, node);
    }
    if (how.isAtomic) {
      this.#along.join(along + STRONG, this.#along, along + BEFORE_ATOMIC);
      this.#along.copy(along + UP_TO_ATOMIC, this.#upTo(node), 0);
    }
    if (how.tag === "SUnlock") this.#along.copy(along + UP_TO_SRCU_UNLOCK, this.#upTo(node), 0);
    if (how.lock === "take" && !how.isFailed) {
      if (isReading) this.#passLockRead(node, along);
      else this.#along.copy(along + UP_TO_LOCK, this.#upTo(node), 0);
    } else if (isReading && how.tag === "Acq") this.#along.add(along + ACQUIRED, node);
  }

  /** An acquisition's read acquires, and knows what came before an unlock of its thread or before its source. */
  #passLockRead(node: number, along: number): void {
    this.#along.add(along + ACQUIRED, node);
    this.#along.join(along + HANDED_OVER, this.#along, along + BEFORE_UNLOCKS);
    const source = this.source[node] as number;
    if (source !== NONE) this.#along.joinWithin(along + HANDED_OVER, this.programOrder, source, this.sets, ACCESSES);
  }

  #passFence(node: number, along: number, tag: Tag | undefined): void {
    const { programOrder, sets } = this;
    const rows = this.#along;
    switch (tag) {
      case "Mb":
      case "GPR":
        return rows.joinWithin(along + STRONG, programOrder, node, sets, ACCESSES);
      case "Rmb":
        rows.joinWithin(along + ANY_FENCED, programOrder, node, sets, NOT_WITHOUT_RESULT);
        return rows.joinWithin(along + READ_FENCED, programOrder, node, sets, READS);
      case "Wmb":
        rows.joinWithin(along + WRITE_FENCED, programOrder, node, sets, WRITES);
        return rows.join(along + ADDRESSED_FENCED, rows, along + ADDRESSED_PLAIN);
      case "BA":
        return rows.joinWithin(along + BEFORE_ATOMIC, programOrder, node, sets, ACCESSES);
      case "AA":
        return rows.join(along + STRONG, rows, along + UP_TO_ATOMIC);
      case "AS":
        return rows.join(along + STRONG, rows, along + UP_TO_LOCK);
      case "AUL":
        return rows.join(along + STRONG, rows, along + HANDED_OVER);
      case "ASRU":
        return rows.join(along + STRONG, rows, along + UP_TO_SRCU_UNLOCK);
      default:
    }
  }

  /** The accesses of the thread up to a node, itself included. */
  #upTo(node: number): BitRows {
    this.#accumulated.reset(1, this.count);
    this.#accumulated.joinWithin(0, this.programOrder, node, this.sets, ACCESSES);
    this.#accumulated.add(0, node);
    return this.#accumulated;
  }

  // ---- Dependencies

  #depend(graph: Graph, event: number, node: number, meaning: Meaning): void {
    const kind = graph.get(event, KIND);
    const isReading = kind === EVENT.read;
    const own = kind === EVENT.write && graph.has(event, PAIRED) ? graph.get(event, PARTNER) : NONE;
    const state = graph.get(own === NONE ? event : own, STATE);
    for (const step of meaning.addr) this.#carry(graph, state, step, this.address, node);
    if (isReading) {
      this.preserved.join(node, this.address, node);
      const source = this.source[node] as number;
      if (source !== NONE && this.thread[source] === this.thread[node] && this.isMarked(source)) {
        this.preserved.join(node, this.address, source);
        this.preserved.join(node, this.#data, source);
      }
      return;
    }
    for (const step of meaning.data) this.#carry(graph, state, step, this.#data, node);
    if (own !== NONE && dependsOnItself(this.#states.kind(state)))
      this.#carryFrom(this.node[own] as number, this.#data, node);
    this.preserved.join(node, this.address, node);
    this.preserved.join(node, this.#data, node);
    for (const step of meaning.ctrl) this.#carry(graph, state, step, this.preserved, node);
    if (!this.isMarked(node)) {
      const along = graph.get(event, THREAD) * ALONG;
      this.#along.join(along + ADDRESSED_PLAIN, this.address, node);
    }
  }

  /** Adds the read that a step made, and those that its value came from through memory within the thread. */
  #carry(graph: Graph, state: number, step: number, rows: BitRows, node: number): void {
    const thread = this.thread[node] as number;
    const position = this.#states.position(this.#states.ancestor(state, step));
    const event = this.#eventAt[thread * graph.count + position] as number;
    this.#carryFrom(this.node[event] as number, rows, node);
  }

  #indexPositions(graph: Graph): void {
    const size = graph.width * graph.count;
    if (size > this.#eventAt.length) this.#eventAt = new Int32Array(size * 2);
    for (let event = 0; event < graph.count; event++)
      this.#eventAt[graph.get(event, THREAD) * graph.count + graph.get(event, POSITION)] = event;
  }

  #carryFrom(read: number, rows: BitRows, node: number): void {
    rows.add(node, read);
    const source = this.source[read] as number;
    if (this.isRead[read] === 1 && source !== NONE && this.thread[source] === this.thread[read])
      rows.join(node, this.#data, source);
  }

  // ---- Coherence

  /** Finds the nodes before each write of a location by coherence order or from-reads. */
  #order(graph: Graph, location: number): void {
    let write = graph.first[location] as number;
    if (write === NONE) return;
    const before = this.#accumulated;
    before.reset(1, this.count);
    this.#addReaders(graph, graph.firstReader[location] as number);
    for (; write !== NONE; write = graph.get(write, AFTER)) {
      const node = this.node[write] as number;
      if (graph.get(write, KIND) === EVENT.lock) {
        before.add(0, node);
        this.overwritten.join(node + 1, before, 0);
        before.add(0, node + 1);
        const release = graph.get(write, PARTNER);
        if (release === NONE) continue;
        this.overwritten.join(this.node[release] as number, before, 0);
        before.add(0, this.node[release] as number);
        continue;
      }
      this.overwritten.join(node, before, 0);
      before.add(0, node);
      this.#addReaders(graph, graph.get(write, FIRST_READER));
    }
  }

  #addReaders(graph: Graph, first: number): void {
    for (let reader = first; reader !== NONE; reader = graph.get(reader, NEXT_READER))
      this.#accumulated.add(0, this.node[reader] as number);
  }

  // ---- Grace periods that are words

  /**
   * A grace period comes after the sections that its waits saw end, and before those that open afterwards. Everything
   * before the end of an earlier section precedes all that follows the grace period; everything before the grace period
   * precedes all that follows the opening of a later section.
   */
  #addGrace(graph: Graph): void {
    let found = false;
    for (let event = 0; event < graph.count; event++) {
      if (this.meaningAt(event).rcu === undefined) continue;
      found = true;
      break;
    }
    if (!found) return;
    for (let event = 0; event < graph.count; event++) {
      const node = this.node[event] as number;
      const along = graph.get(event, THREAD) * ALONG;
      if (this.isAccess(node)) this.grace.join(node, this.#along, along + GRACE);
      const { rcu } = this.meaningAt(event);
      if (rcu === "waits" && isOver(graph, event)) {
        const source = this.source[node] as number;
        if (source !== NONE) this.#along.joinWithin(along + GRACE, this.programOrder, source, this.sets, ACCESSES);
      } else if (rcu === "opens") {
        for (let other = 0; other < graph.count; other++) {
          if (!this.overwritten.has(node, this.node[other] as number)) continue;
          if (this.meaningAt(other).rcu !== "waits" || !isOver(graph, other)) continue;
          this.joinBeforeGrace(this.#along, along + GRACE, this.node[other] as number);
        }
      }
    }
  }

  /**
   * Adds what comes before the grace period that a node waits for: from its thread, and from the thread that requested
   * it.
   */
  joinBeforeGrace(rows: BitRows, row: number, node: number): void {
    rows.joinWithin(row, this.programOrder, node, this.sets, ACCESSES);
    rows.join(row, this.strong, node);
  }
}

/** Does the read have a source that ends its wait? */
export function isOver(graph: Graph, read: number): boolean {
  return graph.get(read, SOURCE) !== NONE && !graph.has(read, BLOCKED);
}

/** Does a read, or a write, of the graph have writes after it in coherence order that it must not come after? */
export function isLastChoice(graph: Graph, event: number): boolean {
  if (graph.get(event, KIND) === EVENT.write) return graph.get(event, AFTER) === NONE;
  const source = graph.get(event, SOURCE);
  return source === INITIAL
    ? graph.first[graph.get(event, LOCATION)] === NONE
    : source === NONE || graph.get(source, AFTER) === NONE;
}
