import type { System } from "./system.ts";

/** The properties checked on a system's scenarios in addition to the machine's own, in the order of their checks. */
export function systemProperties(system: System): readonly string[] {
  const programs = system.scenarios.map((scenario) => system.compile(scenario));
  return [...new Set(programs.flatMap(({ watchers }) => watchers.map(({ property }) => property)))];
}
