import { useMemo } from "preact/hooks";
import type { PageData, PageRun } from "../../page-data.ts";
import { certificateName, coverageText } from "../../coverage-text.ts";
import { shownText } from "../shown-text.ts";
import { type Filter, hashOf, UNWATCHED } from "../address.ts";
import { compareRuns, type Difference, secondsText } from "../comparison.ts";
import { numberText } from "../number-text.ts";
import { notCovered } from "../../not-covered.ts";
import { systemRows } from "./system-rows.ts";
import { Matrix } from "./matrix.tsx";
import { ScenarioList } from "./scenario-list.tsx";

export function Overview({
  data,
  filter,
  onFilter,
}: {
  data: PageData;
  filter: Filter;
  onFilter: (filter: Filter) => void;
}) {
  const { runs, previous, notes, certificates } = data;
  const rows = useMemo(() => systemRows(runs), [runs]);
  return (
    <>
      {runs.map((run) => (
        <RunHeading key={run.name} run={run} />
      ))}
      {runs.length === 0 && <p>There is no result of verify in this folder; other results are in the other views.</p>}
      <Wrong data={data} />
      {runs.length > 0 && (
        <section aria-labelledby="uncovered">
          <h2 id="uncovered">Not covered</h2>
          <ul>
            {notCovered(runs.map(({ result }) => result)).map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </section>
      )}
      {previous !== undefined && runs[0] !== undefined && <Compared before={previous} after={runs[0]} />}
      {rows.length > 0 && (
        <section aria-labelledby="matrix">
          <h2 id="matrix">Systems</h2>
          <Matrix rows={rows} onSystem={(system) => onFilter({ ...filter, system })} />
        </section>
      )}
      {rows.length > 0 && <ScenarioList rows={rows} filter={filter} onFilter={onFilter} />}
      {certificates.length > 0 && <Certificates certificates={certificates} />}
      {notes.length > 0 && (
        <section aria-labelledby="notes">
          <h2 id="notes">Left out</h2>
          <ul>
            {notes.map((note) => (
              <li key={note}>{shownText(note)}</li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function RunHeading({ run: { name, result, timing } }: { run: PageRun }) {
  const { verdict, scenarios, museum, certificates, profile, seed, code, command, finished } = result;
  const holding = scenarios.filter((scenario) => scenario.verdict === "holds").length;
  const found = museum.filter(({ outcome }) => outcome === "found").length;
  const certified = certificates.filter((certificate) => certificate.verdict === "holds").length;
  return (
    <header class={`run ${verdict}`}>
      <p class="verdict">
        <strong>
          {command}: {verdict}
        </strong>{" "}
        <span data-figure="holding">{numberText(holding)}</span> of{" "}
        <span data-figure="scenarios">{numberText(scenarios.length)}</span> scenarios hold
        {museum.length > 0 && (
          <>
            {"; "}
            <span data-figure="found">{numberText(found)}</span> of{" "}
            <span data-figure="bugs">{numberText(museum.length)}</span> known bugs found
          </>
        )}
        {certificates.length > 0 && (
          <>
            {"; "}
            {numberText(certified)} of {numberText(certificates.length)} certificates hold
          </>
        )}
        {!finished && <em>; unfinished</em>}
      </p>
      <p class="quiet">
        {profile !== undefined && <>profile {shownText(profile)} · </>}seed {seed} · code {shownText(code)}
        {timing !== undefined && (
          <>
            {" "}
            · {secondsText(timing.milliseconds)} on {timing.workers} workers · {shownText(timing.startedAt)}
          </>
        )}{" "}
        · {shownText(name)}
      </p>
    </header>
  );
}

function Certificates({ certificates }: { certificates: PageData["certificates"] }) {
  return (
    <section aria-labelledby="certificates">
      <h2 id="certificates">Certificates</h2>
      <ul>
        {certificates.map((certificate) => (
          <li key={`${certificateName(certificate)} ${certificate.shard.index}`}>
            <span class={`mark ${certificate.verdict}`}>{certificate.verdict}</span>{" "}
            {shownText(certificateName(certificate))}: {shownText(coverageText(certificate))}
            {certificate.violations.map(({ scenario, trace }) => (
              <a key={trace} href={hashOf({ view: "trace", name: trace, watch: UNWATCHED })}>
                {" "}
                {shownText(scenario)}
              </a>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Everything that is violated, missed or undecided, first. */
function Wrong({ data: { runs } }: { data: PageData }) {
  const entries = runs.flatMap(({ result }) => [
    ...result.scenarios
      .filter(({ verdict }) => verdict !== "holds")
      .map(({ name, verdict, counterexample, because }) => ({
        href: hashOf({ view: "scenario", name, watch: UNWATCHED }),
        name,
        verdict: verdict as string,
        property: counterexample?.property,
        why: counterexample?.because ?? because ?? "",
      })),
    ...result.certificates.flatMap(({ violations }) =>
      violations.map(({ scenario, counterexample }) => ({
        href: hashOf({ view: "trace", name: counterexample.trace ?? scenario, watch: UNWATCHED }),
        name: scenario,
        verdict: "violated",
        property: counterexample.property,
        why: counterexample.because,
      })),
    ),
    ...result.museum
      .filter(({ outcome }) => outcome !== "found")
      .map(({ slug, outcome, because }) => ({
        href: hashOf({ view: "bug", name: slug, watch: UNWATCHED }),
        name: slug,
        verdict: outcome as string,
        property: undefined,
        why: because,
      })),
    ...result.traces
      .filter(({ verdict }) => verdict !== "holds")
      .map(({ trace, verdict, because }) => ({
        href: undefined,
        name: trace,
        verdict: verdict as string,
        property: undefined,
        why: because,
      })),
    ...result.stress
      .filter(({ verdict }) => verdict !== "holds")
      .map(({ system, verdict, property, because }) => ({
        href: undefined,
        name: `${system} on real threads`,
        verdict: verdict as string,
        property,
        why: because,
      })),
  ]);
  if (entries.length === 0) return <></>;
  return (
    <section class="wrong" aria-labelledby="wrong">
      <h2 id="wrong">What is wrong</h2>
      <ul>
        {entries.slice(0, WRONG_MAX).map(({ href, name, verdict, property, why }) => (
          <li key={name}>
            <span class={`mark ${verdict}`}>{verdict}</span>{" "}
            {href === undefined ? shownText(name) : <a href={href}>{shownText(name)}</a>}
            {property !== undefined && <b> {shownText(property)}</b>}: {shownText(why)}
          </li>
        ))}
      </ul>
      {entries.length > WRONG_MAX && <p>… and {entries.length - WRONG_MAX} more, in the list of scenarios.</p>}
    </section>
  );
}

const WRONG_MAX = 50;
function Compared({ before, after }: { before: PageRun; after: PageRun }) {
  const differences = useMemo(() => compareRuns(before, after), [before, after]);
  return (
    <section aria-labelledby="compared">
      <h2 id="compared">Since {shownText(before.name)}</h2>
      {differences.length === 0 ? (
        <p>Nothing has changed: the same verdicts in about the same time.</p>
      ) : (
        <div class="scroll" tabindex={0} role="region" aria-label="table of differences">
          <table class="comparison">
            <thead>
              <tr>
                <th scope="col">change</th>
                <th scope="col">what</th>
                <th scope="col">name</th>
                <th scope="col">before</th>
                <th scope="col">now</th>
              </tr>
            </thead>
            <tbody>
              {differences.slice(0, 200).map((difference) => (
                <ComparedRow key={`${difference.kind} ${difference.what} ${difference.name}`} difference={difference} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {differences.length > 200 && <p>… and {differences.length - 200} more.</p>}
    </section>
  );
}

function ComparedRow({ difference: { kind, what, name, before, after } }: { difference: Difference }) {
  return (
    <tr data-change={kind}>
      <td>
        <span class={`mark ${kind}`}>{kind}</span>
      </td>
      <td>{what}</td>
      <td>{shownText(name)}</td>
      <td>{before}</td>
      <td>{after}</td>
    </tr>
  );
}
