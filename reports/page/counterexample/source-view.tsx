import { useState } from "preact/hooks";
import type { Story, StoryStep } from "../../counterexample-story.ts";
import { shownText } from "../shown-text.ts";
import { Coloured } from "./coloured.tsx";

const AROUND = 7;

/** The lines around the access, and the procedures that led to it. */
export function SourceView({ story, step }: { story: Story; step: StoryStep | undefined }) {
  const [frame, setFrame] = useState<{ of: StoryStep | undefined; index: number }>({ of: step, index: 0 });
  const index = frame.of === step ? frame.index : 0;
  const shown = step?.stack[index];
  if (step === undefined || shown === undefined) return <p class="quiet">No source line is known here.</p>;
  const excerpt = story.sources.find(
    ({ file, from, lines }) => file === shown.file && from <= shown.line && shown.line < from + lines.length,
  );
  return (
    <section class="source" aria-label="source">
      <h3>
        <code>
          {shownText(shown.file)}:{shown.line}
        </code>
      </h3>
      {excerpt === undefined ? (
        <p class="quiet">The source is not part of this page.</p>
      ) : (
        <Excerpt file={shown.file} from={excerpt.from} lines={excerpt.lines} line={shown.line} />
      )}
      <ol class="stack" aria-label="stack of procedures, the innermost first">
        {step.stack.map(({ procedure, file, line }, at) => (
          <li key={at}>
            <button type="button" aria-pressed={at === index} onClick={() => setFrame({ of: step, index: at })}>
              {shownText(procedure === "" ? "anonymous" : procedure)}{" "}
              <span class="quiet">
                {shownText(file)}:{line}
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Excerpt({ file, from, lines, line }: { file: string; from: number; lines: readonly string[]; line: number }) {
  const first = Math.max(from, line - AROUND);
  const last = Math.min(from + lines.length - 1, line + AROUND);
  const numbers = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  return (
    <div class="scroll code" tabindex={0} role="region" aria-label={`${file} around line ${line}`}>
      <pre>
        {numbers.map((number) => (
          <div key={number} class={number === line ? "now" : ""}>
            <span class="number">{number}</span>
            <Coloured file={file} from={from} lines={lines} line={number} />
          </div>
        ))}
      </pre>
    </div>
  );
}
