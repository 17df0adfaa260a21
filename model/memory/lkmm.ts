/**
 * The Linux-kernel memory model.
 *
 * Locks are events with their own rf and co, chosen by the maker of candidates. Not modelled, as
 * in the kernel's model: compiler transformations beyond what the flags report, and interrupts.
 *
 * Source: Linux tools/memory-model, linux-kernel.cat of 2025 (after v6.12).
 */

import { lkmmOrderDefinitions, type LkmmOrderTerms } from "./lkmm-order.ts";
import { lkmmPlainDefinitions, type LkmmPlainTerms } from "./lkmm-plain.ts";
import { lkmmRcuDefinitions, type LkmmRcuTerms } from "./lkmm-rcu.ts";
import { memoryModel } from "./memory-model.ts";
import { coherenceAxioms, coherenceDefinitions, type CoherenceTerms } from "./coherence.ts";

type LkmmTerms = CoherenceTerms & LkmmOrderTerms & LkmmRcuTerms & LkmmPlainTerms;

export const lkmm = memoryModel<LkmmTerms>({
  name: "lkmm",
  title: "the Linux-kernel memory model",
  definitions: { ...coherenceDefinitions, ...lkmmOrderDefinitions, ...lkmmRcuDefinitions, ...lkmmPlainDefinitions },
  axioms: [
    ...coherenceAxioms,
    { name: "happens-before", kind: "acyclic", relation: "hb", statement: "an access does not happen before itself" },
    {
      name: "propagation",
      kind: "acyclic",
      relation: "pb",
      statement: "writes propagate to other processes in the order that strong fences impose",
    },
    {
      name: "rcu",
      kind: "irreflexive",
      relation: "rb",
      statement: "a grace period does not end while a read-side critical section that began before it is open",
    },
    {
      name: "plain-coherence",
      kind: "empty",
      relation: "plainCoherence",
      statement: "plain accesses do not take effect against the order that surrounds them",
    },
  ],
  flags: [
    { name: "data-race", relation: "race" },
    { name: "mixed-accesses", relation: "mixedAccesses" },
  ],
  derivations: {
    communication: [["poLoc"], ["rf"], ["co"], ["fr"]],
    torn: [["fre", "coe"]],
    hb: [["ppo"], ["rfe"], ["propInt"]],
    ppo: [
      ["addr"],
      ["data"],
      ["ctrl"],
      ["mb"],
      ["porel"],
      ["acqpo"],
      ["wmb"],
      ["rmb"],
      ["gp"],
      ["ulk"],
      ["co"],
      ["fr"],
      ["addr", "wmb"],
      ["dep", "rfi"],
    ],
    propInt: [["prop"]],
    prop: [["overwriteExt?", "cumul*", "rfe?"]],
    overwriteExt: [["coe"], ["fre"]],
    cumul: [
      ["rfeMarked?", "strong", "rmwStep*"],
      ["rfeMarked?", "porel", "rmwStep*"],
      ["wmb", "rmwStep*"],
      ["ulk", "rmwStep*"],
    ],
    rmwStep: [["rf", "rmw"]],
    rfeMarked: [["rfe"]],
    strong: [["mb"], ["gp"]],
    pb: [["prop", "strong", "hb*"]],
    rb: [["prop", "rcuFence", "hb*", "pb*"]],
    plainCoherence: [["rf"], ["co"], ["fr"]],
  },
});
