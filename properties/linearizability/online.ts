/**
 * Linearizability of a growing history: after every response, can the history still be explained?
 *
 * A simulated machine produces millions of tiny histories, nearly all of them seen before. The checker is therefore a
 * deterministic automaton, built on demand: a node is the past as far as it matters to the future (the open operations
 * and the set of configurations), an edge is an event. A known event costs one look-up in a flat table and allocates
 * nothing; the set of configurations is computed only when an edge is first walked. Histories that leave the same
 * configurations meet in one node, whichever threads took part: an open operation is identified by its slot, the lowest
 * free one.
 *
 * A configuration is a state of the model and, for each open operation, whether it has taken effect and with which
 * response. Operations take effect as late as possible: only when some response requires it (Lowe, "Testing for
 * linearizability", 2017, just-in-time linearization). Nothing is approximated; only the bounds of {@link OnlineLimits}
 * end a search early.
 */
import { numberAt, wordAt } from "#impl/memory/word.ts";
import type { Model } from "#model/model.ts";
import { Interner } from "./interning.ts";
import { createOnlineSteps } from "./online-steps.ts";
import { equalWords, hashWords, RowSet } from "./row-set.ts";

/** The size of a table of verdicts. */
interface OnlineLimits {
  /**
   * Edges kept, at 32 bytes each, with at most {@link NODE_WORDS_PER_EDGE} words of nodes for each. At the default of
   * 1,000,000, tables half empty included, 128 MB of nodes at most, plus the model's own states. When they are used up,
   * all are dropped and rebuilt.
   */
  readonly edgesMax: number;
  /** Most configurations after one event; more are an error, never a silent guess. */
  readonly configurationsMax: number;
}

/** The part of a model that the checker needs. */
export type OnlineModel<State, Operation, Response> = Pick<
  Model<State, Operation, Response>,
  "name" | "initial" | "next" | "outcomes" | "key"
>;

export interface OnlineChecker<State, Operation, Response> {
  /** Starts the next history, from the states set by {@link startFrom}. The table is kept. */
  reset(): void;
  /**
   * Sets the start of this and all later histories: a history continues as if one of the given states had been the
   * model's initial state.
   *
   * @throws RangeError if there are none
   */
  startFrom(states: readonly State[]): void;
  /**
   * Continues as if the model were in one of these states, which `possibleStates` has just returned. Later histories
   * start as before.
   *
   * @throws RangeError if there are none, or an operation is open
   */
  goOnFrom(states: readonly State[]): void;
  /**
   * A number for the past as far as it matters to the future: equal numbers mean equal futures, until the statistics
   * show a restart.
   */
  readonly position: number;
  /** Every state that the model may be in now, if no operation that is still open has taken effect. */
  possibleStates(): readonly State[];
  /**
   * A number for `operation`, to be requested once and passed to {@link invokeId} from then on. Numbers stay valid for
   * ever.
   */
  internOperation(operation: Operation): number;
  /** A number for `response`, as {@link internOperation}. */
  internResponse(response: Response): number;
  /** @throws RangeError if `thread` has an operation open */
  invoke(thread: number, operation: Operation): void;
  /**
   * @returns whether the history so far can still be explained; once false, it stays false until {@link reset}
   * @throws RangeError if `thread` has no operation open
   */
  respond(thread: number, response: Response): boolean;
  /** {@link invoke} with the operation's number: no allocation on a path walked before. */
  invokeId(thread: number, operationId: number): void;
  /** {@link respond} with the response's number. */
  respondId(thread: number, responseId: number): boolean;
  /** {@link respond} with an int32, which `responseOf` converts to the response at its first occurrence only. */
  respondWord(thread: number, word: number): boolean;
  /** False from the response that made the history impossible. */
  readonly stillPossible: boolean;
  /** Events found in the table, events computed, and how often the table was dropped. For benches and tests. */
  readonly statistics: { readonly computed: number; readonly nodes: number; readonly restarts: number };
}

export interface OnlineOptions<Response> extends Partial<OnlineLimits> {
  /** The response that a machine word represents; without this function words are not accepted. */
  readonly responseOf?: (word: number) => Response;
}

const IMPOSSIBLE = -1;
const NO_SLOTS = new Int32Array(0);
const SLOTS_MAX = 30;
const EDGE_WORDS = 4;
/** A model whose nodes are larger than this on average reaches the bound by its nodes instead of its edges. */
const NODE_WORDS_PER_EDGE = 32;

export function createOnlineChecker<State, Operation, Response>(
  model: OnlineModel<State, Operation, Response>,
  options: OnlineOptions<Response> = {},
): OnlineChecker<State, Operation, Response> {
  const edgesMax = options.edgesMax ?? 1_000_000;
  const configurationsMax = options.configurationsMax ?? 100_000;
  const operations = new Interner<Operation>();
  const responses = new Interner<Response>();

  let steps = createOnlineSteps(model, operations, responses);
  let nodes = createNodeTable();
  let capacity = 1 << 10;
  let edges = new Int32Array(capacity * EDGE_WORDS).fill(IMPOSSIBLE);
  let edgesUsed = 0;
  let computed = 0;
  let restarts = 0;

  let start: readonly State[] = [model.initial];
  let root = 0;
  let at = 0;
  let openMask = 0;
  let slotOf = new Int32Array(16).fill(-1);

  const seen = new RowSet();
  const kept = new RowSet();
  let scratch = new Int32Array(1 + SLOTS_MAX);

  root = startNode();
  at = root;

  /** The empty history: no slot, and one configuration for each state of the start. */
  function startNode(): number {
    return nodeOf(start);
  }

  /** No slot, and one configuration for each of the states. */
  function nodeOf(states: readonly State[]): number {
    kept.clear(1);
    for (const state of states) {
      scratch[0] = steps.stateId(state);
      kept.add(scratch, 0);
    }
    return internNode(NO_SLOTS);
  }

  /** Index of the edge's words in `edges`, or of the free place where it belongs. */
  function find(node: number, tag: number, value: number): number {
    const mask = capacity - 1;
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(tag, 0x85ebca6b) ^ Math.imul(value, 0xc2b2ae35);
    hash ^= hash >>> 15;
    hash = Math.imul(hash, 0x2c1b3c6d);
    let place = (hash ^ (hash >>> 13)) & mask;
    for (;;) {
      const base = place * EDGE_WORDS;
      const from = edges[base];
      if (from === IMPOSSIBLE || (from === node && edges[base + 1] === tag && edges[base + 2] === value)) return base;
      place = (place + 1) & mask;
    }
  }

  function grow(): void {
    const old = edges;
    capacity *= 2;
    edges = new Int32Array(capacity * EDGE_WORDS).fill(IMPOSSIBLE);
    for (let base = 0; base < old.length; base += EDGE_WORDS) {
      if (old[base] === IMPOSSIBLE) continue;
      edges.set(
        old.subarray(base, base + EDGE_WORDS),
        find(wordAt(old, base), wordAt(old, base + 1), wordAt(old, base + 2)),
      );
    }
  }

  /** Drops every node but the current one: memory stays under the bound, and the history continues. */
  function restart(): void {
    const oldNodes = nodes;
    const oldSteps = steps;
    steps = createOnlineSteps(model, operations, responses);
    nodes = createNodeTable();
    capacity = 1 << 10;
    edges = new Int32Array(capacity * EDGE_WORDS).fill(IMPOSSIBLE);
    edgesUsed = 0;
    restarts += 1;
    const wasAtStart = at === root;
    root = startNode();
    if (wasAtStart) {
      at = root;
      return;
    }
    const slots = wordAt(oldNodes.words, oldNodes.start(at));
    const first = oldNodes.start(at) + 1 + slots;
    kept.clear(1 + slots);
    for (let base = first; base < oldNodes.end(at); base += 1 + slots) {
      scratch[0] = steps.adoptState(oldSteps, wordAt(oldNodes.words, base));
      for (let slot = 1; slot <= slots; slot += 1) {
        const mark = wordAt(oldNodes.words, base + slot);
        scratch[slot] = mark === 0 ? 0 : steps.adoptMark(oldSteps, mark);
      }
      kept.add(scratch, 0);
    }
    at = internNode(oldNodes.words.subarray(oldNodes.start(at) + 1, first));
  }

  /** The node with these open operations and the configurations in `kept`. */
  function internNode(open: Int32Array): number {
    const length = 1 + open.length + kept.count * kept.width;
    if (scratch.length < length) scratch = new Int32Array(length * 2);
    scratch[0] = open.length;
    scratch.set(open, 1);
    kept.copySorted(scratch, 1 + open.length);
    return nodes.intern(scratch, length);
  }

  function compute(tag: number, value: number): number {
    computed += 1;
    if (edgesUsed >= edgesMax || nodes.wordsUsed > edgesMax * NODE_WORDS_PER_EDGE) restart();
    const child = tag === 0 ? afterInvocation(value) : afterResponse((tag - 1) >> 1, responseOfTag(tag, value));
    if ((edgesUsed + 1) * 2 > capacity) grow();
    const place = find(at, tag, value);
    edges[place] = at;
    edges[place + 1] = tag;
    edges[place + 2] = value;
    edges[place + 3] = child;
    edgesUsed += 1;
    return child;
  }

  // Tags: 0 is an invocation (its slot follows from the node), 1 + 2·slot a response by number, 2 + 2·slot one by word.
  function responseOfTag(tag: number, value: number): number {
    if (tag % 2 === 1) return value;
    if (options.responseOf === undefined)
      throw new RangeError("respondWord: this checker was made without responseOf, so a word means nothing to it");
    return responses.intern(options.responseOf(value));
  }

  function afterInvocation(operation: number): number {
    const start = nodes.start(at) + 1;
    const slots = wordAt(nodes.words, start - 1);
    const open = Array.from(nodes.words.subarray(start, start + slots));
    const free = open.indexOf(-1);
    if (free === -1) open.push(operation);
    else open[free] = operation;
    kept.clear(1 + open.length);
    for (let base = start + slots; base < nodes.end(at); base += 1 + slots) {
      for (let i = 0; i <= slots; i += 1) scratch[i] = wordAt(nodes.words, base + i);
      if (free === -1) scratch[1 + slots] = 0;
      kept.add(scratch, 0);
    }
    return internNode(Int32Array.from(open));
  }

  function afterResponse(slot: number, response: number): number {
    const start = nodes.start(at) + 1;
    const slots = wordAt(nodes.words, start - 1);
    const width = 1 + slots;
    const open = nodes.words.slice(start, start + slots);
    const responding = numberAt(open, slot, -1);
    open[slot] = -1;
    // Free slots at the end are cut off, so that equal futures have equal nodes.
    let left = slots;
    while (left > 0 && open[left - 1] === -1) left -= 1;
    seen.clear(width);
    kept.clear(1 + left);
    for (let base = start + slots; base < nodes.end(at); base += width) {
      const mark = wordAt(nodes.words, base + 1 + slot);
      if (mark === 0) seen.add(nodes.words, base);
      else if (steps.mayReturn(mark, response)) {
        for (let i = 0; i <= left; i += 1) scratch[i] = wordAt(nodes.words, base + i);
        if (slot < left) scratch[1 + slot] = 0;
        kept.add(scratch, 0);
      }
    }
    for (let row = 0; row < seen.count; row += 1) {
      const base = row * width;
      const state = wordAt(seen.words, base);
      for (let i = 0; i < width; i += 1) scratch[i] = wordAt(seen.words, base + i);
      for (const after of steps.returning(state, responding, response)) {
        scratch[0] = after;
        kept.add(scratch, 0);
      }
      for (let other = 0; other < slots; other += 1) {
        const operation = numberAt(open, other, -1);
        if (operation === -1 || scratch[1 + other] !== 0) continue;
        const effects = steps.effects(state, operation);
        for (let i = 0; i < effects.length; i += 2) {
          scratch[1 + other] = wordAt(effects, i);
          scratch[0] = wordAt(effects, i + 1);
          seen.add(scratch, 0);
        }
        scratch[1 + other] = 0;
      }
      if (seen.count > configurationsMax)
        throw new RangeError(
          `online: more than configurationsMax ${configurationsMax} configurations ` +
            `after one event of ${model.name}; use check() for such histories`,
        );
    }
    return kept.count === 0 ? IMPOSSIBLE : internNode(open.subarray(0, left));
  }

  function walk(tag: number, value: number): void {
    const place = find(at, tag, value);
    at = edges[place] === IMPOSSIBLE ? compute(tag, value) : numberAt(edges, place + 3, IMPOSSIBLE);
  }

  function invokeId(thread: number, operationId: number): void {
    if (thread >= slotOf.length) {
      const larger = new Int32Array(Math.max(thread + 1, slotOf.length * 2)).fill(-1);
      larger.set(slotOf);
      slotOf = larger;
    }
    if (slotOf[thread] !== -1)
      throw new RangeError(`thread ${thread} invokes an operation while another one of it is open`);
    const slot = 31 - Math.clz32(~openMask & (openMask + 1));
    if (slot >= SLOTS_MAX)
      throw new RangeError(`online: more than ${SLOTS_MAX} operations open at once; use check() for such histories`);
    slotOf[thread] = slot;
    openMask |= 1 << slot;
    if (at !== IMPOSSIBLE) walk(0, operationId);
  }

  function respondTagged(thread: number, parity: number, value: number): boolean {
    const slot = numberAt(slotOf, thread, -1);
    if (slot === -1) throw new RangeError(`thread ${thread} responds, but has no operation open`);
    slotOf[thread] = -1;
    openMask &= ~(1 << slot);
    if (at !== IMPOSSIBLE) walk(parity + 2 * slot, value);
    return at !== IMPOSSIBLE;
  }

  return {
    startFrom(states) {
      if (states.length === 0) throw new RangeError(`${model.name}: a history must start from at least one state`);
      start = [...states];
      root = startNode();
      at = root;
    },
    goOnFrom(states) {
      if (states.length === 0) throw new RangeError(`${model.name}: a history must go on from at least one state`);
      if (openMask !== 0) throw new RangeError(`${model.name}: an operation is open, so the state is not known`);
      at = nodeOf(states);
    },
    get position() {
      return at;
    },
    possibleStates() {
      if (at === IMPOSSIBLE) return [];
      const first = nodes.start(at) + 1;
      const slots = wordAt(nodes.words, first - 1);
      const ids = new Set<number>();
      for (let base = first + slots; base < nodes.end(at); base += 1 + slots) {
        const untouched = nodes.words.subarray(base + 1, base + 1 + slots).every((mark) => mark === 0);
        if (untouched) ids.add(wordAt(nodes.words, base));
      }
      return Array.from(ids, (id) => steps.stateOf(id));
    },
    reset() {
      at = root;
      if (openMask !== 0) slotOf.fill(-1);
      openMask = 0;
    },
    internOperation: (operation) => operations.intern(operation),
    internResponse: (response) => responses.intern(response),
    invoke: (thread, operation) => invokeId(thread, operations.intern(operation)),
    respond: (thread, response) => respondTagged(thread, 1, responses.intern(response)),
    invokeId,
    respondId: (thread, responseId) => respondTagged(thread, 1, responseId),
    respondWord: (thread, word) => respondTagged(thread, 2, word),
    get stillPossible() {
      return at !== IMPOSSIBLE;
    },
    get statistics() {
      return { computed, nodes: nodes.count, restarts };
    },
  };
}

/**
 * Nodes in one arena: slots, the operation of each (-1 is free), then the configurations, each 1 + slots words, sorted.
 */
interface NodeTable {
  readonly words: Int32Array;
  readonly count: number;
  readonly wordsUsed: number;
  start(node: number): number;
  end(node: number): number;
  /** The number of the node with the first `length` words of `source`, copied at its first occurrence. */
  intern(source: Int32Array, length: number): number;
}

function createNodeTable(): NodeTable {
  let words = new Int32Array(1 << 12);
  let starts = new Int32Array(1 << 8);
  let table = new Int32Array(1 << 9).fill(-1);
  let count = 0;

  function place(source: Int32Array, base: number, length: number): number {
    const mask = table.length - 1;
    let at = hashWords(source, base, length) & mask;
    for (;;) {
      const node = numberAt(table, at, -1);
      if (node === -1) return at;
      const start = wordAt(starts, node);
      if (wordAt(starts, node + 1) - start === length && equalWords(words, start, source, base, length)) return at;
      at = (at + 1) & mask;
    }
  }

  return {
    get words() {
      return words;
    },
    get count() {
      return count;
    },
    get wordsUsed() {
      return wordAt(starts, count);
    },
    start: (node) => wordAt(starts, node),
    end: (node) => wordAt(starts, node + 1),
    intern(source, length) {
      let at = place(source, 0, length);
      const known = numberAt(table, at, -1);
      if (known !== -1) return known;
      if ((count + 1) * 2 > table.length) {
        table = new Int32Array(table.length * 2).fill(-1);
        for (let node = 0; node < count; node += 1) {
          const start = wordAt(starts, node);
          table[place(words, start, wordAt(starts, node + 1) - start)] = node;
        }
        at = place(source, 0, length);
      }
      const start = wordAt(starts, count);
      if (start + length > words.length) words = enlarged(words, Math.max(words.length * 2, start + length));
      if (count + 2 > starts.length) starts = enlarged(starts, starts.length * 2);
      for (let i = 0; i < length; i += 1) words[start + i] = wordAt(source, i);
      table[at] = count;
      starts[count + 1] = start + length;
      count += 1;
      return count - 1;
    },
  };
}

function enlarged(words: Int32Array, length: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(length);
  larger.set(words);
  return larger;
}
