/** Operations drawn as intervals, one lane per client, as SVG for a page. */
import { escaped } from "./html-text.ts";

const LANE = 56;
const EVENT = 44;
const LEFT = 110;

export interface Bar {
  readonly client: number | string;
  readonly from: number;
  /** undefined: no response. */
  readonly to: number | undefined;
  readonly kind: "impossible" | "taken" | "left" | "excluded";
  readonly text: string;
  /** Place in the tried order, from 0; -1 if it is in none. */
  readonly place: number;
  /** A remark about it. */
  readonly remark?: string;
}

/** Something that happened at a moment, independent of any client. */
export interface Moment {
  readonly at: number;
  readonly text: string;
}

/** @param label the picture's description, for screen readers */
export function lanesSvg(bars: readonly Bar[], moments: readonly Moment[], label: string): string {
  const times = [
    ...new Set([
      ...bars.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])),
      ...moments.map(({ at }) => at),
    ]),
  ].toSorted((left, right) => left - right);
  const places = new Map(times.map((time, place) => [time, LEFT + place * EVENT + EVENT / 2]));
  const x = (time: number): number => places.get(time) ?? LEFT;
  const clients = [...new Set(bars.map(({ client }) => client))];
  const width = LEFT + (times.length + 1) * EVENT;
  const height = clients.length * LANE + 8;
  const names = clients.map(
    (client, lane) =>
      `<text class="client" x="4" y="${lane * LANE + 34}">client ${escaped(String(client))}</text>` +
      `<line class="lane" x1="${LEFT}" x2="${width}" y1="${lane * LANE + LANE}" y2="${lane * LANE + LANE}"/>`,
  );
  const marks = moments.map(
    ({ at, text }) =>
      `<g class="note" tabindex="0" role="img" data-order="-1" aria-label="${escaped(text)}">` +
      `<line x1="${x(at)}" x2="${x(at)}" y1="0" y2="${height}"/><circle cx="${x(at)}" cy="6" r="5"/></g>`,
  );
  const drawn = bars.map(({ client, from, to, kind, text, place, remark }) => {
    const lane = clients.indexOf(client);
    const end = to === undefined ? width : x(to);
    const circle =
      place === -1
        ? ""
        : `<circle cx="${end - 10}" cy="${lane * LANE + 14}" r="9"/>` +
          `<text class="place" x="${end - 10}" y="${lane * LANE + 18}">${place + 1}</text>`;
    const description = `client ${client}, ${text}${remark === undefined ? "" : `, ${remark}`}`;
    const pending = to === undefined ? " pending" : "";
    return (
      `<g class="${kind}${pending}" tabindex="0" role="img" data-order="${place}" ` +
      `aria-label="${escaped(description)}">` +
      `<rect x="${x(from)}" y="${lane * LANE + 14}" width="${Math.max(8, end - x(from))}" height="30" rx="4"/>` +
      `<text x="${x(from) + 6}" y="${lane * LANE + 34}">${escaped(text)}</text>${circle}</g>`
    );
  });
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const content = [...names, ...marks, ...drawn].join("");
  return `<div class="scroll"><svg ${size} aria-label="${escaped(label)}">${content}</svg></div>`;
}
