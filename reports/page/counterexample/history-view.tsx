import type { StoryExecution } from "../../counterexample-story.ts";
import { shownText } from "../shown-text.ts";

const LEFT = 120;
const LANE = 40;
const STEP_MIN = 6;

/** The operations as intervals, one lane per thread, with sections and grace periods below them. */
export function HistoryView({
  execution,
  at,
  onGo,
}: {
  execution: StoryExecution;
  at: number;
  onGo: (steps: number) => void;
}) {
  const { threads, steps, operations, sections, gracePeriods } = execution;
  const unit = Math.max(STEP_MIN, Math.min(26, 900 / Math.max(1, steps.length)));
  const width = LEFT + steps.length * unit + 30;
  const height = threads.length * LANE + 6;
  const x = (step: number): number => LEFT + step * unit;
  const xEnd = (to: number | undefined): number => (to === undefined ? width - 8 : x(to + 1));
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="history of operations">
      <svg
        class="history"
        width={width}
        height={height}
        role="img"
        aria-label="operations as intervals; the same as a list below"
        onClick={(event) => {
          const { left } = event.currentTarget.getBoundingClientRect();
          onGo(Math.round((event.clientX - left - LEFT) / unit));
        }}
      >
        {threads.map((name, thread) => (
          <g key={thread}>
            <text class="thread" x={4} y={thread * LANE + 20}>
              {shownText(name).slice(0, 16)}
            </text>
            <line class="lane" x1={0} x2={width} y1={(thread + 1) * LANE} y2={(thread + 1) * LANE} />
          </g>
        ))}
        {sections.map(({ thread, from, to }) => (
          <rect
            key={`s${thread} ${from}`}
            class="section"
            x={x(from)}
            width={xEnd(to) - x(from)}
            y={thread * LANE + 30}
            height={3}
          >
            <title>read-side critical section</title>
          </rect>
        ))}
        {gracePeriods.map(({ thread, from, to }) => (
          <rect
            key={`g${thread} ${from}`}
            class="grace"
            x={x(from)}
            width={xEnd(to) - x(from)}
            y={thread * LANE + 34}
            height={3}
          >
            <title>grace period</title>
          </rect>
        ))}
        {operations.map(({ thread, text, response, from, to, effect, isImpossible }) => (
          <g
            key={`${thread} ${from} ${text}`}
            class={isImpossible ? "operation impossible" : response === undefined ? "operation pending" : "operation"}
          >
            <title>{shownText(`${text}${response === undefined ? ", no response" : ` → ${response}`}`)}</title>
            <rect x={x(from)} y={thread * LANE + 4} width={Math.max(6, xEnd(to) - x(from))} height={22} rx={4} />
            <text x={x(from) + 5} y={thread * LANE + 19}>
              {clipped(shownText(`${text}${response === undefined ? " …" : ` → ${response}`}`), xEnd(to) - x(from))}
            </text>
            {effect !== undefined && (
              <path class="effect" d={`M ${x(effect) + unit / 2} ${thread * LANE + 26} l 5 6 l -5 6 l -5 -6 z`}>
                <title>may take effect here</title>
              </path>
            )}
          </g>
        ))}
        <line class="cursor" x1={x(at)} x2={x(at)} y1={0} y2={height} />
      </svg>
    </div>
  );
}

/** The intervals, in words. */
export function OperationList({ execution: { threads, operations } }: { execution: StoryExecution }) {
  return (
    <details>
      <summary>Operations as a list</summary>
      <ol>
        {operations.map(({ thread, text, response, from, to, effect, isImpossible }) => (
          <li key={`${thread} ${from} ${text}`}>
            {shownText(threads[thread] ?? "")}: <code>{shownText(text)}</code> from access {from + 1}
            {to === undefined ? ", no response" : ` to ${to + 1}, responds ${shownText(response ?? "")}`}
            {effect === undefined ? "" : `; may take effect at access ${effect + 1}`}
            {isImpossible ? <strong>; no order of the operations explains this response</strong> : ""}
          </li>
        ))}
      </ol>
    </details>
  );
}

function clipped(text: string, width: number): string {
  const characters = Math.max(1, Math.floor(width / 7) - 1);
  return text.length <= characters ? text : `${text.slice(0, Math.max(1, characters - 1))}…`;
}
