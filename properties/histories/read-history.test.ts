import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { check } from "#properties/linearizability/check.ts";
import { applyModel, builtInModels } from "./built-in-models.ts";
import { decideFile } from "#fuzz/campaign/history/decide-file.fixture.ts";
import type { CheckTask } from "#fuzz/campaign/history/check-task.ts";
import { readHistory } from "./read-history.ts";
import { HistoryFileError } from "./record.ts";

const scratch = mkdtempSync(join(tmpdir(), "histories-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const examples = join(import.meta.dirname, "examples");
const recorded = join(import.meta.dirname, "../../../shared/data/histories");

let files = 0;
function file(content: string | Uint8Array): string {
  files += 1;
  const path = join(scratch, `history-${files}`);
  writeFileSync(path, content);
  return path;
}

const task = (path: string, model: string, more: Partial<CheckTask> = {}): CheckTask => ({
  file: path,
  model,
  initial: undefined,
  condition: "linearizability",
  timeMs: undefined,
  keys: "split",
  method: "automatic",
  ...more,
});

async function faultOfText(content: string | Uint8Array, model: string): Promise<string> {
  const outcome = await decideFile(task(file(content), model));
  return outcome.kind === "fault"
    ? outcome.fault.replace(/^.*?history-\d+/, "FILE")
    : `no fault: ${outcome.outcome.kind}`;
}

const LOG = `INFO  jepsen.util - 0\t:invoke\t:write\t1
INFO  jepsen.util - 1   :invoke   :cas   [1 2]
INFO  jepsen.util - 0\t:ok\t:write\t1
INFO  jepsen.util - 1\t:fail\t:cas\t[1 2]
INFO  jepsen.util - 2\t:invoke\t:read\tnil
INFO  jepsen.util - 2\t:fail\t:read\t:timed-out
INFO  jepsen.util - 3\t:invoke\t:write\t4
INFO  jepsen.util - 3\t:info\t:write\t:timed-out
INFO  jepsen.util - 4\t:invoke\t:read\tnil
`;

test("a Jepsen log: a cas that fails with its pair ran, a failed read did not, info and open ones pend", async () => {
  const { format, operations } = await readHistory(file(LOG));
  expect(format).toBe("jepsen-log");
  expect(
    operations.map(({ client, f, argument, output, invokedAt, respondedAt, line }) => [
      client,
      f,
      argument,
      output,
      invokedAt,
      respondedAt,
      line,
    ]),
  ).toEqual([
    [0, "write", 1, 1, 0, 2, 1],
    [1, "cas", [1, 2], false, 1, 3, 2],
    [3, "write", 4, undefined, 6, undefined, 7],
    [4, "read", null, undefined, 7, undefined, 9],
  ]);
});

test("EDN: comments, commas, keys in any order, braces in strings, no nemesis, no failed operations", async () => {
  const text = `; a comment with { and [
[{:process 0, :type :invoke, :f :write, :value 3 :time 1} {:type :ok :f :write :process 0 :value 3},
 {:process :nemesis :type :info :f :start :value "{ not a ] bracket \\" }"}
 {:process 1 :type :invoke :f :cas :value [0 1]} ; open
 {:process 1 :type :fail :f :cas :value [0 1]}
 {:process 2 :type :invoke :f :read :value nil}
 {:process 2 :type :ok :f :read
  :value nil}]
`;
  const { format, operations } = await readHistory(file(text));
  expect(format).toBe("edn");
  expect(operations.map(({ f, argument, output, line }) => [f, argument, output, line])).toEqual([
    ["write", 3, 3, 2],
    ["read", null, null, 6],
  ]);
  // An ok read of nil is an unseen read.
  expect(await decideFile(task(file(text), "cas-register"))).toMatchObject({
    kind: "decided",
    outcome: { kind: "holds", operations: 2 },
  });
});

test("an EDN list, and one map per line as in porcupine's kv logs", async () => {
  expect((await readHistory(file("({:process 0, :type :invoke, :f :acquire, :value nil})"))).operations).toHaveLength(
    1,
  );
  const kv = `{:process 0, :type :invoke, :f :append, :key "7", :value "x"}\n{:process 0, :type :ok, :f :append, :key "7", :value "x"}\n{:process 0, :type :invoke, :f :get, :key "7", :value nil}\n{:process 0, :type :ok, :f :get, :key "7", :value ""}\n`;
  expect(await decideFile(task(file(kv), "kv-map"))).toMatchObject({
    outcome: { kind: "violated", key: "7", indices: [0, 1] },
  });
});

test("compressed files, files without a final newline, and empty ones", async () => {
  const text = '[0,"w",1,null,0,1]\n\n[1,"r",null,1,2,3]';
  expect((await readHistory(file(gzipSync(text)))).operations).toEqual((await readHistory(file(text))).operations);
  expect(await readHistory(file("\n \n"))).toEqual({ format: "jepsen-log", operations: [], notes: [] });
  expect((await readHistory(file('["client a","r",null,0,0,1]'))).operations).toMatchObject([
    { client: "client a", output: 0 },
  ]);
  const long = Array.from({ length: 40_000 }, (_, i) => `[0,"w",${i},null,${2 * i},${2 * i + 1}]`).join("\n");
  expect((await readHistory(file(long))).operations).toHaveLength(40_000); // more than one piece
});

const BAD: readonly (readonly [string, string, string, string])[] = [
  [
    "a line that is no log line",
    "cas-register",
    `${LOG}something else\n`,
    'FILE:10: expected "INFO  jepsen.util - <process> :<invoke|ok|fail|info> :<function> <value>", ' +
      'found "something else"',
  ],
  [
    "an invalid value",
    "register",
    "INFO  jepsen.util - 0 :invoke :write <x>\n",
    'FILE:1: expected a value such as nil, 5, "text", [1 2] or :timed-out, found "<x>"',
  ],
  [
    "a response without its call",
    "register",
    "INFO  jepsen.util - 0 :ok :write 1\n",
    "FILE:1: client 0 completes write (ok), but has no operation open",
  ],
  [
    "two open operations of one client",
    "register",
    "INFO  jepsen.util - 0 :invoke :write 1\nINFO  jepsen.util - 0 :invoke :read nil\n",
    "FILE:2: client 0 invokes read while its write of line 1 is open",
  ],
  [
    "a completion of something else",
    "register",
    "INFO  jepsen.util - 0 :invoke :write 1\nINFO  jepsen.util - 0 :ok :read 1\n",
    "FILE:2: client 0 completes read (ok), but its open operation is write of line 1",
  ],
  [
    "an unknown function",
    "register",
    '[0,"pop",null,1,0,1]\n',
    'FILE:1: unknown function "pop"; this model has read (r), write (w)',
  ],
  [
    "a broken JSON line",
    "register",
    '[0,"r",null,1,0,1]\n[0,"r",\n',
    'FILE:2: expected JSON [client, function, argument, output, call, return], found "[0,"r","',
  ],
  [
    "an array that is too short",
    "register",
    '[0,"r",null]\n',
    'FILE:1: expected [client, function, argument, output, call, return], found "[0,"r",null]"',
  ],
  [
    "a return before the call",
    "register",
    '[0,"r",null,1,5,5]\n',
    'FILE:1: expected the return\'s place sixth, null or more than 5, found "5"',
  ],
  [
    "a call that is no number",
    "register",
    '[0,"r",null,1,"a",5]\n',
    'FILE:1: expected the call\'s place fifth, found ""a""',
  ],
  [
    "an invalid client",
    "register",
    '[1,"r",null,1,0,1]\n[null,"r",null,1,0,5]\n',
    'FILE:2: expected a client\'s number or name first, found "null"',
  ],
  [
    "a function that is not a name",
    "register",
    "[0,7,null,1,0,5]\n",
    'FILE:1: expected the name of a function second, found "7"',
  ],
  [
    "two open operations in JSON lines",
    "register",
    '[0,"r",null,1,0,9]\n[0,"r",null,1,5,7]\n',
    "FILE:2: client 0 invokes r at 5 while its r of line 1 is open",
  ],
  [
    "a map that is not closed",
    "mutex",
    "[{:process 0, :type :invoke, :f :acquire",
    'FILE:1: expected "}" to close this map, found the end of the file',
  ],
  [
    "a vector that is not closed",
    "mutex",
    "[{:process 0, :type :invoke, :f :acquire}\n",
    'FILE:2: expected "]" at the end, found the end of the file',
  ],
  ["a wrong bracket", "mutex", "[{:process 0, :value [1 2}]\n", 'FILE:1: expected "]", found "}"'],
  [
    "something that is not a map",
    "mutex",
    "[{:process 0, :type :invoke, :f :acquire} 7]\n",
    'FILE:1: expected a map such as {:process 0, :type :invoke, …}, found "7"',
  ],
  [
    "a map without a process",
    "mutex",
    "[{:type :invoke, :f :acquire}]\n",
    'FILE:1: expected :process in the map, found "{:type :invoke, :f :acquire}"',
  ],
  [
    "an invalid type",
    "mutex",
    "[{:process 0, :type :start, :f :acquire}]\n",
    'FILE:1: expected :type :invoke, :ok, :fail or :info, found "start"',
  ],
  [
    "an invalid function",
    "mutex",
    "[{:process 0, :type :invoke, :f 7}]\n",
    'FILE:1: expected :f with the name of a function, found "7"',
  ],
  [
    "a bad escape",
    "mutex",
    '[{:process 0, :type :invoke, :f "\\q"}]\n',
    "FILE:1: expected an EDN map: Unexpected escape character: \\q",
  ],
  ["a cas without a pair", "cas-register", '[0,"c",1,true,0,1]\n', "FILE:1: expected a pair [old new], found 1"],
  [
    "a cas of lists",
    "cas-register",
    '[0,"c",[[1],2],true,0,1]\n',
    "FILE:1: expected a pair [old new] of scalars, found [[1],2]",
  ],
  [
    "a cas with an invalid result",
    "cas-register",
    '[0,"c",[1,2],7,0,1]\n',
    "FILE:1: expected true, false or the pair as the result of cas, found 7",
  ],
  ["a write of a list", "register", '[0,"w",[1],null,0,1]\n', "FILE:1: expected a scalar to write, found [1]"],
  ["a read of a list", "register", '[0,"r",null,[1],0,1]\n', "FILE:1: expected a scalar as the value read, found [1]"],
  ["an invalid key", "kv-map", '[0,"r",[true],1,0,1]\n', "FILE:1: expected a key, as text, found true"],
  ["an append of a number", "kv-map", '[0,"append",["k",1],null,0,1]\n', "FILE:1: expected text to append, found 1"],
  ["a put of a list", "kv-map", '[0,"w",["k",[1]],null,0,1]\n', "FILE:1: expected a scalar to store, found [1]"],
  ["a get of a list", "kv-map", '[0,"r",["k"],[1],0,1]\n', "FILE:1: expected a scalar as the value read, found [1]"],
  [
    "an unknown function of a map",
    "kv-map",
    '[0,"swap",["k",1],null,0,1]\n',
    'FILE:1: unknown function "swap"; this model has get (r), put (w), append',
  ],
  [
    "an unknown function of a set",
    "set",
    '[0,"pop",1,null,0,1]\n',
    'FILE:1: unknown function "pop"; this model has add, remove (rem), has (contains)',
  ],
  ["an invalid result of a set", "set", '[0,"has",1,3,0,1]\n', "FILE:1: expected true or false as the result, found 3"],
  ["an invalid key of a set", "set", '[0,"has",[1],true,0,1]\n', "FILE:1: expected a key, found [1]"],
  ["a push of nothing", "queue", '[0,"push",null,null,0,1]\n', "FILE:1: expected a value to push, found null"],
  [
    "a pop of a list",
    "queue",
    '[0,"pop",null,[1],0,1]\n',
    "FILE:1: expected a scalar or nothing as the value popped, found [1]",
  ],
  [
    "an unknown function of a queue",
    "queue",
    '[0,"peek",null,1,0,1]\n',
    'FILE:1: unknown function "peek"; this model has push (enqueue, insert), pop (dequeue)',
  ],
  [
    "an unknown function of a mutex",
    "mutex",
    '[0,"try",null,1,0,1]\n',
    'FILE:1: unknown function "try"; this model has acquire, release',
  ],
  [
    "an unknown function of a counter",
    "counter",
    '[0,"double",2,1,0,1]\n',
    'FILE:1: unknown function "double"; this model has increment (inc), decrement (dec), add, read, ' +
      "add-and-get, get-and-add",
  ],
  [
    "an invalid result of a counter",
    "counter",
    '[0,"read",2,"x",0,1]\n',
    'FILE:1: expected a number as the value read, found "x"',
  ],
  [
    "an invalid transaction",
    "multi-register",
    '[0,"txn",2,null,0,1]\n',
    "FILE:1: expected a list of [:read k v] and [:write k v], found 2",
  ],
  [
    "an invalid step",
    "multi-register",
    '[0,"txn",[2],null,0,1]\n',
    "FILE:1: expected [:read k v] or [:write k v], found 2",
  ],
  [
    "a step of a list",
    "multi-register",
    '[0,"txn",[["read",[]]],null,0,1]\n',
    'FILE:1: expected [:read k v] or [:write k v], found ["read",[]]',
  ],
  [
    "a step of another kind",
    "multi-register",
    '[0,"txn",[["add","x",1]],null,0,1]\n',
    'FILE:1: expected :read or :write, found "add"',
  ],
  [
    "a result that is not a transaction",
    "multi-register",
    '[0,"txn",[["read","x"]],7,0,1]\n',
    "FILE:1: expected a list of [:read k v] and [:write k v], found 7",
  ],
  [
    "another operation than a transaction",
    "multi-register",
    '[0,"read",[],7,0,1]\n',
    'FILE:1: unknown function "read"; this model has txn',
  ],
];

for (const [what, model, text, expected] of BAD) {
  test(`${what} is named with its line`, async () => {
    expect(await faultOfText(text, model)).toBe(expected);
  });
}

test("a missing file, a folder, and damaged compression are reported", async () => {
  const fault = async (path: string): Promise<unknown> => decideFile(task(path, "queue"));
  expect(await fault(join(scratch, "nope"))).toEqual({
    kind: "fault",
    fault: `${join(scratch, "nope")}: there is no such file`,
  });
  expect(await fault(scratch)).toEqual({ kind: "fault", fault: `${scratch}: it is a folder; name the files in it` });
  const damaged = gzipSync("[0]".repeat(1_000));
  damaged.fill(7, 12);
  expect(await fault(file(damaged))).toMatchObject({
    kind: "fault",
    fault: expect.stringContaining("the compressed data is damaged"),
  });
  expect(await fault(file(gzipSync(LOG).subarray(0, 60)))).toMatchObject({
    kind: "fault",
    fault: expect.stringContaining("the compressed data is damaged"),
  });
});

test("endless strings and brackets stop at a bound", async () => {
  const endless = "x".repeat((1 << 20) + 10);
  expect(await faultOfText(`[{:f "${endless}`, "mutex")).toBe(
    "FILE:1: expected the end of this text within 1048576 characters",
  );
  expect(await faultOfText(`[{:f ${endless}`, "mutex")).toBe(
    "FILE:1: expected the end of this map within 1048576 characters",
  );
  expect(await faultOfText(`[0,"r",\n${" ".repeat(5 << 20)}`, "register")).toContain("FILE:1: expected JSON");
  expect(await faultOfText(`[0,"r",null,0,0,1]\n${" ".repeat(5 << 20)}`, "register")).toBe(
    "FILE:2: expected lines of at most 4194304 characters",
  );
});

test("the generated examples have the verdict of their name, compressed too", async () => {
  const models: Readonly<Record<string, string>> = {
    cas: "cas-register",
    small: "register",
    register: "register",
    kvreg: "kv-map",
  };
  for (const name of readdirSync(examples)) {
    const model = name.split("-")[0] ?? "";
    const expected = name.includes("-ok") ? "holds" : "violated";
    expect(await decideFile(task(join(examples, name), models[model] ?? model))).toMatchObject({
      kind: "decided",
      outcome: { kind: expected },
    });
    const compressed = file(gzipSync(readFileSync(join(examples, name))));
    expect(gunzipSync(readFileSync(compressed)).length).toBeGreaterThan(1_000);
    expect(
      await decideFile(
        task(compressed, models[model] ?? model, {
          method: model === "queue" || model === "stack" ? "automatic" : "search",
        }),
      ),
    ).toMatchObject({ outcome: { kind: expected } });
  }
});

const NAMES: Readonly<Record<string, string>> = {
  "etcd-register": "cas-register",
  "cas-small": "cas-register",
  "cas-register-0": "cas-register",
  "kv-register": "kv-map",
  kv: "kv-map",
  "register-small": "register",
  "register-unique": "register",
};

test(
  "every recorded history has its expected verdict (skipped where ../shared/data/histories is missing)",
  { skip: !existsSync(recorded), timeout: 300_000 },
  async () => {
    const expected = JSON.parse(readFileSync(join(recorded, "expected.json"), "utf8")) as Record<
      string,
      { model: string; verdict: string; operations: number }
    >;
    expect(Object.keys(expected)).toHaveLength(278);
    for (const [path, { model, verdict, operations }] of Object.entries(expected)) {
      if (/-10{4,5}-/.test(path)) continue; // npm run bench:linearizability covers them
      const built = builtInModels[NAMES[model] ?? model];
      if (built === undefined) throw new Error(`${path}: no model ${model}`);
      const history = await readHistory(join(recorded, path));
      expect([path, applyModel(built, history, path, (each, its) => check(each, its).kind)]).toEqual([
        path,
        verdict === "linearizable" ? "holds" : "violated",
      ]);
      // Reads that failed are left out here, and counted there for the etcd logs.
      if (!path.startsWith("etcd/")) expect([path, history.operations.length]).toEqual([path, operations]);
    }
  },
);

test("a fault is a HistoryFileError with its line", () => {
  expect(new HistoryFileError("a.edn", 3, "expected x")).toMatchObject({
    name: "HistoryFileError",
    message: "a.edn:3: expected x",
  });
  expect(new HistoryFileError("a.edn", 3, "client a\n\u2028b waits").message).toBe("a.edn:3: client a b waits");
});
