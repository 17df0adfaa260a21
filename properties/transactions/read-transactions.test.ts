import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { HistoryFileError } from "#properties/histories/record.ts";
import { datumOf } from "./datum.ts";
import { readTransactions } from "./read-transactions.ts";
import type { TransactionFile } from "./read-transactions.ts";
import { simulateTransactions } from "./simulate-transactions.ts";
import type { TransactionEvent } from "./transaction-event.ts";
import { createTransactionReader } from "./transaction-history.ts";

const scratch = mkdtempSync(join(tmpdir(), "transactions-"));
afterAll(() => rmSync(scratch, { recursive: true }));
let files = 0;

function scratchFile(text: string | Uint8Array): string {
  files += 1;
  const path = join(scratch, `history-${files}`);
  writeFileSync(path, text);
  return path;
}

async function read(text: string | Uint8Array): Promise<TransactionFile & { events: TransactionEvent[] }> {
  const events: TransactionEvent[] = [];
  const reading = await readTransactions(scratchFile(text), (event) => void events.push(event));
  return { events, ...reading };
}

async function fault(text: string): Promise<string> {
  return read(text).then(
    () => "none",
    (error: unknown) => (error instanceof Error ? error.message.replace(/^.*history-\d+/, "file") : String(error)),
  );
}

/** The events as text, without the format's marks on keys and names. */
function plain(events: readonly TransactionEvent[]): string[] {
  return events.map(({ process, type, value }) =>
    [process, type, String(datumOf(value)).replaceAll(/(?<=\[)[:"](\w+)"?/g, "$1")].join(" "),
  );
}

function ednOf({ process, type, value, line }: TransactionEvent): string {
  const text = JSON.stringify(value)
    .replaceAll(/"(\w+)"/g, ":$1")
    .replaceAll(",", " ")
    .replaceAll("null", "nil");
  return `{:process ${process}, :type :${type}, :f :txn, :value ${text}, :index ${line - 1}, :time 53137939465}`;
}

function jsonOf({ process, type, value, line }: TransactionEvent): string {
  return JSON.stringify({ process, type, f: "txn", value, index: line - 1 });
}

test("a written history is read back the same, in every format", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1000), fc.constantFrom("list-append", "rw-register"), async (seed, model) => {
      const events = [
        ...simulateTransactions({
          model,
          level: "read-committed",
          seed,
          transactions: 12,
          processes: 3,
          keys: 3,
          writesPerKey: 5,
          operationsMax: 3,
          failsOneIn: 5,
          unknownOneIn: 5,
        }),
      ];
      const edn = events.map(ednOf);
      const json = events.map(jsonOf);
      const texts = {
        edn: [
          edn.join("\n"),
          `[${edn.join("\n ")}]\n`,
          `; a comment\n(${edn.join(" ")})`,
          `\n${edn.join(" ;; next\n")}`,
        ],
        "jepsen-json": [
          json.join("\n"),
          `[${json.join(",\n")}]`,
          `[\n  ${json.join(",")}\n]\n`,
          json.join("\r\n"),
          json.join(" "),
        ],
      };
      for (const [format, each] of Object.entries(texts))
        for (const text of each) {
          const found = await read(text);
          expect(plain(found.events)).toEqual(plain(events));
          expect(found.format).toBe(format);
        }
    }),
    { seed: 11, numRuns: 12 },
  );
});

test("compressed files are read directly", async () => {
  const { events } = await read(gzipSync("{:process 0, :type :ok, :value [[:append x 1]]}\n"));
  expect(plain(events)).toEqual(["0 ok [[append x 1]]"]);
});

test("notes of the nemesis are counted, and processes with names are clients", async () => {
  const { events, notes } = await read(`
{:process :nemesis, :type :info, :f :start, :value nil}
{:process "web-1", :type :invoke, :f :txn, :value [[:r 1]]}
{:process :web-2, :type :invoke, :f :txn, :value [[:r 1]]}
{:process :nemesis, :type :info, :f :stop}`);
  expect(notes).toEqual({ nemesis: 2, log: 0, annotation: 0 });
  expect(events.map(({ process, line }) => [process, line])).toEqual([
    ["web-1", 3],
    [":web-2", 4],
  ]);
});

test("transactions without processes are read as those of one client", async () => {
  const { events } = await read("{:type :ok, :value [[:append :x 1]]}\n{:type :ok, :value [[:r :x [1]]]}");
  expect(events.map(({ process, type }) => [process, type])).toEqual([
    ["nil", "ok"],
    ["nil", "ok"],
  ]);
});

test("whole numbers keep all their digits, in both formats", async () => {
  const wide = "9007199254740993";
  const edn = await read(`{:process 0, :type :ok, :value [[:append 1 ${wide}] [:append "${wide}" 5N]], :time ${wide}}`);
  const json = await read(
    `{"process":0,"type":"ok","value":[["append",1,${wide}],["append","${wide}",5]],"time":${wide}}`,
  );
  for (const { events } of [edn, json])
    expect(plain(events)).toEqual([`0 ok [[append 1 ${wide}] [append "${wide}" 5]]`]);
});

test("keywords, strings, numbers and look-alikes are distinguished", async () => {
  const { events } = await read(
    String.raw`{:process 0, :type :ok, :value [[:r :x [1 "1" :1 \1 1.5 nil true [1] #{2 1} {:b 1, :a 2} #tag 1 1/2]]]}`,
  );
  const [event] = events;
  const operations = Array.isArray(event?.value) ? event.value : [];
  const list: unknown = Array.isArray(operations[0]) ? operations[0][2] : undefined;
  expect(Array.isArray(list) ? list.map(datumOf) : []).toEqual([
    1,
    '"1"',
    ":1",
    String.raw`\1`,
    1.5,
    "nil",
    "true",
    "[1]",
    "#{1 2}",
    "{:a 2, :b 1}",
    "#tag 1",
    0.5,
  ]);
});

test("whatever the bytes, a file is a history or an error with its line", async () => {
  const texts = [
    '{:process 0, :type :invoke, :f :txn, :value [[:append :x 1] [:r "y" nil]], :index 0}\n'.repeat(2),
    '[{:process 0, :type :ok, :value [[:r :x [1 #{2} {:a \\\\b} #inst "2020"]]]}\n; c\n]',
    '{"process":"a","type":"ok","value":[["r","x",[1,2]],["append",{"b":1},12345678901234567890]]}\n',
    '[\n{"process":1,"type":"invoke","value":[["w",1,2]]},{"process":1,"type":"fail","value":null}]',
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...texts),
      fc.array(fc.tuple(fc.nat(200), fc.nat(3), fc.constantFrom(..."{}[]()\"'\\\\;:#^,0N/.- \nxé\u0000")), {
        minLength: 1,
        maxLength: 4,
      }),
      async (text, edits) => {
        let edited = text;
        for (const [at, dropped, added] of edits) edited = edited.slice(0, at) + added + edited.slice(at + dropped);
        const file = scratchFile(edited);
        const reader = createTransactionReader(edited.includes("w") ? "rw-register" : "list-append", "file");
        try {
          await readTransactions(file, (event) => reader.add(event));
          reader.end();
        } catch (error) {
          if (!(error instanceof HistoryFileError)) throw error;
          expect(error.message).toMatch(/:\d+: /);
        }
      },
    ),
    { seed: 4, numRuns: 400 },
  );
});

test.each([
  ["\n\nhello there\n", /^file:3: expected a history as Jepsen .*found "hello there"$/],
  ["{}\n", 'file:1: expected "process" in the map, found "{}"'],
  ['{"process":0,"type":"done","value":[]}', 'file:1: expected "type" "invoke", "ok", "fail" or "info", found "done"'],
  ["{:process 0, :value []}", 'file:1: expected :type :invoke, :ok, :fail or :info, found "nothing"'],
  ["{:process 0, :type :ok, :value [}", 'file:1: expected "]", found "}"'],
  [
    "{:process 0, :type :ok, :value [[:r 1]], :index 5}\n{:process 0, :type :ok, :value [[:r 1]], :index 4}",
    "file:2: expected an index above 5 of line 1, found 4; events must stand in the order in which they happened",
  ],
  [
    '[0, "txn", [["r", 1]], [["r", 1]], 1, 2]\n',
    "file:1: expected events, such as those of EDN or of JSON objects with Jepsen's keys, found JSON arrays",
  ],
  ["client,f,argument,call,return\n1,txn,[],1,2\n", /^file:1: expected events, .* found CSV, a row an operation$/],
  ['{"client":1,"f":"txn","argument":[],"call":1,"return":2}\n', /^file:1: expected events, .* one an operation$/],
] as const)("a file without events is an error with its line: %j", async (text, expected) => {
  const message = await fault(text);
  if (typeof expected === "string") expect(message).toBe(expected);
  else expect(message).toMatch(expected);
});
