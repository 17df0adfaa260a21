import { useRef, useState } from "preact/hooks";
import type { PageData } from "../page-data.ts";
import { shownText } from "./shown-text.ts";

/** The used part of the viewer's element. */
interface ReportElement extends HTMLElement {
  report: unknown;
}

/**
 * Mutation results in the viewer by the authors of their schema. It is started when this view is opened, in a separate
 * frame, because it keeps its state in its address, as this page does.
 */
export function MutationView({ data }: { data: PageData }) {
  const { mutation, mutationViewer } = data;
  const [chosen, setChosen] = useState(mutation[0]?.name ?? "");
  const [problem, setProblem] = useState("");
  const frame = useRef<HTMLIFrameElement>(null);
  const report = mutation.find(({ name }) => name === chosen)?.report;
  const start = (): void => {
    const inner = frame.current?.contentDocument;
    if (report === undefined || mutationViewer === undefined || inner === null || inner === undefined) return;
    startViewer(inner, mutationViewer, report).catch((error: unknown) => setProblem(String(error)));
  };
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
      <iframe key={chosen} ref={frame} class="mutation" title="mutation results" srcdoc={FRAME} onLoad={start} />
    </section>
  );
}

const FRAME = '<!doctype html><html lang="en"><head><title>mutation results</title></head><body></body></html>';

/** Runs the viewer's source, which the policy of the page and its frames allows by its hash. */
async function startViewer(inner: Document, compressed: string, report: unknown): Promise<void> {
  const bytes = Uint8Array.from(atob(compressed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = inner.createElement("script");
  script.textContent = await new Response(stream).text();
  inner.head.append(script);
  const element = inner.createElement("mutation-test-report-app") as ReportElement;
  element.setAttribute("title-postfix", "quiesce");
  element.report = report;
  inner.body.replaceChildren(element);
}
