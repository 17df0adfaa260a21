import { bugNamed, projectRoot } from "#fuzz/bugs/museum.ts";
import { substituteModules } from "#fuzz/bugs/module-hook.ts";
import { applyToModules, PatchError } from "#fuzz/bugs/patch.ts";
import { type Trace, TraceError } from "#fuzz/machine/trace.ts";
import { visibleText } from "#reports/visible-text.ts";
import type { Subject } from "./subject.ts";

/**
 * What a trace's scenario stands for: one of a registered system, a toy program, or what is in the module given.
 *
 * With `bug`, the code is loaded with that bug put back. That is for a process, or a thread, that has not loaded the
 * code before.
 *
 * @throws TraceError when there is no such system, program or bug, or the scenario is none of its system
 */
export async function loadSubject(
  { scenario, bug }: Pick<Trace, "scenario" | "bug">,
  modulePath?: string,
): Promise<Subject> {
  if (bug !== undefined) putBack(bug);
  const { programSubject, scenarioSubject } = await import("./subject.ts");
  const { PROGRAMS_SYSTEM, toyOf } = await import("./toy-source.ts");
  const exported = modulePath === undefined ? undefined : await importModule(modulePath);
  if (scenario.system === PROGRAMS_SYSTEM) {
    const toy = rephrasing(() => toyOf(scenario.name, exported));
    return programSubject({ name: scenario.name, system: PROGRAMS_SYSTEM }, () => toy.create());
  }
  const { systemNamed } = await import("#fuzz/systems/all-systems.ts");
  const { parseScenario } = await import("#fuzz/systems/scenario.ts");
  const added =
    modulePath === undefined || exported === undefined
      ? undefined
      : systemsOf(modulePath, exported).find((system) => system.name === scenario.system);
  const system = added ?? rephrasing(() => systemNamed(scenario.system));
  const parsed = rephrasing(() => parseScenario(system, scenario));
  rephrasing(() => system.compile(parsed));
  return scenarioSubject(parsed, (other) => system.compile(other));
}

/** Loads the code with a bug of the museum put back. */
function putBack(slug: string): void {
  try {
    substituteModules(applyToModules(slug, bugNamed(slug).patch, projectRoot).sources);
  } catch (error) {
    if (error instanceof RangeError || error instanceof PatchError)
      throw new TraceError(`the trace was recorded with a bug put back: ${visibleText(error.message)}`, {
        cause: error,
      });
    throw error;
  }
}

interface Exported {
  readonly systems?: (typeof import("#fuzz/systems/all-systems.ts"))["systems"];
}

async function importModule(path: string): Promise<Exported> {
  const { pathToFileURL } = await import("node:url");
  return import(pathToFileURL(path).href).catch((error: unknown) => {
    throw new TraceError(
      `cannot load ${visibleText(path)}: ${visibleText(error instanceof Error ? error.message : String(error))}`,
      { cause: error },
    );
  });
}

function systemsOf(path: string, { systems }: Exported): NonNullable<Exported["systems"]> {
  if (!Array.isArray(systems)) throw new TraceError(`${visibleText(path)} exports no "systems"`);
  return systems;
}

/** What it throws about the scenario is said of the trace. */
function rephrasing<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof RangeError)
      throw new TraceError(`the trace cannot be replayed: ${visibleText(error.message)}`, { cause: error });
    throw error;
  }
}
