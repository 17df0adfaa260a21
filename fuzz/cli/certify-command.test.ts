import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Certificate, certificateJson, digestOf } from "#reports/certificate.ts";
import { parseRows, rowsFile, rowsJson } from "#reports/certificate-rows.ts";
import { quiesce } from "./cli-process.fixture.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-certify-"));
afterAll(() => rmSync(folder, { recursive: true }));

const SMALL = ["certify", "peers", "--threads", "2", "--operations", "1", "--keys", "1"];
const FILE = "peers-2x1x1.json";

test("a scope that holds is certified: every scenario with its counts, and the time in a file beside it", async () => {
  const out = join(folder, "whole");
  const { code, stdout, stderr } = await quiesce([...SMALL, "--out", out]);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^holds {5}peers-2x1x1 {2}all (\d+) scenarios explored, sequentially consistent: [\d,]+ executions, [\d,]+ blocked, [\d,]+ histories$/m,
  );
  const certificate = Certificate.parse(JSON.parse(readFileSync(join(out, FILE), "utf8")));
  expect(certificate).toMatchObject({
    system: "peers",
    model: "sc",
    verdict: "holds",
    scope: { threads: 2, operations: 1, keys: 1 },
    violations: [],
  });
  expect(certificate.explored).toBe(certificate.scenarios);
  expect(certificate.executions).toBeGreaterThanOrEqual(certificate.scenarios);
  expect(JSON.parse(readFileSync(join(out, FILE.replace("json", "timing.json")), "utf8"))).toMatchObject({
    scenarios: certificate.scenarios,
  });
});

test("shards made with any number of workers merge into the bytes of the whole certificate", async () => {
  const out = join(folder, "shards");
  const whole = join(folder, "whole-again");
  const [first, second, one] = await Promise.all([
    quiesce([...SMALL, "--shard", "1/2", "--workers", "1", "--out", out]),
    quiesce([...SMALL, "--shard", "2/2", "--workers", "2", "--out", out]),
    quiesce([...SMALL, "--json", "-", "--workers", "1", "--out", whole]),
  ]);
  expect([first.code, second.code, one.code]).toEqual([0, 0, 0]);
  expect(one.stdout).toBe(readFileSync(join(whole, FILE), "utf8"));
  const merged = await quiesce(["merge-reports", out, "--out", join(folder, "merged")]);
  expect(merged.code).toBe(0);
  expect(merged.stdout).toMatch(/^holds {5}peers-2x1x1 {2}all /m);
  expect(readFileSync(join(folder, "merged", FILE), "utf8")).toBe(one.stdout);

  const missing = await quiesce(["merge-reports", join(out, "peers-2x1x1.shard-1-of-2.json")]);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toBe("quiesce: merge-reports: peers-2x1x1: shard 2/2 is missing\n");
});

test("checking a sample of a certificate's scenarios exposes one that was edited", async () => {
  const out = join(folder, "checked");
  expect((await quiesce([...SMALL, "--out", out])).code).toBe(0);
  const file = join(out, FILE);
  const check = ["certify", "--check", file, "--sample", "5"];
  const right = await quiesce(check);
  expect([right.code, right.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^peers-2x1x1 {2}5 scenarios of 20 explored again, 0 differ; seed 1\nevery scenario of peers with 2 threads of 1 operation over 1 key, once up to the order of threads and the names of keys\n$/,
    ),
  ]);
  // One more execution in each row, with digest and sums adjusted: only exploring it again shows that.
  const rows = parseRows(readFileSync(rowsFile(file), "utf8")).map((row) => ({
    ...row,
    executions: row.executions + 1,
  }));
  const certificate = Certificate.parse(JSON.parse(readFileSync(file, "utf8")));
  const executions = certificate.executions + rows.length;
  writeFileSync(rowsFile(file), rowsJson(rows));
  const unfit = await quiesce(check);
  expect([unfit.code, unfit.stdout]).toEqual([
    1,
    expect.stringMatching(/^differs .* the digests of the rows do not add up/),
  ]);
  writeFileSync(file, certificateJson({ ...certificate, executions, digest: digestOf(rows) }));
  const wrong = await quiesce(check);
  expect(wrong.code).toBe(1);
  expect(wrong.stdout.match(/^differs .* executions, .* and the certificate says /gm)).toHaveLength(5);
  writeFileSync(file, certificateJson({ ...certificate, code: "other" }));
  expect(await quiesce(check)).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/is of code other, and this is /),
  });
});

test("a bound leaves scenarios undecided, names them, and exits with 3", async () => {
  const { code, stdout } = await quiesce([...SMALL, "--max-executions", "2", "--out", join(folder, "bound")]);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^unknown {3}peers-2x1x1 .*has more than 2 executions/m);
});

test("--time keeps the finished work, and --resume continues from there", async () => {
  const out = join(folder, "resumed");
  const arguments_ = [
    "certify",
    "peers",
    "--threads",
    "2",
    "--operations",
    "1",
    "--keys",
    "2",
    "--workers",
    "1",
    "--out",
    out,
  ];
  const stopped = await quiesce([...arguments_, "--time", "1ms"]);
  expect(stopped.code).toBe(3);
  expect(stopped.stderr).toContain("quiesce: certify: stopped by --time after 0.001 s; --resume goes on from here");
  expect(existsSync(join(out, "peers-2x1x2.state.json"))).toBe(true);
  const resumed = await quiesce([...arguments_, "--resume"]);
  expect(resumed).toMatchObject({ code: 0, stderr: "quiesce: resuming; nothing is done already\n" });
  expect(existsSync(join(out, "peers-2x1x2.state.json"))).toBe(false);
  const anew = await quiesce([...arguments_, "--resume", "--json", join(folder, "copy.json")]);
  expect(anew.stderr).toMatch(
    /^quiesce: nothing to resume in .*peers-2x1x2.state.json: no run was stopped there; starting anew$/m,
  );
  expect(readFileSync(join(folder, "copy.json"), "utf8")).toBe(readFileSync(join(out, "peers-2x1x2.json"), "utf8"));
});

test("a system or scope that cannot be certified is refused in one line, with exit code 2", async () => {
  const refused: readonly (readonly [readonly string[], RegExp])[] = [
    [["certify"], /^quiesce: certify: name a system, as quiesce list does, or a file to --check\n$/],
    [["certify", "--check", join(folder, "none.json")], /^quiesce: certify: there is no certificate at /],
    [["certify", "nope"], /^quiesce: no system "nope"; there are peers[^\n]*\n$/],
    [["certify", "peers", "--shard", "3/2"], /^quiesce: [^\n]*shard[^\n]*\n/],
    [["certify", "peers", "--shard", "one"], /^quiesce: [^\n]*shard[^\n]*\n/],
    [["certify", "peers", "--threads", "9"], /^quiesce: [^\n]*from 1 to 4/],
    [["certify", "peers", "--out", "/proc/none"], /^quiesce: /],
    [["merge-reports", join(folder, "none")], /^quiesce: merge-reports: there is no /],
    [["merge-reports", emptyFolder()], /^quiesce: merge-reports: there is no shard/],
    [["merge-reports", damagedFile()], /^quiesce: merge-reports: [^\n]*damaged\.json is no certificate\n$/],
  ];
  await Promise.all(
    refused.map(async ([words, message]) => {
      const { code, stderr } = await quiesce(words);
      expect(stderr, words.join(" ")).toMatch(message);
      expect(code, words.join(" ")).toBe(2);
    }),
  );
});

function emptyFolder(): string {
  const path = join(folder, "empty");
  mkdirSync(path, { recursive: true });
  return path;
}

function damagedFile(): string {
  const path = join(emptyFolder(), "damaged.json");
  writeFileSync(path, "{");
  return path;
}
