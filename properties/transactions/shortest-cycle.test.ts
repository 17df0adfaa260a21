import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  ANTI_DEPENDENCIES,
  DependencyGraphBuilder,
  READ_WRITE,
  REAL_TIME,
  WRITE_READ,
  WRITE_WRITE,
} from "./dependency-graph.ts";
import { historyOf } from "./plain-transactions.fixture.ts";
import { shortestCycle } from "./shortest-cycle.ts";
import type { CycleForm, Step } from "./shortest-cycle.ts";
import { cyclicParts, hasCycle } from "./strong-components.ts";
import { linkRealTime } from "./time-order.ts";

const COUNT = 12;
const EDGES = fc.array(
  fc.record({
    from: fc.nat(COUNT - 1),
    to: fc.nat(COUNT - 1),
    kind: fc.constantFrom(WRITE_WRITE, WRITE_READ, READ_WRITE, READ_WRITE),
  }),
  { maxLength: 22 },
);
/** Lists long enough that the edges from all of one to all of the other go through auxiliary nodes. */
const LISTS = fc.option(
  fc.tuple(
    fc.subarray([...Array(COUNT).keys()], { minLength: 9 }),
    fc.subarray([...Array(COUNT).keys()], { minLength: 9 }),
  ),
  { nil: undefined, freq: 2 },
);
/** Invocations and responses: each transaction's number twice. */
const TIMES = fc.option(
  fc.shuffledSubarray(
    [...Array(COUNT).keys(), ...Array(COUNT).keys()].map((transaction) => ({ transaction })),
    { minLength: 2 * COUNT },
  ),
  { nil: undefined, freq: 2 },
);

const ALL = WRITE_WRITE | WRITE_READ | READ_WRITE | REAL_TIME;
const FORMS: readonly CycleForm[] = [
  { antiDependencies: "none", kinds: WRITE_WRITE, through: WRITE_WRITE },
  { antiDependencies: "none", kinds: WRITE_WRITE | WRITE_READ | REAL_TIME, through: WRITE_READ },
  { antiDependencies: "one", kinds: WRITE_WRITE | WRITE_READ | READ_WRITE },
  { antiDependencies: "one", kinds: ALL },
  { antiDependencies: "apart", kinds: WRITE_WRITE | WRITE_READ | READ_WRITE },
  { antiDependencies: "apart", kinds: ALL },
  { antiDependencies: "any", kinds: WRITE_WRITE | WRITE_READ | READ_WRITE },
  { antiDependencies: "any", kinds: ALL },
];

test("finds a cycle of each form where there is one, as short as the shortest of all walks", () => {
  fc.assert(
    fc.property(EDGES, LISTS, TIMES, fc.constantFrom(...FORMS), (edges, lists, times, form) => {
      const steps: Step[] = edges.filter(({ from, to }) => from !== to);
      const builder = new DependencyGraphBuilder(COUNT);
      for (const { from, to, kind } of steps) builder.link(from, to, kind);
      if (lists !== undefined) {
        const [froms, tos] = lists;
        builder.linkAllToAll(Int32Array.from(froms), Int32Array.from(tos), READ_WRITE);
        for (const from of froms) for (const to of tos) if (from !== to) steps.push({ from, to, kind: READ_WRITE });
      }
      if (times !== undefined) steps.push(...linkTimes(builder, times));
      const graph = builder.build();
      const found = cyclicParts(graph, ALL)
        .map((part) => shortestCycle(part, form))
        .flatMap((result) => (result.kind === "found" ? [result] : []));
      const lengths = found.map((result) => result.steps.length);
      expect(Math.min(...lengths)).toBe(shortestWalk(steps, form));
      for (const result of found) {
        expect(result.isShortest).toBe(true);
        requireCycle(result.steps, steps, form);
      }
      // The components decide whether there is one at all.
      if (form.antiDependencies === "apart" && found.length > 0)
        expect(hasCycle(graph, form.kinds, "apart")).toBe(true);
    }),
    { seed: 5, numRuns: 3000 },
  );
});

test("reports when the search stops at its bound, with a cycle or without", () => {
  // A ring of writes, closed by one read that missed a write; and a detour of two such reads, which is shorter.
  const builder = new DependencyGraphBuilder(100);
  for (let i = 1; i < 100; i += 1) builder.link(i - 1, i, WRITE_WRITE);
  builder.link(99, 0, READ_WRITE);
  builder.link(0, 99, READ_WRITE);
  const [part] = cyclicParts(builder.build(), ALL);
  if (part === undefined) throw new Error("the ring is no cycle");
  const single = { antiDependencies: "one", kinds: WRITE_WRITE | READ_WRITE } as const;
  expect(shortestCycle(part, single, 50)).toEqual({ kind: "unknown" });
  expect(shortestCycle(part, single)).toMatchObject({ kind: "found", isShortest: true });
  const any = { antiDependencies: "any", kinds: WRITE_WRITE | READ_WRITE } as const;
  const found = shortestCycle(part, any);
  expect(found.kind === "found" ? found.steps.length : 0).toBe(2);
});

function linkTimes(builder: DependencyGraphBuilder, times: readonly { readonly transaction: number }[]): Step[] {
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  const numbers: number[] = []; // in the order of invocations
  for (const [at, { transaction }] of times.entries()) {
    if (first.has(transaction)) last.set(transaction, at);
    else {
      first.set(transaction, at);
      numbers.push(transaction);
    }
  }
  const numberOf = (transaction: number): number => numbers.indexOf(transaction);
  const seen = new Set<number>();
  const events = times.map(({ transaction }, i) => {
    const type = seen.has(transaction) ? ("ok" as const) : ("invoke" as const);
    seen.add(transaction);
    return { process: transaction, type, f: "txn", value: [["append", transaction, 1]], line: i + 1 };
  });
  linkRealTime(historyOf("list-append", events), builder);
  return numbers.flatMap((from) =>
    numbers
      .filter((to) => (last.get(from) ?? 0) < (first.get(to) ?? 0))
      .map((to) => ({ from: numberOf(from), to: numberOf(to), kind: REAL_TIME })),
  );
}

/** The length of the shortest closed walk of the form, from the distances between all pairs of states. */
function shortestWalk(steps: readonly Step[], form: CycleForm): number {
  const { antiDependencies, kinds } = form;
  const isAnti = ({ kind }: Step): boolean => (kind & ANTI_DEPENDENCIES) !== 0;
  const allowed = steps.filter(({ kind }) => (kind & kinds) !== 0);
  const middle = antiDependencies === "one" ? allowed.filter((step) => !isAnti(step)) : allowed;
  const states = 2 * COUNT; // a transaction, reached by an anti-dependency or not
  const distance = Array.from({ length: states }, (_, i) =>
    Array.from({ length: states }, (__, j) => (i === j ? 0 : Infinity)),
  );
  for (const step of middle)
    for (const reached of [0, 1]) {
      const isRefused = antiDependencies === "apart" && reached === 1 && isAnti(step);
      const row = distance[2 * step.from + reached];
      if (!isRefused && row !== undefined) row[2 * step.to + Number(isAnti(step))] = 1;
    }
  for (let k = 0; k < states; k += 1)
    for (const row of distance)
      for (let j = 0; j < states; j += 1)
        row[j] = Math.min(row[j] ?? Infinity, (row[k] ?? Infinity) + (distance[k]?.[j] ?? Infinity));
  let best = Infinity;
  for (const step of allowed) {
    const isFirst = form.antiDependencies === "none" ? (step.kind & form.through) !== 0 : isAnti(step);
    if (!isFirst) continue;
    const start = distance[2 * step.to + Number(isAnti(step))];
    const ends = antiDependencies === "apart" ? [2 * step.from] : [2 * step.from, 2 * step.from + 1];
    for (const end of ends) best = Math.min(best, 1 + (start?.[end] ?? Infinity));
  }
  return best;
}

function requireCycle(cycle: readonly Step[], steps: readonly Step[], { antiDependencies, kinds }: CycleForm): void {
  const anti = cycle.map(({ kind }) => (kind & ANTI_DEPENDENCIES) !== 0);
  for (const [i, step] of cycle.entries()) {
    expect(steps.some(({ from, to, kind }) => from === step.from && to === step.to && kind === step.kind)).toBe(true);
    expect(step.kind & kinds).toBe(step.kind);
    expect(step.to).toBe(cycle[(i + 1) % cycle.length]?.from);
    if (antiDependencies === "apart") expect(anti[i] === true && anti[(i + 1) % cycle.length] === true).toBe(false);
  }
  const count = anti.filter(Boolean).length;
  if (antiDependencies === "none") expect(count).toBe(0);
  else if (antiDependencies === "one") expect(count).toBe(1);
  else expect(count).toBeGreaterThan(0);
}
