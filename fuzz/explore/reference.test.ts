/**
 * The explorer's incremental check of consistency against the axioms of `model/memory`, on every graph of random
 * programs.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { allowed } from "#model/memory/execution.ts";
import type { MemoryModel } from "#model/memory/memory-model.ts";
import { ra } from "#model/memory/ra.ts";
import { lkmm } from "#model/memory/lkmm.ts";
import { sc } from "#model/memory/sc.ts";
import { tso } from "#model/memory/tso.ts";
import { explore, type ExplorerModel, runExplorer } from "./explore.ts";
import { Explorer } from "./explorer.ts";
import { lkmmExecution } from "./lkmm-execution.ts";
import { LocalStates } from "./local-states.ts";
import type { Order } from "./order.ts";
import { exploredProgram } from "#fuzz/programs/explored-toy.ts";
import { toyProgramNamed } from "#fuzz/programs/toy-programs.ts";
import type { ExploredProgram } from "./explored-program.ts";
import { randomProgram, randomThreads } from "./random-program.ts";
import { referenceExecution } from "./reference.ts";

/** Forbids nothing: allows every source and every place in coherence order. */
const anyOrder: Order = {
  clocks: 1,
  distinguishesUpdates: false,
  includesPrefix: false,
  look: () => {},
  isBefore: () => false,
  added: () => {},
  linked: () => {},
  granted: () => {},
};

type CoherentModel = Exclude<ExplorerModel, "es">;

const axioms: Readonly<Record<CoherentModel, MemoryModel>> = { sc, tso, ra, lkmm };

/** The graphs without a cycle of program order and reads-from that the axioms allow, as text. */
function allowedGraphs(program: ExploredProgram, model: CoherentModel): Set<string> {
  const states = new LocalStates(program.threads, {
    keepsBarriers: model !== "sc",
    accesses: "as-written",
    weakFences: false,
    refusesLooking: false,
  });
  const explorer = new Explorer({
    order: anyOrder,
    states,
    threads: program.threads.length,
    initial: (address) => program.initial?.get(address) ?? 0,
    eventsMax: 100,
  });
  const kept = new Set<string>();
  runExplorer(explorer, states, program.threads.length, {
    onExecution: (execution) => {
      const reference = model === "lkmm" ? lkmmExecution : referenceExecution;
      if (allowed(reference(execution.graph, states), axioms[model])) kept.add(execution.canonical());
    },
  });
  return kept;
}

function exploredGraphs(program: ExploredProgram, model: ExplorerModel): Set<string> {
  const found = new Set<string>();
  explore(program, { model, onExecution: (execution) => void found.add(execution.canonical()) });
  return found;
}

test.each(["sc", "tso", "ra", "lkmm"] as const)(
  "of all graphs of a random program, exactly those that the axioms of %s allow are visited",
  (model) => {
    fc.assert(
      fc.property(randomThreads({ threads: 3, accesses: 3, words: 2 }), (threads) => {
        const program = randomProgram(threads);
        expect(exploredGraphs(program, model)).toEqual(allowedGraphs(program, model));
      }),
      { numRuns: 300, seed: 1 },
    );
  },
);

test.each([
  ["sb", "sc"],
  ["sb", "tso"],
  ["iriw", "ra"],
  ["2p2w", "ra"],
  ["dekker", "tso"],
  ["dekker", "ra"],
  ["wrc", "ra"],
  ["iriw", "lkmm"],
  ["2p2w", "lkmm"],
  ["mpn", "lkmm"],
  ["dekker", "lkmm"],
] as const)("of all graphs of %s, exactly those that the axioms of %s allow are visited", (name, model) => {
  const program = exploredProgram(toyProgramNamed(name), {});
  const kept = allowedGraphs(program, model);
  expect(kept.size).toBeGreaterThan(1);
  expect(exploredGraphs(program, model)).toEqual(kept);
});
