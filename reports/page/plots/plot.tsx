import { useEffect, useRef } from "preact/hooks";
import UPlot from "uplot";
import { shownText } from "../shown-text.ts";

export interface Series {
  readonly label: string;
  readonly values: readonly (number | undefined)[];
}

const COLOURS = ["#2a6fc9", "#c2571a", "#2c8a4b", "#8a4fc2", "#b3365b", "#6d6d1f"];

/** Most characters of a name on an axis; the full name is in the table. */
const NAME_MAX = 22;

/** A plot, and its numbers as a table. */
export function Plot({
  title,
  about,
  xTitle,
  yTitle,
  xs,
  xNames,
  series,
  scale,
  lines,
}: {
  title: string;
  about: string;
  xTitle: string;
  yTitle: string;
  xs: readonly number[];
  /** Names in place of the numbers on the first axis. */
  xNames?: readonly string[];
  series: readonly Series[];
  scale: "linear" | "logarithmic";
  /** Whether consecutive points are joined. */
  lines: "joined" | "apart";
}) {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const colour = getComputedStyle(element).color;
    const axis = { stroke: colour, grid: { stroke: "#8884" }, ticks: { stroke: "#8888" } };
    const plot = new UPlot(
      {
        width: Math.max(320, Math.min(900, element.clientWidth)),
        height: xNames === undefined ? 280 : 380,
        legend: { show: true },
        cursor: { drag: { setScale: false } },
        scales: { x: { time: false }, y: scale === "logarithmic" ? { distr: 3 } : {} },
        axes: [
          {
            ...axis,
            label: xTitle,
            ...(xNames !== undefined && {
              rotate: -60,
              size: 150,
              values: (_plot: UPlot, splits: number[]) =>
                splits.map((value) => (Number.isInteger(value) ? (xNames[value] ?? "").slice(0, NAME_MAX) : "")),
            }),
          },
          { ...axis, label: yTitle, size: 70 },
        ],
        series: [
          {
            label: xTitle,
            ...(xNames !== undefined && {
              value: (_plot: UPlot, value: number | null) => (value === null ? "" : (xNames[value] ?? "")),
            }),
          },
          ...series.map(({ label }, i) => ({
            label: shownText(label),
            stroke: COLOURS[i % COLOURS.length] ?? "#888",
            width: lines === "joined" ? 2 : 0,
            points: { show: true, size: 6 },
            ...(lines === "apart" && { paths: () => null }),
          })),
        ],
      },
      [[...xs], ...series.map(({ values }) => values.map((value) => value ?? null))],
      element,
    );
    return () => plot.destroy();
  }, [xs, series, scale, lines, xTitle, yTitle, xNames]);
  return (
    <figure class="plot" data-plot={title}>
      <figcaption>
        <b>{shownText(title)}</b> <span class="quiet">{about}</span>
      </figcaption>
      <div ref={holder} aria-hidden="true" />
      <details>
        <summary>the numbers</summary>
        <div class="scroll" tabindex={0} role="region" aria-label={`numbers of ${title}`}>
          <table>
            <thead>
              <tr>
                <th scope="col">{xTitle}</th>
                {series.map(({ label }) => (
                  <th key={label} scope="col">
                    {shownText(label)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {xs.map((x, row) => (
                <tr key={x}>
                  <th scope="row">{shownText(xNames?.[x] ?? String(x))}</th>
                  {series.map(({ label, values }) => (
                    <td key={label} class="figure">
                      {values[row] ?? "–"}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
