import type { ScenarioResult } from "../../result.ts";
import { shownText } from "../shown-text.ts";
import { secondsText } from "../comparison.ts";
import { numberText } from "../number-text.ts";
import { type Decision, DECISION_TEXT, DECISIONS } from "../../not-covered.ts";
import { type SystemRow } from "./system-rows.ts";

/** Systems as rows, kinds of checks as columns. */
export function Matrix({ rows, onSystem }: { rows: readonly SystemRow[]; onSystem: (system: string) => void }) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="table of systems">
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">system</th>
            <th scope="col">scenarios</th>
            <th scope="col">how decided</th>
            <th scope="col">saved traces</th>
            <th scope="col">known bugs</th>
            <th scope="col">certificates</th>
            <th scope="col">real threads</th>
            <th scope="col">executions</th>
            <th scope="col">time</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <MatrixRow key={row.system} row={row} onSystem={onSystem} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function MatrixRow({ row, onSystem }: { row: SystemRow; onSystem: (system: string) => void }) {
  const { system, scenarios, decided, traces, bugs, certificates, stress, executions, milliseconds } = row;
  const missed = bugs.filter(({ outcome }) => outcome === "missed").length;
  const found = bugs.filter(({ outcome }) => outcome === "found").length;
  return (
    <tr data-system={system}>
      <th scope="row">
        <button type="button" class="link" onClick={() => onSystem(system)}>
          {shownText(system)}
        </button>
      </th>
      <td class={decided.violated > 0 ? "bad" : decided.unknown > 0 ? "open" : "good"} data-cell="scenarios">
        {decided.violated > 0
          ? `${decided.violated} violated`
          : decided.unknown > 0
            ? `${decided.unknown} undecided`
            : `${scenarios.length} hold`}
      </td>
      <td data-cell="decided">
        <DecisionBar decided={decided} total={scenarios.length} />
      </td>
      <td
        class={cellClass(
          traces.some(({ verdict }) => verdict === "violated"),
          traces.length,
        )}
        data-cell="traces"
      >
        {traces.length === 0
          ? none()
          : `${traces.filter(({ verdict }) => verdict === "holds").length} of ${traces.length}`}
      </td>
      <td class={cellClass(missed > 0, bugs.length)} data-cell="bugs">
        {bugs.length === 0 ? none() : `${found} of ${bugs.length} found`}
      </td>
      <td
        class={cellClass(
          certificates.some(({ verdict }) => verdict === "violated"),
          certificates.length,
        )}
      >
        {certificates.length === 0
          ? none()
          : certificates
              .map(({ scope, verdict }) => `${scope.threads}×${scope.operations}×${scope.keys} ${verdict}`)
              .join(", ")}
      </td>
      <td
        class={cellClass(
          stress.some(({ verdict }) => verdict === "violated"),
          stress.length,
        )}
      >
        {stress.length === 0
          ? none()
          : stress.map((one) => `${one.verdict}, ${one.threads} threads, ${secondsText(one.milliseconds)}`).join("; ")}
      </td>
      <td class="figure" data-cell="executions">
        {numberText(executions)}
      </td>
      <td class="figure">{milliseconds === undefined ? none() : secondsText(milliseconds)}</td>
    </tr>
  );
}

/** Shows explicitly that nothing was done, instead of a blank. */
function none() {
  return <span class="quiet">none</span>;
}

function cellClass(isBad: boolean, count: number): string {
  if (isBad) return "bad";
  return count === 0 ? "" : "good";
}

/** The decisions on the scenarios of a system, as a bar and in words. */
function DecisionBar({ decided, total }: { decided: Readonly<Record<Decision, number>>; total: number }) {
  const parts = DECISIONS.filter((decision) => decided[decision] > 0);
  return (
    <>
      <span class="bar" aria-hidden="true">
        {parts.map((decision) => (
          <i
            key={decision}
            class={decision.replace(" ", "-")}
            style={{ width: `${(100 * decided[decision]) / Math.max(1, total)}%` }}
          />
        ))}
      </span>
      <span class="small">{parts.map((decision) => `${decided[decision]} ${DECISION_TEXT[decision]}`).join(", ")}</span>
    </>
  );
}

/** The progress of a scenario's exploration: a share of the estimate, or nothing without an estimate. */
export function exploredShare({ searches }: ScenarioResult): string {
  const search = searches.find(({ strategy, exhaustive }) => strategy === "exhaustive" && !exhaustive);
  if (search?.estimate === undefined || search.estimate.executions === 0) return "";
  const share = (100 * search.executions) / search.estimate.executions;
  const shown = share < 0.01 ? "less than 0.01" : share.toPrecision(2);
  return `about ${shown} % of it`;
}
