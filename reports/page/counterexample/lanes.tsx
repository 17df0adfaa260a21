import { Component } from "preact";
import { useEffect, useRef } from "preact/hooks";
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
  readonly isCurrent: boolean;
  readonly isDifferent: boolean;
  readonly isLast: boolean;
  readonly matters: boolean;
  readonly onGo: (steps: number) => void;
}

/** Drawn anew only when it becomes, or is no longer, the current one: scrubbing touches two rows. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const { isCurrent, access, isDifferent, matters } = this.props;
    return (
      next.isCurrent !== isCurrent ||
      next.access !== access ||
      next.isDifferent !== isDifferent ||
      next.matters !== matters
    );
  }

  override render({ step, access, lanes, isCurrent, isDifferent, isLast, matters, onGo }: RowProps) {
    const classes = [
      ...(isCurrent ? ["now"] : []),
      ...(isDifferent ? ["different"] : []),
      ...(matters ? ["matters"] : []),
    ];
    return (
      <tr
        class={classes.join(" ")}
        data-step={step + 1}
        aria-current={isCurrent ? "step" : undefined}
        onClick={() => onGo(step + 1)}
      >
        <th scope="row">{step + 1}</th>
        {lanes.map((lane, thread) => (
          <td key={thread} title={titleOf(lane)}>
            <Bars lane={lane} />
            {thread === access.thread && <AccessText access={access} isBad={isLast} />}
          </td>
        ))}
        <td class="holds">{shownText(access.holds.join(", "))}</td>
      </tr>
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

function Bars({ lane }: { lane: LaneState }) {
  const { inSection, inGracePeriod, locks, waitsFor } = lane;
  return (
    <span class="bars" aria-hidden="true">
      <i class={inSection ? "section" : ""} />
      <i class={locks === "" ? "" : "lock"} />
      <i class={waitsFor === "" ? (inGracePeriod ? "grace" : "") : "waits"} />
    </span>
  );
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
  /** Pairs of steps to join, and whether the pair is known to matter. */
  arrows: readonly { readonly steps: readonly [number, number]; readonly matters: boolean }[];
  mattering: ReadonlySet<number>;
  firstDifference: number | undefined;
  onGo: (steps: number) => void;
}) {
  const lanes = useRef<{ of: StoryExecution; states: ReturnType<typeof laneStates> } | undefined>(undefined);
  if (lanes.current?.of !== execution) lanes.current = { of: execution, states: laneStates(execution) };
  const { states } = lanes.current;
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => keepInView(scroller.current, at), [at]);
  const { steps, threads, violation } = execution;
  return (
    <div class="scroll lanes" tabindex={0} role="region" aria-label={label} ref={scroller}>
      <table>
        <caption class="unseen">{label}: one row an access, one column a thread</caption>
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
        <tbody>
          {steps.map((access, step) => (
            <Row
              key={step}
              step={step}
              access={access}
              lanes={states[step] ?? []}
              isCurrent={step === at - 1}
              isDifferent={step === firstDifference}
              isLast={step === steps.length - 1 && violation !== undefined}
              matters={mattering.has(step)}
              onGo={onGo}
            />
          ))}
        </tbody>
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
          d={`M ${x(first)} ${y(first)} C ${x(first)} ${(y(first) + y(second)) / 2} ${x(second)} ${(y(first) + y(second)) / 2} ${x(second)} ${y(second) - 6}`}
          marker-end="url(#arrowhead)"
        />
      ))}
    </svg>
  );
}

function keepInView(scroller: HTMLDivElement | null, at: number): void {
  if (scroller === null) return;
  const top = at * ROW_HEIGHT;
  if (top < scroller.scrollTop + ROW_HEIGHT * 2) scroller.scrollTop = Math.max(0, top - ROW_HEIGHT * 3);
  else if (top + ROW_HEIGHT * 3 > scroller.scrollTop + scroller.clientHeight)
    scroller.scrollTop = top + ROW_HEIGHT * 4 - scroller.clientHeight;
}
