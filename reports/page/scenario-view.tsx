import type { PageData } from "../page-data.ts";
import type { Search } from "../result.ts";
import { shownText } from "./shown-text.ts";
import type { Watch } from "./address.ts";
import { Counterexample } from "./counterexample/counterexample.tsx";
import { numberText } from "./number-text.ts";
import { decisionOf, DECISION_TEXT } from "../not-covered.ts";

interface Watching {
  readonly watch: Watch;
  readonly onWatch: (watch: Watch) => void;
}

/** A scenario: how it was decided, and its counterexample if it has one. */
export function ScenarioView({ data, name, ...watching }: { data: PageData; name: string } & Watching) {
  const scenario = data.runs.flatMap(({ result }) => result.scenarios).find((one) => one.name === name);
  if (scenario === undefined) return <Missing what="scenario" name={name} />;
  const { system, verdict, because, seed, searches, counterexample } = scenario;
  return (
    <article>
      <h2>
        <span class={`mark ${verdict}`}>{verdict}</span> {shownText(name)}
      </h2>
      <p>
        {shownText(system)}, {DECISION_TEXT[decisionOf(scenario)]}, seed {seed}
        {because === undefined ? "" : shownText(`: ${because}`)}
      </p>
      {counterexample !== undefined && (
        <>
          <p>
            <strong class="bad">VIOLATED {shownText(counterexample.property)}</strong>:{" "}
            {shownText(counterexample.because)}
          </p>
          <p class="quiet">
            Found by {shownText(counterexample.strategy)} in execution {numberText(counterexample.execution)}; shrunk to{" "}
            {counterexample.threads} threads, {counterexample.accesses} accesses and {counterexample.preemptions}{" "}
            preemptions.
          </p>
          <Counterexample
            name={counterexample.trace ?? counterexample.property}
            trace={counterexample.trace === undefined ? undefined : data.traces[counterexample.trace]}
            lines={counterexample.story}
            {...watching}
          />
        </>
      )}
      <Searches searches={searches} />
    </article>
  );
}

/** A bug of the museum: how it was found, and its counterexample if it was shrunk. */
export function BugView({ data, name, ...watching }: { data: PageData; name: string } & Watching) {
  const known = data.runs.flatMap(({ result }) => result.museum).find(({ slug }) => slug === name);
  const hunted = data.bugs.find(({ slug }) => slug === name);
  const outcome = hunted?.outcome ?? known?.outcome;
  if (outcome === undefined) return <Missing what="known bug" name={name} />;
  const trace = hunted?.trace;
  return (
    <article>
      <h2>
        <span class={`mark ${outcome}`}>{outcome}</span> {shownText(name)}
      </h2>
      <p>{shownText(`${hunted?.system ?? known?.system ?? ""}: ${hunted?.because ?? known?.because ?? ""}`)}</p>
      {trace === undefined ? (
        <p class="quiet">
          <code>npx quiesce bugs --story {shownText(name)}</code> shrinks its counterexample, to be watched here.
        </p>
      ) : (
        <Counterexample name={trace} trace={data.traces[trace]} lines={[]} {...watching} />
      )}
    </article>
  );
}

/** A trace by its path, such as that of a violation in a certificate. */
export function TraceView({ data, name, ...watching }: { data: PageData; name: string } & Watching) {
  const violation = data.runs
    .flatMap(({ result }) => result.certificates)
    .flatMap(({ violations }) => violations)
    .find(({ counterexample }) => counterexample.trace === name);
  const trace = Object.hasOwn(data.traces, name) ? data.traces[name] : undefined;
  if (trace === undefined) return <Missing what="trace" name={name} />;
  return (
    <article>
      <h2>{shownText(violation?.scenario ?? name)}</h2>
      {violation !== undefined && (
        <p>
          <strong class="bad">VIOLATED {shownText(violation.counterexample.property)}</strong>:{" "}
          {shownText(violation.counterexample.because)}
        </p>
      )}
      <Counterexample name={name} trace={trace} lines={violation?.counterexample.story ?? []} {...watching} />
    </article>
  );
}

export function Missing({ what, name }: { what: string; name: string }) {
  return (
    <p>
      There is no {what} <code>{shownText(name.slice(0, 200))}</code> on this page.{" "}
      <a href="#">Back to the overview.</a>
    </p>
  );
}

function Searches({ searches }: { searches: readonly Search[] }) {
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="searches">
      <table>
        <caption>searches</caption>
        <thead>
          <tr>
            <th scope="col">strategy</th>
            <th scope="col">executions</th>
            <th scope="col">accesses</th>
            <th scope="col">of about</th>
          </tr>
        </thead>
        <tbody>
          {searches.map(({ strategy, exhaustive, executions, accesses, estimate }) => (
            <tr key={strategy}>
              <th scope="row">
                {shownText(strategy)}
                {exhaustive ? ", to the end" : ""}
              </th>
              <td class="figure">{numberText(executions)}</td>
              <td class="figure">{numberText(accesses)}</td>
              <td class="figure">
                {estimate === undefined
                  ? ""
                  : `${numberText(estimate.executions)} (${numberText(estimate.low)} to ${numberText(estimate.high)})`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
