/** The selection of the scenarios that the list shows. */
import type { ScenarioResult } from "../../result.ts";
import type { Filter } from "../address.ts";
import { decisionOf } from "../../not-covered.ts";

/** Every word of the text must occur in the name, the system, the property or the reason. */
export function selectScenarios(
  scenarios: readonly ScenarioResult[],
  { text, system, property, verdict }: Filter,
): readonly ScenarioResult[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return scenarios.filter((scenario) => {
    const { counterexample, name, because = "" } = scenario;
    if (system !== "" && scenario.system !== system) return false;
    if (property !== "" && counterexample?.property !== property) return false;
    if (verdict !== "" && scenario.verdict !== verdict && decisionOf(scenario) !== verdict) return false;
    if (words.length === 0) return true;
    const reason = counterexample?.because ?? because;
    const whole = `${name} ${scenario.system} ${counterexample?.property ?? ""} ${reason}`.toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}
