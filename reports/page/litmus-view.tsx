import { useMemo, useState } from "preact/hooks";
import type { DrawnEdge, DrawnExecution } from "../drawn-execution.ts";
import type { PageData, PageLitmus } from "../page-data.ts";
import { shownText } from "./shown-text.ts";
import { hashOf } from "./address.ts";
import { ArrowHead } from "./drawings/drawing-view.tsx";
import { layOut, type PlacedEdge, textOf } from "./graph-layout.ts";

/** Litmus tests and their verdicts; for the selected one, the execution that explains it. */
export function LitmusView({ data, name }: { data: PageData; name: string }) {
  const test = data.litmus.find((one) => one.file === name);
  return (
    <>
      {test !== undefined && <LitmusTest test={test} />}
      <section aria-labelledby="litmus">
        <h2 id="litmus">Litmus tests</h2>
        <div class="scroll" tabindex={0} role="region" aria-label="table of litmus tests">
          <table>
            <thead>
              <tr>
                <th scope="col">verdict</th>
                <th scope="col">test</th>
                <th scope="col">model</th>
                <th scope="col">states</th>
              </tr>
            </thead>
            <tbody>
              {data.litmus.map(({ file, name: title, model, verdict, states, drawn }) => (
                <tr key={file}>
                  <td>{shownText(verdict)}</td>
                  <td>
                    <a href={hashOf({ view: "litmus", name: file })}>{shownText(title)}</a>
                    {drawn !== undefined && <span title="its execution is drawn"> ◇</span>}
                  </td>
                  <td>{shownText(model)}</td>
                  <td class="figure">{states.length}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </section>
    </>
  );
}

function LitmusTest({ test: { name, model, verdict, states, flags, text, drawn } }: { test: PageLitmus }) {
  return (
    <article>
      <h2>
        {shownText(name)}: {shownText(verdict)} under {shownText(model)}
      </h2>
      {flags.map((flag) => (
        <p key={flag}>Flag {shownText(flag)}</p>
      ))}
      {drawn === undefined ? (
        <p class="quiet">No execution was requested; --explain draws one.</p>
      ) : (
        <ExecutionGraph execution={drawn} />
      )}
      <div class="columns">
        {text !== undefined && (
          <pre class="scroll" tabindex={0} role="region" aria-label="the test">
            {text.slice(0, TEXT_MAX).split("\n").map(shownText).join("\n")}
          </pre>
        )}
        <ul aria-label="states">
          {states.slice(0, 200).map((state) => (
            <li key={state}>
              <code>{shownText(state)}</code>
            </li>
          ))}
        </ul>
      </div>
    </article>
  );
}

const TEXT_MAX = 50_000;

/** Events and relations, laid out; the same as a list below. */
export function ExecutionGraph({ execution }: { execution: DrawnExecution }) {
  const { title, events, edges } = execution;
  const placed = useMemo(() => layOut(execution), [execution]);
  const [chosen, setChosen] = useState<DrawnEdge | undefined>(undefined);
  const sentence = ({ from, to, says, relation }: DrawnEdge): string =>
    shownText(`${eventText(execution, from)} ${says} ${eventText(execution, to)} [${relation}]`);
  return (
    <figure class="graph" data-events={events.length}>
      <figcaption>{shownText(title)}</figcaption>
      <ArrowHead />
      <div class="scroll" tabindex={0} role="region" aria-label="execution graph">
        <svg
          width={placed.width}
          height={placed.height}
          role="img"
          aria-label={`${shownText(title)}; the relations are in the list below`}
        >
          {placed.edges.map(({ edge, points }, i) => (
            <Edge
              key={i}
              placed={{ edge, points }}
              isChosen={chosen === edge}
              says={sentence(edge)}
              onChoose={setChosen}
            />
          ))}
          {placed.events.map(({ event, x, y, width, height }) => (
            <g
              key={`${event.thread} ${event.name} ${event.label}`}
              class="event"
              transform={`translate(${x - width / 2} ${y - height / 2})`}
            >
              <title>
                {shownText(
                  event.thread < 0
                    ? "initially"
                    : `thread ${event.thread}${event.line === undefined ? "" : `, line ${event.line}`}`,
                )}
              </title>
              <rect width={width} height={height} rx={6} class={`thread${(event.thread + 1) % 5}`} />
              <text x={10} y={19}>
                {shownText(textOf(event))}
              </text>
            </g>
          ))}
        </svg>
      </div>
      <p role="status" class="now">
        {chosen === undefined ? "" : sentence(chosen)}
      </p>
      <ul class="edges" aria-label="relations">
        {edges.map((edge, i) => (
          <li key={i}>
            <button
              type="button"
              class={edge.inCycle ? "link cycle" : "link"}
              onClick={() => setChosen(edge)}
              onFocus={() => setChosen(edge)}
            >
              {sentence(edge)}
            </button>
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Edge({
  placed: { edge, points },
  isChosen,
  says,
  onChoose,
}: {
  placed: PlacedEdge;
  isChosen: boolean;
  says: string;
  onChoose: (edge: DrawnEdge) => void;
}) {
  const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
  const classes = [
    "edge",
    `of-${edge.relation.replaceAll(/\W/g, "")}`,
    ...(edge.inCycle ? ["cycle"] : []),
    ...(isChosen ? ["chosen"] : []),
  ];
  return (
    <g class={classes.join(" ")} onPointerEnter={() => onChoose(edge)}>
      <title>{says}</title>
      <path d={pathOf(points)} marker-end="url(#arrowhead)" />
      <text x={middle.x + 4} y={middle.y + 4}>
        {shownText(edge.relation)}
      </text>
    </g>
  );
}

function pathOf(points: readonly { readonly x: number; readonly y: number }[]): string {
  return points.map(({ x, y }, i) => `${i === 0 ? "M" : "L"} ${x} ${y}`).join(" ");
}

function eventText({ events }: DrawnExecution, at: number): string {
  const event = events[at];
  return event === undefined ? "?" : textOf(event);
}
