/**
 * Writes histories in every supported format: a written history must be read back as the same operations, and no
 * mutation of it may cause a stack trace.
 */
import * as fc from "fast-check";
import { exactNumber } from "#model/exact-number.ts";
import { Literal } from "#model/literal.ts";
import { ednText } from "./edn-text.ts";
import type { HistoryFormat } from "./formats/format.ts";

/** How an operation ended: info and open mean unknown, with a separate line or without. */
export type Ending = "ok" | "fail" | "info" | "open";

export interface WrittenOperation {
  readonly client: number | string;
  readonly f: string;
  readonly key: string | undefined;
  readonly argument: unknown;
  readonly output: unknown;
  readonly invokedAt: number;
  readonly endedAt: number | undefined;
  readonly ending: Ending;
}

export interface WrittenFormat {
  readonly title: string;
  readonly format: HistoryFormat;
  /** The values that the format can hold. */
  readonly values: fc.Arbitrary<unknown>;
  readonly clients: fc.Arbitrary<number | string>;
  /** The functions that the format can express; of those, the ones without an argument. */
  readonly functions: readonly { readonly f: string; readonly has: "argument" | "output" | "both" }[];
  readonly endings: readonly Ending[];
  readonly keys: fc.Arbitrary<string | undefined>;
  write(history: readonly WrittenOperation[]): string;
  /** The number of notes in a written history. */
  readonly notes: number;
}

// Possible contents of files.

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("nil", ":a", "5", "a b", '"', "\\", "{", "a;b", "#{"),
);
const wholeNumber = fc.oneof(
  fc.integer(),
  fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).map((value) => exactNumber(String(value))),
);
const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 25 }))
  .map(([digits, power]) => exactNumber(`${digits}e-${power}`));
const plain = fc.oneof(fc.constant(null), fc.boolean(), wholeNumber, decimal, text);
const ratio = fc
  .tuple(fc.integer(), fc.integer({ min: 1, max: 1_000 }))
  .map(([over, under]) => exactNumber(`${over}/${under}`));
const literal = fc
  .constantFrom(
    ":a",
    ":timed-out",
    ":a/b.c",
    "\\a",
    "\\space",
    "\\newline",
    "\\(",
    '\\"',
    "\\;",
    "##Inf",
    '#inst "2024-01-02"',
  )
  .map((edn) => Literal.of(edn));
const ednScalar = fc.oneof(plain, ratio, literal);
const ednValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    ednScalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.uniqueArray(ednScalar, { maxLength: 3 }).map((members) => new Set(members)),
    fc
      .uniqueArray(ednScalar, { maxLength: 3 })
      .chain((keys) =>
        fc
          .array(tie("value"), { minLength: keys.length, maxLength: keys.length })
          .map((values) => new Map(keys.map((key, i) => [key, values[i]]))),
      ),
  ),
})).value;
const jsonValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    plain,
    fc.array(tie("value"), { maxLength: 3 }),
    // V8 14.6 mistakes the key "\"" for "\\" once it has parsed an object with that one.
    fc.dictionary(
      text.filter((key) => !key.endsWith("\\")),
      tie("value"),
      { maxKeys: 3, noNullPrototype: true },
    ),
  ),
})).value;

/** JSON with every digit. */
function jsonText(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (value instanceof Literal) return value.edn.replace(/M$/, "");
  if (Array.isArray(value)) return `[${value.map(jsonText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  return `{${Object.entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}: ${jsonText(each)}`)
    .join(", ")}}`;
}

// Histories.

/** Histories that a format can hold: clients invoke and end operations in some order. */
export function historiesIn(format: WrittenFormat): fc.Arbitrary<readonly WrittenOperation[]> {
  const operation = fc.record({
    chosen: fc.constantFrom(...format.functions),
    key: format.keys,
    argument: format.values,
    output: format.values,
    ending: fc.constantFrom(...format.endings),
  });
  return fc
    .record({
      clients: fc.uniqueArray(format.clients, { minLength: 1, maxLength: 4, selector: String }),
      operations: fc.array(operation, { minLength: 1, maxLength: 12 }),
      choices: fc.array(fc.nat(), { minLength: 1, maxLength: 40 }),
    })
    .map(({ clients, operations, choices }) => {
      const history: WrittenOperation[] = [];
      const open = new Map<number | string, number>();
      let free = [...clients];
      let at = 0;
      for (let step = 0; history.length < operations.length && free.length > 0; step += 1) {
        const client = free[(choices[step % choices.length] ?? 0) % free.length] ?? 0;
        const number = open.get(client);
        const own = number === undefined ? undefined : history[number];
        at += 1;
        if (number !== undefined && own !== undefined) {
          history[number] = { ...own, endedAt: own.ending === "open" ? undefined : at };
          open.delete(client);
          // A crashed client does not return.
          if (own.ending === "info" || own.ending === "open") free = free.filter((each) => each !== client);
          continue;
        }
        const { chosen, key, argument, output, ending } = operations[history.length] ?? {
          chosen: format.functions[0] ?? { f: "read", has: "output" },
          key: undefined,
          argument: null,
          output: null,
          ending: "ok" as const,
        };
        open.set(client, history.length);
        history.push({
          client,
          f: chosen.f,
          key,
          argument: chosen.has === "output" ? null : argument,
          output: chosen.has === "argument" ? null : output,
          invokedAt: at,
          endedAt: undefined,
          ending,
        });
      }
      // Operations that are still open have no end.
      return history.map((each) =>
        each.endedAt === undefined && each.ending !== "open" ? { ...each, ending: "open" as const } : each,
      );
    })
    .map((history) => (format.endings.includes("open") ? history : closed(history)));
}

/** A history in which every operation has ended, for formats that cannot express others. */
function closed(history: readonly WrittenOperation[]): readonly WrittenOperation[] {
  const latest = Math.max(...history.map(({ invokedAt, endedAt = 0 }) => Math.max(invokedAt, endedAt)));
  return history.map((each, i) =>
    each.endedAt === undefined ? { ...each, ending: "ok", endedAt: latest + 1 + i } : each,
  );
}

interface WrittenEvent {
  readonly operation: WrittenOperation;
  readonly number: number;
  readonly type: "invoke" | "ok" | "fail" | "info";
}

function eventsOf(history: readonly WrittenOperation[]): WrittenEvent[] {
  return history
    .flatMap((operation, number) => [
      { at: operation.invokedAt, event: { operation, number, type: "invoke" as const } },
      ...(operation.endedAt === undefined || operation.ending === "open"
        ? []
        : [{ at: operation.endedAt, event: { operation, number, type: operation.ending } }]),
    ])
    .toSorted((left, right) => left.at - right.at)
    .map(({ event }) => event);
}

const valueOf = ({ operation, type }: WrittenEvent): unknown =>
  type === "invoke" ? operation.argument : operation.output;

// Formats.

const anyFunctions = [
  { f: "read", has: "output" },
  { f: "write", has: "argument" },
  { f: "cas", has: "both" },
  { f: "do-it", has: "both" },
] as const;
const allEndings: readonly Ending[] = ["ok", "ok", "ok", "fail", "info", "open"];
const noKeys = fc.constant(undefined);
const names = fc.oneof(fc.nat(), fc.constantFrom("alpha", "beta", "c 1", "10.0.0.1:80"));
const edn = { values: ednValue, functions: anyFunctions, endings: allEndings, keys: noKeys } as const;
const json = { values: jsonValue, functions: anyFunctions, endings: allEndings, keys: noKeys } as const;

const ednMap = (event: WrittenEvent): string =>
  `{:type :${event.type}, :f :${event.operation.f}, :value ${ednText(valueOf(event))}, :process ${ednText(event.operation.client)}, :time ${event.number}, :error [:a {:b "}"}]}`;
const NEMESIS = "{:type :info, :process :nemesis, :f :start, :value nil}";

const jepsenObject = (event: WrittenEvent, index: number): string =>
  `{"type": "${event.type}", "f": "${event.operation.f}", "process": ${jsonText(event.operation.client)}, "value": ${jsonText(valueOf(event))}, "index": ${index}}`;
const NEMESIS_OBJECT = '{"type": "info", "process": "nemesis", "f": "start", "value": null}';

const textLine = (event: WrittenEvent, client: string): string =>
  `${client}\t:${event.type}\t:${event.operation.f}\t${ednText(valueOf(event))}${event.type === "info" ? "\t:timed-out" : ""}`;
const unquoted = ({ operation }: WrittenEvent): string => String(operation.client);

/** Another recorder's words for the same. */
const eventObject = ({ operation, type, ...rest }: WrittenEvent): string =>
  type === "invoke"
    ? `{"clientId":${jsonText(operation.client)},"event":"call","op":"${operation.f}","args":${jsonText(operation.argument)}}`
    : `{"clientId":${jsonText(operation.client)},"event":"${type === "ok" ? "return" : type}","op":"${operation.f}","result":${jsonText(valueOf({ operation, type, ...rest }))}}`;

/** Nanoseconds since 1970: more digits than a double has. */
const nanoseconds = (at: number): string => `17612253070571902${String(at).padStart(2, "0")}`;

const operationObject = (operation: WrittenOperation): string =>
  `{"client": ${jsonText(operation.client)}, "f": "${operation.f}", "argument": ${jsonText(operation.argument)}, "output": ${jsonText(operation.output)}, "call": ${nanoseconds(operation.invokedAt)}, "return": ${operation.endedAt === undefined ? "null" : nanoseconds(operation.endedAt)}, "status": "${operation.ending === "open" ? "info" : operation.ending}"}`;

const operationArray = ({ client, f, argument, output, invokedAt, endedAt, ending }: WrittenOperation): string =>
  `[${[client, f, argument, ending === "ok" ? output : null].map(jsonText).join(",")},${invokedAt},${ending === "ok" ? endedAt : null}]`;

const csvField = (value: unknown): string => `"${jsonText(value).replaceAll('"', '""')}"`;

const keyedFunctions = [
  { f: "get", has: "output" },
  { f: "put", has: "argument" },
  { f: "append", has: "argument" },
] as const;
const porcupine = {
  clients: fc.nat(9),
  functions: keyedFunctions,
  endings: ["ok"],
  keys: fc.constantFrom("x", "y", "0"),
  notes: 0,
} as const;
const goWord = fc.oneof(fc.integer(), fc.stringMatching(/^[a-z][a-z ,_.]{0,8}[a-z]$/));

const operationNumber = (f: string): number => keyedFunctions.findIndex((each) => each.f === f);
const goEvents = (history: readonly WrittenOperation[], write: (event: WrittenEvent) => string): string[] =>
  eventsOf(history).map(write);

/** The description of porcupine's own map of strings. */
function description({ f, key, argument, output }: WrittenOperation): string {
  if (f === "get") return `get('${key}') -> '${String(output)}'`;
  return `${f}('${key}', '${String(argument)}')`;
}

function visualization(history: readonly WrittenOperation[]): string {
  const element = (operation: WrittenOperation): string =>
    JSON.stringify({
      ClientId: operation.client,
      Start: operation.invokedAt * 100,
      OriginalStart: String(operation.invokedAt),
      End: (operation.endedAt ?? 0) * 100,
      OriginalEnd: String(operation.endedAt),
      Description: description(operation),
      Metadata: "",
    });
  return `{"Partitions":[{"History":[${history.map(element).join()}],"PartialLinearizations":[[{"Index":0,"StateDescription":"[{"}]],"Largest":{"0":0}}],"Annotations":[{"ClientId":0,"Tag":"server","Start":150,"End":150,"Description":"restart","Details":"","Annotation":true,"TextColor":"","BackgroundColor":""}]}`;
}

export const writtenFormats: readonly WrittenFormat[] = [
  {
    ...edn,
    title: "EDN, a map a line",
    format: "edn",
    clients: names,
    notes: 1,
    write: (history) => [NEMESIS, ...eventsOf(history).map(ednMap)].join("\n"),
  },
  {
    ...edn,
    title: "EDN, one vector",
    format: "edn",
    clients: names,
    notes: 1,
    write: (history) => `; a history\n[${eventsOf(history).map(ednMap).join("\n ")}\n#_{:left out}${NEMESIS}]\n`,
  },
  {
    ...edn,
    title: "EDN, tagged records in a list",
    format: "edn",
    clients: names,
    notes: 0,
    write: (history) =>
      `(${eventsOf(history)
        .map((event, index) => `#jepsen.history.Op${ednMap(event).replace("{", `{:index ${index}, `)}`)
        .join("\n")})`,
  },
  {
    ...edn,
    title: "a log of Jepsen's today",
    format: "jepsen-log",
    clients: names,
    notes: 3,
    write: (history) =>
      [
        "2024-01-02 03:04:05,678{GMT}\tINFO\t[jepsen test runner] jepsen.core: Relative time begins now",
        "2024-01-02 03:04:05,678{GMT}\tINFO\t[jepsen nemesis] jepsen.util: :nemesis\t:info\t:start\tnil",
        ...eventsOf(history).map(
          (event) =>
            `2024-01-02 03:04:05,678{GMT}\tINFO\t[jepsen worker ${event.number}] jepsen.util: ${textLine(event, unquoted(event))}`,
        ),
        "java.lang.InterruptedException: sleep interrupted",
      ].join("\n"),
  },
  {
    ...edn,
    title: "a log of an older Jepsen",
    format: "jepsen-log",
    clients: fc.nat(),
    notes: 1,
    write: (history) =>
      [
        "INFO [2017-03-30 15:22:46,232] jepsen nemesis - jepsen.util :nemesis\t:info\t:start\tnil",
        ...eventsOf(history).map(
          (event) => `INFO [2017-03-30 15:23:36,323] jepsen worker 0 - jepsen.util ${textLine(event, unquoted(event))}`,
        ),
      ].join("\n"),
  },
  {
    ...edn,
    title: "history.txt",
    format: "jepsen-history",
    clients: names,
    notes: 1,
    write: (history) =>
      [
        ...eventsOf(history).map((event) => textLine(event, ednText(event.operation.client))),
        ":nemesis\t:info\t:stop\t:all-healed",
      ].join("\r\n"),
  },
  {
    ...json,
    title: "JSON with Jepsen's keys, an object a line",
    format: "jepsen-json",
    clients: names,
    notes: 1,
    write: (history) => [...eventsOf(history).map(jepsenObject), NEMESIS_OBJECT].join("\n"),
  },
  {
    ...json,
    title: "JSON with Jepsen's keys, an array",
    format: "jepsen-json",
    clients: names,
    notes: 0,
    write: (history) => `[\n${eventsOf(history).map(jepsenObject).join(",\n")}\n]\n`,
  },
  {
    ...json,
    title: "JSON with Jepsen's keys, an object that holds the array",
    format: "jepsen-json",
    clients: names,
    notes: 0,
    write: (history) =>
      `{"name": "a [test]", "nodes": ["n1", {"n": [2]}],\n "history": [${eventsOf(history).map(jepsenObject).join(",\n")}],\n "valid?": false}`,
  },
  {
    ...json,
    title: "JSON objects, one an event",
    format: "json-events",
    clients: names,
    notes: 0,
    write: (history) => eventsOf(history).map(eventObject).join("\n"),
  },
  {
    ...json,
    title: "JSON objects, one an operation",
    format: "json-operations",
    clients: names,
    notes: 0,
    write: (history) => history.map(operationObject).join("\n"),
  },
  {
    ...json,
    title: "JSON arrays, one a line",
    format: "json-lines",
    clients: names,
    endings: ["ok", "ok", "open"],
    notes: 0,
    write: (history) => history.map(operationArray).join("\n"),
  },
  {
    ...json,
    title: "JSON arrays, in an array",
    format: "json-lines",
    clients: names,
    endings: ["ok", "ok", "open"],
    notes: 0,
    write: (history) => `[${history.map(operationArray).join(",\n ")}]`,
  },
  {
    ...json,
    title: "CSV, a row an event",
    format: "csv-events",
    clients: fc.oneof(fc.nat(), fc.constantFrom("alpha", "c 1")),
    notes: 1,
    write: (history) =>
      [
        "process,type,f,value",
        "nemesis,info,start,",
        ...eventsOf(history).map(
          (event) => `${event.operation.client},${event.type},${event.operation.f},${csvField(valueOf(event))}`,
        ),
      ].join("\n"),
  },
  {
    ...json,
    title: "CSV, a row an operation",
    format: "csv-operations",
    clients: fc.oneof(fc.nat(), fc.constantFrom("alpha", "c 1")),
    endings: ["ok", "ok", "open"],
    notes: 0,
    write: (history) =>
      [
        "Client;Operation;Start;End;Argument;Result;Comment",
        ...history.map(
          ({ client, f, invokedAt, endedAt, argument, output }) =>
            `${client};${f};${nanoseconds(invokedAt)};${endedAt === undefined ? "" : nanoseconds(endedAt)};${csvField(argument)};${csvField(output)};-`,
        ),
      ].join("\r\n"),
  },
  {
    ...porcupine,
    title: "porcupine's operations as JSON",
    format: "porcupine-json",
    values: jsonValue,
    write: (history) =>
      `[${history
        .map(
          ({ client, f, key, argument, output, invokedAt, endedAt = 0 }) =>
            `{"ClientId":${client},"Input":{"Op":${operationNumber(f)},"Key":${jsonText(key)},"Value":${jsonText(argument)}},"Call":${nanoseconds(invokedAt)},"Output":{"Value":${jsonText(output)}},"Return":${nanoseconds(endedAt)},"Metadata":null}`,
        )
        .join(",")}]`,
  },
  {
    ...porcupine,
    title: "porcupine's events as JSON",
    format: "porcupine-json",
    // An object as output is a struct by its fields.
    values: jsonValue.filter((value) => value === null || typeof value !== "object" || Array.isArray(value)),
    endings: ["ok", "ok", "open"],
    write: (history) =>
      goEvents(history, ({ operation: { client, f, key, argument, output }, number, type }) =>
        type === "invoke"
          ? `{"ClientId":${client},"Kind":false,"Value":{"op":"${f}","key":${jsonText(key)},"value":${jsonText(argument)}},"Id":${number}}`
          : `{"ClientId":${client},"Kind":true,"Value":${jsonText(output)},"Id":${number}}`,
      ).join("\n"),
  },
  {
    ...porcupine,
    title: "porcupine's events as Go prints them with %+v",
    format: "porcupine-go",
    values: goWord,
    endings: ["ok", "ok", "open"],
    notes: 2,
    write: (history) =>
      [
        "=== RUN   TestStore",
        ...goEvents(
          history,
          ({ operation: { client, f, key, argument, output }, number, type }) =>
            `2024/01/02 03:04:05 ${
              type === "invoke"
                ? `{ClientId:${client} Kind:false Value:{Op:${operationNumber(f)} Key:${key} Value:${String(argument ?? "<nil>")}} Id:${number} Metadata:<nil> _:{}}`
                : `{ClientId:${client} Kind:true Value:{Value:${String(output ?? "<nil>")}} Id:${number}}`
            }`,
        ),
        "PASS",
      ].join("\n"),
  },
  {
    ...porcupine,
    title: "porcupine's operations as Go prints a slice of them",
    format: "porcupine-go",
    values: goWord,
    write: (history) =>
      `[${history
        .map(
          ({ client, f, key, argument, output, invokedAt, endedAt }) =>
            `{ClientId:${client} Input:{op:${f} key:${key} value:${String(argument ?? "<nil>")}} Call:${invokedAt} Output:${String(output ?? "<nil>")} Return:${endedAt}}`,
        )
        .join(" ")}]`,
  },
  {
    ...porcupine,
    title: "porcupine's events as they stand in source",
    format: "porcupine-go",
    values: fc.oneof(wholeNumber, fc.boolean(), fc.string({ unit: "grapheme-ascii" })),
    endings: ["ok", "ok", "open"],
    write: (history) =>
      [
        "events := []porcupine.Event{",
        "\t// put and get",
        ...goEvents(history, ({ operation: { client, f, key, argument, output }, number, type }) =>
          type === "invoke"
            ? `\t{ClientId: ${client}, Kind: porcupine.CallEvent, Value: kvInput{op: ${operationNumber(f)}, key: ${jsonText(key)}, value: ${goText(argument)}}, Id: ${number}},`
            : `\t{Kind: porcupine.ReturnEvent, Value: ${goText(output)}, Id: ${number}, ClientId: ${client}},`,
        ),
        "}",
      ].join("\n"),
  },
  {
    ...porcupine,
    title: "porcupine's visualization data",
    format: "porcupine-visualization",
    values: fc.oneof(fc.integer(), fc.stringMatching(/^[a-z][^'\r\n]{0,9}$/)),
    notes: 1,
    write: visualization,
  },
  {
    ...porcupine,
    title: "a page of porcupine's",
    format: "porcupine-visualization",
    values: fc.oneof(fc.integer(), fc.stringMatching(/^[a-z][^'\r\n]{0,9}$/)),
    notes: 1,
    write: (history) =>
      `<!doctype html>\n<script>\n      const data = ${visualization(history)}\n\n      render(data)\n</script>\n`,
  },
];

function goText(value: unknown): string {
  return value === null ? "interface {}(nil)" : jsonText(value);
}
