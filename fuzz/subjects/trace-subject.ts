import { resolve } from "node:path";
import { bugNamed } from "#fuzz/bugs/museum.ts";
import { substituteModules } from "#fuzz/bugs/substitute-modules.ts";
import { applyToModules } from "#fuzz/bugs/patch.ts";
import { InputError } from "#fuzz/host/input-error.ts";
import type { Trace } from "#fuzz/machine/trace.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { Subject } from "./subject.ts";
import { packageRoot } from "#fuzz/host/project-root.ts";

/**
 * Loads the subject of a trace: a scenario of a registered system, a toy program, or an export of the given module.
 *
 * With `bug`, the code is loaded with that bug put back. Only a process or thread that has not loaded the code before
 * can do that.
 *
 * @throws InputError if the system, program or bug does not exist, or the system refuses the scenario
 */
export async function loadSubject(
  { scenario, bug, module }: Pick<Trace, "scenario" | "bug" | "module">,
  given?: string,
): Promise<Subject> {
  const modulePath = given ?? (module === undefined ? undefined : resolve(module));
  if (bug !== undefined) putBack(bug);
  const { programSubject, scenarioSubject } = await import("./subject.ts");
  const { PROGRAMS_SYSTEM, toyOf } = await import("./toy-source.ts");
  const { importModule, systemsOfModule } = await import("./user-module.ts");
  const exported = modulePath === undefined ? undefined : await importModule(modulePath);
  if (scenario.system === PROGRAMS_SYSTEM) {
    const toy = rephrasing(() => toyOf(scenario.name, exported));
    return programSubject({ name: scenario.name, system: PROGRAMS_SYSTEM }, () => toy.create());
  }
  const { systemNamed } = await import("#fuzz/systems/all-systems.ts");
  const { parseScenario } = await import("#fuzz/systems/parse-scenario.ts");
  const added =
    modulePath === undefined
      ? undefined
      : (await systemsOfModule(modulePath)).find((system) => system.name === scenario.system);
  const system = added ?? rephrasing(() => systemNamed(scenario.system));
  const parsed = rephrasing(() => parseScenario(system, scenario));
  rephrasing(() => system.compile(parsed));
  return scenarioSubject(parsed, (other) => system.compile(other));
}

/** Loads the code with a bug of the museum put back. */
function putBack(slug: string): void {
  try {
    substituteModules(applyToModules(slug, bugNamed(slug).patch, packageRoot).sources);
  } catch (error) {
    if (error instanceof InputError)
      throw new InputError(`the trace was recorded with a bug put back: ${visibleText(error.message)}`, {
        cause: error,
      });
    throw error;
  }
}

/** Errors about the scenario are reported as errors of the trace. */
function rephrasing<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof InputError)
      throw new InputError(`the trace cannot be replayed: ${visibleText(error.message)}`, { cause: error });
    throw error;
  }
}
