import { useEffect, useRef, useState } from "preact/hooks";
import type { PageData } from "../page-data.ts";
import { shownText } from "./shown-text.ts";

/** The viewer's element, as far as it is used here. */
interface ReportElement extends HTMLElement {
  report: unknown;
}

/** Mutation results in the viewer that their schema's authors made; it is started when this view is opened. */
export function MutationView({ data }: { data: PageData }) {
  const { mutation, mutationViewer } = data;
  const [chosen, setChosen] = useState(mutation[0]?.name ?? "");
  const [problem, setProblem] = useState("");
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const report = mutation.find(({ name }) => name === chosen)?.report;
    if (report === undefined || mutationViewer === undefined) return;
    startViewer(mutationViewer).then(
      () => show(holder.current, report),
      (error: unknown) => setProblem(String(error)),
    );
  }, [chosen, mutation, mutationViewer]);
  return (
    <section aria-labelledby="mutation">
      <h2 id="mutation">Mutation</h2>
      {mutation.length > 1 && (
        <label>
          results{" "}
          <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
            {mutation.map(({ name }) => (
              <option key={name}>{shownText(name)}</option>
            ))}
          </select>
        </label>
      )}
      {problem !== "" && <p class="bad">{shownText(problem)}</p>}
      <div ref={holder} class="mutation" />
    </section>
  );
}

function show(holder: HTMLDivElement | null, report: unknown): void {
  if (holder === null) return;
  const element = document.createElement("mutation-test-report-app") as ReportElement;
  element.setAttribute("title-postfix", "quiesce");
  element.report = report;
  holder.replaceChildren(element);
}

/** Runs the viewer's source, which the policy of the page knows by its hash. */
async function startViewer(compressed: string): Promise<void> {
  if (customElements.get("mutation-test-report-app") !== undefined) return;
  const bytes = Uint8Array.from(atob(compressed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  await customElements.whenDefined("mutation-test-report-app");
}
