/**
 * The local states of one thread, each computed once: a tree whose edges are the results of accesses.
 *
 * A state costs one run of the thread from its start, so a thread of n accesses costs n runs for the first execution,
 * and nothing for executions with the same results.
 */
import { InputError } from "#fuzz/host/input-error.ts";
import type { Bits } from "./element-type.ts";
import { isIdle, isSameAccess } from "./shared-access.ts";
import { type Past, runThread, type Step } from "./thread-run.ts";

export interface LocalState {
  readonly step: Step;
  /** The accesses and results that led here. */
  readonly past: Past;
  /** Does the thread repeat the access for as long as it finds the same value? Then it waits for a change. */
  readonly spins: boolean;
}

interface Node extends LocalState {
  readonly next: Map<Bits, Node>;
}

/** Number of times that a thread must repeat an access with the same result to be assumed to repeat it forever. */
const SPINS = 200;

/** Number of states after which the tree is restarted. */
const STATES_MAX = 200_000;

export interface LocalStates {
  start(): LocalState;
  /** The state after the access of `state` has found this value. */
  after(state: LocalState, found: Bits): LocalState;
}

/** @param act runs the thread once, from its start */
export function localStates(act: () => unknown): LocalStates {
  let count = 0;
  let root: Node | undefined;

  function nodeOf(past: Past): Node {
    count++;
    return { step: runThread(past, act), past, spins: false, next: new Map() };
  }

  function child(node: Node, found: Bits): Node {
    const { step, past } = node;
    if (step.kind !== "access") throw new Error("a thread that has ended makes no access");
    const made = nodeOf({ accesses: [...past.accesses, step.access], found: [...past.found, found] });
    return repeats(step, made) && isIdle(step.access, found) && spinsForEver(made, found)
      ? { ...made, spins: true }
      : made;
  }

  function spinsForEver(node: Node, found: Bits): boolean {
    const { step, past } = node;
    if (step.kind !== "access") return false;
    const accesses = [...past.accesses];
    const values = [...past.found];
    for (let spin = 0; spin < SPINS; spin++) {
      accesses.push(step.access);
      values.push(found);
    }
    try {
      const later = runThread({ accesses, found: values }, act);
      return later.kind === "access" && isSameAccess(later.access, step.access);
    } catch (error) {
      // It eventually does something else: a bounded loop.
      if (error instanceof InputError) return false;
      throw error;
    }
  }

  return {
    start() {
      if (root === undefined || count > STATES_MAX) {
        count = 0;
        root = nodeOf({ accesses: [], found: [] });
      }
      return root;
    },
    after(state, found) {
      const node = state as Node;
      const known = node.next.get(found);
      if (known !== undefined) return known;
      const made = child(node, found);
      node.next.set(found, made);
      return made;
    },
  };
}

function repeats(step: Step, node: Node): boolean {
  return step.kind === "access" && node.step.kind === "access" && isSameAccess(step.access, node.step.access);
}
