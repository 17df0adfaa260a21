import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Story, StoryExecution, StoryStep } from "../../counterexample-story.ts";
import type { PageTrace } from "../../page-data.ts";
import { shownText } from "../shown-text.ts";
import type { Watch } from "../address.ts";
import { CopyButton, DownloadButton } from "../buttons.tsx";
import { ArrowHead, DrawingView } from "../drawings/drawing-view.tsx";
import { drawStructure, touchedObjects } from "../drawings/structure.ts";
import { HistoryView, OperationList } from "./history-view.tsx";
import { Lanes } from "./lanes.tsx";
import { Memory } from "./memory.ts";
import { alignSchedules, type Alignment } from "./schedule-alignment.ts";
import { SourceView } from "./source-view.tsx";

interface Watching {
  readonly watch: Watch;
  readonly onWatch: (watch: Watch) => void;
}

/** A counterexample and its files: played step by step where there is a story, as text otherwise. */
export function Counterexample({
  name,
  trace,
  lines,
  watch,
  onWatch,
}: { name: string; trace: PageTrace | undefined; lines: readonly string[] } & Watching) {
  return (
    <>
      {trace !== undefined && (
        <p class="actions">
          <code class="command">{shownText(trace.replay)}</code>
          <CopyButton text={trace.replay}>copy replay command</CopyButton>
          {trace.trace !== undefined && (
            <DownloadButton text={trace.trace} name={name}>
              download trace
            </DownloadButton>
          )}
          {trace.script !== undefined && (
            <DownloadButton text={trace.script} name={name.replace(/\.trace\.json$/, ".repro.ts")}>
              download script
            </DownloadButton>
          )}
        </p>
      )}
      {trace?.story === undefined ? (
        <>
          <p class="quiet">
            {shownText(`It cannot be watched step by step: ${trace?.because ?? "its trace is not part of this page"}.`)}
          </p>
          {lines.length > 0 && (
            <pre class="scroll" tabindex={0} role="region" aria-label="story">
              {lines.map(shownText).join("\n")}
            </pre>
          )}
        </>
      ) : (
        <Watched story={trace.story} watch={watch} onWatch={onWatch} />
      )}
    </>
  );
}

function Watched({ story, watch, onWatch }: { story: Story } & Watching) {
  const { failing, passing } = story;
  const schedule = passing === undefined ? "failing" : watch.schedule;
  const shown: StoryExecution = schedule === "passing" && passing !== undefined ? passing : failing;
  const memory = useMemo(() => new Memory(story, shown), [story, shown]);
  const touched = useMemo(() => touchedObjects(memory), [memory]);
  const names = useMemo(() => story.objects.map(({ name }) => name), [story]);
  const alignment = useMemo(
    () => (passing === undefined ? undefined : alignSchedules(failing, passing)),
    [failing, passing],
  );
  const important = useMemo(() => mattering(story), [story]);
  const [matters, setMatters] = useState(true);
  const last = shown.steps.length;
  const at = Math.min(watch.step ?? last, last);
  const go = (steps: number): void => onWatch({ ...watch, step: Math.max(0, Math.min(last, steps)) });
  useKeys(at, last, go);
  memory.goTo(at);
  const step = at === 0 ? undefined : shown.steps[at - 1];
  const violation = at === last ? shown.violation : undefined;
  const drawings = drawStructure(memory, touched);
  return (
    <div class="watched" data-at={at} data-schedule={schedule}>
      <ArrowHead />
      <Orderings story={story} matters={matters} onMatters={setMatters} />
      {passing !== undefined && (
        <Schedules
          schedule={schedule}
          passes={story.passes ?? ""}
          onSchedule={(chosen) =>
            onWatch({
              schedule: chosen,
              step: Math.min(at, chosen === "passing" ? passing.steps.length : failing.steps.length),
            })
          }
        />
      )}
      <Scrubber at={at} last={last} onGo={go} />
      <p class="now" role="status" aria-live="polite">
        {sentence(shown, at, step)}
        {violation !== undefined && (
          <strong class="bad">
            {" "}
            VIOLATED {shownText(violation.property)}: {shownText(violation.because)}
          </strong>
        )}
        {at === last && shown.violation === undefined && <strong class="good"> Nothing is violated.</strong>}
      </p>
      {step !== undefined && step.waiting.length > 0 && (
        <p class="quiet waiting">
          {step.waiting
            .map(([thread, what]) => shownText(`${shown.threads[thread] ?? thread} waits for ${what}`))
            .join("; ")}
        </p>
      )}
      <HistoryView execution={shown} at={at} onGo={go} />
      <OperationList execution={shown} />
      <Legend />
      <div class="columns">
        <div>
          {schedule === "both" && passing !== undefined && alignment !== undefined ? (
            <SideBySide failing={failing} passing={passing} alignment={alignment} at={at} onGo={go} />
          ) : (
            <Lanes
              execution={shown}
              label={schedule === "passing" ? "schedule that passes" : "schedule that fails"}
              at={at}
              arrows={arrowsOf(story, shown, at, matters && shown === failing)}
              mattering={matters && shown === failing ? important : NOTHING}
              firstDifference={shown === failing || alignment === undefined ? undefined : alignment.firstDifference}
              onGo={go}
            />
          )}
          <SourceView story={story} step={step} />
        </div>
        <div class="structure" onWheel={(event) => scrub(event, at, go)} aria-label="structure" role="group">
          {drawings.map((drawing) => (
            <DrawingView
              key={drawing.title}
              drawing={drawing}
              names={names}
              current={step?.object}
              word={wordOf(story, step)}
              culprit={violation?.object}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

/** The name of the word that a step accesses. */
function wordOf({ structs, objects }: Story, step: StoryStep | undefined): string {
  if (step?.object === undefined || step.word === undefined) return "";
  return structs[objects[step.object]?.struct ?? -1]?.words[step.word] ?? "";
}

const NOTHING: ReadonlySet<number> = new Set();

function scrub(event: WheelEvent, at: number, go: (steps: number) => void): void {
  // Sideways, or with a key pressed, the wheel keeps its default action.
  if (event.deltaY === 0 || event.shiftKey || event.ctrlKey) return;
  event.preventDefault();
  go(at + (event.deltaY > 0 ? 1 : -1));
}

function mattering({ orderings }: Story): ReadonlySet<number> {
  return new Set(orderings.flatMap(({ steps }) => steps ?? []));
}

/** Orderings that matter, and the conflicts of the latest step. */
function arrowsOf(story: Story, execution: StoryExecution, at: number, matters: boolean) {
  const mattering = matters
    ? story.orderings.flatMap(({ steps }) => (steps === undefined ? [] : [{ steps, matters: true }]))
    : [];
  const isKnown = (first: number, second: number): boolean =>
    mattering.some(({ steps }) => steps[0] === first && steps[1] === second);
  const own = execution.conflicts
    .filter(([first, second]) => (second === at - 1 || first === at - 1) && !isKnown(first, second))
    .map((steps) => ({ steps, matters: false }));
  return [...mattering, ...own];
}

/** The arrow keys step, unless a control uses them itself. */
function useKeys(at: number, last: number, go: (steps: number) => void): void {
  const now = useRef({ at, last, go });
  now.current = { at, last, go };
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const { target } = event;
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      if (target instanceof HTMLElement && target.matches("input, select, textarea")) return;
      const { at: from, last: end, go: goTo } = now.current;
      const moves: Readonly<Record<string, number>> = {
        ArrowRight: from + 1,
        ArrowDown: from + 1,
        ArrowLeft: from - 1,
        ArrowUp: from - 1,
        PageDown: from + 10,
        PageUp: from - 10,
        Home: 0,
        End: end,
      };
      const to = moves[event.key];
      if (to === undefined) return;
      event.preventDefault();
      goTo(to);
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

function Scrubber({ at, last, onGo }: { at: number; last: number; onGo: (steps: number) => void }) {
  return (
    <div class="scrubber">
      <button type="button" aria-label="to the beginning" onClick={() => onGo(0)}>
        |◀
      </button>
      <button type="button" aria-label="one access back" onClick={() => onGo(at - 1)}>
        ◀
      </button>
      <input
        type="range"
        min={0}
        max={last}
        value={at}
        aria-label="accesses made"
        aria-valuetext={`${at} of ${last} accesses`}
        onInput={(event) => onGo(Number(event.currentTarget.value))}
        onWheel={(event) => scrub(event, at, onGo)}
      />
      <button type="button" aria-label="one access on" onClick={() => onGo(at + 1)}>
        ▶
      </button>
      <button type="button" aria-label="to the end" onClick={() => onGo(last)}>
        ▶|
      </button>
      <output>
        {at} of {last}
      </output>
      <span class="quiet">arrow keys, Home, End, Page Up and Down, or the wheel over the structure</span>
    </div>
  );
}

function Schedules({
  schedule,
  passes,
  onSchedule,
}: {
  schedule: Watch["schedule"];
  passes: string;
  onSchedule: (schedule: Watch["schedule"]) => void;
}) {
  const choices = [
    ["failing", "that fails"],
    ["passing", "that passes"],
    ["both", "both, side by side"],
  ] as const;
  return (
    <fieldset class="schedules">
      <legend>schedule</legend>
      {choices.map(([value, text]) => (
        <label key={value}>
          <input type="radio" name="schedule" checked={schedule === value} onChange={() => onSchedule(value)} />
          {text}
        </label>
      ))}
      <span class="quiet">it passes {shownText(passes)}</span>
    </fieldset>
  );
}

function Orderings({
  story: { orderings },
  matters,
  onMatters,
}: {
  story: Story;
  matters: boolean;
  onMatters: (matters: boolean) => void;
}) {
  if (orderings.length === 0) return <></>;
  return (
    <div class="orderings">
      <label>
        <input type="checkbox" checked={matters} onChange={(event) => onMatters(event.currentTarget.checked)} />
        show what matters
      </label>
      {matters && (
        <ul>
          {orderings.map(({ text }) => (
            <li key={text}>{shownText(text)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Legend() {
  return (
    <p class="legend quiet">
      <i class="section" /> read-side critical section <i class="lock" /> lock held <i class="waits" /> waits{" "}
      <i class="grace" /> grace period <span class="diamond">◆</span> may take effect here
    </p>
  );
}

function SideBySide({
  failing,
  passing,
  alignment: { rows, firstDifference },
  at,
  onGo,
}: {
  failing: StoryExecution;
  passing: StoryExecution;
  alignment: Alignment;
  at: number;
  onGo: (steps: number) => void;
}) {
  return (
    <div class="scroll lanes both" tabindex={0} role="region" aria-label="both schedules, side by side">
      <table>
        <caption class="unseen">The schedule that fails beside the one that passes, access by access</caption>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">fails</th>
            <th scope="col">#</th>
            <th scope="col">passes</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr
              key={index}
              class={[
                ...(index === firstDifference ? ["different"] : []),
                ...(row.failing === at - 1 ? ["now"] : []),
              ].join(" ")}
              onClick={() => row.failing !== undefined && onGo(row.failing + 1)}
            >
              <Half execution={failing} step={row.failing} />
              <Half execution={passing} step={row.passing} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Half({ execution, step }: { execution: StoryExecution; step: number | undefined }) {
  const access = step === undefined ? undefined : execution.steps[step];
  if (access === undefined || step === undefined)
    return (
      <>
        <td class="none" />
        <td class="none" />
      </>
    );
  return (
    <>
      <td>{step + 1}</td>
      <td>
        <span class="quiet">{shownText(execution.threads[access.thread] ?? "")}</span> <b>{access.access}</b>{" "}
        {shownText(access.place)} <span class="effect">{shownText(access.effect)}</span>
      </td>
    </>
  );
}

function sentence({ threads, steps }: StoryExecution, at: number, step: StoryStep | undefined): string {
  if (step === undefined) return `At the beginning; ${steps.length} accesses follow.`;
  const { thread, access, place, effect } = step;
  return shownText(`Access ${at} of ${steps.length}: ${threads[thread] ?? thread} ${access} ${place} ${effect}.`);
}
