import { Component } from "preact";
import { useCallback, useLayoutEffect, useRef } from "preact/hooks";
import type { StoryExecution, StoryStep } from "../../counterexample-story.ts";
import { shownText } from "../shown-text.ts";
import { type LaneState, laneStates } from "./lane-bars.ts";

export const ROW_HEIGHT = 22;
const NUMBER_WIDTH = 56;
const LANE_WIDTH = 260;

interface RowProps {
  readonly step: number;
  readonly access: StoryStep;
  readonly lanes: readonly LaneState[];
  readonly isDifferent: boolean;
  readonly isLast: boolean;
  readonly matters: boolean;
  readonly onGo: (steps: number) => void;
}

function Row({ step, access, lanes, isDifferent, isLast, matters, onGo }: RowProps) {
  const classes = [...(isDifferent ? ["different"] : []), ...(matters ? ["matters"] : [])];
  return (
    <tr class={classes.join(" ")} data-step={step + 1} onClick={() => onGo(step + 1)}>
      <th scope="row">{step + 1}</th>
      {lanes.map((lane, thread) => (
        <td key={thread} class={barsOf(lane)} title={titleOf(lane)}>
          {thread === access.thread && <AccessText access={access} isBad={isLast} />}
        </td>
      ))}
      <td class="holds">{shownText(access.holds.join(", "))}</td>
    </tr>
  );
}

interface RowsProps {
  readonly execution: StoryExecution;
  readonly mattering: ReadonlySet<number>;
  readonly firstDifference: number | undefined;
  readonly onGo: (steps: number) => void;
}

/** The rows of an execution. They do not know which one is current: scrubbing marks it in the existing elements. */
class Rows extends Component<RowsProps> {
  override shouldComponentUpdate({ execution, mattering, firstDifference }: RowsProps): boolean {
    const { props } = this;
    return execution !== props.execution || mattering !== props.mattering || firstDifference !== props.firstDifference;
  }

  override render({ execution, mattering, firstDifference, onGo }: RowsProps) {
    const { steps, violation } = execution;
    const states = laneStates(execution);
    return (
      <tbody>
        {steps.map((access, step) => (
          <Row
            key={step}
            step={step}
            access={access}
            lanes={states[step] ?? []}
            isDifferent={step === firstDifference}
            isLast={step === steps.length - 1 && violation !== undefined}
            matters={mattering.has(step)}
            onGo={onGo}
          />
        ))}
      </tbody>
    );
  }
}

function AccessText({ access, isBad }: { access: StoryStep; isBad: boolean }) {
  const { access: name, place, effect, writes } = access;
  return (
    <span class={writes ? "access writes" : "access"}>
      <b>{name}</b> {shownText(place)} <span class="effect">{shownText(effect)}</span>
      {isBad && <strong class="here"> ← here</strong>}
    </span>
  );
}

/** Bars are backgrounds of cells: separate elements would be thousands to paint. */
function barsOf({ inSection, inGracePeriod, locks, waitsFor }: LaneState): string {
  return [
    ...(inSection ? ["in-section"] : []),
    ...(locks === "" ? [] : ["has-lock"]),
    ...(waitsFor === "" ? (inGracePeriod ? ["in-grace"] : []) : ["is-waiting"]),
  ].join(" ");
}

function titleOf({ inSection, inGracePeriod, locks, waitsFor }: LaneState): string {
  return shownText(
    [
      ...(inSection ? ["in a read-side critical section"] : []),
      ...(locks === "" ? [] : [`holds ${locks}`]),
      ...(waitsFor === "" ? [] : [`waits for ${waitsFor}`]),
      ...(inGracePeriod ? ["its grace period goes on"] : []),
    ].join("; "),
  );
}

export function Lanes({
  execution,
  label,
  at,
  arrows,
  mattering,
  firstDifference,
  onGo,
}: {
  execution: StoryExecution;
  label: string;
  at: number;
  /** Pairs of steps to connect, and whether the pair is known to matter. */
  arrows: readonly { readonly steps: readonly [number, number]; readonly matters: boolean }[];
  mattering: ReadonlySet<number>;
  firstDifference: number | undefined;
  onGo: (steps: number) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const latest = useRef(onGo);
  latest.current = onGo;
  const go = useCallback((steps: number) => latest.current(steps), []);
  useLayoutEffect(() => markCurrent(scroller.current, at), [at, execution, mattering, firstDifference]);
  const { threads } = execution;
  return (
    <div class="scroll lanes" tabindex={0} role="region" aria-label={label} ref={scroller}>
      <table>
        <caption class="unseen">{label}: one row per access, one column per thread</caption>
        <thead>
          <tr>
            <th scope="col" class="number">
              #
            </th>
            {threads.map((name, thread) => (
              <th key={thread} scope="col" class="lane">
                {shownText(name)}
              </th>
            ))}
            <th scope="col">holds</th>
          </tr>
        </thead>
        <Rows execution={execution} mattering={mattering} firstDifference={firstDifference} onGo={go} />
      </table>
      <Conflicts arrows={arrows} execution={execution} />
    </div>
  );
}

/** Arrows from the earlier access of a pair to the later one, over the table. */
function Conflicts({
  arrows,
  execution: { steps, threads },
}: {
  arrows: readonly { readonly steps: readonly [number, number]; readonly matters: boolean }[];
  execution: StoryExecution;
}) {
  const x = (step: number): number => NUMBER_WIDTH + (steps[step]?.thread ?? 0) * LANE_WIDTH + 14;
  const y = (step: number): number => (step + 1) * ROW_HEIGHT + 4 + ROW_HEIGHT / 2;
  const height = (steps.length + 1) * ROW_HEIGHT + 8;
  const width = NUMBER_WIDTH + threads.length * LANE_WIDTH;
  return (
    <svg class="conflicts" width={width} height={height} aria-hidden="true">
      {arrows.map(({ steps: [first, second], matters }) => (
        <path
          key={`${first} ${second}`}
          class={matters ? "matters" : ""}
          d={
            `M ${x(first)} ${y(first)} C ${x(first)} ${(y(first) + y(second)) / 2} ` +
            `${x(second)} ${(y(first) + y(second)) / 2} ${x(second)} ${y(second) - 6}`
          }
          marker-end="url(#arrowhead)"
        />
      ))}
    </svg>
  );
}

/** Marks the row of the latest access, and scrolls it into view. */
function markCurrent(scroller: HTMLDivElement | null, at: number): void {
  if (scroller === null) return;
  for (const row of scroller.querySelectorAll("tr.now")) {
    row.classList.remove("now");
    row.removeAttribute("aria-current");
  }
  const row = scroller.querySelector(`tr[data-step="${at}"]`);
  row?.classList.add("now");
  row?.setAttribute("aria-current", "step");
  keepInView(scroller, at);
}

function keepInView(scroller: HTMLDivElement, at: number): void {
  const top = at * ROW_HEIGHT;
  if (top < scroller.scrollTop + ROW_HEIGHT * 2) scroller.scrollTop = Math.max(0, top - ROW_HEIGHT * 3);
  else if (top + ROW_HEIGHT * 3 > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = top + ROW_HEIGHT * 4 - scroller.clientHeight;
}
