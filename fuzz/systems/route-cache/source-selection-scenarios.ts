/**
 * Scenarios of source selection: for each rule of RFC 3484 two addresses of which only that rule, or the ones after it,
 * would choose the other, in both orders of the list, and each demand that a sender may make. One thread: what is tried
 * are the rules, and the model says what they choose.
 */
import type { ScenarioContents } from "../scenario.ts";
import type { RouteCacheScenarioOperation } from "./route-cache-table.ts";

type Operation = RouteCacheScenarioOperation;
type Selection = Omit<Extract<Operation, { readonly kind: "selectSource" }>, "kind" | "cache">;
type Candidate = Omit<Extract<Operation, { readonly kind: "assign" }>, "kind">;

/** Interfaces 1 to 3 are up, and so is 5; 4 is down. */
const interfaces: readonly Operation[] = [
  { kind: "attach", interface: 1 },
  { kind: "attach", interface: 2 },
  { kind: "attach", interface: 3 },
  { kind: "attach", interface: 4, isDown: true },
  { kind: "attach", interface: 5 },
];

const select = (selection: Selection): Operation => ({ kind: "selectSource", cache: "a", ...selection });
const assign = (candidate: Candidate): Operation => ({ kind: "assign", ...candidate });
const remove = ({ address }: Candidate): Operation => ({ kind: "remove", address });

/** Each selection with the first address before the second in the list, and behind it. */
function withBoth(first: Candidate, second: Candidate, ...selections: readonly Selection[]): readonly Operation[] {
  const selects = selections.map(select);
  const taken = [remove(first), remove(second)];
  return [assign(first), assign(second), ...selects, ...taken, assign(second), assign(first), ...selects, ...taken];
}

/** By interface 2, to a global address whose bits are nearer to those of 33 than of 48. */
const TO_GLOBAL: Selection = { to: "v6/40", outgoing: 2 };
const TO_LINK: Selection = { to: "v6/230", outgoing: 2 };

const rules: readonly Operation[] = [
  // The destination itself.
  ...withBoth({ address: "v6/40", interface: 3, is: "deprecated" }, { address: "v6/41", interface: 2 }, TO_GLOBAL),
  // Of the scope of the destination, or wider, but no wider than need be.
  ...withBoth({ address: "v6/226", interface: 2 }, { address: "v6/33", interface: 2 }, TO_GLOBAL, TO_LINK, {
    to: "v6/224",
    outgoing: 2,
  }),
  ...withBoth({ address: "v6/1", interface: 1 }, { address: "v6/200", interface: 1 }, { to: "v6/40", outgoing: 1 }),
  ...withBoth(
    { address: "v6/226", interface: 2, is: "deprecated" },
    { address: "v6/33", interface: 2 },
    { to: "v6/240", outgoing: 2 },
    { to: "v6/247", outgoing: 2 },
    { to: "v6/248", outgoing: 2 },
  ),
  // Not deprecated; of the interface; of the label; not temporary; of an interface that is up; nearest in its bits.
  ...withBoth({ address: "v6/33", interface: 2, is: "deprecated" }, { address: "v6/48", interface: 3 }, TO_GLOBAL),
  ...withBoth({ address: "v6/33", interface: 3 }, { address: "v6/200", interface: 2 }, TO_GLOBAL),
  ...withBoth({ address: "v6/200", interface: 2 }, { address: "v6/48", interface: 2, is: "temporary" }, TO_GLOBAL),
  ...withBoth(
    { address: "v6/127", interface: 2 },
    { address: "v6/128", interface: 2 },
    { to: "v6/127", outgoing: 2 },
    { to: "v6/126", outgoing: 2 },
    { to: "v6/129", outgoing: 2 },
  ),
  ...withBoth(
    { address: "v6/127", interface: 2, is: "temporary" },
    { address: "v6/128", interface: 2 },
    { to: "v6/126", outgoing: 2 },
  ),
  ...withBoth({ address: "v6/33", interface: 2, is: "temporary" }, { address: "v6/48", interface: 2 }, TO_GLOBAL),
  ...withBoth({ address: "v6/33", interface: 4 }, { address: "v6/48", interface: 5 }, TO_GLOBAL),
  ...withBoth({ address: "v6/33", interface: 2 }, { address: "v6/48", interface: 2 }, TO_GLOBAL),
  ...withBoth({ address: "v6/33", interface: 2 }, { address: "v6/34", interface: 2 }, TO_GLOBAL),
];

const unusable: readonly Operation[] = [
  // Not ready, for each reason.
  ...(["tentative", "duplicated", "anycast"] as const).flatMap((is) => [
    ...withBoth({ address: "v6/33", interface: 2, is }, { address: "v6/48", interface: 2 }, TO_GLOBAL),
    assign({ address: "v6/33", interface: 2, is }),
    select(TO_GLOBAL),
    select({ ...TO_GLOBAL, source: "v6/33" }),
    remove({ address: "v6/33", interface: 2 }),
  ]),
  // The loopback address belongs to its interface; one of the link to its zone.
  ...withBoth(
    { address: "v6/1", interface: 1 },
    { address: "v6/226", interface: 3 },
    TO_GLOBAL,
    TO_LINK,
    { to: "v6/40", outgoing: 1 },
    { to: "v6/230", outgoing: 1 },
    { to: "v6/1", outgoing: 1 },
  ),
];

const demands: readonly Operation[] = [
  assign({ address: "v6/33", interface: 2 }),
  assign({ address: "v6/226", interface: 2 }),
  // A zone, which only destinations of the link have.
  ...["v6/230", "v6/230%2", "v6/230%3", "v6/40%3", "v6/240%3"].map((to) => select({ to, outgoing: 2 })),
  // An address that is demanded must be there; one that was bound to is taken as it is.
  select({ ...TO_GLOBAL, source: "v6/33" }),
  select({ ...TO_GLOBAL, source: "v6/34" }),
  select({ ...TO_GLOBAL, bound: "v6/33" }),
  select({ ...TO_GLOBAL, bound: "v6/34" }),
  select({ ...TO_GLOBAL, source: "v6/33", bound: "v6/34" }),
  // No interface, or no such one.
  select({ to: "v6/40" }),
  select({ to: "v6/40", outgoing: 7 }),
  select({ to: "v6/40", outgoing: 7, bound: "v6/33" }),
];

export const sourceSelectionScenarios: Readonly<Record<string, ScenarioContents<Operation>>> = {
  "source-rules": {
    about: "of two addresses each rule of source selection chooses one",
    initial: interfaces,
    threads: { sender: rules },
  },
  "source-unusable": {
    about: "addresses that are not ready, or belong elsewhere, are no source",
    initial: interfaces,
    threads: { sender: unusable },
  },
  "source-demands": {
    about: "a source is demanded, was bound to, or cannot be had",
    initial: interfaces,
    threads: { sender: demands },
  },
};
