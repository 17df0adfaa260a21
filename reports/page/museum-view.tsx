import type { PageData } from "../page-data.ts";
import { shownText } from "./shown-text.ts";
import { hashOf, UNWATCHED } from "./address.ts";
import { numberText } from "./number-text.ts";

/** Every known bug: whether it was found, by which search, and the link to its story. */
export function MuseumView({ data }: { data: PageData }) {
  const hunted = new Map(data.bugs.map((bug) => [bug.slug, bug]));
  const known = new Map(data.runs.flatMap(({ result }) => result.museum.map((bug) => [bug.slug, bug] as const)));
  const slugs = [...new Set([...known.keys(), ...hunted.keys()])];
  return (
    <section aria-labelledby="museum">
      <h2 id="museum">Known bugs, put back</h2>
      <div class="scroll" tabindex={0} role="region" aria-label="table of known bugs">
        <table>
          <thead>
            <tr>
              <th scope="col">outcome</th>
              <th scope="col">bug</th>
              <th scope="col">system</th>
              <th scope="col">by</th>
              <th scope="col">executions</th>
              <th scope="col">how</th>
            </tr>
          </thead>
          <tbody>
            {slugs.map((slug) => {
              const bug = known.get(slug);
              const own = hunted.get(slug);
              const outcome = own?.outcome ?? bug?.outcome ?? "unknown";
              return (
                <tr key={slug} data-bug={slug}>
                  <td>
                    <span class={`mark ${outcome}`}>{outcome}</span>
                  </td>
                  <td>
                    <a href={hashOf({ view: "bug", name: slug, watch: UNWATCHED })}>{shownText(slug)}</a>
                    {own?.trace !== undefined && <span title="can be watched"> ▶</span>}
                  </td>
                  <td>{shownText(own?.system ?? bug?.system ?? "")}</td>
                  <td>{shownText(bug?.property ?? "")}</td>
                  <td class="figure">{bug?.executions === undefined ? "" : numberText(bug.executions)}</td>
                  <td class="small">{shownText(own?.because ?? bug?.because ?? "")}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}
