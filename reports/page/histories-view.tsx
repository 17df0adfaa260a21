import type { PageData, PageHistory } from "../page-data.ts";
import { shownText } from "./shown-text.ts";
import { hashOf } from "./address.ts";

const LEFT = 110;
const LANE = 52;
const EVENT = 44;
const OPERATIONS_MAX = 400;

/** Recorded histories and their verdicts; for the selected one, the operations that no order explains. */
export function HistoriesView({ data, name }: { data: PageData; name: string }) {
  const history = data.histories.find(({ file }) => file === name);
  return (
    <>
      {history !== undefined && <History history={history} />}
      <section aria-labelledby="histories">
        <h2 id="histories">Histories</h2>
        <ul>
          {data.histories.map(({ file, verdict, because }) => (
            <li key={file}>
              <span class={`mark ${verdict}`}>{verdict}</span>{" "}
              <a href={hashOf({ view: "history", name: file })}>{shownText(file)}</a> {shownText(because)}
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function History({ history: { file, verdict, because, operations, orders } }: { history: PageHistory }) {
  return (
    <article>
      <h2>
        <span class={`mark ${verdict}`}>{verdict}</span> {shownText(file)}
      </h2>
      <p>{shownText(because)}</p>
      {operations.length > 0 && <Intervals operations={operations.slice(0, OPERATIONS_MAX)} />}
      {orders.length > 0 && (
        <>
          <h3>Every order fails</h3>
          <ol>
            {orders.map(({ after, state, blocked }) => (
              <li key={`${after} ${state}`}>
                <b>{shownText(after)}</b> <code>{shownText(state)}</code>
                <ul>
                  {blocked.map((text) => (
                    <li key={text}>{shownText(text)}</li>
                  ))}
                </ul>
              </li>
            ))}
          </ol>
        </>
      )}
    </article>
  );
}

function Intervals({ operations }: { operations: PageHistory["operations"] }) {
  const times = [...new Set(operations.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])))].toSorted(
    (one, other) => one - other,
  );
  const order = new Map(times.map((time, i) => [time, i]));
  const clients = [...new Set(operations.map(({ client }) => client))];
  const x = (time: number): number => LEFT + (order.get(time) ?? 0) * EVENT + EVENT / 2;
  const width = LEFT + (times.length + 1) * EVENT;
  return (
    <div class="scroll" tabindex={0} role="region" aria-label="operations as intervals">
      <svg
        class="history"
        width={width}
        height={clients.length * LANE + 8}
        role="img"
        aria-label={describe(operations)}
      >
        {clients.map((client, lane) => (
          <g key={client}>
            <text class="thread" x={4} y={lane * LANE + 28}>
              {shownText(client).slice(0, 14)}
            </text>
            <line class="lane" x1={0} x2={width} y1={(lane + 1) * LANE} y2={(lane + 1) * LANE} />
          </g>
        ))}
        {operations.map(({ client, text, from, to, place, isImpossible }, i) => {
          const y = clients.indexOf(client) * LANE + 12;
          const end = to === undefined ? width : x(to);
          const kind = isImpossible ? "operation impossible" : to === undefined ? "operation pending" : "operation";
          return (
            <g key={i} class={kind}>
              <title>{shownText(text)}</title>
              <rect x={x(from)} y={y} width={Math.max(8, end - x(from))} height={26} rx={4} />
              <text x={x(from) + 5} y={y + 17}>
                {shownText(text).slice(0, Math.max(2, Math.floor((end - x(from)) / 7)))}
              </text>
              {place !== undefined && (
                <text class="thread" x={end - 10} y={y - 2}>
                  {place}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}

function describe(operations: PageHistory["operations"]): string {
  return operations
    .slice(0, 100)
    .map(
      ({ client, text, isImpossible }) =>
        `${shownText(client)}: ${shownText(text)}${isImpossible ? ", nothing explains this" : ""}`,
    )
    .join("; ");
}
