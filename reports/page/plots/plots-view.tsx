import { useMemo } from "preact/hooks";
import type { PageBench, PageBug, PageData, PageSaturation } from "../../page-data.ts";
import type { BugResult } from "../../result.ts";
import type { Costs } from "../../lookup-costs.ts";
import { shownText } from "../shown-text.ts";
import { Plot } from "./plot.tsx";

export function PlotsView({ data: { bugs, runs, saturation, costs, benches } }: { data: PageData }) {
  const museum = useMemo(() => runs.flatMap(({ result }) => result.museum), [runs]);
  return (
    <section aria-labelledby="plots">
      <h2 id="plots">Plots</h2>
      {saturation.map((search) => (
        <Saturation key={`${search.scenario} ${search.strategy}`} search={search} />
      ))}
      {bugs.length > 0 ? <BugsByStrategy bugs={bugs} /> : museum.length > 0 && <BugsFound museum={museum} />}
      {costs !== undefined && <LookupCosts costs={costs} />}
      {benches.length > 0 && <Benches benches={benches} />}
    </section>
  );
}

function Saturation({ search: { scenario, strategy, points } }: { search: PageSaturation }) {
  const xs = useMemo(() => points.map(({ executions }) => executions), [points]);
  const series = useMemo(
    () => [
      { label: "histories", values: points.map(({ histories }) => histories) },
      { label: "reads-from pairs", values: points.map(({ readsFrom }) => readsFrom) },
      { label: "shapes of the structure", values: points.map(({ shapes }) => shapes) },
    ],
    [points],
  );
  return (
    <Plot
      title={`${scenario}, ${strategy}`}
      about="Distinct things seen over executions: where a line is flat, more of this search finds nothing new."
      xTitle="executions"
      yTitle="distinct"
      xs={xs}
      series={series}
      scale="linear"
      lines="joined"
    />
  );
}

function BugsByStrategy({ bugs }: { bugs: readonly PageBug[] }) {
  const { xs, names, series } = useMemo(() => {
    const strategies = [...new Set(bugs.flatMap((bug) => bug.strategies.map(({ strategy }) => strategy)))];
    return {
      xs: bugs.map((_, i) => i),
      names: bugs.map(({ slug }) => slug),
      series: strategies.map((label) => ({
        label,
        values: bugs.map((bug) => bug.strategies.find(({ strategy }) => strategy === label)?.median),
      })),
    };
  }, [bugs]);
  return (
    <Plot
      title="executions to the bug"
      about="For each known bug, by strategy: the median over seeds. A strategy that did not find it has no point."
      xTitle="bug"
      yTitle="executions"
      xs={xs}
      xNames={names}
      series={series}
      scale="logarithmic"
      lines="apart"
    />
  );
}

function BugsFound({ museum }: { museum: readonly BugResult[] }) {
  const { xs, names, series } = useMemo(() => {
    const found = museum.filter(({ executions }) => executions !== undefined);
    const strategies = [...new Set(found.flatMap(({ strategy }) => strategy ?? []))];
    return {
      xs: found.map((_, i) => i),
      names: found.map(({ slug }) => slug),
      series: strategies.map((label) => ({
        label,
        values: found.map(({ strategy, executions }) => (strategy === label ? executions : undefined)),
      })),
    };
  }, [museum]);
  return (
    <Plot
      title="executions to the bug"
      about="For each known bug, by the strategy that found it first."
      xTitle="bug"
      yTitle="executions"
      xs={xs}
      xNames={names}
      series={series}
      scale="logarithmic"
      lines="apart"
    />
  );
}

function LookupCosts({ costs: { lookups } }: { costs: Costs }) {
  const { xs, names, series } = useMemo(
    () => ({
      xs: lookups.map((_, i) => i),
      names: lookups.map(({ system, lookup }) => `${system}: ${lookup}`),
      series: [
        { label: "locks", values: lookups.map(({ lockAcquisitions }) => lockAcquisitions) },
        { label: "atomic operations", values: lookups.map(({ atomicOperations }) => atomicOperations) },
        { label: "cache lines written", values: lookups.map(({ cacheLinesWritten }) => cacheLinesWritten) },
      ],
    }),
    [lookups],
  );
  return (
    <Plot
      title="what a lookup costs"
      about="By generation of the peer pool."
      xTitle="lookup"
      yTitle="count"
      xs={xs}
      xNames={names}
      series={series}
      scale="linear"
      lines="apart"
    />
  );
}

function Benches({ benches }: { benches: readonly PageBench[] }) {
  const { xs, names, series } = useMemo(
    () => ({
      xs: benches.map((_, i) => i),
      names: benches.map(({ name, unit }) => `${name} (${unit})`),
      series: [
        { label: "median", values: benches.map(({ median }) => median) },
        { label: "lowest", values: benches.map(({ low }) => low) },
        { label: "highest", values: benches.map(({ high }) => high) },
      ],
    }),
    [benches],
  );
  return (
    <Plot
      title="bench ratios"
      about={shownText("With their spread over the samples of one run.")}
      xTitle="bench"
      yTitle="ratio"
      xs={xs}
      xNames={names}
      series={series}
      scale="linear"
      lines="apart"
    />
  );
}
