/** The final state of a candidate execution, and propositions about it. */

import type { Candidate } from "./candidates.ts";
import type { LitmusTest, Place, Proposition } from "./syntax.ts";
import { valueOf } from "./unfold.ts";
import { areEqual, integer, isKnown, showValue, type SymbolicValue } from "./value.ts";

/** The places that distinguish states: those of `locations` and of the condition, each once. */
export function observedPlaces({ locations, condition }: LitmusTest): readonly Place[] {
  const found = new Map<string, Place>();
  const add = (place: Place): void => {
    found.set(showPlace(place), place);
  };
  const visit = (proposition: Proposition): void => {
    switch (proposition.kind) {
      case "constant":
        return;
      case "not":
        visit(proposition.operand);
        return;
      case "and":
      case "or":
      case "implies":
        visit(proposition.left);
        visit(proposition.right);
        return;
      case "equal":
        add(proposition.place);
        if (proposition.other.kind === "place") add(proposition.other.place);
    }
  };
  locations.forEach(add);
  visit(condition);
  return [...found.values()].toSorted(comparePlaces);
}

/** Registers by process and name, then variables by name. */
function comparePlaces(a: Place, b: Place): number {
  if (a.kind !== b.kind) return a.kind === "register" ? -1 : 1;
  if (a.kind === "register" && b.kind === "register" && a.process !== b.process) return a.process - b.process;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** As the reference tool prints it: `0:r1`, `[x]`. */
export function showPlace(place: Place): string {
  return place.kind === "register" ? `${place.process}:${place.name}` : `[${place.name}]`;
}

/** The final value of a place: of the last assignment to a register, of the last write to a variable. */
function finalValue({ combination, writesInOrder, resolve }: Candidate, place: Place): SymbolicValue {
  const { test, paths, events } = combination;
  if (place.kind === "register") return resolve(paths[place.process]?.registers.get(place.name) ?? integer(0));
  const last = writesInOrder.get(place.name)?.at(-1);
  const written = last === undefined ? undefined : events[last]?.value;
  if (written !== undefined) return resolve(written);
  const initial = test.variables.get(place.name);
  return initial === undefined ? integer(0) : valueOf(initial);
}

/** Whether the proposition holds in the final state. An open value equals only itself. */
export function satisfies(candidate: Candidate, proposition: Proposition): boolean {
  switch (proposition.kind) {
    case "constant":
      return proposition.value;
    case "not":
      return !satisfies(candidate, proposition.operand);
    case "and":
      return satisfies(candidate, proposition.left) && satisfies(candidate, proposition.right);
    case "or":
      return satisfies(candidate, proposition.left) || satisfies(candidate, proposition.right);
    case "implies":
      return !satisfies(candidate, proposition.left) || satisfies(candidate, proposition.right);
    case "equal": {
      const { place, other } = proposition;
      const left = finalValue(candidate, place);
      const right = other.kind === "place" ? finalValue(candidate, other.place) : valueOf(other.value);
      if (isKnown(left) && isKnown(right)) return areEqual(left, right);
      return left.kind === "unknown" && right.kind === "unknown" && left.slot === right.slot;
    }
  }
}

/** The values of the observed places, one text each, in their order. Open values are named S1, S2, … */
export function stateOf(candidate: Candidate, places: readonly Place[]): readonly string[] {
  const names = new Map<number, string>();
  return places.map((place) => {
    const value = finalValue(candidate, place);
    if (value.kind !== "unknown") return showValue(value);
    const name = names.get(value.slot) ?? `S${names.size + 1}`;
    names.set(value.slot, name);
    return name;
  });
}
