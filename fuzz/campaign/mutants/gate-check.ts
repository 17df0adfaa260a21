/**
 * The checks of the gate as the quick profile makes them, in the code that is loaded: this module and those that it
 * imports may be copies with mutants.
 */
import { Machine } from "#fuzz/machine/machine.ts";
import type { Program } from "#fuzz/machine/program.ts";
import { searchNamed } from "#fuzz/search/named-search.ts";
import { EXECUTIONS_BETWEEN_QUESTIONS } from "#fuzz/search/search.ts";
import { settingsWithout } from "#fuzz/systems/checks-off.ts";
import { systemNamed } from "#fuzz/systems/all-systems.ts";
import { parseScenario } from "#fuzz/systems/parse-scenario.ts";
import type { System } from "#fuzz/systems/system.ts";
import { conformanceName, conformanceTasks } from "../conformance/conformance-part.ts";
import type { ConformanceForm } from "../conformance/conformance-task.ts";
import { drawAndCheck } from "../conformance/run-conformance.ts";
import { profileNamed } from "../profile.ts";
import { ENUMERATION, tasksOf } from "../scenario/search-task.ts";
import { threadBegins } from "./active-mutant.ts";
import type { CheckReference, GateBounds } from "./mutants-task.ts";

/** A first look, which kills most mutants; or all that the bounds allow. */
export type Effort = "first-look" | "whole";

export interface Checked {
  readonly executions: number;
  readonly accesses: number;
  readonly violation?: { readonly property: string; readonly because: string };
}

const FORMS = ["sequential", "concurrent"] as const;
const QUICK = profileNamed("quick");

/** Executions, graphs and generated scenarios of a first look. */
const FIRST_EXECUTIONS = 4;
const FIRST_GRAPHS = 25;
const FIRST_CASES = 4;

/** Of the executions of an enumeration, one in so many for each search: about as the quick profile has them. */
const SEARCH_SHARE = 4;

/** Scenarios first, then conformance. */
export function checksOf(system: string): readonly CheckReference[] {
  const { scenarios, conformance } = systemNamed(system);
  const names = scenarios.map(({ name }) => name);
  return [...names, ...(conformance === undefined ? [] : FORMS.map((form) => conformanceName(system, form)))].map(
    (name) => ({ system, name }),
  );
}

/**
 * Runs a check up to its first violation.
 *
 * @returns undefined when it was told to stop before its end
 * @throws whatever the code throws where nothing runs yet, and what the explorer cannot explain
 */
export function runCheck(
  { system: name, name: check }: CheckReference,
  effort: Effort,
  bounds: GateBounds,
  shouldStop: (executions: number) => boolean,
): Checked | undefined {
  const system = systemNamed(name);
  const form = FORMS.find((one) => conformanceName(name, one) === check);
  return form === undefined
    ? runScenario(system, check, effort, bounds, shouldStop)
    : runConformance(system, form, effort, bounds, shouldStop);
}

function runScenario(
  system: System,
  name: string,
  effort: Effort,
  { seed, executionsMax }: GateBounds,
  shouldStop: (executions: number) => boolean,
): Checked | undefined {
  const found = system.scenarios.find((scenario) => scenario.name === name);
  if (found === undefined) throw new Error(`${system.name} has no scenario "${name}"`);
  const scenario = parseScenario(system, found);
  const checks = settingsWithout(system.without);
  const makeProgram = (): Program => metered(system.compile(scenario));
  let machine: Machine | undefined;
  const searched = { makeProgram, machine: () => (machine ??= new Machine(makeProgram(), checks)), checks };
  const tasks = tasksOf({ name, system: system.name }, QUICK, seed);
  // Code that never comes to an end is found by the machine's bound at once, and by the explorer's only late.
  const inOrder = effort === "first-look" ? tasks.toReversed() : tasks;
  let executions = 0;
  let accesses = 0;
  for (const task of inOrder) {
    const isEnumeration = task.strategy === ENUMERATION;
    const first = isEnumeration ? FIRST_GRAPHS : FIRST_EXECUTIONS;
    const result = searchNamed(task.strategy, searched, {
      seed: task.seed,
      executionsMax: Math.min(
        task.executionsMax,
        isEnumeration ? executionsMax : Math.ceil(executionsMax / SEARCH_SHARE),
        effort === "first-look" ? first : Infinity,
      ),
      shouldStop: () => shouldStop(EXECUTIONS_BETWEEN_QUESTIONS),
    });
    executions += result.executions;
    accesses += result.steps;
    if (result.kind === "stopped" || shouldStop(0)) return undefined;
    if (result.violation !== undefined) {
      const { property, because } = result.violation;
      return { executions, accesses, violation: { property, because } };
    }
    if (isEnumeration && result.kind === "exhausted") break;
  }
  return { executions, accesses };
}

function runConformance(
  system: System,
  form: ConformanceForm,
  effort: Effort,
  { seed, executionsMax }: GateBounds,
  shouldStop: (executions: number) => boolean,
): Checked | undefined {
  const metering = {
    ...system,
    compile: (scenario: Parameters<System["compile"]>[0]) => metered(system.compile(scenario)),
  };
  const cases = Math.min(QUICK.conformance[form], executionsMax, effort === "first-look" ? FIRST_CASES : Infinity);
  let executions = 0;
  let accesses = 0;
  for (const task of conformanceTasks({ system: system.name, form, cases }, seed, "")) {
    const drawn = drawAndCheck(metering, task, { shouldStop }, 0);
    executions += drawn.executions;
    accesses += drawn.accesses;
    if (drawn.stopped) return undefined;
    if (drawn.violated === undefined) continue;
    const { property, because } = drawn.violated.found.violation;
    return { executions, accesses, violation: { property, because } };
  }
  return { executions, accesses };
}

/** The program, whose threads say when they begin. */
function metered(program: Program): Program {
  const { setUp, threads } = program;
  return {
    ...program,
    ...(setUp !== undefined && {
      setUp() {
        threadBegins();
        return setUp.call(program);
      },
    }),
    threads: threads.map((thread) => ({
      ...thread,
      body() {
        threadBegins();
        return thread.body();
      },
    })),
  };
}
