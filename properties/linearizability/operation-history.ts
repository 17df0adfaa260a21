/**
 * The history of one execution against a model: after each response, does some order of the operations so far explain
 * every response?
 *
 * Threads name the objects that they hold: an operation that takes a reference concerns the object that its thread
 * obtained last under that name and still holds. So the history knows the references of every thread at any time, and
 * can name the object to the model: objects have identities, small numbers in the order of their first appearance in a
 * response, because their addresses depend on the schedule. Memory that was freed and allocated again gets a new
 * identity.
 *
 * An operation may be several steps of the model (a selection looks at a route, then at an interface). Each of them
 * takes effect at some moment between the operation's invocation and its response; their order is not checked.
 */
import { type Address, NIL } from "#impl/memory/access.ts";
import { type Heap, objectNameOf, type Region } from "#impl/memory/heap.ts";
import { wordAt } from "#impl/memory/word.ts";
import type { Watcher } from "../watcher.ts";
import { createOnlineChecker, type OnlineModel } from "./online.ts";

/** A reference that a thread holds. */
export interface HeldReference {
  readonly name: string;
  readonly object: Address;
  /** False for a reference that the structure itself releases: it does not count as held. */
  readonly isCounted: boolean;
}

/** One step of the model. */
export interface ModelStep<Operation> {
  readonly operation: Operation;
  /** The step's response, from the word that the operation returned; the word itself if absent. */
  readonly responseOf?: (word: number) => unknown;
}

/** An operation of a scenario, from the history's view. */
export interface HistoryCall<Operation> {
  /** The text for messages: `get v4/3 create`. */
  readonly text: string;
  /** @param identity of the object that the operation concerns, 0 if it concerns none */
  steps(identity: number): readonly ModelStep<Operation>[];
  /** The name of the reference that it uses, if any. */
  readonly takes: string | undefined;
  /** The thread gives up that reference with the invocation. */
  readonly consumes: boolean;
  /** The operation may wait for ever while the model does not allow it to take effect. */
  readonly blocks?: boolean;
  /** The response is an object's address, or NIL. */
  readonly returnsObject: boolean;
  /** The reference that the thread gains with the response. */
  gives(word: number, taken: HeldReference | undefined): HeldReference | undefined;
  /** The response's text for messages, where the word is not enough. */
  readonly show: ((word: number) => string) | undefined;
}

/** The references held, as the threads that call the structure see them. */
export interface Holders {
  /** References held to the object. */
  countOf(object: Address): number;
  /** All references that are held. */
  readonly total: number;
}

export interface OperationHistory<State> extends Holders, Watcher {
  reset(): void;
  /** @throws RangeError at a number that no operation has */
  invoke(thread: number, operation: number): void;
  /** Why no order of the operations explains this response, or undefined if one does. */
  respond(thread: number, word: number): string | undefined;
  /**
   * Does the thread wait in a blocking operation, and rightly so, because the model does not allow it to take effect in
   * a state that the history allows? An operation that could take effect and still waits has lost its wake-up.
   */
  mayWaitForEver(thread: number): boolean;
  /** Begins the set-up: a separate history, from the model's initial state. */
  setUpBegins(): void;
  /** Ends the set-up: every execution starts from its results. @returns why that is impossible, if it is */
  setUpEnds(words: Int32Array): string | undefined;
  /** Why memory, at rest, is not the image of a state that the model may be in; undefined if it is. */
  differsFrom(words: Int32Array): string | undefined;
  /** The identity of each object of the slab; 0 for none. */
  readonly identities: Int32Array;
  /**
   * A number for the past as far as it matters to the future: equal numbers mean equal results of {@link differsFrom}
   * for equal memory.
   */
  readonly position: number;
  /**
   * Called when no operation is open: the history continues from those of its states whose image memory is, if any.
   */
  rests(words: Int32Array): void;
  /** The states that the model may be in at the end of an execution. */
  possibleStates(): readonly State[];
  /** Calls `listener` after each response that the model allows. */
  onResponse(listener: (operation: number, word: number) => void): void;
}

export interface OperationHistoryOptions<State, Operation> {
  readonly model: OnlineModel<State, Operation, unknown>;
  /** By the numbers given to `beginOperation`. */
  readonly calls: readonly HistoryCall<Operation>[];
  readonly threadCount: number;
  /** The slab whose objects operations return and take; NIL if there is none. */
  readonly objects: Address;
  /** Most objects that may ever be returned. */
  readonly identitiesMax: number;
  /**
   * The state that memory shows at rest, given one that the model allows: without the parts that were allowed to vanish
   * and have. Or why memory shows something else.
   */
  readonly settle: (state: State, words: Int32Array, objects: IdentifiedObjects) => Settled<State>;
}

/** The state of the model whose image memory is, or why there is none. */
export type Settled<State> =
  | { readonly state: State; readonly because?: never }
  | { readonly because: string; readonly state?: never };

/** The objects that the model identifies by numbers. */
export interface IdentifiedObjects {
  /** The object with that identity; NIL if it has been freed, or has not appeared yet. O(objects). */
  objectOf(identity: number): Address;
  /** The identity of the object; 0 if it has none. */
  identityOf(object: Address): number;
}

/** More numbers than a checker has before it restarts. */
const POSITIONS_MAX = 2 ** 31;

/** Most steps of one operation. */
const STEPS_MAX = 4;

export function createOperationHistory<State, Operation>(
  heap: Heap,
  options: OperationHistoryOptions<State, Operation>,
): OperationHistory<State> {
  const { model, calls, identitiesMax, settle } = options;
  const checker = createOnlineChecker(model, { responseOf: (word): unknown => word });
  const objects = objectsOf(heap, options.objects);
  const identityOf = new Int32Array(objects?.count ?? 0);
  const heldBy: HeldReference[][] = Array.from({ length: Math.max(1, options.threadCount) }, () => []);
  const open = new Int32Array(heldBy.length);
  const isOpen = new Uint8Array(heldBy.length);
  /** The reference that each thread's open operation took, if any, and its steps in the model. */
  const taken: (HeldReference | undefined)[] = [];
  const openSteps: (readonly NumberedStep[])[] = [];
  const listeners: ((operation: number, word: number) => void)[] = [];
  const stepsOf = stepNumbers(calls, identitiesMax, (operation) => checker.internOperation(operation));
  let identities = 0;
  /** Results of the set-up: unreleased references, and identities. */
  let left: readonly HeldReference[] = [];
  const leftIdentityOf = new Int32Array(identityOf.length);
  let leftIdentities = 0;

  function identify(object: Address): number {
    const index = indexIn(objects, object);
    if (index === -1) return 0;
    if (identityOf[index] === 0) identityOf[index] = ++identities;
    return wordAt(identityOf, index);
  }

  function heldAs(thread: number, name: string): number {
    return (heldBy[thread] ?? []).findLastIndex((reference) => reference.name === name);
  }

  function release(thread: number, call: HistoryCall<Operation>): HeldReference | undefined {
    if (call.takes === undefined) return undefined;
    const at = heldAs(thread, call.takes);
    const reference = heldBy[thread]?.[at];
    if (call.consumes && at !== -1) heldBy[thread]?.splice(at, 1);
    return reference;
  }

  function invoke(thread: number, operation: number): void {
    const call = callAt(calls, operation);
    open[thread] = operation;
    isOpen[thread] = 1;
    const reference = release(thread, call);
    taken[thread] = reference;
    const steps = stepsOf(operation, reference === undefined ? 0 : identify(reference.object));
    openSteps[thread] = steps;
    for (let i = 0; i < steps.length; i++) checker.invokeId(thread * STEPS_MAX + i, steps[i]?.id ?? 0);
  }

  function respond(thread: number, word: number): string | undefined {
    const operation = wordAt(open, thread);
    isOpen[thread] = 0;
    const call = callAt(calls, operation);
    const steps = openSteps[thread] ?? [];
    let returned = word;
    if (call.returnsObject && word !== NIL) {
      returned = identify(word);
      if (returned === 0) return `${call.text} returns ${shown(call, word)}, which is no object of its slab`;
    }
    const given = call.gives(word, taken[thread]);
    if (given !== undefined) heldBy[thread]?.push(given);
    for (let i = 0; i < steps.length; i++) {
      const responseOf = steps[i]?.responseOf;
      const slot = thread * STEPS_MAX + i;
      const fits =
        responseOf === undefined ? checker.respondWord(slot, returned) : checker.respond(slot, responseOf(returned));
      if (fits) continue;
      const step = steps.length === 1 ? "" : ` (in its step ${i + 1})`;
      return `${call.text} returns ${shown(call, word)}${step}, and no order of the operations explains that`;
    }
    for (const listener of listeners) listener(operation, word);
    return undefined;
  }

  function mayWaitForEver(thread: number): boolean {
    if (isOpen[thread] !== 1) return false;
    const call = callAt(calls, wordAt(open, thread));
    if (call.blocks !== true) return false;
    const reference = taken[thread];
    const steps = call.steps(reference === undefined ? 0 : identify(reference.object));
    const waits = (state: State): boolean =>
      steps.some(({ operation }) => model.next(state, operation, undefined).length === 0);
    return checker.possibleStates().some(waits);
  }

  function shown(call: HistoryCall<Operation>, word: number): string {
    if (call.show !== undefined) return call.show(word);
    if (!call.returnsObject) return String(word);
    return word === NIL ? "nothing" : (objectNameOf(heap, word) ?? `word ${word}`);
  }

  const identified: IdentifiedObjects = {
    objectOf(identity) {
      const index = identity === 0 ? -1 : identityOf.indexOf(identity);
      return index === -1 || objects === undefined ? NIL : objects.base + index * objects.stride;
    },
    identityOf(object) {
      const index = indexIn(objects, object);
      return index === -1 ? 0 : wordAt(identityOf, index);
    },
  };

  /** The states that the model may be in and memory shows. */
  function settledStates(words: Int32Array): { readonly states: readonly State[]; readonly because: string } {
    const states: State[] = [];
    let because = "";
    for (const state of checker.possibleStates()) {
      const settled = settle(state, words, identified);
      if (settled.because === undefined) states.push(settled.state);
      else because ||= settled.because;
    }
    return { states, because };
  }

  function forget(): void {
    for (const held of heldBy) held.length = 0;
  }

  return {
    property: "linearizability",
    invoke,
    respond,
    mayWaitForEver,
    reset() {
      checker.reset();
      isOpen.fill(0);
      identityOf.set(leftIdentityOf);
      identities = leftIdentities;
      forget();
    },
    setUpBegins() {
      checker.startFrom([model.initial]);
      left = [];
      leftIdentityOf.fill(0);
      leftIdentities = 0;
    },
    setUpEnds(words) {
      const { states, because } = settledStates(words);
      if (states.length === 0) return because;
      checker.startFrom(states);
      left = heldBy.flat();
      leftIdentityOf.set(identityOf);
      leftIdentities = identities;
      forget();
      return undefined;
    },
    differsFrom(words) {
      const { states, because } = settledStates(words);
      return states.length === 0 ? because : undefined;
    },
    identities: identityOf,
    get position() {
      return checker.statistics.restarts * POSITIONS_MAX + checker.position;
    },
    rests(words) {
      const { states } = settledStates(words);
      if (states.length > 0) checker.goOnFrom(states);
    },
    possibleStates: () => checker.possibleStates(),
    onResponse: (listener) => void listeners.push(listener),
    freed(_words, slab, object) {
      if (slab !== options.objects) return undefined;
      const index = indexIn(objects, object);
      if (index !== -1) identityOf[index] = 0;
      return undefined;
    },
    countOf(object) {
      let count = 0;
      for (const held of left) if (held.isCounted && held.object === object) count++;
      for (const list of heldBy) for (const held of list) if (held.isCounted && held.object === object) count++;
      return count;
    },
    get total() {
      let total = 0;
      for (const held of left) if (held.isCounted) total++;
      for (const list of heldBy) for (const held of list) if (held.isCounted) total++;
      return total;
    },
  };
}

/** A model's step with the checker's number of its operation. */
interface NumberedStep {
  readonly id: number;
  readonly responseOf: ((word: number) => unknown) | undefined;
}

/** The steps of each operation on each object, computed once and then looked up. */
function stepNumbers<Operation>(
  calls: readonly HistoryCall<Operation>[],
  identitiesMax: number,
  intern: (operation: Operation) => number,
): (operation: number, identity: number) => readonly NumberedStep[] {
  const known: (readonly NumberedStep[] | undefined)[] = [];
  return (operation, identity) => {
    const place = operation * (identitiesMax + 1) + identity;
    const found = known[place];
    if (found !== undefined) return found;
    const steps = callAt(calls, operation).steps(identity);
    if (steps.length > STEPS_MAX)
      throw new RangeError(`an operation has ${steps.length} steps, and may have ${STEPS_MAX}`);
    return (known[place] = steps.map((step) => ({ id: intern(step.operation), responseOf: step.responseOf })));
  };
}

function callAt<Operation>(calls: readonly HistoryCall<Operation>[], operation: number): HistoryCall<Operation> {
  const call = calls[operation];
  if (call === undefined) throw new RangeError(`operation ${operation} is none of the scenario's ${calls.length}`);
  return call;
}

function objectsOf(heap: Heap, slab: Address): Region | undefined {
  return slab === NIL ? undefined : heap.regions.find((region) => region.slab === slab);
}

/** The object's number in its slab, from 0; -1 if no object of the slab begins there. */
function indexIn(objects: Region | undefined, address: Address): number {
  if (objects === undefined) return -1;
  const offset = address - objects.base;
  const index = offset / objects.stride;
  return Number.isInteger(index) && index >= 0 && index < objects.count ? index : -1;
}
