import type { System } from "./system.ts";

/** The properties that a system's scenarios are checked for besides the machine's own, in the order of their checks. */
export function systemProperties(system: System): readonly string[] {
  const programs = system.scenarios.map((scenario) => system.compile(scenario));
  return [...new Set(programs.flatMap(({ watchers }) => watchers.map(({ property }) => property)))];
}
