import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { simulateTransactions } from "#properties/transactions/simulate-transactions.ts";
import { runTransactions } from "#fuzz/campaign/history/run-transactions.ts";
import { quiesce } from "./cli-process.fixture.ts";
import { parseAssumptions, parseLevels, requireFitting } from "./transaction-options.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "check-transactions-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function scratchFile(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

const longFork = "properties/transactions/examples/long-fork.edn";
const right = scratchFile(
  "right.jsonl",
  `{"process":0,"type":"invoke","f":"txn","value":[["append","x",1]]}
{"process":0,"type":"ok","f":"txn","value":[["append","x",1]]}
{"process":1,"type":"invoke","f":"txn","value":[["r","x",null]]}
{"process":1,"type":"ok","f":"txn","value":[["r","x",[1]]]}
`,
);

test("the README's command prints what the README shows", async () => {
  const readme = readFileSync(join(root, "properties/transactions/README.md"), "utf8");
  const command = /^ {4}npx quiesce (.*)$/m.exec(readme)?.[1]?.split(" ") ?? [];
  const expected = /^```text\n([\s\S]*?)^```$/m.exec(readme)?.[1];
  const { code, stdout } = await quiesce(command);
  expect(stdout).toBe(expected);
  expect(code).toBe(1);
});

test("the exit code is 0 when levels hold, 2 for bad input, 3 for unknown, and 1 if anything is violated", async () => {
  const holds = await quiesce(["check", right, "--model", "list-append"]);
  expect([holds.code, holds.stdout]).toEqual([
    0,
    `holds    ${right}  list-append, 2 transactions; read as JSON objects with Jepsen's keys
  strict-serializable: holds
  the strongest levels that still hold: strict-serializable
`,
  ]);
  const alone = scratchFile("alone.edn", "{:process 0, :type :ok, :value [[:append :x 1]]}\n");
  const unknown = await quiesce(["check", alone, "--model", "list-append", "--consistency", "serializable"]);
  expect(unknown.code).toBe(3);
  expect(unknown.stdout).toContain("serializable: unknown");
  expect(unknown.stdout).toContain("note: no transaction read or overwrote what another wrote");
  const empty = scratchFile("empty.edn", "{:process :nemesis, :type :info, :f :start}\n");
  const twice = scratchFile("twice.edn", `${"{:process 0, :type :ok, :value [[:append :x 1]]}\n".repeat(2)}`);
  const bad = await quiesce(["check", empty, twice, right, "--model", "list-append"]);
  expect(bad.code).toBe(2);
  expect(bad.stderr).toBe(
    `quiesce: ${empty}:1: expected transactions, found none: there is nothing to check
quiesce: ${twice}:2: expected that no value is written to a key twice, found a write of 1 to :x, which is written in line 1 too: number the writes
`,
  );
  expect(bad.stdout).toContain(`holds    ${right}`);
});

const field = join(root, "../shared/data/field/append.edn");

test.skipIf(!existsSync(field))(
  "the appends modelled on recorded ones hold (skipped where ../shared/data/field is missing)",
  async () => {
    const task = { model: "list-append", levels: ["strict-serializable"], assumptions: [] } as const;
    const result = await runTransactions({ ...task, file: field });
    expect(result.kind === "decided" ? result.outcome.kind : result.fault).toBe("holds");
  },
);

test("--json gives the verdict on every level, and the anomalies with their cases", async () => {
  const { code, stdout } = await quiesce(["check", longFork, "--model", "list-append", "--json", "-"]);
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    histories: [
      {
        file: longFork,
        outcome: {
          kind: "violated",
          not: ["repeatable-read", "snapshot-isolation"],
          strongest: ["parallel-snapshot-isolation", "strong-read-committed"],
          levels: { "parallel-snapshot-isolation": "holds", "snapshot-isolation": "violated" },
          anomalies: [{ anomaly: "G-nonadjacent-item", knownAs: "long fork", isShortest: true, steps: { length: 4 } }],
        },
      },
    ],
  });
});

test("a file that takes longer than --time exits with 3", async () => {
  const events = simulateTransactions({
    model: "list-append",
    level: "serializable",
    seed: 1,
    transactions: 30_000,
    processes: 10,
    keys: 5,
    writesPerKey: 50,
    operationsMax: 4,
    failsOneIn: 0,
    unknownOneIn: 0,
  });
  const long = scratchFile("long.jsonl", [...events].map((event) => JSON.stringify(event)).join("\n"));
  const { code, stdout } = await quiesce(["check", long, right, "--model", "list-append", "--time", "200ms"]);
  expect(stdout).toContain(`unknown  ${long}  list-append: stopped at its time bound`);
  expect([1, 3]).toContain(code);
});

test("options for other models and unknown names are refused", async () => {
  expect(() => requireFitting("list-append", ["model", "condition"])).toThrow(
    "check: --condition is not for --model list-append, whose levels are chosen by --consistency",
  );
  expect(() => requireFitting("register", ["model", "consistency"])).toThrow(
    "check: --consistency is not for --model register, but for list-append and rw-register",
  );
  expect(() => requireFitting("list-append", ["assume"])).toThrow(
    "check: --assume is for --model rw-register: of lists nothing need be assumed",
  );
  requireFitting("rw-register", ["model", "assume", "consistency", "time", "json"]);
  expect(() => parseLevels("PL-3,serialisable")).toThrow(
    'there is no level "serialisable"; there are read-uncommitted,',
  );
  expect(parseLevels("PL-3,strict-serializable")).toEqual(["serializable", "strict-serializable"]);
  expect(() => parseAssumptions("luck")).toThrow(
    'there is no assumption "luck"; there are writes-follow-reads, sequential-keys, linearizable-keys, or none',
  );
  expect([parseAssumptions("none"), parseAssumptions("sequential-keys")]).toEqual([[], ["sequential-keys"]]);
  const { code, stderr } = await quiesce(["check", right, "--model", "list-append", "--whole", "--search"]);
  expect([code, stderr]).toEqual([
    2,
    "quiesce: check: --whole is not for --model list-append, whose levels are chosen by --consistency\n",
  ]);
});

test("a missing or damaged file is reported in one line", async () => {
  const task = { model: "list-append", levels: ["serializable"], assumptions: [] } as const;
  const faultOf = async (file: string): Promise<string> => {
    const result = await runTransactions({ ...task, file });
    return result.kind === "fault" ? result.fault : "none";
  };
  expect(await faultOf("nope.edn")).toBe("nope.edn: there is no such file");
  const damaged = join(scratch, "damaged.gz");
  writeFileSync(damaged, gzipSync(readFileSync(join(root, longFork))).subarray(0, 60));
  expect(await faultOf(damaged)).toMatch(/damaged\.gz: the compressed data is damaged/);
});
