import { useEffect, useMemo, useState } from "preact/hooks";
import type { ScenarioResult } from "../../result.ts";
import { searchedUnder } from "../../searched-under.ts";
import { shownText } from "../shown-text.ts";
import { type Filter, hashOf, NO_FILTER, UNWATCHED } from "../address.ts";
import { decisionOf, DECISION_TEXT } from "../../not-covered.ts";
import { type SystemRow } from "./system-rows.ts";
import { exploredShare } from "./matrix.tsx";
import { selectScenarios } from "./selection.ts";

/** Rows rendered at once: the rest cost nothing until requested. */
const ROWS_AT_ONCE = 200;

/** Systems are folded if there are more scenarios than this. */
const UNFOLDED_MAX = 60;

export function ScenarioList({
  rows,
  filter,
  onFilter,
}: {
  rows: readonly SystemRow[];
  filter: Filter;
  onFilter: (filter: Filter) => void;
}) {
  const all = useMemo(() => rows.flatMap(({ scenarios }) => scenarios), [rows]);
  const selected = useMemo(() => selectScenarios(all, filter), [all, filter]);
  const bySystem = useMemo(() => Map.groupBy(selected, ({ system }) => system), [selected]);
  const isPrinted = usePrinting();
  return (
    <section aria-labelledby="scenarios">
      <h2 id="scenarios">Scenarios</h2>
      <Filters all={all} filter={filter} shown={selected.length} onFilter={onFilter} />
      {[...bySystem].map(([system, scenarios]) => (
        <SystemScenarios
          key={system}
          system={system}
          scenarios={scenarios}
          isOpen={isPrinted || selected.length <= UNFOLDED_MAX}
          isPrinted={isPrinted}
        />
      ))}
      {selected.length === 0 && <p>No scenario matches.</p>}
    </section>
  );
}

/** Paper has no folds: everything is rendered for printing. */
function usePrinting(): boolean {
  const [isPrinted, setPrinted] = useState(false);
  useEffect(() => {
    const media = matchMedia("print");
    const update = (): void => setPrinted(media.matches);
    media.addEventListener("change", update);
    return () => media.removeEventListener("change", update);
  }, []);
  return isPrinted;
}

function SystemScenarios({
  system,
  scenarios,
  isOpen,
  isPrinted,
}: {
  system: string;
  scenarios: readonly ScenarioResult[];
  isOpen: boolean;
  isPrinted: boolean;
}) {
  const [opened, setOpened] = useState<boolean | undefined>(undefined);
  const [rowsMax, setRowsMax] = useState(ROWS_AT_ONCE);
  const open = isPrinted || (opened ?? isOpen);
  const shown = open ? scenarios.slice(0, isPrinted ? Infinity : rowsMax) : [];
  return (
    <details open={open} data-scenarios-of={system} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        {shownText(system)} <span class="quiet">{scenarios.length}</span>
      </summary>
      {shown.length > 0 && (
        <div class="scroll" tabindex={0} role="region" aria-label={`scenarios of ${system}`}>
          <table class="scenarios">
            <thead>
              <tr>
                <th scope="col">verdict</th>
                <th scope="col">scenario</th>
                <th scope="col">decided</th>
                <th scope="col">how</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((scenario) => (
                <ScenarioRow key={scenario.name} scenario={scenario} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open && shown.length < scenarios.length && (
        <button type="button" onClick={() => setRowsMax(rowsMax + ROWS_AT_ONCE)}>
          show the next {Math.min(ROWS_AT_ONCE, scenarios.length - shown.length)} of {scenarios.length - shown.length}
        </button>
      )}
    </details>
  );
}

function ScenarioRow({ scenario }: { scenario: ScenarioResult }) {
  const { name, verdict, counterexample, because, searches } = scenario;
  const share = exploredShare(scenario);
  const why = counterexample === undefined ? because : `${counterexample.property}: ${counterexample.because}`;
  return (
    <tr data-scenario={name}>
      <td>
        <span class={`mark ${verdict}`}>{verdict}</span>
      </td>
      <td>
        <a href={hashOf({ view: "scenario", name, watch: UNWATCHED })}>{shownText(name)}</a>
      </td>
      <td>
        {DECISION_TEXT[decisionOf(scenario)]}
        {share !== "" && <span class="quiet"> ({share})</span>}
      </td>
      <td class="small">
        {shownText(why === undefined ? searchedUnder(searches) : `${why} (${searchedUnder(searches)})`)}
      </td>
    </tr>
  );
}

function Filters({
  all,
  filter,
  shown,
  onFilter,
}: {
  all: readonly ScenarioResult[];
  filter: Filter;
  shown: number;
  onFilter: (filter: Filter) => void;
}) {
  const systems = [...new Set(all.map(({ system }) => system))];
  const properties = [...new Set(all.flatMap(({ counterexample }) => counterexample?.property ?? []))].toSorted();
  return (
    <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label>
        search{" "}
        <input
          type="search"
          value={filter.text}
          onInput={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
        />
      </label>
      <Choice
        name="system"
        values={systems}
        value={filter.system}
        onChange={(system) => onFilter({ ...filter, system })}
      />
      <Choice
        name="verdict"
        values={["holds", "violated", "unknown", "explored", "in part", "fuzzed"]}
        value={filter.verdict}
        onChange={(verdict) => onFilter({ ...filter, verdict })}
      />
      {properties.length > 0 && (
        <Choice
          name="property"
          values={properties}
          value={filter.property}
          onChange={(property) => onFilter({ ...filter, property })}
        />
      )}
      <button type="button" onClick={() => onFilter(NO_FILTER)}>
        all
      </button>
      <output>
        {shown} of {all.length}
      </output>
    </form>
  );
}

function Choice({
  name,
  values,
  value,
  onChange,
}: {
  name: string;
  values: readonly string[];
  value: string;
  onChange: (value: string) => void;
}) {
  return (
    <label>
      {name}{" "}
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">any</option>
        {values.map((one) => (
          <option key={one} value={one}>
            {shownText(one)}
          </option>
        ))}
      </select>
    </label>
  );
}
