import type { PageCoverage, PageData } from "../page-data.ts";
import { shownText } from "./shown-text.ts";

/** The pairs of a write and a read of its value that were seen, of those possible in the code. */
export function CoverageView({ data }: { data: PageData }) {
  return (
    <section aria-labelledby="coverage">
      <h2 id="coverage">Schedule coverage</h2>
      <p>
        A pair is a write and a read of one field in two places of the source; it is exercised when the read took the
        write's value in another thread. A pair that was never exercised is a scenario to write.
      </p>
      {data.coverage.map((system) => (
        <SystemCoverage key={system.system} coverage={system} />
      ))}
    </section>
  );
}

function SystemCoverage({ coverage: { system, pairs, handOvers } }: { coverage: PageCoverage }) {
  const seen = pairs.filter((pair) => pair.seen > 0).length;
  const handed = handOvers.filter((pair) => pair.seen > 0).length;
  return (
    <details>
      <summary>
        {shownText(system)}: {seen} of {pairs.length} pairs, {handed} of {handOvers.length} lock hand-overs
      </summary>
      <div class="scroll" tabindex={0} role="region" aria-label={`schedule coverage of ${system}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">seen</th>
              <th scope="col">write</th>
              <th scope="col">read</th>
              <th scope="col">field</th>
              <th scope="col">scenario</th>
            </tr>
          </thead>
          <tbody>
            {[
              ...pairs.map(({ write, read, field, seen: count, scenario }) => ({
                write,
                read,
                field,
                count,
                scenario,
              })),
              ...handOvers.map(({ release, acquisition, lock, seen: count, scenario }) => ({
                write: release,
                read: acquisition,
                field: lock,
                count,
                scenario,
              })),
            ]
              .toSorted((one, other) => one.count - other.count)
              .slice(0, 500)
              .map(({ write, read, field, count, scenario }) => (
                <tr key={`${write} ${read} ${field}`} class={count === 0 ? "never" : ""}>
                  <td class="figure">{count === 0 ? "never" : count}</td>
                  <td>{shownText(write)}</td>
                  <td>{shownText(read)}</td>
                  <td>{shownText(field)}</td>
                  <td>{shownText(scenario ?? "")}</td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
