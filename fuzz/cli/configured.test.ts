import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { certifyCommand } from "./certify-command.ts";
import { configure } from "./configured.ts";
import { fuzzCommand } from "./fuzz-command.ts";
import { verifyCommand } from "./verify-command.ts";

const folder = mkdtempSync(join(tmpdir(), "quiesce-configured-"));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, "quiesce.config.mjs"),
  "export default { profile: 'full', seed: 7, workers: 1, out: 'verified' };",
);

test("options have the configured values, each command its own folder below the configured one", async () => {
  const verify = verifyCommand();
  await configure("verify", verify, folder);
  expect(verify.opts()).toEqual({ profile: "full", memory: "sc", seed: 7, workers: 1, out: join(folder, "verified") });
  const fuzz = fuzzCommand();
  await configure("fuzz", fuzz, folder);
  expect(fuzz.opts()).toMatchObject({ seed: 7, out: join(folder, "verified/fuzz") });
  const certify = certifyCommand();
  await configure("certify", certify, folder);
  expect(certify.opts()).toMatchObject({ workers: 1, out: join(folder, "verified/certificates") });
});

test("what is typed wins", async () => {
  const verify = verifyCommand();
  let typed: unknown;
  verify.action((_words, options) => (typed = options));
  await configure("verify", verify, folder);
  await verify.parseAsync(["--seed", "8", "--out", "here"], { from: "user" });
  expect(typed).toMatchObject({ profile: "full", seed: 8, out: "here" });
});

test("a project without a configuration changes nothing", async () => {
  const verify = verifyCommand();
  await configure("verify", verify, tmpdir());
  expect(verify.opts()).toEqual(verifyCommand().opts());
});
