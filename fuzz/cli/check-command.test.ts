import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { decideFile } from "#fuzz/campaign/history/decide-file.fixture.ts";
import type { CheckTask } from "#fuzz/campaign/history/check-task.ts";
import { builtInModels } from "#properties/histories/built-in-models.ts";

const root = join(import.meta.dirname, "../..");
const examples = join(root, "properties/histories/examples");
const scratch = mkdtempSync(join(tmpdir(), "check-"));
afterAll(() => rmSync(scratch, { recursive: true }));

function quiesce(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["fuzz/cli/quiesce.mjs", "check", ...args], { cwd: root }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

function scratchFile(name: string, text: string): string {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
}

const holding = join(examples, "register-100-c4-ok.jsonl");
const stale = scratchFile("stale.jsonl", '["a","w",1,null,0,1]\n["b","w",2,null,2,3]\n["a","r",null,1,4,5]\n');

test("a history that holds exits with 0, a violation with 1 and its counterexample as text and page", async () => {
  const page = join(scratch, "page.html");
  const { code, out, err } = await quiesce(holding, stale, "--model", "register", "--page", page);
  expect(err).toBe("");
  expect(code).toBe(1);
  expect(out).toContain(`holds    ${holding}  100 operations, decided by monitor`);
  expect(out).toContain(`${stale}
VIOLATED register: the register holds 1 and 2 at one time

3 operations that cannot be explained together; 2 responses of the history come before the last of them

client a  ├ 1: write 1 ┤                ├ 3: read → 1 ┤  ← nothing explains this
client b                 ├ 2: write 2 ┤

after 1, 2 (state 2): 3 returned 1, would return 2 here`);
  expect(readFileSync(page, "utf8")).toContain("3: read → 1");
});

test("--json - prints the verdicts and nothing else", async () => {
  const { code, out } = await quiesce(stale, "--model", "register", "--json", "-");
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    histories: [{ file: stale, outcome: { kind: "violated", indices: [0, 1, 2], impossible: 2 } }],
  });
});

test("bad input exits with 2 and one line each, and the rest is still checked", async () => {
  const broken = scratchFile("broken.jsonl", '[0,"w",1,null,0,1]\n[0,\n');
  const { code, out, err } = await quiesce(broken, holding, "nope.edn", "--model", "register");
  expect(code).toBe(2);
  expect(err).toBe(
    `quiesce: ${broken}:2: expected JSON [client, function, argument, output, call, return], found "[0,"\nquiesce: nope.edn: there is no such file\n`,
  );
  expect(out).toContain("holds");
  expect((await quiesce(holding, "--model", "registre")).err).toContain(
    'quiesce: check: no model "registre"; did you mean register?',
  );
  expect((await quiesce(holding, "--model", "register", "--initial", "[1]")).code).toBe(2);
  expect((await quiesce(holding, "--model", "register", "--initial", "[")).err).toContain(
    "it must be null, true, false",
  );
});

test("--exclude leaves out operations, and every verdict counts them and names the format", async () => {
  const edn = scratchFile(
    "excluded.edn",
    `{:process :nemesis, :type :info, :f :start, :value nil}
{:process "a", :type :invoke, :f :write, :value 123456789012345678901N}
{:process "a", :type :ok, :f :write, :value 123456789012345678901N}
{:process "a", :type :invoke, :f :drain, :value nil}
{:process "a", :type :ok, :f :drain, :value [1]}
{:process "b", :type :invoke, :f :read, :value nil}
{:process "b", :type :ok, :f :read, :value :none}
`,
  );
  const page = join(scratch, "excluded.html");
  const { code, out } = await quiesce(
    edn,
    "--model",
    "register",
    "--exclude",
    "drain",
    "--page",
    page,
    "--exclude=client=c",
  );
  expect(code).toBe(1);
  expect(out).toContain("VIOLATED register: :none is read, and nobody writes it");
  expect(out).toContain("client b  ├ 1: read → :none ┤");
  expect(out).toContain("2 operations, read as EDN; notes: nemesis 1; left out by --exclude: drain 1, client=c 0\n");
  expect(readFileSync(page, "utf8")).toContain("left out by --exclude: drain 1, client=c 0");
  const json = await quiesce(edn, "--model", "register", "--exclude", "drain", "--json", "-");
  expect(json.out).toContain('"value":123456789012345678901}');
  expect(JSON.parse(json.out)).toMatchObject({
    histories: [{ recording: { format: "edn", taken: 2, notes: { nemesis: 1 }, excluded: { drain: 1 } } }],
  });
  const none = await quiesce(
    edn,
    "--model",
    "register",
    "--exclude",
    "write",
    "--exclude",
    "read",
    "--exclude",
    "drain",
  );
  expect([none.code, none.out, none.err]).toEqual([
    2,
    "",
    `quiesce: ${edn}: expected operations to check, found none (notes: 1; left out by --exclude: 3)\n`,
  ]);
});

test("options the model does not have, and values they cannot have, are refused before anything is read", async () => {
  const refusals: readonly (readonly [readonly string[], string])[] = [
    [["--model", "register", "--capacity", "3"], "check: --capacity: the model register has none"],
    [["--model", "queue", "--initial", "1"], "check: --initial: the model queue starts in one way only"],
    [["--model", "bank", "--initial", '{"a": null}'], 'it must be the balances, such as {"0": 10}, or their total'],
    [["--model", "register", "--exclude", "client="], 'check: --exclude "client=": it must be a function\'s name'],
  ];
  await Promise.all(
    refusals.map(async ([args, expected]) => {
      const { code, out, err } = await quiesce("nope.edn", ...args);
      expect([args, code, out]).toEqual([args, 2, ""]);
      expect(err).toContain(expected);
    }),
  );
});

test("an initial value that is no JSON number reaches the model unchanged: null, a keyword, wide numbers", async () => {
  const read = (value: string): string =>
    scratchFile(
      `starts-${value.length}.edn`,
      `{:process 0 :type :invoke :f :read}\n{:process 0 :type :ok :f :read :value ${value}}\n`,
    );
  expect((await quiesce(read(":free"), "--model", "register", "--initial", ":free")).code).toBe(0);
  const wide = "123456789012345678901";
  expect((await quiesce(read(wide), "--model", "register", "--initial", `${wide.slice(0, -1)}2`)).code).toBe(1);
});

test("--help lists every built-in model and every format", async () => {
  const { out } = await quiesce("--help");
  for (const name of Object.keys(builtInModels)) expect(out).toContain(name);
  for (const name of ["history.txt", "EDN", "CSV", "JSON arrays", "Jepsen's keys", "porcupine"])
    expect(out).toContain(name);
});

test("hitting a bound exits with 3: unknown is never a success", async () => {
  const pushes = Array.from({ length: 24 }, (_, i) => `[${i},"push",${i % 2 === 0 ? 1 : i},null,${i},${100 + i}]`);
  const pops = Array.from(
    { length: 24 },
    (_, i) => `[0,"pop",null,${23 - i === 0 ? 99 : (23 - i) % 2 === 0 ? 1 : 23 - i},${200 + 2 * i},${201 + 2 * i}]`,
  );
  const wide = scratchFile("wide.jsonl", [...pushes, ...pops].join("\n"));
  const { code, out } = await quiesce(wide, "--model", "queue", "--time", "300ms");
  expect(code).toBe(3);
  expect(out).toMatch(
    /^unknown {2}.*wide\.jsonl {2}stopped at its time bound: \d+ of 48 operations explained, \d+ configurations there, \d+ operations open; read as JSON arrays\n$/,
  );
});

test("a user's model comes from a module, with or without its own `read`", async () => {
  const model = `export const model = { name: "last", initial: 0, next: (state, { kind, value }, response) => kind === "w" ? [value] : response === undefined || response === state ? [state] : [], key: (state) => state };\n`;
  const plain = scratchFile("plain.mjs", model);
  expect((await quiesce(stale, "--model", plain)).code).toBe(1);
  expect((await quiesce(holding, "--model", plain)).code).toBe(0);
  const reading = scratchFile(
    "reading.mjs",
    `${model}export const read = ({ f, argument, output }) => f === "r" ? undefined : { operation: { kind: f, value: argument }, response: output };\n`,
  );
  expect((await quiesce(stale, "--model", reading)).code).toBe(0);
  const faults: readonly (readonly [string, string])[] = [
    ["export const model = 7;", "it must export `model` with name, initial, next and key"],
    [`${model}export const read = 7;`, "its `read` must be a function"],
    [
      `${model}export const read = () => { throw new Error("what is this"); };`,
      "stale.jsonl:1: the module's `read` throws: what is this",
    ],
    [`${model}export const read = () => 7;`, "stale.jsonl:1: the module's `read` must give { operation, response }"],
    ["export const model = {", "the module cannot be loaded"],
    [
      model.replace("next: (", "next() { throw new Error('no way'); }, unused: ("),
      'model last throws at {"kind":"w","value":1} answering null: no way',
    ],
  ];
  for (const [i, [text, expected]] of faults.entries()) {
    const task = {
      file: stale,
      model: scratchFile(`fault-${i}.mjs`, text),
      initial: undefined,
      condition: "linearizability",
      timeMs: undefined,
      keys: "split",
      method: "automatic",
    } as const;
    const fault = await decideFile(task).then((result) => (result.kind === "fault" ? result.fault : "none"), String);
    expect(fault).toContain(expected);
  }
  expect((await quiesce(stale, "--model", "./nope.mjs")).err).toContain("--model ./nope.mjs: there is no such file");
});

test("options choose other conditions, whole histories, and search", async () => {
  const kindOf = async (file: string, more: Partial<CheckTask>): Promise<string> => {
    const result = await decideFile({
      file,
      model: "register",
      initial: undefined,
      condition: "linearizability",
      timeMs: undefined,
      keys: "split",
      method: "automatic",
      ...more,
    });
    return result.kind === "fault" ? result.fault : result.outcome.kind;
  };
  expect(await kindOf(stale, { condition: "sequential" })).toBe("holds"); // the other write may come first
  const other = scratchFile("other.jsonl", '["a","w",1,null,0,1]\n["b","r",null,0,4,5]\n');
  expect(await kindOf(other, {})).toBe("violated");
  expect(await kindOf(other, { initial: 7 })).toBe("violated");
  expect(await kindOf(other, { condition: "sequential" })).toBe("holds");
  expect(await kindOf(other, { condition: "serializability" })).toBe("holds");
  expect(
    await kindOf(join(examples, "kvreg-100-c4-bad.jsonl"), { model: "kv-map", keys: "whole", method: "search" }),
  ).toBe("violated");
  const { code, out } = await quiesce(other, "--model", "register", "--condition", "quiescent", "--whole", "--search");
  expect([code, out]).toEqual([1, `VIOLATED ${other}: no order explains this response; read as JSON arrays\n`]);
  const none = join(scratch, "none.html");
  expect((await quiesce(holding, "--model", "register", "--page", none)).err).toContain(
    "no violation was explained, so there is nothing to draw",
  );
  expect(existsSync(none)).toBe(false);
  expect((await quiesce(stale, "--model", "register", "--page", join(stale, "page.html"))).err).toContain(
    "quiesce: cannot write",
  );
});

test("^C exits with 3 and keeps the verdicts so far", async () => {
  const pushes = Array.from({ length: 40 }, (_, i) => `[${i},"push",${i % 2 === 0 ? 1 : i},null,${i},${100 + i}]`);
  const wide = scratchFile(
    "endless.jsonl",
    [...pushes, '[0,"pop",null,3,300,301]', '[0,"pop",null,5,302,303]', '[0,"pop",null,3,304,305]'].join("\n"),
  );
  const queueHolds = join(examples, "queue-100-c8-ok.jsonl");
  const json = join(scratch, "partial.json");
  const code = await new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ["fuzz/cli/quiesce.mjs", "check", queueHolds, wide, "--model", "queue", "--json", json],
      { cwd: root },
    );
    // The first file is decided by then, the second is not.
    child.stdout.once("data", () => setTimeout(() => child.kill("SIGINT"), 200));
    child.on("exit", resolve);
  });
  expect(code).toBe(3);
  expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({
    histories: [{ file: queueHolds, outcome: { kind: "holds" } }],
  });
});
