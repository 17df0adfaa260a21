/**
 * Interval linearizability: operations that overlap may take effect together, over several points rather than at one.
 *
 * For objects that no sequential model describes: exchangers, barriers, snapshots that see each other. A model defines
 * what may happen at one point: some operations begin, and some that have begun end with their responses. An operation
 * that begins and ends at one point with others is set linearizability.
 *
 * Breadth first over responses, like the search for linearizability; at a point any set of open operations may begin
 * and end, so it is exponential in the operations open at once, and meant for small histories.
 *
 * Source: Castañeda, Rajsbaum, Raynal, "Unifying concurrent objects and distributed tasks: interval-linearizability",
 * JACM 65(6), 2018; Neiger, "Set-linearizability", PODC 1994.
 */
import type { History } from "./history.ts";

interface Active<Operation> {
  /** Identifies the operation until it has ended. */
  readonly id: number;
  readonly operation: Operation;
}

interface Ending<Operation, Response> extends Active<Operation> {
  /** undefined when the response was not seen: any is allowed. */
  readonly response: Response | undefined;
}

export interface IntervalModel<State, Operation, Response> {
  readonly name: string;
  readonly initial: State;
  /**
   * Every state that may follow a point at which `begins` begin and then `ends` end, which began here or before; empty
   * when it is impossible.
   */
  next(
    state: State,
    begins: readonly Active<Operation>[],
    ends: readonly Ending<Operation, Response>[],
  ): readonly State[];
  /** Equal for two states exactly when no sequence of points can distinguish them. */
  key(state: State): string | number;
}

export type IntervalVerdict =
  | { readonly kind: "holds" }
  /** `impossible`: index of the operation whose response no order explains. */
  | { readonly kind: "violated"; readonly impossible: number }
  | { readonly kind: "unknown"; readonly because: "memory" };

type Phase = "waiting" | "begun" | "ended";

interface Configuration<State> {
  readonly state: State;
  /** Of the operations invoked and not yet responded. */
  readonly phases: ReadonlyMap<number, Phase>;
}

/** @param limits `configurationsMax`: configurations after one response; past that the verdict is unknown */
export function checkIntervals<State, Operation, Response>(
  history: History<Operation, Response>,
  model: IntervalModel<State, Operation, Response>,
  limits: { readonly configurationsMax?: number } = {},
): IntervalVerdict {
  const configurationsMax = limits.configurationsMax ?? 100_000;
  const events: { readonly at: number; readonly index: number; readonly responds: boolean }[] = [];
  for (const [index, { invokedAt, respondedAt }] of history.entries()) {
    events.push({ at: invokedAt, index, responds: false });
    if (respondedAt !== undefined) events.push({ at: respondedAt, index, responds: true });
  }
  events.sort((left, right) => left.at - right.at || Number(left.responds) - Number(right.responds));
  const ending = (id: number): Ending<Operation, Response> => {
    const item = history[id];
    if (item === undefined) throw new RangeError(`the history has no operation ${id}`);
    return { id, operation: item.operation, response: item.respondedAt === undefined ? undefined : item.response };
  };
  const keyOf = ({ state, phases }: Configuration<State>): string =>
    `${model.key(state)};${[...phases]
      .toSorted(([left], [right]) => left - right)
      .map(([id, phase]) => `${id}${phase}`)
      .join()}`;

  let layer: readonly Configuration<State>[] = [{ state: model.initial, phases: new Map() }];
  for (const { index, responds } of events) {
    if (!responds) {
      layer = layer.map(({ state, phases }) => ({ state, phases: new Map(phases).set(index, "waiting") }));
      continue;
    }
    const seen = new Map(layer.map((each) => [keyOf(each), each]));
    const responded = new Map<string, Configuration<State>>();
    for (const configuration of seen.values()) {
      if (seen.size > configurationsMax) return { kind: "unknown", because: "memory" };
      if (configuration.phases.get(index) === "ended") {
        const phases = new Map(configuration.phases);
        phases.delete(index);
        const next = { state: configuration.state, phases };
        responded.set(keyOf(next), next);
        continue;
      }
      for (const next of points(configuration, model, ending)) {
        const key = keyOf(next);
        if (!seen.has(key)) seen.set(key, next); // iteration over a Map includes entries added meanwhile
      }
    }
    if (responded.size === 0) return { kind: "violated", impossible: index };
    layer = [...responded.values()];
  }
  return { kind: "holds" };
}

/** Every configuration that one more point leads to. */
function* points<State, Operation, Response>(
  { state, phases }: Configuration<State>,
  model: IntervalModel<State, Operation, Response>,
  ending: (id: number) => Ending<Operation, Response>,
): Generator<Configuration<State>> {
  const waiting = [...phases].flatMap(([id, phase]) => (phase === "waiting" ? [id] : []));
  const begun = [...phases].flatMap(([id, phase]) => (phase === "begun" ? [id] : []));
  for (const begins of subsets(waiting)) {
    for (const ends of subsets([...begun, ...begins])) {
      if (begins.length + ends.length === 0) continue;
      const after = new Map(phases);
      for (const id of begins) after.set(id, "begun");
      for (const id of ends) after.set(id, "ended");
      for (const next of model.next(state, begins.map(ending), ends.map(ending))) yield { state: next, phases: after };
    }
  }
}

function* subsets(items: readonly number[]): Generator<number[]> {
  for (let bits = 0; bits < 2 ** items.length; bits += 1) yield items.filter((_, i) => (bits & (1 << i)) !== 0);
}
